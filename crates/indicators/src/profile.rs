//! The canon profile: the rules and tables under which a list was made. Both sides name its hash in the terms
//! and refuse to match when it differs, because a name that the tables of one side read otherwise would
//! silently not be found.

use sha2::{Digest, Sha256};

use crate::expand::Expansions;

/// The profile as a JCS object (RFC 8785).
pub fn profile_json(expansions: Expansions) -> String {
    let names: Vec<String> = expansions.names().map(|name| format!("\"{name}\"")).collect();
    format!(
        r#"{{"canon":"{CANON_VERSION}","expansions":[{}],"psl":"{PSL_VERSION}","uts46":"{UTS46_VERSION}"}}"#,
        names.join(",")
    )
}

/// SHA-256 of [`profile_json`].
pub fn profile(expansions: Expansions) -> [u8; 32] {
    Sha256::digest(profile_json(expansions).as_bytes()).into()
}

/// The rules of CANONICAL.
pub const CANON_VERSION: &str = "canon/1";

/// The public suffix list, by the release of the crate `psl` that it is compiled into.
pub const PSL_VERSION: &str = "psl-2.1.247";

/// The version of Unicode whose UTS-46 tables `idna` uses.
pub const UTS46_VERSION: &str = "18.0.0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_tables_that_are_compiled_in() {
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
        let Ok(lock) = std::fs::read_to_string(lock) else { return };
        let version = |name: &str| {
            let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \"")).unwrap();
            rest.split_once('"').unwrap().0
        };
        assert_eq!(format!("psl-{}", version("psl")), PSL_VERSION);
        // The tables of these releases are made from Unicode 18.0.0; another release may be from another.
        assert_eq!(
            [version("idna"), version("icu_normalizer_data"), version("icu_properties_data")],
            ["1.1.0", "2.4.0", "2.4.0"]
        );
    }

    #[test]
    fn is_canonical_json_with_sorted_names() {
        let all = Expansions { cidr: true, tree: true, url: true, mail: true };
        assert_eq!(
            profile_json(all),
            r#"{"canon":"canon/1","expansions":["cidr","mail","tree","url"],"psl":"psl-2.1.247","uts46":"18.0.0"}"#
        );
        assert_eq!(
            profile_json(Expansions::NONE),
            r#"{"canon":"canon/1","expansions":[],"psl":"psl-2.1.247","uts46":"18.0.0"}"#
        );
        assert_ne!(profile(all), profile(Expansions::NONE));
    }
}
