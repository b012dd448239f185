//! What was read into the index, file by file: an append-only log of JSON lines.
//!
//! Its length at commit time is written into the commit; on opening it is cut
//! to that length. So index and ledger are one state, and what came after the
//! last commit is simply read again.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::index::disk::{Files, NamedOut};
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
    /// What it holds and could not be read: the first [`Entry::MOST_REJECTS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejects: Vec<Reject>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_rejected: u64,
    /// The limits it was read under.
    #[serde(default, skip_serializing_if = "Limits::is_default")]
    pub limits: Limits,
    /// Of the encoding and the fields that the user named for it, a hash; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub told: u64,
    /// Keys of the files that already held some of its articles, word for word, when it was
    /// read: without them it must be read again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<u64>,
    /// True for the line that takes back an earlier one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Entry {
    /// Rejects of one file that are kept, for the runs that do not read it
    /// again: a file of bad lines alone must not fill the memory.
    pub const MOST_REJECTS: usize = 10_000;

    /// Whether a file with this stamp is the one that was read.
    pub fn holds(&self, stamp: &Stamp) -> bool {
        const RACY_NS: i128 = 2_000_000_000;
        self.stamp == *stamp && stamp.mtime_ns + RACY_NS < self.read_ns
    }
}

/// The log, and what it says now.
#[derive(Debug)]
pub(crate) struct Ledger {
    file: NamedOut,
    bytes: u64,
    entries: HashMap<String, Entry>,
}

impl Ledger {
    /// The entries of a log, whole as it was committed.
    pub(crate) fn parse(path: &Path, text: &[u8]) -> Result<HashMap<String, Entry>> {
        let mut entries = HashMap::new();
        let mut rest = text;
        let mut number = 0;
        while !rest.is_empty() {
            number += 1;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, later) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            rest = later;
            let entry: Entry = serde_json::from_slice(line)
                .with_context(|| format!("{}:{number}: the ledger is damaged", path.display()))?;
            take(&mut entries, entry);
        }
        Ok(entries)
    }

    /// What can still be read of a log that may be damaged: the lines that are
    /// whole, and how many are not.
    pub(crate) fn salvage(text: &[u8]) -> (HashMap<String, Entry>, u64) {
        let mut entries = HashMap::new();
        let mut bad = 0;
        for line in text.split(|byte| *byte == b'\n') {
            match serde_json::from_slice::<Entry>(line) {
                Ok(entry) => take(&mut entries, entry),
                Err(_) => bad += u64::from(!line.is_empty()),
            }
        }
        (entries, bad)
    }

    /// Opens a log for writing and cuts it to its committed length; `entries` are
    /// those up to there.
    pub(crate) fn open(
        files: &Files,
        dir: &Path,
        bytes: u64,
        entries: HashMap<String, Entry>,
    ) -> Result<Ledger> {
        Ok(Ledger {
            file: files.append(&dir.join(FILE), bytes)?,
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
        self.file.write_all(line.as_bytes())?;
        self.bytes += line.len() as u64;
        take(&mut self.entries, entry);
        Ok(())
    }

    /// Makes what was appended durable and returns the length in bytes.
    pub(crate) fn sync(&mut self) -> Result<u64> {
        self.file.sync()?;
        Ok(self.bytes)
    }
}

fn take(entries: &mut HashMap<String, Entry>, entry: Entry) {
    if entry.gone {
        entries.remove(&entry.path);
    } else {
        entries.insert(entry.path.clone(), entry);
    }
}
