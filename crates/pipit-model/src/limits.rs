//! Every bound of the system, in one place, each with its reason.

use std::num::NonZeroU32;
use std::time::Duration;

/// Weighted characters of a tweet (Twitter's limit).
pub const TWEET_WEIGHT_MAX: u32 = 280;
/// Bytes of a tweet before it is even parsed. 280 characters with the longest links fit.
pub const TWEET_BYTES_MAX: usize = 16 * 1024;
/// Characters of a handle (Twitter's limit).
pub const HANDLE_CHARS_MAX: usize = 15;
/// Characters of a display name (Twitter's limit).
pub const NAME_CHARS_MAX: usize = 50;
/// Characters of a bio (Twitter's limit).
pub const BIO_CHARS_MAX: usize = 160;
/// Bytes of a picture's address; what browsers and proxies pass on without trouble.
pub const PICTURE_URL_BYTES_MAX: usize = 2048;
/// Bytes of an e-mail address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const EMAIL_BYTES_MAX: usize = 254;
/// Characters of a password at least (OWASP ASVS 5.0, 6.2.1).
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Bytes of a password at most: long phrases are welcome, hashing megabytes is not.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Characters of a hashtag that are kept in the index; longer ones are text.
pub const HASHTAG_CHARS_MAX: usize = 100;
/// Hashtags of one tweet that are indexed; a tweet of 280 characters has room for 140.
pub const HASHTAGS_PER_TWEET_MAX: usize = 30;
/// People one tweet can mention; more is spam.
pub const MENTIONS_PER_TWEET_MAX: usize = 30;

/// Pictures of one tweet (Twitter's limit).
pub const MEDIA_PER_TWEET_MAX: usize = 4;
/// Bytes of a picture as it is handed in: what a phone takes in its best quality.
pub const UPLOAD_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Bytes around a picture in its form: its other fields and the lines between them.
pub const UPLOAD_FORM_BYTES: usize = 64 * 1024;
/// Bytes of a form with pictures that are read: four pictures, and of what is too much so much that
/// its sender can be told.
pub const UPLOAD_BODY_MAX: usize = 64 * 1024 * 1024;
/// Pixels of a picture as it is handed in, told before it is decoded: a phone's camera has 12 or 24
/// million, which take 75 MB, and while a progressive JPEG is decoded three times as much.
pub const PICTURE_PIXELS_MAX: u64 = 25_000_000;
/// Bytes of a picture's pixels: as many in colour with transparency, a byte each.
pub const PICTURE_MEMORY_MAX: u64 = 4 * PICTURE_PIXELS_MAX;
/// Pixels on the long side of a picture as it is kept: what a large screen shows.
pub const PICTURE_SIDE_MAX: u32 = 1600;
/// Pixels on the long side of its preview: a column of the page, on a phone's dense screen.
pub const PREVIEW_SIDE_MAX: u32 = 600;
/// Frames of an animation: ten seconds at twenty a second.
pub const ANIMATION_FRAMES_MAX: usize = 200;
/// Pixels of all frames of an animation together: each is decoded and reduced to 256 colours.
pub const ANIMATION_PIXELS_MAX: u64 = 25_000_000;
/// Bytes of a picture as it is kept, which may be more than were handed in.
pub const PICTURE_BYTES_MAX: usize = UPLOAD_BYTES_MAX;
/// Pixels on each side of a profile picture.
pub const AVATAR_SIDE: u32 = 400;
/// Pixels of a profile's banner.
pub const BANNER_SIDES: (u32, u32) = (1500, 500);
/// Characters of a picture's description (Mastodon's limit).
pub const DESCRIPTION_CHARS_MAX: usize = 1500;
/// Pictures worked on at once: each takes a core for up to a few seconds.
pub const PICTURES_AT_ONCE: usize = 2;
/// Uploads under way at once: each holds one picture of at most [`UPLOAD_BYTES_MAX`] in memory.
pub const UPLOADS_AT_ONCE: usize = 24;
/// Seconds an upload may take: ten megabytes at 1 Mbit/s.
pub const UPLOAD_SECS_MAX: u64 = 120;
/// Pictures of one account that wait to be posted; they go after a day.
pub const MEDIA_WAITING_MAX: u64 = 100;
/// How long a picture waits to be posted: a long draft.
pub const MEDIA_WAITING_SECS: i64 = 24 * 3600;
/// Pictures cleared away by one step: their files are deleted one by one.
pub const MEDIA_STEP_ROWS: u64 = 100;
/// Seconds until a server of S3 that takes no connection is given up.
pub const S3_CONNECT_SECS_MAX: u64 = 5;
/// Seconds that storing, reading or deleting a picture there may take, retries included: less than
/// the request that waits for it.
pub const S3_SECS_MAX: u64 = 20;
/// Times it is asked again when it is busy.
pub const S3_RETRIES: usize = 3;
/// Links on a profile (Mastodon's limit).
pub const LINKS_MAX: usize = 4;
/// Bytes of such a link; four of them fit a column of 1,024.
pub const LINK_BYTES_MAX: usize = 200;

