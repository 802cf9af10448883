//! `pipit user …`

use std::io::{IsTerminal, stdin};

use anyhow::Context;
use pipit_core::{Moderator, SignUp};
use pipit_model::user::UserRef;
use pipit_model::{Clock, Role};

use crate::config::{NewAccount, Settings, UserAction};

pub(crate) async fn run(settings: &Settings, action: UserAction) -> anyhow::Result<()> {
    match action {
        UserAction::Create(account) => create(settings, account).await,
        UserAction::SetPassword { handle, password } => {
            set_password(settings, &handle, password).await
        }
        UserAction::SetRole { handle, role } => set_role(settings, &handle, &role).await,
    }
}

async fn create(settings: &Settings, account: NewAccount) -> anyhow::Result<()> {
    let password = match account.password {
        Some(password) => password,
        None => read_password()?,
    };
    let role = parse_role(&account.role)?;
    let pipit = super::open(settings, Clock::System).await?;
    let NewAccount { handle, email, name, .. } = account;
    let (invite, reason, network) = (None, None, None);
    let form = SignUp { handle, name, email, password, invite, reason, network };
    let user = pipit.create_account(form).await?;
    let user = user.card.user();
    if role != Role::User {
        pipit.set_role(Moderator::operator(), &UserRef::Id(user.id), role).await?;
    }
    println!("Opened the account @{} (id {}, {}).", user.handle, user.id, role.name());
    Ok(pipit.close().await?)
}

async fn set_role(settings: &Settings, handle: &str, role: &str) -> anyhow::Result<()> {
    let role = parse_role(role)?;
    let user = UserRef::parse(handle).context("that is no handle")?;
    let pipit = super::open(settings, Clock::System).await?;
    let card = pipit.set_role(Moderator::operator(), &user, role).await?;
    println!("@{} is now: {}.", card.user().handle, card.user().role.name());
    Ok(pipit.close().await?)
}

fn parse_role(name: &str) -> anyhow::Result<Role> {
    Role::parse(name).with_context(|| format!("{name} is no role: user, moderator or admin"))
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
