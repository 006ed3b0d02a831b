//! Openings of matched items: proof that an item stood in a list that was committed to before the run.
//!
//! Opening an item to the other side tells it that the item is held. So it happens for the matches that one side
//! decides to raise, or before an auditor; MATCHING 12.4.

use detente_psi::size::SizeClass;
use detente_tlog::{EntryIndex, Hash, MemoryTree, TreeSize, check_inclusion, inclusion_proof, leaf_hash};

use crate::fields::{self, Fields};
use crate::jcs::Value;
use crate::limits::{OPENING_ITEM_BYTES_MAX, OPENINGS_BYTES_MAX, OPENINGS_MAX};
use crate::list_root::{ListSalt, leaf_of};
use crate::{PartyId, Rejection, b64};

const PART: &str = "openings";
const KIND: &str = "detente/openings";

/// One opened item of a list.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenedItem {
    /// Its canonical bytes.
    pub item: Vec<u8>,
    /// The salt of its leaf alone; it opens no other.
    pub salt: [u8; 32],
    /// Where its leaf stands.
    pub index: u64,
    /// From the leaf's sibling up.
    pub path: Vec<Hash>,
}

/// A file of opened items.
#[derive(Clone, PartialEq, Eq)]
pub struct Openings {
    /// Whose list it is.
    pub party: PartyId,
    /// Of which run: the first 16 bytes of the session id.
    pub run: [u8; 16],
    /// The size class of the list: the leaves of the tree.
    pub class: SizeClass,
    /// The committed root.
    pub root: [u8; 32],
    /// The items, by ascending index.
    pub items: Vec<OpenedItem>,
}

impl Openings {
    /// Opens items of a list. Those that are not in it are left out.
    ///
    /// # Errors
    /// [`Rejection::BadField`] if the list does not lead to `root`: it is not the one that was committed to.
    pub fn make(
        party: PartyId,
        run: [u8; 16],
        (salt, class, root): (&ListSalt, SizeClass, [u8; 32]),
        list: &[&[u8]],
        wanted: &[&[u8]],
    ) -> Result<Openings, Rejection> {
        let leaves = salt.leaves(list, class);
        let mut tree = MemoryTree::default();
        for leaf in &leaves {
            tree.append(leaf_hash(leaf))?;
        }
        let fits = list.len() as u64 <= class.get() && tree.root().as_bytes() == &root;
        if !fits {
            return Err(Rejection::BadField { part: PART, field: "list (another one was committed to)" });
        }
        let size = TreeSize::new(class.get())?;
        let mut items = Vec::new();
        for item in wanted.iter().filter(|item| list.contains(item)) {
            let Ok(index) = leaves.binary_search(&salt.leaf(item)) else { continue };
            let path = inclusion_proof(EntryIndex::new(index as u64), size, &tree)?;
            items.push(OpenedItem {
                item: item.to_vec(),
                salt: salt.salt_of(item),
                index: index as u64,
                path,
            });
        }
        items.sort_by_key(|item| item.index);
        items.dedup();
        Ok(Openings { party, run, class, root, items })
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        let item = |item: &OpenedItem| {
            let path = item.path.iter().map(|hash| Value::text(b64::encode(hash.as_bytes()))).collect();
            Value::object([
                ("index", Value::Integer(item.index)),
                ("item", Value::text(b64::encode(&item.item))),
                ("path", Value::Array(path)),
                ("salt", Value::text(b64::encode(&item.salt))),
            ])
        };
        Value::object([
            ("class", Value::Integer(self.class.get())),
            ("items", Value::Array(self.items.iter().map(item).collect())),
            ("kind", Value::text(KIND)),
            ("party", Value::text(self.party.as_str())),
            ("root", Value::text(b64::encode(&self.root))),
            ("run", Value::text(b64::encode(&self.run))),
            ("v", Value::Integer(1)),
        ])
        .encode()
    }

