//! What a character counts as; read by `build.rs` too.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::fold::fold;

/// Counts as nothing.
pub(crate) const TRANSPARENT: u32 = 0;
/// Is part of a run of punctuation.
pub(crate) const STOP: u32 = 1;
/// Ends a paragraph.
pub(crate) const BREAK: u32 = 2;

/// In the table of the first plane: what [`class_of`] says is too large for it.
pub(crate) const BEYOND: u16 = u16::MAX;

/// One of these, or the folded character itself: no control character is one.
pub(crate) fn class_of(c: char) -> u32 {
    let folded = fold(c);
    match folded {
        '\n' => return BREAK,
        '“' | '”' | '‘' | '’' | '「' | '」' | '『' | '』' | '《' | '》' | '〈' | '〉' | '"'
        | '\'' => {
            return TRANSPARENT;
        }
        _ => {}
    }
    if folded.is_whitespace() {
        return TRANSPARENT;
    }
    match folded.general_category() {
        GeneralCategory::Control | GeneralCategory::Format => TRANSPARENT,
        category if is_punctuation(category) => STOP,
        _ => folded as u32,
    }
}

fn is_punctuation(category: GeneralCategory) -> bool {
    use GeneralCategory as C;
    matches!(
        category,
        C::ConnectorPunctuation
            | C::DashPunctuation
            | C::OpenPunctuation
            | C::ClosePunctuation
            | C::InitialPunctuation
            | C::FinalPunctuation
            | C::OtherPunctuation
    )
}
