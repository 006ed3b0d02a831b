//! Every page at every width, in both colours: what the browser says of it, how wide it is, how it looks.

use std::path::PathBuf;

use serde_json::json;

use super::driver::Driver;
use super::stage::{Desk, Stage};

const WIDTHS: [u32; 3] = [360, 1280, 1920];

/// Pages by name and address; an address that starts with `a` is of a link on the page before it.
pub(crate) const PAGES: [(&str, &str, Option<&str>); 14] = [
    ("desk", "desk", None),
    ("inquiries", "inquiries", None),
    ("thread", "inquiries", Some("main table a[href*='/thread/']")),
    ("form-inquiry", "say/inquiry/release", None),
    ("form-denial", "say/denial/denial", None),
    ("form-notice", "say/notice/issue", None),
    ("drafts", "drafts", None),
    ("norms", "norms", None),
    ("matches", "matches", None),
    ("record", "record", None),
    ("entry", "record", Some("main a[href*='/record/']")),
    ("peers", "peers", None),
    ("observer", "observer", None),
    ("not-found", "thread/cert-a/0/999999", None),
];

/// All of them at the desk of Cleo.
pub(crate) fn at_every_page(driver: &Driver, stage: &Stage) {
    let folder = folder();
    std::fs::create_dir_all(&folder).unwrap();
    let desk = stage.desk(driver, "Cleo");
    for (name, page, link) in PAGES {
        desk.open(page);
        if let Some(link) = link {
            desk.follow(link);
        }
        for width in WIDTHS {
            for colours in ["light", "dark"] {
                show(&desk, width, colours);
                fits(&desk, name, width);
                let file = folder.join(format!("{name}-{width}-{colours}.png"));
                std::fs::write(file, desk.browser.picture()).unwrap();
            }
        }
        if name == "not-found" {
            // The browser itself notes that a page was not there.
            desk.browser.log("browser");
        }
        desk.is_clean();
    }
}

/// Where pictures go: `target/screens`.
fn folder() -> PathBuf {
    let target = PathBuf::from(env!("CARGO_BIN_EXE_detente"));
    target.ancestors().nth(2).unwrap().join("screens")
}

fn show(desk: &Desk<'_>, width: u32, colours: &str) {
    let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
    desk.browser.devtools("Emulation.setDeviceMetricsOverride", &size);
    let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": colours }] });
    desk.browser.devtools("Emulation.setEmulatedMedia", &feature);
}

/// Nothing is wider than the window, and the page has one heading of the first order.
fn fits(desk: &Desk<'_>, name: &str, width: u32) {
    let seen = desk.browser.script(
        "const root = document.documentElement;
         const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1);
         return [root.scrollWidth, root.clientWidth, document.querySelectorAll('h1').length,
                 out.slice(0, 3).map(e => e.outerHTML.slice(0, 200))]",
    );
    let number = |n: usize| seen[n].as_u64().unwrap();
    assert_eq!(number(2), 1, "{name}: headings");
    assert_eq!(number(1), u64::from(width), "{name}: the window");
    assert!(number(0) <= number(1), "{name} at {width}: {} wide; {}", number(0), seen[3]);
}
