//! The one scan a sound page costs: is there any sign of damage?
//!
//! Bytes are looked up in a table; only the few that can begin a sign are
//! looked at more closely. A sign may be false (the rules then find nothing),
//! but no rule changes a page that shows none.

use super::mojibake;

/// What a byte can begin.
const PLAIN: u8 = 0;
const LOOK: u8 = 1;

const CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut class = [PLAIN; 256];
    let mut i = 0;
    while i < 0x20 {
        class[i] = LOOK;
        i += 1;
    }
    let look = b" (,?&\x7F\xC2\xC3\xC5\xC6\xCB\xE2\xE3\xE9\xEE\xEF";
    let mut i = 0;
    while i < look.len() {
        class[look[i] as usize] = LOOK;
        i += 1;
    }
    class
}

/// Whether the text shows a sign of damage.
pub(super) fn found(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut page = Facts::default();
    // A garbled line shows in its first characters, if not in its marks.
    let garbled = |line: &str| mojibake::begins_garbled(line.chars());
    if indented(bytes) || text.split('\n').any(garbled) {
        return true;
    }
    for at in 0..bytes.len() {
        let byte = bytes[at];
        if CLASS[usize::from(byte)] == PLAIN {
            continue;
        }
        // The commonest characters that begin like a sign and are none: 。 、 《 “ and most hanzi.
        if byte >= 0xE2
            && let Some(&[second, third]) = bytes.get(at + 1..at + 3)
        {
            let sound = match byte {
                0xE2 => second == 0x80 && matches!(third, 0x90..=0xA7),
                0xE3 => second != 0x80 || third != 0x80,
                0xE9 => !matches!(second, 0x94 | 0x8A | 0x88),
                _ => false,
            };
            if sound {
                continue;
            }
        }
        if page.look(bytes, at) {
            return true;
        }
    }
    page.end(bytes)
}

/// A line that begins with a blank before Chinese text, or with U+3000.
fn indented(line: &[u8]) -> bool {
    line.starts_with(b"\xE3\x80\x80") || matches!(line.first(), Some(b' ' | b'\t'))
}

/// What has been seen of the page so far.
#[derive(Default)]
struct Facts {
    /// A full-width comma.
    wide_comma: bool,
    /// A half-width comma after a hanzi.
    narrow_comma: bool,
    /// Where the current line starts, and the width of the line before, in columns.
    line: usize,
    width: usize,
    /// Lines of one width in a row.
    alike: usize,
    /// Blanks between single hanzi in a row, and where the last of them stands.
    lone: usize,
    blank: usize,
}

/// Whether a byte is part of a character outside ASCII.
fn high(byte: Option<&u8>) -> bool {
    byte.is_some_and(|&b| b >= 0x80)
}

/// Whether a blank may go for what stands behind it: a line's end, another blank, a mark.
/// (Other blanks than these are signs themselves.)
fn goes_before(rest: &[u8]) -> bool {
    match rest {
        [] | [b'\n' | b' ' | b'\t' | b',' | b';', ..] => true,
        [0xEF, 0xBC, mark, ..] => matches!(mark, 0x8C | 0x9B),
        [0xE3, 0x80, mark, ..] => matches!(mark, 0x80..=0x82),
        _ => false,
    }
}

/// Whether 以, 把, 将, 將 or 被 ends here.
fn behind_preposition(before: &[u8]) -> bool {
    ["以", "把", "将", "將", "被"]
        .iter()
        .any(|word| before.ends_with(word.as_bytes()))
}

/// Whether a character that begins so may be a byte read as Latin-1 or Windows-1252.
fn is_latin(lead: u8) -> bool {
    matches!(lead, 0xC2 | 0xC3 | 0xC5 | 0xC6 | 0xCB | 0xE2)
}

/// A `?` at a line's start or behind a hanzi, a mark or a bracket, with a mark or a syllable and its bracket behind it.
fn question(before: Option<&u8>, rest: &[u8]) -> bool {
    if before.is_some_and(|&b| {
        b < 0x80 && !matches!(b, b',' | b')' | b'?' | b'\n' | b'%') && !b.is_ascii_alphanumeric()
    }) {
        return false;
    }
    match rest {
        [b'!' | b'?' | b';' | b',', ..] => true,
        [0xEF, 0xBC, mark, ..] => matches!(mark, 0x81 | 0x8C | 0x9B | 0x9F),
        [0xE3, 0x80, mark, ..] => matches!(mark, 0x81 | 0x82),
        _ => rest
            .iter()
            .take(16)
            .position(|&b| b == b')')
            .is_some_and(|end| end > 0),
    }
}

