//! `pipit migrate`

use pipit_model::Clock;

use crate::config::Settings;

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let pipit = super::open(settings, Clock::System).await?;
    println!("The database {} is up to date.", settings.database_for_people());
    Ok(pipit.close().await?)
}
