//! The model itself: from people to nodes.

use super::costs::Costs;
use super::queue::wait_quantile;

/// What people do. The defaults are Twitter's load as it was published: 150 million active people,
/// 300,000 homes and some 6,000 tweets a second, each to 75 followers on average (R. Krikorian,
/// "Timelines at Scale", `QCon` San Francisco 2012; High Scalability, 2013-07-08).
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Load {
    /// Homes that an active person reads in a day.
    #[arg(long, default_value_t = 172.8)]
    pub(super) reads_a_day: f64,
    /// Tweets that an active person posts in a day.
    #[arg(long, default_value_t = 3.456)]
    pub(super) posts_a_day: f64,
    /// Likes, retweets and follows for each tweet: not published, a guess.
    #[arg(long, default_value_t = 5.0)]
    pub(super) marks_a_post: f64,
    /// Accounts that somebody follows.
    #[arg(long, default_value_t = 75.0)]
    pub(super) followees: f64,
}

/// What it runs on.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Machine {
    /// Cores of a node.
    #[arg(long, default_value_t = 16)]
    pub(super) cores: u32,
    /// Memory of a node, in gigabytes.
    #[arg(long, default_value_t = 256.0)]
    pub(super) memory_gb: f64,
    /// How much of its cores and its memory is used at most: the rest is for bursts, for the
    /// operating system, and for when a node is away.
    #[arg(long, default_value_t = 0.6)]
    pub(super) used: f64,
    /// What the bus can send, in gigabits a second.
    #[arg(long, default_value_t = 10.0)]
    pub(super) bus_gbits: f64,
    /// Nodes, at least: one may fail.
    #[arg(long, default_value_t = 1)]
    pub(super) at_least: u32,
}

/// What so many people need.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(super) reads: f64,
    pub(super) posts: f64,
    /// All writes, each an event.
    pub(super) writes: f64,
    pub(super) nodes: u32,
    /// What it takes so many nodes for.
    pub(super) because: Because,
    /// Share of a node's cores that is busy.
    pub(super) busy: f64,
    /// Share of the one core that applies events which is busy, on each node.
    pub(super) applying: f64,
    /// Gigabytes of a node.
    pub(super) memory_gb: f64,
    /// Megabytes a second that the bus takes in, and sends.
    pub(super) bus_in_mb: f64,
    pub(super) bus_out_mb: f64,
    /// Databases, if each takes the same part of the writes.
    pub(super) databases: u32,
    /// Statements of reads a second.
    pub(super) statements: f64,
    /// Milliseconds within which 99 % of homes are served, without the way there.
    pub(super) read_p99_ms: f64,
    /// Milliseconds that 99 % of events wait at most until a node applies them.
    pub(super) event_p99_ms: f64,
    /// Gigabits a second of answers of a node.
    pub(super) answers_gbits: f64,
}

/// Why there are so many nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Because {
    AtLeast,
    Cpu,
    Memory,
}

/// Why no number of nodes is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// One core cannot apply all events.
    Events,
    /// The authors alone do not fit into a node's memory.
    Authors,
    /// The bus cannot send every event to every node.
    Bus,
}

/// More than anybody would run; what needs more ends by another limit.
const NODES_MAX: u32 = 10_000;
const GB: f64 = 1e9;

/// What so many active people need; or what stands against it.
pub(super) fn answer(
    people: f64,
    load: &Load,
    machine: &Machine,
    costs: &Costs,
) -> Result<Answer, Limit> {
    const DAY: f64 = 86_400.0;
    let (reads, posts) = (people * load.reads_a_day / DAY, people * load.posts_a_day / DAY);
    let writes = posts * (1.0 + load.marks_a_post);
    let applying = writes * costs.event_cpu_us * 1e-6;
    // Events are applied in their order, by one after the other.
    if applying > machine.used {
        return Err(Limit::Events);
    }
    let own = cpu(reads, posts, writes, costs);
    let usable = f64::from(machine.cores) * machine.used - applying;
    let by_cpu = (own / usable).ceil().max(1.0);
    let room = machine.memory_gb * machine.used;
    let fits = |nodes: u32| memory_gb(people, nodes, load, costs) <= room;
    let from = (by_cpu as u32).max(machine.at_least);
    let nodes = fewest(from, fits).ok_or(Limit::Authors)?;
    let because = if nodes > from {
        Because::Memory
    } else if from == machine.at_least {
        Because::AtLeast
    } else {
        Because::Cpu
    };
    let bus_in_mb = writes * costs.event_bytes / 1e6;
    let bus_out_mb = bus_in_mb * f64::from(nodes);
    if bus_out_mb * 8.0 / 1e3 > machine.bus_gbits * machine.used {
        return Err(Limit::Bus);
    }
    let offered = own / f64::from(nodes) + applying;
    let read_ms = costs.read_cpu_us * 1e-3;
    let event_ms = costs.event_cpu_us * 1e-3;
    Ok(Answer {
        reads,
        posts,
        writes,
        nodes,
        because,
        busy: offered / f64::from(machine.cores),
        applying,
        memory_gb: memory_gb(people, nodes, load, costs),
        bus_in_mb,
        bus_out_mb,
        databases: (writes / costs.database_writes).ceil().max(1.0) as u32,
        statements: reads * costs.statements_a_read,
        read_p99_ms: read_ms * (1.0 + wait_quantile(machine.cores, offered, 0.99)),
        event_p99_ms: event_ms * (1.0 + wait_quantile(1, applying, 0.99)),
        answers_gbits: reads * costs.read_bytes * 8.0 / 1e9 / f64::from(nodes),
    })
}

