//! docs/manual.md is run as it stands, with two nodes: each command, and what it prints compared with the page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tutorial::{Mismatch, compare, words};
use crate::world::{Ran, World, program, ran};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/manual.md");
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dist/config.toml");

/// Blocks that need root, by their names on the page: they are shown and not run.
const NOT_RUN: [&str; 5] = ["package", "archive", "service", "container", "upgrade"];

/// The operators of the page: their home, and whose card words they read.
const HOMES: [(&str, &str); 3] = [("a", "b"), ("b", "a"), ("a2", "b")];

/// Commands that only look: what they show arrives when the other node has brought it, so they are asked again.
const LOOKS: [&str; 9] = [
    "accord show",
    "curl",
    "desk",
    "doctor",
    "match asked",
    "match list",
    "node status",
    "record show",
    "thread",
];

/// Ends with 1 where something is amiss, and the page shows one that is.
const MAY_END_WITH_1: &str = "doctor";

/// How long something may take to arrive.
const WAIT: Duration = Duration::from_secs(20);

#[test]
fn the_manual_runs_as_it_stands() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let mut site = Site::new();
    let mut left_out = Vec::new();
    let (mut lines, mut count) = (page.lines().peekable(), 0);
    while let Some(line) = lines.next() {
        if let Some(name) = comment(line, "not run") {
            left_out.push(name);
            assert_eq!(lines.next(), Some("```"), "{name}: a block follows");
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            assert!(block.first().is_some_and(|line| line.starts_with("# ")), "{name}: {block:?}");
        }
        if let Some((name, items)) = comment(line, "file").and_then(|rest| rest.split_once(": ")) {
            let apart = if name == "passphrase" { " " } else { "\n" };
            site.world.write(name, items.replace(' ', apart) + "\n");
        }
        let Some((home, command)) = prompt(line) else { continue };
        let mut command = command.to_owned();
        while command.ends_with('\\') {
            let more = lines.next().unwrap().trim();
            command = format!("{} {more}", command.trim_end_matches('\\').trim_end());
        }
        let expected: Vec<&str> = std::iter::from_fn(|| {
            lines.next_if(|line| prompt(line).is_none() && *line != "```" && !line.is_empty())
        })
        .collect();
        site.step(home, &command, &expected);
        count += 1;
    }
    assert_eq!(left_out, NOT_RUN, "what is not run is listed");
    assert!(count > 60, "the page has only {count} commands");
    assert!(site.nodes.is_empty(), "the page stops what it started");
    println!("{count} commands run; {} blocks not run: {}", NOT_RUN.len(), NOT_RUN.join(", "));
}

#[test]
fn the_example_configuration_names_every_key_and_a_node_can_start_with_it() {
    let world = World::empty();
    let text = std::fs::read_to_string(EXAMPLE).unwrap();
    let set: Vec<&str> = text.lines().map(|line| line.strip_prefix('#').unwrap_or(line)).collect();
    let is_key = |line: &&&str| !line.starts_with(' ') && line.contains(" = ");
    let set: Vec<&str> = set.iter().filter(is_key).copied().collect();
    world.write("as-it-is.toml", &text);
    world.write("all-set.toml", set.join("\n"));
    for file in ["as-it-is.toml", "all-set.toml"] {
        world.run(&["config", "check", "--config", file]).ok();
    }
    let names: BTreeSet<&str> = set.iter().map(|line| line.split(' ').next().unwrap()).collect();
    let shown = world.run(&["config", "show"]).out;
    let known = shown.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next());
    assert_eq!(names, known.collect::<BTreeSet<&str>>());
}

#[test]
fn an_accord_that_is_just_being_made_ends_no_node() {
    let world = World::empty();
    world.make("a", "CERT-A");
    std::fs::create_dir_all(world.file("a/accords/00112233445566778899aabbccddeeff.new")).unwrap();
    let node = Node::start(world.path(), "a", &["serve".to_owned()]);
    world.a(&["node", "stop"]).ok();
    node.ended();
}

/// `<!-- what: … -->`
fn comment<'a>(line: &'a str, what: &str) -> Option<&'a str> {
    line.strip_prefix("<!-- ")?.strip_prefix(what)?.strip_prefix(": ")?.strip_suffix(" -->")
}

/// `a$ detente …`; a root's prompt is none.
fn prompt(line: &str) -> Option<(&str, &str)> {
    let (home, command) = line.split_once("$ ")?;
    HOMES.iter().any(|(name, _)| *name == home).then_some((home, command))
}

/// The two computers of the page: one folder, and the nodes that run in it.
struct Site {
    world: World,
    nodes: BTreeMap<String, Node>,
    /// What the words in capitals stand for, as the commands printed it.
    seen: BTreeMap<&'static str, String>,
    year: String,
}

impl Site {
    fn new() -> Site {
        let year = Command::new("date").args(["-u", "+%Y"]).output().unwrap().stdout;
        let year = String::from_utf8(year).unwrap().trim().to_owned();
        Site { world: World::empty(), nodes: BTreeMap::new(), seen: BTreeMap::new(), year }
    }

