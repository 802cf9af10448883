//! Lists of chosen people: read by their id or owner, written rarely.

use pipit_model::event::{Event, Standing};
use pipit_model::limits::{LIST_MEMBERS_MAX, LISTS_PER_USER_MAX};
use pipit_model::list::List;
use pipit_model::{ListId, Timestamp, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::{Sql, insert_rows};
use crate::users::{insert_key, lock_user};
use crate::write::command::IdempotencyKey;

const COLUMNS: &str = "SELECT id, user_id, name, created_at, member_count FROM lists WHERE ";

impl Store {
    /// A list, whosever it is.
    pub async fn find_list(&self, id: ListId) -> Result<Option<List>, StoreError> {
        let rows = self.rows(self.sql(COLUMNS).push("id = ").bind(id.0)).await?;
        rows.first().map(list_from).transpose()
    }

    /// All lists of someone, newest first.
    pub async fn list_lists(&self, user_id: UserId) -> Result<Vec<List>, StoreError> {
        let sql = self.sql(COLUMNS).push("user_id = ").bind(user_id.0).push(" ORDER BY id DESC");
        self.rows(sql).await?.iter().map(list_from).collect()
    }

    /// Everyone on a list, in no order.
    pub async fn list_member_ids(&self, id: ListId) -> Result<Vec<UserId>, StoreError> {
        let sql = self.sql("SELECT user_id FROM list_members WHERE list_id = ").bind(id.0);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// The people on a list, those added last first: the membership's id and the person.
    pub async fn list_members(
        &self,
        id: ListId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, UserId)>, StoreError> {
        let select = "SELECT id, user_id FROM list_members WHERE list_id = ";
        self.list_relations(select, id.0, before, limit).await
    }

    /// On which of these lists someone is.
    pub async fn filter_lists_with(
        &self,
        member: UserId,
        lists: &[ListId],
    ) -> Result<Vec<ListId>, StoreError> {
        let sql = self.sql("SELECT list_id FROM list_members WHERE user_id = ").bind(member.0);
        let sql = sql.push(" AND list_id IN ").list(lists.iter().map(|id| id.0));
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(ListId(row.try_get_by_index(0)?))).collect()
    }

    /// Makes a list: [`None`] if it is new, the id if the same request made it before.
    pub async fn insert_list(
        &self,
        list: List,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Option<ListId>, StoreError> {
        if let Some(key) = &idempotency
            && let Some(existing) = self.find_idempotent(key).await?
        {
            return Ok(Some(ListId(existing)));
        }
        let key = idempotency.clone();
        let inserted = self.insert_new_list(list, idempotency).await;
        match (inserted, &key) {
            // The same request at the same moment: the other one was faster.
            (Err(error @ StoreError::Clash(_)), Some(key)) => {
                Ok(Some(ListId(self.find_idempotent(key).await?.ok_or(error)?)))
            }
            (inserted, _) => inserted.map(|()| None),
        }
    }

    async fn insert_new_list(
        &self,
        list: List,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            // Whoever adds a list holds this lock: the count stays right.
            lock_user(&tx, list.user_id).await?;
            let db = tx.get_database_backend();
            let count = Sql::new(db, "SELECT COUNT(*) FROM lists WHERE user_id = ");
            if number(&tx, count.bind(list.user_id.0)).await? >= LISTS_PER_USER_MAX {
                return Err(StoreError::Limit(
                    "you have as many lists as one can (100): delete one first",
                ));
            }
            let row = vec![
                list.id.0.into(),
                list.user_id.0.into(),
                list.name.into(),
                list.created_at.0.into(),
                0_i64.into(),
            ];
            let columns = ["id", "user_id", "name", "created_at", "member_count"];
            tx.execute_raw(insert_rows(db, "lists", &columns, vec![row])).await?;
            if let Some(key) = idempotency {
                insert_key(&tx, key, list.id.0, list.created_at).await?;
            }
            Ok((tx, (), vec![Event::ListChanged(list.id)]))
        })
        .await
    }

    /// Gives one's own list another name.
    pub async fn set_list_name(
        &self,
        owner: UserId,
        id: ListId,
        name: String,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_list(&tx, owner, id).await?;
            let sql = Sql::new(tx.get_database_backend(), "UPDATE lists SET name = ").bind(name);
            tx.execute_raw(sql.push(" WHERE id = ").bind(id.0).done()).await?;
            Ok((tx, (), vec![Event::ListChanged(id)]))
        })
        .await
    }

    /// Deletes one's own list.
    pub async fn delete_list(&self, owner: UserId, id: ListId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_list(&tx, owner, id).await?;
            delete_lists(&tx, &[id.0]).await?;
            Ok((tx, (), vec![Event::ListChanged(id)]))
        })
        .await
    }

    /// Puts someone on one's own list, or takes them off; `relation` becomes the membership's id.
    pub async fn set_list_member(
        &self,
        owner: UserId,
        id: ListId,
        (relation, member): (i64, UserId),
        to: Standing,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            if to.is_set() {
                // Before the list's: whoever clears an account away locks in this order too.
                lock_user(&tx, member).await?;
            }
            let members = lock_list(&tx, owner, id).await?;
            let db = tx.get_database_backend();
            let of_pair = |text: &str| {
                let sql = Sql::new(db, text).push(" FROM list_members WHERE list_id = ");
                sql.bind(id.0).push(" AND user_id = ").bind(member.0)
            };
            let is_there = number(&tx, of_pair("SELECT COUNT(*)")).await? > 0;
            if is_there == to.is_set() {
                return Ok((tx, (), Vec::new()));
            }
            let members = match to {
                Standing::Set if members >= LIST_MEMBERS_MAX => {
                    return Err(StoreError::Limit(
                        "this list is full (1000 people): take somebody off first",
                    ));
                }
                Standing::Set => {
                    let row = vec![id.0.into(), member.0.into(), relation.into()];
                    let columns = ["list_id", "user_id", "id"];
                    tx.execute_raw(insert_rows(db, "list_members", &columns, vec![row])).await?;
                    members + 1
                }
                Standing::Unset => {
                    tx.execute_raw(of_pair("DELETE").done()).await?;
                    members - 1
                }
            };
            let sql = Sql::new(db, "UPDATE lists SET member_count = ").bind(members);
            tx.execute_raw(sql.push(" WHERE id = ").bind(id.0).done()).await?;
            Ok((tx, (), vec![Event::ListChanged(id)]))
        })
        .await
    }

    /// Clears away some of what a deleted account left of lists and followed hashtags; answers
    /// whether there may be more.
    pub async fn delete_lists_of(&self, user_id: UserId, limit: u64) -> Result<bool, StoreError> {
        let sql = self.sql("SELECT list_id FROM list_members WHERE user_id = ").bind(user_id.0);
        let on = self.numbers(sql.push(" ORDER BY list_id LIMIT ").bind(limit as i64)).await?;
        let sql = self.sql("SELECT id FROM lists WHERE user_id = ").bind(user_id.0);
        let own = self.numbers(sql).await?;
        let sql = self.sql("SELECT hashtag_id FROM hashtag_follows WHERE user_id = ");
        let hashtags = self.numbers(sql.bind(user_id.0)).await?;
        if on.is_empty() && own.is_empty() && hashtags.is_empty() {
            return Ok(false);
        }
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            take_off(&tx, user_id, &on).await?;
            delete_lists(&tx, &own).await?;
            let sql = Sql::new(db, "DELETE FROM hashtag_follows WHERE user_id = ").bind(user_id.0);
            tx.execute_raw(sql.done()).await?;
            let changed = on.iter().chain(&own).map(|id| Event::ListChanged(ListId(*id)));
            let events = changed.chain([Event::HashtagsFollowed(user_id)]).collect();
            Ok((tx, true, events))
        })
        .await
    }

    async fn numbers(&self, sql: Sql) -> Result<Vec<i64>, StoreError> {
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}

