//! HTTPS in this server: certificate files, or an authority that gives certificates.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::tls::Certificates;

/// Where most certificates come from.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// What was said about it, wherever it was said.
#[derive(Default)]
pub(super) struct Given {
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) domains: Option<Vec<String>>,
    pub(super) contact: Option<String>,
    pub(super) directory: Option<String>,
}

/// The certificates that were meant; none if this server speaks no TLS.
pub(super) fn certificates(given: Given, data_dir: &Path) -> anyhow::Result<Option<Certificates>> {
    let domains: Vec<String> =
        given.domains.into_iter().flatten().filter(|d| !d.is_empty()).collect();
    match (given.certificate, given.key) {
        (Some(_), Some(_)) if !domains.is_empty() => {
            bail!("tls_certificate and acme_domains cannot hold both: leave one of them out")
        }
        (Some(certificate), Some(key)) => Ok(Some(Certificates::Files { certificate, key })),
        (Some(_), None) => bail!("tls_certificate is there, its tls_key is missing"),
        (None, Some(_)) => bail!("tls_key is there, its tls_certificate is missing"),
        (None, None) if domains.is_empty() => Ok(None),
        (None, None) => {
            if let Some(wrong) = domains.iter().find(|domain| !is_domain(domain)) {
                bail!("acme_domains must be names like pipit.example, not {wrong:?}");
            }
            let directory = given.directory.unwrap_or_else(|| LETS_ENCRYPT.to_owned());
            if !directory.starts_with("https://") {
                bail!("acme_directory must start with https://, not be {directory:?}");
            }
            let folder = data_dir.join("acme");
            let contact = given.contact.filter(|contact| !contact.is_empty());
            Ok(Some(Certificates::Acme { domains, contact, directory, folder }))
        }
    }
}

/// A name with dots, which no authority gives a certificate without.
fn is_domain(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    name.contains('.') && name.chars().all(fits) && !name.starts_with('.')
}

/// The address that people see, as far as TLS tells it; what was said must fit to it.
pub(super) fn public_url(
    said: Option<String>,
    certificates: Option<&Certificates>,
) -> anyhow::Result<Option<String>> {
    if let (Some(url), Some(_)) = (&said, certificates)
        && !url.starts_with("https://")
    {
        bail!("public_url must start with https:// when this server speaks TLS, not be {url:?}");
    }
    let named = match certificates {
        Some(Certificates::Acme { domains, .. }) => domains.first(),
        _ => None,
    };
    Ok(said.or_else(|| named.map(|domain| format!("https://{domain}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(given: Given) -> Result<String, String> {
        let found = certificates(given, Path::new("data")).map_err(|error| error.to_string())?;
        Ok(found.map_or_else(|| "none".to_owned(), |certificates| certificates.to_string()))
    }

    fn acme(domains: &[&str]) -> Given {
        let domains = domains.iter().map(|&domain| domain.to_owned()).collect();
        Given { domains: Some(domains), ..Given::default() }
    }

    #[test]
    fn files_or_an_authority() {
        assert_eq!(found(Given::default()), Ok("none".to_owned()));
        let files = || Given {
            certificate: Some("a.pem".into()),
            key: Some("a.key".into()),
            ..Given::default()
        };
        assert_eq!(found(files()), Ok("a.pem".to_owned()));
        let wanted = format!("for pipit.example, www.pipit.example from {LETS_ENCRYPT}");
        assert_eq!(found(acme(&["pipit.example", "www.pipit.example"])), Ok(wanted));
        let authority = certificates(acme(&["pipit.example"]), Path::new("data")).expect("fine");
        let url = public_url(None, authority.as_ref()).expect("fine");
        assert_eq!(url.as_deref(), Some("https://pipit.example"));
    }

    #[test]
    fn mistakes_are_told() {
        let half = Given { certificate: Some("a.pem".into()), ..Given::default() };
        assert!(found(half).expect_err("half").contains("tls_key is missing"));
        let both = Given {
            certificate: Some("a.pem".into()),
            key: Some("a.key".into()),
            ..acme(&["pipit.example"])
        };
        assert!(found(both).expect_err("both").contains("leave one"));
        for wrong in ["localhost", "https://pipit.example", "a b.example", ".example"] {
            assert!(found(acme(&[wrong])).expect_err(wrong).contains("acme_domains"), "{wrong}");
        }
        let plain = Given { directory: Some("http://x".to_owned()), ..acme(&["pipit.example"]) };
        assert!(found(plain).expect_err("plain").contains("acme_directory"));
        let authority = certificates(acme(&["pipit.example"]), Path::new("data")).expect("fine");
        let plain = Some("http://pipit.example".to_owned());
        assert!(public_url(plain.clone(), authority.as_ref()).is_err());
        assert_eq!(public_url(plain.clone(), None).expect("without TLS"), plain);
    }
}
