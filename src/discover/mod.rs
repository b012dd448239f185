//! New words: what an archive says again and again as one, and no dictionary has.
//!
//! A candidate is a run of two or more of the pieces that texts are cut into, two
//! to eight characters of them: a word that the dictionaries lack is always cut
//! so. It is a word when its parts hold together (pointwise mutual information,
//! the least of all ways to part it in two) and when it stands among many
//! neighbours (the entropy of the characters before and behind it). How often is
//! counted in articles, so that what one text repeats is one voice.
//!
//! The archive is cut three times, for cutting is cheap and memory is not: once to
//! count roughly in a table of fixed size, once to count exactly what may be
//! frequent enough, once for the neighbours of what holds together. Counts are
//! sums, so the result is the same for any number of threads.

mod count;
mod judge;
mod shape;

use anyhow::Result;

use crate::discover::count::{Exact, Near, Rough};
use crate::discover::judge::judge;
use crate::index::Store;
use crate::segment::{Segmenter, UserWord};

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Words to return, at most.
    pub limit: usize,
    /// Articles a word must stand in, at least; more where memory demands it.
    pub articles: u32,
}

/// A word that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    /// The word, folded.
    pub word: String,
    /// What it is cut into now.
    pub pieces: Vec<String>,
    /// Articles it stands in.
    pub articles: u32,
    /// Times it stands there.
    pub count: u32,
    /// Least pointwise mutual information of all ways to part it in two, in bits.
    pub cohesion: f64,
    /// Entropy of the characters before it and of those behind it, in bits; at most 5.
    pub before: f64,
    /// See `before`.
    pub behind: f64,
    /// By which words are ordered.
    pub score: f64,
    /// The count that keeps it whole, for a user dictionary.
    pub freq: u64,
}

/// Finds words in an archive that neither the dictionaries nor `user` have, the
/// best first.
///
/// # Errors
/// When the index cannot be read.
pub fn discover(store: &Store, user: &[UserWord], wanted: &Wanted) -> Result<Vec<Discovery>> {
    let own;
    let segmenter = match user {
        [] => store.segmenter(),
        words => {
            own = Segmenter::new(words);
            &own
        }
    };
    let rough = Rough::count(store, segmenter)?;
    let least = rough.least(wanted.articles.max(2));
    let exact = Exact::count(store, segmenter, &rough, least)?;
    drop(rough);
    let near = Near::count(store, segmenter, &exact)?;
    let mut found = judge(&exact, &near, segmenter);
    found.truncate(wanted.limit);
    for discovery in &mut found {
        discovery.freq = segmenter.suggested(&discovery.word);
    }
    Ok(found)
}
