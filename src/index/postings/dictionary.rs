//! The terms of a field in pieces, each a dictionary of tantivy's: who looks for a
//! few terms reads the pieces they are in, and not the words of a whole archive.
//!
//! ```text
//! pieces  one dictionary after the other, terms in order of their bytes
//! index   for each piece: its bytes, the number of its terms, the length of its
//!         first term (three u32), and that term
//! ```

use std::io;
use std::sync::{Arc, OnceLock};

use tantivy::HasLen;
use tantivy::directory::FileSlice;
use tantivy::postings::TermInfo;
use tantivy::termdict::{TermDictionary, TermDictionaryBuilder, TermStreamer};

/// Terms of a piece: with what it says of them some 10 KB, less than what is
/// verified in one go.
const PIECE: usize = 1024;
/// Bytes that tantivy ends a dictionary with.
const END: usize = 12;

/// Makes both parts.
pub(super) struct DictionaryWriter {
    pieces: Vec<u8>,
    index: Vec<u8>,
    open: Option<Open>,
}

/// The piece at hand.
struct Open {
    builder: TermDictionaryBuilder<Vec<u8>>,
    first: Vec<u8>,
    terms: usize,
}

impl DictionaryWriter {
    pub(super) fn new() -> DictionaryWriter {
        DictionaryWriter {
            pieces: Vec::new(),
            index: Vec::new(),
            open: None,
        }
    }

    /// Adds a term; terms come in order of their bytes.
    pub(super) fn insert(&mut self, term: &[u8], info: &TermInfo) -> io::Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Open {
                builder: TermDictionaryBuilder::create(Vec::new())?,
                first: term.to_vec(),
                terms: 0,
            },
        };
        open.builder.insert(term, info)?;
        open.terms += 1;
        if open.terms == PIECE {
            self.end(open)
        } else {
            self.open = Some(open);
            Ok(())
        }
    }

    fn end(&mut self, open: Open) -> io::Result<()> {
        let piece = open.builder.finish()?;
        for number in [piece.len(), open.terms, open.first.len()] {
            self.index.extend((number as u32).to_le_bytes());
        }
        self.index.extend(&open.first);
        self.pieces.extend(piece);
        Ok(())
    }

    /// The pieces, and their index.
    pub(super) fn finish(mut self) -> io::Result<(Vec<u8>, Vec<u8>)> {
        if let Some(open) = self.open.take() {
            self.end(open)?;
        }
        Ok((self.pieces, self.index))
    }
}

/// The terms of a field. A piece is read when it is first asked for, and stays.
pub struct Dictionary {
    pieces: Vec<Piece>,
}

struct Piece {
    first: Box<[u8]>,
    terms: usize,
    file: FileSlice,
    open: OnceLock<TermDictionary>,
}

impl Piece {
    fn open(&self) -> io::Result<&TermDictionary> {
        if let Some(open) = self.open.get() {
            return Ok(open);
        }
        // In one go, whatever parts tantivy reads of it.
        let open = TermDictionary::open(FileSlice::new(Arc::new(self.file.read_bytes()?)))?;
        Ok(self.open.get_or_init(|| open))
    }
}

impl Dictionary {
    /// `None` when the index is none.
    pub(super) fn open(pieces: FileSlice, index: &[u8]) -> Option<Dictionary> {
        let mut all: Vec<Piece> = Vec::new();
        let (mut start, mut rest) = (0usize, index);
        while !rest.is_empty() {
            let (head, tail) = rest.split_at_checked(12)?;
            let number = |at: usize| {
                let bytes = head.get(at..at + 4)?.try_into().ok()?;
                usize::try_from(u32::from_le_bytes(bytes)).ok()
            };
            let end = start.checked_add(number(0)?)?;
            let (first, tail) = tail.split_at_checked(number(8)?)?;
            if end > pieces.len() || end - start < END {
                return None;
            }
            all.push(Piece {
                first: first.into(),
                terms: number(4)?,
                file: pieces.slice(start..end),
                open: OnceLock::new(),
            });
            (start, rest) = (end, tail);
        }
        (start == pieces.len()).then_some(Dictionary { pieces: all })
    }

    /// Number of terms.
    pub fn num_terms(&self) -> usize {
        self.pieces.iter().map(|piece| piece.terms).sum()
    }

    /// What is known of a term.
    ///
    /// # Errors
    /// When a piece cannot be read.
    pub fn get(&self, term: &[u8]) -> io::Result<Option<TermInfo>> {
        match self.pieces.get(self.piece_of(term)) {
            Some(piece) => piece.open()?.get(term),
            None => Ok(None),
        }
    }

    /// The piece in which a term is, if it is anywhere.
    fn piece_of(&self, term: &[u8]) -> usize {
        let after = self.pieces.partition_point(|piece| *piece.first <= *term);
        after.saturating_sub(1)
    }

