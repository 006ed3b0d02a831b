//! The one archive form of the record: strict, uncompressed ustar, for bundles and packets.
//!
//! Regular files only, every field of a header fixed but name and size, members in the order of their names after
//! the first, nothing behind the two zero blocks. So equal content has equal bytes, and no two readers can see
//! different archives in one file. The reader builds the header it expects and compares all 512 bytes: what is
//! not exactly that is refused, never interpreted.

use std::fmt;

use crate::limits::{ARCHIVE_BYTES_MAX, MEMBER_BYTES_MAX, MEMBER_NAME_BYTES_MAX, MEMBERS_MAX};

/// A file of an archive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Member<'a> {
    /// Its name: 1 to 99 bytes of `[A-Za-z0-9._/-]`.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Why bytes are not an archive of this form, or cannot be made into one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotArchive {
    /// What is wrong.
    pub fault: Fault,
    /// Where, in bytes from the beginning of the archive.
    pub offset: usize,
}

/// The faults of an archive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// More bytes than [`ARCHIVE_BYTES_MAX`].
    TooLarge,
    /// More members than [`MEMBERS_MAX`].
    TooManyMembers,
    /// A member over [`MEMBER_BYTES_MAX`].
    MemberTooLarge,
    /// The bytes end inside a member or before the two zero blocks.
    Truncated,
    /// Something follows the two zero blocks.
    Trailing,
    /// A name that is empty, too long, or has other characters than names have.
    BadName,
    /// A size that is not eleven octal digits and a NUL.
    BadSize,
    /// A header that differs from the one form for this name and size: another type of file, an owner, a time, a
    /// prefix, another magic, a checksum that does not hold.
    BadHeader,
    /// Bytes other than zero between a member and the next block.
    BadPadding,
    /// The first member is not the one that describes the others.
    OtherFirstMember,
    /// Names that do not ascend, or a name twice.
    OutOfOrder,
}

impl Fault {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Fault::TooLarge => "archive-too-large",
            Fault::TooManyMembers => "archive-too-many-members",
            Fault::MemberTooLarge => "archive-member-too-large",
            Fault::Truncated => "archive-truncated",
            Fault::Trailing => "archive-trailing",
            Fault::BadName => "archive-bad-name",
            Fault::BadSize => "archive-bad-size",
            Fault::BadHeader => "archive-bad-header",
            Fault::BadPadding => "archive-bad-padding",
            Fault::OtherFirstMember => "archive-other-first-member",
            Fault::OutOfOrder => "archive-out-of-order",
        }
    }
}

impl fmt::Display for NotArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an archive of this form ({} at byte {})", self.fault.name(), self.offset)
    }
}

impl std::error::Error for NotArchive {}

/// Reads an archive whose first member is `first`. The members borrow from `bytes`; nothing is copied, and nothing
/// is allocated by a length that an archive states.
///
/// # Errors
/// [`NotArchive`] with the first fault.
pub fn read<'a>(bytes: &'a [u8], first: &str) -> Result<Vec<Member<'a>>, NotArchive> {
    if bytes.len() > ARCHIVE_BYTES_MAX {
        return Err(NotArchive { fault: Fault::TooLarge, offset: ARCHIVE_BYTES_MAX });
    }
    let mut members: Vec<Member<'a>> = Vec::new();
    let mut at = 0;
    loop {
        let refuse = |fault| NotArchive { fault, offset: at };
        let block: &[u8; BLOCK_BYTES] =
            bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(refuse(Fault::Truncated))?;
        if is_zero(block) {
            is_end(bytes, at)?;
            break;
        }
        let (name, size) = name_and_size(block).map_err(refuse)?;
        if !is_in_place(&members, name, first) {
            let fault = if members.is_empty() { Fault::OtherFirstMember } else { Fault::OutOfOrder };
            return Err(refuse(fault));
        }
        if members.len() == MEMBERS_MAX {
            return Err(refuse(Fault::TooManyMembers));
        }
        if header(name, size) != *block {
            return Err(refuse(Fault::BadHeader));
        }
        let (content, next) = content(bytes, at + BLOCK_BYTES, size)?;
        members.push(Member { name, bytes: content });
        at = next;
    }
    if members.is_empty() {
        return Err(NotArchive { fault: Fault::OtherFirstMember, offset: 0 });
    }
    Ok(members)
}

