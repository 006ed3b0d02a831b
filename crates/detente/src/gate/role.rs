//! Roles, and what each may do: one table.

/// What kind of officer somebody is on this node. What an office may sign is the accord's matter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Role {
    /// Reads, and nothing else.
    Observer,
    /// Drafts, says, matches.
    Officer,
    /// That, and peers and keys.
    Admin,
}

impl Role {
    /// All of them.
    pub(crate) const ALL: [Role; 3] = [Role::Observer, Role::Officer, Role::Admin];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Observer => "observer",
            Role::Officer => "officer",
            Role::Admin => "admin",
        }
    }

    /// The role of this name.
    pub(crate) fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What may be done at a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Action {
    /// Looking at anything.
    Read,
    /// Leaving a statement to wait for its release.
    Draft,
    /// Saying what one office may say alone.
    Say,
    /// Releasing a statement that waits.
    Release,
    /// Destroying a statement that waits.
    Discard,
    /// Starting a match.
    StartMatch,
    /// Consenting to a match that a peer asks for.
    ConsentMatch,
    /// Refusing one.
    RefuseMatch,
    /// Taking a bundle or an export of the record out.
    Export,
    /// Adding a peer.
    EnrolPeer,
    /// Removing one.
    RevokePeer,
    /// Changing a peer's budget or match policy.
    SetPeer,
    /// Rotating keys of the record.
    RotateKey,
    /// Stating a less strict marking for what was said.
    LowerMarking,
    /// Erasing content.
    Erase,
    /// Reading what officers did here.
    ReadAudit,
}

/// What an action takes besides the role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Needs {
    /// Being signed in.
    Session,
    /// A touch of the own passkey, for this text.
    Touch,
    /// That, by another officer than the one who prepared it.
    TwoPersons,
}

/// A row of the table.
struct Row {
    action: Action,
    name: &'static str,
    from: Role,
    office: bool,
    needs: Needs,
}

const fn row(action: Action, name: &'static str, from: Role, office: bool, needs: Needs) -> Row {
    Row { action, name, from, office, needs }
}

/// SECURITY.md, T35: two persons publish a denial, start a match, export in bulk, enrol or revoke a peer, rotate a
/// key, lower a marking.
const TABLE: [Row; 16] = [
    row(Action::Read, "read", Role::Observer, false, Needs::Session),
    row(Action::Draft, "draft", Role::Officer, true, Needs::Session),
    row(Action::Say, "say", Role::Officer, true, Needs::Touch),
    row(Action::Release, "release", Role::Officer, true, Needs::TwoPersons),
    row(Action::Discard, "discard", Role::Officer, true, Needs::Session),
    row(Action::StartMatch, "start-match", Role::Officer, true, Needs::TwoPersons),
    row(Action::ConsentMatch, "consent-match", Role::Officer, true, Needs::TwoPersons),
    row(Action::RefuseMatch, "refuse-match", Role::Officer, true, Needs::Session),
    row(Action::Export, "export", Role::Officer, true, Needs::TwoPersons),
    row(Action::EnrolPeer, "enrol-peer", Role::Admin, false, Needs::TwoPersons),
    row(Action::RevokePeer, "revoke-peer", Role::Admin, false, Needs::TwoPersons),
    row(Action::SetPeer, "set-peer", Role::Admin, false, Needs::Touch),
    row(Action::RotateKey, "rotate-key", Role::Admin, true, Needs::TwoPersons),
    row(Action::LowerMarking, "lower-marking", Role::Officer, true, Needs::TwoPersons),
    row(Action::Erase, "erase", Role::Officer, true, Needs::TwoPersons),
    row(Action::ReadAudit, "read-audit", Role::Officer, false, Needs::Session),
];

impl Action {
    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Action> {
        TABLE.iter().map(|row| row.action)
    }

    /// Its name, in the audit log and in approvals.
    pub(crate) fn name(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// The action of this name.
    pub(crate) fn named(name: &str) -> Option<Action> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.action)
    }

    /// What it takes besides the role. What stands in no row takes most.
    pub(crate) fn needs(self) -> Needs {
        self.row().map_or(Needs::TwoPersons, |row| row.needs)
    }

    /// Whether an office of the accord acts.
    pub(crate) fn takes_office(self) -> bool {
        self.row().is_none_or(|row| row.office)
    }

    /// Whether the role may do it.
    pub(crate) fn is_open_to(self, role: Role) -> bool {
        self.row().is_some_and(|row| role >= row.from)
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.action == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_row_and_a_name_of_its_own() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.action as usize, at, "{}", row.name);
            assert_eq!(Action::named(row.name), Some(row.action));
        }
        assert_eq!(Action::all().count(), Action::ReadAudit as usize + 1);
    }
}
