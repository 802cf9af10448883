//! The rules for new tweets: what they find in one, and what comes of it. They are asked before
//! anything is written, in memory: a tweet that none is about costs no question to the database.
//!
//! Links and equal texts are counted on this node alone; what is forgotten when it ends, or when it
//! is full, is counted anew.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pipit_feed::Moderated;
use pipit_model::automod::{AutoRule, Condition, Effect, Hit, HitCounts, Mode};
use pipit_model::limits::{
    AUTOMOD_HIT_DAYS, AUTOMOD_WINDOW_SECS, AUTOMOD_WINDOWS_MAX, DUPLICATE_CHARS_MIN,
};
use pipit_model::role::Right;
use pipit_model::text::{Entity, EntityKind, entities, url_host};
use pipit_model::tweet::Draft;
use pipit_model::user::{User, UserRef};
use pipit_model::{Result, Role, Timestamp, UserId, folded};
use pipit_store::Noted;
use quick_cache::unsync::Cache;
use rustrict::{Censor, Type};

use crate::{Moderator, Pipit, keys};

/// A rule, and how often it was about a tweet of late.
pub type AutoRuleView = (AutoRule, HitCounts);

/// What was counted in an hour.
#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    count: i64,
}

/// What the rules remember.
pub(crate) struct Automod {
    windows: Mutex<Cache<String, Window>>,
    /// Not in the database yet.
    hits: Mutex<HashMap<Condition, HitCounts>>,
}

impl Default for Automod {
    fn default() -> Self {
        Self { windows: Mutex::new(Cache::new(AUTOMOD_WINDOWS_MAX)), hits: Mutex::default() }
    }
}

impl fmt::Debug for Automod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Automod")
    }
}

/// Whether what is looked at counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counting {
    /// It is about to be posted.
    Count,
    /// Somebody only wants to know.
    Peek,
}

/// What the rules found.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) hits: Vec<Hit>,
    /// What was counted for it, and how much.
    counted: Vec<(String, i64)>,
}

impl Looked {
    /// What comes of it: the strongest effect of those that are in force.
    pub(crate) fn effect(&self) -> Option<Effect> {
        self.live().map(|hit| hit.rule.effect).max()
    }

    fn live(&self) -> impl Iterator<Item = &Hit> {
        self.hits.iter().filter(|hit| hit.rule.mode == Mode::On)
    }

    /// The first of the rules that have an effect.
    pub(crate) fn first(&self, effect: Effect) -> Option<&Hit> {
        self.live().find(|hit| hit.rule.effect == effect)
    }

    /// Why it has its effect, for moderators.
    pub(crate) fn why(&self, chars: usize) -> String {
        let all = self.live().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        all.chars().take(chars).collect()
    }
}

/// A text with what several rules want to know of it, looked for when the first of them asks.
struct Text<'a> {
    content: &'a str,
    entities: OnceCell<Vec<Entity>>,
}

impl<'a> Text<'a> {
    fn new(content: &'a str) -> Self {
        Self { content, entities: OnceCell::new() }
    }

    fn entities(&self) -> &[Entity] {
        self.entities.get_or_init(|| entities(self.content))
    }

    fn of(&self, kind: EntityKind) -> impl Iterator<Item = &str> {
        let entities = self.entities().iter().filter(move |entity| entity.kind == kind);
        entities.map(|entity| entity.body(self.content))
    }

    /// The text without some of what stands in it.
    fn without(&self, kinds: &[EntityKind]) -> String {
        let mut rest = self.content.to_owned();
        for entity in self.entities().iter().filter(|entity| kinds.contains(&entity.kind)).rev() {
            rest.replace_range(entity.byte_start as usize..entity.byte_end as usize, "");
        }
        rest
    }

    /// What makes it the same as another: its letters and digits, whomever it names.
    fn duplicate_key(&self) -> Option<String> {
        let rest = folded(&self.without(&[EntityKind::Mention]));
        let said: String = rest.chars().filter(|c| c.is_alphanumeric()).collect();
        let is_long = said.chars().nth(DUPLICATE_CHARS_MIN - 1).is_some();
        is_long.then(|| keys::hash(&["duplicate", &said]))
    }
}

