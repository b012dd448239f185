//! Articles and files on their way through a writer: what is new, what is there
//! already, what goes.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use tantivy::indexer::UserOperation;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, Term};

use crate::article::Article;
use crate::index::documents::{Meta, Spot, documents, file_key, key_of};
use crate::index::ledger::Entry;
use crate::index::writer::{WAITING_SHARE, Writer};
use crate::source::Stamp;

/// How an article stands to what the index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its id is not in the index.
    New,
    /// The index holds this very article, from this place or another file.
    Same,
    /// The index holds this very article from another place, where it may be no longer.
    Moved,
    /// The index holds another text under this id, from the same file.
    Changed,
    /// Another record bears this id and has another text.
    Clash,
}

/// What [`Writer::add`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The article is in the index now.
    Accepted,
    /// It was there already; if it stands elsewhere now, that is noted.
    Unchanged,
}

/// An article that this run added: what is kept of every one until the end, so it
/// is small.
#[derive(Clone, Copy)]
pub(super) struct New {
    /// Of everything the record says.
    pub(super) hash: u64,
    /// Which of the files.
    from: u32,
}

impl Writer {
    /// What the ledger says of a file, when it is still the one that was read.
    pub fn unchanged(&self, path: &str, stamp: &Stamp) -> Option<&Entry> {
        self.ledger.get(path).filter(|entry| entry.holds(stamp))
    }

    /// Every file in the ledger.
    pub fn inputs(&self) -> impl Iterator<Item = &Entry> {
        self.ledger.entries()
    }

    /// How an article stands to the index, this run included.
    pub fn standing(&self, id: &str, spot: Spot) -> Result<Standing> {
        let key = key_of(id);
        Ok(match (self.added.get(&key), self.held(key)?) {
            (Some(held), _) if held.hash == spot.hash => Standing::Same,
            (Some(_), _) => Standing::Clash,
            (None, Some(held)) if held.hash == spot.hash => {
                // Of another file that is read in this run nobody knows yet whether it
                // still holds the article.
                let there = match held.file == spot.file {
                    true => held.place == spot.place,
                    false => !self.reading.contains(&held.file),
                };
                // Of two records alike the first is the one that counts.
                // It is not among those that were added, as the first arms say.
                if there || self.seen.contains(&key) {
                    Standing::Same
                } else {
                    Standing::Moved
                }
            }
            // Where another record of the file has the id already, it is that one's.
            (None, Some(held)) if held.file == spot.file && !self.seen.contains(&key) => {
                Standing::Changed
            }
            (None, Some(_)) => Standing::Clash,
            (None, None) => Standing::New,
        })
    }

    /// Adds an article that was read from a file, or finds that it is there.
    /// The id in `meta` must not clash; the number of passages is noted there.
    pub fn add(&mut self, article: &Article, meta: &mut Meta, spot: Spot) -> Result<Added> {
        let key = key_of(&meta.id);
        let standing = self.standing(&meta.id, spot)?;
        match standing {
            Standing::Same => {
                self.note_seen(key, spot.file)?;
                return Ok(Added::Unchanged);
            }
            Standing::Changed | Standing::Moved => self.delete(key),
            Standing::New | Standing::Clash => {}
        }
        // A writer that died takes nothing more: do not wait for it.
        if let Some(trouble) = self.folder.trouble() {
            bail!("cannot write: {trouble}");
        }
        let documents = documents(&self.fields, article, meta, spot);
        let bytes = documents.iter().map(|document| document.text.bytes()).sum();
        self.gate.enter(bytes, self.memory / WAITING_SHARE, || {
            self.folder.trouble().is_some()
        });
        // One batch: the passages of an article become neighbours in one segment.
        self.writer
            .run(documents.into_iter().map(UserOperation::Add))
            .map_err(|error| self.folder.explain(error))
            .context("cannot write")?;
        if self.added_from.last() != Some(&spot.file) {
            self.added_from.push(spot.file);
        }
        let new = New {
            hash: spot.hash,
            from: self.added_from.len() as u32 - 1,
        };
        self.added.insert(key, new);
        self.seen.remove(&key);
        self.dirty = true;
        Ok(if standing == Standing::Moved {
            Added::Unchanged
        } else {
            Added::Accepted
        })
    }

    /// Notes that a file still holds an article that is in the index already.
    pub fn keep(&mut self, id: &str, path: &str) -> Result<()> {
        self.note_seen(key_of(id), file_key(path))
    }

    fn note_seen(&mut self, key: u64, file: u64) -> Result<()> {
        let owner = match self.added.get(&key) {
            Some(new) => self.added_from.get(new.from as usize).copied(),
            None => {
                self.seen.insert(key);
                self.held(key)?.map(|held| held.file)
            }
        };
        if let Some(owner) = owner.filter(|owner| *owner != file) {
            self.shadows.entry(file).or_default().insert(owner);
        }
        Ok(())
    }

    /// Notes that a file was read to its end. When it was read `whole`, what it
    /// held before and nobody held in this run is dropped by
    /// [`Writer::close_inputs`].
    pub fn close_input(&mut self, mut entry: Entry, whole: bool) -> Result<()> {
        let file = file_key(&entry.path);
        let shadows = self.shadows.remove(&file).unwrap_or_default();
        entry.shadows = shadows.into_iter().collect();
        entry.shadows.sort_unstable();
        if whole && self.held_from(file)? {
            self.changed.push(entry);
            return Ok(());
        }
        self.note(entry)
    }

