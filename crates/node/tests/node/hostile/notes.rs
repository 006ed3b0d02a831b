//! Notes whose lines are not what they should be.

use detente_tlog::{Checkpoint, CosignTime, CosignerKey, KeyName, LogKey, TreeSize};

use super::forger::{Forger, TIME, base64, hex, log_of};
use super::stage::Stage;
use super::table::{Case, Expect, refused};

pub(crate) fn cases(stage: &Stage) -> Vec<Case> {
    let grown = stage.forger.grown(13);
    let good = String::from_utf8(grown.note(13)).unwrap();
    let (text, lines) = good.split_once("\n\n").unwrap();
    let (text, lines) = (format!("{text}\n"), lines.to_owned());
    let first = lines.lines().next().unwrap().to_owned() + "\n";
    let at = |note: String| -> Vec<u8> {
        let mut parts = grown.packet(12);
        parts.checkpoint(&grown.log, note.as_bytes());
        parts.bytes()
    };
    let form = |name: &str, note: String| refused(format!("note: {name}"), at(note), "bad-member");
    let bad = |name: &str, note: String, why| refused(format!("note: {name}"), at(note), why);
    let signed = |text: &str| String::from_utf8(grown.signed_text(text)).unwrap();
    let unknown = |i: usize| format!("\u{2014} unknown.example/{i} {}\n", base64(&[i as u8; 68]));
    let small = |r: [u8; 32]| {
        let line = [grown.key_id().as_slice(), &r, &[0; 32]].concat();
        format!("{text}\n\u{2014} {} {}\n", grown.names.origin(&grown.log), base64(&line))
    };
    let origin = grown.names.origin(&grown.log).to_string();
    let other_key = LogKey::from_seed(grown.names.origin(&grown.log), &[9; 32]).unwrap();
    let stranger = String::from_utf8(other_key.sign(&grown.head(13)).unwrap().into_bytes()).unwrap();
    let third = Forger::of(&stage.world, "c");
    let cosigned = third.mirror_line(&grown.head(13));
    let wrong = third.mirror_line(&grown.head(12));
    let own = grown.mirror_line(&grown.head(13));
    let mirror = third.names.mirror(&third.log).to_string();
    let mut zero = cosigned.clone();
    let bytes = [&line_bytes(&cosigned)[..4], &[0; 8], &line_bytes(&cosigned)[12..]].concat();
    zero.replace_range(.., &format!("\u{2014} {mirror} {}\n", base64(&bytes)));
    let ml_dsa_alone = format!("{text}\n{}", lines.lines().nth(1).unwrap().to_owned() + "\n");
    let with_size = |size: &str| signed(&text.replace("\n13\n", &format!("\n{size}\n")));
    let look_alike = |to: &str| {
        let name = KeyName::parse(&origin.replace("/a/0", to)).unwrap();
        let head = Checkpoint::new(name.clone(), TreeSize::new(13).unwrap(), grown.root(13)).unwrap();
        LogKey::from_seed(name, &[9; 32]).unwrap().sign(&head).unwrap()
    };
    let aside = |name: &str, note: &[u8], why| {
        refused(
            format!("note aside: {name}"),
            stage.forger.packet(12).with(format!("note/{}", hex(note)), note),
            why,
        )
    };
    let witness = CosignerKey::ed25519(grown.names.mirror(&grown.log), &[9; 32]).unwrap();
    let stranger_line = witness.cosign(&grown.head(13), CosignTime::new(TIME).unwrap());
    vec![
        form("empty", String::new()),
        form("no signatures", text.clone()),
        form("no blank line", format!("{text}{lines}")),
        form("10,000 lines", format!("{good}{}", (0..10_000).map(unknown).collect::<String>())),
        form("101 lines", format!("{good}{}", (0..99).map(unknown).collect::<String>())),
        form("a fourth line", signed(&format!("{text}extension\n"))),
        form("two lines", signed(text.rsplit_once('\n').unwrap().0.rsplit_once('\n').unwrap().0)),
        form("a carriage return", good.replace('\n', "\r\n")),
        form("a tab", good.replacen("/a/0\n", "/a/0\t\n", 1)),
        form("no line feed at the end", good.trim_end().to_owned()),
        form("base64 with a space", good.replacen("= ", " =", 1).replacen("=\n\u{2014}", " \n\u{2014}", 1)),
        form("a hyphen for the dash", good.replace('\u{2014}', "-")),
        form("size with a leading zero", with_size("013")),
        form("size with a sign", with_size("+13")),
        form("negative size", with_size("-13")),
        form("size two to the 53", with_size("9007199254740992")),
        form("size two to the 63", with_size("9223372036854775808")),
        form("size two to the 64", with_size("18446744073709551616")),
        form("size 0 with another root", with_size("0")),
        form("root with stray bits", signed(&stray(&text))),
        form("root without padding", signed(&text.replace("=\n", "\n"))),
        form("over 1 MiB", format!("{good}{}", format!("\u{2014} x {}\n", base64(&[0; 69_000])).repeat(12))),
        bad("by a stranger's key of the same name", stranger, "bad-note no-known-signature"),
        bad("the second line alone", ml_dsa_alone, "bad-note no-log-signature"),
        bad("cosigners alone", format!("{text}\n{cosigned}"), "bad-note no-log-signature"),
        bad("the log's line twice", format!("{good}{first}"), "bad-note duplicate-signature"),
        bad("a cosigner's line twice", format!("{good}{cosigned}{cosigned}"), "bad-note duplicate-signature"),
        bad("a cosigner's line of another head", format!("{good}{wrong}"), "bad-note bad-signature"),
        bad("a cosignature at time zero", format!("{good}{zero}"), "bad-note bad-signature"),
        bad(
            "a line of another head",
            format!("{text}\n{}", first_line(&grown.note(12))),
            "bad-note bad-signature",
        ),
        bad("R of small order: zero", small([0; 32]), "bad-note bad-signature"),
        bad("R of small order: one", small(one()), "bad-note bad-signature"),
        bad(
            "a homoglyph in the origin",
            signed(&text.replacen("/a/0", "/\u{430}/0", 1)),
            "bad-note unknown-origin",
        ),
        bad("a look-alike origin", look_alike("/a/00"), "bad-note unknown-origin"),
        bad("an origin in capitals", signed(&text.replacen("/a/0", "/A/0", 1)), "bad-note unknown-origin"),
        bad("an origin with a path more", look_alike("/a/0/0"), "bad-note unknown-origin"),
        bad(
            "an origin of another record",
            signed(&text.replacen("/r/", "/r/0", 1)),
            "bad-note unknown-origin",
        ),
        bad(
            "the mirror's name as origin",
            signed(&text.replacen("/r/", "/m/", 1)),
            "bad-note unknown-origin",
        ),
        aside("of nobody", look_alike("/z/0").as_bytes(), "file-unbound"),
        aside(
            "of another log under a's key",
            &signed(&text.replacen("/a/0", "/c/0", 1)).into_bytes(),
            "bad-note no-known-signature",
        ),
        aside(
            "with a line that does not hold",
            format!("{good}{wrong}").as_bytes(),
            "bad-note bad-signature",
        ),
        aside(
            "of our log by a's key",
            &signed(&text.replacen("/a/0", "/b/0", 1)).into_bytes(),
            "bad-note no-known-signature",
        ),
        Case {
            name: "note: of size 0".into(),
            packet: stage.forger.empty("b").checkpoint(&log_of("a"), &stage.forger.note(0)).bytes(),
            expect: Expect::Harmless,
        },
        Case {
            name: "note: 98 strange lines under a known head".into(),
            packet: {
                let known = String::from_utf8(stage.forger.note(12)).unwrap();
                let full = format!("{known}{}", (0..98).map(unknown).collect::<String>());
                stage.forger.empty("b").checkpoint(&log_of("a"), full.as_bytes()).bytes()
            },
            expect: Expect::Harmless,
        },
        Case {
            name: "note: 98 strange lines under a new head".into(),
            packet: at(format!("{good}{}", (0..98).map(unknown).collect::<String>())),
            expect: Expect::Leaf(&[], "took"),
        },
        Case {
            name: "note: its own author as a witness".into(),
            packet: at(format!("{good}{own}")),
            expect: Expect::Leaf(&[], "took"),
        },
        Case {
            name: "note: a mirror of the same name and another key".into(),
            packet: at(format!("{good}{stranger_line}")),
            expect: Expect::Leaf(&[], "took"),
        },
    ]
}

fn first_line(note: &[u8]) -> String {
    let text = std::str::from_utf8(note).unwrap();
    text.split_once("\n\n").unwrap().1.lines().next().unwrap().to_owned() + "\n"
}

fn line_bytes(line: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(line.trim_end().rsplit(' ').next().unwrap()).unwrap()
}

fn one() -> [u8; 32] {
    let mut one = [0; 32];
    one[0] = 1;
    one
}

/// The root with its last unused bits set.
fn stray(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = bytes.len() - 3;
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = ALPHABET.iter().position(|letter| *letter == bytes[at]).unwrap();
    bytes[at] = ALPHABET[value | 1];
    String::from_utf8(bytes).unwrap()
}
