//! Files that hold files. An entry is a stream and a name; the name is a text
//! to show and never a path to write to.

use std::io::{Cursor, Read};

use crate::article::Origin;
use crate::decode::{Hint, decode};
use crate::source::feed::{Emit, Flow, heard, refuse, refuse_kind};
use crate::source::folder::{hidden, visible};
use crate::source::kinds::{self, Archive, How};
use crate::source::unpack::{Budget, unpack, why};
use crate::source::{Limits, tar, whole, zip};

/// Where an entry lies: in the archive on disk, or in one inside it.
pub(crate) struct Inside<'a> {
    /// What may still come out of the file on disk; all its layers draw on it.
    pub(crate) budget: &'a Budget,
    /// This archive is an entry of another one.
    second: bool,
}

impl<'a> Inside<'a> {
    /// In the archive on disk.
    pub(crate) fn first(budget: &'a Budget) -> Self {
        Inside {
            budget,
            second: false,
        }
    }

    /// The place of an entry of the archive at `origin`: `inner.zip!a.txt` for
    /// one in an archive that is an entry itself.
    pub(crate) fn origin(&self, origin: &Origin, name: &str) -> Origin {
        let entry = match &origin.entry {
            Some(outer) => format!("{outer}!{name}"),
            None => name.to_owned(),
        };
        Origin {
            entry: Some(entry),
            ..origin.clone()
        }
    }
}

/// The records of one entry, packed once more at most: what comes out of that
/// packing counts against the archive as well. An archive is read too, unless
/// it lies in one that is an entry itself. `name` is the name as it stands in
/// the archive.
pub(crate) fn read_entry(
    entry: impl Read,
    inside: &Inside<'_>,
    name: &[u8],
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    if let Some(reason) = misnamed(name) {
        return refuse_kind(emit, origin, reason.to_owned());
    }
    let name = origin.entry.as_deref().unwrap_or_default();
    let Some((packing, how)) = kinds::of(name) else {
        return refuse_kind(emit, origin, kinds::unknown(name));
    };
    if inside.second && matches!(how, How::Archive(_)) {
        let reason =
            "an archive in an archive in an archive is not read; unpack the outer one first";
        return refuse_kind(emit, origin, reason.to_owned());
    }
    let budget = inside.budget;
    let mut bytes = match unpack(entry, packing, budget) {
        Ok(bytes) => bytes,
        Err(error) => return refuse(emit, origin, None, why(&error)),
    };
    let inside = Inside {
        budget,
        second: true,
    };
    match how {
        How::Whole(format) => emit(whole::read(&mut *bytes, format, origin, limits)),
        How::Split(read) => heard(emit, origin, |emit| read(&mut *bytes, origin, limits, emit)),
        How::Archive(Archive::Tar) => heard(emit, origin, |emit| {
            tar::read(&mut *bytes, &inside, origin, limits, emit)
        }),
        How::Archive(Archive::Zip) => match whole::bytes(&mut *bytes, limits) {
            Ok(Some(bytes)) => heard(emit, origin, |emit| {
                zip::entries(Cursor::new(bytes), &inside, origin, limits, emit)
            }),
            Ok(None) => {
                let reason = format!(
                    "a zip in an archive, and longer than {} bytes, up to which it can be held in memory; unpack the outer one first",
                    limits.record_bytes
                );
                refuse(emit, origin, None, reason)
            }
            Err(error) => refuse(emit, origin, None, why(&error)),
        },
    }
}

/// Why an entry of this name is not read. Nothing is ever written under it, so
/// none of these can do harm here; but an honest packer makes no such names,
/// and whoever unpacks the archive by other means should know.
fn misnamed(name: &[u8]) -> Option<&'static str> {
    let parts = || name.split(|byte| matches!(byte, b'/' | b'\\'));
    let drive = matches!(name, [letter, b':', ..] if letter.is_ascii_alphabetic());
    if name.iter().any(|byte| *byte < b' ' || *byte == 0x7F) {
        Some("its name holds control characters; pack it again under another name")
    } else if drive || matches!(name, [b'/' | b'\\', ..]) {
        Some(
            "its name is absolute, so it could be unpacked over any file; pack it again with relative names",
        )
    } else if parts().any(|part| part == b"..") {
        Some("its name leads out of the archive (..); pack it again with names below one folder")
    } else {
        None
    }
}

/// An entry's name as text. Old zip programs on Chinese systems wrote GBK, some
/// newer ones UTF-8 without the flag that says so: the bytes decide.
pub(crate) fn entry_name(bytes: &[u8]) -> String {
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
pub(crate) fn passed_over(origin: &Origin) -> bool {
    origin
        .entry
        .as_deref()
        .unwrap_or_default()
        .split(['/', '!'])
        .any(hidden)
}

/// What is said of an archive that holds nothing at all.
pub(crate) const NO_ENTRY: &str = "holds no entry: nothing to index; is it the right file?";

/// What is said of an archive with more entries than are read.
pub(crate) fn too_many(limits: &Limits) -> String {
    format!(
        "holds more than {} entries, the limit for one archive; reading stopped; split it into smaller ones",
        limits.entries
    )
}

#[cfg(test)]
mod tests;