    /// Drops what changed files hold no longer, now that every file of the run
    /// was read: an article may have moved from one to another. Returns how
    /// many were dropped. Only then do these files count as read: a crash before
    /// makes the next run read them again.
    pub fn close_inputs(&mut self) -> Result<u64> {
        let mut dropped = 0;
        for entry in std::mem::take(&mut self.changed) {
            dropped += self.drop_unseen(file_key(&entry.path))?;
            self.note(entry)?;
        }
        Ok(dropped)
    }

    /// Whether the index held articles of a file before this run.
    fn held_from(&self, file: u64) -> Result<bool> {
        let term = Term::from_field_u64(self.fields.file, file);
        for segment in &self.snapshot {
            if segment.inverted_index(self.fields.file)?.doc_freq(&term)? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn note(&mut self, entry: Entry) -> Result<()> {
        if self.ledger.get(&entry.path) != Some(&entry) {
            self.ledger.append(entry)?;
            self.dirty = true;
        }
        Ok(())
    }

    /// Drops what came from a file that is gone. Returns how many articles.
    pub fn prune(&mut self, path: &str) -> Result<u64> {
        let dropped = self.drop_unseen(file_key(path))?;
        if let Some(entry) = self.ledger.get(path).cloned() {
            self.forget(entry)?;
        }
        Ok(dropped)
    }

    /// Files that must be read again because one that held articles of theirs before them is
    /// `touched`: by path. Their keys are added to those.
    pub fn touch(&self, touched: &mut HashSet<u64>) -> Vec<Entry> {
        let mut behind: HashMap<u64, Vec<&Entry>> = HashMap::new();
        for entry in self.ledger.entries() {
            for file in &entry.shadows {
                behind.entry(*file).or_default().push(entry);
            }
        }
        let mut shadowed = Vec::new();
        let mut open: Vec<u64> = touched.iter().copied().collect();
        while let Some(file) = open.pop() {
            for entry in behind.remove(&file).unwrap_or_default() {
                let key = file_key(&entry.path);
                if touched.insert(key) {
                    open.push(key);
                    shadowed.push(entry.clone());
                }
            }
        }
        shadowed.sort_by(|a, b| a.path.cmp(&b.path));
        shadowed
    }

    /// Says which files, by their keys, this run reads or found gone.
    pub fn will_read(&mut self, files: HashSet<u64>) {
        self.reading = files;
    }

    fn forget(&mut self, mut entry: Entry) -> Result<()> {
        entry.gone = true;
        self.dirty = true;
        self.ledger.append(entry)
    }

    fn drop_unseen(&mut self, file: u64) -> Result<u64> {
        let term = Term::from_field_u64(self.fields.file, file);
        let mut keys = Vec::new();
        for segment in &self.snapshot {
            for first in alive(segment, &term)? {
                keys.push(segment.texts().key(first)?);
            }
        }
        keys.retain(|key| {
            let met = self.seen.contains(key) || self.added.contains_key(key);
            !met && !self.deleted.contains(key)
        });
        for key in &keys {
            self.delete(*key);
        }
        if !keys.is_empty() {
            // What other files hold of these must be read from there next time, but for those
            // that were read in this run: what they hold was met.
            let orphans: Vec<Entry> = self
                .ledger
                .entries()
                .filter(|entry| entry.shadows.contains(&file))
                .filter(|entry| !self.reading.contains(&file_key(&entry.path)))
                .cloned()
                .collect();
            for entry in orphans {
                self.forget(entry)?;
            }
        }
        Ok(keys.len() as u64)
    }

    fn delete(&mut self, key: u64) {
        self.writer
            .delete_term(Term::from_field_u64(self.fields.key, key));
        self.deleted.insert(key);
        self.dirty = true;
    }

    /// The article of a key in the snapshot, unless this run deleted it.
    fn held(&self, key: u64) -> Result<Option<Spot>> {
        if self.snapshot.is_empty() || self.deleted.contains(&key) {
            return Ok(None);
        }
        let term = Term::from_field_u64(self.fields.key, key);
        for segment in &self.snapshot {
            for doc in alive(segment, &term)? {
                if segment.runs().articles.has(doc) {
                    let fast = segment.fast_fields();
                    let first = |name| -> Result<u64> {
                        Ok(fast.u64(name)?.first(doc).unwrap_or_default())
                    };
                    return Ok(Some(Spot {
                        hash: first("hash")?,
                        file: first("file")?,
                        place: first("spot")?,
                    }));
                }
            }
        }
        Ok(None)
    }
}

/// The documents of a segment that have a term and are not deleted.
fn alive(segment: &SegmentReader, term: &Term) -> Result<Vec<DocId>> {
    let index = segment.inverted_index(term.field())?;
    let mut docs = Vec::new();
    if let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? {
        let mut doc = postings.doc();
        while doc != TERMINATED {
            if !segment.is_deleted(doc) {
                docs.push(doc);
            }
            doc = postings.advance();
        }
    }
    Ok(docs)
}
