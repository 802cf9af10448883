//! What the operator may do as a moderator.

use clap::{Args, Subcommand};

/// What to do as the operator.
#[derive(Debug, Args)]
pub(crate) struct Moderate {
    #[command(subcommand)]
    pub(crate) action: ModerateAction,
    /// Print JSON, for scripts
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do to an account, or to read.
#[derive(Debug, Subcommand)]
pub(crate) enum ModerateAction {
    /// Tell somebody something, and nothing more.
    Warn(Target),
    /// Show an account only to those who look for it.
    Limit(Target),
    /// Let an account read, but not post, like or follow.
    Freeze(Target),
    /// Show an account to nobody; it can be undone.
    Suspend(Target),
    /// Make an account like any other again.
    Restore(Target),
    /// Delete an account for good.
    DeleteAccount(Target),
    /// Delete tweets of somebody for good.
    DeleteTweets {
        #[command(flatten)]
        target: Target,
        /// Their numbers
        #[arg(long = "tweet", required = true, value_name = "ID")]
        tweets: Vec<i64>,
    },
    /// Show the pictures of some tweets only to those who ask for them.
    MarkSensitive {
        #[command(flatten)]
        target: Target,
        /// Their numbers
        #[arg(long = "tweet", required = true, value_name = "ID")]
        tweets: Vec<i64>,
    },
    /// Show the pictures that an action covered to everybody again.
    Undo {
        /// The number of the action
        action: i64,
    },
    /// Show the rules for new tweets, and how often they were about one in the last 30 days.
    Rules,
    /// Set a rule for new tweets.
    SetRule(AutoRuleArgs),
    /// Say which rules would act on a text; nothing is posted or counted.
    TryText {
        /// The text
        text: String,
        /// By this account
        #[arg(long)]
        account: Option<String>,
    },
    /// Show the tweets that wait for review.
    Held,
    /// Post a tweet that waits for review.
    ApproveTweet {
        /// Its number
        id: i64,
    },
    /// Delete a tweet that waits for review.
    RejectTweet {
        /// Its number
        id: i64,
        /// Why, as its author reads it
        #[arg(long)]
        reason: String,
    },
    /// Show the reports that wait.
    Reports,
    /// Show who waits to be let in.
    SignUps,
    /// Let somebody in who waits.
    Approve {
        /// Their handle
        handle: String,
    },
    /// Delete the account of somebody who waits; its handle is free again.
    Reject(Target),
    /// Show the newest lines of the log.
    Log {
        /// Only those about this account
        #[arg(long)]
        account: Option<String>,
        /// How many, up to 100
        #[arg(long, default_value_t = 20)]
        limit: i64,
    },
    /// Check that no line of the log was changed or lost.
    VerifyLog,
    /// Keep something out: email-domain, network, word, link or trend.
    Block {
        /// Of what kind
        kind: String,
        /// What
        value: String,
    },
    /// Keep something out no longer.
    Unblock {
        /// Of what kind
        kind: String,
        /// What
        value: String,
    },
}

/// What a rule looks for and does; what is left out stays as it is.
#[derive(Debug, Args)]
pub(crate) struct AutoRuleArgs {
    /// profanity, blocked-word, blocked-link, link-burst, duplicate or new-account
    pub(crate) condition: String,
    /// off, dry-run or on
    #[arg(long)]
    pub(crate) mode: Option<String>,
    /// flag, hold or refuse
    #[arg(long)]
    pub(crate) effect: Option<String>,
    /// Severity, links or equal texts in an hour, or hours
    #[arg(long)]
    pub(crate) threshold: Option<i64>,
}

/// To whom, and why.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Their handle
    pub(crate) handle: String,
    /// Why, as the person reads it
    #[arg(long)]
    pub(crate) reason: String,
}
