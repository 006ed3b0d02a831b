//! Saying something with the offices that are due for it. What one office signed where two are due waits on disk
//! until another releases it, bytes unchanged.

use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Draft, Leaf, Office, Position, SealedItem, Signed, SignerRule, State, Target, signers_due,
};
use detente_accord::{Entropy, PartyId, Rejection, Time};

use crate::append::Ready;
use crate::signing::act_of;
use crate::{Accord, Error};

/// Digits of a statement's id that name it while it waits.
const NAME_DIGITS: usize = 8;

/// Which offices sign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum By {
    /// As many as are due, by their roles.
    Roles,
    /// These and no others.
    Named(Vec<Office>),
}

/// A statement that waits for the signature of another office.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Its name: the first digits of the statement's id. Who releases it by name releases these bytes.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Its act; empty in a type that has none.
    pub act: String,
    /// To whom; none: nobody, or everybody.
    pub to: Option<String>,
    /// The offices that signed.
    pub signed_by: Vec<Office>,
    /// When it was made.
    pub made: Time,
}

/// A statement that was made and tried, and not said yet.
pub struct Prepared {
    ready: Ready,
    waiting: Option<String>,
    draft: Draft,
    act: &'static Act,
    offices: Vec<Office>,
    lacks: bool,
    would: State,
    position: Position,
}

/// What a statement is made of before it is tried.
struct Making {
    ready: Ready,
    waiting: Option<String>,
    draft: Draft,
    act: &'static Act,
    rule: SignerRule,
    offices: Vec<Office>,
    lacks: bool,
}

/// What became of a prepared statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Done {
    /// It is on the record.
    Said(Position),
    /// It waits under this name.
    Waits(String),
}

impl Prepared {
    /// Its row of the table of acts.
    pub fn act(&self) -> &'static Act {
        self.act
    }

    /// What it says, without the values of its labels where it waited before.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What its labels say, ascending by label; those that say nothing are left out.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Value)> {
        let openings = self.ready.signed.openings.iter();
        openings.filter(|o| o.value != Value::Null).map(|o| (o.label.as_str(), &o.value))
    }

    /// The offices that have signed, or sign when it is said.
    pub fn offices(&self) -> &[Office] {
        &self.offices
    }

    /// Whether it will wait for another office.
    pub fn waits(&self) -> bool {
        self.lacks
    }

    /// Whether one person releases what otherwise takes two.
    pub fn is_single(&self) -> bool {
        self.draft.public.get("single") == Some(&Value::Bool(true))
    }

    /// Where it would stand if it were said now.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// What the record would add up to then.
    pub fn would(&self) -> &State {
        &self.would
    }
}

