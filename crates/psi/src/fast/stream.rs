//! The public streams of the code: which bucket an element goes to, how a bucket is shuffled, which matrix a
//! block takes. They depend on the length alone; no byte of them is used twice.

use crate::prg::Stream;

/// Bytes made at a time.
const BUFFER: usize = 1024;

/// What a stream is for.
#[derive(Clone, Copy)]
enum Kind {
    Labels = 0,
    Draws = 1,
    Matrices = 2,
}

/// The keys of a length.
pub(super) struct Streams {
    len: u64,
    /// κ: the bits of a label.
    label_bits: u32,
}

impl Streams {
    /// 8 to 16 thousand elements a bucket: they fit the second cache.
    pub(super) fn new(len: usize) -> Streams {
        Streams::with_label_bits(len, len.ilog2().saturating_sub(13).min(10))
    }

    pub(super) fn with_label_bits(len: usize, label_bits: u32) -> Streams {
        Streams { len: len as u64, label_bits }
    }

    /// K.
    pub(super) fn buckets(&self) -> usize {
        1 << self.label_bits
    }

    /// S(kind, round, tail).
    fn stream(&self, kind: Kind, round: u8, tail: u64) -> Stream {
        let mut hasher = blake3::Hasher::new_derive_key("detente-psi fast code v1");
        hasher.update(&self.len.to_le_bytes()).update(&[kind as u8, round]);
        let key = hasher.finalize();
        Stream::new(key.as_bytes().first_chunk().expect("32 bytes have a first 16"), tail)
    }

    /// The matrix of every block of 64 elements: its number in the book.
    pub(super) fn matrices(&self) -> Vec<u8> {
        let mut numbers = vec![0; self.len as usize / super::BLOCK];
        self.stream(Kind::Matrices, 0, 0).fill_bytes(&mut numbers);
        numbers
    }
}

/// Reads a stream from some block on.
struct Reader {
    stream: Stream,
    next_block: u64,
    bytes: [u8; BUFFER],
    at: usize,
}

impl Reader {
    /// `byte` is where reading starts.
    fn new(stream: Stream, byte: usize) -> Reader {
        let mut reader = Reader { stream, next_block: byte as u64 / 16, bytes: [0; BUFFER], at: BUFFER };
        if !byte.is_multiple_of(16) {
            reader.refill();
            reader.at = byte % 16;
        }
        reader
    }

    fn refill(&mut self) {
        let blocks = self.bytes.as_chunks_mut().0;
        self.stream.fill_blocks(self.next_block, blocks);
        self.next_block += (BUFFER / 16) as u64;
        self.at = 0;
    }

    fn next<const B: usize>(&mut self) -> [u8; B] {
        if self.at == BUFFER {
            self.refill();
        }
        let bytes = *self.bytes[self.at..].first_chunk().expect("every width divides the buffer");
        self.at += B;
        bytes
    }
}

/// The buckets of consecutive elements.
pub(super) struct Labels {
    reader: Reader,
    mask: u16,
    wide: bool,
}

impl Labels {
    /// Those of the elements from `element` on, in `round`.
    pub(super) fn new(streams: &Streams, round: u8, element: usize) -> Labels {
        let wide = streams.label_bits > 8;
        let reader = Reader::new(streams.stream(Kind::Labels, round, 0), element << u32::from(wide));
        Labels { reader, mask: (1 << streams.label_bits) - 1, wide }
    }

    pub(super) fn next(&mut self) -> usize {
        let label = if self.wide {
            u16::from_le_bytes(self.reader.next())
        } else {
            u16::from(self.reader.next::<1>()[0])
        };
        usize::from(label & self.mask)
    }
}

/// The draws of one bucket's shuffle.
pub(super) struct Draws(Reader);

impl Draws {
    pub(super) fn new(streams: &Streams, round: u8, bucket: usize) -> Draws {
        Draws(Reader::new(streams.stream(Kind::Draws, round, bucket as u64), 0))
    }

    /// The next draw, in 0..bound, off uniform by less than bound / 2^32.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let draw = u32::from_le_bytes(self.0.next());
        ((u64::from(draw) * bound as u64) >> 32) as usize
    }
}
