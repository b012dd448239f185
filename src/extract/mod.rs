//! A record becomes drafts: what its format says of it, and its text, one
//! paragraph a line. Nothing is repaired and nothing is read out of sentences
//! here; that is for `repair` and `article`.

mod docx;
mod entities;
mod fields;
mod frame;
mod front;
mod headline;
mod html;
mod json;
mod markdown;
mod meta;
mod plain;
mod rules;
mod table;
mod tags;
mod tree;
mod warc;
mod xml;

use std::cell::Cell;

use crate::article::{Draft, Evidence, Found, Skip, find_date};
use crate::decode::{Hint, decode};
use crate::source::{Format, Raw};

pub use fields::{Field, FieldMap};

/// The drafts of one record, mostly one. `map` names the fields of a JSON
/// record, `encoding` is the label the user insists on.
///
/// # Errors
/// [`Skip`] when the record is not what its format says or holds no text.
pub fn extract(raw: &Raw, map: &FieldMap, encoding: Option<&str>) -> Result<Vec<Draft>, Skip> {
    let decoded = Cell::new("UTF-8");
    let text = || {
        let hint = Hint {
            forced: encoding,
            declared: None,
        };
        let text = decode(&raw.bytes, hint);
        decoded.set(text.encoding);
        text.text
    };
    if raw.format != Format::Docx
        && raw.format != Format::Warc
        && let Some(kind) = foreign(&raw.bytes)
    {
        return Err(Skip::Malformed(format!(
            "no text: it is {kind} under another name; give it its own ending"
        )));
    }
    let mut drafts = match raw.format {
        Format::Json => json::read(&text(), map)?,
        Format::Csv => table::read(&text(), map),
        Format::Docx => docx::read(&raw.bytes)?,
        Format::Xml => {
            let text = text();
            if has_too_many_tags(&text) {
                return Err(Skip::Malformed(format!(
                    "holds more than {MOST_TAGS} tags; split it into smaller ones"
                )));
            }
            xml::read(&text, map)?
        }
        Format::Html => {
            let text = text();
            with_flaws(page(&text)?, &text)
        }
        Format::Markdown => markdown::read(&text())?,
        Format::Text => {
            let text = text();
            match html::is_page(&text) {
                true => with_flaws(page(&text)?, &text),
                false => plain::read(&text),
            }
        }
        Format::Warc => warc::read(&raw.bytes, encoding)?,
    };
    let name = raw.origin.entry.as_deref().unwrap_or(&raw.origin.path);
    drafts.iter_mut().for_each(date_by_address);
    if !matches!(
        raw.format,
        Format::Json | Format::Csv | Format::Warc | Format::Xml
    ) {
        drafts.iter_mut().for_each(|draft| name_it(draft, name));
    }
    for draft in drafts.iter_mut().filter(|draft| draft.encoding.is_empty()) {
        draft.encoding = decoded.get();
    }
    // Of several stories each is counted, and the one without a text refused by its number.
    if drafts.iter().all(|draft| draft.body.is_empty()) {
        return Err(Skip::NoText);
    }
    if drafts.iter().any(|draft| is_noise(&draft.body)) {
        return Err(Skip::Malformed(
            "no text: much of it is control characters; is the type of the file right?".to_owned(),
        ));
    }
    Ok(drafts)
}

/// What a page breaks of the rules for its tags goes with its first story.
fn with_flaws(mut drafts: Vec<Draft>, page: &str) -> Vec<Draft> {
    if let Some(draft) = drafts.first_mut() {
        draft.flaws = Some(rules::flaws(page));
    }
    drafts
}

/// The day in an address (`/2018/06/01/`, `t20180601_1.html`), for want of another.
fn date_by_address(draft: &mut Draft) {
    let url = draft
        .url
        .as_ref()
        .filter(|url| draft.date.is_none() && find_date(url).is_some());
    draft.date = draft.date.take().or_else(|| {
        url.map(|url| Found {
            value: url.clone(),
            from: Evidence::Name,
        })
    });
}

/// What kind of file these bytes begin, when it is none that is text.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: &[(&[u8], &str)] = &[
        (b"\x1F\x8B\x08", "gzip"),
        (b"\x28\xB5\x2F\xFD", "zstd"),
        (b"\xFD7zXZ\0", "xz"),
        (b"BZh91AY&SY", "bzip2"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            "an old or encrypted office document",
        ),
        (b"%PDF-", "PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"Rar!\x1A\x07", "a RAR archive"),
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    ];
    let known = |(begin, _): &&(&[u8], &str)| bytes.starts_with(begin);
    SIGNATURES.iter().find(known).map(|(_, kind)| *kind)
}

/// Is a body no text at all, but bytes of some other kind of file? A third of it is control
/// characters; or a sixteenth, of several kinds: careless sites leave one or two.
fn is_noise(body: &str) -> bool {
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n');
    let (mut count, mut kinds) = (0, 0u32);
    for control in body.bytes().filter(is_control) {
        count += 1;
        kinds |= 1 << control;
    }
    // Most texts have none.
    count > 0
        && (count > body.len() / 3 || kinds.count_ones() > 3 && count > body.chars().count() / 16)
}

