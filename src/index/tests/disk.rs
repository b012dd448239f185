//! A disk in memory that remembers what a power failure would leave, and fails
//! when it is told to.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::index::disk::{Blob, Disk, Guard, Out};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// This call gives an I/O error; later ones do not.
    Once,
    /// From this call on there is no room: what would take some fails.
    Full,
    /// The same, but the first write takes half of its bytes before.
    Short,
}

/// What of the last moment is found after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crash {
    /// Everything: the process died, the system did not.
    Killed,
    /// Only what was made durable: synced content under synced names.
    Power,
    /// All names, but only synced content.
    Names,
    /// Synced names; of unsynced content the first half.
    Half,
}

pub(crate) const CRASHES: [Crash; 4] = [Crash::Killed, Crash::Power, Crash::Names, Crash::Half];

#[derive(Debug, Clone, Default)]
struct Node {
    content: Arc<Vec<u8>>,
    synced: Arc<Vec<u8>>,
}

type Names = BTreeMap<PathBuf, Option<usize>>;

#[derive(Debug, Default, Clone)]
struct World {
    nodes: Vec<Node>,
    /// A file, or a folder (`None`).
    names: Names,
    durable: Names,
}

#[derive(Debug, Default)]
struct State {
    world: World,
    calls: u64,
    fault: Option<(u64, Fault)>,
    full: bool,
    recording: bool,
    /// The world after each call that changed it, and what was acknowledged by then.
    moments: Vec<(World, u64)>,
    acknowledged: u64,
    failed: Option<String>,
}

/// The disk; clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    state: Arc<Mutex<State>>,
    locked: Arc<AtomicBool>,
}

impl Memory {
    /// Fails a call, counted from 1.
    pub(crate) fn failing(call: u64, fault: Fault) -> Memory {
        let disk = Memory::default();
        disk.at().fault = Some((call, fault));
        disk
    }

    /// Fails a call from now on, counted from 1 and from here.
    pub(crate) fn fail_at(&self, call: u64, fault: Fault) {
        let mut state = self.at();
        state.calls = 0;
        state.fault = Some((call, fault));
    }

    /// Every file.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let state = self.at();
        let files = state.world.names.iter().filter(|(_, node)| node.is_some());
        files.map(|(path, _)| path.clone()).collect()
    }

    pub(crate) fn content(&self, path: &Path) -> Vec<u8> {
        let state = self.at();
        let node = state.file(path).expect("a file");
        state.world.nodes[node].content.to_vec()
    }

    pub(crate) fn edit(&self, path: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.at();
        let node = state.file(path).expect("a file");
        edit(Arc::make_mut(&mut state.world.nodes[node].content));
    }

    pub(crate) fn remove_file(&self, path: &Path) {
        self.at().world.names.remove(path);
    }

    /// Keeps every moment.
    pub(crate) fn recording() -> Memory {
        let disk = Memory::default();
        disk.at().recording = true;
        disk
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.at().calls
    }

    /// Notes that commit `n` was acknowledged.
    pub(crate) fn acknowledge(&self, n: u64) {
        self.at().acknowledged = n;
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.at().acknowledged
    }

    /// The call that failed, and on what.
    pub(crate) fn failed(&self) -> Option<String> {
        self.at().failed.clone()
    }

    /// The same content on a sound disk.
    pub(crate) fn mended(&self) -> Memory {
        let disk = Memory::default();
        disk.at().world = self.at().world.clone();
        disk
    }

    /// Number of moments that were kept.
    pub(crate) fn moments(&self) -> usize {
        self.at().moments.len()
    }

    /// What is found after a crash at a moment, and what was acknowledged before.
    pub(crate) fn after(&self, moment: usize, crash: Crash) -> (Memory, u64) {
        let (mut world, acknowledged) = self.at().moments[moment].clone();
        for node in &mut world.nodes {
            match crash {
                Crash::Killed => {}
                Crash::Power | Crash::Names => node.content = node.synced.clone(),
                Crash::Half => {
                    // A file that was cut keeps what it was cut to.
                    let (now, then) = (
                        node.content.len(),
                        node.synced.len().min(node.content.len()),
                    );
                    let kept = then + (now - then) / 2;
                    node.content = Arc::new(node.content[..kept].to_vec());
                }
            }
            node.synced = node.content.clone();
        }
        if matches!(crash, Crash::Power | Crash::Half) {
            world.names = world.durable.clone();
        }
        let disk = Memory::default();
        disk.at().world = world;
        (disk, acknowledged)
    }

    fn at(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call; `takes` tells whether it needs room.
    fn call(&self, what: &str, path: &Path, takes: bool) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.at();
        state.calls += 1;
        let fault = state.fault.filter(|(call, _)| *call == state.calls);
        if fault.is_none() && !(state.full && takes) {
            return Ok(state);
        }
        let fault = fault.map_or(Fault::Full, |(_, fault)| fault);
        if fault != Fault::Once {
            state.full = true;
            if !takes {
                return Ok(state);
            }
        }
        let place = format!("{what} {}", path.display());
        state.failed.get_or_insert(place);
        if fault == Fault::Short && what == "write" {
            return Ok(state);
        }
        Err(io::Error::from_raw_os_error(match fault {
            Fault::Once => 5,
            _ => 28,
        }))
    }
}

