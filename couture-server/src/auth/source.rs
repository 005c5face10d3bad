//! From where a request comes.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// The address of the other end of the connection, as the listener saw it. It is put into the extensions of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Proxies whose word about where a request comes from is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<(IpAddr, u8)>);

impl TrustedProxies {
    /// From addresses and networks, such as `10.0.0.1` and `10.0.0.0/8`. The error names the text that is none.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        let parse = |text: &String| {
            let (address, length) = text.split_once('/').unwrap_or((text, ""));
            let address: IpAddr = address.trim().parse().ok()?;
            let address = address.to_canonical();
            let most = if address.is_ipv4() { 32 } else { 128 };
            let length = if length.is_empty() { most } else { length.trim().parse().ok()? };
            (length <= most).then_some((address, length))
        };
        let wrong = |text: &String| format!("{text:?} is no address or network, such as 10.0.0.1 or 10.0.0.0/8");
        texts.iter().map(|text| parse(text).ok_or_else(|| wrong(text))).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is the address of one of them. It must be in its canonical form.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(network, length)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(*length);
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(*length);
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            _ => false,
        })
    }

    /// Where a request comes from: the other end of the connection, or, behind proxies that are trusted, the last address of
    /// `X-Forwarded-For` that is not one of theirs. What stands before it can be made up by anybody.
    pub fn source(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut source = peer.to_canonical();
        let texts = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<_> = texts.flat_map(|text| text.split(',')).collect();
        for hop in hops.into_iter().rev() {
            if !self.trusts(source) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(address) => source = address.to_canonical(),
                Err(_) => break,
            }
        }
        source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let check = |trusted: &[&str], peer: &str, forwarded: &[&str], expected: &str| {
            let trusted: Vec<_> = trusted.iter().map(|text| (*text).to_owned()).collect();
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let source = TrustedProxies::parse(&trusted).unwrap().source(peer.parse().unwrap(), &headers);
            assert_eq!(source.to_string(), expected, "{trusted:?} {peer} {forwarded:?}");
        };
        check(&[], "10.0.0.1", &["6.6.6.6"], "10.0.0.1");
        check(&["10.0.0.1"], "10.0.0.1", &[], "10.0.0.1");
        check(&["10.0.0.1"], "10.0.0.1", &["9.9.9.9"], "9.9.9.9");
        check(&["10.0.0.1"], "10.0.0.2", &["9.9.9.9"], "10.0.0.2");
        check(&["10.0.0.0/8"], "::ffff:10.1.2.3", &["6.6.6.6, 9.9.9.9"], "9.9.9.9");
        check(&["10.0.0.0/8"], "10.1.2.3", &["6.6.6.6", "9.9.9.9, 10.9.9.9"], "9.9.9.9");
        check(&["10.0.0.0/8"], "10.1.2.3", &["6.6.6.6, nonsense, 10.9.9.9"], "10.9.9.9");
        check(&["0.0.0.0/0"], "10.1.2.3", &["6.6.6.6, 7.7.7.7"], "6.6.6.6");
        check(&["2001:db8::/32"], "2001:db8::7", &["2001:db9::1"], "2001:db9::1");
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/x", "host", "::/129"] {
            assert!(TrustedProxies::parse(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
