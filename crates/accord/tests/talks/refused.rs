//! What nobody can do, each with the exact name of the refusal: real leaves, real signatures, one world a case.

use detente_accord::jcs::Value;
use detente_accord::record::{Position, Rel};

use crate::world::{DAY, HOUR, ONE, Saying, Shape, TWO, World, effect, saying};

/// Prepares a world and gives what is said last.
type Case = (&'static str, &'static str, Box<dyn Fn(&mut World) -> Saying>);

fn case(name: &'static str, why: &'static str, last: impl Fn(&mut World) -> Saying + 'static) -> Case {
    (name, why, Box::new(last))
}

fn say(world: &mut World, saying: Saying) -> Position {
    let at = world.send(&saying);
    assert_eq!(world.effect(&at), "took", "a step on the way: {} {}", saying.act.kind, saying.act.name);
    at
}

fn asked(world: &mut World) -> Position {
    say(world, saying("a", "inquiry", "release").word("kind", "incident"))
}

fn denied(world: &mut World) -> (Position, Position) {
    let asked = asked(world);
    let denied = say(world, saying("b", "denial", "denial").about(&[&asked]));
    (asked, denied)
}

fn notice(world: &mut World, kind: &str) -> Position {
    say(world, issue(kind))
}

fn issue(kind: &str) -> Saying {
    let issue = saying("a", "notice", "issue").to("b").word("kind", kind);
    match kind {
        "incident" | "early-warning" => issue.number("known_since", 1),
        "oversight-hold" => issue.number("hold_d", 30),
        _ => issue,
    }
}

fn offer() -> Saying {
    saying("a", "undertaking", "offer").to("b").number("from", 1).number("until", 1_900_000_000_000)
}

fn offered(world: &mut World) -> Position {
    say(world, offer())
}

fn accepted(world: &mut World) -> Position {
    let offered = offered(world);
    say(world, saying("b", "undertaking", "accept").about(&[&offered]));
    offered
}

fn put() -> Saying {
    saying("a", "claim", "put").to("b")
}

fn claimed(world: &mut World) -> Position {
    say(world, put())
}

fn committed(world: &mut World) -> Position {
    say(world, saying("a", "exhibit", "commit").to("b").number("count", 5))
}

fn checked(world: &mut World) -> Position {
    let by = world.now.0 + DAY;
    say(world, saying("a", "comcheck", "send").to("b").number("by", by))
}

fn norm(world: &mut World) -> Position {
    say(world, saying("a", "norm", "propose"))
}

fn verification(world: &mut World) -> Position {
    let norm = norm(world);
    say(world, saying("a", "verification", "propose").about(&[&norm]).to("b"))
}

fn reported(world: &mut World) -> Position {
    say(world, saying("a", "contact", "report").to("b"))
}

fn disclosed(world: &mut World) -> Position {
    let asked = asked(world);
    say(world, saying("a", "disclosure", "propose").about(&[&asked]).to("b"))
}

fn suspended(world: &mut World) -> Position {
    say(world, saying("a", "suspension", "suspend").to("b").number("days", 30))
}

fn announce(world: &World, id: &str) -> Saying {
    let from = world.now.0 + HOUR;
    saying("a", "exercise", "announce").word("id", id).number("from", from).number("until", from + DAY)
}

fn announced(world: &mut World) -> Position {
    let announce = announce(world, "ex1");
    say(world, announce)
}

fn nominate(world: &World) -> Saying {
    let until = world.now.0 + 365 * DAY;
    saying("a", "observer", "nominate").word("party", "n").word("sort", "joint").number("until", until)
}

fn nominated(world: &mut World) -> Position {
    let nominate = nominate(world);
    say(world, nominate)
}

fn request(world: &mut World) -> Position {
    let asked = asked(world);
    say(world, saying("o", "observer", "ask").about(&[&asked]).to("a"))
}

