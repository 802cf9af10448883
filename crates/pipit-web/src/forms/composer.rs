//! The form to write a tweet in.

use std::hash::{DefaultHasher, Hash, Hasher};

use pipit_core::TweetView;
use pipit_model::limits::{MEDIA_PER_TWEET_MAX, TWEET_WEIGHT_MAX};
use pipit_model::media::Media;
use pipit_model::tweet::ReplyAudience;
use pipit_model::visibility::Visibility;
use pipit_model::{MediaId, Timestamp, text};
use serde::Deserialize;

use super::{new_key, own_key};
use crate::visitor::Viewer;
use crate::words::Words;

/// A tweet or a reply.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ComposeForm {
    pub content: String,
    pub reply_to: String,
    pub quote: String,
    /// Whom it is for; empty for what is usual.
    pub visibility: String,
    pub key: String,
    pub back: String,
    /// Who may reply, by its name.
    pub reply_audience: String,
    /// Not empty if the pictures are sensitive.
    pub sensitive: String,
}

/// A picture that is stored and waits to be posted with the form.
pub(crate) struct KeptPicture {
    pub id: MediaId,
    pub src: String,
    pub description: String,
}

impl KeptPicture {
    pub(crate) fn new(media: &Media) -> Self {
        let description = media.description.clone();
        Self { id: media.id, src: media.files.preview_url(), description }
    }
}

impl ComposeForm {
    /// The idempotency key: a double click posts once, but the same form with another text (after
    /// going back, say) posts again.
    pub(crate) fn request_key(&self, media: &[MediaId]) -> Option<String> {
        let key = own_key(&self.key)?;
        let mut hasher = DefaultHasher::new();
        self.content.hash(&mut hasher);
        if !self.visibility.is_empty() {
            self.visibility.hash(&mut hasher);
        }
        if !self.sensitive.is_empty() {
            self.sensitive.hash(&mut hasher);
        }
        if !media.is_empty() {
            media.hash(&mut hasher);
        }
        Some(format!("{key}-{:016x}", hasher.finish()))
    }

    /// Who may reply, as far as it was chosen: a form of before says nothing of it.
    pub(crate) fn audience(&self) -> Option<ReplyAudience> {
        let chosen = ReplyAudience::parse(&self.reply_audience).ok();
        chosen.filter(|audience| *audience != ReplyAudience::Everyone)
    }

    /// The same form, shown again with what is wrong.
    pub(crate) fn again(self, mut error: String, kept: Vec<KeptPicture>, w: &Words) -> Composer {
        if let Some(over) = characters_over(&self.content) {
            error = format!("{error} {}", (w.too_many)(over));
        }
        Composer {
            content: self.content,
            reply_to: self.reply_to.parse().ok(),
            quote: self.quote.parse().ok(),
            visibility: Visibility::parse("visibility", &self.visibility).unwrap_or_default(),
            kept,
            key: self.key,
            back: self.back,
            reply_audience: ReplyAudience::parse(&self.reply_audience).unwrap_or_default(),
            sensitive: !self.sensitive.is_empty(),
            error: Some(error),
        }
    }
}

/// By how many weighted characters a text is too long.
fn characters_over(content: &str) -> Option<u32> {
    let content = text::clean(content).ok()?;
    let weight = text::weighted_length(&content, &text::entities(&content));
    weight.checked_sub(TWEET_WEIGHT_MAX).filter(|over| *over > 0)
}

/// The form to write a tweet in.
pub(crate) struct Composer {
    pub content: String,
    pub reply_to: Option<i64>,
    pub quote: Option<i64>,
    /// Whom it is for, until somebody chooses otherwise.
    pub visibility: Visibility,
    /// Pictures that were stored with an earlier try.
    pub kept: Vec<KeptPicture>,
    pub key: String,
    pub back: String,
    pub reply_audience: ReplyAudience,
    pub sensitive: bool,
    pub error: Option<String>,
}