/// The most tags of a page that is read as a tree: the nodes of more would take
/// many times the memory of the page.
const MOST_TAGS: usize = 500_000;

fn has_too_many_tags(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'<').count() > MOST_TAGS
}

/// The drafts of a page; of one with too many tags the text alone.
fn page(text: &str) -> Result<Vec<Draft>, Skip> {
    if !has_too_many_tags(text) {
        return html::read(text);
    }
    Ok(vec![Draft {
        body: tags::strip(text),
        ..Draft::default()
    }])
}

/// How many bytes may come out of something packed within a record, which is a
/// page that a site sent packed, or a part of a document: 64 MB, and past 1 MB
/// 200 times what was packed. More is a bomb.
fn most_unpacked(packed: usize) -> usize {
    packed.saturating_mul(200).clamp(1 << 20, 64 << 20)
}

/// What is said of one.
fn bomb(most: usize) -> Skip {
    Skip::Malformed(format!(
        "longer than {most} bytes once unpacked, as a decompression bomb is; unpack it yourself if you trust it"
    ))
}

/// The most stories one record may hold: a list of a million empty ones would
/// take many times the memory of its text.
const MOST_STORIES: usize = 50_000;

fn too_many() -> Skip {
    Skip::Malformed(format!(
        "holds more than {MOST_STORIES} stories; split it, or make it JSONL with one on each line"
    ))
}

/// What the name of a file of its own tells: a day, and a title where the name
/// reads like one. Both are the last resort.
fn name_it(draft: &mut Draft, name: &str) {
    let file = name.rsplit('/').next().unwrap_or(name);
    if draft.date.is_none() && find_date(file).is_some() {
        draft.date = Some(Found {
            value: file.to_owned(),
            from: Evidence::Name,
        });
    }
    if draft.title.is_none() {
        draft.title = plain::title_of_name(file).map(|value| Found {
            value,
            from: Evidence::Name,
        });
    }
}

/// A story of a file that holds many whose text was not saved: its headline is
/// all there is to find it by.
fn headline_alone(mut draft: Draft) -> Draft {
    let known = draft.url.is_some() || draft.id.is_some();
    if let Some(title) = draft
        .title
        .as_ref()
        .filter(|_| draft.body.is_empty() && known)
    {
        draft.body = paragraphs(&title.value);
    }
    draft
}

/// One paragraph a line: line ends of every kind become `\n`, indents and
/// trailing blanks go, blank lines too.
pub(crate) fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let ends = |c| matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    for line in text.split(ends) {
        let line = line.trim();
        if !line.is_empty() {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Origin;
    use proptest::prelude::*;

    fn raw(format: Format, name: &str, text: &str) -> Raw {
        Raw {
            origin: Origin {
                path: name.to_owned(),
                ..Origin::default()
            },
            format,
            span: 0..text.len() as u64,
            bytes: text.as_bytes().to_vec(),
            hash: None,
        }
    }

    #[test]
    fn lines_are_tidied_and_nothing_else() {
        for (input, want) in [
            ("一\r\n二\r三\u{2028}四", "一\n二\n三\n四"),
            (
                "\u{3000}\u{3000}市委召开会议。 \t\n\n\u{a0}\n  会议强调，,要 落实。",
                "市委召开会议。\n会议强调，,要 落实。",
            ),
            ("", ""),
        ] {
            assert_eq!(paragraphs(input), want);
        }
    }

    #[test]
    fn a_name_tells_a_day_and_a_title() {
        let draft = |name| {
            extract(
                &raw(Format::Text, name, "正文。"),
                &FieldMap::default(),
                None,
            )
            .unwrap()
            .remove(0)
        };
        let got = draft("2018/关于加强机关党建的通知(2018-06-01).txt");
        assert_eq!(got.title.unwrap().value, "关于加强机关党建的通知");
        assert_eq!(got.date.unwrap().from, Evidence::Name);
        let got = draft("20180601_0001.txt");
        assert_eq!(got.title, None);
        assert!(got.date.is_some());
        assert_eq!(draft("a.txt").date, None);
    }

    #[test]
    fn a_record_without_text_is_skipped() {
        for (format, text) in [
            (Format::Text, " \n\u{3000}\n"),
            (Format::Markdown, "---\ntitle: 目录\n---\n"),
            (Format::Json, "{\"title\":\"目录\"}"),
        ] {
            assert_eq!(
                extract(&raw(format, "a", text), &FieldMap::default(), None),
                Err(Skip::NoText)
            );
        }
    }

    proptest! {
        #[test]
        fn every_format_takes_every_text(text in "[#\\-*<>&;\\[\\]()!`\n\u{3000}:a-c“。党\"{}\\\\]{0,80}") {
            for format in [Format::Text, Format::Markdown, Format::Json] {
                for draft in extract(&raw(format, "a", &text), &FieldMap::default(), None).unwrap_or_default() {
                    prop_assert!(draft.body.lines().all(|line| !line.is_empty() && line.trim() == line));
                    prop_assert!(!draft.body.contains('\r'));
                }
            }
        }
    }
}
