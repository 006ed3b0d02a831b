//! Why a whole input could not be read. Errors name sizes, formats and columns, never a value of the list.

use std::error::Error;
use std::{fmt, io};

use super::Format;

/// Why a whole file could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The source failed.
    Io(io::Error),
    /// No bytes at all, or nothing but white space.
    Empty,
    /// An archive or a compression that is not unpacked here: zip, tar, 7z, xz, bzip2, rar.
    Archive {
        /// Its usual name.
        name: &'static str,
    },
    /// A compressed file inside a compressed file.
    NestedCompression,
    /// Unpacks to far more than any list or log does ([`crate::limits::UNPACK_RATIO_MAX`]).
    Bomb {
        /// Packed bytes read so far.
        packed: u64,
        /// Unpacked bytes they gave.
        unpacked: u64,
    },
    /// More unpacked bytes, or a larger document, than allowed.
    TooLarge {
        /// The limit that was passed, in bytes.
        bytes_max: u64,
    },
    /// A compressed file that stops before its end.
    Truncated {
        /// `gzip` or `zstd`.
        packing: &'static str,
    },
    /// A compressed file whose bytes contradict its format or its checksum.
    Corrupt {
        /// `gzip` or `zstd`.
        packing: &'static str,
    },
    /// Text in another encoding than UTF-8.
    Encoding {
        /// Its name.
        name: &'static str,
    },
    /// No family of input fits the content.
    UnknownFormat,
    /// A document that breaks the rules of its format.
    MalformedDocument {
        /// The format it was read as.
        format: Format,
        /// What is wrong and where; never a value of the document.
        detail: String,
    },
    /// No column of the table holds indicators.
    NoColumn,
    /// The column that was asked for does not exist.
    ColumnNotFound {
        /// Its name or number, as asked for.
        column: String,
    },
    /// Two columns could hold the indicators, so none is taken.
    TwoColumns {
        /// The first of them: its header name or its number.
        first: String,
        /// The second of them.
        second: String,
    },
}

impl ReadError {
    /// The next step for whoever gave the file, if there is one.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            ReadError::Archive { .. } => Some("unpack it first and give the files in it"),
            ReadError::NestedCompression => Some("unpack it once and give the result"),
            ReadError::Bomb { .. } => Some("if the file is genuine, unpack it first and give the result"),
            ReadError::TooLarge { .. } => Some("give it in parts, or raise the limit"),
            ReadError::Truncated { .. } | ReadError::Corrupt { .. } => Some("fetch the file again"),
            ReadError::Encoding { .. } => Some("convert it to UTF-8 first"),
            ReadError::UnknownFormat => Some("name the format with --format"),
            ReadError::NoColumn | ReadError::ColumnNotFound { .. } | ReadError::TwoColumns { .. } => {
                Some("name the column with --column NAME or --column NUMBER")
            }
            ReadError::Io(_) | ReadError::Empty | ReadError::MalformedDocument { .. } => None,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => write!(f, "{error}"),
            ReadError::Empty => f.write_str("the file is empty"),
            ReadError::Archive { name } => write!(f, "a {name} file is not read as it is"),
            ReadError::NestedCompression => f.write_str("a compressed file inside a compressed file"),
            ReadError::Bomb { packed, unpacked } => {
                write!(f, "{packed} packed bytes unpack to {unpacked} and more")
            }
            ReadError::TooLarge { bytes_max } => write!(f, "more than {bytes_max} bytes"),
            ReadError::Truncated { packing } => write!(f, "the {packing} file ends too early"),
            ReadError::Corrupt { packing } => write!(f, "the {packing} file is damaged"),
            ReadError::Encoding { name } => write!(f, "the text is {name}, not UTF-8"),
            ReadError::UnknownFormat => f.write_str("the format is not known"),
            ReadError::MalformedDocument { format, detail } => write!(f, "not {format}: {detail}"),
            ReadError::NoColumn => f.write_str("no column holds indicators"),
            ReadError::ColumnNotFound { column } => write!(f, "no column {column}"),
            ReadError::TwoColumns { first, second } => {
                write!(f, "columns {first} and {second} could both hold the indicators")
            }
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ReadError::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// The unpacking stream can only speak in `io::Error`; what it wrapped comes out again here.
impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        if error.get_ref().is_some_and(|inner| inner.is::<ReadError>()) {
            return match error.into_inner().map(|inner| inner.downcast::<ReadError>()) {
                Some(Ok(inner)) => *inner,
                _ => ReadError::UnknownFormat,
            };
        }
        ReadError::Io(error)
    }
}

/// Carries a named error through an interface that knows only `io::Error`.
impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> io::Error {
        match error {
            ReadError::Io(error) => error,
            named => io::Error::other(named),
        }
    }
}