impl Composer {
    /// An empty one of this viewer; `back` is the page it leads back to, or "" for the new tweet's
    /// own. An answer is for no more people than what it answers.
    pub(crate) fn new(
        viewer: &Viewer,
        now: Timestamp,
        parent: Option<&TweetView>,
        back: &str,
    ) -> Self {
        let usual = viewer.card.user().default_visibility;
        let parent = parent.map(|parent| parent.shown().card.tweet());
        Self {
            content: String::new(),
            reply_to: parent.map(|tweet| tweet.id.0),
            quote: None,
            visibility: parent.map_or(usual, |tweet| usual.max(tweet.visibility)),
            reply_audience: ReplyAudience::Everyone,
            sensitive: false,
            kept: Vec::new(),
            key: new_key(now),
            back: back.to_owned(),
            error: None,
        }
    }

    /// Whom it can be for: the name, its label, and whether it is chosen.
    pub(crate) fn visibilities(&self, w: &Words) -> [(&'static str, &'static str, bool); 3] {
        let labels = [w.ties.public, w.ties.unlisted, w.ties.followers];
        let option = |n: usize| {
            let visibility = Visibility::ALL[n];
            (visibility.name(), labels[n], visibility == self.visibility)
        };
        [option(0), option(1), option(2)]
    }

    pub(crate) fn title(&self, w: &Words) -> &'static str {
        match (self.reply_to, self.quote) {
            (Some(_), _) => w.reply,
            (None, Some(_)) => w.quote,
            (None, None) => w.new_tweet,
        }
    }

    pub(crate) fn label(&self, w: &Words) -> &'static str {
        match (self.reply_to, self.quote) {
            (Some(_), _) => w.your_reply,
            (None, Some(_)) => w.your_quote,
            (None, None) => w.whats_happening,
        }
    }

    /// Who may be chosen to reply: a name, its words, whether it is chosen. Nobody for a reply.
    pub(crate) fn audiences(&self, w: &Words) -> Vec<(&'static str, &'static str, bool)> {
        if self.reply_to.is_some() {
            return Vec::new();
        }
        let audience = |audience: ReplyAudience| {
            let label = match audience {
                ReplyAudience::Everyone => w.filters.everyone,
                ReplyAudience::Followed => w.filters.followed,
                ReplyAudience::Mentioned => w.filters.mentioned,
            };
            (audience.name(), label, audience == self.reply_audience)
        };
        ReplyAudience::ALL.map(audience).into()
    }

    /// Places for more pictures, numbered from the first.
    pub(crate) fn places(&self) -> std::ops::RangeInclusive<usize> {
        self.kept.len() + 1..=MEDIA_PER_TWEET_MAX
    }

    pub(crate) fn verb(&self, w: &Words) -> &'static str {
        if self.reply_to.is_some() { w.reply } else { w.post }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ALL;

    #[test]
    fn a_double_click_has_one_key_and_another_text_another() {
        let form = |content: &str, key: &str| ComposeForm {
            content: content.into(),
            key: key.into(),
            ..ComposeForm::default()
        };
        assert_eq!(form("a", "1-0").request_key(&[]), form("a", "1-0").request_key(&[]));
        assert_ne!(form("a", "1-0").request_key(&[]), form("b", "1-0").request_key(&[]));
        for bad in ["", "é", "a b", &"a".repeat(65)] {
            assert_eq!(form("a", bad).request_key(&[]), None, "{bad}");
        }
        assert_ne!(new_key(Timestamp(1)), new_key(Timestamp(1)));
    }

    #[test]
    fn a_text_that_is_too_long_says_by_how_much() {
        let form = ComposeForm { content: "x".repeat(283), ..ComposeForm::default() };
        let again = form.again("Too long.".into(), Vec::new(), ALL[0]);
        assert_eq!(again.error.as_deref(), Some("Too long. This one has 3 too many."));
        assert_eq!(again.content.len(), 283);
    }
}
