//! The same pages in a browser that runs no script: they say the same, and their forms work.

use serde_json::json;

use super::driver::{Driver, How};
use super::look::PAGES;
use super::stage::Stage;

const ASKED: &str = "Which of your ranges scanned ours on Monday?";

/// Cleo reads every page and drafts a question, Dan's node shows it: all of it links and forms.
pub(crate) fn without_script(driver: &Driver, stage: &Stage) {
    let how = How { script: false, ..How::DESK };
    let cleo = stage.desk_as(driver, "Cleo", &how);
    for (name, page, link) in PAGES.iter().filter(|(_, _, link)| link.is_none()) {
        cleo.open(page);
        assert_eq!(cleo.browser.elements("h1").len(), 1, "{name} {link:?}");
        assert_eq!(cleo.browser.elements("footer").len(), 1, "{name}");
    }
    cleo.browser.log("browser");
    cleo.open("say/inquiry/release");
    cleo.browser.fill("#f-text", ASKED);
    cleo.browser.click("Draft it");
    cleo.browser.wait("the draft", |page| page.url().contains("/drafts/") && page.source().contains(ASKED));
    cleo.browser.click("Discard…");
    cleo.browser.click("Discard it");
    cleo.browser.wait("its end", |page| !page.url().ends_with("/discard"));
    cleo.open("drafts");
    assert!(!cleo.browser.source().contains("/discard"), "{}", cleo.browser.text());
    assert_eq!(json!(cleo.browser.log("browser")), json!([]));
}
