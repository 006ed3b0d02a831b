//! Zeek logs in both forms and its intelligence files: real logs by their record counts, and every rule of
//! the header, of escapes and of each log's fields.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::collections::BTreeSet;
use std::io::Read;

use common::{all_printed, bytes, list, options, printed, read_as};
use detente_indicators::read::{Format, Reading};
use detente_indicators::{Intake, Kind, List, Reason, Reject};

fn log(name: &str) -> Option<Vec<u8>> {
    let packed = bytes(&format!("zeek-logs/{name}.gz"))?;
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
    Some(unpacked)
}

fn zeek(input: &str) -> List {
    let (format, list) = read_as(input.as_bytes(), &Reading::default(), options()).unwrap();
    assert_eq!(format, Format::Zeek);
    list
}

fn sorted(list: &List, kind: Kind) -> Vec<String> {
    printed(list, kind).into_iter().collect()
}

fn dropped(list: &List, reason: Reason) -> u64 {
    list.counts().dropped.get(&reason).copied().unwrap_or_default()
}

/// The cells of one column, by its name, cut out in the plainest way.
fn column(log: &[u8], name: &str) -> Vec<String> {
    let text = std::str::from_utf8(log).unwrap();
    let header = text.lines().find(|line| line.starts_with("#fields\t")).unwrap();
    let place = header.split('\t').skip(1).position(|field| field == name).unwrap();
    let cells =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').nth(place).unwrap());
    cells.filter(|cell| !matches!(*cell, "-" | "(empty)" | "")).map(str::to_owned).collect()
}

/// Every value of the columns that FORMATS lists is read, none else: counted with another splitter.
#[test]
fn real_logs_by_their_counts() {
    let counted: [(&str, usize, &[&str]); 6] = [
        ("dns.log", 53_615, &["query", "answers"]),
        ("ssl.log", 49_474, &["server_name", "cert_chain_fps", "client_cert_chain_fps"]),
        ("weird.log", 24_202, &["id.orig_h", "id.resp_h"]),
        (
            "smtp.log",
            1_188,
            &["mailfrom", "rcptto", "from", "to", "cc", "reply_to", "x_originating_ip", "path"],
        ),
        ("ntlm.log", 422, &["id.orig_h", "id.resp_h"]),
        ("x509.log", 348, &["fingerprint", "san.dns", "san.email", "san.ip"]),
    ];
    for (name, records, columns) in counted {
        let Some(input) = log(name) else { return };
        assert_eq!(column(&input, "ts").len(), records, "{name}");
        let many = |cells: Vec<String>, is_many: bool| -> usize {
            cells.iter().map(|cell| if is_many { cell.split(',').count() } else { 1 }).sum()
        };
        let is_many = |column: &str| {
            matches!(column, "answers" | "rcptto" | "to" | "cc" | "path")
                || column.ends_with("_fps")
                || column.starts_with("san.")
        };
        let expected: usize = columns.iter().map(|name| many(column(&input, name), is_many(name))).sum();
        let (format, list) = read_as(&input, &Reading::default(), options()).unwrap();
        assert_eq!((format, list.counts().read), (Format::Zeek, expected as u64), "{name}");
    }
}

#[test]
fn both_forms_of_one_log_are_the_same() {
    let (Some(tsv), Some(json)) = (log("dns.log"), log("dns.json")) else { return };
    let (_, tsv) = read_as(&tsv, &Reading::default(), options()).unwrap();
    let (format, json) = read_as(&json, &Reading::default(), options()).unwrap();
    assert_eq!(format, Format::ZeekJson);
    assert_eq!(all_printed(&tsv), all_printed(&json));
    assert_eq!(tsv.counts(), json.counts());
    assert_eq!(tsv.len(), 3_814);
}

#[test]
fn intelligence_of_the_gru_advisory() {
    let Some(input) = bytes("election/zeek-intel-gru-aa25/gru-aa25.intel") else { return };
    let (format, list) = read_as(&input, &Reading::default(), options()).unwrap();
    assert_eq!(format, Format::ZeekIntel);
    // 60 rows of names, three of which stand there twice.
    assert_eq!((printed(&list, Kind::Domain).len(), printed(&list, Kind::Ipv4).len()), (57, 65));
    assert_eq!((list.counts().read, dropped(&list, Reason::Duplicate)), (125, 3));
}

