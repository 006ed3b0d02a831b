//! Defences that a run can do without, to show that it notices. They are those that rest on what drives the writer and
//! the machines; what a packet may not say is for the table of hostile packets.

/// A defence that is taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sabotage {
    /// What was sent counts as taken, without a word from the peer.
    SentIsTaken,
    /// What is new is not told to the machines.
    NothingIsNew,
    /// A line is never found to be dead.
    NeverSilent,
    /// A node dials each peer once.
    OneDial,
    /// A home that goes back to an old copy signs on at once.
    OldCopySigns,
    /// A restored home goes on with what it has, by hand, without a peer.
    NobodyAsked,
    /// A restored home does not take up its log again.
    NoRecovery,
    /// What was acknowledged was not on disk when the process was killed.
    NotOnDisk,
    /// Of two that begin at once neither gives way to the other.
    BothGoOn,
    /// The answer to one exchange counts for the next.
    AnyAnswer,
}

impl Sabotage {
    pub(crate) const ALL: [(&str, Sabotage); 10] = [
        ("sent-is-taken", Sabotage::SentIsTaken),
        ("nothing-is-new", Sabotage::NothingIsNew),
        ("never-silent", Sabotage::NeverSilent),
        ("one-dial", Sabotage::OneDial),
        ("old-copy-signs", Sabotage::OldCopySigns),
        ("nobody-asked", Sabotage::NobodyAsked),
        ("no-recovery", Sabotage::NoRecovery),
        ("not-on-disk", Sabotage::NotOnDisk),
        ("both-go-on", Sabotage::BothGoOn),
        ("any-answer", Sabotage::AnyAnswer),
    ];
}
