//! MISP events and attributes in JSON (FORMATS, section 1).
//!
//! One event is kept at a time, because its tags may stand behind its attributes; of many events in one
//! answer the memory of the largest is needed. Absent: proposals (`ShadowAttribute`), related events,
//! galaxies, sightings, and everything marked as deleted.

use std::io::{BufRead, BufReader};

use super::held::{Fate, Held};
use super::json::{Fault, Json, Parsed, Shape};
use super::misp_type::{self, Part};
use super::{Format, ReadError, stix_pattern};
use crate::canon::Declared;
use crate::limits::HELD_BYTES_MAX;
use crate::{Intake, Marking, Reason};

/// Reads events and lists of attributes, one document behind the other.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut json = Json::new(BufReader::new(input), Vec::new());
    let all = intake.options().all;
    let mut reader = Reader { all, held: Held::default(), attributes_read: 0, has_root: false, intake };
    let document = |fault: Fault| fault.into_error(Format::Misp);
    if json.at_end().map_err(document)? {
        return Err(ReadError::Empty);
    }
    while !json.at_end().map_err(document)? {
        reader.root(&mut json).map_err(document)?;
    }
    if reader.has_root { Ok(()) } else { Err(document(NO_ROOT)) }
}

/// Such as the manifest of a feed, which only names events.
const NO_ROOT: Fault = Fault::Unexpected("neither an event nor a list of attributes");

/// Whether one of the roots of FORMATS begins here.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    root_is_misp(&mut Json::new(head, Vec::new())).unwrap_or(false)
}

fn root_is_misp(json: &mut Json<&[u8]>) -> Parsed<bool> {
    loop {
        match json.value()? {
            Shape::Array if json.element()? => continue,
            Shape::Object => {}
            _ => return Ok(false),
        }
        loop {
            match json.key()? {
                Some(b"Event" | b"Attribute") => {
                    return Ok(matches!(json.value()?, Shape::Object | Shape::Array));
                }
                Some(b"response") => break,
                Some(_) => json.skip()?,
                None => return Ok(false),
            }
        }
    }
}

struct Reader<'i, 'r> {
    all: bool,
    held: Held,
    attributes_read: u64,
    /// Whether there was anything that may hold attributes; an answer may well hold none.
    has_root: bool,
    intake: &'i mut Intake<'r>,
}

/// One attribute while it is read; the scratch space is used for all of them.
#[derive(Default)]
struct Attribute {
    kind: Vec<u8>,
    value: Vec<u8>,
    to_ids: bool,
    deleted: bool,
    marking: Marking,
}