/// Cores that are busy with what nodes do for people, all together.
fn cpu(reads: f64, posts: f64, writes: f64, costs: &Costs) -> f64 {
    let marks = writes - posts;
    (reads * costs.read_cpu_us + posts * costs.post_cpu_us + marks * costs.mark_cpu_us) * 1e-6
}

/// Memory of each of so many nodes, where the balancer sends a person to the same one: readers are
/// shared out among them, and each has the authors whom its own readers follow.
fn memory_gb(people: f64, nodes: u32, load: &Load, costs: &Costs) -> f64 {
    let readers = people / f64::from(nodes);
    // So many follows, each of somebody out of all: how many are followed by anybody here.
    let authors = people * (1.0 - (-readers * load.followees / people).exp());
    let of_reader = costs.reader_bytes + load.followees * costs.followee_bytes;
    (costs.node_bytes + readers * of_reader + authors * costs.author_bytes) / GB
}

/// The fewest nodes from here on for which it holds: it holds for more, if for any.
fn fewest(from: u32, holds: impl Fn(u32) -> bool) -> Option<u32> {
    let (mut low, mut high) = (from, NODES_MAX.max(from));
    if !holds(high) {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Defaults {
        #[command(flatten)]
        load: Load,
        #[command(flatten)]
        machine: Machine,
        #[command(flatten)]
        costs: Costs,
    }

    fn with(arguments: &[&str], people: f64) -> Result<Answer, Limit> {
        let arguments = [&["scale"], arguments].concat();
        let Defaults { load, machine, costs } = Defaults::parse_from(arguments);
        answer(people, &load, &machine, &costs)
    }

    #[test]
    fn the_defaults_are_the_published_load() {
        let answer = with(&[], 150e6).expect("within the limits");
        assert!((answer.reads - 300_000.0).abs() < 1.0, "{answer:?}");
        assert!((answer.posts - 6_000.0).abs() < 1.0, "{answer:?}");
        assert!((answer.writes - 36_000.0).abs() < 1.0, "{answer:?}");
    }

    /// By hand: 100,000 homes of 60 µs are 6 cores, 1,000 events of 1,000 µs one more on each node.
    #[test]
    fn cores_are_shared_out_and_events_are_not() {
        let arguments = [
            "--reads-a-day=864",
            "--posts-a-day=8.64",
            "--marks-a-post=0",
            "--read-cpu-us=60",
            "--post-cpu-us=0",
            "--event-cpu-us=500",
            "--cores=4",
            "--used=0.5",
        ];
        // 11 million people post 1,100 a second; half a core is all that there is for them.
        assert_eq!(with(&arguments, 1.1e7).expect_err("too many"), Limit::Events);
        let small = with(&arguments, 5e6).expect("half of that");
        // 50,000 homes are 3 cores; of 2 that a node uses, events take 0.25.
        assert_eq!((small.nodes, small.because), (2, Because::Cpu));
        assert!((small.busy - (1.5 + 0.25) / 4.0).abs() < 1e-9, "{small:?}");
        assert!((small.applying - 0.25).abs() < 1e-9);
    }

    #[test]
    fn more_people_never_need_less() {
        let mut before = with(&[], 1e3).expect("fine");
        for people in [1e4, 1e5, 1e6, 1e7, 1e8, 2e8] {
            let Ok(answer) = with(&[], people) else { break };
            assert!(answer.nodes >= before.nodes && answer.databases >= before.databases);
            assert!(answer.bus_out_mb > before.bus_out_mb);
            before = answer;
        }
        assert!(before.nodes > 1);
    }

    #[test]
    fn where_it_ends() {
        // Not even the authors whom one reader in ten thousand nodes follows, and a node at rest.
        let small = ["--memory-gb=0.1"];
        assert_eq!(with(&small, 150e6).expect_err("no room"), Limit::Authors);
        let thin = ["--bus-gbits=0.1"];
        assert_eq!(with(&thin, 150e6).expect_err("too much for it"), Limit::Bus);
        let dear = ["--event-cpu-us=100"];
        assert_eq!(with(&dear, 150e6).expect_err("3.6 cores"), Limit::Events);
    }

    #[test]
    fn one_node_holds_every_reader_and_many_share_them() {
        let Defaults { load, costs, .. } = Defaults::parse_from(["scale"]);
        let one = memory_gb(1e6, 1, &load, &costs);
        let of_readers = 1e6 * (598.0 + 75.0 * 34.9) / GB;
        let of_authors = 1e6 * 652.0 / GB;
        assert!((one - 0.052 - of_readers - of_authors).abs() < 0.01, "{one}");
        assert!(memory_gb(1e6, 10, &load, &costs) > of_authors, "nearly all are followed here too");
        assert!(memory_gb(1e6, 1000, &load, &costs) < of_authors / 5.0);
    }
}
