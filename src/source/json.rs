//! A JSON file: one object, an array of objects, or objects one after another.
//! It is cut at its top level by a scanner that keeps a depth and no tree, so
//! an array of any length streams in the memory of its longest element.

use std::io::BufRead;
use std::ops::ControlFlow;

use crate::article::Origin;
use crate::source::feed::{Emit, Flow, numbered, refuse, refuse_empty, refuse_rest};
use crate::source::{Format, Limits, Raw, unpack, whole};

/// Each element of the top-level array, or each top-level value, under its
/// number; a single object has no number.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let mut splitter = Splitter::default();
    match reader.fill_buf() {
        Ok([]) => return refuse_empty(emit, origin),
        Ok([_, 0, ..] | [0, _, ..] | [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) => {
            // UTF-16: the bytes of the marks mean nothing here.
            return emit(whole::read(reader, Format::Json, origin, limits));
        }
        Ok(head) => {
            splitter.pairs =
                std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some())
        }
        Err(_) => {}
    }
    loop {
        let chunk = match reader.fill_buf() {
            Ok([]) => return splitter.end(origin, limits, emit),
            Ok(chunk) => chunk,
            Err(error) => {
                return refuse_rest(emit, origin, splitter.count + 1, unpack::why(&error));
            }
        };
        let length = chunk.len();
        for &byte in chunk {
            splitter.push(byte, origin, limits, emit)?;
            splitter.at += 1;
        }
        reader.consume(length);
    }
}

/// Where the scanner is, from the outside in.
#[derive(Default)]
struct Splitter {
    /// Inside `[` of the whole file.
    array: bool,
    /// The array was closed.
    closed: bool,
    /// The value being read; empty between values.
    value: Vec<u8>,
    /// Where it began in the file.
    start: u64,
    /// Where the scanner is in the file.
    at: u64,
    /// A whole value that waits until it is known whether it is the only one,
    /// and where it began.
    first: Option<(u64, Vec<u8>)>,
    /// Brackets open within the value.
    depth: u64,
    in_string: bool,
    /// The next byte belongs to the one before it: after `\`, or the second of a GBK or Big5 pair.
    bound: bool,
    /// The file is in GBK or Big5, where `\` may be half a character.
    pairs: bool,
    /// The value is past the limit: read on, keep nothing.
    over: bool,
    /// Values ended so far.
    count: u64,
}

