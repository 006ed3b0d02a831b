//! The readers of plain lists, tables and DNS blocking files: what they take, what they count and refuse, and
//! that each family is told by its content.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod common;

use common::{all_printed, options, read_as};
use detente_indicators::read::{Column, Format, ReadError, Reading};
use detente_indicators::{Intake, List, Marking, Note, Options, Pap, Reason, Tlp};
use proptest::prelude::*;

/// Reads by content and checks the family, the printed items and the dropped values in the order of reading.
fn check(input: &str, format: Format, items: &[&str], dropped: &[(u64, Reason)]) -> List {
    let mut rejects = Vec::new();
    let mut intake = Intake::new(options()).with_rejects(|reject| rejects.push((reject.line, reject.reason)));
    intake.begin_source("test");
    let told = detente_indicators::read::read(input.as_bytes(), &Reading::default(), &mut intake).unwrap();
    let list = intake.finish();
    let mut expected: Vec<&str> = items.to_vec();
    expected.sort_unstable();
    let mut printed = all_printed(&list);
    printed.sort_unstable();
    assert_eq!((told, printed), (format, expected.into_iter().map(str::to_owned).collect()));
    assert_eq!(rejects, dropped);
    assert!(list.counts().add_up());
    // Carriage returns change nothing, nor does naming what was told by content.
    let with_returns = input.replace('\n', "\r\n");
    for reading in [Reading::default(), Reading { format: Some(format), ..Reading::default() }] {
        let again = read_as(with_returns.as_bytes(), &reading, options()).unwrap().1;
        assert_eq!(again.counts(), list.counts());
        assert!(again.items().eq(list.items()));
    }
    list
}

fn fails(input: &[u8], reading: &Reading) -> ReadError {
    read_as(input, reading, options()).err().unwrap()
}

fn lines(list: &List) -> Vec<Vec<u64>> {
    (0..list.len()).map(|rank| list.places(rank).iter().map(|place| place.line).collect()).collect()
}

#[test]
fn text_takes_the_first_column() {
    let list = check(
        "\u{feff}# a comment\n! another\n; and another\n[a title]\n\n\
         example.com\n8.8.8.8\t17\n  8.8.4.4   \n\u{a0}nbsp.example\u{a0}\nexample.net # why\nexample.org\t# why\n\
         1.2.3.4:8080\n[2001:db8::1]:443\n2001:db8::2\n*.wild.example\n.dot.example\nhxxp://bad[.]example/x\n\
         example.com\nhost.example/path\nMozilla/5.0 (X11)\n10.0.0.1\n198.51.100.0/24\n",
        Format::Text,
        &[
            "example.com",
            "8.8.8.8",
            "8.8.4.4",
            "nbsp.example",
            "example.net",
            "example.org",
            "1.2.3.4",
            "2001:db8::1",
            "2001:db8::2",
            "wild.example",
            "dot.example",
            "http://bad.example/x",
            "198.51.100.0/24",
        ],
        &[
            (18, Reason::Duplicate),
            (19, Reason::NotAnIndicator),
            (20, Reason::NotAnIndicator),
            (21, Reason::SpecialUse),
        ],
    );
    assert_eq!(list.counts().notes[&Note::WildcardStripped], 2);
    assert_eq!(list.counts().notes[&Note::Refanged], 1);
    let rank = list.items().position(|item| item.printed() == "example.com").unwrap();
    assert_eq!(lines(&list)[rank], [6, 18]);
}

#[test]
fn maltrail_files_are_text() {
    check(
        "# Copyright (c) someone\n# Reference: https://example.com/report\n\nbad.example\n45.0.2.1:8080\n\
         # Reference: https://example.com/second\n\nhttp://bad.example/gate.php\nbad.example/panel/\n(?i)gate[0-9]+\\.php\n",
        Format::Text,
        &["bad.example", "45.0.2.1", "http://bad.example/gate.php"],
        &[(9, Reason::NotAnIndicator), (10, Reason::NotAnIndicator)],
    );
}

