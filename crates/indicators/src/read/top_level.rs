//! Whether the last label of a name is a top-level domain: in running text that is what tells a name from a
//! file name, a version or two sentences without a space between them (FORMATS, section 12).

use psl::Type;

/// Whether `label` (in any case, A-label or not) is a top-level domain of the public suffix list's ICANN
/// part, or one of the two that exist outside of the public root.
pub(crate) fn is_top_level(label: &str) -> bool {
    if matches!(label.len(), 0..=1 | 64..) {
        return false;
    }
    let folded = label.to_ascii_lowercase();
    if matches!(folded.as_str(), "onion" | "i2p") {
        return true;
    }
    if folded.is_ascii() {
        return is_icann(&folded);
    }
    idna::domain_to_ascii(&folded).is_ok_and(|ascii| is_icann(&ascii))
}

/// Some top-level domains stand in the list only by a rule about what is below them (`*.ck`).
fn is_icann(label: &str) -> bool {
    let known =
        |name: &str| psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(Type::Icann));
    known(label) || known(&format!("x.{label}"))
}

/// Top-level domains that are also common file extensions.
pub(crate) fn is_file_extension(label: &str) -> bool {
    const EXTENSIONS: [&str; 9] = ["zip", "sh", "py", "md", "pl", "rs", "so", "app", "mov"];
    EXTENSIONS.iter().any(|extension| label.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_levels() {
        for label in ["com", "COM", "uk", "ck", "pl", "zip", "xn--p1ai", "рф", "onion", "i2p", "weather"] {
            // `weather` is a top-level domain indeed.
            assert!(is_top_level(label), "{label}");
        }
        for label in ["exe", "dll", "rtf", "temp", "txt", "1", "c", "", "local", "write"] {
            assert!(!is_top_level(label), "{label}");
        }
    }
}
