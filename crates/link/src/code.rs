//! The numbers by which two nodes tell each other why something ended.

/// A closed set of causes with their numbers on the wire and their names.
macro_rules! causes {
    ($(#[$of:meta])* $name:ident { $($number:literal $text:literal $(#[$doc:meta])* $variant:ident,)+ }) => {
        $(#[$of])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them, by number.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }

            /// Its number on the wire.
            pub fn number(self) -> u8 {
                match self {
                    $($name::$variant => $number,)+
                }
            }

            /// What this number stands for, where it stands for something.
            pub fn of(number: u8) -> Option<$name> {
                match number {
                    $($number => Some($name::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

causes! {
    /// Why a stream or a connection ended, by the will of one side.
    Code {
        1 "done"
        /// All was said.
        Done,
        2 "stopping"
        /// The node stops; it will be back.
        Stopping,
        3 "cancelled"
        /// Nobody waits for the rest of this stream.
        Cancelled,
        4 "busy"
        /// As many streams of this kind are open as may be; try again later.
        Busy,
        5 "refused"
        /// This side does not take part in that.
        Refused,
        6 "too-large"
        /// More bytes in one piece than this side takes here.
        TooLarge,
        7 "internal"
        /// A fault of this side's own.
        Internal,
        8 "replaced"
        /// A newer connection of the same pair took its place.
        Replaced,
        9 "duplicate"
        /// The pair has a living connection already, and that one stays.
        Duplicate,
        10 "unpinned"
        /// The other side's keys are no longer those of its card.
        Unpinned,
        11 "too-slow"
        /// A wait took longer than it may.
        TooSlow,
    }
}

causes! {
    /// What a peer did that ends the connection: it broke a rule of the link.
    Rejection {
        64 "hello-expected"
        /// The first frame is no hello.
        HelloExpected,
        65 "hello-again"
        /// A hello after the first frame.
        HelloAgain,
        66 "bad-hello"
        /// A hello that is not of its form.
        BadHello,
        67 "wrong-party"
        /// A hello from or to another party than this connection is between.
        WrongParty,
        68 "wrong-pq-key"
        /// The ML-DSA-44 key is not the one that the card names.
        WrongPqKey,
        69 "bad-signature"
        /// The Ed25519 signature does not hold for this channel.
        BadSignature,
        70 "bad-pq-signature"
        /// The ML-DSA-44 signature does not hold for this channel.
        BadPqSignature,
        71 "no-common-version"
        /// Both speak, but no version of the link in common.
        NoCommonVersion,
        72 "unknown-frame"
        /// A frame of no type that there is.
        UnknownFrame,
        73 "frame-too-long"
        /// A frame above the limit.
        FrameTooLong,
        74 "bad-length"
        /// A frame whose length is not that of its type.
        BadLength,
        75 "bad-padding"
        /// Padding that is not zeros.
        BadPadding,
        76 "wrong-stream"
        /// A stream number where none is due, or none where one is.
        WrongStream,
        77 "bad-stream-number"
        /// A stream opened under a number that is not the next of its side.
        BadStreamNumber,
        78 "unknown-stream"
        /// A frame of a stream that was never opened.
        UnknownStream,
        79 "unknown-kind"
        /// A stream of no kind that there is.
        UnknownKind,
        80 "no-credit"
        /// More bytes on a stream than were granted.
        NoCredit,
        81 "bad-credit"
        /// A grant below the least, or above the window.
        BadCredit,
        82 "after-finish"
        /// Bytes on a stream after its end.
        AfterFinish,
        83 "half-a-piece"
        /// A stream that ends before the piece it has begun.
        HalfAPiece,
        84 "late-frame"
        /// More on a stream that was reset than can have been under way.
        LateFrame,
        85 "unasked-pong"
        /// An answer to no ping of ours.
        UnaskedPong,
        86 "ping-again"
        /// A ping while the one before has no answer yet.
        PingAgain,
        87 "unknown-code"
        /// An end for a cause that there is not.
        UnknownCode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_come_back_and_are_apart() {
        let codes = Code::ALL.iter().map(|code| (code.number(), code.name()));
        let rejections = Rejection::ALL.iter().map(|rejection| (rejection.number(), rejection.name()));
        let all: Vec<_> = codes.chain(rejections).collect();
        let mut apart = all.clone();
        apart.sort_unstable();
        apart.dedup_by(|a, b| a.0 == b.0 || a.1 == b.1);
        assert_eq!(apart.len(), all.len());
        assert!(Code::ALL.iter().all(|code| Code::of(code.number()) == Some(*code)));
        assert!(Rejection::ALL.iter().all(|one| Rejection::of(one.number()) == Some(*one)));
    }
}
