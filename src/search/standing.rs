//! Which passages have a word, and which a string: of a string that is a word
//! most are known from the list of the word, and no position is looked at.

use anyhow::Result;
use tantivy::DocSet;

use crate::index::Segment;
use crate::search::phrase::{Phrase, Scope, alive};
use crate::search::set::Set;

/// The passages of `among` that have a word, deleted ones left out.
pub(super) fn with_word(segment: &Segment, word: &str, among: &Set) -> Result<Set> {
    let terms = segment.words();
    let mut docs = among.empty();
    let Some(mut postings) = terms.postings(word)? else {
        return Ok(docs);
    };
    if let Some(counts) = terms.counts(word)? {
        docs.add(among);
        docs.keep_words(|nth| counts.word(nth));
        return Ok(alive(segment, docs));
    }
    let mut doc = postings.doc();
    while let Some(wanted) = among.from(doc) {
        if wanted > doc {
            doc = postings.seek(wanted);
            continue;
        }
        if !segment.is_deleted(doc) {
            docs.insert(doc);
        }
        doc = postings.advance();
    }
    Ok(docs)
}

/// The passages of `among` in which a string begins, deleted ones left out. What
/// `apart` says of those in which it stands as a word is not looked at any more.
pub(super) fn with_text(
    segment: &Segment,
    phrase: &Phrase,
    among: &Set,
    apart: impl FnOnce(&Set) -> Set,
) -> Result<Set> {
    let Some(word) = phrase.word() else {
        return phrase.within(segment, Scope::Anywhere, among);
    };
    let mut docs = with_word(segment, &word, among)?;
    let mut left = among.clone();
    left.remove_all(&apart(&docs));
    docs.add(&phrase.within(segment, Scope::Anywhere, &left)?);
    Ok(docs)
}
