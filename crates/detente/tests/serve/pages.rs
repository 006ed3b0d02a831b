//! The pages Matches, Record, Peers and the Observer's view of a running node, as a browser without scripts asks for
//! them: links, forms, files.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use crate::running::{Running, ok, pair};

/// A node with an accord, and three who are signed in: two officers and an observer.
struct Pages {
    node: Running,
    accord: String,
    cookies: [String; 3],
    _folder: tempfile::TempDir,
}

const ANNA: usize = 0;
const BEN: usize = 1;
const PRESS: usize = 2;

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    /// The value of a header.
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }
}

impl Pages {
    fn start() -> Pages {
        let folder = pair();
        let at = folder.path();
        found(at);
        ok(at, "a", &["officer", "approvals", "session"]);
        for name in ["anna", "ben"] {
            ok(at, "a", &["officer", "add", name, "--office", "desk"]);
        }
        ok(at, "a", &["officer", "add", "press", "--role", "observer"]);
        let listed = ok(at, "a", &["accord", "list", "--json"]);
        let id = listed.split('"').find(|text| text.len() == 64).unwrap().to_owned();
        let node = Running::start(at, &[]);
        let mut pages =
            Pages { node, accord: id[..8].to_owned(), cookies: Default::default(), _folder: folder };
        pages.cookies = ["anna", "ben", "press"].map(|name| pages.sign_in(name));
        pages
    }

    /// By the link that the command line prints.
    fn sign_in(&self, name: &str) -> String {
        let printed = ok(self._folder.path(), "a", &["officer", "link", name, "--json"]);
        let link = printed.split('"').find(|text| text.starts_with("http")).unwrap();
        let path = &link[link.find("/sign-in").unwrap()..];
        let answer = self.send("POST", path, "", "application/x-www-form-urlencoded", b"");
        assert_eq!(answer.status, 303, "{}", answer.head);
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    fn send(&self, method: &str, path: &str, cookie: &str, kind: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.node.web()).unwrap();
        let port = self.node.web().port();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\nCookie: {cookie}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn get(&self, who: usize, page: &str) -> Answer {
        self.send("GET", &format!("/a/{}/{page}", self.accord), &self.cookies[who], "text/plain", b"")
    }

    /// The mark that forms of a session carry.
    fn mark(&self, who: usize) -> String {
        let page = self.get(who, "record").body;
        let at = page.find("name=\"form_mark\" value=\"").expect("a form") + 24;
        page[at..at + 64].to_owned()
    }

    fn post(&self, who: usize, page: &str, fields: &str) -> Answer {
        let path = format!("/a/{}/{page}", self.accord);
        self.send("POST", &path, &self.cookies[who], "application/x-www-form-urlencoded", fields.as_bytes())
    }

    /// A form with a file, as browsers send it.
    fn upload(&self, who: usize, page: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        let (name, bytes) = file;
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"ours.txt\"\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n--edge--\r\n");
        let path = format!("/a/{}/{page}", self.accord);
        self.send("POST", &path, &self.cookies[who], "multipart/form-data; boundary=edge", &body)
    }
}

fn found(at: &Path) {
    ok(at, "b", &["accord", "offer", "-o", "b.offer"]);
    ok(at, "a", &["accord", "new", "--with", "b.offer", "-o", "charter.dtn"]);
    ok(at, "a", &["accord", "sign", "charter.dtn", "--yes"]);
    ok(at, "b", &["accord", "sign", "charter.dtn", "--yes"]);
    for (one, other, to) in [("a", "b", "cert-b"), ("b", "a", "cert-a"), ("a", "b", "cert-b")] {
        ok(at, one, &["sync", "out", "--to", to, "-o", "packet.dtn"]);
        ok(at, other, &["sync", "in", "packet.dtn"]);
    }
}

#[test]
fn everybody_signed_in_reads_and_nobody_else() {
    let pages = Pages::start();
    for page in ["matches", "record", "record?receipts=yes", "record/cert-a/0/0", "peers", "observer"] {
        for who in [ANNA, BEN, PRESS] {
            let answer = pages.get(who, page);
            assert_eq!(answer.status, 200, "{page} {who}: {}", answer.head);
            assert_eq!(answer.body.matches("<h1>").count(), 1, "{page}");
            assert!(!answer.body.contains(" style=") && !answer.body.contains("<style"), "{page}");
        }
        let stranger = pages.send("GET", &format!("/a/{}/{page}", pages.accord), "", "text/plain", b"");
        assert!(matches!(stranger.status, 303 | 401), "{page}: {}", stranger.head);
    }
    assert!(!pages.get(PRESS, "matches").body.contains("method=\"post\""), "an observer gets no form");
    let record = pages.get(PRESS, "record").body;
    let forms: Vec<&str> =
        record.split("<form ").skip(1).filter(|form| form.contains("method=\"post\"")).collect();
    assert!(!forms.is_empty(), "an observer may check");
    for form in forms {
        let form = form.split('>').next().unwrap_or_default();
        assert!(
            form.contains("/record/check\"") || form.contains("/record/verify\""),
            "and nothing else: {form}"
        );
    }
    assert_eq!(pages.get(ANNA, "record/cert-z/0/0").status, 404);
    assert_eq!(pages.get(ANNA, "record/cert-a/0/999").status, 404);
}

