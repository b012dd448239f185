//! The canonical form of a query: what `--explain` shows, and reads again.

use std::fmt;

use super::chars::{
    begins_operator, can_escape, is_dash, is_double_quote, is_operator, is_plus, is_single_quote,
    is_year_close, is_year_open, may_join,
};
use super::number::ends_order;
use super::{Query, parse};

/// How tightly a query holds together; a looser one inside needs brackets.
fn tightness(query: &Query) -> u8 {
    match query {
        Query::Or(_) => 0,
        Query::Any(_) => 1,
        Query::And(_) => 2,
        _ => 3,
    }
}

impl fmt::Display for Query {
    /// The query in canonical form. `parse` makes the same query of it, so long
    /// as it is not longer than [`super::MAX_BYTES`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::Words(text) => f.write_str(&words(text)),
            Query::Exact(text) => quoted(f, text),
            Query::Prefix(text) => {
                let plain = format!("{text}*");
                match parse(&plain).query {
                    // A sign before it would join a sign that it begins with.
                    Some(Query::Prefix(again))
                        if again == *text && is_plain(text) && !text.starts_with(is_dash) =>
                    {
                        f.write_str(&plain)
                    }
                    _ => {
                        quoted(f, text)?;
                        f.write_str("*")
                    }
                }
            }
            Query::Near { parts, within } => {
                quoted(f, &parts.join(" "))?;
                write!(f, "~{within}")
            }
            Query::Number(number) => f.write_str(number),
            Query::Title(query) => {
                f.write_str("标题：")?;
                inside(f, query, 3)
            }
            Query::Source(text) => {
                f.write_str("来源：")?;
                if reads_as_itself(text) {
                    f.write_str(text)
                } else {
                    quoted(f, text)
                }
            }
            Query::Date { since, until } => {
                f.write_str("日期：")?;
                if let Some(since) = since {
                    write!(f, "{since}")?;
                }
                f.write_str("..")?;
                match until {
                    Some(until) => write!(f, "{until}"),
                    None => Ok(()),
                }
            }
            Query::Any(parts) => joined(f, parts, " ", 2),
            Query::And(parts) => joined(f, parts, " 与 ", 3),
            Query::Or(parts) => joined(f, parts, " 或 ", 1),
            Query::Not(query) => {
                f.write_str("-")?;
                inside(f, query, 3)
            }
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Query], by: &str, tight: u8) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(by)?;
        }
        inside(f, part, tight)?;
    }
    Ok(())
}

fn inside(f: &mut fmt::Formatter<'_>, query: &Query, tight: u8) -> fmt::Result {
    if tightness(query) < tight {
        write!(f, "（{query}）")
    } else {
        write!(f, "{query}")
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        if is_double_quote(c) || c == '\\' {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    f.write_str("\"")
}

/// Free text as it is where that reads as the same text, else with backslashes.
fn words(text: &str) -> String {
    if reads_as_itself(text) {
        text.to_owned()
    } else {
        escaped(text)
    }
}

fn reads_as_itself(text: &str) -> bool {
    is_plain(text) && matches!(parse(text).query, Some(Query::Words(again)) if again == text)
}

/// Whether the words beside it cannot change how it is read.
fn is_plain(text: &str) -> bool {
    !text.contains('\\')
        && !text.starts_with(is_single_quote)
        && !is_operator(text)
        && !may_join(text)
        && !halves_a_number(text)
}

fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() * 2);
    for (i, c) in text.chars().enumerate() {
        if can_escape(c) || i == 0 && (begins_operator(c) || is_plus(c) || c == '第') {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

/// Whether the words beside it could make a document number of it, for blanks
/// may stand inside one: `国发〔2023〕` before `12号`, `〔2023〕12号` after `国发`,
/// `第588号` after `国务院令`.
fn halves_a_number(text: &str) -> bool {
    let of_year = text.match_indices(is_year_open).any(|(at, open)| {
        let rest = text.get(at + open.len()..).unwrap_or_default();
        let tail = rest.trim_start_matches(char::is_numeric);
        let tail = tail.strip_prefix(is_year_close).unwrap_or(tail);
        let tail = tail.strip_prefix('第').unwrap_or(tail);
        at == 0 || tail.trim_start_matches(char::is_numeric).is_empty()
    });
    of_year || ends_order(text)
}
