//! Every line of the table: a good statement of it passes, and each way of breaking one is named.

use std::collections::BTreeSet;

use detente_accord::SecretKey;
use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Addressee, Count, Leaf, NoEffect, Offices, Presence, Reference, Rel, Role, SeatState, SignerRule,
    Signers, Standpoint, StatementType, Target, check_schema, check_signers, check_targets, original_of,
};

use crate::founders::{id, office, secret};
use crate::statements::{
    Draft, SEATS, author, good, good_refs, good_with, is_for_observers, offices, record, reference, rules,
    seat_key, watching,
};

fn acts() -> impl Iterator<Item = &'static Act> {
    Act::all().iter().chain(Act::all_of_files())
}

fn schema(draft: &Draft) -> Result<(), NoEffect> {
    check_schema(&draft.leaf(), &record(), &rules()).map(|_| ())
}

fn name(act: &Act) -> String {
    format!("{} {}{}", act.kind, act.name, if act.in_files { " (files)" } else { "" })
}

/// An inquiry by one's own desk: what an act "as the original" is taken to follow.
fn original() -> (&'static Act, Leaf) {
    let act = Act::of("inquiry", "release").unwrap();
    let mut draft = good(act);
    draft.set("prec", Value::text("immediate"));
    (act, draft.leaf())
}

fn signers(act: &Act, leaf: &Leaf, offices: &Offices) -> Result<Signers, NoEffect> {
    let (original_act, original) = original();
    let original = (act.signers == SignerRule::AsOriginal).then_some((original_act, &original));
    check_signers(act, leaf, &Standpoint { offices, rules: &rules(), in_chair: true, original })
}

/// The offices of `a`, with a nomination where the act activates one.
fn offices_for(act: &Act) -> Offices {
    if is_for_observers(act) {
        return watching();
    }
    let mut offices = offices();
    if act.signers == SignerRule::Nominated {
        let mut draft = good(Act::of("officer", "nominate").unwrap());
        draft.set("key", Value::text(detente_accord::b64::encode(secret(210).public().bytes())));
        offices.take(&draft.leaf()).unwrap();
    }
    offices
}

fn signed(act: &Act, draft: &Draft) -> Leaf {
    match act.signers {
        SignerRule::Nominated => draft.leaf_signed(vec![("desk", secret(210))]),
        _ => draft.leaf(),
    }
}

#[test]
fn the_table_is_whole() {
    assert_eq!(StatementType::all().len(), 42);
    assert_eq!(Act::all().len(), 132);
    let rows: BTreeSet<_> = Act::all().iter().map(|act| (act.kind, act.name)).collect();
    assert_eq!(rows.len(), Act::all().len(), "no act twice");
    for act in acts() {
        let kind = StatementType::of(act.kind).unwrap();
        assert_eq!(act.statement_type().name, kind.name);
        assert!(kind.labels.is_sorted(), "{}", name(act));
        assert_eq!(kind.numbered, kind.labels.contains(&"meta") && kind.labels.contains(&"text"));
        assert!(!kind.numbered || act.to != Addressee::Nobody, "{}", name(act));
        for of in act.refs.iter().flat_map(|sequence| sequence.iter()).flat_map(|rule| rule.of) {
            let target = StatementType::of(of.kind).unwrap();
            let mut acts = of.acts.iter();
            assert!(acts.all(|act| Act::of(target.name, act).is_some()), "{} {:?}", of.kind, of.acts);
        }
        for rule in act.public {
            if let Presence::If(other, _) = rule.presence {
                let place = |field| act.public.iter().position(|rule| rule.name == field).unwrap();
                assert!(place(other) < place(rule.name));
            }
        }
    }
    for kind in StatementType::all() {
        assert!(Act::all().iter().any(|act| act.kind == kind.name), "{}", kind.name);
    }
}

#[test]
fn a_good_statement_of_every_act_passes() {
    for act in acts() {
        for sequence in act.refs {
            let draft = good_with(act, good_refs(sequence, act.in_files));
            let leaf = signed(act, &draft);
            let found = check_schema(&leaf, &record(), &rules());
            let found = found.unwrap_or_else(|fault| panic!("{}: {fault:?}", name(act)));
            assert_eq!((found.kind, found.name, found.in_files), (act.kind, act.name, act.in_files));
            let signers = signers(act, &leaf, &offices_for(act));
            let signers = signers.unwrap_or_else(|fault| panic!("{}: {fault:?}", name(act)));
            assert_eq!(signers.offices.len(), leaf.sigs.len());
            assert!(!signers.single);
        }
    }
}