/// Writes the archive of these members, which come in the order they stand in: the first, then the others by
/// ascending name. Equal members give equal bytes.
///
/// # Errors
/// [`NotArchive`] with the fault that [`read`] would find.
pub fn write(members: &[Member<'_>]) -> Result<Vec<u8>, NotArchive> {
    let first = members.first().map(|member| member.name);
    let first = first.ok_or(NotArchive { fault: Fault::OtherFirstMember, offset: 0 })?;
    let mut bytes = Vec::new();
    for (written, member) in members.iter().enumerate() {
        let refuse = |fault| NotArchive { fault, offset: bytes.len() };
        if !is_name(member.name) {
            return Err(refuse(Fault::BadName));
        }
        if member.bytes.len() > MEMBER_BYTES_MAX {
            return Err(refuse(Fault::MemberTooLarge));
        }
        if !is_in_place(members.get(..written).unwrap_or_default(), member.name, first) {
            return Err(refuse(Fault::OutOfOrder));
        }
        if written == MEMBERS_MAX {
            return Err(refuse(Fault::TooManyMembers));
        }
        bytes.extend(header(member.name, member.bytes.len()));
        bytes.extend(member.bytes);
        bytes.resize(bytes.len().next_multiple_of(BLOCK_BYTES), 0);
    }
    bytes.resize(bytes.len() + END_BYTES, 0);
    if bytes.len() > ARCHIVE_BYTES_MAX {
        return Err(NotArchive { fault: Fault::TooLarge, offset: ARCHIVE_BYTES_MAX });
    }
    Ok(bytes)
}

/// Whether a text may be the name of a member. The same rule holds for the paths of an extracted directory.
pub fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-');
    !name.is_empty()
        && name.len() <= MEMBER_NAME_BYTES_MAX
        && name.bytes().all(allowed)
        && !name.starts_with('/')
        && !name.contains("..")
}

/// Whether a name may follow these members.
fn is_in_place(before: &[Member<'_>], name: &str, first: &str) -> bool {
    match before {
        [] => name == first,
        [_] => name != first,
        [.., last] => last.name < name && name != first,
    }
}

/// The name and the size that a header states, each in its one form.
fn name_and_size(header: &[u8; BLOCK_BYTES]) -> Result<(&str, usize), Fault> {
    let field = &header[..NAME_FIELD_BYTES];
    let length = field.iter().position(|byte| *byte == 0).ok_or(Fault::BadName)?;
    let name = std::str::from_utf8(&field[..length]).map_err(|_| Fault::BadName)?;
    if !is_name(name) {
        return Err(Fault::BadName);
    }
    let (digits, end) = header[SIZE_AT..SIZE_AT + SIZE_DIGITS + 1].split_at(SIZE_DIGITS);
    if end != [0] || !digits.iter().all(|digit| matches!(digit, b'0'..=b'7')) {
        return Err(Fault::BadSize);
    }
    // Eleven octal digits are 33 bits.
    let size = digits.iter().fold(0u64, |size, digit| size << 3 | u64::from(digit - b'0'));
    match usize::try_from(size) {
        Ok(size) if size <= MEMBER_BYTES_MAX => Ok((name, size)),
        _ => Err(Fault::MemberTooLarge),
    }
}

/// The bytes of a member, and where the next header begins.
fn content(bytes: &[u8], at: usize, size: usize) -> Result<(&[u8], usize), NotArchive> {
    let truncated = NotArchive { fault: Fault::Truncated, offset: at };
    let rest = bytes.get(at..).ok_or(truncated)?;
    let padded = rest.get(..size.next_multiple_of(BLOCK_BYTES)).ok_or(truncated)?;
    let (content, padding) = padded.split_at(size);
    if !is_zero(padding) {
        return Err(NotArchive { fault: Fault::BadPadding, offset: at + size });
    }
    Ok((content, at + padded.len()))
}

/// That from `at` on there are two zero blocks and nothing else.
fn is_end(bytes: &[u8], at: usize) -> Result<(), NotArchive> {
    let rest = bytes.get(at..).unwrap_or_default();
    if rest.len() < END_BYTES {
        return Err(NotArchive { fault: Fault::Truncated, offset: at });
    }
    if rest.len() > END_BYTES || !is_zero(rest) {
        return Err(NotArchive { fault: Fault::Trailing, offset: at + BLOCK_BYTES });
    }
    Ok(())
}

/// The one header for a name and a size. Both are within their limits.
fn header(name: &str, size: usize) -> [u8; BLOCK_BYTES] {
    let mut block = [0; BLOCK_BYTES];
    put(&mut block, 0, name.as_bytes());
    put(&mut block, 100, b"0000644\0");
    put(&mut block, 108, b"0000000\0");
    put(&mut block, 116, b"0000000\0");
    put(&mut block, SIZE_AT, format!("{size:0SIZE_DIGITS$o}\0").as_bytes());
    put(&mut block, 136, b"00000000000\0");
    // The checksum counts itself as spaces.
    put(&mut block, CHECKSUM_AT, b"        ");
    put(&mut block, 156, b"0");
    put(&mut block, 257, b"ustar\x0000");
    put(&mut block, 329, b"0000000\0");
    put(&mut block, 337, b"0000000\0");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut block, CHECKSUM_AT, format!("{sum:07o}\0").as_bytes());
    block
}

