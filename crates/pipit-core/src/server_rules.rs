//! The server's rules, and what it keeps out.

use pipit_model::network::Network;
use pipit_model::report::{ServerRule, rule_text};
use pipit_model::role::Right;
use pipit_model::server_block::{BlockKind, ServerBlock};
use pipit_model::user::Email;
use pipit_model::{Error, Result, RuleId};
use pipit_store::Noted;

use crate::{Moderator, Pipit};

/// Whether something is kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocking {
    /// It is.
    Block,
    /// It is no longer.
    Unblock,
}

/// What one must be allowed to keep this out.
fn right_over(kind: BlockKind) -> Right {
    if kind == BlockKind::Trend { Right::ReviewTrends } else { Right::EditBlocks }
}

impl Pipit {
    /// The rules, in their order.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn server_rules(&self) -> Result<Vec<ServerRule>> {
        Ok(self.0.feed.moderated().await?.rules.clone())
    }

    /// Adds a rule after the others.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `text`; [`Error::Forbidden`] for one too many.
    pub async fn add_rule(&self, by: Moderator, text: &str) -> Result<()> {
        by.require(Right::EditRules)?;
        let now = self.0.clock.now();
        let rule = ServerRule { id: RuleId(self.0.ids.next(now)), text: rule_text(text)? };
        let noted = noted_of(&rule, by.noted(now, "rule-added"));
        Ok(self.0.store.insert_rule(rule, noted).await?)
    }

    /// Gives a rule another text.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `text`; [`Error::NotFound`].
    pub async fn edit_rule(&self, by: Moderator, id: RuleId, text: &str) -> Result<()> {
        by.require(Right::EditRules)?;
        let rule = ServerRule { id, text: rule_text(text)? };
        let noted = noted_of(&rule, by.noted(self.0.clock.now(), "rule-changed"));
        Ok(self.0.store.set_rule(rule, noted).await?)
    }

    /// Takes a rule back.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn delete_rule(&self, by: Moderator, id: RuleId) -> Result<()> {
        by.require(Right::EditRules)?;
        let noted = Noted { subject: id.0, ..by.noted(self.0.clock.now(), "rule-deleted") };
        Ok(self.0.store.delete_rule(id, noted).await?)
    }

    /// All that is kept out of one kind, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn server_blocks(&self, by: Moderator, kind: BlockKind) -> Result<Vec<String>> {
        by.require(right_over(kind))?;
        let moderated = self.0.feed.moderated().await?;
        Ok(moderated.blocks.of(kind).map(str::to_owned).collect())
    }

    /// Keeps something out, or no longer.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `value`; [`Error::Forbidden`] if it is blocked already.
    pub async fn set_server_block(
        &self,
        by: Moderator,
        (kind, value): (BlockKind, &str),
        to: Blocking,
    ) -> Result<()> {
        by.require(right_over(kind))?;
        let block = ServerBlock::new(kind, value)?;
        let now = self.0.clock.now();
        let word = match to {
            Blocking::Block => "block-added",
            Blocking::Unblock => "block-deleted",
        };
        let detail = format!("{} {}", kind.name(), block.value);
        let noted = Noted { detail, ..by.noted(now, word) };
        match to {
            Blocking::Block => {
                self.0.store.insert_block(block, self.0.ids.next(now), noted).await?;
            }
            Blocking::Unblock => self.0.store.delete_block(block, noted).await?,
        }
        if kind == BlockKind::Trend {
            self.0.trends.forget();
        }
        Ok(())
    }

    /// Refuses somebody from a network that is kept out.
    pub(crate) async fn require_welcome_network(&self, network: Option<Network>) -> Result<()> {
        let Some(network) = network else { return Ok(()) };
        if self.0.feed.moderated().await?.blocks.blocks_network(network) {
            return Err(Error::Forbidden(
                "nobody opens accounts from your network: ask whoever runs this server for one",
            ));
        }
        Ok(())
    }

    /// Refuses an e-mail address of a domain that is kept out.
    pub(crate) async fn require_welcome(&self, email: &Email) -> Result<()> {
        if self.0.feed.moderated().await?.blocks.blocks_email(email.as_str()) {
            let why = "is of a provider that this server does not take: use another one";
            return Err(Error::invalid("email", why));
        }
        Ok(())
    }
}

fn noted_of(rule: &ServerRule, mut noted: Noted) -> Noted {
    (noted.subject, noted.detail) = (rule.id.0, rule.text.clone());
    noted
}
