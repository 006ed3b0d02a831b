//! A stream of small packets between two open accords: what each costs must not grow with what is held.

use std::time::Instant;

use detente_accord::jcs::Value;
use detente_accord::record::Draft;
use detente_node::{Accord, What};

use crate::world::{START, World, id};

/// Statements in all, and in a window of which the mean is printed.
const STATEMENTS: usize = 1000;
const WINDOW: usize = 200;

fn notice(n: usize) -> Draft {
    let mut draft = Draft::new(
        "notice",
        [
            ("act", Value::text("issue")),
            ("to", Value::text("*")),
            ("kind", Value::text("change")),
            ("prec", Value::text("routine")),
        ],
    );
    draft.aud = "all".to_owned();
    draft.values.insert("text", Value::text(format!("change {n}")));
    draft
}

/// Figures: `cargo test --release -p detente-node --test node stream -- --ignored --nocapture`.
#[test]
#[ignore = "measures, and judges nothing about time: the command stands above"]
fn what_a_packet_costs_does_not_grow() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(3);
    let draws: Vec<_> = (0..8 * STATEMENTS).map(|_| world.entropy()).collect();
    let mut draws = draws.into_iter();
    let (mut a, mut b) = (world.open("a"), world.open("b"));
    a.defer_files().unwrap();
    b.defer_files().unwrap();
    let mut now = START.0 + 86_400_000;
    let mut means = Vec::new();
    let mut spent = [0.0; 4];
    for n in 0..STATEMENTS {
        now += 1_000;
        let now = detente_accord::Time(now);
        let mut timed = |nth: usize, work: &mut dyn FnMut()| {
            let begun = Instant::now();
            work();
            spent[nth] += begun.elapsed().as_secs_f64() * 1e3 / WINDOW as f64;
        };
        timed(0, &mut || drop(a.say_all(vec![notice(n)], now, &mut draws.next().unwrap()).unwrap()));
        hand(&a, &mut b, now, &mut draws, &mut timed);
        hand(&b, &mut a, now, &mut draws, &mut timed);
        hand(&a, &mut b, now, &mut draws, &mut |_, work| work());
        if (n + 1) % WINDOW == 0 {
            means.push(spent);
            println!(
                "to {}: said {:.1} ms, packet {:.1} ms, taken in {:.1} ms",
                n + 1,
                spent[0],
                spent[1] / 2.0,
                spent[2] / 2.0
            );
            spent = [0.0; 4];
        }
    }
    assert_eq!(a.state().digest_text(), b.state().digest_text());
    let all = |spent: &[f64; 4]| spent.iter().sum::<f64>();
    let (first, last) = (all(&means[0]), all(means.last().unwrap()));
    assert!(last < 2.0 * first, "{first:.1} ms, then {last:.1} ms");
}

fn hand(
    from: &Accord<'_>,
    to: &mut Accord<'_>,
    now: detente_accord::Time,
    draws: &mut impl Iterator<Item = detente_accord::Entropy>,
    timed: &mut dyn FnMut(usize, &mut dyn FnMut()),
) {
    let name = id(to.us().id().as_str());
    let mut packet = Vec::new();
    let mut entropy = draws.next().unwrap();
    timed(1, &mut || packet = from.packet_for(&name, What::Lacking, now, &mut entropy).unwrap().bytes);
    let mut entropy = draws.next().unwrap();
    timed(2, &mut || drop(to.take(&packet, now, &mut entropy).unwrap()));
}