#[test]
fn optional_references_may_be_absent_and_some_may_be_many() {
    for act in acts() {
        let needed = |rule: &&detente_accord::record::RefRule| matches!(rule.count, Count::One | Count::Some);
        let only: Vec<_> = act.refs[0].iter().filter(needed).copied().collect();
        assert_eq!(schema(&good_with(act, good_refs(&only, act.in_files))), Ok(()), "{}", name(act));
        let again = |rule: &detente_accord::record::RefRule| {
            let times = if matches!(rule.count, Count::Some | Count::Many) { 3 } else { 1 };
            vec![*rule; times]
        };
        let many: Vec<_> = act.refs[0].iter().flat_map(again).collect();
        assert_eq!(schema(&good_with(act, good_refs(&many, act.in_files))), Ok(()), "{}", name(act));
    }
}

#[test]
fn every_public_field_is_needed_and_no_other() {
    for act in acts() {
        let draft = good(act);
        let mut extra = draft.clone();
        extra.set("zz", Value::Integer(1));
        assert_eq!(schema(&extra), Err(NoEffect::FieldUnknown { field: "zz".into() }), "{}", name(act));
        for rule in act.public {
            let is_there = draft.clone().object("pub").contains_key(rule.name);
            let mut without = draft.clone();
            without.object("pub").remove(rule.name);
            let expected = match rule.presence {
                Presence::Optional => Ok(()),
                _ if is_there => Err(NoEffect::FieldMissing { field: rule.name }),
                _ => Ok(()),
            };
            assert_eq!(schema(&without), expected, "{} without {}", name(act), rule.name);
            let mut other = draft.clone();
            other.set(rule.name, Value::Object([("x".to_owned(), Value::Integer(1))].into()));
            let expected = match rule.presence {
                Presence::If(..) | Presence::WithRefs if !is_there => {
                    NoEffect::FieldUnknown { field: rule.name.into() }
                }
                _ => NoEffect::FieldForm { field: rule.name },
            };
            assert_eq!(schema(&other), Err(expected), "{} other {}", name(act), rule.name);
        }
    }
}

#[test]
fn conditional_fields_follow_the_field_they_hang_on() {
    for act in acts() {
        for rule in act.public {
            let Presence::If(other, words) = rule.presence else { continue };
            for word in words {
                let mut draft = good(act);
                draft.set(other, Value::text(*word));
                // The others that hang on the same word are there too.
                for rule in act.public.iter().filter(|rule| matches!(rule.presence, Presence::If(..))) {
                    let Presence::If(_, words) = rule.presence else { continue };
                    draft.object("pub").remove(rule.name);
                    if words.contains(word) {
                        draft.set(rule.name, crate::statements::good_value(rule.form, 0));
                    }
                }
                assert_eq!(schema(&draft), Ok(()), "{} {word}", name(act));
                draft.object("pub").remove(rule.name);
                assert_eq!(schema(&draft), Err(NoEffect::FieldMissing { field: rule.name }));
            }
        }
    }
}

#[test]
fn types_and_acts_are_known() {
    let mut draft = good(Act::of("ack", "").unwrap());
    *draft.member("type") = Value::text("asset");
    assert_eq!(schema(&draft), Err(NoEffect::UnknownType));
    for act in acts().filter(|act| !act.name.is_empty()) {
        let mut draft = good(act);
        draft.set("act", Value::text("dance"));
        assert_eq!(schema(&draft), Err(NoEffect::UnknownAct), "{}", name(act));
        draft.object("pub").remove("act");
        assert_eq!(schema(&draft), Err(NoEffect::UnknownAct), "{}", name(act));
    }
    for act in acts().filter(|act| act.name.is_empty()) {
        let mut draft = good(act);
        draft.set("act", Value::text("dance"));
        assert_eq!(schema(&draft), Err(NoEffect::FieldUnknown { field: "act".into() }), "{}", name(act));
    }
    // Files carry no talks.
    let mut draft = good(Act::of("norm", "propose").unwrap());
    *draft.member("accord") = Value::text(detente_accord::b64::encode(&[8; 32]));
    assert_eq!(schema(&draft), Err(NoEffect::UnknownAct));
}

