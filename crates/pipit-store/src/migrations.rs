//! The schema's history, forward only: each step is safe beside the version before it.
//!
//! To change the schema: add a file here, list it in [`Migrator`], never edit one that has landed.

mod m0001_feed;
mod m0002_indexes_of_tweets;
mod m0003_notifications;
mod m0004_read_positions;
mod m0005_media;
mod m0006_profiles;
mod m0007_bookmarks;
mod m0008_lists;
mod m0009_search;
mod m0010_visibility;
mod m0011_blocks;
mod m0012_sealed_email;
mod m0013_letters;
mod m0014_oauth;
mod m0015_moderation;
mod m0016_filters;
mod m0017_reply_controls;
mod m0018_nodes;
mod m0019_automod;
mod m0020_entry;
mod m0021_board;
mod table;

use sea_orm_migration::prelude::*;

/// All steps in order.
#[derive(Debug)]
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_feed::Migration),
            Box::new(m0002_indexes_of_tweets::Migration),
            Box::new(m0003_notifications::Migration),
            Box::new(m0004_read_positions::Migration),
            Box::new(m0005_media::Migration),
            Box::new(m0006_profiles::Migration),
            Box::new(m0007_bookmarks::Migration),
            Box::new(m0008_lists::Migration),
            Box::new(m0009_search::Migration),
            Box::new(m0010_visibility::Migration),
            Box::new(m0011_blocks::Migration),
            Box::new(m0012_sealed_email::Migration),
            Box::new(m0013_letters::Migration),
            Box::new(m0014_oauth::Migration),
            Box::new(m0015_moderation::Migration),
            Box::new(m0016_filters::Migration),
            Box::new(m0017_reply_controls::Migration),
            Box::new(m0018_nodes::Migration),
            Box::new(m0019_automod::Migration),
            Box::new(m0020_entry::Migration),
            Box::new(m0021_board::Migration),
        ]
    }
}

/// The names of all steps that this version knows, in order.
pub(crate) fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()
}
