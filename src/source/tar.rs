//! Tar streams: entry after entry, each with a header before it.
//!
//! Entries are taken raw, and the long names of GNU and POSIX tar are read
//! here, with limits: a header that says how large a name is, is a claim too.

use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

use tar::EntryType;

use crate::article::Origin;
use crate::source::Limits;
use crate::source::archive::{Inside, NO_ENTRY, entry_name, passed_over, read_entry, too_many};
use crate::source::feed::{Emit, Flow, refuse, refuse_kind};
use crate::source::unpack::why;

/// The longest name, or list of facts, that may come before an entry, in bytes.
const LONGEST_NAME: u64 = 1 << 20;

/// The records of a tar stream, entry by entry.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    inside: &Inside<'_>,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let broken = |error: &io::Error| match inside.budget.exceeded() {
        Some(reason) => reason.to_owned(),
        None => why(error),
    };
    let mut archive = tar::Archive::new(reader);
    let entries = match archive.entries() {
        Ok(entries) => entries.raw(true),
        Err(error) => return refuse(emit, origin, None, broken(&error)),
    };
    let mut before = Before::default();
    let mut any = false;
    for (index, entry) in entries.enumerate() {
        if index as u64 == limits.entries {
            return refuse(emit, origin, None, too_many(limits));
        }
        any = true;
        let mut entry = match entry {
            Ok(entry) => entry,
            // The next header stands where this one says, so nothing after it can be found.
            Err(error) => return refuse(emit, origin, None, broken(&error)),
        };
        let kind = entry.header().entry_type();
        if before.takes(kind) {
            match before.read(kind, &mut entry) {
                Ok(true) => continue,
                Ok(false) => {
                    let reason = format!(
                        "a name or list of facts in it is longer than {LONGEST_NAME} bytes, or is none; reading stopped; pack it again"
                    );
                    return refuse(emit, origin, None, reason);
                }
                Err(error) => return refuse(emit, origin, None, broken(&error)),
            }
        }
        let facts = std::mem::take(&mut before);
        let name = facts
            .name
            .unwrap_or_else(|| entry.path_bytes().into_owned());
        let origin = inside.origin(origin, &entry_name(&name));
        let size = entry.size();
        if facts.size.is_some_and(|told| told != size) {
            let reason = "two sizes are given for it, and where the next entry begins cannot be known; reading stopped; pack it again";
            return refuse(emit, &origin, None, reason.to_owned());
        }
        if kind.is_dir() || passed_over(&origin) {
            continue;
        }
        let left = size;
        match refused(kind) {
            Some(reason) => refuse_kind(emit, &origin, reason.to_owned())?,
            None => read_entry(
                Whole { inner: entry, left },
                inside,
                &name,
                &origin,
                limits,
                emit,
            )?,
        }
    }
    if !any {
        return refuse(emit, origin, None, NO_ENTRY.to_owned());
    }
    ControlFlow::Continue(())
}

/// Why an entry that is no file is not read.
fn refused(kind: EntryType) -> Option<&'static str> {
    Some(match kind {
        EntryType::Regular | EntryType::Continuous => return None,
        EntryType::Symlink => {
            "a symbolic link, which is never followed out of an archive; what it points to is read where it stands"
        }
        EntryType::Link => {
            "a hard link, which holds no text of its own; what it points to is read where it stands"
        }
        EntryType::Char | EntryType::Block | EntryType::Fifo => {
            "a device or a pipe, which holds no text"
        }
        EntryType::GNUSparse => {
            "a file with holes, which is not read; pack it again without --sparse"
        }
        _ => "neither a file nor a folder; pack it again with the usual settings",
    })
}

/// What is said of an entry before its own header.
#[derive(Default)]
struct Before {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Before {
    fn takes(&self, kind: EntryType) -> bool {
        matches!(
            kind,
            EntryType::GNULongName
                | EntryType::GNULongLink
                | EntryType::XHeader
                | EntryType::XGlobalHeader
        )
    }

    /// Reads a long name or a list of facts; `false` when it is too long or broken.
    fn read(&mut self, kind: EntryType, entry: &mut impl Read) -> io::Result<bool> {
        let mut bytes = Vec::new();
        entry.take(LONGEST_NAME + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LONGEST_NAME {
            return Ok(false);
        }
        match kind {
            EntryType::GNULongName => {
                let end = bytes.iter().position(|byte| *byte == 0);
                bytes.truncate(end.unwrap_or(bytes.len()));
                self.name = Some(bytes);
            }
            EntryType::XHeader => {
                for (key, value) in facts(&bytes) {
                    match key {
                        b"path" => self.name = Some(value.to_vec()),
                        b"size" => {
                            let size = std::str::from_utf8(value).ok().and_then(|v| v.parse().ok());
                            match size {
                                Some(size) => self.size = Some(size),
                                None => return Ok(false),
                            }
                        }
                        _ => {}
                    }
                }
            }
            // What a link points to, and what holds for the whole archive: a comment, mostly.
            _ => {}
        }
        Ok(true)
    }
}

/// The `key=value` pairs of a POSIX list of facts, each with its length before it.
fn facts(mut bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut all = Vec::new();
    while let Some(blank) = bytes.iter().take(20).position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&bytes[..blank])
            .ok()
            .and_then(|length| length.parse::<usize>().ok());
        let Some(fact) = length.and_then(|length| bytes.get(blank + 1..length.checked_sub(1)?))
        else {
            break;
        };
        let Some(equals) = fact.iter().position(|byte| *byte == b'=') else {
            break;
        };
        all.push((&fact[..equals], &fact[equals + 1..]));
        bytes = &bytes[length.unwrap_or(bytes.len())..];
    }
    all
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_facts() {
        let list = "18 path=a/\u{515a}.txt\n11 size=17\n";
        let got = facts(list.as_bytes());
        assert_eq!(
            got,
            [(&b"path"[..], "a/党.txt".as_bytes()), (b"size", b"17")]
        );
        for broken in [
            "",
            "x",
            "9999 a=b\n",
            "0 a=b\n",
            "5 ab\n",
            "99999999999999999999999999 a=b",
        ] {
            assert_eq!(facts(broken.as_bytes()), [], "{broken}");
        }
    }
}
