//! Folders, archives and streams become records, in a stable order and in
//! bounded memory. Nothing is ever unpacked to disk.
//!
//! [`inputs`] lists the files below a root, [`records`] reads one of them.
//! A new format is one file beside these and one line in `kinds.rs`.

mod archive;
mod csv;
mod feed;
mod folder;
mod json;
mod kinds;
mod lines;
mod tar;
mod unpack;
mod warc;
mod whole;
mod zip;

use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::article::Origin;

pub(crate) use csv::{declared_mark, mark_of};
pub use feed::Records;
pub use folder::{IGNORE, input_known_by, inputs, is_gone, known_by, stdin_input};
pub use kinds::known_types;

/// One file (or standard input) that was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where to open it; `-` is standard input.
    pub path: PathBuf,
    /// Stable name, see [`Origin::path`].
    pub name: String,
    /// Size and time of last change; `None` for standard input.
    pub stamp: Option<Stamp>,
}

impl Input {
    /// The order in which inputs are read: by their names, part by part, as a folder lists them;
    /// standard input last.
    pub fn in_order(&self, other: &Input) -> Ordering {
        let pipe = |input: &Input| input.stamp.is_none();
        pipe(self)
            .cmp(&pipe(other))
            .then_with(|| self.name.split('/').cmp(other.name.split('/')))
            .then_with(|| self.path.cmp(&other.path))
    }
}

/// What tells a changed file from an unchanged one without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Length in bytes.
    pub bytes: u64,
    /// Time of last change, in nanoseconds since 1970.
    pub mtime_ns: i128,
}

/// What a record is, told by the name it bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// One JSON object.
    Json,
    /// A page.
    Html,
    /// A Word document.
    Docx,
    /// A feed, an export, a document in XML.
    Xml,
    /// A record of a WARC file: its header, the site's header, the page.
    Warc,
    /// Two rows of a table: the names of the columns, and a record.
    Csv,
}

/// One record as it was found: the smallest thing that stands on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Where it was found.
    pub origin: Origin,
    /// How to read it.
    pub format: Format,
    /// Where it stands: bytes of the file, or of the archive's entry, counted
    /// from 0 after unpacking.
    pub span: Range<u64>,
    /// What is to be decoded: the bytes at `span`, unless `hash` says that they
    /// were changed.
    pub bytes: Vec<u8>,
    /// The hash of the bytes at `span`, where `bytes` are others (a row of a
    /// table that has the names of its columns before it, UTF-16 made UTF-8), or
    /// where it was asked for before.
    pub hash: Option<[u8; 32]>,
}

impl Raw {
    /// A record whose bytes are as they stand in the file from `start` on.
    pub(crate) fn new(origin: Origin, format: Format, start: u64, bytes: Vec<u8>) -> Raw {
        Raw {
            origin,
            format,
            span: start..start + bytes.len() as u64,
            bytes,
            hash: None,
        }
    }

    /// Hashes the bytes here and now: for a record of many stories, each of which cites it.
    pub(crate) fn hash_once(&mut self) {
        self.hash.get_or_insert_with(|| sha256(&self.bytes));
    }

    /// SHA-256 of the bytes at `span`, hexadecimal, as the common tools print it.
    pub fn sha256(&self) -> String {
        let hash = self.hash.unwrap_or_else(|| sha256(&self.bytes));
        let mut text = String::with_capacity(2 * hash.len());
        for byte in hash {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// The hash of some bytes (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Something that was offered and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// Where.
    #[serde(flatten)]
    pub origin: Origin,
    /// Why, and what to do, in one line.
    pub reason: String,
    /// How much of the file is not known for it.
    #[serde(default, skip_serializing_if = "Extent::is_record")]
    pub extent: Extent,
}

/// How much of a file a reject takes along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// The record; those behind it were read.
    #[default]
    Record,
    /// All that comes from there on: nobody knows what that holds.
    Rest,
}

impl Extent {
    fn is_record(&self) -> bool {
        *self == Extent::Record
    }
}

impl fmt::Display for Reject {
    /// One line: where, why, and what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.reason)
    }
}

/// How much of an input is read before it is refused. Every limit counts bytes
/// that were read, never what a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The longest text that is read as one, in bytes: a page, an entry that is
    /// one article, a line, a row, an element of an array.
    pub record_bytes: u64,
    /// How many times its size on disk a packed file may grow to.
    pub ratio: u64,
    /// Bytes to which any packed file may grow before `ratio` counts.
    pub ratio_free: u64,
    /// The most bytes that are read out of one archive.
    pub archive_bytes: u64,
    /// The most entries that are read out of one archive.
    pub entries: u64,
}

impl Default for Limits {
    /// 64 MB a record, 200:1 past 16 MB, 4 GB and a million entries an archive.
    fn default() -> Self {
        Limits {
            record_bytes: 64 << 20,
            ratio: 200,
            ratio_free: 16 << 20,
            archive_bytes: 4 << 30,
            entries: 1_000_000,
        }
    }
}

impl Limits {
    /// Are these what [`Limits::default`] says?
    pub fn is_default(&self) -> bool {
        *self == Limits::default()
    }
}

/// The records of one input, in their order in the file. A record that cannot
/// be read is a [`Reject`] in its place, and the next one follows. Packed and
/// many-record files are read by a thread of their own, a few megabytes ahead;
/// it ends when the iterator is dropped.
pub fn records(input: &Input, limits: &Limits) -> Records {
    if input.path.as_os_str() == "-" {
        return stdin_records(limits);
    }
    feed::open(input, limits)
}

/// The records of standard input, which is JSONL.
pub fn stdin_records(limits: &Limits) -> Records {
    feed::stdin(limits)
}
