//! The server's rules, what it keeps out, and which hashtags trend.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::Blocking;
use pipit_model::limits::{BLOCK_VALUE_CHARS_MAX, RULE_CHARS_MAX};
use pipit_model::role::Right;
use pipit_model::server_block::BlockKind;
use pipit_model::{Error, RuleId};
use serde::Deserialize;

use super::{AdminTab, Staff, tabs};
use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Path, id};
use crate::forms::{Complaint, Field, FormView, Kind};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::TrendRow;
use crate::visitor::Visitor;

/// A rule that may be changed.
pub(crate) struct RuleRow {
    pub id: i64,
    pub text: String,
}

#[derive(Template)]
#[template(path = "pages/admin/rules.html")]
pub(crate) struct RulesPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub rules: Vec<RuleRow>,
    pub form: FormView,
}

/// What is kept out of one kind.
pub(crate) struct BlockGroup {
    pub kind: &'static str,
    pub label: &'static str,
    pub values: Vec<String>,
    pub form: FormView,
}

#[derive(Template)]
#[template(path = "pages/admin/blocks.html")]
pub(crate) struct BlocksPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub groups: Vec<BlockGroup>,
    /// What trends now, to be kept out.
    pub trends: Vec<TrendRow>,
}

async fn render_rules(
    web: &Web,
    (staff, visitor): (&Staff, &Visitor),
    refused: Option<(String, Complaint)>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let m = w.moderation;
    if !staff.by.may(Right::EditRules) {
        return Err(Error::NotFound("page").into());
    }
    let (typed, complaint) = refused.unzip();
    let typed = typed.unwrap_or_default();
    let rules = web.pipit.server_rules().await?;
    let rules = rules.into_iter().map(|rule| RuleRow { id: rule.id.0, text: rule.text }).collect();
    let field =
        Field::new("text", m.rule_label, Kind::Line, "off").value(&typed).length(1, RULE_CHARS_MAX);
    let shell = Shell::new(web, visitor, Section::Elsewhere, m.rules).await?;
    let admin_tabs = tabs(staff, "/admin/rules", w);
    let form = FormView::new(vec![field], complaint);
    Ok(page::html(form.status(), &RulesPage { shell: &shell, admin_tabs, rules, form }))
}

pub(crate) async fn get_rules(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
) -> Result<Response, Failure> {
    render_rules(&web, (&staff, &visitor), None).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct RuleForm {
    text: String,
}

pub(crate) async fn add_rule(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Form(form): Form<RuleForm>,
) -> Result<Response, Failure> {
    match web.pipit.add_rule(staff.by, &form.text).await {
        Ok(()) => Ok(links::see_other("/admin/rules")),
        Err(error) => {
            let refused = (form.text, Complaint::from_error(error, visitor.preferences.w)?);
            render_rules(&web, (&staff, &visitor), Some(refused)).await
        }
    }
}

pub(crate) async fn edit_rule(
    State(web): State<Web>,
    staff: Staff,
    Path(rule): Path<String>,
    Form(form): Form<RuleForm>,
) -> Result<Response, Failure> {
    web.pipit.edit_rule(staff.by, RuleId(id(&rule)?), &form.text).await?;
    Ok(links::see_other("/admin/rules"))
}

pub(crate) async fn delete_rule(
    State(web): State<Web>,
    staff: Staff,
    Path(rule): Path<String>,
) -> Result<Response, Failure> {
    match web.pipit.delete_rule(staff.by, RuleId(id(&rule)?)).await {
        // Gone already, as by a double click: that is what was wanted.
        Ok(()) | Err(Error::NotFound("rule or block")) => Ok(links::see_other("/admin/rules")),
        Err(error) => Err(error.into()),
    }
}

/// Which page of blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Trends,
}

impl Which {
    fn of(kind: BlockKind) -> Self {
        if kind == BlockKind::Trend { Self::Trends } else { Self::All }
    }

    fn address(self) -> &'static str {
        match self {
            Self::All => "/admin/blocks",
            Self::Trends => "/admin/trends",
        }
    }
}

async fn render_blocks(
    web: &Web,
    (staff, visitor): (&Staff, &Visitor),
    which: Which,
    mut refused: Option<(BlockKind, String, Complaint)>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let m = w.moderation;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut groups = Vec::new();
    for kind in BlockKind::ALL.into_iter().filter(|kind| Which::of(*kind) == which) {
        let (typed, complaint) = match refused.take_if(|(of, ..)| *of == kind) {
            Some((_, typed, complaint)) => (typed, Some(complaint)),
            None => (String::new(), None),
        };
        let field = Field::new("value", m.new_block, Kind::Code, "off")
            .value(&typed)
            .length(1, BLOCK_VALUE_CHARS_MAX)
            .hint((m.block_hint)(kind));
        groups.push(BlockGroup {
            kind: kind.name(),
            label: (m.block_kind)(kind),
            values: web.pipit.server_blocks(staff.by, kind).await?,
            form: FormView::new(vec![field], complaint),
        });
    }
    let trends = match which {
        Which::All => Vec::new(),
        Which::Trends => {
            let trends = web.pipit.trending_hashtags().await?;
            trends.iter().map(|trend| TrendRow::new(trend, w)).collect()
        }
    };
    let title = if which == Which::All { m.blocks } else { m.trends };
    let shell = Shell::new(web, visitor, Section::Elsewhere, title).await?;
    let admin_tabs = tabs(staff, which.address(), w);
    Ok(page::html(status, &BlocksPage { shell: &shell, admin_tabs, groups, trends }))
}

pub(crate) async fn get_blocks(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
) -> Result<Response, Failure> {
    render_blocks(&web, (&staff, &visitor), Which::All, None).await
}

pub(crate) async fn get_trends(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
) -> Result<Response, Failure> {
    render_blocks(&web, (&staff, &visitor), Which::Trends, None).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct BlockForm {
    kind: String,
    value: String,
}

impl BlockForm {
    fn kind(&self) -> Result<BlockKind, Failure> {
        let kind = BlockKind::parse(&self.kind);
        kind.ok_or_else(|| Error::invalid("kind", "is none that can be blocked").into())
    }
}

pub(crate) async fn add_block(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Form(form): Form<BlockForm>,
) -> Result<Response, Failure> {
    let kind = form.kind()?;
    let which = Which::of(kind);
    match web.pipit.set_server_block(staff.by, (kind, &form.value), Blocking::Block).await {
        Ok(()) => Ok(links::see_other(which.address())),
        Err(error) => {
            let refused = (kind, form.value, Complaint::from_error(error, visitor.preferences.w)?);
            render_blocks(&web, (&staff, &visitor), which, Some(refused)).await
        }
    }
}

pub(crate) async fn delete_block(
    State(web): State<Web>,
    staff: Staff,
    Form(form): Form<BlockForm>,
) -> Result<Response, Failure> {
    let kind = form.kind()?;
    match web.pipit.set_server_block(staff.by, (kind, &form.value), Blocking::Unblock).await {
        // Gone already, as by a double click: that is what was wanted.
        Ok(()) | Err(Error::NotFound("rule or block")) => {
            Ok(links::see_other(Which::of(kind).address()))
        }
        Err(error) => Err(error.into()),
    }
}
