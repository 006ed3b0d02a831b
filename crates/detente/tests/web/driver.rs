//! A browser, driven by WebDriver over plain HTTP: Debian's chromium and chromedriver, which have one version.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long the driver may take to start, and a page to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The driver's process.
pub(crate) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts it. `None`, said loudly, where there is no browser.
    pub(crate) fn start() -> Option<Driver> {
        let has = |name: &str| {
            Command::new(name)
                .arg("--version")
                .stdout(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        if !has("chromium") || !has("chromedriver") {
            eprintln!("SKIPPED: needs chromium and chromedriver");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("chromedriver")
            .args([format!("--port={port}"), "--log-level=SEVERE".into()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let driver = Driver { child, port };
        let until = Instant::now() + PATIENCE;
        while driver.ask("GET", "/status", None).is_none_or(|answer| answer["value"]["ready"] != true) {
            assert!(Instant::now() < until, "chromedriver does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(driver)
    }

    /// A browser with nothing in it.
    pub(crate) fn browser(&self, how: &How) -> Browser<'_> {
        let size = format!("--window-size={},{}", how.size.0, how.size.1);
        let mut args =
            vec!["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", &size];
        args.extend(["--host-resolver-rules=MAP evil.test 127.0.0.1", "--hide-scrollbars"]);
        let script = if how.script { 1 } else { 2 };
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium",
                "args": args,
                "prefs": { "profile.managed_default_content_settings.javascript": script },
            },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let answer = self.ask("POST", "/session", Some(&wanted)).expect("chromedriver answers");
        let session = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        let browser = Browser { driver: self, session };
        if how.dark {
            let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
            browser.devtools("Emulation.setEmulatedMedia", &dark);
        }
        browser
    }

    /// One request, one connection.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Value> {
        let body = body.map_or_else(String::new, Value::to_string);
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .ok()?;
        serde_json::from_slice(&body_of(stream)?).ok()
    }
}

/// The body of an answer, by the length it names: the driver keeps the connection open.
fn body_of(stream: TcpStream) -> Option<Vec<u8>> {
    let mut stream = BufReader::new(stream);
    let mut length = None;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok();
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length?];
    stream.read_exact(&mut body).ok()?;
    Some(body)
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What kind of browser.
#[derive(Clone, Copy)]
pub(crate) struct How {
    pub(crate) size: (u32, u32),
    pub(crate) dark: bool,
    pub(crate) script: bool,
}

impl How {
    pub(crate) const DESK: How = How { size: (1280, 800), dark: false, script: true };
}

/// An open browser; closed on drop.
pub(crate) struct Browser<'d> {
    driver: &'d Driver,
    session: String,
}

impl Browser<'_> {
    #[track_caller]
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}{path}", self.session);
        let body = (method == "POST").then_some(body);
        let answer = self.driver.ask(method, &path, body).expect("chromedriver answers");
        let failed = answer["value"]["error"].as_str().map(str::to_owned);
        assert!(failed.is_none(), "{method} {path}: {}", answer["value"]);
        answer["value"].clone()
    }

    /// Goes to an address, and waits until the page is there.
    #[track_caller]
    pub(crate) fn open(&self, url: &str) {
        self.call("POST", "/url", &json!({ "url": url }));
    }

    pub(crate) fn url(&self) -> String {
        self.call("GET", "/url", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn title(&self) -> String {
        self.call("GET", "/title", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn source(&self) -> String {
        self.call("GET", "/source", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    /// The visible text of the page.
    pub(crate) fn text(&self) -> String {
        let body = self.element("body");
        self.call("GET", &format!("/element/{body}/text"), &Value::Null)
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The elements that a selector finds.
    pub(crate) fn elements(&self, css: &str) -> Vec<String> {
        let found = self.call("POST", "/elements", &json!({ "using": "css selector", "value": css }));
        let found = found.as_array().cloned().unwrap_or_default();
        found.iter().filter_map(|element| Some(element[ELEMENT].as_str()?.to_owned())).collect()
    }

    /// The one element that a selector finds first.
    #[track_caller]
    pub(crate) fn element(&self, css: &str) -> String {
        let found = self.elements(css);
        found
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{css} is not on {}:\n{}", self.url(), self.source()))
    }

    /// Clicks the first link or button that says this.
    #[track_caller]
    pub(crate) fn click(&self, words: &str) {
        let path = format!(
            "//a[contains(normalize-space(.), \"{words}\")] | //button[contains(normalize-space(.), \"{words}\")]"
        );
        let until = Instant::now() + PATIENCE;
        let look = || self.call("POST", "/elements", &json!({ "using": "xpath", "value": path }));
        let mut found = look();
        // The page that a click before led to may still be on its way.
        while found[0][ELEMENT].is_null() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(100));
            found = look();
        }
        let first = found[0][ELEMENT].as_str();
        let first =
            first.unwrap_or_else(|| panic!("nothing says {words:?} on {}:\n{}", self.url(), self.text()));
        self.call("POST", &format!("/element/{first}/click"), &json!({}));
    }

    /// Types into a field; of a file field, the path of the file.
    #[track_caller]
    pub(crate) fn fill(&self, css: &str, text: &str) {
        let field = self.element(css);
        self.call("POST", &format!("/element/{field}/value"), &json!({ "text": text }));
    }

    #[track_caller]
    pub(crate) fn press(&self, css: &str) {
        let element = self.element(css);
        self.call("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Runs a script in the page, which our own pages would not: for what a test has to measure.
    pub(crate) fn script(&self, body: &str) -> Value {
        self.call("POST", "/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// A command of the developer tools.
    pub(crate) fn devtools(&self, command: &str, params: &Value) -> Value {
        self.call("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": params }))
    }

    /// A key that signs in: a virtual one, with or without the touch of a person it knows.
    pub(crate) fn authenticator(&self, verified: bool) -> String {
        let key = json!({ "protocol": "ctap2", "transport": "usb", "hasResidentKey": true,
                          "hasUserVerification": true, "isUserVerified": verified });
        self.call("POST", "/webauthn/authenticator", &key).as_str().unwrap_or_default().to_owned()
    }

    /// What is in a log since it was last asked for: `browser` (console, violations of the policy) or `performance`.
    pub(crate) fn log(&self, kind: &str) -> Vec<Value> {
        self.call("POST", "/se/log", &json!({ "type": kind })).as_array().cloned().unwrap_or_default()
    }

    /// The addresses that were requested since this was last asked for.
    pub(crate) fn requested(&self) -> Vec<String> {
        let sent = |entry: &Value| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = &event["message"];
            let is_sent = event["method"] == "Network.requestWillBeSent";
            is_sent.then(|| event["params"]["request"]["url"].as_str().map(str::to_owned))?
        };
        self.log("performance").iter().filter_map(sent).collect()
    }

    /// Whether a dialog stands open.
    pub(crate) fn has_dialog(&self) -> bool {
        let path = format!("/session/{}/alert/text", self.session);
        let answer = self.driver.ask("GET", &path, None).expect("chromedriver answers");
        answer["value"]["error"] != "no such alert"
    }

    /// The whole page as PNG, in base64.
    pub(crate) fn picture(&self) -> Vec<u8> {
        let shot = self
            .devtools("Page.captureScreenshot", &json!({ "format": "png", "captureBeyondViewport": true }));
        detente_accord::b64::decode_any(shot["data"].as_str().unwrap_or_default(), 64 << 20)
            .unwrap_or_default()
    }

    /// Waits until something is so.
    #[track_caller]
    pub(crate) fn wait(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < until, "{what} on {}:\n{}", self.url(), self.text());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Browser<'_> {
    fn drop(&mut self) {
        let _ = self.driver.ask("DELETE", &format!("/session/{}", self.session), None);
    }
}
