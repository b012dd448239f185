//! The order of the rooms: records in, articles out to the writer.
//!
//! One thread reads records and packs them into batches, bounded by bytes as
//! well as by count; each batch is prepared in parallel, in order, and handed
//! to the writer, whose own threads make postings of it meanwhile. So memory is
//! bounded, and the same articles go in, in the same order, for any number of
//! threads.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;
use xxhash_rust::xxh3::Xxh3;

use crate::article::{Article, Draft, Edit, Evidence, Found, Kind, Origin, Skip};
use crate::extract::{FieldMap, extract};
use crate::index::{Added, Entry, Meta, Standing, Writer, file_key};
use crate::repair::repair;
use crate::source::{Input, Limits, Raw, Reject, records};

/// A batch is full at this many bytes of records …
const BATCH_BYTES: usize = 4 << 20;
/// … or at this many records.
const BATCH_RECORDS: usize = 4096;

/// How often a run that waits for input looks whether it was told to stop.
const LOOK_UP: Duration = Duration::from_millis(100);

/// How to read.
#[derive(Debug, Default)]
pub struct Settings {
    /// An encoding the user insists on.
    pub encoding: Option<String>,
    /// Names of fields in JSON and the like.
    pub map: FieldMap,
    /// Limits on what is read.
    pub limits: Limits,
    /// Drop articles whose file is gone.
    pub prune: bool,
    /// Set from outside to stop after the batch at hand.
    pub stop: AtomicBool,
}

/// What a run did. Everything offered is accepted, unchanged or rejected.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Articles that are new in the index, or replaced what it held.
    pub accepted: u64,
    /// Articles that were in the index already.
    pub unchanged: u64,
    /// Records that could not be read, or held no text.
    pub rejected: u64,
    /// Articles dropped: their file is gone, or holds them no longer.
    pub dropped: u64,
    /// Bytes of the records that were read, decompressed.
    pub bytes: u64,
    /// Articles with at least one repair.
    pub repaired: u64,
    /// Repairs by kind.
    pub repairs: BTreeMap<String, u64>,
    /// The run was stopped before its end.
    pub stopped: bool,
}

