//! The folder of one generation, as tantivy sees it: every byte that is read was
//! verified against the seal, and every commit is sealed before it can be seen.
//!
//! Files are read, not mapped: a file that another program cuts while it is open
//! gives an error that names it, where a mapped one would end the process, and
//! the bytes that were verified are the bytes that are used.
//!
//! tantivy's list of its own files (`.managed.json`) is not kept: it is read off
//! the folder, so nothing that a killed run left is missing in it. Nor are its
//! locks: the one writer holds ours, and readers need none.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{Debug, Formatter};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr};
use tantivy::{Directory, HasLen};

use crate::index::disk::Files;
use crate::index::ledger::FILE as LEDGER;
use crate::index::living::{Living, META, hint, is_tantivys, open_sealed, read_seal};
use crate::index::seal::{BLOCK, Seal, Summing, Sums};
use crate::index::verified::{Trouble, Verified, Writing, locked, note};

/// The name of tantivy's list of its own files.
const MANAGED: &str = ".managed.json";
/// The folder; clones are one.
#[derive(Clone)]
pub(crate) struct Folder(Arc<Inner>);

struct Inner {
    files: Files,
    path: PathBuf,
    state: Mutex<State>,
    trouble: Trouble,
}

#[derive(Default)]
struct State {
    /// `meta.json` as it was read or last written; empty in a new folder.
    meta: Vec<u8>,
    /// Every file that is whole: those of the seal, and those written since.
    sums: HashMap<String, Sums>,
    open: HashMap<String, Arc<Verified>>,
    ledger: Summing,
}

impl Folder {
    /// A folder for a new generation.
    pub(crate) fn create(files: &Files, path: &Path) -> Result<Folder> {
        files.make_folder(path)?;
        Ok(Folder::new(files, path, State::default()))
    }

    /// Opens what was sealed last: every file of it, so that all later reading
    /// is of one state, whatever a writer does meanwhile.
    pub(crate) fn open(files: &Files, path: &Path) -> Result<Folder> {
        let (meta, seal) = read_seal(files, path)?;
        let state = State {
            meta,
            sums: seal.files.into_iter().collect(),
            ..State::default()
        };
        let folder = Folder::new(files, path, state);
        let mut state = locked(&folder.0.state);
        let mut open = HashMap::new();
        for (name, sums) in &state.sums {
            let verified = folder.verified(name, sums).map_err(hint)?;
            open.insert(name.clone(), verified);
        }
        state.open = open;
        drop(state);
        Ok(folder)
    }

    fn new(files: &Files, path: &Path, state: State) -> Folder {
        Folder(Arc::new(Inner {
            files: files.clone(),
            path: path.to_owned(),
            state: Mutex::new(state),
            trouble: Trouble::default(),
        }))
    }

    fn verified(&self, name: &str, sums: &Sums) -> io::Result<Arc<Verified>> {
        let blob = open_sealed(&self.0.files, &self.0.path.join(name), sums)?;
        let trouble = self.0.trouble.clone();
        Ok(Arc::new(Verified::new(blob, sums.clone(), trouble)))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0.path
    }

    /// Whether nothing was ever committed here.
    pub(crate) fn is_empty(&self) -> bool {
        locked(&self.0.state).meta.is_empty()
    }

    /// Bytes of the files that were sealed.
    pub(crate) fn bytes(&self) -> u64 {
        let state = locked(&self.0.state);
        state.sums.values().map(|sums| sums.bytes).sum()
    }

    /// The first error of a file since the folder was opened.
    pub(crate) fn trouble(&self) -> Option<String> {
        locked(&self.0.trouble).clone()
    }

    /// The error of a call to tantivy, in the words of the file that caused it.
    pub(crate) fn explain(&self, error: tantivy::TantivyError) -> anyhow::Error {
        match self.trouble() {
            Some(trouble) => hint(trouble),
            None => error.into(),
        }
    }

