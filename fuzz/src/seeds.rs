//! Writes the corpus files that only our own code can make: `cargo xtask fuzz --seeds`.

#![forbid(unsafe_code)]

use std::path::Path;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut of_log = detente_fuzz::log::seeds();
    of_log.extend(detente_fuzz::record::seeds());
    of_log.extend(detente_fuzz::charter::seeds());
    of_log.extend(detente_fuzz::link::seeds());
    let of_log = of_log.iter().map(|(target, name, bytes)| (*target, *name, bytes.as_slice()));
    for (target, name, bytes) in detente_fuzz::honest::seeds().into_iter().chain(of_log) {
        let folder = corpus.join(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
