//! An article as the index holds it becomes documents again, without its source.
//!
//! Everything that a document is made of is stored: texts, facts, columns. Where
//! the words of a passage begin after a dateline is read off the facts, and
//! [`head_of`] sees to it that they say so.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result};
use tantivy::DocId;
use tantivy::schema::OwnedValue;

use crate::article::{Article, Kind};
use crate::chars::units;
use crate::index::documents::{ArticleText, Meta, PassageDocument, PassageText, terms};
use crate::index::facts::Block;
use crate::index::schema::Fields;
use crate::index::store::Segment;
use crate::index::twins::Signature;
use crate::passage::TAIL;

/// Reads articles of one segment back.
pub(crate) struct Again<'a> {
    segment: &'a Segment,
    fields: Fields,
    /// What was read last of the facts.
    block: RefCell<Block>,
}

/// An article, read back.
pub(crate) struct Whole {
    title: String,
    body: String,
    lead: usize,
    key: u64,
    day: u32,
    signature: Signature,
    pieces: Vec<Piece>,
}

/// One of its passages.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    /// Bytes of the body.
    own: Range<usize>,
    /// End of the bytes whose characters are indexed with it.
    tail_end: usize,
    ranked: Vec<Range<usize>>,
}

/// A paragraph that begins with a dateline: its number, and how many bytes.
type Head = (usize, usize);

/// What the facts must say of the one paragraph that begins with a dateline;
/// `None` when kinds and lead tell it, as they nearly always do.
pub(crate) fn head_of(article: &Article, lead: usize) -> Option<Head> {
    let paragraphs = &article.paragraphs;
    let own = paragraphs
        .iter()
        .enumerate()
        .map(|(number, paragraph)| (number, paragraph.text_start - paragraph.bytes.start))
        .find(|(_, bytes)| *bytes > 0)
        .unwrap_or_default();
    let body = paragraphs.iter().position(|p| p.kind == Kind::Body);
    let lengths: Vec<usize> = paragraphs.iter().map(|p| p.bytes.len()).collect();
    (own != implied(body, &lengths, lead)).then_some(own)
}

/// The head that the lead tells of, were every paragraph a line and nothing between.
fn implied(body: Option<usize>, lengths: &[usize], lead: usize) -> Head {
    let Some(body) = body else { return (0, 0) };
    let start: usize = lengths[..body].iter().map(|length| length + 1).sum();
    match lead.checked_sub(start) {
        Some(head) if head > 0 => (body, head),
        _ => (0, 0),
    }
}

