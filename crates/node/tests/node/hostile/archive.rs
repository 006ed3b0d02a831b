//! Tricks with the archive, and packets cut anywhere.

use super::stage::Stage;
use super::table::{Case, refused};

const BLOCK: usize = 512;

pub(crate) fn cases(stage: &Stage) -> Vec<Case> {
    let good = stage.forger.grown(13).packet(12).bytes();
    let mut cases = vec![
        refused("an empty file", Vec::new(), "archive-truncated"),
        refused("a file of zeros", vec![0; 2 * BLOCK], "archive-other-first-member"),
        refused("text", b"hello, this is a packet".repeat(64), "archive-bad-name"),
        refused("trailing byte", [good.as_slice(), b"x"].concat(), "archive-trailing"),
        refused("trailing block", [good.as_slice(), &[0; BLOCK]].concat(), "archive-trailing"),
        refused("trailing archive", [good.as_slice(), &good].concat(), "archive-trailing"),
        refused("archive over the limit", vec![0; (256 << 20) + 1], "archive-too-large"),
        refused("not our first member", skip_first(&good), "archive-other-first-member"),
        refused("a member twice", repeat_last(&good), "archive-out-of-order"),
        refused("members out of order", swap_rest(&good), "archive-out-of-order"),
        refused("content in the padding", edited(&good, padding(&good), b"x"), "archive-bad-padding"),
        refused("size beyond the file", resized(&good, b"00000100000\0"), "archive-truncated"),
        refused("size over the limit", resized(&good, b"77777777777\0"), "archive-member-too-large"),
        refused("size in base 256", resized(&good, b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), "archive-bad-size"),
        refused("size with spaces", resized(&good, b"        100\0"), "archive-bad-size"),
        refused("checksum wrong", edited(&good, 148, b"0000000\0"), "archive-bad-header"),
        refused("gnu magic", resummed(&good, 257, b"ustar  \0"), "archive-bad-header"),
        refused("an owner", resummed(&good, 265, b"root"), "archive-bad-header"),
        refused("a time", resummed(&good, 136, b"00000000001\0"), "archive-bad-header"),
        refused("a mode", resummed(&good, 100, b"0000777\0"), "archive-bad-header"),
        refused("a link target", resummed(&good, 157, b"/etc/passwd"), "archive-bad-header"),
        refused("a prefix", resummed(&good, 345, b"other"), "archive-bad-header"),
        refused("a name that climbs", resummed(&good, 0, b"../../x.json\0"), "archive-bad-name"),
        refused("an absolute name", resummed(&good, 0, b"/packet.json\0"), "archive-bad-name"),
        refused(
            "a name with a NUL inside",
            resummed(&good, 0, b"packet\0json"),
            "archive-other-first-member",
        ),
    ];
    let types = [("hard link", b'1'), ("symbolic link", b'2'), ("device", b'3'), ("folder", b'5')];
    let more =
        [("fifo", b'6'), ("pax header", b'x'), ("global pax", b'g'), ("long name", b'L'), ("old file", 0)];
    for (what, kind) in types.into_iter().chain(more) {
        cases.push(refused(format!("type: {what}"), resummed(&good, 156, &[kind]), "archive-bad-header"));
    }
    for at in [1, 100, 511, 512, 513, 700, 1024, good.len() / 2, good.len() - 1025, good.len() - 1024] {
        cases.push(refused(format!("cut at {at}"), good[..at].to_vec(), "archive-truncated"));
    }
    for less in [1, 512, 1023] {
        let cut = good[..good.len() - less].to_vec();
        cases.push(refused(format!("cut {less} before the end"), cut, "archive-truncated"));
    }
    cases
}

fn edited(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut edited = bytes.to_vec();
    edited[at..at + with.len()].copy_from_slice(with);
    edited
}

/// The first header edited, its checksum made right again.
fn resummed(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let edited_bytes = edited(&edited(bytes, at, with), 148, b"        ");
    let sum: u32 = edited_bytes[..BLOCK].iter().map(|byte| u32::from(*byte)).sum();
    edited(&edited_bytes, 148, format!("{sum:07o}\0").as_bytes())
}

fn resized(bytes: &[u8], size: &[u8]) -> Vec<u8> {
    resummed(bytes, 124, size)
}

fn size_of(bytes: &[u8], at: usize) -> usize {
    usize::from_str_radix(std::str::from_utf8(&bytes[at + 124..at + 135]).unwrap(), 8).unwrap()
}

/// Where each member begins, and where the end does.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    while bytes[*starts.last().unwrap()] != 0 {
        let at = *starts.last().unwrap();
        starts.push(at + BLOCK + size_of(bytes, at).next_multiple_of(BLOCK));
    }
    starts
}

fn padding(bytes: &[u8]) -> usize {
    BLOCK + size_of(bytes, 0)
}

fn skip_first(bytes: &[u8]) -> Vec<u8> {
    bytes[starts(bytes)[1]..].to_vec()
}

fn repeat_last(bytes: &[u8]) -> Vec<u8> {
    let starts = starts(bytes);
    let (last, end) = (starts[starts.len() - 2], starts[starts.len() - 1]);
    [&bytes[..end], &bytes[last..]].concat()
}

fn swap_rest(bytes: &[u8]) -> Vec<u8> {
    let starts = starts(bytes);
    let (one, other, end) = (starts[1], starts[2], starts[3]);
    [&bytes[..one], &bytes[other..end], &bytes[one..other], &bytes[end..]].concat()
}
