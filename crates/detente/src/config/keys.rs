//! Every key of the configuration, as data: its name in the file, what it is, its default.
//!
//! The variable of the environment is the name in capitals after `DETENTE_`.

/// A key.
pub(crate) struct Key {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
    /// Its value where nobody says another one. Empty: none.
    pub(crate) default: &'static str,
    /// Whether its value is a list.
    pub(crate) is_list: bool,
}

impl Key {
    /// The variable of the environment.
    pub(crate) fn variable(&self) -> String {
        format!("DETENTE_{}", self.name.to_uppercase())
    }
}

const fn one(name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { name, about, default, is_list: false }
}

/// All of them, in the order in which they are shown.
pub(crate) const KEYS: [Key; 11] = [
    one(
        "peer",
        "",
        "where peers reach us: an address with a port; without it we reach them, they do not reach us",
    ),
    Key {
        name: "announce",
        about: "the addresses that our card names for peers to dial; without it the one of `peer`, where it is one",
        default: "",
        is_list: true,
    },
    one(
        "web",
        "127.0.0.1:7480",
        "where pages and API are; elsewhere than on this computer only with TLS and a passkey",
    ),
    one("web_origin", "", "what a browser types, where that is not http://localhost with the port"),
    one("web_certificate_file", "", "the certificates of the pages, PEM, ours first"),
    one("web_key_file", "", "the key of that certificate, PEM, readable to its owner alone"),
    one(
        "metrics",
        "",
        "where metrics are: the path of a Unix socket, or an address of this computer with a port",
    ),
    one(
        "log",
        "info",
        "what is logged: error, warn, info, debug, trace; or by part, such as info,detente_link=debug",
    ),
    one("log_format", "auto", "text, json, or auto: text on a terminal"),
    one("stop_wait_ms", "10000", "how long what is under way may take when the node stops, in milliseconds"),
    one(
        "confinement",
        "required",
        "required, or weaker: start also where the kernel enforces less, and say so",
    ),
];

/// The key of this name.
pub(crate) fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The name that was probably meant: at most two letters away.
pub(crate) fn meant(name: &str) -> Option<&'static str> {
    let near = KEYS.iter().map(|key| (distance(name, key.name), key.name)).min()?;
    (near.0 <= 2).then_some(near.1)
}

/// Letters to add, take away or change (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().take(64).enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (b, above) in other.iter().zip(row.iter_mut().skip(1)) {
            let here = (corner + usize::from(a != *b)).min(left + 1).min(*above + 1);
            corner = *above;
            (*above, left) = (here, here);
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{distance, meant};

    #[test]
    fn letters_are_counted() {
        for (one, other, letters) in [
            ("peer", "peer", 0),
            ("per", "peer", 1),
            ("wbe", "web", 2),
            ("", "web", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), letters, "{one} {other}");
        }
        assert_eq!(meant("metric"), Some("metrics"));
        assert_eq!(meant("colour"), None);
    }
}