    fn step(&mut self, home: &str, command: &str, expected: &[&str]) {
        if let Some(serve) = command.strip_suffix(" &") {
            let args = self.filled(home, serve);
            let node = Node::start(self.world.path(), home, &args[1..]);
            assert!(self.nodes.insert(home.to_owned(), node).is_none(), "one node a home");
            return;
        }
        let args = self.filled(home, command);
        let expected: Vec<String> =
            expected.iter().map(|line| line.replace(" 2026/", &format!(" {}/", self.year))).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let again = LOOKS.iter().any(|look| args.join(" ").trim_start_matches("detente ").starts_with(look));
        let end = Instant::now() + if again { WAIT } else { Duration::ZERO };
        loop {
            match self.once(home, command, &args, &expected) {
                Ok(printed) => return self.keep(command, &printed),
                Err(said) => assert!(Instant::now() < end, "{home}$ {command}: {said}\n{}", self.state()),
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    /// How the nodes are, for whoever reads a failure.
    fn state(&self) -> String {
        let state = |home: &String| {
            let status = self.world.home(home, &["node", "status"]);
            let log = std::fs::read_to_string(self.world.file(&format!("{home}.log"))).unwrap_or_default();
            format!("{home}: {}{}{log}", status.out, status.err)
        };
        self.nodes.keys().map(state).collect::<Vec<String>>().join("\n")
    }

    /// Runs it once and compares; gives what it printed.
    fn once(
        &mut self,
        home: &str,
        command: &str,
        args: &[String],
        expected: &[&str],
    ) -> Result<String, Mismatch> {
        let printed = if args[0] == "curl" { self.curl(home, args) } else { self.run(home, command, args)? };
        compare(command, expected, &printed)?;
        if command == "detente node stop" {
            self.nodes.remove(home).expect("a node runs").ended();
        }
        Ok(printed)
    }

    fn run(&self, home: &str, command: &str, args: &[String]) -> Result<String, Mismatch> {
        assert_eq!(args[0], "detente", "{command}");
        let Ran { code, out, err } =
            ran(program(self.world.path()).args(["--home", home]).args(args[1..].iter()));
        let fine = code == 0 || code == 1 && args[1] == MAY_END_WITH_1;
        if fine { Ok(out) } else { Err(format!("ends with {code}: {out} {err}")) }
    }

    /// What the page's `curl` would print, so that the test needs none.
    fn curl(&self, home: &str, args: &[String]) -> String {
        match args {
            [_, flag, socket, url] if flag == "--unix-socket" => {
                get(UnixStream::connect(socket).unwrap(), "localhost", path(url))
            }
            [_, url] => {
                let at = self.nodes[home].taken["web_address"].as_str().unwrap();
                let host = at.replace("127.0.0.1", "localhost");
                get(TcpStream::connect(at).unwrap(), &host, path(url))
            }
            _ => panic!("{args:?}"),
        }
    }

    /// The words of a command with what they stand for here: free ports, a folder of ours, what was printed before.
    fn filled(&self, home: &str, command: &str) -> Vec<String> {
        let other = HOMES.iter().find(|(name, _)| *name == home).unwrap().1;
        let folder = self.world.path().to_str().unwrap();
        words(command)
            .into_iter()
            .map(|word| match word.as_str() {
                "WORDS" => self.world.home(other, &["card", "--words"]).ok().out.trim().to_owned(),
                "192.0.2.1:7470" | "198.51.100.1:7470" => "127.0.0.1:0".to_owned(),
                _ => self.seen.iter().fold(word.replace("/run/detente", folder), |word, (name, value)| {
                    if word.ends_with(name) { word.replace(name, value) } else { word }
                }),
            })
            .collect()
    }

    /// Remembers what later commands name.
    fn keep(&mut self, command: &str, printed: &str) {
        let after = |start: &str, end: char| {
            let rest = printed.lines().find_map(|line| line.strip_prefix(start))?;
            Some(rest.split(end).next().unwrap_or_default().trim().to_owned())
        };
        let found = [
            ("RUN", after("Match ", '\n').filter(|_| command == "detente match asked")),
            ("NAME", after("Waiting ", ':')),
            ("NOTICE", after("Said      cert-b>cert-a ", ',').filter(|_| command.contains("early-warning"))),
            ("INQUIRY", after("Said      cert-a>cert-b ", ',').filter(|_| command.contains("inquire --to"))),
        ];
        self.seen.extend(found.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}

/// The path of a URL with a host.
fn path(url: &str) -> &str {
    let rest = url.strip_prefix("http://").unwrap();
    &rest[rest.find('/').unwrap()..]
}

/// Asks for a path; gives the body.
fn get(mut stream: impl Read + Write, host: &str, path: &str) -> String {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
}

/// A node that runs; ended with the test.
struct Node {
    child: Child,
    taken: Value,
}

impl Node {
    fn start(folder: &Path, home: &str, args: &[String]) -> Node {
        let mut command = program(folder);
        command.args(["--home", home]).args(args).args(["--web", "127.0.0.1:0", "--json", "--quiet"]);
        let mut child =
            command.stderr(File::create(folder.join(format!("{home}.log"))).unwrap()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let taken = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{args:?}: {error}: {line:?}"));
        Node { child, taken }
    }

    /// Waits for the end, after a stop.
    fn ended(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
