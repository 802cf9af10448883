//! The same of every place: a folder and memory always, a server of S3 if `scripts/with-s3` started
//! one.

use super::*;

#[expect(clippy::disallowed_methods, reason = "how scripts/with-s3 speaks to this test")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The bucket that `scripts/with-s3` made. Under `scripts/test` there must be one.
fn bucket(prefix: &str) -> Option<Bucket> {
    let endpoint = environment("PIPIT_TEST_S3");
    let missing = endpoint.is_none() && environment("PIPIT_TEST_ALL").is_some();
    assert!(!missing, "a server of S3 is missing: run through scripts/with-s3");
    Some(Bucket {
        name: "pictures".to_owned(),
        prefix: prefix.to_owned(),
        region: "us-east-1".to_owned(),
        endpoint: Some(endpoint?),
        key: Some(AccessKey { id: "test".to_owned(), secret: "secret".to_owned() }),
    })
}

fn png(digit: &str) -> String {
    format!("{}.png", digit.repeat(32))
}

#[tokio::test]
async fn files_are_kept_under_names_of_ours_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut places = vec![Place::Memory, Place::Folder(folder.path().join("media"))];
    places.extend(["", "some/where"].into_iter().filter_map(bucket).map(Place::S3));
    for place in places {
        let files = Files::open(&place).await.expect("a place");
        let name = png("a");
        assert_eq!(files.get(&name).await.expect("answers"), None, "{place}");
        files.put(&name, b"abc".to_vec()).await.expect("stored");
        assert_eq!(files.get(&name).await.expect("answers").as_deref(), Some(&b"abc"[..]));
        files.put(&name, vec![7; 3 << 20]).await.expect("stored again");
        assert_eq!(files.get(&name).await.expect("answers").map(|b| b.len()), Some(3 << 20));
        files.delete(&name).await.expect("deleted");
        files.delete(&name).await.expect("nothing to delete is fine");
        assert_eq!(files.get(&name).await.expect("answers"), None);
        assert_eq!(files.get(TRIAL).await.expect("answers"), None, "nothing is left of the trial");
        for bad in ["../x.png", "x.png", "/etc/passwd", ""] {
            assert!(matches!(files.get(bad).await, Err(Error::NotFound(_))), "{bad}");
            assert!(files.put(bad, Vec::new()).await.is_err());
        }
    }
}

#[tokio::test]
async fn prefixes_of_one_bucket_do_not_meet() {
    let Some((one, other)) = bucket("one").zip(bucket("other")) else { return };
    let one = Files::open(&Place::S3(one)).await.expect("a place");
    let other = Files::open(&Place::S3(other)).await.expect("a place");
    one.put(&png("b"), b"abc".to_vec()).await.expect("stored");
    assert_eq!(other.get(&png("b")).await.expect("answers"), None);
}

#[tokio::test]
async fn a_place_that_cannot_be_used_says_so_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").expect("written");
    let nobody = Bucket {
        name: "pictures".to_owned(),
        prefix: String::new(),
        region: "us-east-1".to_owned(),
        // Nothing listens there.
        endpoint: Some("http://127.0.0.1:9".to_owned()),
        key: Some(AccessKey { id: "test".to_owned(), secret: "secret".to_owned() }),
    };
    assert!(!format!("{nobody:?}").contains("secret\""), "{nobody:?}");
    let missing = bucket("").map(|bucket| Bucket { name: "missing".to_owned(), ..bucket });
    let places = [Place::Folder(file), Place::S3(nobody)];
    for place in places.into_iter().chain(missing.map(Place::S3)) {
        let error = Files::open(&place).await.expect_err("unusable").to_string();
        assert!(error.contains(&place.to_string()), "{place}: {error}");
        assert!(!error.contains("NoSuchBucket") || error.contains("missing"), "{error}");
    }
}
