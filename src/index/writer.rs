//! The one writer of an index: articles in, commits that hold.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tantivy::indexer::UserOperation;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, IndexWriter, SegmentReader, TERMINATED, Term};

use crate::article::Article;
use crate::index::begin::{begin, new_index, next_generation, remove_leftovers, standing};
use crate::index::directory::Folder;
use crate::index::disk::{Files, Guard};
use crate::index::documents::{Meta, PassageDocument, Spot, documents, file_key, key_of};
use crate::index::gate::Gate;
use crate::index::health::{Salvage, carry_over};
use crate::index::ledger::{Entry, Ledger};
use crate::index::recipe::Recipe;
use crate::index::recut::{self, Recut};
use crate::index::schema::Fields;
use crate::index::store::{
    Commit, entries, lazy_segmenter, lock, make_current, open_index, plugins, user_dict_hash,
};
use crate::segment::{UserWord, normal_dict};
use crate::source::Stamp;

/// How to write.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads that turn documents into postings, at least 1.
    pub threads: usize,
    /// Bytes the whole of indexing may take.
    pub memory: usize,
    /// A user dictionary; `None` keeps the one the index has.
    pub dict: Option<Vec<UserWord>>,
    /// What to do with the index that is there.
    pub mode: Mode,
    /// How often to commit meanwhile; [`COMMIT_EVERY`] unless a test cannot wait.
    pub commit_every: Duration,
}

/// What to do with the index that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Add to it.
    Update,
    /// Build another beside it, and replace it at the end.
    Rebuild,
    /// The same, beginning with what of it is not damaged.
    Repair,
}

/// How an article stands to what the index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its id is not in the index.
    New,
    /// The index holds this very article, from this place or another file.
    Same,
    /// The index holds this very article from another place of the same file.
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

/// The writer. Dropping it without [`Writer::finish`] leaves the index as the
/// last commit made it.
pub struct Writer {
    files: Files,
    dir: PathBuf,
    folder: Folder,
    /// It is built beside an index that it replaces at the end.
    beside: bool,
    fields: Fields,
    recipe: Recipe,
    writer: IndexWriter<PassageDocument>,
    ledger: Ledger,
    snapshot: Vec<SegmentReader>,
    /// What this run added, by key.
    added: HashMap<u64, New, foldhash::fast::RandomState>,
    /// Keys of the file of each [`New`]; neighbours have one.
    added_from: Vec<u64>,
    /// Keys this run met that are not among `added`.
    seen: HashSet<u64, foldhash::fast::RandomState>,
    deleted: HashSet<u64>,
    shadows: HashMap<u64, HashSet<u64>>,
    /// Files that were read again, until [`Writer::close_inputs`].
    changed: Vec<Entry>,
    gate: Arc<Gate>,
    memory: usize,
    dirty: bool,
    last_commit: Instant,
    commit_every: Duration,
    salvage: Salvage,
    recut: Option<Recut>,
    _lock: Guard,
}

/// An article that this run added: what is kept of every one until the end, so it
/// is small.
#[derive(Clone, Copy)]
struct New {
    /// Of everything the record says.
    hash: u64,
    /// Which of the files.
    from: u32,
}

/// Postings are flushed when they reach the budget of a thread: tantivy takes
/// no less than this.
const MIN_ARENA: usize = 15 << 20;
/// And no more than this.
const MAX_ARENA: usize = (4 << 30) - (1 << 20);

/// Threads that make postings, and the bytes that each may take for them.
pub(super) fn arena(options: &Options) -> (usize, usize) {
    // A thread that has too little writes a segment for every few articles.
    let most = (options.memory / 3 / MIN_ARENA).clamp(1, 8);
    let threads = options.threads.clamp(1, most);
    // Measured: the process peaks at about twice the arenas while segments are
    // flushed, and the rest (dictionary, batches, queue) needs its share.
    let bytes = (options.memory / 3 / threads).clamp(MIN_ARENA, MAX_ARENA);
    (threads, bytes)
}

/// How often what was read so far is committed.
pub const COMMIT_EVERY: Duration = Duration::from_secs(60);

impl Writer {
    /// Opens the index of a folder for writing, or begins one.
    ///
    /// Fails when another process writes to it, when it is no index of ours,
    /// or when it was built with another recipe (unless it is being rebuilt).
    /// Another user dictionary is given to the index first: see [`Writer::recut`].
    pub fn open(dir: &Path, options: &Options) -> Result<Writer> {
        Writer::open_on(&Files::real(), dir, options)
    }

    pub(crate) fn open_on(files: &Files, dir: &Path, options: &Options) -> Result<Writer> {
        Writer::try_open(files, dir, options).with_context(|| format!("{}", dir.display()))
    }

