//! Terms and acceptance of a match: what both sides signed before anything was compared.

use std::collections::BTreeMap;

use detente_indicators::Kind;
use detente_psi::size::SizeClass;
use detente_psi::{Time, run};

use crate::entropy::Entropy;
use crate::fields::Fields;
use crate::jcs::{self, Value};
use crate::limits::{ASK_DAYS_MAX, DAY_MS, HELD_CLASS_MAX, PURPOSE_BYTES_MAX};
use crate::statement::{Draft, Envelope, Reference, Statement, StatementId, Type, bare_accord};
use crate::suite::Suite;
use crate::{Card, PartyId, Rejection, Us, b64, words};

/// The result form of files: the asker learns which of its own items are in common.
pub const FORM: &str = "items";
/// The result form of a live match after which both know.
const FORM_BOTH: &str = "both";
/// The canon version as a code of the record.
const CANON: &str = "canon-1";
/// Most warninglists that terms can name.
const WARNINGLISTS_MAX: usize = 32;

/// The terms that an asker proposes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// The asker.
    pub asker: PartyId,
    /// The answerer.
    pub answerer: PartyId,
    /// When the asker says it made them.
    pub made: Time,
    /// The protocol, and the numbers that it needs to be agreed on.
    pub suite: Suite,
    /// Who learns.
    pub form: Form,
    /// The kinds of indicator that are compared, in table order.
    pub kinds: Vec<Kind>,
    /// The canon profile that both sides must share.
    pub profile: [u8; 32],
    /// SHA-256 of each warninglist file the asker applied, in order.
    pub warninglists: Vec<[u8; 32]>,
    /// The size class of the asked list.
    pub n_ask: SizeClass,
    /// The largest class that the answerer's list may have.
    pub n_answer_max: SizeClass,
    /// Matches above which the asker stops and asks a person before it writes the result.
    pub cap: u64,
    /// When the terms run out.
    pub until: Time,
    /// Why the asker asks; may be empty.
    pub purpose: String,
}

/// Who learns which of its own items are in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The asker.
    Items,
    /// Asker and answerer, by two runs whose last messages alternate.
    Both,
}

impl Form {
    /// Its name in terms and in the rules of an accord.
    pub fn name(self) -> &'static str {
        match self {
            Form::Items => FORM,
            Form::Both => FORM_BOTH,
        }
    }
}

/// A party's commitment to the list of one run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListCommitment {
    /// Root of the tree over the padded leaves.
    pub root: [u8; 32],
    /// Its size class.
    pub class: SizeClass,
    /// Commitment to the 32-byte seed of all the party's random choices.
    pub seed: [u8; 32],
    /// The party's nonce.
    pub nonce: [u8; 32],
}

/// What the asker signed: terms and list.
#[derive(Clone, PartialEq, Eq)]
pub struct Proposal {
    terms_statement: Statement,
    list_statement: Statement,
    terms: Terms,
    list: ListCommitment,
    accord: [u8; 32],
}

/// What the answerer signed: consent and list.
#[derive(Clone, PartialEq, Eq)]
pub struct Acceptance {
    consent_statement: Statement,
    list_statement: Statement,
    accord: [u8; 32],
    answerer: PartyId,
    asker: PartyId,
    /// Id of the terms statement that is consented to.
    accepted: StatementId,
    profile: [u8; 32],
    made: Time,
    list: ListCommitment,
}

impl Proposal {
    /// Signs terms and list as the asker.
    pub fn make(
        us: &Us<'_>,
        peer: &Card,
        terms: Terms,
        list: ListCommitment,
        counts: &BTreeMap<Kind, u64>,
        entropy: &mut Entropy,
    ) -> Proposal {
        let accord = bare_accord((us.card.id(), us.card.identity()), (peer.id(), peer.identity()));
        let learns = words::learns(&terms);
        let draft = Draft {
            accord,
            party: us.card.id().clone(),
            to: peer.id().clone(),
            kind: Type::Terms,
            made: terms.made,
            refs: Vec::new(),
            public: terms.public().into_iter().chain([("single".to_owned(), Value::Bool(true))]).collect(),
            labels: BTreeMap::from([
                ("learns", Value::text(learns)),
                ("purpose", Value::text(terms.purpose.as_str())),
            ]),
        };
        let terms_statement = draft.say(entropy).sign(us.card.id(), us.desk);
        let to = Reference { party: us.card.id().clone(), rel: "to", id: terms_statement.id() };
        let parties = (us.card.id(), peer.id());
        let list_statement = say_list(accord, parties, terms.made, vec![to], &list, counts, entropy);
        Proposal { terms_statement, list_statement, terms, list, accord }
    }

