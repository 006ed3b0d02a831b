//! Zeek logs in their tab-separated form (FORMATS, section 8).
//!
//! Columns are found by name, in whatever order the header gives them; a new header may stand in the middle
//! of a file that was joined from several. Only the wanted columns of a row are cut out of it. `#close` is
//! not asked for: a live log has none.

use std::borrow::Cow;
use std::io::BufRead;

use memchr::{memchr, memchr_iter, memmem};

use super::ReadError;
use super::http_url::Request;
use super::lines::for_each_line;
use super::mailbox::for_each_address;
use super::zeek_field::{Field, Log, Take, take_by_type};
use crate::canon::Declared;
use crate::limits::{REJECT_BYTES_MAX, ZEEK_FIELDS_MAX};
use crate::{Candidate, Intake, Kind, Marking, Reason};

/// Reads a log, or several joined.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut layout = Layout::default();
    let mut request = Request::default();
    for_each_line(input, intake, |intake, line, number| {
        if line.first() == Some(&b'#') {
            layout.header(line);
        } else if !line.is_empty() {
            if layout.columns.is_none() {
                layout.columns = Some(layout.wanted());
            }
            row(&layout, &mut request, intake, line, number);
        }
        Ok(())
    })
}

/// Whether a Zeek header begins here, and not that of an `intel.dat`.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    head.starts_with(b"#separator ")
        || (head.starts_with(b"#") && memmem::find(head, b"#fields\t").is_some() && !is_intel(head))
}

fn is_intel(head: &[u8]) -> bool {
    memmem::find(head, b"indicator_type").is_some()
}

/// The header of the rows that follow it.
pub(crate) struct Layout {
    separator: u8,
    set_separator: u8,
    empty: Vec<u8>,
    unset: Vec<u8>,
    log: Log,
    fields: Vec<Vec<u8>>,
    types: Vec<Vec<u8>>,
    /// The columns that hold values, in order; made from the lines above when the first row needs them.
    columns: Option<Vec<Column>>,
}

struct Column {
    index: usize,
    take: Take,
    is_many: bool,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            separator: b'\t',
            set_separator: b',',
            empty: b"(empty)".to_vec(),
            unset: b"-".to_vec(),
            log: Log::Other,
            fields: Vec::new(),
            types: Vec::new(),
            columns: None,
        }
    }
}

impl Layout {
    /// Takes one line that begins with `#`. Unknown ones are comments.
    pub(crate) fn header(&mut self, line: &[u8]) {
        // The separator itself is behind a space, because nothing is known before it.
        if let Some(separator) = line.strip_prefix(b"#separator ") {
            *self = Layout::default();
            self.separator = unescaped(separator).first().copied().unwrap_or(b'\t');
            return;
        }
        let mut parts = line.split(|byte| *byte == self.separator);
        let name = parts.next().unwrap_or_default();
        let first = parts.clone().next().unwrap_or_default();
        match name {
            b"#set_separator" => self.set_separator = unescaped(first).first().copied().unwrap_or(b','),
            b"#empty_field" => self.empty = first.to_vec(),
            b"#unset_field" => self.unset = first.to_vec(),
            b"#path" => self.log = Log::of(first),
            b"#fields" => {
                self.fields = parts.take(ZEEK_FIELDS_MAX).map(<[u8]>::to_vec).collect();
                self.types.clear();
            }
            b"#types" => self.types = parts.take(ZEEK_FIELDS_MAX).map(<[u8]>::to_vec).collect(),
            _ => return,
        }
        self.columns = None;
    }

    /// The names of the columns.
    pub(crate) fn fields(&self) -> &[Vec<u8>] {
        &self.fields
    }

    fn wanted(&self) -> Vec<Column> {
        let column = |(index, name): (usize, &Vec<u8>)| {
            let kind = self.types.get(index).map_or(&b""[..], Vec::as_slice);
            let named = Field::of(name).and_then(|field| field.take(self.log));
            let take = named.or_else(|| take_by_type(self.log, kind))?;
            Some(Column { index, take, is_many: is_container(kind) })
        };
        self.fields.iter().enumerate().filter_map(column).collect()
    }

