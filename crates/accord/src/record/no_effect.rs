//! Why a statement has no effect. It stays in its log, is mirrored and cosigned all the same.

use std::fmt;

/// The reasons, closed; [`NoEffect::name`] is the stable name, also the `code` of an `error` entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoEffect {
    /// A type that this version does not know. It stays readable and gets no `error`.
    UnknownType,
    /// An act that its type does not have.
    UnknownAct,
    /// A public field that the act needs is absent.
    FieldMissing {
        /// Which.
        field: &'static str,
    },
    /// A public field that the act does not have.
    FieldUnknown {
        /// Which.
        field: String,
    },
    /// A public field of another form, or with a word that is not one of its words.
    FieldForm {
        /// Which.
        field: &'static str,
    },
    /// A label of the type is not committed to.
    LabelMissing {
        /// Which.
        label: &'static str,
    },
    /// A commitment under a label that the type does not have.
    LabelUnknown {
        /// Which.
        label: String,
    },
    /// A tree of fields in a type that has none.
    LabelTree,
    /// A reference that the act needs is absent.
    RefMissing {
        /// Its relation.
        rel: &'static str,
    },
    /// A reference with another relation than the act has at its place.
    RefRelation {
        /// The relation that is due.
        rel: &'static str,
    },
    /// A reference to another's entry where only an own one can stand, or the reverse.
    RefAuthor,
    /// A reference by position in a statement of an exchange by files, or the reverse.
    RefForm,
    /// More references than the act has.
    RefExtra,
    /// A reference to a statement of another type or act.
    RefTarget,
    /// A reference to an entry that is not held here.
    RefUnknown,
    /// Addressed to somebody else than the act is for.
    Addressee,
    /// An audience that the accord does not have, or that does not fit the addressee.
    Audience,
    /// Exercise and exercise id do not fit.
    Exercise,
    /// A machine entry with a signature of an office.
    SignedByOffice,
    /// No office signed.
    NeedsOfficer,
    /// One office signed where two are due, or `single` is claimed where it does not hold.
    NeedsTwoOfficers,
    /// No office that signed has the role.
    NeedsRole,
    /// A signature of another party's office.
    ForeignOffice,
    /// A signature under a name or a key that no office of the party has.
    UnknownOffice,
    /// A signature of an office that is not active at this place of the log.
    OfficeNotActive,
    /// A signature that does not verify.
    OfficeSignature,
    /// An act of the chair by a party that is not in it.
    NotInChair,
    /// A key that stands for another purpose already.
    KeyTaken,
    /// The state does not allow it at this place.
    WrongState,
}

impl NoEffect {
    /// The stable kebab-case name.
    pub fn name(&self) -> &'static str {
        match self {
            NoEffect::UnknownType => "unknown-type",
            NoEffect::UnknownAct => "unknown-act",
            NoEffect::FieldMissing { .. } => "field-missing",
            NoEffect::FieldUnknown { .. } => "field-unknown",
            NoEffect::FieldForm { .. } => "field-form",
            NoEffect::LabelMissing { .. } => "label-missing",
            NoEffect::LabelUnknown { .. } => "label-unknown",
            NoEffect::LabelTree => "label-tree",
            NoEffect::RefMissing { .. } => "ref-missing",
            NoEffect::RefRelation { .. } => "ref-relation",
            NoEffect::RefAuthor => "ref-author",
            NoEffect::RefForm => "ref-form",
            NoEffect::RefExtra => "ref-extra",
            NoEffect::RefTarget => "ref-target",
            NoEffect::RefUnknown => "ref-unknown",
            NoEffect::Addressee => "addressee",
            NoEffect::Audience => "audience",
            NoEffect::Exercise => "exercise",
            NoEffect::SignedByOffice => "signed-by-office",
            NoEffect::NeedsOfficer => "needs-officer",
            NoEffect::NeedsTwoOfficers => "needs-two-officers",
            NoEffect::NeedsRole => "needs-role",
            NoEffect::ForeignOffice => "foreign-office",
            NoEffect::UnknownOffice => "unknown-office",
            NoEffect::OfficeNotActive => "office-not-active",
            NoEffect::OfficeSignature => "office-signature",
            NoEffect::NotInChair => "not-in-chair",
            NoEffect::KeyTaken => "key-taken",
            NoEffect::WrongState => "wrong-state",
        }
    }
}

impl fmt::Display for NoEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoEffect::UnknownType => f.write_str("this version does not know its type"),
            NoEffect::UnknownAct => f.write_str("its type has no such act"),
            NoEffect::FieldMissing { field } => write!(f, "its public part lacks {field}"),
            NoEffect::FieldUnknown { field } => {
                write!(f, "its public part has {field}, which the act has not")
            }
            NoEffect::FieldForm { field } => write!(f, "its public part has no acceptable {field}"),
            NoEffect::LabelMissing { label } => write!(f, "it commits to nothing under {label}"),
            NoEffect::LabelUnknown { label } => write!(f, "it commits to {label}, which the type has not"),
            NoEffect::LabelTree => f.write_str("it has a tree of fields, which its type has not"),
            NoEffect::RefMissing { rel } => write!(f, "it refers to nothing with the relation {rel}"),
            NoEffect::RefRelation { rel } => write!(f, "it has another reference where {rel} is due"),
            NoEffect::RefAuthor => f.write_str("it refers to an entry of the wrong author"),
            NoEffect::RefForm => f.write_str("it mixes references of files and of the record"),
            NoEffect::RefExtra => f.write_str("it has more references than its act"),
            NoEffect::RefTarget => f.write_str("it refers to a statement of another kind"),
            NoEffect::RefUnknown => f.write_str("it refers to an entry that is not here"),
            NoEffect::Addressee => f.write_str("it is addressed to somebody else than its act is for"),
            NoEffect::Audience => f.write_str("its audience does not exist or does not fit its addressee"),
            NoEffect::Exercise => f.write_str("it says exercise without naming one, or the reverse"),
            NoEffect::SignedByOffice => f.write_str("an office signed what only a node makes"),
            NoEffect::NeedsOfficer => f.write_str("needs an officer"),
            NoEffect::NeedsTwoOfficers => f.write_str("needs two officers"),
            NoEffect::NeedsRole => f.write_str("no office that signed has the role"),
            NoEffect::ForeignOffice => f.write_str("an office of another party signed"),
            NoEffect::UnknownOffice => f.write_str("a key signed that no office of the party has"),
            NoEffect::OfficeNotActive => f.write_str("an office signed that was not active there"),
            NoEffect::OfficeSignature => f.write_str("the signature of an office does not verify"),
            NoEffect::NotInChair => f.write_str("its author is not in the chair"),
            NoEffect::KeyTaken => f.write_str("it names a key that has another purpose already"),
            NoEffect::WrongState => f.write_str("the state does not allow it there"),
        }
    }
}

impl std::error::Error for NoEffect {}
