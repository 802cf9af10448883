//! Who sees what: every such rule is here, and pure. The core asks; nobody else decides.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::tweet::{Entry, Kind, ReplyAudience, Tweet};
use crate::user::User;

/// Whom a tweet is for, from the widest to the narrowest. (A tweet for those it names alone would be
/// the next.)
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Visibility {
    /// Everybody, everywhere.
    #[default]
    Public,
    /// Everybody who comes to it: by its link, on its author's page, as a follower. It is not on the
    /// public timeline, in hashtags, in what trends, nor found by others.
    Unlisted,
    /// Its author's followers. Others cannot retweet it, nobody can quote it.
    Followers,
}

impl Visibility {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::Unlisted, Self::Followers];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Public => 0,
            Self::Unlisted => 1,
            Self::Followers => 2,
        }
    }

    /// The one with this number. One that a later version stored is not known here: then the
    /// narrowest.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|one| one.code() == code).unwrap_or(Self::Followers)
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Followers => "followers",
        }
    }

    /// The one with this name.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `field` if there is none.
    pub fn parse(field: &'static str, name: &str) -> Result<Self> {
        let unknown = || Error::invalid(field, "must be public, unlisted or followers");
        Self::ALL.into_iter().find(|one| one.name() == name).ok_or_else(unknown)
    }
}

/// How a reader stands to an account; all of it is false for somebody who is not signed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Tie {
    /// It is their own.
    pub is_self: bool,
    /// They follow it.
    pub follows: bool,
    /// They block it.
    pub blocks: bool,
    /// It blocks them.
    pub blocked_by: bool,
    /// They mute it now.
    pub mutes: bool,
}

impl Tie {
    /// Whether one of the two blocks the other: then neither sees what the other writes, nor does
    /// anything to it.
    #[must_use]
    pub fn is_severed(self) -> bool {
        self.blocks || self.blocked_by
    }
}

/// How a tweet comes before a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// They asked for it: by its link, in a conversation, on its author's page, among what they keep.
    Asked,
    /// A timeline brings it: home, a list, a hashtag, everybody's, a live stream.
    Fed,
    /// A search finds it.
    Found,
}

/// Whether an entry of someone whom the reader follows (or of the reader) belongs into the
/// reader's home timeline: a reply only if the tweet answered is by the reader, by someone
/// followed, or by the replier; everything else always.
pub fn belongs_in_home(entry: &Entry, reader: UserId, follows: impl Fn(UserId) -> bool) -> bool {
    match entry.kind {
        Kind::Tweet | Kind::Retweet { .. } => true,
        Kind::Reply { to_user, .. } => {
            to_user == reader || to_user == entry.user_id || follows(to_user)
        }
    }
}

/// Whether an entry of someone on a list belongs into the list's timeline: a reply only if the
/// tweet answered is by someone on the list or by the replier; everything else always.
pub fn belongs_in_list(entry: &Entry, is_member: impl Fn(UserId) -> bool) -> bool {
    match entry.kind {
        Kind::Tweet | Kind::Retweet { .. } => true,
        Kind::Reply { to_user, .. } => to_user == entry.user_id || is_member(to_user),
    }
}

/// Whether an entry is by, or passes on a tweet of, somebody whom a reader hides.
pub fn is_kept_out(entry: &Entry, hides: impl Fn(UserId) -> bool) -> bool {
    match entry.kind {
        Kind::Tweet | Kind::Reply { .. } => hides(entry.user_id),
        Kind::Retweet { of_user, .. } => hides(entry.user_id) || hides(of_user),
    }
}

