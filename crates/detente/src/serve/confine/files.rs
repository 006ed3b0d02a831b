//! Files and ports: Landlock.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

/// The level that is asked for: files, ports, signals and abstract sockets. A kernel that knows less gives less.
const LEVEL: ABI = ABI::V6;

/// Confines this thread to the home, and to reading these files and folders. The level in force, if there is one.
pub(super) fn confine(home: &Path, readable: &[PathBuf]) -> Option<String> {
    let status = rules(home, readable).and_then(RulesetCreated::restrict_self).ok()?;
    let level = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => format!("{:?}", effective_abi.min(LEVEL)),
        _ => return None,
    };
    match status.ruleset {
        RulesetStatus::FullyEnforced => Some(level.trim_start_matches('V').to_owned()),
        RulesetStatus::PartiallyEnforced => Some(format!("{} in part", level.trim_start_matches('V'))),
        RulesetStatus::NotEnforced => None,
    }
}

/// Ports: none may be bound any more. Which ports peers have is on their cards, which change while the node runs, so
/// connecting is not bounded here; addresses come from compared cards alone.
fn rules(home: &Path, readable: &[PathBuf]) -> Result<RulesetCreated, RulesetError> {
    let all = AccessFs::from_all(LEVEL);
    let write = all & !(AccessFs::Execute | AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev);
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .handle_access(AccessNet::BindTcp)?
        .scope(Scope::from_all(LEVEL))?
        .create()?;
    if let Ok(home) = PathFd::new(home) {
        ruleset = ruleset.add_rule(PathBeneath::new(home, write))?;
    }
    for path in readable {
        let Ok(opened) = PathFd::new(path) else { continue };
        let access =
            if path.is_dir() { AccessFs::ReadFile | AccessFs::ReadDir } else { AccessFs::ReadFile.into() };
        ruleset = ruleset.add_rule(PathBeneath::new(opened, access))?;
    }
    Ok(ruleset)
}