fn list_from(row: &Row) -> Result<List, StoreError> {
    Ok(List {
        id: ListId(row.try_get_by_index(0)?),
        user_id: UserId(row.try_get_by_index(1)?),
        name: row.try_get_by_index(2)?,
        created_at: Timestamp(row.try_get_by_index(3)?),
        member_count: row.try_get_by_index(4)?,
    })
}

/// The one number that a statement answers.
pub(crate) async fn number(tx: &DatabaseTransaction, sql: Sql) -> Result<i64, StoreError> {
    let row = tx.query_one_raw(sql.done()).await?;
    let row = row.ok_or_else(|| StoreError::Database("no row where there is one".to_owned()))?;
    Ok(row.try_get_by_index(0)?)
}

/// Keeps a list of this owner as it is until the transaction ends; answers how many are on it.
async fn lock_list(tx: &DatabaseTransaction, owner: UserId, id: ListId) -> Result<i64, StoreError> {
    let db = tx.get_database_backend();
    let sql = Sql::new(db, "SELECT member_count FROM lists WHERE id = ").bind(id.0);
    let sql = sql.push(" AND user_id = ").bind(owner.0).for_update();
    let row = tx.query_one_raw(sql.done()).await?.ok_or(StoreError::NotFound("list"))?;
    Ok(row.try_get_by_index(0)?)
}

async fn delete_lists(tx: &DatabaseTransaction, ids: &[i64]) -> Result<(), StoreError> {
    let db = tx.get_database_backend();
    for delete in ["DELETE FROM list_members WHERE list_id IN ", "DELETE FROM lists WHERE id IN "] {
        tx.execute_raw(Sql::new(db, delete).list(ids.iter().copied()).done()).await?;
    }
    Ok(())
}

/// Takes someone off these lists, as far as they are still on them.
async fn take_off(
    tx: &DatabaseTransaction,
    member: UserId,
    lists: &[i64],
) -> Result<(), StoreError> {
    let db = tx.get_database_backend();
    let lists = || lists.iter().copied();
    let sql = Sql::new(db, "SELECT id FROM lists WHERE id IN ").list(lists());
    tx.query_all_raw(sql.push(" ORDER BY id").for_update().done()).await?;
    let sql = Sql::new(db, "UPDATE lists SET member_count = member_count - 1 WHERE id IN ");
    let sql = sql.list(lists()).push(" AND EXISTS (SELECT 1 FROM list_members m WHERE ");
    let sql = sql.push("m.list_id = lists.id AND m.user_id = ").bind(member.0).push(")");
    tx.execute_raw(sql.done()).await?;
    let sql = Sql::new(db, "DELETE FROM list_members WHERE user_id = ").bind(member.0);
    tx.execute_raw(sql.push(" AND list_id IN ").list(lists()).done()).await?;
    Ok(())
}
