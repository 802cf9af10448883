//! Filters: words that somebody does not want to read, and where. Only their owner knows of them.

use crate::error::{Error, Result};
use crate::ids::{FilterId, UserId};
use crate::limits::{
    FILTER_KEYWORDS_MAX, FILTER_SECS_MAX, FILTER_TITLE_CHARS_MAX, KEYWORD_CHARS_MAX,
};
use crate::time::Timestamp;
use crate::user::one_line;
use crate::words::{WordFinder, folded};

/// What happens to a tweet that a filter matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilterAction {
    /// It is folded up, with the filter's title on it.
    Warn,
    /// It is left out.
    Hide,
}

impl FilterAction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Warn, Self::Hide];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Warn => 0,
            Self::Hide => 1,
        }
    }

    /// The action with this number; the milder one for one of a newer version.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        if code == Self::Hide.code() { Self::Hide } else { Self::Warn }
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Hide => "hide",
        }
    }

    /// The action with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// Where a filter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilterContext {
    /// One's home, and one's lists.
    Home,
    /// What one is told.
    Notifications,
    /// Everybody's tweets, hashtags and searches.
    Public,
    /// Above and below a tweet.
    Thread,
    /// Somebody's page.
    Profile,
}

impl FilterContext {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Home, Self::Notifications, Self::Public, Self::Thread, Self::Profile];

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Notifications => "notifications",
            Self::Public => "public",
            Self::Thread => "thread",
            Self::Profile => "profile",
        }
    }

    /// The context with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == name)
    }

    fn bit(self) -> i16 {
        match self {
            Self::Home => 1,
            Self::Notifications => 2,
            Self::Public => 4,
            Self::Thread => 8,
            Self::Profile => 16,
        }
    }
}

/// A set of contexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilterContexts(i16);

impl FilterContexts {
    /// Whether this one is among them.
    #[must_use]
    pub fn contains(self, context: FilterContext) -> bool {
        self.0 & context.bit() != 0
    }

    /// Those of them there are, in their order.
    pub fn iter(self) -> impl Iterator<Item = FilterContext> {
        FilterContext::ALL.into_iter().filter(move |context| self.contains(*context))
    }

    /// A stable number for the set: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        self.0
    }

    /// The set with this number.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self(code)
    }
}

impl FromIterator<FilterContext> for FilterContexts {
    fn from_iter<I: IntoIterator<Item = FilterContext>>(contexts: I) -> Self {
        Self(contexts.into_iter().fold(0, |set, context| set | context.bit()))
    }
}

/// How a keyword is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// Only where it begins and ends with a word.
    WholeWord,
    /// Also inside a word.
    Anywhere,
}

/// A word or phrase that is looked for; a hashtag is one with its sigil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// As typed.
    pub text: String,
    /// How it is looked for.
    pub matching: Matching,
}

/// A stored filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Its id.
    pub id: FilterId,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it: shown in place of what it folds up.
    pub title: String,
    /// Where it holds.
    pub contexts: FilterContexts,
    /// What it does.
    pub action: FilterAction,
    /// Until when it holds; [`None`] for ever.
    pub expires_at: Option<Timestamp>,
    /// What it looks for.
    pub keywords: Vec<Keyword>,
}

/// A filter as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterDraft {
    /// Up to 50 characters.
    pub title: String,
    /// At least one.
    pub contexts: FilterContexts,
    /// What it is to do.
    pub action: FilterAction,
    /// How long it is to hold; [`None`] for ever.
    pub expires_in_secs: Option<i64>,
    /// One to thirty.
    pub keywords: Vec<Keyword>,
}

impl FilterDraft {
    /// The filter that it becomes.
    ///
    /// # Errors
    /// [`Error::InvalidField`] with the name of the first field that breaks a rule.
    pub fn checked(self, id: FilterId, user_id: UserId, now: Timestamp) -> Result<Filter> {
        let title = one_line("title", &self.title, FILTER_TITLE_CHARS_MAX)?;
        if title.is_empty() {
            return Err(Error::invalid("title", "must not be empty: call the filter something"));
        }
        if self.contexts == FilterContexts::default() {
            return Err(Error::invalid("context", "must name at least one place"));
        }
        if !(1..=FILTER_KEYWORDS_MAX).contains(&self.keywords.len()) {
            return Err(Error::invalid("keywords", "must be 1 to 30 words or phrases"));
        }
        let keywords = self.keywords.iter().map(checked_keyword);
        let keywords = keywords.collect::<Result<_>>()?;
        let too_long = |secs: i64| !(1..=FILTER_SECS_MAX).contains(&secs);
        if self.expires_in_secs.is_some_and(too_long) {
            return Err(Error::invalid("expires_in", "must be from a second to ten years"));
        }
        let expires_at = self.expires_in_secs.map(|secs| now.plus_secs(secs));
        let (contexts, action) = (self.contexts, self.action);
        Ok(Filter { id, user_id, title, contexts, action, expires_at, keywords })
    }
}