impl<'a> Again<'a> {
    pub(crate) fn new(segment: &'a Segment, fields: Fields) -> Again<'a> {
        Again {
            segment,
            fields,
            block: RefCell::default(),
        }
    }

    /// Whether a document is the first passage of an article that is there.
    pub(crate) fn is_first(&self, doc: DocId) -> bool {
        !self.segment.is_deleted(doc) && self.segment.runs().articles.has(doc)
    }

    /// Reads the article whose first passage a document is.
    pub(crate) fn article(&self, first: DocId) -> Result<Whole> {
        self.read(first).map(|(whole, _)| whole)
    }

    /// The same, with its facts as they are stored.
    fn read(&self, first: DocId) -> Result<(Whole, Vec<u8>)> {
        let mut block = self.block.borrow_mut();
        let facts = self.segment.facts(first, &mut block)?.to_vec();
        let meta: Meta =
            serde_json::from_slice(&facts).context("the facts of an article are damaged")?;
        let opening = self.segment.texts().opening(first)?;
        let mut body = String::new();
        let mut owns = Vec::new();
        for doc in first..first.saturating_add(meta.passages.max(1)) {
            if doc > first && !self.segment.runs().is_inside(doc) {
                body.push('\n');
            }
            let start = body.len();
            self.segment.texts().append(doc, doc == first, &mut body)?;
            owns.push(start..body.len());
        }
        let pieces = pieces(&body, owns, &meta);
        let whole = Whole {
            title: opening.title,
            body,
            lead: opening.lead,
            key: self.segment.texts().key(first)?,
            day: self.segment.texts().day(first)? as u32,
            signature: opening.signature,
            pieces,
        };
        Ok((whole, facts))
    }

    /// The documents of an article, as they went in.
    pub(crate) fn documents(&self, first: DocId) -> Result<Vec<PassageDocument>> {
        let (whole, facts) = self.read(first)?;
        let fast = self.segment.fast_fields();
        let fields = &self.fields;
        let columns = [
            (fields.file, fast.u64("file")?),
            (fields.hash, fast.u64("hash")?),
            (fields.spot, fast.u64("spot")?),
        ];
        let sources = fast.str("source")?;
        // As `documents` does it: the body is looked at once.
        let (units, starts) = terms(&whole.body);
        let unit_at = |byte: usize| starts.partition_point(|start| *start < byte);
        let mut ranked = Vec::new();
        let mut ranked_of = Vec::with_capacity(whole.pieces.len());
        for piece in &whole.pieces {
            let start = ranked.len();
            ranked.extend_from_slice(&piece.ranked);
            ranked_of.push(start..ranked.len());
        }
        let article = Arc::new(ArticleText {
            facts,
            title_units: terms(&whole.title).0,
            title: whole.title,
            body: whole.body,
            lead: whole.lead,
            key: whole.key,
            day: whole.day,
            signature: whole.signature,
            units,
            ranked,
        });
        let mut documents = Vec::with_capacity(whole.pieces.len());
        for (number, (piece, ranked)) in whole.pieces.into_iter().zip(ranked_of).enumerate() {
            let doc = first + number as DocId;
            let mut values = vec![(fields.key, OwnedValue::U64(article.key))];
            for (field, column) in &columns {
                let numbers = column.values_for_doc(doc);
                values.extend(numbers.map(|number| (*field, OwnedValue::U64(number))));
            }
            if let Some(sources) = &sources {
                for ord in sources.term_ords(doc) {
                    let mut name = String::new();
                    sources.ord_to_str(ord, &mut name)?;
                    values.push((fields.source, OwnedValue::Str(name)));
                }
            }
            documents.push(PassageDocument {
                fields: values,
                text: PassageText {
                    article: article.clone(),
                    own_units: unit_at(piece.own.end) - unit_at(piece.own.start),
                    units: unit_at(piece.own.start)..unit_at(piece.tail_end),
                    tail_end: piece.tail_end,
                    own: piece.own,
                    ranked,
                    first: number == 0,
                    inside: self.segment.runs().is_inside(doc),
                },
            });
        }
        Ok(documents)
    }
}

impl Whole {
    /// The texts whose words rank the article: the title, then passage by passage.
    pub(crate) fn ranked(&self) -> impl Iterator<Item = &str> {
        let ranges = self.pieces.iter().flat_map(|piece| &piece.ranked);
        let texts = ranges.map(|bytes| &self.body[bytes.clone()]);
        std::iter::once(self.title.as_str()).chain(texts)
    }
}

/// Which bytes of the body are ranked, and how far the characters of each
/// passage run into the next.
fn pieces(body: &str, owns: Vec<Range<usize>>, meta: &Meta) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = owns
        .into_iter()
        .map(|own| Piece {
            tail_end: own.end,
            own,
            ranked: Vec::new(),
        })
        .collect();
    let paragraphs = paragraphs(body);
    let lengths: Vec<usize> = paragraphs.iter().map(Range::len).collect();
    let first = meta.kinds.iter().position(|kind| *kind == Kind::Body);
    let first = first.filter(|first| *first < lengths.len());
    let told = || implied(first, &lengths, meta.lead);
    let head = meta.head.unwrap_or_else(told);
    let mut from = 0;
    for (number, bytes) in paragraphs.into_iter().enumerate() {
        let ranked = matches!(meta.kinds.get(number), Some(Kind::Body | Kind::Caption));
        let before = if number == head.0 { head.1 } else { 0 };
        let proper = bytes.start + before;
        // The passages that hold some of a paragraph are neighbours.
        while pieces
            .get(from)
            .is_some_and(|piece| piece.own.end <= bytes.start)
        {
            from += 1;
        }
        for piece in &mut pieces[from..] {
            if piece.own.start >= bytes.end {
                break;
            }
            let part = proper.max(piece.own.start)..bytes.end.min(piece.own.end);
            if ranked && part.start < part.end {
                piece.ranked.push(part);
            }
            if piece.own.end < bytes.end {
                let rest = &body[piece.own.end..bytes.end];
                let tail = units(rest).take(TAIL).last();
                piece.tail_end += tail.map_or(0, |placed| placed.bytes.end);
            }
        }
    }
    pieces
}

