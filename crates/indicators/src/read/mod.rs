//! The readers: one file a family. Each is a function over `impl BufRead` that offers candidates to an
//! [`Intake`]; none opens a file, and none holds more than one record in memory (a MISP event and a STIX
//! bundle excepted, which are bounded).

use std::fmt;
use std::io::Read;

use crate::Intake;

mod error;
mod held;
mod json;
mod json_lines;
pub(crate) mod lines;
pub(crate) mod misp;
pub(crate) mod misp_type;
pub(crate) mod stix;
mod stix_marking;
mod stix_pattern;

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
/// # Errors
/// [`ReadError`] where the file as a whole is not readable; single bad values are counted in the intake.
pub fn read(_input: impl Read, _reading: &Reading, _intake: &mut Intake<'_>) -> Result<Format, ReadError> {
    Err(ReadError::Empty)
}