#[test]
fn labels_are_exactly_those_of_the_type() {
    for act in acts() {
        for label in act.statement_type().labels {
            let mut draft = good(act);
            draft.object("commits").remove(*label);
            assert_eq!(schema(&draft), Err(NoEffect::LabelMissing { label }), "{}", name(act));
        }
        let mut draft = good(act);
        let hash = Value::text(detente_accord::b64::encode(&[1; 32]));
        draft.object("commits").insert("zz".into(), hash.clone());
        assert_eq!(schema(&draft), Err(NoEffect::LabelUnknown { label: "zz".into() }), "{}", name(act));
        let mut draft = good(act);
        draft.object("commits").clear();
        let Value::Object(members) = &mut draft.value else { panic!() };
        let tree = Value::object([("count", Value::Integer(33)), ("root", hash)]);
        members.insert("tree".into(), tree);
        let expected = if act.kind == "exhibit" { Ok(()) } else { Err(NoEffect::LabelTree) };
        assert_eq!(schema(&draft), expected, "{}", name(act));
    }
}

#[test]
fn references_stand_where_the_table_says() {
    for act in acts() {
        let may_be_none = act
            .refs
            .iter()
            .any(|sequence| sequence.iter().all(|rule| matches!(rule.count, Count::Optional | Count::Many)));
        let refs = good_refs(act.refs[0], act.in_files);
        let expected =
            if may_be_none { Ok(()) } else { Err(NoEffect::RefMissing { rel: refs[0].rel.name() }) };
        assert_eq!(schema(&good_with(act, Vec::new())), expected, "{} without references", name(act));

        // A relation that the act has nowhere.
        let has = |rel: Rel| act.refs.iter().flat_map(|s| s.iter()).any(|rule| rule.rel == rel);
        let foreign = if act.in_files { Rel::Cites } else { Rel::Acks };
        if !has(foreign) {
            let mut wrong = refs.clone();
            match wrong.first_mut() {
                Some(first) => first.rel = foreign,
                None => wrong.push(reference(foreign, id("b"), 9, act.in_files)),
            }
            let mut draft = good(act);
            draft.set_refs(&wrong);
            let first_is_needed =
                act.refs[0].first().is_some_and(|rule| matches!(rule.count, Count::One | Count::Some));
            let expected = if first_is_needed {
                NoEffect::RefRelation { rel: refs[0].rel.name() }
            } else {
                NoEffect::RefExtra
            };
            assert_eq!(schema(&draft), Err(expected), "{} other relation", name(act));
        }
    }
}

#[test]
fn own_entries_are_own() {
    for act in acts() {
        for (i, rule) in act.refs[0].iter().enumerate().filter(|(_, rule)| rule.own) {
            let mut refs = good_refs(act.refs[0], act.in_files);
            refs[i] = reference(rule.rel, id("b"), i as u64, act.in_files);
            let mut draft = good(act);
            draft.set_refs(&refs);
            // A citation that is no fit for its place is one of those that every numbered act may add.
            let is_free = rule.rel == Rel::Cites && rule.count == Count::Many;
            let expected = if is_free { Ok(()) } else { Err(NoEffect::RefAuthor) };
            assert_eq!(schema(&draft), expected, "{}", name(act));
        }
    }
}

#[test]
fn numbered_acts_may_cite_more_and_others_may_not() {
    for act in acts() {
        let last = act.refs[0].last();
        if last.is_some_and(|rule| rule.rel == Rel::Cites) {
            continue;
        }
        let mut refs = good_refs(act.refs[0], act.in_files);
        refs.push(reference(Rel::Cites, id("c"), 30, act.in_files));
        refs.push(reference(Rel::Cites, id("c"), 31, act.in_files));
        let free = act.statement_type().numbered && !act.in_files;
        let mut draft = good(act);
        draft.set_refs(&refs);
        if act.kind == "ack" {
            continue;
        }
        let expected = if free { Ok(()) } else { Err(NoEffect::RefExtra) };
        assert_eq!(schema(&draft), expected, "{}", name(act));
        if let (true, Some(place)) = (free, refs.len().checked_sub(3)) {
            // Cited before what is due.
            refs.swap(place, place + 2);
            draft.set_refs(&refs);
            assert!(schema(&draft).is_err(), "{}", name(act));
        }
    }
}

