//! Postings of several segments become those of one.

use tantivy::plugin::PluginMergeContext;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use crate::index::postings::component;
use crate::index::postings::terms::Terms;
use crate::index::postings::write::{FileWriter, failed};

/// Stands for a document that was deleted.
const GONE: DocId = DocId::MAX;

/// The new number of every document, by segment. Segments are stacked in their
/// order, deleted documents left out: the order of an index that is not sorted.
pub(crate) fn new_numbers(readers: &[SegmentReader]) -> Vec<Vec<DocId>> {
    let mut next = 0;
    readers
        .iter()
        .map(|reader| {
            (0..reader.max_doc())
                .map(|doc| {
                    if reader.is_deleted(doc) {
                        return GONE;
                    }
                    next += 1;
                    next - 1
                })
                .collect()
        })
        .collect()
}

/// Checks that documents keep their order when they are merged, as [`new_numbers`]
/// supposes.
pub(crate) fn check_order(context: &PluginMergeContext<'_>) -> tantivy::Result<()> {
    use tantivy::indexer::doc_id_mapping::MappingType;
    keeps_order(match context.doc_id_mapping.mapping_type() {
        MappingType::Stacked | MappingType::StackedWithDeletes => true,
        MappingType::Shuffled => false,
    })
}

/// Refuses documents that do not keep their order.
pub(crate) fn keeps_order(kept: bool) -> tantivy::Result<()> {
    match kept {
        true => Ok(()),
        false => Err(failed("documents of an index of jianbao keep their order")),
    }
}

/// Merges the files with one ending.
pub(super) fn merge(
    context: &PluginMergeContext<'_>,
    ending: &str,
    positions: bool,
) -> tantivy::Result<()> {
    check_order(context)?;
    let numbers = new_numbers(context.readers);
    let mut fields = Vec::new();
    for reader in context.readers {
        let file = reader.open_read(component(ending))?;
        fields.push(Terms::open(file, positions).map_err(|error| failed(&format!("{error:#}")))?);
    }
    let segment = context.target_segment.clone();
    let mut out = FileWriter::new(segment.open_write(component(ending))?, positions)?;
    let mut streams = Vec::new();
    for field in &fields {
        let mut stream = field.dictionary().from(&[]);
        stream.next()?;
        streams.push(stream);
    }
    let mut places = Vec::new();
    let mut term: Vec<u8> = Vec::new();
    loop {
        // The segments are few: the least of their terms is looked for.
        let terms = streams.iter().filter_map(|stream| stream.now());
        let Some((least, _)) = terms.min_by_key(|(term, _)| *term) else {
            break;
        };
        term.clear();
        term.extend(least);
        for ((field, numbers), stream) in fields.iter().zip(&numbers).zip(&mut streams) {
            let Some((_, info)) = stream.now().filter(|(now, _)| **now == *term) else {
                continue;
            };
            let mut list = field
                .list(info)
                .map_err(|error| failed(&format!("{error:#}")))?;
            stream.next()?;
            let mut doc = list.doc();
            while doc != TERMINATED {
                let number = numbers.get(doc as usize).copied().unwrap_or(GONE);
                if number != GONE {
                    out.list().document(number, list.term_freq());
                    if positions {
                        list.positions(&mut places);
                        let mut before = 0;
                        for place in &places {
                            out.list().position(place - before);
                            before = *place;
                        }
                    }
                }
                doc = list.advance();
            }
        }
        out.end(&term)?;
    }
    let mut lengths = Vec::new();
    for (field, numbers) in fields.iter().zip(&numbers) {
        let codes = field
            .lengths()
            .read()
            .map_err(|error| failed(&format!("{error:#}")))?;
        let codes = codes.bytes().iter().zip(numbers);
        lengths.extend(
            codes
                .filter(|(_, number)| **number != GONE)
                .map(|(code, _)| *code),
        );
    }
    out.close(&lengths)?;
    Ok(())
}
