use super::*;
use crate::jcs::Value;
use crate::record::{Act, FieldForm};
use detente_psi::Time;

fn starter() -> NormPack {
    NormPack::starter().unwrap()
}

/// The shipped pack with one piece of it exchanged, which must be there.
fn with(from: &str, to: &str) -> Result<NormPack, PackFault> {
    let text = std::str::from_utf8(STARTER).unwrap();
    assert!(text.contains(from), "{from}");
    NormPack::decode(text.replacen(from, to, 1).as_bytes())
}

fn fault(from: &str, to: &str) -> &'static str {
    with(from, to).unwrap_err().name()
}

/// Every way to choose one alternative, or none, in each bracket.
fn all_choices(norm: &PackNorm) -> Vec<Choices> {
    let mut all = vec![Choices::default()];
    for bracket in &norm.brackets {
        let mut more = Vec::new();
        for choices in &all {
            more.push(choices.clone());
            for alternative in &bracket.alternatives {
                let mut chosen = choices.clone();
                chosen.alternatives.insert(bracket.id.clone(), alternative.id.clone());
                more.push(chosen);
            }
        }
        all = more;
    }
    all
}

#[test]
fn the_shipped_pack_reads_and_comes_back() {
    let pack = starter();
    let again = NormPack::decode(&pack.encode()).unwrap();
    assert_eq!(again.file(), pack.file());
    let sets: Vec<_> = pack.file().sets.iter().map(|set| (set.set.as_str(), set.norms.len())).collect();
    assert_eq!(sets, [("un-voluntary", 11), ("election", 8)]);
    let election = pack.set("election").unwrap();
    for norm in &election.norms {
        let alternatives: Vec<usize> =
            norm.brackets.iter().map(|bracket| bracket.alternatives.len()).collect();
        assert_eq!((alternatives, norm.reservations.len()), (vec![2], 1), "{}", norm.code);
    }
    let un = pack.set("un-voluntary").unwrap();
    assert!(un.norms.iter().all(|norm| norm.brackets.is_empty() && norm.reservations.is_empty()));
}

#[test]
fn every_combination_renders_without_braces() {
    let pack = starter();
    let mut rendered = 0;
    for norm in pack.norms() {
        for choices in all_choices(norm) {
            let text = norm.render(&choices).unwrap();
            let models = norm.reservations.iter().map(|model| norm.fill(&model.text, &choices).unwrap());
            for text in [text.title, text.subject, text.text, text.observable].into_iter().chain(models) {
                assert!(!text.contains(['{', '}']), "{}: {text}", norm.code);
                assert!(text.contains('[') <= (norm.open_brackets(&choices).count() > 0), "{text}");
                rendered += 1;
            }
        }
    }
    // Eleven plain norms in one form, eight with a bracket of two in three, each with one model.
    assert_eq!(rendered, 11 * 4 + 8 * 3 * 5);
}

#[test]
fn brackets_and_parameters_stand_in_the_text() {
    let pack = starter();
    let norm = pack.norm("E2").unwrap();
    let open = norm.render(&Choices::default()).unwrap().text;
    assert!(open.ends_with(
        "of another party [at any time] [from 180 days before an election until 30 days after its result is \
         final]."
    ));
    let mut choices = Choices::default();
    choices.alternatives.insert("b1".into(), "b".into());
    choices.parameters.insert("before_days".into(), 90);
    let chosen = norm.render(&choices).unwrap().text;
    assert!(chosen.ends_with(
        "of another party from 90 days before an election until 30 days after its result is final."
    ));
    for (id, number, name) in [
        ("before_days", 29, "pack-parameter-out-of-range"),
        ("before_days", 731, "pack-parameter-out-of-range"),
        ("other", 30, "pack-no-such-choice"),
    ] {
        let mut choices = Choices::default();
        choices.parameters.insert(id.into(), number);
        assert_eq!(norm.render(&choices).unwrap_err().name(), name);
    }
    for (bracket, alternative) in [("b2", "a"), ("b1", "c")] {
        let mut choices = Choices::default();
        choices.alternatives.insert(bracket.into(), alternative.into());
        assert_eq!(norm.render(&choices).unwrap_err().name(), "pack-no-such-choice");
    }
}

