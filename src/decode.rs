//! Bytes go in, text comes out, nothing fails.
//!
//! The order of belief: what the user insists on, a byte order mark, the
//! pattern of NULs that gives UTF-16 away, strict UTF-8, what the record
//! declares of itself (if it reads as Chinese then), the shape of UTF-16 hanzi, UTF-8 with a few broken
//! places, a guess from the bytes (chardetng), GB18030 with replacements.
//! Strict UTF-8, nearly every record there is, costs one validation and no copy.

mod common;
mod labels;

use std::borrow::Cow;

use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

/// A decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text, without a byte order mark; borrowed when the bytes were UTF-8.
    pub text: Cow<'a, str>,
    /// The name of the encoding it was decoded from (`UTF-8`, `GB18030`, `Big5`, `UTF-16LE`, `UTF-16BE`).
    pub encoding: &'static str,
    /// How many places could not be decoded (U+FFFD) or fell into private use.
    /// 0 for valid UTF-8: what stands there was put there by somebody else.
    pub lossy: usize,
}

/// What is known of the bytes before they are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// A label the user insists on (`--encoding`).
    pub forced: Option<&'a str>,
    /// A label the record declares of itself (an HTTP header, a meta tag); kept only if it decodes cleanly.
    pub declared: Option<&'a str>,
}

/// How many bytes are looked at to tell UTF-16.
const SAMPLE: usize = 4096;

/// Is this a label `--encoding` can be given? Any name of the Encoding
/// Standard, and the two names of code page 936 it lacks.
pub fn label_known(label: &str) -> bool {
    by_label(label).is_some()
}

/// Text out of bytes of any origin. Never fails, and takes linear time.
pub fn decode<'a>(bytes: &'a [u8], hint: Hint<'_>) -> Text<'a> {
    if let Some(forced) = hint.forced.and_then(by_label) {
        return with_replacements(bytes, forced);
    }
    if let Some(text) = by_mark(bytes) {
        return text;
    }
    if let Some(encoding) = utf16_by_nuls(bytes) {
        return with_replacements(bytes, encoding);
    }
    let valid = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => {
            return Text {
                text: Cow::Borrowed(text),
                encoding: UTF_8.name(),
                lossy: 0,
            };
        }
        Err(error) => error.valid_up_to(),
    };
    // What header and page declare, the first that decodes and reads as Chinese.
    let header = hint.declared.and_then(by_label);
    let declared = header.into_iter().chain(labels::of_page(bytes));
    let mut doubtful = None;
    for encoding in declared.filter(trusted) {
        match cleanly(bytes, encoding) {
            Some(text) if common::reads(&text.text) => return text,
            Some(text) => doubtful = doubtful.or(Some(text)),
            None => {}
        }
    }
    if let Some(text) = doubtful {
        // GB2312 decodes as Big5, and Big5 as GB18030: the label may lie.
        let others = [guess(bytes), GB18030, BIG5].into_iter();
        let better = others
            .filter(|encoding| encoding.name() != text.encoding)
            .filter_map(|encoding| cleanly(bytes, encoding))
            .find(|other| common::reads_better(&other.text, &text.text));
        return better.unwrap_or(text);
    }
    if let Some(encoding) = utf16_by_hanzi(bytes) {
        return with_replacements(bytes, encoding);
    }
    if nearly_utf8(bytes, valid) {
        return with_replacements(bytes, UTF_8);
    }
    by_guess(bytes)
}

/// The text of bytes that nothing is known of. Few of them, or a broken one, mislead the guess:
/// short names in GBK pass for Korean, a page in Big5 with one bad byte for nothing at all. So
/// it stands where that cannot be, and else both encodings of Chinese are tried.
fn by_guess(bytes: &[u8]) -> Text<'_> {
    let guessed = guess(bytes);
    let mainland = || with_replacements(bytes, GB18030);
    if let Some(text) = cleanly(bytes, guessed) {
        let is_sure = match guessed {
            encoding if encoding == GB18030 => true,
            encoding if encoding == BIG5 => common::tells(&text.text),
            encoding if encoding.is_single_byte() => !mostly_pairs(bytes),
            // Another language, where there is enough of it and it is no Chinese.
            _ => {
                let chinese = mainland();
                common::is_long(&chinese.text)
                    && (chinese.lossy > 0 || !common::reads(&chinese.text))
            }
        };
        if is_sure {
            return text;
        }
    }
    let (mainland, island) = (mainland(), with_replacements(bytes, BIG5));
    let likes = |text: &Text<'_>| common::likeness(&text.text, text.lossy);
    // Behind a lost byte GBK is private use, and Big5 is a little less unlike Chinese: it
    // must be like it.
    match likes(&island) > likes(&mainland) && common::reads(&island.text) {
        true => island,
        false => mainland,
    }
}

/// The encoding a label names. Labels that lie on Chinese pages are unknown
/// here: `hz-gb-2312` and its like name the "replacement" encoding, which turns
/// a whole text into one U+FFFD. GBK is read as GB18030, its superset.
fn by_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim();
    if label.eq_ignore_ascii_case("cp936") || label.eq_ignore_ascii_case("windows-936") {
        return Some(GB18030);
    }
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    Some(if encoding == GBK { GB18030 } else { encoding })
}

