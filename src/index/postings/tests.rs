//! What is written is read again, whatever the numbers; what was never
//! written does no harm.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use tantivy::directory::{FileSlice, RamDirectory};
use tantivy::{Directory, DocId, DocSet, TERMINATED};

use crate::index::postings::build::Lists;
use crate::index::postings::terms::Terms;
use crate::index::postings::write::{FOOTER, FileWriter, length_code};

/// For each term its documents with their positions.
pub(crate) type Model = BTreeMap<String, BTreeMap<DocId, Vec<u32>>>;

/// A field as its file holds it: through the lists in memory, as a segment does.
pub(super) fn file(model: &Model, documents: u32, positions: bool) -> FileSlice {
    let mut lists = Lists::new();
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    for doc in 0..documents {
        for (term, list) in model {
            let Some(places) = list.get(&doc) else {
                continue;
            };
            let number = *numbers.entry(term).or_insert_with(|| lists.begin());
            if !positions {
                lists.frequency(number, doc, places.len() as u32);
                continue;
            }
            for position in places {
                lists.position(number, doc, *position);
            }
        }
    }
    let directory = RamDirectory::create();
    let path = Path::new("field");
    let mut out = FileWriter::new(directory.open_write(path).unwrap(), positions).unwrap();
    let mut room = Vec::new();
    for (term, number) in numbers {
        if positions {
            lists.write_positions(number, &mut room, out.list());
        } else {
            lists.write_frequencies(number, &mut room, out.list());
        }
        out.end(term.as_bytes()).unwrap();
    }
    out.close(&vec![length_code(7); documents as usize])
        .unwrap();
    directory.open_read(path).unwrap()
}

/// Terms with how often they stand where.
pub(crate) fn terms_of(model: &Model, documents: u32) -> Terms {
    Terms::open(file(model, documents, false), false).unwrap()
}

fn model() -> impl Strategy<Value = (Model, u32)> {
    // Dense lists fill blocks, sparse ones leave wide gaps.
    let list = prop_oneof![
        proptest::collection::btree_map(0u32..700, gaps(), 0..400),
        proptest::collection::btree_map(0u32..700, gaps(), 0..4),
    ];
    proptest::collection::btree_map("[甲乙丙丁a-c]{1,3}", list, 0..6).prop_map(|mut model| {
        model.retain(|_, list| !list.is_empty());
        (model, 700)
    })
}

/// Positions: sorted, none twice.
pub(super) fn gaps() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::btree_set(0u32..5000, 1..5).prop_map(|set| set.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_written_is_read((model, documents) in model(), positions: bool) {
        let terms = Terms::open(file(&model, documents, positions), positions).unwrap();
        prop_assert_eq!(terms.dictionary().num_terms(), model.len());
        prop_assert_eq!(terms.lengths().read().unwrap().of(documents - 1), 7);
        prop_assert_eq!(terms.total(), u64::from(documents) * 7);
        prop_assert_eq!(terms.lengths().read().unwrap().of(documents), 0);
        for (term, list) in &model {
            let mut postings = terms.postings(term).unwrap().unwrap();
            prop_assert_eq!(postings.doc_freq() as usize, list.len());
            let mut found = Vec::new();
            for (doc, places) in list {
                prop_assert_eq!(postings.doc(), *doc);
                prop_assert_eq!(postings.term_freq() as usize, places.len());
                postings.positions(&mut found);
                prop_assert_eq!(&found, if positions { places } else { &[][..] });
                postings.advance();
            }
            prop_assert_eq!(postings.doc(), TERMINATED);
            prop_assert_eq!(postings.advance(), TERMINATED);
        }
        prop_assert!(terms.postings("没有").unwrap().is_none());
    }

    #[test]
    fn seeking_is_stepping(
        (model, documents) in model(),
        steps in proptest::collection::vec(0u32..200, 1..20),
    ) {
        let terms = Terms::open(file(&model, documents, true), true).unwrap();
        for (term, list) in &model {
            let mut postings = terms.postings(term).unwrap().unwrap();
            let mut target = 0;
            for step in &steps {
                target += step;
                let want = list.range(target..).next();
                prop_assert_eq!(postings.seek(target), want.map_or(TERMINATED, |(doc, _)| *doc));
                if let Some((_, places)) = want {
                    let mut found = Vec::new();
                    postings.positions(&mut found);
                    prop_assert_eq!(&found, places);
                }
            }
        }
    }

    #[test]
    fn stretches_follow_one_another(
        (model, documents) in model(),
        steps in proptest::collection::vec(0u32..300, 1..20),
    ) {
        let terms = Terms::open(file(&model, documents, false), false).unwrap();
        for (term, list) in &model {
            let mut postings = terms.postings(term).unwrap().unwrap();
            let (mut end, mut found) = (0, Vec::new());
            for step in &steps {
                end += step;
                postings.each_before(end, |doc| found.push(doc));
                let want: Vec<DocId> = list.range(..end).map(|(doc, _)| *doc).collect();
                prop_assert_eq!(&found, &want);
                let next = list.range(end..).next();
                prop_assert_eq!(postings.doc(), next.map_or(TERMINATED, |(doc, _)| *doc));
            }
        }
    }

    #[test]
    fn damaged_bytes_are_no_panic(
        (model, documents) in model(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        whole: bool,
    ) {
        let bytes = file(&model, documents, true).read_bytes().unwrap();
        let footer = &bytes[bytes.len() - FOOTER..];
        let lists = u64::from_le_bytes(footer[..8].try_into().unwrap());
        let mut bytes = bytes.to_vec();
        if whole {
            // The dictionary is tantivy's, and trusts its checksum; the rest is ours.
            for (at, byte) in damage {
                if lists > 0 {
                    bytes[at.index(lists as usize)] = byte;
                }
            }
        } else {
            bytes.truncate(cut.index(bytes.len()));
        }
        let Ok(terms) = Terms::open(FileSlice::from(bytes), true) else {
            return Ok(());
        };
        for term in model.keys() {
            let Ok(Some(mut postings)) = terms.postings(term) else {
                continue;
            };
            let mut found = Vec::new();
            let mut steps = 0;
            while postings.doc() != TERMINATED && steps < 5000 {
                postings.positions(&mut found);
                let _ = postings.term_freq();
                postings.advance();
                steps += 1;
            }
            prop_assert!(steps < 5000);
        }
    }
}
