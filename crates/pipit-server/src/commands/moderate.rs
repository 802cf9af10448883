//! `pipit moderate …`: what the moderators' pages do, by whoever has the machine. A server that runs
//! on the same database hears of it by itself, within a second.

mod rules;

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use pipit_core::{Blocking, Deed, Moderator, Pipit, SignUpView, Verdict};
use pipit_model::moderation::ActionKind;
use pipit_model::page::Page;
use pipit_model::report::ReportFilter;
use pipit_model::server_block::BlockKind;
use pipit_model::user::UserRef;
use pipit_model::{Clock, TweetId};

use crate::config::{Moderate, ModerateAction, Settings, Target};

/// What is printed: a line for people, the same by name for scripts.
type Line = (String, BTreeMap<&'static str, String>);

pub(crate) async fn run(settings: &Settings, moderate: Moderate) -> anyhow::Result<()> {
    let pipit = super::open(settings, Clock::System).await?;
    let lines = carry_out(&pipit, moderate.action).await;
    pipit.close().await?;
    for (text, fields) in lines? {
        if moderate.json {
            println!("{}", serde_json::to_string(&fields)?);
        } else {
            println!("{text}");
        }
    }
    Ok(())
}

async fn carry_out(pipit: &Pipit, action: ModerateAction) -> anyhow::Result<Vec<Line>> {
    use ModerateAction::{
        Approve, ApproveTweet, Block, DeleteAccount, DeleteTweets, Freeze, Held, Limit, Log,
        MarkSensitive, Reject, RejectTweet, Reports, Restore, Rules, SetRule, SignUps, Suspend,
        TryText, Unblock, Undo, VerifyLog, Warn,
    };
    match action {
        Warn(target) => act(pipit, ActionKind::Warn, target, Vec::new()).await,
        Limit(target) => act(pipit, ActionKind::Limit, target, Vec::new()).await,
        Freeze(target) => act(pipit, ActionKind::Freeze, target, Vec::new()).await,
        Suspend(target) => act(pipit, ActionKind::Suspend, target, Vec::new()).await,
        Restore(target) => act(pipit, ActionKind::Restore, target, Vec::new()).await,
        DeleteAccount(target) => act(pipit, ActionKind::DeleteAccount, target, Vec::new()).await,
        DeleteTweets { target, tweets } => {
            act(pipit, ActionKind::DeleteTweets, target, tweets).await
        }
        MarkSensitive { target, tweets } => {
            act(pipit, ActionKind::MarkSensitive, target, tweets).await
        }
        Undo { action } => rules::undo(pipit, action).await,
        Rules => rules::list(pipit).await,
        SetRule(args) => rules::set(pipit, args).await,
        TryText { text, account } => rules::try_text(pipit, &text, account.as_deref()).await,
        Held => rules::held(pipit).await,
        ApproveTweet { id } => rules::approve(pipit, id).await,
        RejectTweet { id, reason } => rules::reject(pipit, id, &reason).await,
        Reports => reports(pipit).await,
        SignUps => sign_ups(pipit).await,
        Approve { handle } => decide(pipit, &handle, Verdict::Approve).await,
        Reject(Target { handle, reason }) => decide(pipit, &handle, Verdict::Reject(reason)).await,
        Log { account, limit } => log(pipit, account, limit).await,
        VerifyLog => verify_log(pipit).await,
        Block { kind, value } => block(pipit, &kind, &value, Blocking::Block).await,
        Unblock { kind, value } => block(pipit, &kind, &value, Blocking::Unblock).await,
    }
}

async fn act(
    pipit: &Pipit,
    kind: ActionKind,
    Target { handle, reason }: Target,
    tweets: Vec<i64>,
) -> anyhow::Result<Vec<Line>> {
    let by = Moderator::operator();
    let user = UserRef::parse(&handle).context("that is no handle")?;
    let card = pipit.any_account(by, &user).await?;
    let tweets = tweets.into_iter().map(TweetId).collect();
    let deed = Deed { user_id: card.user().id, kind, reason, tweets, report: None };
    let action = pipit.act(by, deed).await?;
    let handle = &card.user().handle;
    let fields = BTreeMap::from([
        ("action_id", action.id.to_string()),
        ("user", handle.clone()),
        ("kind", kind.name().to_owned()),
    ]);
    Ok(vec![(format!("@{handle}: {}.", kind.name()), fields)])
}

async fn reports(pipit: &Pipit) -> anyhow::Result<Vec<Line>> {
    let filter = ReportFilter::default();
    let listed = pipit.reports(Moderator::operator(), filter, Page::new(Some(100), None)?).await?;
    let line = |view: &pipit_core::ReportView| {
        let (report, handle) = (&view.report, &view.user.user().handle);
        let (at, category) = (report.id.timestamp().to_string(), report.category.name());
        let text = format!("{at} {} @{handle} {category} {}", report.id, report.comment);
        let fields = BTreeMap::from([
            ("at", at),
            ("report_id", report.id.to_string()),
            ("user", handle.clone()),
            ("category", category.to_owned()),
            ("comment", report.comment.clone()),
        ]);
        (text, fields)
    };
    Ok(listed.items.iter().map(line).collect())
}

async fn sign_ups(pipit: &Pipit) -> anyhow::Result<Vec<Line>> {
    let listed = pipit.sign_ups(Moderator::operator(), Page::new(Some(100), None)?).await?;
    let line = |view: &SignUpView| {
        let (user, domain) = (view.card.user(), &view.email_domain);
        let at = user.created_at.to_string();
        let text = format!("{at} @{} {domain} {}", user.handle, view.reason);
        let fields = BTreeMap::from([
            ("at", at),
            ("user", user.handle.clone()),
            ("email_domain", domain.clone()),
            ("reason", view.reason.clone()),
        ]);
        (text, fields)
    };
    Ok(listed.items.iter().map(line).collect())
}

async fn decide(pipit: &Pipit, handle: &str, verdict: Verdict) -> anyhow::Result<Vec<Line>> {
    let word = if verdict == Verdict::Approve { "approved" } else { "rejected" };
    let user = UserRef::parse(handle).context("that is no handle")?;
    let card = pipit.decide_sign_up(Moderator::operator(), &user, verdict).await?;
    let handle = card.user().handle.clone();
    let text = format!("@{handle}: {word}.");
    Ok(vec![(text, BTreeMap::from([("user", handle), ("verdict", word.to_owned())]))])
}

async fn log(pipit: &Pipit, account: Option<String>, limit: i64) -> anyhow::Result<Vec<Line>> {
    let by = Moderator::operator();
    let account = match account {
        Some(handle) => {
            let user = UserRef::parse(&handle).context("that is no handle")?;
            Some(pipit.any_account(by, &user).await?.user().id)
        }
        None => None,
    };
    let listed = pipit.audit_log(by, account, Page::new(Some(limit), None)?).await?;
    let line = |(entry, actor, about): &pipit_core::AuditLine| {
        let name = |card: &Option<pipit_core::UserCard>| {
            card.as_ref().map(|card| format!("@{}", card.user().handle)).unwrap_or_default()
        };
        let actor = match entry.actor {
            Some(_) => name(actor),
            None if entry.is_by_rules() => "rules".to_owned(),
            None => "operator".to_owned(),
        };
        let (seq, at, about) = (entry.seq, entry.at.to_string(), name(about));
        let text = format!("{seq} {at} {actor} {} {about} {}", entry.kind, entry.detail);
        let fields = BTreeMap::from([
            ("seq", seq.to_string()),
            ("at", at),
            ("actor", actor),
            ("kind", entry.kind.clone()),
            ("user", about),
            ("detail", entry.detail.clone()),
            ("hash", entry.hash.clone()),
        ]);
        (text, fields)
    };
    Ok(listed.items.iter().map(line).collect())
}

async fn verify_log(pipit: &Pipit) -> anyhow::Result<Vec<Line>> {
    let (lines, hash) = pipit.verify_audit_log().await?;
    let text = format!(
        "The log is whole: {lines} lines. Its last hash stands for all of them; keep it elsewhere \
         to compare it later:\n{hash}"
    );
    let fields = BTreeMap::from([("lines", lines.to_string()), ("hash", hash)]);
    Ok(vec![(text, fields)])
}

async fn block(pipit: &Pipit, kind: &str, value: &str, to: Blocking) -> anyhow::Result<Vec<Line>> {
    let Some(kind) = BlockKind::parse(kind) else {
        let kinds = BlockKind::ALL.map(BlockKind::name).join(", ");
        bail!("{kind} cannot be blocked; what can: {kinds}");
    };
    pipit.set_server_block(Moderator::operator(), (kind, value), to).await?;
    let word = if to == Blocking::Block { "blocked" } else { "not blocked" };
    let fields = BTreeMap::from([("kind", kind.name().to_owned()), ("value", value.to_owned())]);
    Ok(vec![(format!("{} {value}: {word}.", kind.name()), fields)])
}
