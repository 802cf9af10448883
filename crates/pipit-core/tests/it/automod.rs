//! The rules for new tweets: what becomes of one, and that nobody comes across what is held.

use pipit_core::{Blocking, Caller, Deed, Moderator, NewPost, Pipit, Submitted};
use pipit_model::automod::{AutoRule, Condition, Effect, HeldState, HeldTweet, HitCounts, Mode};
use pipit_model::event::Standing;
use pipit_model::moderation::{ActionKind, AppealState};
use pipit_model::report::ReportFilter;
use pipit_model::server_block::BlockKind;
use pipit_model::user::UserRef;
use pipit_model::{Error, Role, TweetId};
use pipit_testkit::{TestApp, backends};

use crate::{ids, page, person};

const BAD: &str = "buy v1agra here, it is the best of all";

fn by() -> Moderator {
    Moderator::operator()
}

fn post(content: &str) -> NewPost<'_> {
    NewPost { content, ..NewPost::default() }
}

async fn set(pipit: &Pipit, effect: Effect, mode: Mode) {
    let rule = AutoRule { effect, mode, ..AutoRule::usual(Condition::BlockedWord) };
    pipit.set_auto_rule(by(), rule).await.expect("set");
}

async fn submit(pipit: &Pipit, who: Caller, content: &str, key: &str) -> Submitted {
    pipit.submit_tweet(who, post(content), Some(key)).await.expect("taken")
}

async fn hold(pipit: &Pipit, who: Caller, content: &str, key: &str) -> HeldTweet {
    match submit(pipit, who, content, key).await {
        Submitted::Held(held) => held,
        Submitted::Posted(view) => panic!("posted: {view:?}"),
    }
}

async fn hits(pipit: &Pipit) -> HitCounts {
    let rules = pipit.auto_rules(by()).await.expect("read");
    let word = rules.iter().find(|(rule, _)| rule.condition == Condition::BlockedWord);
    word.expect("a rule").1
}

async fn logged(pipit: &Pipit) -> Vec<String> {
    let log = pipit.audit_log(by(), None, page(100, None)).await.expect("read");
    let of_rules = log.items.iter().filter(|(entry, ..)| entry.is_by_rules());
    of_rules.map(|(entry, ..)| format!("{} {}", entry.kind, entry.detail)).collect()
}

/// Ann follows eve; a word is kept out.
async fn server(app: &TestApp) -> (Caller, Caller) {
    let pipit = &app.pipit;
    let (ann, eve) = (person(pipit, "ann").await, person(pipit, "eve").await);
    pipit.set_follow(ann, &UserRef::Id(eve.user_id), Standing::Set).await.expect("followed");
    let word = (BlockKind::Word, "viagra");
    pipit.set_server_block(by(), word, Blocking::Block).await.expect("blocked");
    (ann, eve)
}

#[tokio::test]
async fn a_rule_refuses_flags_or_only_counts_and_all_of_it_is_logged() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (pipit, (_, eve)) = (&app.pipit, server(&app).await);
        set(pipit, Effect::Refuse, Mode::On).await;
        let refused = pipit.submit_tweet(eve, post(BAD), None).await;
        assert!(matches!(refused, Err(Error::InvalidField { field: "content", .. })));
        assert_eq!(logged(pipit).await, ["automod-refuse blocked-word: viagra"]);

        set(pipit, Effect::Refuse, Mode::DryRun).await;
        let view = pipit.post_tweet(eve, post(BAD), None).await.expect("nothing but counted");
        assert_eq!(hits(pipit).await, HitCounts { acted: 1, dry: 1 });
        assert_eq!(logged(pipit).await.len(), 1, "a dry run does nothing");

        set(pipit, Effect::Flag, Mode::On).await;
        for _ in 0..2 {
            // Asked twice with one key, it is posted, counted and reported once.
            submit(pipit, eve, BAD, "flag").await;
        }
        let filter = ReportFilter::default();
        let reports = pipit.reports(by(), filter, page(20, None)).await.expect("read").items;
        assert_eq!(reports.len(), 1, "{backend:?}");
        assert!(
            reports[0].report.reporter.is_none() && reports[0].report.comment.contains("viagra")
        );
        let (_, tweets) = pipit.report_with_tweets(by(), reports[0].report.id).await.expect("read");
        assert!(tweets.len() == 1 && tweets[0].tweet().id > view.id());
        assert_eq!(hits(pipit).await, HitCounts { acted: 2, dry: 1 });

        set(pipit, Effect::Refuse, Mode::On).await;
        // What a key posted before stands.
        assert!(matches!(submit(pipit, eve, BAD, "flag").await, Submitted::Posted(_)));
        pipit.set_role(by(), &UserRef::Id(eve.user_id), Role::Moderator).await.expect("set");
        pipit.post_tweet(eve, post(BAD), None).await.expect("moderators are exempt");
        pipit.verify_audit_log().await.expect("whole");
    }
}

/// All that might show a tweet to somebody: none of it does.
async fn assert_unseen(pipit: &Pipit, readers: &[Option<Caller>], held: &HeldTweet) {
    for reader in readers {
        let public = pipit.public_timeline(*reader, page(20, None)).await.expect("read");
        assert!(public.items.is_empty());
        let gone = pipit.tweet(*reader, TweetId(held.id.0)).await;
        assert!(matches!(gone, Err(Error::NotFound(_))));
        if let Some(reader) = reader {
            assert!(
                pipit.home_timeline(*reader, page(20, None)).await.expect("read").items.is_empty()
            );
            let told = pipit.unread_notifications(*reader).await.expect("read");
            // Eve knows of her follower.
            assert_eq!(told, usize::from(reader.user_id == held.user_id));
        }
    }
    let author = pipit.user(None, &UserRef::Id(held.user_id)).await.expect("read");
    assert_eq!(author.card.counts.tweets, 0);
}

