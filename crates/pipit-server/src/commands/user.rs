//! `pipit user …`

use std::io::{IsTerminal, stdin};

use anyhow::Context;
use pipit_core::SignUp;
use pipit_model::Clock;

use crate::config::{NewAccount, Settings, UserAction};

pub(crate) async fn run(settings: &Settings, action: UserAction) -> anyhow::Result<()> {
    match action {
        UserAction::Create(account) => create(settings, account).await,
    }
}

async fn create(settings: &Settings, account: NewAccount) -> anyhow::Result<()> {
    let password = match account.password {
        Some(password) => password,
        None => read_password()?,
    };
    let pipit = super::open(settings, Clock::System).await?;
    let NewAccount { handle, email, name, .. } = account;
    let user = pipit.sign_up(SignUp { handle, name, email, password }, None).await?;
    println!("Opened the account @{} (id {}).", user.card.user().handle, user.card.user().id);
    Ok(pipit.close().await?)
}

fn read_password() -> anyhow::Result<String> {
    if stdin().is_terminal() {
        eprintln!("Password (it will be shown as you type; or set PIPIT_PASSWORD):");
    }
    let mut line = String::new();
    stdin().read_line(&mut line).context("reading the password")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