#[test]
fn the_proof_of_an_entry_is_taken_away_and_checked_by_the_command_line() {
    let pages = Pages::start();
    let page = pages.get(ANNA, "record/cert-a/0/0").body;
    assert!(page.contains("checked here at") && page.contains("verified"), "{page}");
    let bundle = pages.get(ANNA, "record/cert-a/0/0/bundle");
    assert_eq!(bundle.header("content-disposition"), "attachment; filename=\"cert-a-0-0.detente.tar\"");
    let mark = pages.mark(ANNA);
    let answer =
        pages.upload(ANNA, "record/verify", &[("form_mark", &mark)], ("bundle", bundle.body.as_bytes()));
    assert!(answer.status == 200 && answer.body.contains("verified"), "{}", answer.head);
    let answer = pages.upload(ANNA, "record/verify", &[("form_mark", &mark)], ("bundle", b"no bundle"));
    assert!(answer.body.contains("not verified"), "{}", answer.body);
    let checked = pages.post(ANNA, "record/check", &format!("form_mark={mark}"));
    assert!(checked.body.contains("nothing differs"), "{}", checked.body);
}

#[test]
fn a_dropped_list_is_told_in_words_and_started_by_another_officer() {
    let pages = Pages::start();
    let (anna, ben) = (pages.mark(ANNA), pages.mark(BEN));
    let list = b"192.0.2.7\nmail.example.com\nnot an item\n";
    let fields = [
        ("form_mark", anna.as_str()),
        ("peer", "cert-b"),
        ("reveal", "ours"),
        ("purpose", "odd logins"),
        ("pap", ""),
    ];
    let read = pages.upload(ANNA, "matches/read", &fields, ("list", list));
    assert_eq!(read.status, 303, "{}", read.body);
    let place = read.header("location").split_once("/matches/").unwrap().1.to_owned();
    let page = pages.get(ANNA, &format!("matches/{place}")).body;
    for words in [
        "Will leave: ",
        "They will learn: ",
        "Will not leave: ",
        "odd logins",
        "another officer has to start it",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("mail.example.com") && !page.contains("192.0.2.7"), "an item stands on a page");
    let own = pages.post(ANNA, &format!("matches/{place}/start"), &format!("form_mark={anna}"));
    assert!(own.status == 403 && own.body.contains("approval-own"), "{}", own.body);
    assert!(pages.get(BEN, "matches").body.contains("Waiting for a second officer"));
    let theirs = pages.get(BEN, &format!("matches/{place}")).body;
    assert!(theirs.contains("<button>Start a match with cert-b</button>"), "{theirs}");
    let put_away = pages.post(BEN, &format!("matches/{place}/forget"), &format!("form_mark={ben}"));
    assert_eq!(put_away.status, 303, "{}", put_away.body);
    assert_eq!(pages.get(BEN, &format!("matches/{place}")).status, 404);
}

#[test]
fn what_is_no_list_of_ours_or_not_from_a_form_of_ours_is_refused() {
    let pages = Pages::start();
    let mark = pages.mark(ANNA);
    let fields =
        |mark: &'static str, peer: &'static str| [("form_mark", mark), ("peer", peer), ("reveal", "ours")];
    let other = pages.upload(ANNA, "matches/read", &fields("00", "cert-b"), ("list", b"192.0.2.7"));
    assert!(other.status == 403 && other.body.contains("form-mark"), "{}", other.body);
    let refused = |mark: &str, peer: &str, reveal: &str, list: &[u8]| {
        let fields = [("form_mark", mark), ("peer", peer), ("reveal", reveal)];
        pages.upload(ANNA, "matches/read", &fields, ("list", list)).status
    };
    assert_eq!(refused(&mark, "cert-b", "ours", b""), 400);
    assert_eq!(refused(&mark, "cert-b", "everything", b"192.0.2.7"), 400);
    assert_eq!(refused(&mark, "../b", "ours", b"192.0.2.7"), 400);
    let press = pages.upload(PRESS, "matches/read", &[("form_mark", &mark)], ("list", b"192.0.2.7"));
    assert_eq!(press.status, 403, "{}", press.body);
    assert_eq!(pages.get(ANNA, "matches/00/stix").status, 404);
}
