//! Pages that were written before are given again, and never when they would be written otherwise.

use std::cell::Cell;
use std::sync::atomic::Ordering;

use pipit_core::{Asked, Caller, Deed, Form, Moderator, Pipit, Written};
use pipit_model::Timestamp;
use pipit_model::event::Standing;
use pipit_model::filter::{FilterAction, FilterContext};
use pipit_model::moderation::ActionKind;
use pipit_model::page::Page;
use pipit_model::user::ProfileEdit;
use pipit_testkit::{Backend, TestApp, backends};

use crate::filters::draft;
use crate::{follow, named, page, person, post, signed_in};

/// A page as a text with everything in it.
pub(crate) async fn written(
    pipit: &Pipit,
    reader: Option<Caller>,
    asked: Asked<'_>,
    page: Page,
) -> String {
    write(pipit, reader, asked, page, None).await.0
}

/// The page, and whether it had to be written.
async fn write(
    pipit: &Pipit,
    reader: Option<Caller>,
    asked: Asked<'_>,
    page: Page,
    until: Option<Timestamp>,
) -> (String, bool) {
    let is_written = Cell::new(false);
    let body = pipit.written_page(reader, asked, page, Some(Form::of("test")), |listed| {
        is_written.set(true);
        Ok(Written { body: format!("{listed:?}").into(), until })
    });
    let body = body.await.expect("read");
    (String::from_utf8(body.into()).expect("text"), is_written.get())
}

/// Somebody's home.
async fn home(pipit: &Pipit, reader: Caller) -> (String, bool) {
    write(pipit, Some(reader), Asked::Home(reader), page(20, None), None).await
}

#[tokio::test]
async fn a_page_is_written_when_something_in_it_changed() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let pipit = &app.pipit;
        let (ann, cat) = (person(pipit, "ann").await, person(pipit, "cat").await);
        // With a session that may delete the account.
        let bob = signed_in(pipit, "bob").await;
        follow(pipit, ann, bob, Standing::Set).await;
        let id = post(pipit, bob, "a spoiler", None).await;
        let mut seen = home(pipit, ann).await.0;
        let changed = async |seen: &mut String, what: &str| {
            let (now, is_written) = home(pipit, ann).await;
            assert!(is_written && now != *seen, "{what} on {backend:?}: {now}");
            assert_eq!(home(pipit, ann).await.0, now, "{what}");
            *seen = now;
        };
        assert_eq!(home(pipit, ann).await, (seen.clone(), false), "it is given again");

        pipit.set_like(ann, id, Standing::Set).await.expect("liked");
        changed(&mut seen, "one's own like").await;
        pipit.set_like(cat, id, Standing::Set).await.expect("liked");
        changed(&mut seen, "a like of somebody else's").await;
        pipit.set_bookmark(ann, id, Standing::Set).await.expect("kept");
        changed(&mut seen, "a bookmark").await;
        let name = ProfileEdit { name: Some("Bobby".into()), ..ProfileEdit::default() };
        pipit.edit_profile(bob, name).await.expect("changed");
        changed(&mut seen, "an author's name").await;
        post(pipit, bob, "more", None).await;
        changed(&mut seen, "a tweet").await;
        let second = pipit.set_retweet(bob, id, Standing::Set).await.expect("retweeted");
        changed(&mut seen, "a retweet").await;
        pipit.delete_tweet(bob, id).await.expect("deleted");
        changed(&mut seen, "what is deleted, and its retweet").await;
        assert!(!seen.contains("spoiler"), "{second:?}");
        post(pipit, bob, "another spoiler", None).await;
        changed(&mut seen, "a tweet").await;
        let warn = draft("spoiler", FilterAction::Warn, &[FilterContext::Home]);
        pipit.create_filter(ann, warn, None).await.expect("made");
        changed(&mut seen, "a filter").await;
        pipit.set_block(ann, &named(bob), Standing::Set).await.expect("blocked");
        changed(&mut seen, "a block").await;
        pipit.set_block(ann, &named(bob), Standing::Unset).await.expect("unblocked");
        follow(pipit, ann, bob, Standing::Set).await;
        changed(&mut seen, "a follow").await;
        pipit.delete_account(bob).await.expect("deleted");
        changed(&mut seen, "an account that is gone").await;
    }
}

