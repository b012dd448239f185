//! Counting candidates, three times over the archive, in bounded memory.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_64;

use crate::discover::shape::Shapes;
use crate::fold::fold;
use crate::index::Store;
use crate::segment::{Room, Segmenter};

/// Characters of the longest candidate.
const LONGEST: usize = 8;
/// Cells of the rough count: a byte each.
const CELLS: usize = 1 << 26;
/// Candidates that are counted exactly, at most: about a hundred bytes each.
const MOST: usize = 2 << 20;
/// Candidates whose neighbours are counted, at most: 256 bytes each.
const MOST_NEAR: usize = 1 << 17;
/// Neighbours are told apart by so many cells: 5 bits of entropy at the most.
pub(super) const CELLS_NEAR: usize = 32;
/// Bits of cohesion below which a candidate is a meeting of words.
pub(super) const LEAST_COHESION: f64 = 4.0;

/// Pieces of the text between two marks of punctuation.
#[derive(Default)]
struct Run {
    text: String,
    /// Where each piece ends in the text, and how many characters it has; the
    /// last of them is grammar.
    pieces: Vec<(usize, usize, bool)>,
}

/// What each thread keeps from text to text.
#[derive(Default)]
struct Hands {
    room: Room,
    run: Run,
    seen: FxHashSet<u64>,
}

/// A candidate, or a single piece, where it stands.
struct Place<'a> {
    text: &'a str,
    hash: u64,
    pieces: usize,
    /// The characters beside it, where there is no punctuation.
    before: Option<char>,
    behind: Option<char>,
}

impl Run {
    fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
    }

    fn start(&self, piece: usize) -> usize {
        piece
            .checked_sub(1)
            .map_or(0, |before| self.pieces[before].0)
    }

    /// Every piece and every candidate of a run.
    fn each(&self, found: &mut impl FnMut(Place<'_>)) {
        for first in 0..self.pieces.len() {
            let start = self.start(first);
            let mut chars = 0;
            for last in first..self.pieces.len() {
                let (end, len, grammar) = self.pieces[last];
                chars += len;
                if last > first && (chars > LONGEST || grammar) {
                    break;
                }
                let text = &self.text[start..end];
                found(Place {
                    text,
                    hash: xxh3_64(text.as_bytes()),
                    pieces: last + 1 - first,
                    before: self.text[..start].chars().next_back(),
                    behind: self.text[end..].chars().next(),
                });
                if grammar {
                    break;
                }
            }
        }
    }
}

