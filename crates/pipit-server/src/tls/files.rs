//! A certificate in two files, read anew when they change: whoever renews it need not tell us.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Between two looks at the files.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The files and what they held when they last were good.
#[derive(Debug)]
pub(crate) struct Files {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

/// When each was last written; nothing if one is not there.
type Written = Option<(SystemTime, SystemTime)>;

impl Files {
    pub(super) fn open(certificate: &Path, key: &Path) -> anyhow::Result<Self> {
        let current = RwLock::new(Arc::new(read(certificate, key)?));
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), current })
    }

    fn written(&self) -> Written {
        let of = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        of(&self.certificate).zip(of(&self.key))
    }

    /// Never ends.
    pub(super) async fn watch(&self) {
        // What was written between reading and now is read once more.
        let mut seen: Written = None;
        loop {
            let written = self.written();
            if written != seen {
                seen = written;
                self.renew();
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Takes what the files hold now; what does not fit together, or is half written, is not shown
    /// to anybody: the certificate before it goes on.
    fn renew(&self) {
        match read(&self.certificate, &self.key) {
            Ok(new) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                if new.cert != current.cert {
                    *current = Arc::new(new);
                    tracing::info!("a new certificate is shown from now on");
                }
            }
            Err(error) => {
                let why = format!("{error:#}");
                tracing::error!(why, "the certificate's files changed and cannot be used");
            }
        }
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn read(certificate: &Path, key: &Path) -> anyhow::Result<CertifiedKey> {
    let told = |path: &Path| format!("reading {}", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<_, _>>)
        .with_context(|| told(certificate))?;
    if chain.is_empty() {
        anyhow::bail!("{} holds no certificate: write it as PEM", certificate.display());
    }
    let der = PrivateKeyDer::from_pem_file(key).with_context(|| told(key))?;
    let provider = aws_lc_rs::default_provider();
    // It looks whether the two belong together, too.
    CertifiedKey::from_der(chain, der, &provider).with_context(|| {
        format!("the key in {} and the certificate in {}", key.display(), certificate.display())
    })
}
