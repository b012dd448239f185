//! What of a query was seen in the text of a candidate: counts over the whole
//! and over its stretches, the best sentence, the longest run.
//!
//! A text is walked as it is packed. Most of its tokens hold no character of the
//! query, and of those only the length counts: they are never unpacked.

use tantivy::directory::OwnedBytes;

use crate::chars::{Reader, Unit};
use crate::pack::{Piece, pieces, skip, unpack};
use crate::search::rank::features::{BEGINNING, LEAD, OPENING};
use crate::search::rank::numbered::{NONE, Numbered};
use crate::search::rank::order::Order;

/// The text of a candidate, packed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// The headline; `None` while learning from headlines.
    pub(crate) title: Option<OwnedBytes>,
    /// Where the text proper begins: a byte of the first piece.
    pub(crate) lead: usize,
    /// Passages, and whether a line break stands before each.
    pub(crate) text: Vec<(bool, OwnedBytes)>,
}

impl Said {
    /// What is read of the text, in order: text, then packed bytes.
    fn parts(&self) -> impl Iterator<Item = (String, &[u8])> {
        let mut lead = self.lead;
        self.text.iter().map(move |(is_next, packed)| {
            let lead = std::mem::take(&mut lead);
            match is_next {
                true => ("\n".to_owned(), packed.as_slice()),
                // A text that is shorter is read whole.
                false => skip(packed, lead).unwrap_or((String::new(), packed)),
            }
        })
    }

    /// The text, from where the text proper begins; `None` for damaged bytes.
    pub(crate) fn text(&self) -> Option<String> {
        let mut text = String::new();
        for (begin, packed) in self.parts() {
            text.push_str(&begin);
            unpack(packed, &mut text)?;
        }
        Some(text)
    }
}

/// How often each character and pair of the query stands in a stretch of text.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) chars: Vec<u32>,
    pub(super) bigrams: Vec<u32>,
    /// Units of the stretch.
    pub(super) length: u32,
}

impl Counts {
    fn new(query: &Numbered) -> Counts {
        Counts {
            chars: vec![0; query.chars.all.len()],
            bigrams: vec![0; query.bigrams.all.len()],
            length: 0,
        }
    }

    #[inline]
    fn add(&mut self, id: u16, pair: u16) {
        self.length += 1;
        self.chars[usize::from(id)] += 1;
        if pair != NONE {
            self.bigrams[usize::from(pair)] += 1;
        }
    }

    fn clear(&mut self) {
        self.chars.fill(0);
        self.bigrams.fill(0);
        self.length = 0;
    }
}

/// A set of numbers of the query.
#[derive(Debug)]
struct Seen(Vec<u64>);

impl Seen {
    fn new(size: usize) -> Seen {
        Seen(vec![0; size.div_ceil(64)])
    }

    #[inline]
    fn add(&mut self, id: u16) {
        self.0[usize::from(id) / 64] |= 1 << (id % 64);
    }

    /// The sum of the weights of what was seen, in the order of the query.
    fn sum(&self, weights: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (nth, word) in self.0.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                sum += weights[nth * 64 + left.trailing_zeros() as usize];
                left &= left - 1;
            }
        }
        sum
    }
}

/// The longest run of a part of the query that stands in a text: its length at
/// each place of the query, and the unit of the text at which it was that long.
#[derive(Debug)]
struct Runs {
    row: Vec<(u32, u32)>,
    at: u32,
    best: u32,
}

impl Runs {
    /// A unit that stands at these places of the query; the length of the
    /// longest run that ends with it.
    #[inline]
    fn add(&mut self, places: &[u32]) -> u32 {
        let before = self.at;
        let mut longest = 0;
        self.at = self.at.wrapping_add(1);
        // From the last place on, so that each reads what the unit before left.
        for place in places {
            let place = *place as usize;
            let (at, length) = self.row[place];
            let length = if at == before { length + 1 } else { 1 };
            self.row[place + 1] = (self.at, length);
            longest = longest.max(length);
        }
        self.best = self.best.max(longest);
        longest
    }

    /// A unit that is none of the query's ends every run.
    #[inline]
    fn end(&mut self) {
        self.at = self.at.wrapping_add(1);
    }
}

/// Where what was looked for stands first, in units of the text.
#[derive(Debug)]
pub(super) struct Firsts {
    pub(super) chars: Vec<u32>,
    pub(super) bigrams: Vec<u32>,
}

impl Firsts {
    /// Stands nowhere.
    pub(super) const NOWHERE: u32 = u32::MAX;

    fn new(query: &Numbered) -> Firsts {
        Firsts {
            chars: vec![Firsts::NOWHERE; query.chars.all.len()],
            bigrams: vec![Firsts::NOWHERE; query.bigrams.all.len()],
        }
    }

