//! Norms, an inquiry, its denial, an undertaking; and the record of it before somebody who trusts neither side.

use serde_json::Value;

use super::{Stage, exchange_quietly, unexpected};
use crate::exit::{Exit, Failure};

/// The norms of the story: what each is between the two at its end.
const NORMS: [(&str, &str); 3] = [("E2", "as-written"), ("E3", "modified"), ("E4", "as-written")];
/// The receipt of A for the match: the third thing that it said to B, after its terms and its list.
const RECEIPT: &str = "cert-a>cert-b 3";
/// What is changed in the copy of the bundle: a public field of the denial, past this name.
const TAMPERED_FIELD: &[u8] = b"\"search\":\"";
const BUNDLE: &str = "case.detente.tar";
const TAMPERED: &str = "tampered.detente.tar";

/// Whether three norms are in force, one of them as a reservation modifies it.
pub(super) fn norms(stage: &Stage<'_>) -> Result<bool, Failure> {
    stage.head("3. They agree on three norms for elections; B accepts one only with a reservation")?;
    stage.say(
        "E2: no intrusion into the mail of those who stand in elections, serve or run them. E3: no use of material\n\
         that an intrusion obtained. E4: answer in time, and say so if you will not answer.",
    )?;
    let import = ["norm", "import", "starter", "--norm", "E2", "--norm", "E3", "--norm", "E4"];
    let choose = ["--choose", "E2.b1=a", "--choose", "E3.b1=a", "--choose", "E4.b1=a"];
    stage.run(&[&import[..], &choose, &["--yes", "--home", "a"]].concat(), Exit::Done)?;
    exchange_quietly(stage)?;
    let text = "E3 does not prevent comment on material that is already in the public domain.";
    let reserve = ["reserve", "E3", "--kind", "counter-proposal", "--effect", "modify", "--text", text];
    stage.run(&[&reserve[..], &["--yes", "--home", "b"]].concat(), Exit::Done)?;
    exchange_quietly(stage)?;
    stage.run(&["reserve", "accept", &reservation(stage)?, "--yes", "--home", "a"], Exit::Done)?;
    agree(stage)?;
    let table = ["norm", "table", "--home", "a"];
    stage.run(&table, Exit::Done)?;
    let table = stage.json(&table)?;
    let cells = table["cells"].as_array().ok_or_else(|| unexpected("norm table"))?;
    let are = cells.iter().map(|cell| (cell["code"].as_str(), cell["state"].as_str()));
    Ok(are.eq(NORMS.map(|(code, state)| (Some(code), Some(state)))))
}

/// The number of what A may object to: the reservation.
fn reservation(stage: &Stage<'_>) -> Result<String, Failure> {
    let desk = stage.json(&["desk", "--home", "a"])?;
    desk["may_object"][0]["number"].as_str().map(str::to_owned).ok_or_else(|| unexpected("desk"))
}

/// Both agree to each norm; one of six is told.
fn agree(stage: &Stage<'_>) -> Result<(), Failure> {
    for home in ["a", "b"] {
        for (norm, _) in NORMS {
            let agree = ["norm", "agree", norm, "--yes", "--home", home];
            if (norm, home) == ("E2", "a") {
                stage.run(&agree, Exit::Done)?;
                stage.say("A agrees to E3 and E4 in the same way, and B to all three.")?;
            } else {
                stage.ends(&agree, Exit::Done)?;
            }
        }
        exchange_quietly(stage)?;
    }
    Ok(())
}

