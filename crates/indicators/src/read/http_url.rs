//! The URL of a logged HTTP request, which logs keep in parts.

/// The parts of one request; the buffers are used again for the next.
#[derive(Default)]
pub(crate) struct Request {
    host: Vec<u8>,
    port: Vec<u8>,
    uri: Vec<u8>,
    method: Vec<u8>,
    url: Vec<u8>,
}

/// A part of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RequestPart {
    /// The host that was asked for.
    Host,
    /// The port it was asked on.
    Port,
    /// The path, or the whole URL where a proxy was asked.
    Uri,
    /// `GET`, `CONNECT` …
    Method,
}

impl Request {
    /// Forgets the last request.
    pub(crate) fn clear(&mut self) {
        for part in [&mut self.host, &mut self.port, &mut self.uri, &mut self.method] {
            part.clear();
        }
    }

    /// Notes one part.
    pub(crate) fn set(&mut self, part: RequestPart, text: &[u8]) {
        let buffer = match part {
            RequestPart::Host => &mut self.host,
            RequestPart::Port => &mut self.port,
            RequestPart::Uri => &mut self.uri,
            RequestPart::Method => &mut self.method,
        };
        buffer.clear();
        buffer.extend_from_slice(text.trim_ascii());
    }

    /// `http://host[:port]uri`; `None` where the parts make no URL (a tunnel, `OPTIONS *`, no host).
    pub(crate) fn url(&mut self) -> Option<&[u8]> {
        if self.uri.is_empty() || self.method.eq_ignore_ascii_case(b"CONNECT") {
            return None;
        }
        if has_scheme(&self.uri) {
            return Some(&self.uri);
        }
        if self.host.is_empty() || self.uri.first() != Some(&b'/') {
            return None;
        }
        self.url.clear();
        self.url.extend_from_slice(b"http://");
        self.append_host();
        self.url.extend_from_slice(&self.uri);
        Some(&self.url)
    }

    fn append_host(&mut self) {
        let colons = memchr::memchr_iter(b':', &self.host).count();
        let bracketed = self.host.starts_with(b"[");
        let bare_ipv6 = colons > 1 && !bracketed;
        if bare_ipv6 {
            self.url.push(b'[');
        }
        self.url.extend_from_slice(&self.host);
        if bare_ipv6 {
            self.url.push(b']');
        }
        let has_port = if bracketed { !self.host.ends_with(b"]") } else { colons == 1 };
        let is_default = matches!(self.port.as_slice(), b"" | b"0" | b"80");
        if !has_port && !is_default {
            self.url.push(b':');
            self.url.extend_from_slice(&self.port);
        }
    }
}

fn has_scheme(uri: &[u8]) -> bool {
    let begins =
        |scheme: &[u8]| uri.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    begins(b"http://") || begins(b"https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(host: &str, port: &str, uri: &str, method: &str) -> Option<String> {
        let mut request = Request::default();
        request.set(RequestPart::Host, host.as_bytes());
        request.set(RequestPart::Port, port.as_bytes());
        request.set(RequestPart::Uri, uri.as_bytes());
        request.set(RequestPart::Method, method.as_bytes());
        request.url().map(|url| String::from_utf8_lossy(url).into_owned())
    }

    #[test]
    fn parts_make_a_url() {
        for (host, port, uri, expected) in [
            ("a.example", "80", "/x?y", "http://a.example/x?y"),
            ("a.example", "", "/", "http://a.example/"),
            ("a.example", "8080", "/x", "http://a.example:8080/x"),
            ("a.example:81", "8080", "/x", "http://a.example:81/x"),
            ("2001:db8::1", "80", "/x", "http://[2001:db8::1]/x"),
            ("2001:db8::1", "81", "/x", "http://[2001:db8::1]:81/x"),
            ("[2001:db8::1]", "81", "/x", "http://[2001:db8::1]:81/x"),
            ("[2001:db8::1]:82", "81", "/x", "http://[2001:db8::1]:82/x"),
            ("proxy.example", "3128", "HTTP://a.example/x", "HTTP://a.example/x"),
        ] {
            assert_eq!(url(host, port, uri, "GET").as_deref(), Some(expected));
        }
    }

    #[test]
    fn parts_that_make_none() {
        assert_eq!(url("", "80", "/x", "GET"), None);
        assert_eq!(url("a.example", "80", "*", "OPTIONS"), None);
        assert_eq!(url("a.example", "443", "a.example:443", "CONNECT"), None);
        assert_eq!(url("a.example", "80", "", "GET"), None);
    }
}
