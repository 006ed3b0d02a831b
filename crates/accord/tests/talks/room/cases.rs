//! Worked cases of reservations, each with the article of the Vienna Convention on the Law of Treaties it rests on
//! (or the guide to practice, where that is what there is), and what the table of pairs says in the end.

use detente_accord::record::{Position, Regime, Rules};

use super::{Table, object, reserve, withdraw};
use crate::world::{DAY, saying};

struct Case {
    name: &'static str,
    article: &'static str,
    parties: &'static [&'static str],
    rules: fn(&mut Rules),
    /// What happens to the norm; a proposed it.
    story: fn(&mut Table, &Position),
    /// What each cell says in the end.
    cells: &'static [&'static str],
}

const TWO: &[&str] = &["a", "b"];
const THREE: &[&str] = &["a", "b", "c"];

fn plain(_: &mut Rules) {}

/// b reserves before anybody agrees, then all agree.
fn reserved(table: &mut Table, norm: &Position, effect: &str) -> Position {
    let reservation = table.reserve("b", norm, effect);
    table.all_agree(norm);
    reservation
}

const CASES: &[Case] = &[
    Case {
        name: "no reservation",
        article: "VCLT 26",
        parties: THREE,
        rules: plain,
        story: |table, norm| table.all_agree(norm),
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "one has not agreed",
        article: "VCLT 24(2)",
        parties: THREE,
        rules: plain,
        story: |table, norm| table.agree(norm, &["a", "b"]),
        cells: &["ab not-in-force: proposed", "ac not-in-force: proposed", "bc not-in-force: proposed"],
    },
    Case {
        name: "pending within the period",
        article: "VCLT 20(5)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            reserved(table, norm, "modify");
            table.days(29);
        },
        cells: &["ab pending by b", "ac as-written", "bc pending by b"],
    },
    Case {
        name: "accepted expressly by one; the other's period runs",
        article: "VCLT 20(4)(a), 21(1)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.accept("a", &reservation);
        },
        cells: &["ab modified by b", "ac as-written", "bc pending by b"],
    },
    Case {
        name: "accepted by lapse",
        article: "VCLT 20(5), 21(1)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            reserved(table, norm, "modify");
            table.days(31);
        },
        cells: &["ab modified by b", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "simple objection",
        article: "VCLT 20(4)(b), 21(3)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.object("c", &reservation, "simple");
            table.days(31);
        },
        cells: &["ab modified by b", "ac as-written", "bc not-applied by b"],
    },
    Case {
        name: "objection that wants no accord",
        article: "VCLT 20(4)(b)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.object("c", &reservation, "no-accord");
            table.days(31);
        },
        cells: &["ab modified by b", "ac as-written", "bc no-accord by b"],
    },
    Case {
        name: "objection after the period",
        article: "VCLT 20(5)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.days(31);
            table.object("c", &reservation, "no-accord");
        },
        cells: &["ab modified by b", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "excluding reservation, objected to",
        article: "VCLT 21(3)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "exclude");
            table.object("c", &reservation, "simple");
            table.days(31);
            assert!(table.cell(norm, "b", "c").state.is_nearly_excluded());
            assert!(!table.cell(norm, "a", "b").state.is_nearly_excluded());
        },
        cells: &["ab modified by b", "ac as-written", "bc not-applied by b"],
    },
    Case {
        name: "objection withdrawn",
        article: "VCLT 22(2), 22(3)(b), 23(4)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            let objection = table.object("c", &reservation, "simple");
            table.took(&saying("c", "objection", "maintain").about(&[&objection]));
            table.days(31);
            table.withdraw("c", &objection);
        },
        cells: &["ab modified by b", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "withdrawal of an objection that has not been received",
        article: "VCLT 22(3)(b)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            let objection = table.object("c", &reservation, "simple");
            table.days(31);
            table.quiet();
            table.withdraw("c", &objection);
        },
        cells: &["ab modified by b", "ac as-written", "bc not-applied by b"],
    },
    Case {
        name: "whole withdrawal",
        article: "VCLT 22(1), 22(3)(a)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.object("c", &reservation, "no-accord");
            table.days(31);
            table.withdraw("b", &reservation);
        },
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "whole withdrawal received by one alone",
        article: "VCLT 22(3)(a)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.days(31);
            table.quiet();
            let withdrawal = table.withdraw("b", &reservation);
            table.world.ack("a", &withdrawal);
        },
        cells: &["ab as-written", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "withdrawn in part",
        article: "VCLT 22(1); guide to practice 2.5.10",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.object("c", &reservation, "simple");
            table.days(31);
            let part = table.took(&withdraw("b", &reservation, "withdraw-part"));
            let cell = table.cell(norm, "a", "b");
            assert_eq!(cell.state.modifiers()[0].narrowed, Some(part));
        },
        cells: &["ab modified by b", "ac as-written", "bc not-applied by b"],
    },
    Case {
        name: "late, and nobody objects",
        article: "guide to practice 2.3",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            table.all_agree(norm);
            table.reserve("b", norm, "modify");
            table.days(31);
        },
        cells: &["ab modified by b", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "late, within the period",
        article: "guide to practice 2.3",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            table.all_agree(norm);
            table.reserve("b", norm, "modify");
            table.days(29);
        },
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "late, and one objects",
        article: "guide to practice 2.3",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            table.all_agree(norm);
            let reservation = table.reserve("b", norm, "modify");
            table.accept("a", &reservation);
            table.object("c", &reservation, "simple");
            table.days(31);
        },
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "late where the charter admits none",
        article: "VCLT 19",
        parties: THREE,
        rules: |rules| rules.reservations.late = false,
        story: |table, norm| {
            table.all_agree(norm);
            let reservation = table.reserve("b", norm, "modify");
            assert_eq!(table.says(&super::object("c", &reservation, "simple")).1, "not-permitted");
            table.days(31);
        },
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "interpretative declaration",
        article: "VCLT 2(1)(d); guide to practice 1.3",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let said = reserve("b", norm, "none").word("kind", "interpretative-declaration");
            table.took(&said);
            table.all_agree(norm);
            table.days(31);
        },
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "declaration, recharacterised by one",
        article: "guide to practice 2.9.3",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let said = saying("b", "declaration", "declare").about(&[norm]).word("kind", "interpretative");
            let declared = table.took(&said);
            table.took(&saying("a", "declaration", "approve").about(&[&declared]));
            table.took(&saying("c", "declaration", "recharacterise").about(&[&declared]));
            table.all_agree(norm);
            assert_eq!(table.cell(norm, "b", "c").disputed, [declared]);
            assert!(table.cell(norm, "a", "b").disputed.is_empty());
        },
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "conditional declaration is treated as a reservation",
        article: "guide to practice 1.4",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            table.took(&reserve("b", norm, "condition").word("kind", "conditional-declaration"));
            table.all_agree(norm);
            table.days(31);
        },
        cells: &["ab modified by b", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "between two: accepted expressly",
        article: "guide to practice 1.6.1, 1.6.2",
        parties: TWO,
        rules: plain,
        story: |table, norm| {
            let proposal = reserved(table, norm, "modify");
            table.accept("a", &proposal);
        },
        cells: &["ab modified by b"],
    },
    Case {
        name: "between two: declined",
        article: "guide to practice 1.6.1",
        parties: TWO,
        rules: plain,
        story: |table, norm| {
            let proposal = reserved(table, norm, "modify");
            table.took(&saying("a", "acceptance", "decline").about(&[&proposal]));
        },
        cells: &["ab not-in-force by b: reservation-declined"],
    },
    Case {
        name: "between two: declined, then withdrawn",
        article: "VCLT 22(1)",
        parties: TWO,
        rules: plain,
        story: |table, norm| {
            let proposal = reserved(table, norm, "modify");
            table.took(&saying("a", "acceptance", "decline").about(&[&proposal]));
            table.withdraw("b", &proposal);
        },
        cells: &["ab as-written"],
    },
    Case {
        name: "between two: unanswered for a year",
        article: "guide to practice 1.6.1",
        parties: TWO,
        rules: plain,
        story: |table, norm| {
            reserved(table, norm, "modify");
            table.days(365);
        },
        cells: &["ab pending by b"],
    },
    Case {
        name: "between two: after its author agreed, unanswered",
        article: "guide to practice 2.3",
        parties: TWO,
        rules: plain,
        story: |table, norm| {
            table.all_agree(norm);
            table.reserve("b", norm, "modify");
            table.days(365);
        },
        cells: &["ab as-written"],
    },
    Case {
        name: "not permitted by the regime",
        article: "VCLT 19(a)",
        parties: THREE,
        rules: |rules| rules.reservations.regime = Regime::None,
        story: |table, norm| {
            let reservation = reserved(table, norm, "exclude");
            let accept = saying("a", "acceptance", "accept").about(&[&reservation]);
            assert_eq!(table.says(&accept).1, "not-permitted");
            table.days(31);
        },
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "not in the exclusive list",
        article: "VCLT 19(b)",
        parties: THREE,
        rules: |rules| {
            rules.reservations.regime = Regime::Listed;
            rules.reservations.listed = vec!["E9".to_owned()];
        },
        story: |table, norm| {
            reserved(table, norm, "exclude");
            table.days(31);
        },
        cells: &["ab as-written", "ac as-written", "bc as-written"],
    },
    Case {
        name: "in the list",
        article: "VCLT 19(b), 20(5)",
        parties: THREE,
        rules: |rules| {
            rules.reservations.regime = Regime::Listed;
            rules.reservations.listed = vec!["E3".to_owned()];
        },
        story: |table, norm| {
            reserved(table, norm, "exclude");
            table.days(31);
        },
        cells: &["ab modified by b", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "all must accept: one objects",
        article: "VCLT 20(2)",
        parties: THREE,
        rules: |rules| rules.reservations.all_must_accept = true,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.accept("a", &reservation);
            table.object("c", &reservation, "simple");
            table.days(31);
        },
        cells: &[
            "ab not-in-force by b: reservation-declined",
            "ac as-written",
            "bc not-in-force by b: reservation-declined",
        ],
    },
    Case {
        name: "all must accept: one has, one may still object",
        article: "VCLT 20(2)",
        parties: THREE,
        rules: |rules| rules.reservations.all_must_accept = true,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.accept("a", &reservation);
        },
        cells: &["ab pending by b", "ac as-written", "bc pending by b"],
    },
    Case {
        name: "all must accept: all have, by word or by lapse",
        article: "VCLT 20(2), 20(5)",
        parties: THREE,
        rules: |rules| rules.reservations.all_must_accept = true,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.accept("a", &reservation);
            table.days(31);
        },
        cells: &["ab modified by b", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "reservations by both sides to one norm",
        article: "VCLT 21(1)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            table.reserve("c", norm, "condition");
            reserved(table, norm, "modify");
            table.days(31);
        },
        cells: &["ab modified by b", "ac modified by c", "bc modified by b,c"],
    },
    Case {
        name: "reservations by both sides, one objected to",
        article: "VCLT 21(1), 21(3)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let theirs = table.reserve("c", norm, "condition");
            reserved(table, norm, "modify");
            table.object("b", &theirs, "simple");
            table.days(31);
        },
        cells: &["ab modified by b", "ac modified by c", "bc not-applied by c,b"],
    },
    Case {
        name: "not received, so no period runs",
        article: "VCLT 23(1), 20(5)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            table.quiet();
            let reservation = reserved(table, norm, "modify");
            table.world.ack("a", &reservation);
            table.days(400);
        },
        cells: &["ab modified by b", "ac as-written", "bc pending by b"],
    },
    Case {
        name: "an objection is followed by acceptance",
        article: "VCLT 20(4)(a), 22(2)",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let reservation = reserved(table, norm, "modify");
            table.object("c", &reservation, "no-accord");
            table.accept("c", &reservation);
            assert_eq!(table.says(&object("c", &reservation, "simple")).1, "once-only");
        },
        cells: &["ab pending by b", "ac as-written", "bc modified by b"],
    },
    Case {
        name: "a counter-proposal among three waits for each",
        article: "guide to practice 1.6.1",
        parties: THREE,
        rules: plain,
        story: |table, norm| {
            let proposal = table.took(&reserve("b", norm, "modify").word("kind", "counter-proposal"));
            table.all_agree(norm);
            table.accept("a", &proposal);
            table.days(365);
        },
        cells: &["ab modified by b", "ac as-written", "bc pending by b"],
    },
];

