//! placeholder
pub(crate) fn run(_: &[String]) -> anyhow::Result<bool> {
    Ok(true)
}
pub(crate) fn change_tier() -> anyhow::Result<bool> {
    Ok(true)
}
