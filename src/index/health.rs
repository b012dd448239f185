//! Is the index whole, what is lost where it is not, and what can be kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use tantivy::SegmentReader;

use crate::index::directory::Folder;
use crate::index::disk::Files;
use crate::index::documents::file_key;
use crate::index::ledger::{Entry, FILE as LEDGER, Ledger};
use crate::index::living::{Living, META, Unsealed, damage, is_tantivys, open_sealed, read_seal};
use crate::index::recipe::Recipe;
use crate::index::seal::{BLOCK, Seal, Sums};
use crate::index::store::{
    CURRENT, Commit, DICT, Store, all_entries, generation, open_index, orphans, user_dict_hash,
};
use crate::source::is_gone;

/// The state of an index.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Files that the seal covers, the seal and `meta.json` themselves included.
    pub files: u64,
    /// Bytes of the files that the seal covers.
    pub bytes: u64,
    /// Passages in the index.
    pub passages: u64,
    /// What is damaged; nothing in an index that is whole.
    pub damaged: Vec<Damage>,
}

/// A file that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// Its name in the folder of the index.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
    /// What it holds.
    pub part: Part,
    /// Passages that it holds something of.
    pub passages: u64,
}

/// What a file of the index is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Which files belong to the index: without it nothing can be trusted.
    Index,
    /// Which passages hold a word or a character, and where.
    Words,
    /// The text of passages, their days and titles, and what is known of their articles.
    Text,
    /// Sources of passages, and the files that they came from.
    Facts,
    /// How long passages are, for ranking.
    Lengths,
    /// Which passages were taken out.
    Deleted,
    /// Which files were read.
    Ledger,
    /// The user dictionary.
    Dictionary,
    /// Ranking weights learnt here.
    Weights,
}

impl Part {
    fn of(name: &str) -> Part {
        match name.rsplit('.').next().unwrap_or_default() {
            _ if name == META || name == CURRENT || Seal::is_name(name) => Part::Index,
            _ if name == LEDGER => Part::Ledger,
            _ if name == DICT => Part::Dictionary,
            "texts" | "facts" => Part::Text,
            "store" | "fast" => Part::Facts,
            "fieldnorm" => Part::Lengths,
            "del" => Part::Deleted,
            "json" => Part::Weights,
            _ => Part::Words,
        }
    }
}

/// What of a damaged index was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Salvage {
    /// Passages that are kept as they are.
    pub kept: u64,
    /// Passages whose files are damaged: their articles are read again.
    pub dropped: u64,
    /// Files that are gone, by name, and how many articles of them could not be
    /// kept: these are lost.
    pub lost: Vec<(String, u64)>,
}

impl Salvage {
    /// Nothing could be kept.
    pub(crate) fn nothing(files: &Files, dir: &Path) -> Result<Salvage> {
        let lost = all_entries(files, dir)?
            .into_iter()
            .filter(|entry| is_gone(&entry.path) && entry.articles > 0)
            .map(|entry| (entry.name, entry.articles))
            .collect();
        Ok(Salvage {
            lost,
            ..Salvage::default()
        })
    }
}

impl Health {
    /// Examines an index: names, lengths and structure, and with `full` every byte.
    ///
    /// An error means that there is no index, or one of another program or
    /// release: that is no damage.
    pub fn of(dir: &Path, full: bool) -> Result<Health> {
        let files = Files::real();
        Health::on(&files, dir, full).with_context(|| format!("{}", dir.display()))
    }

    pub(crate) fn on(files: &Files, dir: &Path, full: bool) -> Result<Health> {
        let mut health = Health::default();
        let path = match generation(files, dir) {
            Ok(path) => path,
            Err(error) => {
                let there = files.open(&dir.join(CURRENT)).is_ok();
                if !there && orphans(files, dir)?.is_empty() {
                    return Err(error);
                }
                health.add(CURRENT, format!("{error:#}"), 0);
                return Ok(health);
            }
        };
        let (meta, seal) = match read_seal(files, &path) {
            Ok(read) => read,
            Err(Unsealed::Damaged(name, error)) => {
                health.add(&name, error.to_string(), 0);
                return Ok(health);
            }
            Err(error) => return Err(error.into()),
        };
        let living = Living::of(&meta)?;
        health.files = seal.files.len() as u64 + 2;
        for (name, sums) in &seal.files {
            health.bytes += sums.bytes;
            if let Err(error) = examine(files, &path.join(name), sums, full) {
                let passages = living.segment_of(name).map_or(0, |segment| segment.max_doc);
                health.add(name, error.to_string(), passages);
            }
        }
        if health.damaged.is_empty() {
            let store = Store::open_on(files, dir)?;
            health.passages = store
                .segments()
                .iter()
                .map(|segment| u64::from(segment.num_docs()))
                .sum();
            if let Err(error) = store.inputs() {
                health.add(LEDGER, format!("{error:#}"), 0);
            }
        }
        Ok(health)
    }

    fn add(&mut self, name: &str, what: String, passages: u64) {
        self.damaged.push(Damage {
            file: name.to_owned(),
            what,
            part: Part::of(name),
            passages,
        });
    }
}

/// Compares a file with what was sealed.
fn examine(files: &Files, path: &Path, sums: &Sums, full: bool) -> io::Result<()> {
    let blob = open_sealed(files, path, sums)?;
    if !full {
        return Ok(());
    }
    let mut buffer = vec![0; BLOCK as usize];
    let mut bad = Vec::new();
    for block in 0..sums.blocks() {
        let at = block * BLOCK;
        let content = &mut buffer[..(sums.bytes - at).min(BLOCK) as usize];
        blob.read_at(content, at)?;
        if !sums.holds(block, content) {
            bad.push(at);
        }
    }
    match bad.first() {
        None => Ok(()),
        Some(first) => Err(damage(
            path,
            &format!(
                "{} of {} blocks of {} KB, the first at byte {first}",
                bad.len(),
                sums.blocks(),
                BLOCK >> 10
            ),
        )),
    }
}

