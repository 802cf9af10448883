//! HTTPS from outside: certificates, both protocols, what follows from it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::process::{Server, pipit, wait_for};

/// A new certificate for this machine, written where the server looks for it.
fn make_certificate(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("made");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
    std::fs::write(folder.join("certificate.pem"), made.cert.pem()).expect("written");
    made.cert.der().clone()
}

fn start(folder: &Path, more: &[&str]) -> Server {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let paths = [certificate.to_str().expect("text"), key.to_str().expect("text")];
    let mut arguments = vec!["--tls-certificate", paths[0], "--tls-key", paths[1]];
    arguments.extend(more);
    Server::start_with(folder, &arguments)
}

fn address(server: &Server) -> SocketAddr {
    server.url.trim_start_matches("https://").parse().expect("an address")
}

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// A connection that trusts this certificate and no other; none if another one is shown.
fn connect(server: &Server, trusted: &CertificateDer<'static>, speaks: &[u8]) -> Option<Stream> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = config.expect("versions").with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![speaks.to_vec()];
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let socket = TcpStream::connect(address(server)).expect("connected");
    let mut stream = StreamOwned::new(client, socket);
    stream.conn.complete_io(&mut stream.sock).ok()?;
    Some(stream)
}

/// All that is answered, as text.
fn ask(mut stream: Stream, request: &str) -> String {
    stream.write_all(request.as_bytes()).expect("sent");
    let mut bytes = Vec::new();
    // Some say goodbye and some just go.
    let _ended = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn get(stream: Stream, path: &str) -> String {
    ask(stream, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
}

#[test]
fn what_is_served_by_https_stays_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = make_certificate(folder.path());
    let server = start(folder.path(), &["--redirect-listen", "127.0.0.1:0"]);
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    let connect = || connect(&server, &trusted, b"http/1.1").expect("its certificate");
    let hsts = "strict-transport-security: max-age=31536000; includeSubDomains\r\n";
    for path in ["/tweets", "/", "/nowhere", "/timeline", "/healthz"] {
        assert!(get(connect(), path).contains(hsts), "{path}");
    }
    let form = "handle=ann&email=ann%40x.test&password=correct+horse+7";
    let head = format!(
        "POST /signup HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    let answer = ask(connect(), &format!("{head}{form}"));
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    assert!(answer.contains("set-cookie: __Host-pipit="), "{answer}");
    assert!(answer.contains("; HttpOnly; SameSite=Lax; Secure\r\n"), "{answer}");

    // Without TLS there is nothing but the way to it.
    let mut plain = TcpStream::connect(address(&server)).expect("connected");
    plain.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    let _cut = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    let redirects =
        server.first_lines.iter().find_map(|line| line.trim().strip_prefix("redirects"));
    let redirects: SocketAddr = redirects.expect("told").trim().parse().expect("an address");
    let mut plain = TcpStream::connect(redirects).expect("connected");
    let request = b"GET /@ann?x=1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    plain.write_all(request).expect("sent");
    let mut answer = String::new();
    plain.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
    assert!(answer.contains(&format!("location: {}/@ann?x=1\r\n", server.url)), "{answer}");
    assert!(!answer.contains("strict-transport"), "{answer}");
    assert!(server.terminate().success());
}

#[test]
fn http_2_is_spoken_to_whoever_speaks_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = make_certificate(folder.path());
    let server = start(folder.path(), &[]);
    let mut stream = connect(&server, &trusted, b"h2").expect("its certificate");
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    // The preface with empty settings; then HEADERS of stream 1, which end it: GET, https, and
    // /healthz spelt out, by HPACK's static table (RFC 7541).
    let mut block = vec![0x82, 0x87, 0x04, 8];
    block.extend_from_slice(b"/healthz");
    block.extend_from_slice(&[0x01, 1, b'x']);
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00".to_vec();
    sent.extend_from_slice(&[0, 0, block.len() as u8, 1, 0x05, 0, 0, 0, 1]);
    sent.extend_from_slice(&block);
    stream.write_all(&sent).expect("sent");
    // Its answer is a frame of DATA that says so.
    let mut seen = Vec::new();
    while !seen.windows(3).any(|bytes| bytes == b"ok\n") {
        let mut some = [0; 1024];
        let count = stream.read(&mut some).expect("an answer");
        assert!(count > 0, "{seen:?}");
        seen.extend_from_slice(&some[..count]);
    }
    assert!(server.terminate().success(), "a connection that is open does not hold it up");
}

#[test]
fn a_certificate_that_is_renewed_is_shown_without_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = make_certificate(folder.path());
    let server = start(folder.path(), &[]);
    assert!(connect(&server, &old, b"http/1.1").is_some());
    let new = make_certificate(folder.path());
    wait_for("the new certificate", || connect(&server, &new, b"http/1.1").map(drop));
    assert!(connect(&server, &old, b"http/1.1").is_none());
    // Half a renewal is none: the key of another certificate, and rubbish.
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("made");
    std::fs::write(folder.path().join("certificate.pem"), made.cert.pem()).expect("written");
    std::fs::write(folder.path().join("key.pem"), "rubbish").expect("written");
    let next = made.cert.der();
    for _ in 0..3 {
        assert!(connect(&server, &new, b"http/1.1").is_some());
        assert!(connect(&server, next, b"http/1.1").is_none());
    }
    let pem = made.signing_key.serialize_pem();
    std::fs::write(folder.path().join("key.pem"), pem).expect("written");
    wait_for("the whole renewal", || connect(&server, next, b"http/1.1").map(drop));
}

#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("text");
    make_certificate(folder.path());
    let file = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let (certificate, key) = (file("certificate.pem"), file("key.pem"));
    let cases: [(&[&str], &str); 5] = [
        (&["--tls-certificate", &certificate], "tls_key is missing"),
        (&["--tls-certificate", "/nowhere.pem", "--tls-key", &key], "/nowhere.pem"),
        (&["--tls-certificate", &key, "--tls-key", &key], "no certificate"),
        (
            &["--tls-certificate", &certificate, "--tls-key", &key, "--public-url", "http://a.b"],
            "public_url must start with https://",
        ),
        (&["--redirect-listen", "127.0.0.1:0"], "redirect_listen"),
    ];
    for (arguments, part) in cases {
        let output = pipit()
            .args(["--listen", "127.0.0.1:0", "--data-dir", data])
            .args(arguments)
            .output()
            .expect("it ends");
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && why.contains(part), "{arguments:?}: {why}");
    }
}