impl Facts {
    /// Looks at a byte that may begin a sign; true when it does.
    fn look(&mut self, bytes: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        let next = bytes.get(at + 1);
        let pair = (
            next.copied().unwrap_or(0),
            bytes.get(at + 2).copied().unwrap_or(0),
        );
        match bytes[at] {
            b'\n' => self.line_end(bytes, at),
            b' ' => self.blank(bytes, at),
            b'\t' => goes_before(&bytes[at + 1..]),
            b'(' => {
                high(before) && next.is_some_and(|&b| matches!(b, b'a'..=b'z' | b' ' | 0xC3..=0xC7))
            }
            b',' => {
                self.narrow_comma |= high(before) || high(next);
                Self::comma(next)
            }
            b'?' => question(before, &bytes[at + 1..]),
            b'&' => bytes[at..].iter().take(10).any(|&b| b == b';'),
            0xC2 => matches!(pair.0, 0x80..=0xA0 | 0xAD) || is_latin(pair.1),
            0xC3 | 0xC5 | 0xC6 | 0xCB => is_latin(pair.1),
            0xE2 => {
                // U+200B–200F, U+2028–202F, U+205F–206F and the spaces before them.
                match pair.0 {
                    0x80 => matches!(pair.1, 0x80..=0x8F | 0xA8..=0xAF),
                    0x81 => matches!(pair.1, 0x9F..=0xAF),
                    0xBA..=0xBF => pair.0 < 0xBF || pair.1 < 0xA0, // radicals
                    _ => false,
                }
            }
            0xE9 => matches!(pair, (0x94, 0x9B | 0x9F) | (0x8A, 0x86) | (0x88, 0xA5)), // 锛 锟 銆 鈥
            0xEE => true, // private use
            0xE3 => pair == (0x80, 0x80) && goes_before(&bytes[at + 3..]),
            0xEF => {
                if pair == (0xBC, 0x8C) {
                    self.wide_comma = true;
                    // A mark right behind it: ，， or ，。
                    return match bytes.get(at + 3..).unwrap_or_default() {
                        [0xEF, 0xBC, mark, ..] => matches!(mark, 0x8C | 0x81 | 0x9B | 0x9F),
                        [0xE3, 0x80, mark, ..] => matches!(mark, 0x81 | 0x82),
                        rest => matches!(rest.first(), Some(b',' | b';' | b'!' | b'?')),
                    };
                }
                matches!(pair.0, 0x80..=0xAB) || pair == (0xBB, 0xBF)
            }
            _ => true, // a control character
        }
    }

    /// A half-width comma with a mark behind it.
    fn comma(next: Option<&u8>) -> bool {
        matches!(next, Some(b',' | b';' | b'!' | b'?' | 0xE3 | 0xEF))
    }

    /// A blank: before a mark, at a line's end, or one of a run between single hanzi.
    fn blank(&mut self, bytes: &[u8], at: usize) -> bool {
        if goes_before(&bytes[at + 1..]) || behind_preposition(&bytes[..at]) {
            return true;
        }
        if self.lone > 0 && at == self.blank + 4 && bytes[at - 3] >= 0xE3 {
            self.lone += 1;
        } else {
            self.lone = 1;
        }
        self.blank = at;
        self.lone >= 4
    }

    /// A line's end: is the next one indented, is this one as wide as those before?
    fn line_end(&mut self, bytes: &[u8], at: usize) -> bool {
        let line = &bytes[self.line..at];
        let width = if line.len() > 240 {
            0
        } else {
            let ascii = line.iter().filter(|b| **b < 0x80).count();
            let chars = line.iter().filter(|b| (**b as i8) >= -0x40).count();
            2 * chars - ascii
        };
        self.alike = if width >= 30 && width.abs_diff(self.width) <= 4 {
            self.alike + 1
        } else {
            0
        };
        self.width = width;
        self.line = at + 1;
        self.alike >= 3 || indented(&bytes[at + 1..])
    }

    /// At the page's end.
    fn end(&self, bytes: &[u8]) -> bool {
        (self.narrow_comma && !self.wide_comma)
            || bytes.last().is_some_and(|b| matches!(b, b' ' | b'\t'))
            || bytes.ends_with(b"\xE3\x80\x80")
    }
}
