//! A reading, whole (`zhutidangri`) or as initials (`ztdr`), becomes strings of
//! the archive: words of the index that are read so, put together where they
//! stand together.
//!
//! There is no table of readings of words: every term of the index is read
//! character by character, which takes some 20 ms for 100,000 of them. What
//! words join is told by the passages that hold both, and then by the string.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use foldhash::fast::FixedState;
use pinyin::ToPinyinMulti;
use tantivy::{DocSet, TERMINATED};

use crate::chars::Unit;
use crate::fold::fold;
use crate::index::Store;
use crate::search::phrase::{Phrase, Scope};

/// The longest reading, in characters that it stands for.
const LONGEST: usize = 12;
/// Ways to cut letters into syllables that are tried.
const CUTS: usize = 6;
/// First characters by which words are looked up, before all are read.
const RANGES: usize = 600;
/// Words that may begin a string, the most frequent ones.
const FIRST: usize = 40;
/// Words that may go on with it.
const NEXT: usize = 300;
/// Strings that are kept at each place.
const BEAM: usize = 10;
/// Strings handed back.
const BEST: usize = 3;

/// How one character is read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sound {
    /// One of these syllables, without tones.
    Syllables(Vec<String>),
    /// A syllable that begins with this letter.
    Initial(char),
}

impl Sound {
    fn fits(&self, reading: &str) -> bool {
        match self {
            Sound::Syllables(syllables) => syllables.iter().any(|syllable| syllable == reading),
            Sound::Initial(letter) => reading.starts_with(*letter),
        }
    }
}

/// A text of letters as a reading: lower case, narrow, without tones; `None`
/// when it holds anything else.
pub(super) fn letters(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .map(fold)
        .filter(|c| !matches!(c, '\'' | '’'))
        .flat_map(char::to_lowercase)
        .map(toneless)
        .collect();
    let reads = |c: char| c.is_ascii_lowercase() || c == ' ';
    (!plain.is_empty() && plain.chars().all(reads)).then_some(plain)
}

/// A letter without its tone; ü is v, as keyboards have it.
fn toneless(c: char) -> char {
    const LETTERS: &[(&str, char)] = &[
        ("āáǎà", 'a'),
        ("ēéěèê", 'e'),
        ("īíǐì", 'i'),
        ("ōóǒò", 'o'),
        ("ūúǔù", 'u'),
        ("ǖǘǚǜü", 'v'),
        ("ńňǹ", 'n'),
        ("ḿ", 'm'),
    ];
    LETTERS
        .iter()
        .find(|(from, _)| from.contains(c))
        .map_or(c, |(_, to)| *to)
}

