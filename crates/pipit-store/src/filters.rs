//! Filters and muted conversations: read by their owner, written rarely.

use pipit_model::event::{Event, Standing};
use pipit_model::filter::{Filter, FilterAction, FilterContexts, Keyword, Matching};
use pipit_model::limits::{CONVERSATIONS_MUTED_MAX, FILTERS_PER_USER_MAX};
use pipit_model::{FilterId, Timestamp, TweetId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::error::StoreError;
use crate::lists::number;
use crate::row::Row;
use crate::sql::{Sql, insert_rows};
use crate::users::{insert_key, lock_user};
use crate::write::command::IdempotencyKey;

const COLUMNS: &str = "SELECT id, user_id, title, contexts, action, expires_at FROM filters WHERE ";

impl Store {
    /// All filters of someone, newest first, those that have ended among them.
    pub async fn list_filters(&self, user_id: UserId) -> Result<Vec<Filter>, StoreError> {
        let sql = self.sql(COLUMNS).push("user_id = ").bind(user_id.0).push(" ORDER BY id DESC");
        let rows = self.rows(sql).await?;
        let mut filters: Vec<Filter> =
            rows.iter().map(filter_from).collect::<Result<_, StoreError>>()?;
        if filters.is_empty() {
            return Ok(filters);
        }
        let sql = self
            .sql("SELECT filter_id, keyword, whole_word FROM filter_keywords WHERE filter_id IN ")
            .list(filters.iter().map(|filter| filter.id.0))
            .push(" ORDER BY filter_id, position");
        for row in self.rows(sql).await? {
            let id: i64 = row.try_get_by_index(0)?;
            let whole: i16 = row.try_get_by_index(2)?;
            let matching = if whole == 0 { Matching::Anywhere } else { Matching::WholeWord };
            let keyword = Keyword { text: row.try_get_by_index(1)?, matching };
            if let Some(filter) = filters.iter_mut().find(|filter| filter.id.0 == id) {
                filter.keywords.push(keyword);
            }
        }
        Ok(filters)
    }

    /// Stores a new filter: [`None`] if it is new, the id if the same request made it before.
    pub async fn insert_filter(
        &self,
        filter: Filter,
        now: Timestamp,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Option<FilterId>, StoreError> {
        if let Some(key) = &idempotency
            && let Some(existing) = self.find_idempotent(key).await?
        {
            return Ok(Some(FilterId(existing)));
        }
        let key = idempotency.clone();
        let inserted = self.insert_new_filter(filter, now, idempotency).await;
        match (inserted, &key) {
            // The same request at the same moment: the other one was faster.
            (Err(error @ StoreError::Clash(_)), Some(key)) => {
                Ok(Some(FilterId(self.find_idempotent(key).await?.ok_or(error)?)))
            }
            (inserted, _) => inserted.map(|()| None),
        }
    }

    async fn insert_new_filter(
        &self,
        filter: Filter,
        now: Timestamp,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            // Whoever adds a filter holds this lock: the count stays right.
            lock_user(&tx, filter.user_id).await?;
            let db = tx.get_database_backend();
            let count = Sql::new(db, "SELECT COUNT(*) FROM filters WHERE user_id = ");
            if number(&tx, count.bind(filter.user_id.0)).await? >= FILTERS_PER_USER_MAX {
                return Err(StoreError::Limit(
                    "you have as many filters as one can (50): delete one first",
                ));
            }
            let user_id = filter.user_id;
            if let Some(key) = idempotency {
                insert_key(&tx, key, filter.id.0, now).await?;
            }
            write_filter(&tx, filter).await?;
            Ok((tx, (), vec![Event::FiltersChanged(user_id)]))
        })
        .await
    }

    /// Puts a filter in the place of the one with its id.
    pub async fn set_filter(&self, filter: Filter) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let user_id = filter.user_id;
            lock_user(&tx, user_id).await?;
            remove_filter(&tx, user_id, filter.id).await?;
            write_filter(&tx, filter).await?;
            Ok((tx, (), vec![Event::FiltersChanged(user_id)]))
        })
        .await
    }

    /// Deletes one's own filter.
    pub async fn delete_filter(&self, owner: UserId, id: FilterId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, owner).await?;
            remove_filter(&tx, owner, id).await?;
            Ok((tx, (), vec![Event::FiltersChanged(owner)]))
        })
        .await
    }

    /// The conversations that someone has muted, in no order.
    pub async fn list_muted_conversations(
        &self,
        user_id: UserId,
    ) -> Result<Vec<TweetId>, StoreError> {
        let sql = self.sql("SELECT conversation_id FROM conversation_mutes WHERE user_id = ");
        let rows = self.rows(sql.bind(user_id.0)).await?;
        rows.iter().map(|row| Ok(TweetId(row.try_get_by_index(0)?))).collect()
    }

    /// Mutes a conversation, or lets it be heard again; `id` becomes the mute's. Of more than one can
    /// have, the oldest goes.
    pub async fn set_conversation_mute(
        &self,
        user_id: UserId,
        (id, conversation): (i64, TweetId),
        to: Standing,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let db = tx.get_database_backend();
            let of_user = |text: &str| Sql::new(db, text).bind(user_id.0);
            let delete = of_user("DELETE FROM conversation_mutes WHERE user_id = ");
            let delete = delete.push(" AND conversation_id = ").bind(conversation.0);
            tx.execute_raw(delete.done()).await?;
            if to.is_set() {
                let count = of_user("SELECT COUNT(*) FROM conversation_mutes WHERE user_id = ");
                if number(&tx, count).await? >= CONVERSATIONS_MUTED_MAX {
                    let oldest = of_user("SELECT MIN(id) FROM conversation_mutes WHERE user_id = ");
                    let oldest = number(&tx, oldest).await?;
                    let delete = of_user("DELETE FROM conversation_mutes WHERE user_id = ");
                    tx.execute_raw(delete.push(" AND id = ").bind(oldest).done()).await?;
                }
                let row = vec![user_id.0.into(), conversation.0.into(), id.into()];
                let columns = ["user_id", "conversation_id", "id"];
                tx.execute_raw(insert_rows(db, "conversation_mutes", &columns, vec![row])).await?;
            }
            Ok((tx, (), vec![Event::FiltersChanged(user_id)]))
        })
        .await
    }

    /// Forgets the filters and the muted conversations of an account that is cleared away.
    pub async fn delete_filters_of(&self, user_id: UserId) -> Result<(), StoreError> {
        let ids: Vec<FilterId> =
            self.list_filters(user_id).await?.into_iter().map(|filter| filter.id).collect();
        self.write_rarely(async move |tx| {
            for id in ids {
                remove_filter(&tx, user_id, id).await?;
            }
            let db = tx.get_database_backend();
            let sql = Sql::new(db, "DELETE FROM conversation_mutes WHERE user_id = ");
            tx.execute_raw(sql.bind(user_id.0).done()).await?;
            Ok((tx, (), vec![Event::FiltersChanged(user_id)]))
        })
        .await
    }
}