/// Archives of one's own data on their way at once: each takes a thread.
pub const ARCHIVES_AT_ONCE: usize = 8;
/// Seconds that one may take: a gigabyte of pictures at 10 Mbit/s.
pub const ARCHIVE_SECS_MAX: u64 = 15 * 60;
/// Pieces of an archive that wait to be packed or sent; the largest is a picture.
pub const ARCHIVE_PARTS_WAITING: usize = 4;

/// Entries of a page if the caller does not say.
pub const PAGE_DEFAULT: u32 = 20;
/// Entries of a page at most: bounds the work of one request.
pub const PAGE_MAX: u32 = 100;
/// Ancestors shown above a tweet: a chain longer than this is read by following it upwards.
pub const ANCESTORS_MAX: usize = 100;

/// Bytes of a request body: a tweet of 16 KiB escaped in JSON fits twice over.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Seconds a request may take before the server gives up on it.
pub const REQUEST_SECS_MAX: u64 = 30;
/// Bytes of an `Idempotency-Key`: a UUID has 36.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;
/// How long a repeated `Idempotency-Key` answers with what it first made: a day of retries.
pub const IDEMPOTENCY_SECS: i64 = 24 * 3600;

/// A session ends after this long, used or not.
pub const SESSION_SECS: i64 = 90 * 24 * 3600;
/// A session ends after this long without a request.
pub const SESSION_IDLE_SECS: i64 = 30 * 24 * 3600;
/// That a session is used is noted at most this often: one small write a day.
pub const SESSION_NOTE_SECS: i64 = 24 * 3600;
/// How long somebody who has shown who they are may change what guards their account.
pub const PROOF_SECS: i64 = 15 * 60;
/// How long the second step of a sign-in may take: to find the phone.
pub const SECOND_STEP_SECS: i64 = 5 * 60;
/// Recovery codes of a second factor: a list that fits a wallet.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of what is typed as a code: a recovery code with its hyphens, and spaces around it.
pub const CODE_BYTES_MAX: usize = 64;
/// Wrong passwords and codes for one account in [`ACCOUNT_TRIES_SECS`] (Mastodon's limit): a
/// person who mistypes never meets it, a list of common passwords takes months.
pub const ACCOUNT_TRIES_MAX: u32 = 25;
/// In which time they are counted.
pub const ACCOUNT_TRIES_SECS: i64 = 3600;
/// The same for one network (an IPv4 address, an IPv6 /64), whatever the accounts.
pub const NETWORK_TRIES_MAX: u32 = 25;
/// In which time they are counted.
pub const NETWORK_TRIES_SECS: i64 = 5 * 60;
/// Accounts and networks whose tries are remembered: 5 MB. Those least tried are forgotten first.
pub const THROTTLES_MAX: usize = 50_000;
/// Guesses that a new password must withstand, by what is guessed first: below it a throttled
/// guesser gets in within months.
pub const PASSWORD_GUESSES_MIN: u64 = 1_000_000;
/// Asking for a new password, for one account and from one network, in [`RESET_TRIES_SECS`]
/// (Mastodon's limit): more would only fill somebody's mailbox.
pub const RESET_TRIES_MAX: u32 = 5;
/// In which time they are counted.
pub const RESET_TRIES_SECS: i64 = 30 * 60;
/// How long a link to a new password is good: it unlocks the account.
pub const RESET_SECS: i64 = 30 * 60;
/// How long a link that confirms an address is good: mail may wait for a weekend.
pub const CONFIRM_SECS: i64 = 3 * 24 * 3600;
/// Letters that one run sends.
pub const MAIL_STEP_ROWS: u64 = 20;
/// Times that a letter is tried; with the waits between them, a day and a half.
pub const MAIL_TRIES_MAX: i64 = 11;
/// Seconds before a letter is tried again; doubled each time.
pub const MAIL_RETRY_SECS: i64 = 60;
/// Devices of a person that are remembered, so as to tell them of a new one.
pub const DEVICES_MAX: u64 = 50;
/// Accounts that one invitation may open.
pub const INVITATION_USES_MAX: i64 = 1000;
/// Days that an invitation may be good.
pub const INVITATION_DAYS_MAX: i64 = 365;
/// Sealed rows that are sealed anew in one transaction.
pub const SEAL_STEP_ROWS: u64 = 200;
/// Passkeys a person may have: one for each of their devices, and spare ones.
pub const PASSKEYS_PER_USER_MAX: u64 = 20;
/// Characters of the name of a passkey: the column has as many.
pub const PASSKEY_NAME_CHARS_MAX: usize = 50;
/// How long a browser has to answer with a passkey: as long as the browser itself waits.
pub const PASSKEY_SECS: i64 = 5 * 60;
/// Sessions a person may have at once: the oldest one ends when another begins.
pub const SESSIONS_PER_USER_MAX: u64 = 50;
/// Characters of a browser's name that a session keeps.
pub const USER_AGENT_CHARS_MAX: usize = 255;
/// Passwords hashed at once: each takes 19 MiB and a core for 20–30 ms.
pub const PASSWORD_HASHES_AT_ONCE: usize = 2;
/// Password checks that may wait; beyond this the answer is 503, so that logins cannot pile up.
pub const PASSWORD_HASHES_WAITING: usize = 64;