    /// Reads the statement part of an ask whose header names `terms_id`, and checks its shape; signatures
    /// are checked by [`Proposal::verify`].
    ///
    /// # Errors
    /// The fault by name. The id is compared first: whatever was changed in a statement on its way is a
    /// contradiction, not a term that we happen to refuse.
    pub fn read(value: Value, terms_id: &[u8; 32]) -> Result<Proposal, Rejection> {
        let [terms, list] = read_pair(value)?;
        if run::terms_id(&terms.id(), &list.id()) != *terms_id {
            return Err(Rejection::Contradiction { field: "terms" });
        }
        Proposal::from_statements(terms, list)
    }

    /// Reads what [`Proposal::to_value`] or [`Proposal::to_private_value`] wrote into a home.
    ///
    /// # Errors
    /// The fault by name: the home is damaged.
    pub fn read_stored(bytes: &[u8]) -> Result<Proposal, Rejection> {
        let decoded = Value::decode(bytes);
        Proposal::read_unnamed(
            decoded.map_err(|fault| Rejection::NotCanonical { part: "stored terms", fault })?,
        )
    }

    /// Reads a proposal that no header names, as a receipt carries it.
    pub(crate) fn read_unnamed(value: Value) -> Result<Proposal, Rejection> {
        let [terms, list] = read_pair(value)?;
        Proposal::from_statements(terms, list)
    }

    fn from_statements(terms_statement: Statement, list_statement: Statement) -> Result<Proposal, Rejection> {
        let Envelope { accord, party, made, refs, mut public } = terms_statement.envelope(Type::Terms)?;
        if !refs.is_empty() {
            return Err(public.bad("refs"));
        }
        let to = [Reference { party: party.clone(), rel: "to", id: terms_statement.id() }];
        let listed = list_statement.envelope(Type::List)?;
        // The id first, as in `read`: a receipt names its terms nowhere else.
        if listed.refs != to {
            return Err(Rejection::Contradiction { field: "list" });
        }
        let purpose = read_purpose(&terms_statement, &public)?;
        let terms = Terms::read(&mut public, party, made, purpose)?;
        if !public.boolean("single")? {
            return Err(public.bad("single"));
        }
        public.finish()?;
        let list = read_list(&list_statement, listed, &terms.asker, &terms.answerer, accord, &to)?;
        if list.class != terms.n_ask {
            return Err(Rejection::Contradiction { field: "n" });
        }
        Ok(Proposal { terms_statement, list_statement, terms, list, accord })
    }

    /// Checks that the asker's desk signed, for the pair of parties that `asker` and `answerer` are.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`], [`Rejection::Contradiction`] if the accord is another pair's.
    pub fn verify(&self, asker: &Card, answerer: &Card) -> Result<(), Rejection> {
        let pair = bare_accord((asker.id(), asker.identity()), (answerer.id(), answerer.identity()));
        if self.accord != pair {
            return Err(Rejection::Contradiction { field: "accord" });
        }
        self.terms_statement.verify(asker.id(), asker.desk())
    }

    /// The id of the pair of parties that speak.
    pub fn accord(&self) -> &[u8; 32] {
        &self.accord
    }

    /// Whether what it proposes can be carried by files.
    pub(crate) fn check_for_files(&self) -> Result<(), Rejection> {
        if self.terms.form != Form::Items {
            return Err(Rejection::NotOffered { term: "result form" });
        }
        self.terms.suite.check_for_files()
    }

    /// What was proposed.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The asker's list.
    pub fn list(&self) -> &ListCommitment {
        &self.list
    }

    /// The id that the whole run goes by.
    pub fn terms_id(&self) -> [u8; 32] {
        run::terms_id(&self.terms_statement.id(), &self.list_statement.id())
    }

    /// Ids of terms and list.
    pub fn statement_ids(&self) -> (StatementId, StatementId) {
        (self.terms_statement.id(), self.list_statement.id())
    }

    /// The statement part of the ask: what is not for the answerer stays closed.
    pub fn to_value(&self) -> Value {
        let terms = self.terms_statement.clone().opening_only(&["learns", "purpose"]);
        let list = self.list_statement.clone().opening_only(&[]);
        Value::Array(vec![terms.to_value(), list.to_value()])
    }

    /// Both statements with all their openings, for the author's own home.
    pub fn to_private_value(&self) -> Value {
        Value::Array(vec![self.terms_statement.to_value(), self.list_statement.to_value()])
    }
}

