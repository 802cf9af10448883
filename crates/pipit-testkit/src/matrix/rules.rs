//! Who may do what, and who sees what, in plain words: after `UX.md` and `DESIGN.md`, not after the
//! code.

use pipit_model::Role;

use super::{Author, Body, Caller, Door, Outcome, Row, Subject};

/// What somebody gets who is not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// The same as everybody.
    Welcome,
    /// Is told to sign in.
    SignIn,
    /// Keeps what they typed, and is told that they have to be signed in.
    Refused,
    /// Is told that there is nothing.
    Lost,
}

/// What a request is about, and so whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// Nothing, or something of the caller's own.
    Nothing,
    /// The tweet: for who sees it.
    Tweet,
    /// The tweet, passed on: what is for followers stays with its author.
    TweetToPassOn,
    /// The tweet, for programs: the same for everybody.
    TweetForPrograms,
    /// The tweet, put in another: the same, but its author may not either; and told as a mistake.
    TweetToQuote,
    /// The tweet, answered: told as a mistake.
    TweetToAnswer,
    /// The tweet, which its author alone may change.
    OwnTweet,
    /// The same by a button, which says of what is not there that it is gone.
    OwnTweetOrGone,
    /// A friend's answer to the tweet, for everybody, which the tweet's author hides.
    ReplyToHide,
    /// Somebody who is not named.
    NoPerson,
    /// Something that is gone.
    Gone,
    /// The author: for everybody.
    Person,
    /// The author, whom one does not do that to oneself.
    OtherPerson,
    /// The author, or whom they follow: not across a block.
    NearPerson,
    /// The author, to be followed: neither across a block nor oneself.
    PersonToFollow,
    /// What is on the author's profile for themselves.
    OfAuthor,
    /// Something that is the owner's alone.
    OfOwner,
    /// The same by a button, which says of what is not there that it is gone.
    OfOwnerOrGone,
    /// Something that is the limited author's alone.
    OfLimited,
    /// Something that moderators of this rank have.
    OfStaff(Role),
}

/// By whom a route may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// What strangers get.
    pub stranger: Stranger,
    /// Whether whoever is suspended or waits may, too.
    pub also_suspended: bool,
    /// Whether a token is looked at.
    pub takes_tokens: bool,
    /// What it is about.
    pub object: Object,
}

impl Who {
    /// By anybody: a token is not looked at.
    pub const ALL: Self = Self {
        stranger: Stranger::Welcome,
        also_suspended: false,
        takes_tokens: false,
        object: Object::Nothing,
    };
    /// By anybody; who brings a token is known by it.
    pub const ANYBODY: Self = Self { takes_tokens: true, ..Self::ALL };
    /// By people who are signed in.
    pub const MEMBERS: Self = Self { stranger: Stranger::SignIn, ..Self::ANYBODY };
    /// By people who have a session, in whatever state they are.
    pub const SESSIONS: Self = Self { also_suspended: true, ..Self::MEMBERS };

    /// The same, about this.
    #[must_use]
    pub const fn on(self, object: Object) -> Self {
        Self { object, ..self }
    }

    /// By moderators of this rank; to others there is nothing.
    #[must_use]
    pub const fn staff(role: Role) -> Self {
        Self { stranger: Stranger::Lost, object: Object::OfStaff(role), ..Self::ANYBODY }
    }
}

/// Whether one of the two blocks the other.
fn is_severed(caller: Caller) -> bool {
    matches!(caller, Caller::Blocked | Caller::Blocking)
}

fn follows(caller: Caller) -> bool {
    matches!(caller, Caller::Follower | Caller::Muted | Caller::Muting)
}

/// Who is known by what they send. The others are strangers, or turned away before anything is asked.
fn is_known(caller: Caller) -> bool {
    let is_shut_out = matches!(caller, Caller::Suspended | Caller::Waiting);
    !is_shut_out && !matches!(caller, Caller::Nobody | Caller::Scopeless)
}

/// A suspended author is a suspended caller too.
fn acting(caller: Caller, subject: Subject) -> Caller {
    match (caller, subject.author()) {
        (Caller::Owner, Author::Suspended) => Caller::Suspended,
        _ => caller,
    }
}

/// Who sees the tweet on which occasion.
pub mod shows {
    use super::{Caller, Subject, acting, follows, is_known, is_severed};

    /// Not here.
    pub fn nobody(_: Caller, _: Subject) -> bool {
        false
    }

    fn exists(subject: Subject) -> bool {
        !matches!(subject, Subject::Deleted | Subject::OfSuspended)
    }

    /// By its link, on a profile, in a conversation.
    pub fn asked(caller: Caller, subject: Subject) -> bool {
        let is_for_them = subject != Subject::Followers || follows(caller);
        let is_owner = acting(caller, subject) == Caller::Owner;
        exists(subject) && (is_owner || (is_for_them && !is_severed(caller)))
    }

    /// Of those who are signed in.
    pub fn member(caller: Caller, subject: Subject) -> bool {
        is_known(acting(caller, subject)) && asked(caller, subject)
    }

    /// Where nobody asked for the author, a limited one is for those who follow them.
    fn comes_up(caller: Caller, subject: Subject) -> bool {
        subject != Subject::OfLimited || follows(caller) || caller == Caller::Owner
    }