impl Accord<'_> {
    /// Makes a statement and tries it: nothing is said, and nothing is kept. With `wait` it will wait for a
    /// release even if all that are due could sign now.
    ///
    /// # Errors
    /// [`Error::NoEffect`] with the reason if it would have none, also after its release; [`Error::Unknown`] for
    /// an office that is none of ours.
    pub fn prepare_to_say(
        &self,
        mut draft: Draft,
        by: &By,
        wait: bool,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Prepared, Error> {
        self.may_append()?;
        let act = known(&draft)?;
        let signing = self.signing(&mut draft, by)?;
        let mut offices = signing.offices;
        if wait && *by == By::Roles {
            // The last that is due releases; without a second one, whoever has the role.
            offices.reverse();
            offices.pop();
        }
        let attachments = std::mem::take(&mut draft.attachments);
        let ready = self.fix(Draft { attachments, ..draft.clone() }, now, entropy)?;
        let lacks = signing.lacks || wait;
        self.try_out(Making { ready, waiting: None, draft, act, rule: signing.rule, offices, lacks }, now)
    }

    /// Makes a statement that waits ready for its release by an office, or by one that may.
    ///
    /// # Errors
    /// As [`Accord::prepare_to_say`]; [`Error::NoEffect`] named `needs-two-officers` if that office has signed it
    /// and another one is due.
    pub fn prepare_release(&self, name: &str, by: Option<&Office>, now: Time) -> Result<Prepared, Error> {
        self.may_append()?;
        let (name, signed) = self.waiting_statement(name)?;
        let draft = self.read_waiting(&signed)?;
        let act = known(&draft)?;
        let original = self.original(act, &draft.refs);
        let rule = signers_due(act, &draft.public, original, self.state.rules());
        let offices = self.releasing(by, &signed, signatures_due(rule, &draft), rule)?;
        let offices = offices.ok_or_else(|| needs_two(&draft))?;
        let ready = Ready { signed, sealed: Vec::new() };
        self.try_out(Making { ready, waiting: Some(name), draft, act, rule, offices, lacks: false }, now)
    }

    /// Says a prepared statement, or leaves it waiting. Either is on disk when this returns.
    ///
    /// # Errors
    /// As [`Accord::say_all`].
    pub fn say_prepared(&mut self, prepared: Prepared, now: Time) -> Result<Done, Error> {
        let Prepared { mut ready, waiting, offices, lacks, .. } = prepared;
        self.sign(&mut ready.signed, &offices)?;
        if lacks {
            return self.keep_waiting(&ready).map(Done::Waits);
        }
        let appended = self.place(vec![ready], true, now)?;
        if let Some(name) = waiting {
            self.record.take_waiting(&name)?;
        }
        let position = appended.positions.into_iter().next();
        Ok(Done::Said(position.unwrap_or_else(|| Position::new(self.log.clone(), self.own_size()))))
    }

    /// The statements that wait for their release.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn waiting(&self) -> Result<Vec<Waiting>, Error> {
        let mut found = Vec::new();
        for row in self.record.waiting()? {
            let signed = decode(&row.body)?;
            let leaf = self.leaf_for(&signed)?;
            if !self.is_said(&leaf) {
                found.push(describe(row.name, &signed, &leaf));
            }
        }
        found.sort_by(|a, b| (a.made, &a.name).cmp(&(b.made, &b.name)));
        Ok(found)
    }

    /// What a statement that waits says under its labels.
    ///
    /// # Errors
    /// [`Error::Unknown`] if none of that name waits; those of the disk.
    pub fn waiting_values(&self, name: &str) -> Result<Vec<(String, Value)>, Error> {
        let (_, signed) = self.waiting_statement(name)?;
        let said = signed.openings.into_iter().filter(|opening| opening.value != Value::Null);
        Ok(said.map(|opening| (opening.label, opening.value)).collect())
    }

    /// Releases a statement that waits.
    ///
    /// # Errors
    /// As [`Accord::prepare_release`] and [`Accord::say_prepared`].
    pub fn release(&mut self, name: &str, office: &Office, now: Time) -> Result<Position, Error> {
        let prepared = self.prepare_release(name, Some(office), now)?;
        match self.say_prepared(prepared, now)? {
            Done::Said(position) => Ok(position),
            Done::Waits(name) => Err(Error::Unknown(format!("{name} waits for another office"))),
        }
    }

    /// Destroys a statement that waits, with what was sealed for it.
    ///
    /// # Errors
    /// [`Error::Unknown`] if none of that name waits; those of the disk.
    pub fn discard(&mut self, name: &str) -> Result<Waiting, Error> {
        let (name, signed) = self.waiting_statement(name)?;
        let leaf = self.leaf_for(&signed)?;
        let sealed: Vec<[u8; 32]> = leaf.said.sealed.iter().map(|item: &SealedItem| item.sha256).collect();
        self.record.erase_waiting(&name, &sealed)?;
        Ok(describe(name, &signed, &leaf))
    }

    /// Takes away what waits still although it was said: a crash came between the two.
    pub(crate) fn forget_said(&mut self) -> Result<(), Error> {
        let rows = self.record.waiting()?;
        for row in rows {
            let leaf = self.leaf_for(&decode(&row.body)?)?;
            if self.is_said(&leaf) {
                self.record.take_waiting(&row.name)?;
            }
        }
        Ok(())
    }

    /// Judges a statement as if all that are due had signed it. The signatures of the trial are thrown away.
    fn try_out(&self, making: Making, now: Time) -> Result<Prepared, Error> {
        let Making { ready, waiting, draft, act, rule, offices, lacks } = making;
        let mut signers = offices.clone();
        while signers.len() < signatures_due(rule, &draft)
            && let Some(office) = self.next_signer(rule, &signers)
        {
            signers.push(office);
        }
        let mut trial = ready.signed.clone();
        self.sign(&mut trial, &signers)?;
        let would = self.judge(&self.next_leaves(&[&trial], now)?)?;
        let position = Position::new(self.log.clone(), self.own_size());
        Ok(Prepared { ready, waiting, draft, act, offices, lacks, would, position })
    }

    /// The offices under a statement when it is released; none if that would still be too few.
    fn releasing(
        &self,
        by: Option<&Office>,
        signed: &Signed,
        due: usize,
        rule: SignerRule,
    ) -> Result<Option<Vec<Office>>, Error> {
        let mut offices = signed.offices();
        match by {
            Some(office) => {
                self.by_name(std::slice::from_ref(office), &self.own_offices())?;
                if !offices.contains(office) {
                    offices.push(office.clone());
                }
            }
            None => {
                while offices.len() < due
                    && let Some(next) = self.next_signer(rule, &offices)
                {
                    offices.push(next);
                }
            }
        }
        Ok((offices.len() >= due).then_some(offices))
    }

    /// Sealed content first, then the statement: what lies there without one is harmless.
    fn keep_waiting(&mut self, ready: &Ready) -> Result<String, Error> {
        self.keep_sealed(&ready.sealed)?;
        let name = name_of(&ready.signed);
        self.record.put_waiting(&name, &ready.signed.to_value().encode())?;
        Ok(name)
    }

    /// A statement that waits, by its name or the first digits of it.
    fn waiting_statement(&self, name: &str) -> Result<(String, Signed), Error> {
        let rows = self.record.waiting()?;
        let mut fitting = rows.iter().filter(|row| !name.is_empty() && row.name.starts_with(name));
        match (fitting.next(), fitting.next()) {
            (Some(row), None) => Ok((row.name.clone(), decode(&row.body)?)),
            (None, _) => Err(Error::Unknown(format!("no statement called {name:?} waits"))),
            (Some(_), Some(_)) => {
                Err(Error::Unknown(format!("several statements that wait begin with {name}")))
            }
        }
    }

    /// What a statement that waits says. The values of its labels are in its openings.
    fn read_waiting(&self, signed: &Signed) -> Result<Draft, Error> {
        let leaf = self.leaf_for(signed)?;
        let kind = detente_accord::record::StatementType::of(&leaf.said.kind).map(|kind| kind.name);
        let kind = kind.ok_or_else(|| Error::Unknown("this version does not know its type".into()))?;
        Ok(Draft {
            public: leaf.said.public.clone(),
            refs: leaf.said.refs.clone(),
            aud: leaf.said.aud.clone(),
            ..Draft::new(kind, [])
        })
    }

    /// A statement as the entry that it would be next.
    fn leaf_for(&self, signed: &Signed) -> Result<Leaf, Error> {
        let place = detente_accord::record::Place {
            epoch: self.log.epoch,
            seq: self.own_size(),
            time: Time(0),
            heads: Vec::new(),
        };
        Ok(Leaf::encode(&place, &signed.statement, &signed.sigs)?)
    }

    fn is_said(&self, waiting: &Leaf) -> bool {
        let own = self.held.logs.iter().filter(|(log, _)| log.party == *self.us.id());
        let mut leaves = own.flat_map(|(_, entries)| entries).filter_map(|entry| entry.leaf.as_deref());
        leaves.any(|leaf| leaf.said.nonce == waiting.said.nonce)
    }

    pub(crate) fn leaf_of(&self, target: &Target) -> Option<&Leaf> {
        match target {
            Target::Entry { log, seq, .. } => self.held.leaf(&Position::new(log.clone(), *seq)),
            Target::Statement { .. } => None,
        }
    }
}