#[test]
fn a_table_without_header_by_its_column_of_types() {
    let list = check(
        "2026-08-01 10:00:00,someone,domain,bad.example,#tag,https://x.example/1\n\
         2026-08-01 10:00:01,someone,url,http://bad.example/a,,https://x.example/2\n\
         2026-08-01 10:00:02,someone,ip,8.8.8.8,,https://x.example/3\n\
         2026-08-01 10:00:03,someone,sha256,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,,https://x.example/4\n\
         2026-08-01 10:00:04,someone,md5,bad.example,,\n",
        Format::Csv,
        &[
            "bad.example",
            "http://bad.example/a",
            "8.8.8.8",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ],
        &[(5, Reason::BadHash)],
    );
    assert_eq!(list.counts().read, 5);
}

#[test]
fn a_table_by_its_header() {
    let list = check(
        "INDICATOR_VALUE,TYPE,COMMENT,HANDLING\n\
         bad.example,FQDN,\"two\nlines, and a \"\"quote\"\"\",TLP:WHITE\n\
         ,MD5,SHA1:none,TLP:WHITE\n\
         8.8.8.8,IPV4ADDR,,TLP:AMBER\n\
         d41d8cd98f00b204e9800998ecf8427e,FileHash-MD5,,\n\
         CVE-2024-0001,CVE,,\n\
         other.example,,,TLP:PURPLE\n\
         evil.exe,filename,,\n",
        Format::Csv,
        &["bad.example", "8.8.8.8", "d41d8cd98f00b204e9800998ecf8427e", "other.example"],
        &[(7, Reason::TypeNotCarried), (9, Reason::TypeNotCarried)],
    );
    assert_eq!(list.counts().unmarked, 1);
    let tlp = |wanted: &str| {
        let rank = list.items().position(|item| item.printed() == wanted).unwrap();
        (list.marking(rank).tlp, list.places(rank)[0].line)
    };
    assert_eq!(tlp("bad.example"), (Some(Tlp::Clear), 2));
    assert_eq!(tlp("8.8.8.8"), (Some(Tlp::Amber), 5));
    assert_eq!(tlp("d41d8cd98f00b204e9800998ecf8427e"), (None, 6));
    assert_eq!(tlp("other.example"), (Some(Tlp::Red), 8), "an unknown level is RED");
}

#[test]
fn markings_of_a_row() {
    let held = |input: &str| {
        let list = read_as(input.as_bytes(), &Reading::default(), options()).unwrap().1;
        (list.counts().items, list.counts().held_back, list.marking(0).tlp)
    };
    assert_eq!(held("value,tlp,pap\na.example,green,clear\nb.example,,RED\n"), (1, 1, Some(Tlp::Green)));
    assert_eq!(
        held("value,tags\na.example,\"x, PAP:AMBER\"\nb.example,tlp:red tlp:clear\n"),
        (1, 1, Some(Tlp::Red))
    );
    // A marking counts in a column of any name, and without a header.
    assert_eq!(held("domain,a.example,TLP:GREEN\ndomain,b.example,pap:red\n"), (1, 1, Some(Tlp::Green)));
    let amber = Marking { tlp: None, pap: Some(Pap::Amber) };
    let list =
        read_as(b"a.example\n", &Reading::default(), Options { marking: amber, ..options() }).unwrap().1;
    assert_eq!((list.counts().items, list.counts().held_back), (0, 1));
}

#[test]
fn tables_by_header_and_by_content() {
    for (input, format) in [
        ("domain,first_seen\na.example,2026-01-01\n", Format::Csv),
        ("first_seen\tdomain\n2026-01-01\ta.example\n", Format::Tsv),
        ("id;indicator;source\n1;a.example;x\n", Format::Csv),
        (
            "# written today\n# \"first_seen\",\"ioc_value\",\"ioc_type\"\n\"2026-01-01\",\"a.example\",\"domain\"\n",
            Format::Csv,
        ),
        ("1,a.example,some words\n2,a.example,other words\n", Format::Csv),
        ("id,name\n1,a.example\n2,a.example\n", Format::Csv),
        ("\"value\",\"note\"\r\n\"a.example\",\"x\"\r\n", Format::Csv),
        ("value,description\na.example,\"an open quote\n", Format::Csv),
    ] {
        let (told, list) = read_as(input.as_bytes(), &Reading::default(), options()).unwrap();
        assert_eq!((told, all_printed(&list)), (format, vec!["a.example".to_owned()]), "{input}");
    }
}

