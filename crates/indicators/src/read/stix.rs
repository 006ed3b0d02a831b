//! STIX 2.0 and 2.1 bundles and TAXII envelopes (FORMATS, sections 5, 6 and 14).
//!
//! Markings may stand behind the indicators that refer to them, and of several versions of an indicator only
//! the newest counts; so the values are kept until the document ends, bounded by
//! [`HELD_BYTES_MAX`](crate::limits::HELD_BYTES_MAX). Superseded versions are no candidates. Absent: every
//! other object (malware, relationships, sightings), which says nothing about values.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use super::held::Fate;
use super::json::{Fault, Json, Parsed, Shape};
use super::json_lines::first_keys;
use super::stix_marking::{Definition, fixed_marking};
use super::stix_pattern::{self, Value};
use super::{Format, ReadError};
use crate::canon::Declared;
use crate::limits::HELD_BYTES_MAX;
use crate::{Candidate, Intake, Kind, Marking, Reason, Tlp};

/// Reads bundles and envelopes, one behind the other.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut json = Json::new(BufReader::new(input), Vec::new());
    let mut bundle = Bundle { observables: intake.options().observables, ..Bundle::default() };
    let document = |fault: Fault| fault.into_error(Format::Stix);
    if json.at_end().map_err(document)? {
        return Err(ReadError::Empty);
    }
    while !json.at_end().map_err(document)? {
        bundle.document(&mut json).map_err(document)?;
    }
    bundle.release(intake);
    Ok(())
}

/// Whether this is a bundle, an envelope with objects, or a single object that says its STIX version.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    let keys = first_keys(head);
    let has = |wanted: &[u8]| keys.iter().any(|key| key == wanted);
    let envelope = has(b"objects") && !has(b"event_type");
    // A bundle whose objects lie beyond the head, or whose first object does.
    envelope || (has(b"type") && has(b"id") && memchr::memmem::find(head, b"bundle--").is_some())
}

/// What is known of one document, or of the pages of an answer.
#[derive(Default)]
struct Bundle {
    observables: bool,
    objects_read: u64,
    kept: Vec<Kept>,
    /// Where in `kept` the newest version of an indicator stands, and its `modified`.
    newest: BTreeMap<Vec<u8>, (usize, Vec<u8>)>,
    reference_numbers: BTreeMap<Vec<u8>, u32>,
    definitions: BTreeMap<Vec<u8>, Marking>,
    bytes: usize,
}

/// The values of one indicator or observable.
struct Kept {
    line: u64,
    own: Marking,
    references: Vec<u32>,
    values: Vec<Value>,
}

/// One object while it is read; its type may be the last thing it says.
#[derive(Default)]
struct Draft {
    id: Vec<u8>,
    created: Vec<u8>,
    modified: Vec<u8>,
    pattern: Option<Vec<u8>>,
    pattern_type: Option<Vec<u8>>,
    revoked: bool,
    labels: Marking,
    references: Vec<Vec<u8>>,
    definition: Definition,
    observable: Observable,
    embedded: Vec<Observable>,
}

/// The parts of an object that hold its value where it is an observable.
#[derive(Default)]
struct Observable {
    kind: Vec<u8>,
    value: Option<Vec<u8>>,
    hashes: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Bundle {
    fn document<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        if json.value()? != Shape::Object {
            return Err(Fault::Unexpected("neither a bundle nor an envelope"));
        }
        while let Some(key) = json.key()? {
            if key != b"objects" {
                json.skip()?;
                continue;
            }
            match json.value()? {
                Shape::Array => self.objects(json)?,
                other => json.skip_rest(other)?,
            }
        }
        Ok(())
    }

