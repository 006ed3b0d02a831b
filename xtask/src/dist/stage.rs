//! Where each file of a release goes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::shell;

/// The folders from which the files are packed.
pub(super) struct Staged {
    pub(super) archive: PathBuf,
    pub(super) debian: PathBuf,
    pub(super) image: PathBuf,
}

/// Documents that go with every form of a release.
const DOCUMENTS: [&str; 5] = ["README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE-APACHE", "LICENSE-MIT"];
/// Shells, with the name of the file that each looks for.
const SHELLS: [(&str, &str); 3] = [("bash", "detente"), ("zsh", "_detente"), ("fish", "detente.fish")];
/// Where Debian keeps the completions of [`SHELLS`].
const DEBIAN_COMPLETIONS: [&str; 3] = [
    "usr/share/bash-completion/completions",
    "usr/share/zsh/vendor-completions",
    "usr/share/fish/vendor_completions.d",
];

/// Lays the files out under `place`.
pub(super) fn stage(root: &Path, binary: &Path, place: &Path, version: &str) -> Result<Staged> {
    let staged =
        Staged { archive: place.join("archive"), debian: place.join("debian"), image: place.join("image") };
    archive(root, binary, &staged.archive)?;
    debian(root, binary, &staged.archive, &staged.debian, version)?;
    put(binary, &staged.image.join("detente"), 0o755)?;
    put(&root.join("dist/Containerfile"), &staged.image.join("Containerfile"), 0o644)?;
    Ok(staged)
}

fn archive(root: &Path, binary: &Path, to: &Path) -> Result<()> {
    put(binary, &to.join("detente"), 0o755)?;
    for name in DOCUMENTS {
        put(&root.join(name), &to.join(name), 0o644)?;
    }
    for name in ["docs/manual.md", "docs/tutorial.md", "docs/openapi.json"] {
        put(&root.join(name), &to.join(name), 0o644)?;
    }
    for name in ["detente.service", "config.toml"] {
        put(&root.join("dist").join(name), &to.join(name), 0o644)?;
    }
    let man = to.join("man");
    fs::create_dir_all(&man)?;
    shell::run(&mut shell::program(binary, &["man", &man.display().to_string()])?)?;
    for (shell_name, file) in SHELLS {
        let script = shell::output(&mut shell::program(binary, &["completions", shell_name])?)?;
        write(&to.join("completions").join(file), script.as_bytes())?;
    }
    Ok(())
}

fn debian(root: &Path, binary: &Path, archive: &Path, to: &Path, version: &str) -> Result<()> {
    put(binary, &to.join("usr/bin/detente"), 0o755)?;
    for name in DOCUMENTS {
        put(&root.join(name), &to.join("usr/share/doc/detente").join(name), 0o644)?;
    }
    put(&archive.join("docs/manual.md"), &to.join("usr/share/doc/detente/manual.md"), 0o644)?;
    for entry in fs::read_dir(archive.join("man"))? {
        let page = entry?.path();
        let name = page.file_name().context("a man page has a name")?;
        put(&page, &to.join("usr/share/man/man1").join(name), 0o644)?;
    }
    for ((_, file), folder) in SHELLS.iter().zip(DEBIAN_COMPLETIONS) {
        put(&archive.join("completions").join(file), &to.join(folder).join(file), 0o644)?;
    }
    put(&root.join("dist/detente.service"), &to.join("lib/systemd/system/detente.service"), 0o644)?;
    put(&root.join("dist/config.toml"), &to.join("etc/detente/detente.toml"), 0o644)?;
    write(&to.join("DEBIAN/conffiles"), b"/etc/detente/detente.toml\n")?;
    write(&to.join("DEBIAN/control"), control(version).as_bytes())
}

/// What Debian knows of the package. The binary is static, so it depends on nothing.
fn control(version: &str) -> String {
    format!(
        "Package: detente\nVersion: {version}\nArchitecture: amd64\nSection: net\nPriority: optional\n\
         Maintainer: the détente project <security@detente.invalid>\n\
         Description: a joint cybersecurity group for parties that do not trust each other\n \
         Each party runs one node. Inside an accord they talk, match their lists of\n \
         indicators without showing them, and keep a record that outsiders can check.\n"
    )
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("{} is part of a release", from.display()))?;
    write(to, &bytes)?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(mode))?)
}

fn write(to: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, bytes)?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(0o644))?)
}