    /// The cell's text, or `None` where the log says that there is none.
    pub(crate) fn set<'c>(&self, cell: &'c [u8]) -> Option<&'c [u8]> {
        let is_none = cell.is_empty() || cell == self.unset || cell == self.empty;
        (!is_none).then_some(cell)
    }
}

fn is_container(kind: &[u8]) -> bool {
    [&b"vector["[..], b"set[", b"table["].iter().any(|prefix| kind.starts_with(prefix))
}

/// Takes the wanted cells of one row.
///
/// A wanted cell must end in a separator unless it is the last of all: a row that ends before it should was
/// cut, and half a name is another name.
fn row(layout: &Layout, request: &mut Request, intake: &mut Intake<'_>, line: &[u8], number: u64) {
    request.clear();
    let mut wanted = layout.columns.iter().flatten().peekable();
    let mut start = 0;
    for (index, end) in memchr_iter(layout.separator, line).chain([line.len()]).enumerate() {
        let Some(column) = wanted.peek() else { break };
        if column.index == index {
            let is_cut = end == line.len() && index + 1 < layout.fields.len();
            if is_cut {
                break;
            }
            if let Some(text) = layout.set(&line[start..end]) {
                cell(layout, column, request, intake, text, number);
            }
            wanted.next();
        }
        start = end + 1;
    }
    if wanted.peek().is_some() || layout.fields.is_empty() {
        let shown = line.get(..REJECT_BYTES_MAX).unwrap_or(line);
        intake.refuse(number, Reason::NotAnIndicator, shown);
    }
    if let Some(url) = request.url() {
        offer(intake, Declared::Kind(Kind::Url), url, number);
    }
}

fn cell(
    layout: &Layout,
    column: &Column,
    request: &mut Request,
    intake: &mut Intake<'_>,
    text: &[u8],
    number: u64,
) {
    if !column.is_many {
        return value(column.take, request, intake, text, number);
    }
    let mut rest = text;
    loop {
        let end = memchr(layout.set_separator, rest).unwrap_or(rest.len());
        if let Some(element) = layout.set(&rest[..end]) {
            value(column.take, request, intake, element, number);
        }
        match rest.get(end + 1..) {
            Some(more) => rest = more,
            None => break,
        }
    }
}

fn value(take: Take, request: &mut Request, intake: &mut Intake<'_>, text: &[u8], number: u64) {
    let text = unescaped(text);
    match take {
        Take::Value(declared) => offer(intake, declared, &text, number),
        Take::Mailbox => {
            for_each_address(&text, |part| offer(intake, Declared::Kind(Kind::Email), part, number));
        }
        Take::Host => {
            request.set(super::http_url::RequestPart::Host, &text);
            offer(intake, Declared::Host, &text, number);
        }
        Take::Request(part) => request.set(part, &text),
    }
}

fn offer(intake: &mut Intake<'_>, declared: Declared, text: &[u8], line: u64) {
    intake.offer(Candidate { declared, text, line, marking: Marking::default() });
}

/// Restores `\xHH` and `\\`, with which Zeek writes separators and bytes that are not text.
pub(crate) fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut restored = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let (byte, length) = match (first, after) {
            (b'\\', [b'x', high, low, ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 4),
                _ => (*first, 1),
            },
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            _ => (*first, 1),
        };
        restored.push(byte);
        rest = &rest[length..];
    }
    Cow::Owned(restored)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_restored() {
        for (written, meant) in [
            ("a", "a"),
            ("a\\x2cb", "a,b"),
            ("\\x09", "\t"),
            ("a\\\\b", "a\\b"),
            ("\\xg1", "\\xg1"),
            ("\\", "\\"),
            ("\\x1", "\\x1"),
        ] {
            assert_eq!(unescaped(written.as_bytes()), meant.as_bytes());
        }
    }

    #[test]
    fn heads() {
        assert!(looks_like(b"#separator \\x09\n#set_separator\t,\n"));
        assert!(looks_like(b"# a comment\n#fields\tts\tuid\n"));
        assert!(!looks_like(b"#fields\tindicator\tindicator_type\n"));
        assert!(!looks_like(b"a.example\n"));
    }
}
