//! Quorum arithmetic: the table of section 7.4 of the record's specification.

use detente_accord::record::{Pq, Quorum};

#[test]
fn defaults_are_those_of_the_table() {
    for (n, f, k) in [(2, 0, 1), (3, 1, 2), (4, 1, 3), (5, 1, 3), (6, 1, 4), (7, 1, 4), (8, 2, 5)] {
        assert_eq!(Quorum::default_for(n, Pq::Carried), Quorum { k, f, pq: Pq::Carried }, "{n}");
    }
}

#[test]
fn a_default_is_safe_and_one_less_is_not() {
    for n in 2..=32 {
        let quorum = Quorum::default_for(n, Pq::Required);
        assert!(!quorum.is_unsafe_for(n), "{n}");
        assert!(Quorum { k: quorum.k - 1, ..quorum }.is_unsafe_for(n), "{n}");
        assert!(quorum.k < n as u64, "{n}");
        // From five parties on, the others reach k without the hostile ones.
        assert!(n < 5 || quorum.k <= n as u64 - 1 - quorum.f, "{n}");
    }
    // The second row for seven: more hostile ones, safety only.
    assert!(!Quorum { k: 5, f: 2, pq: Pq::Carried }.is_unsafe_for(7));
    assert!(Quorum { k: 4, f: 2, pq: Pq::Carried }.is_unsafe_for(7));
}
