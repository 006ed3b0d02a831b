//! Other tools over the same bytes, where this machine has them. They do less than reading a list: they find
//! or cut out text, and neither canonicalise nor drop nor count.

use std::fs::File;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::data::Documents;
use crate::measure::cost;

/// Names and addresses as one expression, as such lists are often cut.
const EXPRESSION: &str = r"([a-z0-9-]+\.)+[a-z]{2,}|([0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-f]{32,64}";
const DISTINCT_TSV: &str = "select count(distinct column09) from read_csv('FILE', delim='\\t', header=false, \
                            comment='#', all_varchar=true, null_padding=true, ignore_errors=true)";
const DISTINCT_JSON: &str = "select count(distinct query) from read_json('FILE', format='newline_delimited')";

struct Peer {
    name: &'static str,
    case: &'static str,
    program: &'static str,
    /// `FILE` stands for the path of the input.
    arguments: &'static [&'static str],
}

const PEERS: [Peer; 8] = [
    Peer {
        name: "mawk column",
        case: "zeek-tsv",
        program: "mawk",
        arguments: &["-F\t", "!/^#/{print $10}", "FILE"],
    },
    Peer { name: "rg", case: "zeek-tsv", program: "rg", arguments: &["-j1", "-oN", EXPRESSION, "FILE"] },
    Peer {
        name: "rg",
        case: "domains-maltrail",
        program: "rg",
        arguments: &["-j1", "-oN", EXPRESSION, "FILE"],
    },
    Peer {
        name: "rg",
        case: "domains-synthetic",
        program: "rg",
        arguments: &["-j1", "-oN", EXPRESSION, "FILE"],
    },
    Peer { name: "rg", case: "prose", program: "rg", arguments: &["-j1", "-oN", EXPRESSION, "FILE"] },
    Peer { name: "jq", case: "zeek-json", program: "jq", arguments: &["-r", ".query", "FILE"] },
    Peer {
        name: "duckdb",
        case: "zeek-tsv",
        program: "duckdb",
        arguments: &["-c", "set threads=1", "-c", DISTINCT_TSV],
    },
    Peer {
        name: "duckdb",
        case: "zeek-json",
        program: "duckdb",
        arguments: &["-c", "set threads=1", "-c", DISTINCT_JSON],
    },
];

/// CPU seconds of each peer that is installed and has to do with this case.
pub(crate) fn run(case: &str, documents: &Documents) -> Result<Vec<(&'static str, f64)>> {
    let peers: Vec<&Peer> =
        PEERS.iter().filter(|peer| peer.case == case && is_installed(peer.program)).collect();
    if peers.is_empty() {
        return Ok(Vec::new());
    }
    let file = crate::scratch("peers")?.join("input");
    std::fs::write(&file, documents.documents.concat())?;
    let mut figures = Vec::new();
    for peer in peers {
        let mut command = Command::new(peer.program);
        let path = file.to_string_lossy();
        command.args(peer.arguments.iter().map(|argument| argument.replace("FILE", &path)));
        command.stdin(Stdio::null()).stdout(File::create(file.with_extension("out"))?);
        figures.push((peer.name, cost(&mut command)?.cpu.as_secs_f64()));
    }
    std::fs::remove_dir_all(file.with_file_name(""))?;
    Ok(figures)
}

fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
