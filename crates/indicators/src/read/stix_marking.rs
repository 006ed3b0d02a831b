//! TLP and PAP as STIX carries them: fixed ids, definitions of both TLP versions, names that tools give
//! (FORMATS, section 14).

use std::io::BufRead;

use super::json::{Json, Parsed, Shape};
use crate::{Marking, Pap, Tlp};

/// The TLP markings that the standards define once for all, by the part of their id behind the type.
const FIXED: [(&[u8], Tlp); 9] = [
    (b"613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
    (b"34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    (b"f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    (b"5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
    (b"94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::Clear),
    (b"bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::Green),
    (b"55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::Amber),
    (b"939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp::AmberStrict),
    (b"e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::Red),
];

/// The marking with one of the fixed ids. A definition of the same id in a bundle cannot weaken it.
pub(crate) fn fixed_marking(id: &[u8]) -> Option<Marking> {
    let uuid = id.strip_prefix(b"marking-definition--")?;
    let (_, tlp) = FIXED.iter().find(|(fixed, _)| uuid.eq_ignore_ascii_case(fixed))?;
    Some(Marking { tlp: Some(*tlp), pap: None })
}

/// The parts of a `marking-definition` while it is read.
#[derive(Default)]
pub(crate) struct Definition {
    name: String,
    kind: String,
    texts: Vec<String>,
    tlp_2: Option<String>,
}

impl Definition {
    /// Reads the value of one of the keys `name`, `definition_type`, `definition`, `extensions`.
    pub(crate) fn read_entry<R: BufRead>(&mut self, key: &[u8], json: &mut Json<R>) -> Parsed<()> {
        match key {
            b"name" => self.name = text_value(json)?,
            b"definition_type" => self.kind = text_value(json)?.to_ascii_lowercase(),
            b"definition" => self.texts(json)?,
            b"extensions" => self.extensions(json)?,
            _ => json.skip()?,
        }
        Ok(())
    }

    /// What the definition says; the strictest where it says it twice.
    pub(crate) fn marking(&self) -> Marking {
        let tlp_2 = self.tlp_2.as_deref().map(Tlp::from_level);
        let named = Marking::from_tag(&self.name).and(Marking { tlp: tlp_2, pap: None });
        let defined = match self.kind.as_str() {
            "tlp" => Marking { tlp: self.strictest(Tlp::from_level, named.tlp), pap: None },
            "pap" => Marking { tlp: None, pap: self.strictest(Pap::from_level, named.pap) },
            _ => self.statements(),
        };
        named.and(defined)
    }

    /// A definition of a known type that names no level is an unknown marking, the strictest there is.
    fn strictest<L: Ord>(&self, level: impl Fn(&str) -> L, named: Option<L>) -> Option<L> {
        let levels = self.texts.iter().map(|text| level(text.rsplit(':').next().unwrap_or(text)));
        levels.max().or(named).or_else(|| Some(level("")))
    }

    /// MISP exports a PAP tag as a statement.
    fn statements(&self) -> Marking {
        let words = self.texts.iter().flat_map(|text| text.split([' ', ',', ';', '"', '(', ')']));
        words.map(Marking::from_tag).fold(Marking::default(), Marking::and)
    }

    fn texts<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
        let shape = json.value()?;
        if shape != Shape::Object {
            return json.skip_rest(shape);
        }
        while json.key()?.is_some() {
            let text = text_value(json)?;
            self.texts.push(text);
        }
        Ok(())
    }

    /// TLP 2.0 stands in a property extension, whatever its id.
    fn extensions<R: BufRead>(&mut self, json: &mut Json<R>) -> Parsed<()> {
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
            while let Some(key) = json.key()? {
                match key {
                    b"tlp_2_0" => self.tlp_2 = Some(text_value(json)?),
                    _ => json.skip()?,
                }
            }
        }
        Ok(())
    }
}

fn text_value<R: BufRead>(json: &mut Json<R>) -> Parsed<String> {
    Ok(json.scalar()?.map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default())
}
