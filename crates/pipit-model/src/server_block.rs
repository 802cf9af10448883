//! What a server does not take: addresses, words and links that its moderators keep out.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::error::{Error, Result};
use crate::filter::Matching;
use crate::limits::{BLOCK_VALUE_CHARS_MAX, SERVER_BLOCKS_MAX};
use crate::network::Network;
use crate::text::{hashtag_key, host_key};
use crate::user::one_line;
use crate::words::{WordFinder, folded, without_leet};

/// What is kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BlockKind {
    /// Nobody signs up with an address of this domain, or of one below it.
    EmailDomain,
    /// Nobody signs up from this network: `192.0.2.0/24`, `2001:db8::/32`.
    Network,
    /// A word that the rules for new tweets look for.
    Word,
    /// A host that they look for in links, and those below it.
    Link,
    /// A hashtag that never trends.
    Trend,
}

impl BlockKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::EmailDomain, Self::Network, Self::Word, Self::Link, Self::Trend];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::EmailDomain => 1,
            Self::Network => 2,
            Self::Word => 3,
            Self::Link => 4,
            Self::Trend => 5,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its name on the wire and at the terminal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EmailDomain => "email-domain",
            Self::Network => "network",
            Self::Word => "word",
            Self::Link => "link",
            Self::Trend => "trend",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One thing that is kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerBlock {
    /// What it is.
    pub kind: BlockKind,
    /// In the form in which it is compared.
    pub value: String,
}

impl ServerBlock {
    /// Checks one as typed.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `value`.
    pub fn new(kind: BlockKind, value: &str) -> Result<Self> {
        let value = one_line("value", value, BLOCK_VALUE_CHARS_MAX)?;
        let value = match kind {
            BlockKind::EmailDomain | BlockKind::Link => domain(&value)?,
            BlockKind::Network => Stretch::parse(&value)
                .ok_or_else(|| invalid("must be a network like 192.0.2.0/24 or 2001:db8::/32"))?
                .to_string(),
            BlockKind::Word => value.to_lowercase(),
            BlockKind::Trend => hashtag_key(value.trim_start_matches(['#', '＃'])),
        };
        if value.is_empty() {
            return Err(invalid("must not be empty"));
        }
        Ok(Self { kind, value })
    }
}

fn invalid(message: &'static str) -> Error {
    Error::invalid("value", message)
}

/// A domain or a host, in the form in which it is compared.
fn domain(value: &str) -> Result<String> {
    let value = value.trim_start_matches("https://").trim_start_matches("http://");
    let value = value.trim_start_matches('@').trim_end_matches(['/', '.']).to_lowercase();
    let is_host = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    if value.contains('.') && value.chars().all(is_host) && !value.starts_with('.') {
        return Ok(value);
    }
    Err(invalid("must be a domain like example.org"))
}

/// A stretch of network addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// As an IPv6 address; an IPv4 one stands in the part that is kept for them.
    bits: u128,
    /// How many of the bits, from the left, all its addresses have in common.
    prefix: u32,
    is_v4: bool,
}

/// Bits of an IPv6 address before the IPv4 address in it.
const V4_OFFSET: u32 = 96;

fn bits(address: IpAddr) -> (u128, bool) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (v4.to_ipv6_mapped().to_bits(), true),
        IpAddr::V6(v6) => (v6.to_bits(), false),
    }
}

fn mask(prefix: u32) -> u128 {
    u128::MAX.checked_shl(128 - prefix).unwrap_or(0)
}

impl Stretch {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let (bits, is_v4) = bits(address.trim().parse().ok()?);
        let (offset, whole) = if is_v4 { (V4_OFFSET, 32) } else { (0, 128) };
        let prefix = match prefix {
            // A shorter one would keep out a good part of the world.
            Some(prefix) => prefix.trim().parse().ok().filter(|p| (8..=whole).contains(p))?,
            None => whole,
        };
        let prefix = prefix + offset;
        Some(Self { bits: bits & mask(prefix), prefix, is_v4 })
    }

    /// Whether a network lies in it, or it in the network: who has one address of a network has all.
    fn meets(self, network: Network) -> bool {
        let (bits, is_v4) = bits(network.first_address());
        let whole = if is_v4 { V4_OFFSET + 32 } else { Network::V6_PREFIX };
        let mask = mask(self.prefix.min(whole));
        is_v4 == self.is_v4 && bits & mask == self.bits & mask
    }
}

