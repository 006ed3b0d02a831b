//! Which column of a table holds the values, which one their types and which their markings: by the name
//! asked for, by the header, or by what stands in the cells. Where two columns fit, none is taken.

use super::{Column, ReadError};
use crate::canon::{self, Declared};
use crate::{Kind, Marking, Pap, Reason, Tlp};

/// The rows at the head of a table, each a row of cells.
pub(super) type Rows = [Vec<Vec<u8>>];

/// What was found.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Columns {
    /// The values.
    pub(super) value: usize,
    /// What the header says they all are.
    pub(super) declared: Declared,
    /// The names of their types, row by row.
    pub(super) kind: Option<usize>,
    /// TLP levels.
    pub(super) tlp: Option<usize>,
    /// PAP levels.
    pub(super) pap: Option<usize>,
    /// Lists of tags, among which markings may be.
    pub(super) tags: Option<usize>,
    /// Whether the first row is the header.
    pub(super) has_header: bool,
}

impl Columns {
    /// Finds the columns. `rows` are the first of the table; `header` is one that stands in a comment.
    pub(super) fn find(
        rows: &Rows,
        header: Option<&[Vec<u8>]>,
        asked: Option<&Column>,
    ) -> Result<Columns, ReadError> {
        let own_header = rows.first().filter(|row| header.is_none() && is_header(row, asked));
        let body = if own_header.is_some() { &rows[1..] } else { rows };
        let names: Vec<String> = match own_header.map(Vec::as_slice).or(header) {
            Some(header) => header.iter().map(|cell| normal(cell)).collect(),
            None => Vec::new(),
        };
        let (value, declared, kind) = match asked {
            Some(asked) => by_wish(asked, &names, rows)?,
            None => by_header(&names, body)?.map_or_else(|| by_content(body), Ok)?,
        };
        let position = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        Ok(Columns {
            value,
            declared,
            kind,
            tlp: position(&TLP_NAMES),
            pap: position(&PAP_NAMES),
            tags: position(&TAG_NAMES),
            has_header: own_header.is_some(),
        })
    }

    /// What a row's type cell says of its value, or else what the header says.
    pub(super) fn declared(&self, kind_cell: &[u8]) -> Declared {
        declared_by(&normal(kind_cell)).unwrap_or(self.declared)
    }

    /// The marking of a row from its marking columns.
    pub(super) fn marking<'c>(&self, cell: impl Fn(usize) -> &'c [u8]) -> Marking {
        let text = |column: Option<usize>| {
            column.map(|column| String::from_utf8_lossy(cell(column))).filter(|text| !text.trim().is_empty())
        };
        let mut marking = Marking::default();
        if let Some(level) = text(self.tlp) {
            marking = marking.and(Marking { tlp: Some(tlp(&level)), pap: None });
        }
        if let Some(level) = text(self.pap) {
            marking = marking.and(Marking { tlp: None, pap: Some(pap(&level)) });
        }
        if let Some(tags) = text(self.tags) {
            marking = marking.and(of_tags(&tags));
        }
        marking
    }
}

/// The strictest marking among comma- or blank-separated tags.
pub(super) fn of_tags(tags: &str) -> Marking {
    let tags = tags.split([',', ' ', ';', '|']);
    tags.fold(Marking::default(), |marking, tag| marking.and(Marking::from_tag(tag)))
}

/// `TLP:AMBER` as well as `AMBER`.
fn tlp(cell: &str) -> Tlp {
    Marking::from_tag(cell).tlp.unwrap_or_else(|| Tlp::from_level(cell))
}

fn pap(cell: &str) -> Pap {
    Marking::from_tag(cell).pap.unwrap_or_else(|| Pap::from_level(cell))
}

/// A header names a column that is known, or the one asked for, and holds no value itself.
pub(super) fn is_header(row: &[Vec<u8>], asked: Option<&Column>) -> bool {
    let is_known = |cell: &Vec<u8>| {
        let name = normal(cell);
        let is_wish = matches!(asked, Some(Column::Name(wish)) if normal(wish.as_bytes()) == name);
        let known = [&VALUE_NAMES[..], &TYPE_NAMES, &TLP_NAMES, &PAP_NAMES, &TAG_NAMES, &OTHER_NAMES];
        is_wish || known.iter().any(|names| names.contains(&name.as_str())) || declared_by(&name).is_some()
    };
    let known = row.iter().filter(|cell| is_known(cell)).count();
    if known == 0 || row.iter().any(|cell| is_value(cell)) {
        return false;
    }
    // One name of a type could be the cell of a row whose value is broken, as in `2026-01-01,someone,domain,`.
    let is_type = row.iter().any(|cell| declared_by(&normal(cell)).is_some());
    let has_digits = row.iter().flatten().any(u8::is_ascii_digit);
    known > 1 || row.len() == 1 || !(is_type && has_digits)
}

