//! `pipit invite`

use pipit_model::Clock;

use crate::config::Settings;

pub(crate) async fn run(settings: &Settings, uses: i64, days: i64) -> anyhow::Result<()> {
    let pipit = super::open(settings, Clock::System).await?;
    let code = pipit.create_invitation(uses, days).await?;
    let url = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
    println!("{url}/signup?invite={code}");
    Ok(pipit.close().await?)
}