/// Begins a generation with the segments of a damaged one that are whole, and a
/// ledger of the files whose articles are all among them. `None` when nothing
/// can be kept: then everything is read again.
pub(crate) fn carry_over(
    files: &Files,
    old: &Path,
    new: &Path,
) -> Result<Option<(Folder, Commit, Salvage)>> {
    let Ok((meta, seal)) = read_seal(files, old) else {
        return Ok(None);
    };
    let living = Living::of(&meta)?;
    let Some(mut commit) = living.commit() else {
        return Ok(None);
    };
    let whole: HashSet<&str> = seal
        .files
        .iter()
        .filter(|(name, sums)| examine(files, &old.join(name), sums, true).is_ok())
        .map(|(name, _)| name.as_str())
        .collect();
    let current = Recipe::current(user_dict_hash(&commit)?);
    let sound: HashSet<String> = living
        .segments
        .iter()
        .filter(|segment| {
            let mut own = seal.files.keys().filter(|name| segment.owns(name));
            own.all(|name| whole.contains(name.as_str()))
        })
        .map(|segment| segment.stem())
        .collect();
    if sound.is_empty() || !whole.contains(DICT) || commit.recipe.accept(&current).is_err() {
        return Ok(None);
    }

    let folder = Folder::create(files, new)?;
    for (name, sums) in &seal.files {
        let stem = name.split('.').next().unwrap_or_default();
        let wanted = whole.contains(name.as_str())
            && name != LEDGER
            && (!is_tantivys(name) || sound.contains(stem));
        if wanted {
            copy(files, &old.join(name), &new.join(name), sums)?;
            folder.adopt(name, sums.clone());
        }
    }
    files.create(&new.join(LEDGER))?.sync()?;
    commit.ledger_bytes = 0;
    folder.write_meta(&with_segments(&meta, &sound, &commit)?)?;

    let mut salvage = Salvage::default();
    let held = articles_by_file(&folder, &mut salvage.kept)?;
    salvage.dropped = living
        .segments
        .iter()
        .filter(|segment| !sound.contains(&segment.stem()))
        .map(|segment| segment.max_doc)
        .sum();
    let text = files.read(&old.join(LEDGER)).unwrap_or_default();
    // Beyond the sealed length nothing was committed.
    let committed = seal.files.get(LEDGER).map_or(0, |sums| sums.bytes as usize);
    let text = &text[..committed.min(text.len())];
    let mut ledger = Ledger::open(files, new, 0, HashMap::new())?;
    let by_path: BTreeMap<String, Entry> = Ledger::salvage(text).0.into_iter().collect();
    for (path, mut entry) in by_path {
        let held = held.get(&file_key(&path)).copied().unwrap_or(0);
        if is_gone(&path) {
            if held < entry.articles {
                salvage
                    .lost
                    .push((entry.name.clone(), entry.articles - held));
            }
            // The rest of what it held is kept, and can be pruned.
            entry.articles = held;
            ledger.append(entry)?;
        } else if held == entry.articles && entry.shadows.is_empty() {
            ledger.append(entry)?;
        }
    }
    commit.ledger_bytes = ledger.sync()?;
    folder.write_meta(&with_segments(&meta, &sound, &commit)?)?;
    Ok(Some((folder, commit, salvage)))
}

pub(super) fn copy(files: &Files, from: &Path, to: &Path, sums: &Sums) -> Result<()> {
    let blob = open_sealed(files, from, sums)?;
    let mut out = files.create(to)?;
    let mut buffer = vec![0; BLOCK as usize];
    for block in 0..sums.blocks() {
        let at = block * BLOCK;
        let content = &mut buffer[..(sums.bytes - at).min(BLOCK) as usize];
        blob.read_at(content, at)?;
        if !sums.holds(block, content) {
            bail!("{}: it changed while it was copied", from.display());
        }
        out.write_all(content)?;
    }
    out.sync()?;
    Ok(())
}

/// A `meta.json` of some of its segments, with another commit.
fn with_segments(meta: &[u8], sound: &HashSet<String>, commit: &Commit) -> Result<Vec<u8>> {
    let mut value: serde_json::Value = serde_json::from_slice(meta)?;
    if let Some(segments) = value["segments"].as_array_mut() {
        segments.retain(|segment| {
            let id = segment["segment_id"].as_str().unwrap_or_default();
            sound.contains(&id.replace('-', ""))
        });
    }
    value["payload"] = serde_json::to_string(commit)?.into();
    Ok(serde_json::to_vec_pretty(&value)?)
}

/// How many articles of each file are there, by its key; counts passages too.
fn articles_by_file(folder: &Folder, passages: &mut u64) -> Result<HashMap<u64, u64>> {
    let (index, _) = open_index(folder)?;
    let mut held = HashMap::new();
    for segment in index.searchable_segments()? {
        let reader = SegmentReader::open(&segment).map_err(|error| folder.explain(error))?;
        *passages += u64::from(reader.num_docs());
        let column = reader.fast_fields().u64("file")?;
        for doc in reader.doc_ids_alive() {
            if let Some(file) = column.first(doc) {
                *held.entry(file).or_default() += 1;
            }
        }
    }
    Ok(held)
}