impl Reader<'_, '_> {
    /// A document: an event, a list of events or attributes, or an answer that holds either.
    fn root<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        match json.value()? {
            Shape::Object => self.answer(json),
            Shape::Array => {
                let mut is_empty = true;
                while json.element()? {
                    is_empty = false;
                    self.root_entry(json)?;
                }
                self.has_root |= is_empty;
                Ok(())
            }
            _ => Err(NO_ROOT),
        }
    }

    fn root_entry<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        match json.value()? {
            Shape::Object => self.answer(json),
            other => json.skip_rest(other),
        }
    }

    /// An object with `Event`, `Attribute` or `response` in it. The last may hold the other two, or a list
    /// of such objects, but no further `response`.
    fn answer<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        while let Some(key) = json.key()? {
            self.has_root |= matches!(key, b"response" | b"Event" | b"Attribute");
            match key {
                b"response" => match json.value()? {
                    Shape::Object => self.content(json)?,
                    Shape::Array => {
                        while json.element()? {
                            match json.value()? {
                                Shape::Object => self.content(json)?,
                                other => json.skip_rest(other)?,
                            }
                        }
                    }
                    other => json.skip_rest(other)?,
                },
                b"Event" => self.event(json)?,
                b"Attribute" => self.listed_attributes(json)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn content<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        while let Some(key) = json.key()? {
            match key {
                b"Event" => self.event(json)?,
                b"Attribute" => self.listed_attributes(json)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn event<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        let shape = json.value()?;
        if shape != Shape::Object {
            return json.skip_rest(shape);
        }
        let mut marking = Marking::default();
        while let Some(key) = json.key()? {
            match key {
                b"Tag" => marking = marking.and(tags(json)?),
                b"Attribute" => self.attributes(json)?,
                b"Object" => self.objects(json)?,
                _ => json.skip()?,
            }
        }
        self.held.mark_from(0, marking);
        self.held.release(self.intake);
        Ok(())
    }

    /// Attributes without an event: nothing that stands behind one can change it.
    fn listed_attributes<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        self.each_object(json, |reader, json| {
            reader.attribute(json)?;
            reader.held.release(reader.intake);
            Ok(())
        })
    }

    fn attributes<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        self.each_object(json, Reader::attribute)
    }

    fn objects<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        self.each_object(json, Reader::object)
    }

    fn object<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        let first = self.held.len();
        let mut marking = Marking::default();
        let mut deleted = false;
        while let Some(key) = json.key()? {
            match key {
                b"Tag" => marking = marking.and(tags(json)?),
                b"deleted" => deleted = json.flag()? == Some(true),
                b"Attribute" => self.attributes(json)?,
                _ => json.skip()?,
            }
        }
        if deleted {
            self.held.truncate(first);
        }
        self.held.mark_from(first, marking);
        Ok(())
    }

    fn attribute<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        // MISP always writes `to_ids`; the types that are carried default to true.
        let mut attribute = Attribute { to_ids: true, ..Attribute::default() };
        while let Some(key) = json.key()? {
            match key {
                b"type" => set(&mut attribute.kind, json.scalar()?),
                b"value" => set(&mut attribute.value, json.scalar()?),
                b"to_ids" => attribute.to_ids = json.flag()?.unwrap_or(true),
                b"deleted" => attribute.deleted = json.flag()? == Some(true),
                b"Tag" => attribute.marking = attribute.marking.and(tags(json)?),
                _ => json.skip()?,
            }
        }
        self.attributes_read += 1;
        if !attribute.deleted {
            self.hold(&attribute);
        }
        if self.held.bytes() > HELD_BYTES_MAX { Err(Fault::TooLarge) } else { Ok(()) }
    }

    fn hold(&mut self, attribute: &Attribute) {
        let mapping = misp_type::mapping(&attribute.kind);
        let wanted = self.all || (attribute.to_ids && !mapping.only_with_all);
        for (part, declared) in mapping.values(&attribute.value) {
            match part {
                Part::Pattern => self.hold_pattern(attribute, wanted),
                Part::Text(text) => {
                    // The type is looked at first, so that the count of values that are not for detection
                    // is the count of those that `--all` would add.
                    let fate = match declared {
                        Declared::NotCarried => Fate::Offer(declared),
                        _ if wanted => Fate::Offer(declared),
                        _ => Fate::Refuse(Reason::NotForDetection),
                    };
                    self.held.push(fate, self.attributes_read, attribute.marking, text);
                }
            }
        }
    }

    fn hold_pattern(&mut self, attribute: &Attribute, wanted: bool) {
        for (fate, text) in stix_pattern::values(&attribute.value) {
            let fate = match fate {
                Fate::Offer(declared) if !wanted && declared != Declared::NotCarried => {
                    Fate::Refuse(Reason::NotForDetection)
                }
                fate => fate,
            };
            self.held.push(fate, self.attributes_read, attribute.marking, &text);
        }
    }

    /// Calls `each` inside every object of the next value: an array of them, or a single one.
    fn each_object<R: BufRead>(
        &mut self,
        json: &mut Json<R>,
        each: impl Fn(&mut Self, &mut Json<R>) -> Parsed<()>,
    ) -> Parsed<()> {
        match json.value()? {
            Shape::Object => each(self, json)?,
            Shape::Array => {
                while json.element()? {
                    match json.value()? {
                        Shape::Object => each(self, json)?,
                        other => json.skip_rest(other)?,
                    }
                }
            }
            other => json.skip_rest(other)?,
        }
        Ok(())
    }
}

/// The strictest marking of `[{"name":"tlp:amber"}, …]`.
fn tags<R: BufRead>(json: &mut Json<R>) -> Parsed<Marking> {
    let mut marking = Marking::default();
    let shape = json.value()?;
    if shape != Shape::Array {
        json.skip_rest(shape)?;
        return Ok(marking);
    }
    while json.element()? {
        let shape = json.value()?;
        if shape != Shape::Object {
            json.skip_rest(shape)?;
            continue;
        }
        while let Some(key) = json.key()? {
            if key != b"name" {
                json.skip()?;
            } else if let Some(name) = json.scalar()? {
                marking = marking.and(Marking::from_tag(&String::from_utf8_lossy(name)));
            }
        }
    }
    Ok(marking)
}

fn set(field: &mut Vec<u8>, text: Option<&[u8]>) {
    field.clear();
    field.extend_from_slice(text.unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_is_recognised() {
        for root in [
            r#"{"Event":{"uuid":"x""#,
            r#"{"response":[{"Event":{"#,
            r#"[{"Event":{"id":"1"}}]"#,
            r#"{"response":{"Attribute":[{"#,
            r#"{"Attribute":[]}"#,
            r#"{"version":1,"Event":{}}"#,
        ] {
            assert!(looks_like(root.as_bytes()), "{root}");
        }
        for other in [r#"{"type":"bundle"}"#, r#"{"Event":"x"}"#, "[]", "Event", r#"{"response":"no"}"#, ""] {
            assert!(!looks_like(other.as_bytes()), "{other}");
        }
    }
}