/// Commands in one transaction: past this, grouping wins nothing more.
pub const WRITE_BATCH_MAX: usize = 256;
/// Commands that may wait for the writer; beyond this the answer is 503.
pub const WRITE_QUEUE_MAX: usize = 4096;
/// Times a batch is tried again after a deadlock or a serialisation failure.
pub const WRITE_RETRIES: u32 = 5;
/// Rows changed by one step of clearing away a deleted account.
pub const PURGE_STEP_ROWS: u64 = 500;

/// Newest entries of an author (or hashtag) that are kept in memory.
pub const LOG_ENTRIES: usize = 64;
/// Accounts one person may follow: bounds a followee list to 400 KB.
pub const FOLLOWING_MAX: i64 = 50_000;
/// Accounts one person may block: every page of theirs is held against them.
pub const BLOCKS_MAX: usize = 10_000;
/// Accounts one person may mute: as above.
pub const MUTES_MAX: usize = 10_000;
/// Seconds that a mute with an end lasts at most: ten years; what shall last longer needs no end.
pub const MUTE_SECS_MAX: i64 = 10 * 365 * 24 * 3600;
/// Requests to follow somebody that wait for an answer, of one who asks: whoever asks everybody is
/// nobody's reader.
pub const REQUESTS_WAITING_MAX: usize = 200;
/// Requests to follow somebody that one click answers; whoever has more clicks again.
pub const REQUESTS_AT_ONCE_MAX: u32 = 100;
/// Newest likes and retweets of a reader that are kept in memory.
pub const FLAGS_WINDOW: u64 = 1000;
/// Rounds of looking further back for one page; each round looks eight times as far.
pub const PAGE_ROUNDS_MAX: u32 = 64;
/// Tweets of a conversation looked at to find the answers to one in its middle.
pub const CONVERSATION_ROWS_MAX: usize = 10_000;
/// Answers of a conversation among which those of its author to themselves are looked for, to stand
/// first.
pub const OWN_CHAIN_ROWS_MAX: usize = 200;
/// Times a page of likes, bookmarks, tweets with pictures or found tweets is filled up again after
/// some were not to be seen.
pub const LISTED_ROUNDS_MAX: u32 = 8;
/// Times a page of answers is filled up again after some were not to be seen.
pub const THREAD_ROUNDS_MAX: u32 = 4;
/// Rows forgotten by one statement of the clean-up, so that it never holds the writer for long.
pub const EXPIRE_STEP_ROWS: u64 = 1000;
/// Seconds a commit may take before the database is taken for gone.
pub const COMMIT_SECS_MAX: u64 = 20;
/// Uses of hashtags in the last day that are kept in memory to find what is trending: 8 MB. Beyond
/// it, only what a part of the people wrote is counted, and the counts are scaled up.
pub const TREND_USES_MAX: usize = 100_000;

