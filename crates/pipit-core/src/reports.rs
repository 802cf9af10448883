//! Reports: made by anybody, worked through by moderators.

use pipit_feed::{TweetCard, UserCard};
use pipit_model::moderation::{Note, note_text};
use pipit_model::page::{Listed, Page};
use pipit_model::report::{Report, ReportDraft, ReportFilter, ReportState};
use pipit_model::role::Right;
use pipit_model::user::UserRef;
use pipit_model::visibility::Occasion;
use pipit_model::{Error, ReportId, Result, RuleId, TweetId, UserId};
use pipit_store::Noted;

use crate::views::Few;
use crate::{Caller, Moderator, Pipit, RequestKey, keys};

/// A report as moderators see it.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// The report.
    pub report: Report,
    /// Who wrote it; [`None`] if the server did.
    pub reporter: Option<UserCard>,
    /// Whom it is about, also if nobody else sees them any more.
    pub user: UserCard,
    /// Who looks after it.
    pub assignee: Option<UserCard>,
    /// What the rule says that is broken.
    pub rule: Option<String>,
}

impl Pipit {
    /// Reports an account to the moderators.
    ///
    /// # Errors
    /// [`Error::InvalidField`] with the first field that will not do; [`Error::NotFound`] for an
    /// account that the caller cannot see; [`Error::Forbidden`] for oneself, or for one report too
    /// many in a day.
    pub async fn report(
        &self,
        caller: Caller,
        draft: ReportDraft,
        key: RequestKey<'_>,
    ) -> Result<Report> {
        self.require_writable(caller).await?;
        let draft = draft.checked()?;
        let user_id = self.resolve_user(&UserRef::Id(draft.user_id)).await?;
        if user_id == caller.user_id {
            return Err(Error::Forbidden("you cannot report yourself"));
        }
        let seen = self.view_tweets(Some(caller), Occasion::Asked, &draft.tweets).await?;
        let is_theirs = |view: &Option<crate::TweetView>| {
            view.as_ref().is_some_and(|view| view.card.tweet().user_id == user_id)
        };
        if !seen.iter().all(is_theirs) {
            let wrong = "must be tweets of this account that you can see";
            return Err(Error::invalid("tweet_ids", wrong));
        }
        if let Some(rule) = draft.rule
            && !self.server_rules().await?.iter().any(|known| known.id == rule)
        {
            return Err(Error::invalid("rule_id", "is no rule of this server: see /about/rules"));
        }
        let scope = format!("reports of {}", caller.user_id);
        let ids = draft.tweets.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let about = user_id.to_string();
        let rule = draft.rule.map(|rule| rule.to_string()).unwrap_or_default();
        let parts = [&*about, draft.category.name(), &draft.comment, &ids, &rule];
        let idempotency = key.map(|key| keys::idempotency(&scope, key, &parts));
        let report = Report {
            id: ReportId(self.0.ids.next(self.0.clock.now())),
            reporter: Some(caller.user_id),
            user_id,
            category: draft.category,
            rule: draft.rule,
            comment: draft.comment,
            assignee: None,
            state: ReportState::Open,
        };
        let store = &self.0.store;
        match store.insert_report(report.clone(), draft.tweets, idempotency).await? {
            None => Ok(report),
            Some(before) => store.find_report(before).await?.ok_or(Error::NotFound("report")),
        }
    }

    /// Reports, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn reports(
        &self,
        by: Moderator,
        filter: ReportFilter,
        page: Page,
    ) -> Result<Listed<ReportView>> {
        by.require(Right::ReadReports)?;
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_reports(filter, page.before(), limit).await?;
        let Listed { items, next } = page.cut(rows, |report| report.id.0);
        Ok(Listed { items: self.view_reports(items).await?, next })
    }

    /// One report, and the tweets attached to it, also those that nobody sees any more.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn report_with_tweets(
        &self,
        by: Moderator,
        id: ReportId,
    ) -> Result<(ReportView, Vec<TweetCard>)> {
        by.require(Right::ReadReports)?;
        let missing = || Error::NotFound("report");
        let report = self.0.store.find_report(id).await?.ok_or_else(missing)?;
        let view = self.view_reports(vec![report]).await?.pop().ok_or_else(missing)?;
        let tweets: Vec<TweetId> = self.0.store.list_report_tweets(id).await?;
        let tweets = self.0.feed.tweets(&tweets).await?.into_iter().flatten().collect();
        Ok((view, tweets))
    }

    async fn view_reports(&self, reports: Vec<Report>) -> Result<Vec<ReportView>> {
        let people = reports.iter().flat_map(|report| {
            [Some(report.user_id), report.reporter, report.assignee].into_iter().flatten()
        });
        let people = self.cards_of(people.collect()).await?;
        let card = |id: UserId| people.get(&id).cloned();
        let broken: Vec<RuleId> = reports.iter().filter_map(|report| report.rule).collect();
        let rules = self.0.store.get_rules(&broken).await?;
        let mut views = Vec::with_capacity(reports.len());
        for report in reports {
            let Some(user) = card(report.user_id) else { continue };
            let rule = rules.iter().find(|rule| Some(rule.id) == report.rule);
            let rule = rule.map(|rule| rule.text.clone());
            let reporter = report.reporter.and_then(card);
            let assignee = report.assignee.and_then(card);
            views.push(ReportView { report, reporter, user, assignee, rule });
        }
        Ok(views)
    }

    /// The cards of accounts, in whatever state they are.
    pub(crate) async fn cards_of(&self, mut ids: Vec<UserId>) -> Result<Few<UserId, UserCard>> {
        ids.sort_unstable();
        ids.dedup();
        Ok(Few::new(&ids, self.0.feed.users(&ids).await?))
    }

    /// Takes a report, or lets go of it.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn assign_report(
        &self,
        by: Moderator,
        id: ReportId,
        assignee: Option<UserId>,
    ) -> Result<()> {
        by.require(Right::HandleReports)?;
        let kind = if assignee.is_some() { "assign" } else { "unassign" };
        let noted = Noted { subject: id.0, ..by.noted(self.0.clock.now(), kind) };
        Ok(self.0.store.set_report_assignee(id, assignee, noted).await?)
    }

    /// Says that a report is dealt with, or waits again.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn set_report_state(
        &self,
        by: Moderator,
        id: ReportId,
        state: ReportState,
    ) -> Result<()> {
        by.require(Right::HandleReports)?;
        let kind = match state {
            ReportState::Open => "reopen",
            ReportState::Resolved => "resolve",
        };
        let noted = Noted { subject: id.0, ..by.noted(self.0.clock.now(), kind) };
        Ok(self.0.store.set_report_state(id, state, noted).await?)
    }

    /// Notes something about an account, for the other moderators.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `note`; [`Error::NotFound`].
    pub async fn add_note(
        &self,
        by: Moderator,
        user_id: UserId,
        report: Option<ReportId>,
        text: &str,
    ) -> Result<()> {
        by.require(Right::HandleReports)?;
        let author = by.user_id().ok_or(Error::Forbidden("notes are written by moderators"))?;
        let text = note_text(text)?;
        let id = self.0.ids.next(self.0.clock.now());
        Ok(self.0.store.insert_note(Note { id, author, text }, user_id, report).await?)
    }
}