impl Automod {
    /// What the rules find in a text; the author's age and links count only if there is one.
    fn look(
        &self,
        moderated: &Moderated,
        author: Option<&User>,
        content: &str,
        (now, counting): (Timestamp, Counting),
    ) -> Looked {
        let mut looked = Looked::default();
        let text = Text::new(content);
        for rule in moderated.automod.awake() {
            let found = match rule.condition {
                Condition::BlockedWord => moderated.blocks.blocked_word(content).map(str::to_owned),
                Condition::BlockedLink if !moderated.blocks.block_hosts() => None,
                Condition::BlockedLink => {
                    let mut hosts = text.of(EntityKind::Url).map(url_host);
                    hosts.find_map(|host| moderated.blocks.blocked_host(&host).map(str::to_owned))
                }
                Condition::Profanity => profanity(&text, rule.threshold),
                Condition::NewAccount => {
                    author.and_then(|author| new_account(author, &text, rule.threshold, now))
                }
                Condition::LinkBurst => author.and_then(|author| {
                    let links = text.of(EntityKind::Url).count() as i64;
                    let key = (links > 0).then(|| format!("links {}", author.id))?;
                    self.too_many(key, links, rule, (now, counting), &mut looked.counted)
                }),
                Condition::Duplicate => text.duplicate_key().and_then(|key| {
                    self.too_many(key, 1, rule, (now, counting), &mut looked.counted)
                }),
            };
            looked.hits.extend(found.map(|found| Hit { rule: *rule, found }));
        }
        looked
    }

    /// Counts, and says how many there are if they are more than a rule lets pass.
    fn too_many(
        &self,
        key: String,
        more: i64,
        rule: &AutoRule,
        (now, counting): (Timestamp, Counting),
        counted: &mut Vec<(String, i64)>,
    ) -> Option<String> {
        let mut windows = self.windows();
        let of_late = |window: &&Window| now < window.began.plus_secs(AUTOMOD_WINDOW_SECS);
        let window = windows.get(&key).filter(of_late).copied();
        let mut window = window.unwrap_or(Window { began: now, count: 0 });
        window.count += more;
        if counting == Counting::Count {
            windows.insert(key.clone(), window);
            counted.push((key, more));
        }
        (window.count > rule.threshold).then(|| format!("{} in an hour", window.count))
    }

    /// What was counted for a request that turns out to have been made before.
    pub(crate) fn give_back(&self, looked: &Looked) {
        let mut windows = self.windows();
        for (key, count) in &looked.counted {
            if let Some(mut window) = windows.get_mut(key) {
                window.count -= count;
            }
        }
    }

    fn count(&self, hit: &Hit) {
        let mut hits = lock(&self.hits);
        let counts = hits.entry(hit.rule.condition).or_default();
        if hit.rule.mode == Mode::On {
            counts.acted += 1;
        } else {
            counts.dry += 1;
        }
    }

    fn take_hits(&self) -> Vec<(Condition, HitCounts)> {
        std::mem::take(&mut *lock(&self.hits)).into_iter().collect()
    }

    fn put_back(&self, counted: Vec<(Condition, HitCounts)>) {
        let mut hits = lock(&self.hits);
        for (condition, counts) in counted {
            let sum = hits.entry(condition).or_default();
            (sum.acted, sum.dry) = (sum.acted + counts.acted, sum.dry + counts.dry);
        }
    }

