//! Ids in requests: a number, or the same as a string, since JavaScript loses large integers.

use serde::{Deserialize, Deserializer, de};

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(i64),
    Text(String),
}

/// An id that may be left out or null.
pub(super) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let wrong = || de::Error::custom("must be the id of a tweet or user: a number, or its `_str`");
    match Option::<NumberOrText>::deserialize(from).map_err(|_| wrong())? {
        None => Ok(None),
        Some(NumberOrText::Number(id)) => Ok(Some(id)),
        Some(NumberOrText::Text(text)) => text.parse().map(Some).map_err(|_| wrong()),
    }
}

/// Ids, in their order; none if left out or null.
pub(super) fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<i64>, D::Error> {
    let wrong = || de::Error::custom("must be a list of ids: numbers, or their `_str`");
    let ids = Option::<Vec<NumberOrText>>::deserialize(from).map_err(|_| wrong())?;
    let number = |id| match id {
        NumberOrText::Number(id) => Ok(id),
        NumberOrText::Text(text) => text.parse().map_err(|_| wrong()),
    };
    ids.unwrap_or_default().into_iter().map(number).collect()
}

/// An id that must be there.
pub(super) fn required<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    optional(from)?.ok_or_else(|| de::Error::custom("must be an id: a number, or its `_str`"))
}

/// A field that tells null (`Some(None)`) from left out (`None`).
pub(super) fn nullable<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}
