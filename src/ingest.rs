//! The order of the rooms: records in, articles out to the writer.
//!
//! One thread reads records and packs them into batches, bounded by bytes as
//! well as by count; each batch is prepared in parallel, in order, and handed
//! to the writer, whose own threads make postings of it meanwhile. So memory is
//! bounded, and the same articles go in, in the same order, for any number of
//! threads.

mod story;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::extract::FieldMap;
use crate::index::{Added, Entry, Standing, Writer, file_key};
use crate::source::{
    Extent, Input, Limits, Raw, Reject, input_known_by, is_gone, known_by, records,
};
use story::{Anew, Prepared, Ready, Story, prepare};

pub use story::{article_id, restore};

/// A batch is full at this many bytes of records for each of what the whole may take …
///
/// Measured: a record takes some ten times its bytes while it is prepared, and three
/// batches are under way.
const BATCH_SHARE: usize = 256;
/// … and never at fewer, nor at more …
const BATCH_BYTES: std::ops::RangeInclusive<usize> = 256 << 10..=4 << 20;
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

impl Settings {
    /// Whether a file that did not change need not be read again under these. One that was
    /// rejected under other limits may fare better; and who names an encoding or fields wants
    /// all read by them that was not.
    pub fn accept(&self, entry: &Entry) -> bool {
        let told = self.told();
        (entry.rejects.is_empty() || entry.limits == self.limits)
            && (told == 0 || entry.told == told)
    }

    /// A hash of what the user said of how to read; 0 where nothing was said.
    fn told(&self) -> u64 {
        if self.encoding.is_none() && self.map == FieldMap::default() {
            return 0;
        }
        xxh3_64(format!("{:?}\n{:?}", self.encoding, self.map).as_bytes())
    }
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
    /// Articles dropped: their file is gone, or holds them no longer; when an index is built
    /// anew, what it holds no longer.
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
        more_rejected: 0,
        articles: 0,
        unread: false,
        cut_off: false,
        done: 0,
        begun: 0,
    };
    let changed = Arc::new(run.skip_unchanged(inputs, settings)?);
    let (sender, receiver) = sync_channel(1);
    // Not joined: a thread that waits on an idle pipe must not keep a stopped
    // run from committing. It ends with its next batch, when nobody listens.
    let (listed, own) = (changed.clone(), settings.clone());
    let share = run.writer.memory() / BATCH_SHARE;
    let full = share.clamp(*BATCH_BYTES.start(), *BATCH_BYTES.end());
    std::thread::spawn(move || read(&listed, &own, full, &sender));
    run.consume(&changed, settings, &receiver)?;
    run.tally.stopped = settings.stop.load(Ordering::Relaxed);
    // Of a run that was stopped nobody knows what the files hold that it never came to: what
    // changed files held stays, and they are read again by the next run.
    if !run.tally.stopped {
        run.tally.dropped += run.writer.close_inputs()?;
        run.tally.dropped += run.writer.left_behind()?;
    }
    Ok(run.tally)
}

