//! An answer of a site, as a crawler saved it: headers, then a page.

use std::borrow::Cow;
use std::io::Read;

use serde_json::Value;

use crate::article::{Draft, Skip};
use crate::decode::{Hint, decode};
use crate::extract::{bomb, most_unpacked, page, plain, with_flaws};

/// The drafts of a WARC record.
pub(crate) fn read(bytes: &[u8], encoding: Option<&str>) -> Result<Vec<Draft>, Skip> {
    let (head, block) = split(bytes);
    let (answer, body) = if block.starts_with(b"HTTP/") {
        split(block)
    } else {
        (String::new(), block)
    };
    let body = match field(&answer, "transfer-encoding") {
        // Crawlers leave the name of what they undid: then no chunk begins the page.
        Some(kind) if kind.eq_ignore_ascii_case("chunked") => {
            unchunked(body).map_or(Cow::Borrowed(body), Cow::Owned)
        }
        _ => Cow::Borrowed(body),
    };
    let body = unpacked(
        &body,
        field(&answer, "content-encoding").unwrap_or_default(),
    )?;
    let kind = field(&answer, "content-type")
        .or_else(|| field(&head, "content-type").filter(|_| answer.is_empty()))
        .unwrap_or_default();
    let declared = kind
        .split(';')
        .find_map(|part| part.trim().strip_prefix("charset="))
        .map(|label| label.trim_matches(['"', '\'']));
    let text = decode(
        &body,
        Hint {
            forced: encoding,
            declared,
        },
    );
    let (text, decoded) = (text.text, text.encoding);
    let plain_text = kind.to_ascii_lowercase().starts_with("text/plain");
    let mut drafts = if plain_text {
        plain::read(&text)
    } else {
        with_flaws(page(&text)?, &text)
    };
    for draft in &mut drafts {
        draft.encoding = decoded;
        draft.url = draft.url.take().or_else(|| {
            field(&head, "warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_owned())
        });
        if let Some(day) = field(&head, "warc-date") {
            draft
                .extra
                .insert("WARC-Date".to_owned(), Value::String(day.to_owned()));
        }
    }
    Ok(drafts)
}

/// Headers and what follows the blank line after them.
fn split(bytes: &[u8]) -> (String, &[u8]) {
    let blank = |mark: &[u8]| {
        bytes
            .windows(mark.len())
            .position(|window| window == mark)
            .map(|at| (at, at + mark.len()))
    };
    // Whichever comes first: a header of bare line feeds may stand before one
    // that has both.
    let (end, start) = [blank(b"\r\n\r\n"), blank(b"\n\n")]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or((bytes.len(), bytes.len()));
    (
        String::from_utf8_lossy(&bytes[..end]).into_owned(),
        &bytes[start..],
    )
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// A body that was sent in chunks, as far as they are whole; `None` for one that was not.
fn unchunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let (size, start) = size_of_chunk(body)?;
    // A line that happens to be a number is no size: after a chunk its line ends.
    let after = body
        .get(start.saturating_add(size)..)
        .and_then(<[u8]>::first);
    if after.is_some_and(|byte| !matches!(byte, b'\r' | b'\n')) {
        return None;
    }
    let mut out = Vec::with_capacity(body.len());
    while let Some((size, end)) = size_of_chunk(body) {
        body = body.get(end..).unwrap_or_default();
        if size == 0 {
            break;
        }
        out.extend(&body[..size.min(body.len())]);
        body = body.get(size..).unwrap_or_default();
        body = body
            .strip_prefix(b"\r\n")
            .or_else(|| body.strip_prefix(b"\n"))
            .unwrap_or(body);
    }
    Some(out)
}

/// How many bytes a chunk has, and where they begin.
fn size_of_chunk(body: &[u8]) -> Option<(usize, usize)> {
    let end = body.iter().take(40).position(|b| *b == b'\n')?;
    let line = String::from_utf8_lossy(body.get(..end)?);
    let size = line.split(';').next().unwrap_or_default().trim();
    Some((usize::from_str_radix(size, 16).ok()?, end + 1))
}

/// A body that was sent packed.
fn unpacked<'a>(body: &'a [u8], packing: &str) -> Result<Cow<'a, [u8]>, Skip> {
    let most = most_unpacked(body.len());
    let room = most as u64 + 1;
    let mut out = Vec::new();
    let result = match &*packing.to_ascii_lowercase() {
        "gzip" | "x-gzip" => flate2::read::MultiGzDecoder::new(body)
            .take(room)
            .read_to_end(&mut out),
        "deflate" => flate2::read::ZlibDecoder::new(body)
            .take(room)
            .read_to_end(&mut out),
        "" | "identity" => return Ok(Cow::Borrowed(body)),
        // Crawlers leave the name of the packing they undid: then it is a page already.
        _ if body.starts_with(b"<") => return Ok(Cow::Borrowed(body)),
        other => {
            return Err(Skip::Malformed(format!(
                "the page is packed with {other}, which is not read"
            )));
        }
    };
    match result {
        Ok(_) if out.len() > most => Err(bomb(most)),
        Ok(_) => Ok(Cow::Owned(out)),
        Err(_) if out.is_empty() => Ok(Cow::Borrowed(body)),
        Err(_) => Ok(Cow::Owned(out)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const PAGE: &str =
        "<title>市委召开会议_某某网</title><div id=zoom><p>会议召开，部署工作。</p></div>";

    fn record(headers: &str, body: &[u8]) -> Vec<u8> {
        let head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.cn/t20180601_1.html\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n\r\nHTTP/1.1 200 OK\r\n";
        [head.as_bytes(), headers.as_bytes(), b"\r\n", body].concat()
    }

    #[test]
    fn pages_in_their_wrappings() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(PAGE.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        let half = PAGE.len() / 2 - 1;
        let half = (half..).find(|at| PAGE.is_char_boundary(*at)).unwrap();
        let chunked = format!(
            "{half:x}\r\n{}\r\n{:X};x\r\n{}\r\n0\r\n\r\n",
            &PAGE[..half],
            PAGE.len() - half,
            &PAGE[half..]
        );
        for bytes in [
            record(
                "Content-Type: text/html; charset=utf-8\r\n",
                PAGE.as_bytes(),
            ),
            record(
                "Content-Type: text/html; charset=gbk\r\n",
                &encoding_rs::GBK.encode(PAGE).0,
            ),
            record("Transfer-Encoding: chunked\r\n", chunked.as_bytes()),
            record("Transfer-Encoding: chunked\r\n", PAGE.as_bytes()),
            record(
                "Transfer-Encoding: chunked\r\nContent-Type:\r\n",
                format!("\r\n{PAGE}").as_bytes(),
            ),
            record(
                "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n",
                &packed,
            ),
            record("Content-Encoding: gzip\r\n", &packed),
            record("Content-Encoding: br\r\n", PAGE.as_bytes()),
        ] {
            let draft = read(&bytes, None).unwrap().remove(0);
            assert_eq!(draft.body, "会议召开，部署工作。");
            assert_eq!(draft.title.unwrap().value, "市委召开会议");
            assert_eq!(
                draft.url.as_deref(),
                Some("https://example.cn/t20180601_1.html")
            );
        }
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        bomb.write_all(&vec![b' '; 8 << 20]).unwrap();
        let bomb = record("Content-Encoding: gzip\r\n", &bomb.finish().unwrap());
        assert!(matches!(read(&bomb, None), Err(Skip::Malformed(why)) if why.contains("bomb")));
        let text = "2\n会议召开，部署工作。";
        let plain = "Transfer-Encoding: chunked\r\nContent-Type: text/plain\r\n";
        assert_eq!(
            read(&record(plain, text.as_bytes()), None).unwrap()[0].body,
            text
        );
        assert!(read(&record("Content-Encoding: br\r\n", b"\x0b\x02"), None).is_err());
        assert_eq!(read(b"", None).unwrap()[0].body, "");
    }
}
