//! Names of many files of pictures, in little memory: some forty bytes a picture.

use std::collections::HashMap;

use pipit_model::media::{Format, MediaFiles, file_format};

/// A set of them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct FileSet(HashMap<u128, u8>);

const FORMATS: [Format; 3] = [Format::Jpeg, Format::Png, Format::Gif];

impl FileSet {
    pub(crate) fn insert(&mut self, name: &str) {
        if let Some((key, bit)) = parse(name) {
            *self.0.entry(key).or_default() |= bit;
        }
    }

    /// Takes a name out; whether it was in.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let Some((key, bit)) = parse(name) else { return false };
        let Some(bits) = self.0.get_mut(&key) else { return false };
        let was_in = *bits & bit != 0;
        *bits &= !bit;
        if *bits == 0 {
            self.0.remove(&key);
        }
        was_in
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        parse(name).is_some_and(|(key, bit)| self.0.get(&key).is_some_and(|bits| bits & bit != 0))
    }

    /// How many names.
    pub(crate) fn len(&self) -> u64 {
        self.0.values().map(|bits| u64::from(bits.count_ones())).sum()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().flat_map(|(key, bits)| {
            let (key, bits) = (format!("{key:032x}"), *bits);
            let of_format = move |at: usize| {
                let key = key.clone();
                let files = MediaFiles { key, large: FORMATS[at], small: FORMATS[at] };
                [(1 << at, files.large_name()), (8 << at, files.small_name())]
            };
            let named = (0..FORMATS.len()).flat_map(of_format);
            named.filter_map(move |(bit, name)| (bits & bit != 0).then_some(name))
        })
    }
}

/// A picture's key, and a bit for the file of this name among those of the picture.
fn parse(name: &str) -> Option<(u128, u8)> {
    let format = file_format(name)?;
    let (stem, _) = name.split_once('.')?;
    let (key, small) = match stem.strip_suffix("-s") {
        Some(key) => (key, true),
        None => (stem, false),
    };
    let at = FORMATS.iter().position(|known| *known == format)?;
    let key = u128::from_str_radix(key, 16).ok()?;
    Some((key, if small { 8 } else { 1 } << at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_in_and_come_out() {
        let key = "0023456789abcdef0123456789abcdef";
        let names: Vec<String> =
            [".jpg", "-s.jpg", ".png", "-s.gif"].iter().map(|end| format!("{key}{end}")).collect();
        let mut set = FileSet::default();
        for name in &names {
            set.insert(name);
        }
        set.insert("../pipit.db");
        let mut listed: Vec<String> = set.names().collect();
        listed.sort_unstable();
        let mut wanted = names.clone();
        wanted.sort_unstable();
        assert_eq!(listed, wanted);
        assert_eq!(set.len(), 4);
        assert!(set.contains(&names[3]) && !set.contains(&format!("{key}.gif")));
        for name in &names {
            assert!(set.remove(name) && !set.remove(name));
        }
        assert_eq!(set, FileSet::default());
    }
}
