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
    let guessed = guess(bytes);
    let doubtful = guessed.is_single_byte() && mostly_pairs(bytes);
    Some(guessed)
        .filter(|_| !doubtful)
        .and_then(|e| cleanly(bytes, e))
        .unwrap_or_else(|| with_replacements(bytes, GB18030))
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
    whole >= broken * 10
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NEWS: &str = "市直机关党组织开展“主题党日”活动，全体党员参加学习。会议由书记主持。";
    const OLD: &str = "市直機關黨組織開展主題黨日活動，全體黨員參加學習。會議由書記主持。";

    fn bytes(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        if encoding == UTF_16LE {
            return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        }
        if encoding == UTF_16BE {
            return text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        }
        encoding.encode(text).0.into_owned()
    }

    #[track_caller]
    fn check(input: &[u8], hint: Hint<'_>, want: &str, encoding: &str) {
        let got = decode(input, hint);
        assert_eq!((got.text.as_ref(), got.encoding), (want, encoding));
        assert_eq!(got.lossy, 0);
    }

    fn declared(label: &str) -> Hint<'_> {
        Hint {
            declared: Some(label),
            ..Hint::default()
        }
    }

    #[test]
    fn each_encoding_is_found_without_help() {
        for text in [NEWS, OLD, "会议指出，要抓好落实\n2018年6月1日"] {
            for encoding in [UTF_8, GB18030, UTF_16LE, UTF_16BE] {
                check(
                    &bytes(text, encoding),
                    Hint::default(),
                    text,
                    if encoding == GB18030 {
                        "GB18030"
                    } else {
                        encoding.name()
                    },
                );
            }
        }
        check(&bytes(OLD, BIG5), Hint::default(), OLD, "Big5");
        check(
            &bytes("ab党建\n1", UTF_16LE),
            Hint::default(),
            "ab党建\n1",
            "UTF-16LE",
        );
        check(b"a\0b\0c\0d\0", Hint::default(), "abcd", "UTF-16LE");
        check(b"", Hint::default(), "", "UTF-8");
    }

    #[test]
    fn a_mark_is_believed_and_removed() {
        check(b"\xEF\xBB\xBFabc", Hint::default(), "abc", "UTF-8");
        check(
            &[&[0xFF, 0xFE][..], &bytes(NEWS, UTF_16LE)].concat(),
            Hint::default(),
            NEWS,
            "UTF-16LE",
        );
        check(
            &[&[0xFE, 0xFF][..], &bytes(NEWS, UTF_16BE)].concat(),
            Hint::default(),
            NEWS,
            "UTF-16BE",
        );
        check(
            &[&[0x84, 0x31, 0x95, 0x33][..], &bytes(NEWS, GB18030)].concat(),
            Hint::default(),
            NEWS,
            "GB18030",
        );
    }

    #[test]
    fn labels_help_and_do_not_mislead() {
        let gbk = bytes(NEWS, GB18030);
        for label in [
            "gb2312",
            "GBK",
            "x-gbk",
            "cp936",
            "windows-936",
            " gb18030 ",
            "iso-8859-1",
            "hz-gb-2312",
            "utf-8",
            "nonsense",
        ] {
            check(&gbk, declared(label), NEWS, "GB18030");
        }
        check(&bytes("會議", BIG5), declared("big5"), "會議", "Big5");
        let page = format!("<html><head><meta charset=\"big5\"></head><p>{OLD}</p>");
        check(&bytes(&page, BIG5), Hint::default(), &page, "Big5");
        let page = format!("<?xml version=\"1.0\" encoding='gb2312'?><p>{NEWS}</p>");
        check(&bytes(&page, GB18030), Hint::default(), &page, "GB18030");
        let forced = Hint {
            forced: Some("big5"),
            ..Hint::default()
        };
        check(&bytes("黨", BIG5), forced, "黨", "Big5");
    }

    #[test]
    fn labels_that_lie_are_overruled() {
        let simple =
            format!("{NEWS}县里的干部说，这一年的工作不是喊出来的，是大家一步一步走出来的。");
        let old = format!("{OLD}縣裡的幹部說，這一年的工作不是喊出來的，是大家一步一步走出來的。");
        for (text, encoding, labels) in [
            (
                &simple,
                GB18030,
                ["big5", "utf-8", "utf-16", "shift_jis", "iso-8859-1"],
            ),
            (
                &old,
                BIG5,
                ["gb2312", "gbk", "utf-8", "euc-kr", "windows-1252"],
            ),
            (
                &simple,
                UTF_8,
                ["gb2312", "big5", "gbk", "utf-16", "iso-8859-1"],
            ),
        ] {
            let name = if encoding == GB18030 {
                "GB18030"
            } else {
                encoding.name()
            };
            for label in labels {
                let raw = bytes(text, encoding);
                check(&raw, declared(label), text, name);
                let page =
                    format!("<html><head><meta charset=\"{label}\"></head><p>{text}</p></html>");
                check(&bytes(&page, encoding), Hint::default(), &page, name);
            }
        }
        // The header is wrong and the page is right, and the other way round.
        for (header, page) in [("big5", "gb2312"), ("gb2312", "utf-8")] {
            let page = format!(
                "<meta http-equiv=Content-Type content='text/html; charset={page}'>{simple}"
            );
            check(&bytes(&page, GB18030), declared(header), &page, "GB18030");
        }
        // The label of a script is not the page's.
        let page =
            format!("<script charset=\"utf-8\" src=a.js></script><meta charset=big5><p>{old}");
        check(&bytes(&page, BIG5), Hint::default(), &page, "Big5");
        // Past the first 4 KB nobody looks; the bytes tell.
        let page = format!("<!--{}--><meta charset=gbk>{simple}", " ".repeat(5000));
        check(&bytes(&page, GB18030), Hint::default(), &page, "GB18030");
    }

    #[test]
    fn big5_of_hong_kong() {
        let text = "政府話：呢啲舊樓嘅維修，會分三年做完。";
        // The encoder writes nothing of the supplement, the decoder reads it.
        let pair = |c: char| {
            let pairs =
                (0x87..=0xFEu8).flat_map(|lead| (0x40..=0xFEu8).map(move |trail| [lead, trail]));
            let mut pairs = pairs.filter(|pair| BIG5.decode(pair).0.chars().eq([c]));
            pairs.next().unwrap()
        };
        let raw: Vec<u8> = text.chars().flat_map(pair).collect();
        for label in ["big5", "big5-hkscs", "Big5-HKSCS"] {
            check(&raw, declared(label), text, "Big5");
        }
    }

    #[test]
    fn losses_are_counted() {
        let mut broken = bytes(NEWS, GB18030);
        broken.extend([0xAA, 0xA1, 0x81]);
        let got = decode(&broken, Hint::default());
        assert_eq!((got.encoding, got.lossy), ("GB18030", 2));
        let cut = &NEWS.as_bytes()[..NEWS.len() - 1];
        let got = decode(cut, Hint::default());
        assert_eq!((got.encoding, got.lossy), ("UTF-8", 1));
        assert!(got.text.starts_with("市直机关党组织"));
        // Some bytes side by side are one broken place, however short the text.
        let torn = [
            "会议强调要抓好防汛。盘".as_bytes(),
            b"\xFF\xFE\x80",
            "尾。".as_bytes(),
        ]
        .concat();
        let got = decode(&torn, Hint::default());
        assert_eq!((got.encoding, got.lossy), ("UTF-8", 3));
    }

    #[test]
    fn known_labels() {
        for (label, known) in [
            ("GBK", true),
            ("cp936", true),
            ("Big5", true),
            ("utf8", true),
            ("hz-gb-2312", false),
            ("klingon", false),
            ("", false),
        ] {
            assert_eq!(label_known(label), known, "{label}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_become_text(input in proptest::collection::vec(any::<u8>(), 0..400)) {
            decode(&input, Hint::default());
        }

        #[test]
        fn valid_utf8_is_borrowed(text in "[\u{4e00}-\u{9fff}a-z，。\n]{0,60}") {
            let got = decode(text.as_bytes(), Hint::default());
            prop_assert!(matches!(got.text, Cow::Borrowed(same) if same == text));
        }
    }
}
