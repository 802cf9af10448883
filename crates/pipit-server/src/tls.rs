//! HTTPS: which certificate this server shows, and where it has it from.

mod files;
mod redirect;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::Response;
use futures_util::StreamExt;
use pipit_model::limits::HANDSHAKE_SECS_MAX;
use rustls_acme::caches::DirCache;
use rustls_acme::{AcmeConfig, AcmeState};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::server::ResolvesServerCert;
use tokio_rustls::server::TlsStream;

use crate::listen::Stop;
use files::Files;
pub(crate) use redirect::router as redirect;

const HTTP_2: &[u8] = b"h2";
/// What an authority connects with to see whether a name is ours (RFC 8737).
const ACME: &[u8] = b"acme-tls/1";
/// A year, as OWASP asks: browsers that were here once never come without TLS again.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Where the certificate is from.
#[derive(Clone)]
pub(crate) enum Certificates {
    /// Two files of the operator's, read anew when they change.
    Files { certificate: PathBuf, key: PathBuf },
    /// An authority that speaks ACME, like Let's Encrypt.
    Acme { domains: Vec<String>, contact: Option<String>, directory: String, folder: PathBuf },
}

/// For the first lines.
impl fmt::Display for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files { certificate, .. } => write!(f, "{}", certificate.display()),
            Self::Acme { domains, directory, .. } => {
                write!(f, "for {} from {directory}", domains.join(", "))
            }
        }
    }
}

/// Connections as the client meant them.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

/// What keeps the certificate current, as a task of the server.
pub(crate) enum Keeper {
    Files(Arc<Files>),
    Acme(Box<AcmeState<std::io::Error>>),
}

/// Which protocol was agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

impl Tls {
    /// Reads the certificate, or prepares to ask for one.
    pub(crate) fn open(certificates: &Certificates) -> anyhow::Result<(Self, Keeper)> {
        let (resolver, keeper): (Arc<dyn ResolvesServerCert>, _) = match certificates {
            Certificates::Files { certificate, key } => {
                let files = Arc::new(Files::open(certificate, key)?);
                (files.clone(), Keeper::Files(files))
            }
            Certificates::Acme { domains, contact, directory, folder } => {
                let contact = contact.iter().map(|address| format!("mailto:{address}"));
                let config = AcmeConfig::new(domains)
                    .contact(contact)
                    .directory(directory)
                    .cache(DirCache::new(folder.clone()));
                let state = config.state();
                (state.resolver(), Keeper::Acme(Box::new(state)))
            }
        };
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .context("preparing TLS")?
                .with_no_client_auth()
                .with_cert_resolver(resolver);
        config.alpn_protocols = vec![HTTP_2.to_vec(), b"http/1.1".to_vec()];
        if matches!(keeper, Keeper::Acme(_)) {
            config.alpn_protocols.push(ACME.to_vec());
        }
        Ok((Self(TlsAcceptor::from(Arc::new(config))), keeper))
    }

    /// Agrees on keys with a client; nothing if that fails or takes too long, or if it was an
    /// authority that only looked.
    pub(crate) async fn accept<S>(&self, socket: S) -> Option<(TlsStream<S>, Protocol)>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let limit = std::time::Duration::from_secs(HANDSHAKE_SECS_MAX);
        let stream = match tokio::time::timeout(limit, self.0.accept(socket)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::debug!(%error, "no TLS connection");
                return None;
            }
            Err(_) => return None,
        };
        let protocol = match stream.get_ref().1.alpn_protocol() {
            Some(ACME) => return None,
            Some(HTTP_2) => Protocol::Http2,
            _ => Protocol::Http1,
        };
        Some((stream, protocol))
    }
}

impl Keeper {
    /// Until the server stops.
    pub(crate) async fn run(self, stop: Stop) {
        let keep = async {
            match self {
                Self::Files(files) => files.watch().await,
                Self::Acme(state) => follow(*state).await,
            }
        };
        tokio::select! {
            () = keep => {}
            () = stop.told() => {}
        }
    }
}

/// Asks for certificates when it is time, and tells how that went.
async fn follow(mut state: AcmeState<std::io::Error>) {
    while let Some(event) = state.next().await {
        match event {
            Ok(event) => tracing::info!(?event, "ACME"),
            Err(error) => tracing::error!(%error, "ACME failed; it is tried again"),
        }
    }
}

/// Has browsers come by HTTPS only.
pub(crate) fn with_hsts(router: Router) -> Router {
    router.layer(middleware::map_response(async |mut response: Response| {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        response
    }))
}
