//! Files that hold files. An entry is a stream and a name; the name is a text
//! to show and never a path to write to.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;

use zip::result::ZipError;

use crate::article::Origin;
use crate::decode::{Hint, decode};
use crate::source::feed::{Emit, Flow, refuse};
use crate::source::folder::{hidden, visible};
use crate::source::kinds::{self, How};
use crate::source::unpack::{Budget, Metered, unpack, why};
use crate::source::{Limits, whole};

/// The records of a zip file of `on_disk` bytes, entry by entry in the order of its directory.
pub(crate) fn zip(
    file: File,
    on_disk: u64,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let budget = Budget::archive(on_disk, limits);
    let mut archive = match zip::ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => return refuse(emit, origin, None, zip_why(&error)),
    };
    if archive.has_duplicate_names() {
        let reason = "several of its entries bear one name, and only the last of each can be read; pack it again";
        refuse(emit, origin, None, reason.to_owned())?;
    }
    for index in 0..archive.len() {
        if index as u64 == limits.entries {
            return refuse(emit, origin, None, too_many(limits));
        }
        let Ok(data) = archive.by_index_data(index) else {
            continue;
        };
        let origin = Origin {
            entry: Some(entry_name(data.name_raw())),
            ..origin.clone()
        };
        if data.is_dir() || data.is_symlink() || passed_over(&origin) {
            continue;
        }
        if data.encrypted() {
            refuse(
                emit,
                &origin,
                None,
                "encrypted: it cannot be read without its password; unpack it first".to_owned(),
            )?;
            continue;
        }
        match archive.by_index(index) {
            Ok(entry) => read_entry(Metered::new(entry, &budget), &budget, &origin, limits, emit)?,
            Err(error) => refuse(emit, &origin, None, zip_why(&error))?,
        }
        if let Some(reason) = budget.exceeded() {
            return refuse(
                emit,
                &Origin {
                    entry: None,
                    ..origin
                },
                None,
                reason.to_owned(),
            );
        }
    }
    ControlFlow::Continue(())
}

/// The records of a tar stream, entry by entry.
pub(crate) fn tar(
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

/// The records of one entry, packed once more at most: what comes out of that
/// packing counts against the archive as well.
fn read_entry(
    entry: impl Read,
    budget: &Budget,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let name = origin.entry.as_deref().unwrap_or_default();
    let Some((packing, how)) = kinds::of(name) else {
        return refuse(emit, origin, None, kinds::unknown(name));
    };
    let mut bytes = match unpack(entry, packing, budget) {
        Ok(bytes) => bytes,
        Err(error) => return refuse(emit, origin, None, why(&error)),
    };
    match how {
        How::Whole(format) => emit(whole::read(&mut *bytes, format, origin, limits)),
        How::Split(read) => read(&mut *bytes, origin, limits, emit),
        How::Archive(_) => refuse(
            emit,
            origin,
            None,
            "an archive inside an archive is not read; unpack the outer one first".to_owned(),
        ),
    }
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

/// An entry's name as text. Old zip programs on Chinese systems wrote GBK, some
/// newer ones UTF-8 without the flag that says so: the bytes decide.
fn entry_name(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => {
            decode(
                bytes,
                Hint {
                    forced: Some("gb18030"),
                    ..Hint::default()
                },
            )
            .text
        }
    };
    visible(text.replace('\\', "/").trim_start_matches("./"))
}

/// Is any part of the entry's name hidden?
fn passed_over(origin: &Origin) -> bool {
    origin
        .entry
        .as_deref()
        .unwrap_or_default()
        .split('/')
        .any(hidden)
}

fn too_many(limits: &Limits) -> String {
    format!(
        "holds more than {} entries, the limit for one archive; reading stopped; split it into smaller ones",
        limits.entries
    )
}

fn zip_why(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => why(error),
        ZipError::UnsupportedArchive(what) => format!(
            "packed in a way that is not read ({what}); pack it again with the usual settings"
        ),
        error => format!("not a whole zip file ({error}); fetch it again"),
    }
}
