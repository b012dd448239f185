//! A file that is one record.

use std::io::{self, BufRead, Read};

use crate::article::Origin;
use crate::decode::{Hint, decode};
use crate::source::feed::Item;
use crate::source::{Format, Limits, Raw, Reject, unpack};

/// The bytes of a reader up to the limit of a record; `None` when there are more.
pub(crate) fn bytes(reader: &mut dyn BufRead, limits: &Limits) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader
        .take(limits.record_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limits.record_bytes).then_some(bytes))
}

/// Does a file begin with the mark of UTF-16, whose line breaks are two bytes?
pub(crate) fn is_utf16(head: &[u8]) -> bool {
    matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
}

/// A file in UTF-16 as UTF-8, which has to be done at once: `None` past the
/// limit of a record.
pub(crate) fn as_utf8(reader: &mut dyn BufRead, limits: &Limits) -> io::Result<Option<Vec<u8>>> {
    let text = |bytes: Vec<u8>| {
        decode(&bytes, Hint::default())
            .text
            .into_owned()
            .into_bytes()
    };
    Ok(bytes(reader, limits)?.map(text))
}

/// The one record of a file.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    format: Format,
    origin: &Origin,
    limits: &Limits,
) -> Item {
    let reject = |reason: String| {
        Err(Reject {
            origin: origin.clone(),
            reason,
        })
    };
    match bytes(reader, limits) {
        Ok(Some(bytes)) if bytes.is_empty() => reject(EMPTY.to_owned()),
        Ok(Some(bytes)) => Ok(Raw {
            origin: origin.clone(),
            format,
            bytes,
        }),
        Ok(None) => reject(too_long(limits)),
        Err(error) => reject(unpack::why(&error)),
    }
}

/// What is said of a file of no bytes.
pub(crate) const EMPTY: &str = "empty file: nothing to index; remove it or fetch it again";

/// What is said of a record past the limit.
pub(crate) fn too_long(limits: &Limits) -> String {
    format!(
        "longer than {} bytes, the limit for one record; split it into smaller ones",
        limits.record_bytes
    )
}
