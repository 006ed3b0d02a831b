//! Text of a peer that would be a program if any page took it for markup: tags x handlers x ways of writing them, and
//! breaks out of the places where a page puts text. All of it has to arrive, and to stay text.

use serde_json::json;

use super::driver::Driver;
use super::stage::{Desk, Stage};

/// What a payload does where it runs: it would open a dialog, change the title, and ask another origin.
const RUNS: [&str; 4] =
    ["alert(1)", "document.title='x'", "fetch('//evil.test/')", "top.location='//evil.test/'"];
/// Tags whose handlers run without a hand of a person.
const TAGS: [&str; 14] = [
    "<img src=x onerror=@>",
    "<svg onload=@>",
    "<svg><animate onbegin=@ attributeName=x dur=1s>",
    "<body onload=@>",
    "<input autofocus onfocus=@>",
    "<details open ontoggle=@>",
    "<video><source onerror=@></video>",
    "<audio src=x onerror=@>",
    "<iframe srcdoc=\"<script>@</script>\"></iframe>",
    "<iframe src=\"javascript:@\"></iframe>",
    "<object data=\"javascript:@\"></object>",
    "<marquee onstart=@>",
    "<style onload=@></style>",
    "<script>@</script>",
];
/// What stands before it, to leave the place that it was put in.
const BREAKS: [&str; 8] =
    ["", "\">", "'>", "</textarea>", "</title>", "</bdi></p>", "--><!-- -->", "]]></script></style>"];
/// What works, if anywhere, in one piece.
const SINGLE: [&str; 26] = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "\u{ff1c}script\u{ff1e}alert(1)\u{ff1c}/script\u{ff1e}",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script/x>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\" autofocus onfocus=alert(1)>go on</a>",
    "<meta http-equiv=refresh content=\"0;url=//evil.test/\">",
    "<base href=\"//evil.test/\">",
    "<link rel=stylesheet href=\"//evil.test/x.css\">",
    "<form action=\"//evil.test/\"><button autofocus>Release</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template shadowrootmode=open><img src=x onerror=alert(1)></template>",
    "{{constructor.constructor('alert(1)')()}}${alert(1)}#{alert(1)}",
    "x\" autofocus onfocus=\"alert(1)",
    "x' style='background:url(//evil.test/)",
];

/// All of them.
fn all() -> Vec<String> {
    let mut made: Vec<String> = SINGLE.iter().map(|&one| one.to_owned()).collect();
    for (n, tag) in TAGS.iter().enumerate() {
        for (m, before) in BREAKS.iter().enumerate() {
            for run in [RUNS[(n + m) % RUNS.len()], RUNS[(n + m + 1) % RUNS.len()]] {
                made.push(format!("{before}{}", tag.replace('@', run)));
            }
        }
    }
    made
}

/// Fields of A's statements that hold text.
const INQUIRY: [&str; 4] = ["--text", "--origin", "--affected", "--rsit"];
const NOTICE: [&str; 4] = ["--text", "--affected", "--do-this", "--rsit"];

/// Payloads in one field of one statement.
const IN_ONE: usize = 64;

/// A sends them all in each field; B and the observer look at every page where they stand.
pub(crate) fn stay_text(driver: &Driver, stage: &Stage) {
    let payloads = all();
    assert!(payloads.len() >= 200, "{}", payloads.len());
    let mut sent = Vec::new();
    for some in payloads.chunks(IN_ONE) {
        let text = some.join(" ");
        let inquiry = say(stage, &["inquire", "--to", "cert-b", "--kind", "incident"], &INQUIRY, &text);
        let notice = say(stage, &["notice", "issue", "--to", "cert-b", "--kind", "activity"], &NOTICE, &text);
        sent.extend([(inquiry, some), (notice, some)]);
    }
    for officer in ["Cleo", "Olga"] {
        let desk = stage.desk(driver, officer);
        for (entry, some) in &sent {
            for page in ["thread", "record"] {
                shows(&desk, &format!("{page}/{entry}"), some);
            }
        }
        for page in ["desk", "inquiries", "record", "observer", "peers", "norms"] {
            desk.open(page);
            is_harmless(&desk);
        }
    }
}

/// Says it, with this text in each of these fields; the place of the entry.
fn say(stage: &Stage, statement: &[&str], fields: &[&str], text: &str) -> String {
    let fields = fields.iter().flat_map(|field| [*field, text]);
    let said: Vec<&str> = statement.iter().copied().chain(fields).chain(["--yes", "--home", "a"]).collect();
    stage.json(&said)["entry"].as_str().unwrap().to_owned()
}

/// The page shows each payload as it was sent, in every field, and none of them runs.
fn shows(desk: &Desk<'_>, page: &str, payloads: &[String]) {
    desk.open(page);
    desk.browser.wait("what A wrote", |browser| {
        let is_there = browser.script("return document.body.textContent.includes('alert(1)')") == true;
        if !is_there {
            browser.log("browser");
            desk.open(page);
        }
        is_there
    });
    let text = desk.browser.script("return document.body.textContent");
    let text = text.as_str().unwrap();
    // A page shows marks of control by name: the one payload with such a mark is looked for without it.
    for payload in payloads.iter().filter(|one| !one.contains('\t')) {
        let times = text.matches(payload.as_str()).count();
        assert!(times >= INQUIRY.len(), "{page}: {times} times {payload}");
    }
    is_harmless(desk);
}

/// Nothing that is not ours is in the page, and nothing ran.
fn is_harmless(desk: &Desk<'_>) {
    let browser = &desk.browser;
    assert!(!browser.has_dialog(), "{}", browser.url());
    assert!(browser.title().ends_with("· détente"), "{}: {}", browser.url(), browser.title());
    let strange = browser.script(STRANGE);
    assert_eq!(strange, json!([]), "{}", browser.url());
    desk.is_clean();
}

/// Elements and attributes that no page of ours has.
const STRANGE: &str = "
    const ours = e => e.tagName === 'SCRIPT' && e.src.startsWith(location.origin + '/');
    const handler = a => a.name.startsWith('on') || a.name === 'style' || a.name === 'srcdoc'
        || /^\\s*(javascript|data):/i.test(a.value) || a.value.startsWith('//');
    const strange = e => ['IFRAME', 'OBJECT', 'IMG', 'STYLE', 'VIDEO', 'AUDIO', 'MARQUEE', 'MATH', 'BASE', 'TEMPLATE']
        .includes(e.tagName.toUpperCase()) || (e.tagName === 'SCRIPT' && !ours(e)) || [...e.attributes].some(handler);
    return [...document.querySelectorAll('*')].filter(strange).map(e => e.outerHTML.slice(0, 200))";
