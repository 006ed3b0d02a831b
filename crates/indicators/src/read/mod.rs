//! The readers: one file a family. Each is a function over `impl BufRead` that offers candidates to an
//! [`Intake`]; none opens a file, and none holds more than one record in memory (a MISP event and a STIX
//! bundle excepted, which are bounded).

use std::fmt;
use std::io::{BufRead, Read};

use crate::Intake;
use crate::limits::{HEAD_BYTES, UNPACKED_BYTES_MAX};

mod adblock;
mod columns;
mod csv;
mod dnsmasq;
mod error;
mod eve;
mod held;
mod hosts;
mod http_url;
mod json;
mod json_lines;
mod lines;
mod mailbox;
mod misp;
mod misp_csv;
mod misp_type;
mod nfdump;
mod openioc;
mod prose;
mod prose_token;
mod records;
mod rpz;
mod sniff;
mod stix;
mod stix_marking;
mod stix_pattern;
mod text;
mod top_level;
mod unbound;
pub(crate) mod unpack;
mod zeek;
mod zeek_field;
mod zeek_intel;
mod zeek_json;

pub use error::ReadError;

/// The families of input, by the names that `--format` takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// One value a line, or a value and blank-separated columns.
    Text,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// Tab-separated values.
    Tsv,
    /// `/etc/hosts` blocking lists.
    Hosts,
    /// AdBlock filter lists.
    Adblock,
    /// dnsmasq `address=/name/`.
    Dnsmasq,
    /// unbound `local-zone:`.
    Unbound,
    /// BIND response policy zone.
    Rpz,
    /// MISP event or attribute JSON.
    Misp,
    /// MISP CSV export.
    MispCsv,
    /// STIX 2.0 or 2.1 bundle, or a TAXII envelope.
    Stix,
    /// OpenIOC 1.0 or 1.1 XML.
    OpenIoc,
    /// Zeek TSV log.
    Zeek,
    /// Zeek JSON log.
    ZeekJson,
    /// Zeek `intel.dat`.
    ZeekIntel,
    /// Suricata `eve.json`.
    Eve,
    /// nfdump CSV.
    Nfdump,
    /// Running text, defanged or not.
    Prose,
}

impl Format {
    /// All families, in table order.
    pub const ALL: [Format; 18] = [
        Format::Text,
        Format::Csv,
        Format::Tsv,
        Format::Hosts,
        Format::Adblock,
        Format::Dnsmasq,
        Format::Unbound,
        Format::Rpz,
        Format::Misp,
        Format::MispCsv,
        Format::Stix,
        Format::OpenIoc,
        Format::Zeek,
        Format::ZeekJson,
        Format::ZeekIntel,
        Format::Eve,
        Format::Nfdump,
        Format::Prose,
    ];

    /// The name that `--format` takes.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Hosts => "hosts",
            Format::Adblock => "adblock",
            Format::Dnsmasq => "dnsmasq",
            Format::Unbound => "unbound",
            Format::Rpz => "rpz",
            Format::Misp => "misp",
            Format::MispCsv => "misp-csv",
            Format::Stix => "stix",
            Format::OpenIoc => "openioc",
            Format::Zeek => "zeek",
            Format::ZeekJson => "zeek-json",
            Format::ZeekIntel => "zeek-intel",
            Format::Eve => "eve",
            Format::Nfdump => "nfdump",
            Format::Prose => "prose",
        }
    }

    /// The family with this name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which column of a CSV or TSV file holds the value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Column {
    /// By its header name, without regard to case.
    Name(String),
    /// By its number, counted from 1.
    Number(usize),
}

/// How a file is to be read; what is `None` is told by content.
#[derive(Clone, Default, Debug)]
pub struct Reading {
    /// The family.
    pub format: Option<Format>,
    /// The column, for CSV and TSV.
    pub column: Option<Column>,
    /// Unpacked bytes a compressed file may give; `None` for [`crate::limits::UNPACKED_BYTES_MAX`].
    pub unpacked_bytes_max: Option<u64>,
}

/// Reads one source to its end and gives the family it was read as.
///
/// gzip and zstd are unpacked; a byte-order mark is dropped. A family that [`Reading`] does not name is told by
/// content.
///
/// # Errors
/// [`ReadError`] where the file as a whole is not readable; single bad values are counted in the intake.
pub fn read(input: impl Read, reading: &Reading, intake: &mut Intake<'_>) -> Result<Format, ReadError> {
    let bytes_max = reading.unpacked_bytes_max.unwrap_or(UNPACKED_BYTES_MAX);
    let content = unpack::unpacked(input, bytes_max)?;
    let (head, mut content) = unpack::peeked(content, HEAD_BYTES)?;
    let head = match head.strip_prefix(BYTE_ORDER_MARK) {
        None => head.as_slice(),
        Some(rest) => {
            content.fill_buf()?;
            content.consume(BYTE_ORDER_MARK.len());
            rest
        }
    };
    if head.trim_ascii().is_empty() && head.len() < HEAD_BYTES - BYTE_ORDER_MARK.len() {
        return Err(ReadError::Empty);
    }
    let format = match reading.format {
        Some(format) => format,
        None => sniff::format(head)?,
    };
    dispatch(format, &mut content, head, reading.column.as_ref(), intake)?;
    Ok(format)
}

fn dispatch(
    format: Format,
    input: &mut dyn BufRead,
    head: &[u8],
    column: Option<&Column>,
    intake: &mut Intake<'_>,
) -> Result<(), ReadError> {
    match format {
        Format::Text => text::read(input, intake),
        Format::Csv => csv::read(input, head, csv::delimiter(head), column, intake),
        Format::Tsv => csv::read(input, head, b'\t', column, intake),
        Format::Hosts => hosts::read(input, intake),
        Format::Adblock => adblock::read(input, intake),
        Format::Dnsmasq => dnsmasq::read(input, intake),
        Format::Unbound => unbound::read(input, intake),
        Format::Rpz => rpz::read(input, intake),
        Format::Misp => misp::read(input, intake),
        Format::MispCsv => misp_csv::read(input, intake),
        Format::Stix => stix::read(input, intake),
        Format::OpenIoc => openioc::read(input, intake),
        Format::Zeek => zeek::read(input, intake),
        Format::ZeekJson => zeek_json::read(input, intake),
        Format::ZeekIntel => zeek_intel::read(input, intake),
        Format::Eve => eve::read(input, intake),
        Format::Nfdump => nfdump::read(input, intake),
        Format::Prose => prose::read(input, intake),
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
