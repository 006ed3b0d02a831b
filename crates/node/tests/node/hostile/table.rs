//! The table: what is sent, and what must come of it.

use super::stage::{Stage, kinds, open, own_entries, snapshot, take, told};
use super::{archive, forks, json, leaves, notes, parts};

/// What must come of a packet.
#[derive(Clone, Copy)]
pub(crate) enum Expect {
    /// Refused by this name; nothing changes.
    Refused(&'static str),
    /// Taken, and nothing changes.
    Harmless,
    /// Refused with evidence of this kind, which is logged, and the log is frozen.
    Fork(&'static str),
    /// Taken as a new entry of a's log, with evidence of these kinds logged and this effect.
    Leaf(&'static [&'static str], &'static str),
}

/// One line.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) packet: Vec<u8>,
    pub(crate) expect: Expect,
}

pub(crate) fn refused(name: impl Into<String>, packet: Vec<u8>, why: &'static str) -> Case {
    Case { name: name.into(), packet, expect: Expect::Refused(why) }
}

pub(crate) fn all(stage: &Stage) -> Vec<Case> {
    let parts = [archive::cases, json::cases, parts::cases, notes::cases, forks::cases, leaves::cases];
    parts.into_iter().flat_map(|cases| cases(stage)).collect()
}

#[test]
fn a_hostile_packet_ends_as_the_table_says() {
    let stage = Stage::new();
    let cases = all(&stage);
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "names are single");
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let mut faults = Vec::new();
    let (home, path) = stage.copy();
    let mut accord = open(&home, &path);
    let before = snapshot(&accord);
    let mut counts = [0; 4];
    for case in &cases {
        let fault = match case.expect {
            Expect::Refused(why) => {
                counts[0] += 1;
                let got = take(&mut accord, &case.packet).map(drop).map_err(|error| told(&error));
                (got != Err(why.to_owned())).then(|| format!("{got:?}, not {why}"))
            }
            Expect::Harmless => {
                counts[1] += 1;
                take(&mut accord, &case.packet).err().map(|error| told(&error))
            }
            Expect::Fork(kind) => {
                counts[2] += 1;
                fork(&stage, &case.packet, kind).err()
            }
            Expect::Leaf(kinds, effect) => {
                counts[3] += 1;
                leaf(&stage, &case.packet, kinds, effect).err()
            }
        };
        faults.extend(fault.map(|fault| format!("{}: {fault}", case.name)));
        if matches!(case.expect, Expect::Refused(_) | Expect::Harmless) && snapshot(&accord) != before {
            faults.push(format!("{}: something changed", case.name));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
    // After all of them, what is honest is taken as if nothing had been.
    let taken = take(&mut accord, &stage.honest).unwrap();
    assert!(!taken.new.is_empty() && taken.evidence.is_empty());
    println!("{} cases: {counts:?} refused, harmless, forks, leaves", cases.len());
}

/// Takes a packet with a fork on a copy: evidence kept, two own entries, nothing else; then others are heard.
fn fork(stage: &Stage, packet: &[u8], kind: &str) -> Result<(), String> {
    let (home, path) = stage.copy();
    let mut accord = open(&home, &path);
    let (own, sizes) = (accord.own_size(), others(&accord));
    let got = take(&mut accord, packet).map(drop).map_err(|error| told(&error));
    check("refusal", &got, &Err("fork".to_owned()))?;
    let evidence = accord.record().evidence_hashes().unwrap();
    check("kinds", &kinds(&accord, &evidence), &vec![kind])?;
    let own_now = own_entries(&accord, own);
    check("own entries", &own_now, &vec!["evidence took".to_owned(), "freeze took".to_owned()])?;
    check("other logs", &others(&accord), &sizes)?;
    // The same again says nothing new, and does not keep anybody else from being heard.
    check("again", &take(&mut accord, packet).map(drop).map_err(|error| told(&error)), &Ok(()))?;
    check("own size", &accord.own_size(), &(own + 2))?;
    let honest = take(&mut accord, &stage.honest).map_err(|error| told(&error))?;
    let from_c = honest.cosigned.iter().any(|(log, _)| log.party.as_str() == "c");
    check("honest after", &(from_c, honest.cosigned.len()), &(true, 1))?;
    drop(accord);
    let digest = open(&home, &path).recovering();
    check("recovering", &digest, &Vec::new())
}

/// Takes a packet with one bad entry: it is stored and cosigned, with evidence as the table says.
fn leaf(stage: &Stage, packet: &[u8], due: &[&str], effect: &str) -> Result<(), String> {
    let (home, path) = stage.copy();
    let mut accord = open(&home, &path);
    let own = accord.own_size();
    let taken = take(&mut accord, packet).map_err(|error| told(&error))?;
    let new: Vec<String> = taken.new.iter().map(|new| new.effect.to_string()).collect();
    check("effect", &new, &vec![effect.to_owned()])?;
    check("cosigned", &taken.cosigned.len(), &1)?;
    check("kinds", &kinds(&accord, &accord.record().evidence_hashes().unwrap()), &due.to_vec())?;
    // What is sent here are receipts, and they are not receipted. What has no effect is told, but for what nobody
    // can know yet.
    let mut entries = vec!["evidence took".to_owned(); due.len()];
    let is_told = effect.starts_with("no effect")
        && !["no effect: unknown-type", "no effect: unknown-target"].contains(&effect);
    entries.extend(is_told.then(|| "error took".to_owned()));
    check("own entries", &own_entries(&accord, own), &entries)?;
    let before = snapshot(&accord);
    check("again", &take(&mut accord, packet).map(drop).map_err(|error| told(&error)), &Ok(()))?;
    check("again", &snapshot(&accord), &before)?;
    take(&mut accord, &stage.honest).map(drop).map_err(|error| format!("honest: {}", told(&error)))
}

fn others(accord: &detente_node::Accord<'_>) -> Vec<(String, u64)> {
    let logs = accord.record().logs().unwrap();
    let others = logs.into_iter().filter(|log| !log.origin.as_str().ends_with("/b/0"));
    others.map(|log| (log.origin.to_string(), log.size)).collect()
}

fn check<T: PartialEq + std::fmt::Debug>(what: &str, got: &T, due: &T) -> Result<(), String> {
    if got == due { Ok(()) } else { Err(format!("{what}: {got:?}, not {due:?}")) }
}
