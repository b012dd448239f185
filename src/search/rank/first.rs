//! The first stage: what matches is scored by words and by strings, and the best
//! of it by characters too.
//!
//! Everything that matches is scored, in columns of numbers, one segment after
//! the other. Only of the best that are wanted a [`Candidate`] is made.

use std::cmp::Ordering;

use anyhow::Result;
use tantivy::DocId;

use crate::index::{Segment, Store};
use crate::search::found::Found as Matched;
use crate::search::many::Often;
use crate::search::rank::found::{Found, Piece, Unit};
use crate::search::rank::{
    CHARS, Candidate, Collection, Evidence, HEAD, Level, READ, Tier, WORDS, sort,
};
use crate::search::together;
use crate::search::units::Units;

/// How many of the best by words are scored by characters too: 500 and 1,000 rank no better, of
/// 200 one story in a thousand is no longer among the best hundred.
pub(crate) const WIDE: usize = 250;

/// What a part of the free text that stands whole in a passage adds when the
/// passage to show is chosen: more than words can.
const WHOLE_PART: f64 = 1000.0;

/// A ranked list, as far as it was wanted.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    /// The best, in order.
    pub(crate) best: Vec<Candidate>,
    /// How many there are in all.
    pub(crate) all: usize,
    /// In how many of them every part of the free text stands whole.
    pub(crate) whole: usize,
}

impl Evidence {
    /// First stage: what matches, one candidate a unit, best first: as many as
    /// are wanted, and at least those that the second stage looks at.
    pub(crate) fn rank(
        &self,
        store: &Store,
        collection: &Collection,
        matched: &Matched,
        wanted: usize,
    ) -> Result<Ranked> {
        let docs = &matched.docs;
        let pieces = pieces(store, collection, docs, matched.often.as_deref());
        let found = together::each(pieces, |piece| self.found(piece))?;
        let wide = wanted.max(WIDE);
        let mut ranked = Ranked {
            all: found.iter().map(|found| found.units.count()).sum(),
            whole: found.iter().map(Found::count_whole).sum(),
            ..Ranked::default()
        };
        let whole = self.add_parts(&found, wide)?;
        let best = &mut ranked.best;
        // Where enough are whole no others are looked at.
        let more = wide.saturating_sub(ranked.whole);
        let rest = together::each(found.iter().collect(), |found| Ok(found.best_of_rest(more)))?;
        let both = [(true, whole, wide), (false, rest, more)];
        for (whole, units, wanted) in both {
            self.candidates(store, &found, (whole, units), wanted, best)?;
        }
        if self.chars.is_empty() {
            sort(store, best)?;
        } else {
            if best.len() > WIDE {
                sort(store, best)?;
            }
            let wide = best.len().min(WIDE);
            self.add_chars(store, collection, &mut best[..wide])?;
            sort(store, &mut best[..wide])?;
        }
        // Of a short unit the second stage reads everything: the passage to show is
        // chosen when it is shown.
        let is_long = |one: &&mut Candidate| {
            let unit = collection.levels[one.segment].docs(one.unit);
            unit.len() > READ
        };
        let long = best.iter_mut().take(HEAD).filter(is_long).collect();
        self.choose(store, collection, docs, long)?;
        Ok(ranked)
    }

