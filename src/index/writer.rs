//! The one writer of an index: articles in, commits that hold.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tantivy::indexer::UserOperation;
use tantivy::plugin::SegmentPlugin;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Index, IndexSettings, IndexWriter, SegmentReader, TERMINATED, Term};
use xxhash_rust::xxh3::xxh3_64;

use crate::article::Article;
use crate::index::documents::{Meta, PassageDocument, Spot, documents, file_key, key_of};
use crate::index::gate::Gate;
use crate::index::ledger::{Entry, FILE as LEDGER, Ledger};
use crate::index::recipe::Recipe;
use crate::index::schema::Fields;
use crate::index::store::{
    Commit, DICT, generation, is_generation, is_vacant, lazy_segmenter, make_current, open_index,
    plugins, sync_dir, user_dict_hash,
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
    /// Build beside what is there and replace it at the end.
    pub rebuild: bool,
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
    dir: PathBuf,
    generation: PathBuf,
    replaces: Option<PathBuf>,
    fields: Fields,
    recipe: Recipe,
    writer: IndexWriter<PassageDocument>,
    ledger: Ledger,
    snapshot: Vec<SegmentReader>,
    added: HashMap<u64, Spot>,
    seen: HashSet<u64>,
    deleted: HashSet<u64>,
    shadows: HashMap<u64, HashSet<u64>>,
    /// Files that were read again, until [`Writer::close_inputs`].
    changed: Vec<Entry>,
    gate: Arc<Gate>,
    waiting_limit: usize,
    dirty: bool,
    last_commit: Instant,
    _lock: File,
}

/// Postings are flushed when they reach the budget of a thread: tantivy takes
/// no less than this.
const MIN_ARENA: usize = 15 << 20;
/// And no more than this.
const MAX_ARENA: usize = (4 << 30) - (1 << 20);
/// A commit that acknowledges what was read so far.
const COMMIT_EVERY: Duration = Duration::from_secs(60);

impl Writer {
    /// Opens the index of a folder for writing, or begins one.
    ///
    /// Fails when another process writes to it, when it is no index of ours,
    /// or when it was built with another recipe (unless it is being rebuilt).
    pub fn open(dir: &Path, options: &Options) -> Result<Writer> {
        Writer::try_open(dir, options).with_context(|| format!("{}", dir.display()))
    }