    /// The terms from one on, which need not be there.
    pub fn from(&self, term: &[u8]) -> Terms<'_> {
        Terms {
            pieces: self.pieces.get(self.piece_of(term)..).unwrap_or_default(),
            from: term.to_vec(),
            stream: None,
        }
    }
}

/// Walks over terms in order of their bytes.
pub struct Terms<'a> {
    /// Pieces that were not begun.
    pieces: &'a [Piece],
    /// Where the first of them is begun.
    from: Vec<u8>,
    stream: Option<TermStreamer<'a>>,
}

impl Terms<'_> {
    /// The next term and what is known of it; `None` at the end.
    ///
    /// # Errors
    /// When a piece cannot be read.
    pub fn next(&mut self) -> io::Result<Option<(&[u8], &TermInfo)>> {
        loop {
            if let Some(stream) = &mut self.stream
                && stream.advance()
            {
                break;
            }
            let Some((piece, rest)) = self.pieces.split_first() else {
                self.stream = None;
                return Ok(None);
            };
            self.pieces = rest;
            let all = piece.open()?.range().ge(std::mem::take(&mut self.from));
            self.stream = Some(all.into_stream()?);
        }
        Ok(self.now())
    }

    /// The term that [`Terms::next`] came to last; `None` before the first one and at
    /// the end.
    pub fn now(&self) -> Option<(&[u8], &TermInfo)> {
        let stream = self.stream.as_ref()?;
        Some((stream.key(), stream.value()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn dictionary(terms: &BTreeMap<String, u32>) -> Dictionary {
        let mut writer = DictionaryWriter::new();
        for (term, doc_freq) in terms {
            let info = TermInfo {
                doc_freq: *doc_freq,
                postings_range: 0..*doc_freq as usize,
                positions_range: 0..0,
            };
            writer.insert(term.as_bytes(), &info).unwrap();
        }
        let (pieces, index) = writer.finish().unwrap();
        Dictionary::open(FileSlice::from(pieces), &index).unwrap()
    }

    /// More terms than two pieces hold.
    fn many() -> BTreeMap<String, u32> {
        (0..PIECE as u32 * 2 + 9)
            .map(|number| (format!("{:06}", number * 3), number + 1))
            .collect()
    }

    fn walked(dictionary: &Dictionary, from: &str) -> Vec<(String, u32)> {
        let mut terms = dictionary.from(from.as_bytes());
        let mut all = Vec::new();
        while let Some((term, info)) = terms.next().unwrap() {
            all.push((String::from_utf8(term.to_vec()).unwrap(), info.doc_freq));
        }
        assert!(terms.now().is_none());
        all
    }

    #[test]
    fn pieces_are_one_dictionary() {
        let terms = many();
        let dictionary = dictionary(&terms);
        assert_eq!(dictionary.pieces.len(), 3);
        assert_eq!(dictionary.num_terms(), terms.len());
        for (term, doc_freq) in &terms {
            let info = dictionary.get(term.as_bytes()).unwrap().unwrap();
            assert_eq!(info.doc_freq, *doc_freq, "{term}");
            assert!(
                dictionary
                    .get(format!("{term}0").as_bytes())
                    .unwrap()
                    .is_none()
            );
        }
        for absent in ["", "00000", "9"] {
            assert!(
                dictionary.get(absent.as_bytes()).unwrap().is_none(),
                "{absent}"
            );
        }
    }

    #[test]
    fn a_term_is_read_with_its_piece_alone() {
        let dictionary = dictionary(&many());
        dictionary.get(b"000003").unwrap();
        let read = dictionary
            .pieces
            .iter()
            .map(|piece| piece.open.get().is_some());
        assert_eq!(read.collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn a_walk_begins_anywhere() {
        let terms = many();
        let dictionary = dictionary(&terms);
        for from in ["", "000000", "003071", "003072", "003073", "006144", "9"] {
            let want = terms.range(from.to_owned()..).map(|(a, b)| (a.clone(), *b));
            assert_eq!(
                walked(&dictionary, from),
                want.collect::<Vec<_>>(),
                "{from}"
            );
        }
    }

    #[test]
    fn nothing_is_a_dictionary_too() {
        let none = dictionary(&BTreeMap::new());
        assert_eq!(none.num_terms(), 0);
        assert!(none.get("甲".as_bytes()).unwrap().is_none());
        assert_eq!(walked(&none, ""), []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_panic(index in proptest::collection::vec(any::<u8>(), 0..60)) {
            let dictionary = Dictionary::open(FileSlice::from(vec![7u8; 40]), &index);
            prop_assert!(dictionary.is_none_or(|all| !all.pieces.is_empty()));
        }
    }
}
