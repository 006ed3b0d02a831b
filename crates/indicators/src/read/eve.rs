//! Suricata's `eve.json`: one event a line (FORMATS, section 9).
//!
//! Every event gives its two addresses, and each protocol's own part the names, URLs and hashes in it.
//! Absent: stats, engine and anomaly events, and the times, whose form is not RFC 3339.

use std::io::BufRead;

use super::ReadError;
use super::held::{Fate, Held};
use super::http_url::{Request, RequestPart};
use super::json::{Parsed, Shape};
use super::json_lines::{Line, first_keys, for_each_record};
use super::mailbox::for_each_address;
use crate::canon::Declared;
use crate::{Intake, Kind, Marking};

/// Reads events.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut request = Request::default();
    for_each_record(input, intake, |json, held, line| {
        Event { json, held, line, request: &mut request }.read()
    })
}

/// Whether the first line is an event.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    first_keys(head).iter().any(|key| key == b"event_type")
}

/// One event while it is read.
struct Event<'e, 'l> {
    json: &'e mut Line<'l>,
    held: &'e mut Held,
    line: u64,
    request: &'e mut Request,
}

impl Event<'_, '_> {
    fn read(&mut self) -> Parsed<()> {
        let mut is_skipped = false;
        while let Some(key) = self.json.key()? {
            match key {
                b"event_type" => {
                    is_skipped = matches!(self.json.scalar()?, Some(b"stats" | b"engine" | b"anomaly"));
                }
                b"src_ip" | b"dest_ip" => self.values(Declared::Address)?,
                b"dns" => self.entries(Event::dns_entry)?,
                b"http" => self.http()?,
                b"tls" => self.entries(Event::tls_entry)?,
                b"quic" => self.entries(Event::quic_entry)?,
                b"fileinfo" | b"files" => self.entries(Event::file_entry)?,
                b"smtp" => self.entries(Event::smtp_entry)?,
                b"email" => self.entries(Event::email_entry)?,
                _ => self.json.skip()?,
            }
        }
        // The type of an event may stand behind its values.
        if is_skipped {
            self.held.truncate(0);
        }
        Ok(())
    }

    /// Calls `entry` with every key of the next value: of an object, or of every object in an array. It has
    /// to read the value of that key.
    fn entries(&mut self, entry: impl Fn(&mut Self, Key) -> Parsed<()>) -> Parsed<()> {
        match self.json.value()? {
            Shape::Object => self.object(&entry),
            Shape::Array => {
                while self.json.element()? {
                    match self.json.value()? {
                        Shape::Object => self.object(&entry)?,
                        other => self.json.skip_rest(other)?,
                    }
                }
                Ok(())
            }
            other => self.json.skip_rest(other),
        }
    }

    fn object(&mut self, entry: &impl Fn(&mut Self, Key) -> Parsed<()>) -> Parsed<()> {
        while let Some(key) = self.json.key()? {
            match Key::of(key) {
                Some(key) => entry(self, key)?,
                None => self.json.skip()?,
            }
        }
        Ok(())
    }

    /// Versions 2 and 3, and the copy in alerts, differ in where the lists stand, not in what is in them.
    fn dns_entry(&mut self, key: Key) -> Parsed<()> {
        match key {
            // The answer in an alert is a whole `dns` part again, which the depth of JSON bounds.
            Key::Queries | Key::Answers => self.entries(Event::dns_entry),
            Key::Grouped => self.entries(Event::grouped_entry),
            Key::Rrname => self.values(Declared::Kind(Kind::Domain)),
            // An address, a name, or the text of a TXT record.
            Key::Rdata => self.values(Declared::Unknown),
            _ => self.json.skip(),
        }
    }

    fn grouped_entry(&mut self, key: Key) -> Parsed<()> {
        match key {
            Key::RecordAddress => self.values(Declared::Address),
            Key::RecordName => self.values(Declared::Kind(Kind::Domain)),
            Key::RecordText => self.values(Declared::Unknown),
            _ => self.json.skip(),
        }
    }

    fn http(&mut self) -> Parsed<()> {
        self.request.clear();
        self.entries(Event::http_entry)?;
        if let Some(url) = self.request.url() {
            push(self.held, Declared::Kind(Kind::Url), self.line, url);
        }
        Ok(())
    }

    fn http_entry(&mut self, key: Key) -> Parsed<()> {
        let part = match key {
            Key::Hostname => RequestPart::Host,
            Key::Url => RequestPart::Uri,
            Key::HttpPort => RequestPart::Port,
            Key::HttpMethod => RequestPart::Method,
            Key::HttpRefer => return self.values(Declared::Kind(Kind::Url)),
            Key::Xff => return self.forwarded_for(),
            _ => return self.json.skip(),
        };
        let Some(text) = self.json.scalar()? else { return Ok(()) };
        self.request.set(part, text);
        if part == RequestPart::Host && !text.is_empty() {
            push(self.held, Declared::Host, self.line, text);
        }
        Ok(())
    }

