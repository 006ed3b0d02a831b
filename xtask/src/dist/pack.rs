//! Packing a folder so that the same files give the same bytes: names in order, one time, one owner.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::shell;

/// A folder as `.tar.gz`, all its files under `name`.
pub(super) fn archive(folder: &Path, to: &Path, name: &str, epoch: &str) -> Result<()> {
    let (mtime, transform) = (format!("--mtime=@{epoch}"), format!("--transform=s,^\\.,{name},"));
    let folder = folder.display().to_string();
    let fixed = ["--format=ustar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"];
    let arguments = [&["-c", "-C", &folder], &fixed[..], &[&mtime, &transform, "."]].concat();
    let mut tar =
        shell::program("tar", &arguments)?.stdout(Stdio::piped()).spawn().context("cannot run tar")?;
    let tarred = tar.stdout.take().context("tar gives no output")?;
    let mut gzip = shell::program("gzip", &["--no-name", "-9"])?;
    shell::run(gzip.stdin(tarred).stdout(File::create(to)?))?;
    ensure!(tar.wait()?.success(), "tar failed");
    Ok(())
}

/// A folder as a Debian package.
pub(super) fn debian(folder: &Path, to: &Path, epoch: &str) -> Result<()> {
    let (folder, to) = (folder.display().to_string(), to.display().to_string());
    let mut command = shell::program("dpkg-deb", &["--root-owner-group", "-Zxz", "--build", &folder, &to])?;
    shell::run(command.env("SOURCE_DATE_EPOCH", epoch).stdout(Stdio::null()))
}

/// The SHA-256 of every file of a folder, in the form that `sha256sum --check` reads.
pub(super) fn checksums(folder: &Path, name: &str) -> Result<()> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    let mut command = shell::program("sha256sum", &[])?;
    command.current_dir(folder).args(files.iter().filter_map(|file| file.file_name()));
    let sums = shell::output(&mut command)?;
    Ok(fs::write(folder.join(name), sums)?)
}
