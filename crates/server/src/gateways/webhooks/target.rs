//! Which addresses a webhook may lead to.
//!
//! It exists because whoever may add a webhook chooses whom this server speaks to: without a rule they could have it knock
//! at what only this machine or this network reaches. The rule is kept twice: on what the URL says, when it is added, and on
//! what its name leads to, at every single connection, so that a name that changes its mind is no way around it.
//!
//! **Invariant:** no connection to an address that was not judged.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::store::webhooks::WebhookUrl;

/// The longest URL.
pub(super) const URL_MAX: usize = 2048;

/// How far webhooks may reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, with TLS.
    #[default]
    Public,
    /// Any address, this machine's and its network's too, and also without TLS.
    Anywhere,
}

/// Why a webhook cannot lead there; a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no URL, or one of another kind.
    #[error("Expected a URL that begins with https://")]
    Kind,
    /// It names an address of this machine, of a private network, or of nobody.
    #[error("Webhooks do not go to this machine or to private networks")]
    Private,
    /// It carries a name and a password in front of the host.
    #[error("A name or a password has no place before the host")]
    Credentials,
    /// It is too long.
    #[error("The URL is too long")]
    TooLong,
}

impl Reach {
    /// The URL, if a webhook may lead there by what it says.
    pub fn judge(self, url: &WebhookUrl) -> Result<Url, Unfit> {
        if url.0.len() > URL_MAX {
            return Err(Unfit::TooLong);
        }
        let url: Url = url.0.parse().map_err(|_| Unfit::Kind)?;
        let fits = url.scheme() == "https" || (self == Self::Anywhere && url.scheme() == "http");
        let host = url.host_str().filter(|_| fits).ok_or(Unfit::Kind)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Unfit::Credentials);
        }
        // A name is judged when it is looked up.
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if literal.is_ok_and(|address| !self.allows(address)) {
            return Err(Unfit::Private);
        }
        Ok(url)
    }

    fn allows(self, address: IpAddr) -> bool {
        self == Self::Anywhere || is_public(address)
    }
}

/// Looks names up, and gives away no address that is not allowed.
pub(super) struct Judged(pub(super) Reach);

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(look_up(self.0, name))
    }
}

async fn look_up(reach: Reach, name: Name) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
    // All or nothing: a name that also leads inside is not meant for us.
    if let Some(inside) = found.iter().find(|address| !reach.allows(address.ip())) {
        return Err(Forbidden(inside.ip()).into());
    }
    if found.is_empty() {
        return Err(io::Error::from(io::ErrorKind::NotFound).into());
    }
    Ok(Box::new(found.into_iter()))
}

/// A name leads to an address that is not allowed.
#[derive(Debug)]
pub(super) struct Forbidden(IpAddr);

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name leads to {}", self.0)
    }
}

impl Error for Forbidden {}

/// Whether an address is somebody's on the public network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_unspecified()
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation();
    // This network; shared by carriers; protocol assignments; the old relays of 6to4; measurements; never given out.
    let reserved = a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !special && !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    // An old address in a new coat is what is under the coat: mapped, translated (NAT64), tunnelled (6to4).
    let inside = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inside(high, low),
        [0x2002, high, low, ..] => inside(high, low),
        // What is given out to somebody is 2000::/3; of it not what is for protocols, tunnels and books.
        [first, second, ..] => {
            let given_out = first & 0xe000 == 0x2000;
            let special = (first == 0x2001 && (second < 0x200 || second == 0xdb8))
                || (first == 0x3fff && second < 0x1000);
            given_out && !special
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_network_are_public() {
        for public in
            ["1.1.1.1", "93.184.216.34", "198.17.0.1", "100.63.0.1", "2606:4700::1111", "64:ff9b::101:101"]
        {
            assert!(is_public(public.parse().expect(public)), "{public}");
        }
        for inside in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "0.1.2.3",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
            "fec0::1",
            "64:ff9b:1::1",
        ] {
            assert!(!is_public(inside.parse().expect(inside)), "{inside}");
        }
    }

    /// EV-6: whoever may add a webhook cannot have this server knock inside.
    #[test]
    fn a_url_that_names_the_inside_is_refused_however_it_is_spelled() {
        let judge = |reach: Reach, url: &str| reach.judge(&WebhookUrl(url.to_owned())).map(drop);
        for (url, why) in [
            ("https://127.0.0.1/hook", Unfit::Private),
            ("https://0x7f.1/hook", Unfit::Private),
            ("https://2130706433/hook", Unfit::Private),
            ("https://[::1]:8443/hook", Unfit::Private),
            ("https://[::ffff:10.0.0.1]/", Unfit::Private),
            ("https://169.254.169.254/latest", Unfit::Private),
            ("http://hooks.example.com/", Unfit::Kind),
            ("ftp://hooks.example.com/", Unfit::Kind),
            ("file:///etc/passwd", Unfit::Kind),
            ("hooks.example.com", Unfit::Kind),
            ("https://me:hunter2@hooks.example.com/", Unfit::Credentials),
        ] {
            assert_eq!(judge(Reach::Public, url), Err(why), "{url}");
        }
        assert_eq!(
            judge(Reach::Public, &format!("https://example.com/{}", "x".repeat(URL_MAX))),
            Err(Unfit::TooLong)
        );
        assert_eq!(judge(Reach::Public, "https://hooks.example.com:8443/a?b=c"), Ok(()));
        assert_eq!(judge(Reach::Anywhere, "http://127.0.0.1:8080/hook"), Ok(()));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_gives_no_address() {
        let look_up = |reach| Judged(reach).resolve("localhost".parse().expect("a name"));
        let refused = look_up(Reach::Public).await.err().expect("refused");
        assert!(refused.is::<Forbidden>(), "{refused}");
        assert!(look_up(Reach::Anywhere).await.is_ok_and(|mut found| found.next().is_some()));
    }
}
