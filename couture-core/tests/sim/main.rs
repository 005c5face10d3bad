//! The simulator: schedulers, a store and executors in one thread and in virtual time, everything that can go wrong drawn from one
//! seed.
//!
//! `SEED=… cargo test -p couture-core --test sim` replays one seed and prints what happens. `SEEDS=…` sets how many are tried, and
//! `SEED_THREADS=…` by how many threads.

mod asking;
mod bugs;
mod clock;
mod executor;
mod faults;
mod host;
mod plan;
mod promises;
mod random;
mod scenario;
mod seeds;
mod store;
mod world;
