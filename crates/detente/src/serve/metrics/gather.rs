//! The figures of the moment, as OpenMetrics text.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use detente_node::Error;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::serve::{Service, panics};

/// Deepest folder below an accord's that is looked into for checkpoints and databases.
const DEPTH_MAX: usize = 4;

type Labelled = Family<Vec<(&'static str, String)>, Gauge>;

/// All metrics.
///
/// # Errors
/// Those of the writer.
pub(super) async fn text(service: &Service) -> Result<String, Error> {
    let mut registry = Registry::with_prefix("detente");
    process(service, &mut registry);
    record(service, &mut registry).await?;
    links(service, &mut registry);
    matches(service, &mut registry).await?;
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Error::Unknown(error.to_string()))?;
    Ok(text)
}

fn process(service: &Service, registry: &mut Registry) {
    let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("build", "The program", version);
    let started = ConstGauge::new(service.started.0 / 1000);
    registry.register_with_unit("start_time", "When the process started", Unit::Seconds, started);
    registry.register("panics", "Tasks that ended by a panic", ConstCounter::new(panics::counted()));
    let confined = ConstGauge::new(u64::from(service.confinement.holds()));
    registry.register("confined", "Whether everything that was tried was shut", confined);
    let answers =
        Family::<Vec<(&'static str, String)>, prometheus_client::metrics::counter::Counter>::default();
    for (class, count) in service.answered.by_class() {
        answers.get_or_create(&vec![("class", class.to_owned())]).inc_by(count);
    }
    registry.register("http_answers", "Answers of pages and API, by class", answers);
}

async fn record(service: &Service, registry: &mut Registry) -> Result<(), Error> {
    let accords = service.node.accords().await?;
    let lent = service.node.changes().borrow().lent;
    registry.register("accords", "Accords of this home", ConstGauge::new(accords.len() as u64));
    registry.register("home_lent", "Whether a command has the home", ConstGauge::new(u64::from(lent)));
    let (mut entries, mut recovering, mut oldest_s) = (0, 0, None);
    for found in &accords {
        let (size, is_recovering) = service
            .node
            .look(found.record, |accord| Ok((accord.own_size(), !accord.recovering().is_empty())))
            .await?;
        entries += size;
        recovering += u64::from(is_recovering);
        oldest_s = oldest_s.max(checkpoint_age_s(&found.path));
    }
    registry.register("entries", "Entries of our logs", ConstGauge::new(entries));
    registry.register(
        "accords_recovering",
        "Accords whose log may not be signed yet",
        ConstGauge::new(recovering),
    );
    if let Some(age) = oldest_s {
        let help = "Age of the newest checkpoint of the accord where it is oldest";
        registry.register_with_unit("checkpoint_age", help, Unit::Seconds, ConstGauge::new(age));
    }
    let bytes = ConstGauge::new(database_bytes(&service.config.home));
    registry.register_with_unit("database", "Databases of the home", Unit::Bytes, bytes);
    Ok(())
}

fn links(service: &Service, registry: &mut Registry) {
    let lines = service.links.status();
    let peers = Labelled::default();
    for (standing, is_up) in [("up", true), ("down", false)] {
        let count = lines.iter().filter(|line| line.is_up() == is_up).count();
        peers
            .get_or_create(&vec![("line", standing.to_owned())])
            .set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    registry.register("peers", "Peers whose keys were compared, by how the line stands", peers);
    let counters = service.links.counters();
    registry.register("link_handshakes", "Handshakes begun", ConstCounter::new(counters.handshakes));
    registry.register(
        "link_connected",
        "Connections that came to stand",
        ConstCounter::new(counters.connected),
    );
    registry.register("link_open", "Connections that stand", ConstGauge::new(counters.open));
    let bytes = |count| ConstCounter::new(count);
    registry.register("link_received_bytes", "Bytes of frames that came", bytes(counters.received_bytes));
    registry.register("link_sent_bytes", "Bytes of frames that left", bytes(counters.sent_bytes));
    let ended =
        Family::<Vec<(&'static str, String)>, prometheus_client::metrics::counter::Counter>::default();
    for (name, count) in counters.ended {
        ended.get_or_create(&vec![("name", name.to_owned())]).inc_by(count);
    }
    registry.register("link_ended", "Connections and streams that were refused or ended, by name", ended);
}

async fn matches(service: &Service, registry: &mut Registry) -> Result<(), Error> {
    let matches = Labelled::default();
    for run in service.live.runs().await? {
        matches.get_or_create(&vec![("stage", run.stage.name().to_owned())]).inc();
    }
    registry.register("matches", "Live matches, by stage", matches);
    Ok(())
}

/// Seconds since the newest checkpoint below this folder was written.
fn checkpoint_age_s(folder: &Path) -> Option<u64> {
    let mut newest = None;
    walk(folder, DEPTH_MAX, &mut |path, file| {
        if path.file_name().is_some_and(|name| name == "checkpoint") {
            newest = newest.max(file.modified().ok());
        }
    });
    SystemTime::now().duration_since(newest?).ok().map(|age| age.as_secs())
}

fn database_bytes(home: &Path) -> u64 {
    let mut bytes = 0;
    walk(home, DEPTH_MAX, &mut |path, file| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".db") || name.ends_with(".db-wal") {
            bytes += file.len();
        }
    });
    bytes
}

fn walk(folder: &Path, depth: usize, visit: &mut impl FnMut(&Path, &fs::Metadata)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        match metadata.is_dir() {
            true if depth > 0 => walk(&entry.path(), depth - 1, visit),
            true => {}
            false => visit(&entry.path(), &metadata),
        }
    }
}
