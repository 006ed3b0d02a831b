//! Foreign bytes of any kind end in a named rejection, never in a panic, and never in a wrong match.

use detente_psi::{Rejection, voprf::Answer};
use proptest::prelude::*;

use crate::parties::{Run, replayable, set};

proptest! {
    #![proptest_config(replayable(64))]

    #[test]
    fn random_asks_are_refused(body in prop::collection::vec(any::<u8>(), 0..9000)) {
        let due = ["body-too-short", "body-too-long", "element-not-canonical"];
        check(Run::new(set(0..3), set(0..3)).try_answer(&body), &due);
    }

    #[test]
    fn random_asks_of_the_right_length_are_refused(body in prop::collection::vec(any::<u8>(), 8192)) {
        check(Run::new(set(0..3), set(0..3)).try_answer(&body), &["element-not-canonical"]);
    }

    #[test]
    fn random_answers_are_refused(
        pk in any::<[u8; 32]>(),
        honest_key in any::<bool>(),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..13_000),
            prop::collection::vec(any::<u8>(), 8192 + 64 + 4096),
        ],
    ) {
        let run = Run::new(set(0..3), set(0..3));
        let honest = run.answer(&run.ask());
        let pk = if honest_key { honest.pk } else { pk };
        let verdict = run.finish(&Answer { pk, body: body.into(), ..honest });
        let due = ["body-too-short", "body-too-long", "key-not-canonical", "element-not-canonical"];
        check(verdict, &due);
    }
}

fn check<T>(verdict: Result<T, Rejection>, due: &[&str]) {
    let rejection = verdict.err().expect("random bytes are refused");
    assert!(due.contains(&rejection.name()), "{rejection}");
}
