//! A query as numbers, for the second stage: every distinct character and pair
//! of them has one.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::chars::Unit;
use crate::pack::{CODES, holding, solid};

/// No number.
pub(super) const NONE: u16 = u16::MAX;

/// What a query looks for, each with its weight.
#[derive(Debug, Default)]
pub(super) struct Weights {
    pub(super) all: Vec<f64>,
    pub(super) total: f64,
}

impl Weights {
    fn new(all: Vec<f64>) -> Weights {
        let total = all.iter().sum();
        Weights { all, total }
    }
}

/// A query as numbers.
#[derive(Debug)]
pub(crate) struct Numbered {
    ids: HashMap<Unit, u16, FixedState>,
    /// Whether any character of the query ends in this byte: most of a text are
    /// ruled out without a look among the numbers.
    lows: [bool; 256],
    /// The number of a run of punctuation.
    stop: u16,
    pub(super) chars: Weights,
    /// Number of a pair of characters by `first * chars + second`; `NONE` without one.
    pairs: Vec<u16>,
    pub(super) bigrams: Weights,
    /// Where each character stands in the parts of the query, laid end to end
    /// with a gap between: by number, the last place first.
    places: Vec<Vec<u32>>,
    /// Places in all.
    pub(super) end: u32,
    /// Characters of the parts.
    pub(super) asked: usize,
    /// For each code of a packed text the number of characters of its token, if
    /// none of them is one of the query's and there is nothing else in it. 0 for
    /// a token that must be looked at.
    foreign: Box<[u8; CODES]>,
}

impl Numbered {
    /// `chars` and `bigrams` with their weights, `parts` of the query as units.
    pub(crate) fn new(
        chars: &[(Unit, f64)],
        bigrams: &[((Unit, Unit), f64)],
        parts: &[&[Unit]],
    ) -> Numbered {
        let mut ids: HashMap<Unit, u16, FixedState> = HashMap::default();
        let mut weights = Vec::new();
        let known = chars.iter().map(|(unit, weight)| (*unit, *weight));
        let rest = parts
            .iter()
            .flat_map(|part| part.iter())
            .map(|unit| (*unit, 0.0));
        for (unit, weight) in known.chain(rest) {
            if !ids.contains_key(&unit) && weights.len() < usize::from(NONE) {
                ids.insert(unit, weights.len() as u16);
                weights.push(weight);
            }
        }
        let n = weights.len();
        // A query is at most 4 KB, so the square is a few megabytes at the worst.
        let mut pairs = vec![NONE; n * n];
        let mut bigram_weights = Vec::new();
        for ((a, b), weight) in bigrams {
            if let (Some(a), Some(b)) = (ids.get(a), ids.get(b)) {
                pairs[usize::from(*a) * n + usize::from(*b)] = bigram_weights.len() as u16;
                bigram_weights.push(*weight);
            }
        }
        let mut places = vec![Vec::new(); n];
        let (mut end, mut asked) = (0, 0);
        for part in parts {
            for id in part.iter().filter_map(|unit| ids.get(unit)) {
                places[usize::from(*id)].push(end);
                end += 1;
                asked += 1;
            }
            end += 1;
        }
        places.iter_mut().for_each(|places| places.reverse());
        let mut foreign = Box::new(*solid());
        let mut lows = [false; 256];
        for unit in ids.keys() {
            if let Unit::Char(c) = unit {
                lows[*c as usize % 256] = true;
                holding(*c).for_each(|code| foreign[usize::from(code)] = 0);
            }
        }
        Numbered {
            lows,
            stop: ids.get(&Unit::Stop).copied().unwrap_or(NONE),
            ids,
            chars: Weights::new(weights),
            pairs,
            bigrams: Weights::new(bigram_weights),
            places,
            end,
            asked,
            foreign,
        }
    }

    /// The number of a unit.
    #[inline]
    pub(super) fn id(&self, unit: Unit) -> u16 {
        match unit {
            Unit::Char(c) if !self.lows[c as usize % 256] => NONE,
            Unit::Stop => self.stop,
            _ => self.ids.get(&unit).copied().unwrap_or(NONE),
        }
    }

    /// The number of two characters side by side.
    #[inline]
    pub(super) fn pair(&self, first: u16, second: u16) -> u16 {
        if first == NONE || second == NONE {
            return NONE;
        }
        self.pairs[usize::from(first) * self.chars.all.len() + usize::from(second)]
    }

    /// Where a character stands in the parts, the last place first.
    #[inline]
    pub(super) fn places(&self, id: u16) -> &[u32] {
        &self.places[usize::from(id)]
    }

    /// How many units a token is that says nothing of the query; 0 when it must
    /// be looked at.
    #[inline]
    pub(super) fn foreign(&self, code: u16) -> u32 {
        u32::from(self.foreign[usize::from(code)])
    }
}
