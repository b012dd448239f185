//! Terminal cells: what a character takes, where a line may break, and what
//! never reaches a terminal.

use std::io::{self, Write};
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// A character to be shown, and whether the query marks it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) c: char,
    pub(crate) marked: bool,
}

impl Cell {
    /// Cells of the terminal. A hanzi takes two. The characters Unicode calls
    /// ambiguous (“ ” … —) count one, as terminals do outside old CJK locales.
    pub(crate) fn width(self) -> usize {
        self.c.width().unwrap_or(0)
    }
}

/// Characters that a terminal or a reader of lines obeys instead of showing
/// them: controls, bidi overrides, line separators, the invisible tags.
pub(crate) fn is_obeyed(c: char) -> bool {
    c.is_control() || is_bidi(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{E0000}'..='\u{E007F}')
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters without form or width, which hide in a text or glue its letters.
fn is_formless(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The character, a blank, or U+FFFD: one for one, so that offsets stay true.
pub(crate) fn harmless(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        c if is_obeyed(c) => '\u{FFFD}',
        c => c,
    }
}

/// A text as cells; `marks` are code-point offsets, sorted and apart. A line
/// break stays one; nothing else that a terminal obeys is left.
pub(crate) fn cells(text: &str, marks: &[[usize; 2]]) -> Vec<Cell> {
    let mut marks = marks.iter().peekable();
    let mut cells = Vec::with_capacity(text.len() / 2);
    for (at, c) in text.chars().enumerate() {
        while marks.next_if(|[_, end]| *end <= at).is_some() {}
        let marked = marks.peek().is_some_and(|[start, _]| *start <= at);
        if c == '\n' {
            cells.push(Cell { c, marked: false });
        } else if c != '\r' && !is_formless(c) {
            cells.push(Cell {
                c: harmless(c),
                marked,
            });
        }
    }
    cells
}

/// Plain words as cells of one line.
pub(crate) fn plain(text: &str) -> Vec<Cell> {
    let mut cells = cells(text, &[]);
    for cell in &mut cells {
        cell.c = harmless(cell.c);
    }
    cells
}

/// Cells a line takes.
pub(crate) fn width(line: &[Cell]) -> usize {
    line.iter().map(|cell| cell.width()).sum()
}

/// Cuts a paragraph into lines of at most `width` cells, by the rules of
/// Chinese typesetting (避头尾, GB/T 15834 section 5.1): no line begins with a
/// closing mark nor ends with an opening one; a word or number stays whole. A
/// stretch with no such place is cut where it is full.
pub(crate) fn wrap(line: &[Cell], width: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = skip_blanks(line, 0);
    while start < line.len() {
        let full = fill(line, start, width);
        let mut cut = full;
        if full < line.len() {
            while cut > start && !may_break(line, cut) {
                cut -= 1;
            }
            if cut == start {
                cut = full;
            }
        }
        let mut end = cut;
        while end > start && is_blank(line, end - 1) {
            end -= 1;
        }
        lines.push(start..end);
        start = skip_blanks(line, cut);
    }
    lines
}

/// Where a line that begins at `start` is full: at least one character on.
fn fill(line: &[Cell], start: usize, width: usize) -> usize {
    let mut used = 0;
    let mut end = start;
    while let Some(cell) = line.get(end) {
        used += cell.width();
        if used > width && end > start {
            break;
        }
        end += 1;
    }
    end
}

fn is_blank(line: &[Cell], at: usize) -> bool {
    line.get(at).is_some_and(|cell| cell.c.is_whitespace())
}

fn skip_blanks(line: &[Cell], mut at: usize) -> usize {
    while is_blank(line, at) {
        at += 1;
    }
    at
}

/// So many blanks part what stands on their sides for good.
const BLANKS: usize = 64;

/// Whether a line may end before `at`. Blanks there fall away, so what counts
/// is what stands on both sides of them.
pub(crate) fn may_break(line: &[Cell], at: usize) -> bool {
    let (head, tail) = line.split_at(at.min(line.len()));
    let seen = |cell: &&Cell| !cell.c.is_whitespace();
    let before = head.iter().rev().take(BLANKS).find(seen);
    let (Some(before), Some(after)) = (before, tail.iter().take(BLANKS).find(seen)) else {
        return true;
    };
    if after.width() == 0 || closes(after.c) || opens(before.c) {
        return false;
    }
    let apart = is_blank(line, at) || at.checked_sub(1).is_some_and(|i| is_blank(line, i));
    let joint = is_word(before.c) || matches!(before.c, '.' | ',' | ':' | '@' | '_' | '\'');
    apart || !(joint && is_word(after.c))
}

/// A letter or digit that is no hanzi, kana or the like.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() && c.width() != Some(2)
}

/// Marks that begin no line.
pub(crate) fn closes(c: char) -> bool {
    "，。、；：？！）》〉」』】〕〗］｝”’…—～·‧％‰℃°々ー,.;:?!)]}%＂｡､｣・".contains(c)
}

/// Marks that end no line.
pub(crate) fn opens(c: char) -> bool {
    "（《〈「『【〔〖［｛“‘([{｢￥＄#＃".contains(c)
}

/// The look of a piece of text: the sequences that turn it on, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// For unmarked characters.
    pub(crate) text: &'static str,
    /// For marked ones.
    pub(crate) mark: &'static str,
}

