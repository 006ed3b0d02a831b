//! placeholder
use super::Context;
use crate::exit::{Exit, Failure};
#[derive(clap::Args)]
pub(crate) struct DemoArgs {}
pub(crate) fn run(_args: &DemoArgs, _context: &Context) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
