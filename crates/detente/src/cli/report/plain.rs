//! Five lines for an office of one person: who says it, what, whether it concerns you, what to do, by when.

use detente_accord::code_words;
use detente_accord::jcs::Value;
use detente_accord::record::{Leaf, Position};
use detente_accord::talks::Now;
use detente_accord::words::time::moment;
use detente_accord::words::{labelled, labels, said, talks};
use detente_node::Accord;
use serde_json::json;

use super::page::{described, offices, word};
use crate::cli::{Context, say};
use crate::exit::{Exit, Failure};
use crate::{clock, content, screen, tui};

/// Where texts behind labels begin.
const AT: usize = 19;

pub(super) fn run(context: &Context, accord: &Accord<'_>, position: &Position) -> Result<Exit, Failure> {
    let Some(leaf) = accord.held().leaf(position) else {
        return Err(Failure::usage(format!("{position} can't be read")).hint("detente record show"));
    };
    let content = content::readable(accord, position)?;
    let said = |label: &str| content.get(label).map(|value| tui::visible(&labels::lines(value).join(" / ")));
    let answers = [
        ("1 WHO SAYS IT", who(accord, position, leaf)),
        ("2 WHAT", said("text").unwrap_or_else(|| what(leaf))),
        (
            "3 DOES IT CONCERN",
            said("affected").unwrap_or_else(|| "it doesn't say what is affected".to_owned()),
        ),
        (
            "4 DO THIS NOW",
            content
                .get("do_this")
                .or(content.get("asked"))
                .map_or_else(|| "nothing is asked of you".to_owned(), |value| tui::visible(&numbered(value))),
        ),
        ("5 BY WHEN, CONFIRM", by_when(accord, position, said("call_back"))),
    ];
    let six = code_words::of_entry(&leaf.hash());
    let columns = screen::columns();
    let mut lines: Vec<String> = answers
        .iter()
        .flat_map(|(label, text)| labelled(label, AT, std::slice::from_ref(text), columns))
        .collect();
    lines.push(String::new());
    let call = format!("{}  (whoever calls about this can read these six words to you)", six.join(" "));
    lines.extend(labelled("SIX WORDS", AT, &[call], columns));
    let document = json!({
        "schema": "detente.report-plain.v1", "entry": position.to_string(), "words": six,
        "who": answers[0].1, "what": answers[1].1, "concerns": answers[2].1, "do": answers[3].1, "by": answers[4].1,
    });
    say(context, &document, &lines.join("\n"))?;
    Ok(Exit::Done)
}

/// Who says it, and how we know.
fn who(accord: &Accord<'_>, position: &Position, leaf: &Leaf) -> String {
    let single =
        if accord.state().is_single(position) { format!(", {}", talks::SINGLE) } else { String::new() };
    let signed = match offices(leaf).as_slice() {
        [] => "its computer signed it".to_owned(),
        offices => format!("signed there by {}{single}", offices.join(" and ")),
    };
    let exercise = if leaf.said.exercise { "EXERCISE. " } else { "" };
    format!(
        "{exercise}{}; {signed}; on record since {}",
        described(accord, &leaf.said.party),
        moment(leaf.place.time)
    )
}

fn what(leaf: &Leaf) -> String {
    let act = word(leaf, "act").unwrap_or_default();
    let kind = word(leaf, "kind").map_or_else(String::new, |kind| format!(": {}", kind.replace('-', " ")));
    format!("{} {}{kind}", leaf.said.party, said::says(&leaf.said.kind, act))
}

fn numbered(value: &Value) -> String {
    let steps: Vec<String> = match value {
        Value::Array(steps) => steps.iter().map(|step| labels::lines(step).join(" ")).collect(),
        other => labels::lines(other),
    };
    steps.iter().enumerate().map(|(n, step)| format!("{}. {step}", n + 1)).collect::<Vec<_>>().join("  ")
}

/// The next time by which its thread wants something of us, and how to ask back.
fn by_when(accord: &Accord<'_>, position: &Position, call_back: Option<String>) -> String {
    let state = accord.state();
    let now = Now { time: clock::now(), rules: accord.state().rules(), talks: state.talks() };
    let dues = state.talks().thread_of(position).map(|(_, thread)| thread.dues(&now)).unwrap_or_default();
    let open = dues.iter().filter(|due| due.by == *accord.us().id()).filter_map(|due| {
        let pauses = now.pauses(&due.by, &due.to);
        let stands = due.state(now.time, &pauses);
        let is_open = matches!(
            stands,
            detente_accord::talks::DueState::Running { .. } | detente_accord::talks::DueState::Overdue { .. }
        );
        is_open.then(|| (due.at(&pauses), talks::due(due, stands, now.time)))
    });
    let by = open.min().map_or_else(|| "no time is set for you".to_owned(), |(_, words)| words);
    let call_back = call_back
        .unwrap_or_else(|| "call them by a number you already had, never by one in a message".into());
    format!("{by}; to check: {call_back}")
}
