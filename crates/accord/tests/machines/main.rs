//! docs/machines.md is the tables of the program: a reader compares them with the handbook, this test with the code.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fmt::Write;

use detente_accord::talks::room::{NORM_STEPS, TEXT_STEPS, TURNS};
use detente_accord::talks::{
    Phase, Side, Step, claim, comcheck, contact, disclosure, exercise, exhibit, inquiry, notice, observer,
    remark, suspension, undertaking, verification,
};

/// Set, it writes the page anew instead of comparing.
const WRITE: &str = "DETENTE_WRITE_MACHINES";
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/machines.md");
const HEAD: &str = "# Machines of the talks

One table a kind of thread: which act of which side has a place in which phase, and where it leads. What opens a
thread, what a view is, and when clocks start stands in [PROTOCOL.md](../PROTOCOL.md), section 23; further guards stand
with the machines in `crates/accord/src/talks/`. An act without a row is refused: `not-in-thread` if no row has it,
`not-yours` if no row has it for that side, `wrong-phase` otherwise. Opener and addressee are those of the entry that
opened the thread.

This page is made from the tables of the program; a test holds it to them (`cargo test -p detente-accord --test
machines`, with `DETENTE_WRITE_MACHINES=1` to write it anew).
";

#[test]
fn the_page_is_the_tables() {
    let page = page();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(PAGE).unwrap_or_default(), page);
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    machine(&mut page, "Notice", notice::STEPS);
    machine(&mut page, "Inquiry", inquiry::STEPS);
    machine(&mut page, "Undertaking", undertaking::STEPS);
    machine(&mut page, "Claim", claim::STEPS);
    machine(&mut page, "Exhibit", exhibit::STEPS);
    machine(&mut page, "Comcheck", comcheck::STEPS);
    machine(&mut page, "Verification", verification::STEPS);
    machine(&mut page, "Observer", observer::STEPS);
    machine(&mut page, "Note, gap or request of an observer", remark::STEPS);
    machine(&mut page, "Contact", contact::STEPS);
    machine(&mut page, "Disclosure", disclosure::STEPS);
    machine(&mut page, "Exercise", exercise::STEPS);
    machine(&mut page, "Suspension", suspension::STEPS);
    machine(&mut page, "Text (in the room)", TEXT_STEPS);
    machine(&mut page, "Norm (in the room)", NORM_STEPS);
    brackets(&mut page);
    page
}

fn machine<P: Phase>(page: &mut String, name: &str, steps: &[Step<P>]) {
    writeln!(page, "\n## {name}\n\n| act | whose | in | leads to |\n|---|---|---|---|").unwrap();
    for step in steps {
        let (kind, act) = step.act;
        let to = step.to.map_or("–", Phase::word);
        writeln!(page, "| `{kind}` {act} | {} | {} | {to} |", side(step.by), words(step.from)).unwrap();
    }
}

fn brackets(page: &mut String) {
    page.push_str(
        "\n## Bracket (in the room)\n\n| `unbracket` how | by | in | leads to |\n|---|---|---|---|\n",
    );
    for turn in TURNS {
        let by = if turn.at_once { "one party" } else { "every party's last word" };
        writeln!(page, "| {} | {by} | {} | {} |", turn.how, words(turn.from), turn.to.word()).unwrap();
    }
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Opener => "opener",
        Side::Addressee => "addressee",
        Side::Either => "either of the two",
        Side::Anybody => "anybody",
        Side::Observer => "an observer",
    }
}

fn words<P: Phase>(phases: &[P]) -> String {
    phases.iter().map(|phase| phase.word()).collect::<Vec<_>>().join(", ")
}