    /// On a timeline that is everybody's.
    pub fn fed_to_all(caller: Caller, subject: Subject) -> bool {
        let is_listed = !matches!(subject, Subject::Unlisted | Subject::Followers);
        is_listed && caller != Caller::Muting && asked(caller, subject) && comes_up(caller, subject)
    }

    /// By a search; one's own always.
    pub fn found(caller: Caller, subject: Subject) -> bool {
        let is_listed = !matches!(subject, Subject::Unlisted | Subject::Followers);
        (is_listed || caller == Caller::Owner)
            && asked(caller, subject)
            && comes_up(caller, subject)
    }

    /// At home.
    pub fn at_home(caller: Caller, subject: Subject) -> bool {
        let has_it = matches!(caller, Caller::Follower | Caller::Muted | Caller::Owner);
        has_it && member(caller, subject)
    }

    /// On a list of the caller's with the author on it.
    pub fn on_list(caller: Caller, subject: Subject) -> bool {
        caller != Caller::Muting && member(caller, subject)
    }

    /// In what somebody is told who is named in it. (The author is told of what others do to it.)
    pub fn named(caller: Caller, subject: Subject) -> bool {
        !matches!(caller, Caller::Muting | Caller::Owner) && member(caller, subject)
    }

    /// In what somebody is told of all.
    pub fn told(caller: Caller, subject: Subject) -> bool {
        caller != Caller::Muting && member(caller, subject)
    }

    /// On the profile of a friend, who passed on what may be.
    pub fn passed_on(caller: Caller, subject: Subject) -> bool {
        subject != Subject::Followers && asked(caller, subject)
    }

    /// What is the same for everybody: no page of a reader, but for programs.
    pub fn to_programs(_: Caller, subject: Subject) -> bool {
        exists(subject) && subject != Subject::Followers
    }

    /// The same, where nobody asked for the author.
    pub fn of_all_to_programs(_: Caller, subject: Subject) -> bool {
        subject == Subject::Public
    }

    /// What was reported, to moderators: also what they would not see otherwise.
    pub fn reported(caller: Caller, subject: Subject) -> bool {
        let is_in_it = matches!(subject, Subject::Public | Subject::Unlisted | Subject::Followers);
        is_in_it && matches!(caller, Caller::Moderator | Caller::Admin)
    }
}

/// What a row must be answered.
pub(super) fn expected(door: Door, row: &Row, caller: Caller, subject: Subject) -> Outcome {
    let caller = acting(caller, subject);
    let done = match row.body {
        Body::Good(_) => Outcome::Done,
        Body::Wrong(_) => Outcome::Wrong,
    };
    let is_let_in = row.who.also_suspended && matches!(caller, Caller::Suspended | Caller::Waiting);
    if !is_known(caller) && !is_let_in {
        // A token that is no good is told so at the one door; a cookie is as good as none.
        let is_turned_away = door == Door::Rest && caller != Caller::Nobody;
        if is_turned_away && row.who.takes_tokens {
            return Outcome::Forbidden;
        }
        match row.who.stranger {
            Stranger::Welcome => {}
            Stranger::SignIn => return Outcome::SignIn,
            Stranger::Refused => return Outcome::Forbidden,
            Stranger::Lost => return Outcome::Missing,
        }
    }
    about(row.who.object, caller, subject).unwrap_or(done)
}

/// Why not, by what it is about.
fn about(object: Object, caller: Caller, subject: Subject) -> Option<Outcome> {
    let is_owner = caller == Caller::Owner;
    let sees = shows::asked(caller, subject);
    let author_is_gone = subject == Subject::OfSuspended;
    let refused = |is_refused: bool| is_refused.then_some(Outcome::Forbidden);
    let missing = |is_missing: bool| is_missing.then_some(Outcome::Missing);
    match object {
        Object::Nothing | Object::OfOwnerOrGone => None,
        Object::Tweet => missing(!sees),
        Object::TweetToAnswer => (!sees).then_some(Outcome::Wrong),
        Object::TweetToPassOn => {
            missing(!sees).or(refused(subject == Subject::Followers && !is_owner))
        }
        Object::TweetToQuote => (!sees || subject == Subject::Followers).then_some(Outcome::Wrong),
        Object::TweetForPrograms => missing(!shows::to_programs(caller, subject)),
        Object::NoPerson | Object::Gone => missing(true),
        Object::OwnTweet => missing(!sees).or(refused(!is_owner)),
        Object::OwnTweetOrGone => refused(sees && !is_owner),
        Object::ReplyToHide => refused(!is_owner),
        Object::Person => missing(author_is_gone),
        Object::OtherPerson => missing(author_is_gone).or(refused(is_owner)),
        Object::NearPerson => missing(author_is_gone).or(refused(is_severed(caller))),
        Object::PersonToFollow => {
            missing(author_is_gone).or(refused(is_owner || is_severed(caller)))
        }
        Object::OfAuthor => missing(!is_owner),
        Object::OfOwner => missing(!is_owner || subject.author() != Author::Owner),
        Object::OfLimited => missing(!is_owner || subject != Subject::OfLimited),
        Object::OfStaff(role) => missing(match caller {
            Caller::Admin => false,
            Caller::Moderator => role > Role::Moderator,
            _ => true,
        }),
    }
}
