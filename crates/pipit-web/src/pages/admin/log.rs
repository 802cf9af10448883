//! The log of what moderators do, and numbers.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::Role;
use pipit_model::page::ListName;
use pipit_model::report::Category;
use pipit_model::server_block::BlockKind;
use pipit_model::user::UserRef;
use serde::Deserialize;

use super::{AdminTab, Staff, at_handle, tabs};
use crate::Web;
use crate::error::Failure;
use crate::extract::{Query, user_ref};
use crate::format::{Moment, count};
use crate::page::{self, Section, Shell};
use crate::view::Feed;
use crate::visitor::Visitor;
use crate::words::moderation::ModerationWords;

/// Days that the numbers go back.
const DAYS: i64 = 30;
/// A bar's width with the gap behind it, and the height of the highest.
const STEP: i64 = 10;
const HIGH: i64 = 60;

/// A line of the log.
pub(crate) struct LogRow {
    pub seq: i64,
    pub at: Moment,
    pub by: String,
    pub kind: String,
    pub about: Option<String>,
    pub detail: String,
}

#[derive(Template)]
#[template(path = "pages/admin/log.html")]
pub(crate) struct LogPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub feed: Feed<LogRow>,
}

/// A number day by day.
pub(crate) struct Bars {
    pub label: &'static str,
    pub summary: String,
    /// The path of the bars, in a box of 300 by 60.
    pub path: String,
}

#[derive(Template)]
#[template(path = "pages/admin/numbers.html")]
pub(crate) struct NumbersPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub bars: Vec<Bars>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    account: String,
    cursor: Option<String>,
}

pub(crate) async fn get_log(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (w, now) = (visitor.preferences.w, web.pipit.clock().now());
    let m = w.moderation;
    let about: Option<UserRef> = match wanted.account.trim_start_matches('@') {
        "" => None,
        handle => Some(user_ref(handle)?),
    };
    let about = match about {
        Some(user) => Some(web.pipit.any_account(staff.by, &user).await?.user().id),
        None => None,
    };
    let list = (ListName::AuditLog, about.map_or(0, |id| id.0));
    let page = web.pipit.page(list.0, list.1, wanted.cursor.as_deref(), None)?;
    let listed = web.pipit.audit_log(staff.by, about, page).await?;
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, m.log).await?;
    let feed = Feed::new(&web, list, &listed, |(entry, by, about)| LogRow {
        seq: entry.seq,
        at: Moment::new(entry.at, now, w),
        by: match by {
            Some(card) => at_handle(card),
            None if entry.is_by_rules() => w.automod.by_rules.to_owned(),
            None => m.operator.to_owned(),
        },
        kind: (m.log_kind)(&entry.kind).to_owned(),
        about: about.as_ref().map(|card| card.user().handle.clone()),
        detail: detail(&entry.kind, &entry.detail, m),
    });
    let feed = feed.under(&format!("/admin/log?account={}", crate::links::encode(&wanted.account)));
    let admin_tabs = tabs(&staff, "/admin/log", w);
    Ok(page::html(StatusCode::OK, &LogPage { shell: &shell, admin_tabs, feed }))
}

pub(crate) async fn get_numbers(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let m = w.moderation;
    let days = web.pipit.moderation_days(staff.by, DAYS).await?;
    let bars = |label: &'static str, values: Vec<i64>| {
        let (total, most) = (values.iter().sum(), values.iter().copied().max().unwrap_or(0));
        let summary = (m.bars)(&count(total, w), &count(most, w));
        Bars { label, summary, path: bars_path(&values) }
    };
    let bars = vec![
        bars(m.accounts_a_day, days.iter().map(|day| day.accounts).collect()),
        bars(m.reports_a_day, days.iter().map(|day| day.reports).collect()),
        bars(m.actions_a_day, days.iter().map(|day| day.actions).collect()),
    ];
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, m.numbers).await?;
    let admin_tabs = tabs(&staff, "/admin/numbers", w);
    Ok(page::html(StatusCode::OK, &NumbersPage { shell: &shell, admin_tabs, bars }))
}

/// What the log says of an entry, which holds codes where it names one of a few things.
fn detail(kind: &str, detail: &str, m: &ModerationWords) -> String {
    let words = match kind {
        "report" => Category::parse(detail).map(|category| (m.category)(category).to_owned()),
        "set-role" => Role::parse(detail).map(|role| (m.role)(role).to_owned()),
        "block-added" | "block-deleted" => detail.split_once(' ').and_then(|(kind, value)| {
            Some(format!("{}: {value}", (m.block_kind)(BlockKind::parse(kind)?)))
        }),
        _ => None,
    };
    words.unwrap_or_else(|| detail.to_owned())
}

/// Bars from left to right, as one path; a day with nothing has a line at the foot.
fn bars_path(values: &[i64]) -> String {
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(n, value): (usize, &i64)| {
        let height = (value * HIGH / most).max(1);
        let x = n as i64 * STEP;
        format!("M{x} {HIGH}v-{height}h{width}v{height}z", width = STEP - 2)
    };
    values.iter().enumerate().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_said_in_words() {
        let m = crate::words::Words::of("en").expect("English").moderation;
        assert_eq!(detail("report", "spam", m), "Spam or fraud");
        assert_eq!(detail("set-role", "admin", m), "Admin");
        assert_eq!(detail("block-added", "word big bargain", m), "Words: big bargain");
        for (kind, said) in [("warn", "spam"), ("report", "unheard-of"), ("block-added", "odd")] {
            assert_eq!(detail(kind, said, m), said);
        }
    }

    #[test]
    fn bars_stay_in_their_box() {
        assert_eq!(bars_path(&[0, 3]), "M0 60v-1h8v1zM10 60v-60h8v60z");
        assert!(bars_path(&[0; 30]).ends_with("M290 60v-1h8v1z"));
    }
}