#[test]
fn files_name_statements_and_logs_name_entries() {
    for act in acts().filter(|act| !act.refs[0].is_empty()) {
        let mut refs = good_refs(act.refs[0], act.in_files);
        if !act.in_files && !matches!(refs[0].rel, Rel::To | Rel::Cites) {
            continue;
        }
        refs[0].target = match act.in_files {
            true => reference(Rel::To, id("b"), 1, false).target,
            false => Target::Statement { party: refs[0].target.party().clone(), id: [1; 32] },
        };
        let mut draft = good(act);
        draft.set_refs(&refs);
        assert_eq!(schema(&draft), Err(NoEffect::RefForm), "{}", name(act));
    }
}

#[test]
fn the_addressee_is_the_one_of_the_act() {
    for act in acts() {
        let mut draft = good(act);
        if act.to == Addressee::Nobody {
            draft.set("to", Value::text("b"));
            assert_eq!(schema(&draft), Err(NoEffect::FieldUnknown { field: "to".into() }), "{}", name(act));
            continue;
        }
        draft.object("pub").remove("to");
        assert_eq!(schema(&draft), Err(NoEffect::FieldMissing { field: "to" }), "{}", name(act));
        for wrong in [Value::text("B"), Value::text(""), Value::Integer(1)] {
            draft.set("to", wrong);
            assert_eq!(schema(&draft), Err(NoEffect::FieldForm { field: "to" }), "{}", name(act));
        }
        // Never oneself; everybody, or another than the author of what is acted on, as the act says.
        draft.set("to", Value::text("a"));
        assert_eq!(schema(&draft), Err(NoEffect::Addressee), "{} to itself", name(act));
        let first = good_refs(act.refs[0], act.in_files).into_iter().next();
        let acts_on = first.filter(|first| first.rel != Rel::Cites);
        let on_theirs = acts_on.is_some_and(|first| *first.target.party() == id("b"));
        *draft.member("aud") =
            Value::text(if act.name == "commit" && act.kind == "exhibit" { "own" } else { "all" });
        for (to, fits) in [
            ("*", act.to == Addressee::All || (act.to == Addressee::Choose && !on_theirs)),
            ("b", act.to != Addressee::All),
            ("c", act.to != Addressee::All && (!on_theirs || act.to == Addressee::Reader)),
        ] {
            draft.set("to", Value::text(to));
            let expected = if fits { Ok(()) } else { Err(NoEffect::Addressee) };
            assert_eq!(schema(&draft), expected, "{} to {to}", name(act));
        }
    }
}

#[test]
fn the_audience_exists_and_fits() {
    for act in acts() {
        let own_only = act.kind == "exhibit" && act.name == "commit";
        for (aud, fits) in [
            ("all", !own_only),
            ("own", true),
            ("lawyers", !own_only),
            ("to", !own_only && act.to != Addressee::All),
            ("pair", !own_only && act.to != Addressee::All),
            ("press", false),
        ] {
            let mut draft = good(act);
            *draft.member("aud") = Value::text(aud);
            let expected = if fits { Ok(()) } else { Err(NoEffect::Audience) };
            assert_eq!(schema(&draft), expected, "{} {aud}", name(act));
        }
    }
}

#[test]
fn exercises_are_named_and_their_own_acts_are_real() {
    for act in acts().filter(|act| act.statement_type().numbered) {
        for (exercise, ex) in [(true, true), (true, false), (false, true), (false, false)] {
            let mut draft = good(act);
            *draft.member("exercise") = Value::Bool(exercise);
            if ex {
                draft.set("ex", Value::text("ex-1"));
            }
            let fits = if act.kind == "exercise" { !exercise && !ex } else { exercise == ex };
            let expected = if fits { Ok(()) } else { Err(NoEffect::Exercise) };
            assert_eq!(schema(&draft), expected, "{}", name(act));
        }
        let mut draft = good(act);
        draft.set("ex", Value::text("Not a code"));
        assert_eq!(schema(&draft), Err(NoEffect::FieldForm { field: "ex" }));
    }
}