    /// Makes candidates of the best `wanted` of some units, whole or not, given by
    /// piece, in no particular order.
    fn candidates(
        &self,
        store: &Store,
        found: &[Found<'_>],
        (whole, units): (bool, Vec<Vec<Unit>>),
        wanted: usize,
        best: &mut Vec<Candidate>,
    ) -> Result<()> {
        // Whose headline is the query is among the best, whatever it scores; of more than are
        // wanted the best are.
        let mut named = units.iter().flatten().filter(|unit| unit.named).count();
        let only_named = named > wanted;
        if only_named {
            named = 0;
        }
        let wanted = wanted - named;
        let is_sure = |unit: &Unit| unit.named && !only_named;
        let is_left = |unit: &Unit| unit.named == only_named;
        let scored = units.iter().flatten().filter(|unit| is_left(unit));
        let mut scores: Vec<f64> = scored.map(|unit| unit.score).collect();
        let least = match scores.len() > wanted {
            true if wanted == 0 => f64::INFINITY,
            true => {
                *scores
                    .select_nth_unstable_by(wanted - 1, |a, b| b.total_cmp(a))
                    .1
            }
            false => f64::NEG_INFINITY,
        };
        // As good as the last of them: what else they are decides.
        let mut last = Vec::new();
        let before = best.len();
        for (found, units) in found.iter().zip(units) {
            let Piece {
                number, segment, ..
            } = found.piece;
            let runs = segment.runs();
            for unit in units {
                let list = match unit.score.total_cmp(&least) {
                    _ if is_sure(&unit) => &mut *best,
                    _ if !is_left(&unit) => continue,
                    Ordering::Less => continue,
                    Ordering::Equal => &mut last,
                    Ordering::Greater => &mut *best,
                };
                let doc = found.first(unit.first);
                list.push(Candidate {
                    segment: number,
                    unit: unit.first,
                    doc,
                    key: None,
                    day: None,
                    number: runs.number(doc),
                    docs: Vec::new(),
                    whole,
                    tier: match (unit.named, whole) {
                        (true, _) => Tier::Named,
                        (_, true) => Tier::Whole,
                        _ => Tier::Scored,
                    },
                    words: found.words[unit.nth],
                    chars: 0.0,
                    phrases: unit.phrases,
                    parts: unit.parts,
                    score: unit.score,
                });
            }
        }
        let more = (wanted + named).saturating_sub(best.len() - before);
        if last.len() > more {
            sort(store, &mut last)?;
            last.truncate(more);
        }
        best.append(&mut last);
        Ok(())
    }

    /// Adds the characters to candidates.
    fn add_chars(
        &self,
        store: &Store,
        collection: &Collection,
        candidates: &mut [Candidate],
    ) -> Result<()> {
        let mut pieces = Vec::new();
        for mut own in by_segment(store, candidates.iter_mut()) {
            own.sort_unstable_by_key(|candidate| candidate.unit);
            while own.len() > SCORED {
                let rest = own.split_off(SCORED);
                pieces.push(std::mem::replace(&mut own, rest));
            }
            pieces.push(own);
        }
        together::each(pieces, |own| {
            let number = own[0].segment;
            self.add_chars_of(
                &store.segments()[number],
                &collection.levels[number],
                collection.average_chars,
                own,
            )
        })?;
        Ok(())
    }

    /// The same for some of one segment, in its order.
    fn add_chars_of(
        &self,
        segment: &Segment,
        level: &Level,
        average: f64,
        mut own: Vec<&mut Candidate>,
    ) -> Result<()> {
        let (Some(first), Some(last)) = (own.first(), own.last()) else {
            return Ok(());
        };
        let docs = first.unit..level.docs(last.unit).end;
        let units = Units::new(docs, own.iter().map(|one| level.docs(one.unit)));
        let norm = |candidate: &&mut Candidate| -> Result<f64> {
            let length = level.chars(candidate.unit)?;
            Ok(CHARS.norm(f64::from(length), average))
        };
        let norms = own.iter().map(norm).collect::<Result<Vec<f64>>>()?;
        for weighed in &self.chars {
            units.tally(segment.chars(), &weighed.term, |nth, frequency| {
                let evidence = CHARS.weigh_by(f64::from(frequency), norms[nth]);
                own[nth].chars += weighed.weight * evidence;
            })?;
        }
        for candidate in own {
            candidate.score = candidate.words + candidate.chars + candidate.phrases;
        }
        Ok(())
    }

    /// Puts the passages of candidates into order, the one to show first: how
    /// good is each by itself?
    pub(crate) fn choose(
        &self,
        store: &Store,
        collection: &Collection,
        docs: &[Vec<DocId>],
        mut candidates: Vec<&mut Candidate>,
    ) -> Result<()> {
        for candidate in &mut candidates {
            let all = docs.get(candidate.segment).map_or(&[][..], Vec::as_slice);
            let unit = collection.levels[candidate.segment].docs(candidate.unit);
            let before = |end: DocId| all.partition_point(|doc| *doc < end);
            let own = all.get(before(unit.start)..before(unit.end));
            candidate.docs = own.unwrap_or_default().to_vec();
        }
        let several = candidates.into_iter().filter(|one| one.docs.len() > 1);
        together::each(by_segment(store, several), |own| {
            let segment = &store.segments()[own[0].segment];
            self.choose_of(segment, collection.average_words, own)
        })?;
        Ok(())
    }

    /// The same for those of one segment.
    fn choose_of(
        &self,
        segment: &Segment,
        average: f64,
        candidates: Vec<&mut Candidate>,
    ) -> Result<()> {
        let docs = candidates.iter().flat_map(|one| one.docs.iter().copied());
        let mut docs: Vec<DocId> = docs.collect();
        docs.sort_unstable();
        let (Some(first), Some(last)) = (docs.first(), docs.last()) else {
            return Ok(());
        };
        let units = Units::new(*first..last + 1, docs.iter().map(|doc| *doc..doc + 1));
        let mut own = vec![0.0; docs.len()];
        let terms = segment.words();
        let lengths = terms.lengths().read()?;
        for weighed in &self.words {
            units.tally(terms, &weighed.term, |nth, frequency| {
                let length = f64::from(lengths.of(docs[nth]));
                own[nth] += weighed.weight * WORDS.weigh(f64::from(frequency), length, average);
            })?;
        }
        let exact = self.phrases.iter().map(|(phrase, _)| (phrase, 0.0));
        let free = self.free.iter().map(|phrase| (phrase, WHOLE_PART));
        for (phrase, more) in exact.chain(free) {
            phrase.among(segment, units.all(), |doc, count, _| {
                own[units.nth(doc)] += count as f64 + more;
            })?;
        }
        let runs = segment.runs();
        let own = |doc: &DocId| docs.binary_search(doc).map_or(0.0, |nth| own[nth]);
        for candidate in candidates {
            let best = |a: &DocId, b: &DocId| own(b).total_cmp(&own(a)).then(a.cmp(b));
            candidate.docs.sort_by(best);
            candidate.doc = candidate.docs[0];
            candidate.number = runs.number(candidate.doc);
        }
        Ok(())
    }
}

/// Candidates, those of each segment together; nothing of a segment that has none.
fn by_segment<'a>(
    store: &Store,
    candidates: impl Iterator<Item = &'a mut Candidate>,
) -> Vec<Vec<&'a mut Candidate>> {
    let mut own: Vec<Vec<&mut Candidate>> = store.segments().iter().map(|_| Vec::new()).collect();
    for candidate in candidates {
        own[candidate.segment].push(candidate);
    }
    own.retain(|own| !own.is_empty());
    own
}

