//! The list of files in a bundle or packet: every other member by name, hash and size.

use sha2::{Digest, Sha256};

use super::tar::{Member, is_name};
use crate::fields::Fields;
use crate::jcs::Value;
use crate::limits::{MEMBER_BYTES_MAX, MEMBERS_MAX};
use crate::{Rejection, b64};

/// One line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The name of the member.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// How many bytes it has.
    pub size: u64,
}

/// The list, by ascending name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifest(Vec<Listed>);

impl Manifest {
    /// The list of these members, which come in the order of their names.
    pub fn of(members: &[Member<'_>]) -> Manifest {
        let listed = |member: &Member<'_>| Listed {
            name: member.name.to_owned(),
            sha256: Sha256::digest(member.bytes).into(),
            size: member.bytes.len() as u64,
        };
        Manifest(members.iter().map(listed).collect())
    }

    /// The lines.
    pub fn lines(&self) -> &[Listed] {
        &self.0
    }

    /// The array that stands under `files`.
    pub fn to_value(&self) -> Value {
        let line = |listed: &Listed| {
            Value::object([
                ("name", Value::text(listed.name.as_str())),
                ("sha256", Value::text(b64::encode(&listed.sha256))),
                ("size", Value::Integer(listed.size)),
            ])
        };
        Value::Array(self.0.iter().map(line).collect())
    }

    /// Takes the member `files` of an object.
    ///
    /// # Errors
    /// [`Rejection::BadField`] in `part`: a name or size out of form, or names that do not ascend.
    pub(crate) fn take(fields: &mut Fields, part: &'static str) -> Result<Manifest, Rejection> {
        let files = fields.array("files", MEMBERS_MAX)?;
        let lines = files.into_iter().map(|line| listed(line, part)).collect::<Result<Vec<_>, _>>()?;
        let ascending = lines.windows(2).all(|pair| matches!(pair, [a, b] if a.name < b.name));
        if ascending { Ok(Manifest(lines)) } else { Err(fields.bad("files")) }
    }

    /// Checks that these members, in the order of their names, are exactly the ones listed.
    ///
    /// # Errors
    /// [`Rejection::NotListed`] with the name of the first member that is missing, not listed, or not as listed.
    pub fn check(&self, members: &[Member<'_>]) -> Result<(), Rejection> {
        for (listed, member) in self.0.iter().zip(members) {
            let same = listed.name == member.name
                && listed.size == member.bytes.len() as u64
                && listed.sha256 == <[u8; 32]>::from(Sha256::digest(member.bytes));
            if !same {
                return Err(Rejection::NotListed { name: listed.name.clone().min(member.name.to_owned()) });
            }
        }
        let first_listed = self.0.get(members.len()).map(|listed| listed.name.clone());
        let first_extra = members.get(self.0.len()).map(|member| member.name.to_owned());
        match first_listed.or(first_extra) {
            Some(name) => Err(Rejection::NotListed { name }),
            None => Ok(()),
        }
    }
}

fn listed(line: Value, part: &'static str) -> Result<Listed, Rejection> {
    let mut fields = Fields::of(line, part)?;
    let listed =
        Listed { name: fields.text("name")?, sha256: fields.bytes("sha256")?, size: fields.integer("size")? };
    if !is_name(&listed.name) {
        return Err(fields.bad("files.name"));
    }
    if listed.size > MEMBER_BYTES_MAX as u64 {
        return Err(fields.bad("files.size"));
    }
    fields.finish()?;
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: [Member<'_>; 2] =
        [Member { name: "a", bytes: b"one" }, Member { name: "b/c", bytes: b"" }];

    fn read(files: Value) -> Result<Manifest, Rejection> {
        let mut fields = Fields::of(Value::object([("files", files)]), "bundle.json")?;
        Manifest::take(&mut fields, "bundle.json")
    }

    #[test]
    fn lists_what_is_there() {
        let manifest = Manifest::of(&MEMBERS);
        assert_eq!(read(manifest.to_value()), Ok(manifest.clone()));
        assert_eq!(manifest.check(&MEMBERS), Ok(()));
    }

    #[test]
    fn names_the_first_member_that_is_not_as_listed() {
        let not_listed = |name: &str| Err(Rejection::NotListed { name: name.to_owned() });
        let manifest = Manifest::of(&MEMBERS);
        let check = |members: &[Member<'_>]| manifest.check(members);
        let [a, c] = MEMBERS;
        assert_eq!(check(&[a]), not_listed("b/c"));
        assert_eq!(check(&[]), not_listed("a"));
        assert_eq!(check(&[a, c, Member { name: "d", bytes: b"" }]), not_listed("d"));
        assert_eq!(check(&[Member { name: "a", bytes: b"two" }, c]), not_listed("a"));
        assert_eq!(check(&[Member { name: "a", bytes: b"on" }, c]), not_listed("a"));
        assert_eq!(check(&[a, Member { name: "b", bytes: b"" }, c]), not_listed("b"));
    }

    #[test]
    fn refuses_lists_out_of_form() {
        let bad = |field| Err(Rejection::BadField { part: "bundle.json", field });
        let line = |name: &str, size| {
            Value::object([
                ("name", Value::text(name)),
                ("sha256", Value::text(b64::encode(&[0; 32]))),
                ("size", Value::Integer(size)),
            ])
        };
        assert_eq!(read(Value::Array(vec![line("b", 0), line("a", 0)])), bad("files"));
        assert_eq!(read(Value::Array(vec![line("a", 0), line("a", 0)])), bad("files"));
        assert_eq!(read(Value::Array(vec![line("a/../b", 0)])), bad("files.name"));
        assert_eq!(read(Value::Array(vec![line("a", (64 << 20) + 1)])), bad("files.size"));
        assert_eq!(read(Value::Null), bad("files"));
    }
}
