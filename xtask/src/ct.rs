//! `cargo xtask ct`: whether kernels that work on secrets take the same time for all of them. The package
//! `detente-ct` measures one kernel a process; here its t is judged.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use crate::shell;

/// Above this |t|, dudect calls a difference certain.
const T_MAX: f64 = 4.5;

/// The same for the short run: an alarm for gross leaks only.
const T_MAX_SHORT: f64 = 10.0;

/// What a control has to reach.
const T_CONTROL: f64 = 50.0;

/// How often a kernel is measured before it counts as leaking: machines are noisy, leaks repeat.
const TRIES: usize = 3;

/// Seconds for each measurement.
const SECONDS: f64 = 20.0;
const SECONDS_SHORT: f64 = 1.5;

/// What was asked for.
#[derive(Default)]
struct Order {
    short: bool,
    controls_only: bool,
    json: bool,
    /// For each measurement, if not as the profile says.
    seconds: Option<f64>,
    /// Part of a kernel's name.
    wanted: Option<String>,
}

/// One kernel, and what its measurements gave.
struct Row {
    name: String,
    /// Secrets that were timed in the last measurement.
    samples: u64,
    /// |t| of each measurement.
    t: Vec<f64>,
    passed: bool,
}

/// Runs what the arguments ask for; gives whether no kernel leaks and all controls do.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    let order = parse(arguments)?;
    let build = ["build", "--quiet", "--release", "--manifest-path", "ct/Cargo.toml"];
    shell::run(shell::cargo(&build)?.env("CARGO_TARGET_DIR", shell::target_dir()?))?;
    let listed = binary(&["--list"])?;
    ensure!(listed.lines().any(|name| order.names(name)), "no such kernel; these are here:\n{listed}");
    let mut rows = Vec::new();
    for name in listed.lines().filter(|name| order.wants(name)) {
        let row = judge(name, &order)?;
        if !order.json {
            println!("{}", line(&row));
        }
        rows.push(row);
    }
    if order.json {
        println!("{:#}", document(&rows, &order));
    }
    Ok(rows.iter().all(|row| row.passed))
}

/// The controls alone, as CI does: that a leak would be seen.
pub(crate) fn controls() -> Result<bool> {
    run(&["--short".into(), "--control".into()])
}

impl Order {
    fn names(&self, kernel: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| kernel.contains(wanted.as_str()))
    }

    /// The controls always: without them a run shows nothing.
    fn wants(&self, kernel: &str) -> bool {
        is_control(kernel) || !self.controls_only && self.names(kernel)
    }

    fn t_max(&self) -> f64 {
        if self.short { T_MAX_SHORT } else { T_MAX }
    }
}

fn is_control(name: &str) -> bool {
    name.starts_with("leaky")
}

/// Measures until the kernel passes, at most [`TRIES`] times.
fn judge(name: &str, order: &Order) -> Result<Row> {
    let seconds = order.seconds.unwrap_or(if order.short { SECONDS_SHORT } else { SECONDS }).to_string();
    let mut row = Row { name: name.into(), samples: 0, t: Vec::new(), passed: false };
    while !row.passed && row.t.len() < TRIES {
        let (samples, t) = measurement(&binary(&[name, &seconds])?)?;
        row.samples = samples;
        row.t.push(t);
        row.passed = if is_control(name) { t > T_CONTROL } else { t < order.t_max() };
    }
    Ok(row)
}

fn binary(arguments: &[&str]) -> Result<String> {
    shell::output(&mut shell::program(shell::target_dir()?.join("release/detente-ct"), arguments)?)
}

/// The number of samples and |t|, from what the binary and the library print.
fn measurement(told: &str) -> Result<(u64, f64)> {
    let after = |label: &str| {
        let value = told.split(label).nth(1).and_then(|rest| rest.split([',', '\n']).next());
        value.map(str::trim).with_context(|| format!("no {label}in what was measured:\n{told}"))
    };
    let t: f64 = after("max t = ")?.parse().context("t is no number")?;
    ensure!(t.is_finite(), "t is {t}: too few samples");
    Ok((after("samples = ")?.parse().context("samples are no number")?, t.abs()))
}

fn line(row: &Row) -> String {
    let tries: Vec<String> = row.t.iter().map(|t| format!("{t:.1}")).collect();
    format!("{:<22}{:>9} samples  |t| {:<18}{}", row.name, row.samples, tries.join(", "), verdict(row))
}

fn verdict(row: &Row) -> &'static str {
    match (is_control(&row.name), row.passed) {
        (true, true) => "caught, as it should be",
        (true, false) => "NOT CAUGHT: this run shows nothing",
        (false, true) => "passed",
        (false, false) => "LEAKS",
    }
}

fn document(rows: &[Row], order: &Order) -> serde_json::Value {
    let kernels: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name, "control": is_control(&row.name), "samples": row.samples, "t": row.t,
                "passed": row.passed,
            })
        })
        .collect();
    json!({ "schema": "detente.ct.v1", "t_max": order.t_max(), "t_control": T_CONTROL, "kernels": kernels })
}

fn parse(arguments: &[String]) -> Result<Order> {
    let mut order = Order::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--short" => order.short = true,
            "--control" => order.controls_only = true,
            "--json" => order.json = true,
            "--seconds" => {
                let seconds = rest.next().context("--seconds needs a number")?;
                order.seconds = Some(seconds.parse().context("--seconds takes a number")?);
            }
            name if !name.starts_with('-') && order.wanted.is_none() => order.wanted = Some(name.into()),
            _ => bail!("usage: cargo xtask ct [--short] [--control] [--seconds N] [--json] [KERNEL]"),
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_printed() {
        let told = "bench a, b seeded with 0x0\nbench a, b ... samples = 64\n\
                    : n == +0.000M, max t = -5.25000, max tau = -0.1, (5/tau)^2 = 9\n";
        assert_eq!(measurement(told).expect("both are there"), (64, 5.25));
        assert!(measurement("samples = 64\n: n == +0.000M, max t = NaN, max tau").is_err());
        assert!(measurement("samples = 64\n").is_err());
    }

    #[test]
    fn controls_run_whatever_is_wanted() {
        let order = parse(&["--short".into(), "noise".into()]).expect("known");
        assert!(order.wants("leaky compare") && order.wants("noise") && !order.wants("puncture"));
        let order = parse(&["--control".into()]).expect("known");
        assert!(order.wants("leaky compare") && !order.wants("noise"));
    }
}
