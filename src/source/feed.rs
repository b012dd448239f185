//! How records leave this room: readers push them, [`Records`] is pulled.
//!
//! The readers of archives borrow from each other (an entry from its archive,
//! a line reader from the entry), so they run to the end on a thread of their
//! own and hand over batches; the queue is short, so memory stays bounded and
//! unpacking overlaps with the work on what was unpacked.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use crate::article::Origin;
use crate::source::archive::Inside;
use crate::source::kinds::{self, Archive, How, Packing};
use crate::source::unpack::{Budget, unpack, why};
use crate::source::{Extent, Input, Limits, Raw, Reject, lines, tar, whole, zip};

/// A record, or why there is none.
pub(crate) type Item = Result<Raw, Reject>;

/// Whether anybody still wants more.
pub(crate) type Flow = ControlFlow<()>;

/// Takes a record; `Break` when nobody wants more.
pub(crate) type Emit<'a> = dyn FnMut(Item) -> Flow + 'a;

/// What reads a file of many records: a table in [`kinds`] names them.
pub(crate) type Reader = fn(&mut dyn BufRead, &Origin, &Limits, &mut Emit<'_>) -> Flow;

/// Records handed over at a time, at most.
const BATCH: usize = 256;

/// Bytes handed over at a time, unless one record alone is longer.
const BATCH_BYTES: usize = 1 << 20;

/// Batches that may wait.
const QUEUE: usize = 2;

/// The records of one input; see [`crate::source::records`].
pub struct Records {
    ready: std::vec::IntoIter<Item>,
    more: Option<Receiver<Vec<Item>>>,
}

impl Iterator for Records {
    type Item = Result<Raw, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.next() {
                return Some(item);
            }
            self.ready = self.more.as_ref()?.recv().ok()?.into_iter();
        }
    }
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records")
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}

impl Records {
    /// Waits for the next record, or the end, no longer than this; `false` when
    /// neither came.
    pub fn wait(&mut self, most: Duration) -> bool {
        if self.ready.len() > 0 {
            return true;
        }
        let Some(more) = &self.more else { return true };
        match more.recv_timeout(most) {
            Ok(batch) => {
                self.ready = batch.into_iter();
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        }
    }

    fn one(item: Item) -> Self {
        Records {
            ready: vec![item].into_iter(),
            more: None,
        }
    }

    /// Runs `read` on a thread of its own.
    fn spawn(
        origin: Origin,
        read: impl FnOnce(&Origin, &RefCell<Batch>) -> Flow + Send + 'static,
    ) -> Self {
        let (sender, receiver) = sync_channel(QUEUE);
        let place = origin.clone();
        let spawned = std::thread::Builder::new()
            .name("read".to_owned())
            .spawn(move || {
                let batch = RefCell::new(Batch {
                    sender,
                    items: Vec::new(),
                    bytes: 0,
                });
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    let _ = read(&origin, &batch);
                }));
                if outcome.is_err() {
                    // Without this line the rest of the input would be missing and nobody would know.
                    let _ = batch.borrow_mut().push(Err(Reject {
                        origin,
                        reason: "the reader failed on it, which is a bug; please report it"
                            .to_owned(),
                        extent: Extent::Rest,
                    }));
                }
                let _ = batch.borrow_mut().flush();
            });
        match spawned {
            Ok(_) => Records {
                ready: Vec::new().into_iter(),
                more: Some(receiver),
            },
            Err(error) => Records::one(Err(Reject {
                origin: place,
                reason: format!("no thread to read it ({error}); run again with fewer at once"),
                extent: Extent::Rest,
            })),
        }
    }
}

