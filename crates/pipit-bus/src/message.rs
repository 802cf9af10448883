//! What goes over the stream: an entry of a Redis stream with short names for its fields.

use std::collections::HashMap;

use pipit_model::Timestamp;
use redis::{Cmd, FromRedisValue, Value};

/// A node, as long as its process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Speaker {
    /// Its number, which is given out again.
    pub number: u8,
    /// Which process.
    pub holder: i64,
}

/// One thing that a node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) speaker: Speaker,
    /// Of the last events that it said, these included: it counts from 1.
    pub(crate) number: u64,
    pub(crate) said_at: Timestamp,
    pub(crate) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// What it committed, as JSON.
    Events(String),
    /// What others may like to know, and can do without.
    Note(String),
    /// It is there.
    Alive,
    /// It goes, and has said everything.
    Goodbye,
}

impl Message {
    /// The command that appends it; the stream is cut at about `keep` entries.
    pub(crate) fn append_to(&self, stream: &str, keep: usize) -> Cmd {
        let mut add = redis::cmd("XADD");
        add.arg(stream).arg("MAXLEN").arg("~").arg(keep).arg("*");
        add.arg("n").arg(self.speaker.number).arg("h").arg(self.speaker.holder);
        add.arg("i").arg(self.number).arg("t").arg(self.said_at.0);
        match &self.content {
            Content::Events(json) => add.arg("e").arg(json),
            Content::Note(text) => add.arg("x").arg(text),
            Content::Alive => &mut add,
            Content::Goodbye => add.arg("b").arg(1),
        };
        add
    }

    /// What an entry says; [`None`] if it is none of ours.
    pub(crate) fn read(fields: &HashMap<String, Value>) -> Option<Self> {
        let content = match fields.get("e") {
            Some(json) => Content::Events(String::from_redis_value_ref(json).ok()?),
            None if fields.contains_key("b") => Content::Goodbye,
            None => field(fields, "x").map_or(Content::Alive, Content::Note),
        };
        let speaker = Speaker { number: field(fields, "n")?, holder: field(fields, "h")? };
        let (number, said_at) = (field(fields, "i")?, Timestamp(field(fields, "t")?));
        Some(Self { speaker, number, said_at, content })
    }
}

fn field<T: FromRedisValue>(fields: &HashMap<String, Value>, name: &str) -> Option<T> {
    T::from_redis_value_ref(fields.get(name)?).ok()
}