/// Candidates whose characters are counted by one thread.
const SCORED: usize = 128;
/// Passages that are scored by one thread: fewer are not worth another.
const PIECE: usize = 2048;
/// Pieces a large list is cut into.
const PIECES: usize = 4;

/// What matches, cut between units.
fn pieces<'a>(
    store: &'a Store,
    collection: &'a Collection,
    docs: &'a [Vec<DocId>],
    often: Option<&'a [Vec<Often>]>,
) -> Vec<Piece<'a>> {
    let all: usize = docs.iter().map(Vec::len).sum();
    let size = PIECE.max(all.div_ceil(PIECES));
    pieces_of(store, collection, docs, often, size)
}

/// The same in pieces of about `size` passages.
fn pieces_of<'a>(
    store: &'a Store,
    collection: &'a Collection,
    docs: &'a [Vec<DocId>],
    often: Option<&'a [Vec<Often>]>,
    size: usize,
) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    for (number, all) in docs.iter().enumerate() {
        let level = &collection.levels[number];
        let mut begin = 0;
        while begin < all.len() {
            let mut end = all.len();
            // No rest that is hardly worth it.
            if end - begin > size.saturating_add(size / 4) {
                let next = level.docs(level.unit(all[begin + size])).end;
                end = begin + all[begin..].partition_point(|doc| *doc < next);
            }
            pieces.push(Piece {
                number,
                segment: &store.segments()[number],
                collection,
                all,
                often: often.and_then(|often| often.get(number)?.get(begin..end)),
                which: begin..end,
            });
            begin = end;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::search::many::tests::{draw, store};

    /// The best are the best of all, though the parts of most are never looked at.
    #[test]
    fn who_cannot_be_among_the_best_is_left_out() {
        let mut runner = TestRunner::deterministic();
        let mut left_out = 0;
        for round in 0..12 {
            let pattern = "(新闻|新闻联播|中国|人民|，|新。闻|甲){1,40}";
            // In the last rounds a word is in every one of them: all are whole.
            let texts: Vec<String> = (0..80)
                .map(|_| draw(&mut runner, pattern))
                .map(|text| if round < 9 { text } else { text + "新闻，" })
                .collect();
            let store = store(&texts);
            let free = [&["新闻"][..], &["中国", "新闻"], &["新闻，"]][round % 3];
            let free: Vec<String> = free.iter().map(|part| (*part).to_owned()).collect();
            let words = [("新闻".to_owned(), 1), ("中国".to_owned(), 1)];
            let evidence = Evidence::new(&store, &words, &free, &[]).unwrap();
            let collection = Collection::read(&store, true).unwrap();
            let docs: Vec<Vec<DocId>> = store
                .segments()
                .iter()
                .map(|it| (0..it.max_doc()).collect())
                .collect();
            let ranked = |wanted: usize, size: usize| {
                let pieces = pieces_of(&store, &collection, &docs, None, size);
                let found: Vec<Found<'_>> = pieces
                    .into_iter()
                    .map(|piece| evidence.found(piece).unwrap())
                    .collect();
                let mut units: Vec<f64> = evidence
                    .add_parts(&found, wanted)
                    .unwrap()
                    .into_iter()
                    .flatten()
                    .map(|unit| unit.score)
                    .collect();
                units.sort_by(|a, b| b.total_cmp(a));
                units
            };
            let all = ranked(usize::MAX, usize::MAX);
            for (wanted, size) in (1..9).flat_map(|wanted| [(wanted, usize::MAX), (wanted, 7)]) {
                let some = ranked(wanted, size);
                let best = all.len().min(wanted);
                assert_eq!(
                    some[..best],
                    all[..best],
                    "{free:?}, {wanted} of {} in pieces of {size}",
                    all.len()
                );
                left_out += all.len() - some.len();
            }
        }
        assert!(left_out > 0);
    }
}
