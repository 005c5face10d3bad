//! Who failed to log in too often, and for how long nobody may try. Pure: time is an argument.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use couture_store::User;

/// Failed logins by user and by address.
#[derive(Clone, Debug)]
pub struct Throttle {
    by_user: Failures<String>,
    by_address: Failures<IpAddr>,
}

/// The bounds of a [`Throttle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleLimits {
    /// After so many failures in a row of one user, nobody logs in as that user for a while.
    pub max_failures: u32,
    /// How long the first time; twice as long each further time, up to a day.
    pub lockout: Duration,
}

/// An address is shut out after so many times the failures of a user: many people may share one.
const ADDRESS_FACTOR: u32 = 10;
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The most users, and the most addresses, that are remembered. Who was let alone the longest is forgotten.
const MOST: usize = 20_000;

#[derive(Clone, Debug)]
struct Failures<K> {
    entries: BTreeMap<K, Entry>,
    limits: ThrottleLimits,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    failures: u32,
    lockouts: u32,
    last: Duration,
    locked_until: Option<Duration>,
}

impl Throttle {
    /// Nobody failed yet.
    pub fn new(limits: ThrottleLimits) -> Self {
        let of_address = ThrottleLimits { max_failures: limits.max_failures.saturating_mul(ADDRESS_FACTOR), ..limits };
        Self { by_user: Failures::new(limits), by_address: Failures::new(of_address) }
    }

    /// For how long nobody may try to log in as `username`, or from `address`; `None` where one may. The try counts as failed until
    /// [`succeeded`](Self::succeeded) takes it back, so that tries at the same time are no way around. `now` is monotonic.
    pub fn begin(&mut self, username: &str, address: IpAddr, now: Duration) -> Option<Duration> {
        let (user, address) = (User::key_of(username), network(address));
        let locked = self.by_user.locked(&user, now).max(self.by_address.locked(&address, now));
        if locked.is_none() {
            self.by_user.count(user, now);
            self.by_address.count(address, now);
        }
        locked
    }

    /// The try was right after all: the user's failures are forgotten, and this one of the address.
    pub fn succeeded(&mut self, username: &str, address: IpAddr) {
        self.by_user.entries.remove(&User::key_of(username));
        self.by_address.take_back(&network(address));
    }

    /// The try was neither right nor wrong, since the password could not be checked.
    pub fn undecided(&mut self, username: &str, address: IpAddr) {
        self.by_user.take_back(&User::key_of(username));
        self.by_address.take_back(&network(address));
    }

    /// Forgets the failures of a user: an administrator gave a new password.
    pub fn forget(&mut self, username: &str) {
        self.by_user.entries.remove(&User::key_of(username));
    }
}

/// The part of an address that one client has: of version 6, whoever has one address has 2^64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address => address,
    }
}

impl<K: Ord + Clone> Failures<K> {
    fn new(limits: ThrottleLimits) -> Self {
        Self { entries: BTreeMap::new(), limits }
    }

    fn locked(&self, key: &K, now: Duration) -> Option<Duration> {
        let until = self.entries.get(key)?.locked_until?;
        until.checked_sub(now).filter(|left| !left.is_zero())
    }

    fn count(&mut self, key: K, now: Duration) {
        if self.entries.len() >= MOST && !self.entries.contains_key(&key) {
            self.make_room();
        }
        let limits = self.limits;
        let fresh = Entry { failures: 0, lockouts: 0, last: now, locked_until: None };
        let entry = self.entries.entry(key).or_insert(fresh);
        // Who was let alone for a day begins anew.
        if now.saturating_sub(entry.last) > LONGEST {
            *entry = fresh;
        }
        entry.last = now;
        entry.failures += 1;
        if entry.failures >= limits.max_failures.max(1) {
            let length = limits.lockout.saturating_mul(1 << entry.lockouts.min(20)).min(LONGEST);
            *entry = Entry { failures: 0, lockouts: entry.lockouts + 1, last: now, locked_until: Some(now + length) };
        }
    }

