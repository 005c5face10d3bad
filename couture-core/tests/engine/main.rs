//! The engine as a whole, in memory: real driver, real executor, real clock.

mod attempts;
mod backfills;
mod changes;
mod clearing;
mod mapped;
mod operators;
mod recovery;
mod requests;
mod rig;
mod runs;
mod versions;
mod xcoms;