/// A asks; gives the number of the inquiry.
pub(super) fn ask(stage: &Stage<'_>) -> Result<String, Failure> {
    stage.head(
        "11. A match is not an answer. So A asks B, under norm E2; the clocks start when B's node has it",
    )?;
    exchange_quietly(stage)?;
    let inquire = ["inquire", "--to", "cert-b", "--kind", "incident", "--prec", "priority", "--norm", "E2"];
    let words = ["--about", RECEIPT, "--text", "Don't hack into the emails.", "--without-prejudice"];
    stage.run(&[&inquire[..], &words, &["--yes", "--home", "a"]].concat(), Exit::Done)?;
    exchange_quietly(stage)?;
    stage.say("B opens its desk: what it owes, by the nearest deadline.")?;
    let desk = ["desk", "--home", "b"];
    stage.run(&desk, Exit::Done)?;
    owed(&stage.json(&desk)?, "INQ")
}

/// The whole number of the first matter of a sort that the desk says we owe something in.
fn owed(desk: &Value, code: &str) -> Result<String, Failure> {
    let owed = desk["we_owe"].as_array().ok_or_else(|| unexpected("desk"))?;
    let row = owed.iter().find(|row| row["code"] == code);
    row.and_then(|row| row["number"].as_str()).map(str::to_owned).ok_or_else(|| unexpected("desk"))
}

/// What people call an entry where one number fits: 5 for `cert-a>cert-b 2026/005`.
fn short(number: &str) -> &str {
    number.rsplit('/').next().unwrap_or(number).trim_start_matches('0')
}

/// B acknowledges and denies.
pub(super) fn deny(stage: &Stage<'_>, inquiry: &str) -> Result<(), Failure> {
    stage.head(
        "12. B denies, and says exactly what it denies, what it does not address, and that it has searched",
    )?;
    stage.run(&["ack", short(inquiry), "--yes", "--home", "b"], Exit::Done)?;
    let deny = ["reply", "deny", short(inquiry), "--text", "But we didn't."];
    let exactly =
        ["--levels", "ordered,coordinated,executed", "--not-addressed", "encouraged", "--search", "yes"];
    stage.run(&[&deny[..], &exactly, &["--yes", "--home", "b"]].concat(), Exit::Done)?;
    exchange_quietly(stage)
}

/// A contests; whether the record says so.
pub(super) fn contest(stage: &Stage<'_>, inquiry: &str) -> Result<bool, Failure> {
    stage.head(
        "13. A contests. The record does not say who is right: it shows what each said, and when it arrived",
    )?;
    let thread = ["thread", inquiry, "--home", "a"];
    let before = stage.json(&thread)?;
    let entries = before["entries"].as_array().ok_or_else(|| unexpected("thread"))?;
    let denial =
        entries.iter().find(|entry| entry["kind"] == "denial").and_then(|entry| entry["number"].as_str());
    let denial = short(denial.ok_or_else(|| unexpected("thread"))?);
    let contest = ["contest", denial, "--text", "So you say.", "--without-prejudice", "--yes", "--home", "a"];
    stage.run(&contest, Exit::Done)?;
    exchange_quietly(stage)?;
    stage.run(&thread, Exit::Done)?;
    Ok(stage.json(&thread)?["phase"] == "contested")
}

/// A offers an undertaking, B accepts; whether it runs.
pub(super) fn undertake(stage: &Stage<'_>, inquiry: &str) -> Result<bool, Failure> {
    stage.head("14. They need not agree on what was to agree on what will be: for 60 days, with a review")?;
    let offer =
        ["undertake", "offer", "--to", "cert-b", "--starts", "0d", "--until", "60d", "--review", "90d"];
    let words = ["--about", inquiry, "--text", "Just make sure you don't.", "--without-prejudice"];
    stage.run(&[&offer[..], &words, &["--yes", "--home", "a"]].concat(), Exit::Done)?;
    exchange_quietly(stage)?;
    let offered = owed(&stage.json(&["desk", "--home", "b"])?, "UND")?;
    let accept = ["undertake", "accept", short(&offered), "--text", "Ok.", "--without-prejudice"];
    stage.run(&[&accept[..], &["--yes", "--home", "b"]].concat(), Exit::Done)?;
    exchange_quietly(stage)?;
    let thread = ["thread", &offered, "--home", "a"];
    stage.run(&thread, Exit::Done)?;
    Ok(stage.json(&thread)?["phase"] == "running")
}

