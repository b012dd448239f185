//! What is known of the documents of a segment, as columns. A column is read when it is first
//! asked for, and once.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::Result;
use foldhash::fast::FixedState;
use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

use crate::index::texts::Texts;
use crate::index::twins::Signature;

/// The columns that were read so far.
#[derive(Default)]
pub(crate) struct Columns {
    source: OnceLock<Option<StrColumn>>,
    days: OnceLock<Vec<u32>>,
    titles: OnceLock<Vec<u16>>,
    /// Signatures of articles that were looked at, by their first passage.
    signatures: Mutex<HashMap<DocId, Signature, FixedState>>,
}

impl Columns {
    pub(crate) fn source(&self, reader: &SegmentReader) -> Result<Option<&StrColumn>> {
        if let Some(column) = self.source.get() {
            return Ok(column.as_ref());
        }
        let column = reader.fast_fields().str("source")?;
        Ok(self.source.get_or_init(|| column).as_ref())
    }

    pub(crate) fn days(&self, texts: &Texts, documents: DocId) -> Result<&[u32]> {
        if let Some(days) = self.days.get() {
            return Ok(days);
        }
        let mut articles = texts.days()?.into_iter();
        let mut day = 0;
        let days = (0..documents).map(|doc| {
            if texts.runs().articles.has(doc) {
                day = articles.next().unwrap_or(0) as u32;
            }
            day
        });
        let days = days.collect();
        Ok(self.days.get_or_init(|| days))
    }

    pub(crate) fn titles(&self, texts: &Texts, documents: DocId) -> Result<&[u16]> {
        if let Some(titles) = self.titles.get() {
            return Ok(titles);
        }
        let mut articles = texts.titles()?.into_iter();
        let titles = (0..documents).map(|doc| match texts.runs().articles.has(doc) {
            true => u16::try_from(articles.next().unwrap_or(0)).unwrap_or(u16::MAX),
            false => 0,
        });
        let titles = titles.collect();
        Ok(self.titles.get_or_init(|| titles))
    }

    pub(crate) fn signature(&self, texts: &Texts, article: DocId) -> Result<Signature> {
        let known = || {
            self.signatures
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(signature) = known().get(&article) {
            return Ok(*signature);
        }
        let signature = texts.signature(article)?;
        known().insert(article, signature);
        Ok(signature)
    }
}