impl State {
    fn changed(&mut self) {
        if self.recording {
            let moment = (self.world.clone(), self.acknowledged);
            self.moments.push(moment);
        }
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.world.names.get(path) {
            Some(Some(node)) => Ok(*node),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Disk for Memory {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Out>> {
        let mut state = self.call("create", path, true)?;
        let node = match state.file(path) {
            Ok(node) => {
                state.world.nodes[node].content = Arc::default();
                node
            }
            Err(_) => {
                state.world.nodes.push(Node::default());
                let node = state.world.nodes.len() - 1;
                state.world.names.insert(path.to_owned(), Some(node));
                node
            }
        };
        state.changed();
        Ok(Box::new(Open::new(self, path, node)))
    }

    fn append(&self, path: &Path, bytes: u64) -> io::Result<Box<dyn Out>> {
        if self.at().file(path).is_err() {
            return self.create(path);
        }
        let mut state = self.call("append", path, false)?;
        let node = state.file(path)?;
        Arc::make_mut(&mut state.world.nodes[node].content).truncate(bytes as usize);
        state.changed();
        Ok(Box::new(Open::new(self, path, node)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Blob>> {
        let state = self.call("open", path, false)?;
        let node = state.file(path)?;
        Ok(Box::new(Open::new(self, path, node)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.call("rename", from, true)?;
        let node = state.file(from)?;
        state.world.names.remove(from);
        state.world.names.insert(to.to_owned(), Some(node));
        state.changed();
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.call("remove", path, false)?;
        state.file(path)?;
        state.world.names.remove(path);
        state.changed();
        Ok(())
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        let mut state = self.call("remove folder", path, false)?;
        state.world.names.retain(|name, _| !name.starts_with(path));
        state.changed();
        Ok(())
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        let mut state = self.call("make folder", path, true)?;
        for folder in path.ancestors() {
            state.world.names.entry(folder.to_owned()).or_insert(None);
            state.world.durable.entry(folder.to_owned()).or_insert(None);
        }
        state.changed();
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let state = self.call("list", path, false)?;
        if state.world.names.get(path) != Some(&None) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let names = state.world.names.keys();
        Ok(names
            .filter(|name| name.parent() == Some(path))
            .filter_map(|name| Some(name.file_name()?.to_string_lossy().into_owned()))
            .collect())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let mut state = self.call("sync folder", path, false)?;
        let world = &mut state.world;
        let inside = |name: &Path| name.parent() == Some(path);
        world.durable.retain(|name, _| !inside(name));
        let now = world.names.iter().filter(|(name, _)| inside(name));
        world
            .durable
            .extend(now.map(|(name, node)| (name.clone(), *node)));
        state.changed();
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Result<Guard, String>> {
        drop(self.call("lock", path, true)?);
        if self.locked.swap(true, Ordering::SeqCst) {
            return Ok(Err("1".to_owned()));
        }
        Ok(Ok(Box::new(Unlock(self.locked.clone()))))
    }
}

struct Unlock(Arc<AtomicBool>);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// An open file.
#[derive(Debug)]
struct Open {
    disk: Memory,
    path: PathBuf,
    node: usize,
}

impl Open {
    fn new(disk: &Memory, path: &Path, node: usize) -> Open {
        Open {
            disk: disk.clone(),
            path: path.to_owned(),
            node,
        }
    }
}

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.disk.call("write", &self.path, true)?;
        // Past a short write the disk is full.
        let short = state.full && bytes.len() > 1;
        let bytes = if short {
            &bytes[..bytes.len() / 2]
        } else {
            bytes
        };
        Arc::make_mut(&mut state.world.nodes[self.node].content).extend_from_slice(bytes);
        state.changed();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for Open {
    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.call("sync", &self.path, false)?;
        let node = &mut state.world.nodes[self.node];
        node.synced = node.content.clone();
        state.changed();
        Ok(())
    }
}

impl Blob for Open {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.disk.at().world.nodes[self.node].content.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        let state = self.disk.call("read", &self.path, false)?;
        let content = &state.world.nodes[self.node].content;
        let at = at as usize;
        match content.get(at..at + buffer.len()) {
            Some(bytes) => {
                buffer.copy_from_slice(bytes);
                Ok(())
            }
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