/// Whether a tweet is shown to a reader who stands like this to its author.
#[must_use]
pub fn is_shown(tweet: &Tweet, author: &User, tie: Tie, occasion: Occasion) -> bool {
    // What is true for everybody. (A suspended account comes out of the store as deleted; that this
    // rule says so too costs nothing.)
    if tweet.deleted || author.deleted || author.state.is_shut_out() {
        return false;
    }
    if tie.is_self {
        return true;
    }
    if tie.is_severed() || (tie.mutes && occasion == Occasion::Fed) {
        return false;
    }
    match tweet.visibility {
        Visibility::Public => true,
        Visibility::Unlisted => occasion != Occasion::Found,
        Visibility::Followers => tie.follows && occasion != Occasion::Found,
    }
}

/// Whether somebody is told of what an account did that they stand to like this; `visibility` is
/// that of the tweet by which it was done.
#[must_use]
pub fn is_told(tie: Tie, visibility: Visibility) -> bool {
    let is_for_them = visibility != Visibility::Followers || tie.follows;
    !tie.is_severed() && !tie.mutes && is_for_them
}

/// Whether a tweet may be retweeted by others and quoted: what is for followers stays with them.
#[must_use]
pub fn may_be_passed_on(visibility: Visibility) -> bool {
    visibility != Visibility::Followers
}

/// Whether what somebody wrote, or they themselves, come up where nobody asked for them by name: on
/// the public timeline, on hashtags, in search, among suggestions. `is_known` says whether the reader
/// follows them, or is them.
pub fn comes_up(author: &User, is_known: impl FnOnce() -> bool) -> bool {
    !author.state.is_limited() || is_known()
}