    fn windows(&self) -> MutexGuard<'_, Cache<String, Window>> {
        lock(&self.windows)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every step leaves the counts whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How severe a text's profanity is, if it is as severe as asked for. What people and pages are
/// called is none of it: `@bob: see` would be.
fn profanity(text: &Text<'_>, least: i64) -> Option<String> {
    let said = text.without(&[EntityKind::Mention, EntityKind::Url]);
    let found = Censor::from_str(&said).analyze();
    let kinds = Type::PROFANE | Type::OFFENSIVE | Type::SEXUAL;
    let severities =
        [(3, Type::SEVERE, "severe"), (2, Type::MODERATE, "moderate"), (1, Type::MILD, "mild")];
    let severity = severities.into_iter().find(|(_, severity, _)| found.is(kinds & *severity));
    severity.filter(|(level, ..)| *level >= least).map(|(.., name)| name.to_owned())
}

/// How old an account is that links or mentions while it is new.
fn new_account(author: &User, text: &Text<'_>, hours: i64, now: Timestamp) -> Option<String> {
    let is_new = now < author.created_at.plus_secs(hours * 3600);
    let reaches_out =
        text.of(EntityKind::Url).next().is_some() || text.of(EntityKind::Mention).next().is_some();
    let age = (now.secs() - author.created_at.secs()) / 3600;
    (is_new && reaches_out).then(|| format!("{age} hours old"))
}

impl Pipit {
    /// What the rules find in a text that somebody is about to post. Moderators are exempt.
    pub(crate) async fn judge(&self, user_id: UserId, content: &str) -> Result<Looked> {
        let moderated = self.0.feed.moderated().await?;
        let card = self.0.feed.user(user_id).await?;
        let author = card.as_ref().map(pipit_feed::UserCard::user);
        let Some(author) = author.filter(|user| user.role == Role::User) else {
            return Ok(Looked::default());
        };
        let how = (self.0.clock.now(), Counting::Count);
        Ok(self.0.automod.look(&moderated, Some(author), content, how))
    }

    /// Counts what rules found in a text that was not looked at before.
    pub(crate) fn count_hits(&self, user_id: UserId, looked: &Looked) {
        for hit in &looked.hits {
            self.0.automod.count(hit);
            if hit.rule.mode == Mode::DryRun {
                let (rule, effect) = (hit.rule.condition.name(), hit.rule.effect.name());
                tracing::info!(rule, effect, %user_id, "a rule in dry run would have acted");
            }
        }
    }

    /// Writes how often rules were about a tweet since this was last called.
    ///
    /// # Errors
    /// If the database is away; the counts are kept.
    pub async fn write_auto_hits(&self) -> Result<()> {
        let counted = self.0.automod.take_hits();
        if counted.is_empty() {
            return Ok(());
        }
        let written = self.0.store.add_auto_hits(counted.clone(), self.0.clock.now()).await;
        if written.is_err() {
            self.0.automod.put_back(counted);
        }
        Ok(written?)
    }

    /// The rules, each with how often it was about a tweet in the last days.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn auto_rules(&self, by: Moderator) -> Result<Vec<AutoRuleView>> {
        by.require(Right::ReadReports)?;
        self.write_auto_hits().await?;
        let since = self.0.clock.now().plus_secs(-AUTOMOD_HIT_DAYS * 24 * 3600);
        let (moderated, hits) =
            tokio::join!(self.0.feed.moderated(), self.0.store.count_auto_hits(since));
        let (moderated, hits) = (moderated?, hits?);
        let view =
            |rule: &AutoRule| (*rule, hits.get(&rule.condition).copied().unwrap_or_default());
        Ok(moderated.automod.all().iter().map(view).collect())
    }

    /// Sets a rule; every node hears of it.
    ///
    /// # Errors
    /// [`pipit_model::Error::InvalidField`] on `threshold`.
    pub async fn set_auto_rule(&self, by: Moderator, rule: AutoRule) -> Result<()> {
        by.require(Right::EditBlocks)?;
        let rule = rule.checked()?;
        let noted = Noted { detail: rule.summary(), ..by.noted(self.0.clock.now(), "automod-set") };
        Ok(self.0.store.set_auto_rule(rule, noted).await?)
    }

    /// Which rules would be about a text, by an account if one is given; nothing is counted.
    ///
    /// # Errors
    /// [`pipit_model::Error::InvalidField`] for a text that nobody could post;
    /// [`pipit_model::Error::NotFound`] for an account that is not there.
    pub async fn try_text(
        &self,
        by: Moderator,
        text: &str,
        account: Option<&UserRef>,
    ) -> Result<Vec<Hit>> {
        by.require(Right::ReadReports)?;
        let content = Draft::new(text)?.content;
        let card = match account {
            Some(account) => Some(self.any_account(by, account).await?),
            None => None,
        };
        let moderated = self.0.feed.moderated().await?;
        let author = card.as_ref().map(pipit_feed::UserCard::user);
        let how = (self.0.clock.now(), Counting::Peek);
        Ok(self.0.automod.look(&moderated, author, &content, how).hits)
    }
}

#[cfg(test)]
mod tests;