type Found = (usize, Declared, Option<usize>);

fn by_wish(asked: &Column, names: &[String], rows: &Rows) -> Result<Found, ReadError> {
    let kind = names.iter().position(|name| TYPE_NAMES.contains(&name.as_str()));
    let (value, missing) = match asked {
        Column::Name(wish) => (names.iter().position(|name| *name == normal(wish.as_bytes())), wish.clone()),
        Column::Number(number) => {
            let width = rows.iter().map(Vec::len).max().unwrap_or(0);
            (number.checked_sub(1).filter(|&column| column < width), number.to_string())
        }
    };
    let value = value.ok_or(ReadError::ColumnNotFound { column: missing })?;
    let declared = names.get(value).and_then(|name| declared_by(name)).unwrap_or(Declared::Unknown);
    let declared = if declared == Declared::NotCarried { Declared::Unknown } else { declared };
    Ok((value, declared, kind.filter(|&kind| kind != value)))
}

/// A column named for values in general, or else the only one named for a type.
fn by_header(names: &[String], body: &Rows) -> Result<Option<Found>, ReadError> {
    let kind = names.iter().position(|name| TYPE_NAMES.contains(&name.as_str()));
    let general: Vec<usize> = positions(names, |name| VALUE_NAMES.contains(&name));
    match general[..] {
        [value] => return Ok(Some((value, Declared::Unknown, kind))),
        [first, second, ..] => {
            let fitting: Vec<usize> = general.iter().copied().filter(|&at| fits(body, at)).collect();
            return match fitting[..] {
                [value] => Ok(Some((value, Declared::Unknown, kind))),
                _ => Err(two(names, first, second)),
            };
        }
        [] => {}
    }
    let typed = positions(names, |name| declared_by(name).is_some_and(|d| d != Declared::NotCarried));
    match typed[..] {
        [] => Ok(None),
        [value] => Ok(Some((value, declared_by(&names[value]).unwrap_or(Declared::Unknown), kind))),
        [first, second, ..] => Err(two(names, first, second)),
    }
}

fn positions(names: &[String], fits: impl Fn(&str) -> bool) -> Vec<usize> {
    (0..names.len()).filter(|&at| fits(&names[at])).collect()
}

/// A column of type names marks the one to its right; otherwise the only column whose cells are values.
fn by_content(body: &Rows) -> Result<Found, ReadError> {
    // A first row without any value may be a header that is not known. It is left out of the question and
    // not skipped: if it is none, its cell is counted like any other.
    let body = match body {
        [first, rest @ ..] if !rest.is_empty() && !first.iter().any(|cell| is_value(cell)) => rest,
        body => body,
    };
    let width = body.iter().map(Vec::len).max().unwrap_or(0);
    for kind in 0..width.saturating_sub(1) {
        if is_kind_column(body, kind) && fits(body, kind + 1) {
            return Ok((kind + 1, Declared::Unknown, Some(kind)));
        }
    }
    let fitting: Vec<usize> = (0..width).filter(|&column| fits(body, column)).collect();
    match fitting[..] {
        [] => Err(ReadError::NoColumn),
        [value] => Ok((value, Declared::Unknown, None)),
        [first, second, ..] => Err(two(&[], first, second)),
    }
}

fn two(names: &[String], first: usize, second: usize) -> ReadError {
    let shown = |column: usize| names.get(column).cloned().unwrap_or_else(|| (column + 1).to_string());
    ReadError::TwoColumns { first: shown(first), second: shown(second) }
}

fn is_kind_column(body: &Rows, column: usize) -> bool {
    let mut cells = filled(body, column).peekable();
    cells.peek().is_some() && cells.all(|cell| declared_by(&normal(cell)).is_some())
}

