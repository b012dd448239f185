//! Which characters are syntax: every form a keyboard may send.

/// A word that joins or denies when it stands alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operator {
    And,
    Or,
    Not,
}

/// The operators, in half-width form; Latin ones in capitals only.
pub(crate) const OPERATORS: &[(&str, Operator)] = &[
    ("与", Operator::And),
    ("與", Operator::And),
    ("AND", Operator::And),
    ("&&", Operator::And),
    ("或", Operator::Or),
    ("OR", Operator::Or),
    ("||", Operator::Or),
    ("非", Operator::Not),
    ("NOT", Operator::Not),
];

/// A character of the query, and whether a backslash took its meaning away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sign {
    /// The character as typed.
    pub(crate) c: char,
    /// Read as text, whatever it is.
    pub(crate) literal: bool,
}

/// The signs of a query: invisible characters gone, backslashes resolved.
///
/// A backslash counts only before a character that could be syntax, so that
/// `C:\新闻` is no surprise; before a plus, the letters of an operator, and the 第
/// of a number only where a word begins.
pub(crate) fn signs(input: &str) -> Vec<Sign> {
    let visible: Vec<char> = input.chars().filter(|c| !is_invisible(*c)).collect();
    let mut signs = Vec::with_capacity(visible.len());
    let mut at = 0;
    while let Some(&c) = visible.get(at) {
        let next = visible.get(at + 1).copied();
        let begins = match signs.last() {
            None => true,
            Some(Sign { c, .. }) => {
                c.is_whitespace() || is_open(*c) || is_close(*c) || is_dash(*c) || is_colon(*c)
            }
        };
        match next {
            Some(next)
                if c == '\\'
                    && (can_escape(next)
                        || begins && (begins_operator(next) || is_plus(next) || next == '第')) =>
            {
                signs.push(Sign {
                    c: next,
                    literal: true,
                });
                at += 2;
            }
            _ => {
                signs.push(Sign { c, literal: false });
                at += 1;
            }
        }
    }
    signs
}

/// Whether a backslash before it means the character itself.
pub(crate) fn can_escape(c: char) -> bool {
    c == '\\'
        || is_double_quote(c)
        || is_single_quote(c)
        || is_corner_open(c)
        || is_corner_close(c)
        || is_open(c)
        || is_close(c)
        || is_dash(c)
        || is_star(c)
        || is_colon(c)
        || is_year_open(c)
}

/// Whether an operator word may begin with it.
pub(crate) fn begins_operator(c: char) -> bool {
    matches!(
        half(c),
        '与' | '與' | '或' | '非' | 'A' | 'O' | 'N' | '&' | '|'
    )
}

/// Whether the whole word is an operator, in either width.
pub(crate) fn is_operator(word: &str) -> bool {
    let word: String = word.chars().map(half).collect();
    OPERATORS.iter().any(|(spelling, _)| *spelling == word)
}

/// Whether a word begins with an operator that may take what the rest of it begins with, or
/// ends with one that may join what it begins with to the next word.
pub(crate) fn may_join(word: &str) -> bool {
    let word: String = word.chars().map(half).collect();
    let is_quote = |c| is_double_quote(c) || is_single_quote(c) || is_corner_open(c);
    OPERATORS.iter().any(|(spelling, _)| {
        let rest = word.strip_prefix(spelling);
        let before = word.strip_suffix(spelling);
        rest.is_some_and(|rest| rest.contains(|c| is_quote(c) || is_colon(c)))
            || before.is_some_and(|before| before.contains(is_quote))
    })
}

/// The half-width form of a full-width ASCII character; others as they are.
pub(crate) fn half(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Control characters that are no blank, zero-width marks, bidi marks, tags: a
/// pasted query may hold them, no reader sees them, so they mean nothing.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

pub(crate) fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '＂' | '“' | '”' | '„' | '‟' | '〝' | '〞' | '〟')
}

/// Quote marks that open and close.
pub(crate) fn is_straight_quote(c: char) -> bool {
    matches!(c, '"' | '＂')
}

pub(crate) fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '＇' | '‘' | '’' | '‚' | '‛')
}

pub(crate) fn is_corner_open(c: char) -> bool {
    matches!(c, '「' | '『' | '﹁' | '﹃' | '｢')
}

pub(crate) fn is_corner_close(c: char) -> bool {
    matches!(c, '」' | '』' | '﹂' | '﹄' | '｣')
}

pub(crate) fn is_open(c: char) -> bool {
    matches!(c, '(' | '（' | '﹙')
}

pub(crate) fn is_close(c: char) -> bool {
    matches!(c, ')' | '）' | '﹚')
}

/// The sign before what must be there.
pub(crate) fn is_plus(c: char) -> bool {
    matches!(c, '+' | '＋' | '﹢')
}

/// What stands behind a figure that has a sign: `-25℃`, `-3.5%`.
pub(crate) fn is_unit(c: char) -> bool {
    matches!(c, '℃' | '℉' | '°' | '度' | '%' | '％' | '﹪' | '‰')
}

/// The minus sign and its look-alikes; not the dash `—` of a sentence.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '－' | '−' | '–' | '‐' | '‑' | '﹣')
}

pub(crate) fn is_star(c: char) -> bool {
    matches!(c, '*' | '＊' | '﹡' | '∗')
}

pub(crate) fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：' | '﹕' | '∶' | '︰')
}

pub(crate) fn is_tilde(c: char) -> bool {
    matches!(c, '~' | '～' | '〜' | '∼')
}

/// Brackets people put around the year of a document number.
pub(crate) fn is_year_open(c: char) -> bool {
    matches!(
        c,
        '〔' | '['
            | '［'
            | '('
            | '（'
            | '【'
            | '〖'
            | '{'
            | '｛'
            | '〈'
            | '<'
            | '＜'
            | '《'
            | '﹝'
            | '﹙'
            | '「'
    )
}

/// See [`is_year_open`].
pub(crate) fn is_year_close(c: char) -> bool {
    matches!(
        c,
        '〕' | ']'
            | '］'
            | ')'
            | '）'
            | '】'
            | '〗'
            | '}'
            | '｝'
            | '〉'
            | '>'
            | '＞'
            | '》'
            | '﹞'
            | '﹚'
            | '」'
    )
}

/// Punctuation that ends a clause: quotes beside it are not glued to text.
pub(crate) fn is_separator(c: char) -> bool {
    matches!(
        c,
        '，' | '、' | '；' | '。' | '！' | '？' | '…' | '｡' | '､' | ',' | ';' | '!' | '?'
    )
}

/// Hanzi, with the iteration mark and the round zero.
pub(crate) fn is_hanzi(c: char) -> bool {
    matches!(c,
        '々' | '〇' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// Whether there is anything an index could hold: a letter, digit or hanzi.
pub(crate) fn is_searchable(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