/// The lines of a body that are not blank, trimmed.
fn paragraphs(body: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let text = line.trim();
        if !text.is_empty() {
            let start = at + (line.len() - line.trim_start().len());
            found.push(start..start + text.len());
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Draft, Evidence, Found};
    use crate::index::documents::{Spot, documents};
    use crate::index::tests::bare_facts;

    fn article(title: &str, body: &str) -> Article {
        Article::from_draft(Draft {
            title: (!title.is_empty()).then(|| Found {
                value: title.to_owned(),
                from: Evidence::Field,
            }),
            body: body.to_owned(),
            ..Draft::default()
        })
        .expect("an article")
    }

    /// What is read back of an article, passage by passage, is what went in.
    #[test]
    fn passages_come_back_as_they_went_in() {
        let sentence = "县水利局通报水库水位平稳，值班人员全部到岗，险工险段均有人看守。";
        let long = sentence.repeat(30);
        let head = "央视网消息(新闻联播)：";
        let mut headed = 0;
        for (title, body) in [
            ("防汛简报", format!("{head}{long}\n{sentence}\n记者 王小明")),
            (
                "防汛简报",
                format!("\n\n  {sentence}  \n\n\u{3000}{head}{long} \n编辑：李四"),
            ),
            (
                "防汛简报",
                format!("防汛简报\n{head}{sentence}\n\n{long}{long}（完）\n打印本页"),
            ),
            (
                "",
                format!("{sentence}\n{sentence}\n{head}{sentence}\n{long}"),
            ),
            ("", format!("\u{3000}\u{3000}{head}\n{sentence}")),
            ("防汛简报", sentence.to_owned()),
            (
                "防汛简报",
                format!("廖冠华 摄\n{sentence}\n\n\n{head}{long}"),
            ),
        ] {
            let article = article(title, &body);
            let mut meta = bare_facts("n", &article);
            let (_, fields) = Fields::schema();
            let went_in = documents(&fields, &article, &mut meta, Spot::new("a", 1, 1));
            let mut stored = String::new();
            let mut owns = Vec::new();
            for document in &went_in {
                if !owns.is_empty() && !document.text.inside {
                    stored.push('\n');
                }
                let start = stored.len();
                stored += document.text.text();
                owns.push(start..stored.len());
            }
            headed += usize::from(meta.head.is_some());
            let (units, starts) = terms(&stored);
            let unit_at = |byte: usize| starts.partition_point(|start| *start < byte);
            let back = pieces(&stored, owns, &meta);
            assert_eq!(back.len(), went_in.len());
            for (piece, document) in back.iter().zip(&went_in) {
                let ranked = document.text.ranked().skip(1);
                let ranked: Vec<&str> = ranked.map(|(text, _)| text).collect();
                let again: Vec<&str> = piece.ranked.iter().map(|r| &stored[r.clone()]).collect();
                assert_eq!(again, ranked, "{body}");
                let own = unit_at(piece.own.end) - unit_at(piece.own.start);
                assert_eq!(own, document.text.own_units, "{body}");
                let own = unit_at(piece.own.start)..unit_at(piece.tail_end);
                assert_eq!(&units[own], document.text.units()[1], "{body}");
            }
        }
        assert!(headed > 0, "no text has a head that must be told");
    }
}