    fn try_open(files: &Files, dir: &Path, options: &Options) -> Result<Writer> {
        files.make_folder(dir)?;
        // Once to know that the folder is ours to write to, once under the lock.
        standing(files, dir, options)?;
        let lock = lock(files, dir)?;
        let (mut live, beside) = standing(files, dir, options)?;
        if live.is_some() || !beside {
            remove_leftovers(files, dir, live.as_deref())?;
        }
        let mut recut = None;
        if let Some(old) = live.as_deref().filter(|_| !beside)
            && let Some((path, done)) = recut::recut(files, dir, old, options)?
        {
            live = Some(path);
            recut = Some(done);
        }
        let gate = Arc::new(Gate::default());
        let mut salvage = Salvage::default();
        let (folder, commit) = match &live {
            Some(live) if !beside => {
                let folder = Folder::open(files, live)?;
                let (_, commit) = open_index(&folder)?;
                (folder, commit)
            }
            _ => {
                let path = next_generation(files, dir)?;
                let carried = match &live {
                    Some(live) if options.mode == Mode::Repair => carry_over(files, live, &path)?,
                    _ => None,
                };
                match carried {
                    Some((folder, commit, kept)) => {
                        salvage = kept;
                        (folder, commit)
                    }
                    None => {
                        if options.mode == Mode::Repair {
                            salvage = Salvage::nothing(files, dir)?;
                        }
                        begin(files, dir, &path, options.dict.as_deref())?
                    }
                }
            }
        };
        let dict = match &options.dict {
            Some(words) => Some(words)
                .filter(|words| !words.is_empty())
                .map(|words| normal_dict(words).1),
            None => user_dict_hash(&commit)?,
        };
        let recipe = Recipe::current(dict);
        commit.recipe.accept(&recipe)?;
        let fresh = folder.is_empty();
        let plugins = plugins(lazy_segmenter(&folder)?, gate.clone());
        let index = if fresh {
            new_index(&folder, plugins)?
        } else {
            let mut index = open_index(&folder)?.0;
            for plugin in plugins {
                index.register_plugin(plugin);
            }
            index
        };
        let fields = Fields::of(&index.schema())?;
        let known = entries(&folder)?;
        let ledger = Ledger::open(files, folder.path(), commit.ledger_bytes, known)?;
        let mut snapshot = Vec::new();
        for segment in index.searchable_segments()? {
            snapshot.push(SegmentReader::open(&segment).map_err(|error| folder.explain(error))?);
        }
        let (threads, arena) = arena(options);
        let writer: IndexWriter<PassageDocument> = index
            .writer_with_num_threads(threads, arena * threads)
            .map_err(|error| folder.explain(error))
            .context("cannot write")?;
        let mut writer = Writer {
            files: files.clone(),
            dir: dir.to_owned(),
            folder,
            beside,
            fields,
            recipe,
            writer,
            ledger,
            snapshot,
            added: HashMap::default(),
            added_from: Vec::new(),
            seen: HashSet::default(),
            deleted: HashSet::new(),
            shadows: HashMap::new(),
            changed: Vec::new(),
            gate,
            memory: options.memory,
            dirty: fresh,
            last_commit: Instant::now(),
            commit_every: options.commit_every,
            salvage,
            recut,
            _lock: lock,
        };
        if fresh {
            writer.commit()?;
            if !beside {
                make_current(files, dir, writer.folder.path())?;
            }
        } else {
            // What killed runs left.
            let _ = writer.writer.garbage_collect_files().wait();
            writer.folder.sweep()?;
        }
        Ok(writer)
    }

    /// Bytes the whole of indexing may take.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// What of a damaged index could be kept, when it is being repaired.
    pub fn salvage(&self) -> &Salvage {
        &self.salvage
    }