    /// Names of the files that were sealed.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = locked(&self.0.state).sums.keys().cloned().collect();
        names.sort();
        names
    }

    /// Reads a whole file that was sealed; `None` when none of this name was.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(handle) = self.handle(name)? else {
            return Ok(None);
        };
        let bytes = handle.read_bytes(0..handle.len())?;
        Ok(Some(bytes.as_slice().to_vec()))
    }

    fn handle(&self, name: &str) -> io::Result<Option<Arc<Verified>>> {
        let mut state = locked(&self.0.state);
        if let Some(handle) = state.open.get(name) {
            return Ok(Some(handle.clone()));
        }
        let Some(sums) = state.sums.get(name) else {
            return Ok(None);
        };
        let handle = self.verified(name, sums)?;
        state.open.insert(name.to_owned(), handle.clone());
        Ok(Some(handle))
    }

    /// Writes a file that the next seal covers.
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.files.replace(&self.0.path.join(name), bytes)?;
        self.adopt(name, Sums::of(bytes));
        Ok(())
    }

    /// Takes a file that is there into the next seal.
    pub(crate) fn adopt(&self, name: &str, sums: Sums) {
        let mut state = locked(&self.0.state);
        state.open.remove(name);
        state.sums.insert(name.to_owned(), sums);
    }

    /// Leaves a file out of the next seal.
    pub(crate) fn forget(&self, name: &str) {
        let mut state = locked(&self.0.state);
        state.open.remove(name);
        state.sums.remove(name);
    }

    /// Seals the present commit again, with what was kept or forgotten since.
    pub(crate) fn seal_again(&self) -> Result<()> {
        let mut state = locked(&self.0.state);
        let meta = state.meta.clone();
        Ok(self.write_seal(&mut state, &meta)?)
    }

    /// Removes what killed runs left and tantivy does not know.
    pub(crate) fn sweep(&self) -> Result<()> {
        let live = Seal::name(&locked(&self.0.state).meta);
        for name in self.0.files.list(&self.0.path)? {
            let known = locked(&self.0.state).sums.contains_key(&name);
            let ours = Seal::is_name(&name) || name.starts_with("weights-");
            if name != live && !known && (ours || name.ends_with(".new")) {
                self.0.files.remove(&self.0.path.join(&name))?;
            }
        }
        Ok(())
    }

    /// Makes a `meta.json` the live one: its seal first.
    pub(crate) fn write_meta(&self, meta: &[u8]) -> io::Result<()> {
        let mut state = locked(&self.0.state);
        let old = (!state.meta.is_empty()).then(|| Seal::name(&state.meta));
        self.write_seal(&mut state, meta)?;
        self.0.files.replace(&self.0.path.join(META), meta)?;
        state.meta = meta.to_vec();
        if let Some(old) = old.filter(|old| *old != Seal::name(meta)) {
            // A reader that read the old meta.json and finds no seal for it
            // reads again. What stays is swept by the next writer.
            let _ = self.0.files.remove(&self.0.path.join(old));
        }
        Ok(())
    }

    fn write_seal(&self, state: &mut State, meta: &[u8]) -> io::Result<()> {
        let living = Living::of(meta).map_err(io::Error::other)?;
        let mut sealed: BTreeMap<String, Sums> = BTreeMap::new();
        for (name, sums) in &state.sums {
            if !is_tantivys(name) || living.segment_of(name).is_some() {
                sealed.insert(name.clone(), sums.clone());
            }
        }
        let bytes = living.commit().map_or(0, |commit| commit.ledger_bytes);
        let ledger = self.ledger(state, bytes)?;
        state.sums.insert(LEDGER.to_owned(), ledger.clone());
        state.open.remove(LEDGER);
        sealed.insert(LEDGER.to_owned(), ledger);
        let seal = Seal::new(sealed).to_bytes().map_err(io::Error::other)?;
        self.0
            .files
            .replace(&self.0.path.join(Seal::name(meta)), &seal)
    }

    /// Checksums of the ledger up to a length; only what is new is read.
    fn ledger(&self, state: &mut State, bytes: u64) -> io::Result<Sums> {
        if bytes < state.ledger.bytes() {
            state.ledger = Summing::default();
        }
        if bytes == 0 {
            return Ok(Sums::default());
        }
        let blob = self.0.files.open(&self.0.path.join(LEDGER))?;
        let mut buffer = vec![0; BLOCK as usize];
        while state.ledger.bytes() < bytes {
            let left = (bytes - state.ledger.bytes()).min(BLOCK) as usize;
            blob.read_at(&mut buffer[..left], state.ledger.bytes())?;
            state.ledger.update(&buffer[..left]);
        }
        Ok(state.ledger.clone().finish())
    }

    /// Keeps the first error of a file.
    pub(crate) fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        note(&self.0.trouble, result)
    }
}

fn name_of(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

impl Debug for Folder {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.path.fmt(f)
    }
}

impl Directory for Folder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        match self.note(self.handle(name_of(path))) {
            Ok(Some(handle)) => Ok(handle),
            Ok(None) => Err(OpenReadError::FileDoesNotExist(path.to_owned())),
            Err(error) => Err(OpenReadError::wrap_io_error(error, path.to_owned())),
        }
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.forget(name_of(path));
        match self.0.files.remove(&self.0.path.join(path)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(DeleteError::FileDoesNotExist(path.to_owned()))
            }
            // It is tried again by the next collection: no trouble.
            Err(error) => Err(DeleteError::IoError {
                io_error: Arc::new(error),
                filepath: path.to_owned(),
            }),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        let state = locked(&self.0.state);
        Ok(match name_of(path) {
            META => !state.meta.is_empty(),
            name => state.sums.contains_key(name),
        })
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let name = name_of(path).to_owned();
        if locked(&self.0.state).sums.contains_key(&name) {
            return Err(OpenWriteError::FileAlreadyExists(path.to_owned()));
        }
        let out = self
            .note(self.0.files.create(&self.0.path.join(path)))
            .map_err(|error| OpenWriteError::wrap_io_error(error, path.to_owned()))?;
        let writing = Writing::new(self.clone(), name, out);
        Ok(BufWriter::new(Box::new(writing)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        match name_of(path) {
            META => Ok(locked(&self.0.state).meta.clone()),
            MANAGED => {
                let names: Vec<String> = self
                    .note(self.0.files.list(&self.0.path))
                    .map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))?
                    .into_iter()
                    .filter(|name| is_tantivys(name))
                    .collect();
                serde_json::to_vec(&names)
                    .map_err(|error| OpenReadError::wrap_io_error(error.into(), path.to_owned()))
            }
            _ => Err(OpenReadError::FileDoesNotExist(path.to_owned())),
        }
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        match name_of(path) {
            META => self.note(self.write_meta(data)),
            MANAGED => Ok(()),
            _ => self.note(self.0.files.replace(&self.0.path.join(path), data)),
        }
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.note(self.0.files.sync_folder(&self.0.path))
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
