//! The reader: signs from left to right, brackets by bounded recursion.

mod joint;
mod leaf;

use super::chars::{self, Operator, Sign, half, signs};
use super::sequence::{Group, Sequence, any};
use super::{MAX_BYTES, MAX_DEPTH, MAX_PARTS, Note, Parsed, Query};

/// As many notes as anyone reads.
const MAX_NOTES: usize = 16;

struct Reader {
    signs: Vec<Sign>,
    /// The signs in half-width form.
    halves: Vec<char>,
    /// For each place, the next closing mark from there on.
    next_double: Vec<Option<usize>>,
    next_single: Vec<Option<usize>>,
    next_corner: Vec<Option<usize>>,
    /// For each opening bracket that closes before the next blank, where.
    closes: Vec<Option<usize>>,
    /// For each place, whether what an operator takes begins there: see `joint`.
    takes: Vec<bool>,
    at: usize,
    /// Where an operator may stand without a blank before it.
    joint: Option<usize>,
    depth: usize,
    /// Opening brackets ignored for depth, whose other halves are to come.
    ignored: usize,
    parts: usize,
    in_field: bool,
    notes: Vec<Note>,
}

/// See [`super::parse`].
pub(crate) fn read(input: &str) -> Parsed {
    let mut cut = input.len().min(MAX_BYTES);
    while !input.is_char_boundary(cut) {
        cut -= 1;
    }
    let signs = signs(input.get(..cut).unwrap_or_default());
    let next = |test: fn(char) -> bool| next_of(&signs, test);
    let mut reader = Reader {
        halves: signs.iter().map(|s| half(s.c)).collect(),
        next_double: next(chars::is_double_quote),
        next_single: next(chars::is_single_quote),
        next_corner: next(chars::is_corner_close),
        closes: closes(&signs),
        takes: Vec::new(),
        signs,
        at: 0,
        joint: None,
        depth: 0,
        ignored: 0,
        parts: 0,
        in_field: false,
        notes: Vec::new(),
    };
    if cut < input.len() {
        reader.note(Note::TooLong);
    }
    reader.find_terms();
    let group = reader.sequence(false);
    let query = match group {
        Group {
            find: None,
            without,
        } if !without.is_empty() => {
            reader.note(Note::OnlyExclusion);
            Some(any(without))
        }
        group => group.into_query(),
    };
    if query.is_none() {
        reader.note(Note::Nothing);
    }
    Parsed {
        query: query.map(|query| as_said(query, false)),
        notes: reader.notes,
    }
}

impl Reader {
    fn note(&mut self, note: Note) {
        if self.notes.len() < MAX_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The sign at `i`, unless it is literal or there is none.
    fn syntax(&self, i: usize) -> Option<char> {
        self.signs.get(i).filter(|s| !s.literal).map(|s| s.c)
    }

    fn is(&self, i: usize, test: fn(char) -> bool) -> bool {
        self.syntax(i).is_some_and(test)
    }

    fn is_blank(&self, i: usize) -> bool {
        self.signs.get(i).is_some_and(|s| s.c.is_whitespace())
    }

    fn is_end(&self, i: usize) -> bool {
        i >= self.signs.len()
    }

    fn skip_blanks(&mut self) {
        while self.is_blank(self.at) {
            self.at += 1;
        }
    }

    fn text(&self, from: usize, to: usize) -> String {
        self.signs
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|s| s.c)
            .collect()
    }

    /// Everything up to the closing bracket or the end.
    fn sequence(&mut self, inside: bool) -> Group {
        let mut sequence = Sequence::default();
        let mut denials: Vec<String> = Vec::new();
        loop {
            self.skip_blanks();
            if self.is_end(self.at) {
                if inside {
                    self.note(Note::LoneBracket);
                }
                break;
            }
            if self.is(self.at, chars::is_close) {
                self.at += 1;
                if self.ignored > 0 {
                    self.ignored -= 1;
                } else if inside {
                    break;
                } else {
                    self.note(Note::LoneBracket);
                }
                continue;
            }
            if let Some((operator, end)) = self.operator() {
                let word = self.text(self.at, end);
                self.at = end;
                self.joint = Some(end);
                match operator {
                    Operator::Not => denials.push(word),
                    join => {
                        for lone in denials.drain(..) {
                            self.lone(&mut sequence, lone);
                        }
                        if !sequence.has_left() {
                            self.lone(&mut sequence, word);
                        } else if let Some(lone) = sequence.join(join, word) {
                            self.lone(&mut sequence, lone);
                        }
                    }
                }
                continue;
            }
            let group = self.operand();
            if group.is_empty() {
                continue;
            }
            sequence.push(if denials.len() % 2 == 1 {
                group.denied()
            } else {
                group
            });
            denials.clear();
        }
        for lone in sequence.take_waiting().into_iter().chain(denials) {
            self.lone(&mut sequence, lone);
        }
        let (group, odd) = sequence.finish();
        if odd {
            self.note(Note::ExclusionInOr);
        }
        group
    }

    /// An operator that joins nothing is text, if it has any.
    fn lone(&mut self, sequence: &mut Sequence, word: String) {
        self.note(Note::LoneOperator(word.clone()));
        if chars::is_searchable(&word)
            && let Some(text) = self.part(Query::Words(word), 1)
        {
            sequence.push_text(text);
        }
    }

    /// A leaf, if there is still room.
    fn part(&mut self, query: Query, parts: usize) -> Option<Query> {
        if self.parts + parts > MAX_PARTS {
            self.note(Note::TooManyParts);
            return None;
        }
        self.parts += parts;
        Some(query)
    }