/// Calls `found` with all that stands in an article, and with what tells one
/// article from another.
fn walk(
    texts: &mut dyn Iterator<Item = &str>,
    segmenter: &Segmenter,
    shapes: &Shapes,
    hands: &mut Hands,
    found: &mut impl FnMut(u64, Place<'_>, &mut FxHashSet<u64>),
) {
    hands.seen.clear();
    let mut article = 0;
    let (run, seen) = (&mut hands.run, &mut hands.seen);
    for text in texts {
        article ^= xxh3_64(text.as_bytes());
        run.clear();
        let mut number = false;
        segmenter.pieces(text, &mut hands.room, |piece, _| {
            let counted = number && shapes.is_measure(piece);
            number = piece.ends_with(|c: char| c.is_ascii_digit());
            if piece.chars().all(is_hanzi) {
                run.text.push_str(piece);
                // 3人, 5.2级: what a number counts goes with the number.
                let grammar = counted || shapes.is_grammar(piece);
                run.pieces
                    .push((run.text.len(), piece.chars().count(), grammar));
            } else if !run.pieces.is_empty() {
                run.each(&mut |place| found(article, place, seen));
                run.clear();
            }
        });
        run.each(&mut |place| found(article, place, seen));
    }
}

fn is_hanzi(c: char) -> bool {
    matches!(fold(c), '\u{3400}'..='\u{9FFF}' | '〇' | '\u{20000}'..='\u{2FA1F}')
}

/// How many articles a candidate stands in, at least as many as it does: those
/// that share a cell are counted together, up to 255.
pub(super) struct Rough(Vec<AtomicU8>);

fn cell(hash: u64) -> usize {
    hash as usize & (CELLS - 1)
}

impl Rough {
    pub(super) fn count(store: &Store, segmenter: &Segmenter) -> Result<Rough> {
        let mut cells = Vec::new();
        cells.resize_with(CELLS, || AtomicU8::new(0));
        let shapes = Shapes::new();
        store.each_article(|texts, hands: &mut Hands| {
            walk(texts, segmenter, &shapes, hands, &mut |_, place, seen| {
                if place.pieces > 1 && seen.insert(place.hash) {
                    let more = |count: u8| count.checked_add(1);
                    let cell = &cells[cell(place.hash)];
                    // Full is full.
                    let _ = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
                }
            });
        })?;
        Ok(Rough(cells))
    }

    /// The least number of articles, from `wanted` on, that leaves no more
    /// candidates than can be counted exactly.
    pub(super) fn least(&self, wanted: u32) -> u32 {
        let mut cells = [0_usize; 256];
        for cell in &self.0 {
            cells[usize::from(cell.load(Ordering::Relaxed))] += 1;
        }
        let mut least = 255;
        let mut sum = cells[255];
        while least > 2 && least > wanted && sum + cells[least as usize - 1] <= MOST {
            least -= 1;
            sum += cells[least as usize];
        }
        least.max(wanted)
    }

    fn may_reach(&self, hash: u64, least: u32) -> bool {
        u32::from(self.0[cell(hash)].load(Ordering::Relaxed)) >= least.min(255)
    }
}

/// What is known of a candidate or a piece.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) text: Box<str>,
    pub(super) count: u32,
    pub(super) articles: u32,
    pub(super) single: bool,
}

/// Candidates and pieces with their counts, by hash.
pub(super) struct Exact {
    pub(super) known: FxHashMap<u64, Known>,
    /// Pieces of all texts.
    pub(super) total: u64,
    pub(super) least: u32,
}

const SHARDS: usize = 64;

impl Exact {
    pub(super) fn count(
        store: &Store,
        segmenter: &Segmenter,
        rough: &Rough,
        least: u32,
    ) -> Result<Exact> {
        let shapes = Shapes::new();
        let mut shards: Vec<Mutex<FxHashMap<u64, Known>>> = Vec::new();
        shards.resize_with(SHARDS, Mutex::default);
        store.each_article(|texts, hands: &mut Hands| {
            walk(texts, segmenter, &shapes, hands, &mut |_, place, seen| {
                if place.pieces > 1 && !rough.may_reach(place.hash, least) {
                    return;
                }
                let shard = &shards[(place.hash >> 58) as usize];
                let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
                let known = shard.entry(place.hash).or_insert_with(|| Known {
                    text: place.text.into(),
                    single: place.pieces == 1,
                    ..Known::default()
                });
                known.single |= place.pieces == 1;
                known.count += 1;
                known.articles += u32::from(seen.insert(place.hash));
            });
        })?;
        let mut known = FxHashMap::default();
        for shard in shards {
            let shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
            let kept = |known: &Known| known.single || known.articles >= least;
            known.extend(shard.into_iter().filter(|(_, known)| kept(known)));
        }
        let singles = known.values().filter(|known| known.single);
        let total = singles.map(|known| u64::from(known.count)).sum();
        Ok(Exact {
            known,
            total,
            least,
        })
    }

    pub(super) fn get(&self, text: &str) -> Option<&Known> {
        self.known.get(&xxh3_64(text.as_bytes()))
    }

