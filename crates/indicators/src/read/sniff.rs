//! Which family a file belongs to, by its content alone: the first 64 KiB, and in them the first 200
//! significant lines. Names and extensions of files mean nothing here.

use super::columns::is_value;
use super::records::sample;
use super::text::{first_field, significant, trimmed};
use super::{Format, ReadError, csv, eve, hosts, misp, misp_csv, nfdump, openioc, prose, stix, zeek};
use super::{zeek_intel, zeek_json};
use crate::limits::{HEAD_BYTES, HEAD_LINES};

/// The family of a file that begins with `head`.
pub(super) fn format(head: &[u8]) -> Result<Format, ReadError> {
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(ReadError::Encoding { name: "UTF-16" });
    }
    if memchr::memchr(0, head).is_some() {
        return Err(ReadError::UnknownFormat);
    }
    let content = head.trim_ascii_start();
    match content.first() {
        Some(b'{') => document(head),
        Some(b'[') if matches!(content[1..].trim_ascii_start().first(), Some(b'{' | b'[' | b'"' | b']')) => {
            document(head)
        }
        Some(b'<') if openioc::looks_like(head) => Ok(Format::OpenIoc),
        _ => Ok(of_lines(head)),
    }
}

fn document(head: &[u8]) -> Result<Format, ReadError> {
    type LooksLike = fn(&[u8]) -> bool;
    let families: [(LooksLike, Format); 4] = [
        (stix::looks_like, Format::Stix),
        (misp::looks_like, Format::Misp),
        (eve::looks_like, Format::Eve),
        (zeek_json::looks_like, Format::ZeekJson),
    ];
    let found = families.into_iter().find(|(looks_like, _)| looks_like(head));
    found.map(|(_, format)| format).ok_or(ReadError::UnknownFormat)
}

fn of_lines(head: &[u8]) -> Format {
    if zeek::looks_like(head) {
        return Format::Zeek;
    }
    if zeek_intel::looks_like(head) {
        return Format::ZeekIntel;
    }
    if nfdump::looks_like(head) {
        return Format::Nfdump;
    }
    if misp_csv::looks_like(head) {
        return Format::MispCsv;
    }
    let head = whole_lines(head);
    let lines: Vec<&[u8]> = head
        .split(|&byte| byte == b'\n')
        .map(significant)
        .filter(|line| !line.is_empty())
        .take(HEAD_LINES)
        .collect();
    blocking_list(head, &lines).or_else(|| table(head)).unwrap_or_else(|| text_or_prose(head, &lines))
}

/// Without the line that the end of the head cuts.
fn whole_lines(head: &[u8]) -> &[u8] {
    match memchr::memrchr(b'\n', head) {
        Some(end) if head.len() >= HEAD_BYTES => &head[..end],
        _ => head,
    }
}

/// The files of DNS servers and ad blockers, if at least half of the lines are theirs.
fn blocking_list(head: &[u8], lines: &[&[u8]]) -> Option<Format> {
    let most = |is_theirs: &dyn Fn(&[u8]) -> bool| {
        let theirs = lines.iter().filter(|line| is_theirs(line)).count();
        theirs > 0 && theirs * 2 >= lines.len()
    };
    let starts_with =
        |line: &[u8], words: &[&str]| words.iter().any(|word| line.starts_with(word.as_bytes()));
    let has_word = |line: &[u8], word: &str| {
        line.split(u8::is_ascii_whitespace).any(|field| field.eq_ignore_ascii_case(word.as_bytes()))
    };
    if trimmed(head).starts_with(b"[Adblock")
        || most(&|line| starts_with(line, &["||", "@@", "##", "/"]) && !is_value(line))
            && lines.iter().any(|line| line.starts_with(b"||"))
    {
        return Some(Format::Adblock);
    }
    if most(&|line| starts_with(line, &["address=/", "server=/", "local=/"])) {
        return Some(Format::Dnsmasq);
    }
    if most(&|line| starts_with(line, &["local-zone:", "local-data:", "server:"])) {
        return Some(Format::Unbound);
    }
    let is_zone = lines.iter().any(|line| has_word(line, "SOA") || line.starts_with(b"$TTL"));
    if lines.iter().any(|line| has_word(line, "CNAME")) && (is_zone || most(&|line| has_word(line, "CNAME")))
    {
        return Some(Format::Rpz);
    }
    most(&hosts::is_entry).then_some(Format::Hosts)
}

/// A table has a header that is known, or commas and the same number of cells in nearly every row.
fn table(head: &[u8]) -> Option<Format> {
    let has_header = |delimiter: u8| csv::has_known_header(head, delimiter);
    if has_header(b'\t') {
        return Some(Format::Tsv);
    }
    if has_header(b',') || has_header(b';') {
        return Some(Format::Csv);
    }
    let rows = sample(head, b',', HEAD_LINES);
    let rows: Vec<&Vec<Vec<u8>>> = rows.iter().filter(|row| !csv::is_comment_row(row)).collect();
    let width = rows.first()?.len();
    let same = rows.iter().filter(|row| row.len() == width).count();
    (width > 1 && same * 5 >= rows.len() * 4).then_some(Format::Csv)
}

/// A list has a value at the beginning of most lines, or nothing but single words; anything else is read as
/// running text. In a text with headings and tables, a few names on lines of their own make no list.
fn text_or_prose(head: &[u8], lines: &[&[u8]]) -> Format {
    let values = lines.iter().filter(|line| is_value(first_field(line))).count();
    let words = lines.iter().filter(|line| first_field(line).len() == line.len()).count();
    let is_list = if prose::looks_like(head) {
        values * 10 >= lines.len() * 9
    } else {
        values * 2 >= lines.len() || words * 10 >= lines.len() * 7
    };
    if is_list { Format::Text } else { Format::Prose }
}