async fn remove_filter(
    tx: &DatabaseTransaction,
    owner: UserId,
    id: FilterId,
) -> Result<(), StoreError> {
    let db = tx.get_database_backend();
    let sql = Sql::new(db, "DELETE FROM filters WHERE id = ").bind(id.0);
    let sql = sql.push(" AND user_id = ").bind(owner.0);
    if tx.execute_raw(sql.done()).await?.rows_affected() == 0 {
        return Err(StoreError::NotFound("filter"));
    }
    let sql = Sql::new(db, "DELETE FROM filter_keywords WHERE filter_id = ").bind(id.0);
    tx.execute_raw(sql.done()).await?;
    Ok(())
}

async fn write_filter(tx: &DatabaseTransaction, filter: Filter) -> Result<(), StoreError> {
    let db = tx.get_database_backend();
    let row = vec![
        filter.id.0.into(),
        filter.user_id.0.into(),
        filter.title.into(),
        filter.contexts.code().into(),
        filter.action.code().into(),
        filter.expires_at.map(|at| at.0).into(),
    ];
    let columns = ["id", "user_id", "title", "contexts", "action", "expires_at"];
    tx.execute_raw(insert_rows(db, "filters", &columns, vec![row])).await?;
    let rows = filter.keywords.into_iter().enumerate().map(|(position, keyword)| {
        let whole = i16::from(keyword.matching == Matching::WholeWord);
        vec![filter.id.0.into(), (position as i64).into(), keyword.text.into(), whole.into()]
    });
    let columns = ["filter_id", "position", "keyword", "whole_word"];
    tx.execute_raw(insert_rows(db, "filter_keywords", &columns, rows.collect())).await?;
    Ok(())
}

fn filter_from(row: &Row) -> Result<Filter, StoreError> {
    Ok(Filter {
        id: FilterId(row.try_get_by_index(0)?),
        user_id: UserId(row.try_get_by_index(1)?),
        title: row.try_get_by_index(2)?,
        contexts: FilterContexts::from_code(row.try_get_by_index(3)?),
        action: FilterAction::from_code(row.try_get_by_index(4)?),
        expires_at: row.try_get_by_index::<Option<i64>>(5)?.map(Timestamp),
        keywords: Vec::new(),
    })
}
