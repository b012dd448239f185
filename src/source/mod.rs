//! Folders, archives and streams become records, in a stable order and in
//! bounded memory. Nothing is ever unpacked to disk.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::article::Origin;

/// One file (or standard input) that was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where to open it.
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