/// Lists of people one person may have: a page shows them all.
pub const LISTS_PER_USER_MAX: i64 = 100;
/// People on one list: its timeline is merged from as many logs.
pub const LIST_MEMBERS_MAX: i64 = 1000;
/// Characters of a list's name: it stands in a heading.
pub const LIST_NAME_CHARS_MAX: usize = 50;
/// Filters one person may have: a page shows them all.
pub const FILTERS_PER_USER_MAX: i64 = 50;
/// Words or phrases of one filter.
pub const FILTER_KEYWORDS_MAX: usize = 30;
/// Characters of such a word or phrase; a tweet has not many more.
pub const KEYWORD_CHARS_MAX: usize = 100;
/// Characters of a filter's title: it stands in place of a tweet.
pub const FILTER_TITLE_CHARS_MAX: usize = 50;
/// Seconds that a filter may hold if it ends at all: ten years.
pub const FILTER_SECS_MAX: i64 = 10 * 366 * 24 * 3600;
/// Conversations one person may have muted: they are kept in memory while they read.
pub const CONVERSATIONS_MUTED_MAX: i64 = 1000;
/// Hashtags one person may follow: a page shows them all.
pub const HASHTAGS_FOLLOWED_MAX: i64 = 200;

/// Bytes of a search as typed: more than anybody types, less than an attack needs.
pub const SEARCH_BYTES_MAX: usize = 512;
/// Searches of one node at once: a slow one must not take the connections that timelines need.
pub const SEARCHES_AT_ONCE: usize = 2;
/// Words, phrases and operators of one search.
pub const SEARCH_TERMS_MAX: usize = 20;
/// Words of one tweet, or of one name, that are indexed: a tweet of 280 characters has fewer, one
/// of long links may have more.
pub const INDEXED_WORDS_MAX: usize = 1000;
/// Characters of an indexed word; what is longer is no word that anybody types.
pub const INDEXED_WORD_CHARS_MAX: usize = 50;
/// People, or hashtags, that begin with what was typed and are looked at to find the best known.
pub const SEARCH_CANDIDATES_MAX: usize = 500;
/// Tweets written into the search index by one statement when an older database is brought up to
/// date: a step of a few hundred milliseconds.
pub const INDEX_STEP_ROWS: u64 = 500;

/// People of those one follows whose follows are looked at to find whom to suggest.
pub const SUGGESTERS_MAX: usize = 20;
/// The newest follows of each of them that are looked at.
pub const SUGGESTER_FOLLOWS_MAX: u64 = 50;
/// People suggested at most.
pub const SUGGESTIONS_MAX: usize = 30;

/// Unread notifications that are counted: beyond this "99+" is all that anybody wants to know.
pub const UNREAD_MAX: usize = 100;
/// How long somebody can look up what they were told: half a year, as long as anybody scrolls.
pub const NOTIFICATION_SECS: i64 = 180 * 24 * 3600;
/// Accounts whose old notifications are looked for by one statement; each takes a step in an index.
pub const NOTIFICATION_SWEEP_USERS: u64 = 500;
/// Likes, and retweets, of one tweet that its author is told of: nobody reads more, and as many rows
/// at most go with the tweet when it is deleted.
pub const NOTIFIED_PER_TWEET_MAX: i64 = 10_000;
/// Seconds that another node's clock may be ahead: an id from further in the future is made up.
pub const CLOCK_SKEW_SECS: i64 = 60;

