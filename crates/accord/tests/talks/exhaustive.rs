//! Every act in every phase by everybody, against what [`crate::expected`] says should become of it.

use std::collections::BTreeMap;

use detente_accord::jcs::Value;
use detente_accord::record::{Act, Addressee, Position, Rel, SignerRule};

use crate::expected::{EXPECTED, FOREIGN};
use crate::world::{DAY, HOUR, START, Saying, World, effect, saying, thread};

/// `a` opens (of requests `o`), `b` is addressed, `c` is neither, `o` observes.
const ACTORS: [&str; 4] = ["a", "b", "c", "o"];

/// One step on the way to a phase.
enum Way {
    Wait(u64),
    Say { label: Option<&'static str>, saying: Saying, about: Vec<&'static str> },
}

/// An act of the machine's table.
struct Row {
    said: &'static str,
    about: Vec<&'static str>,
    fields: Vec<&'static str>,
    /// Whose act it is.
    by: &'static str,
    /// Whether the form of the act keeps others from it.
    own: bool,
    /// Where it leads, by phase and actor.
    outcomes: Vec<&'static str>,
}

struct Table {
    prelude: Vec<Way>,
    phases: Vec<(&'static str, &'static str, Vec<Way>)>,
    rows: Vec<Row>,
}

fn value(text: &str) -> Value {
    let number = |text: &str| text.parse::<u64>().ok();
    if let Some(days) = text.strip_prefix('+').and_then(|days| number(days.strip_suffix('d')?)) {
        return Value::Integer(START.0 + days * DAY);
    }
    match (text, number(text)) {
        (_, Some(number)) => Value::Integer(number),
        ("true", _) => Value::Bool(true),
        ("false", _) => Value::Bool(false),
        _ => Value::text(text),
    }
}

fn fill(mut saying: Saying, fields: &[&'static str]) -> Saying {
    for field in fields {
        let (name, text) = field.split_once('=').unwrap();
        saying = if name == "to" { saying.to(text) } else { saying.with(name, value(text)) };
    }
    saying
}

fn new_saying(actor: &'static str, said: &str) -> Saying {
    let (kind, act) = said.split_once('.').unwrap();
    saying(actor, kind, act)
}

/// `label=a kind.act @target,target field=value`, or `wait 3d`.
fn way(text: &'static str) -> Way {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap();
    if first == "wait" {
        let length = words.next().unwrap();
        let (number, unit) = length.split_at(length.len() - 1);
        return Way::Wait(number.parse::<u64>().unwrap() * if unit == "d" { DAY } else { HOUR });
    }
    let (label, actor) = first.split_once('=').map_or((None, first), |(label, actor)| (Some(label), actor));
    let said = words.next().unwrap();
    let mut about = vec!["root"];
    let mut fields = Vec::new();
    for word in words {
        match word.strip_prefix('@') {
            Some(targets) => about = targets.split(',').filter(|target| !target.is_empty()).collect(),
            None => fields.push(word),
        }
    }
    Way::Say { label, saying: fill(new_saying(actor, said), &fields), about }
}

fn ways(text: &'static str) -> Vec<Way> {
    text.split(';').map(str::trim).filter(|text| !text.is_empty()).map(way).collect()
}

fn table(text: &'static str) -> Table {
    let mut table = Table { prelude: Vec::new(), phases: Vec::new(), rows: Vec::new() };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap();
        match word {
            "open" => table.prelude = ways(rest),
            "at" => {
                let (names, steps) = rest.split_once(':').unwrap();
                let mut names = names.split_whitespace();
                let name = names.next().unwrap();
                table.phases.push((name, names.next().unwrap_or(name), ways(steps)));
            }
            "act" => table.rows.push(row(rest)),
            _ => panic!("{line}"),
        }
    }
    table
}

fn row(text: &'static str) -> Row {
    let parts: Vec<&'static str> = text.split('|').map(str::trim).collect();
    let [said, by, outcomes] = parts[..] else { panic!("{text}") };
    let mut words = said.split_whitespace();
    let first = words.next().unwrap();
    let (said, about) = first.split_once('@').unwrap_or((first, "root"));
    let (by, own) = by.split_once(' ').map_or((by, false), |(by, own)| (by, own == "own"));
    Row {
        said,
        about: about.split(',').collect(),
        fields: words.collect(),
        by,
        own,
        outcomes: outcomes.split_whitespace().collect(),
    }
}

/// What should become of it: the phase it leads to, or the reason against it.
fn expected(row: &Row, phase: &str, actor: &str, author: &str) -> Result<String, &'static str> {
    let act = new_saying("a", row.said).act;
    // Nobody else's inquiry stands for one's own.
    let lacks_own = actor == "o" && row.about.iter().any(|label| label.ends_with('$'));
    if lacks_own || (row.own && actor != author) {
        return Err("ref-author");
    }
    if actor == "o" && !row.by.contains('o') {
        return Err(if act.signers == SignerRule::Node { "not-permitted" } else { "needs-role" });
    }
    if !row.by.contains(actor) {
        return Err("not-yours");
    }
    for outcome in &row.outcomes {
        let (from, to) = match (outcome.split_once('>'), outcome.split_once('=')) {
            (Some((from, to)), _) => (from, Ok(to)),
            (None, Some((from, why))) => (from, Err(why)),
            (None, None) => (*outcome, Ok(phase)),
        };
        let (from, actors) = from.split_once('/').unwrap_or((from, "abco"));
        if (from == phase || from == "*") && actors.contains(actor) {
            return to.map(str::to_owned);
        }
    }
    Err("wrong-phase")
}

