//! Where a writer begins: which generation is live, and a new one beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tantivy::plugin::SegmentPlugin;
use tantivy::{Index, IndexSettings};
use xxhash_rust::xxh3::xxh3_64;

use crate::index::directory::Folder;
use crate::index::disk::Files;
use crate::index::ledger::FILE as LEDGER;
use crate::index::living::{Living, META};
use crate::index::recipe::Recipe;
use crate::index::schema::Fields;
use crate::index::seal::Seal;
use crate::index::store::{
    Commit, DICT, generation, generations, is_vacant, orphans, user_dict_hash,
};
use crate::index::writer::{Mode, Options};
use crate::segment::{UserWord, normal_dict};

/// The live generation, and whether a new one is to be built beside what is
/// there and take its place at the end.
pub(crate) fn standing(
    files: &Files,
    dir: &Path,
    options: &Options,
) -> Result<(Option<PathBuf>, bool)> {
    let anew = options.mode != Mode::Update;
    match generation(files, dir) {
        Ok(live) => Ok((Some(live), anew)),
        Err(_) if is_vacant(files, dir)? => Ok((None, false)),
        // Nothing says any more which generation is the live one.
        Err(_) if anew && !orphans(files, dir)?.is_empty() => Ok((None, true)),
        Err(error) => Err(error),
    }
}

/// Begins a generation: the dictionary and an empty ledger.
pub(crate) fn begin(
    files: &Files,
    dir: &Path,
    path: &Path,
    dict: Option<&[UserWord]>,
) -> Result<(Folder, Commit)> {
    let text = match dict {
        Some(words) => normal_dict(words).0,
        None => old_dict(files, dir)?,
    };
    let hash = (!text.is_empty()).then(|| xxh3_64(text.as_bytes()));
    let folder = Folder::create(files, path)?;
    folder.keep(DICT, text.as_bytes())?;
    files.create(&path.join(LEDGER))?.sync()?;
    let commit = Commit {
        program: "jianbao".to_owned(),
        recipe: Recipe::current(hash),
        ledger_bytes: 0,
    };
    Ok((folder, commit))
}

/// The user dictionary of the index that is replaced; empty without one.
fn old_dict(files: &Files, dir: &Path) -> Result<String> {
    let old = match generation(files, dir) {
        Ok(live) => Some(live),
        Err(_) => orphans(files, dir)?.pop(),
    };
    let Some(old) = old else {
        return Ok(String::new());
    };
    let commit = files
        .read(&old.join(META))
        .ok()
        .and_then(|meta| Living::of(&meta).ok()?.commit());
    let wanted = match &commit {
        Some(commit) => user_dict_hash(commit)?,
        None => None,
    };
    let text = files.read(&old.join(DICT)).unwrap_or_default();
    let hash = (!text.is_empty()).then(|| xxh3_64(&text));
    if hash != wanted {
        bail!(
            "{}: the user dictionary is damaged; name it again with `jianbao index --rebuild --dict FILE`",
            old.join(DICT).display()
        );
    }
    Ok(String::from_utf8(text)?)
}

/// An empty tantivy index in it.
pub(crate) fn new_index(folder: &Folder, plugins: [Arc<dyn SegmentPlugin>; 2]) -> Result<Index> {
    let (schema, _) = Fields::schema();
    let settings = IndexSettings {
        // Nothing is in it but where each document's nothing begins.
        docstore_compression: tantivy::store::Compressor::Zstd(tantivy::store::ZstdCompressor {
            compression_level: Some(9),
        }),
        // A thread of its own for each segment would keep memory of its own.
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    };
    let mut builder = Index::builder().schema(schema).settings(settings);
    for plugin in plugins {
        builder = builder.register_plugin(plugin);
    }
    builder
        .open_or_create(folder.clone())
        .map_err(|error| folder.explain(error))
        .context("cannot make the index")
}

/// A number above all that are there: what stands beside may be all there is.
pub(crate) fn next_generation(files: &Files, dir: &Path) -> Result<PathBuf> {
    let number: u64 = generations(files, dir)?
        .last()
        .and_then(|last| last.file_name()?.to_str()?.get(1..)?.parse().ok())
        .unwrap_or(0);
    Ok(dir.join(format!("g{:06}", number.saturating_add(1))))
}

/// Removes generations that a run began and never finished. A folder that bears such a name and
/// holds what no generation begins with is somebody else's.
pub(crate) fn remove_leftovers(files: &Files, dir: &Path, live: Option<&Path>) -> Result<()> {
    for path in generations(files, dir)? {
        let names = files.list(&path)?;
        let is_ours = names.is_empty() || names.iter().any(|name| is_of_generation(name));
        if live != Some(path.as_path()) && is_ours {
            files.remove_folder(&path)?;
        }
    }
    Ok(())
}

/// Whether a name is one of those that are written first into a generation, or are removed last.
fn is_of_generation(name: &str) -> bool {
    let name = name.strip_suffix(".new").unwrap_or(name);
    name == DICT || name == LEDGER || name == META || Seal::is_name(name)
}