/// The record at a glance.
pub(super) fn look_back(stage: &Stage<'_>) -> Result<(), Failure> {
    stage.head("15. The record at a glance, and what it cannot show")?;
    stage.run(&["overview", "--home", "a"], Exit::Done)?;
    Ok(())
}

/// Writes the bundle of what B said; gives the number of the accord.
pub(super) fn export(stage: &Stage<'_>) -> Result<String, Failure> {
    stage.head("16. Neither can deny it or delete it unseen: a stranger checks it, offline")?;
    let shown = stage.json(&["accord", "show", "--home", "a"])?;
    let accord = shown["accord"].as_str().ok_or_else(|| unexpected("accord show"))?;
    let range = format!("cert-b/0/0..{}", held(&shown, "cert-b/0").ok_or_else(|| unexpected("accord show"))?);
    stage.run(&["bundle", "export", "--entries", &range, "-o", BUNDLE, "--home", "a"], Exit::Done)?;
    Ok(accord.to_owned())
}

/// How many entries of a log the other side has stored.
fn held(shown: &Value, log: &str) -> Option<u64> {
    let logs = shown["logs"].as_array()?;
    let of_log = logs.iter().find(|entry| entry["log"] == log)?;
    of_log["held_by"].as_object()?.values().filter_map(Value::as_u64).max()
}

/// Whether an outsider verifies it.
pub(super) fn verify(stage: &Stage<'_>, accord: &str) -> Result<bool, Failure> {
    stage.say(
        "An outsider gets this one file, and the accord's number from a printed page. The words stay sealed:\n\
         it proves who said what kind of thing, by when, and that nothing is left out; not that it is true.",
    )?;
    let verify = ["verify", BUNDLE, "--accord", accord];
    let verdict = stage.ends(&verify, Exit::Done)?;
    stage.show(&verify, &excerpt(&verdict))?;
    let document = stage.ends(&["verify", BUNDLE, "--accord", accord, "--json"], Exit::Done)?;
    is_verdict(&document, "verified")
}

/// Of what `verify` prints: the verdict, that nothing is left out, and the denial.
fn excerpt(verdict: &str) -> String {
    let blocks = verdict.trim_end().split("\n\n").enumerate();
    let told = blocks
        .filter(|(place, block)| *place < 2 || (block.starts_with("said ") && block.contains("(denial, ")));
    let lines = told.flat_map(|(_, block)| block.lines().chain(["…"]));
    // The verdict is followed by the first block at once.
    lines.enumerate().filter(|(place, _)| *place != 1).map(|(_, line)| format!("    {line}\n")).collect()
}

/// Whether a copy with one bit changed inside the denial is refused.
pub(super) fn verify_tampered(stage: &Stage<'_>, accord: &str) -> Result<bool, Failure> {
    stage.head("17. Somebody changes one byte of a copy, in the denial. It is refused")?;
    let bytes = stage.read(BUNDLE)?;
    let field = bytes.windows(TAMPERED_FIELD.len()).position(|window| window == TAMPERED_FIELD);
    let at = field.ok_or_else(|| unexpected("bundle export"))?.saturating_add(TAMPERED_FIELD.len());
    stage.tamper(BUNDLE, TAMPERED, at)?;
    let verify = ["verify", TAMPERED, "--accord", accord];
    stage.run(&verify, Exit::Negative)?;
    let document = stage.ends(&[&verify[..], &["--json"]].concat(), Exit::Negative)?;
    is_verdict(&document, "not-verified")
}

fn is_verdict(document: &str, verdict: &str) -> Result<bool, Failure> {
    let document: Value = serde_json::from_str(document).map_err(|_| unexpected("verify"))?;
    Ok(document["verdict"] == verdict)
}