    fn take_back(&mut self, key: &K) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        if entry.failures > 0 {
            entry.failures -= 1;
        } else if entry.locked_until.is_some() {
            // This very try was the one too many.
            entry.locked_until = None;
            entry.lockouts = entry.lockouts.saturating_sub(1);
            entry.failures = self.limits.max_failures.max(1) - 1;
        }
        if entry.failures == 0 && entry.lockouts == 0 {
            self.entries.remove(key);
        }
    }

    /// Forgets the half that was let alone the longest, but first of all those who are not locked.
    fn make_room(&mut self) {
        let mut order: Vec<_> =
            self.entries.iter().map(|(key, entry)| (entry.locked_until, entry.last, key.clone())).collect();
        order.sort();
        for (_, _, key) in order.into_iter().take(MOST / 2) {
            self.entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: ThrottleLimits = ThrottleLimits { max_failures: 3, lockout: Duration::from_secs(60) };
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn address(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn a_user_is_locked_out_for_longer_each_time() {
        let mut throttle = Throttle::new(LIMITS);
        let mut fail = |at: u64, from: u32| throttle.begin("Ann", address(from), s(at));
        assert_eq!([fail(0, 1), fail(1, 2), fail(2, 3)], [None; 3]);
        // From anywhere, until the time is over.
        assert_eq!((fail(3, 4), fail(61, 5)), (Some(s(59)), Some(s(1))));
        assert_eq!([fail(62, 6), fail(62, 7), fail(62, 8)], [None; 3]);
        assert_eq!(fail(62, 9), Some(s(120)));
        assert_eq!(throttle.begin("ANN", HERE, s(63)), Some(s(119)));
        assert_eq!(throttle.begin("bob", HERE, s(63)), None);
        throttle.forget("ann");
        assert_eq!(throttle.begin("ann", HERE, s(64)), None);
    }

    #[test]
    fn an_address_is_locked_out_whatever_user_it_names() {
        for (from, other) in [("10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8:0:1::1")] {
            let (from, other): (IpAddr, IpAddr) = (from.parse().unwrap(), other.parse().unwrap());
            let mut throttle = Throttle::new(LIMITS);
            for n in 0..30 {
                assert_eq!(throttle.begin(&n.to_string(), from, s(n)), None, "{n}");
            }
            assert_eq!(throttle.begin("new", from, s(30)), Some(s(59)));
            assert_eq!(throttle.begin("new", other, s(30)), None);
        }
        let mut throttle = Throttle::new(LIMITS);
        for n in 0..30 {
            assert_eq!(throttle.begin(&n.to_string(), format!("2001:db8::{n}").parse().unwrap(), s(n)), None);
        }
        // Others of the same network, and a version 4 address in the dress of version 6.
        assert!(throttle.begin("new", "2001:db8::ffff".parse().unwrap(), s(30)).is_some());
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), address(0x0a00_0001));
    }

    #[test]
    fn right_passwords_leave_nothing_behind() {
        let mut throttle = Throttle::new(LIMITS);
        for n in 0..100 {
            assert_eq!(throttle.begin("ann", HERE, s(n)), None);
            throttle.succeeded("ann", HERE);
        }
        assert!(throttle.by_user.entries.is_empty() && throttle.by_address.entries.is_empty());
        for n in 0..100 {
            assert_eq!(throttle.begin("ann", HERE, s(n)), None);
            throttle.undecided("ann", HERE);
        }
        assert!(throttle.by_user.entries.is_empty() && throttle.by_address.entries.is_empty());
        // Two failures, then right ones: they are forgotten.
        for n in 0..20 {
            assert_eq!([throttle.begin("ann", HERE, s(n)), throttle.begin("ann", HERE, s(n))], [None; 2]);
            throttle.succeeded("ann", HERE);
        }
    }

    #[test]
    fn memory_is_bounded_and_locked_ones_stay() {
        let mut throttle = Throttle::new(LIMITS);
        for n in 0..3 {
            throttle.begin("ann", address(n), s(0));
        }
        for n in 0..60_000 {
            throttle.begin(&n.to_string(), address(n + 10), s(1));
        }
        assert!(throttle.by_user.entries.len() <= MOST && throttle.by_address.entries.len() <= MOST);
        assert!(throttle.begin("ann", HERE, s(2)).is_some());
    }

    proptest! {
        #[test]
        fn nobody_gets_more_tries_than_allowed(times in proptest::collection::vec(0_u64..100_000, 1..200)) {
            let mut times = times;
            times.sort_unstable();
            let mut throttle = Throttle::new(LIMITS);
            let tried: Vec<_> =
                times.iter().copied().filter(|at| throttle.begin("ann", HERE, s(*at)).is_none()).collect();
            // Within the shortest lock-out there are at most so many tries as one lock-out ends and the next begins.
            for window in tried.windows(7) {
                prop_assert!(window[6] - window[0] >= 60, "{:?}", window);
            }
        }
    }
}