#[test]
fn every_type_of_intelligence() {
    let list = list(
        b"#fields\tmeta.source\tindicator_type\tindicator\tmeta.do_notice\n\
        x\tIntel::ADDR\t192.0.2.1\tT\n\
        x\tIntel::SUBNET\t198.51.100.0/24\tF\n\
        x\tIntel::URL\twww.example.org/a?b=http://c\t-\n\
        x\tIntel::URL\thttp://broken-rule.example.org/\t-\n\
        x\tIntel::URL\thttps://broken-rule.example.org/\t-\n\
        x\tIntel::DOMAIN\ta.example.com\t-\n\
        x\tIntel::EMAIL\ta@b.example.com\t-\n\
        x\tIntel::FILE_HASH\tda39a3ee5e6b4b0d3255bfef95601890afd80709\t-\n\
        x\tIntel::FILE_HASH\td41d8cd98f00b204e9800998ecf8427e\t-\n\
        x\tIntel::CERT_HASH\tda39a3ee5e6b4b0d3255bfef95601890afd80709\t-\n\
        x\tIntel::FILE_NAME\tx.exe\t-\n\
        x\tIntel::PUBKEY_HASH\t00:11\t-\n\
        x\tIntel::DOMAIN\t-\t-\n\
        \n\
        \t\t\t\n\
        x\tIntel::DOMAIN\n",
    );
    let expected = [
        "192.0.2.1",
        "198.51.100.0/24",
        "a.example.com",
        "http://broken-rule.example.org/",
        "http://www.example.org/a?b=http://c",
        "https://broken-rule.example.org/",
        "a@b.example.com",
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    ];
    assert_eq!(all_printed(&list).into_iter().collect::<BTreeSet<_>>(), expected.map(str::to_owned).into());
    assert_eq!(dropped(&list, Reason::TypeNotCarried), 3);
    assert_eq!(dropped(&list, Reason::NotAnIndicator), 1);
}

#[test]
fn requests_become_urls() {
    let list = list(include_bytes!("samples/zeek-http.log"));
    assert_eq!(
        sorted(&list, Kind::Url),
        [
            "http://203.0.113.5/",
            "http://proxied.example.org/",
            "http://www.example.org/a?b=c",
            "http://www.example.org:8080/xy",
            "https://referrer.example.org/",
        ]
    );
    assert_eq!(sorted(&list, Kind::Domain), ["proxied.example.org", "tunnel.example.org", "www.example.org"]);
    assert_eq!(sorted(&list, Kind::Ipv4), ["203.0.113.5"]);
}

#[test]
fn columns_in_another_order_and_files_joined() {
    let list = zeek(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n\
        #fields\tanswers\tquery\tts\n#types\tvector[string]\tstring\ttime\n\
        192.0.2.1,-,TXT 9 some text\ta.example.com\t1\n\
        (empty)\t-\t1\n\
        #close\t2026\n\
        #separator ,\n#set_separator,|\n#empty_field,EMPTY\n#unset_field,NONE\n#path,files\n\
        #fields,ts,md5,sha1,sha256,tx_hosts\n#types,time,string,string,string,set[addr]\n\
        1,d41d8cd98f00b204e9800998ecf8427e,NONE,EMPTY,192.0.2.9|192.0.2.8\n",
    );
    assert_eq!(sorted(&list, Kind::Ipv4), ["192.0.2.1"]);
    assert_eq!(sorted(&list, Kind::Domain), ["a.example.com"]);
    assert_eq!(sorted(&list, Kind::Md5).len(), 1);
    assert_eq!(list.counts().read, 4);
}

/// Half a name is another name, so a row that was cut gives only the cells that are whole.
#[test]
fn a_cut_row_gives_no_half_value() {
    let list = zeek(
        "#separator \\x09\n#path\tdns\n#fields\tts\tquery\tanswers\trejected\n#types\ttime\tstring\tvector[string]\tbool\n\
        1\twhole.example.com\t192.0.2.1\tF\n\
        2\tkept.example.com\tcut.example.co\n\
        3\tcut.exampl\n",
    );
    assert_eq!(sorted(&list, Kind::Domain), ["kept.example.com", "whole.example.com"]);
    assert_eq!(dropped(&list, Reason::NotAnIndicator), 2);
}

