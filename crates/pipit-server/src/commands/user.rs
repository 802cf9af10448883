//! `pipit user …`

use std::io::{IsTerminal, stdin};

use anyhow::Context;
use pipit_core::SignUp;
use pipit_model::Clock;
use pipit_model::user::UserRef;

use crate::config::{NewAccount, Settings, UserAction};

pub(crate) async fn run(settings: &Settings, action: UserAction) -> anyhow::Result<()> {
    match action {
        UserAction::Create(account) => create(settings, account).await,
        UserAction::SetPassword { handle, password } => {
            set_password(settings, &handle, password).await
        }
    }
}

async fn create(settings: &Settings, account: NewAccount) -> anyhow::Result<()> {
    let password = match account.password {
        Some(password) => password,
        None => read_password()?,
    };
    let pipit = super::open(settings, Clock::System).await?;
    let NewAccount { handle, email, name, .. } = account;
    let form = SignUp { handle, name, email, password, invite: None };
    let user = pipit.create_account(form).await?;
    println!("Opened the account @{} (id {}).", user.card.user().handle, user.card.user().id);
    Ok(pipit.close().await?)
}

async fn set_password(
    settings: &Settings,
    handle: &str,
    password: Option<String>,
) -> anyhow::Result<()> {
    let password = password.map_or_else(read_password, Ok)?;
    let named = UserRef::parse(handle).with_context(|| format!("{handle:?} names nobody"))?;
    // A server that runs beside this would go on with the sessions that it remembers.
    let lock = settings.sqlite_file().map(|file| super::lock_database(&file)).transpose()?;
    let pipit = super::open(settings, Clock::System).await?;
    let user = pipit.user(None, &named).await?;
    let (id, handle) = (user.card.user().id, user.card.user().handle.clone());
    pipit.set_password_of(id, password).await?;
    println!("@{handle} has a new password; all their sessions have ended.");
    if lock.is_none() {
        println!("Servers that run now remember sessions for a while: restart them.");
    }
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
