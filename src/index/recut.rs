//! Another user dictionary for an index that is there: the articles whose words
//! it changes are indexed again, from what the index holds; the others stay.
//!
//! Which these are, only cutting them tells: by jieba's rules every word that is
//! added changes the weight of all others a little. Cutting is cheap beside
//! indexing. The result is a generation of its own, with the segments of the old
//! one copied, and is put in place in one step.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use tantivy::indexer::UserOperation;
use tantivy::{DocId, IndexWriter, Term};
use xxhash_rust::xxh3::xxh3_64;

use crate::index::again::{Again, Whole};
use crate::index::begin::{next_generation, remove_leftovers};
use crate::index::directory::Folder;
use crate::index::disk::Files;
use crate::index::documents::PassageDocument;
use crate::index::gate::Gate;
use crate::index::health::copy;
use crate::index::ledger::FILE as LEDGER;
use crate::index::living::read_seal;
use crate::index::recipe::Recipe;
use crate::index::store::{
    Commit, DICT, Store, lazy_segmenter, make_current, open_index, plugins, user_dict_hash,
};
use crate::index::writer::{Options, WAITING_SHARE, within};
use crate::segment::{Room, Segmenter, UserWord, normal_dict, parse_dict};

/// What another user dictionary does to an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recut {
    /// Articles in the index.
    pub articles: u64,
    /// Those of them whose words differ.
    pub changed: u64,
}

/// Documents that are looked at in one go by one thread.
const RUN: DocId = 512;

impl Store {
    /// How many articles another user dictionary cuts otherwise; an empty one takes
    /// the present one away.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn recut(&self, words: &[UserWord]) -> Result<Recut> {
        match Change::of(self, words)? {
            Some(change) => Ok(change.recut),
            None => Ok(Recut {
                articles: self.firsts()?,
                changed: 0,
            }),
        }
    }

    fn firsts(&self) -> Result<u64> {
        let mut count = 0;
        for segment in self.segments() {
            let again = Again::new(segment, *self.fields());
            count += (0..segment.max_doc())
                .filter(|doc| again.is_first(*doc))
                .count() as u64;
        }
        Ok(count)
    }

    /// Calls `each` with the texts whose words rank an article, for every article,
    /// on all threads and in no order. The state passes from one article to the
    /// next: room that need not be made again.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn each_article<S: Default>(
        &self,
        each: impl Fn(&mut dyn Iterator<Item = &str>, &mut S) + Sync,
    ) -> Result<()> {
        self.scan(
            |_, whole, state| each(&mut whole.ranked(), state),
            |_: S| (),
        )
        .map(drop)
    }

    /// Walks over all articles in runs of documents, in parallel. Each run has a
    /// state of its own; what `end` makes of it comes back with the number of the
    /// segment, in order.
    fn scan<S: Default, T: Send>(
        &self,
        each: impl Fn(DocId, &Whole, &mut S) + Sync,
        end: impl Fn(S) -> T + Sync,
    ) -> Result<Vec<(usize, T)>> {
        let mut runs = Vec::new();
        for (number, segment) in self.segments().iter().enumerate() {
            let starts = (0..segment.max_doc()).step_by(RUN as usize);
            runs.extend(starts.map(|start| (number, start)));
        }
        runs.into_par_iter()
            .map(|(number, start)| {
                let segment = &self.segments()[number];
                let again = Again::new(segment, *self.fields());
                let mut state = S::default();
                for doc in start..segment.max_doc().min(start + RUN) {
                    if again.is_first(doc) {
                        each(doc, &again.article(doc)?, &mut state);
                    }
                }
                Ok((number, end(state)))
            })
            .collect()
    }
}

/// Another dictionary, and the articles it changes.
struct Change {
    /// The dictionary in normal form.
    text: String,
    /// First passages: the number of the segment, documents in order.
    firsts: Vec<(usize, Vec<DocId>)>,
    recut: Recut,
}

#[derive(Default)]
struct Compared {
    articles: u64,
    changed: Vec<DocId>,
    room: Room,
    words: [Vec<(usize, usize)>; 2],
}