    /// What was done to the index because it got another user dictionary.
    pub fn recut(&self) -> Option<Recut> {
        self.recut
    }

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
                let there = held.file != spot.file || held.place == spot.place;
                // Of two records alike in one file the first is the one that counts.
                // It is not among those that were added, as the first arms say.
                if there || self.seen.contains(&key) {
                    Standing::Same
                } else {
                    Standing::Moved
                }
            }
            (None, Some(held)) if held.file == spot.file => Standing::Changed,
            (None, Some(_)) => Standing::Clash,
            (None, None) => Standing::New,
        })
    }

    /// Adds an article that was read from a file, or finds that it is there.
    /// The id in `meta` must not clash; the number of passages is noted there.
    pub fn add(&mut self, article: &Article, meta: &mut Meta, spot: Spot) -> Result<Added> {
        let key = key_of(&meta.id);
        let standing = self.standing(&meta.id, spot)?;
        self.note_seen(key, spot.file)?;
        match standing {
            Standing::Same => return Ok(Added::Unchanged),
            Standing::Changed | Standing::Moved => self.delete(key),
            Standing::New | Standing::Clash => {}
        }
        // A writer that died takes nothing more: do not wait for it.
        if let Some(trouble) = self.folder.trouble() {
            bail!("cannot write: {trouble}");
        }
        let documents = documents(&self.fields, article, meta, spot);
        let bytes = documents.iter().map(|document| document.text.bytes()).sum();
        self.gate
            .enter(bytes, self.memory / 16, || self.folder.trouble().is_some());
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

    /// Whether a file must be read again because one that held its articles
    /// before it is about to change.
    pub fn shadowed_by(&self, entry: &Entry, changed: &HashSet<u64>) -> bool {
        entry.shadows.iter().any(|file| changed.contains(file))
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
            let Some(mut postings) = segment
                .inverted_index(self.fields.file)?
                .read_postings(&term, IndexRecordOption::Basic)?
            else {
                continue;
            };
            let column = segment.fast_fields().u64("key")?;
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) {
                    keys.extend(column.first(doc));
                }
                doc = postings.advance();
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
            // What other files hold of these must be read from there next time.
            let orphans: Vec<Entry> = self
                .ledger
                .entries()
                .filter(|entry| entry.shadows.contains(&file))
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
            let Some(mut postings) = segment
                .inverted_index(self.fields.key)?
                .read_postings(&term, IndexRecordOption::Basic)?
            else {
                continue;
            };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) {
                    let fast = segment.fast_fields();
                    let first = |name| -> Result<u64> {
                        Ok(fast.u64(name)?.first(doc).unwrap_or_default())
                    };
                    if first("place")? >> 1 == 0 {
                        return Ok(Some(Spot {
                            hash: first("hash")?,
                            file: first("file")?,
                            place: first("spot")?,
                        }));
                    }
                }
                doc = postings.advance();
            }
        }
        Ok(None)
    }

    /// Commits when the last commit is long ago: what was read so far survives
    /// whatever comes.
    pub fn commit_if_due(&mut self) -> Result<()> {
        if self.last_commit.elapsed() >= self.commit_every && !self.beside {
            self.commit()?;
        }
        Ok(())
    }

    /// Makes index and ledger durable as one state.
    pub fn commit(&mut self) -> Result<()> {
        self.last_commit = Instant::now();
        if !self.dirty {
            return Ok(());
        }
        let payload = serde_json::to_string(&Commit {
            program: "jianbao".to_owned(),
            recipe: self.recipe.clone(),
            ledger_bytes: self.ledger.sync()?,
        })?;
        let committed = self.writer.prepare_commit().and_then(|mut prepared| {
            prepared.set_payload(&payload);
            // The folder seals it, and makes names durable.
            prepared.commit()
        });
        committed
            .map_err(|error| self.folder.explain(error))
            .context("cannot commit")?;
        self.dirty = false;
        Ok(())
    }

    /// From now on no segments are merged. Every run adds at least one, and each
    /// costs every search; made for those who want to see what many do.
    pub fn keep_segments(&mut self) {
        self.writer.set_merge_policy(Box::new(NoMergePolicy));
    }

    /// Merges all segments that are committed into one: tantivy does so when it
    /// likes.
    pub fn merge_all(&mut self) -> Result<()> {
        let ids = self.writer.index().searchable_segment_ids()?;
        if ids.len() > 1 {
            self.writer
                .merge(&ids)
                .wait()
                .map_err(|error| self.folder.explain(error))?;
        }
        Ok(())
    }

    /// Commits, waits for merges, and puts a rebuilt index in its place.
    pub fn finish(mut self) -> Result<()> {
        self.commit()?;
        let Writer {
            files,
            dir,
            folder,
            beside,
            writer,
            snapshot,
            _lock,
            ..
        } = self;
        drop(snapshot);
        writer
            .wait_merging_threads()
            .map_err(|error| folder.explain(error))
            .context("cannot merge")?;
        // tantivy only logs that a merge failed. The commit stands, unmerged.
        if let Some(trouble) = folder.trouble() {
            bail!("cannot merge: {trouble}");
        }
        if beside {
            make_current(&files, &dir, folder.path())?;
            // Readers that have the old one open keep its files until they let go.
            let _ = remove_leftovers(&files, &dir, Some(folder.path()));
        }
        Ok(())
    }

    /// Stops early. What was read is committed, unless the index was being
    /// rebuilt: then the old one stays as it was.
    pub fn stop(self) -> Result<()> {
        if !self.beside {
            return self.finish();
        }
        let Writer {
            files,
            folder,
            writer,
            _lock,
            ..
        } = self;
        drop(writer);
        files
            .remove_folder(folder.path())
            .context("cannot remove the unfinished index")
    }
}
