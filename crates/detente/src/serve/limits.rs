//! Every bound of the HTTP face: what a hostile or broken browser can make a node spend.

use std::time::Duration;

/// Open connections. A browser holds six; a desk has dozens of browsers at most. One more waits in the backlog.
pub(super) const CONNECTIONS_MAX: usize = 256;

/// Between the first and the last byte of a request's head, and how long a connection without a request may stay.
pub(super) const HEADER_WAIT: Duration = Duration::from_secs(5);

/// Largest head of a request.
pub(super) const HEADER_BYTES_MAX: usize = 32 << 10;

/// Most header lines.
pub(super) const HEADERS_MAX: usize = 64;

/// How long the other end may take nothing of an answer.
pub(super) const WRITE_WAIT: Duration = Duration::from_secs(30);

/// Largest body, unless a route says otherwise: forms and drafts; an attachment has a route of its own.
pub(super) const BODY_BYTES_MAX: usize = 1 << 20;

/// What a body may take before its rate counts.
pub(super) const BODY_GRACE: Duration = Duration::from_secs(5);

/// Slowest body: SECURITY's minimum, bytes a second.
pub(super) const BODY_RATE_MIN: u64 = 1 << 10;
