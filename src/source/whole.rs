//! A file that is one record, and files that must be turned to UTF-8 before
//! they can be cut.

use std::io::{self, BufRead, Cursor, Read};
use std::ops::Range;

use crate::article::Origin;
use crate::decode::{Hint, decode};
use crate::source::feed::{Emit, Flow, Item, Reader, refuse};
use crate::source::{Extent, Format, Limits, Raw, Reject, sha256, unpack};

/// The bytes of a reader up to the limit of a record; `None` when there are more.
pub(crate) fn bytes(reader: &mut dyn BufRead, limits: &Limits) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader
        .take(limits.record_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limits.record_bytes).then_some(bytes))
}

/// Does a file begin like UTF-16, whose line breaks are two bytes: with its
/// mark, or with an ASCII character and a NUL?
pub(crate) fn is_utf16(head: &[u8]) -> bool {
    matches!(
        head,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [1..=0x7F, 0, ..] | [0, 1..=0x7F, ..]
    )
}

/// Cuts a file in UTF-16 as UTF-8, which has to be done at once: it is refused
/// past the limit of a record. The spans of its records are those of the file.
pub(crate) fn cut_utf16(
    reader: &mut dyn BufRead,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
    cut: Reader,
) -> Flow {
    let original = match bytes(reader, limits) {
        Ok(Some(original)) => original,
        Ok(None) => {
            let why = format!("UTF-16 and {}, or save it as UTF-8", too_long(limits));
            return refuse(emit, origin, None, why);
        }
        Err(error) => return refuse(emit, origin, None, unpack::why(&error)),
    };
    let mark = matches!(original[..], [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
    let text = decode(&original, Hint::default()).text;
    let mut place = Place {
        text: &text,
        narrow: 0,
        wide: if mark { 2 } else { 0 },
    };
    cut(
        &mut Cursor::new(text.as_bytes()),
        origin,
        limits,
        &mut |item| {
            emit(item.map(|mut raw| {
                let span = place.of(&raw.span, original.len());
                raw.hash = Some(sha256(&original[span.clone()]));
                raw.span = span.start as u64..span.end as u64;
                raw
            }))
        },
    )
}

/// A place in a text of UTF-8, and the same place in the UTF-16 it came from.
struct Place<'a> {
    text: &'a str,
    narrow: usize,
    wide: usize,
}

impl Place<'_> {
    /// Where a span of the text stands in the file; spans come in order.
    fn of(&mut self, span: &Range<u64>, length: usize) -> Range<usize> {
        let start = self.move_to(span.start as usize).min(length);
        start..self.move_to(span.end as usize).clamp(start, length)
    }

    fn move_to(&mut self, narrow: usize) -> usize {
        let between = self.text.get(self.narrow..narrow).unwrap_or_default();
        self.wide += 2 * between.chars().map(char::len_utf16).sum::<usize>();
        self.narrow = self.narrow.max(narrow);
        self.wide
    }
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
            extent: Extent::Rest,
        })
    };
    match bytes(reader, limits) {
        Ok(Some(bytes)) if bytes.is_empty() => Err(Reject {
            origin: origin.clone(),
            reason: EMPTY.to_owned(),
            extent: match origin.entry {
                Some(_) => Extent::Record,
                None => Extent::Rest,
            },
        }),
        Ok(Some(bytes)) => Ok(Raw::new(origin.clone(), format, 0, bytes)),
        Ok(None) => reject(too_long(limits)),
        Err(error) => reject(unpack::why(&error)),
    }
}

/// What is said of a file of no bytes.
pub(crate) const EMPTY: &str = "empty file: nothing to index; remove it or fetch it again";

/// What is said of a record past the limit.
pub(crate) fn too_long(limits: &Limits) -> String {
    format!(
        "longer than {} bytes, the limit for one record; split it, or raise --max-entry and --memory",
        limits.record_bytes
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::lines;
    use std::ops::ControlFlow;

    #[test]
    fn spans_of_utf16_are_those_of_the_file() {
        let text = "{\"题\":\"𠀀党\"}\r\n\n{\"b\":2}";
        for mark in [true, false] {
            let mut file: Vec<u8> = if mark { vec![0xFF, 0xFE] } else { Vec::new() };
            file.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            let mut got = Vec::new();
            let _ = cut_utf16(
                &mut &file[..],
                &Origin::default(),
                &Limits::default(),
                &mut |item| {
                    let raw = item.unwrap();
                    let own = &file[raw.span.start as usize..raw.span.end as usize];
                    assert_eq!(raw.hash, Some(sha256(own)));
                    got.push(
                        decode(
                            own,
                            Hint {
                                forced: Some("utf-16le"),
                                ..Hint::default()
                            },
                        )
                        .text
                        .into_owned(),
                    );
                    ControlFlow::Continue(())
                },
                lines::cut,
            );
            assert_eq!(got, ["{\"题\":\"𠀀党\"}", "{\"b\":2}"], "{mark}");
        }
    }
}
