//! A disclosure file against the leaf that committed to its fields.

use detente_tlog::{EntryIndex, Hash, PATH_HASHES_MAX, TreeSize, check_inclusion, leaf_hash};

use crate::commitment::Opening;
use crate::fields::Fields;
use crate::jcs::Value;
use crate::limits::{DISCLOSED_VALUE_BYTES_MAX, LEAF_DEPTH_MAX, SEALED_FIELDS_MAX};
use crate::record::held::Position;
use crate::record::leaf::{FieldTree, Leaf, depth};
use crate::record::names::LogId;
use crate::{Rejection, b64};

const PART: &str = "disclosure";

/// What was disclosed of one entry.
pub(super) struct Disclosed {
    /// Label and value, by label.
    pub(super) fields: Vec<(String, Value)>,
    /// Whether fields stay hidden.
    pub(super) has_hidden: bool,
}

/// One field, and its place in the tree of a statement with many.
struct Field {
    opening: Opening,
    place: Option<(u64, Vec<Hash>)>,
}

impl Disclosed {
    /// Reads the file of an entry, and checks every field in it.
    pub(super) fn read(bytes: &[u8], id: &Position, leaf: &Leaf) -> Result<Disclosed, Rejection> {
        let bad = |field| Rejection::BadField { part: PART, field };
        let value = Value::decode(bytes).map_err(|fault| Rejection::NotCanonical { part: PART, fault })?;
        if depth(&value) > LEAF_DEPTH_MAX {
            return Err(bad("depth"));
        }
        let mut all = Fields::of(value, PART)?;
        if all.integer("v")? != 1 {
            return Err(bad("v"));
        }
        let mut entry = Fields::of(all.take("entry")?, PART)?;
        let found =
            Position::new(LogId::new(entry.party("party")?, entry.integer("epoch")?), entry.integer("seq")?);
        entry.finish()?;
        if found != *id {
            return Err(bad("entry"));
        }
        let fields = all.array("fields", SEALED_FIELDS_MAX)?;
        all.finish()?;
        let fields = fields.into_iter().map(|field| read_field(field, leaf.said.tree.is_some()));
        let fields = fields.collect::<Result<Vec<Field>, _>>()?;
        if !is_ascending(&fields) {
            return Err(bad("fields"));
        }
        if !fields.iter().all(|field| opens(field, leaf)) {
            return Err(bad("opened field"));
        }
        let has_hidden = (fields.len() as u64) < committed(leaf);
        let shown = |field: Field| (field.opening.label, field.opening.value);
        Ok(Disclosed { fields: fields.into_iter().map(shown).collect(), has_hidden })
    }
}

/// To how many fields a leaf commits.
pub(super) fn committed(leaf: &Leaf) -> u64 {
    leaf.said.tree.as_ref().map_or(leaf.said.commits.len() as u64, |tree| tree.count)
}

/// `[salt, label, value]`, and with a tree `index` and `[path…]` behind.
fn read_field(value: Value, in_tree: bool) -> Result<Field, Rejection> {
    let bad = Rejection::BadField { part: PART, field: "opened field" };
    let Value::Array(mut values) = value else { return Err(bad) };
    let mut place = None;
    if in_tree {
        let (Some(Value::Array(path)), Some(Value::Integer(index))) = (values.pop(), values.pop()) else {
            return Err(bad);
        };
        place = Some((index, read_path(path).ok_or(bad.clone())?));
    }
    let opening = Opening::from_value(Value::Array(values), PART)?;
    // A label's length is hashed in two bytes, a value's within the limit of one.
    let fits = opening.label.len() <= usize::from(u16::MAX)
        && opening.value.encode().len() <= DISCLOSED_VALUE_BYTES_MAX;
    if fits { Ok(Field { opening, place }) } else { Err(bad) }
}

fn read_path(path: Vec<Value>) -> Option<Vec<Hash>> {
    let hash = |value| match value {
        Value::Text(text) => b64::decode(&text).map(Hash::from_bytes),
        _ => None,
    };
    (path.len() <= PATH_HASHES_MAX).then_some(())?;
    path.into_iter().map(hash).collect()
}

/// Labels ascend, and so do places in a tree.
fn is_ascending(fields: &[Field]) -> bool {
    let index = |field: &Field| field.place.as_ref().map(|(index, _)| *index);
    fields.windows(2).all(|pair| match pair {
        [a, b] => a.opening.label < b.opening.label && (a.place.is_none() || index(a) < index(b)),
        _ => false,
    })
}

fn opens(field: &Field, leaf: &Leaf) -> bool {
    let said = &leaf.said;
    let commitment = field.opening.commitment(&said.accord, &said.party);
    match (&said.tree, &field.place) {
        (Some(tree), Some((index, path))) => is_in_tree(tree, *index, path, &commitment),
        (None, None) => said.commits.get(&field.opening.label) == Some(&commitment),
        _ => false,
    }
}

fn is_in_tree(tree: &FieldTree, index: u64, path: &[Hash], commitment: &[u8; 32]) -> bool {
    let Ok(size) = TreeSize::new(tree.count) else { return false };
    check_inclusion(EntryIndex::new(index), size, &leaf_hash(commitment), path, &tree.root).is_ok()
}
