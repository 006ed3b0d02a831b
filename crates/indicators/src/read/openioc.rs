//! OpenIOC 1.0 and 1.1 (FORMATS, section 7).
//!
//! Absent on purpose: document type definitions, entities beyond the five of XML, and every condition that
//! is not equality. The tree of a definition is kept whole, because an AND decides about all below it.

use std::collections::BTreeSet;
use std::io::{BufRead, Read};

use memchr::memmem;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::held::Fate;
use super::{Format, ReadError};
use crate::canon::{Declared, canonicalise};
use crate::limits::{VALUE_BYTES_MAX, XML_BYTES_MAX, XML_DEPTH_MAX};
use crate::{Candidate, Intake, Kind, Marking, Pap, Reason, Tlp};

/// Reads one document.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut bytes = Vec::new();
    input.take(XML_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > XML_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes_max: XML_BYTES_MAX });
    }
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty);
    }
    let document = Document::read(&String::from_utf8_lossy(&bytes))?;
    document.root.release(document.marking, false, intake);
    Ok(())
}

/// Whether one of the two root elements is near the beginning.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    let has = |element: &[u8]| memmem::find(head, element).is_some();
    head.trim_ascii_start().starts_with(b"<") && (has(b"<ioc ") || has(b"<ioc>") || has(b"<OpenIOC"))
}

/// An `Indicator`: what it holds, and how it joins it.
#[derive(Default)]
struct Node {
    is_and: bool,
    items: Vec<Item>,
    children: Vec<Node>,
}

/// An `IndicatorItem`.
#[derive(Default)]
struct Item {
    number: u64,
    condition: String,
    negate: bool,
    search: String,
    content: String,
}

/// A document while it is read.
#[derive(Default)]
struct Document {
    is_openioc: bool,
    depth: usize,
    marking: Marking,
    items_read: u64,
    root: Node,
    /// The `Indicator`s that are open, the innermost last.
    open: Vec<Node>,
    item: Option<Item>,
    /// The `rel` of the link that is open.
    link: Option<String>,
    /// The text of the element that is open, where it is wanted.
    text: Option<String>,
}

impl Document {
    fn read(text: &str) -> Result<Document, ReadError> {
        let mut document = Document::default();
        let mut reader = Reader::from_str(text);
        loop {
            // The position says enough; the library's own words may quote the document.
            let event = reader.read_event();
            match event.map_err(|_| malformed(format!("no XML at byte {}", reader.error_position())))? {
                Event::Eof => break,
                Event::DocType(_) => return Err(malformed("a document type definition".to_owned())),
                event => document.take(event)?,
            }
        }
        if document.depth > 0 {
            return Err(malformed("the document ends inside an element".to_owned()));
        }
        if !document.is_openioc {
            return Err(malformed("no ioc or OpenIOC element".to_owned()));
        }
        Ok(document)
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), ReadError> {
        match event {
            Event::Start(element) => {
                self.depth += 1;
                if self.depth > XML_DEPTH_MAX {
                    return Err(malformed(format!("nested deeper than {XML_DEPTH_MAX}")));
                }
                self.start(&element)?;
            }
            Event::Empty(element) => {
                self.start(&element)?;
                self.end(element.local_name().as_ref());
            }
            Event::End(element) => {
                self.depth = self.depth.saturating_sub(1);
                self.end(element.local_name().as_ref());
            }
            Event::Text(text) => self.append(&text.xml10_content()),
            Event::CData(text) => self.append(&text.xml10_content()),
            Event::GeneralRef(reference) => self.append_reference(&reference)?,
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), ReadError> {
        match element.local_name().as_ref() {
            "ioc" | "OpenIOC" => self.is_openioc = true,
            "link" => {
                self.link = attribute(element, "rel")?;
                self.text = Some(String::new());
            }
            "Indicator" => {
                let operator = attribute(element, "operator")?.unwrap_or_default();
                // An operator that is neither is read as the stricter.
                let is_and = !operator.eq_ignore_ascii_case("OR");
                self.open.push(Node { is_and, ..Node::default() });
            }
            "IndicatorItem" => {
                self.items_read += 1;
                let negate = attribute(element, "negate")?.unwrap_or_default();
                self.item = Some(Item {
                    number: self.items_read,
                    condition: attribute(element, "condition")?.unwrap_or_default(),
                    negate: matches!(negate.trim(), "true" | "1"),
                    ..Item::default()
                });
            }
            "Context" => {
                if let Some(item) = &mut self.item {
                    item.search = attribute(element, "search")?.unwrap_or_default();
                }
            }
            "Content" if self.item.is_some() => self.text = Some(String::new()),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "link" => {
                let (relation, text) = (self.link.take(), self.text.take());
                self.take_link(relation.unwrap_or_default().trim(), text.unwrap_or_default().trim());
            }
            "Content" => {
                if let (Some(item), Some(text)) = (&mut self.item, self.text.take()) {
                    item.content = text;
                }
            }
            "IndicatorItem" => {
                if let Some(item) = self.item.take() {
                    self.innermost().items.push(item);
                }
            }
            "Indicator" => {
                if let Some(node) = self.open.pop() {
                    self.innermost().children.push(node);
                }
            }
            _ => {}
        }
    }

    fn innermost(&mut self) -> &mut Node {
        self.open.last_mut().unwrap_or(&mut self.root)
    }

    /// By custom a link names the marking.
    fn take_link(&mut self, relation: &str, text: &str) {
        let level = text.rsplit(':').next().unwrap_or(text);
        let marking = match relation.to_ascii_lowercase().as_str() {
            "tlp" => Marking { tlp: Some(Tlp::from_level(level)), pap: None },
            "pap" => Marking { tlp: None, pap: Some(Pap::from_level(level)) },
            _ => return,
        };
        self.marking = self.marking.and(marking);
    }

    fn append(&mut self, part: &str) {
        if let Some(text) = &mut self.text {
            text.push_str(part);
        }
    }

    fn append_reference(&mut self, reference: &BytesRef<'_>) -> Result<(), ReadError> {
        let unknown = || malformed("a reference to an entity that XML does not define".to_owned());
        let character = reference.resolve_char_ref().map_err(|_| unknown())?;
        match character {
            Some(character) => self.append(character.encode_utf8(&mut [0; 4])),
            None => {
                let text = resolve_xml_entity(&reference.xml10_content()).ok_or_else(unknown)?;
                self.append(text);
            }
        }
        Ok(())
    }
}

impl Node {
    /// Hands every item below to the intake; all are refused where an AND above joins different searches.
    fn release(&self, marking: Marking, is_refused: bool, intake: &mut Intake<'_>) {
        let is_refused = is_refused || (self.is_and && self.joins_different_searches());
        for item in &self.items {
            let fate = if is_refused { Fate::Refuse(Reason::PatternNotCarried) } else { item.fate() };
            let text = item.content.as_bytes();
            match fate {
                Fate::Offer(declared) => {
                    intake.offer(Candidate { declared, text, line: item.number, marking });
                }
                Fate::Refuse(reason) => {
                    intake.refuse(item.number, reason, text.get(..VALUE_BYTES_MAX).unwrap_or(text));
                }
            }
        }
        for child in &self.children {
            child.release(marking, is_refused, intake);
        }
    }

