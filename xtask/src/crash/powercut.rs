//! `cargo xtask powercut`: the driver works on a file system in a file. After each thing that it was told is done,
//! and in between, the file is copied as it is: what was never synced is not in it. The copy is mounted and
//! checked. A driver that does not wait for the disk must lose here, or the test shows nothing.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::driver::Driver;
use super::ledger::Ledger;
use super::{Goal, skipped};
use crate::shell;

const GOAL: &str = "G6 powercut";
const CONTROL: &str = "G6 powercut control";

/// Bytes of the file system: a record of some hundred entries and two back-ups.
const IMAGE: &str = "48M";

/// Runs both goals. `--short` cuts less often; `--steps N` works longer.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    let steps = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => 6,
        ["--short"] => 2,
        ["--steps", steps] => steps.parse()?,
        _ => bail!("usage: cargo xtask powercut [--short] [--steps N]"),
    };
    if let Err(why) = Disk::make(&std::env::temp_dir().join(format!("detente-disk-{}", std::process::id()))) {
        return Ok(skipped(GOAL, &format!("needs root, mkfs.ext4 and a loop device: {why:#}")));
    }
    let passed = cut(GOAL, steps, false)?;
    Ok(cut(CONTROL, steps, true)? && passed)
}

fn cut(name: &'static str, steps: u64, sabotage: bool) -> Result<bool> {
    let driver = Driver::build("powercut", sabotage)?;
    let disk = Disk::make(&driver.scratch.join("disk"))?;
    let folder = disk.folder.join("state");
    std::fs::create_dir(&folder)?;
    // The folder itself is the operator's to make; what is made in it is ours to sync.
    shell::run(std::process::Command::new("sync").arg(&folder).arg(&disk.folder))?;
    let mut goal = Goal::begin(name, sabotage);
    let steps = steps.to_string();
    let arguments = ["run".as_ref(), folder.as_os_str(), "1".as_ref(), steps.as_ref(), "--step".as_ref()];
    let mut command = driver.command(&[], &arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().context("its input")?;
    let output = BufReader::new(child.stdout.take().context("its output")?);
    let mut ledger = Ledger::default();
    for (number, line) in output.lines().enumerate() {
        let line = line?;
        ledger.line(&line);
        goal.case(&format!("after {line:?}"), disk.check_copy(&driver, &ledger)?);
        input.write_all(b"\n")?;
        // And once in the middle of what it does next: any moment is as good as another.
        std::thread::sleep(Duration::from_micros(300 * (number as u64 % 40)));
        in_between(&mut child, &disk, &driver, &ledger, &mut goal)?;
    }
    let status = child.wait()?;
    if !status.success() {
        goal.case("the driver", vec![format!("ended with {status}")]);
    }
    Ok(goal.end())
}

/// Stops the driver wherever it is, and cuts.
fn in_between(
    child: &mut Child,
    disk: &Disk,
    driver: &Driver,
    ledger: &Ledger,
    goal: &mut Goal,
) -> Result<()> {
    let signal = |signal: &str| {
        std::process::Command::new("kill")
            .args([signal, &child.id().to_string()])
            .stderr(Stdio::null())
            .status()
    };
    signal("-STOP")?;
    // What the kernel is at comes to its end.
    std::thread::sleep(Duration::from_millis(20));
    let lost = disk.check_copy(driver, ledger);
    signal("-CONT")?;
    goal.case("in between", lost?);
    Ok(())
}

/// A file system in a file, mounted.
struct Disk {
    image: PathBuf,
    folder: PathBuf,
    copy: PathBuf,
    mounted_copy: PathBuf,
}

impl Disk {
    fn make(above: &Path) -> Result<Disk> {
        let disk = Disk {
            image: above.join("disk.img"),
            folder: above.join("disk"),
            copy: above.join("copy.img"),
            mounted_copy: above.join("copy"),
        };
        for folder in [&disk.folder, &disk.mounted_copy] {
            std::fs::create_dir_all(folder)?;
        }
        quiet("truncate", &["-s", IMAGE], &[&disk.image])?;
        quiet("mkfs.ext4", &["-q", "-F"], &[&disk.image])?;
        // The file system writes by itself every five minutes: all else is what somebody waited for.
        quiet("mount", &["-o", "loop,commit=300"], &[&disk.image, &disk.folder])?;
        Ok(disk)
    }

    /// What is lost on the disk as it is at this moment.
    fn check_copy(&self, driver: &Driver, ledger: &Ledger) -> Result<Vec<String>> {
        quiet("cp", &["--sparse=always"], &[&self.image, &self.copy])?;
        quiet("mount", &["-o", "loop"], &[&self.copy, &self.mounted_copy])?;
        let lost = driver.check(&self.mounted_copy.join("state"), ledger);
        quiet("umount", &[], &[&self.mounted_copy])?;
        lost
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let above = self.image.parent().map(Path::to_owned);
        let _ = quiet("umount", &["-q"], &[&self.mounted_copy]);
        let is_unmounted = quiet("umount", &["-q"], &[&self.folder]).is_ok();
        if let Some(above) = above.filter(|_| is_unmounted) {
            let _ = std::fs::remove_dir_all(above);
        }
    }
}

fn quiet(program: &str, options: &[&str], paths: &[&Path]) -> Result<()> {
    let mut command = std::process::Command::new(program);
    let output = command.args(options).args(paths).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