    fn clear(&mut self) {
        for list in [&mut self.chars, &mut self.bigrams] {
            list.fill(Firsts::NOWHERE);
        }
    }
}

fn note(firsts: &mut [u32], number: u16, at: u32) {
    if let Some(first) = firsts.get_mut(usize::from(number)) {
        *first = (*first).min(at);
    }
}

/// A stretch where the text begins: how much of it was asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Begun {
    /// Units of it.
    pub(super) length: u32,
    /// Its units that weigh in the query, and its bigrams.
    pub(super) chars: u32,
    pub(super) bigrams: u32,
}

impl Begun {
    fn add(&mut self, weighs: bool, pair: u16) {
        self.chars += u32::from(weighs);
        self.bigrams += u32::from(pair != NONE);
    }
}

/// What of a query was seen in the text of a candidate.
#[derive(Debug)]
pub(super) struct Tally {
    /// Title and text.
    pub(super) all: Counts,
    pub(super) title: Counts,
    /// The title and the first characters of the text.
    pub(super) lead: Counts,
    /// The same, and some more.
    pub(super) opening: Counts,
    /// Units of the title that are units of the query.
    pub(super) asked_for: u32,
    /// The longest run in the title, and in all.
    pub(super) title_run: u32,
    pub(super) run: u32,
    /// The best share of any sentence, by weight.
    pub(super) best_chars: f64,
    pub(super) best_bigrams: f64,
    /// Where the text says it first.
    pub(super) firsts: Firsts,
    /// The first sentence of the text, and its first characters.
    pub(super) sentence: Begun,
    pub(super) beginning: Begun,
    /// The longest run in the first sentence.
    pub(super) sentence_run: u32,
    /// Units of the query that one sentence of the text has in its order, at most.
    pub(super) in_order: u32,
    order: Order,
    /// The sentence at hand.
    chars: Seen,
    bigrams: Seen,
    length: u32,
    is_touched: bool,
    /// Sentences of the text that ended, and units that went by.
    sentences: u32,
    body: u32,
    is_body: bool,
    last: u16,
    runs: Runs,
    reader: Reader,
}

impl Tally {
    pub(super) fn new(query: &Numbered) -> Tally {
        Tally {
            all: Counts::new(query),
            title: Counts::new(query),
            lead: Counts::new(query),
            opening: Counts::new(query),
            asked_for: 0,
            title_run: 0,
            run: 0,
            best_chars: 0.0,
            best_bigrams: 0.0,
            firsts: Firsts::new(query),
            sentence: Begun::default(),
            beginning: Begun::default(),
            sentence_run: 0,
            in_order: 0,
            order: Order::new(query),
            chars: Seen::new(query.chars.all.len()),
            bigrams: Seen::new(query.bigrams.all.len()),
            length: 0,
            is_touched: false,
            sentences: 0,
            body: 0,
            is_body: false,
            last: NONE,
            runs: Runs {
                row: vec![(0, 0); query.end as usize + 1],
                // The first unit is the second, so that none follows on nothing.
                at: 1,
                best: 0,
            },
            reader: Reader::default(),
        }
    }

    /// Reads the text of the next candidate; `None` when its bytes are damaged.
    pub(super) fn read(&mut self, query: &Numbered, said: &Said) -> Option<()> {
        self.begin();
        if let Some(title) = &said.title {
            self.packed(query, title)?;
        }
        self.end_title(query);
        for (begin, packed) in said.parts() {
            begin.chars().for_each(|c| self.char(query, c));
            self.packed(query, packed)?;
        }
        self.end(query);
        Some(())
    }

    /// The same, of a text that was never packed: the plain walk.
    #[cfg(test)]
    pub(super) fn read_plain(&mut self, query: &Numbered, title: &str, text: &str) {
        self.begin();
        title.chars().for_each(|c| self.char(query, c));
        self.end_title(query);
        text.chars().for_each(|c| self.char(query, c));
        self.end(query);
    }

    fn begin(&mut self) {
        for counts in [
            &mut self.all,
            &mut self.title,
            &mut self.lead,
            &mut self.opening,
        ] {
            counts.clear();
        }
        (self.asked_for, self.sentences, self.body) = (0, 0, 0);
        (self.best_chars, self.best_bigrams) = (0.0, 0.0);
        (self.sentence, self.beginning) = (Begun::default(), Begun::default());
        self.sentence_run = 0;
        self.firsts.clear();
        self.in_order = 0;
        self.runs.best = 0;
        self.begin_text(false);
    }

