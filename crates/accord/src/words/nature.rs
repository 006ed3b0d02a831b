//! What matching under an accord could share, in words, from its rules alone: nobody types it.

use super::grouped;
use crate::record::Matching;

/// What leaves under these rules, sentence by sentence.
pub fn nature(rules: &Matching) -> Vec<String> {
    let mut said = vec![
        "Matching compares lists of indicators so that neither side sees the other's list.".to_owned(),
        format!("Suites allowed: {}.", rules.suites.join(", ")),
        format!("Result forms allowed: {}.", rules.forms.join(", ")),
        "Under the form items the asking side learns which of its own items the other side also holds; the other side \
         learns that it was asked, and about how many items."
            .to_owned(),
    ];
    if rules.forms.iter().any(|form| form == "both") {
        said.push(
            "Under the form both, each side learns which of its own items the other also holds.".to_owned(),
        );
    }
    if rules.forms.iter().any(|form| form == "count") {
        said.push("Under the form count, only a number is learned.".to_owned());
    }
    said.push(format!("At most {} items in one match.", grouped(rules.items_max)));
    said.push(format!(
        "In any 30 days at most {} matches and {} items of one peer.",
        grouped(rules.runs_30d),
        grouped(rules.items_30d)
    ));
    said.push(
        "Items marked PAP:RED or PAP:AMBER are held back unless a person says otherwise for one match."
            .to_owned(),
    );
    said.push("Both logs keep the terms, commitments and receipts; no item stands in a log.".to_owned());
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PartyId;
    use crate::record::Rules;

    #[test]
    fn the_rules_decide_what_is_said() {
        let parties = ["a", "b"].map(|id| PartyId::parse(id).unwrap());
        let mut matching = Rules::bare(parties.iter()).matching;
        matching.forms = vec!["items".to_owned()];
        let said = nature(&matching).join(" ");
        assert!(said.contains("Result forms allowed: items.") && !said.contains("form both"), "{said}");
        matching.forms.push("both".to_owned());
        matching.runs_30d = 1234;
        let said = nature(&matching).join(" ");
        assert!(said.contains("form both, each side learns") && said.contains("1 234 matches"), "{said}");
    }
}