/// Encodings worth believing when only the record itself claims them. Nearly
/// every byte string is valid windows-1252 (label `iso-8859-1`), so such a
/// claim says nothing about a page in Chinese.
fn trusted(encoding: &&'static Encoding) -> bool {
    !encoding.is_single_byte()
}

/// The text after a byte order mark, where there is one.
fn by_mark(bytes: &[u8]) -> Option<Text<'_>> {
    if let Some(rest) = bytes.strip_prefix(&[0x84, 0x31, 0x95, 0x33]) {
        return Some(with_replacements(rest, GB18030));
    }
    let (encoding, length) = Encoding::for_bom(bytes)?;
    Some(with_replacements(&bytes[length..], encoding))
}

/// UTF-16 without a mark, told by its NULs: `61 00 62 00` is valid UTF-8 too.
fn utf16_by_nuls(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if sample.len() < 4 || !sample.contains(&0) {
        return None;
    }
    let mut nuls = [0usize; 2];
    for (i, &byte) in sample.iter().enumerate() {
        nuls[i % 2] += usize::from(byte == 0);
    }
    let units = sample.len() / 2;
    match nuls {
        [even, odd] if odd * 10 >= units && even * 10 < odd => Some(UTF_16LE),
        [even, odd] if even * 10 >= units && odd * 10 < even => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-16 without a mark and with few NULs, as Chinese is: nearly every pair of
/// bytes is a hanzi, a mark or ASCII, and the low bytes are spread over the
/// whole range (in a GBK page full of ASCII markup they are not).
fn utf16_by_hanzi(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    if !bytes.len().is_multiple_of(2) || sample.len() < 8 {
        return None;
    }
    let units = sample.len() / 2;
    let fits = |low: usize| {
        let (mut likely, mut high_bits) = (0, 0);
        for pair in sample.as_chunks::<2>().0 {
            let unit = u16::from(pair[1 - low]) << 8 | u16::from(pair[low]);
            let plausible = matches!(unit, 0x4E00..=0x9FFF | 0x3000..=0x301F | 0xFF00..=0xFF5E | 0x2010..=0x2026 | 0x20..=0x7E | 9 | 10 | 13);
            likely += usize::from(plausible);
            high_bits += usize::from(pair[low] >= 0x80);
        }
        likely * 100 >= units * 95 && high_bits * 100 >= units * 15
    };
    if fits(0) {
        Some(UTF_16LE)
    } else if fits(1) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// UTF-8 that was cut or has a few bytes broken: at least ten whole characters
/// of more than one byte for each broken place. GBK text has next to none, and
/// ASCII says nothing. The first broken place is at `valid`.
fn nearly_utf8(bytes: &[u8], valid: usize) -> bool {
    let starts = |bytes: &[u8]| bytes.iter().filter(|b| **b >= 0xC0).count();
    let (mut broken, mut whole) = (0usize, starts(&bytes[..valid]));
    let mut goes_on = false;
    for chunk in bytes[valid..].utf8_chunks() {
        // Broken bytes side by side are one place.
        goes_on &= chunk.valid().is_empty();
        broken += usize::from(!goes_on && !chunk.invalid().is_empty());
        goes_on = true;
        whole += starts(chunk.valid().as_bytes());
    }
    whole >= broken * 10 || broken == 1 && whole >= CUT && is_cut(&bytes[valid..])
}

/// Whole characters before the place where UTF-8 was cut off that tell it from GBK.
const CUT: usize = 3;

/// Whether bytes are the beginning of one character in UTF-8.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// chardetng's guess, which calls GB18030 "GBK". Not told that the site is
/// under .cn: that makes it read Big5 as GBK.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    match detector.guess(None, chardetng::Utf8Detection::Deny) {
        encoding if encoding == GBK => GB18030,
        encoding => encoding,
    }
}

/// Do the bytes past ASCII stand side by side, as in Chinese, and not alone, as
/// in French? One broken byte in a GBK page makes chardetng guess windows-1252.
fn mostly_pairs(bytes: &[u8]) -> bool {
    let high = bytes.iter().filter(|b| **b >= 0x80).count();
    let paired: usize = bytes
        .chunk_by(|a, b| (*a >= 0x80) == (*b >= 0x80))
        .filter(|run| run[0] >= 0x80 && run.len() > 1)
        .map(<[u8]>::len)
        .sum();
    paired * 10 >= high * 8
}

/// The text, if every byte of it is legal in `encoding`.
fn cleanly<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Option<Text<'a>> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(count(text, encoding))
}

/// The text with U+FFFD for what is not legal in `encoding`.
fn with_replacements<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Text<'a> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    count(text, encoding)
}

/// Counts what was lost. Bytes AAA1–AFFE and F8A1–FEFE of GBK, and the user's
/// rows of Big5, become private-use characters: kept, but nobody can read them.
fn count<'a>(text: Cow<'a, str>, encoding: &'static Encoding) -> Text<'a> {
    let utf8 = encoding == UTF_8;
    let lost = |c: &char| *c == '\u{FFFD}' || (!utf8 && matches!(c, '\u{E000}'..='\u{F8FF}'));
    let lossy = text.chars().filter(lost).count();
    let name = if encoding == GB18030 {
        "GB18030"
    } else {
        encoding.name()
    };
    Text {
        text,
        encoding: name,
        lossy,
    }
}

#[cfg(test)]
mod tests;
