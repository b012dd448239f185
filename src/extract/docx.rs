//! Word documents: a zip whose `word/document.xml` holds the paragraphs.

use std::io::{Cursor, Read};

use serde_json::Value;

use crate::article::{Draft, Evidence, Found, Skip};
use crate::extract::tags::{self, Piece, Pieces};
use crate::extract::tree;
use crate::extract::{bomb, most_unpacked, paragraphs};

/// What the container begins with that holds an encrypted document, or a .doc ([MS-CFB]).
const COMPOUND_FILE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// The draft of a document.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Draft>, Skip> {
    let broken = |what: &str| {
        Skip::Malformed(format!(
            "not a whole Word document ({what}); save it again as .docx or as text"
        ))
    };
    if bytes.starts_with(&COMPOUND_FILE) {
        return Err(Skip::Malformed(
            "a Word document with a password, or one of before 2007 (.doc): open it, save it as .docx without a password".to_owned(),
        ));
    }
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error.to_string()))?;
    let text = part(&mut archive, "word/document.xml", bytes.len())?
        .ok_or_else(|| broken("it has no text part"))?;
    let mut draft = document(&text);
    // Notes have no place among the paragraphs: they follow them.
    for name in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(notes) = part(&mut archive, name, bytes.len())? {
            let notes = document(&notes);
            let title = notes.title.map(|title| title.value);
            for lines in title.into_iter().chain(Some(notes.body)) {
                draft.body = paragraphs(&format!("{}\n{lines}", draft.body));
            }
        }
    }
    if let Some(core) = part(&mut archive, "docProps/core.xml", bytes.len())? {
        for (name, label) in [("dc:creator", "creator"), ("dcterms:created", "created")] {
            if let Some(value) = element(&core, name) {
                draft.extra.insert(label.to_owned(), Value::String(value));
            }
        }
    }
    Ok(vec![draft])
}

/// A part of the document as text, which is UTF-8 by definition; `None` where
/// it has none that can be read.
fn part(
    archive: &mut zip::ZipArchive<Cursor<&[u8]>>,
    name: &str,
    packed: usize,
) -> Result<Option<String>, Skip> {
    let most = most_unpacked(packed);
    let mut bytes = Vec::new();
    let Ok(entry) = archive.by_name(name) else {
        return Ok(None);
    };
    if entry.take(most as u64 + 1).read_to_end(&mut bytes).is_err() {
        return Ok(None);
    }
    if bytes.len() > most {
        return Err(bomb(most));
    }
    Ok(Some(String::from_utf8(bytes).unwrap_or_else(|error| {
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    })))
}

/// Paragraphs as lines, rows of tables as lines; a paragraph in the style of a
/// title is the title.
fn document(xml: &str) -> Draft {
    let mut out = String::new();
    let mut title = None;
    let (mut cells, mut in_text, mut styled, mut start) = (0usize, false, false, 0);
    for piece in Pieces::of(xml) {
        match piece {
            Piece::Text(text) if in_text => out.push_str(&tags::entities(text)),
            Piece::Data(text) if in_text => out.push_str(text),
            Piece::Tag {
                name,
                closing,
                attributes,
            } => match (name, closing) {
                ("w:t", closing) => in_text = !closing && !attributes.ends_with('/'),
                ("w:p", false) => (start, styled) = (out.len(), false),
                ("w:pStyle", false) => {
                    styled = tree::attribute(attributes, "w:val")
                        .is_some_and(|style| style.eq_ignore_ascii_case("title"))
                }
                ("w:p", true) => {
                    let text = out.get(start..).unwrap_or_default().trim();
                    if styled && title.is_none() && !text.is_empty() {
                        title = Some(text.to_owned());
                        out.truncate(start);
                    }
                    out.push(if cells > 0 { ' ' } else { '\n' });
                }
                ("w:tab", false) => out.push(' '),
                ("w:br" | "w:cr", false) => out.push('\n'),
                ("w:tc", false) => cells += 1,
                ("w:tc", true) => cells = cells.saturating_sub(1),
                ("w:tr", true) => out.push('\n'),
                _ => {}
            },
            _ => {}
        }
    }
    let found = |value| Found {
        value,
        from: Evidence::Heading,
    };
    Draft {
        title: title.map(found),
        body: paragraphs(&out),
        ..Draft::default()
    }
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> Option<String> {
    let nodes = tree::parse_xml(xml);
    let at = nodes.iter().position(|node| node.is(name))?;
    let text = tree::text(&nodes, at);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn docx(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_document() {
        let text = "<?xml version=\"1.0\"?><w:document><w:body>
            <w:p><w:pPr><w:pStyle w:val=\"Title\"/></w:pPr><w:r><w:t>关于召开会议的通知</w:t></w:r></w:p>
            <w:p><w:r><w:t xml:space=\"preserve\">各单位：</w:t></w:r><w:r><w:tab/><w:t>现通知 A&amp;B</w:t><w:br/><w:t/><w:t>如下。</w:t></w:r><w:del><w:delText>删去</w:delText></w:del></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>时间</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>6月1日</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>";
        let core = "<cp:coreProperties><dc:creator>王小明</dc:creator><dcterms:created xsi:type=\"x\">2018-06-01T01:02:03Z</dcterms:created></cp:coreProperties>";
        let footnotes = "<w:footnotes><w:footnote w:type=\"separator\"><w:p><w:r><w:separator/></w:r></w:p></w:footnote><w:footnote w:id=\"1\"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>含乡镇。</w:t></w:r></w:p></w:footnote></w:footnotes>";
        let endnotes = footnotes.replace("含乡镇。", "据县志。");
        let endnotes = &*endnotes;
        let draft = read(&docx(&[
            ("word/document.xml", text),
            ("docProps/core.xml", core),
            ("word/endnotes.xml", endnotes),
            ("word/footnotes.xml", footnotes),
        ]))
        .unwrap()
        .remove(0);
        assert_eq!(draft.title.unwrap().value, "关于召开会议的通知");
        assert_eq!(
            draft.body,
            "各单位： 现通知 A&B\n如下。\n时间 6月1日\n含乡镇。\n据县志。"
        );
        assert_eq!(draft.extra["creator"], "王小明");
    }

    #[test]
    fn what_is_no_document_says_so() {
        for bytes in [b"PK".to_vec(), docx(&[("a.txt", "x")])] {
            let Err(Skip::Malformed(why)) = read(&bytes) else {
                unreachable!()
            };
            assert!(why.starts_with("not a whole Word document"), "{why}");
        }
    }
}