#[test]
fn no_column_is_guessed_where_two_fit() {
    let two = |input: &str| match fails(input.as_bytes(), &Reading::default()) {
        error @ ReadError::TwoColumns { .. } => {
            assert!(error.hint().unwrap().contains("--column"));
            error.to_string()
        }
        other => panic!("{other}"),
    };
    assert_eq!(two("domain,ip\na.example,8.8.8.8\n"), "columns domain and ip could both hold the indicators");
    assert_eq!(
        two("a.example,8.8.8.8\nb.example,8.8.4.4\n"),
        "columns 1 and 2 could both hold the indicators"
    );
    let wish = |column: Column| Reading { column: Some(column), ..Reading::default() };
    let input = b"domain,ip\na.example,8.8.8.8\n";
    for (column, expected) in [(Column::Name("IP".to_owned()), "8.8.8.8"), (Column::Number(1), "a.example")] {
        let list = read_as(input, &wish(column), options()).unwrap().1;
        assert_eq!(all_printed(&list), [expected]);
    }
    for column in [Column::Name("url".to_owned()), Column::Number(0), Column::Number(3)] {
        assert!(matches!(fails(input, &wish(column)), ReadError::ColumnNotFound { .. }));
    }
    assert!(matches!(fails(b"a,b\nc,d\n", &Reading::default()), ReadError::NoColumn));
}

#[test]
fn a_stray_quote_costs_no_row() {
    let many: String = (0..60_000).map(|n| format!("n{n}.example,plain text to fill the row\n")).collect();
    let input = format!("value,note\nfirst.example,\"open\n{many}");
    assert!(input.len() > 2 << 20);
    let list = read_as(input.as_bytes(), &Reading::default(), options()).unwrap().1;
    assert_eq!(list.len(), 60_001);
}

#[test]
fn hosts_files_give_all_names() {
    check(
        "# blocking\n127.0.0.1 localhost localhost.localdomain\n::1 localhost ip6-localhost ip6-loopback\n\
         255.255.255.255 broadcasthost\n0.0.0.0 0.0.0.0\n0.0.0.0 a.example\n127.0.0.1\tb.example  c.example # two\n\
         :: d.example\n0.0.0.0 a.example\n0.0.0.0 not_a_name\n192.0.2.1 mapped.example\n",
        Format::Hosts,
        &["a.example", "b.example", "c.example", "d.example"],
        &[
            (4, Reason::NotAnIndicator),
            (9, Reason::Duplicate),
            (10, Reason::BadName),
            (11, Reason::NotAnIndicator),
        ],
    );
}

#[test]
fn adblock_rules_that_block_a_name() {
    let list = check(
        "[Adblock Plus 2.0]\n! Title: x\n||a.example^\n||b.example^$third-party\n||c.example^|\n||d.example/path^\n\
         @@||e.example^\n##.banner\n/ads/*\n||8.8.8.8^\n||f.example^$badfilter\n||*.g.example^\n",
        Format::Adblock,
        &["a.example", "b.example", "c.example", "8.8.8.8"],
        &[6, 7, 8, 9, 11, 12].map(|line| (line, Reason::NotAnIndicator)),
    );
    assert_eq!(list.counts().notes[&Note::WildcardStripped], 4);
}

#[test]
fn dnsmasq_lines() {
    let list = check(
        "# x\naddress=/a.example/0.0.0.0\naddress=/b.example/c.example/\nserver=/d.example/\nlocal=/e.example/\n\
         server=/f.example/8.8.8.8\ncache-size=1000\naddress=/g.example/#\n",
        Format::Dnsmasq,
        &["a.example", "b.example", "c.example", "d.example", "e.example", "g.example"],
        &[(6, Reason::NotAnIndicator), (7, Reason::NotAnIndicator)],
    );
    assert_eq!(list.counts().notes[&Note::WildcardStripped], 6);
}

