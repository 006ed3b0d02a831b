//! TLP 2.0 and PAP markings as the formats carry them (FORMATS, section 14).

/// Traffic Light Protocol 2.0, from least to most restricted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tlp {
    /// CLEAR; `white` reads as this and is never written.
    Clear,
    /// GREEN.
    Green,
    /// AMBER.
    Amber,
    /// AMBER+STRICT.
    AmberStrict,
    /// RED; an unknown TLP marking counts as this until the user says otherwise.
    Red,
}

/// Permissible Actions Protocol, from least to most restricted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Pap {
    /// CLEAR; `white` reads as this.
    Clear,
    /// GREEN.
    Green,
    /// AMBER: passive use only, so never in a match.
    Amber,
    /// RED; an unknown PAP marking counts as this.
    Red,
}

/// The marking of one value; `None` is *unmarked*.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Marking {
    /// The strictest TLP that applies.
    pub tlp: Option<Tlp>,
    /// The strictest PAP that applies.
    pub pap: Option<Pap>,
}

impl Marking {
    /// The stricter of both, part by part: a value takes the strictest of file, event, object and its own.
    pub fn and(self, other: Marking) -> Marking {
        Marking { tlp: self.tlp.max(other.tlp), pap: self.pap.max(other.pap) }
    }

    /// Reads one tag or cell such as `tlp:amber`, `TLP:AMBER+STRICT`, `PAP:RED`; without regard to case.
    /// Text that is no TLP or PAP marking gives an empty marking; an unknown level is RED.
    pub fn from_tag(tag: &str) -> Marking {
        let tag = tag.trim();
        if let Some(level) = level_after(tag, "tlp") {
            return Marking { tlp: Some(Tlp::from_level(level)), pap: None };
        }
        if let Some(level) = level_after(tag, "pap") {
            return Marking { tlp: None, pap: Some(Pap::from_level(level)) };
        }
        Marking::default()
    }

    /// As one byte, for storing; none is zero.
    pub(crate) fn bits(self) -> u8 {
        let tlp = self.tlp.map_or(0, |tlp| tlp as u8 + 1);
        let pap = self.pap.map_or(0, |pap| pap as u8 + 1);
        tlp | pap << 4
    }

    pub(crate) fn from_bits(bits: u8) -> Marking {
        let tlp = match bits & 0x0f {
            0 => None,
            1 => Some(Tlp::Clear),
            2 => Some(Tlp::Green),
            3 => Some(Tlp::Amber),
            4 => Some(Tlp::AmberStrict),
            _ => Some(Tlp::Red),
        };
        let pap = match bits >> 4 {
            0 => None,
            1 => Some(Pap::Clear),
            2 => Some(Pap::Green),
            3 => Some(Pap::Amber),
            _ => Some(Pap::Red),
        };
        Marking { tlp, pap }
    }

    /// Whether a value so marked may enter a match: PAP:AMBER and PAP:RED never do, because a match is a
    /// detectable act.
    pub fn is_held_back(self) -> bool {
        self.pap >= Some(Pap::Amber)
    }
}

impl Tlp {
    /// Reads the level without its prefix, for a column that is itself named `tlp`.
    pub fn from_level(level: &str) -> Tlp {
        match level.trim().to_ascii_lowercase().as_str() {
            "clear" | "white" => Tlp::Clear,
            "green" => Tlp::Green,
            "amber" => Tlp::Amber,
            "amber+strict" => Tlp::AmberStrict,
            _ => Tlp::Red,
        }
    }
}

impl Pap {
    /// Reads the level without its prefix, for a column that is itself named `pap`.
    pub fn from_level(level: &str) -> Pap {
        match level.trim().to_ascii_lowercase().as_str() {
            "clear" | "white" => Pap::Clear,
            "green" => Pap::Green,
            "amber" => Pap::Amber,
            _ => Pap::Red,
        }
    }
}

fn level_after<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (prefix, level) = tag.split_once(':')?;
    prefix.trim().eq_ignore_ascii_case(name).then_some(level)
}
