//! Addresses out of mail header fields as logs keep them: `a@b.example`, `<a@b.example>`,
//! `"A. B." <a@b.example>`, several of them with commas between.

/// Calls `each` with every address in the field. A field without brackets is one address or a comma list.
pub(crate) fn for_each_address(field: &[u8], mut each: impl FnMut(&[u8])) {
    if memchr::memchr(b'<', field).is_none() {
        field.split(|byte| *byte == b',').for_each(|part| offer(part, &mut each));
        return;
    }
    let mut rest = field;
    while let Some(open) = memchr::memchr(b'<', rest) {
        rest = &rest[open + 1..];
        // A bracket that is never closed was cut off by the log's own limit; so may the address be.
        let Some(close) = memchr::memchr(b'>', rest) else { return };
        offer(&rest[..close], &mut each);
        rest = &rest[close + 1..];
    }
}

fn offer(part: &[u8], each: &mut impl FnMut(&[u8])) {
    let part = part.trim_ascii();
    if !part.is_empty() {
        each(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_their_addresses() {
        for (field, expected) in [
            ("a@b.example", &["a@b.example"][..]),
            ("<a@b.example>", &["a@b.example"]),
            ("\"B, A\" <a@b.example>", &["a@b.example"]),
            ("A <a@b.example>, B <c@d.example>", &["a@b.example", "c@d.example"]),
            ("a@b.example, c@d.example", &["a@b.example", "c@d.example"]),
            ("<>", &[]),
            ("", &[]),
            ("A <a@b.exa", &[]),
        ] {
            let mut found = Vec::new();
            for_each_address(field.as_bytes(), |part| found.push(String::from_utf8_lossy(part).into_owned()));
            assert_eq!(found, expected, "{field}");
        }
    }
}