struct Batch {
    sender: SyncSender<Vec<Item>>,
    items: Vec<Item>,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, item: Item) -> Flow {
        self.bytes += item.as_ref().map_or(0, |raw| raw.bytes.len());
        self.items.push(item);
        if self.items.len() >= BATCH || self.bytes >= BATCH_BYTES {
            self.flush()
        } else {
            ControlFlow::Continue(())
        }
    }

    fn flush(&mut self) -> Flow {
        self.bytes = 0;
        if self.items.is_empty() {
            return ControlFlow::Continue(());
        }
        match self.sender.send(std::mem::take(&mut self.items)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// The records of a file.
pub(crate) fn open(input: &Input, limits: &Limits) -> Records {
    let origin = Origin {
        path: input.name.clone(),
        ..Origin::default()
    };
    let refused = |reason: String| {
        Records::one(Err(Reject {
            origin: origin.clone(),
            reason,
            extent: Extent::Rest,
        }))
    };
    let Some((packing, how)) = kinds::of(&input.name) else {
        return refused(kinds::unknown(&input.name));
    };
    let (file, on_disk) =
        match File::open(&input.path).and_then(|file| Ok((file.metadata()?.len(), file))) {
            Ok((on_disk, file)) => (file, on_disk),
            Err(error) => return refused(why(&error)),
        };
    if on_disk == 0 {
        return refused(whole::EMPTY.to_owned());
    }
    let limits = *limits;
    match how {
        How::Whole(format) => {
            let budget = Budget::stream(on_disk, &limits);
            Records::one(match unpack(file, packing, &budget) {
                Ok(mut reader) => whole::read(&mut *reader, format, &origin, &limits),
                Err(error) => Err(Reject {
                    origin: origin.clone(),
                    reason: why(&error),
                    extent: Extent::Rest,
                }),
            })
        }
        How::Split(reader) => Records::spawn(origin, move |origin, batch| {
            let emit = &mut |item| batch.borrow_mut().push(item);
            let budget = if packing == Packing::Plain {
                Budget::endless()
            } else {
                Budget::stream(on_disk, &limits)
            };
            with_bytes(file, packing, &budget, origin, emit, |bytes, emit| {
                heard(emit, origin, |emit| reader(bytes, origin, &limits, emit))
            })
        }),
        How::Archive(Archive::Zip) if packing == Packing::Plain => {
            Records::spawn(origin, move |origin, batch| {
                let emit = &mut |item| batch.borrow_mut().push(item);
                heard(emit, origin, |emit| {
                    zip::read(file, on_disk, origin, &limits, emit)
                })
            })
        }
        How::Archive(Archive::Zip) => refused(
            "a packed zip cannot be read as a stream; unpack the outer layer first".to_owned(),
        ),
        How::Archive(Archive::Tar) => Records::spawn(origin, move |origin, batch| {
            let emit = &mut |item| batch.borrow_mut().push(item);
            let budget = Budget::archive(on_disk, &limits);
            with_bytes(file, packing, &budget, origin, emit, |bytes, emit| {
                heard(emit, origin, |emit| {
                    tar::read(bytes, &Inside::first(&budget), origin, &limits, emit)
                })
            })
        }),
    }
}

/// The records of standard input.
pub(crate) fn stdin(limits: &Limits) -> Records {
    let limits = *limits;
    let origin = Origin {
        path: "-".to_owned(),
        ..Origin::default()
    };
    Records::spawn(origin, move |origin, batch| {
        let pipe = Pipe {
            inner: io::stdin(),
            batch,
        };
        let mut reader = io::BufReader::with_capacity(1 << 20, pipe);
        let emit = &mut |item| batch.borrow_mut().push(item);
        lines::read(&mut reader, origin, &limits, emit)
    })
}

/// A stream that may fall silent: before it is waited for, the records that
/// were cut out of it go on their way.
struct Pipe<'a, R> {
    inner: R,
    batch: &'a RefCell<Batch>,
}

impl<R: Read> Read for Pipe<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.batch.borrow_mut().flush() {
            ControlFlow::Continue(()) => self.inner.read(buffer),
            ControlFlow::Break(()) => Ok(0),
        }
    }
}