    fn objects<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        while json.element()? {
            match json.value()? {
                Shape::Object => {
                    self.objects_read += 1;
                    let draft = Draft::read(json)?;
                    self.take(draft);
                }
                other => json.skip_rest(other)?,
            }
            if self.bytes > HELD_BYTES_MAX {
                return Err(Fault::TooLarge);
            }
        }
        Ok(())
    }

    fn take(&mut self, draft: Draft) {
        match draft.observable.kind.as_slice() {
            b"indicator" => self.take_indicator(draft),
            b"marking-definition" => {
                self.bytes += draft.id.len() + size_of::<Marking>();
                let marking = draft.definition.marking().and(draft.labels);
                self.definitions.insert(draft.id, marking);
            }
            _ if self.observables => self.take_observables(draft),
            _ => {}
        }
    }

    fn take_indicator(&mut self, mut draft: Draft) {
        let modified = instant(if draft.modified.is_empty() { &draft.created } else { &draft.modified });
        let place = match self.newest.get(&draft.id) {
            Some((_, newest)) if *newest > modified => return,
            Some((place, _)) => *place,
            None => self.kept.len(),
        };
        let values = draft.pattern_values();
        let id = std::mem::take(&mut draft.id);
        let kept = self.keep(draft, values);
        match self.kept.get_mut(place) {
            Some(older) => *older = kept,
            None => self.kept.push(kept),
        }
        // Without an id there is nothing to supersede.
        if !id.is_empty() {
            self.bytes += id.len() + modified.len() + size_of::<(Vec<u8>, (usize, Vec<u8>))>();
            self.newest.insert(id, (place, modified));
        }
    }

    fn take_observables(&mut self, mut draft: Draft) {
        let mut values = std::mem::take(&mut draft.observable).values();
        for embedded in std::mem::take(&mut draft.embedded) {
            values.extend(embedded.values());
        }
        if !values.is_empty() {
            let kept = self.keep(draft, values);
            self.kept.push(kept);
        }
    }

    fn keep(&mut self, draft: Draft, values: Vec<Value>) -> Kept {
        let text: usize = values.iter().map(|(_, text)| text.len() + size_of::<Value>()).sum();
        self.bytes += size_of::<Kept>() + text;
        let references = draft.references.into_iter().map(|id| self.reference(id)).collect();
        Kept { line: self.objects_read, own: draft.labels, references, values }
    }

    /// The number of a marking id. Every indicator of a bundle names the same few, so they are kept once.
    fn reference(&mut self, id: Vec<u8>) -> u32 {
        let next = self.reference_numbers.len() as u32;
        let bytes = &mut self.bytes;
        *self.reference_numbers.entry(id).or_insert_with_key(|id| {
            *bytes += id.len() + size_of::<(Vec<u8>, u32)>();
            next
        })
    }

    fn release(&self, intake: &mut Intake<'_>) {
        let mut markings = vec![Marking::default(); self.reference_numbers.len()];
        for (id, number) in &self.reference_numbers {
            if let Some(marking) = markings.get_mut(*number as usize) {
                *marking = self.marking(id);
            }
        }
        for kept in &self.kept {
            let marking = kept
                .references
                .iter()
                .filter_map(|number| markings.get(*number as usize))
                .fold(kept.own, |strictest, marking| strictest.and(*marking));
            for (fate, text) in &kept.values {
                match *fate {
                    Fate::Offer(declared) => {
                        intake.offer(Candidate { declared, text, line: kept.line, marking });
                    }
                    Fate::Refuse(reason) => intake.refuse(kept.line, reason, text),
                }
            }
        }
    }

    /// What a marking id stands for. One that nobody defined may be anything, so it counts as TLP:RED
    /// (FORMATS, section 14).
    fn marking(&self, id: &[u8]) -> Marking {
        let unknown = Marking { tlp: Some(Tlp::Red), pap: None };
        fixed_marking(id).or_else(|| self.definitions.get(id).copied()).unwrap_or(unknown)
    }
}

impl Draft {
    fn read<R: BufRead>(json: &mut Json<R>) -> Parsed<Draft> {
        let mut draft = Draft::default();
        while let Some(key) = json.key()? {
            match key {
                b"id" => set(&mut draft.id, json.scalar()?),
                b"created" => set(&mut draft.created, json.scalar()?),
                b"modified" => set(&mut draft.modified, json.scalar()?),
                b"pattern" => draft.pattern = json.scalar()?.map(<[u8]>::to_vec),
                b"pattern_type" => draft.pattern_type = json.scalar()?.map(<[u8]>::to_vec),
                b"revoked" => draft.revoked = json.flag()? == Some(true),
                b"labels" => json.scalars(|label| {
                    draft.labels = draft.labels.and(Marking::from_tag(&String::from_utf8_lossy(label)));
                })?,
                b"object_marking_refs" => json.scalars(|id| draft.references.push(id.to_vec()))?,
                b"granular_markings" => draft.granular_markings(json)?,
                b"objects" => draft.embedded_objects(json)?,
                b"name" | b"definition_type" | b"definition" | b"extensions" => {
                    let key = key.to_vec();
                    draft.definition.read_entry(&key, json)?;
                }
                b"type" | b"value" | b"number" | b"hashes" => {
                    let key = key.to_vec();
                    draft.observable.read_entry(&key, json)?;
                }
                _ => json.skip()?,
            }
        }
        Ok(draft)
    }

