//! Filters, muted conversations, who may answer, hidden answers.

use pipit_core::{Answers, LiveEvent, NewPost, Pipit};
use pipit_model::Error;
use pipit_model::event::Standing;
use pipit_model::filter::{
    FilterAction, FilterContext, FilterContexts, FilterDraft, Keyword, Matching,
};
use pipit_model::notification::NotificationKind;
use pipit_model::tweet::ReplyAudience;
use pipit_testkit::{Backend, TestApp, backends, oracle};

use crate::{follow, ids, page, person, post, signed_in};

pub(crate) fn draft(word: &str, action: FilterAction, contexts: &[FilterContext]) -> FilterDraft {
    FilterDraft {
        title: format!("about {word}"),
        contexts: contexts.iter().copied().collect::<FilterContexts>(),
        action,
        expires_in_secs: None,
        keywords: vec![Keyword { text: word.to_owned(), matching: Matching::WholeWord }],
    }
}

#[tokio::test]
async fn pages_stay_full_and_each_context_is_its_own() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let pipit = &app.pipit;
        let (ann, bob) = (person(pipit, "ann").await, person(pipit, "bob").await);
        follow(pipit, ann, bob, Standing::Set).await;
        let mut fine = Vec::new();
        for n in 0..60 {
            let text = if n % 2 == 0 { "a SPOILER of it" } else { "fine" };
            let id = post(pipit, bob, text, None).await;
            if n % 2 == 1 {
                fine.insert(0, id.0);
            }
        }
        let hide = draft("spoiler", FilterAction::Hide, &[FilterContext::Home]);
        let filter = pipit.create_filter(ann, hide.clone(), None).await.expect("made");
        let home = pipit.home_timeline(ann, page(20, None)).await.expect("read");
        assert_eq!(ids(&home), fine[..20], "a page is full of what is shown");
        let rest = pipit.home_timeline(ann, page(100, home.next)).await.expect("read");
        assert_eq!(ids(&rest), fine[20..]);
        let public = pipit.public_timeline(Some(ann), page(20, None)).await.expect("read");
        assert!(public.items.iter().any(|view| view.card.tweet().content.contains("SPOILER")));
        assert_eq!(pipit.home_timeline(bob, page(100, None)).await.expect("read").items.len(), 60);

        let warn = draft("spoiler", FilterAction::Warn, &[FilterContext::Public]);
        pipit.set_filter(ann, filter.id, warn).await.expect("changed");
        let home = pipit.home_timeline(ann, page(20, None)).await.expect("read");
        assert!(home.items.iter().all(|view| view.folded_by.is_none()));
        let public = pipit.public_timeline(Some(ann), page(20, None)).await.expect("read");
        for view in &public.items {
            let is_told = view.card.tweet().content.contains("SPOILER");
            let title = view.folded_by.as_ref().map(|by| by.title.as_ref());
            assert_eq!(title, is_told.then_some("about spoiler"));
        }
        let found = pipit.search_tweets(Some(ann), "spoiler", page(5, None)).await.expect("read");
        assert!(found.items.iter().all(|view| view.folded_by.is_some()));

        // Only its owner has it, and what one asks for by its link is shown as it is.
        assert!(matches!(pipit.filter(bob, filter.id).await, Err(Error::NotFound("filter"))));
        assert!(matches!(
            pipit.delete_filter(bob, filter.id).await,
            Err(Error::NotFound("filter"))
        ));
        let changed = pipit.set_filter(bob, filter.id, hide).await;
        assert!(matches!(changed, Err(Error::NotFound("filter"))));
        let one = pipit.tweet(Some(ann), public.items[1].id()).await.expect("read");
        assert_eq!(one.folded_by, None);
        pipit.delete_filter(ann, filter.id).await.expect("deleted");
        assert!(pipit.filters(ann).await.expect("read").is_empty());
        let public = pipit.public_timeline(Some(ann), page(20, None)).await.expect("read");
        assert!(public.items.iter().all(|view| view.folded_by.is_none()));
    }
}