    /// Reads a file and checks every item against the root in it. Whether that root was committed to, and when, the
    /// record or a receipt says.
    ///
    /// # Errors
    /// [`Rejection::BadMagic`] for another file; [`Rejection::NotCanonical`], [`Rejection::BadField`];
    /// [`Rejection::Log`] for an item that does not stand under the root.
    pub fn read(bytes: &[u8]) -> Result<Openings, Rejection> {
        if bytes.len() > OPENINGS_BYTES_MAX || !bytes.starts_with(b"{\"class\":") {
            return Err(Rejection::BadMagic);
        }
        let mut all = fields::decode(bytes, PART)?;
        if all.integer("v")? != 1 {
            return Err(all.bad("v"));
        }
        all.constant("kind", KIND)?;
        let class = SizeClass::from_u64(all.integer("class")?).ok_or(all.bad("class"))?;
        let (party, run, root) = (all.party("party")?, all.bytes("run")?, all.bytes("root")?);
        let items = all.array("items", OPENINGS_MAX)?;
        let items = items.into_iter().map(read_item).collect::<Result<Vec<_>, _>>()?;
        if !items.windows(2).all(|pair| matches!(pair, [a, b] if a.index < b.index)) {
            return Err(all.bad("items"));
        }
        all.finish()?;
        let openings = Openings { party, run, class, root, items };
        openings.check()?;
        Ok(openings)
    }

    fn check(&self) -> Result<(), Rejection> {
        let size = TreeSize::new(self.class.get())?;
        let root = Hash::from_bytes(self.root);
        for item in &self.items {
            let leaf = leaf_hash(&leaf_of(&item.salt, &item.item));
            check_inclusion(EntryIndex::new(item.index), size, &leaf, &item.path, &root)?;
        }
        Ok(())
    }
}

fn read_item(value: Value) -> Result<OpenedItem, Rejection> {
    let mut fields = Fields::of(value, PART)?;
    let item = b64::decode_any(&fields.text("item")?, OPENING_ITEM_BYTES_MAX).ok_or(fields.bad("item"))?;
    let path = fields.array("path", detente_tlog::PATH_HASHES_MAX)?;
    let hash = |value| match value {
        Value::Text(text) => b64::decode(&text).map(Hash::from_bytes),
        _ => None,
    };
    let path = path.into_iter().map(hash).collect::<Option<_>>().ok_or(fields.bad("path"))?;
    let opened = OpenedItem { item, salt: fields.bytes("salt")?, index: fields.integer("index")?, path };
    fields.finish()?;
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openings() -> Openings {
        let list: [&[u8]; 3] = [b"one", b"two", b"three"];
        let (salt, class) = (ListSalt::from_bytes([7; 32]), SizeClass::MIN);
        let root = salt.root(&list, class);
        let party = PartyId::parse("a").unwrap();
        Openings::make(party, [1; 16], (&salt, class, root), &list, &[b"three", b"absent", b"one"]).unwrap()
    }

    #[test]
    fn opens_what_was_committed_and_nothing_else() {
        let openings = openings();
        assert_eq!(openings.items.len(), 2, "an item that is not in the list can't be opened");
        assert!(Openings::read(&openings.encode()).unwrap() == openings);
    }

    #[test]
    fn another_list_opens_nothing() {
        let salt = ListSalt::from_bytes([7; 32]);
        let root = salt.root(&[b"one"], SizeClass::MIN);
        let party = PartyId::parse("a").unwrap();
        let made = Openings::make(party, [1; 16], (&salt, SizeClass::MIN, root), &[b"two"], &[b"two"]);
        let field = "list (another one was committed to)";
        assert!(matches!(made, Err(Rejection::BadField { field: found, .. }) if found == field));
    }

    #[test]
    fn a_changed_byte_is_caught_or_is_not_of_what_is_proved() {
        let bytes = openings().encode();
        let good = openings();
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            if let Ok(read) = Openings::read(&changed) {
                // Party and run are names; whoever checks compares them with the record.
                assert!(read.root == good.root && read.items == good.items, "byte {i}");
            }
        }
    }
}
