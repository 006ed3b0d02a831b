//! Nobody acts for another.

use super::scenes::*;
use super::{Case, case};
use crate::world::saying;

/// An act on a thread that is another side's, who tries it, and the refusal.
type NotTheirs = (Open, &'static str, &'static [&'static str], &'static str);

pub(super) fn cases() -> Vec<Case> {
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