impl Acceptance {
    /// Signs consent and list as the answerer.
    pub fn make(
        us: &Us<'_>,
        proposal: &Proposal,
        made: Time,
        list: ListCommitment,
        counts: &BTreeMap<Kind, u64>,
        entropy: &mut Entropy,
    ) -> Acceptance {
        let (terms_id, _) = proposal.statement_ids();
        let asker = &proposal.terms.asker;
        let to_terms = Reference { party: asker.clone(), rel: "to", id: terms_id };
        let draft = Draft {
            accord: proposal.accord,
            party: us.card.id().clone(),
            to: asker.clone(),
            kind: Type::Terms,
            made,
            refs: vec![to_terms.clone()],
            public: BTreeMap::from([
                ("act".to_owned(), Value::text("consent")),
                ("profile".to_owned(), Value::text(b64::encode(&proposal.terms.profile))),
                ("single".to_owned(), Value::Bool(true)),
            ]),
            labels: BTreeMap::new(),
        };
        let consent_statement = draft.say(entropy).sign(us.card.id(), us.desk);
        let to_consent = Reference { party: us.card.id().clone(), rel: "to", id: consent_statement.id() };
        let refs = vec![to_terms, to_consent];
        let list_statement =
            say_list(proposal.accord, (us.card.id(), asker), made, refs, &list, counts, entropy);
        Acceptance {
            consent_statement,
            list_statement,
            accord: proposal.accord,
            answerer: us.card.id().clone(),
            asker: asker.clone(),
            accepted: terms_id,
            profile: proposal.terms.profile,
            made,
            list,
        }
    }

    /// Reads the statement part of an answer whose header names `accept_id`, and checks its shape.
    ///
    /// # Errors
    /// The fault by name; the id is compared first.
    pub fn read(value: Value, accept_id: &[u8; 32]) -> Result<Acceptance, Rejection> {
        let [consent, list] = read_pair(value)?;
        if run::accept_id(&consent.id(), &list.id()) != *accept_id {
            return Err(Rejection::Contradiction { field: "accept" });
        }
        Acceptance::from_statements(consent, list)
    }

    /// Reads what [`Acceptance::to_value`] or [`Acceptance::to_private_value`] wrote into a home.
    ///
    /// # Errors
    /// The fault by name: the home is damaged.
    pub fn read_stored(bytes: &[u8]) -> Result<Acceptance, Rejection> {
        let decoded = Value::decode(bytes);
        Acceptance::read_unnamed(
            decoded.map_err(|fault| Rejection::NotCanonical { part: "stored terms", fault })?,
        )
    }

    /// Reads an acceptance that no header names, as a receipt carries it.
    pub(crate) fn read_unnamed(value: Value) -> Result<Acceptance, Rejection> {
        let [consent, list] = read_pair(value)?;
        Acceptance::from_statements(consent, list)
    }

    fn from_statements(
        consent_statement: Statement,
        list_statement: Statement,
    ) -> Result<Acceptance, Rejection> {
        let Envelope { accord, party, made, refs, mut public } = consent_statement.envelope(Type::Terms)?;
        public.constant("act", "consent")?;
        let asker = public.party("to")?;
        let profile = public.bytes("profile")?;
        if !public.boolean("single")? {
            return Err(public.bad("single"));
        }
        public.finish()?;
        let to_terms = match refs.as_slice() {
            [to] if to.rel == "to" && to.party == asker => to.clone(),
            _ => return Err(Rejection::BadField { part: "terms", field: "refs" }),
        };
        let to_consent = Reference { party: party.clone(), rel: "to", id: consent_statement.id() };
        let accepted = to_terms.id;
        let listed = list_statement.envelope(Type::List)?;
        let list = read_list(&list_statement, listed, &party, &asker, accord, &[to_terms, to_consent])?;
        Ok(Acceptance {
            consent_statement,
            list_statement,
            accord,
            answerer: party,
            asker,
            accepted,
            profile,
            made,
            list,
        })
    }

    /// Checks that this accepts `proposal`, and that the answerer's desk signed.
    ///
    /// # Errors
    /// [`Rejection::Contradiction`] if it accepts other terms or holds a larger list than they allow,
    /// [`Rejection::OtherProfile`], [`Rejection::BadSignature`].
    pub fn verify(&self, proposal: &Proposal, answerer: &Card) -> Result<(), Rejection> {
        let terms = &proposal.terms;
        let parties = self.answerer == terms.answerer && self.asker == terms.asker;
        if self.accord != proposal.accord || self.accepted != proposal.terms_statement.id() || !parties {
            return Err(Rejection::Contradiction { field: "terms" });
        }
        if self.list.class > terms.n_answer_max {
            return Err(Rejection::Contradiction { field: "n" });
        }
        if self.profile != terms.profile {
            return Err(Rejection::OtherProfile);
        }
        self.consent_statement.verify(answerer.id(), answerer.desk())
    }