/// Live streams of a node: each holds a connection and, at worst, a few kilobytes of queue.
pub const STREAMS_MAX: usize = 10_000;
/// Live streams of one account: one a tab or app that is open, and then some.
pub const STREAMS_PER_USER_MAX: usize = 16;
/// What waits for one stream: a client that is further behind starts again from what it has.
pub const STREAM_QUEUE_MAX: usize = 256;
/// Tweets that are sent to whoever comes back; what is missing below them is read as pages.
pub const STREAM_CATCH_UP_MAX: usize = 100;
/// Retweets of a deleted tweet, the newest, that live streams are told of: older ones are on no page
/// that is open.
pub const RETWEETS_TOLD_MAX: u64 = 500;
/// Retweeted tweets of one batch of deletions whose retweets are looked up for it: more are only
/// deleted at once when an account is cleared away.
pub const DELETES_TOLD_MAX: usize = 32;
/// Seconds that a client may take nothing of what was sent to it: then its connection is cut, and
/// what it held (a stream's place, a page's memory) is free.
pub const STUCK_SECS_MAX: u64 = 20;
/// Seconds of silence after which a stream says that it is still there: proxies cut after 30 to 60.
pub const STREAM_HEARTBEAT_SECS: u64 = 15;

/// Characters of an app's name: it stands on a button.
pub const APP_NAME_CHARS_MAX: usize = 60;
/// Addresses that an app may be led back to.
pub const APP_REDIRECTS_MAX: usize = 20;
/// Bytes of each of them, and of an app's website: browsers carry no more everywhere.
pub const APP_URI_BYTES_MAX: usize = 2000;
/// Bytes of a list of scopes: all of them together have fewer.
pub const SCOPES_BYTES_MAX: usize = 1024;
/// Bytes of what an app wants back unchanged (`state`): a random value and a little more.
pub const STATE_BYTES_MAX: usize = 1024;
/// Seconds in which an app must use the code it was given: OAuth 2.1 allows ten minutes.
pub const CODE_SECS: i64 = 600;
/// A used code is kept this long, to be recognised when somebody else uses it again.
pub const CODE_KEPT_SECS: i64 = 24 * 3600;
/// Apps that nobody has let in are forgotten after this long: whoever tries again registers anew.
pub const APP_UNUSED_SECS: i64 = 30 * 24 * 3600;
/// Apps that one person may have let in at once, each device counted: the oldest one is turned out.
pub const APPS_PER_USER_MAX: i64 = 200;
/// Tokens without a person that one app may have at once; the oldest one ends.
pub const TOKENS_PER_APP_MAX: i64 = 100;
/// How long an app keeps a token that it does not use; each use makes it last as long again.
pub const APP_TOKEN_IDLE_SECS: i64 = 365 * 24 * 3600;
/// The last use of an app is noted to this many seconds: a write for each request is too much.
pub const USE_NOTED_SECS: i64 = 3600;

