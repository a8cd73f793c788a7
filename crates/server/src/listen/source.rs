//! Where a connection comes from, as far as limits are concerned.
//!
//! **Invariant:** whoever can choose among many addresses still counts as one.

use std::net::{IpAddr, Ipv6Addr};

/// One stranger: an IPv4 address, or the /64 of IPv6 that a household or a machine is given whole.
///
/// Behind a proxy everybody comes from the proxy: what a proxy says of others is not believed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl Source {
    /// The source that an address belongs to.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(six) => {
                let [a, b, c, d, ..] = six.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            four @ IpAddr::V4(_) => four,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_one_household_chooses_among_are_one_source() {
        let source = |text: &str| Source::of(text.parse().expect("an address"));
        assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
        assert_eq!(source("::ffff:192.0.2.7"), source("192.0.2.7"), "IPv4 in the clothes of IPv6");
        assert_ne!(source("192.0.2.7"), source("192.0.2.8"));
    }
}
