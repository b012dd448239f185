//! What a character is, as far as the rules care.

/// A Chinese character (〇 among them).
pub(super) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{4E00}'..='\u{9FFF}' | '\u{3007}' | '\u{3400}'..='\u{4DBF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// A mark that only Chinese text has and that no crawler folds to ASCII.
pub(super) fn is_chinese_mark(c: char) -> bool {
    matches!(
        c,
        '。' | '、'
            | '“'
            | '”'
            | '‘'
            | '’'
            | '《'
            | '》'
            | '〈'
            | '〉'
            | '「'
            | '」'
            | '『'
            | '』'
            | '【'
            | '】'
            | '〔'
            | '〕'
            | '…'
            | '—'
            | '·'
            | '　'
    ) || matches!(
        c,
        '\u{FF01}' | '\u{FF08}' | '\u{FF09}' | '\u{FF0C}' | '\u{FF1A}' | '\u{FF1B}' | '\u{FF1F}'
    )
}

/// A mark that ends a sentence or a clause, or closes what may follow such a mark.
pub(super) fn ends_clause(c: char) -> bool {
    matches!(
        c,
        '。' | '！'
            | '？'
            | '；'
            | '：'
            | '…'
            | '.'
            | '!'
            | '?'
            | ';'
            | ':'
            | '”'
            | '’'
            | '）'
            | ')'
            | '》'
            | '」'
            | '』'
            | '】'
            | '〕'
            | ']'
    )
}

/// A blank inside a line.
pub(super) fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{A0}' | '\u{3000}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}'
    )
}

/// The lines of a page as ranges of code points, without their line breaks.
pub(super) fn lines(page: &[char]) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for (i, &c) in page.iter().enumerate() {
        if c == '\n' {
            out.push(start..i);
            start = i + 1;
        }
    }
    out.push(start..page.len());
    out
}