    /// Whose terms were accepted.
    pub fn asker(&self) -> &PartyId {
        &self.asker
    }

    /// Who accepted.
    pub fn answerer(&self) -> &PartyId {
        &self.answerer
    }

    /// When the answerer says it accepted.
    pub fn made(&self) -> Time {
        self.made
    }

    /// The answerer's list.
    pub fn list(&self) -> &ListCommitment {
        &self.list
    }

    /// The id of this acceptance.
    pub fn accept_id(&self) -> [u8; 32] {
        run::accept_id(&self.consent_statement.id(), &self.list_statement.id())
    }

    /// Ids of consent and list.
    pub fn statement_ids(&self) -> (StatementId, StatementId) {
        (self.consent_statement.id(), self.list_statement.id())
    }

    /// The statement part of the answer, nothing opened.
    pub fn to_value(&self) -> Value {
        let closed = |statement: &Statement| statement.clone().opening_only(&[]).to_value();
        Value::Array(vec![closed(&self.consent_statement), closed(&self.list_statement)])
    }

    /// Both statements with all their openings, for the author's own home.
    pub fn to_private_value(&self) -> Value {
        Value::Array(vec![self.consent_statement.to_value(), self.list_statement.to_value()])
    }
}

/// The session id of the run: the proposer receives.
pub fn session_id(proposal: &Proposal, acceptance: &Acceptance) -> [u8; 32] {
    run::sid(&proposal.terms_id(), &acceptance.accept_id(), run::Direction::ProposerReceives)
}

impl Terms {
    /// Items that the peer is charged with for a list of this class. A deviating asker of `vole` can test up to 1.7
    /// times its class (`docs/matching.md`, section 12.3), rounded up here.
    pub fn charge_of(&self, class: SizeClass) -> u64 {
        match self.suite {
            Suite::Voprf => class.get(),
            Suite::Vole(_) => (class.get() * 17).div_ceil(10),
        }
    }

    /// Items that the answerer charges the asker with.
    pub fn charge_items(&self) -> u64 {
        self.charge_of(self.n_ask)
    }

