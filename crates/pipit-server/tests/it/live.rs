//! Live streams over real connections.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use pipit_model::limits::{STREAM_HEARTBEAT_SECS, STREAMS_PER_USER_MAX, STUCK_SECS_MAX};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use crate::process::{Client, Server, wait_for, wait_within};

/// Long enough for a busy machine, and far below a heartbeat or a drain.
const SOON: Duration = Duration::from_secs(5);

/// A stream of server-sent events.
struct Events(BufReader<ureq::BodyReader<'static>>);

#[derive(Debug, Default, PartialEq)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

impl Events {
    fn open(client: &Client, path: &str, last_event_id: Option<&str>) -> Self {
        let response = client.open(path, last_event_id);
        assert_eq!(response.status(), 200, "{path}");
        let header = |name| response.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), "text/event-stream");
        assert_eq!(header("cache-control"), "no-store");
        Self(BufReader::new(response.into_body().into_reader()))
    }

    /// The next event that has a name or an id; nothing at the end of the stream.
    fn next(&mut self) -> Option<Event> {
        let mut event = Event::default();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", name)) => name.clone_into(&mut event.name),
                Some(("id", id)) => id.clone_into(&mut event.id),
                Some(("data", data)) => event.data = serde_json::from_str(data).expect("JSON"),
                None if line == "\n" && event != Event::default() => return Some(event),
                _ => {}
            }
        }
    }

    fn expect(&mut self, name: &str) -> Event {
        let event = self.next().expect("the stream goes on");
        assert_eq!(event.name, name, "{event:?}");
        event
    }
}

fn post(client: &Client, content: &str) -> String {
    let (status, tweet) = client.post("/tweets", &json!({"content": content})).expect("answered");
    assert_eq!(status, 201);
    tweet["id_str"].as_str().expect("an id").to_owned()
}

#[test]
fn a_stream_tells_and_resumes_without_loss_or_repeat() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (ann, bob) = (Client::sign_up(&server.url, "ann"), Client::sign_up(&server.url, "bob"));
    assert_eq!(ann.put("/users/bob/follow"), Some(200));
    post(&bob, "before");

    let mut events = Events::open(&ann, "/timeline/stream", None);
    let start = events.expect("");
    assert!(!start.id.is_empty(), "also who hears nothing can come back");
    let first = post(&bob, "first");
    let tweet = events.expect("tweet");
    assert_eq!((&tweet.id, &tweet.data["content"]), (&first, &json!("first")));
    assert_eq!(tweet.data["user"]["handle"], "bob");
    let own = post(&ann, "own");
    assert_eq!(events.expect("tweet").id, own);
    assert_eq!(bob.put(&format!("/tweets/{own}/like")), Some(200));
    let told = events.expect("notification").data;
    assert_eq!((&told["type"], &told["user"]["handle"]), (&json!("like"), &json!("bob")));
    assert_eq!(told["tweet"]["id_str"], json!(own));
    assert_eq!(bob.delete(&format!("/tweets/{first}")), Some(204));
    assert_eq!(events.expect("delete").data["id_str"], json!(first));
    drop(events);

    let missed: Vec<String> = (0..3).map(|n| post(&bob, &format!("missed {n}"))).collect();
    let mut events = Events::open(&ann, "/timeline/stream", Some(&own));
    assert_eq!(events.expect("").id, own);
    for id in &missed {
        assert_eq!(events.expect("tweet").id, *id);
    }
    let next = post(&bob, "live again");
    assert_eq!(events.expect("tweet").id, next);

    // The web's own stream names ids and numbers only.
    let mut web = Events::open(&ann, &format!("/home/stream?above={own}"), None);
    assert_eq!(web.expect("").id, own);
    for id in missed.iter().chain([&next]) {
        assert_eq!(web.expect("tweet").data, json!({"id": id}));
    }
    assert_eq!(web.expect("unread").data, json!({"shown": "1"}));

    let status = |client: &Client, last| client.open("/timeline/stream", last).status().as_u16();
    assert_eq!(status(&ann, Some("x")), 422);
    assert_eq!(status(&Client::anonymous(&server.url), None), 401);
}

#[test]
fn a_stream_ends_with_its_session_and_with_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    let other = ann.sign_in("ann");
    let mut events = Events::open(&ann, "/timeline/stream", None);
    let mut others = Events::open(&other, "/timeline/stream", None);
    events.expect("");
    others.expect("");
    let started = Instant::now();
    assert_eq!(ann.delete("/sessions/current"), Some(204));
    assert_eq!(events.next(), None);
    assert!(started.elapsed() < SOON);

    let id = post(&other, "the other session goes on");
    assert_eq!(others.expect("tweet").id, id);
    let started = Instant::now();
    assert!(server.terminate().success());
    assert_eq!(others.next(), None);
    assert!(started.elapsed() < SOON, "it waits for no stream");
}

/// Connections that are there and take nothing hold no place for ever: one account may have so many
/// streams, and gets another one when these are cut.
#[test]
fn a_client_that_does_not_read_is_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    let stuck: Vec<_> = (0..STREAMS_PER_USER_MAX).map(|_| stuck_stream(&server, &ann)).collect();
    let is_full = || ann.open("/timeline/stream", None).status() == 503;
    assert!(is_full());
    // More than such a client has room for.
    let long = "\u{1F99C}".repeat(140);
    for _ in 0..20 {
        post(&ann, &long);
    }
    let limit = Duration::from_secs(STUCK_SECS_MAX + 2 * STREAM_HEARTBEAT_SECS + 10);
    wait_within(limit, "a place that is free again", || (!is_full()).then_some(()));
    drop(stuck);
}

/// A stream whose client has next to no room for what it is sent, and takes none of it but the
/// first line, which says that it has its place.
fn stuck_stream(server: &Server, client: &Client) -> TcpStream {
    let address: SocketAddr = server.url.trim_start_matches("http://").parse().expect("an address");
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(1).expect("as small as it gets");
    socket.connect(&address.into()).expect("connected");
    let mut stream = TcpStream::from(socket);
    let bearer = client.bearer();
    let request =
        format!("GET /timeline/stream HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut status = [0; b"HTTP/1.1 200".len()];
    stream.read_exact(&mut status).expect("an answer");
    assert_eq!(&status, b"HTTP/1.1 200");
    stream
}

#[test]
fn streams_that_are_gone_take_no_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    // More than one account may have at once.
    for _ in 0..20 {
        let mut events = wait_for("room", || {
            let response = ann.open("/timeline/stream", None);
            (response.status() == 200)
                .then(|| Events(BufReader::new(response.into_body().into_reader())))
        });
        events.expect("");
    }
}
