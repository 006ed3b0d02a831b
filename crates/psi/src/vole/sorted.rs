//! Tags in ascending order: S's, to send, and R's own with the entry of each, to look up. Tags are uniformly
//! random, so two rounds by their leading bytes leave a handful to compare.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::common::Tag;
use crate::par::{self, Par};

/// A tag, and what this side wants to know of it. Compared as its bytes are: the high half first.
#[derive(Clone, Copy, Zeroize)]
pub(super) struct Tagged<T> {
    high: u64,
    low: u64,
    about: T,
}

impl<T> Tagged<T> {
    pub(super) fn new(tag: &Tag, about: T) -> Tagged<T> {
        let number = u128::from_be_bytes(*tag);
        Tagged { high: (number >> 64) as u64, low: number as u64, about }
    }

    fn number(&self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }
}

/// Tags in buckets by their first byte, each bucket ascending once sorted.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Tags<T: Copy + Send + Zeroize> {
    buckets: Vec<Vec<Tagged<T>>>,
    /// How many have been taken.
    bucket: usize,
    place: usize,
}

impl<T: Copy + Send + Sync + Zeroize> Tags<T> {
    /// Room for `count` tags.
    pub(super) fn new(count: usize) -> Tags<T> {
        // Eight standard deviations: buckets that grow leave unwiped copies behind.
        let mean = count / 256;
        let room = mean + 8 * mean.isqrt() + 16;
        Tags { buckets: (0..256).map(|_| Vec::with_capacity(room)).collect(), bucket: 0, place: 0 }
    }

    pub(super) fn push(&mut self, tagged: Tagged<T>) {
        self.buckets[(tagged.high >> 56) as usize].push(tagged);
    }

    /// Brings all tags into ascending order.
    pub(super) fn sort(&mut self, par: &dyn Par) {
        par::for_chunks(par, &mut self.buckets, 1, |_, bucket| {
            bucket.iter_mut().for_each(|b| sort_bucket(b))
        });
    }

    /// Appends the next `count` tags to `out`, and says whether they ascend strictly.
    pub(super) fn take(&mut self, mut count: usize, out: &mut Vec<u8>) {
        while count > 0 {
            let rest = &self.buckets[self.bucket][self.place..];
            let now = &rest[..count.min(rest.len())];
            now.iter().for_each(|tagged| out.extend_from_slice(&tagged.number().to_be_bytes()));
            count -= now.len();
            self.place += now.len();
            if self.place == self.buckets[self.bucket].len() {
                (self.bucket, self.place) = (self.bucket + 1, 0);
            }
        }
    }

    /// What is known about those that are among `tags`, which ascend.
    pub(super) fn among(&self, tags: &[Tag], par: &dyn Par) -> Vec<T> {
        let [Some(first), Some(last)] = [tags.first(), tags.last()] else { return Vec::new() };
        let buckets = usize::from(first[0])..=usize::from(last[0]);
        let start = *buckets.start();
        let found = par::map(par, buckets.count(), |at| {
            let bucket = start + at;
            let from = tags.partition_point(|tag| usize::from(tag[0]) < bucket);
            let to = tags.partition_point(|tag| usize::from(tag[0]) <= bucket);
            common(&self.buckets[bucket], &tags[from..to])
        });
        found.into_iter().flatten().collect()
    }
}

/// Counting by the second byte, then small sorts.
fn sort_bucket<T: Copy + Zeroize>(bucket: &mut [Tagged<T>]) {
    let second = |tagged: &Tagged<T>| (tagged.high >> 48) as usize & 0xff;
    let mut places = [0; 256];
    bucket.iter().for_each(|tagged| places[second(tagged)] += 1);
    let mut total = 0;
    for place in &mut places {
        total += *place;
        *place = total - *place;
    }
    let unsorted = Zeroizing::new(bucket.to_vec());
    for tagged in unsorted.iter() {
        let place = &mut places[second(tagged)];
        bucket[*place] = *tagged;
        *place += 1;
    }
    let mut start = 0;
    for end in places {
        bucket[start..end].sort_unstable_by_key(Tagged::number);
        start = end;
    }
}

/// Merges one bucket with the peer's tags of the same first byte.
fn common<T: Copy>(own: &[Tagged<T>], tags: &[Tag]) -> Vec<T> {
    let mut tags = tags.iter().map(|tag| u128::from_be_bytes(*tag)).peekable();
    let mut found = Vec::new();
    for own in own {
        while tags.next_if(|tag| *tag < own.number()).is_some() {}
        if tags.peek() == Some(&own.number()) {
            found.push(own.about);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::par::Sequential;
    use crate::prg::Stream;

    #[test]
    fn tags_come_out_ascending_and_are_found_again() {
        let mut blocks = vec![[0; 16]; 5000];
        Stream::new(&[1; 16], 0).fill_blocks(0, &mut blocks);
        let mut tags = Tags::new(blocks.len());
        (0u32..).zip(&blocks).for_each(|(at, tag)| tags.push(Tagged::new(tag, at)));
        tags.sort(&Sequential);

        let wanted: Vec<Tag> = blocks.iter().step_by(7).copied().chain([[0; 16], [255; 16]]).collect();
        let mut wanted: Vec<Tag> = wanted;
        wanted.sort_unstable();
        let mut found = tags.among(&wanted, &Sequential);
        found.sort_unstable();
        assert!(found.into_iter().eq((0..5000).step_by(7)));
        assert!(tags.among(&[], &Sequential).is_empty());

        let mut bytes = Vec::new();
        [1, 999, 4000].into_iter().for_each(|count| tags.take(count, &mut bytes));
        blocks.sort_unstable();
        assert_eq!(bytes, blocks.as_flattened());
    }
}
