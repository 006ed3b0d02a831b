//! Compressed input, told by its first bytes and never by its name: gzip with several members, zstd with
//! several frames. Archives and other compressions are refused by name, and so is a compressed file inside a
//! compressed file. What comes out is bounded against bombs (SECURITY, T25).

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::ReadError;
use crate::limits::{BLOCK_BYTES, UNPACK_FREE_BYTES, UNPACK_RATIO_MAX, ZSTD_WINDOW_BYTES_MAX};

/// The content of `input`, unpacked if it is packed.
pub(crate) fn unpacked<'i>(
    input: impl Read + 'i,
    bytes_max: u64,
) -> Result<Box<dyn BufRead + 'i>, ReadError> {
    let (head, stream) = peeked(BufReader::with_capacity(BLOCK_BYTES, input), MAGIC_BYTES)?;
    let Some(packing) = packing(&head)? else { return Ok(Box::new(stream)) };
    let watch = Rc::new(Watch::default());
    let tap = Tap { source: stream, watch: Rc::clone(&watch) };
    let unpacker: Box<dyn Read + 'i> = match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(tap)),
        Packing::Zstd => Box::new(Frames::new(tap)),
    };
    let guard = Guard { unpacker, packing, watch, unpacked: 0, bytes_max };
    let (head, content) = peeked(BufReader::with_capacity(BLOCK_BYTES, guard), MAGIC_BYTES)?;
    match self::packing(&head)? {
        Some(_) => Err(ReadError::NestedCompression),
        None => Ok(Box::new(content)),
    }
}

/// Reads the first bytes of a stream, and gives the stream with them put back.
pub(super) fn peeked<B: BufRead>(
    mut stream: B,
    bytes: usize,
) -> io::Result<(Vec<u8>, impl BufRead + use<B>)> {
    let mut head = Vec::with_capacity(bytes);
    (&mut stream).take(bytes as u64).read_to_end(&mut head)?;
    let whole = Cursor::new(head.clone()).chain(stream);
    Ok((head, whole))
}

#[derive(Clone, Copy)]
enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        }
    }
}

fn packing(head: &[u8]) -> Result<Option<Packing>, ReadError> {
    for (magic, name) in ARCHIVES {
        if head.starts_with(magic) {
            return Err(ReadError::Archive { name });
        }
    }
    if head.get(TAR_MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return Err(ReadError::Archive { name: "tar" });
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return Ok(Some(Packing::Gzip));
    }
    let is_skippable = matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
    let is_zstd = is_skippable || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    Ok(is_zstd.then_some(Packing::Zstd))
}

/// What the packed side has seen. Both ends of an unpacker hold it, because the unpackers' own errors do not
/// tell a broken file from a broken disk.
#[derive(Default)]
struct Watch {
    packed: Cell<u64>,
    at_end: Cell<bool>,
    failure: RefCell<Option<io::Error>>,
}

/// The packed side.
struct Tap<B> {
    source: B,
    watch: Rc<Watch>,
}

impl<B: BufRead> BufRead for Tap<B> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.source.fill_buf() {
            Ok(block) => {
                self.watch.at_end.set(block.is_empty());
                Ok(block)
            }
            Err(error) => {
                let kind = error.kind();
                *self.watch.failure.borrow_mut() = Some(error);
                Err(kind.into())
            }
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.watch.packed.set(self.watch.packed.get() + bytes as u64);
        self.source.consume(bytes);
    }
}

impl<B: BufRead> Read for Tap<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let block = self.fill_buf()?;
        let size = block.len().min(into.len());
        into[..size].copy_from_slice(&block[..size]);
        self.consume(size);
        Ok(size)
    }
}

/// The unpacked side: names the errors and watches over the amount.
struct Guard<'i> {
    unpacker: Box<dyn Read + 'i>,
    packing: Packing,
    watch: Rc<Watch>,
    unpacked: u64,
    bytes_max: u64,
}

impl Read for Guard<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let size = self.unpacker.read(into).map_err(|error| self.named(error))?;
        self.unpacked += size as u64;
        let packed = self.watch.packed.get();
        if self.unpacked > self.bytes_max {
            return Err(ReadError::TooLarge { bytes_max: self.bytes_max }.into());
        }
        if self.unpacked > UNPACK_FREE_BYTES && self.unpacked / UNPACK_RATIO_MAX > packed {
            return Err(ReadError::Bomb { packed, unpacked: self.unpacked }.into());
        }
        Ok(size)
    }
}

impl Guard<'_> {
    fn named(&self, error: io::Error) -> io::Error {
        if let Some(failure) = self.watch.failure.borrow_mut().take() {
            return failure;
        }
        if error.get_ref().is_some_and(|inner| inner.is::<ReadError>()) {
            return error;
        }
        let packing = self.packing.name();
        let ends_early = error.kind() == io::ErrorKind::UnexpectedEof || self.watch.at_end.get();
        if ends_early { ReadError::Truncated { packing } } else { ReadError::Corrupt { packing } }.into()
    }
}

/// zstd frames one after another, as `cat a.zst b.zst` and parallel compressors make them.
struct Frames<B> {
    source: B,
    decoder: FrameDecoder,
    inside: bool,
}

impl<B: BufRead> Frames<B> {
    fn new(source: B) -> Frames<B> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(ZSTD_WINDOW_BYTES_MAX);
        Frames { source, decoder, inside: false }
    }

    /// Begins the next frame; `false` at the end of the source.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => {
                    self.inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => self.skip(u64::from(length))?,
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(false)
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.source).take(bytes), &mut io::sink())?;
        if skipped == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl<B: BufRead> Read for Frames<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside && !self.begin()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one_block = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, one_block).map_err(failed)?;
            }
            let size = self.decoder.read(into)?;
            if size > 0 || into.is_empty() {
                return Ok(size);
            }
            self.inside = false;
        }
    }
}

fn failed(error: FrameDecoderError) -> io::Error {
    match error {
        FrameDecoderError::WindowSizeTooBig { max, .. } => ReadError::TooLarge { bytes_max: max }.into(),
        other => io::Error::other(other),
    }
}

/// Enough to see the mark of a tar file.
const MAGIC_BYTES: usize = 512;

const TAR_MAGIC_AT: usize = 257;

/// What is refused, with its usual name.
const ARCHIVES: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Microsoft Office or Outlook"),
];