    fn leaf(&mut self, query: Query) -> Group {
        self.part(query, 1).map(Group::of).unwrap_or_default()
    }

    /// An operator that stands alone at `at`, and where it ends. A bracket sets
    /// it apart as a blank does, and so do quotations that are whole terms, but
    /// `非（公有制）经济` is text.
    fn operator(&self) -> Option<(Operator, usize)> {
        let before = self.at.checked_sub(1);
        let is_before = |test: fn(char) -> bool| before.is_some_and(|i| self.is(i, test));
        let after_bracket = is_before(chars::is_open) || is_before(chars::is_close);
        let after_blank = before.is_some_and(|i| self.is_blank(i));
        let after_term = self.joint == Some(self.at);
        if !(before.is_none() || after_blank || after_bracket || after_term) {
            return None;
        }
        let behind_something = after_term || after_blank || is_before(chars::is_close);
        self.operators_at(self.at).find(|(_, end)| {
            self.is_end(*end)
                || self.is_blank(*end)
                || self.is(*end, chars::is_close)
                || self.is(*end, chars::is_open)
                    && (after_bracket || after_term || self.opens_group(*end))
                || behind_something && self.takes(*end)
        })
    }

    /// Where `word` ends if it stands at `at`, in either width.
    fn spells(&self, at: usize, word: &str) -> Option<usize> {
        let mut end = at;
        for c in word.chars() {
            if self.halves.get(end) != Some(&c) || self.syntax(end).is_none() {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    /// Whether the bracket at `i`, which touches the text before it, opens a
    /// group: it holds a blank, or nothing closes it.
    fn opens_group(&self, i: usize) -> bool {
        self.closes.get(i).copied().flatten().is_none()
    }

    /// One part, with its sign. Moves on by at least one sign.
    fn operand(&mut self) -> Group {
        let next = self.at + 1;
        let before_text =
            !(self.is_end(next) || self.is_blank(next) || self.is(next, chars::is_close));
        if self.is(self.at, chars::is_dash)
            && before_text
            && !self.is(next, chars::is_dash)
            && !self.is_measure(next)
        {
            self.at = next;
            return self.primary().denied();
        }
        // `+86` and `+5℃` are figures.
        let is_figure = self.halves.get(next).is_some_and(char::is_ascii_digit);
        if self.is(self.at, chars::is_plus)
            && before_text
            && !is_figure
            && !self.is(next, |c| chars::is_plus(c) || chars::is_dash(c))
        {
            self.at = next;
            let group = self.primary();
            return Group {
                find: group.find.map(|query| as_said(query, true)),
                ..group
            };
        }
        self.primary()
    }

    /// Whether a figure with its unit stands at `at`, so that a minus before it is its sign:
    /// `-25℃`, `-3.5%`, `-5~-2℃`.
    fn is_measure(&self, at: usize) -> bool {
        let half = |i: usize| self.halves.get(i).copied().unwrap_or(' ');
        let is_joined = |c: char| c == '.' || c == '至' || chars::is_tilde(c) || chars::is_dash(c);
        let mut end = at;
        while half(end).is_ascii_digit() || end > at && is_joined(half(end)) {
            end += 1;
        }
        end > at && chars::is_unit(half(end))
    }

    fn primary(&mut self) -> Group {
        if self.is(self.at, chars::is_open) {
            return self.group();
        }
        if let Some(group) = self.quoted() {
            return group;
        }
        if !self.in_field
            && let Some(group) = self.field()
        {
            return group;
        }
        if let Some(group) = self.document() {
            return group;
        }
        self.word()
    }

    fn group(&mut self) -> Group {
        self.at += 1;
        if self.depth >= MAX_DEPTH {
            self.ignored += 1;
            self.note(Note::TooDeep);
            return Group::default();
        }
        self.depth += 1;
        let group = self.sequence(true);
        self.depth -= 1;
        group
    }
}

/// What is left out, or must be there, is meant as it is spelled: below a `Not` or
/// behind a plus, words are an exact string.
fn as_said(query: Query, signed: bool) -> Query {
    let all = |parts: Vec<Query>| {
        parts
            .into_iter()
            .map(|part| as_said(part, signed))
            .collect()
    };
    match query {
        Query::Words(text) if signed => Query::Exact(text),
        Query::Title(inner) => Query::Title(Box::new(as_said(*inner, signed))),
        Query::Any(parts) => Query::Any(all(parts)),
        Query::And(parts) => Query::And(all(parts)),
        Query::Or(parts) => Query::Or(all(parts)),
        Query::Not(inner) => Query::Not(Box::new(as_said(*inner, true))),
        other => other,
    }
}

/// For each place, the first place from there on that passes the test.
fn next_of(signs: &[Sign], test: fn(char) -> bool) -> Vec<Option<usize>> {
    let mut next = vec![None; signs.len()];
    let mut last = None;
    for (i, sign) in signs.iter().enumerate().rev() {
        if !sign.literal && test(sign.c) {
            last = Some(i);
        }
        if let Some(place) = next.get_mut(i) {
            *place = last;
        }
    }
    next
}

/// For each opening bracket that closes before the next blank, where it closes.
fn closes(signs: &[Sign]) -> Vec<Option<usize>> {
    let mut closes = vec![None; signs.len()];
    let mut open = Vec::new();
    for (i, sign) in signs.iter().enumerate() {
        if sign.c.is_whitespace() {
            open.clear();
        } else if chars::is_open(sign.c) && !sign.literal {
            open.push(i);
        } else if chars::is_close(sign.c)
            && !sign.literal
            && let Some(place) = open.pop().and_then(|start| closes.get_mut(start))
        {
            *place = Some(i);
        }
    }
    closes
}
