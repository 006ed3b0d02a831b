//! Oblivious key-value stores: vectors P over GF(2^128) that give h(x) for every item x of a list and look
//! random for every other. Binned, three sparse slots to a row, a few dense slots for rows that do not fit.
//!
//! What P hides, and how it is blinded on its way, is the suite's affair; so is what the slots of other vectors
//! decoded here mean. The size of a store depends on the size class alone ([`Shape`]).
//!
//! Layout of a store: bin after bin, in each first the sparse slots and then the dense ones. An item's row,
//! derived under a key r that is drawn only once the list is fixed ([`Rows`]), names its bin, three sparse slots
//! of the bin and a dense key k̂. Decoding it adds up
//!
//! > P\[p0\] + P\[p1\] + P\[p2\] + k̂·D\[0\] + k̂²·D\[1\] + …,
//!
//! and [`encode`] finds P such that this is h(x) for each row of a bin: by peeling, which takes time linear in
//! the rows, and by Gauss over the dense slots for what peeling leaves over. The order of all steps is laid
//! down, since a replay must give the same store: the rows of a bin in the order of the list, columns taken
//! last in first out. Slots that no row determines are zero; a store that travels unblinded would have to draw
//! them at random.
//!
//! Sources: Raghuraman and Rindal, "Blazing Fast PSI from Improved OKVS and Subfield VOLE" (CCS 2022), section
//! 3.2 for the parameters and the dense slots over the large field; Garimella, Pinkas, Rosulek, Trieu and Yanai,
//! "Oblivious Key-Value Stores and Amplification for Private Set Intersection" (CRYPTO 2021) for the notion.
//!
//! # What timing shows
//! Peeling and the order of memory accesses depend on the list and on r: on the list's owner's own machine,
//! whoever can time caches learns about the list. Over a link only the total time shows.

mod bins;
mod decode;
mod encode;
mod gaps;
#[cfg(test)]
mod overfitting;
mod peel;
#[cfg(test)]
mod reference;
mod rows;
mod shape;
#[cfg(test)]
mod statistics;
#[cfg(test)]
mod vectors;

pub(crate) use bins::Bins;
pub(crate) use decode::decode;
pub(crate) use encode::{EncodeFailed, Scratch, encode};
pub(crate) use rows::Rows;
pub(crate) use shape::Shape;