impl std::fmt::Display for Stretch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = std::net::Ipv6Addr::from_bits(self.bits);
        let offset = if self.is_v4 { V4_OFFSET } else { 0 };
        write!(f, "{}/{}", IpAddr::V6(address).to_canonical(), self.prefix - offset)
    }
}

/// All that is kept out, ready to be asked.
#[derive(Debug, Default)]
pub struct ServerBlocks {
    all: Vec<ServerBlock>,
    networks: Vec<Stretch>,
    /// Hosts as they are compared.
    hosts: HashSet<String>,
    words: Vec<String>,
    finder: WordFinder,
}

impl ServerBlocks {
    /// Of a list; what goes beyond the bound is left out.
    ///
    /// # Errors
    /// [`Error::Internal`] if the words are too much, which the bound forbids.
    pub fn new(mut all: Vec<ServerBlock>) -> Result<Self> {
        all.truncate(SERVER_BLOCKS_MAX);
        let of = |kind| {
            let values = all.iter().filter(move |block| block.kind == kind);
            values.map(|block| block.value.as_str())
        };
        let networks = of(BlockKind::Network).filter_map(Stretch::parse).collect();
        let hosts = of(BlockKind::Link).map(host_key).collect();
        let words: Vec<String> = of(BlockKind::Word).map(str::to_owned).collect();
        let finder = WordFinder::new(words.iter().map(|word| (&**word, Matching::WholeWord)))?;
        Ok(Self { all, networks, hosts, words, finder })
    }

    /// Whether the address of an account is kept out.
    #[must_use]
    pub fn blocks_email(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
        self.of(BlockKind::EmailDomain).any(|blocked| is_below(&domain, blocked))
    }

    /// Whether nobody signs up from a network.
    #[must_use]
    pub fn blocks_network(&self, network: Network) -> bool {
        self.networks.iter().any(|blocked| blocked.meets(network))
    }

    /// Whether any link is kept out.
    #[must_use]
    pub fn block_hosts(&self) -> bool {
        !self.hosts.is_empty()
    }

    /// The host by which a link's host is kept out: itself, or one above it.
    #[must_use]
    pub fn blocked_host(&self, host: &str) -> Option<&str> {
        let host = host_key(host);
        let mut above = Some(&*host);
        while let Some(name) = above {
            if let Some(found) = self.hosts.get(name) {
                return Some(found);
            }
            above = name.split_once('.').map(|(_, above)| above);
        }
        None
    }

    /// The first word of a text that is kept out, also if digits stand for some of its letters.
    #[must_use]
    pub fn blocked_word(&self, text: &str) -> Option<&str> {
        if self.finder.is_empty() {
            return None;
        }
        let text = folded(text);
        let found = self.finder.find(&text).next();
        let found = found
            .or_else(|| without_leet(&text).iter().find_map(|text| self.finder.find(text).next()));
        found.map(|at| self.words[at].as_str())
    }

    /// Whether a hashtag, by the name under which it is compared, never trends.
    #[must_use]
    pub fn blocks_trend(&self, name: &str) -> bool {
        self.of(BlockKind::Trend).any(|blocked| blocked == name)
    }

    /// Those of a kind.
    pub fn of(&self, kind: BlockKind) -> impl Iterator<Item = &str> {
        self.all.iter().filter(move |block| block.kind == kind).map(|block| block.value.as_str())
    }

    /// Bytes it takes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.all.iter().map(|block| 2 * block.value.len() + 128).sum::<usize>()
            + self.finder.bytes()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[ServerBlock] {
        &self.all
    }
}