#[test]
fn the_table_of_pairs() {
    for case in CASES {
        let mut table = Table::with(case.parties, case.rules);
        let norm = table.norm("a", "E3");
        (case.story)(&mut table, &norm);
        assert_eq!(table.cells(&norm), case.cells, "{} ({})", case.name, case.article);
    }
}

#[test]
fn the_period_ends_to_the_millisecond() {
    let mut table = Table::of(THREE);
    let norm = table.norm("a", "E3");
    let reservation = table.reserve("b", &norm, "modify");
    let received = table.world.now;
    table.all_agree(&norm);
    table.world.now = detente_accord::Time(received.0 + 30 * DAY - 1);
    assert_eq!(table.cells(&norm)[0], "ab pending by b");
    table.world.now = detente_accord::Time(received.0 + 30 * DAY);
    assert_eq!(table.cells(&norm)[0], "ab modified by b");
    // An objection that is received then is late, a millisecond before it is not.
    for (at, cell) in [(30 * DAY - 1, "bc not-applied by b"), (30 * DAY, "bc modified by b")] {
        let mut table = Table { world: table.world.clone(), names: THREE.to_vec(), quiet: false };
        table.world.now = detente_accord::Time(received.0 + at);
        let objection = object("c", &reservation, "simple");
        let said = table.world.send(&objection);
        assert_eq!(table.world.effect(&said), "took");
        table.days(2);
        assert_eq!(table.cells(&norm)[2], cell);
    }
}

/// An acceptance that was given before the withdrawal was known stands; one that knew of it is refused.
#[test]
fn a_counter_proposal_is_accepted_while_it_is_withdrawn() {
    let mut table = Table::of(TWO);
    let norm = table.norm("a", "E3");
    let proposal = table.reserve("b", &norm, "modify");
    table.all_agree(&norm);
    table.world.apart();
    table.quiet();
    let accepted = table.world.post(&saying("a", "acceptance", "accept").about(&[&proposal]));
    let withdrawn = table.world.post(&withdraw("b", &proposal, "withdraw"));
    for at in [&accepted, &withdrawn] {
        assert_eq!(table.world.effect(at), "took");
    }
    table.world.ack("a", &withdrawn);
    assert_eq!(table.cells(&norm), ["ab modified by b"]);
    // Withdrawn again, by one that knows of the acceptance, it operates when it is received.
    table.world.together();
    table.quiet = false;
    table.withdraw("b", &proposal);
    assert_eq!(table.cells(&norm), ["ab as-written"]);
    assert_eq!(table.says(&withdraw("b", &proposal, "withdraw")).1, "wrong-phase");
}
