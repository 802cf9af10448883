//! A bucket of Amazon's S3, or of a server that speaks its protocol (Ceph, Garage and others).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use pipit_model::limits::{S3_CONNECT_SECS_MAX, S3_RETRIES, S3_SECS_MAX};
use pipit_model::{Error, Result};

/// Where a bucket is, and what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What stands before the names of all files in it; may be empty.
    pub prefix: String,
    /// The region it is in.
    pub region: String,
    /// The server's address; [`None`] for Amazon's.
    pub endpoint: Option<String>,
    /// What opens it; [`None`] to ask the machine's metadata service, as Amazon's machines can.
    pub key: Option<AccessKey>,
}

/// A key and its secret, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// The key.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.name)?;
        if !self.prefix.is_empty() {
            write!(f, "/{}", self.prefix)?;
        }
        match &self.endpoint {
            Some(endpoint) => write!(f, " at {endpoint}"),
            None => write!(f, " in {}", self.region),
        }
    }
}

impl Bucket {
    pub(super) fn connect(&self) -> Result<Arc<dyn ObjectStore>> {
        let store = self.client().map_err(|error| {
            Error::Unavailable(format!("pictures cannot go to {self}: {error}"))
        })?;
        if self.prefix.is_empty() {
            return Ok(Arc::new(store));
        }
        Ok(Arc::new(PrefixStore::new(store, Path::from(self.prefix.as_str()))))
    }

    fn client(&self) -> object_store::Result<AmazonS3> {
        let timing = ClientOptions::new()
            .with_connect_timeout(Duration::from_secs(S3_CONNECT_SECS_MAX))
            .with_timeout(Duration::from_secs(S3_SECS_MAX));
        let retry = RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: S3_RETRIES,
            retry_timeout: Duration::from_secs(S3_SECS_MAX),
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_client_options(timing)
            .with_retry(retry);
        if let Some(endpoint) = &self.endpoint {
            // Without TLS only where whoever runs the server says so in the address.
            let is_plain = endpoint.starts_with("http://");
            builder = builder.with_endpoint(endpoint).with_allow_http(is_plain);
        }
        if let Some(AccessKey { id, secret }) = &self.key {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        builder.build()
    }
}
