//! What goes wrong in a simulation. Each seed has its own mix: some seeds are calm, some have one kind of trouble, some all.

use crate::random::Random;

/// Rates of trouble; each "one in", 0 for never.
#[derive(Clone, Debug)]
pub struct Faults {
    /// Schedulers that share the store; a single one owns it alone.
    pub hosts: usize,
    /// Crashes of a host in all.
    pub crashes: u64,
    /// Store calls that are refused and do nothing.
    pub store_refuses: u64,
    /// Store calls that do their work and report a time-out.
    pub store_times_out: u64,
    /// Store calls that take longer than a lease.
    pub store_stalls: u64,
    /// Reports that come twice.
    pub duplicate_reports: u64,
    /// Reports that come late.
    pub late_reports: u64,
    /// Jumps of a host's wall clock in all.
    pub clock_jumps: u64,
    /// Attempts that are lost by their executor.
    pub lost_attempts: u64,
}

impl Faults {
    pub fn draw(random: &mut Random) -> Self {
        let mut some = |rate: u64| if random.one_in(2) { rate } else { 0 };
        let mut faults = Self {
            hosts: 1,
            crashes: some(3),
            store_refuses: some(30),
            store_times_out: some(30),
            store_stalls: some(150),
            duplicate_reports: some(5),
            late_reports: some(10),
            clock_jumps: some(3),
            lost_attempts: some(20),
        };
        if random.one_in(2) {
            faults.hosts = random.within(2..4) as usize;
        }
        if random.one_in(8) {
            faults = Self { hosts: faults.hosts, ..Self::none() };
        }
        faults
    }

    pub fn none() -> Self {
        Self {
            hosts: 1,
            crashes: 0,
            store_refuses: 0,
            store_times_out: 0,
            store_stalls: 0,
            duplicate_reports: 0,
            late_reports: 0,
            clock_jumps: 0,
            lost_attempts: 0,
        }
    }
}
