//! Types and acts of statements as data: section 5.5 of the record's specification. What is allowed when, is
//! judged elsewhere, from this table.

mod rows;

use super::leaf::Rel;
use super::party::Role;
pub(crate) use rows::ACTS;
use rows::{FILE_ACTS, TYPES};

/// A type of statements.
#[derive(Clone, Copy, Debug)]
pub struct StatementType {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether its statements carry an addressee, an act and the common labels, and are counted for people.
    pub numbered: bool,
    /// Every label that a statement of the type commits to, ascending.
    pub labels: &'static [&'static str],
}

/// One act of a type: one line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// The type.
    pub kind: &'static str,
    /// The act, as in the public field `act`; empty for types that have none.
    pub name: &'static str,
    /// Who signs.
    pub signers: SignerRule,
    /// What it refers to: one of these sequences.
    pub refs: &'static [&'static [RefRule]],
    /// Its public fields, without the common ones of a numbered type.
    pub public: &'static [FieldRule],
    /// Whom it is addressed to.
    pub to: Addressee,
    /// Whether it is a statement of an exchange by files, which names others by id.
    pub in_files: bool,
}

/// Who signs an act.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignerRule {
    /// Nobody: the node makes it.
    Node,
    /// One active office, whatever its roles.
    Any,
    /// One office with one of these roles.
    One(&'static [Role]),
    /// Two offices, at least one of them with one of these roles.
    Two(&'static [Role]),
    /// One head of delegation of the party in the chair.
    Chair,
    /// The node, or one head of delegation of the party in the chair.
    NodeOrChair,
    /// The key that was nominated for the office.
    Nominated,
    /// One office with one of these roles, or the office that the act is about.
    OneOrItself(&'static [Role]),
    /// Any active office, or the recovery key.
    AnyOrRecovery,
    /// By precedence and attribution of the inquiry.
    Inquiry,
    /// By the kind of the notice.
    Notice,
    /// Those of the entry that the first reference names.
    AsOriginal,
}

/// Whom an act is addressed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Addressee {
    /// It names nobody.
    Nobody,
    /// Everybody: `*`.
    All,
    /// One other party; in an act on another's entry its author, on an own entry its addressee.
    One,
    /// One other party, or everybody; in an act on an entry as above.
    Choose,
    /// One other party, whatever it refers to.
    Reader,
}

/// One place in the references of an act.
#[derive(Clone, Copy, Debug)]
pub struct RefRule {
    /// The relation.
    pub rel: Rel,
    /// What it may name; none: any entry.
    pub of: &'static [Of],
    /// How many of them.
    pub count: Count,
    /// Whether only an own entry can stand there.
    pub own: bool,
}

/// A statement that a reference may name.
#[derive(Clone, Copy, Debug)]
pub struct Of {
    /// Its type.
    pub kind: &'static str,
    /// Its act: one of these; none: any.
    pub acts: &'static [&'static str],
}

/// How many references stand at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// Exactly one.
    One,
    /// None or one.
    Optional,
    /// At least one.
    Some,
    /// Any number.
    Many,
}

/// A public field of an act.
#[derive(Clone, Copy, Debug)]
pub struct FieldRule {
    /// Its name.
    pub name: &'static str,
    /// Its form.
    pub form: FieldForm,
    /// When it is there.
    pub presence: Presence,
}

/// When a public field is there; otherwise it is absent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// Always.
    Always,
    /// As the author likes.
    Optional,
    /// If and only if another field has one of these words.
    If(&'static str, &'static [&'static str]),
    /// If and only if there are references.
    WithRefs,
}

/// The form of a public field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldForm {
    /// A party id.
    Id,
    /// The name of an office.
    Office,
    /// A role.
    Role,
    /// A code: 1 to 64 of `[a-z0-9.-]`.
    Code,
    /// A code of a norm: 1 to 32 of `[A-Za-z0-9-]`.
    NormCode,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An integer.
    Integer,
    /// `true` or `false`.
    Bool,
    /// 32 bytes.
    Hash,
    /// 16 bytes.
    Run,
    /// An Ed25519 key.
    Key,
    /// The origin of a log.
    Origin,
    /// At most 32 party ids.
    Ids,
    /// At least one role, in table order.
    Roles,
    /// At most 32 codes.
    Codes,
    /// At most 32 codes or integers.
    Classes,
    /// At most 32 hashes.
    Hashes,
    /// As many integers as there are references.
    IntegerPerRef,
    /// As many of these words as there are references.
    WordPerRef(&'static [&'static str]),
}

impl StatementType {
    /// The type of this name.
    pub fn of(name: &str) -> Option<&'static StatementType> {
        TYPES.iter().find(|known| known.name == name)
    }

    /// Every type, in table order.
    pub fn all() -> &'static [StatementType] {
        &TYPES
    }
}

impl Act {
    /// The act of this type and name, in the form of the record. `name` is empty for a type without acts.
    pub fn of(kind: &str, name: &str) -> Option<&'static Act> {
        find(ACTS, kind, name)
    }

    /// The same in the form of an exchange by files.
    pub fn of_files(kind: &str, name: &str) -> Option<&'static Act> {
        find(FILE_ACTS, kind, name)
    }

    /// Every act of the record, in table order.
    pub fn all() -> &'static [Act] {
        ACTS
    }

    /// Every act of an exchange by files.
    pub fn all_of_files() -> &'static [Act] {
        FILE_ACTS
    }

    /// Its type.
    pub fn statement_type(&self) -> &'static StatementType {
        // Every row names a type of the table; a test holds it to that.
        StatementType::of(self.kind).unwrap_or(&TYPES[0])
    }
}

fn find(acts: &'static [Act], kind: &str, name: &str) -> Option<&'static Act> {
    acts.iter().find(|act| act.kind == kind && act.name == name)
}

/// Whether a statement can be of this type.
pub(crate) fn is_type(name: &str) -> bool {
    StatementType::of(name).is_some()
}
