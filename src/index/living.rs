//! Which files belong to a commit, and whether they are those that were written.

use std::fmt::Formatter;
use std::io;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

use crate::index::disk::{Files, NamedBlob};
use crate::index::ledger::FILE as LEDGER;
use crate::index::recipe::SEALED_SINCE;
use crate::index::seal::{Seal, Sums};
use crate::index::store::{Commit, REPAIR};

/// The name of tantivy's description of a commit.
pub(crate) const META: &str = "meta.json";

/// The part of `meta.json` that says which files belong to it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Living {
    pub(crate) segments: Vec<Segment>,
    payload: Option<String>,
}

/// A segment in `meta.json`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Segment {
    segment_id: String,
    pub(crate) max_doc: u64,
    deletes: Option<Deletes>,
}

#[derive(Debug, Clone, Deserialize)]
struct Deletes {
    opstamp: u64,
}

impl Living {
    pub(crate) fn of(meta: &[u8]) -> Result<Living> {
        serde_json::from_slice(meta).with_context(|| format!("{META} is damaged"))
    }

    /// What the commit says of itself; `None` before the first one.
    pub(crate) fn commit(&self) -> Option<Commit> {
        serde_json::from_str(self.payload.as_deref()?).ok()
    }

    /// The segment a file belongs to, when it is a file of this commit.
    pub(crate) fn segment_of(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.owns(name))
    }
}

impl Segment {
    /// What the names of its files begin with.
    pub(crate) fn stem(&self) -> String {
        self.segment_id.replace('-', "")
    }

    /// Whether a file is one of its own, and not of an earlier state of it.
    pub(crate) fn owns(&self, name: &str) -> bool {
        let Some(rest) = name.strip_prefix(&self.stem()) else {
            return false;
        };
        if rest.ends_with(".del") {
            let now = self.deletes.as_ref();
            return now.is_some_and(|deletes| rest == format!(".{}.del", deletes.opstamp));
        }
        rest.starts_with('.') && !rest.ends_with(".temp")
    }
}

/// Why what a generation holds cannot be trusted as a whole.
#[derive(Debug)]
pub(crate) enum Unsealed {
    /// A file that must be there cannot be read, or is not what was written.
    Damaged(String, io::Error),
    /// It is no index of this release.
    Foreign(&'static str),
}

impl std::error::Error for Unsealed {}

impl std::fmt::Display for Unsealed {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Unsealed::Damaged(_, error) => write!(f, "{error}; {REPAIR}"),
            Unsealed::Foreign(what) => f.write_str(what),
        }
    }
}

const OLDER: &str =
    "it was built by an older release of jianbao; build it again with `jianbao index --rebuild`";
/// What is said of a folder that is no index of ours, or not of this release.
pub(crate) const FOREIGN: &str = "this is no index of jianbao, or one of another release; build it again with `jianbao index --rebuild`, or choose another folder with --index";

/// Reads `meta.json` of a generation and the seal that belongs to it.
pub(crate) fn read_seal(files: &Files, path: &Path) -> Result<(Vec<u8>, Seal), Unsealed> {
    let damaged = |name: &str, error| Unsealed::Damaged(name.to_owned(), error);
    let meta = files
        .read(&path.join(META))
        .map_err(|error| damaged(META, error))?;
    let name = Seal::name(&meta);
    let at = path.join(&name);
    let bytes = match files.read(&at) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let names = files.list(path).map_err(|error| damaged(META, error))?;
            if names.iter().any(|name| Seal::is_name(name)) {
                let error = damage(&path.join(META), "no seal fits it");
                return Err(damaged(META, error));
            }
            let commit = Living::of(&meta).ok().and_then(|living| living.commit());
            return Err(match commit {
                Some(commit) if commit.recipe.format < SEALED_SINCE => Unsealed::Foreign(OLDER),
                Some(_) => damaged(&name, damage(&at, "the file is missing")),
                None => Unsealed::Foreign(FOREIGN),
            });
        }
        Err(error) => return Err(damaged(&name, error)),
    };
    match Seal::from_bytes(bytes) {
        Ok(seal) => Ok((meta, seal)),
        Err(error) => Err(damaged(&name, damage(&at, &error.to_string()))),
    }
}

/// Opens a file and compares its length with the sealed one. The ledger grows
/// between two commits.
pub(crate) fn open_sealed(files: &Files, path: &Path, sums: &Sums) -> io::Result<NamedBlob> {
    let blob = files.open(path).map_err(|error| match error.kind() {
        // tantivy takes some files for optional that we know to have been there.
        io::ErrorKind::NotFound => damage(path, "the file is missing"),
        _ => error,
    })?;
    let bytes = blob.bytes()?;
    let grows = path.file_name().is_some_and(|name| name == LEDGER);
    if bytes < sums.bytes || (bytes > sums.bytes && !grows) {
        let what = format!("{bytes} bytes, {} were written", sums.bytes);
        return Err(damage(path, &what));
    }
    Ok(blob)
}

/// The error of a file, and what to do when it is damaged.
pub(crate) fn hint(error: impl std::fmt::Display) -> anyhow::Error {
    let error = error.to_string();
    match error.contains(DAMAGED) {
        true => anyhow!("{error}; {REPAIR}"),
        false => anyhow!(error),
    }
}

const DAMAGED: &str = ": damaged: ";

/// The error of a file that is not what was written.
pub(crate) fn damage(path: &Path, what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{}{DAMAGED}{what}", path.display()),
    )
}

/// Whether a file is one of tantivy's: they begin with the 32 digits of a segment.
pub(crate) fn is_tantivys(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
}
