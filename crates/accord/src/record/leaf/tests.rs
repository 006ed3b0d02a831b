use super::*;

/// Section 5.3 and appendix A of the record's specification.
const VECTOR: &str = concat!(
    r#"{"entry":{"epoch":0,"heads":[{"epoch":0,"note":"WxA504DlQs9ygxggvC8gwzw58ePQUoe3gEm019TI5Ps=","party":"b","#,
    r#""root":"YZ80a91Ci4a5mPoEHqgDYqORdHOy60xpG9dUOCzTbL0=","size":1}],"seq":1,"time":1789999900000},"#,
    r#""sigs":[{"key":"a/desk+3eb83296","sig":"ZfSXgQcfz2TZP9xcNu/URxG/9QgRv0yshumvUPqJxDd6ZJkFv5jLuZzf/AjksELfSjScpzUkYuiUu60BUyGtBw=="}],"#,
    r#""statement":{"accord":"u6LTZmkASj7xZ2Sw3+Nw38DCImOXbf09iWNws/o5vg0=","aud":"all","#,
    r#""commits":{"text":"KAHVOghdYlRjVYuAO1caK7ftqeMTAaTQH90Uhf/e708="},"exercise":false,"made":1789999880000,"#,
    r#""nonce":"AAECAwQFBgcICQoLDA0ODw==","party":"a","pub":{"clock":86400,"to":"b"},"refs":[],"sealed":[],"type":"inquiry","v":1}}"#,
);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn reads_the_vector() {
    let leaf = Leaf::decode(VECTOR.as_bytes()).unwrap();
    assert_eq!(
        hex(leaf.hash().as_bytes()),
        "ce4cdbab102e96110fddfe0232a7fd1916e63745e006f6166e968bf7e0565b51"
    );
    assert_eq!(hex(&leaf.statement_id()), "581dc8f299b760ebd7cbddb7e9a83a532c4f639f4d15a7d1707b940c8763186d");
    let desk = crate::SecretKey::from_seed(&[5; 32]).public();
    assert!(leaf.is_signed_by(&leaf.sigs[0], &desk));
    assert!(!leaf.is_signed_by(&leaf.sigs[0], &crate::SecretKey::from_seed(&[6; 32]).public()));
    assert_eq!(leaf.sigs[0].office(), Some(("a", "desk")));
    let value = Value::decode(leaf.statement_bytes()).unwrap();
    assert_eq!(Leaf::encode(&leaf.place, &value, &leaf.sigs).unwrap(), leaf);
}

#[test]
fn a_flipped_byte_is_refused_or_another_leaf() {
    let leaf = Leaf::decode(VECTOR.as_bytes()).unwrap();
    for i in 0..VECTOR.len() {
        for bit in 0..8 {
            let mut bytes = VECTOR.as_bytes().to_vec();
            bytes[i] ^= 1 << bit;
            if let Ok(other) = Leaf::decode(&bytes) {
                assert_eq!(other.bytes(), bytes, "nothing is repaired");
                assert_ne!(other, leaf);
            }
        }
    }
}

/// The vector with one piece replaced, and the field that the refusal names.
#[test]
fn names_what_is_out_of_form() {
    let long = format!(r#""pub":{{"clock":86400,"to":"{}"}}"#, "b".repeat(2048));
    let head = r#"{"epoch":0,"note":"WxA504DlQs9ygxggvC8gwzw58ePQUoe3gEm019TI5Ps=","party":"b","root":"YZ80a91Ci4a5mPoEHqgDYqORdHOy60xpG9dUOCzTbL0=","size":1}"#;
    let twice = format!("{head},{head}");
    for (from, to, field) in [
        (r#""v":1"#, r#""v":2"#, "v"),
        (r#""type":"inquiry""#, r#""type":"Inquiry""#, "type"),
        (r#""type":"inquiry""#, r#""type":"""#, "type"),
        (r#""aud":"all""#, r#""aud":"a b""#, "aud"),
        (r#""aud":"all","#, "", "aud"),
        (r#""exercise":false"#, r#""exercise":0"#, "exercise"),
        (r#""commits":{"text""#, r#""commits":{"te-xt""#, "commits"),
        (r#""seq":1"#, r#""seq":"1""#, "seq"),
        (r#""size":1"#, r#""size":0"#, "heads.size"),
        (r#""party":"b","root""#, r#""party":"a","root""#, "heads"),
        (head, twice.as_str(), "heads"),
        (r#""clock":86400"#, r#""clock":null"#, "null"),
        (r#""pub":{"clock":86400,"to":"b"}"#, long.as_str(), "pub"),
        (
            r#""refs":[]"#,
            r#""refs":[{"party":"b","rel":"acks","sid":"YZ80a91Ci4a5mPoEHqgDYqORdHOy60xpG9dUOCzTbL0="}]"#,
            "refs.rel",
        ),
        (r#"a/desk+3eb83296"#, r#"a/desk+3EB83296"#, "sigs.key"),
        (r#","v":1}"#, r#","v":1,"w":1}"#, "set of fields (one is unknown)"),
        (
            r#""sealed":[]"#,
            r#""sealed":[{"sha256":"YZ80a91Ci4a5mPoEHqgDYqORdHOy60xpG9dUOCzTbL0=","size":1025}]"#,
            "sealed.size",
        ),
        (
            r#""sealed":[]"#,
            r#""sealed":[],"tree":{"count":40,"root":"YZ80a91Ci4a5mPoEHqgDYqORdHOy60xpG9dUOCzTbL0="}"#,
            "tree",
        ),
    ] {
        let bytes = VECTOR.replacen(from, to, 1);
        assert_ne!(bytes, VECTOR, "{from}");
        assert_eq!(Leaf::decode(bytes.as_bytes()), Err(Rejection::BadField { part: PART, field }), "{to}");
    }
}

#[test]
fn names_what_is_not_canonical() {
    for (from, to, fault) in [
        ("inquiry", "inqu\\niry", Fault::ForbiddenCharacter),
        ("inquiry", "inqu\u{fc}iry", Fault::ForbiddenCharacter),
        ("86400", "[[[[[[1]]]]]]", Fault::TooDeep),
        ("86400", "1e5", Fault::NumberNotInteger),
        ("86400", "9007199254740992", Fault::NumberTooLarge),
    ] {
        let found = Leaf::decode(VECTOR.replacen(from, to, 1).as_bytes());
        let Err(Rejection::NotCanonical { fault: found, .. }) = found else { panic!("{to}: {found:?}") };
        assert_eq!(found.fault, fault, "{to}");
    }
}

#[test]
fn a_leaf_has_a_largest_size() {
    let bytes = vec![b' '; LEAF_BYTES_MAX + 1];
    assert_eq!(Leaf::decode(&bytes), Err(Rejection::BadField { part: PART, field: "size" }));
}
