//! GBK as the damaged pages were made with it: two bytes a character, private use left out.

use std::sync::LazyLock;

/// The two bytes of each character of the basic plane (0 for none), and the character of each pair.
struct Codes {
    pair: Vec<u16>,
    char: Vec<char>,
}

static CODES: LazyLock<Codes> = LazyLock::new(|| {
    let mut codes = Codes {
        pair: vec![0; 0x1_0000],
        char: vec!['\0'; 0x1_0000],
    };
    for lead in 0x81..=0xFE_u8 {
        for trail in 0x40..=0xFE_u8 {
            let bytes = [lead, trail];
            let (text, bad) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
            let mut chars = text.chars();
            let (Some(c), None, false) = (chars.next(), chars.next(), bad) else {
                continue;
            };
            if matches!(c, '\0'..='\u{7F}' | '\u{E000}'..='\u{F8FF}' | '\u{10000}'..) {
                continue;
            }
            let pair = u16::from_be_bytes([lead, trail]);
            codes.char[usize::from(pair)] = c;
            codes.pair[c as usize] = pair;
        }
    }
    codes
});

/// The lead and trail byte of a character that GBK writes with two.
pub(super) fn bytes(c: char) -> Option<(u8, u8)> {
    let [lead, trail] = CODES.pair.get(c as usize)?.to_be_bytes();
    (lead != 0).then_some((lead, trail))
}

/// As [`bytes`], private use included: what a decoder that keeps it made of two bytes.
pub(super) fn raw(c: char) -> Option<(u8, u8)> {
    if !matches!(c, '\u{E000}'..='\u{F8FF}') {
        return bytes(c);
    }
    let mut buffer = [0; 4];
    let (code, _, bad) = encoding_rs::GBK.encode(c.encode_utf8(&mut buffer));
    match *code {
        [lead, trail] if !bad => Some((lead, trail)),
        _ => None,
    }
}

/// The character of two bytes; none for private use and what GBK lacks.
pub(super) fn char(lead: u8, trail: u8) -> Option<char> {
    let c = *CODES
        .char
        .get(usize::from(u16::from_be_bytes([lead, trail])))?;
    (c != '\0').then_some(c)
}

/// Whether a decoder drops this pair without a trace (the user-defined areas).
pub(super) fn vanishes(lead: u8, trail: u8) -> bool {
    match lead {
        0xAA..=0xAF | 0xF8..=0xFE => (0xA1..=0xFE).contains(&trail),
        0xA1..=0xA7 => (0x40..=0xA0).contains(&trail) && trail != 0x7F,
        _ => false,
    }
}
