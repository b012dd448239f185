//! The leaves: quotations, fields, document numbers, words.

use super::Reader;
use crate::search::query::chars::{self, is_searchable};
use crate::search::query::day;
use crate::search::query::number::{number, order};
use crate::search::query::sequence::{Group, and, either, or};
use crate::search::query::{MAX_WITHIN, Note, Query};

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
    "since",
    "until",
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
    "发文字号",
    "發文字號",
    "文号",
    "文號",
    "number",
    "发布机构",
    "发文机关",
    "agency",
    "时间",
    "time",
    "栏目",
    "site",
    "column",
    "关键词",
    "keyword",
    "keywords",
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Field {
    Title,
    Source,
    Date,
}

impl Reader {
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
    /// closes any other, for keyboards send “党建“ and "党建” alike; but what
    /// opens in `"推进“一带一路”建设"` closes by itself.
    pub(super) fn closing(&self, i: usize) -> Option<usize> {
        let c = self.syntax(i)?;
        let table = if chars::is_double_quote(c) {
            if chars::is_straight_quote(c)
                && let Some(close) = self.closing_straight(i)
            {
                return Some(close);
            }
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

    /// Where a quotation with `"` at `i` closes if what opens inside it closes before.
    fn closing_straight(&self, i: usize) -> Option<usize> {
        let mut inside = 0u32;
        let mut at = i;
        loop {
            at = self.next_double.get(at + 1).copied().flatten()?;
            match self.syntax(at) {
                Some('“' | '„' | '‟' | '〝') => inside += 1,
                Some('”' | '〞' | '〟') if inside > 0 => inside -= 1,
                _ => return Some(at),
            }
        }
    }

    /// Where the quotation that closes at `close` ends, with `*` or `~8`.
    pub(super) fn past_marks(&self, close: usize) -> usize {
        let mut end = close + 1;
        if self.is(end, chars::is_star) {
            end += 1;
        } else if self.is(end, chars::is_tilde) {
            end += 1;
            while self.halves.get(end).is_some_and(char::is_ascii_digit) {
                end += 1;
            }
        }
        end
    }

    /// Where the quotation that closes at `close` ends, if it stands apart from
    /// what follows.
    fn quotation_end(&self, close: usize) -> Option<usize> {
        let end = self.past_marks(close);
        self.borders(end).then_some(end)
    }

    /// The same of one at `at`, behind which an operator may stand as well.
    fn joined_end(&self, close: usize) -> Option<usize> {
        let end = self.past_marks(close);
        let before = self.at.checked_sub(1);
        let in_text = before.is_some_and(|i| self.is(i, chars::is_separator));
        (!in_text && self.joins(end)).then_some(end)
    }

    /// A quotation that stands apart; `None` leaves the mark to the text.
    pub(super) fn quoted(&mut self) -> Option<Group> {
        let open = self.syntax(self.at)?;
        let double = opens_quotation(open);
        let Some(close) = self.closing(self.at) else {
            if double {
                self.note(Note::LoneQuote);
                self.at += 1;
                return Some(Group::default());
            }
            return None;
        };
        let joined = self.joined_end(close);
        let Some(end) = self.quotation_end(close).or(joined) else {
            if double {
                self.note(Note::GluedQuote);
            }
            return None;
        };
        let inside = self.text(self.at + 1, close);
        self.at = end;
        self.joint = joined.or(self.joint);
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
    pub(super) fn field(&mut self) -> Option<Group> {
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

    /// Whether a field is named at `at`.
    pub(super) fn is_field(&self, at: usize) -> bool {
        FIELDS
            .iter()
            .any(|(name, _)| self.names(at, name).is_some())
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

    fn number_at(&self, at: usize) -> Option<(Query, usize)> {
        number(&self.signs, at).or_else(|| order(&self.signs, at))
    }

    /// A document number that stands apart.
    pub(super) fn document(&mut self) -> Option<Group> {
        let (number, end) = self.number_at(self.at)?;
        if !self.borders(end) {
            return None;
        }
        self.at = end;
        Some(self.leaf(number))
    }

    /// Text up to the next blank, bracket or quotation that stands apart.
    pub(super) fn word(&mut self) -> Group {
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
        let quotes = |i| self.is(i, opens_quotation) && self.closing(i).is_some_and(|c| c < end);
        if (start..end).any(quotes) {
            self.note(Note::GluedQuote);
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
        // `，国务院令第588号` was no number where it began.
        let number = self.number_at(start).filter(|(_, past)| *past == end);
        self.leaf(if prefix {
            Query::Prefix(text)
        } else if let Some((number, _)) = number {
            number
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
                (find, _) => and(find.into_iter().chain(without).collect()),
            }
        }
        Query::And(parts) => and(parts.into_iter().map(source).collect()),
        Query::Or(parts) => or(parts.into_iter().map(source).collect()),
        Query::Not(query) => Query::Not(Box::new(source(*query))),
        Query::Title(_) | Query::Source(_) | Query::Date { .. } => query,
    }
}

/// Marks that mean a quotation wherever they stand; an apostrophe may not.
fn opens_quotation(c: char) -> bool {
    chars::is_double_quote(c) || chars::is_corner_open(c)
}
