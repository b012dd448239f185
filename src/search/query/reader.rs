//! The reader: signs from left to right, brackets by bounded recursion.

use super::chars::{self, OPERATORS, Operator, Sign, half, is_searchable, signs};
use super::day;
use super::number::number;
use super::sequence::{Group, Sequence, any, either};
use super::{MAX_BYTES, MAX_DEPTH, MAX_PARTS, MAX_WITHIN, Note, Parsed, Query};

/// Field names; all Latin ones in lower case.
const FIELDS: &[(&str, Field)] = &[
    ("标题", Field::Title),
    ("標題", Field::Title),
    ("title", Field::Title),
    ("来源", Field::Source),
    ("來源", Field::Source),
    ("source", Field::Source),
    ("日期", Field::Date),
    ("date", Field::Date),
];

/// Names a reader may take for fields. Other words before a colon are text, as
/// in the headline `外交部：…`.
const NO_FIELDS: &[&str] = &[
    "作者",
    "author",
    "正文",
    "body",
    "text",
    "内容",
    "內容",
    "content",
    "网址",
    "url",
    "编号",
    "id",
    "时间",
    "time",
    "栏目",
    "site",
    "关键词",
    "keyword",
];

/// As many notes as anyone reads.
const MAX_NOTES: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Field {
    Title,
    Source,
    Date,
}

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
    at: usize,
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
        signs,
        at: 0,
        depth: 0,
        ignored: 0,
        parts: 0,
        in_field: false,
        notes: Vec::new(),
    };
    if cut < input.len() {
        reader.note(Note::TooLong);
    }
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

    /// An operator that joins nothing is text.
    fn lone(&mut self, sequence: &mut Sequence, word: String) {
        self.note(Note::LoneOperator(word.clone()));
        if let Some(text) = self.part(Query::Words(word), 1) {
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
    /// it apart as a blank does, but `非（公有制）经济` is text.
    fn operator(&self) -> Option<(Operator, usize)> {
        let before = self.at.checked_sub(1);
        let after_bracket =
            before.is_some_and(|i| self.is(i, chars::is_open) || self.is(i, chars::is_close));
        if !(before.is_none_or(|i| self.is_blank(i)) || after_bracket) {
            return None;
        }
        OPERATORS.iter().find_map(|(word, operator)| {
            let end = self.spells(self.at, word)?;
            let apart = self.is_end(end)
                || self.is_blank(end)
                || self.is(end, chars::is_close)
                || self.is(end, chars::is_open) && (after_bracket || self.opens_group(end));
            apart.then_some((*operator, end))
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

    /// One part, with its minus sign. Moves on by at least one sign.
    fn operand(&mut self) -> Group {
        if self.is(self.at, chars::is_dash) && !self.is(self.at + 1, chars::is_dash) {
            let next = self.at + 1;
            if !(self.is_end(next) || self.is_blank(next) || self.is(next, chars::is_close)) {
                self.at = next;
                return self.primary().denied();
            }
        }
        self.primary()
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
        if let Some((number, end)) = number(&self.signs, self.at)
            && self.borders(end)
        {
            self.at = end;
            return self.leaf(Query::Number(number));
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

    /// Whether what ends before `i` stands apart from what follows.
    fn borders(&self, i: usize) -> bool {
        self.is_end(i)
            || self.is_blank(i)
            || self.is(i, |c| {
                chars::is_open(c)
                    || chars::is_close(c)
                    || chars::is_separator(c)
                    || chars::is_double_quote(c)
                    || chars::is_corner_open(c)
            })
    }

    /// Where the quotation that opens at `i` closes. Any double quote mark
    /// closes any other, for keyboards send “党建“ and "党建” alike.
    fn closing(&self, i: usize) -> Option<usize> {
        let c = self.syntax(i)?;
        let table = if chars::is_double_quote(c) {
            &self.next_double
        } else if chars::is_corner_open(c) {
            &self.next_corner
        } else if chars::is_single_quote(c) {
            &self.next_single
        } else {
            return None;
        };
        table.get(i + 1).copied().flatten()
    }

    /// Where the quotation that closes at `close` ends, with `*` or `~8`, if it
    /// stands apart from what follows.
    fn quotation_end(&self, close: usize) -> Option<usize> {
        let mut end = close + 1;
        if self.is(end, chars::is_star) {
            end += 1;
        } else if self.is(end, chars::is_tilde) {
            end += 1;
            while self.halves.get(end).is_some_and(char::is_ascii_digit) {
                end += 1;
            }
        }
        self.borders(end).then_some(end)
    }

    /// A quotation that stands apart; `None` leaves the mark to the text.
    fn quoted(&mut self) -> Option<Group> {
        let open = self.syntax(self.at)?;
        let double = chars::is_double_quote(open) || chars::is_corner_open(open);
        let Some(close) = self.closing(self.at) else {
            if double {
                self.note(Note::LoneQuote);
                self.at += 1;
                return Some(Group::default());
            }
            return None;
        };
        let Some(end) = self.quotation_end(close) else {
            if double {
                self.note(Note::GluedQuote);
            }
            return None;
        };
        let inside = self.text(self.at + 1, close);
        self.at = end;
        let parts: Vec<String> = inside.split_whitespace().map(str::to_owned).collect();
        let exact = parts.join(" ");
        if !is_searchable(&exact) {
            self.note(Note::EmptyQuote);
            return Some(Group::default());
        }
        if self.is(close + 1, chars::is_star) {
            return Some(self.leaf(Query::Prefix(exact)));
        }
        if !self.is(close + 1, chars::is_tilde) {
            return Some(self.leaf(Query::Exact(exact)));
        }
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|part| is_searchable(part))
            .collect();
        let digits: String = self
            .halves
            .get(close + 2..end)
            .unwrap_or_default()
            .iter()
            .collect();
        if parts.len() < 2 || digits.is_empty() {
            self.note(Note::BadDistance);
            return Some(self.leaf(Query::Exact(exact)));
        }
        let within = digits.parse().ok().filter(|n| *n <= MAX_WITHIN);
        if within.is_none() {
            self.note(Note::FarDistance);
        }
        let count = parts.len();
        let near = Query::Near {
            parts,
            within: within.unwrap_or(MAX_WITHIN),
        };
        Some(self.part(near, count).map(Group::of).unwrap_or_default())
    }

    /// `标题：…`, `来源：…`, `日期：…`.
    fn field(&mut self) -> Option<Group> {
        let start = self.at;
        let (name, field) = FIELDS
            .iter()
            .find_map(|(name, field)| Some((self.names(start, name)?, *field)))?;
        let name_text = self.text(start, name);
        self.at = name + 1;
        self.skip_blanks();
        if self.is_end(self.at) || self.is(self.at, chars::is_close) || self.operator().is_some() {
            return Some(self.no_value(name_text));
        }
        if field == Field::Date {
            return Some(self.days(name_text));
        }
        // A group in `来源：` is spelled out below, which can take one bracket more.
        let extra = usize::from(field == Field::Source);
        self.depth += extra;
        self.in_field = true;
        let group = self.operand();
        self.in_field = false;
        self.depth -= extra;
        if group.is_empty() {
            return Some(self.no_value(name_text));
        }
        let wrap = |query| match field {
            Field::Source => source(query),
            _ => Query::Title(Box::new(query)),
        };
        Some(Group {
            find: group.find.map(wrap),
            without: group.without.into_iter().map(wrap).collect(),
        })
    }

    /// Where the name ends, if it stands at `at` with a colon behind it.
    fn names(&self, at: usize, name: &str) -> Option<usize> {
        let mut end = at;
        for c in name.chars() {
            if self.halves.get(end)?.to_ascii_lowercase() != c {
                return None;
            }
            end += 1;
        }
        self.is(end, chars::is_colon).then_some(end)
    }

    fn no_value(&mut self, name: String) -> Group {
        self.note(Note::EmptyField(name.clone()));
        self.leaf(Query::Words(name))
    }

    fn days(&mut self, name: String) -> Group {
        if let Some(span) = day::range(&self.halves, self.at)
            && self.borders(span.end)
        {
            self.at = span.end;
            if span.swapped {
                self.note(Note::SwappedDates);
            }
            return self.leaf(Query::Date {
                since: span.since,
                until: span.until,
            });
        }
        let from = self.at;
        while !(self.is_end(self.at)
            || self.is_blank(self.at)
            || self.is(self.at, chars::is_open)
            || self.is(self.at, chars::is_close))
        {
            self.at += 1;
        }
        let mut end = self.at;
        while end > from && self.is(end - 1, chars::is_separator) {
            end -= 1;
        }
        let value = self.text(from, end);
        if !is_searchable(&value) {
            return self.no_value(name);
        }
        self.note(Note::BadDate(value.clone()));
        self.leaf(Query::Words(format!("{name}：{value}")))
    }

    /// Text up to the next blank, bracket or quotation that stands apart.
    fn word(&mut self) -> Group {
        let start = self.at;
        while !(self.is_end(self.at) || self.is_blank(self.at) || self.is(self.at, chars::is_close))
        {
            let apart = self.at > start && self.is(self.at - 1, chars::is_separator);
            if self.is(self.at, chars::is_open) {
                match self.closes.get(self.at).copied().flatten() {
                    Some(close) if !apart => self.at = close + 1,
                    _ => break,
                }
                continue;
            }
            if apart && self.quotes_apart() {
                break;
            }
            self.at += 1;
        }
        self.finish_word(start, self.at)
    }

    /// Whether a double quote mark at `at`, after a separator, is more than
    /// emphasis inside the text.
    fn quotes_apart(&self) -> bool {
        self.is(self.at, |c| {
            chars::is_double_quote(c) || chars::is_corner_open(c)
        }) && self
            .closing(self.at)
            .is_none_or(|close| self.quotation_end(close).is_some())
    }

    /// A word without the separators and stars at its ends.
    fn finish_word(&mut self, mut start: usize, mut end: usize) -> Group {
        for name in NO_FIELDS {
            if !self.in_field
                && let Some(colon) = self.names(start, name)
                && colon < end
            {
                self.note(Note::UnknownField(self.text(start, colon)));
            }
        }
        let mut leading = false;
        while start < end && self.is(start, |c| chars::is_separator(c) || chars::is_star(c)) {
            leading |= self.is(start, chars::is_star);
            start += 1;
        }
        let mut prefix = false;
        while start < end && self.is(end - 1, |c| chars::is_separator(c) || chars::is_star(c)) {
            prefix |= self.is(end - 1, chars::is_star);
            end -= 1;
        }
        let text = self.text(start, end);
        if !is_searchable(&text) {
            return Group::default();
        }
        if leading || (start..end).any(|i| self.is(i, chars::is_star)) {
            self.note(Note::LoneStar);
        }
        self.leaf(if prefix {
            Query::Prefix(text)
        } else {
            Query::Words(text)
        })
    }
}

/// `来源：（甲 或 乙）` is `来源：甲 或 来源：乙`. Sources with blanks between are
/// alternatives too, for an article has one source.
fn source(query: Query) -> Query {
    match query {
        Query::Words(text) | Query::Exact(text) | Query::Prefix(text) | Query::Number(text) => {
            Query::Source(text)
        }
        Query::Near { parts, .. } => Query::Source(parts.join(" ")),
        Query::Any(parts) => {
            let (without, find): (Vec<Query>, Vec<Query>) = parts
                .into_iter()
                .map(source)
                .partition(|part| matches!(part, Query::Not(_)));
            match (either(find), without.is_empty()) {
                (Some(find), true) => find,
                (find, _) => Query::And(find.into_iter().chain(without).collect()),
            }
        }
        Query::And(parts) => Query::And(parts.into_iter().map(source).collect()),
        Query::Or(parts) => Query::Or(parts.into_iter().map(source).collect()),
        Query::Not(query) => Query::Not(Box::new(source(*query))),
        Query::Title(_) | Query::Source(_) | Query::Date { .. } => query,
    }
}

/// What is left out is left out as it is spelled: below a `Not`, words are an
/// exact string.
fn as_said(query: Query, denied: bool) -> Query {
    let all = |parts: Vec<Query>| {
        parts
            .into_iter()
            .map(|part| as_said(part, denied))
            .collect()
    };
    match query {
        Query::Words(text) if denied => Query::Exact(text),
        Query::Title(inner) => Query::Title(Box::new(as_said(*inner, denied))),
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
        } else if sign.literal {
        } else if chars::is_open(sign.c) {
            open.push(i);
        } else if chars::is_close(sign.c)
            && let Some(place) = open.pop().and_then(|start| closes.get_mut(start))
        {
            *place = Some(i);
        }
    }
    closes
}
