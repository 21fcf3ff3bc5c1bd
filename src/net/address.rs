//! Where something is sent or bound, as users write it: `"server:80"`, `("server", 80)`, `80`, or a socket address.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// An address before names are looked up.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(unnameable_types, reason = "so that `ToAddress` is implemented here alone")]
pub struct Named {
    pub(super) host: Place,
    pub(super) port: u16,
}

/// Which host an address means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The one on which the code runs.
    Here,
    Name(String),
    Ip(IpAddr),
    /// The text is no address.
    Unreadable(String),
}

impl Place {
    fn of_ip(ip: IpAddr) -> Self {
        if ip.is_unspecified() || ip.is_loopback() { Self::Here } else { Self::Ip(ip) }
    }

    fn of_name(name: &str) -> Self {
        match name.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) => Self::of_ip(ip),
            Err(_) if name == "localhost" => Self::Here,
            Err(_) => Self::Name(name.to_owned()),
        }
    }
}

/// What can stand for an address: a port of the own host, a name and a port, or what the standard library has for it.
///
/// The unspecified address (`0.0.0.0`), the loopback address and `localhost` mean the host on which the code runs. A port of 0, where
/// something is bound, stands for one that is free. No other types can implement it.
///
/// ```
/// use seedbed::Sim;
/// use seedbed::net::{self, Listener};
/// let report = Sim::new(0).run(async {
///     net::host("db").spawn(async {
///         let ports = [Listener::bind(80), Listener::bind("0.0.0.0:81"), Listener::bind(("db", 82))];
///         ports.map(|listener| listener.unwrap().local_addr().to_string())
///     }).await
/// });
/// assert_eq!(report.unwrap().unwrap(), ["10.0.0.2:80", "10.0.0.2:81", "10.0.0.2:82"]);
/// ```
pub trait ToAddress {
    /// The address, before names are looked up.
    #[doc(hidden)]
    fn to_named(&self) -> Named;
}

impl ToAddress for u16 {
    fn to_named(&self) -> Named {
        Named { host: Place::Here, port: *self }
    }
}

impl ToAddress for str {
    fn to_named(&self) -> Named {
        let read = self.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
        match read.filter(|(host, _)| !host.is_empty()) {
            Some((host, port)) => Named { host: Place::of_name(host), port },
            None => Named { host: Place::Unreadable(self.to_owned()), port: 0 },
        }
    }
}

impl ToAddress for String {
    fn to_named(&self) -> Named {
        self.as_str().to_named()
    }
}

impl ToAddress for (&str, u16) {
    fn to_named(&self) -> Named {
        Named { host: Place::of_name(self.0), port: self.1 }
    }
}

impl ToAddress for (IpAddr, u16) {
    fn to_named(&self) -> Named {
        Named { host: Place::of_ip(self.0), port: self.1 }
    }
}

impl ToAddress for (Ipv4Addr, u16) {
    fn to_named(&self) -> Named {
        (IpAddr::V4(self.0), self.1).to_named()
    }
}

impl ToAddress for SocketAddr {
    fn to_named(&self) -> Named {
        (self.ip(), self.port()).to_named()
    }
}

impl<A: ToAddress + ?Sized> ToAddress for &A {
    fn to_named(&self) -> Named {
        (**self).to_named()
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, Place, ToAddress};

    #[test]
    fn what_is_written_is_read() {
        let named = |host, port| Named { host, port };
        assert_eq!(80.to_named(), named(Place::Here, 80));
        assert_eq!("b:80".to_named(), named(Place::Name("b".to_owned()), 80));
        assert_eq!("[::1]:80".to_named(), named(Place::Here, 80));
        assert_eq!("10.0.0.2:80".to_named(), named(Place::Ip([10, 0, 0, 2].into()), 80));
        for wrong in ["", "b", "b:", ":80", "b:65536", "b:-1"] {
            assert_eq!(wrong.to_named(), named(Place::Unreadable(wrong.to_owned()), 0));
        }
    }
}
