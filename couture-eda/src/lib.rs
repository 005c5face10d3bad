//! Exploratory data analysis of tables, over Arrow. Usable without the rest of Couture. Nothing is here yet.
#![forbid(unsafe_code)]
