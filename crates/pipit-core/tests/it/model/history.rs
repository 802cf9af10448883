//! Random histories: one step after the other by four people.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use pipit_core::{Caller, NewPost, Pipit, RequestAnswer};
use pipit_model::event::Standing;
use pipit_model::filter::{FilterAction, FilterContext};
use pipit_model::notification::NotificationKind;
use pipit_model::user::{ProfileEdit, UserRef};
use pipit_model::visibility::Visibility;
use pipit_model::{FilterId, ListId, TweetId};
use pipit_testkit::TestApp;
use proptest::prelude::*;

use crate::filters::draft;
use crate::{page, person};

const PEOPLE: usize = 4;
pub(super) const ALL: [NotificationKind; 7] = NotificationKind::ALL;

/// One thing that somebody does; tweets are named by when they were posted.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Post {
        who: usize,
        text: &'static str,
        visibility: Option<Visibility>,
    },
    Reply {
        who: usize,
        to: usize,
    },
    Delete {
        which: usize,
    },
    Like {
        who: usize,
        which: usize,
        to: Standing,
    },
    Retweet {
        who: usize,
        which: usize,
        to: Standing,
    },
    Follow {
        who: usize,
        whom: usize,
        to: Standing,
    },
    Bookmark {
        who: usize,
        which: usize,
        to: Standing,
    },
    Member {
        who: usize,
        whom: usize,
        to: Standing,
    },
    ReadNotifications {
        who: usize,
    },
    Block {
        who: usize,
        whom: usize,
        to: Standing,
    },
    Mute {
        who: usize,
        whom: usize,
        seconds: Option<i64>,
    },
    Unmute {
        who: usize,
        whom: usize,
    },
    Lock {
        who: usize,
        locked: bool,
    },
    Answer {
        who: usize,
        whom: usize,
        answer: RequestAnswer,
    },
    RemoveFollower {
        who: usize,
        whom: usize,
    },
    Filter {
        who: usize,
        word: &'static str,
        action: FilterAction,
        to: Standing,
    },
    /// Half a minute passes.
    Wait,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    let which = 0..1000_usize;
    let to = prop_oneof![3 => Just(Standing::Set), 1 => Just(Standing::Unset)];
    let visibility = prop::option::of(prop::sample::select(Visibility::ALL.to_vec()));
    let text = prop::sample::select(vec!["plain", "with #tag", "of #other and #tag", "hi @p1"]);
    let word = prop::sample::select(vec!["#other", "plain", "p1"]);
    let action = prop::sample::select(FilterAction::ALL.to_vec());
    prop_oneof![
        4 => (who.clone(), text, visibility)
            .prop_map(|(who, text, visibility)| Step::Post { who, text, visibility }),
        3 => (who.clone(), which.clone()).prop_map(|(who, to)| Step::Reply { who, to }),
        2 => which.clone().prop_map(|which| Step::Delete { which }),
        3 => (who.clone(), which.clone(), to.clone())
            .prop_map(|(who, which, to)| Step::Like { who, which, to }),
        3 => (who.clone(), which.clone(), to.clone())
            .prop_map(|(who, which, to)| Step::Retweet { who, which, to }),
        3 => (who.clone(), who.clone(), to.clone())
            .prop_map(|(who, whom, to)| Step::Follow { who, whom, to }),
        2 => (who.clone(), which, to.clone())
            .prop_map(|(who, which, to)| Step::Bookmark { who, which, to }),
        3 => (who.clone(), who.clone(), to.clone())
            .prop_map(|(who, whom, to)| Step::Member { who, whom, to }),
        1 => who.clone().prop_map(|who| Step::ReadNotifications { who }),
        2 => (who, word, action, to)
            .prop_map(|(who, word, action, to)| Step::Filter { who, word, action, to }),
        6 => tie(),
    ]
}

/// What changes who may see whom.
fn tie() -> impl Strategy<Value = Step> {
    let pair = || (0..PEOPLE, 0..PEOPLE);
    let to = prop_oneof![3 => Just(Standing::Set), 2 => Just(Standing::Unset)];
    let seconds = prop::option::of(10..60_i64);
    let answer = prop::sample::select(vec![RequestAnswer::Accept, RequestAnswer::Reject]);
    prop_oneof![
        2 => (pair(), to).prop_map(|((who, whom), to)| Step::Block { who, whom, to }),
        2 => (pair(), seconds)
            .prop_map(|((who, whom), seconds)| Step::Mute { who, whom, seconds }),
        1 => pair().prop_map(|(who, whom)| Step::Unmute { who, whom }),
        2 => (0..PEOPLE, any::<bool>()).prop_map(|(who, locked)| Step::Lock { who, locked }),
        3 => (pair(), answer).prop_map(|((who, whom), answer)| Step::Answer { who, whom, answer }),
        1 => pair().prop_map(|(who, whom)| Step::RemoveFollower { who, whom }),
        1 => Just(Step::Wait),
    ]
}

