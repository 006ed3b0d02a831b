//! Where the pages are: the names this node answers to, the origin its forms come from, the name of its cookie.

/// Where the pages are. Everything that decides whether a request was meant for this node.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// `http://localhost:7480`, as a browser writes it.
    origin: String,
    /// Values of `Host`, exactly.
    hosts: Vec<String>,
    /// The name that passkeys are bound to.
    name: String,
    cookie: String,
    is_tls: bool,
}

impl Place {
    /// Pages under the origin that the configuration names, else on this computer alone.
    pub(crate) fn at(origin: Option<&str>, port: u16) -> Place {
        let named = origin.and_then(|origin| origin.trim_end_matches('/').strip_prefix("https://"));
        match named.map(|named| named.rsplit_once(':').unwrap_or((named, "443"))) {
            Some((name, port)) => Place::tls(name, port.parse().unwrap_or(443)),
            None => Place::loopback(port),
        }
    }

    /// Pages on this computer alone. The cookie's name has the port: `localhost` is one place for cookies, whatever
    /// the port, and two nodes on one computer would put each other out.
    pub(crate) fn loopback(port: u16) -> Place {
        let at = |host: &str| if port == 80 { host.to_owned() } else { format!("{host}:{port}") };
        Place {
            origin: format!("http://{}", at("localhost")),
            hosts: ["localhost", "127.0.0.1", "[::1]"].map(at).into(),
            name: "localhost".to_owned(),
            cookie: format!("detente-{port}"),
            is_tls: false,
        }
    }

    /// Pages behind TLS under a name.
    pub(crate) fn tls(name: &str, port: u16) -> Place {
        let name = name.to_ascii_lowercase();
        let host = if port == 443 { name.clone() } else { format!("{name}:{port}") };
        Place {
            origin: format!("https://{host}"),
            hosts: vec![host],
            name,
            cookie: "__Host-detente".to_owned(),
            is_tls: true,
        }
    }

    /// The origin that a browser names.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The name that passkeys are bound to.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the pages stand behind TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The name of the cookie.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Whether this node answers to a value of `Host`. Exact, but for the case of letters.
    pub(crate) fn is_ours(&self, host: &str) -> bool {
        self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host))
    }

    /// Whether a request with this `Host` may name this origin.
    pub(crate) fn is_own_origin(&self, origin: &str, host: &str) -> bool {
        let scheme = if self.is_tls { "https://" } else { "http://" };
        origin
            .strip_prefix(scheme)
            .is_some_and(|named| self.is_ours(named) && named.eq_ignore_ascii_case(host))
    }

    /// A `Set-Cookie` that begins a session: not for scripts, not for other sites, gone with the browser.
    pub(crate) fn set_cookie(&self, secret: &str) -> String {
        let seconds = super::limits::SESSION_MS_MAX / 1000;
        format!(
            "{}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{}",
            self.cookie,
            self.secure()
        )
    }

    /// A `Set-Cookie` that ends it.
    pub(crate) fn clear_cookie(&self) -> String {
        format!("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{}", self.cookie, self.secure())
    }

    fn secure(&self) -> &'static str {
        if self.is_tls { "; Secure" } else { "" }
    }
}
