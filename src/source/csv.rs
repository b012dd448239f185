//! CSV and TSV: the first row names the columns, every other row is a record.
//! Rows are only cut here; each goes on with the first row before it, so that
//! it stands on its own.

use std::io::{BufRead, Cursor};
use std::ops::ControlFlow;

use crate::article::Origin;
use crate::source::feed::{Emit, Flow, numbered, refuse};
use crate::source::{Format, Limits, Raw, unpack, whole};

/// Each row after the first, numbered from 1. A row may hold line breaks in
/// quotes. A row past the limit is rejected and read past.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    match reader.fill_buf() {
        Ok([]) => refuse(emit, origin, None, whole::EMPTY.to_owned()),
        Ok(head) if whole::is_utf16(head) => match whole::as_utf8(reader, limits) {
            Ok(Some(text)) => cut(&mut Cursor::new(text), origin, limits, emit),
            Ok(None) => refuse(emit, origin, None, whole::too_long(limits)),
            Err(error) => refuse(emit, origin, None, unpack::why(&error)),
        },
        Ok(_) => cut(reader, origin, limits, emit),
        Err(error) => refuse(emit, origin, None, unpack::why(&error)),
    }
}

fn cut(reader: &mut dyn BufRead, origin: &Origin, limits: &Limits, emit: &mut Emit<'_>) -> Flow {
    let mut rows = Rows::default();
    let mut head: Option<Vec<u8>> = None;
    let mut number = 0;
    loop {
        let (row, over, ended) = match rows.next(reader, limits) {
            Ok(row) => row,
            Err(error) => return refuse(emit, origin, Some(number + 1), unpack::why(&error)),
        };
        if row.iter().all(u8::is_ascii_whitespace) && !over {
            if ended {
                break;
            }
            continue;
        }
        match &head {
            None if over => {
                return refuse(
                    emit,
                    origin,
                    None,
                    "the first row does not end: this is no table; check the type of the file"
                        .to_owned(),
                );
            }
            None => head = Some(row),
            Some(_) if over => {
                number += 1;
                refuse(emit, origin, Some(number), whole::too_long(limits))?;
            }
            Some(head) => {
                number += 1;
                let bytes = [head.as_slice(), b"\n", &row].concat();
                emit(Ok(Raw {
                    origin: numbered(origin, Some(number)),
                    format: Format::Csv,
                    bytes,
                }))?;
            }
        }
        if ended {
            break;
        }
    }
    if number == 0 {
        refuse(
            emit,
            origin,
            None,
            "holds no row below the names of its columns: nothing to index".to_owned(),
        )
    } else {
        ControlFlow::Continue(())
    }
}

/// Cuts rows: a line break ends one unless it stands in quotes, and a quote
/// opens only at the start of a field (`5" 屏` is no quote). In GBK and Big5 no
/// second byte of a character is a quote, a comma or a line break.
#[derive(Default)]
struct Rows {
    quoted: bool,
}

impl Rows {
    /// The next row, whether it was too long to keep, whether the file ended.
    fn next(
        &mut self,
        reader: &mut dyn BufRead,
        limits: &Limits,
    ) -> std::io::Result<(Vec<u8>, bool, bool)> {
        let mut row: Vec<u8> = Vec::new();
        let mut over = false;
        let mut fresh = true;
        self.quoted = false;
        loop {
            let chunk = reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok((row, over, true));
            }
            let mut taken = 0;
            let mut ended = false;
            for &byte in chunk {
                taken += 1;
                match byte {
                    b'"' if fresh || self.quoted => self.quoted = !self.quoted,
                    // `""` in a quoted field closes and opens it again.
                    b'"' if row.last() == Some(&b'"') => self.quoted = true,
                    b'\n' if !self.quoted => ended = true,
                    _ => {}
                }
                if ended {
                    break;
                }
                fresh = !self.quoted && matches!(byte, b',' | b'\t' | b';' | b'|');
                if row.len() as u64 >= limits.record_bytes {
                    over = true;
                    row.clear();
                }
                row.push(byte);
            }
            reader.consume(taken);
            if ended {
                while row.last() == Some(&b'\r') {
                    row.pop();
                }
                return Ok((row, over, false));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::feed::collect;

    fn rows(input: &[u8], limit: u64) -> Vec<String> {
        let limits = Limits {
            record_bytes: limit,
            ..Limits::default()
        };
        let mut reader = std::io::BufReader::with_capacity(5, input);
        collect(|emit| read(&mut reader, &Origin::default(), &limits, emit))
    }

    #[test]
    fn rows_are_cut() {
        let none = "reject: holds no row below the names of its columns: nothing to index";
        for (input, want) in [
            ("a,b\n1,2\r\n\n3,4", vec!["1 a,b\n1,2", "2 a,b\n3,4"]),
            (
                "a,b\n1,\"x\ny, \"\"z\"\"\n\"\n3,4\n",
                vec!["1 a,b\n1,\"x\ny, \"\"z\"\"\n\"", "2 a,b\n3,4"],
            ),
            (
                "a\tb\n5\" 屏\t1\n2\t3\n",
                vec!["1 a\tb\n5\" 屏\t1", "2 a\tb\n2\t3"],
            ),
            ("a,b\n", vec![none]),
            (
                "",
                vec!["reject: empty file: nothing to index; remove it or fetch it again"],
            ),
        ] {
            assert_eq!(rows(input.as_bytes(), 1000), want, "{input}");
        }
        let long = rows(b"a,b\n1,2345678901234\n3,4\n", 10);
        assert_eq!(
            long,
            [
                "1 reject: longer than 10 bytes, the limit for one record; split it into smaller ones",
                "2 a,b\n3,4"
            ]
        );
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("a\tb\n1\t党\n".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(rows(&utf16, 1000), ["1 a\tb\n1\t党"]);
    }
}