/// How a thread begins.
type Open = fn(&mut World) -> Position;
/// An act on a thread that is another side's, who tries it, and the refusal.
type NotTheirs = (Open, &'static str, &'static [&'static str], &'static str);

fn for_another() -> Vec<Case> {
    let rows: &[NotTheirs] = &[
        (asked, "reply.acknowledge", &["a", "c"], "not-yours"),
        (asked, "reply.holding", &["a", "c"], "not-yours"),
        (asked, "reply.more-information-wanted", &["a", "c"], "not-yours"),
        (asked, "reply.extend-ask", &["a", "c"], "not-yours"),
        (asked, "reply.answer", &["a", "c"], "not-yours"),
        (asked, "denial.denial", &["a", "c"], "not-yours"),
        (asked, "inquiry.close", &["b", "c"], "not-yours"),
        (asked, "inquiry.supply", &["b", "c"], "not-yours"),
        (asked, "inquiry.extend-grant", &["b", "c"], "not-yours"),
        (asked, "inquiry.follow-up", &["b", "c"], "not-yours"),
        (asked, "inquiry.accept", &["b", "c"], "not-yours"),
        (asked, "withdrawal.withdraw", &["b", "c"], "ref-author"),
        (asked, "withdrawal.cancel", &["b", "c"], "ref-author"),
        (asked, "correction.correct", &["b", "c"], "ref-author"),
        (suspended, "suspension.resume", &["b", "c"], "not-yours"),
        (offered, "undertaking.accept", &["a", "c"], "not-yours"),
        (offered, "undertaking.decline", &["a", "c"], "not-yours"),
        (offered, "withdrawal.withdraw", &["b", "c"], "ref-author"),
        (accepted, "undertaking.review", &["c"], "not-yours"),
        (accepted, "undertaking.end", &["c"], "not-yours"),
        (claimed, "claim.answer", &["a", "c"], "not-yours"),
        (claimed, "denial.denial", &["a", "c"], "not-yours"),
        (claimed, "claim.maintain", &["b", "c"], "ref-author"),
        (claimed, "claim.amend", &["b", "c"], "ref-author"),
        (claimed, "claim.publish", &["b", "c"], "ref-author"),
        (claimed, "position.contest", &["a", "c"], "not-yours"),
        (claimed, "position.corroborate", &["a"], "not-yours"),
        (committed, "exhibit.open", &["b", "c"], "ref-author"),
        (committed, "exhibit.destroy", &["b", "c"], "ref-author"),
        (checked, "comcheck.node-answer", &["a", "c"], "not-yours"),
        (checked, "comcheck.human-answer", &["a", "c"], "not-yours"),
        (checked, "comcheck.alternate", &["b", "c"], "ref-author"),
        (checked, "comcheck.score", &["b", "c"], "ref-author"),
        (verification, "verification.agree", &["a", "c"], "not-yours"),
        (verification, "verification.refuse", &["a", "c"], "not-yours"),
        (verification, "verification.open", &["c"], "not-yours"),
        (verification, "verification.draw", &["c"], "not-yours"),
        (verification, "verification.report", &["c"], "not-yours"),
        (verification, "objection.raise", &["a", "c"], "not-yours"),
        (reported, "contact.supplement", &["b", "c"], "ref-author"),
        (reported, "contact.report", &["a", "c"], "not-yours"),
        (reported, "position.contest", &["a", "c"], "not-yours"),
        (disclosed, "disclosure.consult-answer", &["a", "c"], "not-yours"),
        (disclosed, "disclosure.release", &["b", "c"], "not-yours"),
        (disclosed, "objection.raise", &["a", "c"], "not-yours"),
        (announced, "exercise.start", &["b", "c"], "not-yours"),
        (announced, "exercise.end", &["b", "c"], "not-yours"),
        (announced, "exercise.review", &["b", "c"], "not-yours"),
        (nominated, "observer.accept", &["a"], "not-yours"),
        (nominated, "observer.refuse", &["a"], "not-yours"),
        (request, "observer.grant", &["b", "c"], "not-yours"),
        (request, "observer.decline", &["b", "c"], "not-yours"),
    ];
    let mut cases = Vec::new();
    for (open, said, actors, why) in rows {
        let (kind, act) = said.split_once('.').unwrap();
        for actor in *actors {
            let open = *open;
            cases.push(case(said, why, move |world| {
                let root = open(world);
                saying(actor, kind, act).about(&[&root])
            }));
        }
    }
    cases
}

/// What takes two is not released by one; what a party does not hold it does not sign.
fn alone() -> Vec<Case> {
    type Last = fn(&mut World) -> Saying;
    let two: &[(&'static str, Last)] = &[
        ("an incident without a second office", |_| issue("incident")),
        ("an early warning", |_| issue("early-warning")),
        ("a hold", |_| issue("oversight-hold")),
        ("an immediate inquiry", |_| saying("a", "inquiry", "release").word("prec", "immediate")),
        ("a priority inquiry", |_| saying("a", "inquiry", "release").word("prec", "priority")),
        ("an inquiry that attributes", |_| {
            saying("a", "inquiry", "release").with("attribution", Value::Bool(true))
        }),
        ("an answer", |world| saying("b", "reply", "answer").about(&[&asked(world)])),
        ("more information wanted", |world| {
            saying("b", "reply", "more-information-wanted").about(&[&asked(world)])
        }),
        ("more time", |world| saying("b", "reply", "extend-ask").about(&[&asked(world)])),
        ("a denial", |world| saying("b", "denial", "denial").about(&[&asked(world)])),
        ("an offer", |_| offer()),
        ("an acceptance", |world| saying("b", "undertaking", "accept").about(&[&offered(world)])),
        ("a refusal of an offer", |world| saying("b", "undertaking", "decline").about(&[&offered(world)])),
        ("a review", |world| saying("b", "undertaking", "review").about(&[&accepted(world)])),
        ("an end", |world| saying("b", "undertaking", "end").about(&[&accepted(world)])),
        ("a claim", |_| put()),
        ("an answer to a claim", |world| saying("b", "claim", "answer").about(&[&claimed(world)])),
        ("a publication", |world| saying("a", "claim", "publish").about(&[&claimed(world)])),
        ("a verification", |world| saying("a", "verification", "propose").about(&[&norm(world)]).to("b")),
        ("a consent to a verification", |world| {
            saying("b", "verification", "agree").about(&[&verification(world)])
        }),
        ("a suspension", |_| saying("a", "suspension", "suspend").to("b")),
        ("a resumption", |world| saying("a", "suspension", "resume").about(&[&suspended(world)])),
        ("a nomination", |world| nominate(world)),
        ("a consent to an observer", |world| saying("b", "observer", "accept").about(&[&nominated(world)])),
        ("a refusal of an observer", |world| saying("b", "observer", "refuse").about(&[&nominated(world)])),
        ("a release", |world| {
            saying("a", "disclosure", "release").about(&[&disclosed(world)]).word("ground", "legal-duty")
        }),
        ("a withdrawal of an offer", |world| saying("a", "withdrawal", "withdraw").about(&[&offered(world)])),
        ("a correction of a denial", |world| {
            let (_, denied) = denied(world);
            saying("b", "correction", "correct").about(&[&denied])
        }),
        ("a resignation", |_| saying("a", "member", "withdraw")),
        ("terms", |_| saying("a", "terms", "terms")),
    ];
    let mut cases = Vec::new();
    for (name, last) in two {
        let last = *last;
        cases.push(case(name, "needs-two-officers", move |world| last(world).signed(&["chief"])));
        cases.push(case(name, "needs-two-officers", move |world| last(world).single("chief")));
        let none = move |world: &mut World| last(world).signed(&[]);
        cases.push(case(name, "needs-officer", none));
    }
    cases
}

fn stages() -> Vec<Case> {
    vec![
        case("an answer after closing", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("b", "reply", "answer").about(&[&asked])
        }),
        case("a denial after closing", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("b", "denial", "denial").about(&[&asked])
        }),
        case("an acknowledgement after closing", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("b", "reply", "acknowledge").about(&[&asked])
        }),
        case("an answer to what was withdrawn", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "withdrawal", "withdraw").about(&[&asked]));
            saying("b", "reply", "answer").about(&[&asked])
        }),
        case("a second closing", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("a", "inquiry", "close").about(&[&asked])
        }),
        case("a second acknowledgement", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("b", "reply", "acknowledge").about(&[&asked]));
            saying("b", "reply", "acknowledge").about(&[&asked])
        }),
        case("more time asked twice", "once-only", |world| {
            let asked = asked(world);
            say(world, saying("b", "reply", "extend-ask").about(&[&asked]));
            saying("b", "reply", "extend-ask").about(&[&asked])
        }),
        case("more time asked again after it was granted", "once-only", |world| {
            let asked = asked(world);
            say(world, saying("b", "reply", "extend-ask").about(&[&asked]));
            say(world, saying("a", "inquiry", "extend-grant").about(&[&asked]));
            saying("b", "reply", "extend-ask").about(&[&asked])
        }),
        case("more time granted twice", "once-only", |world| {
            let asked = asked(world);
            say(world, saying("b", "reply", "extend-ask").about(&[&asked]));
            say(world, saying("a", "inquiry", "extend-grant").about(&[&asked]));
            saying("a", "inquiry", "extend-grant").about(&[&asked])
        }),
        case("more time granted that nobody asked for", "nothing-asked", |world| {
            let asked = asked(world);
            saying("a", "inquiry", "extend-grant").about(&[&asked])
        }),
        case("an answer accepted that there is not", "wrong-phase", |world| {
            let asked = asked(world);
            saying("a", "inquiry", "accept").about(&[&asked])
        }),
        case("a follow-up to nothing", "wrong-phase", |world| {
            let asked = asked(world);
            saying("a", "inquiry", "follow-up").about(&[&asked])
        }),
        case("a position on an inquiry", "ref-target", |world| {
            let asked = asked(world);
            saying("b", "position", "contest").about(&[&asked])
        }),
        case("its own denial contested", "not-yours", |world| {
            let (_, denied) = denied(world);
            saying("b", "position", "contest").about(&[&denied])
        }),
        case("its own denial corroborated", "not-yours", |world| {
            let (_, denied) = denied(world);
            saying("b", "position", "corroborate").about(&[&denied])
        }),
        case("a denial contested by a third", "not-yours", |world| {
            let (_, denied) = denied(world);
            saying("c", "position", "contest").about(&[&denied])
        }),
        case("a denial withdrawn twice", "once-only", |world| {
            let (_, denied) = denied(world);
            say(world, saying("b", "withdrawal", "withdraw").about(&[&denied]));
            saying("b", "withdrawal", "withdraw").about(&[&denied])
        }),
        case("a denial withdrawn and cancelled", "once-only", |world| {
            let (_, denied) = denied(world);
            say(world, saying("b", "withdrawal", "withdraw").about(&[&denied]));
            saying("b", "withdrawal", "cancel").about(&[&denied])
        }),
        case("another's denial withdrawn", "ref-author", |world| {
            let (_, denied) = denied(world);
            saying("a", "withdrawal", "withdraw").about(&[&denied])
        }),
        case("a closing cancelled", "not-permitted", |world| {
            let asked = asked(world);
            let closed = say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("a", "withdrawal", "cancel").about(&[&closed])
        }),
        case("an acknowledgement withdrawn", "not-permitted", |world| {
            let asked = asked(world);
            let seen = say(world, saying("b", "reply", "acknowledge").about(&[&asked]));
            saying("b", "withdrawal", "withdraw").about(&[&seen])
        }),
        case("an acceptance withdrawn alone", "not-permitted", |world| {
            let offered = offered(world);
            let accepted = say(world, saying("b", "undertaking", "accept").about(&[&offered]));
            saying("b", "withdrawal", "withdraw").about(&[&accepted])
        }),
        case("an accepted offer withdrawn", "wrong-phase", |world| {
            let offered = accepted(world);
            saying("a", "withdrawal", "withdraw").about(&[&offered])
        }),
        case("a withdrawal cancelled", "not-permitted", |world| {
            let asked = asked(world);
            let withdrawn = say(world, saying("a", "withdrawal", "withdraw").about(&[&asked]));
            saying("a", "withdrawal", "cancel").about(&[&withdrawn])
        }),
        case("an offer accepted twice", "wrong-phase", |world| {
            let offered = accepted(world);
            saying("b", "undertaking", "accept").about(&[&offered])
        }),
        case("an offer accepted after it was declined", "wrong-phase", |world| {
            let offered = offered(world);
            say(world, saying("b", "undertaking", "decline").about(&[&offered]));
            saying("b", "undertaking", "accept").about(&[&offered])
        }),
        case("an offer accepted after it was withdrawn", "wrong-phase", |world| {
            let offered = offered(world);
            say(world, saying("a", "withdrawal", "withdraw").about(&[&offered]));
            saying("b", "undertaking", "accept").about(&[&offered])
        }),
        case("an offer accepted a month later", "lapsed", |world| {
            let offered = offered(world);
            world.wait(30 * DAY);
            saying("b", "undertaking", "accept").about(&[&offered])
        }),
        case("an offer declined a month later", "lapsed", |world| {
            let offered = offered(world);
            world.wait(31 * DAY);
            saying("b", "undertaking", "decline").about(&[&offered])
        }),
        case("an offer reviewed before it runs", "wrong-phase", |world| {
            let offered = offered(world);
            saying("a", "undertaking", "review").about(&[&offered])
        }),
        case("an offer ended before it runs", "wrong-phase", |world| {
            let offered = offered(world);
            saying("a", "undertaking", "end").about(&[&offered])
        }),
        case("an undertaking said broken by another's inquiry", "ref-author", |world| {
            let (offered, asked) = (accepted(world), asked(world));
            saying("b", "undertaking", "say-broken").about(&[&offered, &asked])
        }),
        case("an undertaking said broken without an inquiry", "ref-missing", |world| {
            let offered = accepted(world);
            saying("a", "undertaking", "say-broken").about(&[&offered])
        }),
        case("an undertaking that ends before it begins", "out-of-bounds", |_| {
            offer().number("from", 5).number("until", 5)
        }),
        case("a claim published at once", "too-early", |world| {
            let claimed = claimed(world);
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("a claim maintained before the reply", "too-early", |world| {
            let claimed = claimed(world);
            saying("a", "claim", "maintain").about(&[&claimed])
        }),
        case("a claim published an hour before its time", "too-early", |world| {
            let claimed = claimed(world);
            world.wait(71 * HOUR);
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("an amended claim published on the old reply", "too-early", |world| {
            let claimed = claimed(world);
            say(world, saying("b", "claim", "answer").about(&[&claimed]));
            say(world, saying("a", "claim", "amend").about(&[&claimed]));
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("a claim published twice", "wrong-phase", |world| {
            let claimed = claimed(world);
            say(world, saying("b", "claim", "answer").about(&[&claimed]));
            say(world, saying("a", "claim", "publish").about(&[&claimed]));
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("a claim that nobody received, published", "too-early", |world| {
            let claimed = world.post(&put());
            world.wait(100 * DAY);
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("more opened than there is", "out-of-bounds", |world| {
            let committed = committed(world);
            saying("a", "exhibit", "open").about(&[&committed]).to("b").number("opened", 6)
        }),
        case("opened again beyond what is left", "out-of-bounds", |world| {
            let committed = committed(world);
            say(world, saying("a", "exhibit", "open").about(&[&committed]).to("b").number("opened", 4));
            saying("a", "exhibit", "open").about(&[&committed]).to("b").number("opened", 2)
        }),
        case("nothing opened", "out-of-bounds", |world| {
            let committed = committed(world);
            saying("a", "exhibit", "open").about(&[&committed]).to("b").number("opened", 0)
        }),
        case("opened to itself", "addressee", |world| {
            let committed = committed(world);
            saying("a", "exhibit", "open").about(&[&committed]).to("a")
        }),
        case("opened after it was destroyed", "wrong-phase", |world| {
            let committed = committed(world);
            say(world, saying("a", "exhibit", "destroy").about(&[&committed]));
            saying("a", "exhibit", "open").about(&[&committed]).to("b")
        }),
        case("an opened exhibit cancelled", "wrong-phase", |world| {
            let committed = committed(world);
            say(world, saying("a", "exhibit", "open").about(&[&committed]).to("b"));
            saying("a", "withdrawal", "cancel").about(&[&committed])
        }),
        case("no exhibit committed", "out-of-bounds", |_| {
            saying("a", "exhibit", "commit").to("b").number("count", 0)
        }),
        case("a failure scored before the time", "too-early", |world| {
            let checked = checked(world);
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "failed")
        }),
        case("an alternate tried before the time", "too-early", |world| {
            let checked = checked(world);
            saying("a", "comcheck", "alternate").about(&[&checked])
        }),
        case("a failure scored where a person answered", "wrong-outcome", |world| {
            let checked = checked(world);
            say(world, saying("b", "comcheck", "human-answer").about(&[&checked]));
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "failed")
        }),
        case("success scored where nobody answered", "wrong-outcome", |world| {
            let checked = checked(world);
            world.wait(3 * HOUR);
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "ok")
        }),
        case("a late answer scored as in time", "wrong-outcome", |world| {
            let checked = checked(world);
            world.wait(3 * HOUR);
            say(world, saying("b", "comcheck", "human-answer").about(&[&checked]));
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "ok")
        }),
        case("scored twice", "wrong-phase", |world| {
            let checked = checked(world);
            say(world, saying("b", "comcheck", "human-answer").about(&[&checked]));
            say(world, saying("a", "comcheck", "score").about(&[&checked]).word("score", "ok"));
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "ok")
        }),
        case("a sample opened before both have drawn", "too-early", |world| {
            let norm = norm(world);
            let proposed = say(
                world,
                saying("a", "verification", "propose").about(&[&norm]).to("b").number("sample", 3),
            );
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            say(world, saying("a", "verification", "draw").about(&[&proposed]));
            saying("b", "verification", "open").about(&[&proposed])
        }),
        case("a seed drawn twice", "once-only", |world| {
            let proposed = verification(world);
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            say(world, saying("a", "verification", "draw").about(&[&proposed]));
            saying("a", "verification", "draw").about(&[&proposed])
        }),
        case("a report before anything was opened", "wrong-phase", |world| {
            let proposed = verification(world);
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            saying("b", "verification", "report").about(&[&proposed])
        }),
        case("its own report accepted", "not-yours", |world| {
            let proposed = verification(world);
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            say(world, saying("b", "verification", "open").about(&[&proposed]));
            let report = say(world, saying("b", "verification", "report").about(&[&proposed]));
            saying("b", "verification", "accept").about(&[&report])
        }),
        case("an agreed verification cancelled", "wrong-phase", |world| {
            let proposed = verification(world);
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            saying("a", "withdrawal", "cancel").about(&[&proposed])
        }),
        case("a contact reported twice", "once-only", |world| {
            let reported = reported(world);
            say(world, saying("b", "contact", "report").about(&[&reported]));
            saying("b", "contact", "report").about(&[&reported])
        }),
        case("called agreed without an answer", "wrong-outcome", |world| {
            let disclosed = disclosed(world);
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "agreed")
        }),
        case("called agreed after an objection", "wrong-outcome", |world| {
            let disclosed = disclosed(world);
            let answer = saying("b", "disclosure", "consult-answer").about(&[&disclosed]);
            say(world, answer.word("answer", "object"));
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "agreed")
        }),
        case("called agreed without the words asked for", "wrong-outcome", |world| {
            let disclosed = disclosed(world);
            let answer = saying("b", "disclosure", "consult-answer").about(&[&disclosed]);
            say(world, answer.word("answer", "add"));
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "agreed")
        }),
        case("called agreed after a silence", "wrong-outcome", |world| {
            let disclosed = disclosed(world);
            world.wait(20 * DAY);
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "agreed")
        }),
        case("own words before the period is over", "too-early", |world| {
            let disclosed = disclosed(world);
            world.wait(9 * DAY);
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "own-words-only")
        }),
        case("released twice", "wrong-phase", |world| {
            let disclosed = disclosed(world);
            let release = saying("a", "disclosure", "release").about(&[&disclosed]);
            say(world, release.clone().word("ground", "legal-duty"));
            release.word("ground", "legal-duty")
        }),
        case("a notice acknowledged twice", "once-only", |world| {
            let notice = notice(world, "change");
            say(world, saying("b", "notice", "acknowledge").about(&[&notice]));
            saying("b", "notice", "acknowledge").about(&[&notice])
        }),
        case("a notice acknowledged by its author", "not-yours", |world| {
            let notice = notice(world, "change");
            saying("a", "notice", "acknowledge").about(&[&notice])
        }),
        case("a closed notice updated", "wrong-phase", |world| {
            let notice = notice(world, "change");
            say(world, saying("a", "notice", "close").about(&[&notice]));
            saying("a", "notice", "update").about(&[&notice])
        }),
        case("another's notice closed", "ref-author", |world| {
            let notice = notice(world, "change");
            saying("b", "notice", "close").about(&[&notice])
        }),
        case("a hold closed without an outcome", "out-of-bounds", |world| {
            let hold = notice(world, "oversight-hold");
            saying("a", "notice", "close").about(&[&hold])
        }),
        case("a notice that is no hold, released", "out-of-bounds", |world| {
            let notice = notice(world, "change");
            saying("a", "notice", "close").about(&[&notice]).word("outcome", "released")
        }),
        case("an incident without known-since", "field-missing", |_| {
            issue("incident").without("known_since")
        }),
        case("a change with known-since", "field-unknown", |_| issue("change").number("known_since", 1)),
        case("a hold without its length", "field-missing", |_| issue("oversight-hold").without("hold_d")),
        case("a resumption of what was resumed", "wrong-phase", |world| {
            let suspended = suspended(world);
            say(world, saying("a", "suspension", "resume").about(&[&suspended]));
            saying("a", "suspension", "resume").about(&[&suspended])
        }),
        case("a request answered twice", "wrong-phase", |world| {
            let request = request(world);
            say(world, saying("a", "observer", "grant").about(&[&request]));
            saying("a", "observer", "decline").about(&[&request])
        }),
        case("a request of a party", "needs-role", |world| {
            let asked = asked(world);
            saying("a", "observer", "ask").about(&[&asked]).to("b")
        }),
        case("an answer by an observer", "needs-role", |world| {
            let asked = asked(world);
            saying("o", "reply", "answer").about(&[&asked])
        }),
        case("an observer's node that answers a comcheck", "not-permitted", |world| {
            let checked = checked(world);
            saying("o", "comcheck", "node-answer").about(&[&checked])
        }),
        case("a comcheck of an observer", "not-permitted", |_| saying("o", "comcheck", "send").to("a")),
        case("an inquiry to an observer", "not-permitted", |_| saying("a", "inquiry", "release").to("o")),
        case("an inquiry to a stranger", "not-permitted", |_| saying("a", "inquiry", "release").to("x")),
        case("an inquiry to itself", "addressee", |_| saying("a", "inquiry", "release").to("a")),
        case("an inquiry to all", "addressee", |_| saying("a", "inquiry", "release").to("*")),
        case("a claim to a stranger", "not-permitted", |_| put().to("x")),
        case("an offer to an observer", "not-permitted", |_| offer().to("o")),
        case("an observer that is a party", "not-permitted", |world| nominate(world).word("party", "b")),
        case("an observer that is there already", "not-permitted", |world| {
            nominate(world).word("party", "o")
        }),
        case("an observer nominated twice", "once-only", |world| {
            nominated(world);
            nominate(world)
        }),
        case("an observer whose term is over", "out-of-bounds", |world| nominate(world).number("until", 5)),
        case("an observer scoped before anybody accepted it", "wrong-phase", |world| {
            let nominated = nominated(world);
            saying("b", "observer", "scope").about(&[&nominated])
        }),
        case("an observer accepted after a refusal", "wrong-phase", |world| {
            let nominated = nominated(world);
            say(world, saying("b", "observer", "refuse").about(&[&nominated]));
            saying("c", "observer", "accept").about(&[&nominated])
        }),
        case("an observer accepted twice", "once-only", |world| {
            let nominated = nominated(world);
            say(world, saying("b", "observer", "accept").about(&[&nominated]));
            saying("b", "observer", "accept").about(&[&nominated])
        }),
        case("one observer more than the charter has place for", "not-permitted", |world| {
            for party in ["n1", "n2", "n3"] {
                let nominate = nominate(world).word("party", party);
                say(world, nominate);
            }
            nominate(world).word("party", "n4")
        }),
        case("an answer to what had no effect", "target-without-effect", |world| {
            let nothing = world.post(&offer().signed(&["chief"]));
            saying("b", "undertaking", "accept").about(&[&nothing])
        }),
        case("a reply to an offer", "ref-target", |world| {
            let offered = offered(world);
            saying("b", "reply", "answer").about(&[&offered])
        }),
        case("a reply that only cites", "ref-relation", |world| {
            let asked = asked(world);
            saying("b", "reply", "answer").about(&[&asked]).rels(&[Rel::Cites])
        }),
    ]
}