    /// A marking of parts counts for the whole value where it covers the pattern or the value.
    fn granular_markings<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        each_object(json, |json| {
            let mut reference = None;
            let mut covers = false;
            while let Some(key) = json.key()? {
                match key {
                    b"marking_ref" => reference = json.scalar()?.map(<[u8]>::to_vec),
                    b"selectors" => json.scalars(|selector| covers |= selects_value(selector))?,
                    _ => json.skip()?,
                }
            }
            if covers {
                self.references.extend(reference);
            }
            Ok(())
        })
    }

    /// STIX 2.0 keeps observables inside `observed-data`, by number.
    fn embedded_objects<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        let shape = json.value()?;
        if shape != Shape::Object {
            return json.skip_rest(shape);
        }
        while json.key()?.is_some() {
            let shape = json.value()?;
            if shape != Shape::Object {
                json.skip_rest(shape)?;
                continue;
            }
            let mut observable = Observable::default();
            while let Some(key) = json.key()? {
                let key = key.to_vec();
                observable.read_entry(&key, json)?;
            }
            self.embedded.push(observable);
        }
        Ok(())
    }

    fn pattern_values(&mut self) -> Vec<Value> {
        let Some(pattern) = self.pattern.take() else {
            return vec![(Fate::Refuse(Reason::PatternNotCarried), self.id.clone())];
        };
        // STIX 2.0 has no pattern_type.
        let is_stix = self.pattern_type.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(b"stix"));
        if !is_stix {
            return vec![(Fate::Refuse(Reason::PatternNotCarried), pattern)];
        }
        let mut values = stix_pattern::values(&pattern);
        if self.revoked {
            values.iter_mut().for_each(|(fate, _)| *fate = Fate::Refuse(Reason::Revoked));
        }
        values
    }
}

impl Observable {
    fn read_entry<R: BufRead>(&mut self, key: &[u8], json: &mut Json<R>) -> Parsed<()> {
        match key {
            b"type" => set(&mut self.kind, json.scalar()?),
            b"value" | b"number" => self.value = json.scalar()?.map(<[u8]>::to_vec),
            b"hashes" => match json.value()? {
                Shape::Object => {
                    while let Some(name) = json.key()? {
                        let name = name.to_vec();
                        if let Some(hash) = json.scalar()? {
                            self.hashes.push((name, hash.to_vec()));
                        }
                    }
                }
                other => json.skip_rest(other)?,
            },
            _ => json.skip()?,
        }
        Ok(())
    }

    fn values(self) -> Vec<Value> {
        let declared = match self.kind.as_slice() {
            b"ipv4-addr" | b"ipv6-addr" => Declared::Address,
            b"domain-name" => Declared::Kind(Kind::Domain),
            b"url" => Declared::Kind(Kind::Url),
            b"email-addr" => Declared::Kind(Kind::Email),
            b"autonomous-system" | b"mac-addr" => Declared::NotCarried,
            b"file" => {
                return self.hash_values(|name| {
                    stix_pattern::hash_kind(name).map_or(Declared::NotCarried, Declared::Kind)
                });
            }
            b"x509-certificate" => return self.hash_values(|_| Declared::NotCarried),
            _ => return Vec::new(),
        };
        self.value.into_iter().map(|value| (Fate::Offer(declared), value)).collect()
    }

    fn hash_values(self, declared: impl Fn(&[u8]) -> Declared) -> Vec<Value> {
        self.hashes.into_iter().map(|(name, hash)| (Fate::Offer(declared(&name)), hash)).collect()
    }
}

fn set(field: &mut Vec<u8>, text: Option<&[u8]>) {
    field.clear();
    field.extend_from_slice(text.unwrap_or_default());
}

fn each_object<R: BufRead>(
    json: &mut Json<R>,
    mut each: impl FnMut(&mut Json<R>) -> Parsed<()>,
) -> Parsed<()> {
    let shape = json.value()?;
    if shape != Shape::Array {
        return json.skip_rest(shape);
    }
    while json.element()? {
        match json.value()? {
            Shape::Object => each(json)?,
            other => json.skip_rest(other)?,
        }
    }
    Ok(())
}

fn selects_value(selector: &[u8]) -> bool {
    [&b"pattern"[..], b"value", b"hashes", b"objects"].iter().any(|part| selector.starts_with(part))
}

/// A timestamp in a form whose byte order is the order of time: RFC 3339 in UTC leaves open how many digits
/// the fraction has.
fn instant(timestamp: &[u8]) -> Vec<u8> {
    let time = timestamp.strip_suffix(b"Z").unwrap_or(timestamp);
    let mut time = time.to_vec();
    if time.contains(&b'.') {
        while time.last() == Some(&b'0') {
            time.pop();
        }
        if time.last() == Some(&b'.') {
            time.pop();
        }
    }
    time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_in_order() {
        let ordered = [
            "2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00.05Z",
            "2024-01-01T00:00:00.500Z",
            "2024-01-01T00:00:01.000Z",
        ];
        for pair in ordered.windows(2) {
            assert!(instant(pair[0].as_bytes()) < instant(pair[1].as_bytes()), "{pair:?}");
        }
        assert_eq!(instant(b"2024-01-01T00:00:00.000Z"), instant(b"2024-01-01T00:00:00Z"));
    }

    #[test]
    fn what_a_bundle_looks_like() {
        assert!(looks_like(br#"{"type":"bundle","id":"bundle--0","objects":[]}"#));
        assert!(looks_like(br#"{"more":false,"objects":[{"type":"indi"#));
        assert!(looks_like(br#"{"id":"bundle--0","type":"bundle","obje"#));
        assert!(!looks_like(br#"{"type":"string","list":["a"]}"#));
        assert!(!looks_like(br#"{"Event":{}}"#));
        assert!(!looks_like(b"bundle--"));
    }
}
