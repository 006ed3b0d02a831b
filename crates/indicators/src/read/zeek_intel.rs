//! Zeek's intelligence files, `intel.dat` (FORMATS, section 8): tab-separated, columns by name.

use std::io::BufRead;

use memchr::memmem;

use super::ReadError;
use super::lines::for_each_line;
use super::zeek::{Layout, unescaped};
use crate::canon::Declared;
use crate::limits::REJECT_BYTES_MAX;
use crate::{Candidate, Intake, Kind, Marking, Reason};

/// Reads an intelligence file.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut layout = Layout::default();
    let mut columns = Columns { indicator: 0, kind: 1 };
    for_each_line(input, intake, |intake, line, number| {
        if line.first() == Some(&b'#') {
            layout.header(line);
            columns = Columns::of(&layout).unwrap_or(columns);
        } else if !line.trim_ascii().is_empty() {
            row(&layout, columns, intake, line, number);
        }
        Ok(())
    })
}

/// Whether a header with the two columns that matter begins here.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    let has = |part: &[u8]| memmem::find(head, part).is_some();
    head.starts_with(b"#") && has(b"#fields\t") && has(b"indicator_type")
}

/// Where the value and its type stand; the first two places unless the header says otherwise.
#[derive(Clone, Copy)]
struct Columns {
    indicator: usize,
    kind: usize,
}

impl Columns {
    fn of(layout: &Layout) -> Option<Columns> {
        let place = |name: &[u8]| layout.fields().iter().position(|field| field == name);
        Some(Columns { indicator: place(b"indicator")?, kind: place(b"indicator_type")? })
    }
}

fn row(layout: &Layout, columns: Columns, intake: &mut Intake<'_>, line: &[u8], number: u64) {
    let cell = |index| line.split(|byte| *byte == b'\t').nth(index).map(<[u8]>::trim_ascii);
    let (Some(indicator), Some(kind)) = (cell(columns.indicator), cell(columns.kind)) else {
        let shown = line.get(..REJECT_BYTES_MAX).unwrap_or(line);
        return intake.refuse(number, Reason::NotAnIndicator, shown);
    };
    let Some(indicator) = layout.set(indicator) else { return };
    let text = unescaped(indicator);
    let declared = match kind {
        b"Intel::ADDR" | b"Intel::SUBNET" => Declared::Address,
        b"Intel::DOMAIN" => Declared::Kind(Kind::Domain),
        b"Intel::EMAIL" => Declared::Kind(Kind::Email),
        b"Intel::FILE_HASH" => Declared::Hash,
        b"Intel::URL" => {
            let url = with_scheme(&text);
            return offer(intake, Declared::Kind(Kind::Url), &url, number);
        }
        // CERT_HASH, PUBKEY_HASH, FILE_NAME, USER_NAME, SOFTWARE, and what sites define for themselves.
        _ => Declared::NotCarried,
    };
    offer(intake, declared, &text, number);
}

fn offer(intake: &mut Intake<'_>, declared: Declared, text: &[u8], line: u64) {
    intake.offer(Candidate { declared, text, line, marking: Marking::default() });
}

/// `Intel::URL` has no scheme by Zeek's rule; feeds that break the rule write one.
fn with_scheme(url: &[u8]) -> Vec<u8> {
    let url = url.trim_ascii();
    let has_scheme = memmem::find(url, b"://").is_some_and(|end| {
        let scheme = &url[..end];
        !scheme.is_empty() && scheme.iter().all(u8::is_ascii_alphanumeric)
    });
    if has_scheme { url.to_vec() } else { [b"http://", url].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes() {
        assert_eq!(with_scheme(b"a.example/x"), b"http://a.example/x");
        assert_eq!(with_scheme(b"http://a.example/x"), b"http://a.example/x");
        assert_eq!(with_scheme(b"https://a.example/x"), b"https://a.example/x");
        assert_eq!(with_scheme(b"a.example/?u=http://b.example"), b"http://a.example/?u=http://b.example");
    }
}