fn exercises() -> Vec<Case> {
    let mut cases = vec![
        case("an exercise that nobody announced", "no-such-exercise", |_| {
            saying("a", "inquiry", "release").in_exercise("ex9")
        }),
        case("another exercise than was announced", "no-such-exercise", |world| {
            announced(world);
            saying("a", "inquiry", "release").in_exercise("ex2")
        }),
        case("an exercise that has ended", "no-such-exercise", |world| {
            let announced = announced(world);
            world.wait(2 * HOUR);
            say(world, saying("a", "exercise", "start").about(&[&announced]).word("id", "ex1"));
            say(world, saying("a", "exercise", "end").about(&[&announced]).word("id", "ex1"));
            saying("b", "inquiry", "release").in_exercise("ex1")
        }),
        case("an exercise that was called off", "no-such-exercise", |world| {
            let announced = announced(world);
            say(world, saying("a", "withdrawal", "cancel").about(&[&announced]));
            saying("b", "inquiry", "release").in_exercise("ex1")
        }),
        case("an exercise announced twice", "once-only", |world| {
            announced(world);
            announce(world, "ex1")
        }),
        case("an exercise announced after it began", "out-of-bounds", |world| {
            announce(world, "ex1").number("from", 1)
        }),
        case("an exercise that ends before it begins", "out-of-bounds", |world| {
            announce(world, "ex1").number("until", 1)
        }),
        case("an exercise started before its time", "too-early", |world| {
            let announced = announced(world);
            saying("a", "exercise", "start").about(&[&announced]).word("id", "ex1")
        }),
        case("an exercise started under another id", "out-of-bounds", |world| {
            let announced = announced(world);
            world.wait(2 * HOUR);
            saying("a", "exercise", "start").about(&[&announced]).word("id", "ex2")
        }),
        case("an exercise that is itself an exercise", "exercise", |world| {
            announced(world);
            announce(world, "ex2").in_exercise("ex1")
        }),
        case("an exercise of leaving", "exercise-mixed", |world| {
            announced(world);
            saying("a", "member", "withdraw").in_exercise("ex1")
        }),
        case("an exercise of losing a key", "exercise-mixed", |world| {
            announced(world);
            saying("a", "officer", "key-lost").word("office", "desk").signed(&["chief"]).in_exercise("ex1")
        }),
        case("an id of an exercise without the mark", "exercise", |world| {
            announced(world);
            saying("a", "inquiry", "release").word("ex", "ex1")
        }),
    ];
    let threads: &[(Open, &'static str, &'static str)] = &[
        (asked, "b", "reply.acknowledge"),
        (asked, "b", "denial.denial"),
        (asked, "a", "inquiry.close"),
        (asked, "a", "withdrawal.withdraw"),
        (asked, "a", "correction.correct"),
        (offered, "b", "undertaking.accept"),
        (claimed, "b", "claim.answer"),
        (committed, "a", "exhibit.destroy"),
        (suspended, "a", "suspension.resume"),
        (verification, "b", "verification.agree"),
        (reported, "b", "contact.report"),
        (disclosed, "b", "disclosure.consult-answer"),
        (nominated, "b", "observer.accept"),
    ];
    for (open, actor, said) in threads {
        let (kind, act) = said.split_once('.').unwrap();
        let (open, actor) = (*open, *actor);
        cases.push(case(said, "exercise-mixed", move |world| {
            announced(world);
            let real = open(world);
            saying(actor, kind, act).about(&[&real]).in_exercise("ex1")
        }));
    }
    type Played = (&'static str, fn() -> Saying, &'static str);
    let openings: &[Played] = &[
        ("reply.acknowledge", || saying("a", "inquiry", "release"), "b"),
        ("denial.denial", || saying("a", "inquiry", "release"), "b"),
        ("inquiry.close", || saying("a", "inquiry", "release"), "a"),
        ("undertaking.accept", offer, "b"),
        ("claim.answer", put, "b"),
        ("withdrawal.withdraw", offer, "a"),
        ("correction.correct", offer, "a"),
    ];
    for (said, open, actor) in openings {
        let (kind, act) = said.split_once('.').unwrap();
        let (open, actor) = (*open, *actor);
        cases.push(case(said, "exercise-mixed", move |world| {
            announced(world);
            let played = say(world, open().in_exercise("ex1"));
            saying(actor, kind, act).about(&[&played])
        }));
    }
    cases
}