fn checked_keyword(keyword: &Keyword) -> Result<Keyword> {
    let text = one_line("keywords", &keyword.text, KEYWORD_CHARS_MAX)?;
    if folded(&text).trim().is_empty() {
        return Err(Error::invalid("keywords", "must not be empty: leave out what is"));
    }
    Ok(Keyword { text, matching: keyword.matching })
}

/// What becomes of a tweet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// No filter is against it.
    Shown,
    /// It is folded up by this filter.
    Folded(&'a Filter),
    /// It is left out.
    Hidden,
}

/// All filters of one reader, ready to look at tweets: one pass over a text, however many there are.
#[derive(Debug, Default)]
pub struct FilterSet {
    filters: Vec<Filter>,
    keywords: WordFinder,
    /// Of each keyword in its place: which filter's.
    of: Vec<usize>,
}

impl FilterSet {
    /// Makes ready some filters.
    ///
    /// # Errors
    /// [`Error::Internal`] if they are too much, which their limits forbid.
    pub fn new(filters: Vec<Filter>) -> Result<Self> {
        let of = filters.iter().enumerate().flat_map(|(n, filter)| vec![n; filter.keywords.len()]);
        let of = of.collect();
        let keywords = filters.iter().flat_map(|filter| &filter.keywords);
        let keywords = WordFinder::new(keywords.map(|word| (&*word.text, word.matching)))?;
        Ok(Self { filters, keywords, of })
    }

