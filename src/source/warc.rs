//! WARC (ISO 28500): what a crawler saved. Each answer of a site that is a text
//! becomes a record, its headers with it; requests, images and redirects are
//! passed over.
//!
//! Content-Length is a claim: a record that does not end where it says is given
//! up by its number, and reading goes on at the next header, even where the
//! claim reached past it.

use std::io::{self, BufRead, Cursor, Read};
use std::ops::ControlFlow;

use crate::article::Origin;
use crate::source::feed::{Emit, Flow, numbered, refuse, refuse_rest};
use crate::source::{Format, Limits, Raw, unpack, whole};

/// The longest header line, in bytes.
const LONGEST_LINE: u64 = 64 << 10;

/// The most header lines of a record.
const MOST_LINES: usize = 200;

/// How much of a record past the limit is looked at to tell whether it is a
/// text, in bytes.
const GLANCE: u64 = 64 << 10;

/// Wrong lengths after which a file is given up: each may have to be read twice.
const MOST_LIES: usize = 64;

/// Each answer that holds a text, numbered by its place among all records.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let mut bytes = Bytes {
        again: Cursor::new(Vec::new()),
        reader,
        at: 0,
    };
    let mut number = 0;
    let mut lies = 0;
    loop {
        let (start, record) = match head(&mut bytes) {
            Ok(Some(found)) => found,
            Ok(None) if number == 0 => {
                return refuse(
                    emit,
                    origin,
                    None,
                    "holds no WARC record: the file is damaged or of another type".to_owned(),
                );
            }
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return refuse_rest(emit, origin, number + 1, unpack::why(&error)),
        };
        number += 1;
        match one(&mut bytes, start, record, limits) {
            Ok(Found::Text(raw)) => emit(Ok(Raw {
                origin: numbered(origin, Some(number)),
                ..raw
            }))?,
            Ok(Found::Other) => {}
            Ok(Found::Long) => refuse(emit, origin, Some(number), whole::too_long(limits))?,
            Ok(Found::Lie) => {
                lies += 1;
                let why = "its Content-Length is wrong: it does not end where that says; it is passed over, and what follows is read";
                refuse(emit, origin, Some(number), why.to_owned())?;
                if lies == MOST_LIES {
                    let why = format!(
                        "more than {MOST_LIES} of its lengths are wrong; reading stopped; fetch the file again"
                    );
                    return refuse(emit, origin, None, why);
                }
            }
            Err(error) => return refuse_rest(emit, origin, number, unpack::why(&error)),
        }
    }
}

/// What one record is.
enum Found {
    /// A text; its place among the records is not filled in.
    Text(Raw),
    /// No text, or none that was answered.
    Other,
    /// A text past the limit.
    Long,
    /// It does not end where its length says.
    Lie,
}

/// Reads the block of a record whose header is `record`, which began at `start`.
fn one(
    bytes: &mut Bytes<'_>,
    start: u64,
    mut record: Vec<u8>,
    limits: &Limits,
) -> io::Result<Found> {
    let header = String::from_utf8_lossy(&record).into_owned();
    let kind = field(&header, "warc-type").unwrap_or_default();
    let wanted = ["response", "resource", "conversion"]
        .iter()
        .any(|of| kind.eq_ignore_ascii_case(of));
    let length = field(&header, "content-length").and_then(|value| value.parse::<u64>().ok());
    let Some(length) = length else {
        return Ok(Found::Lie);
    };
    let block = record.len();
    let long = length > limits.record_bytes;
    // Past the limit nothing is skipped on the word of the header: what comes
    // up to the next one belongs to it.
    let wish = if long { length.min(GLANCE) } else { length };
    Read::take(&mut *bytes, wish).read_to_end(&mut record)?;
    if long {
        let text = wanted && is_text(&record[..block], &record[block..]);
        bytes.give_back(&record[block..]);
        return Ok(if text { Found::Long } else { Found::Other });
    }
    let short = ((record.len() - block) as u64) < length;
    let ends = !short && bytes.at_end_of_record()?;
    if ends {
        if wanted && is_text(&record[..block], &record[block..]) {
            let raw = Raw::new(Origin::default(), Format::Warc, start, record);
            return Ok(Found::Text(raw));
        }
        return Ok(Found::Other);
    }
    // The claim may have reached over other records.
    let inner = record[block..]
        .windows(7)
        .position(|window| window == b"\r\nWARC/")
        .map(|at| at + 2);
    match inner {
        Some(at) => bytes.give_back(&record[block + at..]),
        None if short => return Err(io::ErrorKind::UnexpectedEof.into()),
        None => {}
    }
    Ok(Found::Lie)
}

/// The bytes of a file, some of which may be read again.
struct Bytes<'a> {
    again: Cursor<Vec<u8>>,
    reader: &'a mut dyn BufRead,
    at: u64,
}