/// An entry of the type and act that a place asks for, addressed to `to`.
fn target(of: &detente_accord::record::Of, to: &str) -> Leaf {
    let act =
        Act::all().iter().find(|act| act.kind == of.kind && of.acts.first().is_none_or(|n| *n == act.name));
    let mut draft = good(act.unwrap());
    if draft.object("pub").contains_key("to") {
        draft.set("to", Value::text(to));
    }
    draft.leaf()
}

#[test]
fn references_name_statements_of_the_right_kind() {
    for act in acts() {
        let draft = good(act);
        let leaf = draft.leaf();
        let to = if act.to == Addressee::All { "*" } else { "b" };
        let rules = act.refs[0];
        let targets: Vec<Leaf> = rules
            .iter()
            .map(|rule| match rule.of.first() {
                Some(of) => target(of, to),
                None => target(&detente_accord::record::Of { kind: "inquiry", acts: &["release"] }, to),
            })
            .collect();
        let place = |target: &Target| match target {
            Target::Entry { seq, .. } => *seq as usize,
            Target::Statement { id, .. } => usize::from(id[0]),
        };
        let find = |target: &Target| targets.get(place(target));
        assert_eq!(check_targets(act, &leaf, &find), Ok(()), "{}", name(act));

        let ack = good(Act::of("ack", "").unwrap()).leaf();
        for (i, rule) in rules.iter().enumerate() {
            let is_free =
                rule.rel == Rel::Cites && !matches!(rule.count, Count::One | Count::Some) && !act.in_files;
            let checked = !rule.of.is_empty() && !is_free;
            let other = |target: &Target| if place(target) == i { Some(&ack) } else { find(target) };
            let expected = if checked { Err(NoEffect::RefTarget) } else { Ok(()) };
            // What is kept of an own entry is its addressee, which an ack has not.
            let keeps = i == 0 && matches!(act.to, Addressee::One | Addressee::Choose) && rule.own;
            let expected = if keeps && !checked { Err(NoEffect::Addressee) } else { expected };
            assert_eq!(check_targets(act, &leaf, &other), expected, "{} {i}", name(act));
            let nothing = |target: &Target| if place(target) == i { None } else { find(target) };
            let expected = if checked || keeps { Err(NoEffect::RefUnknown) } else { Ok(()) };
            assert_eq!(check_targets(act, &leaf, &nothing), expected, "{} {i}", name(act));
        }
        if act.to == Addressee::Choose && rules.first().is_some_and(|rule| rule.own) {
            let elsewhere = rules.first().and_then(|rule| rule.of.first());
            let elsewhere = elsewhere.map_or_else(
                || target(&detente_accord::record::Of { kind: "inquiry", acts: &["release"] }, "c"),
                |of| target(of, "c"),
            );
            let find = |target: &Target| if place(target) == 0 { Some(&elsewhere) } else { find(target) };
            assert_eq!(check_targets(act, &leaf, &find), Err(NoEffect::Addressee), "{}", name(act));
        }
    }
}

/// What the rule of an act comes to for the good statement of it.
fn resolved(act: &Act) -> SignerRule {
    match act.signers {
        SignerRule::Inquiry => SignerRule::One(&[Role::Do, Role::Ro]),
        SignerRule::Notice | SignerRule::AsOriginal => SignerRule::Two(&[Role::Ro]),
        rule => rule,
    }
}

#[test]
fn machine_entries_are_signed_by_nobody_and_others_by_somebody() {
    for act in acts() {
        let mut draft = good(act);
        let expected = match resolved(act) {
            SignerRule::Node => {
                draft.signers = vec!["chief".to_owned()];
                NoEffect::SignedByOffice
            }
            SignerRule::NodeOrChair => continue,
            _ => {
                draft.signers.clear();
                NoEffect::NeedsOfficer
            }
        };
        assert_eq!(signers(act, &draft.leaf(), &offices_for(act)), Err(expected), "{}", name(act));
    }
}

