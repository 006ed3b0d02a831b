//! Pages of other sites, in the browser of an officer who is signed in.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use super::driver::Driver;
use super::stage::Stage;

/// Another name for this computer, a frame, a form that sends itself: none of them gets anything.
pub(crate) fn get_nothing(driver: &Driver, stage: &Stage) {
    let desk = stage.desk(driver, "Cleo");
    let port = desk.origin.rsplit(':').next().unwrap();
    for path in ["/", "/sign-in", "/livez"] {
        desk.browser.open(&format!("http://evil.test:{port}{path}"));
        let status =
            desk.browser.script("return performance.getEntriesByType('navigation')[0].responseStatus");
        assert_eq!(status, 421, "{path}");
        assert!(desk.browser.elements("form").is_empty(), "{path}");
    }
    let frame = format!("<title>other</title><iframe src=\"{}/desk\"></iframe>", desk.accord);
    let other = serve(frame);
    desk.browser.open(&other);
    desk.browser.wait("the refusal of the frame", |page| {
        page.log("browser").iter().any(|line| line["message"].to_string().contains("frame-ancestors"))
    });
    let form = format!(
        "<title>other</title><form method=post action=\"{}/sign-out\"><button>Win</button></form>",
        desk.origin
    );
    desk.browser.open(&serve(form));
    desk.browser.click("Win");
    desk.browser.wait("the refusal of the form", |page| page.url().ends_with("/sign-out"));
    let status = desk.browser.script("return performance.getEntriesByType('navigation')[0].responseStatus");
    assert_eq!(status, 403, "{}", desk.browser.text());
    desk.open("desk");
    assert!(desk.browser.url().contains("/desk"), "still signed in");
}

/// A site with this one page, at another name of this computer; its address.
fn serve(page: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &page);
        }
    });
    format!("http://evil.test:{port}/")
}

fn answer(mut stream: TcpStream, page: &str) {
    let _ = stream.read(&mut [0; 4096]);
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
}