/// Tweets attached to one report, or named by one action: as many as a page shows.
pub const REPORT_TWEETS_MAX: usize = 20;
/// Characters of a report's comment (Mastodon's limit).
pub const REPORT_COMMENT_CHARS_MAX: usize = 1000;
/// Reports of one person in 24 hours: beyond this it is no help any more.
pub const REPORTS_PER_DAY_MAX: i64 = 50;
/// Tweets of somebody that are offered to be attached to a report about them.
pub const REPORT_OFFERED_TWEETS: i64 = 10;
/// Characters of the reason that goes with an action: a paragraph that somebody reads.
pub const REASON_CHARS_MAX: usize = 1000;
/// Characters of why somebody wants to be let in: a few sentences that a moderator reads.
pub const SIGN_UP_REASON_CHARS_MAX: usize = 500;
/// How long somebody waits to be let in: about whom nobody decided in a month, nobody will.
pub const SIGN_UP_WAIT_SECS: i64 = 30 * 24 * 3600;
/// Up to how many of those who wait are counted: it is read with every page of the moderators.
pub const SIGN_UPS_COUNTED_MAX: u64 = 100;
/// Characters of an appeal, as long as a reason may be.
pub const APPEAL_CHARS_MAX: usize = 1000;
/// Characters of a note among moderators.
pub const NOTE_CHARS_MAX: usize = 1000;
/// Notes, actions and reports of one account that its page shows, the newest.
pub const HISTORY_ROWS_MAX: u64 = 50;
/// Rules of a server: people must be able to read them.
pub const RULES_MAX: usize = 30;
/// Characters of a rule.
pub const RULE_CHARS_MAX: usize = 500;
/// Blocked domains, networks, words and links together: all are kept in memory.
pub const SERVER_BLOCKS_MAX: usize = 10_000;
/// Accounts and texts that the rules for new tweets remember for an hour: 8 MB. Those least looked at
/// are forgotten first.
pub const AUTOMOD_WINDOWS_MAX: usize = 50_000;
/// In which time links and equal texts are counted.
pub const AUTOMOD_WINDOW_SECS: i64 = 3600;
/// Letters and digits of a text that may be a duplicate: what is shorter ("good morning") many say.
pub const DUPLICATE_CHARS_MIN: usize = 20;
/// Days of hits that moderators see together.
pub const AUTOMOD_HIT_DAYS: i64 = 30;
/// Tweets of one account that wait for review at a time.
pub const HELD_PER_USER_MAX: i64 = 20;
/// Characters of what rules found in a held tweet; what is more is cut.
pub const HELD_WHY_CHARS_MAX: usize = 400;
/// For so long its author can read what became of a held tweet.
pub const HELD_SECS: i64 = 90 * 24 * 3600;
/// Characters of what is blocked: a domain has at most 253.
pub const BLOCK_VALUE_CHARS_MAX: usize = 253;
/// Characters of what a line of the log says besides who, what and whom.
pub const AUDIT_DETAIL_CHARS_MAX: usize = 1000;
/// Lines of the log read in one go when it is checked.
pub const AUDIT_STEP_ROWS: u64 = 1000;
/// Limited accounts whose hashtags are kept out of trends, the newest, and as many suspended ones.
pub const LIMITED_IN_MEMORY_MAX: u64 = 10_000;

/// Rows of a table that a backup reads, and a restore writes, in one go: a megabyte or so.
pub const DUMP_STEP_ROWS: u64 = 1000;
/// Values of one statement that puts rows back: SQLite takes 32,766, the others twice as many.
pub const DUMP_STEP_VALUES: usize = 16_000;
/// Pictures that a backup copies at once: a bucket takes its time for each.
pub const PICTURES_COPIED_AT_ONCE: usize = 8;
/// Rows that the doctor looks at in one statement: a few milliseconds.
pub const DOCTOR_STEP_ROWS: u64 = 2000;
/// Rows that the doctor mends in one transaction: others wait for their locks.
pub const MEND_STEP_ROWS: usize = 200;
/// Findings of one kind of which the doctor keeps the keys, to be told and mended; more are counted.
pub const FINDINGS_KEPT: usize = 100_000;

/// So many of something in so many seconds: as many at once, and they come back one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many at once.
    pub most: NonZeroU32,
    /// In how many seconds as many come back.
    pub secs: u32,
}

impl Rate {
    /// How long it takes until one comes back.
    #[must_use]
    pub fn each(self) -> Duration {
        Duration::from_secs(self.secs.into()) / self.most.get()
    }
}

const fn rate(most: u32, secs: u32) -> Rate {
    match NonZeroU32::new(most) {
        Some(most) => Rate { most, secs },
        None => panic!("none at all is no rate"),
    }
}

