//! Bytes of frames on a channel: reading with deadlines, writing without copies, and the life of a connection.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::{Instant, timeout};

use crate::connection::Shared;
use crate::frame::Header;
use crate::limits::{FRAME_STEP_BYTES, HEADER_BYTES, LINGER_BYTES, LINGER_MS, Limits, TURN_BYTES};
use crate::mux::Frame;
use crate::rate::Rate;
use crate::{Error, Rejection};

const ZEROS: [u8; FRAME_STEP_BYTES] = [0; FRAME_STEP_BYTES];

/// Drives a connection until its end. One task does both directions: TLS cannot do them at once anyway.
pub(crate) async fn run<T: AsyncRead + AsyncWrite>(channel: T, shared: &Shared) {
    let (mut reader, mut writer) = tokio::io::split(channel);
    {
        let mut write = pin!(write_all(&mut writer, shared));
        tokio::select! {
            biased;
            () = &mut write => {}
            error = read_all(&mut reader, shared) => {
                shared.mux().end(error);
                write.await;
            }
        }
    }
    linger(&mut reader, &mut writer).await;
}

/// Reads frames until the first fault.
async fn read_all<T: AsyncRead>(reader: &mut ReadHalf<T>, shared: &Shared) -> Error {
    let mut opens = Rate::new(shared.limits.opens_per_second, shared.limits.opens_burst);
    let mut turn_bytes = 0;
    loop {
        let header = match next_header(reader, shared).await {
            Ok(header) => header,
            Err(error) => return error,
        };
        if header.kind == crate::frame::Type::Open {
            tokio::time::sleep(opens.wait()).await;
        }
        if let Err(error) = read_frame(reader, &header, shared).await {
            return error;
        }
        turn_bytes += header.frame_bytes();
        if turn_bytes >= TURN_BYTES {
            turn_bytes = 0;
            tokio::task::yield_now().await;
        }
    }
}

/// The next header. While none begins, pings keep watch.
async fn next_header<T: AsyncRead>(reader: &mut ReadHalf<T>, shared: &Shared) -> Result<Header, Error> {
    let mut bytes = [0; HEADER_BYTES];
    let (first, rest) = bytes.split_at_mut(1);
    wait_for_first(reader, first, shared).await?;
    within(shared.limits.frame_ms, "header", reader.read_exact(rest)).await?;
    Header::read(bytes).map_err(Error::Rejected)
}

async fn wait_for_first<T: AsyncRead>(
    reader: &mut ReadHalf<T>,
    first: &mut [u8],
    shared: &Shared,
) -> Result<(), Error> {
    let Limits { idle_ms, ping_ms, .. } = *shared.limits;
    for wait_ms in [ping_ms, idle_ms.saturating_sub(ping_ms)] {
        match timeout(Duration::from_millis(wait_ms), reader.read(first)).await {
            Ok(Ok(0)) => return Err(Error::Lost(io::ErrorKind::UnexpectedEof)),
            Ok(read) => return read.map(|_| ()).map_err(|error| Error::Lost(error.kind())),
            Err(_) => shared.mux().ping(),
        }
    }
    Err(Error::TooSlow("idle"))
}

async fn read_frame<T: AsyncRead>(
    reader: &mut ReadHalf<T>,
    header: &Header,
    shared: &Shared,
) -> Result<(), Error> {
    // Before its payload is read, or a peer could have memory reserved that was never granted.
    shared.mux().check(header).map_err(Error::Rejected)?;
    let bytes = header.frame_bytes();
    let deadline_ms = shared.limits.frame_ms + bytes as u64 * 1_000 / shared.limits.rate_bytes_per_second_min;
    let payload = within(deadline_ms, "frame", read_payload(reader, header)).await??;
    shared.heard(bytes);
    shared.mux().handle(header, payload).map_err(Error::Rejected)?;
    // A word of the end ends the reading, too.
    shared.mux().ended().map_or(Ok(()), Err)
}

/// Payload and padding.
pub(crate) async fn read_payload<T: AsyncRead + Unpin>(
    reader: &mut T,
    header: &Header,
) -> io::Result<Result<Vec<u8>, Error>> {
    let mut payload = Vec::with_capacity(header.payload_bytes);
    let mut left = reader.take(header.payload_bytes as u64);
    while payload.len() < header.payload_bytes {
        if left.read_buf(&mut payload).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let mut padding = [0; FRAME_STEP_BYTES];
    let padding = padding.get_mut(..header.padding_bytes()).unwrap_or_default();
    reader.read_exact(padding).await?;
    let is_padding = padding.iter().all(|byte| *byte == 0);
    Ok(is_padding.then_some(payload).ok_or(Error::Rejected(Rejection::BadPadding)))
}

/// Writes frames until the word of the end.
async fn write_all<T: AsyncWrite>(writer: &mut WriteHalf<T>, shared: &Shared) {
    let mut turn_bytes = 0;
    loop {
        let queued = shared.mux().frame();
        let frame = match queued {
            Some(frame) => Some(frame),
            None => {
                turn_bytes = 0;
                flush_and_wait(writer, shared).await
            }
        };
        let Some(frame) = frame else { return };
        let sent_bytes = frame.header.frame_bytes();
        match within(shared.write_ms(), "write", write_frame(writer, &frame)).await {
            Ok(()) => shared.sent(sent_bytes),
            Err(error) => return shared.mux().end(error),
        }
        turn_bytes += sent_bytes;
        if turn_bytes >= TURN_BYTES {
            turn_bytes = 0;
            tokio::task::yield_now().await;
        }
    }
}

/// The next frame, once what was written has left; `None` at the end.
async fn flush_and_wait<T: AsyncWrite>(writer: &mut WriteHalf<T>, shared: &Shared) -> Option<Frame> {
    if let Err(error) = within(shared.write_ms(), "write", writer.flush()).await {
        shared.mux().end(error);
        return None;
    }
    shared.next_frame().await
}

/// Writes a frame, its padding too, in as few calls as the channel takes.
pub(crate) async fn write_frame<T: AsyncWrite + Unpin>(writer: &mut T, frame: &Frame) -> io::Result<()> {
    let head = frame.header.write();
    let padding = ZEROS.get(..frame.header.padding_bytes()).unwrap_or_default();
    let mut parts = [IoSlice::new(&head), IoSlice::new(frame.payload()), IoSlice::new(padding)];
    let mut left = parts.as_mut_slice();
    while left.iter().any(|part| !part.is_empty()) {
        let written = writer.write_vectored(left).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        IoSlice::advance_slices(&mut left, written);
    }
    Ok(())
}

/// Lets the word of the end arrive: a socket that is closed with unread bytes takes back what it has sent.
pub(crate) async fn linger<T: AsyncRead + AsyncWrite>(reader: &mut ReadHalf<T>, writer: &mut WriteHalf<T>) {
    let until = Instant::now() + Duration::from_millis(LINGER_MS);
    let _ = tokio::time::timeout_at(until, async {
        writer.shutdown().await?;
        let mut rest = reader.take(LINGER_BYTES);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    })
    .await;
}

/// A wait with its deadline.
pub(crate) async fn within<T>(
    wait_ms: u64,
    what: &'static str,
    act: impl Future<Output = io::Result<T>>,
) -> Result<T, Error> {
    match timeout(Duration::from_millis(wait_ms), act).await {
        Ok(done) => done.map_err(|error| Error::Lost(error.kind())),
        Err(_) => Err(Error::TooSlow(what)),
    }
}
