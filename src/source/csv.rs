//! CSV and TSV: the first row names the columns, every other row is a record.
//! Rows are only cut here; each goes on with the first row before it, so that
//! it stands on its own.

use std::io::{BufRead, Cursor};
use std::ops::ControlFlow;

use crate::article::Origin;
use crate::source::feed::{Emit, Flow, numbered, refuse, refuse_empty, refuse_rest};
use crate::source::{Format, Limits, Raw, sha256, unpack, whole};

/// What may part columns, the likelier first.
pub(crate) const MARKS: [char; 4] = ['\t', ',', ';', '|'];

/// The mark that parts columns, told from how often each stands in their names.
pub(crate) fn mark_of(count: impl Fn(char) -> usize) -> char {
    // The first of those that are met most often.
    let by_count = MARKS.into_iter().rev().max_by_key(|mark| count(*mark));
    by_count.unwrap_or(',')
}

/// The mark in the line `sep=;`, which Excel reads and writes above the names of the columns.
pub(crate) fn declared_mark(line: &str) -> Option<char> {
    let line = line
        .trim_start_matches('\u{feff}')
        .trim_end_matches(['\r', '\n']);
    let mut after = line
        .strip_prefix("sep=")
        .or_else(|| line.strip_prefix("SEP="))?
        .chars();
    let mark = after
        .next()
        .filter(|mark| mark.is_ascii() && !mark.is_ascii_alphanumeric())?;
    (mark != '"' && after.next().is_none()).then_some(mark)
}

/// Each row after the first, numbered from 1. A row may hold line breaks in
/// quotes. A row past the limit is rejected and read past.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    match reader.fill_buf() {
        Ok([]) => refuse_empty(emit, origin),
        Ok(head) if whole::is_utf16(head) => whole::cut_utf16(reader, origin, limits, emit, cut),
        Ok(_) => cut(reader, origin, limits, emit),
        Err(error) => refuse(emit, origin, None, unpack::why(&error)),
    }
}