    /// Their public fields, but for the addressee.
    pub(crate) fn public(&self) -> BTreeMap<String, Value> {
        let kinds = self.kinds.iter().map(|kind| Value::text(kind.name())).collect();
        let warninglists = self.warninglists.iter().map(|hash| Value::text(b64::encode(hash))).collect();
        let mut public: BTreeMap<String, Value> = [
            ("act", Value::text("terms")),
            ("form", Value::text(self.form.name())),
            ("types", Value::Array(kinds)),
            ("profile", Value::text(b64::encode(&self.profile))),
            ("warninglists", Value::Array(warninglists)),
            ("n_ask", Value::Integer(self.n_ask.get())),
            ("n_answer", Value::Integer(self.n_answer_max.get())),
            ("cap", Value::Integer(self.cap)),
            ("until", Value::Integer(self.until.0)),
            ("symmetric", Value::Bool(self.form == Form::Both)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        self.suite.write(&mut public);
        public
    }

    /// Takes the fields of terms, and leaves those that every statement of the type has.
    pub(crate) fn read(
        public: &mut Fields,
        asker: PartyId,
        made: Time,
        purpose: String,
    ) -> Result<Terms, Rejection> {
        public.constant("act", "terms")?;
        let n_ask = read_class(public, "n_ask")?;
        let suite = Suite::read(public, n_ask)?;
        let form = match (public.text("form")?.as_str(), public.boolean("symmetric")?) {
            (FORM, false) => Form::Items,
            (FORM_BOTH, true) => Form::Both,
            _ => return Err(Rejection::NotOffered { term: "result form" }),
        };
        let answerer = public.party("to")?;
        let kinds = read_kinds(public)?;
        let profile = public.bytes("profile")?;
        let warninglists = public.array("warninglists", WARNINGLISTS_MAX)?;
        let hash = |value| match value {
            Value::Text(text) => b64::decode(&text),
            _ => None,
        };
        let warninglists = warninglists.into_iter().map(hash).collect::<Option<_>>();
        let warninglists = warninglists.ok_or(public.bad("warninglists"))?;
        let n_answer_max = read_class(public, "n_answer")?;
        if suite == Suite::Voprf && n_answer_max.get() > HELD_CLASS_MAX {
            return Err(public.bad("n_answer"));
        }
        let cap = public.integer("cap")?;
        let until = Time(public.integer("until")?);
        if until.0 < made.0 || until.0 - made.0 > ASK_DAYS_MAX * DAY_MS {
            return Err(public.bad("until"));
        }
        Ok(Terms {
            asker,
            answerer,
            made,
            suite,
            form,
            kinds,
            profile,
            warninglists,
            n_ask,
            n_answer_max,
            cap,
            until,
            purpose,
        })
    }
}

impl ListCommitment {
    /// The public fields of the statement that commits to it, but for the addressee.
    pub(crate) fn public(&self) -> [(&'static str, Value); 6] {
        let hash = |bytes: &[u8; 32]| Value::text(b64::encode(bytes));
        [
            ("act", Value::text("commit")),
            ("root", hash(&self.root)),
            ("class", Value::Integer(self.class.get())),
            ("canon", Value::text(CANON)),
            ("seed", hash(&self.seed)),
            ("nonce", hash(&self.nonce)),
        ]
    }

    /// Takes its fields, the addressee left.
    pub(crate) fn read(public: &mut Fields) -> Result<ListCommitment, Rejection> {
        public.constant("act", "commit")?;
        public.constant("canon", CANON)?;
        Ok(ListCommitment {
            root: public.bytes("root")?,
            class: read_class(public, "class")?,
            seed: public.bytes("seed")?,
            nonce: public.bytes("nonce")?,
        })
    }
}

fn read_kinds(public: &mut Fields) -> Result<Vec<Kind>, Rejection> {
    let names = public.array("types", Kind::ALL.len())?;
    let kind = |value| match value {
        Value::Text(name) => Kind::from_name(&name),
        _ => None,
    };
    let kinds: Vec<Kind> = names.into_iter().map(kind).collect::<Option<_>>().ok_or(public.bad("types"))?;
    let ascending = kinds.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    if kinds.is_empty() || !ascending { Err(public.bad("types")) } else { Ok(kinds) }
}

fn read_class(public: &mut Fields, field: &'static str) -> Result<SizeClass, Rejection> {
    SizeClass::from_u64(public.integer(field)?).ok_or(public.bad(field))
}

fn read_purpose(statement: &Statement, public: &Fields) -> Result<String, Rejection> {
    match statement.opened("purpose") {
        Some(Value::Text(purpose)) if is_purpose(purpose) => Ok(purpose.clone()),
        _ => Err(public.bad("purpose")),
    }
}

/// Whether text may stand as the purpose of a match.
pub fn is_purpose(purpose: &str) -> bool {
    purpose.len() <= PURPOSE_BYTES_MAX && jcs::is_allowed_text(purpose)
}

/// Says the list of `author`, to be read by `to`; a machine entry, so nobody signs it: the file does.
fn say_list(
    accord: [u8; 32],
    (author, to): (&PartyId, &PartyId),
    made: Time,
    refs: Vec<Reference>,
    list: &ListCommitment,
    counts: &BTreeMap<Kind, u64>,
    entropy: &mut Entropy,
) -> Statement {
    let counts = counts.iter().map(|(kind, n)| (kind.name().to_owned(), Value::Integer(*n))).collect();
    let draft = Draft {
        accord,
        party: author.clone(),
        to: to.clone(),
        kind: Type::List,
        made,
        refs,
        public: list.public().into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        labels: BTreeMap::from([("counts", Value::Object(counts))]),
    };
    draft.say(entropy)
}

fn read_list(
    statement: &Statement,
    envelope: Envelope,
    author: &PartyId,
    to: &PartyId,
    accord: [u8; 32],
    refs: &[Reference],
) -> Result<ListCommitment, Rejection> {
    let mut public = envelope.public;
    let same_run = envelope.accord == accord && envelope.party == *author && envelope.refs == refs;
    if !same_run || !statement.is_unsigned() {
        return Err(Rejection::Contradiction { field: "list" });
    }
    let list = ListCommitment::read(&mut public)?;
    public.constant("to", to.as_str())?;
    public.finish()?;
    Ok(list)
}

fn read_pair(value: Value) -> Result<[Statement; 2], Rejection> {
    let bad = Rejection::BadField { part: "file", field: "pair of statements" };
    let Value::Array(values) = value else { return Err(bad) };
    let Ok([first, second]) = <[Value; 2]>::try_from(values) else { return Err(bad) };
    Ok([Statement::from_value(first)?, Statement::from_value(second)?])
}
