//! `cargo xtask sim`: seeded runs of nodes in simulated time, and runs without a defence, which must be noticed.

use anyhow::{Context as _, Result, bail, ensure};

use crate::shell;

/// Of the short profile: seconds for each mode, most nodes of a run, seeds within which a missing defence is noticed.
const SHORT_SECONDS: &str = "20";
const SHORT_NODES: &str = "3";

/// What is run, as the test reads it from its environment.
#[derive(Default)]
struct Wanted {
    environment: Vec<(&'static str, String)>,
    sabotage: Option<String>,
    is_debug: bool,
}

/// `sim [--seeds N] [--seconds N] [--nodes N] [--mode safety|live] [--seed 0x..] [--trace] [--sabotage NAME|all]
/// [--short]`.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    if arguments == ["--short"] {
        return short();
    }
    let wanted = read(arguments)?;
    match &wanted.sabotage {
        Some(_) => test("campaign::sabotage", &wanted),
        None => test("campaign::campaign", &wanted),
    }
}

/// Some seconds of each mode, in the build that the tests have made already.
pub(crate) fn short() -> Result<bool> {
    for mode in ["safety", "live"] {
        let environment = [
            ("DETENTE_SIM_MODE", mode),
            ("DETENTE_SIM_SECONDS", SHORT_SECONDS),
            ("DETENTE_SIM_NODES", SHORT_NODES),
            ("DETENTE_SIM_SEEDS", "2000"),
        ];
        let environment = environment.map(|(name, word)| (name, word.to_owned())).to_vec();
        test("campaign::campaign", &Wanted { environment, sabotage: None, is_debug: true })?;
    }
    Ok(true)
}

fn read(arguments: &[String]) -> Result<Wanted> {
    let (mut wanted, mut words) = (Wanted::default(), arguments.iter());
    while let Some(flag) = words.next() {
        let mut word = || words.next().cloned().with_context(|| format!("{flag} wants a word behind it"));
        match flag.as_str() {
            "--trace" => wanted.environment.push(("DETENTE_SIM_TRACE", "1".into())),
            "--debug" => wanted.is_debug = true,
            "--sabotage" => {
                let name = word()?;
                wanted.environment.push(("DETENTE_SIM_SABOTAGE", name.clone()));
                wanted.sabotage = Some(name);
            }
            "--mode" => {
                let mode = word()?;
                ensure!(mode == "safety" || mode == "live", "--mode is safety or live");
                wanted.environment.push(("DETENTE_SIM_MODE", mode));
            }
            "--seeds" => wanted.environment.push(("DETENTE_SIM_SEEDS", word()?)),
            "--seed" => wanted.environment.push(("DETENTE_SIM_SEED", word()?)),
            "--seconds" => wanted.environment.push(("DETENTE_SIM_SECONDS", word()?)),
            "--nodes" => wanted.environment.push(("DETENTE_SIM_NODES", word()?)),
            other => bail!("sim knows no {other}"),
        }
    }
    Ok(wanted)
}

fn test(name: &str, wanted: &Wanted) -> Result<bool> {
    // With all packages, so that the build is the one that the other tests have.
    let mut command = shell::cargo(&["test", "--quiet", "--workspace", "--test", "sim"])?;
    if !wanted.is_debug {
        command.arg("--release");
    }
    command.args(["--", "--ignored", "--nocapture", "--exact"]).arg(name);
    command.envs(wanted.environment.iter().map(|(name, word)| (name, word)));
    shell::run(&mut command).map(|()| true)
}