fn cut(reader: &mut dyn BufRead, origin: &Origin, limits: &Limits, emit: &mut Emit<'_>) -> Flow {
    let mut rows = Rows::new(reader);
    let mut head: Option<Vec<u8>> = None;
    // The line above the names, which goes on with them.
    let mut above = Vec::new();
    let mut number = 0;
    loop {
        let row = match rows.next(limits) {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => return refuse_rest(emit, origin, number + 1, unpack::why(&error)),
        };
        if row.bytes.iter().all(u8::is_ascii_whitespace) && row.flaw.is_none() {
            continue;
        }
        let Some(head) = &head else {
            let declared = std::str::from_utf8(&row.bytes).ok().and_then(declared_mark);
            if let Some(mark) = declared.filter(|_| rows.mark.is_none()) {
                rows.mark = Some(mark as u8);
                above = [&row.bytes[..], b"\n"].concat();
                continue;
            }
            if row.flaw.is_some() {
                let why =
                    "the first row does not end: this is no table; check the type of the file";
                return refuse(emit, origin, None, why.to_owned());
            }
            rows.mark = rows.mark.or_else(|| Some(rows.mark_in(&row.bytes)));
            head = Some([above.as_slice(), &row.bytes].concat());
            continue;
        };
        number += 1;
        match row.flaw {
            Some(Flaw::Long) => refuse(emit, origin, Some(number), whole::too_long(limits))?,
            Some(Flaw::Open) => {
                let why = "a quote in it is opened and never closed; close it, or double it if it is part of the text";
                refuse(emit, origin, Some(number), why.to_owned())?;
            }
            None => emit(Ok(Raw {
                span: row.start..row.start + row.bytes.len() as u64,
                hash: Some(sha256(&row.bytes)),
                bytes: [head.as_slice(), b"\n", &row.bytes].concat(),
                origin: numbered(origin, Some(number)),
                format: Format::Csv,
            }))?,
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

/// Quotes that are never closed, after which every line is a row: looking for
/// the end of each of more would take the square of the time.
const MOST_OPEN: usize = 8;

/// What is wrong with a row.
enum Flaw {
    /// It is past the limit of a record.
    Long,
    /// It has a quote that nothing closes.
    Open,
}

struct Row {
    /// Where it begins in the file.
    start: u64,
    /// Without its line break; not whole where it is too long.
    bytes: Vec<u8>,
    flaw: Option<Flaw>,
}

/// Cuts rows: a line break ends one unless it stands in quotes, and a quote
/// opens only at the start of a field (`5" 屏` is no quote). In GBK and Big5 no
/// second byte of a character is a quote, a comma or a line break, but some are `|`. A row whose
/// quote nobody closes ends with its line, and what came after is read again.
struct Rows<'a> {
    /// What is read again, and how much of it was.
    again: Cursor<Vec<u8>>,
    reader: &'a mut dyn BufRead,
    at: u64,
    open: usize,
    /// What parts columns, once their names were read.
    mark: Option<u8>,
    /// The file begins in no UTF-8: a byte past 0x80 is the first of two.
    pairs: bool,
}

impl<'a> Rows<'a> {
    fn new(reader: &'a mut dyn BufRead) -> Self {
        let is_other =
            |head: &[u8]| std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some());
        Rows {
            mark: None,
            pairs: reader.fill_buf().is_ok_and(is_other),
            again: Cursor::new(Vec::new()),
            reader,
            at: 0,
            open: 0,
        }
    }

    /// The mark that parts the names of the columns.
    fn mark_in(&self, head: &[u8]) -> u8 {
        let mut counts = [0usize; 128];
        let mut odd = false;
        for (at, &byte) in head.iter().enumerate() {
            if let Some(count) = counts.get_mut(usize::from(byte))
                && !is_half(byte, &head[..at], odd, self.pairs)
            {
                *count += 1;
            }
            odd = byte >= 0x80 && !odd;
        }
        mark_of(|mark| counts.get(mark as usize).copied().unwrap_or_default()) as u8
    }

    fn fill(&mut self) -> std::io::Result<&[u8]> {
        // Two steps: what is borrowed from one cannot be given up for the other.
        if self.again.fill_buf()?.is_empty() {
            return self.reader.fill_buf();
        }
        self.again.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.at += count as u64;
        if (self.again.position() as usize) < self.again.get_ref().len() {
            self.again.consume(count);
        } else {
            self.reader.consume(count);
        }
    }

    /// The next row; `None` at the end.
    fn next(&mut self, limits: &Limits) -> std::io::Result<Option<Row>> {
        let start = self.at;
        let mut row: Vec<u8> = Vec::new();
        let (mut quoted, mut fresh) = (false, true);
        let (mark, pairs) = (self.mark, self.pairs);
        let mut odd = false;
        loop {
            let by_line = self.open >= MOST_OPEN;
            let chunk = self.fill()?;
            if chunk.is_empty() {
                break;
            }
            let mut taken = 0;
            let mut ended = false;
            for &byte in chunk {
                taken += 1;
                match byte {
                    b'"' if fresh || quoted => quoted = !quoted,
                    // `""` in a quoted field closes and opens it again.
                    b'"' if row.last() == Some(&b'"') => quoted = true,
                    b'\n' if !quoted || by_line => ended = true,
                    _ => {}
                }
                let parts = match mark {
                    Some(mark) => byte == mark,
                    None => MARKS.contains(&char::from(byte)),
                };
                fresh = !quoted && parts && !is_half(byte, &row, odd, pairs);
                odd = byte >= 0x80 && !odd;
                row.push(byte);
                if ended || row.len() as u64 > limits.record_bytes.saturating_add(2) {
                    break;
                }
            }
            self.consume(taken);
            if ended {
                return Ok(Some(whole_row(start, row, limits)));
            }
            if row.len() as u64 > limits.record_bytes.saturating_add(2) {
                break;
            }
        }
        if row.is_empty() {
            return Ok(None);
        }
        let line = row.iter().position(|byte| *byte == b'\n');
        if let Some(line) = line.filter(|_| quoted) {
            // The quote swallowed other rows: give them back.
            self.open += 1;
            let mut again = row.split_off(line + 1);
            self.at -= again.len() as u64;
            let rest = self.again.position() as usize;
            again.extend(&self.again.get_ref()[rest..]);
            self.again = Cursor::new(again);
            return Ok(Some(Row {
                flaw: Some(Flaw::Open),
                ..whole_row(start, row, limits)
            }));
        }
        if row.len() as u64 > limits.record_bytes.saturating_add(2) {
            self.skip_line()?;
        }
        let flaw = quoted.then_some(Flaw::Open);
        let row = whole_row(start, row, limits);
        Ok(Some(Row {
            flaw: row.flaw.or(flaw),
            ..row
        }))
    }

    /// Reads past the rest of a row that is too long.
    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let chunk = self.fill()?;
            let line = chunk.iter().position(|byte| *byte == b'\n');
            let taken = line.map_or(chunk.len(), |at| at + 1);
            self.consume(taken);
            if line.is_some() || taken == 0 {
                return Ok(());
            }
        }
    }
}