fn put(block: &mut [u8; BLOCK_BYTES], at: usize, field: &[u8]) {
    for (to, from) in block.iter_mut().skip(at).zip(field) {
        *to = *from;
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

const BLOCK_BYTES: usize = 512;
const END_BYTES: usize = 2 * BLOCK_BYTES;
const NAME_FIELD_BYTES: usize = 100;
const SIZE_AT: usize = 124;
const SIZE_DIGITS: usize = 11;
const CHECKSUM_AT: usize = 148;

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "bundle.json";

    fn small() -> Vec<u8> {
        let members = [
            Member { name: FIRST, bytes: b"{}" },
            Member { name: "README.txt", bytes: b"" },
            Member { name: "a/b-c.json", bytes: &[7; 513] },
        ];
        write(&members).unwrap()
    }

    fn fault(bytes: &[u8]) -> Result<usize, Fault> {
        read(bytes, FIRST).map(|members| members.len()).map_err(|refused| refused.fault)
    }

    #[test]
    fn reads_what_it_writes() {
        let bytes = small();
        let members = read(&bytes, FIRST).unwrap();
        assert_eq!(write(&members).unwrap(), bytes);
        assert_eq!(members[2], Member { name: "a/b-c.json", bytes: &[7; 513] });
        assert_eq!(bytes.len(), 512 * (2 + 1 + 3 + 2));
    }

    #[test]
    fn writes_the_header_of_ustar() {
        let bytes = small();
        assert_eq!(&bytes[..12], b"bundle.json\0");
        let fields = ["0000644", "0000000", "0000000", "00000000002", "00000000000", "0011341"].join("\0");
        assert_eq!(&bytes[100..156], [fields.as_bytes(), b"\0"].concat());
        assert_eq!(&bytes[156..158], b"0\0");
        assert_eq!(&bytes[257..265], b"ustar\x0000");
        assert_eq!(&bytes[329..345], b"0000000\x000000000\x00");
    }

    #[test]
    fn every_changed_byte_outside_of_content_is_refused() {
        let bytes = small();
        let content = [512..514, 2048..2561];
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x01;
            let same_form = content.iter().any(|range| range.contains(&at));
            assert_eq!(read(&changed, FIRST).is_ok(), same_form, "byte {at}");
        }
    }

    #[test]
    fn every_shorter_and_longer_file_is_refused() {
        let bytes = small();
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length], FIRST).is_err(), "{length}");
        }
        for more in [1, 511, 512, 10_240] {
            let longer = [bytes.clone(), vec![0; more]].concat();
            assert_eq!(fault(&longer), Err(Fault::Trailing));
        }
    }

    #[test]
    fn names_each_fault() {
        let first = Member { name: FIRST, bytes: b"{}" };
        let out = |members: &[Member<'_>]| write(members).map(drop).map_err(|refused| refused.fault);
        let named = |name| Member { name, bytes: b"" };
        assert_eq!(out(&[]), Err(Fault::OtherFirstMember));
        assert_eq!(out(&[first, named("b"), named("a")]), Err(Fault::OutOfOrder));
        assert_eq!(out(&[first, named("b"), named("b")]), Err(Fault::OutOfOrder));
        assert_eq!(out(&[first, named(FIRST)]), Err(Fault::OutOfOrder));
        let long = "n".repeat(100);
        for name in ["", "/a", "a/../b", "a b", "ä", "a\\b", &long] {
            assert_eq!(out(&[first, named(name)]), Err(Fault::BadName), "{name}");
        }
        let large = vec![0; MEMBER_BYTES_MAX + 1];
        assert_eq!(out(&[first, Member { name: "l", bytes: &large }]), Err(Fault::MemberTooLarge));

        let bytes = small();
        assert_eq!(
            read(&bytes, "packet.json").map_err(|refused| refused.fault),
            Err(Fault::OtherFirstMember)
        );
        assert_eq!(fault(&[0; 1024]), Err(Fault::OtherFirstMember));
        let edited = |at: usize, with: &[u8]| {
            let mut edited = bytes.clone();
            edited[at..at + with.len()].copy_from_slice(with);
            fault(&edited)
        };
        assert_eq!(edited(124, b"77777777777\0"), Err(Fault::MemberTooLarge));
        assert_eq!(edited(124, b"0000000000 \0"), Err(Fault::BadSize));
        assert_eq!(edited(156, b"2"), Err(Fault::BadHeader));
        assert_eq!(edited(257, b"ustar  \0"), Err(Fault::BadHeader));
        assert_eq!(edited(600, b"x"), Err(Fault::BadPadding));
        assert_eq!(edited(1024, b"README.txt/..\0"), Err(Fault::BadName));
    }

    #[test]
    fn more_members_than_the_limit_are_refused() {
        let names: Vec<String> = (0..MEMBERS_MAX).map(|i| format!("m{i:06}")).collect();
        let first = [Member { name: FIRST, bytes: b"" }];
        let members: Vec<Member<'_>> =
            first.into_iter().chain(names.iter().map(|name| Member { name, bytes: b"" })).collect();
        assert_eq!(members.len(), MEMBERS_MAX + 1);
        assert_eq!(write(&members).map_err(|refused| refused.fault), Err(Fault::TooManyMembers));
        assert!(write(&members[..MEMBERS_MAX]).is_ok());
    }
}
