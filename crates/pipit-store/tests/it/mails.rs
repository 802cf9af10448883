//! Letters, devices, invitations, addresses that change.

use std::cell::Cell;

use pipit_model::{SessionId, Timestamp, UserId};
use pipit_store::{
    Device, Invitation, Login, Mail, Sealed, SealedEmail, Session, SessionRow, StoreError,
};
use pipit_testkit::{backends, oracle};

use crate::{Fixture, new_user};

fn mail(id: i64) -> Mail {
    let note = Sealed { text: format!("note {id}"), key: 1 };
    Mail { id, due_at: Timestamp(id), tries: 0, note }
}

#[tokio::test]
async fn a_letter_is_taken_by_one_and_comes_back_unless_it_is_sent() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        for id in [2, 1, 3] {
            f.store.insert_mail(mail(id)).await.expect("kept");
        }
        let due = f.store.list_due_mails(Timestamp(2), 9).await.expect("read");
        assert_eq!(due, [mail(1), mail(2)]);
        for expected in [true, false] {
            let taken = f.store.take_mail(&due[0], Timestamp(50)).await.expect("asked");
            assert_eq!(taken, expected);
        }
        f.store.delete_mail(2).await.expect("sent");
        let due = f.store.list_due_mails(Timestamp(50), 9).await.expect("read");
        let left: Vec<_> = due.iter().map(|mail| (mail.id, mail.tries)).collect();
        assert_eq!(left, [(3, 0), (1, 1)]);
    }
}

#[tokio::test]
async fn a_new_device_is_told_of_and_the_first_is_not() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        for (n, device, told) in
            [(1, "phone", 0), (2, "phone", 0), (3, "tablet", 1), (4, "phone", 1)]
        {
            let now = Timestamp(n);
            let session = Session {
                id: SessionId(n),
                user_id: ann,
                created_at: now,
                expires_at: now,
                proved_at: now,
                grant: None,
            };
            let user_agent = Sealed { text: "sealed".to_owned(), key: 1 };
            let device = Device { hash: device.to_owned(), notice: Some(mail(n)) };
            let row = SessionRow { session, user_agent };
            f.store.insert_session(row, device, 9, None).await.expect("begun");
            let due = f.store.list_due_mails(Timestamp(99), 9).await.expect("read");
            assert_eq!(due.len(), told, "{n}");
        }
        let users = f.store.get_users(&[ann]).await.expect("read");
        f.store.delete_user(&users[0], Timestamp(9)).await.expect("deleted");
        let db = f.db.connect().await;
        assert_eq!(oracle::ids(&db, "SELECT COUNT(*) FROM known_devices").await, [0]);
    }
}

#[tokio::test]
async fn an_invitation_opens_so_many_accounts_until_its_end() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let now = Timestamp(1_700_000_000_000);
        // The id says when an account is opened.
        let opened = Cell::new(0);
        let id_at = |at: Timestamp| UserId((at.0 << 16) | opened.replace(opened.get() + 1));
        let invitation = Invitation {
            code_hash: "code".to_owned(),
            created_at: now,
            expires_at: now.plus_secs(60),
            uses_left: 2,
        };
        f.store.insert_invitation(invitation).await.expect("made");
        let open = async |handle: &str, at: Timestamp, code: &str| {
            let mut new = new_user(id_at(at), handle);
            new.invitation = Some(code.to_owned());
            f.store.insert_user(new).await
        };
        let refused = |opened: Result<_, StoreError>| {
            matches!(opened, Err(StoreError::NotFound("invitation")))
        };
        assert!(refused(open("a", now, "another").await));
        open("bb", now, "code").await.expect("opened");
        assert!(matches!(open("bb", now, "code").await, Err(StoreError::Taken(_))), "not used");
        assert!(refused(open("ccc", now.plus_secs(60), "code").await), "too late");
        open("dddd", now, "code").await.expect("opened");
        assert!(refused(open("eeeee", now, "code").await), "used up");
    }
}

#[tokio::test]
async fn an_address_changes_if_it_is_what_it_was_and_free() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, _) = (f.user("ann").await, f.user("bob").await);
        let find = async || {
            let found = f.store.find_credentials(&Login::User(ann)).await;
            found.expect("read").expect("there")
        };
        let was = find().await;
        assert_eq!(was.confirmed_at, None);
        let new = |hashes: &[&str]| SealedEmail {
            sealed: Sealed { text: "new".to_owned(), key: 2 },
            keys: hashes.iter().map(|hash| (*hash).to_owned()).collect(),
        };
        for taken in [&["hash of bob"][..], &["new hash", "hash of bob"]] {
            let set = f.store.set_email(was.clone(), new(taken), None, None);
            let set = set.await;
            assert!(matches!(set, Err(StoreError::Taken("email"))), "{set:?}");
        }
        // Of the old key, the address may well be one's own.
        for expected in [true, false] {
            let free = new(&["new hash", "hash of ann"]);
            let (at, notice) = (Some(Timestamp(5)), Some(mail(1)));
            let set = f.store.set_email(was.clone(), free, at, notice).await;
            assert_eq!(set.is_ok(), expected, "{set:?}");
        }
        assert_eq!(find().await.confirmed_at, Some(Timestamp(5)));
        assert_eq!(f.store.list_due_mails(Timestamp(9), 9).await.expect("read"), [mail(1)]);
    }
}
