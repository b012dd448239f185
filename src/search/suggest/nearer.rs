//! Strings of the archive that are one or two characters away from one that
//! stands nowhere.
//!
//! A character that is left open is filled by whatever stands there in the
//! texts: the index of characters is walked with a gap. So what is offered
//! needs to be in no dictionary, and what is in none (主题党日) is found.

use std::collections::HashMap;

use anyhow::Result;

use crate::chars::Unit;
use crate::index::Store;
use crate::search::phrase::{Phrase, Scope, fill};
use crate::search::suggest::sound::sounds_alike;
use crate::segment::Segmenter;

/// Longer strings are left alone: their parts are looked for instead.
const LONGEST: usize = 12;
/// Passages of a segment that are read for one gap.
const READ: usize = 40;
/// What reading the text of a passage costs, in passages that are walked over.
const TEXT: u64 = 300;
/// The longest string in which two characters are left open.
const TWO: usize = 8;

/// Strings near a string, the likeliest first. `effort` is how many passages
/// may be walked over, and what is left of it afterwards.
pub(super) fn strings(store: &Store, phrase: &Phrase, effort: &mut u64) -> Result<Vec<String>> {
    let units = &phrase.units;
    let n = units.len();
    let solid = units
        .iter()
        .all(|unit| matches!(unit, Unit::Char(c) if !c.is_ascii()));
    if !solid || !(3..=LONGEST).contains(&n) {
        return Ok(Vec::new());
    }
    let asked: Vec<Option<Unit>> = units.iter().copied().map(Some).collect();
    let mut found = Found {
        store,
        asked: text(units),
        near: HashMap::new(),
        effort,
    };
    for at in 0..n {
        let mut open = asked.clone();
        open[at] = None;
        found.filled(&open)?;
        let mut without = units.clone();
        without.remove(at);
        found.standing(without)?;
        if at > 0 {
            let mut wider = asked.clone();
            wider.insert(at, None);
            found.filled(&wider)?;
            let mut swapped = units.clone();
            swapped.swap(at - 1, at);
            found.standing(swapped)?;
        }
    }
    if found.near.is_empty() && (4..=TWO).contains(&n) {
        for one in 0..n {
            for other in one + 1..n {
                let mut open = asked.clone();
                (open[one], open[other]) = (None, None);
                found.filled(&open)?;
            }
        }
        // Half a string may be filled by anything: then it must sound alike.
        if n < 6 {
            let asked = &found.asked;
            found.near.retain(|string, _| sounds_alike(asked, string));
        }
    }
    let asked = found.asked;
    let mut near: Vec<(f64, String)> = found
        .near
        .into_iter()
        .map(|(string, count)| {
            let alike = if sounds_alike(&asked, &string) {
                4.0
            } else {
                0.0
            };
            // What only lacks a character says less than what has another.
            let length = match string.chars().count() {
                length if length == n => 1.0,
                length if length < n => -3.0,
                _ => 0.0,
            };
            (f64::from(count).ln_1p() + alike + length, string)
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(near.into_iter().map(|(_, string)| string).collect())
}

/// Whether a string is part of a better one and begins or ends in the middle of a word of it:
/// `国家监察体制改` beside `国家监察体制改革`.
pub(super) fn is_cut(segmenter: &Segmenter, better: &str, string: &str) -> bool {
    let Some(begin) = better.find(string).filter(|_| better.len() > string.len()) else {
        return false;
    };
    // A word has parts: 体制改革 may end behind 体制, before 改革, as well.
    let words = segmenter.indexed(better);
    let parts = |edge: usize| {
        let ends = edge == 0 || words.iter().any(|word| word.bytes.end == edge);
        let begins = edge == better.len() || words.iter().any(|word| word.bytes.start == edge);
        ends && begins
    };
    !parts(begin) || !parts(begin + string.len())
}

struct Found<'a> {
    store: &'a Store,
    asked: String,
    /// Strings, and in how many of the places that were read.
    near: HashMap<String, u32>,
    effort: &'a mut u64,
}

impl Found<'_> {
    /// Whether a walk over the passages of a string can still be afforded.
    fn affords(&mut self, phrase: &Phrase) -> Result<bool> {
        let mut cost = 0;
        for segment in self.store.segments() {
            cost += phrase.at_most(segment)?;
        }
        let left = self.effort.checked_sub(cost);
        *self.effort = left.unwrap_or(*self.effort);
        Ok(left.is_some())
    }

    fn filled(&mut self, open: &[Option<Unit>]) -> Result<()> {
        let units = open.iter().copied().flatten().collect();
        if !self.affords(&Phrase { units })? {
            return Ok(());
        }
        for segment in self.store.segments() {
            let read = fill(open, segment, READ, |string| {
                if string != self.asked {
                    *self.near.entry(string).or_default() += 1;
                }
            })?;
            *self.effort = self.effort.saturating_sub(read as u64 * TEXT);
        }
        Ok(())
    }

    fn standing(&mut self, units: Vec<Unit>) -> Result<()> {
        let string = text(&units);
        let phrase = Phrase { units };
        if !self.affords(&phrase)? {
            return Ok(());
        }
        for segment in self.store.segments() {
            let docs = phrase.places(segment, Scope::Anywhere, None, false)?.docs;
            if !docs.is_empty() && string != self.asked {
                *self.near.entry(string.clone()).or_default() += docs.len().min(READ) as u32;
            }
        }
        Ok(())
    }
}

fn text(units: &[Unit]) -> String {
    units
        .iter()
        .filter_map(|unit| match unit {
            Unit::Char(c) => Some(*c),
            Unit::Stop | Unit::Break => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_in_a_word_of_a_better_one_is_cut() {
        let segmenter = Segmenter::new(&[]);
        for (better, string, want) in [
            ("河湖管理体制改革", "河湖管理体制改", true),
            ("河湖管理体制改革", "湖管理体制改革", true),
            ("河湖管理体制改革", "河湖管理体制", false),
            ("河湖管理体制改革", "管理体制改革", false),
            ("河湖管理体制改革", "河湖管理体制改革", false),
            ("河湖管理体制改革", "河湖治理", false),
            ("全面从严治党", "全面从严治", true),
            ("", "", false),
        ] {
            assert_eq!(is_cut(&segmenter, better, string), want, "{string}");
        }
    }
}
