//! Where an index lives, and opening it for reading.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use tantivy::plugin::SegmentPlugin;
use tantivy::{Index, SegmentReader};

use crate::index::gate::Gate;
use crate::index::ledger::{Entry, Ledger};
use crate::index::postings::{CHARS, PostingsPlugin, Terms, WORDS, component};
use crate::index::recipe::Recipe;
use crate::index::schema::Fields;
use crate::index::texts::{TEXTS, Texts, TextsPlugin};
use crate::segment::{Segmenter, parse_dict};

/// Name of the file that names the live generation.
const CURRENT: &str = "CURRENT";
/// Name of the user dictionary in a generation.
pub(crate) const DICT: &str = "dict.txt";

/// Name of the weights that were learnt from the archive's own headlines.
const WEIGHTS: &str = "weights.json";

/// What every commit says of itself, in tantivy's payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Tells our indexes from those of other programs.
    pub program: String,
    /// Identity of the analysis.
    pub recipe: Recipe,
    /// Length of the ledger that belongs to this commit, in bytes.
    pub ledger_bytes: u64,
}

/// A segmenter that is loaded when the first word is asked for.
pub type LazySegmenter = LazyLock<Segmenter, Box<dyn FnOnce() -> Segmenter + Send + Sync>>;

/// A segment: what tantivy keeps of it (through `Deref`), and what we do.
pub struct Segment {
    reader: SegmentReader,
    chars: Terms,
    words: Terms,
    texts: Texts,
}

impl Segment {
    fn open(reader: SegmentReader) -> Result<Segment> {
        let file = |ending| -> Result<_> { Ok(reader.open_read(component(ending))?) };
        Ok(Segment {
            chars: Terms::open(file(CHARS)?, true).context(CHARS)?,
            words: Terms::open(file(WORDS)?, false).context(WORDS)?,
            texts: Texts::open(file(TEXTS)?).context(TEXTS)?,
            reader,
        })
    }

    /// Every character with its positions.
    pub fn chars(&self) -> &Terms {
        &self.chars
    }

    /// Words with their frequencies.
    pub fn words(&self) -> &Terms {
        &self.words
    }

    /// The texts of the passages.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }
}

impl std::ops::Deref for Segment {
    type Target = SegmentReader;

    fn deref(&self) -> &SegmentReader {
        &self.reader
    }
}

/// An index that is open for reading: a snapshot of its last commit.
pub struct Store {
    /// Folder of the live generation.
    generation: PathBuf,
    fields: Fields,
    commit: Commit,
    segments: Vec<Segment>,
    segmenter: Arc<LazySegmenter>,
}

impl Store {
    /// Opens the index in a folder; an error says what stands there instead.
    pub fn open(dir: &Path) -> Result<Store> {
        let at = || format!("{}", dir.display());
        // A writer may replace the generation, or collect merged segments,
        // between two steps of opening: then the next try finds the new state.
        let mut tries = 0;
        loop {
            tries += 1;
            match Store::try_open(dir) {
                Err(error) if tries < 4 && is_missing_file(&error) && generation(dir).is_ok() => {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                result => return result.with_context(at),
            }
        }
    }

    fn try_open(dir: &Path) -> Result<Store> {
        let generation = generation(dir)?;
        let (index, commit) = open_index(&generation)?;
        commit
            .recipe
            .accept(&Recipe::current(user_dict_hash(&commit)?))?;
        let fields = Fields::of(&index.schema())?;
        let segmenter = lazy_segmenter(&generation);
        let mut segments = Vec::new();
        for segment in index.searchable_segments()? {
            segments.push(Segment::open(SegmentReader::open(&segment)?)?);
        }
        // The order of segments is tantivy's affair; results never depend on it.
        segments.sort_by_key(|segment| segment.segment_id());
        Ok(Store {
            generation,
            fields,
            commit,
            segments,
            segmenter,
        })
    }

    /// The files that were read into an index, whatever release or dictionary
    /// it was built with.
    pub fn open_ledger(dir: &Path) -> Result<Vec<Entry>> {
        let generation = generation(dir).with_context(|| format!("{}", dir.display()))?;
        let (_, commit) = open_index(&generation)?;
        sorted_entries(&generation, &commit)
    }

    /// Handles of the fields.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The segments of the snapshot.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The segmenter this index was built with, loaded at the first use.
    pub fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// What the last commit says of itself.
    pub fn commit(&self) -> &Commit {
        &self.commit
    }

    /// The files that were read in, by path.
    pub fn inputs(&self) -> Result<Vec<Entry>> {
        sorted_entries(&self.generation, &self.commit)
    }

    /// Keeps weights of the ranking beside the index, as one line of JSON.
    pub fn keep_weights(&self, json: &str) -> Result<()> {
        let path = self.generation.join(WEIGHTS);
        let temporary = self.generation.join(format!("{WEIGHTS}.new"));
        fs::write(&temporary, json)
            .and_then(|()| fs::rename(&temporary, &path))
            .with_context(|| format!("{}: cannot write", path.display()))
    }

    /// The weights kept beside the index; `None` when there are none.
    pub fn weights(&self) -> Result<Option<String>> {
        match fs::read_to_string(self.generation.join(WEIGHTS)) {
            Ok(json) => Ok(Some(json)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context(WEIGHTS),
        }
    }

    /// Files of the index and their length in bytes, sorted by name.
    pub fn files(&self) -> Result<Vec<(String, u64)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.generation)? {
            let entry = entry?;
            files.push((
                entry.file_name().to_string_lossy().into_owned(),
                entry.metadata()?.len(),
            ));
        }
        files.sort();
        Ok(files)
    }

