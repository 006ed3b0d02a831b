//! The story half-way: two parties and an observer have founded an accord and agreed on norms; A has asked, and B has
//! not answered yet. What comes next is clicked.

use super::Stage;
use crate::exit::{Exit, Failure};

/// The homes with the party that each belongs to.
pub(super) const HOMES: [(&str, &str); 3] = [("a", "CERT-A"), ("b", "CERT-B"), ("o", "Observer")];

const TITLE: &str = "Demonstration: mail of campaigns";

/// Brings three new homes to the middle of the story.
pub(super) fn tell(stage: &Stage<'_>) -> Result<(), Failure> {
    meet(stage)?;
    found(stage)?;
    agree(stage)?;
    ask(stage)
}

fn meet(stage: &Stage<'_>) -> Result<(), Failure> {
    for (home, name) in HOMES {
        stage.ends(&["init", name, "--home", home], Exit::Done)?;
        stage.ends(&["card", "-o", &format!("{home}.card"), "--home", home], Exit::Done)?;
    }
    for (home, other) in pairs() {
        let words = stage.ends(&["card", "--words", "--home", other], Exit::Done)?;
        let (card, words) = (format!("{other}.card"), words.trim());
        let compared = ["peer", "add", &card, "--words", words, "--compared", "call", "--home", home];
        stage.ends(&compared, Exit::Done)?;
    }
    Ok(())
}

fn found(stage: &Stage<'_>) -> Result<(), Failure> {
    for (home, _) in &HOMES[..2] {
        let offer = format!("{home}.offer");
        let offices = ["accord", "offer", "--office", "chief=hod,ro", "-o", &offer, "--home", home];
        stage.ends(&offices, Exit::Done)?;
    }
    let scope = ["--scope", "full-except-sealed", "-o", "o.offer", "--home", "o"];
    stage.ends(&[&["accord", "offer", "--observer"], &scope[..]].concat(), Exit::Done)?;
    let parties = ["--with", "b.offer", "--ours", "a.offer", "--observer", "o.offer"];
    let text = ["--title", TITLE, "-o", "charter.dtn", "--home", "a"];
    stage.ends(&[&["accord", "new"], &parties[..], &text].concat(), Exit::Done)?;
    for (home, _) in HOMES {
        stage.ends(&["accord", "sign", "charter.dtn", "--yes", "--home", home], Exit::Done)?;
    }
    exchange(stage)
}

/// Two norms in force, a third one with a reservation that nobody has answered yet.
fn agree(stage: &Stage<'_>) -> Result<(), Failure> {
    let import = ["norm", "import", "starter", "--norm", "E2", "--norm", "E3", "--norm", "E4"];
    let choose = ["--choose", "E2.b1=a", "--choose", "E3.b1=a", "--choose", "E4.b1=a"];
    stage.ends(&[&import[..], &choose, &["--yes", "--home", "a"]].concat(), Exit::Done)?;
    exchange(stage)?;
    let text = "E3 does not prevent comment on material that is already in the public domain.";
    let reserve = ["reserve", "E3", "--kind", "counter-proposal", "--effect", "modify", "--text", text];
    stage.ends(&[&reserve[..], &["--yes", "--home", "b"]].concat(), Exit::Done)?;
    for norm in ["E2", "E4"] {
        for home in ["a", "b"] {
            stage.ends(&["norm", "agree", norm, "--yes", "--home", home], Exit::Done)?;
        }
    }
    exchange(stage)
}

fn ask(stage: &Stage<'_>) -> Result<(), Failure> {
    let inquire = ["inquire", "--to", "cert-b", "--kind", "incident", "--prec", "priority", "--norm", "E2"];
    let words = ["--text", "Don't hack into the emails.", "--without-prejudice", "--yes", "--home", "a"];
    stage.ends(&[&inquire[..], &words].concat(), Exit::Done)?;
    exchange(stage)
}

/// Packets between all of them, twice: what the first round brought is acknowledged in the second.
fn exchange(stage: &Stage<'_>) -> Result<(), Failure> {
    for (from, to) in pairs().chain(pairs()) {
        let party = HOMES.iter().find(|(home, _)| *home == to).map_or("", |(_, name)| *name).to_lowercase();
        stage.ends(&["sync", "out", "--to", &party, "-o", "packet.dtn", "--home", from], Exit::Done)?;
        stage.ends(&["sync", "in", "packet.dtn", "--home", to], Exit::Done)?;
    }
    Ok(())
}

/// Every home with every other one.
pub(super) fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let homes = || HOMES.iter().map(|(home, _)| *home);
    homes().flat_map(move |one| homes().map(move |other| (one, other))).filter(|(one, other)| one != other)
}
