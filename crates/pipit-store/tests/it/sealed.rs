//! What lies sealed, and is sealed anew.

use pipit_model::UserId;
use pipit_model::user::Handle;
use pipit_store::{KeptKey, Login, Resealed, Sealed, SealedColumn, SealedEmail, StoreError};
use pipit_testkit::backends;

use crate::{Fixture, new_user};

fn sealed(text: &str, key: i64) -> Sealed {
    Sealed { text: text.to_owned(), key }
}

#[tokio::test]
async fn rows_are_sealed_anew_unless_they_changed() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let rows = f.store.list_sealed(SealedColumn::Email, 2, 10).await.expect("read");
        assert_eq!(rows.iter().map(|row| row.id).max(), Some(bob.0));
        assert!(f.store.list_sealed(SealedColumn::Email, 1, 10).await.expect("read").is_empty());
        let anew = |row| Resealed {
            old: row,
            new: sealed("anew", 2),
            email_key: Some("new hash".to_owned()),
        };
        // Only one of the two may have this hash: both or none are written.
        let both = rows.iter().cloned().map(anew).collect();
        let refused = f.store.reseal(SealedColumn::Email, both).await;
        assert!(matches!(refused, Err(StoreError::Taken("email"))), "{refused:?}");
        let of_ann = rows.into_iter().find(|row| row.id == ann.0).expect("hers");
        f.store.reseal(SealedColumn::Email, vec![anew(of_ann.clone())]).await.expect("sealed");
        // It is no longer what was read: nothing happens.
        let stale = Resealed { email_key: None, new: sealed("stale", 3), old: of_ann };
        f.store.reseal(SealedColumn::Email, vec![stale]).await.expect("left");
        let login = Login::Email(vec!["x".into(), "new hash".into()]);
        let found = f.store.find_credentials(&login).await.expect("read").expect("there");
        assert_eq!((found.user_id, found.email), (ann, sealed("anew", 2)));
        let mut counts = f.store.count_sealed(SealedColumn::Email).await.expect("read");
        counts.sort_unstable();
        assert_eq!(counts, [(1, 1), (2, 1)]);
        f.store.scrub().await.expect("scrubbed");
    }
}

#[tokio::test]
async fn an_address_is_taken_by_whichever_key_it_was_hashed() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        f.user("ann").await;
        let mut late = new_user(UserId(7), "late");
        late.email = SealedEmail {
            sealed: sealed("text", 2),
            keys: vec!["by the new key".to_owned(), "hash of ann".to_owned()],
        };
        let refused = f.store.insert_user(late.clone()).await;
        assert!(matches!(refused, Err(StoreError::Taken("email"))), "{refused:?}");
        late.email.keys[1] = "hash of nobody".to_owned();
        late.handle = Handle::new("later").expect("a handle");
        f.store.insert_user(late).await.expect("opened");
    }
}

#[tokio::test]
async fn shared_secrets_are_sealed_anew() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let now = pipit_model::Timestamp(1);
        f.store.get_or_insert_key("k", sealed("plain", 0), now).await.expect("made");
        let old = KeptKey { id: "k".to_owned(), secret: sealed("plain", 0) };
        assert_eq!(f.store.list_keys().await.expect("read"), std::slice::from_ref(&old));
        for _ in 0..2 {
            f.store.reseal_key(old.clone(), sealed("once", 1)).await.expect("sealed");
        }
        assert_eq!(f.store.list_keys().await.expect("read")[0].secret, sealed("once", 1));
    }
}