struct Run<'a, 'n> {
    writer: &'a mut Writer,
    tally: Tally,
    notice: &'n mut dyn FnMut(Event<'_>),
    /// Of the file at hand.
    rejects: Vec<Reject>,
    /// Rejects of it beyond those that are kept.
    more_rejected: u64,
    articles: u64,
    /// Part of the file at hand could not be read at all.
    unread: bool,
    /// The last record of it so far is not whole.
    cut_off: bool,
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
    /// Prunes, counts what is unchanged, and returns what must be read: what changed, and what
    /// held an article that one of those held as well, for it may be the only one now.
    fn skip_unchanged(
        &mut self,
        mut inputs: Vec<Input>,
        settings: &Settings,
    ) -> Result<Vec<Input>> {
        let mut touched = HashSet::new();
        let mut gone = Vec::new();
        if settings.prune {
            let entries = self.writer.inputs();
            let entries = entries.filter(|entry| is_gone(&entry.path));
            gone.extend(entries.map(|entry| entry.path.clone()));
            touched.extend(gone.iter().map(|path| file_key(path)));
        }
        for input in &inputs {
            if input.stamp.is_some() && self.entry(input, settings).is_none() {
                touched.insert(file_key(&path_of(input)));
            }
        }
        let shadowed = self.writer.touch(&mut touched);
        let named: HashSet<String> = inputs.iter().map(path_of).collect();
        for entry in shadowed.into_iter().filter(|it| !named.contains(&it.path)) {
            inputs.extend(input_known_by(&entry.path, &entry.name));
        }
        // Which of two records that bear one id keeps it depends on which is read first.
        inputs.sort_by(Input::in_order);
        for path in gone {
            self.tally.dropped += self.writer.prune(&path)?;
        }
        let mut changed = Vec::new();
        for input in inputs {
            let entry = self
                .entry(&input, settings)
                .filter(|_| !touched.contains(&file_key(&path_of(&input))));
            match entry {
                Some(entry) => {
                    let (articles, rejects) = (entry.articles, entry.rejects.clone());
                    self.tally.rejected += entry.more_rejected;
                    self.tally.unchanged += articles;
                    for reject in &rejects {
                        self.tally.rejected += 1;
                        (self.notice)(Event::Rejected(reject));
                    }
                }
                None => changed.push(input),
            }
        }
        self.writer.will_read(touched);
        Ok(changed)
    }

    /// What the ledger says of a file that need not be read again.
    fn entry(&self, input: &Input, settings: &Settings) -> Option<&Entry> {
        let entry = self.writer.unchanged(&path_of(input), &input.stamp?);
        entry.filter(|entry| settings.accept(entry))
    }

    fn consume(
        &mut self,
        inputs: &[Input],
        settings: &Settings,
        batches: &Receiver<Batch>,
    ) -> Result<()> {
        let pipe = inputs.iter().any(|input| input.stamp.is_none());
        loop {
            // A file is read again by the next run; what came through a pipe
            // never comes again, so what was taken out of it is kept.
            let stopped = settings.stop.load(Ordering::Relaxed);
            if stopped && !pipe {
                break;
            }
            let batch = match batches.recv_timeout(LOOK_UP) {
                Ok(batch) => batch,
                Err(RecvTimeoutError::Timeout) if stopped => break,
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
                self.take(inputs, item, settings)?;
            }
            self.writer.commit_if_due()?;
            let done = self.done + (self.tally.bytes - self.begun);
            (self.notice)(Event::Progress(&self.tally, done));
        }
        Ok(())
    }

    /// Hands one prepared item to the writer: in input order, one at a time.
    fn take(&mut self, inputs: &[Input], item: Prepared, settings: &Settings) -> Result<()> {
        match item {
            Prepared::Stories {
                index,
                bytes,
                stories,
                raw,
            } => {
                self.tally.bytes += bytes;
                self.cut_off = false;
                let input = &inputs[index];
                let path = path_of(input);
                let mut anew = raw.as_ref().map(|raw| Anew::new(input, raw, settings));
                for (nth, mut story) in stories.into_iter().enumerate() {
                    if let Story::Kept(id, spot) = &story
                        && self.writer.standing(id, *spot)? != Standing::Same
                        && let Some(again) = anew.as_mut().and_then(|anew| anew.prepare(nth))
                    {
                        story = again;
                    }
                    match story {
                        Story::Rejected(reject) => self.reject(reject),
                        Story::Kept(id, _) => {
                            self.writer.keep(&id, &path)?;
                            self.tally.unchanged += 1;
                            self.articles += 1;
                        }
                        Story::Ready(story) => self.add(*story)?,
                    }
                }
            }
            Prepared::Rejected(reject) => {
                self.cut_off = false;
                self.reject(reject);
            }
            Prepared::Malformed(reject) => {
                self.cut_off = reject.origin.record.is_some();
                self.reject(reject);
            }
            Prepared::Unread(reject) => {
                self.unread |= reject.extent == Extent::Rest;
                self.cut_off = reject.origin.record.is_some();
                self.reject(reject);
            }
            Prepared::End { index, read_ns } => {
                let cut_off = std::mem::take(&mut self.cut_off);
                let unread = std::mem::take(&mut self.unread) || cut_off;
                let rejects = std::mem::take(&mut self.rejects);
                let more_rejected = std::mem::take(&mut self.more_rejected);
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
                        more_rejected,
                        limits: settings.limits,
                        told: settings.told(),
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

    fn add(&mut self, mut story: Ready) -> Result<()> {
        let is_taken = match self.writer.standing(&story.meta.id, story.spot)? {
            Standing::Clash => true,
            // Another pipe had another record in that place.
            Standing::Changed => story.in_pipe,
            _ => false,
        };
        if is_taken {
            story.meta.id = format!("{}~{:08x}", story.meta.id, story.spot.hash as u32);
        }
        let (article, meta) = (&story.article, &mut story.meta);
        match self.writer.add(article, meta, story.spot)? {
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
        if self.rejects.len() < Entry::MOST_REJECTS {
            self.rejects.push(reject);
        } else {
            self.more_rejected += 1;
        }
    }
}

/// Reads every input and sends batches, each `full` at so many bytes; ends when nobody
/// listens any more.
fn read(inputs: &[Input], settings: &Settings, full: usize, sender: &SyncSender<Batch>) {
    let mut items = Vec::new();
    let mut bytes = 0;
    let send = |items: &mut Vec<(usize, Item)>, bytes: &mut usize| {
        *bytes = 0;
        let items = std::mem::take(items);
        items.is_empty() || sender.send(Batch { items }).is_ok()
    };
    for (index, input) in inputs.iter().enumerate() {
        let read_ns = now_ns();
        let mut records = records(input, &settings.limits);
        loop {
            // Records do not wait here for a pipe that has nothing to say.
            if !records.wait(LOOK_UP / 2) && !send(&mut items, &mut bytes) {
                return;
            }
            let Some(record) = records.next() else { break };
            bytes += record.as_ref().map_or(0, |raw| raw.bytes.len());
            items.push((index, Item::Record(record)));
            let stopped = settings.stop.load(Ordering::Relaxed);
            let is_full = bytes >= full || items.len() >= BATCH_RECORDS;
            let heard = !(is_full || stopped) || send(&mut items, &mut bytes);
            if stopped || !heard {
                return;
            }
        }
        items.push((index, Item::End(index, read_ns)));
    }
    let _ = send(&mut items, &mut bytes);
}

fn now_ns() -> i128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as i128)
}

/// What the ledger knows a file by.
fn path_of(input: &Input) -> String {
    known_by(&input.path)
}
