//! What a connection may do, from outside: long headers, slow ones, too many connections.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use pipit_model::limits::{
    BODY_BYTES_MAX, CONNECTIONS_PER_NETWORK_MAX, HEADER_BYTES_MAX, HEADER_SECS_MAX, LOOK_SECS,
};

use crate::process::{Client, Server, pipit, wait_for};

const PATIENCE: Duration = Duration::from_secs(30);

fn connect(server: &Server) -> TcpStream {
    let address: SocketAddr = server.url.trim_start_matches("http://").parse().expect("an address");
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    stream
}

/// All that comes until the server hangs up.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        // What was sent too much is told so.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error}"),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What `/healthz` answers, on a connection that stays.
fn read_answer(stream: &mut TcpStream) {
    let mut seen = Vec::new();
    while !seen.ends_with(b"ok\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("an answer");
        seen.extend_from_slice(&byte);
    }
    assert!(seen.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&seen));
}

fn ask(server: &Server, request: &str) -> String {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).expect("sent");
    rest(stream)
}

#[test]
fn headers_and_bodies_have_their_length() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let with_header = |bytes: usize| {
        let start = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ";
        let end = "\r\n\r\n";
        let filler = "x".repeat(bytes - start.len() - end.len());
        ask(&server, &format!("{start}{filler}{end}"))
    };
    assert!(with_header(HEADER_BYTES_MAX).starts_with("HTTP/1.1 200 "));
    assert!(with_header(HEADER_BYTES_MAX + 1).starts_with("HTTP/1.1 431 "));
    // One that never ends is not kept until it does.
    let endless = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(8 * HEADER_BYTES_MAX));
    assert!(ask(&server, &endless).starts_with("HTTP/1.1 431 "));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(200));
    assert!(ask(&server, &many).starts_with("HTTP/1.1 431 "));

    let head = "POST /sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                Content-Type: application/json\r\n";
    let long = " ".repeat(BODY_BYTES_MAX + 1);
    let length = format!("{head}Content-Length: {}\r\n\r\n", long.len());
    assert!(ask(&server, &format!("{length}{long}")).starts_with("HTTP/1.1 413 "));
    let chunked =
        format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    assert!(ask(&server, &chunked).starts_with("HTTP/1.1 413 "));
    assert!(server.terminate().success());
}

#[test]
fn a_client_that_is_slow_to_ask_is_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let mut slow = connect(&server);
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").expect("sent");
    // Between two requests nobody is hurried.
    let mut idle = connect(&server);
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    idle.write_all(request).expect("sent");
    read_answer(&mut idle);
    let began = Instant::now();
    assert_eq!(rest(slow), "");
    let took = began.elapsed().as_secs();
    assert!((HEADER_SECS_MAX - 1..=HEADER_SECS_MAX + LOOK_SECS + 5).contains(&took), "{took}");
    idle.write_all(request).expect("still there");
    read_answer(&mut idle);
    let (_, metrics) = Client::anonymous(&server.url).get("/metrics").expect("answered");
    assert!(metrics.contains(r#"pipit_connections_cut_total{why="header"} 1"#), "{metrics}");
}

#[test]
fn one_network_has_so_many_connections() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(folder.path(), &["--rate-limits", "on"]);
    let is_served = |stream: &mut TcpStream| {
        let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
        let mut start = [0; b"HTTP/1.1 200".len()];
        stream.write_all(request).is_ok() && stream.read_exact(&mut start).is_ok()
    };
    let mut all: Vec<_> = (0..CONNECTIONS_PER_NETWORK_MAX).map(|_| connect(&server)).collect();
    assert!(all.iter_mut().all(is_served));
    assert!(!is_served(&mut connect(&server)), "one too many");
    all.pop();
    wait_for("the place that is free", || is_served(&mut connect(&server)).then_some(()));
}

#[test]
fn limits_are_on_and_told_when_they_are_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(folder.path(), &["--rate-limits", "on"]);
    let answer = Client::anonymous(&server.url).open("/tweets", None);
    assert_eq!(answer.headers()["x-ratelimit-limit"], "1500");
    server.kill();
    let server = Server::start(folder.path());
    let answer = Client::anonymous(&server.url).open("/tweets", None);
    assert!(!answer.headers().contains_key("x-ratelimit-limit"));
    server.kill();
    let mistaken = pipit().args(["serve", "--trusted-proxies", "nginx"]).output().expect("it ends");
    let why = String::from_utf8_lossy(&mistaken.stderr);
    assert!(why.contains("trusted_proxies"), "{why}");
}