/// Unpacks and reads; a file that cannot even be unpacked is refused.
fn with_bytes(
    file: File,
    packing: Packing,
    budget: &Budget,
    origin: &Origin,
    emit: &mut Emit<'_>,
    read: impl FnOnce(&mut dyn BufRead, &mut Emit<'_>) -> Flow,
) -> Flow {
    match unpack(file, packing, budget) {
        Ok(mut bytes) => read(&mut *bytes, emit),
        Err(error) => refuse(emit, origin, None, why(&error)),
    }
}

/// Runs a reader of many records. A file out of which nothing came (an archive of
/// folders, a WARC of requests alone) is refused: what was offered is counted.
pub(crate) fn heard(
    emit: &mut Emit<'_>,
    origin: &Origin,
    read: impl FnOnce(&mut Emit<'_>) -> Flow,
) -> Flow {
    let mut any = false;
    read(&mut |item| {
        any = true;
        emit(item)
    })?;
    match any {
        true => ControlFlow::Continue(()),
        false => refuse(emit, origin, None, NOTHING.to_owned()),
    }
}

/// What is said of a file out of which nothing came.
const NOTHING: &str =
    "holds nothing that could be an article: only folders, hidden files or records about the crawl";

/// Emits a reject: of one record, or of all that is read under a name.
pub(crate) fn refuse(
    emit: &mut Emit<'_>,
    origin: &Origin,
    record: Option<u64>,
    reason: String,
) -> Flow {
    let extent = match record {
        Some(_) => Extent::Record,
        None => Extent::Rest,
    };
    emit(Err(Reject {
        origin: numbered(origin, record),
        reason,
        extent,
    }))
}

/// Emits the reject of what is never read, for what it is: nothing of it was ever held.
pub(crate) fn refuse_kind(emit: &mut Emit<'_>, origin: &Origin, reason: String) -> Flow {
    emit(Err(Reject {
        origin: origin.clone(),
        reason,
        extent: Extent::Record,
    }))
}

/// Emits the reject of something of no bytes. A file may have been fetched in vain; of an entry
/// its archive says that there is no more to it.
pub(crate) fn refuse_empty(emit: &mut Emit<'_>, origin: &Origin) -> Flow {
    let reason = whole::EMPTY.to_owned();
    match origin.entry {
        Some(_) => refuse_kind(emit, origin, reason),
        None => refuse(emit, origin, None, reason),
    }
}

/// Emits the reject of a record at which the reading ends.
pub(crate) fn refuse_rest(
    emit: &mut Emit<'_>,
    origin: &Origin,
    record: u64,
    reason: String,
) -> Flow {
    emit(Err(Reject {
        origin: numbered(origin, Some(record)),
        reason,
        extent: Extent::Rest,
    }))
}

/// The place of one record of a file.
pub(crate) fn numbered(origin: &Origin, record: Option<u64>) -> Origin {
    Origin {
        record,
        ..origin.clone()
    }
}

/// Everything a reader emits, for the tests of this room: `12 text` or `12 reject: why`.
#[cfg(test)]
pub(crate) fn collect(read: impl FnOnce(&mut Emit<'_>) -> Flow) -> Vec<String> {
    let mut all = Vec::new();
    let _ = read(&mut |item| {
        all.push(match item {
            Ok(raw) => show(&raw.origin, &String::from_utf8_lossy(&raw.bytes)),
            Err(reject) => show(&reject.origin, &format!("reject: {}", reject.reason)),
        });
        ControlFlow::Continue(())
    });
    all
}

#[cfg(test)]
fn show(origin: &Origin, what: &str) -> String {
    let entry = origin
        .entry
        .as_ref()
        .map(|entry| format!("{entry} "))
        .unwrap_or_default();
    let record = origin
        .record
        .map(|record| format!("{record} "))
        .unwrap_or_default();
    format!("{entry}{record}{what}")
}