    /// `X-Forwarded-For` is a list in one string.
    fn forwarded_for(&mut self) -> Parsed<()> {
        let (held, line) = (&mut *self.held, self.line);
        self.json.scalars(|text| {
            for part in text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                if !part.is_empty() {
                    push(held, Declared::Address, line, part);
                }
            }
        })
    }

    fn tls_entry(&mut self, key: Key) -> Parsed<()> {
        match key {
            Key::Sni | Key::SubjectAltName => self.values(Declared::Host),
            Key::Fingerprint | Key::Ja4 => self.values(Declared::NotCarried),
            Key::Ja3 => self.entries(Event::ja3_entry),
            _ => self.json.skip(),
        }
    }

    fn quic_entry(&mut self, key: Key) -> Parsed<()> {
        match key {
            Key::Sni => self.values(Declared::Host),
            Key::Ja4 => self.values(Declared::NotCarried),
            Key::Ja3 => self.entries(Event::ja3_entry),
            _ => self.json.skip(),
        }
    }

    fn ja3_entry(&mut self, key: Key) -> Parsed<()> {
        if key == Key::Hash { self.values(Declared::NotCarried) } else { self.json.skip() }
    }

    fn file_entry(&mut self, key: Key) -> Parsed<()> {
        match key {
            Key::Md5 => self.values(Declared::Kind(Kind::Md5)),
            Key::Sha1 => self.values(Declared::Kind(Kind::Sha1)),
            Key::Sha256 => self.values(Declared::Kind(Kind::Sha256)),
            _ => self.json.skip(),
        }
    }

    fn smtp_entry(&mut self, key: Key) -> Parsed<()> {
        match key {
            Key::MailFrom | Key::RcptTo => self.mailboxes(),
            _ => self.json.skip(),
        }
    }

    fn email_entry(&mut self, key: Key) -> Parsed<()> {
        match key {
            Key::From | Key::To | Key::Cc => self.mailboxes(),
            Key::Url => self.values(Declared::Kind(Kind::Url)),
            _ => self.json.skip(),
        }
    }

    fn mailboxes(&mut self) -> Parsed<()> {
        let (held, line) = (&mut *self.held, self.line);
        self.json.scalars(|text| {
            for_each_address(text, |part| push(held, Declared::Kind(Kind::Email), line, part));
        })
    }

    fn values(&mut self, declared: Declared) -> Parsed<()> {
        let (held, line) = (&mut *self.held, self.line);
        self.json.scalars(|text| {
            if !text.is_empty() {
                push(held, declared, line, text);
            }
        })
    }
}

fn push(held: &mut Held, declared: Declared, line: u64, text: &[u8]) {
    held.push(Fate::Offer(declared), line, Marking::default(), text);
}

/// The keys inside an event's parts; their names mean the same in every part that has them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Rrname,
    Rdata,
    Queries,
    Answers,
    Grouped,
    RecordAddress,
    RecordName,
    RecordText,
    Hostname,
    Url,
    HttpPort,
    HttpMethod,
    HttpRefer,
    Xff,
    Sni,
    SubjectAltName,
    Fingerprint,
    Ja3,
    Ja4,
    Hash,
    Md5,
    Sha1,
    Sha256,
    MailFrom,
    RcptTo,
    From,
    To,
    Cc,
}

impl Key {
    fn of(name: &[u8]) -> Option<Key> {
        Some(match name {
            b"rrname" => Key::Rrname,
            b"rdata" => Key::Rdata,
            b"queries" | b"query" => Key::Queries,
            b"answers" | b"answer" => Key::Answers,
            b"grouped" => Key::Grouped,
            b"A" | b"AAAA" => Key::RecordAddress,
            b"CNAME" | b"NS" | b"PTR" => Key::RecordName,
            b"TXT" | b"MX" => Key::RecordText,
            b"hostname" => Key::Hostname,
            b"url" => Key::Url,
            b"http_port" => Key::HttpPort,
            b"http_method" => Key::HttpMethod,
            b"http_refer" => Key::HttpRefer,
            b"xff" => Key::Xff,
            b"sni" => Key::Sni,
            b"subjectaltname" => Key::SubjectAltName,
            b"fingerprint" => Key::Fingerprint,
            b"ja3" | b"ja3s" => Key::Ja3,
            b"ja4" => Key::Ja4,
            b"hash" => Key::Hash,
            b"md5" => Key::Md5,
            b"sha1" => Key::Sha1,
            b"sha256" => Key::Sha256,
            b"mail_from" => Key::MailFrom,
            b"rcpt_to" => Key::RcptTo,
            b"from" => Key::From,
            b"to" => Key::To,
            b"cc" => Key::Cc,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        assert!(looks_like(br#"{"timestamp":"x","event_type":"dns"}"#));
        assert!(!looks_like(br#"{"ts":1,"uid":"x"}"#));
        assert!(!looks_like(br#"[{"event_type":"dns"}]"#));
    }
}
