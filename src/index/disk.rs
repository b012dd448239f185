//! What an index does to files: one narrow door, so that a test can put a disk
//! behind it that fails or forgets.
//!
//! Every error that leaves [`Files`] names its file.

use std::fmt::{Debug, Formatter};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The operations. Paths are those of the file system.
pub(crate) trait Disk: Debug + Send + Sync {
    /// Makes an empty file, or empties one.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Out>>;
    /// Opens a file to add to it, cut to a length in bytes; makes it when it is not there.
    fn append(&self, path: &Path, bytes: u64) -> io::Result<Box<dyn Out>>;
    /// Opens a file for reading.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Blob>>;
    /// Gives a file another name, in one step, in place of what bore it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder and all in it.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder and those above it.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Names in a folder, in no order.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
    /// Makes the names in a folder durable.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Takes the lock on a file that one process may hold, and leaves a word of
    /// its owner there; `Err` of the inner result says who holds it.
    fn lock(&self, path: &Path) -> io::Result<Result<Guard, String>>;
}

/// A lock that ends when this is dropped.
pub(crate) type Guard = Box<dyn Send + Sync>;

/// A file that is being written.
pub(crate) trait Out: Write + Send + Sync {
    /// Makes what was written durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file that is open for reading.
pub(crate) trait Blob: Debug + Send + Sync {
    /// Its length in bytes.
    fn bytes(&self) -> io::Result<u64>;
    /// Fills a buffer from a place in it; a shorter file is an error.
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()>;
}

/// A disk whose errors name the file.
#[derive(Clone)]
pub(crate) struct Files(Arc<dyn Disk>);

impl Files {
    /// The file system.
    pub(crate) fn real() -> Files {
        Files(Arc::new(FileSystem))
    }

    /// Another disk, for tests.
    #[cfg(test)]
    pub(crate) fn on(disk: Arc<dyn Disk>) -> Files {
        Files(disk)
    }

    pub(crate) fn create(&self, path: &Path) -> io::Result<NamedOut> {
        let out = self.0.create(path).map_err(|error| named(path, error))?;
        Ok(NamedOut {
            out,
            path: path.to_owned(),
        })
    }

    pub(crate) fn append(&self, path: &Path, bytes: u64) -> io::Result<NamedOut> {
        let out = self
            .0
            .append(path, bytes)
            .map_err(|error| named(path, error))?;
        Ok(NamedOut {
            out,
            path: path.to_owned(),
        })
    }

    pub(crate) fn open(&self, path: &Path) -> io::Result<NamedBlob> {
        let blob = self.0.open(path).map_err(|error| named(path, error))?;
        Ok(NamedBlob {
            blob,
            path: path.to_owned(),
        })
    }

    /// Reads a whole file.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let blob = self.open(path)?;
        let mut bytes = vec![0; blob.bytes()? as usize];
        blob.read_at(&mut bytes, 0)?;
        Ok(bytes)
    }

    /// Writes a whole file so that a crash leaves the old one or the new one,
    /// and makes both content and name durable.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let temporary = path.with_file_name(name);
        let mut out = self.create(&temporary)?;
        out.write_all(bytes)?;
        out.sync()?;
        drop(out);
        self.0
            .rename(&temporary, path)
            .map_err(|error| named(path, error))?;
        self.sync_folder(path.parent().unwrap_or(Path::new(".")))
    }

    pub(crate) fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.remove(path).map_err(|error| named(path, error))
    }

    pub(crate) fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.0
            .remove_folder(path)
            .map_err(|error| named(path, error))
    }

    pub(crate) fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.0.make_folder(path).map_err(|error| named(path, error))
    }

    pub(crate) fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.0.list(path).map_err(|error| named(path, error))
    }

    pub(crate) fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.0.sync_folder(path).map_err(|error| named(path, error))
    }

    pub(crate) fn lock(&self, path: &Path) -> io::Result<Result<Guard, String>> {
        self.0.lock(path).map_err(|error| named(path, error))
    }
}

impl Debug for Files {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A file that is being written, and its name.
pub(crate) struct NamedOut {
    out: Box<dyn Out>,
    path: PathBuf,
}

impl NamedOut {
    /// Makes what was written durable.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.out.sync().map_err(|error| named(&self.path, error))
    }
}

impl Debug for NamedOut {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.path.fmt(f)
    }
}

impl Write for NamedOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // An interrupted call is tried again by the caller.
        self.out.write(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => named(&self.path, error),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().map_err(|error| named(&self.path, error))
    }
}

/// A file that is open for reading, and its name.
#[derive(Debug)]
pub(crate) struct NamedBlob {
    blob: Box<dyn Blob>,
    path: PathBuf,
}

impl NamedBlob {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its length in bytes.
    pub(crate) fn bytes(&self) -> io::Result<u64> {
        self.blob.bytes().map_err(|error| named(&self.path, error))
    }

    /// Fills a buffer from a place in it.
    pub(crate) fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        self.blob
            .read_at(buffer, at)
            .map_err(|error| named(&self.path, error))
    }
}

/// An error with the name of its file; its kind stays.
pub(crate) fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The file system.
#[derive(Debug)]
struct FileSystem;

impl Disk for FileSystem {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Out>> {
        Ok(Box::new(File::create(path)?))
    }

    fn append(&self, path: &Path, bytes: u64) -> io::Result<Box<dyn Out>> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if file.metadata()?.len() > bytes {
            file.set_len(bytes)?;
        }
        Ok(Box::new(file))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Blob>> {
        Ok(Box::new(File::open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(path)?;
        match path.parent() {
            Some(parent) if parent != Path::new("") => self.sync_folder(parent),
            _ => self.sync_folder(Path::new(".")),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        fs::read_dir(path)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        File::open(path)?.sync_all()?;
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Result<Guard, String>> {
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.read_to_string(&mut owner);
                return Ok(Err(owner.trim().to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Ok(Box::new(file)))
    }
}

impl Out for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

impl Blob for File {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, buffer, at)
    }

    #[cfg(windows)]
    fn read_at(&self, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(self, buffer, at)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => {
                    buffer = &mut buffer[read..];
                    at += read as u64;
                }
            }
        }
        Ok(())
    }
}
