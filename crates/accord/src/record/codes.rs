//! Closed sets of words, each with the one way it is written.

/// Declares an enum whose variants are words of a file: `name` writes one, `parse` reads exactly what `name`
/// writes, `ALL` holds them in table order.
macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$what])* $variant,)+ }

        impl $name {
            /// Every one, in table order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word on the wire.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// Reads the word back.
            pub fn parse(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|known| known.name() == word)
            }
        }
    };
}

pub(crate) use codes;