    /// Names the files of the index whose checksum does not match.
    pub fn damaged_files(&self) -> Result<Vec<String>> {
        let (index, _) = open_index(&self.generation)?;
        let mut names: Vec<String> = index
            .validate_checksum()?
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        names.sort();
        Ok(names)
    }
}

/// The folder of the live generation.
pub(crate) fn generation(dir: &Path) -> Result<PathBuf> {
    match fs::read_to_string(dir.join(CURRENT)) {
        Ok(name) => {
            let name = name.trim();
            if !is_generation(name) {
                bail!("{CURRENT} is damaged: it names no generation of an index");
            }
            Ok(dir.join(name))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if !dir.exists() || is_vacant(dir)? {
                bail!("no index here yet: build one with `jianbao index PATH`");
            }
            if dir.join("meta.json").exists() {
                bail!("this is an index of another program; choose another folder with --index");
            }
            bail!("this is no index of jianbao; choose another folder with --index");
        }
        Err(error) => Err(error).context(CURRENT),
    }
}

/// True when an index may be built in a folder: it is empty, or holds nothing
/// but what we or a repository put there.
pub(crate) fn is_vacant(dir: &Path) -> Result<bool> {
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let ours = is_generation(&name)
            || matches!(
                name.as_str(),
                "lock" | "README.md" | ".gitignore" | ".gitkeep"
            )
            || name.starts_with(CURRENT);
        if !ours {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `g` and six digits or more.
pub(crate) fn is_generation(name: &str) -> bool {
    name.len() >= 7 && name.starts_with('g') && name[1..].bytes().all(|b| b.is_ascii_digit())
}

/// Makes a generation the live one, in one step that a crash cannot halve.
pub(crate) fn make_current(dir: &Path, generation: &Path) -> Result<()> {
    let name = generation
        .file_name()
        .ok_or_else(|| anyhow!("{}: no folder name", generation.display()))?
        .to_string_lossy()
        .into_owned();
    let temporary = dir.join(format!("{CURRENT}.new"));
    let mut file = File::create(&temporary)?;
    writeln!(file, "{name}")?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(CURRENT))?;
    sync_dir(dir)
}

/// Makes names in a folder durable; tantivy leaves the rename of its meta.json unsynced.
pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// Opens the tantivy index of a generation and reads what its commit says.
pub(crate) fn open_index(generation: &Path) -> Result<(Index, Commit)> {
    let index = Index::open_in_dir(generation)?;
    let payload = index.load_metas()?.payload.unwrap_or_default();
    let commit: Commit = serde_json::from_str(&payload)
        .map_err(|_| anyhow!("this is no index of jianbao, or one of another release; build it again with `jianbao index --rebuild`, or choose another folder with --index"))?;
    Ok((index, commit))
}

/// The hash of the user dictionary a commit names.
pub(crate) fn user_dict_hash(commit: &Commit) -> Result<Option<u64>> {
    let name = &commit.recipe.user_dict;
    if name.is_empty() {
        return Ok(None);
    }
    Ok(Some(
        u64::from_str_radix(name, 16).context("the commit's payload is damaged")?,
    ))
}

/// A segmenter with the user dictionary of a generation, loaded at first use.
pub(crate) fn lazy_segmenter(generation: &Path) -> Arc<LazySegmenter> {
    let dict = generation.join(DICT);
    Arc::new(LazyLock::new(Box::new(move || {
        let text = fs::read_to_string(dict).unwrap_or_default();
        Segmenter::new(&parse_dict(&text).0)
    })))
}

/// What makes and merges the files of ours in a segment.
pub(crate) fn plugins(
    segmenter: Arc<LazySegmenter>,
    gate: Arc<Gate>,
) -> [Arc<dyn SegmentPlugin>; 2] {
    [
        Arc::new(PostingsPlugin { segmenter, gate }),
        Arc::new(TextsPlugin),
    ]
}

fn sorted_entries(generation: &Path, commit: &Commit) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Ledger::read(generation, commit.ledger_bytes)?
        .into_values()
        .collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

fn is_missing_file(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
            || matches!(
                cause.downcast_ref::<tantivy::TantivyError>(),
                Some(tantivy::TantivyError::OpenReadError(
                    tantivy::directory::error::OpenReadError::FileDoesNotExist(_)
                ))
            )
    })
}
