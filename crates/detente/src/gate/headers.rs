//! The headers of every answer, errors included (SECURITY.md, T37 to T39).

use axum::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};

/// No page carries script or style of its own, none is framed, and none reaches anywhere but this node.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'";

/// Everything a page could ask of the browser but passkeys.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), usb=(), publickey-credentials-create=(self), \
     publickey-credentials-get=(self)";

/// Names and values, in the order of the handbook.
pub(crate) const HEADERS: [(&str, &str); 9] = [
    ("content-security-policy", POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("permissions-policy", PERMISSIONS),
    ("x-dns-prefetch-control", "off"),
];

/// Browsers come back by TLS alone for a year.
const STRICT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Puts them on an answer, over whatever stood there. `keeps` is for what stands under a hash of its content: that
/// alone may be kept by a browser.
pub(crate) fn put(headers: &mut HeaderMap, keeps: bool, is_tls: bool) {
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !keeps {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if is_tls {
        headers.insert(HeaderName::from_static("strict-transport-security"), STRICT);
    }
}
