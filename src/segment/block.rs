//! Which characters stand in words; read by `build.rs` too.

/// True for what jieba looks up in its dictionary: hanzi, ASCII letters and
/// digits, and the marks that join those. Anything else is cut off as a
/// character of its own.
#[inline]
pub(crate) fn is_block(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '&' | '.' | '_' | '%' | '-');
    }
    matches!(c,
        '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2A6DF}'
        | '\u{2A700}'..='\u{2EBEF}'
        | '\u{2F800}'..='\u{2FA1F}')
}