/// Does a byte of ASCII after these end a character of two bytes? `odd`: they end in an odd
/// number of bytes past 0x80; `pairs`: the file begins in GBK or Big5. Their second bytes
/// begin at 0x40: a comma, a tab and `;` are none, whatever is broken before them.
fn is_half(byte: u8, before: &[u8], odd: bool, pairs: bool) -> bool {
    // Names of columns may be ASCII, and the rows in Big5 nevertheless.
    let is_utf8 = || {
        let start = before.iter().rposition(u8::is_ascii).map_or(0, |at| at + 1);
        before
            .get(start..)
            .is_some_and(|run| std::str::from_utf8(run).is_ok())
    };
    byte >= 0x40 && odd && (pairs || !is_utf8())
}

/// A row without its line break, and whether it is too long.
fn whole_row(start: u64, mut bytes: Vec<u8>, limits: &Limits) -> Row {
    while bytes
        .last()
        .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
    {
        bytes.pop();
    }
    let long = bytes.len() as u64 > limits.record_bytes;
    Row {
        start,
        bytes,
        flaw: long.then_some(Flaw::Long),
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
        let open = "reject: a quote in it is opened and never closed; close it, or double it if it is part of the text";
        assert_eq!(
            rows(b"a,b\n1,2\n3,\"4\n5,6\n\n7,\"8\n9\"\n", 1000),
            ["1 a,b\n1,2", "2 a,b\n3,\"4\n5,6\n\n7,\"8", "3 a,b\n9\""],
            "an even number of quotes closes itself, wherever that is"
        );
        assert_eq!(
            rows(b"a,b\n1,2\n3,\"4\n5,6\n7,8", 1000),
            [
                "1 a,b\n1,2",
                &format!("2 {open}"),
                "3 a,b\n5,6",
                "4 a,b\n7,8"
            ]
        );
        assert_eq!(
            rows(b"a,b\n3,\"4\n5,6\n7,8\n", 8),
            [format!("1 {open}").as_str(), "2 a,b\n5,6", "3 a,b\n7,8"]
        );
        // Every line opens a quote that the next one closes and opens again.
        let many = rows("a,b\n1,\"2\"x\"\n".repeat(40).as_bytes(), 30);
        assert!(many.len() > 20, "{many:?}");
        let long = rows(b"a,b\n1,2345678901234\n3,4\n", 10);
        assert_eq!(
            long,
            [
                "1 reject: longer than 10 bytes, the limit for one record; split it, or raise --max-entry and --memory",
                "2 a,b\n3,4"
            ]
        );
        assert_eq!(
            rows(b"\xEF\xBB\xBFsep=;\r\na;b\r\n1,\";2\r\n3;\"4\n\"\n", 1000),
            [
                "1 \u{feff}sep=;\na;b\n1,\";2",
                "2 \u{feff}sep=;\na;b\n3;\"4\n\""
            ]
        );
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("a\tb\n1\t党\n".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(rows(&utf16, 1000), ["1 a\tb\n1\t党"]);
    }
    #[test]
    fn half_a_character_parts_no_columns() {
        // The second byte of 院 and of 育 is `|` in Big5.
        let encoded = |text: &str| encoding_rs::BIG5.encode(text).0.into_owned();
        assert_eq!(encoded("院育")[1..4], [0x7C, 0xA8, 0x7C]);
        let text = "教育\"甲\",醫院\"乙\n教育\"丙,醫院\"丁\"\n";
        let piped = "教育\"甲|\"醫院|\n乙\"\n教育|丁\n";
        for (head, rows_of, want) in [
            ("標題,內文\n", text, 2),
            ("id,body\n", text, 2),
            ("標題|內文\n", piped, 2),
            ("id|body\n", piped, 2),
        ] {
            let file = encoded(&format!("{head}{rows_of}"));
            let got = rows(&file, 1000);
            assert_eq!(got.len(), want, "{head}: {got:?}");
            assert!(got.iter().all(|row| !row.contains("reject")), "{got:?}");
        }
        // A broken character before a comma halves none.
        let broken = [
            b"id,body\n\xE5\x85\xB1\xB1,\"".as_slice(),
            "甲\n乙\"\n大,\"丙\n丁\"\n".as_bytes(),
        ]
        .concat();
        let lone = [
            b"id,body\n\xB5\xB3\xB5,\"".as_slice(),
            b"\xBC\xD7\n\xD2\xD2\"\n",
        ]
        .concat();
        for (file, want) in [(broken, 2), (lone, 1)] {
            let got = rows(&file, 1000);
            assert_eq!(got.len(), want, "{got:?}");
            assert!(got.iter().all(|row| !row.contains("reject")), "{got:?}");
        }
        // Three bytes of UTF-8 are an odd number.
        let got = rows("id|body\n党|\"甲\n乙\"\n党|\"丙\"\n".as_bytes(), 1000);
        assert_eq!(got.len(), 2, "{got:?}");
    }
}