#[test]
fn every_signature_is_of_an_active_office_of_the_author() {
    for act in acts().filter(|act| act.signers != SignerRule::Node) {
        let mut draft = good(act);
        if draft.signers.is_empty() {
            draft.signers = vec!["chief".to_owned()];
        }
        let offices = offices_for(act);
        let first = draft.signers[0].clone();
        let others: Vec<String> = draft.signers[1..].to_vec();
        let check = |signer: (&str, SecretKey), expected: NoEffect| {
            let mut signers: Vec<(&str, SecretKey)> =
                others.iter().map(|name| (name.as_str(), seat_key(name))).collect();
            signers.push(signer);
            let found = self::signers(act, &draft.leaf_signed(signers), &offices);
            assert_eq!(found, Err(expected), "{}", name(act));
        };
        check((&first, secret(222)), NoEffect::UnknownOffice);
        check(("nobody", secret(222)), NoEffect::UnknownOffice);
        check(("recovery", secret(222)), NoEffect::UnknownOffice);

        // The same statement in another party's log, and a signature over other bytes.
        let mut foreign = draft.clone();
        *foreign.member("party") = Value::text("b");
        let found = self::signers(act, &foreign.leaf(), &offices);
        assert_eq!(found, Err(NoEffect::ForeignOffice), "{}", name(act));
        let mut leaf = signed(act, &draft);
        leaf.sigs[0].signature[0] ^= 1;
        assert_eq!(self::signers(act, &leaf, &offices), Err(NoEffect::OfficeSignature), "{}", name(act));

        // One that is on leave, suspended, ended or lost at this place.
        if act.signers == SignerRule::Nominated {
            continue;
        }
        for how in ["leave", "suspend", "end", "key-lost"] {
            let mut offices = offices.clone();
            set_state(&mut offices, &first, how);
            let found = self::signers(act, &draft.leaf(), &offices);
            // A return is said by the office itself while it is on leave.
            let itself = act.name == "return" && how == "leave" && first == "desk";
            let expected = if itself { Ok(()) } else { Err(NoEffect::OfficeNotActive) };
            assert_eq!(found.map(|_| ()), expected, "{} {how}", name(act));
        }
    }
}

/// Says something about an office; the signatures of that are not looked at.
fn set_state(offices: &mut Offices, name: &str, how: &str) {
    let mut draft = good(Act::of("officer", how).unwrap());
    draft.set("office", Value::text(name));
    offices.take(&draft.leaf()).unwrap();
}

#[test]
fn a_signer_has_the_role() {
    for act in acts() {
        let roles = match resolved(act) {
            SignerRule::One(roles) | SignerRule::Two(roles) => roles,
            // The act is about the desk, which then is the office itself.
            SignerRule::OneOrItself(roles) => roles,
            SignerRule::Chair | SignerRule::NodeOrChair => &[Role::Hod],
            _ => continue,
        };
        let without: Vec<String> = SEATS
            .iter()
            .filter(|(name, held)| {
                !held.iter().any(|role| roles.contains(role)) && (*name != "desk" || act.kind != "officer")
            })
            .map(|(name, _)| (*name).to_owned())
            .collect();
        let mut draft = good(act);
        draft.signers = without;
        assert!(!draft.signers.is_empty(), "{}", name(act));
        assert_eq!(signers(act, &draft.leaf(), &offices()), Err(NoEffect::NeedsRole), "{}", name(act));
    }
}

#[test]
fn more_signatures_than_needed_are_allowed() {
    let takes_more = |act: &&Act| !matches!(act.signers, SignerRule::Node | SignerRule::Nominated);
    for act in acts().filter(takes_more).filter(|act| !is_for_observers(act)) {
        let mut draft = good(act);
        draft.signers = SEATS.iter().map(|(name, _)| (*name).to_owned()).collect();
        let found = signers(act, &draft.leaf(), &offices()).unwrap();
        assert_eq!(found, Signers { offices: SEATS.map(|(name, _)| office(name)).to_vec(), single: false });
    }
}

/// Checks a `2` act that one office signs, in a party that has only this one.
fn check_single(
    act: &Act,
    change: impl FnOnce(&mut Draft, &mut Offices, &mut detente_accord::record::Rules),
) -> Result<bool, NoEffect> {
    const ALL: [(&str, &[Role]); 1] =
        [("chief", &[Role::Do, Role::Ro, Role::Hod, Role::Te, Role::Rec, Role::Key])];
    let mut offices = Offices::of(&author(&ALL));
    let mut draft = good(act);
    draft.signers = vec!["chief".to_owned()];
    draft.set("single", Value::Bool(true));
    let mut rules = rules();
    change(&mut draft, &mut offices, &mut rules);
    let leaf = draft.leaf();
    assert!(check_schema(&leaf, &record(), &rules).is_ok(), "{}", name(act));
    let (original_act, original) = original();
    let original = Some((original_act, &original));
    let at = Standpoint { offices: &offices, rules: &rules, in_chair: true, original };
    check_signers(act, &leaf, &at).map(|signers| signers.single)
}