/// No colour at all.
pub(crate) const PLAIN: Look = Look { text: "", mark: "" };
/// The passage: its marks bold and red, as `grep` and `rg` do.
pub(crate) const BODY: Look = Look {
    text: "",
    mark: "\x1b[1;31m",
};
/// The title: bold, its marks red.
pub(crate) const TITLE: Look = Look {
    text: "\x1b[1m",
    mark: "\x1b[1;31m",
};
/// What is said about the text.
pub(crate) const FAINT: Look = Look {
    text: "\x1b[2m",
    mark: "\x1b[2m",
};

/// Writes cells in a look, which ends with them.
pub(crate) fn paint(out: &mut dyn Write, line: &[Cell], look: Look) -> io::Result<()> {
    for run in line.chunk_by(|a, b| a.marked == b.marked) {
        let marked = run.first().is_some_and(|cell| cell.marked);
        let on = if marked { look.mark } else { look.text };
        let text: String = run.iter().map(|cell| cell.c).collect();
        write!(
            out,
            "{on}{text}{}",
            if on.is_empty() { "" } else { "\x1b[0m" }
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str, columns: usize) -> Vec<String> {
        let cells = plain(text);
        wrap(&cells, columns)
            .into_iter()
            .map(|r| cells[r].iter().map(|c| c.c).collect())
            .collect()
    }

    #[test]
    fn lines_break_as_a_typesetter_breaks_them() {
        for (text, columns, want) in [
            ("", 10, vec![]),
            ("支部书记带头讲党课", 10, vec!["支部书记带", "头讲党课"]),
            (
                "支部书记带，头讲党课",
                10,
                vec!["支部书记", "带，头讲党", "课"],
            ),
            (
                "支部书记（带头）讲课",
                10,
                vec!["支部书记", "（带头）讲", "课"],
            ),
            ("学习《条例》全文", 6, vec!["学习", "《条", "例》全", "文"]),
            ("建成5G基站1234个", 10, vec!["建成5G基站", "1234个"]),
            ("the branch met today", 10, vec!["the branch", "met today"]),
            ("增长3.5%以上", 8, vec!["增长3.5%", "以上"]),
            ("支部会上 大家发言", 8, vec!["支部会上", "大家发言"]),
            ("，，，，，，", 4, vec!["，，", "，，", "，，"]),
            ("abcdefghij", 4, vec!["abcd", "efgh", "ij"]),
            ("字字", 1, vec!["字", "字"]),
            (
                "e\u{301}e\u{301}e\u{301}",
                2,
                vec!["e\u{301}e\u{301}", "e\u{301}"],
            ),
        ] {
            assert_eq!(lines(text, columns), want, "{text}");
        }
    }

    #[test]
    fn nothing_a_terminal_obeys_is_left() {
        let hostile =
            "\u{1b}[31m红\u{9b}2J\u{7}\u{202e}倒\u{2066}\u{200b}隐\u{feff}\r\n\t\u{0}\u{e0041}";
        let text: String = cells(hostile, &[]).iter().map(|cell| cell.c).collect();
        assert_eq!(
            text,
            "\u{FFFD}[31m红\u{FFFD}2J\u{FFFD}\u{FFFD}倒\u{FFFD}隐\n \u{FFFD}"
        );
    }

    proptest! {
        #[test]
        fn wrapping_keeps_text_width_and_rules(
            text in "[党建工作会议学习，。、！？；：”’）》“‘（《a-d1-4 ]{0,80}", columns in 12usize..40,
        ) {
            let cells = plain(&text);
            let lines = wrap(&cells, columns);
            let kept: String = lines.iter().flat_map(|r| &cells[r.clone()]).map(|c| c.c).filter(|c| *c != ' ').collect();
            prop_assert_eq!(kept, text.replace(' ', ""));
            for (i, range) in lines.iter().enumerate() {
                let line = &cells[range.clone()];
                prop_assert!(!line.is_empty() && width(line) <= columns);
                if i > 0 {
                    // Cut against the rules only where the line before holds no other place.
                    let before = lines[i - 1].clone();
                    let other = (before.start + 1..=before.end).any(|at| may_break(&cells, at));
                    prop_assert!(!other || may_break(&cells, range.start));
                }
            }
        }
    }
}
