//! Everything that the server answers, asked through its router: who is let in, and who is not.

mod accounts;
mod built;
mod document;
mod eda;
mod fixture;
mod headers;
mod matrix;
mod runs;
mod streams;
mod values;
