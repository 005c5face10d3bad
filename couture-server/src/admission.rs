//! How many connections one address may have.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use crate::auth::TrustedProxies;
use crate::settings::Settings;

/// Counts connections by where they come from, so that one address cannot take them all. Clones count together.
///
/// This machine itself and proxies that are trusted are not counted: behind a proxy everybody has its address. Where there is a proxy whose
/// address the settings do not name, nobody is.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    exempt: Exempt,
}

#[derive(Clone, Debug)]
enum Exempt {
    Everybody,
    Loopback(TrustedProxies),
    #[cfg(test)]
    Nobody,
}

/// A connection that was let in. It counts until it is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
    admission: Admission,
    counted: Option<IpAddr>,
}

impl Admission {
    /// As the settings say, for a server that trusts `proxies`.
    pub(crate) fn of(settings: &Settings, proxies: &TrustedProxies) -> Self {
        let exempt = match settings.server.behind_proxy && proxies.is_empty() {
            true => Exempt::Everybody,
            false => Exempt::Loopback(proxies.clone()),
        };
        Self { open: Arc::default(), most: settings.server.max_connections_per_address as usize, exempt }
    }

    /// Which counts everybody.
    #[cfg(test)]
    pub(crate) fn of_everybody(most: usize) -> Self {
        Self { open: Arc::default(), most, exempt: Exempt::Nobody }
    }

    /// Lets a connection in, unless its address has too many.
    pub(crate) fn admit(&self, peer: IpAddr) -> Option<Admitted> {
        let address = peer.to_canonical();
        if self.is_exempt(address) {
            return Some(Admitted { admission: self.clone(), counted: None });
        }
        let site = site(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(site).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Admitted { admission: self.clone(), counted: Some(site) })
    }

    fn is_exempt(&self, address: IpAddr) -> bool {
        match &self.exempt {
            Exempt::Everybody => true,
            Exempt::Loopback(proxies) => address.is_loopback() || proxies.trusts(address),
            #[cfg(test)]
            Exempt::Nobody => false,
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let Some(site) = self.counted else { return };
        let mut open = self.admission.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&site) {
            *count -= 1;
            if *count == 0 {
                open.remove(&site);
            }
        }
    }
}

/// What counts as one address: of IPv6 a whole /64, which is the least that a customer of a provider has.
fn site(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_share_and_gets_it_back() {
        let mut settings = Settings::default();
        settings.server.max_connections_per_address = 2;
        let proxies = |texts: &[&str]| {
            TrustedProxies::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).unwrap()
        };
        let check = |settings: &Settings, trusted: &[&str], peers: &[&str], let_in: usize| {
            let admission = Admission::of(settings, &proxies(trusted));
            for _ in 0..2 {
                let held: Vec<_> = peers.iter().filter_map(|peer| admission.admit(peer.parse().unwrap())).collect();
                assert_eq!(held.len(), let_in, "{trusted:?} {peers:?}");
            }
            assert!(admission.open.lock().unwrap().is_empty());
        };
        check(&settings, &[], &["10.0.0.1", "10.0.0.1", "10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"], 3);
        check(&settings, &[], &["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"], 3);
        check(&settings, &[], &["127.0.0.1", "127.0.0.1", "127.0.0.1", "::1", "::1", "::1"], 6);
        check(&settings, &["10.0.0.0/8"], &["10.0.0.1", "10.0.0.1", "10.0.0.1", "9.9.9.9", "9.9.9.9", "9.9.9.9"], 5);
        settings.server.behind_proxy = true;
        check(&settings, &[], &["10.0.0.1", "10.0.0.1", "10.0.0.1"], 3);
        check(&settings, &["10.0.0.2"], &["10.0.0.1", "10.0.0.1", "10.0.0.1"], 2);
    }
}
