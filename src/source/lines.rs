//! JSONL: one JSON object a line. Lines are not parsed here, only cut.

use std::io::{BufRead, Read};
use std::ops::ControlFlow;

use crate::article::Origin;
use crate::source::feed::{Emit, Flow, numbered, refuse, refuse_empty, refuse_rest};
use crate::source::{Format, Limits, Raw, unpack, whole};

/// Each line that is not blank, under its number. A line past the limit is
/// rejected and read past in bounded memory.
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

/// The same for what is known to have line breaks of one byte.
pub(crate) fn cut(
    reader: &mut dyn BufRead,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let mut seen = false;
    let mut start = 0;
    for number in 1.. {
        // One allocation a line: `read_until` reserves what the buffer holds up to the line break.
        let mut line = Vec::new();
        let got = Read::take(&mut *reader, limits.record_bytes.saturating_add(2))
            .read_until(b'\n', &mut line);
        let ended = line.last() == Some(&b'\n');
        let mut taken = match got {
            Err(error) => return refuse_rest(emit, origin, number, unpack::why(&error)),
            Ok(0) => break,
            Ok(count) => count as u64,
        };
        while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            line.pop();
        }
        if line.len() as u64 > limits.record_bytes {
            seen = true;
            refuse(emit, origin, Some(number), whole::too_long(limits))?;
            if !ended {
                match reader.skip_until(b'\n') {
                    Ok(count) => taken += count as u64,
                    Err(error) => return refuse_rest(emit, origin, number, unpack::why(&error)),
                }
            }
        } else if !line.iter().all(u8::is_ascii_whitespace) {
            seen = true;
            let origin = numbered(origin, Some(number));
            emit(Ok(Raw::new(origin, Format::Json, start, line)))?;
        }
        start += taken;
    }
    if seen {
        ControlFlow::Continue(())
    } else {
        refuse_empty(emit, origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::feed::collect;

    fn lines(input: &[u8], limits: &Limits) -> Vec<String> {
        let mut reader = std::io::BufReader::with_capacity(7, input);
        collect(|emit| read(&mut reader, &Origin::default(), limits, emit))
    }

    #[test]
    fn lines_are_cut_and_numbered() {
        let all = Limits::default();
        let small = Limits {
            record_bytes: 9,
            ..all
        };
        let empty = format!("reject: {}", whole::EMPTY);
        let long = "2 reject: longer than 9 bytes, the limit for one record; split it, or raise --max-entry and --memory";
        for (input, limits, want) in [
            (
                "{\"a\":1}\n{\"b\":2}",
                &all,
                vec!["1 {\"a\":1}", "2 {\"b\":2}"],
            ),
            ("{1}\r\n\n  \n{2}\n", &all, vec!["1 {1}", "4 {2}"]),
            ("", &all, vec![&*empty]),
            ("\n\n", &all, vec![&*empty]),
            (
                "{1}\n{2345678901234567890}\n{3}\n",
                &small,
                vec!["1 {1}", long, "3 {3}"],
            ),
            ("{1}\n{234567890}", &small, vec!["1 {1}", long]),
            (
                "{2345678}\n{2345678}\r\n{2345678}",
                &small,
                vec!["1 {2345678}", "2 {2345678}", "3 {2345678}"],
            ),
        ] {
            assert_eq!(lines(input.as_bytes(), limits), want, "{input}");
        }
    }

    #[test]
    fn utf16_lines() {
        let text: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("{\"党\":1}\n{2}".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(lines(&text, &Limits::default()), ["1 {\"党\":1}", "2 {2}"]);
    }
}