    fn begin_text(&mut self, is_body: bool) {
        self.is_body = is_body;
        self.reader = Reader::default();
        self.last = NONE;
        self.runs.end();
    }

    fn end_title(&mut self, query: &Numbered) {
        if self.length > 0 {
            self.close(query);
        }
        self.title_run = self.runs.best;
        self.begin_text(true);
    }

    fn end(&mut self, query: &Numbered) {
        if self.length > 0 {
            self.close(query);
        }
        self.run = self.runs.best;
        self.beginning.length = self.body.min(BEGINNING);
    }

    fn packed(&mut self, query: &Numbered, packed: &[u8]) -> Option<()> {
        // Units that say nothing, until one is met that does.
        let mut foreign = 0;
        for piece in pieces(packed) {
            let piece = piece?;
            if let Piece::Token(code) = piece {
                let units = query.foreign(code);
                foreign += units;
                if units > 0 {
                    continue;
                }
            }
            self.pass_all(std::mem::take(&mut foreign));
            for c in piece.text(&mut [0; 4]).chars() {
                self.char(query, c);
            }
        }
        self.pass_all(foreign);
        Some(())
    }

    /// Units of tokens that say nothing of the query, if there are any.
    #[inline]
    fn pass_all(&mut self, units: u32) {
        if units > 0 {
            self.reader.pass();
            self.pass(units);
        }
    }

    #[inline]
    fn char(&mut self, query: &Numbered, c: char) {
        let Some(unit) = self.reader.read(c) else {
            return;
        };
        match query.id(unit) {
            NONE => self.pass(1),
            id => self.unit(query, id),
        }
        if ends_sentence(unit, c) {
            self.close(query);
        }
    }

    /// Units that are none of the query's and end no sentence.
    #[inline]
    fn pass(&mut self, units: u32) {
        if self.is_body {
            self.lead.length += units.min(LEAD.saturating_sub(self.body));
            self.opening.length += units.min(OPENING.saturating_sub(self.body));
            self.body += units;
        } else {
            self.title.length += units;
            self.lead.length += units;
            self.opening.length += units;
        }
        self.length += units;
        self.last = NONE;
        self.runs.end();
    }

    /// A unit of the query.
    fn unit(&mut self, query: &Numbered, id: u16) {
        let pair = query.pair(self.last, id);
        self.last = id;
        self.all.add(id, pair);
        if !self.is_body {
            self.title.add(id, pair);
            self.asked_for += 1;
        }
        if self.body < LEAD {
            self.lead.add(id, pair);
        }
        if self.body < OPENING {
            self.opening.add(id, pair);
        }
        let longest = self.runs.add(query.places(id));
        if self.is_body {
            self.first(query, id, pair, longest);
            self.body += 1;
        }
        self.chars.add(id);
        if pair != NONE {
            self.bigrams.add(pair);
        }
        self.length += 1;
        self.is_touched = true;
    }

    /// A unit of the query in the text: where it stands first, what it begins.
    fn first(&mut self, query: &Numbered, id: u16, pair: u16, longest: u32) {
        let at = self.body;
        note(&mut self.firsts.chars, id, at);
        note(&mut self.firsts.bigrams, pair, at);
        self.order.add(id);
        let weighs = query.chars.all[usize::from(id)] > 0.0;
        if at < BEGINNING {
            self.beginning.add(weighs, pair);
        }
        if self.sentences == 0 {
            self.sentence.add(weighs, pair);
            self.sentence_run = self.sentence_run.max(longest);
        }
    }

    /// Ends the sentence at hand.
    fn close(&mut self, query: &Numbered) {
        if self.is_touched {
            let chars = share(self.chars.sum(&query.chars.all), query.chars.total);
            let bigrams = share(self.bigrams.sum(&query.bigrams.all), query.bigrams.total);
            self.best_chars = self.best_chars.max(chars);
            self.best_bigrams = self.best_bigrams.max(bigrams);
            self.chars.0.fill(0);
            self.bigrams.0.fill(0);
            if self.is_body {
                self.in_order = self.in_order.max(self.order.end());
            }
            self.is_touched = false;
        }
        if self.is_body {
            if self.sentences == 0 {
                self.sentence.length = self.length;
            }
            self.sentences += 1;
        }
        self.length = 0;
    }
}

/// A part of the weight.
pub(super) fn share(part: f64, total: f64) -> f64 {
    if total > 0.0 { part / total } else { 0.0 }
}

/// `mark` is the first of a run of punctuation.
fn ends_sentence(unit: Unit, mark: char) -> bool {
    match unit {
        Unit::Break => true,
        Unit::Stop => matches!(mark, '。' | '！' | '？' | '!' | '?' | '；' | ';' | '…'),
        Unit::Char(_) => false,
    }
}