#[tokio::test]
async fn a_held_tweet_is_seen_by_nobody_until_a_moderator_approves_and_then_by_all() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (pipit, (ann, eve)) = (&app.pipit, server(&app).await);
        let text = format!("@ann {BAD} #drugs");
        let held = hold(pipit, eve, &text, "once").await;
        assert_eq!(hold(pipit, eve, &text, "once").await.id, held.id, "{backend:?}: asked again");
        assert_unseen(pipit, &[None, Some(ann), Some(eve)], &held).await;
        assert_eq!(pipit.own_held(eve).await.expect("read"), std::slice::from_ref(&held));
        assert!(pipit.own_held(ann).await.expect("read").is_empty());
        let waiting = pipit.held_tweets(by(), page(20, None)).await.expect("read").items;
        assert_eq!(waiting.len(), 1);

        // Two moderators at once: it is posted once.
        let (one, two) =
            tokio::join!(pipit.approve_held(by(), held.id), pipit.approve_held(by(), held.id));
        let posted: Vec<TweetId> = [one, two].into_iter().flatten().collect();
        assert!(!posted.is_empty() && posted.iter().all(|id| *id == posted[0]), "{posted:?}");
        let home = pipit.home_timeline(ann, page(20, None)).await.expect("read");
        assert_eq!(ids(&home), [posted[0].0]);
        assert_eq!(pipit.unread_notifications(ann).await.expect("read"), 1, "the mention");
        assert!(pipit.own_held(eve).await.expect("read").is_empty());
        let again = submit(pipit, eve, &text, "once").await;
        assert!(matches!(again, Submitted::Posted(view) if view.id() == posted[0]));
        assert!(matches!(pipit.approve_held(by(), held.id).await, Err(Error::NotFound(_))));
    }
}

#[tokio::test]
async fn who_is_rejected_reads_why_and_what_cannot_be_posted_waits_on() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (pipit, (ann, eve)) = (&app.pipit, server(&app).await);
        let held = hold(pipit, eve, BAD, "one").await;
        assert!(matches!(
            pipit.reject_held(by(), held.id, " ").await,
            Err(Error::InvalidField { field: "reason", .. })
        ));
        pipit.reject_held(by(), held.id, "No advertising.").await.expect("rejected");
        let own = pipit.own_held(eve).await.expect("read");
        assert_eq!(
            (own[0].state, own[0].reason.as_str()),
            (HeldState::Rejected, "No advertising.")
        );
        assert!(pipit.standing(eve).await.expect("read").card.user().has_notice, "{backend:?}");
        assert!(matches!(pipit.approve_held(by(), held.id).await, Err(Error::NotFound(_))));

        let parent = pipit.post_tweet(ann, post("a question"), None).await.expect("posted").id();
        let answer = NewPost { reply_to: Some(parent), ..post(BAD) };
        let held = match pipit.submit_tweet(eve, answer, None).await.expect("taken") {
            Submitted::Held(held) => held,
            Submitted::Posted(view) => panic!("posted: {view:?}"),
        };
        pipit.delete_tweet(ann, parent).await.expect("deleted");
        assert!(pipit.approve_held(by(), held.id).await.is_err(), "what it answers is gone");
        let waiting = pipit.held_tweets(by(), page(20, None)).await.expect("read").items;
        assert_eq!(waiting[0].0.state, HeldState::Waiting);
        let (kind, reason) = (ActionKind::DeleteAccount, "Spam.".to_owned());
        let deed = Deed { user_id: eve.user_id, kind, reason, tweets: Vec::new(), report: None };
        pipit.act(by(), deed).await.expect("deleted");
        assert!(pipit.held_tweets(by(), page(20, None)).await.expect("read").items.is_empty());
    }
}

#[tokio::test]
async fn pictures_are_covered_by_their_author_or_by_moderators_until_that_is_undone() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (pipit, (_, eve)) = (&app.pipit, server(&app).await);
        let plain = pipit.post_tweet(eve, post("plain"), None).await.expect("posted").id();
        let own = NewPost { sensitive: true, ..post("own") };
        let own = pipit.post_tweet(eve, own, None).await.expect("posted").id();
        let sensitive = async |pipit: &Pipit| {
            let mut flags = Vec::new();
            for id in [plain, own] {
                flags.push(pipit.tweet(None, id).await.expect("read").card.tweet().sensitive);
            }
            flags
        };
        assert_eq!(sensitive(pipit).await, [false, true]);
        let mark = async || {
            let (kind, reason) = (ActionKind::MarkSensitive, "Blood.".to_owned());
            let deed =
                Deed { user_id: eve.user_id, kind, reason, tweets: vec![plain, own], report: None };
            pipit.act(by(), deed).await.expect("done").id
        };
        let action = mark().await;
        assert_eq!(sensitive(pipit).await, [true, true], "{backend:?}");
        assert_eq!(sensitive(&app.cold_core().await).await, [true, true]);
        pipit.appeal(eve, action, "It is paint.").await.expect("appealed");
        let decision = (AppealState::Accepted, "So it is.");
        pipit.decide_appeal(by(), action, decision.0, decision.1).await.expect("decided");
        assert_eq!(sensitive(pipit).await, [false, true], "what the author said stays");
        let action = mark().await;
        pipit.undo_action(by(), action).await.expect("undone");
        assert_eq!(sensitive(pipit).await, [false, true]);
        assert!(matches!(pipit.undo_action(by(), action).await, Err(Error::NotFound(_))));
    }
}