impl Change {
    /// `None` when it is the dictionary that the index has.
    fn of(store: &Store, words: &[UserWord]) -> Result<Option<Change>> {
        let text = normal_dict(words).0;
        if hash(&text) == user_dict_hash(store.commit())? {
            return Ok(None);
        }
        // From the normal form, as a later run reads it: the order counts.
        let new = Segmenter::new(&parse_dict(&text).0);
        let old = store.segmenter();
        let compare = |doc, whole: &Whole, state: &mut Compared| {
            state.articles += 1;
            for text in whole.ranked() {
                for (segmenter, words) in [old, &new].into_iter().zip(&mut state.words) {
                    words.clear();
                    segmenter.each_indexed(text, &mut state.room, |_, bytes| {
                        words.push((bytes.start, bytes.end));
                    });
                }
                // The same places are the same words.
                if state.words[0] != state.words[1] {
                    state.changed.push(doc);
                    break;
                }
            }
        };
        let compared = store.scan(compare, |state| (state.articles, state.changed))?;
        let mut recut = Recut::default();
        let mut firsts = Vec::new();
        for (number, (articles, changed)) in compared {
            recut.articles += articles;
            recut.changed += changed.len() as u64;
            firsts.push((number, changed));
        }
        Ok(Some(Change {
            text,
            firsts,
            recut,
        }))
    }
}

fn hash(text: &str) -> Option<u64> {
    (!text.is_empty()).then(|| xxh3_64(text.as_bytes()))
}

/// Gives the live index another user dictionary. `None` when it has that one;
/// else the generation that is live now. The caller holds the lock.
pub(super) fn recut(
    files: &Files,
    dir: &Path,
    live: &Path,
    options: &Options,
) -> Result<Option<(PathBuf, Recut)>> {
    let Some(words) = &options.dict else {
        return Ok(None);
    };
    let store = Store::try_open(files, dir)?;
    let Some(change) = Change::of(&store, words)? else {
        return Ok(None);
    };
    let path = next_generation(files, dir)?;
    let (folder, commit) = carry(files, live, &path, &change.text, store.commit())?;
    index_again(&store, &change, &folder, &commit, options)?;
    make_current(files, dir, &path)?;
    // Readers that have the old one open keep its files until they let go.
    let _ = remove_leftovers(files, dir, Some(&path));
    Ok(Some((path, change.recut)))
}

/// A copy of a generation with another dictionary.
fn carry(
    files: &Files,
    old: &Path,
    new: &Path,
    dict: &str,
    commit: &Commit,
) -> Result<(Folder, Commit)> {
    let (meta, seal) = read_seal(files, old)?;
    let folder = Folder::create(files, new)?;
    for (name, sums) in &seal.files {
        if name == DICT {
            continue;
        }
        copy(files, &old.join(name), &new.join(name), sums)?;
        if name != LEDGER {
            folder.adopt(name, sums.clone());
        }
    }
    folder.keep(DICT, dict.as_bytes())?;
    let commit = Commit {
        recipe: Recipe::current(hash(dict)),
        ..commit.clone()
    };
    let mut value: serde_json::Value = serde_json::from_slice(&meta)?;
    value["payload"] = serde_json::to_string(&commit)?.into();
    folder.write_meta(&serde_json::to_vec_pretty(&value)?)?;
    Ok((folder, commit))
}

/// Takes the articles that change out of the copy, puts them in again, and commits.
fn index_again(
    store: &Store,
    change: &Change,
    folder: &Folder,
    commit: &Commit,
    options: &Options,
) -> Result<()> {
    let gate = Arc::new(Gate::default());
    let mut index = open_index(folder)?.0;
    for plugin in plugins(lazy_segmenter(folder)?, gate.clone()) {
        index.register_plugin(plugin);
    }
    let explain = |error| folder.explain(error);
    let mut writer: IndexWriter<PassageDocument> = index
        .writer_with_options(within(options))
        .map_err(explain)
        .context("cannot write")?;
    let fields = *store.fields();
    for (number, firsts) in &change.firsts {
        let segment = &store.segments()[*number];
        let again = Again::new(segment, fields);
        for first in firsts {
            if let Some(trouble) = folder.trouble() {
                bail!("cannot write: {trouble}");
            }
            let key = segment.texts().key(*first)?;
            let documents = again.documents(*first)?;
            let bytes = documents.iter().map(|document| document.text.bytes()).sum();
            gate.enter(bytes, options.memory / WAITING_SHARE, || {
                folder.trouble().is_some()
            });
            writer.delete_term(Term::from_field_u64(fields.key, key));
            writer
                .run(documents.into_iter().map(UserOperation::Add))
                .map_err(explain)
                .context("cannot write")?;
        }
    }
    let payload = serde_json::to_string(commit)?;
    let committed = writer.prepare_commit().and_then(|mut prepared| {
        prepared.set_payload(&payload);
        prepared.commit()
    });
    committed.map_err(explain).context("cannot commit")?;
    writer
        .wait_merging_threads()
        .map_err(explain)
        .context("cannot merge")?;
    match folder.trouble() {
        Some(trouble) => bail!("cannot merge: {trouble}"),
        None => Ok(()),
    }
}
