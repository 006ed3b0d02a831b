//! The demonstration as it is served: three nodes with their desks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::driver::{Browser, Driver, How};

/// The demonstration's process; it ends with this.
pub(crate) struct Stage {
    child: Child,
    told: Value,
    folder: tempfile::TempDir,
    /// Cookies of those who signed in, with the first page they saw: the gate counts tries to sign in.
    sessions: RefCell<HashMap<String, (Value, String)>>,
}

impl Stage {
    /// Starts it, and waits until its nodes run.
    pub(crate) fn open() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_detente"))
            .args(["demo", "--serve", "--json", "--keep", "kept"])
            .current_dir(folder.path())
            .env_remove("DETENTE_HOME")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).expect("the demonstration tells where its desks are");
        Stage { child, told, folder, sessions: RefCell::default() }
    }

    /// A browser in which this officer is signed in, on the first page.
    pub(crate) fn desk<'d>(&self, driver: &'d Driver, officer: &str) -> Desk<'d> {
        self.desk_as(driver, officer, &How::DESK)
    }

    pub(crate) fn desk_as<'d>(&self, driver: &'d Driver, officer: &str, how: &How) -> Desk<'d> {
        let browser = driver.browser(how);
        let known = self.sessions.borrow().get(officer).cloned();
        let url = match known {
            Some((cookies, url)) => {
                browser.devtools("Network.setCookies", &cookies);
                browser.open(&url);
                url
            }
            None => self.sign_in(&browser, officer),
        };
        let (origin, rest) = url.split_once("/a/").unwrap();
        let accord = format!("{origin}/a/{}", rest.split('/').next().unwrap());
        Desk { browser, origin: origin.to_owned(), accord }
    }

    /// Signs in by a new link; where that ends.
    fn sign_in(&self, browser: &Browser<'_>, officer: &str) -> String {
        let link = self.link(officer);
        browser.open(&link);
        browser.click("Sign in");
        browser.wait("a way in", |page| !page.url().contains("/sign-in"));
        browser.open(&format!("{}/", link.split("/sign-in").next().unwrap()));
        browser.wait("the accord", |page| page.url().contains("/a/"));
        let cookies = browser.devtools("Network.getAllCookies", &json!({}));
        self.sessions.borrow_mut().insert(officer.to_owned(), (cookies, browser.url()));
        browser.url()
    }

    /// A new link of an officer.
    fn link(&self, officer: &str) -> String {
        let desks = self.told["desks"].as_array().unwrap();
        let desk = desks.iter().find(|desk| desk["officer"] == officer).unwrap();
        let home = desk["home"].as_str().unwrap();
        let made = self.json(&["officer", "link", officer, "--home", home]);
        made["link"].as_str().unwrap().to_owned()
    }

    /// Runs a command beside the nodes, which has to go well.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let done = Command::new(env!("CARGO_BIN_EXE_detente"))
            .args(args)
            .arg("--json")
            .current_dir(self.folder.path().join("kept"))
            .env_remove("DETENTE_HOME")
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{args:?}: {words}");
        serde_json::from_slice(&done.stdout).unwrap_or(Value::Null)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Asked to end, it ends its nodes; killed, it could not.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
    }
}

/// A browser in which an officer is signed in.
pub(crate) struct Desk<'d> {
    pub(crate) browser: Browser<'d>,
    /// Scheme, name and port of the node.
    pub(crate) origin: String,
    /// Where the accord's pages are.
    pub(crate) accord: String,
}

impl Desk<'_> {
    /// Goes to a page of the accord.
    #[track_caller]
    pub(crate) fn open(&self, page: &str) {
        self.browser.open(&format!("{}/{page}", self.accord));
    }

    /// Goes to the first address on this page that a selector finds.
    #[track_caller]
    pub(crate) fn follow(&self, css: &str) {
        let href = format!("return document.querySelector({css:?})?.href ?? ''");
        let href = self.browser.script(&href);
        let href = href.as_str().unwrap_or_default();
        assert!(!href.is_empty(), "{css} is not on {}:\n{}", self.browser.url(), self.browser.text());
        self.browser.open(href);
    }

    /// Opens a page again until it says something.
    #[track_caller]
    pub(crate) fn wait(&self, page: &str, words: &str) {
        self.browser.wait(words, |browser| {
            self.open(page);
            browser.source().contains(words)
        });
    }

    /// What a browser must not have met: errors, breaches of the policy, requests to others.
    #[track_caller]
    pub(crate) fn is_clean(&self) {
        let said = self.browser.log("browser");
        assert!(said.is_empty(), "{}: {said:?}", self.browser.url());
        let asked = self.browser.requested();
        let foreign: Vec<_> =
            asked.iter().filter(|url| !url.starts_with(&format!("{}/", self.origin))).collect();
        assert!(foreign.is_empty(), "{}: {foreign:?}", self.browser.url());
    }
}
