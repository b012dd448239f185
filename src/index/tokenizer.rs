//! From text to terms, the same for the index, the query and the highlights.

use std::sync::{Arc, Condvar, LazyLock, Mutex, PoisonError};

use tantivy::tokenizer::{RawTokenizer, Token, TokenStream, Tokenizer, TokenizerManager};

use crate::chars::{Unit, Units, units};
use crate::fold::fold;
use crate::segment::Segmenter;

/// Name of the tokenizer of single characters.
pub const CHARS: &str = "jianbao-chars";
/// Name of the tokenizer of words.
pub const WORDS: &str = "jianbao-words";
/// The term of a run of punctuation. No folded character is a comma, for a
/// comma is punctuation itself.
pub const STOP: &str = ",";

/// A segmenter that is loaded when the first word is asked for.
pub type LazySegmenter = LazyLock<Segmenter, Box<dyn FnOnce() -> Segmenter + Send + Sync>>;

/// Both tokenizers, by name.
pub(crate) fn manager(segmenter: Arc<LazySegmenter>, gate: Arc<Gate>) -> TokenizerManager {
    let manager = TokenizerManager::new();
    // tantivy looks this one up for every field that is not text.
    manager.register("default", RawTokenizer::default());
    manager.register(CHARS, CharTokenizer { gate });
    manager.register(WORDS, WordTokenizer { segmenter });
    manager
}

/// Counts the bytes that wait in the writer's queue, so that `--memory` holds
/// whatever the length of the articles: the queue itself counts documents only.
///
/// The writer takes a document when it asks for its characters, so that is
/// where its bytes are given back.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    waiting: Mutex<usize>,
    changed: Condvar,
}

impl Gate {
    /// Waits until fewer than `limit` bytes are under way, then adds these.
    /// Gives up after `patience`, for a writer that has died takes nothing
    /// more: the caller learns of it from the next call to the writer.
    pub(crate) fn enter(&self, bytes: usize, limit: usize, patience: std::time::Duration) {
        let guard = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut guard, _) = self
            .changed
            .wait_timeout_while(guard, patience, |waiting| {
                *waiting > 0 && *waiting + bytes > limit
            })
            .unwrap_or_else(PoisonError::into_inner);
        *guard += bytes;
    }

    fn leave(&self, bytes: usize) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = waiting.saturating_sub(bytes);
        self.changed.notify_one();
    }
}

/// One token for each unit of [`crate::chars`]; a line break leaves a gap that
/// no phrase crosses.
#[derive(Clone)]
struct CharTokenizer {
    gate: Arc<Gate>,
}

impl Tokenizer for CharTokenizer {
    type TokenStream<'a> = CharStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> CharStream<'a> {
        self.gate.leave(text.len());
        CharStream {
            units: units(text),
            next: 0,
            token: Token::default(),
        }
    }
}

struct CharStream<'a> {
    units: Units<'a>,
    next: usize,
    token: Token,
}

impl TokenStream for CharStream<'_> {
    fn advance(&mut self) -> bool {
        for placed in self.units.by_ref() {
            let position = self.next;
            self.next += 1;
            self.token.text.clear();
            match placed.unit {
                Unit::Break => continue,
                Unit::Stop => self.token.text.push_str(STOP),
                Unit::Char(c) => self.token.text.push(c),
            }
            self.token.position = position;
            self.token.offset_from = placed.bytes.start;
            self.token.offset_to = placed.bytes.end;
            return true;
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Words of search mode. Positions are not kept.
#[derive(Clone)]
struct WordTokenizer {
    segmenter: Arc<LazySegmenter>,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream {
        let folded: String = text.chars().map(fold).collect();
        let mut words = Vec::new();
        self.segmenter
            .each(&folded, |_, bytes| words.push((bytes.start, bytes.end)));
        WordStream {
            folded,
            words,
            next: 0,
            token: Token::default(),
        }
    }
}

struct WordStream {
    folded: String,
    words: Vec<(usize, usize)>,
    next: usize,
    token: Token,
}

impl TokenStream for WordStream {
    fn advance(&mut self) -> bool {
        let Some(&(start, end)) = self.words.get(self.next) else {
            return false;
        };
        self.token.text.clear();
        self.token.text.push_str(&self.folded[start..end]);
        self.token.position = self.next;
        self.token.offset_from = start;
        self.token.offset_to = end;
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
