//! The commands: one table, from which help, completions and man pages come.

mod accord;
mod answer;
mod ask;
mod backup;
mod bench;
mod bundle;
mod card;
mod completions;
mod config;
mod demo;
pub(crate) mod desk;
mod doctor;
mod home;
mod init;
mod list;
mod live_match;
mod live_runs;
pub(crate) mod match_both;
mod node;
pub(crate) mod norm_table;
mod officer;
mod open;
mod openings;
mod oversight_note;
pub(crate) mod overview;
pub(crate) mod peer;
mod receipt;
pub(crate) mod record;
mod replay;
mod report;
pub(crate) mod result_table;
mod serve;
mod sync;
pub(crate) mod talks;
pub(crate) mod thread;
mod verify_call;

use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::exit::{Exit, Failure};
use crate::homes;
use crate::tui::{self, Tui};

/// Compare indicator lists with someone you do not trust. Neither side sees the other's list; both get a signed receipt.
#[derive(Parser)]
#[command(
    name = "detente",
    disable_version_flag = true,
    disable_help_subcommand = true,
    max_term_width = 110,
    after_help = "Examples:
  detente try ours.csv theirs.txt            both sides on this computer: a demonstration
  detente init \"CERT-A\" && detente card     make a home, print the card to hand to a peer

Exit codes: detente help exit-codes"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
    /// Print version, file formats and canon profile
    #[arg(long, short = 'V')]
    version: bool,
}

/// Flags that every command takes.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Global {
    /// The folder that holds identity, peers and receipts
    #[arg(long, global = true, value_name = "FOLDER", env = "DETENTE_HOME", hide_env_values = true)]
    home: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long, global = true)]
    json: bool,
    /// Say only the answer, what will be disclosed, and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Show no progress bars
    #[arg(long, global = true)]
    no_progress: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Compare two lists of yours, both sides on this computer
    Try(match_both::TryArgs),
    /// See the whole story on real data, in a minute
    Demo(demo::DemoArgs),
    /// Make a home: identity, keys, an empty record
    Init(init::InitArgs),
    /// Print your card, to hand to a peer
    Card(card::CardArgs),
    /// Peers: their cards, how their keys were compared, their budgets
    #[command(subcommand)]
    Peer(peer::PeerCommand),
    /// Ask a peer what its list and yours have in common: writes the first of three files
    Ask(ask::AskArgs),
    /// Answer a peer's ask: writes the second file
    Answer(answer::AnswerArgs),
    /// Open the answer to your ask: prints what is in common, writes the third file
    Open(open::OpenArgs),
    /// Match a list with a peer's over a link; see and decide what peers propose; open what is in common
    #[command(name = "match")]
    Match(Box<live_runs::MatchLine>),
    /// Receipts: what was signed about each match
    #[command(subcommand)]
    Receipt(receipt::ReceiptCommand),
    /// Accords: founding one, who is in it, its keys
    #[command(subcommand)]
    Accord(accord::AccordCommand),
    /// Exchange the record with another party by packets: mail, USB, any channel
    #[command(subcommand)]
    Sync(sync::SyncCommand),
    /// Bundles: proof of entries for an outsider
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    /// Check a bundle offline: verified, not verified, or cannot decide
    Verify(bundle::VerifyArgs),
    /// The record: read it, check it, recover it, delete content
    #[command(subcommand)]
    Record(record::RecordCommand),
    /// See what we owe and what is owed to us, by nearest deadline
    Desk(desk::DeskArgs),
    /// See the record at a glance: what was asked, answered, denied, shared
    Overview(overview::OverviewArgs),
    /// Read one matter from its first entry on, with both clocks
    Thread(thread::ThreadArgs),
    /// Print one page about an entry, or reports of the record
    Report(report::ReportArgs),
    /// Find the entry that six words of a caller stand for
    VerifyCall(verify_call::VerifyCallArgs),
    /// The drafting room: norms, texts, brackets, silence, signature; what holds between whom
    #[command(subcommand)]
    Norm(NormCommand),
    /// Write the note that an overseer gets before anything is signed or matched
    OversightNote(oversight_note::OversightNoteArgs),
    /// See how a list is read, without comparing it
    #[command(subcommand)]
    List(list::ListCommand),
    /// Run a node: the pages, the API, the port for peers
    Serve(serve::ServeArgs),
    /// The node that runs on this home: see how it is, reload, stop
    #[command(subcommand)]
    Node(node::NodeCommand),
    /// The configuration of a node: see it, check it
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Officers: who may use the pages and the API of this node
    #[command(subcommand)]
    Officer(officer::OfficerCommand),
    /// Look over this home and its node: clock, files, disk, peers, records
    Doctor(doctor::DoctorArgs),
    /// Save the home with all its records in one sealed file, also while a node runs
    Backup(backup::BackupArgs),
    /// Make a home from a backup; it signs nothing until its peers were asked
    Restore(backup::RestoreArgs),
    /// Save identity and keys alone, or bring them back
    #[command(subcommand)]
    Home(home::HomeCommand),
    /// Measure what matching costs on this computer
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Print shell completions
    Completions(completions::CompletionsArgs),
    /// Write man pages into a folder
    #[command(hide = true)]
    Man(completions::ManArgs),
    /// Help on a command or a topic: exit-codes, limits
    Help(completions::TopicArgs),
}

