//! What the demonstration tells newcomers to click.

use super::driver::Driver;
use super::stage::Stage;

const DENIED: &str = "No organ of ours did this.";

/// Cleo acknowledges and drafts, Dan releases, Ada reads, Olga checks.
pub(crate) fn is_told(driver: &Driver, stage: &Stage) {
    let cleo = stage.desk(driver, "Cleo");
    cleo.open("inquiries");
    cleo.follow("main table a[href*='/thread/']");
    let thread = cleo.browser.url();
    cleo.browser.click("Acknowledge");
    cleo.browser.click("Draft it");
    cleo.browser.click("Release: say");
    cleo.browser
        .wait("what was said", |page| !page.url().contains("/drafts/") && !page.url().contains("/say/"));
    cleo.browser.open(&thread);
    cleo.browser.click("Deny");
    cleo.browser.fill("#f-text", DENIED);
    cleo.browser.click("Draft it");
    cleo.browser.wait("the draft", |page| page.url().contains("/drafts/"));
    let draft = cleo.browser.url();
    assert!(cleo.browser.elements("form[action$='/release']").is_empty(), "who drafts does not release");
    cleo.is_clean();

    let dan = stage.desk(driver, "Dan");
    dan.browser.open(&draft);
    assert!(dan.browser.text().contains(DENIED), "{}", dan.browser.text());
    dan.browser.click("Release: say");
    dan.browser
        .wait("what was said", |page| !page.url().contains("/drafts/") && !page.url().contains("/say/"));
    dan.is_clean();

    let page = thread.rsplit_once("/thread/").map(|(_, rest)| format!("thread/{rest}")).unwrap();
    let ada = stage.desk(driver, "Ada");
    ada.wait(&page, DENIED);
    ada.is_clean();

    let olga = stage.desk(driver, "Olga");
    olga.wait("observer", "Observer");
    olga.browser.press("form[action$='/record/check'] button");
    olga.browser.wait("checked", |page| page.source().contains("checked here"));
    olga.is_clean();
}
