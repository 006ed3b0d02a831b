//! `detente norm table`: what each norm is between each two parties.

use std::collections::BTreeSet;

use clap::Args;
use detente_accord::record::State;
use detente_accord::talks::Now;
use detente_accord::talks::room::{Cell, Counter, Norm};
use detente_accord::words::cells::{cell, grid};
use detente_accord::{PartyId, Time};
use detente_node::Accord;
use detente_store::Access;
use serde_json::json;

use super::{Context, say};
use crate::accords::AccordFlag;
use crate::exit::{Exit, Failure};
use crate::{clock, screen};

/// See what each norm is between each two parties
#[derive(Args)]
#[command(after_help = "Examples:
  detente norm table
  detente norm table --as-of 2027-01-01T00:00:00Z --json")]
pub(crate) struct NormTableArgs {
    /// Let the clocks stand at this time instead of now; all that was said counts
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(args: &NormTableArgs, context: &Context) -> Result<Exit, Failure> {
    let time = clock::as_of(args.as_of.as_deref())?;
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let state = accord.state();
    let mut words = grid(&cells(&accord, time), |norm| state.number(norm), time, screen::columns());
    words += &left_words(state);
    say(context, &document(&accord, time), &words)?;
    Ok(Exit::Done)
}

fn cells(accord: &Accord<'_>, time: Time) -> Vec<Cell> {
    let state = accord.state();
    let now = Now { time, rules: state.rules(), talks: state.talks() };
    let parties: BTreeSet<PartyId> = state.parties().into_iter().cloned().collect();
    state.talks().room().table(&parties, accord.charter().is_bare(), &now)
}

/// The table at a time, as a document.
pub(crate) fn document(accord: &Accord<'_>, time: Time) -> serde_json::Value {
    let (state, cells) = (accord.state(), cells(accord, time));
    let rows = cells.iter().map(|one| {
        json!({
            "norm": one.norm.to_string(),
            "number": state.number(&one.norm).map(ToString::to_string),
            "code": one.code,
            "pair": [one.pair.0.as_str(), one.pair.1.as_str()],
            "state": one.state.name(),
            "provisional": one.provisional,
            "reservations": one.state.modifiers().iter().map(|by| by.reservation.to_string()).collect::<Vec<_>>(),
            "disputed": one.disputed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "words": cell(one, time),
        })
    });
    json!({
        "schema": "detente.norm-table.v1", "accord": accord.charter().record_id().to_string(),
        "now": clock::rfc3339(time), "cells": rows.collect::<Vec<_>>(), "brackets": left_json(state),
    })
}

/// The norms that have brackets left, with how many.
fn left(state: &State) -> impl Iterator<Item = (&Norm, Counter)> {
    let room = state.talks().room();
    room.norms()
        .iter()
        .map(|(position, norm)| (norm, room.counter(position)))
        .filter(|(_, left)| left.is_any())
}

fn left_json(state: &State) -> Vec<serde_json::Value> {
    let one = |(norm, left): (&Norm, Counter)| json!({ "norm": norm.position.to_string(), "code": norm.code, "open": left.open, "parked": left.parked });
    left(state).map(one).collect()
}

/// `E3: 1 bracket left, 0 parked`.
fn left_words(state: &State) -> String {
    let one = |(norm, left): (&Norm, Counter)| {
        let all = left.open + left.parked;
        let brackets = if all == 1 { "bracket" } else { "brackets" };
        format!("\n{}: {all} {brackets} left, {} parked", norm.code, left.parked)
    };
    left(state).map(one).collect()
}
