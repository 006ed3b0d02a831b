//! What a node spends at most, and how long it waits.

/// Before the first new try of a dial or an exchange.
pub const RETRY_MS_MIN: u64 = 500;
/// Between tries of a dial or an exchange that the line broke. A peer that comes back is found within a breath; one
/// packet of a few bytes in ten seconds costs nothing.
pub const RETRY_MS_MAX: u64 = 10_000;
/// Between tries of an exchange that the peer refuses by name: until one of us has something new, the answer will
/// be the same.
pub const REFUSED_MS_MAX: u64 = 300_000;
/// After a peer said that it is in an exchange of this accord with us already.
pub const BUSY_MS: u64 = 2_000;
/// Without a word from the peer, before it is asked for one.
pub const PING_MS: u64 = 5_000;
/// Without a word from the peer, before the line counts as dead: three pings.
pub const SILENCE_MS_MAX: u64 = 15_000;
/// For a dial with its handshake.
pub const DIAL_MS_MAX: u64 = 30_000;
/// Between exchanges in which nothing is new for all we know: a net under whatever went wrong unseen, and what
/// brings content that an observer may read from some day on.
pub const SLOW_MS: u64 = 300_000;
/// For one exchange. The link's own deadlines end a dead one long before; this is the net under them.
pub const EXCHANGE_MS_MAX: u64 = 600_000;
/// Exchanges that we have begun with one peer at a time, of different accords.
pub const EXCHANGES_MAX: usize = 4;
/// Connections of one peer that wait for its task. The endpoint keeps one alive; two more are being told apart.
pub const ARRIVALS_MAX: usize = 4;
/// Streams of matches, of all peers, that nobody has taken yet. One more is refused as busy.
pub const OFFERED_MAX: usize = 16;
/// The last piece of an exchange: a number and a name.
pub const CLOSING_BYTES_MAX: usize = 128;
/// A ping, and its answer.
pub const PING_BYTES_MAX: usize = 16;
/// Between looks at what time makes a node do: a tenth of the finest clock of an accord, a minute.
pub const TEND_MS: u64 = 6_000;