/// What the caller may want to show while it happens.
#[derive(Debug)]
pub enum Event<'a> {
    /// Something was rejected.
    Rejected(&'a Reject),
    /// So much is done: the figures so far, and about how many bytes of the
    /// files on disk are behind us.
    Progress(&'a Tally, u64),
}

/// Reads inputs into an index, up to but not including the last commit.
pub fn ingest(
    inputs: Vec<Input>,
    writer: &mut Writer,
    settings: &Arc<Settings>,
    notice: &mut dyn FnMut(Event<'_>),
) -> Result<Tally> {
    let mut run = Run {
        writer,
        tally: Tally::default(),
        notice,
        rejects: Vec::new(),
        articles: 0,
        unread: false,
        done: 0,
        begun: 0,
    };
    let changed = Arc::new(run.skip_unchanged(inputs, settings)?);
    let (sender, receiver) = sync_channel(1);
    // Not joined: a thread that waits on an idle pipe must not keep a stopped
    // run from committing. It ends with its next batch, when nobody listens.
    let (listed, own) = (changed.clone(), settings.clone());
    std::thread::spawn(move || read(&listed, &own, &sender));
    run.consume(&changed, settings, &receiver)?;
    run.tally.dropped += run.writer.close_inputs()?;
    run.tally.stopped = settings.stop.load(Ordering::Relaxed);
    Ok(run.tally)
}

struct Run<'a, 'n> {
    writer: &'a mut Writer,
    tally: Tally,
    notice: &'n mut dyn FnMut(Event<'_>),
    /// Of the file at hand.
    rejects: Vec<Reject>,
    articles: u64,
    /// Part of the file at hand could not be read at all.
    unread: bool,
    /// Bytes on disk of the files that are done.
    done: u64,
    /// Bytes of records when the file at hand was begun.
    begun: u64,
}

/// What the reading thread sends, in order.
enum Item {
    Record(Result<Raw, Reject>),
    /// The input of this index was read to its end; a stamp taken before it was opened.
    End(usize, i128),
}

struct Batch {
    /// (index of the input, what was read)
    items: Vec<(usize, Item)>,
}

impl Run<'_, '_> {
    /// Prunes, counts what is unchanged, and returns what must be read.
    fn skip_unchanged(&mut self, inputs: Vec<Input>, settings: &Settings) -> Result<Vec<Input>> {
        let mut changed_keys = HashSet::new();
        if settings.prune {
            let gone: Vec<String> = self
                .writer
                .inputs()
                .filter(|entry| !crate::source::exists(&entry.path))
                .map(|entry| entry.path.clone())
                .collect();
            for path in gone {
                self.tally.dropped += self.writer.prune(&path)?;
            }
        }
        for input in &inputs {
            if self.entry(input).is_none() {
                changed_keys.insert(file_key(&path_of(input)));
            }
        }
        let mut changed = Vec::new();
        for input in inputs {
            let entry = self
                .entry(&input)
                .filter(|entry| !self.writer.shadowed_by(entry, &changed_keys));
            match entry {
                Some(entry) => {
                    let (articles, rejects) = (entry.articles, entry.rejects.clone());
                    self.tally.unchanged += articles;
                    for reject in &rejects {
                        self.tally.rejected += 1;
                        (self.notice)(Event::Rejected(reject));
                    }
                }
                None => changed.push(input),
            }
        }
        Ok(changed)
    }

    fn entry(&self, input: &Input) -> Option<&Entry> {
        self.writer.unchanged(&path_of(input), &input.stamp?)
    }

    fn consume(
        &mut self,
        inputs: &[Input],
        settings: &Settings,
        batches: &Receiver<Batch>,
    ) -> Result<()> {
        while !settings.stop.load(Ordering::Relaxed) {
            let batch = match batches.recv_timeout(LOOK_UP) {
                Ok(batch) => batch,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let writer = &*self.writer;
            let prepared: Vec<Prepared> = batch
                .items
                .into_par_iter()
                .map(|(index, item)| prepare(&inputs[index], index, item, writer, settings))
                .collect();
            for item in prepared {
                self.take(inputs, item)?;
            }
            self.writer.commit_if_due()?;
            let done = self.done + (self.tally.bytes - self.begun);
            (self.notice)(Event::Progress(&self.tally, done));
        }
        Ok(())
    }

    /// Hands one prepared item to the writer: in input order, one at a time.
    fn take(&mut self, inputs: &[Input], item: Prepared) -> Result<()> {
        match item {
            Prepared::Stories {
                index,
                bytes,
                stories,
            } => {
                self.tally.bytes += bytes;
                let path = path_of(&inputs[index]);
                for story in stories {
                    match story {
                        Story::Rejected(reject) => self.reject(reject),
                        Story::Kept(id) => {
                            self.writer.keep(&id, &path)?;
                            self.tally.unchanged += 1;
                            self.articles += 1;
                        }
                        Story::Ready(story) => self.add(*story, &path)?,
                    }
                }
            }
            Prepared::Rejected(reject) => self.reject(reject),
            Prepared::Unread(reject) => {
                self.unread |= reject.origin.record.is_none();
                self.reject(reject);
            }
            Prepared::End { index, read_ns } => {
                let unread = std::mem::take(&mut self.unread);
                let rejects = std::mem::take(&mut self.rejects);
                let articles = std::mem::take(&mut self.articles);
                let input = &inputs[index];
                self.begun = self.tally.bytes;
                if let Some(stamp) = input.stamp {
                    self.done += stamp.bytes;
                    let entry = Entry {
                        path: path_of(input),
                        name: input.name.clone(),
                        stamp,
                        read_ns,
                        articles,
                        rejects,
                        shadows: Vec::new(),
                        gone: false,
                    };
                    // What a file held stays while part of it cannot be read:
                    // nobody knows what that part holds.
                    self.writer.close_input(entry, !unread)?;
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, mut story: Ready, path: &str) -> Result<()> {
        if self.writer.standing(&story.meta.id, story.hash, path)? == Standing::Clash {
            story.meta.id = format!("{}~{:08x}", story.meta.id, story.hash as u32);
        }
        match self
            .writer
            .add(&story.article, &story.meta, story.hash, path)?
        {
            Added::Accepted => {
                self.tally.accepted += 1;
                self.tally.repaired += u64::from(!story.meta.edits.is_empty());
                for edit in &story.meta.edits {
                    *self.tally.repairs.entry(edit.kind.clone()).or_default() += 1;
                }
            }
            Added::Unchanged => self.tally.unchanged += 1,
        }
        self.articles += 1;
        Ok(())
    }

    fn reject(&mut self, reject: Reject) {
        self.tally.rejected += 1;
        (self.notice)(Event::Rejected(&reject));
        self.rejects.push(reject);
    }
}

/// Reads every input and sends batches; ends when nobody listens any more.
fn read(inputs: &[Input], settings: &Settings, sender: &SyncSender<Batch>) {
    let mut items = Vec::new();
    let mut bytes = 0;
    for (index, input) in inputs.iter().enumerate() {
        let read_ns = now_ns();
        for record in records(input, &settings.limits) {
            if settings.stop.load(Ordering::Relaxed) {
                return;
            }
            bytes += record.as_ref().map_or(0, |raw| raw.bytes.len());
            items.push((index, Item::Record(record)));
            if bytes >= BATCH_BYTES || items.len() >= BATCH_RECORDS {
                bytes = 0;
                let items = std::mem::take(&mut items);
                if sender.send(Batch { items }).is_err() {
                    return;
                }
            }
        }
        items.push((index, Item::End(index, read_ns)));
    }
    if !items.is_empty() {
        let _ = sender.send(Batch { items });
    }
}

fn now_ns() -> i128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as i128)
}

/// What the ledger knows a file by.
fn path_of(input: &Input) -> String {
    input.path.to_string_lossy().into_owned()
}

/// A record after the parallel part.
enum Prepared {
    Stories {
        index: usize,
        bytes: u64,
        stories: Vec<Story>,
    },
    /// What was read is no article.
    Rejected(Reject),
    /// It could not be read.
    Unread(Reject),
    End {
        index: usize,
        read_ns: i128,
    },
}

enum Story {
    Ready(Box<Ready>),
    /// The index holds it already, under this id.
    Kept(String),
    Rejected(Reject),
}

struct Ready {
    article: Article,
    meta: Meta,
    hash: u64,
}

fn prepare(
    input: &Input,
    index: usize,
    item: Item,
    writer: &Writer,
    settings: &Settings,
) -> Prepared {
    let raw = match item {
        Item::End(index, read_ns) => return Prepared::End { index, read_ns },
        Item::Record(Err(reject)) => return Prepared::Unread(reject),
        Item::Record(Ok(raw)) => raw,
    };
    let path = path_of(input);
    let bytes = raw.bytes.len() as u64;
    // A bug in one of the pure rooms costs one record, with its name, and not the run.
    let stories = catch_unwind(AssertUnwindSafe(|| stories(&raw, &path, writer, settings)));
    match stories {
        Ok(Ok(stories)) => Prepared::Stories {
            index,
            bytes,
            stories,
        },
        Ok(Err(skip)) => Prepared::Rejected(Reject {
            origin: raw.origin,
            reason: skip.to_string(),
        }),
        Err(_) => Prepared::Rejected(Reject {
            origin: raw.origin,
            reason: "a bug in jianbao stopped the reading of this record; please report it"
                .to_owned(),
        }),
    }
}

fn stories(
    raw: &Raw,
    path: &str,
    writer: &Writer,
    settings: &Settings,
) -> Result<Vec<Story>, Skip> {
    let drafts = extract(raw, &settings.map, settings.encoding.as_deref())?;
    Ok(drafts
        .into_iter()
        .map(|draft| story(raw, draft, path, writer))
        .collect())
}

fn story(raw: &Raw, draft: Draft, path: &str, writer: &Writer) -> Story {
    let id = article_id(&raw.origin, &draft);
    let hash = hash_of(&draft);
    // An id that clashes is settled later, in input order; here only what is
    // certainly there already is spared the rest.
    if matches!(writer.standing(&id, hash, path), Ok(Standing::Same)) {
        return Story::Kept(id);
    }
    let encoding = draft.encoding;
    let draft = restore(draft);
    let repaired_title = match &draft.title {
        Some(title) if in_text(title) && !draft.edits.is_empty() => Some(title.value.clone()),
        _ => None,
    };
    match Article::from_draft(draft) {
        Ok(mut article) => {
            let meta = Meta {
                id,
                title: article.title.clone(),
                date: article.date.clone(),
                source: article.source.clone(),
                url: article.url.take(),
                origin: raw.origin.clone(),
                credits: std::mem::take(&mut article.credits),
                passages: 0,
                lead: lead(&article),
                kinds: article
                    .paragraphs
                    .iter()
                    .map(|paragraph| paragraph.kind)
                    .collect(),
                extra: std::mem::take(&mut article.extra),
                edits: std::mem::take(&mut article.edits),
                repaired_title,
                encoding: encoding.to_owned(),
            };
            Story::Ready(Box::new(Ready {
                article,
                meta,
                hash,
            }))
        }
        Err(skip) => Story::Rejected(Reject {
            origin: raw.origin.clone(),
            reason: skip.to_string(),
        }),
    }
}

/// Where the text proper begins, a byte of the body.
fn lead(article: &Article) -> usize {
    let mut body = article
        .paragraphs
        .iter()
        .filter(|paragraph| paragraph.kind == Kind::Body);
    body.next().map_or(0, |paragraph| paragraph.text_start)
}

/// Repairs title and body as one string, for some rules need the evidence of
/// the whole document.
pub fn restore(mut draft: Draft) -> Draft {
    let Some(title) = draft.title.as_ref().filter(|title| in_text(title)) else {
        let (body, edits) = owned(&draft.body);
        if let Some(body) = body {
            draft.body = body;
        }
        draft.edits = edits;
        return draft;
    };
    let whole = format!("{}\n{}", title.value.replace('\n', " "), draft.body);
    let (text, edits) = owned(&whole);
    draft.edits = edits;
    if let (Some(text), Some(title)) = (text, &mut draft.title) {
        let (head, body) = text.split_once('\n').unwrap_or((&text, ""));
        title.value = head.to_owned();
        draft.body = body.to_owned();
    }
    draft
}

/// Whether a title is part of what was found, and not the name of a file.
fn in_text(title: &Found<String>) -> bool {
    title.from != Evidence::Name
}

/// The repaired text where anything was repaired, and the repairs.
fn owned(text: &str) -> (Option<String>, Vec<Edit>) {
    let repaired = repair(text);
    let changed = !repaired.edits.is_empty();
    let edits = repaired.edits;
    (changed.then(|| repaired.text.into_owned()), edits)
}

/// The record's own id, or its place: `path!entry:record#story`. Blanks are
/// escaped, for ids stand in tables that are parted by blanks.
pub fn article_id(origin: &Origin, draft: &Draft) -> String {
    let id = match &draft.id {
        Some(id) => id.clone(),
        None => match draft.story {
            Some(story) => format!("{origin}#{story}"),
            None => origin.to_string(),
        },
    };
    if !id.contains(char::is_whitespace) {
        return id;
    }
    id.chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .collect()
}

/// Tells one record from another: a hash of everything it says.
fn hash_of(draft: &Draft) -> u64 {
    let mut hasher = Xxh3::new();
    let mut field = |value: Option<&str>| {
        hasher.update(value.unwrap_or("\u{1}").as_bytes());
        hasher.update(b"\0");
    };
    field(draft.title.as_ref().map(|title| title.value.as_str()));
    field(draft.date.as_ref().map(|date| date.value.as_str()));
    field(draft.source.as_ref().map(|source| source.value.as_str()));
    field(draft.url.as_deref());
    field(Some(&draft.body));
    for (key, value) in &draft.extra {
        field(Some(key));
        field(Some(&value.to_string()));
    }
    hasher.digest()
}
