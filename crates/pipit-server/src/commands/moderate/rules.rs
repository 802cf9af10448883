//! The rules for new tweets, and the tweets that they hold.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use pipit_core::{Moderator, Pipit};
use pipit_model::automod::{AutoRule, Condition, Effect, Mode};
use pipit_model::page::Page;
use pipit_model::user::UserRef;
use pipit_model::{ActionId, HeldId};

use super::Line;
use crate::config::AutoRuleArgs;

fn line_of(rule: &AutoRule, more: impl IntoIterator<Item = (&'static str, String)>) -> Line {
    let fields = [
        ("condition", rule.condition.name().to_owned()),
        ("effect", rule.effect.name().to_owned()),
        ("mode", rule.mode.name().to_owned()),
        ("threshold", rule.threshold.to_string()),
    ];
    (rule.summary(), fields.into_iter().chain(more).collect())
}

pub(super) async fn list(pipit: &Pipit) -> anyhow::Result<Vec<Line>> {
    let rules = pipit.auto_rules(Moderator::operator()).await?;
    let line = |(rule, hits): &pipit_core::AutoRuleView| {
        let more = [("acted", hits.acted.to_string()), ("dry", hits.dry.to_string())];
        let (text, fields) = line_of(rule, more);
        (format!("{text}; hits: {}, in dry run: {}", hits.acted, hits.dry), fields)
    };
    Ok(rules.iter().map(line).collect())
}

/// What a name means, or the names that mean something.
fn named<T: Copy>(name: &str, all: &[T], of: fn(T) -> &'static str) -> anyhow::Result<T> {
    let found = all.iter().copied().find(|one| of(*one) == name);
    let names = || all.iter().map(|one| of(*one)).collect::<Vec<_>>().join(", ");
    found.with_context(|| format!("{name} is none of {}", names()))
}

pub(super) async fn set(pipit: &Pipit, args: AutoRuleArgs) -> anyhow::Result<Vec<Line>> {
    let by = Moderator::operator();
    let condition = named(&args.condition, &Condition::ALL, Condition::name)?;
    let rules = pipit.auto_rules(by).await?;
    let rule = rules.iter().map(|(rule, _)| *rule).find(|rule| rule.condition == condition);
    let mut rule = rule.unwrap_or_else(|| AutoRule::usual(condition));
    if let Some(effect) = &args.effect {
        rule.effect = named(effect, &Effect::ALL, Effect::name)?;
    }
    if let Some(mode) = &args.mode {
        rule.mode = named(mode, &Mode::ALL, Mode::name)?;
    }
    match (args.threshold, condition.thresholds()) {
        (Some(_), None) => bail!("{} goes by no number: leave --threshold out", args.condition),
        (Some(threshold), Some(_)) => rule.threshold = threshold,
        (None, _) => {}
    }
    pipit.set_auto_rule(by, rule).await?;
    Ok(vec![line_of(&rule, [])])
}

pub(super) async fn try_text(
    pipit: &Pipit,
    text: &str,
    account: Option<&str>,
) -> anyhow::Result<Vec<Line>> {
    let account = account.map(|handle| UserRef::parse(handle).context("that is no handle"));
    let account = account.transpose()?;
    let hits = pipit.try_text(Moderator::operator(), text, account.as_ref()).await?;
    let line = |hit: &pipit_model::automod::Hit| {
        let (text, fields) = line_of(&hit.rule, [("found", hit.found.clone())]);
        (format!("{text}; found: {}", hit.found), fields)
    };
    if hits.is_empty() {
        return Ok(vec![("No rule would act on it.".to_owned(), BTreeMap::new())]);
    }
    Ok(hits.iter().map(line).collect())
}

pub(super) async fn held(pipit: &Pipit) -> anyhow::Result<Vec<Line>> {
    let page = Page::new(Some(100), None)?;
    let listed = pipit.held_tweets(Moderator::operator(), page).await?;
    let line = |(held, card): &pipit_core::HeldView| {
        let (at, id) = (held.id.timestamp().to_string(), held.id.to_string());
        let handle = card.user().handle.clone();
        let (content, why) = (held.content.clone(), held.why.clone());
        let text = format!("{at} {id} @{handle} ({why}) {content}");
        let fields = [("at", at), ("held_id", id), ("user", handle), ("content", content)];
        (text, fields.into_iter().chain([("why", why)]).collect())
    };
    Ok(listed.items.iter().map(line).collect())
}

pub(super) async fn approve(pipit: &Pipit, id: i64) -> anyhow::Result<Vec<Line>> {
    let tweet = pipit.approve_held(Moderator::operator(), HeldId(id)).await?;
    let fields = BTreeMap::from([("tweet_id", tweet.to_string())]);
    Ok(vec![(format!("Posted as {tweet}."), fields)])
}

pub(super) async fn reject(pipit: &Pipit, id: i64, reason: &str) -> anyhow::Result<Vec<Line>> {
    pipit.reject_held(Moderator::operator(), HeldId(id), reason).await?;
    let fields = BTreeMap::from([("held_id", id.to_string())]);
    Ok(vec![("Rejected; its author reads why.".to_owned(), fields)])
}

pub(super) async fn undo(pipit: &Pipit, action: i64) -> anyhow::Result<Vec<Line>> {
    pipit.undo_action(Moderator::operator(), ActionId(action)).await?;
    let fields = BTreeMap::from([("action_id", action.to_string())]);
    Ok(vec![("Undone; the person is told.".to_owned(), fields)])
}
