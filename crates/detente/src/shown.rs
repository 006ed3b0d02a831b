//! How ids, parties and files are shown, the same in every command.

use std::path::Path;

use detente_accord::Rejection;
use detente_indicators::Kind;
use detente_store::Peer;

use crate::exit::Failure;
use crate::tui::quoted;

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The first digits of a hash, enough for a person to tell runs apart.
pub(crate) fn short(bytes: &[u8]) -> String {
    hex(&bytes[..bytes.len().min(8)])
}

/// `any type`, or the names of the types.
pub(crate) fn kinds(kinds: &[Kind]) -> String {
    if kinds.len() == Kind::ALL.len() {
        return "any type".to_owned();
    }
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
}

/// `"CERT-B" (cert-b)`.
pub(crate) fn described(peer: &Peer) -> String {
    format!("{} ({})", quoted(&peer.card.fields().name), peer.card.id())
}

/// The name of a path for a message.
pub(crate) fn path(path: &Path) -> String {
    path.display().to_string()
}

/// Turns a rejection about a file into a failure that names the file.
pub(crate) fn about(path: &std::path::Path) -> impl Fn(Rejection) -> Failure + '_ {
    move |rejection| Failure::from(rejection).about(path.display())
}
