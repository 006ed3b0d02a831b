//! BIND response policy zones: a DNS zone whose owner names say what is blocked (FORMATS, section 11).
//!
//! Owners are taken relative to the zone. `*.name` means all below a name; `32.4.3.2.1.rpz-ip` an address
//! with its length first and its parts reversed. Counted and not taken: `rpz-passthru`, which is an exception,
//! and the triggers by name server and by client. The zone's own SOA and NS records are no candidates.

use std::io::BufRead;

use super::ReadError;
use super::lines::for_each_line;
use super::text::trimmed;
use crate::canon::Declared;
use crate::{Candidate, Intake, Kind, Marking, Reason};

/// Offers the trigger of every record.
pub(super) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut zone = Zone::default();
    for_each_line(input, intake, |intake, line, number| {
        zone.line(line, number, intake);
        Ok(())
    })
}

/// What carries over from line to line.
#[derive(Default)]
struct Zone {
    /// The name of the zone, lower case, without its dots at the ends; empty while not known.
    origin: Vec<u8>,
    /// The owner that lines without one continue.
    owner: Vec<u8>,
    /// Inside the parentheses of a record that spans lines.
    in_parentheses: bool,
}

impl Zone {
    fn line(&mut self, line: &[u8], number: u64, intake: &mut Intake<'_>) {
        let line = &line[..memchr::memchr(b';', line).unwrap_or(line.len())];
        let continues = self.in_parentheses;
        if memchr::memchr(b'(', line).is_some() {
            self.in_parentheses = true;
        }
        if memchr::memchr(b')', line).is_some() {
            self.in_parentheses = false;
        }
        if continues || trimmed(line).is_empty() {
            return;
        }
        let has_owner = !line.starts_with(b" ") && !line.starts_with(b"\t");
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        if has_owner {
            let owner = words.next().unwrap_or_default();
            if owner.starts_with(b"$") {
                self.directive(owner, words.next());
                return;
            }
            owner.clone_into(&mut self.owner);
        }
        let mut words = words.skip_while(|word| is_class_or_ttl(word));
        let kind = words.next().unwrap_or_default().to_ascii_uppercase();
        let owner = std::mem::take(&mut self.owner);
        self.record(&owner, &kind, words.next().unwrap_or_default(), number, intake);
        self.owner = owner;
    }

    fn directive(&mut self, name: &[u8], value: Option<&[u8]>) {
        if let (true, Some(value)) = (name.eq_ignore_ascii_case(b"$origin"), value) {
            self.origin = bare(value);
        }
    }

    fn record(&mut self, owner: &[u8], kind: &[u8], target: &[u8], number: u64, intake: &mut Intake<'_>) {
        if kind == b"SOA" {
            if owner.ends_with(b".") {
                self.origin = bare(owner);
            }
            return;
        }
        if kind == b"NS" || owner == b"@" {
            return;
        }
        let is_exception = bare(target) == b"rpz-passthru";
        let trigger = self.relative(owner).filter(|_| POLICY_TYPES.contains(&kind) && !is_exception);
        match trigger.and_then(|trigger| value(&trigger)) {
            Some((text, is_below)) => {
                let declared =
                    if text.contains(&b'/') { Declared::Address } else { Declared::Kind(Kind::Domain) };
                let candidate =
                    Candidate { declared, text: &text, line: number, marking: Marking::default() };
                if is_below { intake.offer_below(candidate) } else { intake.offer(candidate) }
            }
            None => intake.refuse(number, Reason::NotAnIndicator, owner),
        }
    }

    /// The owner without the name of the zone; `None` if it is absolute and the zone is another or not known.
    fn relative(&self, owner: &[u8]) -> Option<Vec<u8>> {
        let Some(absolute) = owner.strip_suffix(b".") else { return Some(owner.to_vec()) };
        let absolute = absolute.to_ascii_lowercase();
        let relative = absolute.strip_suffix(self.origin.as_slice())?.strip_suffix(b".")?;
        (!self.origin.is_empty()).then(|| relative.to_vec())
    }
}

fn bare(name: &[u8]) -> Vec<u8> {
    name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase()
}

fn is_class_or_ttl(word: &[u8]) -> bool {
    let is_ttl = word.first().is_some_and(u8::is_ascii_digit);
    is_ttl || CLASSES.iter().any(|class| word.eq_ignore_ascii_case(class))
}

/// What a trigger blocks, and whether it is only what lies below the name.
fn value(trigger: &[u8]) -> Option<(Vec<u8>, bool)> {
    let lower = trigger.to_ascii_lowercase();
    if let Some(reversed) = lower.strip_suffix(b".rpz-ip") {
        return Some((network(reversed)?, false));
    }
    if OTHER_TRIGGERS.iter().any(|other| lower.ends_with(other)) {
        return None;
    }
    match lower.strip_prefix(b"*.") {
        Some(name) => Some((name.to_vec(), true)),
        None => Some((lower, false)),
    }
}

/// `32.4.3.2.1` is 1.2.3.4/32, `128.1.zz.db8.2001` is 2001:db8::1/128.
fn network(reversed: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<&[u8]> = reversed.split(|&byte| byte == b'.').collect();
    parts.reverse();
    let length = parts.pop()?;
    let is_v4 = parts.len() == 4 && !parts.contains(&&b"zz"[..]) && parts.iter().all(|part| part.is_ascii());
    let separator: &[u8] = if is_v4 { b"." } else { b":" };
    let mut text = parts.join(separator);
    if !is_v4 {
        text = v6_text(&text);
    }
    text.push(b'/');
    text.extend_from_slice(length);
    Some(text)
}

/// `zz` stands for the run of zeros.
fn v6_text(joined: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(joined);
    let text = match text.as_ref() {
        "zz" => "::".to_owned(),
        text => match (text.strip_prefix("zz:"), text.strip_suffix(":zz")) {
            (Some(rest), _) => format!("::{rest}"),
            (_, Some(rest)) => format!("{rest}::"),
            _ => text.replace(":zz:", "::"),
        },
    };
    text.into_bytes()
}

const CLASSES: [&[u8]; 3] = [b"IN", b"CH", b"HS"];

/// Records that make up a policy: CNAME in the first place, and what a redirect answers with.
const POLICY_TYPES: [&[u8]; 4] = [b"CNAME", b"A", b"AAAA", b"TXT"];

const OTHER_TRIGGERS: [&[u8]; 3] = [b".rpz-nsdname", b".rpz-nsip", b".rpz-client-ip"];
