//! `cargo xtask web --api`: the API of a running node beside its description, by schemathesis: requests that fit the
//! description and requests that do not. No answer may be a failure of ours, and each has to look as described.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::{peers, shell};

/// Requests for each operation.
const EXAMPLES: &str = "60";

/// A node that runs for the test; ended with it.
struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs it; gives whether nothing was found.
pub(crate) fn run() -> Result<bool> {
    let environment = match peers::API.prepare() {
        Ok(folder) => folder,
        Err(reason) => {
            eprintln!("SKIPPED: needs schemathesis from a package index: {reason:#}");
            return Ok(true);
        }
    };
    shell::run(&mut shell::cargo(&["build", "--package", "detente", "--bin", "detente"])?)?;
    let program = shell::target_dir()?.join("debug/detente");
    let folder = shell::target_dir()?.join("web-api");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let detente = |home: &str, arguments: &[&str]| -> Result<()> {
        let mut command = Command::new(&program);
        command.current_dir(&folder).args(["--home", home]).args(arguments);
        shell::run(command.stdout(Stdio::null()))
    };
    let words = |home: &str| -> Result<String> {
        let mut command = Command::new(&program);
        let told = command.current_dir(&folder).args(["--home", home, "card", "--words"]).output()?;
        Ok(String::from_utf8_lossy(&told.stdout).trim().to_owned())
    };
    prepare(&detente, &words)?;
    // What fills the paths: without it nearly every request would end with "not found".
    let shown = Command::new(&program)
        .current_dir(&folder)
        .args(["--home", "a", "accord", "list", "--json"])
        .output()?;
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).context("no accord was founded")?;
    let accord =
        shown.pointer("/accords/0/accord").and_then(serde_json::Value::as_str).context("no accord")?;
    std::fs::write(
        folder.join("schemathesis.toml"),
        format!(
            "[parameters]\naccord = \"{accord}\"\nparty = \"cert-a\"\nepoch = 0\nseq = 0\npeer = \"cert-b\"\n"
        ),
    )?;
    let key = std::fs::read_to_string(folder.join("ada.key"))?;
    let (_node, web) = serve(&program, &folder)?;
    let mut command = Command::new(environment.join("bin/schemathesis"));
    command.current_dir(&folder).args(["run", &format!("{web}/api/openapi.json")]);
    command.args(["--header", &format!("Authorization: Bearer {}", key.trim())]);
    command.args([
        "--max-examples",
        EXAMPLES,
        "--rate-limit",
        "40/s",
        "--phases",
        "examples,coverage,fuzzing",
    ]);
    command.args([
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    ]);
    // Bundles are no form that it can make; `cargo test -p detente --test serve api` sends them.
    command.args(["--exclude-operation-id", "verify"]);
    Ok(command.status().context("schemathesis does not start")?.success())
}

fn prepare(
    detente: &impl Fn(&str, &[&str]) -> Result<()>,
    words: &impl Fn(&str) -> Result<String>,
) -> Result<()> {
    detente("a", &["init", "CERT-A"])?;
    detente("b", &["init", "CERT-B"])?;
    for (one, other) in [("a", "b"), ("b", "a")] {
        detente(other, &["card", "-o", &format!("{other}.card")])?;
        let words = words(other)?;
        detente(one, &["peer", "add", &format!("{other}.card"), "--words", &words, "--compared", "call"])?;
    }
    detente("b", &["accord", "offer", "-o", "b.offer"])?;
    detente("a", &["accord", "new", "--with", "b.offer", "-o", "charter.dtn"])?;
    detente("a", &["accord", "sign", "charter.dtn", "--yes"])?;
    detente("b", &["accord", "sign", "charter.dtn", "--yes"])?;
    detente("a", &["officer", "add", "ada", "--office", "desk"])?;
    detente("a", &["officer", "key", "ada", "--to", "ada.key"])
}

fn serve(program: &Path, folder: &Path) -> Result<(Node, String)> {
    let mut command = Command::new(program);
    command.current_dir(folder).args(["--home", "a", "serve", "--json", "--web", "127.0.0.1:0"]);
    let mut node = Node(command.stdout(Stdio::piped()).spawn().context("the node does not start")?);
    let mut line = String::new();
    let Some(out) = node.0.stdout.as_mut() else { bail!("the node says nothing") };
    BufReader::new(out).read_line(&mut line)?;
    let taken: serde_json::Value = serde_json::from_str(&line).context("the node did not start")?;
    let web = taken.get("web").and_then(serde_json::Value::as_str).context("no address")?;
    Ok((node, web.to_owned()))
}
