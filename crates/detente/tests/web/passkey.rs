//! Passkeys, with a virtual one: two officers, who both touch theirs.

use super::driver::Driver;
use super::stage::Stage;

const TOLD: &str = "We have taken your notice in.";

/// Dan registers a key after his link, signs in by it, and approves by it what Cleo drafted.
pub(crate) fn opens_and_approves(driver: &Driver, stage: &Stage) {
    stage.json(&["officer", "approvals", "passkey", "--home", "b"]);
    let cleo = stage.desk(driver, "Cleo");
    cleo.open("say/inquiry/release");
    cleo.browser.fill("#f-text", TOLD);
    cleo.browser.click("Draft it");
    cleo.browser.wait("the draft", |page| page.url().contains("/drafts/"));
    let draft = cleo.browser.url();

    let dan = stage.desk(driver, "Dan");
    dan.browser.authenticator(true);
    dan.browser.open(&format!("{}/passkeys", dan.origin));
    dan.browser.fill("#label", "the blue one");
    dan.browser.click("Add a passkey");
    dan.browser.wait("the new key", |page| page.source().contains("the blue one"));
    dan.browser.open(&format!("{}/sign-out", dan.origin));
    dan.browser.press("form[action='/sign-out'] button");
    dan.browser.wait("the way in", |page| page.url().ends_with("/sign-in"));
    dan.browser.fill("#name", "Dan");
    dan.browser.click("Sign in with your passkey");
    dan.browser.wait("the desk", |page| page.url().contains("/a/"));

    dan.browser.open(&draft);
    dan.browser.click("Release");
    dan.browser
        .wait("the release", |page| !page.url().contains("/drafts/") || page.source().contains("Released"));
    dan.open("drafts");
    assert!(!dan.browser.source().contains(draft.rsplit('/').next().unwrap()), "{}", dan.browser.text());
}