/// Whether somebody may answer in the conversation that a tweet begins.
pub fn may_reply(root: &Tweet, who: UserId, root_author_follows: impl FnOnce() -> bool) -> bool {
    let is_mentioned = || root.mentions.iter().any(|mention| mention.user_id == who);
    root.user_id == who
        || match root.reply_audience {
            ReplyAudience::Everyone => true,
            ReplyAudience::Followed => is_mentioned() || root_author_follows(),
            ReplyAudience::Mentioned => is_mentioned(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TweetId;
    use crate::role::AccountState;
    use crate::role::Role;
    use crate::time::Timestamp;
    use crate::user::UserCounts;

    #[test]
    fn replies_show_by_whom_they_answer() {
        let (reader, followed, stranger) = (UserId(1), UserId(2), UserId(3));
        let reply_to = |to_user| Entry {
            id: TweetId(10),
            user_id: followed,
            kind: Kind::Reply { to: TweetId(5), to_user },
        };
        let follows = |user| user == followed || user == UserId(4);
        assert!(belongs_in_home(&reply_to(reader), reader, follows));
        assert!(belongs_in_home(&reply_to(followed), reader, follows), "a thread of their own");
        assert!(belongs_in_home(&reply_to(UserId(4)), reader, follows));
        assert!(!belongs_in_home(&reply_to(stranger), reader, follows));
    }

    #[test]
    fn a_list_shows_replies_among_its_own() {
        let (member, other, stranger) = (UserId(2), UserId(4), UserId(3));
        let on_list = |user| user == member || user == other;
        let entry = |kind| Entry { id: TweetId(10), user_id: member, kind };
        let reply_to = |to_user| entry(Kind::Reply { to: TweetId(5), to_user });
        assert!(belongs_in_list(&entry(Kind::Tweet), on_list));
        let retweet = Kind::Retweet { of: TweetId(5), of_user: stranger };
        assert!(belongs_in_list(&entry(retweet), on_list));
        assert!(belongs_in_list(&reply_to(other), on_list));
        assert!(belongs_in_list(&reply_to(member), |_| false), "a thread of their own");
        assert!(!belongs_in_list(&reply_to(stranger), on_list));
    }

    fn tweet(visibility: Visibility) -> Tweet {
        Tweet { visibility, ..Tweet::blank(TweetId(10), UserId(2)) }
    }

    fn author() -> User {
        User {
            id: UserId(2),
            handle: "ann".to_owned(),
            name: "Ann".to_owned(),
            bio: String::new(),
            profile_picture: None,
            banner: None,
            links: Vec::new(),
            pinned: None,
            created_at: Timestamp(0),
            counts: UserCounts::default(),
            locked: false,
            default_visibility: Visibility::Public,
            deleted: false,
            role: Role::User,
            state: AccountState::Active,
            has_notice: false,
        }
    }

    /// Of public, unlisted and followers' tweets, whether each is shown when it is asked for, fed and
    /// found.
    #[test]
    fn who_sees_what() {
        let stranger = Tie::default();
        let follower = Tie { follows: true, ..stranger };
        let (all, none) = ([true; 3], [false; 3]);
        let table = [
            ("stranger", stranger, [all, [true, true, false], none]),
            ("follower", follower, [all, [true, true, false], [true, true, false]]),
            ("author", Tie { is_self: true, ..stranger }, [all; 3]),
            ("blocking", Tie { blocks: true, ..follower }, [none; 3]),
            ("blocked", Tie { blocked_by: true, ..follower }, [none; 3]),
            (
                "muting",
                Tie { mutes: true, ..follower },
                [[true, false, true], [true, false, false], [true, false, false]],
            ),
        ];
        let occasions = [Occasion::Asked, Occasion::Fed, Occasion::Found];
        for (name, tie, expected) in table {
            for (visibility, expected) in Visibility::ALL.into_iter().zip(expected) {
                let shown = occasions.map(|on| is_shown(&tweet(visibility), &author(), tie, on));
                assert_eq!(shown, expected, "{name}, {visibility:?}");
                let gone = Tweet { deleted: true, ..tweet(visibility) };
                assert!(!is_shown(&gone, &author(), tie, Occasion::Asked));
                let of_gone = User { deleted: true, ..author() };
                assert!(!is_shown(&tweet(visibility), &of_gone, tie, Occasion::Asked));
                let suspended = User { state: AccountState::Suspended, ..author() };
                assert!(!is_shown(&tweet(visibility), &suspended, tie, Occasion::Asked));
            }
        }
    }

    #[test]
    fn who_is_told() {
        let stranger = Tie::default();
        let told = |tie| Visibility::ALL.map(|visibility| is_told(tie, visibility));
        assert_eq!(told(stranger), [true, true, false]);
        assert_eq!(told(Tie { follows: true, ..stranger }), [true; 3]);
        for tie in [
            Tie { mutes: true, ..stranger },
            Tie { blocks: true, ..stranger },
            Tie { blocked_by: true, ..stranger },
        ] {
            assert_eq!(told(Tie { follows: true, ..tie }), [false; 3], "{tie:?}");
        }
    }

    #[test]
    fn what_passes_on_somebody_hidden_is_kept_out_too() {
        let hides = |user| user == UserId(3);
        let entry = |user_id, kind| Entry { id: TweetId(10), user_id: UserId(user_id), kind };
        let retweet = |of_user| Kind::Retweet { of: TweetId(5), of_user: UserId(of_user) };
        assert!(is_kept_out(&entry(3, Kind::Tweet), hides));
        assert!(is_kept_out(&entry(2, retweet(3)), hides));
        assert!(is_kept_out(&entry(3, retweet(2)), hides));
        let answer = Kind::Reply { to: TweetId(5), to_user: UserId(3) };
        assert!(!is_kept_out(&entry(2, answer), hides), "that is for the rules of home");
    }

    #[test]
    fn visibilities_are_told_apart_by_number_and_by_name() {
        for one in Visibility::ALL {
            assert_eq!(Visibility::from_code(one.code()), one);
            assert_eq!(Visibility::parse("visibility", one.name()).expect("known"), one);
        }
        assert_eq!(Visibility::from_code(3), Visibility::Followers, "what comes later is for few");
        assert!(Visibility::parse("visibility", "Public").is_err());
        assert!(Visibility::ALL.is_sorted(), "from wide to narrow");
    }
}
