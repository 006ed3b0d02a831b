//! The pages in a browser, on the demonstration half-way through its story. Needs chromium and chromedriver; what the
//! pages say by themselves is tested beside them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "helpers of tests fail and report as tests do"
)]

mod driver;
mod look;
mod passkey;
mod payloads;
mod plain;
mod stage;
mod story;
mod strangers;

use std::panic::{AssertUnwindSafe, catch_unwind};

use driver::Driver;
use stage::Stage;

/// One demonstration for all of it, since its start takes most of the time; each subject goes on where the one before
/// left the record.
#[test]
fn the_pages_in_a_browser() {
    let Some(driver) = Driver::start() else { return };
    let stage = Stage::open();
    let walks = |walk: Walk| catch_unwind(AssertUnwindSafe(|| walk(&driver, &stage))).is_ok();
    let failed: Vec<&str> =
        SUBJECTS.iter().filter(|(_, walk)| !walks(*walk)).map(|(subject, _)| *subject).collect();
    assert_eq!(failed, [""; 0], "subjects that failed");
}

type Walk = fn(&Driver, &Stage);

const SUBJECTS: [(&str, Walk); 6] = [
    ("an inquiry is denied by two officers, arrives, is counted and checked", story::is_told),
    ("every page at every width, light and dark", look::at_every_page),
    ("what a peer wrote stays text", payloads::stay_text),
    ("without script", plain::without_script),
    ("pages of other sites", strangers::get_nothing),
    ("passkeys", passkey::opens_and_approves),
];