fn holds() -> Vec<Case> {
    vec![
        case("terms of a first match on hold", "on-hold", |world| {
            notice(world, "oversight-hold");
            saying("a", "terms", "terms").to("c")
        }),
        case("consent to a first match on hold", "on-hold", |world| {
            let terms = say(world, saying("b", "terms", "terms").to("a"));
            notice(world, "oversight-hold");
            saying("a", "terms", "consent").about(&[&terms])
        }),
        case("a signature on hold", "on-hold", |world| {
            notice(world, "oversight-hold");
            let charter = Position::new(detente_accord::record::LogId::new(crate::world::id("a"), 0), 0);
            saying("a", "acceptance", "sign").about(&[&charter])
        }),
        case("terms a day before the hold is over", "on-hold", |world| {
            notice(world, "oversight-hold");
            world.wait(29 * DAY);
            saying("a", "terms", "terms").to("c")
        }),
        case("terms on a hold that nobody received", "on-hold", |world| {
            world.post(&issue("oversight-hold"));
            world.wait(100 * DAY);
            saying("a", "terms", "terms").to("c")
        }),
    ]
}

#[test]
fn what_nobody_can_do_is_refused_by_name() {
    let groups = [for_another(), alone(), stages(), exercises(), holds()];
    let mut number = 0;
    let mut wrong = Vec::new();
    for (name, why, last) in groups.into_iter().flatten() {
        number += 1;
        let mut world = World::trio();
        let last = last(&mut world);
        let found = world.try_saying(&last);
        if found != why {
            wrong.push(format!(
                "{name}, {} {} by {}: {found}, not {why}",
                last.act.kind, last.act.name, last.party
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(number >= 200, "{number} cases");
}

/// Who may release alone: the negative tests of a denial.
#[test]
fn one_person_releases_alone_only_where_the_charter_and_the_offices_say_so() {
    let alone = |shape: Shape, before: &[Saying], last: fn(&Position) -> Saying| {
        let mut world = World::found(&shape);
        let asked = say(&mut world, saying("a", "inquiry", "release"));
        for saying in before {
            say(&mut world, saying.clone());
        }
        let at = world.post(&last(&asked));
        let state = world.state();
        (effect(&state, &at), state.is_single(&at))
    };
    let denial = |asked: &Position| saying("b", "denial", "denial").about(&[asked]);
    let one = || Shape { parties: vec![("a", TWO), ("b", ONE)], ..Shape::of(&["a", "b"]) };
    let two = || Shape::of(&["a", "b"]);
    let unlisted = || one().rules(|rules| rules.officers.single.retain(|party| party.as_str() != "b"));
    let never = || one().rules(|rules| rules.officers.never_single = vec!["denial".into()]);
    let desk_leaves = saying("b", "officer", "leave").word("office", "chief").signed(&["chief"]);
    assert_eq!(
        alone(one(), &[], |asked| saying("b", "denial", "denial").about(&[asked]).single("desk")),
        ("took", true)
    );
    assert_eq!(alone(two(), &[], denial), ("took", false));
    for (name, shape, before, last) in [
        (
            "one signature",
            one(),
            vec![],
            (|asked| saying("b", "denial", "denial").about(&[asked]).signed(&["desk"]))
                as fn(&Position) -> Saying,
        ),
        ("not listed", unlisted(), vec![], |asked| {
            saying("b", "denial", "denial").about(&[asked]).single("desk")
        }),
        ("never single", never(), vec![], |asked| {
            saying("b", "denial", "denial").about(&[asked]).single("desk")
        }),
        ("a second office", two(), vec![], |asked| {
            saying("b", "denial", "denial").about(&[asked]).single("desk")
        }),
        ("a second office on leave", two(), vec![desk_leaves], |asked| {
            saying("b", "denial", "denial").about(&[asked]).single("desk")
        }),
        ("two signatures", two(), vec![], |asked| {
            saying("b", "denial", "denial")
                .about(&[asked])
                .with("single", Value::Bool(true))
                .signed(&["chief", "desk"])
        }),
        ("single false", two(), vec![], |asked| {
            saying("b", "denial", "denial").about(&[asked]).with("single", Value::Bool(false))
        }),
    ] {
        assert_eq!(alone(shape, &before, last), ("needs-two-officers", false), "{name}");
    }
}

#[test]
fn offices_of_others_do_not_speak() {
    let mut world = World::trio();
    let asked = asked(&mut world);
    for (signers, why) in [
        ([("a", "chief"), ("a", "desk")], "foreign-office"),
        ([("b", "chief"), ("a", "desk")], "foreign-office"),
        ([("b", "chief"), ("b", "lab")], "unknown-office"),
    ] {
        let denial = saying("b", "denial", "denial").about(&[&asked]).signed_by(&signers);
        assert_eq!(world.try_saying(&denial), why, "{signers:?}");
    }
}

#[test]
fn who_gives_its_overseers_time_goes_on_when_it_is_over() {
    for released in [true, false] {
        let mut world = World::trio();
        let hold = notice(&mut world, "oversight-hold");
        assert_eq!(world.phase(&hold), "holding");
        assert_eq!(world.try_saying(&saying("a", "terms", "terms").to("c")), "on-hold");
        // Another party's hand is free.
        assert_eq!(world.try_saying(&saying("b", "terms", "terms").to("c")), "took");
        if released {
            say(&mut world, saying("a", "notice", "close").about(&[&hold]).word("outcome", "released"));
            assert_eq!(world.phase(&hold), "released");
        } else {
            world.wait(30 * DAY);
            assert_eq!(world.phase(&hold), "expired");
        }
        assert_eq!(world.try_saying(&saying("a", "terms", "terms").to("c")), "took");
    }
}
