//! Messages over a socket: number (2 bytes), length (8 bytes), body; little-endian.
//!
//! A thread reads ahead, so that the other side can go on while this one computes. The length of a frame is
//! compared with the longest one of the run before anything is allocated for it.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use detente_psi::Message;

use crate::exit::{Exit, Failure};
use crate::matching::{Link, Run, Stop, wire};

/// Frames that are read ahead at most: some five megabytes of the largest parts.
const FRAMES_AHEAD: usize = 4;
const HEADER_BYTES: usize = 10;

/// One end of the socket pair, for all runs of a party.
pub(super) struct Socket {
    stream: UnixStream,
    frames: Receiver<io::Result<Frame>>,
    run: Option<Run>,
    bytes_sent: u64,
}

struct Frame {
    number: u16,
    body: Vec<u8>,
}

impl Socket {
    /// Waits until the other side is ready too, and begins to read.
    pub(super) fn open(mut stream: UnixStream, runs: &[Run]) -> Result<Socket, Failure> {
        let mut ready = [0];
        stream.write_all(&ready).and_then(|()| stream.read_exact(&mut ready)).map_err(|e| failed(&e))?;
        let reading = stream.try_clone().map_err(|error| failed(&error))?;
        let lengths = runs.iter().map(wire::longest_body).collect::<Result<Vec<u64>, _>>();
        let longest = lengths.map_err(Stop::Rejected)?.into_iter().max().unwrap_or(0);
        Ok(Socket { stream, frames: read_ahead(reading, longest), run: None, bytes_sent: 0 })
    }

    /// What comes from now on belongs to this run.
    pub(super) fn begin(&mut self, run: &Run) {
        self.run = Some(*run);
    }

    /// Bytes of the messages sent so far, in all runs.
    pub(super) fn bytes_sent(&self) -> u64 {
        self.bytes_sent
    }
}

impl Link for Socket {
    fn send(&mut self, message: Message<'static>) -> Result<(), Failure> {
        self.bytes_sent += wire::body_bytes(&message);
        write_frame(&mut self.stream, wire::number(&message), &wire::parts(&message))
            .map_err(|error| failed(&error))
    }

    fn receive(&mut self) -> Result<Message<'static>, Failure> {
        let frame = self.frames.recv().map_err(|_| ended())?.map_err(|error| failed(&error))?;
        let number = frame.number;
        self.run.and_then(|run| wire::message(&run, number, frame.body)).ok_or_else(|| {
            Failure::new(
                Exit::Integrity,
                format!("the other process sent a message of the unknown number {number}"),
            )
        })
    }
}

fn read_ahead(mut stream: UnixStream, longest: u64) -> Receiver<io::Result<Frame>> {
    let (frames, read) = sync_channel(FRAMES_AHEAD);
    thread::spawn(move || {
        loop {
            let frame = read_frame(&mut stream, longest);
            let is_last = frame.is_err();
            // Nobody wants more once the party is done.
            if frames.send(frame).is_err() || is_last {
                return;
            }
        }
    });
    read
}

fn read_frame(stream: &mut impl Read, longest: u64) -> io::Result<Frame> {
    let mut header = [0; HEADER_BYTES];
    stream.read_exact(&mut header)?;
    let [n0, n1, length @ ..] = header;
    let length = u64::from_le_bytes(length);
    let fits = usize::try_from(length).ok().filter(|_| length <= longest);
    let Some(length) = fits else {
        let text = format!("a frame of {length} bytes, at most {longest} are possible");
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    };
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Frame { number: u16::from_le_bytes([n0, n1]), body })
}

fn write_frame(stream: &mut impl Write, number: u16, parts: &[&[u8]]) -> io::Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut header = [0; HEADER_BYTES];
    header[..2].copy_from_slice(&number.to_le_bytes());
    header[2..].copy_from_slice(&(length as u64).to_le_bytes());
    stream.write_all(&header)?;
    parts.iter().try_for_each(|part| stream.write_all(part))
}

fn failed(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => ended(),
        io::ErrorKind::InvalidData => {
            Failure::new(Exit::Integrity, format!("the other process sent {error}"))
        }
        _ => Failure::new(Exit::Temporary, format!("the socket to the other process failed: {error}")),
    }
}

fn ended() -> Failure {
    Failure::new(Exit::Temporary, "the other process ended before the match was over")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_from_short_reads() {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, 7, &[b"one", b"", b"two"]).unwrap();
        let mut reader = Trickle(&bytes);
        let frame = read_frame(&mut reader, 6).unwrap();
        assert_eq!((frame.number, frame.body.as_slice()), (7, b"onetwo".as_slice()));
        assert_eq!(read_frame(&mut reader, 6).err().unwrap().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_length_beyond_the_longest_is_refused_before_it_is_read() {
        for length in [7_u64, u64::MAX] {
            let bytes = [&7_u16.to_le_bytes()[..], &length.to_le_bytes()].concat();
            let refused = read_frame(&mut bytes.as_slice(), 6).err().unwrap();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
            assert_eq!(failed(&refused).exit, Exit::Integrity);
        }
    }

    /// Gives one byte at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }
}
