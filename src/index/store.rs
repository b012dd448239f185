//! Where an index lives, and opening it for reading.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tantivy::columnar::StrColumn;
use tantivy::plugin::SegmentPlugin;
use tantivy::{DocId, Index, SegmentReader};
use xxhash_rust::xxh3::xxh3_64;

use crate::index::columns::Columns;
use crate::index::directory::Folder;
use crate::index::disk::{Files, Guard};
use crate::index::facts::{Block, FACTS, Facts};
use crate::index::gate::Gate;
use crate::index::ledger::{Entry, FILE as LEDGER, Ledger};
use crate::index::living::{FOREIGN, Living, META};
use crate::index::postings::{CHARS, PostingsPlugin, Terms, WORDS, component};
use crate::index::recipe::Recipe;
use crate::index::runs::Runs;
use crate::index::schema::{Fields, Zones};
use crate::index::texts::{TEXTS, Texts, TextsPlugin};
use crate::index::twins::Signature;
use crate::segment::{Segmenter, parse_dict};

/// Name of the file that names the live generation.
pub(crate) const CURRENT: &str = "CURRENT";
/// Name of the user dictionary in a generation.
pub(crate) const DICT: &str = "dict.txt";

/// What the names of the weights that were learnt from the archive's own
/// headlines begin with. The rest is their hash: the seal says which are valid.
const WEIGHTS: &str = "weights-";

/// Opening is tried again this often, and no more, while a writer changes the
/// index under it.
const TRIES: usize = 200;

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
    facts: OnceLock<Facts>,
    columns: Columns,
}

