//! The board of the nodes, as a table of their database.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pipit_bus::Board;
use pipit_store::Store;

pub(crate) struct InDatabase(pub(crate) Store);

impl Board for InDatabase {
    fn append(&self, entry: String) -> BoxFuture<'_, Result<(), String>> {
        async move { self.0.append_to_board(&entry).await.map_err(|e| e.to_string()) }.boxed()
    }

    fn end(&self) -> BoxFuture<'_, Result<i64, String>> {
        async { self.0.board_end().await.map_err(|e| e.to_string()) }.boxed()
    }

    fn read(&self, after: i64, limit: usize) -> BoxFuture<'_, Result<Vec<(i64, String)>, String>> {
        async move { self.0.read_board(after, limit).await.map_err(|e| e.to_string()) }.boxed()
    }
}