#[test]
fn one_person_may_release_where_the_rules_allow_it() {
    let two = || acts().filter(|act| matches!(resolved(act), SignerRule::Two(_)));
    assert!(two().count() > 30);
    let needs_two = Err(NoEffect::NeedsTwoOfficers);
    for act in two() {
        let expelling = act.name == "expel";
        let single = if expelling { needs_two.clone() } else { Ok(true) };
        assert_eq!(check_single(act, |_, _, _| ()), single, "{}", name(act));
        let without =
            |draft: &mut Draft, _: &mut Offices, _: &mut _| drop(draft.object("pub").remove("single"));
        assert_eq!(check_single(act, without), needs_two, "{}", name(act));
        assert_eq!(check_single(act, |draft, _, _| draft.set("single", Value::Bool(false))), needs_two);
        assert_eq!(check_single(act, |_, _, rules| rules.officers.single.clear()), needs_two);
        let never = |_: &mut Draft, _: &mut Offices, rules: &mut detente_accord::record::Rules| {
            rules.officers.never_single = vec![act.kind.to_owned()];
        };
        assert_eq!(check_single(act, never), needs_two, "{}", name(act));
        // A second office that was activated counts, on leave too; an ended one does not.
        for (how, expected) in [(Some("leave"), &needs_two), (Some("end"), &single), (None, &needs_two)] {
            let more = |_: &mut Draft, offices: &mut Offices, _: &mut _| {
                let mut draft = good(Act::of("officer", "nominate").unwrap());
                draft.set("office", Value::text("second"));
                offices.take(&draft.leaf()).unwrap();
                set_state(offices, "second", "activate");
                if let Some(how) = how {
                    set_state(offices, "second", how);
                }
            };
            assert_eq!(check_single(act, more), *expected, "{} {how:?}", name(act));
        }
    }
}

#[test]
fn single_with_two_signatures_has_no_effect() {
    for act in acts().filter(|act| matches!(resolved(act), SignerRule::Two(_))) {
        let mut draft = good(act);
        draft.set("single", Value::Bool(true));
        let found = signers(act, &draft.leaf(), &offices());
        if act.in_files {
            // There `single` is part of the form, and claims nothing.
            assert!(found.is_ok_and(|signers| !signers.single), "{}", name(act));
        } else {
            assert_eq!(found, Err(NoEffect::NeedsTwoOfficers), "{}", name(act));
        }
        draft.signers.truncate(1);
        // One of four offices alone is no single officer.
        let found = signers(act, &draft.leaf(), &offices());
        assert_eq!(found, Err(NoEffect::NeedsTwoOfficers), "{}", name(act));
    }
}

#[test]
fn inquiries_take_one_or_two_by_precedence_and_attribution() {
    use detente_accord::record::OneUpTo::{None as Never, Priority, Routine};
    let act = Act::of("inquiry", "release").unwrap();
    for (up_to, prec, attributes, two) in [
        (Routine, "routine", false, false),
        (Routine, "routine", true, true),
        (Routine, "priority", false, true),
        (Routine, "immediate", false, true),
        (Priority, "priority", false, false),
        (Priority, "priority", true, true),
        (Priority, "immediate", false, true),
        (Never, "routine", false, true),
    ] {
        let mut draft = good(act);
        draft.set("prec", Value::text(prec));
        draft.set("attribution", Value::Bool(attributes));
        let mut rules = rules();
        rules.officers.one_up_to = up_to;
        let offices = offices();
        let at = Standpoint { offices: &offices, rules: &rules, in_chair: false, original: None };
        let found = check_signers(act, &draft.leaf(), &at).map(|_| ());
        let expected = if two { Err(NoEffect::NeedsTwoOfficers) } else { Ok(()) };
        assert_eq!(found, expected, "{up_to:?} {prec} {attributes}");
        draft.signers = vec!["desk".to_owned(), "clerk".to_owned()];
        assert!(check_signers(act, &draft.leaf(), &at).is_ok());
    }
}