#[derive(Subcommand)]
enum NormCommand {
    /// See what each norm is between each two parties
    Table(norm_table::NormTableArgs),
}

/// What a command needs to run.
pub(crate) struct Context {
    pub(crate) home: Option<PathBuf>,
    pub(crate) json: bool,
    pub(crate) tui: Tui,
}

impl Context {
    fn open(&self, access: detente_store::Access) -> Result<detente_store::Home, Failure> {
        homes::open(self.home.as_deref(), access)
    }
}

/// The parser, for completions and man pages.
fn definition() -> clap::Command {
    talks::augment(Cli::command())
}

/// Parses the arguments, runs the command, reports its failure.
pub(crate) fn run() -> Exit {
    let parsed = definition().try_get_matches().and_then(|matches| {
        let global = Global::from_arg_matches(&matches)?;
        Ok((matches, global))
    });
    let (matches, global) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return unusable(&error),
    };
    let Global { home, json, quiet, no_progress } = global;
    let tui = Tui { quiet, progress: !no_progress && !json };
    let context = Context { home, json, tui };
    match crate::clock::rehearsal() {
        Ok(None) => {}
        Ok(Some(now)) => tui.note(&format!("a rehearsal: the time is taken to be {now}")),
        Err(failure) => {
            tui::fail(&failure);
            return failure.exit;
        }
    }
    let done = match (talks::run(&matches, &context), Cli::from_arg_matches(&matches)) {
        (Some(done), _) => done,
        (None, Err(error)) => return unusable(&error),
        (None, Ok(cli)) => match (cli.version, cli.command) {
            (true, _) => completions::version(&context),
            (false, Some(command)) => dispatch(command, &context),
            (false, None) => {
                let _ = definition().print_help();
                return Exit::Usage;
            }
        },
    };
    done.unwrap_or_else(|failure| {
        tui::fail(&failure);
        failure.exit
    })
}

/// Says why the arguments can't be used; help and its kin come this way too.
fn unusable(error: &clap::Error) -> Exit {
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

fn dispatch(command: Command, context: &Context) -> Result<Exit, Failure> {
    match command {
        Command::Try(args) => match_both::run(&args, context),
        Command::Demo(args) => demo::run(&args, context),
        Command::Init(args) => init::run(&args, context),
        Command::Card(args) => card::run(&args, context),
        Command::Peer(command) => peer::run(&command, context),
        Command::Ask(args) => ask::run(&args, context),
        Command::Answer(args) => answer::run(&args, context),
        Command::Open(args) => open::run(&args, context),
        Command::Match(line) => live_runs::run(&line, context),
        Command::Receipt(command) => receipt::run(&command, context),
        Command::Accord(command) => accord::run(&command, context),
        Command::Sync(command) => sync::run(&command, context),
        Command::Bundle(command) => bundle::run(&command, context),
        Command::Verify(args) => bundle::check(&args, context),
        Command::Record(command) => record::run(&command, context),
        Command::Desk(args) => desk::run(&args, context),
        Command::Overview(args) => overview::run(&args, context),
        Command::Thread(args) => thread::run(&args, context),
        Command::Report(args) => report::run(&args, context),
        Command::VerifyCall(args) => verify_call::run(&args, context),
        Command::Norm(NormCommand::Table(args)) => norm_table::run(&args, context),
        Command::OversightNote(args) => oversight_note::run(&args, context),
        Command::List(command) => list::run(&command, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Node(command) => node::run(&command, context),
        Command::Config(command) => config::run(&command, context),
        Command::Officer(command) => officer::run(&command, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Backup(args) => backup::backup(&args, context),
        Command::Restore(args) => backup::restore(&args, context),
        Command::Home(command) => home::run(&command, context),
        Command::Bench(command) => bench::run(&command, context),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => completions::man(&args),
        Command::Help(args) => completions::topic(&args),
    }
}

/// Prints a document as JSON if that was asked for, else as words.
pub(crate) fn say(context: &Context, document: &impl serde::Serialize, words: &str) -> Result<(), Failure> {
    if context.json { tui::answer_json(document) } else { tui::answer(&tui::visible(words)) }
}