#[test]
fn unbound_lines() {
    let list = check(
        "server:\n  local-zone: \"a.example\" always_nxdomain\nlocal-zone: \"b.example.\" static\n\
         local-zone: \"c.example\" transparent\nlocal-data: \"d.example A 0.0.0.0\"\nlocal-data: \"a.example A 0.0.0.0\"\n\
         include: x\n",
        Format::Unbound,
        &["a.example", "b.example", "d.example"],
        &[(4, Reason::NotAnIndicator), (6, Reason::Duplicate), (7, Reason::NotAnIndicator)],
    );
    assert_eq!(list.counts().notes[&Note::WildcardStripped], 2);
}

#[test]
fn policy_zones() {
    let list = check(
        "$TTL 1w;\n$ORIGIN rpz.local.\n@ IN SOA localhost. root.localhost. (\n  2026010100 ; serial\n  2h 30m 30d 1h )\n  IN NS localhost.\n\
         a.example CNAME .\n*.a.example CNAME .\nb.example 300 IN CNAME *.\nc.example CNAME rpz-drop.\n\
         d.example CNAME rpz-passthru.\ne.example.rpz.local. CNAME rpz-tcp-only.\nother.zone. CNAME .\n\
         f.example A 192.0.2.1\n  TXT \"the same owner\"\n\
         32.4.3.2.1.rpz-ip CNAME .\n24.0.2.0.192.rpz-ip CNAME .\n128.1.zz.db8.2001.rpz-ip CNAME .\n48.zz.1.db8.2001.rpz-ip CNAME .\n\
         ns.example.rpz-nsdname CNAME .\n32.4.3.2.1.rpz-client-ip CNAME .\n32.1.2.3.rpz-ip CNAME .\n",
        Format::Rpz,
        &[
            "a.example",
            "b.example",
            "c.example",
            "e.example",
            "f.example",
            "1.2.3.4",
            "192.0.2.0/24",
            "2001:db8::1",
            "2001:db8:1::/48",
        ],
        &[
            (8, Reason::Duplicate),
            (11, Reason::NotAnIndicator),
            (13, Reason::NotAnIndicator),
            (15, Reason::Duplicate),
            (20, Reason::NotAnIndicator),
            (21, Reason::NotAnIndicator),
            (22, Reason::BadAddress),
        ],
    );
    assert!(list.counts().notes.is_empty());
}

#[test]
fn misp_csv_by_its_header() {
    let header = "uuid,event_id,category,type,value,comment,to_ids,timestamp,object_relation,attribute_tag,object_uuid,object_name,object_meta-category\n";
    let rows = "\"u\",1,\"Network activity\",\"domain|ip\",\"a.example|8.8.8.8\",\"two\nlines\",1,1,\"\",\"tlp:green,PAP:GREEN\",\"\",\"\",\"\"\n\
        \"u\",1,\"Network activity\",\"url\",\"http://a.example/\",\"\",0,1,\"\",\"\",\"\",\"\",\"\"\n\
        \"u\",1,\"Payload delivery\",\"filename|md5\",\"x.exe|d41d8cd98f00b204e9800998ecf8427e\",\"\",1,1,\"\",\"PAP:RED\",\"\",\"\",\"\"\n\
        \"u\",1,\"External analysis\",\"text\",\"words\",\"\",0,1,\"\",\"\",\"\",\"\",\"\"\n\
        \"u\",1,\"External analysis\",\"link\",\"https://a.example/report\",\"\",1,1,\"\",\"\",\"\",\"\",\"\"\n\
        \"u\",1,\"Network activity\",\"stix2-pattern\",\"[domain-name:value = 'b.example']\",\"\",1,1,\"\",\"\",\"\",\"\",\"\"\n";
    let list = check(
        &format!("{header}{rows}"),
        Format::MispCsv,
        &["a.example", "8.8.8.8", "b.example"],
        &[(4, Reason::NotForDetection), (6, Reason::TypeNotCarried), (7, Reason::NotForDetection)],
    );
    assert_eq!((list.counts().held_back, list.counts().unmarked), (1, 1));
    let all = read_as(
        format!("{header}{rows}").as_bytes(),
        &Reading::default(),
        Options { all: true, ..options() },
    )
    .unwrap()
    .1;
    assert_eq!(all.counts().items, 5);
    let reading = Reading { format: Some(Format::MispCsv), ..Reading::default() };
    assert!(matches!(
        fails(b"a,b\n", &reading),
        ReadError::MalformedDocument { format: Format::MispCsv, .. }
    ));
}

