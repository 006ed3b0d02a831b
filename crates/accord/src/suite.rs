//! The suite of a match as terms name it. How a suite works is not known here.

use std::collections::BTreeMap;

use detente_psi::size::SizeClass;
use detente_psi::vole::{Code, Plan};

use crate::Rejection;
use crate::fields::Fields;
use crate::jcs::Value;

/// The suite that files use.
pub const SUITE: &str = "voprf";
/// The suite of a match over a live link.
const SUITE_VOLE: &str = "vole";
/// All suites that terms can name.
pub const SUITES: [&str; 2] = [SUITE, SUITE_VOLE];

/// Which protocol two parties run, with all that it needs to be agreed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Suite {
    /// RFC 9497, in two messages: what files use.
    Voprf,
    /// Over a live link, with these public numbers.
    Vole(VoleTerms),
}

/// The public numbers of a run of `vole`. They follow from the asked class and the code; both sides sign them
/// all the same, so that no difference between two versions of the software passes unnoticed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VoleTerms {
    code: Code,
    slots: u64,
    batches: u64,
    bins: u64,
    noise: u64,
}

impl Suite {
    /// The suite `vole` for an asked list of this class. Between parties the code is [`Code::Qc`] unless both
    /// want the younger one.
    ///
    /// # Errors
    /// [`Rejection::Matching`] with `code-not-offered` for a code that is not offered for this class.
    pub fn vole(n_ask: SizeClass, code: Code) -> Result<Suite, Rejection> {
        // Nothing that stands in terms depends on the answerer's class, which nobody knows yet.
        let plan = Plan::new(n_ask, n_ask, code)?;
        let (slots, batches) = (plan.slots(), plan.batches());
        Ok(Suite::Vole(VoleTerms { code, slots, batches, bins: plan.bins(), noise: plan.noise_weight() }))
    }

    /// Its name in terms.
    pub fn name(&self) -> &'static str {
        match self {
            Suite::Voprf => SUITE,
            Suite::Vole(_) => SUITE_VOLE,
        }
    }

    /// Whether it fits into files.
    ///
    /// # Errors
    /// [`Rejection::NotOffered`] if it does not.
    pub(crate) fn check_for_files(&self) -> Result<(), Rejection> {
        match self {
            Suite::Voprf => Ok(()),
            Suite::Vole(_) => Err(Rejection::NotOffered { term: "suite" }),
        }
    }

    /// Its fields in the public part of terms.
    pub(crate) fn write(&self, public: &mut BTreeMap<String, Value>) {
        public.insert("suite".to_owned(), Value::text(self.name()));
        if let Suite::Vole(terms) = self {
            public.insert("code".to_owned(), Value::text(terms.code.name()));
            public.extend(terms.numbers().map(|(field, n)| (field.to_owned(), Value::Integer(n))));
        }
    }

    /// Takes its fields from the public part of terms about an asked list of this class.
    ///
    /// # Errors
    /// [`Rejection::NotOffered`] for another suite, [`Rejection::Matching`] as [`Suite::vole`],
    /// [`Rejection::BadField`] for an unknown code, and for a number that does not follow from class and code.
    pub(crate) fn read(public: &mut Fields, n_ask: SizeClass) -> Result<Suite, Rejection> {
        match public.text("suite")?.as_str() {
            SUITE => Ok(Suite::Voprf),
            SUITE_VOLE => Suite::read_vole(public, n_ask),
            _ => Err(Rejection::NotOffered { term: "suite" }),
        }
    }

    fn read_vole(public: &mut Fields, n_ask: SizeClass) -> Result<Suite, Rejection> {
        let code = public.text("code")?;
        let code = [Code::Qc, Code::Fast].into_iter().find(|known| known.name() == code);
        let suite = Suite::vole(n_ask, code.ok_or(public.bad("code"))?)?;
        if let Suite::Vole(terms) = &suite {
            for (field, due) in terms.numbers() {
                if public.integer(field)? != due {
                    return Err(public.bad(field));
                }
            }
        }
        Ok(suite)
    }
}

impl VoleTerms {
    /// The code that compresses the noise.
    pub fn code(&self) -> Code {
        self.code
    }

    fn numbers(&self) -> [(&'static str, u64); 4] {
        [("slots", self.slots), ("batches", self.batches), ("bins", self.bins), ("noise", self.noise)]
    }
}