    /// The filters.
    #[must_use]
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keywords.is_empty()
    }

    /// When the next of those that hold now ends by itself.
    #[must_use]
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.filters.iter().filter_map(|filter| filter.expires_at).filter(|end| now < *end).min()
    }

    /// Bytes it takes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let keywords = |filter: &Filter| {
            filter.keywords.iter().map(|keyword| size_of::<Keyword>() + keyword.text.len()).sum()
        };
        let filters = self.filters.iter().map(|filter| {
            let words: usize = keywords(filter);
            size_of::<Filter>() + filter.title.len() + words
        });
        filters.sum::<usize>() + self.keywords.bytes() + self.of.capacity() * size_of::<usize>()
    }

    /// What becomes of a tweet with these texts in a context.
    pub fn verdict<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
        context: FilterContext,
        now: Timestamp,
    ) -> Verdict<'_> {
        if self.is_empty() {
            return Verdict::Shown;
        }
        let mut verdict = Verdict::Shown;
        for text in texts {
            let text = folded(text);
            for found in self.keywords.find(&text) {
                let filter = &self.filters[self.of[found]];
                let holds = filter.expires_at.is_none_or(|end| now < end);
                if !holds || !filter.contexts.contains(context) {
                    continue;
                }
                match filter.action {
                    FilterAction::Hide => return Verdict::Hidden,
                    FilterAction::Warn if verdict == Verdict::Shown => {
                        verdict = Verdict::Folded(filter);
                    }
                    FilterAction::Warn => {}
                }
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn keyword(text: &str, matching: Matching) -> Keyword {
        Keyword { text: text.to_owned(), matching }
    }

    fn filter(title: &str, action: FilterAction, keywords: Vec<Keyword>) -> Filter {
        let draft = FilterDraft {
            title: title.to_owned(),
            contexts: [FilterContext::Home, FilterContext::Thread].into_iter().collect(),
            action,
            expires_in_secs: None,
            keywords,
        };
        draft.checked(FilterId(1), UserId(1), NOW).expect("a filter")
    }

    fn is_found(text: &str, word: &str, matching: Matching) -> bool {
        let filters = vec![filter("x", FilterAction::Hide, vec![keyword(word, matching)])];
        let set = FilterSet::new(filters).expect("ready");
        set.verdict([text], FilterContext::Home, NOW) == Verdict::Hidden
    }

    #[test]
    fn words_end_where_unicode_says() {
        for (text, word, whole, anywhere) in [
            ("the cat sat", "cat", true, true),
            ("the category", "cat", false, true),
            ("CAT!", "cat", true, true),
            ("can't", "can", false, true),
            ("under_cat", "cat", false, true),
            ("hot-dog", "dog", true, true),
            ("#Birds are fine", "#birds", true, true),
            ("#birdsong", "#birds", false, true),
            ("x #birds", "birds", true, true),
            ("a spoiler  for\nall", "spoiler for", true, true),
            ("Größe", "GRÖSSE", true, true),
            ("Café", "cafe\u{301}", true, true),
            ("Сова летит", "сова", true, true),
            ("Совами", "сова", false, true),
            ("猫が好き", "猫", true, true),
            ("日本語", "本", true, true),
            ("ＡＢＣ", "abc", true, true),
            ("c\u{200B}a\u{AD}t", "cat", true, true),
            ("dog", "cat", false, false),
            ("", "cat", false, false),
            ("🦜 parrot", "🦜", true, true),
        ] {
            assert_eq!(is_found(text, word, Matching::WholeWord), whole, "{word} in {text}");
            assert_eq!(is_found(text, word, Matching::Anywhere), anywhere, "{word} in {text}");
        }
    }

    #[test]
    fn hiding_wins_and_each_holds_where_and_as_long_as_it_says() {
        let warn = filter("Cats", FilterAction::Warn, vec![keyword("cat", Matching::WholeWord)]);
        let hide = Filter {
            expires_at: Some(NOW.plus_secs(60)),
            ..filter("Dogs", FilterAction::Hide, vec![keyword("dog", Matching::Anywhere)])
        };
        let set = FilterSet::new(vec![warn.clone(), hide]).expect("ready");
        let verdict =
            |texts: &[&str], context, now| set.verdict(texts.iter().copied(), context, now);
        let home = FilterContext::Home;
        assert_eq!(verdict(&["a cat"], home, NOW), Verdict::Folded(&warn));
        assert_eq!(verdict(&["a cat", "dogs"], home, NOW), Verdict::Hidden);
        assert_eq!(verdict(&["dogs"], home, NOW.plus_secs(60)), Verdict::Shown, "it has ended");
        assert_eq!(verdict(&["a cat"], FilterContext::Public, NOW), Verdict::Shown);
        let none = FilterSet::default();
        assert_eq!(none.verdict(["cat"], home, NOW), Verdict::Shown);
        assert!(none.is_empty());
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let good = FilterDraft {
            title: "x".to_owned(),
            contexts: FilterContext::ALL.into_iter().collect(),
            action: FilterAction::Warn,
            expires_in_secs: Some(1),
            keywords: vec![keyword("x", Matching::Anywhere)],
        };
        assert_eq!(good.contexts.iter().count(), 5);
        let refused = |draft: FilterDraft| match draft.checked(FilterId(1), UserId(1), NOW) {
            Err(Error::InvalidField { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert!(good.clone().checked(FilterId(1), UserId(1), NOW).is_ok());
        assert_eq!(refused(FilterDraft { title: " ".to_owned(), ..good.clone() }), "title");
        let nowhere = FilterContexts::default();
        assert_eq!(refused(FilterDraft { contexts: nowhere, ..good.clone() }), "context");
        for secs in [0, -1, FILTER_SECS_MAX + 1, i64::MAX, i64::MIN] {
            let bad = FilterDraft { expires_in_secs: Some(secs), ..good.clone() };
            assert_eq!(refused(bad), "expires_in");
        }
        for bad in ["", " \u{200B}", "a\nb", &"x".repeat(KEYWORD_CHARS_MAX + 1)] {
            let keywords = vec![keyword(bad, Matching::Anywhere)];
            assert_eq!(refused(FilterDraft { keywords, ..good.clone() }), "keywords", "{bad:?}");
        }
        let many = vec![keyword("x", Matching::Anywhere); FILTER_KEYWORDS_MAX + 1];
        assert_eq!(refused(FilterDraft { keywords: many, ..good.clone() }), "keywords");
        assert_eq!(refused(FilterDraft { keywords: Vec::new(), ..good }), "keywords");
    }

    #[test]
    fn names_and_numbers() {
        for action in FilterAction::ALL {
            assert_eq!(FilterAction::parse(action.name()), Some(action));
            assert_eq!(FilterAction::from_code(action.code()), action);
        }
        for context in FilterContext::ALL {
            assert_eq!(FilterContext::parse(context.name()), Some(context));
            let one: FilterContexts = [context].into_iter().collect();
            assert_eq!(FilterContexts::from_code(one.code()).iter().collect::<Vec<_>>(), [context]);
        }
    }

    proptest! {
        /// Any text, any words: no panic, and what is in a text as it stands is found in it.
        #[test]
        fn what_stands_there_is_found(before in ".{0,12}", word in "\\PC{1,8}", after in ".{0,12}") {
            let draft = keyword(&word, Matching::Anywhere);
            if let Ok(word) = checked_keyword(&draft) {
                let text = format!("{before} {} {after}", word.text);
                prop_assert!(is_found(&text, &word.text, Matching::Anywhere));
            }
        }
    }
}
