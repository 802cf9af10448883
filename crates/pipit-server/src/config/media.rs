//! Where the files of pictures are: a folder, or a bucket of S3.

use std::path::{Path, PathBuf};

use anyhow::bail;
use pipit_core::{AccessKey, Bucket, MediaPlace};

/// What was said about it, wherever it was said.
#[derive(Default)]
pub(super) struct Given {
    pub(super) folder: Option<PathBuf>,
    pub(super) url: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) region: Option<String>,
    pub(super) key_id: Option<String>,
    pub(super) secret: Option<String>,
}

/// The place that was meant. Without `media_url` what is said about S3 means nothing: its variables
/// may be there for other programs.
pub(super) fn place(given: Given, data_dir: &Path) -> anyhow::Result<MediaPlace> {
    let Some(url) = given.url.filter(|url| !url.is_empty()) else {
        return Ok(MediaPlace::Folder(given.folder.unwrap_or_else(|| data_dir.join("media"))));
    };
    if given.folder.is_some() {
        bail!("media_dir and media_url cannot hold both: leave one of them out");
    }
    let rest = url.strip_prefix("s3://").unwrap_or_default().trim_end_matches('/');
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if !is_bucket_name(name) {
        bail!("media_url must look like s3://bucket or s3://bucket/prefix, not {url:?}");
    }
    let endpoint = given.endpoint.filter(|endpoint| !endpoint.is_empty());
    if let Some(endpoint) = &endpoint
        && !["https://", "http://"].iter().any(|scheme| endpoint.starts_with(scheme))
    {
        bail!("s3_endpoint must start with https:// or http://, not be {endpoint:?}");
    }
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let key = match (filled(given.key_id), filled(given.secret)) {
        (Some(id), Some(secret)) => Some(AccessKey { id, secret }),
        (None, None) => None,
        (Some(_), None) => bail!("s3_access_key_id is there, its s3_secret_access_key is missing"),
        (None, Some(_)) => bail!("s3_secret_access_key is there, its s3_access_key_id is missing"),
    };
    Ok(MediaPlace::S3(Bucket {
        name: name.to_owned(),
        prefix: prefix.to_owned(),
        region: filled(given.region).unwrap_or_else(|| "us-east-1".to_owned()),
        endpoint: endpoint.map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
        key,
    }))
}

/// As Amazon has them: 3 to 63 of a–z 0–9 . -
fn is_bucket_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    (3..=63).contains(&name.len()) && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_url(url: &str) -> Given {
        Given { url: Some(url.to_owned()), ..Given::default() }
    }

    fn found(given: Given) -> Result<String, String> {
        let place = place(given, Path::new("data"));
        place.map(|place| place.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_folder_or_a_bucket() {
        assert_eq!(found(Given::default()), Ok("data/media".to_owned()));
        let folder = Given { folder: Some("pictures".into()), ..Given::default() };
        assert_eq!(found(folder), Ok("pictures".to_owned()));
        assert_eq!(found(of_url("s3://birds")), Ok("s3://birds in us-east-1".to_owned()));
        let elsewhere = Given {
            endpoint: Some("http://127.0.0.1:9000/".to_owned()),
            key_id: Some("id".to_owned()),
            secret: Some("s3cret".to_owned()),
            ..of_url("s3://birds/a/b/")
        };
        let place = place(elsewhere, Path::new("data")).expect("a bucket");
        assert_eq!(place.to_string(), "s3://birds/a/b at http://127.0.0.1:9000");
        assert!(!format!("{place:?}").contains("s3cret"));
    }

    #[test]
    fn mistakes_are_told() {
        for bad in ["birds", "s3://", "s3://B", "https://birds", "s3://a b/c"] {
            assert!(found(of_url(bad)).expect_err(bad).contains("s3://bucket"), "{bad}");
        }
        let both = Given { folder: Some("pictures".into()), ..of_url("s3://birds") };
        assert!(found(both).expect_err("both").contains("media_dir"));
        let half = Given { key_id: Some("id".to_owned()), ..of_url("s3://birds") };
        assert!(found(half).expect_err("half").contains("s3_secret_access_key"));
        let plain = Given { endpoint: Some("127.0.0.1:9000".to_owned()), ..of_url("s3://birds") };
        assert!(found(plain).expect_err("no scheme").contains("s3_endpoint"));
    }
}