    fn try_open(dir: &Path, options: &Options) -> Result<Writer> {
        fs::create_dir_all(dir).context("cannot make the folder")?;
        let live = match generation(dir) {
            Ok(live) => Some(live),
            Err(_) if is_vacant(dir)? => None,
            Err(error) => return Err(error),
        };
        let lock = lock(dir)?;
        remove_leftovers(dir, live.as_deref())?;
        let begin = live.is_none() || options.rebuild;
        let (path, replaces) = match &live {
            Some(live) if !begin => (live.clone(), None),
            _ => (next_generation(dir, live.as_deref()), live),
        };
        let gate = Arc::new(Gate::default());
        let plugins = plugins(lazy_segmenter(&path), gate.clone());
        let (index, recipe, ledger_bytes) = if begin {
            let dict = options.dict.as_deref();
            let (index, recipe) = create(&path, dict, replaces.as_deref(), plugins)?;
            (index, recipe, 0)
        } else {
            let (mut index, commit) = open_index(&path)?;
            let dict = match &options.dict {
                Some(words) => Some(words)
                    .filter(|words| !words.is_empty())
                    .map(|words| normal_dict(words).1),
                None => user_dict_hash(&commit)?,
            };
            let recipe = Recipe::current(dict);
            commit.recipe.accept(&recipe)?;
            for plugin in plugins {
                index.register_plugin(plugin);
            }
            (index, recipe, commit.ledger_bytes)
        };
        let fields = Fields::of(&index.schema())?;
        let ledger = Ledger::open(&path, ledger_bytes)?;
        let mut snapshot = Vec::new();
        for segment in index.searchable_segments()? {
            snapshot.push(SegmentReader::open(&segment)?);
        }
        let threads = options.threads.clamp(1, 8);
        // Measured: the process peaks at about twice the arenas while segments
        // are flushed, and the rest (dictionary, batches, queue) needs its share.
        let arena = (options.memory / 3 / threads).clamp(MIN_ARENA, MAX_ARENA);
        let writer: IndexWriter<PassageDocument> = index
            .writer_with_num_threads(threads, arena * threads)
            .context("cannot write")?;
        let mut writer = Writer {
            dir: dir.to_owned(),
            generation: path,
            replaces,
            fields,
            recipe,
            writer,
            ledger,
            snapshot,
            added: HashMap::new(),
            seen: HashSet::new(),
            deleted: HashSet::new(),
            shadows: HashMap::new(),
            changed: Vec::new(),
            gate,
            waiting_limit: options.memory / 16,
            dirty: begin,
            last_commit: Instant::now(),
            _lock: lock,
        };
        if begin {
            writer.commit()?;
            if writer.replaces.is_none() {
                make_current(dir, &writer.generation)?;
            }
        } else {
            // Files of runs that were killed.
            let _ = writer.writer.garbage_collect_files().wait();
        }
        Ok(writer)
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
    /// The id in `meta` must not clash.
    pub fn add(&mut self, article: &Article, meta: &Meta, spot: Spot) -> Result<Added> {
        let key = key_of(&meta.id);
        let standing = self.standing(&meta.id, spot)?;
        self.note_seen(key, spot.file)?;
        match standing {
            Standing::Same => return Ok(Added::Unchanged),
            Standing::Changed | Standing::Moved => self.delete(key),
            Standing::New | Standing::Clash => {}
        }
        let documents = documents(&self.fields, article, meta, spot);
        let bytes = documents.iter().map(PassageDocument::bytes).sum();
        self.gate
            .enter(bytes, self.waiting_limit, Duration::from_secs(30));
        // One batch: the passages of an article become neighbours in one segment.
        self.writer
            .run(documents.into_iter().map(UserOperation::Add))
            .context("cannot write")?;
        self.added.insert(key, spot);
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
        self.seen.insert(key);
        let owner = match self.added.get(&key) {
            Some(held) => Some(held.file),
            None => self.held(key)?.map(|held| held.file),
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
        keys.retain(|key| !self.seen.contains(key) && !self.deleted.contains(key));
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
        if self.last_commit.elapsed() >= COMMIT_EVERY && self.replaces.is_none() {
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
        let mut prepared = self.writer.prepare_commit().context("cannot commit")?;
        prepared.set_payload(&payload);
        prepared.commit().context("cannot commit")?;
        share(&self.generation);
        sync_dir(&self.generation)?;
        self.dirty = false;
        Ok(())
    }

    /// Commits, waits for merges, and puts a rebuilt index in its place.
    pub fn finish(mut self) -> Result<()> {
        self.commit()?;
        let Writer {
            dir,
            generation,
            replaces,
            writer,
            ..
        } = self;
        writer.wait_merging_threads().context("cannot merge")?;
        share(&generation);
        sync_dir(&generation)?;
        if let Some(old) = replaces {
            make_current(&dir, &generation)?;
            // Readers that have it open keep their files until they let go.
            let _ = fs::remove_dir_all(old);
        }
        Ok(())
    }

    /// Stops early. What was read is committed, unless the index was being
    /// rebuilt: then the old one stays as it was.
    pub fn stop(mut self) -> Result<()> {
        if self.replaces.is_none() {
            return self.finish();
        }
        let generation = self.generation.clone();
        self.writer.rollback().context("cannot stop")?;
        drop(self);
        fs::remove_dir_all(generation).context("cannot remove the unfinished index")
    }
}

fn create(
    path: &Path,
    dict: Option<&[UserWord]>,
    old: Option<&Path>,
    plugins: [Arc<dyn SegmentPlugin>; 2],
) -> Result<(Index, Recipe)> {
    fs::create_dir_all(path).context("cannot make the folder")?;
    let text = match (dict, old) {
        (Some(words), _) => normal_dict(words).0,
        (None, Some(old)) => fs::read_to_string(old.join(DICT)).unwrap_or_default(),
        (None, None) => String::new(),
    };
    let hash = (!text.is_empty()).then(|| xxh3_64(text.as_bytes()));
    fs::write(path.join(DICT), text).context("cannot write the dictionary")?;
    File::create(path.join(LEDGER)).context("cannot write the ledger")?;
    let (schema, _) = Fields::schema();
    let settings = IndexSettings {
        docstore_compression: tantivy::store::Compressor::Zstd(tantivy::store::ZstdCompressor {
            compression_level: Some(1),
        }),
        ..IndexSettings::default()
    };
    let mut builder = Index::builder().schema(schema).settings(settings);
    for plugin in plugins {
        builder = builder.register_plugin(plugin);
    }
    let index = builder
        .create_in_dir(path)
        .context("cannot make the index")?;
    Ok((index, Recipe::current(hash)))
}

fn next_generation(dir: &Path, live: Option<&Path>) -> PathBuf {
    let number: u64 = live
        .and_then(|live| live.file_name()?.to_str()?.get(1..)?.parse().ok())
        .unwrap_or(0);
    dir.join(format!("g{:06}", number + 1))
}

/// Removes generations that a run began and never finished.
fn remove_leftovers(dir: &Path, live: Option<&Path>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_generation(&name) && live != Some(path.as_path()) {
            fs::remove_dir_all(&path).with_context(|| format!("cannot remove {name}"))?;
        }
    }
    Ok(())
}

fn lock(dir: &Path) -> Result<File> {
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(dir.join("lock"))
        .context("cannot write to it")?;
    match file.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            let mut owner = String::new();
            let _ = file.read_to_string(&mut owner);
            bail!(
                "process {} is writing to it; wait until it is done",
                owner.trim()
            );
        }
        Err(std::fs::TryLockError::Error(error)) => return Err(error).context("cannot lock it"),
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(file)
}

/// tantivy makes its meta files readable by their owner only; others may read
/// what they can read of the ledger.
fn share(generation: &Path) {
    let Ok(meta) = fs::metadata(generation.join(LEDGER)) else {
        return;
    };
    for name in ["meta.json", ".managed.json"] {
        let _ = fs::set_permissions(generation.join(name), meta.permissions());
    }
}
