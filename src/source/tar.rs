//! Tar streams: entry after entry, each with a header before it.

use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

use crate::article::Origin;
use crate::source::Limits;
use crate::source::archive::{entry_name, passed_over, read_entry, too_many};
use crate::source::feed::{Emit, Flow, refuse};
use crate::source::unpack::{Budget, why};

/// The records of a tar stream, entry by entry.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    budget: &Budget,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let broken = |error: &io::Error| match budget.exceeded() {
        Some(reason) => reason.to_owned(),
        None => why(error),
    };
    let mut archive = tar::Archive::new(reader);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return refuse(emit, origin, None, broken(&error)),
    };
    for (index, entry) in entries.enumerate() {
        if index as u64 == limits.entries {
            return refuse(emit, origin, None, too_many(limits));
        }
        let entry = match entry {
            Ok(entry) => entry,
            // The next header stands where this one says, so nothing after it can be found.
            Err(error) => return refuse(emit, origin, None, broken(&error)),
        };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let origin = Origin {
            entry: Some(entry_name(&entry.path_bytes())),
            ..origin.clone()
        };
        if !passed_over(&origin) {
            let left = entry.size();
            read_entry(Whole { inner: entry, left }, budget, &origin, limits, emit)?;
        }
    }
    ControlFlow::Continue(())
}

/// A reader that says so when its stream ends before it should: an archive
/// that was cut off must not pass for a shorter text.
struct Whole<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.left = self.left.saturating_sub(count as u64);
        if count == 0 && self.left > 0 && !buf.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(count)
    }
}
