//! The content of a statement: from flags, from a file, or from an editor.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::Command;

use clap::ArgMatches;
use clap::parser::ValueSource;
use detente_accord::record::Act;

use crate::exit::{Exit, Failure};
use crate::files;
use crate::say::Given;
use crate::say::content::{self, Content, read};

/// What was given; with `wants` an editor is opened on a terminal where nothing was.
pub(super) fn given(
    act: &'static Act,
    matches: &ArgMatches,
    wants: bool,
    folder: &Path,
) -> Result<Content, Failure> {
    let typed = typed(matches);
    let content = match text(matches, "from") {
        Some(file) => from_file(act, file)?,
        None if wants && !content::is_given(act, &typed) && on_terminal() => from_editor(act, folder)?,
        None => Content::new(),
    };
    Ok(content::of(act, content, &typed)?)
}

/// What was typed, by the names of the flags; what clap adds by itself is left out.
pub(super) fn typed(matches: &ArgMatches) -> Given {
    let mut given = Given::default();
    for id in matches.ids().map(clap::Id::as_str) {
        let is_typed = matches.value_source(id).is_some_and(|source| source != ValueSource::DefaultValue);
        let values = matches.try_get_raw(id).ok().flatten().filter(|_| is_typed);
        for value in values.into_iter().flatten() {
            given.add(id, value.to_string_lossy());
        }
    }
    given
}

fn from_file(act: &'static Act, file: &str) -> Result<Content, Failure> {
    let bytes = match file {
        "-" => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().take(FILE_BYTES_MAX).read_to_end(&mut bytes);
            read.map_err(|error| Failure::usage(format!("cannot read standard input: {error}")))?;
            bytes
        }
        path => files::read(Path::new(path))?,
    };
    read(act, &bytes).map_err(|failure| failure.about(file))
}

fn on_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Opens an editor on a template of the labels. The file lies in the home, for its owner alone, and goes with it.
fn from_editor(act: &'static Act, folder: &Path) -> Result<Content, Failure> {
    let Some(editor) = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok()) else {
        return Ok(Content::new());
    };
    let failed = |what: &str| Failure::new(Exit::Temporary, format!("the editor {editor}: {what}"));
    let labels = act.statement_type().labels.iter();
    let template: serde_json::Map<String, serde_json::Value> =
        labels.map(|label| ((*label).to_owned(), serde_json::Value::Null)).collect();
    let template = serde_json::to_vec_pretty(&template).map_err(|error| failed(&error.to_string()))?;
    let file = tempfile::Builder::new().prefix("editing-").suffix(".json").tempfile_in(folder);
    let file = file.map_err(|error| failed(&error.to_string()))?;
    std::fs::write(file.path(), &template).map_err(|error| failed(&error.to_string()))?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let ended = Command::new(program).args(words).arg(file.path()).status();
    if !ended.map_err(|error| failed(&error.to_string()))?.success() {
        return Err(failed("it did not end well; nothing was said"));
    }
    let edited = files::read(file.path())?;
    if edited == template {
        return Err(Failure::refused("nothing was written; nothing was said"));
    }
    read(act, &edited)
}

/// An argument that is text, where the command has it.
pub(super) fn text<'m>(matches: &'m ArgMatches, id: &str) -> Option<&'m str> {
    matches.try_get_one::<String>(id).ok().flatten().map(String::as_str)
}

/// The same, given several times.
pub(super) fn texts<'m>(matches: &'m ArgMatches, id: &str) -> Vec<&'m str> {
    let texts = matches.try_get_many::<String>(id).ok().flatten();
    texts.into_iter().flatten().map(String::as_str).collect()
}

/// The longest content from standard input: what can be sealed, with room for its layout.
const FILE_BYTES_MAX: u64 = 4 << 20;