#[test]
fn logs_that_are_not_listed_give_what_is_named_and_typed() {
    let list = zeek(
        "#separator \\x09\n#path\tmysterious\n#fields\tts\tclient\tnets\thost\tnote\tmd5\turi\n\
        #types\ttime\taddr\tset[subnet]\tstring\tstring\tstring\tstring\n\
        1\t192.0.2.1\t198.51.100.0/24,203.0.113.0/24\ta.example.com\tnot.example.com\t-\t/x\n",
    );
    assert_eq!(sorted(&list, Kind::Ipv4), ["192.0.2.1"]);
    assert_eq!(sorted(&list, Kind::Cidr), ["198.51.100.0/24", "203.0.113.0/24"]);
    assert_eq!(sorted(&list, Kind::Domain), ["a.example.com"]);
    assert_eq!(sorted(&list, Kind::Url), ["http://a.example.com/x"]);
}

#[test]
fn escapes_are_restored_after_the_set_is_cut() {
    let list = zeek(
        "#separator \\x09\n#set_separator\t,\n#path\tsmtp\n#fields\tmailfrom\tto\tfrom\n\
        #types\tstring\tset[string]\tstring\n\
        <a@example.com>\t\"B\\x2c C\" <b@example.com>,c@example.com\t\"x\\\\y\" <d@example.com>\n",
    );
    let expected = ["a@example.com", "b@example.com", "c@example.com", "d@example.com"];
    assert_eq!(sorted(&list, Kind::Email), expected);
}

#[test]
fn json_records_with_and_without_their_path() {
    let (format, list) = read_as(
        br#"{"ts":1.5,"uid":"C1","id.orig_h":"192.0.2.1","id.resp_h":"192.0.2.2","query":"a.example.com","answers":["192.0.2.3","b.example.com"]}
{"uri":"/x","host":"c.example.com","id.resp_p":8080,"method":"GET","_path":"http","id.orig_h":"192.0.2.1"}
{"_path":"conn","id.orig_h":"192.0.2.4","id.resp_h":"2001:db8::1"}
{"_path":"ssl","server_name":"d.example.com","cert_chain_fps":["aa","bb"],"query":"no.example.com"}
{"_path":"dns","query":"cut.example
"#,
        &Reading::default(),
        options(),
    )
    .unwrap();
    assert_eq!(format, Format::ZeekJson);
    assert_eq!(
        sorted(&list, Kind::Domain),
        ["a.example.com", "b.example.com", "c.example.com", "d.example.com"]
    );
    assert_eq!(sorted(&list, Kind::Ipv4), ["192.0.2.3", "192.0.2.4"]);
    assert_eq!(sorted(&list, Kind::Url), ["http://c.example.com:8080/x"]);
    assert_eq!((dropped(&list, Reason::TypeNotCarried), dropped(&list, Reason::NotAnIndicator)), (2, 1));
}

#[test]
fn hostile_logs() {
    let mut lines = Vec::new();
    let mut input = b"#separator \\x\n#fields\n#types\n#path\n\nno header\n".to_vec();
    input.extend(b"#fields\tquery\n#path\tdns\n#types\n".iter());
    input.extend(b"\xff\xfe.example.com\n\x00\n".iter());
    input.extend(std::iter::repeat_n(b'\t', 1 << 20));
    input.extend(b"\n#fields");
    input.extend(std::iter::repeat_n(b'\t', 1 << 19));
    input.extend(b"\nrow\n");
    let reading = Reading { format: Some(Format::Zeek), ..Reading::default() };
    let mut intake = Intake::new(options()).with_rejects(|reject: Reject<'_>| lines.push(reject.text.len()));
    detente_indicators::read::read(input.as_slice(), &reading, &mut intake).unwrap();
    assert_eq!(intake.finish().len(), 0);
    assert!(lines.iter().all(|length| *length <= 256), "{lines:?}");
}