impl Segment {
    pub(crate) fn open(reader: SegmentReader) -> Result<Segment> {
        let file = |ending| -> Result<_> { Ok(reader.open_read(component(ending))?) };
        let texts = Texts::open(file(TEXTS)?).context(TEXTS)?;
        if texts.documents() != reader.max_doc() as usize {
            bail!("{TEXTS}: the texts of the index are damaged");
        }
        Ok(Segment {
            chars: Terms::open(file(CHARS)?, true).context(CHARS)?,
            words: Terms::open(file(WORDS)?, false).context(WORDS)?,
            texts,
            facts: OnceLock::new(),
            columns: Columns::default(),
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

    /// How many positions of a passage are the title's: 0 of one that begins no article.
    pub fn title(&self, doc: DocId) -> Result<u32> {
        self.texts.title(doc)
    }

    /// How the positions of a passage are divided.
    pub fn zones(&self, doc: DocId) -> Result<Zones> {
        self.texts.zones(doc)
    }

    /// The day of an article as `yyyymmdd`, by its first passage; 0 where it is not known.
    pub fn day(&self, article: DocId) -> Result<u64> {
        self.texts.day(article)
    }

    /// Which passages begin an article, and which go on with a paragraph.
    pub fn runs(&self) -> &Arc<Runs> {
        self.texts.runs()
    }

    /// The day of every passage as `yyyymmdd`, 0 where it is not known: for who looks
    /// at all of them.
    pub fn days(&self) -> Result<&[u32]> {
        self.columns.days(&self.texts, self.reader.max_doc())
    }

    /// How many positions of each passage are the title's, 65,535 for more: for who
    /// looks at many of them.
    pub fn titles(&self) -> Result<&[u16]> {
        self.columns.titles(&self.texts, self.reader.max_doc())
    }

    /// What is looked at first of the signature of an article, by its first passage.
    pub fn sketch(&self, article: DocId) -> Result<u64> {
        self.texts.sketch(article)
    }

    /// What tells the text of an article from that of others, by its first passage.
    pub fn signature(&self, article: DocId) -> Result<Signature> {
        self.columns.signature(&self.texts, article)
    }

    /// The folded sources; `None` when no article has one.
    pub fn sources(&self) -> Result<Option<&StrColumn>> {
        self.columns.source(&self.reader)
    }

    /// The facts of an article, by its first passage: [`Meta`](crate::index::Meta) as
    /// JSON. Who reads many hands the same `block` in again.
    pub(crate) fn facts<'a>(&self, article: DocId, block: &'a mut Block) -> Result<&'a [u8]> {
        let facts = match self.facts.get() {
            Some(facts) => facts,
            None => {
                let facts = Facts::open(self.reader.open_read(component(FACTS))?).context(FACTS)?;
                self.facts.get_or_init(|| facts)
            }
        };
        facts.read(self.runs().articles.rank(article), block)
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
    files: Files,
    dir: PathBuf,
    /// The live generation when it was opened; its files stay open.
    folder: Folder,
    fields: Fields,
    commit: Commit,
    segments: Vec<Segment>,
    segmenter: Arc<LazySegmenter>,
}

impl Store {
    /// Opens the index in a folder; an error says what stands there instead.
    pub fn open(dir: &Path) -> Result<Store> {
        Store::open_on(&Files::real(), dir)
    }

    pub(crate) fn open_on(files: &Files, dir: &Path) -> Result<Store> {
        let mut tries = 0;
        loop {
            let before = state(files, dir);
            tries += 1;
            match Store::try_open(files, dir) {
                // A writer replaced the generation or the commit between two
                // steps of opening: the next try finds the new state.
                Err(_) if tries < TRIES && state(files, dir) != before => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                result => return result.with_context(|| format!("{}", dir.display())),
            }
        }
    }

    pub(super) fn try_open(files: &Files, dir: &Path) -> Result<Store> {
        let folder = Folder::open(files, &generation(files, dir)?)?;
        let (index, commit) = open_index(&folder)?;
        commit
            .recipe
            .accept(&Recipe::current(user_dict_hash(&commit)?))?;
        let fields = Fields::of(&index.schema())?;
        let segmenter = lazy_segmenter(&folder)?;
        let segments = index
            .searchable_segments()
            .map_err(|error| folder.explain(error))?;
        let open = |segment: &tantivy::Segment| {
            let reader = SegmentReader::open(segment).map_err(|error| folder.explain(error))?;
            Segment::open(reader)
        };
        // All of them to their end, so that none is left open half-way; of several that are
        // damaged any may be told of.
        let segments: Vec<Result<Segment>> = match segments.len() {
            0 | 1 => segments.iter().map(open).collect(),
            _ => segments.par_iter().map(open).collect(),
        };
        let mut segments = segments.into_iter().collect::<Result<Vec<Segment>>>()?;
        // The order of segments is tantivy's affair; results never depend on it.
        segments.sort_by_key(|segment| segment.segment_id());
        Ok(Store {
            files: files.clone(),
            dir: dir.to_owned(),
            folder,
            fields,
            commit,
            segments,
            segmenter,
        })
    }

    /// The files that were read into an index, whatever release or dictionary
    /// it was built with, and whatever else of it is damaged.
    pub fn open_ledger(dir: &Path) -> Result<Vec<Entry>> {
        all_entries(&Files::real(), dir)
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
        Ok(sorted(entries(&self.folder)?.into_values().collect()))
    }

    /// Keeps weights of the ranking beside the index, as one line of JSON.
    ///
    /// Fails when another process is writing to the index.
    pub fn keep_weights(&self, json: &str) -> Result<()> {
        let at = || format!("{}", self.dir.display());
        let _lock = lock(&self.files, &self.dir).with_context(at)?;
        let generation = generation(&self.files, &self.dir).with_context(at)?;
        if generation != self.folder.path() {
            bail!("{}: it was built again meanwhile; run this again", at());
        }
        let folder = Folder::open(&self.files, &generation)?;
        let name = format!("{WEIGHTS}{:016x}.json", xxh3_64(json.as_bytes()));
        for old in weights_names(&folder) {
            folder.forget(&old);
        }
        folder.keep(&name, json.as_bytes())?;
        // A reader that has the old seal may be about to open the old ones: the next writer sweeps.
        folder.seal_again()
    }

    /// The weights kept beside the index; `None` when there are none.
    pub fn weights(&self) -> Result<Option<String>> {
        let Some(name) = weights_names(&self.folder).pop() else {
            return Ok(None);
        };
        let bytes = self.folder.read(&name)?.unwrap_or_default();
        String::from_utf8(bytes).map(Some).context(name)
    }

    /// Bytes of the index on disk.
    pub fn bytes(&self) -> u64 {
        self.folder.bytes()
    }
}

fn weights_names(folder: &Folder) -> Vec<String> {
    let mut names = folder.names();
    names.retain(|name| name.starts_with(WEIGHTS));
    names
}

/// What tells whether a writer changed the index meanwhile.
fn state(files: &Files, dir: &Path) -> Option<(Vec<u8>, Vec<u8>)> {
    let current = files.read(&dir.join(CURRENT)).ok()?;
    let name = String::from_utf8_lossy(&current).trim().to_owned();
    let meta = files.read(&dir.join(name).join(META)).unwrap_or_default();
    Some((current, meta))
}

/// The folder of the live generation.
pub(crate) fn generation(files: &Files, dir: &Path) -> Result<PathBuf> {
    match files.read(&dir.join(CURRENT)) {
        Ok(name) => {
            let name = String::from_utf8_lossy(&name);
            // As it was written, to the last byte.
            let Some(name) = name.strip_suffix('\n').filter(|name| is_generation(name)) else {
                bail!("{CURRENT} is damaged: it names no generation of an index; {REPAIR}");
            };
            match files.list(&dir.join(name)) {
                Ok(_) => Ok(dir.join(name)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    bail!("{CURRENT} names {name}, which is not there; {REPAIR}")
                }
                Err(error) => Err(error.into()),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if is_vacant(files, dir)? {
                bail!("no index here yet: build one with `jianbao index PATH`");
            }
            if !orphans(files, dir)?.is_empty() {
                bail!("{CURRENT}, which names the live index, is missing; {REPAIR}");
            }
            if files.open(&dir.join(META)).is_ok() {
                bail!("this is an index of another program; choose another folder with --index");
            }
            bail!("this is no index of jianbao; choose another folder with --index");
        }
        Err(error) => Err(error.into()),
    }
}

/// What to do about damage.
pub(crate) const REPAIR: &str = "`jianbao check --repair` mends what can be mended";

/// True when an index may be built in a folder: it is empty, or holds nothing
/// but what a repository or a run that never came to its first article put there.
pub(crate) fn is_vacant(files: &Files, dir: &Path) -> Result<bool> {
    match files.list(dir) {
        Ok(names) => Ok(names.iter().all(|name| is_ours(name)) && orphans(files, dir)?.is_empty()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Whether a name in the folder of an index is one that may stand there.
fn is_ours(name: &str) -> bool {
    is_generation(name)
        || matches!(name, "lock" | "README.md" | ".gitignore" | ".gitkeep")
        || name.starts_with(CURRENT)
}

/// Generations that hold something, for the case that nothing says which is
/// the live one.
pub(crate) fn orphans(files: &Files, dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in generations(files, dir)? {
        let committed = files
            .read(&path.join(META))
            .ok()
            .and_then(|meta| Living::of(&meta).ok()?.commit())
            .is_some_and(|commit| commit.ledger_bytes > 0);
        if committed {
            found.push(path);
        }
    }
    Ok(found)
}

/// The folders of all generations, by number.
pub(crate) fn generations(files: &Files, dir: &Path) -> Result<Vec<PathBuf>> {
    let mut names: Vec<String> = match files.list(dir) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    names.retain(|name| is_generation(name));
    names.sort_by_key(|name| (name.len(), name.clone()));
    Ok(names.into_iter().map(|name| dir.join(name)).collect())
}

/// `g` and six digits or more.
pub(crate) fn is_generation(name: &str) -> bool {
    name.len() >= 7 && name.starts_with('g') && name[1..].bytes().all(|b| b.is_ascii_digit())
}

/// Makes a generation the live one, in one step that a crash cannot halve.
pub(crate) fn make_current(files: &Files, dir: &Path, generation: &Path) -> Result<()> {
    let name = generation
        .file_name()
        .ok_or_else(|| anyhow!("{}: no folder name", generation.display()))?
        .to_string_lossy();
    files.replace(&dir.join(CURRENT), format!("{name}\n").as_bytes())?;
    Ok(())
}

/// Takes the lock of an index; an error says who holds it.
pub(crate) fn lock(files: &Files, dir: &Path) -> Result<Guard> {
    match files
        .lock(&dir.join("lock"))
        .context("cannot lock it for writing")?
    {
        Ok(guard) => Ok(guard),
        Err(owner) => bail!("process {owner} is writing to it; wait until it is done"),
    }
}

/// Opens the tantivy index of a generation and reads what its commit says.
pub(crate) fn open_index(folder: &Folder) -> Result<(Index, Commit)> {
    let index = Index::open(folder.clone()).map_err(|error| folder.explain(error))?;
    let payload = index.load_metas()?.payload.unwrap_or_default();
    let commit: Commit = serde_json::from_str(&payload).map_err(|_| anyhow!(FOREIGN))?;
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
/// The dictionary is read now: the folder may be gone by then.
pub(crate) fn lazy_segmenter(folder: &Folder) -> Result<Arc<LazySegmenter>> {
    let text = folder.read(DICT)?.unwrap_or_default();
    Ok(Arc::new(LazyLock::new(Box::new(move || {
        let text = String::from_utf8_lossy(&text);
        Segmenter::new(&parse_dict(&text).0)
    }))))
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

/// What the ledger of a generation says, by path.
pub(crate) fn entries(folder: &Folder) -> Result<HashMap<String, Entry>> {
    let text = folder.read(LEDGER)?.unwrap_or_default();
    Ledger::parse(&folder.path().join(LEDGER), &text)
}

/// The files that were read in, as far as any ledger that is left says.
pub(crate) fn all_entries(files: &Files, dir: &Path) -> Result<Vec<Entry>> {
    let generations = match generation(files, dir) {
        Ok(live) => vec![live],
        // Nothing says which is the live one.
        Err(error) => {
            let orphans = orphans(files, dir)?;
            if orphans.is_empty() {
                return Err(error).with_context(|| format!("{}", dir.display()));
            }
            orphans
        }
    };
    let mut entries = HashMap::new();
    for generation in generations {
        // A ledger that is gone says nothing; the caller sees what is left.
        let text = files.read(&generation.join(LEDGER)).unwrap_or_default();
        entries.extend(Ledger::salvage(&text).0);
    }
    Ok(sorted(entries.into_values().collect()))
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}