#[test]
fn a_line_that_is_too_long_is_counted_once() {
    let long = "a".repeat((1 << 20) + 1);
    for input in [
        format!("a.example\n{long}\nb.example\n"),
        format!("a.example\r\n{long}{long}\nb.example"),
        format!("b.example\na.example\n{long}"),
    ] {
        let list = read_as(
            input.as_bytes(),
            &Reading { format: Some(Format::Text), ..Reading::default() },
            options(),
        )
        .unwrap()
        .1;
        assert_eq!(list.counts().dropped.iter().collect::<Vec<_>>(), [(&Reason::LineTooLong, &1)]);
        assert_eq!(list.len(), 2);
    }
    let exact = "a".repeat(1 << 20);
    let list =
        read_as(exact.as_bytes(), &Reading { format: Some(Format::Text), ..Reading::default() }, options())
            .unwrap()
            .1;
    assert_eq!(list.counts().dropped[&Reason::NotAnIndicator], 1);
}

/// Gives a stream in pieces of a few bytes, as a pipe may.
struct Pieces<'b>(&'b [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let size = self.1.min(self.0.len()).min(into.len());
        into[..size].copy_from_slice(&self.0[..size]);
        self.0 = &self.0[size..];
        Ok(size)
    }
}

proptest! {
    #[test]
    fn pieces_of_any_size_give_the_same(
        lines in proptest::collection::vec("[a-c]{1,3}\\.(example|[0-9])( # x)?|\"[a-c,\n]{0,4}\"|", 1..40), piece in 1_usize..50,
        returns: bool, csv: bool,
    ) {
        let input = lines.join(if returns { "\r\n" } else { "\n" });
        let format = Some(if csv { Format::Csv } else { Format::Text });
        let reading = Reading { format, column: csv.then_some(Column::Number(1)), ..Reading::default() };
        let whole = read_as(input.as_bytes(), &reading, options());
        let mut intake = Intake::new(options());
        let pieces = detente_indicators::read::read(Pieces(input.as_bytes(), piece), &reading, &mut intake);
        match (whole, pieces) {
            (Ok((_, list)), Ok(_)) => {
                let pieces = intake.finish();
                prop_assert_eq!(list.counts(), pieces.counts());
                prop_assert!(list.items().eq(pieces.items()));
            }
            (whole, pieces) => prop_assert_eq!(whole.is_err(), pieces.is_err()),
        }
    }

    #[test]
    fn no_input_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), format in proptest::sample::select(Format::ALL.to_vec())) {
        for format in [None, Some(format)] {
            let _ = read_as(&bytes, &Reading { format, ..Reading::default() }, options());
        }
    }

    #[test]
    fn no_text_panics(
        text in "([a-c.,;|\"#$@^/=:*\\[\\](){}<> \\t\\n-]|0\\.0\\.0\\.0 |CNAME|SOA|address=/|local-zone: |\\|\\||zz\\.|rpz-ip|32\\.|value,){0,60}",
        format in proptest::sample::select(Format::ALL.to_vec()),
    ) {
        for format in [None, Some(format)] {
            let _ = read_as(text.as_bytes(), &Reading { format, ..Reading::default() }, options());
        }
    }
}