impl Bytes<'_> {
    fn give_back(&mut self, bytes: &[u8]) {
        let rest = self.again.position() as usize;
        let kept = &self.again.get_ref()[rest..];
        self.at -= bytes.len() as u64;
        self.again = Cursor::new([bytes, kept].concat());
    }

    /// Is this where a record may end: at a line break, or at the end of all?
    /// The standard wants two line breaks; some writers give one.
    fn at_end_of_record(&mut self) -> io::Result<bool> {
        let next = self.fill_buf()?;
        Ok(next.is_empty() || matches!(next[0], b'\r' | b'\n'))
    }
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let next = self.fill_buf()?;
        let count = next.len().min(buffer.len());
        buffer[..count].copy_from_slice(&next[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Bytes<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
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
}

/// The next header, from `WARC/` to the blank line, and where it begins; what
/// stands before it is the rest of a record whose length was wrong. `None` at
/// the end.
fn head(bytes: &mut Bytes<'_>) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut head = Vec::new();
    let mut start = 0;
    for _ in 0..MOST_LINES {
        let line = loop {
            let at = bytes.at;
            let mut line = Vec::new();
            let count = Read::take(&mut *bytes, LONGEST_LINE).read_until(b'\n', &mut line)?;
            if count == 0 {
                return Ok(None);
            }
            if head.is_empty() && line.starts_with(b"WARC/") {
                start = at;
            }
            if !head.is_empty() || line.starts_with(b"WARC/") {
                break line;
            }
        };
        head.extend(&line);
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(Some((start, head)));
        }
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        "a WARC header that does not end",
    ))
}

/// The value of a header field.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// Is this an answer that worked, and is it a text?
fn is_text(head: &[u8], block: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let http = block.starts_with(b"HTTP/");
    let end = block
        .windows(4)
        .take(64 << 10)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or(block.len());
    let inner = String::from_utf8_lossy(&block[..if http { end } else { 0 }]).into_owned();
    let worked = !http
        || inner
            .split(' ')
            .nth(1)
            .is_some_and(|status| status.starts_with('2'));
    let kind = if http {
        field(&inner, "content-type")
    } else {
        field(&head, "content-type")
    };
    worked
        && kind.filter(|kind| !kind.is_empty()).is_none_or(|kind| {
            ["text/html", "application/xhtml", "text/plain"]
                .iter()
                .any(|of| kind.to_ascii_lowercase().starts_with(of))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::feed::collect;

    fn record(kind: &str, length: usize, block: &str) -> String {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://example.cn/1.html\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n"
        )
    }

    fn answer(status: &str, kind: &str, body: &str) -> String {
        let block = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n{body}");
        record("response", block.len(), &block)
    }

    fn read_all(input: &str, limits: &Limits) -> Vec<String> {
        let got = collect(|emit| {
            read(
                &mut std::io::BufReader::with_capacity(9, input.as_bytes()),
                &Origin::default(),
                limits,
                emit,
            )
        });
        let last = |text: &String| {
            if text.contains("reject") {
                text.clone()
            } else {
                format!(
                    "{} {}",
                    text.split(' ').next().unwrap_or_default(),
                    text.lines().last().unwrap_or_default()
                )
            }
        };
        got.iter().map(last).collect()
    }

    #[test]
    fn answers_are_records() {
        let page = answer("200 OK", "text/html; charset=utf-8", "<p>会议。");
        let input = [
            record("warcinfo", 5, "a: b\n"),
            page.clone(),
            record("request", 3, "GET"),
            answer("200 OK", "image/png", "x"),
            answer("302 Found", "text/html", "x"),
            record("response", 9999, "HTTP/1.1 200 OK\r\n\r\nx"),
        ]
        .concat();
        let cut = "6 reject: ends too early: the file was cut off; what came before it was read; fetch the file again";
        assert_eq!(read_all(&input, &Limits::default()), ["2 <p>会议。", cut]);
        let nameless = answer("200 OK", "", "<p>会议。");
        assert_eq!(read_all(&nameless, &Limits::default()), ["1 <p>会议。"]);
        // A length that is too short, one that reaches over the next record, one
        // that is none: what follows is read all the same.
        let lie = "1 reject: its Content-Length is wrong: it does not end where that says; it is passed over, and what follows is read";
        for wrong in [
            record("response", 20, "HTTP/1.1 200 OK\r\n\r\nlonger than it says"),
            record("response", 150, "HTTP/1.1 200 OK\r\n\r\nshort"),
            record("response", 9_000, "HTTP/1.1 200 OK\r\n\r\nshort"),
            record("response", 1, "").replace("Length: 1", "Length: -1"),
        ] {
            let got = read_all(&format!("{wrong}{page}"), &Limits::default());
            assert_eq!(got, [lie, "2 <p>会议。"], "{wrong}");
        }
        let many = record("response", 500, "x").repeat(200);
        let got = read_all(&many, &Limits::default());
        assert_eq!(got.len(), MOST_LIES + 1);
        assert!(got[MOST_LIES].contains("more than 64 of its lengths are wrong"));
        let small = Limits {
            record_bytes: 60,
            ..Limits::default()
        };
        assert_eq!(
            read_all(
                &[
                    answer("200 OK", "text/html", &"x".repeat(90)),
                    answer("200 OK", "text/html", "y")
                ]
                .concat(),
                &small
            )
            .len(),
            2
        );
        assert_eq!(
            read_all("no warc", &small),
            ["reject: holds no WARC record: the file is damaged or of another type"]
        );
    }
}
