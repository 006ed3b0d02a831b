//! Compressed input: what is unpacked, what is refused, and by which name.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod common;

use std::io::{self, Read, Write};

use common::{all_printed, options, read_as};
use detente_indicators::Intake;
use detente_indicators::read::{ReadError, Reading, read};
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    compress_to_vec(content, CompressionLevel::Fastest)
}

fn items(input: &[u8]) -> Vec<String> {
    all_printed(&read_as(input, &Reading::default(), options()).unwrap().1)
}

fn fails(input: &[u8]) -> ReadError {
    read_as(input, &Reading::default(), options()).err().unwrap()
}

#[test]
fn several_members_and_frames_are_read_on() {
    let expected = ["a.example", "b.example"];
    assert_eq!(items(&[gzip(b"a.example\n"), gzip(b"b.example\n")].concat()), expected);
    assert_eq!(items(&[zstd(b"a.example\n"), zstd(b"b.example\n")].concat()), expected);
    // A frame to skip, as some compressors put before and between.
    let skippable = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"xyz"].concat();
    assert_eq!(
        items(&[skippable.clone(), zstd(b"a.example\n"), skippable, zstd(b"b.example\n")].concat()),
        expected
    );
    assert_eq!(items(&gzip(b"\xef\xbb\xbfa.example\nb.example")), expected);
}

#[test]
fn large_content_comes_out_whole() {
    let content: String = (0..200_000).map(|n| format!("n{n}.example\n")).collect();
    for packed in [gzip(content.as_bytes()), zstd(content.as_bytes())] {
        let list = read_as(&packed, &Reading::default(), options()).unwrap().1;
        assert_eq!(list.len(), 200_000);
    }
}

#[test]
fn nothing_to_read_is_said() {
    for empty in [&b""[..], b"\n \n", b"\xef\xbb\xbf", &gzip(b""), &zstd(b"")] {
        assert!(matches!(fails(empty), ReadError::Empty), "{empty:?}");
    }
}

#[test]
fn archives_are_refused_by_name() {
    let mut tar = vec![0; 1024];
    tar[..5].copy_from_slice(b"a.txt");
    tar[257..262].copy_from_slice(b"ustar");
    for (input, expected) in [
        (&b"PK\x03\x04rest"[..], "zip"),
        (b"PK\x05\x06", "zip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"BZh91AY", "bzip2"),
        (b"Rar!\x1a\x07\x00", "rar"),
        (b"%PDF-1.7", "PDF"),
        (&tar, "tar"),
        (&gzip(&tar), "tar"),
        (&zstd(b"PK\x03\x04rest"), "zip"),
    ] {
        let error = fails(input);
        assert!(matches!(error, ReadError::Archive { name } if name == expected), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn compression_inside_compression_is_refused() {
    for packed in [gzip(&gzip(b"a.example")), zstd(&gzip(b"a.example")), gzip(&zstd(b"a.example"))] {
        assert!(matches!(fails(&packed), ReadError::NestedCompression));
    }
}

#[test]
fn broken_files_are_told_apart() {
    let content: String = (0..5_000).map(|n| format!("n{}.example\n", n * 7919 % 10_007)).collect();
    let (gzip, zstd) = (gzip(content.as_bytes()), zstd(content.as_bytes()));
    for (packed, name) in [(&gzip, "gzip"), (&zstd, "zstd")] {
        for cut in [packed.len() - 1, packed.len() / 2, 5] {
            let error = fails(&packed[..cut]);
            assert!(
                matches!(error, ReadError::Truncated { packing } if packing == name),
                "{name} {cut}: {error}"
            );
        }
        let garbage = [packed, &b"trailing garbage"[..]].concat();
        assert!(
            matches!(fails(&garbage), ReadError::Corrupt { packing } | ReadError::Truncated { packing } if packing == name)
        );
    }
    let mut damaged = gzip.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    assert!(matches!(
        fails(&damaged),
        ReadError::Corrupt { packing: "gzip" } | ReadError::Truncated { packing: "gzip" }
    ));
}

#[test]
fn damage_never_panics() {
    let content: String = (0..300).map(|n| format!("n{n}.example\n")).collect();
    for packed in [gzip(content.as_bytes()), zstd(content.as_bytes())] {
        for at in 0..packed.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = packed.clone();
                damaged[at] ^= flip;
                let _ = read_as(&damaged, &Reading::default(), options());
            }
        }
    }
}

#[test]
fn bombs_are_refused_before_they_fill_the_disk() {
    let line = b"a.example\n".repeat(100_000);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..80 {
        encoder.write_all(&line).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    match fails(&bomb) {
        ReadError::Bomb { packed, unpacked } => assert!(unpacked > 64 << 20 && unpacked / 200 > packed),
        other => panic!("{other}"),
    }
    // Half of that is under the free amount.
    let half = gzip(&line.repeat(20));
    assert_eq!(items(&half), ["a.example"]);
    let reading = Reading { unpacked_bytes_max: Some(1_000), ..Reading::default() };
    let limited = read_as(&gzip(&line), &reading, options()).err().unwrap();
    assert!(matches!(limited, ReadError::TooLarge { bytes_max: 1_000 }));
    // What is not packed needs no limit.
    assert!(read_as(&line, &reading, options()).is_ok());
}

#[test]
fn a_huge_zstd_window_is_refused() {
    // Magic, a frame header without content size, a window of 2^41 bytes, one empty last block.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x01, 0x00, 0x00];
    assert!(matches!(fails(&frame), ReadError::TooLarge { .. }), "{}", fails(&frame));
}

#[test]
fn other_encodings_are_named() {
    let utf16: Vec<u8> = "\u{feff}a.example\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(fails(&utf16), ReadError::Encoding { name: "UTF-16" }));
    assert!(matches!(fails(b"\x7fELF\x02\x01\x01\0\0\0"), ReadError::UnknownFormat));
    assert!(matches!(fails(b"{\"a\":1}"), ReadError::UnknownFormat));
}

struct Broken<'b>(&'b [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(io::ErrorKind::ConnectionReset.into()),
            size => Ok(size),
        }
    }
}

#[test]
fn a_source_that_fails_is_not_called_damaged() {
    let packed = gzip(b"a.example\n");
    for part in [&packed[..packed.len() / 2], b"a.example\n"] {
        let mut intake = Intake::new(options());
        let error = read(Broken(part), &Reading::default(), &mut intake).unwrap_err();
        assert!(
            matches!(&error, ReadError::Io(io) if io.kind() == io::ErrorKind::ConnectionReset),
            "{error}"
        );
    }
}

#[test]
fn a_line_of_a_gibibyte_is_counted_once() {
    let mut intake = Intake::new(options());
    let line = io::repeat(b'a').take(1 << 30);
    let input = (&b"a.example\nb.example\n"[..]).chain(line).chain(&b"\nc.example\n"[..]);
    read(input, &Reading::default(), &mut intake).unwrap();
    let list = intake.finish();
    assert_eq!((list.len(), list.counts().read), (3, 4));
}