/// How many offices sign a draft.
fn signatures_due(rule: SignerRule, draft: &Draft) -> usize {
    match rule {
        SignerRule::Node | SignerRule::NodeOrChair => 0,
        SignerRule::Two(_) if draft.public.contains_key("single") => 1,
        SignerRule::Two(_) => 2,
        _ => 1,
    }
}

fn known(draft: &Draft) -> Result<&'static Act, Error> {
    act_of(draft).ok_or_else(|| Error::Unknown(format!("there is no such act of type {}", draft.kind)))
}

fn needs_two(draft: &Draft) -> Error {
    let reason = detente_accord::record::NoEffect::NeedsTwoOfficers;
    Error::NoEffect { kind: draft.kind.to_owned(), why: reason.name(), words: reason.to_string() }
}

fn describe(name: String, signed: &Signed, leaf: &Leaf) -> Waiting {
    let text = |field: &str| match leaf.said.public.get(field) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    Waiting {
        name,
        kind: leaf.said.kind.clone(),
        act: text("act").unwrap_or_default(),
        to: text("to").filter(|to| PartyId::parse(to).is_some()),
        signed_by: signed.offices(),
        made: leaf.said.made,
    }
}

fn name_of(signed: &Signed) -> String {
    crate::found::hex(&signed.id()).chars().take(NAME_DIGITS).collect()
}

fn decode(body: &[u8]) -> Result<Signed, Error> {
    let value = Value::decode(body).map_err(|fault| Rejection::NotCanonical { part: "draft", fault })?;
    Ok(Signed::from_value(value)?)
}
