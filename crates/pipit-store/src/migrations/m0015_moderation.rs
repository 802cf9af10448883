//! Roles and states of accounts, reports, what moderators do, and the log of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{small_integer, string_len, text};

use super::m0001_feed::index;
use super::table::{big, keyed};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One at a time: SQLite takes no more.
        for name in ["role", "state", "has_notice"] {
            let mut column = ColumnDef::new(name).small_integer().not_null().default(0).to_owned();
            let mut table = Table::alter();
            manager.alter_table(table.table("users").add_column(&mut column).to_owned()).await?;
        }
        let db = manager.get_database_backend();
        for table in report_tables(db).into_iter().chain(action_tables(db)) {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        // The end of the log: locked by whoever writes the next line.
        let mut head = Query::insert();
        head.into_table("audit_heads").columns(["id", "seq", "hash"]);
        head.values_panic([1_i64.into(), 0_i64.into(), "".into()]);
        manager.execute(head).await
    }
}

fn report_tables(db: sea_orm_migration::sea_orm::DbBackend) -> Vec<TableCreateStatement> {
    let big = |name| big(db, name);
    // Where an id may be missing it is 0: the columns stand in keys and indexes.
    let reports = vec![
        big("id"),
        big("reporter_id"),
        big("user_id"),
        small_integer("category"),
        big("rule_id"),
        string_len("comment", 1000),
        big("assignee_id"),
        small_integer("state"),
        big("resolved_at"),
        big("resolver_id"),
    ];
    let report_tweets = vec![big("report_id"), big("tweet_id")];
    let notes = vec![
        big("user_id"),
        big("id"),
        big("author_id"),
        big("report_id"),
        string_len("text", 1000),
    ];
    let rules = vec![big("id"), string_len("text", 500), big("deleted_at")];
    let blocks =
        vec![small_integer("kind"), string_len("value", 253), big("id"), big("creator_id")];
    vec![
        keyed(db, "reports", &["id"], reports),
        keyed(db, "report_tweets", &["report_id", "tweet_id"], report_tweets),
        keyed(db, "moderation_notes", &["user_id", "id"], notes),
        keyed(db, "server_rules", &["id"], rules),
        keyed(db, "server_blocks", &["kind", "value"], blocks),
    ]
}

fn action_tables(db: sea_orm_migration::sea_orm::DbBackend) -> Vec<TableCreateStatement> {
    let big = |name| big(db, name);
    let actions = vec![
        big("id"),
        big("user_id"),
        big("moderator_id"),
        small_integer("kind"),
        big("report_id"),
        string_len("reason", 1000),
        big("undone_at"),
    ];
    let action_tweets = vec![big("action_id"), big("tweet_id"), text("content")];
    let appeals = vec![
        big("action_id"),
        big("user_id"),
        string_len("text", 1000),
        big("made_at"),
        small_integer("state"),
        string_len("answer", 1000),
        big("decider_id"),
    ];
    let audit_log = vec![
        big("seq"),
        big("at"),
        big("actor_id"),
        string_len("kind", 40),
        big("user_id"),
        big("subject"),
        string_len("detail", 1000),
        string_len("hash", 64),
    ];
    let audit_heads = vec![big("id"), big("seq"), string_len("hash", 64)];
    vec![
        keyed(db, "moderation_actions", &["id"], actions),
        keyed(db, "action_tweets", &["action_id", "tweet_id"], action_tweets),
        keyed(db, "appeals", &["action_id"], appeals),
        keyed(db, "audit_log", &["seq"], audit_log),
        keyed(db, "audit_heads", &["id"], audit_heads),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        // Nearly all accounts are in the same state: only the others are ever asked for.
        index("users_state", "users", &["state", "id"]),
        index("reports_queue", "reports", &["state", "id"]),
        index("reports_about", "reports", &["user_id", "id"]),
        index("reports_assigned", "reports", &["assignee_id", "state", "id"]),
        index("reports_by", "reports", &["reporter_id", "id"]),
        index("moderation_actions_of", "moderation_actions", &["user_id", "id"]),
        index("appeals_queue", "appeals", &["state", "action_id"]),
        index("audit_log_about", "audit_log", &["user_id", "seq"]),
    ]
}