fn is_below(host: &str, blocked: &str) -> bool {
    let rest = host.strip_suffix(blocked);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(list: &[(BlockKind, &str)]) -> ServerBlocks {
        let block = |(kind, value): &(BlockKind, &str)| ServerBlock::new(*kind, value);
        let list = list.iter().map(block).map(|block| block.expect("valid")).collect();
        ServerBlocks::new(list).expect("ready")
    }

    #[test]
    fn domains_and_those_below_them() {
        let blocks = blocks(&[(BlockKind::EmailDomain, "@Spam.example")]);
        for (email, blocked) in [
            ("a@spam.example", true),
            ("a@MAIL.spam.example", true),
            ("a@notspam.example", false),
            ("spam.example@good.example", false),
        ] {
            assert_eq!(blocks.blocks_email(email), blocked, "{email}");
        }
    }

    #[test]
    fn hosts_and_those_below_them_however_they_are_spelt() {
        let blocks =
            blocks(&[(BlockKind::Link, "https://x.test/"), (BlockKind::Link, "bücher.example")]);
        for (host, blocked) in [
            ("x.test", true),
            ("www.X.test", true),
            ("x.test.", true),
            ("\u{ff58}.test", true),
            ("ax.test", false),
            ("x.test.example", false),
            ("test", false),
            ("", false),
            ("www.xn--bcher-kva.example", true),
            ("BÜCHER.example", true),
        ] {
            assert_eq!(blocks.blocked_host(host).is_some(), blocked, "{host}");
        }
    }

    #[test]
    fn words_whole_and_however_they_are_hidden() {
        let blocks = blocks(&[
            (BlockKind::Word, "Viagra"),
            (BlockKind::Word, "get rich"),
            (BlockKind::Word, "сова"),
            (BlockKind::Word, "loan"),
        ]);
        for (text, found) in [
            ("buy VIAGRA now", Some("viagra")),
            ("buy #viagra!", Some("viagra")),
            ("v1agr4", Some("viagra")),
            ("v!@gra", Some("viagra")),
            ("l0an and 1oan", Some("loan")),
            ("vi\u{200b}ag\u{ad}ra", Some("viagra")),
            ("\u{ff36}iagra", Some("viagra")),
            ("Get  rich\nquick", Some("get rich")),
            ("Сова!", Some("сова")),
            // Parts of other words are none of it.
            ("viagrafalls", None),
            ("совами", None),
            ("loans in 2024", None),
            ("", None),
        ] {
            assert_eq!(blocks.blocked_word(text), found, "{text}");
        }
        assert_eq!(ServerBlocks::default().blocked_word("viagra"), None);
    }

    #[test]
    fn networks_by_their_prefix() {
        let blocks = blocks(&[
            (BlockKind::Network, "192.0.2.99/24"),
            (BlockKind::Network, "2001:db8::1/32"),
            (BlockKind::Network, "2001:dba:1:2::9"),
        ]);
        let values: Vec<_> = blocks.of(BlockKind::Network).collect();
        assert_eq!(values, ["192.0.2.0/24", "2001:db8::/32", "2001:dba:1:2::9/128"]);
        for (address, blocked) in [
            ("192.0.2.1", true),
            ("::ffff:192.0.2.1", true),
            ("192.0.3.1", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("2001:dba:1:2::1", true),
            ("2001:dba:1:3::9", false),
            ("::1", false),
        ] {
            let network = Network::of(address.parse().expect("an address"));
            assert_eq!(blocks.blocks_network(network), blocked, "{address}");
        }
    }

    #[test]
    fn what_would_keep_out_everybody_is_refused() {
        for (kind, bad) in [
            (BlockKind::Network, "0.0.0.0/0"),
            (BlockKind::Network, "::/0"),
            (BlockKind::Network, "10.0.0.0/33"),
            (BlockKind::Network, "example.org"),
            (BlockKind::EmailDomain, "org"),
            (BlockKind::EmailDomain, "a b.c"),
            (BlockKind::Word, " "),
            (BlockKind::Trend, "#"),
        ] {
            assert!(ServerBlock::new(kind, bad).is_err(), "{kind:?} {bad}");
        }
        let trend = ServerBlock::new(BlockKind::Trend, "#Ai").expect("valid");
        assert!(ServerBlocks::new(vec![trend]).expect("ready").blocks_trend("ai"));
    }
}
