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

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::article::Origin;

pub use feed::Records;
pub use folder::{IGNORE, exists, inputs, stdin_input};
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
    /// Its bytes, not yet decoded.
    pub bytes: Vec<u8>,
}

/// Something that was offered and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// Where.
    #[serde(flatten)]
    pub origin: Origin,
    /// Why, and what to do, in one line.
    pub reason: String,
}

/// How much of an input is read before it is refused. Every limit counts bytes
/// that were read, never what a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest record, in bytes.
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