#[test]
fn what_is_wrong_in_a_pack_is_named() {
    let cases = [
        (r#""code": "E2""#, r#""code": "E1""#, "pack-duplicate"),
        (r#""set": "election""#, r#""set": "un-voluntary""#, "pack-duplicate"),
        (r#"{"id": "b", "text": "of any State"#, r#"{"id": "a", "text": "of any State"#, "pack-duplicate"),
        (r#""id": "after_days""#, r#""id": "before_days""#, "pack-duplicate"),
        ("before an election", "before {p:nothing} an election", "pack-stray-placeholder"),
        ("before an election", "before {b1} an election", "pack-stray-placeholder"),
        ("a plebiscite {b1}", "a plebiscite {b1} {b2}", "pack-stray-placeholder"),
        ("a plebiscite {b1}", "a plebiscite {b1} {b1}", "pack-stray-placeholder"),
        ("a plebiscite {b1}", "a plebiscite {b1", "pack-stray-placeholder"),
        ("a plebiscite {b1}", "a plebiscite b1}", "pack-stray-placeholder"),
        ("a plebiscite {b1}", "a plebiscite {{b1}}", "pack-stray-placeholder"),
        ("a plebiscite {b1}", "a plebiscite", "pack-unused"),
        ("until {p:after_days} days", "until some days", "pack-unused"),
        (r#""default": 180, "min": 30"#, r#""default": 29, "min": 30"#, "pack-parameter-out-of-range"),
        (r#""default": 180, "min": 30"#, r#""default": 731, "min": 30"#, "pack-parameter-out-of-range"),
        (r#""default": 180, "min": 30"#, r#""default": 180, "min": 731"#, "pack-parameter-out-of-range"),
        (r#""owner_role": "RO","#, "", "pack-owner"),
        (r#""type": "expectation""#, r#""type": "procedure""#, "pack-owner"),
        (r#""type": "prohibition""#, r#""type": "expectation""#, "pack-owner"),
        (r#""owner_role": "RO""#, r#""owner_role": "ro""#, "pack-not-readable"),
        (r#""owner_role": "RO""#, r#""owner_role": "XX""#, "pack-not-readable"),
        (r#""review_after_days": 365"#, r#""review_after_days": 0"#, "pack-review"),
        (r#""review_after_days": 365"#, r#""review_after_days": 36526"#, "pack-review"),
        (r#""review_after_days": 365"#, r#""review_after_days": 365.0"#, "pack-not-readable"),
        (r#""review_after_days": 365"#, r#""review_after_days": -1"#, "pack-not-readable"),
        (r#""review_after_days": 365"#, r#""review_after_days": "365""#, "pack-not-readable"),
        (r#""review_after_days": 365"#, r#""review_after_days": 365, "x": 1"#, "pack-not-readable"),
        (r#""review_after_days": 365"#, r#""review_after_days": 365, "code": "E9""#, "pack-not-readable"),
        (r#""type": "prohibition""#, r#""type": "wish""#, "pack-not-readable"),
        (r#""unit": "day""#, r#""unit": "week""#, "pack-not-readable"),
        (r#""effect": "modify""#, r#""effect": "cancel""#, "pack-not-readable"),
        (r#""kind": "reservation""#, r#""kind": "objection""#, "pack-not-readable"),
        (r#""reciprocal": true"#, r#""reciprocal": null"#, "pack-not-readable"),
        (r#""format": "detente-norm-pack""#, r#""format": "detente-norms""#, "pack-other-format"),
        (r#""format_version": 1"#, r#""format_version": 2"#, "pack-other-format"),
        (r#""lang": "en""#, r#""lang": "e""#, "pack-bad-text"),
        (r#""pack": "starter""#, r#""pack": "Starter""#, "pack-bad-text"),
        (r#""revision": 1"#, r#""revision": 0"#, "pack-bad-text"),
        (r#""code": "E2""#, r#""code": "E 2""#, "pack-bad-text"),
        (r#""subject": "each party""#, r#""subject": " ""#, "pack-bad-text"),
        (r#""subject": "each party""#, "\"subject\": \"each\\u0007\"", "pack-bad-text"),
        (r#""id": "E1-R1""#, r#""id": "E1 R1""#, "pack-bad-text"),
    ];
    for (from, to, name) in cases {
        assert_eq!(fault(from, to), name, "{from} -> {to}");
    }
    // One alternative alone: the other of E1 goes.
    let text = std::str::from_utf8(STARTER).unwrap();
    let second = text.find(r#"{"id": "b", "text": "of any State"#).unwrap();
    let end = second + text[second..].find('}').unwrap() + 1;
    let comma = text[..second].rfind(',').unwrap();
    let alone = [&text[..comma], &text[end..]].concat();
    assert_eq!(NormPack::decode(alone.as_bytes()).unwrap_err().name(), "pack-one-alternative");
    let long = [STARTER, &vec![b' '; NORM_PACK_BYTES_MAX]].concat();
    assert_eq!(NormPack::decode(&long).unwrap_err().name(), "pack-too-large");
    assert_eq!(NormPack::decode(&[STARTER, b"{}"].concat()).unwrap_err().name(), "pack-not-readable");
    assert_eq!(NormPack::decode(b"\xff").unwrap_err().name(), "pack-not-readable");
}

#[test]
fn a_norm_becomes_a_proposal_with_its_open_brackets() {
    let pack = starter();
    let norm = pack.norm("E3").unwrap();
    let proposal = pack.propose(norm, &Choices::default(), Dates::default()).unwrap();
    assert_eq!(proposal.norm.kind, "norm");
    assert_eq!(proposal.norm.public["source"], Value::text(crate::b64::encode(pack.sha256())));
    assert_eq!(proposal.norm.public["kind"], Value::text("prohibition"));
    assert!(!proposal.norm.public.contains_key("due") && !proposal.norm.public.contains_key("review"));
    assert_eq!(proposal.brackets.len(), 1);
    let Value::Array(alternatives) = &proposal.brackets[0].values["alternatives"] else { panic!() };
    assert_eq!(alternatives[0], Value::text("including material already in the public domain"));
    let mut choices = Choices::default();
    choices.alternatives.insert("b1".into(), "a".into());
    let chosen = pack.propose(norm, &choices, Dates::default()).unwrap();
    assert!(chosen.brackets.is_empty());
    // Its fields are those that the table asks for.
    for (draft, act) in [(&chosen.norm, "propose"), (&proposal.brackets[0], "bracket")] {
        let act = Act::of(draft.kind, act).unwrap();
        assert!(act.public.iter().all(|rule| rule.form != FieldForm::NormCode || rule.name == "code"));
        assert!(draft.values.keys().all(|label| act.statement_type().labels.contains(label)));
        let known = |name: &String| {
            ["act", "to"].contains(&name.as_str()) || act.public.iter().any(|rule| rule.name == name)
        };
        assert!(draft.public.keys().all(known));
    }
}

#[test]
fn an_expectation_needs_a_date() {
    let pack = starter();
    let norm = pack.norm("E6").unwrap();
    let none = pack.propose(norm, &Choices::default(), Dates::default());
    assert_eq!(none.err().unwrap().name(), "pack-needs-due");
    let dates = Dates { due: Some(Time(7)), in_force: Some(Time(1000)) };
    let proposal = pack.propose(norm, &Choices::default(), dates).unwrap();
    assert_eq!(proposal.norm.public["owner"], Value::text("ro"));
    assert_eq!(proposal.norm.public["due"], Value::Integer(7));
    assert_eq!(proposal.norm.public["review"], Value::Integer(1000 + 180 * 86_400_000));
    // A date of a norm that has none is left out.
    let plain = pack.propose(pack.norm("E1").unwrap(), &Choices::default(), dates).unwrap();
    assert!(!plain.norm.public.contains_key("due"));
}

#[test]
fn a_model_reservation_is_formulated_with_its_parameters() {
    let pack = starter();
    let norm = pack.norm("E6").unwrap();
    let mut choices = Choices::default();
    choices.parameters.insert("delay_days".into(), 21);
    let draft = norm.formulate(norm.model("E6-R1").unwrap(), &choices).unwrap();
    assert_eq!((draft.kind, &draft.public["effect"]), ("reservation", &Value::text("modify")));
    let Value::Text(text) = &draft.values["text"] else { panic!() };
    assert!(text.contains("by at most 21 days"));
    assert!(norm.model("E6-R2").is_none());
}
