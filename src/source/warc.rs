//! WARC: what a crawler saved. Each answer of a site that is a text becomes a
//! record, its headers with it; requests, images and redirects are passed over.
//!
//! Content-Length is a claim: a record that ends elsewhere is given up, and
//! reading goes on at the next header.

use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

use crate::article::Origin;
use crate::source::feed::{Emit, Flow, numbered, refuse};
use crate::source::{Format, Limits, Raw, unpack, whole};

/// The longest header line, in bytes.
const LONGEST_LINE: u64 = 64 << 10;

/// The most header lines of a record.
const MOST_LINES: usize = 200;

/// Each answer that holds a text, numbered by its place among all records.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let mut number = 0;
    loop {
        let head = match head(reader) {
            Ok(Some(head)) => head,
            Ok(None) if number == 0 => {
                return refuse(
                    emit,
                    origin,
                    None,
                    "holds no WARC record: the file is damaged or of another type".to_owned(),
                );
            }
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return refuse(emit, origin, Some(number + 1), unpack::why(&error)),
        };
        number += 1;
        let length: u64 = field(&head, "content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(0);
        let kind = field(&head, "warc-type").unwrap_or_default();
        let wanted = ["response", "resource", "conversion"]
            .iter()
            .any(|of| kind.eq_ignore_ascii_case(of));
        if !wanted || length > limits.record_bytes {
            if wanted {
                refuse(emit, origin, Some(number), whole::too_long(limits))?;
            }
            if let Err(error) = io::copy(&mut Read::take(&mut *reader, length), &mut io::sink()) {
                return refuse(emit, origin, Some(number), unpack::why(&error));
            }
            continue;
        }
        let mut bytes = head.into_bytes();
        let block = bytes.len();
        if let Err(error) = Read::take(&mut *reader, length).read_to_end(&mut bytes) {
            return refuse(emit, origin, Some(number), unpack::why(&error));
        }
        if ((bytes.len() - block) as u64) < length {
            return refuse(
                emit,
                origin,
                Some(number),
                unpack::why(&io::ErrorKind::UnexpectedEof.into()),
            );
        }
        if is_text(&bytes[..block], &bytes[block..]) {
            emit(Ok(Raw {
                origin: numbered(origin, Some(number)),
                format: Format::Warc,
                bytes,
            }))?;
        }
    }
}

/// The next header, from `WARC/` to the blank line; what stands before it is
/// the rest of a record whose length was wrong. `None` at the end.
fn head(reader: &mut dyn BufRead) -> io::Result<Option<String>> {
    let mut head = String::new();
    for _ in 0..MOST_LINES {
        let line = loop {
            let mut line = Vec::new();
            let count = Read::take(&mut *reader, LONGEST_LINE).read_until(b'\n', &mut line)?;
            if count == 0 {
                return Ok(None);
            }
            if !head.is_empty() || line.starts_with(b"WARC/") {
                break line;
            }
        };
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        head.push_str(line);
        head.push_str("\r\n");
        if line.is_empty() {
            return Ok(Some(head));
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
        && kind.is_none_or(|kind| {
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
        // A length that is too short: the rest is passed over.
        let wrong = format!(
            "{}{page}",
            record("response", 20, "HTTP/1.1 200 OK\r\n\r\nlonger than it says")
        );
        assert_eq!(
            read_all(&wrong, &Limits::default()).last().unwrap(),
            "2 <p>会议。"
        );
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