/// Whether at least four of five filled cells are values.
fn fits(body: &Rows, column: usize) -> bool {
    let (filled, values) = filled(body, column)
        .fold((0, 0), |(filled, values), cell| (filled + 1, values + usize::from(is_value(cell))));
    filled > 0 && values * 5 >= filled * 4
}

fn filled(body: &Rows, column: usize) -> impl Iterator<Item = &[u8]> {
    body.iter().filter_map(move |row| row.get(column)).map(Vec::as_slice).filter(|cell| !cell.is_empty())
}

/// Whether a cell is an indicator by its grammar, be it one that is dropped later.
pub(super) fn is_value(cell: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(cell) else { return false };
    match canon::canonicalise(Declared::Unknown, text, false, &mut Vec::new()) {
        Ok(_) => true,
        Err(reason) => reason == Reason::SpecialUse,
    }
}

/// Lower case, without the blanks and marks that separate words.
fn normal(name: &[u8]) -> String {
    let kept = name.iter().filter(|byte| !matches!(byte, b' ' | b'_' | b'-' | b'.' | b'"' | b'\t'));
    kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// What a type name as it stands in tables declares, if it is known.
fn declared_by(normal_name: &str) -> Option<Declared> {
    Some(match normal_name {
        "url" | "urls" => Declared::Kind(Kind::Url),
        "domain" | "domains" | "fqdn" | "domainname" => Declared::Kind(Kind::Domain),
        "host" | "hostname" | "ip:port" | "domain:port" | "host:port" => Declared::Host,
        "ip" | "ips" | "ipv4" | "ipv6" | "ipaddress" | "ipaddr" | "ipv4addr" | "ipv6addr" | "ipv4address"
        | "ipv6address" | "ipdst" | "ipsrc" | "dstip" | "srcip" | "cidr" | "ipv4cidr" | "ipv6cidr"
        | "subnet" | "network" | "netblock" | "iprange" | "ipnetwork" => Declared::Address,
        "email" | "emailaddr" | "emailaddress" | "mail" | "emailsrc" | "emaildst" => {
            Declared::Kind(Kind::Email)
        }
        "md5" | "filehashmd5" | "md5hash" | "hashmd5" => Declared::Kind(Kind::Md5),
        "sha1" | "filehashsha1" | "sha1hash" | "hashsha1" => Declared::Kind(Kind::Sha1),
        "sha256" | "filehashsha256" | "sha256hash" | "hashsha256" => Declared::Kind(Kind::Sha256),
        "sha512" | "filehashsha512" | "sha512hash" | "hashsha512" => Declared::Kind(Kind::Sha512),
        "imphash" | "filehashimphash" => Declared::Kind(Kind::Imphash),
        "hash" | "filehash" | "hashes" => Declared::Hash,
        "ja3" | "ja3s" | "ja4" | "jarm" | "hassh" | "asn" | "cve" | "vulnerability" | "btc" | "bitcoin"
        | "xmr" | "wallet" | "ssdeep" | "tlsh" | "sha224" | "sha384" | "sha3384" | "pehash"
        | "filehashpehash" | "filename" | "filepath" | "mutex" | "regkey" | "registrykey" | "useragent"
        | "yara" | "sigma" | "snort" | "uri" | "urlpath" | "processname" | "sslcertfingerprint" => {
            Declared::NotCarried
        }
        _ => return None,
    })
}

const VALUE_NAMES: [&str; 8] = [
    "value",
    "indicator",
    "indicatorvalue",
    "ioc",
    "iocvalue",
    "observable",
    "observablevalue",
    "indicators",
];

const TYPE_NAMES: [&str; 6] = ["type", "indicatortype", "ioctype", "observabletype", "valuetype", "kind"];

const TLP_NAMES: [&str; 3] = ["tlp", "handling", "tlpmarking"];

const PAP_NAMES: [&str; 2] = ["pap", "papmarking"];

const TAG_NAMES: [&str; 4] = ["tags", "tag", "attributetag", "eventtag"];

/// Names that only show that a row is a header.
const OTHER_NAMES: [&str; 14] = [
    "comment",
    "description",
    "date",
    "firstseen",
    "lastseen",
    "firstseenutc",
    "source",
    "role",
    "confidence",
    "count",
    "port",
    "category",
    "timestamp",
    "reference",
];
