//! What was read into the index, file by file: an append-only log of JSON lines.
//!
//! Its length at commit time is written into the commit; on opening it is cut
//! to that length. So index and ledger are one state, and what came after the
//! last commit is simply read again.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::source::{Limits, Reject, Stamp};

/// Name of the log in the folder of an index.
pub(crate) const FILE: &str = "ledger.jsonl";

/// One file that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Absolute path: what the file is known by.
    pub path: String,
    /// Its stable name, see [`crate::article::Origin::path`].
    pub name: String,
    /// How it looked when it was read.
    pub stamp: Stamp,
    /// When it was read, in nanoseconds since 1970. A file that changed less
    /// than two seconds before is not trusted to be the one that was read.
    pub read_ns: i128,
    /// Articles it holds.
    pub articles: u64,
    /// What it holds and could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejects: Vec<Reject>,
    /// The limits it was read under.
    #[serde(default, skip_serializing_if = "Limits::is_default")]
    pub limits: Limits,
    /// Keys of the files that already held some of its articles, word for word, when it was
    /// read: without them it must be read again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<u64>,
    /// True for the line that takes back an earlier one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

impl Entry {
    /// Whether a file with this stamp is the one that was read.
    pub fn holds(&self, stamp: &Stamp) -> bool {
        const RACY_NS: i128 = 2_000_000_000;
        self.stamp == *stamp && stamp.mtime_ns + RACY_NS < self.read_ns
    }
}

/// The log, and what it says now.
#[derive(Debug)]
pub(crate) struct Ledger {
    file: File,
    bytes: u64,
    entries: HashMap<String, Entry>,
}

impl Ledger {
    /// Reads the entries of a log up to a length in bytes, without changing it.
    pub(crate) fn read(dir: &Path, bytes: u64) -> Result<HashMap<String, Entry>> {
        let path = dir.join(FILE);
        let file = File::open(&path).with_context(|| format!("{}: cannot open", path.display()))?;
        let mut entries = HashMap::new();
        let mut reader = BufReader::with_capacity(1 << 20, std::io::Read::take(file, bytes));
        let mut line = String::new();
        let mut number = 0;
        let mut read = 0;
        loop {
            line.clear();
            number += 1;
            let got = reader
                .read_line(&mut line)
                .with_context(|| format!("{}:{number}: cannot read", path.display()))?;
            if got == 0 {
                break;
            }
            read += got as u64;
            let entry: Entry = serde_json::from_str(&line)
                .with_context(|| format!("{}:{number}: the ledger is damaged", path.display()))?;
            if entry.gone {
                entries.remove(&entry.path);
            } else {
                entries.insert(entry.path.clone(), entry);
            }
        }
        anyhow::ensure!(
            read == bytes,
            "{}: the ledger is damaged: {read} bytes, {bytes} committed",
            path.display()
        );
        Ok(entries)
    }

    /// Opens a log for writing and cuts it to its committed length.
    pub(crate) fn open(dir: &Path, bytes: u64) -> Result<Ledger> {
        let path = dir.join(FILE);
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("{}: cannot open for writing", path.display()))?;
        if file.metadata().map(|meta| meta.len()).unwrap_or(0) > bytes {
            file.set_len(bytes)
                .with_context(|| format!("{}: cannot cut", path.display()))?;
        }
        let entries = Ledger::read(dir, bytes)?;
        Ok(Ledger {
            file,
            bytes,
            entries,
        })
    }

    /// What is known of a file.
    pub(crate) fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// Every file that is known.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Adds a line.
    pub(crate) fn append(&mut self, entry: Entry) -> Result<()> {
        let mut line = serde_json::to_string(&entry)?;
        line.push('\n');
        self.file
            .write_all(line.as_bytes())
            .context("ledger: cannot write")?;
        self.bytes += line.len() as u64;
        if entry.gone {
            self.entries.remove(&entry.path);
        } else {
            self.entries.insert(entry.path.clone(), entry);
        }
        Ok(())
    }

    /// Makes what was appended durable and returns the length in bytes.
    pub(crate) fn sync(&mut self) -> Result<u64> {
        self.file.sync_data().context("ledger: cannot sync")?;
        Ok(self.bytes)
    }
}
