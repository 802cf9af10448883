//! The parts that `scripts/cluster` started: broken on purpose, and started again.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Child;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::process::{Signal, answers, launch, runs, send, send_to_all, wait_for};
use crate::world::Service;

pub(crate) struct Cluster {
    folder: PathBuf,
    addresses: Addresses,
    /// Those that were started here.
    children: HashMap<String, Child>,
}

#[derive(Debug, Clone, Deserialize)]
struct Addresses {
    nodes: Vec<String>,
    front: String,
    database_url: String,
    redis_url: String,
}

impl Cluster {
    pub(crate) fn open(folder: PathBuf) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(folder.join("cluster.json"))
            .with_context(|| format!("{} is no folder of scripts/cluster", folder.display()))?;
        Ok(Self { folder, addresses: serde_json::from_str(&text)?, children: HashMap::new() })
    }

    pub(crate) fn service(&self) -> Service {
        Service {
            nodes: self.addresses.nodes.clone(),
            front: Some(self.addresses.front.clone()),
            database_url: self.addresses.database_url.clone(),
        }
    }

    pub(crate) fn nodes(&self) -> usize {
        self.addresses.nodes.len()
    }

    pub(crate) fn has_redis(&self) -> bool {
        !self.addresses.redis_url.is_empty()
    }

    pub(crate) fn has_part(&self, part: &str) -> bool {
        self.folder.join("pid").join(part).exists()
    }

    fn pid(&self, part: &str) -> anyhow::Result<u32> {
        let file = self.folder.join("pid").join(part);
        let text = std::fs::read_to_string(&file).with_context(|| format!("there is no {part}"))?;
        Ok(text.trim().parse()?)
    }

    pub(crate) fn send(&self, part: &str, signal: Signal) -> anyhow::Result<()> {
        let pid = self.pid(part)?;
        match signal {
            Signal::Stop | Signal::Cont => send_to_all(signal, pid),
            _ => send(signal, pid),
        }
    }

    /// Ends a part and waits until it is gone.
    pub(crate) async fn end(&mut self, part: &str, signal: Signal) -> anyhow::Result<()> {
        let pid = self.pid(part)?;
        send(signal, pid)?;
        wait_for(part, async || !runs(pid)).await?;
        if let Some(mut child) = self.children.remove(part) {
            child.wait()?;
        }
        Ok(())
    }

    /// Starts a part as it was started before.
    pub(crate) fn start(&mut self, part: &str) -> anyhow::Result<()> {
        let program = self.folder.join("run").join(part);
        let child = launch(&program, &self.folder.join(format!("{part}.log")))?;
        std::fs::write(self.folder.join("pid").join(part), format!("{}\n", child.id()))?;
        self.children.insert(part.to_owned(), child);
        Ok(())
    }

    /// Starts a node and waits until it serves, and the load balancer knows.
    pub(crate) async fn start_node(&mut self, node: usize) -> anyhow::Result<()> {
        self.start(&node_name(node))?;
        let ready = format!("{}/readyz", self.addresses.nodes[node]);
        wait_for("the node to serve", async || answers(&ready).await).await?;
        self.await_front(node).await
    }

    /// Waits until the load balancer sends people to a node.
    async fn await_front(&self, node: usize) -> anyhow::Result<()> {
        let name = node_name(node);
        let is_up = async || {
            let table = self.admin("front", "show stat").await.unwrap_or_default();
            table.lines().any(|line| {
                let mut fields = line.split(',');
                fields.next() == Some("pipit")
                    && fields.next() == Some(&name)
                    && fields.any(|field| field == "UP")
            })
        };
        wait_for("the load balancer to know", is_up).await
    }

    /// Waits until everything serves: after a drill, before the next.
    pub(crate) async fn await_ready(&self) -> anyhow::Result<()> {
        for (node, url) in self.addresses.nodes.iter().enumerate() {
            let ready = format!("{url}/readyz");
            wait_for("every node to serve", async || answers(&ready).await).await?;
            self.await_front(node).await?;
        }
        Ok(())
    }

    /// Says something to one of the two load balancers; what it answers.
    async fn admin(&self, part: &str, command: &str) -> anyhow::Result<String> {
        let mut socket = UnixStream::connect(self.folder.join(format!("{part}.sock"))).await?;
        socket.write_all(format!("{command}\n").as_bytes()).await?;
        let mut answer = String::new();
        let read = socket.read_to_string(&mut answer);
        tokio::time::timeout(Duration::from_secs(5), read).await??;
        Ok(answer)
    }

    /// Makes the replica the one that is written to, and leads everybody there.
    pub(crate) async fn fail_over(&mut self) -> anyhow::Result<()> {
        let program = self.folder.join("run/promote");
        let ended = launch(&program, &self.folder.join("promote.log"))?.wait()?;
        ensure!(ended.success(), "the replica was not promoted: see promote.log");
        for command in [
            "disable server database/postgres",
            "shutdown sessions server database/postgres",
            "enable server database/replica",
        ] {
            let answer = self.admin("database", command).await?;
            ensure!(answer.trim().is_empty(), "{command}: {answer}");
        }
        Ok(())
    }

    /// Says something to Redis, in the words of its protocol.
    pub(crate) async fn tell_redis(&self, words: &str) -> anyhow::Result<()> {
        let address = self.addresses.redis_url.split("://").nth(1).context("no Redis")?;
        let address = address.split(['/', ',']).next().unwrap_or(address);
        let mut socket = tokio::net::TcpStream::connect(address).await?;
        socket.write_all(format!("{words}\r\n").as_bytes()).await?;
        let mut answer = [0; 64];
        let length = socket.read(&mut answer).await?;
        ensure!(answer[..length].starts_with(b"+OK"), "Redis did not take {words}");
        Ok(())
    }
}

/// Nodes are counted from 1.
pub(crate) fn node_name(node: usize) -> String {
    format!("node{}", node + 1)
}