#[tokio::test]
async fn streams_and_what_one_is_told_are_filtered_and_ones_own_is_not() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let (ann, bob) = (signed_in(pipit, "ann").await, person(pipit, "bob").await);
    follow(pipit, ann, bob, Standing::Set).await;
    let everywhere = FilterContext::ALL;
    let hide = draft("spoiler", FilterAction::Hide, &everywhere);
    pipit.create_filter(ann, hide, None).await.expect("made");
    let warn = draft("#birds", FilterAction::Warn, &everywhere);
    pipit.create_filter(ann, warn, None).await.expect("made");
    let mut stream = pipit.open_stream(ann, None).await.expect("open");
    post(pipit, bob, "a spoiler for @ann", None).await;
    let folded = post(pipit, bob, "of #birds, @ann", None).await;
    let own = post(pipit, ann, "my own spoiler of #birds", None).await;
    let mut seen = Vec::new();
    while seen.len() < 2 {
        if let Some(LiveEvent::Tweet(view)) = stream.next().await {
            seen.push((view.id(), view.folded_by.is_some()));
        }
    }
    assert_eq!(seen, [(folded, true), (own, false)]);
    let told = pipit.notifications(ann, &NotificationKind::ALL, page(20, None)).await;
    let told = told.expect("read").items;
    assert_eq!(told.len(), 1, "what is hidden is not told");
    assert!(told[0].tweet.as_ref().is_some_and(|tweet| tweet.folded_by.is_some()));

    // Warm, a reader with filters asks the database as little as one without.
    let look = async || pipit.home_timeline(ann, page(20, None)).await.expect("read").items.len();
    assert_eq!(look().await, 2);
    let before = pipit.database_statements();
    assert_eq!(look().await, 2);
    assert_eq!(pipit.database_statements(), before);
}

#[tokio::test]
async fn nobody_is_told_of_a_conversation_that_they_muted() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let pipit = &app.pipit;
        let (ann, bob) = (person(pipit, "ann").await, signed_in(pipit, "bob").await);
        let carol = person(pipit, "carol").await;
        let root = post(pipit, ann, "a question", None).await;
        let other = post(pipit, ann, "another one", None).await;
        let reply = post(pipit, bob, "an answer", Some(root)).await;
        let unread = async |who| pipit.unread_notifications(who).await.expect("read");
        assert_eq!(unread(ann).await, 1);
        for _ in 0..2 {
            let muted = pipit.set_conversation_mute(ann, reply, Standing::Set).await;
            assert_eq!(muted.expect("muted"), root, "the whole of it");
        }
        post(pipit, bob, "more for @ann and @carol", Some(reply)).await;
        pipit.set_like(carol, root, Standing::Set).await.expect("liked");
        pipit.set_retweet(carol, root, Standing::Set).await.expect("retweeted");
        assert_eq!(unread(ann).await, 1, "nothing more");
        assert_eq!(unread(carol).await, 1, "others are told");
        post(pipit, bob, "elsewhere", Some(other)).await;
        assert_eq!(unread(ann).await, 2, "of another conversation too");
        pipit.set_conversation_mute(ann, root, Standing::Unset).await.expect("heard again");
        post(pipit, bob, "and again", Some(root)).await;
        assert_eq!(unread(ann).await, 3);

        pipit.set_conversation_mute(bob, root, Standing::Set).await.expect("muted");
        let hide = draft("x", FilterAction::Hide, &[FilterContext::Home]);
        pipit.create_filter(bob, hide, None).await.expect("made");
        pipit.delete_account(bob).await.expect("deleted");
        pipit.purge_deleted_accounts().await.expect("cleared away");
        let db = app.db.connect().await;
        for table in ["filters", "filter_keywords", "conversation_mutes"] {
            let left = oracle::ids(&db, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(left, [0], "{table}");
        }
    }
}