    /// Bits by which a word is likelier than its parts, for the worst way to part
    /// it at one of these places.
    pub(super) fn cohesion(&self, word: &str, cuts: impl Iterator<Item = usize>) -> f64 {
        let Some(whole) = self.get(word) else {
            return 0.0;
        };
        let whole = f64::from(whole.count) * self.total as f64;
        let mut least = f64::INFINITY;
        for cut in cuts {
            // What no dictionary and no count knows is part of nothing else.
            let parts = [&word[..cut], &word[cut..]];
            if let [Some(a), Some(b)] = parts.map(|part| self.get(part)) {
                let apart = f64::from(a.count) * f64::from(b.count);
                least = least.min((whole / apart).log2());
            }
        }
        if least.is_finite() { least } else { 0.0 }
    }
}

/// The neighbours of candidates that hold together.
pub(super) struct Near {
    /// Which candidates: their hash, their pieces, their cohesion.
    pub(super) list: Vec<(u64, Vec<String>, f64)>,
    cells: Vec<AtomicU32>,
}

impl Near {
    pub(super) fn count(store: &Store, segmenter: &Segmenter, exact: &Exact) -> Result<Near> {
        let shapes = Shapes::new();
        let mut room = Room::default();
        let mut list = Vec::new();
        for (hash, known) in &exact.known {
            if known.single || known.articles < exact.least {
                continue;
            }
            let mut pieces: Vec<String> = Vec::new();
            segmenter.pieces(&known.text, &mut room, |piece, _| {
                pieces.push(piece.to_owned())
            });
            let names: Vec<&str> = pieces.iter().map(String::as_str).collect();
            if pieces.len() < 2 || shapes.is_junk(&names) {
                continue;
            }
            let cuts = pieces.iter().scan(0, |at, piece| {
                *at += piece.len();
                Some(*at)
            });
            let cohesion = exact.cohesion(&known.text, cuts.take(pieces.len() - 1));
            if cohesion >= LEAST_COHESION {
                list.push((*hash, pieces, cohesion));
            }
        }
        let weight = |(hash, _, cohesion): &(u64, Vec<String>, f64)| {
            cohesion * f64::from(exact.known[hash].articles).ln()
        };
        list.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.0.cmp(&b.0)));
        list.truncate(MOST_NEAR);
        let numbers: FxHashMap<u64, usize> = list
            .iter()
            .enumerate()
            .map(|(number, (hash, ..))| (*hash, number))
            .collect();
        let mut cells = Vec::new();
        cells.resize_with(list.len() * 2 * CELLS_NEAR, || AtomicU32::new(0));
        store.each_article(|texts, hands: &mut Hands| {
            walk(
                texts,
                segmenter,
                &shapes,
                hands,
                &mut |article, place, _| {
                    let Some(number) = numbers.get(&place.hash).filter(|_| place.pieces > 1) else {
                        return;
                    };
                    for (side, beside) in [place.before, place.behind].into_iter().enumerate() {
                        // Punctuation leaves all open: it is another neighbour each time.
                        let cell = beside.map_or(article ^ (article >> 32), |c| {
                            xxh3_64(&u32::from(c).to_le_bytes())
                        }) as usize
                            % CELLS_NEAR;
                        cells[(number * 2 + side) * CELLS_NEAR + cell]
                            .fetch_add(1, Ordering::Relaxed);
                    }
                },
            );
        })?;
        Ok(Near { list, cells })
    }

    /// Bits of entropy before and behind the candidate of a number.
    pub(super) fn entropy(&self, number: usize) -> [f64; 2] {
        [0, 1].map(|side| {
            let from = (number * 2 + side) * CELLS_NEAR;
            let counts = self.cells[from..from + CELLS_NEAR].iter();
            let counts: Vec<f64> = counts
                .map(|cell| f64::from(cell.load(Ordering::Relaxed)))
                .filter(|count| *count > 0.0)
                .collect();
            let sum: f64 = counts.iter().sum();
            counts
                .iter()
                .map(|count| count / sum * (sum / count).log2())
                .sum()
        })
    }
}