impl Splitter {
    fn push(&mut self, byte: u8, origin: &Origin, limits: &Limits, emit: &mut Emit<'_>) -> Flow {
        if self.value.is_empty() && !self.between(byte) {
            return ControlFlow::Continue(());
        }
        if self.array && self.depth == 0 && !self.in_string && matches!(byte, b',' | b']') {
            self.closed = byte == b']';
            return self.finish(origin, limits, emit);
        }
        if self.value.is_empty() {
            self.start = self.at;
        }
        if !self.over {
            self.value.push(byte);
            self.over = self.value.len() as u64 > limits.record_bytes;
            if self.over {
                // One byte stays, as the sign that a value is open.
                self.value = vec![byte];
            }
        }
        if self.bound {
            self.bound = false;
        } else if self.in_string {
            self.bound = byte == b'\\' || (self.pairs && byte >= 0x81);
            self.in_string = byte != b'"';
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 && !self.array {
                        return self.finish(origin, limits, emit);
                    }
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    /// A byte between two values: does a value begin with it?
    fn between(&mut self, byte: u8) -> bool {
        let fresh = !self.array && self.count == 0;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x1E => false,
            0xEF | 0xBB | 0xBF if fresh => false,
            b'[' if fresh => {
                self.array = true;
                false
            }
            b',' => false,
            b']' if self.array => {
                self.closed = true;
                false
            }
            _ => true,
        }
    }

    /// A value has ended.
    fn finish(&mut self, origin: &Origin, limits: &Limits, emit: &mut Emit<'_>) -> Flow {
        self.count += 1;
        self.depth = 0;
        let mut value = std::mem::take(&mut self.value);
        if std::mem::take(&mut self.over) {
            return refuse(emit, origin, Some(self.count), whole::too_long(limits));
        }
        while value.last().is_some_and(u8::is_ascii_whitespace) {
            value.pop();
        }
        if self.count == 1 && !self.array {
            self.first = Some((self.start, value));
            return ControlFlow::Continue(());
        }
        self.flush_first(origin, emit)?;
        let origin = numbered(origin, Some(self.count));
        emit(Ok(Raw::new(origin, Format::Json, self.start, value)))
    }

    /// The first of several values, now that there is a second one.
    fn flush_first(&mut self, origin: &Origin, emit: &mut Emit<'_>) -> Flow {
        match self.first.take() {
            Some((start, bytes)) => emit(Ok(Raw::new(
                numbered(origin, Some(1)),
                Format::Json,
                start,
                bytes,
            ))),
            None => ControlFlow::Continue(()),
        }
    }

    /// The file has ended.
    fn end(mut self, origin: &Origin, limits: &Limits, emit: &mut Emit<'_>) -> Flow {
        if !self.value.is_empty() && !self.array && self.depth == 0 && !self.in_string {
            // A number or a word, which only the end of the file ends.
            self.finish(origin, limits, emit)?;
        }
        if !self.value.is_empty() || (self.array && !self.closed) {
            self.flush_first(origin, emit)?;
            let reason = "the JSON ends in the middle of a value: the file was cut off or is no JSON; fetch it again";
            return refuse_rest(emit, origin, self.count + 1, reason.to_owned());
        }
        match self.first.take() {
            Some((start, bytes)) => emit(Ok(Raw::new(origin.clone(), Format::Json, start, bytes))),
            None if self.count == 0 => refuse(
                emit,
                origin,
                None,
                "holds no JSON object: nothing to index".to_owned(),
            ),
            None => ControlFlow::Continue(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::feed::collect;
    use std::io::BufReader;

    fn split(input: &[u8], buffer: usize) -> Vec<String> {
        let limits = Limits {
            record_bytes: 40,
            ..Limits::default()
        };
        let mut reader = BufReader::with_capacity(buffer, input);
        collect(|emit| read(&mut reader, &Origin::default(), &limits, emit))
    }

    #[test]
    fn top_level_values() {
        let cut = "reject: the JSON ends in the middle of a value: the file was cut off or is no JSON; fetch it again";
        let long = "reject: longer than 40 bytes, the limit for one record; split it, or raise --max-entry and --memory";
        let elements = format!("[{{\"a\":\"{}\"}},{{}}]", "党".repeat(20));
        for (input, want) in [
            ("{\"a\":[1,2]}\n", vec!["{\"a\":[1,2]}".to_owned()]),
            (
                "\u{feff}[{\"a\":\"],[\"}, {\"b\":\"\\\"]\"} ]",
                vec!["1 {\"a\":\"],[\"}".into(), "2 {\"b\":\"\\\"]\"}".into()],
            ),
            (
                "{\"a\":1}\n{\"b\":2}\n",
                vec!["1 {\"a\":1}".into(), "2 {\"b\":2}".into()],
            ),
            (
                "[]",
                vec!["reject: holds no JSON object: nothing to index".into()],
            ),
            ("[1,[2,3]]", vec!["1 1".into(), "2 [2,3]".into()]),
            (
                "[{\"a\":1},{\"b\":",
                vec!["1 {\"a\":1}".into(), format!("2 {cut}")],
            ),
            ("{\"a\":1", vec![format!("1 {cut}")]),
            (&elements, vec![format!("1 {long}"), "2 {}".into()]),
        ] {
            assert_eq!(split(input.as_bytes(), 5), want, "{input}");
        }
    }

    #[test]
    fn half_a_gbk_character_may_be_a_backslash() {
        // 誠 is D55C in GBK: its second byte is the backslash.
        let input = [b"[{\"a\":\"".as_slice(), &[0xD5, 0x5C], b"\"},{\"b\":1}]"].concat();
        let got = split(&input, 100);
        assert_eq!(got.len(), 2, "{got:?}");
        assert_eq!(got[1], "2 {\"b\":1}");
    }
}