#[tokio::test]
async fn who_begins_a_conversation_says_who_may_answer() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let pipit = &app.pipit;
        let (ann, bob) = (person(pipit, "ann").await, person(pipit, "bob").await);
        let (carol, dave) = (person(pipit, "carol").await, person(pipit, "dave").await);
        follow(pipit, ann, bob, Standing::Set).await;
        follow(pipit, dave, ann, Standing::Set).await;
        let begin = async |content, audience| {
            let reply_audience = Some(audience);
            let post = NewPost { content, reply_audience, ..NewPost::default() };
            pipit.post_tweet(ann, post, None).await.expect("posted").id()
        };
        let answer = async |who, to| {
            let post = NewPost { content: "so", reply_to: Some(to), ..NewPost::default() };
            match pipit.post_tweet(who, post, None).await {
                Ok(view) => Some(view.id()),
                Err(Error::Forbidden(_)) => None,
                Err(error) => panic!("{error}"),
            }
        };
        let few = begin("hello @carol", ReplyAudience::Followed).await;
        assert!(answer(bob, few).await.is_some(), "ann follows bob");
        assert!(answer(carol, few).await.is_some(), "she is mentioned");
        assert_eq!(answer(dave, few).await, None, "to follow ann is not enough");
        let own = answer(ann, few).await.expect("it is hers");
        assert_eq!(answer(dave, own).await, None, "it holds for the whole conversation");
        let fewer = begin("hello @carol", ReplyAudience::Mentioned).await;
        assert_eq!(answer(bob, fewer).await, None);
        let by_carol = answer(carol, fewer).await.expect("she is mentioned");
        assert_eq!(answer(bob, by_carol).await, None);
        let all = begin("hello", ReplyAudience::Everyone).await;
        assert!(answer(dave, all).await.is_some());
        follow(pipit, ann, bob, Standing::Unset).await;
        assert_eq!(answer(bob, few).await, None, "from now on");
        let view = pipit.tweet(None, few).await.expect("read");
        assert_eq!(view.card.tweet().reply_audience, ReplyAudience::Followed);
        let cold = app.cold_core().await;
        let view = cold.tweet(None, fewer).await.expect("read");
        assert_eq!(view.card.tweet().reply_audience, ReplyAudience::Mentioned);
        let late = NewPost {
            content: "x",
            reply_to: Some(all),
            reply_audience: Some(ReplyAudience::Everyone),
            ..NewPost::default()
        };
        let refused = pipit.post_tweet(dave, late, None).await;
        assert!(matches!(refused, Err(Error::InvalidField { field: "reply_audience", .. })));
    }
}

#[tokio::test]
async fn answers_are_hidden_by_whoever_began_the_conversation() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let pipit = &app.pipit;
        let (ann, bob) = (person(pipit, "ann").await, person(pipit, "bob").await);
        let root = post(pipit, ann, "a question", None).await;
        let rude = post(pipit, bob, "rude", Some(root)).await;
        let kind = post(pipit, bob, "kind", Some(root)).await;
        let own = post(pipit, ann, "own", Some(root)).await;
        let refused = async |who, id| {
            let hidden = pipit.set_hidden(who, id, Standing::Set).await;
            matches!(hidden, Err(Error::Forbidden(_)))
        };
        assert!(refused(bob, rude).await && refused(ann, own).await && refused(ann, root).await);
        for _ in 0..2 {
            let view = pipit.set_hidden(ann, rude, Standing::Set).await.expect("hidden");
            assert!(view.card.tweet().hidden);
        }
        let read = async |pipit: &Pipit, answers| {
            let thread = pipit.thread(Some(bob), root, answers, page(20, None)).await;
            let thread = thread.expect("read");
            (ids(&thread.descendants), thread.has_hidden)
        };
        for core in [pipit, &app.cold_core().await] {
            assert_eq!(read(core, Answers::Shown).await, (vec![kind.0, own.0], true));
            assert_eq!(read(core, Answers::Hidden).await, (vec![rude.0], true));
        }
        let page = pipit.user_timeline(None, bob.user_id, pipit_core::Posts::All, page(9, None));
        assert_eq!(ids(&page.await.expect("read")), [kind.0, rude.0], "it stands on its own");
        pipit.set_hidden(ann, rude, Standing::Unset).await.expect("shown");
        assert_eq!(read(pipit, Answers::Shown).await.0.len(), 3);
        assert_eq!(read(pipit, Answers::Hidden).await, (vec![], false));
    }
}