#[test]
fn notices_take_one_or_two_by_kind() {
    let act = Act::of("notice", "issue").unwrap();
    for (kind, two) in [
        ("early-warning", true),
        ("incident", true),
        ("oversight-hold", true),
        ("change", false),
        ("activity", false),
        ("key-compromise", false),
    ] {
        let mut draft = good(act);
        draft.set("kind", Value::text(kind));
        draft.signers = vec!["desk".to_owned()];
        let found = signers(act, &draft.leaf(), &offices()).map(|_| ());
        let expected = if two { Err(NoEffect::NeedsTwoOfficers) } else { Ok(()) };
        assert_eq!(found, expected, "{kind}");
    }
}

#[test]
fn acts_of_the_chair_are_its() {
    for act in acts().filter(|act| matches!(act.signers, SignerRule::Chair | SignerRule::NodeOrChair)) {
        let mut draft = good(act);
        draft.signers = vec!["chief".to_owned()];
        let (offices, rules) = (offices(), rules());
        let at = |in_chair| Standpoint { offices: &offices, rules: &rules, in_chair, original: None };
        assert!(check_signers(act, &draft.leaf(), &at(true)).is_ok());
        let found = check_signers(act, &draft.leaf(), &at(false));
        assert_eq!(found, Err(NoEffect::NotInChair), "{}", name(act));
    }
}

#[test]
fn the_recovery_key_freezes_and_does_nothing_else() {
    // The seed of the recovery key of `a`.
    for act in acts().filter(|act| act.signers != SignerRule::Node) {
        let leaf = good(act).leaf_signed(vec![("recovery", secret(2))]);
        let found = signers(act, &leaf, &offices_for(act));
        if act.kind == "freeze" {
            assert_eq!(found, Ok(Signers { offices: Vec::new(), single: false }));
        } else {
            assert_eq!(found, Err(NoEffect::UnknownOffice), "{}", name(act));
        }
    }
}

#[test]
fn an_act_as_the_original_finds_it() {
    let (inquiry_act, inquiry) = original();
    let withdraw = Act::of("withdrawal", "withdraw").unwrap();
    let correct = Act::of("correction", "correct").unwrap();
    let withdrawal = good(withdraw).leaf();
    let correction = good_with(correct, vec![reference(Rel::Replaces, id("a"), 5, false)]).leaf();
    // The correction is of entry 5, which withdraws entry 0.
    let find = |target: &Target| match target {
        Target::Entry { seq: 5, .. } => Some(&withdrawal),
        Target::Entry { seq: 0, .. } => Some(&inquiry),
        _ => None,
    };
    for (act, leaf) in [(withdraw, &withdrawal), (correct, &correction)] {
        let (found, said) = original_of(act, leaf, &record(), &find).unwrap();
        assert_eq!((found.kind, found.name, said), (inquiry_act.kind, inquiry_act.name, &inquiry));
    }
    assert_eq!(original_of(inquiry_act, &inquiry, &record(), &find).map(|_| ()), None);
    // A correction of itself leads nowhere, and the walk ends.
    let circle = |_: &Target| Some(&correction);
    assert_eq!(original_of(correct, &correction, &record(), &circle).map(|_| ()), None);
    // Without it nothing can be judged.
    let (offices, rules) = (offices(), rules());
    let at = Standpoint { offices: &offices, rules: &rules, in_chair: true, original: None };
    assert_eq!(check_signers(withdraw, &withdrawal, &at), Err(NoEffect::RefUnknown));
    // A type that never goes through one person does not when it is withdrawn either.
    let never = |_: &mut Draft, _: &mut Offices, rules: &mut detente_accord::record::Rules| {
        rules.officers.never_single = vec!["inquiry".to_owned()];
    };
    assert_eq!(check_single(withdraw, never), Err(NoEffect::NeedsTwoOfficers));
}

#[test]
fn seats_know_their_states() {
    let offices = offices();
    assert_eq!(offices.seats().len(), 4);
    assert_eq!(offices.seat(&office("desk")).unwrap().state, SeatState::Active);
    let by_hand: Vec<Reference> = good_refs(Act::of("reply", "answer").unwrap().refs[0], false);
    assert_eq!(by_hand.len(), 1);
}
