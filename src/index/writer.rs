//! The one writer of an index: articles in, commits that hold.

mod articles;
mod replaced;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tantivy::indexer::IndexWriterOptions;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::{IndexWriter, SegmentReader};

use crate::index::begin::{begin, new_index, next_generation, remove_leftovers, standing};
use crate::index::directory::Folder;
use crate::index::disk::{Files, Guard};
use crate::index::documents::PassageDocument;
use crate::index::gate::Gate;
use crate::index::health::{Salvage, carry_over};
use crate::index::ledger::{Entry, Ledger};
use crate::index::recipe::Recipe;
use crate::index::recut::{self, Recut};
use crate::index::schema::Fields;
use crate::index::store::{
    Commit, Segment, entries, lazy_segmenter, lock, make_current, open_index, plugins,
    user_dict_hash,
};
use crate::segment::{UserWord, normal_dict};
use articles::New;

pub use articles::{Added, Standing};

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

/// The writer. Dropping it without [`Writer::finish`] leaves the index as the
/// last commit made it.
pub struct Writer {
    files: Files,
    dir: PathBuf,
    folder: Folder,
    /// It is built beside an index that it replaces at the end.
    beside: bool,
    /// Nothing of that one was taken over.
    replaces: bool,
    fields: Fields,
    recipe: Recipe,
    writer: IndexWriter<PassageDocument>,
    ledger: Ledger,
    snapshot: Vec<Segment>,
    /// What this run added, by key.
    added: HashMap<u64, New, foldhash::fast::RandomState>,
    /// Keys of the file of each [`New`]; neighbours have one.
    added_from: Vec<u64>,
    /// Keys this run met that are not among `added`.
    seen: HashSet<u64, foldhash::fast::RandomState>,
    deleted: HashSet<u64>,
    shadows: HashMap<u64, HashSet<u64>>,
    /// Keys of the files that this run reads.
    reading: HashSet<u64>,
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

/// Postings are flushed when they reach the budget of a thread: tantivy takes
/// no less than this.
const MIN_ARENA: usize = 15 << 20;
/// And no more than this.
const MAX_ARENA: usize = (4 << 30) - (1 << 20);

/// Threads that make postings at the most.
const THREADS: usize = 8;
/// Bytes for everything but postings …
const REST: usize = 108 << 20;
/// … and for the table of words of each thread, and room to sort them.
const TABLE: usize = 10 << 20;

/// Threads that make postings, and the bytes that each may take for them.
fn arena(options: &Options) -> (usize, usize) {
    // Measured: program, tables, batches and queue take some hundred megabytes, and the
    // process peaks at half as much again as the arenas while segments are flushed and
    // merged. With less, the work doubles: so many segments are merged at once.
    let rest = REST + TABLE * options.threads.clamp(1, THREADS);
    let all = (options.memory.saturating_sub(rest) / 8 * 5).max(options.memory / 3);
    // A thread that has too little writes a segment for every few articles.
    let most = (all / MIN_ARENA).clamp(1, THREADS);
    let threads = options.threads.clamp(1, most);
    let bytes = (all / threads).clamp(MIN_ARENA, MAX_ARENA);
    (threads, bytes)
}

/// What tantivy may take of the memory of the whole.
pub(super) fn within(options: &Options) -> IndexWriterOptions {
    let (threads, arena) = arena(options);
    IndexWriterOptions::builder()
        .num_worker_threads(threads)
        .memory_budget_per_thread(arena)
        // Each merge has memory of its own: one at a time.
        .num_merge_threads(1)
        .build()
}

/// Of the memory of the whole, what may wait for the threads that make postings.
pub(super) const WAITING_SHARE: usize = 32;

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
            let reader = SegmentReader::open(&segment).map_err(|error| folder.explain(error))?;
            snapshot.push(Segment::open(reader)?);
        }
        let writer: IndexWriter<PassageDocument> = index
            .writer_with_options(within(options))
            .map_err(|error| folder.explain(error))
            .context("cannot write")?;
        let mut writer = Writer {
            files: files.clone(),
            dir: dir.to_owned(),
            folder,
            beside,
            replaces: beside && options.mode == Mode::Rebuild,
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
            reading: HashSet::new(),
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
