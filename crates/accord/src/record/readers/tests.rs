use super::*;
use crate::record::Observes;

fn id(name: &str) -> PartyId {
    PartyId::parse(name).unwrap()
}

fn observer(scope: Scope, by: &str, delay_d: u64) -> Standing {
    let by = if by == "*" { ObserverOf::Joint } else { ObserverOf::Party(id(by)) };
    Standing::Observer(Observes { scope, by, delay_d })
}

fn rules(accept: Accept) -> Rules {
    let mut rules = Rules::bare(&[id("a"), id("b"), id("c")]);
    rules.audiences.insert("tech".into(), vec![id("c")]);
    rules.observers.accept = accept;
    rules
}

/// `.` its growth alone, `-` the leaf, `+` content at once, a digit: content after so many days.
fn shown(seen: Sees) -> char {
    match seen {
        Sees::Growth => '.',
        Sees::Leaf => '-',
        Sees::Content { after_d: 0 } => '+',
        Sees::Content { after_d } => char::from_digit(after_d as u32, 10).unwrap(),
    }
}

#[test]
fn everybody_reads_what_the_table_says() {
    let readers = [
        ("a", Standing::Party),
        ("b", Standing::Party),
        ("c", Standing::Party),
        ("e", observer(Scope::ExistenceOnly, "*", 0)),
        ("m", observer(Scope::Metadata, "*", 0)),
        ("s", observer(Scope::FullExceptSealed, "*", 0)),
        ("n", observer(Scope::FullExceptSealed, "a", 9)),
        ("f", observer(Scope::Full, "*", 0)),
        ("d", observer(Scope::Full, "*", 3)),
    ];
    let rules = rules(Accept::All);
    for (kind, aud, to, due) in [
        ("notice", "all", None, "+++.-+9+3"),
        ("notice", "to", Some("b"), "++-.-+9+3"),
        ("notice", "pair", Some("b"), "++-.-----"),
        ("notice", "own", Some("b"), "+--.-----"),
        ("notice", "tech", Some("b"), "+-+.-+9+3"),
        ("notice", "nobody", Some("b"), "+--.-+9+3"),
        ("exhibit", "own", Some("b"), "+--.-----"),
        ("exhibit", "to", Some("b"), "++-.---+3"),
        ("exhibit", "to", Some("m"), "+--.+--+3"),
        ("exhibit", "to", Some("n"), "+--.--++3"),
        ("comcheck", "to", Some("b"), "++-.-----"),
        ("notice", "to", Some("e"), "+--.-+9+3"),
    ] {
        let (by, to) = (id("a"), to.map(id));
        let said = Spoken { by: &by, kind, aud, to: to.as_ref() };
        let seen: String =
            readers.iter().map(|(name, standing)| shown(sees(&rules, said, &id(name), standing))).collect();
        assert_eq!(seen, due, "{kind} {aud} {to:?}");
    }
}

#[test]
fn an_observer_that_one_party_accepted_alone_reads_that_party() {
    for (accept, by, to, due) in [
        (Accept::Own, "a", Some("b"), '+'),
        (Accept::Own, "b", Some("a"), '+'),
        (Accept::Own, "b", Some("c"), '-'),
        (Accept::Own, "b", None, '-'),
        (Accept::Own, "a", None, '+'),
        (Accept::All, "b", Some("c"), '+'),
        (Accept::All, "b", None, '+'),
    ] {
        let (author, to) = (id(by), to.map(id));
        let aud = if to.is_some() { "to" } else { "all" };
        let said = Spoken { by: &author, kind: "notice", aud, to: to.as_ref() };
        let seen = sees(&rules(accept), said, &id("o"), &observer(Scope::Full, "a", 0));
        assert_eq!(shown(seen), due, "{accept:?} {by} {to:?}");
    }
}
