//! Bytes made fewer for the line: assets once and as few as can be, pages each time and quickly.

use std::io::Write;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pipit_http::Problem;
use pipit_model::Error;

/// Brotli's best: it is done once.
const BROTLI_QUALITY: i32 = 11;
/// A page has been rendered whole before it comes here: that bounds it, this is a belt.
const PAGE_BYTES_MAX: usize = 16 << 20;

/// How hard gzip tries.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Effort {
    /// For what is sent once: a fifth of the size at a few microseconds a kilobyte.
    Quick,
    /// For what is sent for ever.
    Best,
}

pub(crate) fn gzip(plain: &[u8], effort: Effort) -> std::io::Result<Bytes> {
    let level = match effort {
        Effort::Quick => flate2::Compression::fast(),
        Effort::Best => flate2::Compression::best(),
    };
    let to = Vec::with_capacity(plain.len() / 4);
    let mut to = flate2::write::GzEncoder::new(to, level);
    to.write_all(plain)?;
    Ok(to.finish()?.into())
}

pub(crate) fn brotli(plain: &[u8]) -> std::io::Result<Bytes> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, ..Default::default() };
    let mut to = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut to, &parameters)?;
    Ok(to.into())
}

/// Whether a client says that it understands an encoding.
pub(crate) fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let parts = values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    parts.map(|part| part.split_once(';').unwrap_or((part, ""))).any(|(name, weight)| {
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// Around all pages: sends them compressed to those who understand it. A page holds no secret that
/// its length could give away: what keeps other sites out is a header, no token in a form.
pub(crate) async fn pages(request: Request, next: Next) -> Response {
    let is_welcome = accepts(request.headers(), "gzip");
    let response = next.run(request).await;
    let headers = response.headers();
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == PAGE_TYPE);
    if !is_welcome || !is_page || headers.contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let compressed = match to_bytes(body, PAGE_BYTES_MAX).await {
        Ok(plain) => gzip(&plain, Effort::Quick).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match compressed {
        Ok(body) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Response::from_parts(parts, Body::from(body))
        }
        Err(why) => {
            Problem::from(Error::Internal(format!("no compression: {why}"))).into_response()
        }
    }
}

/// What a page says it is.
pub(crate) const PAGE_TYPE: &str = "text/html; charset=utf-8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_that_a_client_takes() {
        let takes = |text: &'static str, encoding| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            accepts(&headers, encoding)
        };
        assert!(takes("gzip, deflate, br, zstd", "br"));
        assert!(takes("gzip;q=0.5", "gzip"));
        assert!(takes("x, BR ; q=1", "br"));
        assert!(!takes("gzip, br;q=0", "br"));
        assert!(!takes("br;q=x", "br"));
        assert!(!takes("brotli", "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }
}
