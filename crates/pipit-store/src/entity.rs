//! The tables that sea-orm maps for us: one file a table, no behaviour. The pure relations
//! (`followers`, `likes`, `hashtags`, `tweet_hashtags`, `mentions`) are read and written in sets by
//! statements of our own; their columns stand in `migrations/`.

#![expect(unreachable_pub, reason = "sea-orm's derives want `pub` types")]

pub(crate) mod credentials;
pub(crate) mod idempotency_keys;
pub(crate) mod media;
pub(crate) mod recovery_codes;
pub(crate) mod second_factors;
pub(crate) mod server_keys;
pub(crate) mod sessions;
pub(crate) mod tweets;
pub(crate) mod users;