pub(super) struct World {
    pub(super) pipit: Pipit,
    pub(super) people: Vec<Caller>,
    /// Of each, in their place, the one list.
    pub(super) lists: Vec<ListId>,
    /// Every tweet ever posted, with its author.
    tweets: Vec<(TweetId, Caller)>,
    pub(super) time: Arc<AtomicI64>,
    /// Of each person in their place, the one filter.
    pub(super) filters: Vec<Option<(FilterId, &'static str, FilterAction)>>,
}

impl World {
    pub(super) async fn new(app: &TestApp) -> Self {
        let (mut people, mut lists) = (Vec::new(), Vec::new());
        for n in 0..PEOPLE {
            let caller = person(&app.pipit, &format!("p{n}")).await;
            lists.push(app.pipit.create_list(caller, "list", None).await.expect("made").id);
            people.push(caller);
        }
        Self {
            pipit: app.pipit.clone(),
            people,
            lists,
            tweets: Vec::new(),
            time: app.time.clone(),
            filters: vec![None; PEOPLE],
        }
    }

    fn tweet(&self, which: usize) -> Option<(TweetId, Caller)> {
        self.tweets.get(which % self.tweets.len().max(1)).copied()
    }

    /// Does it; refusals (a tweet deleted before, oneself to follow) are part of life.
    pub(super) async fn take(&mut self, step: &Step) {
        match *step {
            Step::Post { who, text, visibility } => self.post(who, text, None, visibility).await,
            Step::Reply { who, to } => {
                let to = self.tweet(to).map(|(id, _)| id);
                self.post(who, "an answer to @p1 #tag", to, None).await;
            }
            Step::Delete { which } => {
                if let Some((id, author)) = self.tweet(which) {
                    let _again = self.pipit.delete_tweet(author, id).await;
                }
            }
            Step::Like { who, which, to } => {
                if let Some((id, _)) = self.tweet(which) {
                    let _deleted = self.pipit.set_like(self.people[who], id, to).await;
                }
            }
            Step::Retweet { who, which, to } => {
                if let Some((id, _)) = self.tweet(which) {
                    let _deleted = self.pipit.set_retweet(self.people[who], id, to).await;
                }
            }
            Step::Bookmark { who, which, to } => {
                if let Some((id, _)) = self.tweet(which) {
                    let _deleted = self.pipit.set_bookmark(self.people[who], id, to).await;
                }
            }
            Step::Member { who, whom, to } => {
                let (caller, list) = (self.people[who], self.lists[who]);
                let user = UserRef::Id(self.people[whom].user_id);
                self.pipit.set_list_member(caller, list, &user, to).await.expect("changed");
            }
            Step::ReadNotifications { who } => {
                let told = self.pipit.notifications(self.people[who], &ALL, page(1, None)).await;
                if let Some(newest) = told.expect("read").items.first() {
                    let id = newest.notification.id.0;
                    self.pipit.read_notifications(self.people[who], id).await.expect("noted");
                }
            }
            Step::Filter { who, word, action, to } => {
                let caller = self.people[who];
                if let Some((id, ..)) = self.filters[who].take() {
                    self.pipit.delete_filter(caller, id).await.expect("deleted");
                }
                if to.is_set() {
                    let draft = draft(word, action, &[FilterContext::Home]);
                    let filter = self.pipit.create_filter(caller, draft, None).await;
                    self.filters[who] = Some((filter.expect("made").id, word, action));
                }
            }
            Step::Follow { who, whom, to } => {
                let user = UserRef::Id(self.people[whom].user_id);
                let _oneself = self.pipit.set_follow(self.people[who], &user, to).await;
            }
            _ => self.change_ties(step).await,
        }
    }

    async fn change_ties(&self, step: &Step) {
        let pipit = &self.pipit;
        let (me, user) = match *step {
            Step::Block { who, whom, .. }
            | Step::Mute { who, whom, .. }
            | Step::Unmute { who, whom }
            | Step::Answer { who, whom, .. }
            | Step::RemoveFollower { who, whom } => {
                (self.people[who], UserRef::Id(self.people[whom].user_id))
            }
            Step::Lock { who, locked } => {
                let edit = ProfileEdit { locked: Some(locked), ..ProfileEdit::default() };
                pipit.edit_profile(self.people[who], edit).await.expect("changed");
                return;
            }
            _ => {
                self.time.fetch_add(30_000, Ordering::Relaxed);
                return;
            }
        };
        // Of oneself all of it is refused, or changes nothing.
        let _oneself = match *step {
            Step::Block { to, .. } => pipit.set_block(me, &user, to).await,
            Step::Mute { seconds, .. } => pipit.mute(me, &user, seconds).await,
            Step::Unmute { .. } => pipit.unmute(me, &user).await,
            Step::Answer { answer, .. } => pipit.answer_follow_request(me, &user, answer).await,
            _ => pipit.remove_follower(me, &user).await,
        };
    }

    async fn post(
        &mut self,
        who: usize,
        content: &str,
        reply_to: Option<TweetId>,
        visibility: Option<Visibility>,
    ) {
        let author = self.people[who];
        let post = NewPost { content, reply_to, visibility, ..NewPost::default() };
        let posted = self.pipit.post_tweet(author, post, None).await;
        if let Ok(view) = posted {
            self.tweets.push((view.id(), author));
        }
    }
}