/// The readings of a character, without tones.
fn readings(c: char) -> Vec<String> {
    let mut all: Vec<String> = c
        .to_pinyin_multi()
        .into_iter()
        .flatten()
        .map(|reading| reading.with_tone().chars().map(toneless).collect())
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Whether two strings have one length and each character of one may be read
/// like that of the other.
pub(super) fn sounds_alike(a: &str, b: &str) -> bool {
    a.chars().count() == b.chars().count()
        && a.chars().zip(b.chars()).all(|(a, b)| {
            a == b
                || readings(a)
                    .iter()
                    .any(|reading| readings(b).contains(reading))
        })
}

/// Strings of the archive that are read like letters, the most frequent first.
/// `effort` is how many passages may be walked over, and what is left of it afterwards.
pub(super) fn spelled(
    store: &Store,
    readings: &Readings,
    letters: &str,
    effort: &mut u64,
) -> Result<Vec<String>> {
    let index = Index::new(store, readings);
    let mut cuts: Vec<Vec<&str>> = vec![Vec::new()];
    for run in letters.split_whitespace() {
        let own = index.cuts(run);
        cuts = cuts
            .iter()
            .flat_map(|cut| own.iter().map(|more| [cut.as_slice(), more].concat()))
            .take(CUTS)
            .collect();
    }
    for cut in cuts.iter().filter(|cut| (2..=LONGEST).contains(&cut.len())) {
        let sounds: Vec<Sound> = cut
            .iter()
            .map(|syllable| Sound::Syllables(vec![(*syllable).to_owned()]))
            .collect();
        let found = index.strings(&sounds, effort)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let initials: Vec<char> = letters.chars().filter(|c| *c != ' ').collect();
    if (2..=8).contains(&initials.len()) {
        let sounds: Vec<Sound> = initials.into_iter().map(Sound::Initial).collect();
        return index.strings(&sounds, effort);
    }
    Ok(Vec::new())
}

/// Strings of the archive that are read like a string of hanzi. `effort` as for
/// [`spelled`].
pub(super) fn alike(
    store: &Store,
    known: &Readings,
    phrase: &Phrase,
    effort: &mut u64,
) -> Result<Vec<String>> {
    let mut sounds = Vec::new();
    let mut asked = String::new();
    for unit in &phrase.units {
        match unit {
            Unit::Char(c) if !readings(*c).is_empty() => {
                sounds.push(Sound::Syllables(readings(*c)));
                asked.push(*c);
            }
            _ => return Ok(Vec::new()),
        }
    }
    if !(2..=6).contains(&sounds.len()) {
        return Ok(Vec::new());
    }
    let mut found = Index::new(store, known).strings(&sounds, effort)?;
    found.retain(|string| *string != asked);
    Ok(found)
}

/// How the characters of an index are read.
#[derive(Debug)]
pub(in crate::search) struct Readings {
    /// The characters with their readings.
    chars: BTreeMap<char, Vec<String>>,
    /// Every syllable that one of them has.
    syllables: BTreeSet<String>,
}

impl Readings {
    pub(in crate::search) fn read(store: &Store) -> Result<Readings> {
        let mut chars = BTreeMap::new();
        for segment in store.segments() {
            let mut terms = segment.chars().dictionary().from(&[]);
            while let Some((term, _)) = terms.next()? {
                let term = std::str::from_utf8(term).unwrap_or_default();
                if let Some(c) = term.chars().next().filter(|c| !c.is_ascii()) {
                    chars.entry(c).or_insert_with(|| readings(c));
                }
            }
        }
        let syllables = chars.values().flatten().cloned().collect();
        Ok(Readings { chars, syllables })
    }
}

/// What of the index tells how it is read.
struct Index<'a> {
    store: &'a Store,
    readings: &'a Readings,
    /// First document of each segment, counted through.
    bases: Vec<u32>,
    documents: usize,
}

/// A word that fits from some places on.
struct Word {
    text: String,
    length: usize,
    passages: u64,
    starts: u64,
}

/// A string that fits up to a place, with the passages that hold it.
struct Begun {
    text: String,
    docs: Vec<u32>,
}

impl<'a> Index<'a> {
    fn new(store: &'a Store, readings: &'a Readings) -> Index<'a> {
        let mut bases = Vec::new();
        let mut documents = 0;
        for segment in store.segments() {
            bases.push(documents);
            documents += segment.max_doc();
        }
        Index {
            store,
            readings,
            bases,
            documents: documents as usize,
        }
    }

    /// The ways to cut letters into syllables, those with the fewest first.
    fn cuts<'t>(&self, letters: &'t str) -> Vec<Vec<&'t str>> {
        if letters.len() > 6 * LONGEST {
            return Vec::new();
        }
        // From the end: the best ways to cut what follows each place.
        let mut from: Vec<Vec<Vec<&str>>> = vec![Vec::new(); letters.len() + 1];
        from[letters.len()].push(Vec::new());
        for start in (0..letters.len()).rev() {
            let mut ways = Vec::new();
            for (end, rests) in from.iter().enumerate().skip(start + 1).take(6) {
                let syllable = letters.get(start..end).unwrap_or_default();
                if self.readings.syllables.contains(syllable) {
                    let with = |rest: &Vec<&'t str>| [&[syllable], rest.as_slice()].concat();
                    ways.extend(rests.iter().map(with));
                }
            }
            ways.sort_by_key(Vec::len);
            ways.truncate(CUTS);
            from[start] = ways;
        }
        from.swap_remove(0)
    }

    /// Strings that are read so, the most frequent first.
    fn strings(&self, sounds: &[Sound], effort: &mut u64) -> Result<Vec<String>> {
        let n = sounds.len();
        if *effort == 0 {
            return Ok(Vec::new());
        }
        let words = self.words(sounds, effort)?;
        let whole = (1u64 << n) - 1;
        let mut best: Vec<(usize, String)> = words
            .iter()
            .filter(|word| word.length == n && word.starts & 1 == 1)
            .map(|word| (word.passages as usize, word.text.clone()))
            .collect();
        let mut postings: HashMap<usize, Vec<u32>> = HashMap::new();
        let mut begun: Vec<Vec<Begun>> = (0..=n).map(|_| Vec::new()).collect();
        let firsts = (0..words.len())
            .filter(|nth| words[*nth].starts & whole & 1 == 1 && words[*nth].length < n);
        for nth in firsts.take(FIRST) {
            begun[words[nth].length].push(Begun {
                text: words[nth].text.clone(),
                docs: self.docs(&words[nth].text)?,
            });
        }
        let mut seen = vec![0u64; self.documents.div_ceil(64)];
        for at in 1..n {
            let nexts: Vec<usize> = (0..words.len())
                .filter(|nth| words[*nth].starts >> at & 1 == 1)
                .take(NEXT)
                .collect();
            let mut joined: Vec<(f64, usize, usize)> = Vec::new();
            for (which, first) in begun[at].iter().enumerate() {
                if *effort == 0 {
                    break;
                }
                for doc in &first.docs {
                    seen[*doc as usize / 64] |= 1 << (doc % 64);
                }
                for nth in &nexts {
                    if !postings.contains_key(nth) {
                        let docs = self.docs(&words[*nth].text)?;
                        *effort = effort.saturating_sub(docs.len() as u64 / 8);
                        postings.insert(*nth, docs);
                    }
                    let docs = &postings[nth];
                    // A look at a bit is a small part of a step of a walk.
                    *effort = effort.saturating_sub(1 + docs.len() as u64 / 16);
                    let both = docs
                        .iter()
                        .filter(|doc| seen[**doc as usize / 64] >> (*doc % 64) & 1 == 1)
                        .count() as f64;
                    if both > 0.0 {
                        // Cosine, so that neither frequent nor rare words win by that alone.
                        let cosine = both / (first.docs.len() as f64 * docs.len() as f64).sqrt();
                        joined.push((cosine * (1.0 + both).ln(), which, *nth));
                    }
                }
                for doc in &first.docs {
                    seen[*doc as usize / 64] = 0;
                }
            }
            joined.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
            let mut kept = 0;
            for (_, which, nth) in joined.into_iter().take(4 * BEAM) {
                let text = format!("{}{}", begun[at][which].text, words[nth].text);
                let end = at + words[nth].length;
                let cost = self.cost(&text)?;
                if cost > *effort {
                    continue;
                }
                *effort -= cost;
                let docs = self.standing(&text)?;
                if docs.is_empty() || begun[end].iter().any(|other| other.text == text) {
                    continue;
                }
                if end == n {
                    best.push((docs.len(), text));
                } else {
                    begun[end].push(Begun { text, docs });
                }
                kept += 1;
                if kept == BEAM {
                    break;
                }
            }
        }
        best.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        best.dedup_by(|a, b| a.1 == b.1);
        best.truncate(BEST);
        Ok(best.into_iter().map(|(_, text)| text).collect())
    }

    /// The words that fit somewhere, the most frequent first. Initials are
    /// filled by words of two characters or more only.
    fn words(&self, sounds: &[Sound], effort: &mut u64) -> Result<Vec<Word>> {
        let initials = sounds
            .iter()
            .any(|sound| matches!(sound, Sound::Initial(_)));
        let fits = |readings: &Vec<String>| {
            sounds.iter().enumerate().fold(0u64, |bits, (at, sound)| {
                let fits = readings.iter().any(|reading| sound.fits(reading));
                bits | u64::from(fits) << at
            })
        };
        let mut at: HashMap<char, u64, FixedState> = HashMap::default();
        let mut firsts = Vec::new();
        for (c, readings) in &self.readings.chars {
            let bits = fits(readings);
            if bits != 0 {
                at.insert(*c, bits);
                firsts.push(*c);
            }
        }
        let mut words: HashMap<String, Word> = HashMap::new();
        // The term of a hidden word ends in what has no reading, and is none of them.
        let mut add = |term: &[u8], passages: u32| {
            let Ok(term) = std::str::from_utf8(term) else {
                return;
            };
            let mut starts = u64::MAX;
            let mut length = 0;
            for c in term.chars() {
                starts &= at.get(&c).copied().unwrap_or(0) >> length;
                length += 1;
                if starts == 0 || length > LONGEST {
                    break;
                }
            }
            if starts == 0 || length > LONGEST || length == 1 && initials {
                return;
            }
            words
                .entry(term.to_owned())
                .or_insert_with(|| Word {
                    text: term.to_owned(),
                    length,
                    passages: 0,
                    starts,
                })
                .passages += u64::from(passages);
        };
        for segment in self.store.segments() {
            let dictionary = segment.words().dictionary();
            // Words lie by their first characters; of many of these all are read.
            let ranges: Vec<(char, char)> = match firsts.len() > RANGES {
                true => vec![('\0', char::MAX)],
                false => firsts.iter().map(|c| (*c, *c)).collect(),
            };
            for (first, last) in ranges {
                let mut terms = dictionary.from(first.encode_utf8(&mut [0; 4]).as_bytes());
                let mut read = 0;
                while let Some((key, info)) = terms.next()? {
                    read += 1;
                    let end = last.encode_utf8(&mut [0; 4]).len();
                    let begin = &key[..end.min(key.len())];
                    if begin > last.encode_utf8(&mut [0; 4]).as_bytes() {
                        break;
                    }
                    add(key, info.doc_freq);
                }
                *effort = effort.saturating_sub(8 + read);
            }
        }
        let mut words: Vec<Word> = words.into_values().collect();
        words.sort_by(|a, b| {
            b.passages
                .cmp(&a.passages)
                .then_with(|| a.text.cmp(&b.text))
        });
        Ok(words)
    }

    /// The passages that hold a word, counted through all segments.
    fn docs(&self, word: &str) -> Result<Vec<u32>> {
        let mut docs = Vec::new();
        for (segment, base) in self.store.segments().iter().zip(&self.bases) {
            let Some(mut postings) = segment.words().postings(word)? else {
                continue;
            };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                docs.push(base + doc);
                doc = postings.advance();
            }
        }
        Ok(docs)
    }

    /// How many passages are walked over for a string at the most.
    fn cost(&self, text: &str) -> Result<u64> {
        let phrase = Phrase::new(text);
        let mut cost = 0;
        for segment in self.store.segments() {
            cost += phrase.at_most(segment)?;
        }
        Ok(cost)
    }

    /// The passages in which a string stands.
    fn standing(&self, text: &str) -> Result<Vec<u32>> {
        let phrase = Phrase::new(text);
        let mut docs = Vec::new();
        for (segment, base) in self.store.segments().iter().zip(&self.bases) {
            let places = phrase.places(segment, Scope::Anywhere, None, false)?;
            docs.extend(places.docs.iter().map(|doc| base + doc));
        }
        Ok(docs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_tones_and_width() {
        for (text, want) in [
            ("zhǔtí", Some("zhuti")),
            ("ＺＴＤＲ", Some("ztdr")),
            ("xi'an", Some("xian")),
            ("lǜshī", Some("lvshi")),
            ("党建", None),
            ("a1", None),
            ("", None),
        ] {
            assert_eq!(letters(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn alike_by_any_reading() {
        assert!(sounds_alike("煮提", "主题"));
        assert!(sounds_alike("重庆", "虫庆"));
        assert!(!sounds_alike("党曰", "党日"));
        assert!(!sounds_alike("党", "党日"));
    }
}
