//! Cards, the accord, a match by files with its receipts, and the budget.

use detente_accord::words::NOT_ATTRIBUTION;

use super::{Stage, exchange, unexpected};
use crate::exit::{Exit, Failure};

/// Where the tampered copy of the answer is changed: inside the body, past header and statements.
const TAMPERED_BYTE: usize = 9_000;
/// What B still gives A when it has had enough of questions: fewer items than one more question has.
const BUDGET: &str = "1000";

/// What the match showed.
pub(super) struct Matched {
    pub(super) common_count: u64,
    pub(super) tampered_caught: bool,
}

/// Homes and compared cards.
pub(super) fn meet(stage: &Stage<'_>) -> Result<(), Failure> {
    stage.head("1. Each makes a home and a card; a person compares six words by telephone")?;
    stage.run(&["init", "CERT-A", "--home", "a"], Exit::Done)?;
    stage.run(&["init", "CERT-B", "--home", "b"], Exit::Done)?;
    stage.run(&["card", "--home", "a", "-o", "a.card"], Exit::Done)?;
    stage.run(&["card", "--home", "b", "-o", "b.card"], Exit::Done)?;
    let a_words = stage.run(&["card", "--words", "--home", "a"], Exit::Done)?;
    let b_words = stage.run(&["card", "--words", "--home", "b"], Exit::Done)?;
    for (card, words, home) in [("b.card", b_words, "a"), ("a.card", a_words, "b")] {
        let add = ["peer", "add", card, "--words", words.trim(), "--compared", "call", "--home", home];
        stage.run(&add, Exit::Done)?;
    }
    Ok(())
}

/// A charter that both sign, each with two offices.
pub(super) fn found(stage: &Stage<'_>) -> Result<(), Failure> {
    stage
        .head("2. They found an accord: what each says stands in a log that the other stores and cosigns")?;
    stage.say("Each names a second office, chief: what binds takes two signatures.")?;
    for (home, file) in [("a", "a.offer"), ("b", "b.offer")] {
        stage
            .run(&["accord", "offer", "--office", "chief=hod,ro", "-o", file, "--home", home], Exit::Done)?;
    }
    let charter =
        ["accord", "new", "--ours", "a.offer", "--with", "b.offer", "-o", "charter.dtn", "--home", "a"];
    stage.run(&charter, Exit::Done)?;
    stage.run(&["accord", "sign", "charter.dtn", "--yes", "--home", "a"], Exit::Done)?;
    stage.ends(&["accord", "sign", "charter.dtn", "--yes", "--home", "b"], Exit::Done)?;
    stage.say("B reads the same and signs it too.")?;
    stage.say("Then a packet each way, by any mail or stick; and again after each of the steps below.")?;
    exchange(stage)
}

/// A asks, B answers, a changed answer is caught, the true one is opened.
pub(super) fn match_by_files(stage: &Stage<'_>) -> Result<Matched, Failure> {
    stage.head(
        "4. A asks. The file holds signed terms and blinded items: nothing that B, or the mail, can read",
    )?;
    let purpose = "which of these are Tor relays?";
    let ask = [
        "ask",
        "grizzly-steppe.csv",
        "--peer",
        "cert-b",
        "--purpose",
        purpose,
        "-o",
        "ask.dtn",
        "--home",
        "a",
    ];
    stage.run(&ask, Exit::Done)?;
    stage.head("5. B reads the terms in words, and answers")?;
    stage.run(
        &["answer", "ask.dtn", "tor-nodes.txt", "--yes", "-o", "answer.dtn", "--home", "b"],
        Exit::Done,
    )?;

    stage.head("6. Somebody changes one byte of the answer on its way. A notices")?;
    stage.tamper("answer.dtn", "tampered.dtn", TAMPERED_BYTE)?;
    let caught = stage.run(&["open", "tampered.dtn", "--home", "a"], Exit::Integrity)?;

    stage.head(
        "7. The true answer: A learns what is in common, B learns only that A asked, and about how many",
    )?;
    let open = ["open", "answer.dtn", "-o", "result.dtn", "--csv", "result.csv", "--home", "a"];
    stage.run(&open, Exit::Done)?;
    let opened = stage.json(&["open", "answer.dtn", "--home", "a"])?;
    let common_count = opened["common_count"].as_u64().ok_or_else(|| unexpected("open"))?;
    Ok(Matched { common_count, tampered_caught: caught.contains("bad-signature") })
}

/// How many of the addresses are on the warninglist.
pub(super) fn doubt(stage: &Stage<'_>) -> Result<u64, Failure> {
    stage.head("8. The lesson: a match is not attribution")?;
    stage.say(&format!(
        "These addresses are Tor relays: anybody may have come from them. And many of the rest belong to VPN\n\
         providers, as a public warninglist shows. Remember:\n{NOT_ATTRIBUTION}."
    ))?;
    let list =
        ["list", "show", "grizzly-steppe.csv", "--types", "ipv4", "--warninglist", "vpn-ipv4.json.zst"];
    stage.run(&list, Exit::Done)?;
    let shown = stage.json(&list)?;
    shown["dropped"]["warninglist"].as_u64().ok_or_else(|| unexpected("list show"))
}

/// Whether each side verifies the receipt of the other.
pub(super) fn show_receipts(stage: &Stage<'_>) -> Result<bool, Failure> {
    stage.head("9. Both hold a signed receipt; each checks the other's")?;
    stage.run(&["receipt", "add", "result.dtn", "--home", "b"], Exit::Done)?;
    let listed = stage.json(&["receipt", "list", "--home", "a"])?;
    let run = listed["receipts"][0]["run"]
        .as_str()
        .and_then(|run| run.get(..8))
        .ok_or_else(|| unexpected("receipt list"))?;
    stage.run(&["receipt", "show", run, "-o", "a.receipt", "--home", "a"], Exit::Done)?;
    stage.run(&["receipt", "show", run, "-o", "b.receipt", "--home", "b"], Exit::Done)?;
    let of_b = stage.run(&["receipt", "verify", "b.receipt", "--home", "a"], Exit::Done)?;
    let of_a = stage.run(&["receipt", "verify", "a.receipt", "--home", "b"], Exit::Done)?;
    stage.say(
        "And each can prove its own conduct: the kept seed and the list give the same files, byte for byte.",
    )?;
    stage.run(&["receipt", "replay", run, "tor-nodes.txt", "--home", "b"], Exit::Done)?;
    Ok(of_a.starts_with("verified") && of_b.starts_with("verified"))
}

/// Whether B refuses what is over its budget.
pub(super) fn overspend(stage: &Stage<'_>) -> Result<bool, Failure> {
    stage.head(
        "10. A party can ask about guesses. So B gives each peer a budget, and refuses what is over it",
    )?;
    stage.run(&["peer", "set", "cert-a", "--budget", BUDGET, "--home", "b"], Exit::Done)?;
    stage.run(
        &["ask", "grizzly-steppe.csv", "--peer", "cert-b", "-o", "again.dtn", "--home", "a"],
        Exit::Done,
    )?;
    let answer = ["answer", "again.dtn", "tor-nodes.txt", "--yes", "-o", "again-answer.dtn", "--home", "b"];
    let refused = stage.run(&answer, Exit::Refused)?;
    Ok(refused.contains("over-budget"))
}
