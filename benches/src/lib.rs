//! Couture.