    fn joins_different_searches(&self) -> bool {
        let mut searches = BTreeSet::new();
        self.collect_searches(&mut searches);
        searches.len() > 1
    }

    fn collect_searches<'n>(&'n self, searches: &mut BTreeSet<&'n str>) {
        searches.extend(self.items.iter().map(|item| item.search.as_str()));
        for child in &self.children {
            child.collect_searches(searches);
        }
    }
}

impl Item {
    fn fate(&self) -> Fate {
        let refused = Fate::Refuse(Reason::PatternNotCarried);
        let (Some((declared, is_dns)), false) = (self.declared(), self.negate) else { return refused };
        match self.condition.as_str() {
            "is" => Fate::Offer(declared),
            // The published DNS items say `contains` and mean a whole name (FORMATS, section 7).
            "contains" if is_dns && is_whole_name(&self.content) => Fate::Offer(declared),
            _ => refused,
        }
    }

    /// The type that the search looks for, and whether it is one of names.
    fn declared(&self) -> Option<(Declared, bool)> {
        Some(match self.search.to_ascii_lowercase().as_str() {
            "fileitem/md5sum" => (Declared::Kind(Kind::Md5), false),
            "fileitem/sha1sum" => (Declared::Kind(Kind::Sha1), false),
            "fileitem/sha256sum" => (Declared::Kind(Kind::Sha256), false),
            "dnsentryitem/host" | "dnsentryitem/recordname" | "network/dns" => {
                (Declared::Kind(Kind::Domain), true)
            }
            "portitem/remoteip" => (Declared::Address, false),
            "urlhistoryitem/url" | "network/uri" => (Declared::Kind(Kind::Url), false),
            _ => return None,
        })
    }
}

fn is_whole_name(text: &str) -> bool {
    canonicalise(Declared::Kind(Kind::Domain), text, false, &mut Vec::new()).is_ok()
}

/// The value of an attribute. The check for repeated attributes is left out: it takes quadratic time, and
/// the first of two is as good as the second.
fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, ReadError> {
    let broken = || malformed("a broken attribute".to_owned());
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| broken())?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| broken())?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

fn malformed(detail: String) -> ReadError {
    ReadError::MalformedDocument { format: Format::OpenIoc, detail }
}