#[tokio::test]
async fn what_ends_by_itself_is_not_given_any_longer() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let (ann, bob) = (person(pipit, "ann").await, person(pipit, "bob").await);
    follow(pipit, ann, bob, Standing::Set).await;
    post(pipit, bob, "a spoiler", None).await;
    let pass = |secs: i64| app.time.fetch_add(secs * 1000, Ordering::Relaxed);

    let mut warn = draft("spoiler", FilterAction::Warn, &[FilterContext::Home]);
    warn.expires_in_secs = Some(60);
    pipit.create_filter(ann, warn, None).await.expect("made");
    assert!(home(pipit, ann).await.0.contains("about spoiler"));
    pass(59);
    assert!(!home(pipit, ann).await.1, "it is given again");
    pass(1);
    let (seen, is_written) = home(pipit, ann).await;
    assert!(is_written && !seen.contains("about spoiler"));

    pipit.mute(ann, &named(bob), Some(60)).await.expect("muted");
    assert!(!home(pipit, ann).await.0.contains("spoiler"));
    pass(60);
    assert!(home(pipit, ann).await.0.contains("spoiler"));

    // What a door says of its own writing.
    let until = Some(Timestamp(app.time.load(Ordering::Relaxed) + 1000));
    let public = async || write(pipit, None, Asked::Public, page(20, None), until).await.1;
    assert_eq!((public().await, public().await), (true, false));
    pass(1);
    assert!(public().await);
}

#[tokio::test]
async fn a_page_that_was_filled_up_is_not_given_again() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let (ann, bob, cat) =
        (person(pipit, "ann").await, person(pipit, "bob").await, person(pipit, "cat").await);
    for whom in [bob, cat] {
        follow(pipit, ann, whom, Standing::Set).await;
    }
    for n in 0..4 {
        post(pipit, bob, &format!("old {n}"), None).await;
    }
    post(pipit, cat, "of cat", None).await;
    post(pipit, bob, "new", None).await;
    let act = async |kind| {
        let reason = "because".to_owned();
        let deed = Deed { user_id: cat.user_id, kind, reason, tweets: Vec::new(), report: None };
        pipit.act(Moderator::operator(), deed).await.expect("done");
    };
    let home = async || write(pipit, Some(ann), Asked::Home(ann), page(3, None), None).await.0;
    assert!(home().await.contains("of cat"));
    act(ActionKind::Suspend).await;
    let without = home().await;
    assert!(!without.contains("of cat") && without.contains("old 2"), "{without}");
    act(ActionKind::Restore).await;
    assert!(home().await.contains("of cat"));
}

#[tokio::test]
async fn each_reader_form_and_length_has_its_own() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let (ann, bob) = (person(pipit, "ann").await, person(pipit, "bob").await);
    let id = post(pipit, bob, "one", None).await;
    post(pipit, bob, "two", None).await;
    pipit.set_like(ann, id, Standing::Set).await.expect("liked");
    let public =
        async |reader, limit| write(pipit, reader, Asked::Public, page(limit, None), None).await;
    let mut all = Vec::new();
    for reader in [Some(ann), Some(bob), None] {
        for limit in [1, 20] {
            let (seen, is_written) = public(reader, limit).await;
            assert!(is_written, "{reader:?}, {limit}");
            assert!(!public(reader, limit).await.1, "{reader:?}, {limit}");
            all.push(seen);
        }
    }
    assert!(all[1] != all[3], "a like is one's own");
    let later = write(pipit, None, Asked::Public, page(20, Some(id.0 + 1)), None).await;
    assert!(later.1 && later.0 != all[5], "later pages are not kept");
    assert!(write(pipit, None, Asked::Public, page(20, Some(id.0 + 1)), None).await.1);
    let other = |_: &_| Ok(Written { body: "other".into(), until: None });
    let form = Some(Form::of("other"));
    let other = pipit.written_page(None, Asked::Public, page(20, None), form, other);
    assert_eq!(other.await.expect("read"), "other");
}

#[tokio::test]
async fn what_others_do_elsewhere_costs_nothing() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let (ann, bob, cat) =
        (person(pipit, "ann").await, person(pipit, "bob").await, person(pipit, "cat").await);
    follow(pipit, ann, bob, Standing::Set).await;
    post(pipit, bob, "quiet", None).await;
    home(pipit, ann).await;
    // Two keys may share a counter: not each time.
    let mut given = 0;
    for n in 0..10 {
        let id = post(pipit, cat, &format!("loud {n}"), None).await;
        pipit.set_like(cat, id, Standing::Set).await.expect("liked");
        given += usize::from(!home(pipit, ann).await.1);
    }
    assert!(given > 5, "{given} of 10");
}
