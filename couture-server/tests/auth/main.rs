//! Who gets in, and who does not: an authority behind a small router.

mod fixture;
mod login;
mod permits;
mod sessions;
mod tokens;