struct Stage {
    world: World,
    labels: BTreeMap<String, Position>,
}

impl Stage {
    fn go(&mut self, ways: &[Way]) {
        for way in ways {
            match way {
                Way::Wait(ms) => {
                    self.world.wait(*ms);
                }
                Way::Say { label, saying, about } => {
                    let about = self.about(about, saying.party).unwrap();
                    let at = self.world.send(&saying.clone().about(&about.iter().collect::<Vec<_>>()));
                    assert_eq!(self.world.effect(&at), "took", "{} {}", saying.act.kind, saying.act.name);
                    self.labels.extend(label.map(|label| (label.to_owned(), at)));
                }
            }
        }
    }

    fn about(&self, labels: &[&str], actor: &str) -> Option<Vec<Position>> {
        let find = |label: &&str| self.labels.get(&label.replace('$', actor)).cloned();
        labels.iter().map(find).collect()
    }
}

/// Acts of other machines, and this machine's own acts where their target is of another kind.
fn foreign(table: &Table, root: &Position, stage: &Stage) -> Vec<(Saying, &'static str)> {
    let author = root.log.party.as_str();
    let to_all = stage.world.leaf(root).said.public.get("to") == Some(&Value::text("*"));
    let is_known = |act: &Act| table.rows.iter().any(|row| row.said == format!("{}.{}", act.kind, act.name));
    let mut sayings = Vec::new();
    for act in Act::all().iter().filter(|act| FOREIGN.contains(&act.kind) && !is_known(act)) {
        let Some(first) = act.refs[0].first().filter(|first| first.rel != Rel::Cites) else { continue };
        for actor in ACTORS {
            let why = match act.to {
                _ if first.own && actor != author => "ref-author",
                Addressee::One if actor == author && to_all => "addressee",
                _ => "ref-target",
            };
            let mut saying = saying(actor, act.kind, act.name).about(&[root]);
            if act.kind == "undertaking" && act.name == "say-broken" {
                let own = stage.labels[&format!("q{}", actor.replace('o', "a"))].clone();
                saying = saying.about(&[root, &own]);
                if actor == "o" && why == "ref-target" {
                    continue;
                }
            }
            if act.kind == "draft" || act.kind == "norm" {
                continue;
            }
            sayings.push((saying, why));
        }
    }
    sayings
}

/// What came out otherwise, so that one run shows all of it.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn check<T: PartialEq + std::fmt::Debug>(&mut self, label: &str, found: T, expected: T) {
        if found != expected {
            self.0.push(format!("{label}: {found:?}, not {expected:?}"));
        }
    }
}

fn run(name: &str, text: &'static str, wrong: &mut Wrong) -> (usize, usize) {
    let table = table(text);
    let (mut took, mut refused) = (0, 0);
    for (phase, word, path) in &table.phases {
        let mut stage = Stage { world: World::trio(), labels: BTreeMap::new() };
        stage.go(&table.prelude);
        stage.go(path);
        let root = stage.labels["root"].clone();
        assert_eq!(stage.world.phase(&root), *word, "{name}: on the way to {phase}");
        let word_of = |name: &str| {
            let named = table.phases.iter().find(|(known, ..)| *known == name);
            named.map_or(name, |(_, word, _)| word).to_owned()
        };
        let mut against: Vec<(Position, &'static str, String)> = Vec::new();
        let mut crowd = stage.world.clone();
        for row in &table.rows {
            for actor in ACTORS {
                let Some(about) = stage.about(&row.about, actor.replace('o', "a").as_str()) else { continue };
                let about: Vec<&Position> = about.iter().collect();
                let target = about[0].log.party.as_str().to_owned();
                let saying = fill(new_saying(actor, row.said).about(&about), &row.fields);
                let label = format!("{name}: {actor} {} at {phase}", row.said);
                match expected(row, phase, actor, &target) {
                    Err(why) => against.push((crowd.post(&saying), why, label)),
                    Ok(to) => {
                        let mut alone = stage.world.clone();
                        let at = alone.post(&saying);
                        let phase = alone.look(|state, now| thread(state, &root).phase(now).to_owned());
                        wrong.check(&label, (alone.effect(&at), phase), ("took", word_of(&to)));
                        took += 1;
                    }
                }
            }
        }
        for (saying, why) in foreign(&table, &root, &stage) {
            let label =
                format!("{name}: {} {}.{} at {phase}", saying.party, saying.act.kind, saying.act.name);
            against.push((crowd.post(&saying), why, label));
        }
        let state = crowd.state();
        refused += against.len();
        for (at, why, label) in against {
            wrong.check(&label, effect(&state, &at), why);
        }
        assert_eq!(crowd.phase(&root), *word, "{name}: what has no effect moved {phase}");
    }
    (took, refused)
}

#[test]
fn every_act_in_every_phase_by_everybody_has_the_outcome_that_is_written_down() {
    let (mut took, mut refused) = (0, 0);
    let mut wrong = Wrong::default();
    for (name, text) in EXPECTED {
        let (more, against) = run(name, text, &mut wrong);
        took += more;
        refused += against;
    }
    assert!(wrong.0.is_empty(), "{}", wrong.0.join("\n"));
    // The table would say nothing if it were not read.
    assert!(took > 300 && refused > 5_000, "{took} took effect, {refused} had none");
}
