//! Second factors: each code once, whoever asks at the same moment.

use pipit_model::Timestamp;
use pipit_store::{Sealed, StoreError};
use pipit_testkit::backends;
use tokio::task::JoinSet;

use crate::Fixture;

#[tokio::test]
async fn a_code_is_good_once() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (store, ann) = (&f.store, f.user("ann").await);
        let secret = |text: &str| Sealed { text: text.to_owned(), key: 1 };
        let now = Timestamp(5);
        store.set_second_factor(ann, secret("first"), now).await.expect("offered");
        store.set_second_factor(ann, secret("second"), now).await.expect("offered again");
        assert!(!store.use_step(ann, 9).await.expect("asked"), "not confirmed");
        let hashes = vec!["a".to_owned(), "b".to_owned()];
        store.confirm_second_factor(ann, 10, hashes.clone(), now).await.expect("confirmed");
        let again = store.confirm_second_factor(ann, 11, hashes, now).await;
        assert!(matches!(again, Err(StoreError::NotFound(_))), "{again:?}");
        let other = store.set_second_factor(ann, secret("third"), now).await;
        assert!(matches!(other, Err(StoreError::Forbidden(_))), "{other:?}");
        let found = store.find_second_factor(ann).await.expect("read").expect("there");
        assert_eq!((found.secret, found.confirmed_at), (secret("second"), Some(now)));

        assert!(!store.use_step(ann, 10).await.expect("asked"), "the one that confirmed it");
        let mut tries = JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            tries.spawn(async move { store.use_step(ann, 11).await.expect("asked") });
        }
        let good = tries.join_all().await.into_iter().filter(|good| *good).count();
        assert_eq!(good, 1);
        assert!(!store.use_step(ann, 10).await.expect("asked"), "an earlier one");
        for expected in [true, false] {
            let used = store.use_recovery_code(ann, "a".to_owned()).await.expect("asked");
            assert_eq!(used, expected);
        }
        assert_eq!(store.count_recovery_codes(ann).await.expect("counted"), 1);
        store.set_recovery_codes(ann, vec!["c".to_owned()]).await.expect("replaced");
        assert!(!store.use_recovery_code(ann, "b".to_owned()).await.expect("asked"));
        store.delete_second_factor(ann).await.expect("removed");
        assert!(store.find_second_factor(ann).await.expect("read").is_none());
        assert_eq!(store.count_recovery_codes(ann).await.expect("counted"), 0);
    }
}