const MINUTE: u32 = 60;
/// Requests of one network, whoever sends them: five busy accounts behind one address.
pub const NETWORK_RATE: Rate = rate(7500, 5 * MINUTE);
/// Requests of one network without a good token: as of an account (Mastodon's limit).
pub const STRANGER_RATE: Rate = rate(1500, 5 * MINUTE);
/// Requests with one token (Mastodon's limit): one a second for ever, and 300 at once.
pub const TOKEN_RATE: Rate = rate(300, 5 * MINUTE);
/// Requests of one account with all its tokens (Mastodon's limit).
pub const ACCOUNT_RATE: Rate = rate(1500, 5 * MINUTE);
/// Accounts opened from one network (Mastodon's limit).
pub const SIGN_UP_RATE: Rate = rate(5, 30 * MINUTE);
/// Apps registered from one network (Mastodon's limit).
pub const APPS_RATE: Rate = rate(5, 10 * MINUTE);
/// Tweets of one account (Mastodon's limit).
pub const POST_RATE: Rate = rate(300, 180 * MINUTE);
/// Tweets that one account deletes (Mastodon's limit).
pub const DELETE_RATE: Rate = rate(30, 30 * MINUTE);
/// Pictures that one account hands in (Mastodon's limit).
pub const MEDIA_RATE: Rate = rate(30, 30 * MINUTE);
/// People whom one account follows (Mastodon's limit): more is done by programs.
pub const FOLLOW_RATE: Rate = rate(400, 24 * 60 * MINUTE);
/// Archives of their data that one account makes: each reads all that is theirs.
pub const ARCHIVE_RATE: Rate = rate(5, 60 * MINUTE);
/// What is counted by [`Rate`] at once, each some 200 bytes: 20 MB. Who is forgotten beyond that
/// starts anew; as many networks as that are limited by nothing that counts requests.
pub const BUCKETS_MAX: usize = 100_000;
/// Addresses of proxies that are read in one `X-Forwarded-For`: nobody has more in a row.
pub const PROXIES_IN_A_ROW_MAX: usize = 16;

/// Bytes of a request's first line and headers: proxies and browsers send 2 to 8 KB at most.
pub const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Seconds from the first byte of a request until its headers are there; on a slow line they are
/// there in one. What is overdue is cut when it is next looked for, see [`LOOK_SECS`].
pub const HEADER_SECS_MAX: u64 = 5;
/// Seconds that a connection may be open without a request: longer than proxies keep theirs (60).
pub const IDLE_SECS_MAX: u64 = 75;
/// Seconds between two looks at what a connection does: few enough to cost nothing.
pub const LOOK_SECS: u64 = 2;
/// Seconds until a TLS connection must have agreed on its keys: four ways over a slow line.
pub const HANDSHAKE_SECS_MAX: u64 = 10;
/// Connections of one network: a company behind one address, six a browser.
pub const CONNECTIONS_PER_NETWORK_MAX: usize = 200;
/// Connections of a node: each live stream has one, and so have as many readers.
pub const CONNECTIONS_MAX: usize = 2 * STREAMS_MAX;
/// Requests at once over one connection of HTTP/2: a page with all its pictures.
pub const REQUESTS_PER_CONNECTION_MAX: u32 = 100;

/// Seconds that a node keeps its number without renewing it: after a crash the others wait that long
/// until they know that it writes no more.
pub const NODE_LEASE_SECS: u64 = 10;
/// Seconds between two renewals: four may fail.
pub const NODE_RENEWAL_SECS: u64 = 2;
/// Batches of events that wait for Redis; what is more is not told, and others notice the gap.
pub const BUS_QUEUE_MAX: usize = 1024;
/// Batches of events that Redis keeps: a node that is further behind forgets all that it cached.
pub const BUS_STREAM_MAX: usize = 20_000;
/// Batches that are read from Redis or sent to it at once.
pub const BUS_BATCH_MAX: usize = 256;
/// Seconds that what nodes told each other by the database stays there.
pub const BOARD_SECS: u64 = 600;
/// How often a node tries again to append to the board when another one was quicker.
pub const BOARD_TRIES_MAX: usize = 50;
/// Milliseconds between two signs of life of a node.
pub const BUS_HEARTBEAT_MS: u64 = 250;
/// Milliseconds of silence after which a node may have missed something, or be missed by others.
pub const BUS_SILENCE_MS: u64 = 1500;
/// Milliseconds that a cache lives while a node cannot hear of all changes.
pub const BUS_LIFE_MS: u64 = 1000;
/// Milliseconds that a reader waits for what they have seen on another node, before it is read from
/// the database.
pub const POSITION_WAIT_MS: u64 = 100;
/// Milliseconds that they then wait for a batch that this node is writing, and that would hide it.
pub const POSITION_SETTLE_MS: u64 = 5_000;
