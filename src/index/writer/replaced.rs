//! What a rebuild leaves behind: articles of the index that it replaces which none of
//! its files holds.

use std::collections::HashSet;

use anyhow::Result;

use crate::index::store::{Store, all_entries};
use crate::index::writer::Writer;
use crate::source::is_gone;

impl Writer {
    /// How many articles the index holds that is replaced at the end, and this one does not:
    /// their files are gone or were not named, or they came through standard input. 0 when
    /// none is replaced. Of an index of another release it is told by the files that are gone.
    ///
    /// # Errors
    /// When the files of the index cannot be read.
    pub fn left_behind(&self) -> Result<u64> {
        if !self.replaces {
            return Ok(0);
        }
        let Ok(store) = Store::open_on(&self.files, &self.dir) else {
            let entries = all_entries(&self.files, &self.dir).unwrap_or_default();
            let gone = entries.iter().filter(|entry| is_gone(&entry.path));
            return Ok(gone.map(|entry| entry.articles).sum());
        };
        // Moved to another file, an article may have another id and is the same.
        let texts: HashSet<u64> = self.added.values().map(|new| new.hash).collect();
        let mut left = 0;
        for segment in store.segments() {
            let hashes = segment.fast_fields().u64("hash")?;
            let articles = &segment.runs().articles;
            for doc in segment.doc_ids_alive().filter(|doc| articles.has(*doc)) {
                let is_here = self.added.contains_key(&segment.texts().key(doc)?)
                    || hashes.first(doc).is_some_and(|hash| texts.contains(&hash));
                left += u64::from(!is_here);
            }
        }
        Ok(left)
    }
}
