//! One character to one character, for comparison only: 機關 and 机关, ＡＢＣ and abc are one.
//!
//! Offsets keep their meaning because no fold ever changes the number of code
//! points; that is why there is no NFKC here (`…` would become `...`) and no
//! phrase table in the keys (the fold of a character may not hang on its
//! neighbours). Phrases matter only for [`to_simplified`], which is for display.
//!
//! The table is OpenCC's, see `fold/NOTICE`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Traditional and simplified characters in turn, one pair after the other, sorted by the first.
const PAIRS: &str = include_str!("fold/t2s.txt");

/// `traditional simplified`, a phrase a line, both of one length.
const PHRASES: &str = include_str!("fold/phrases.txt");

/// Pairs for keys alone: the table lacks them, maps them to themselves because
/// the choice depends on the word, or they are one sign in two shapes.
const KEYS_ONLY: &[(char, char)] = &[
    ('著', '着'), // 看著; but 著名, so never for display
    ('瞭', '了'), // 瞭解; but 瞭望
    ('藉', '借'), // 憑藉; but 狼藉
    ('衞', '卫'),
    ('搆', '构'),
    ('衹', '只'),
    ('姪', '侄'),
    ('鬪', '斗'),
    ('砲', '炮'),
    ('牴', '抵'),
    ('粧', '妆'),
    ('○', '〇'), // zero in 二○一二年
    ('◯', '〇'),
];

/// Changes whenever the fold of any character may have changed by hand; the
/// table's own changes show in [`TABLE_HASH`].
pub const TABLE_VERSION: u32 = 1;

/// Characters a page of the table holds.
const PAGE: usize = 256;
/// Pages that hold at least one character that is folded, and page 0 which holds none.
const PAGES: usize = 226;

/// Two levels: code point / 256 gives a page, code point % 256 a place in it.
struct Table {
    index: [u8; 0x11_0000 / PAGE],
    /// `'\0'` stands for "itself", so that all untouched pages are page 0.
    pages: [[char; PAGE]; PAGES],
}

static FOLD: Table = build(true);
static SIMPLIFY: Table = build(false);

/// Built by the compiler, so that a fold is two loads and no check of a lock.
const fn build(keys: bool) -> Table {
    let mut table = Table {
        index: [0; 0x11_0000 / PAGE],
        pages: [['\0'; PAGE]; PAGES],
    };
    let mut used = 0;
    let bytes = PAIRS.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\n' || bytes[at] == b'\r' {
            at += 1;
            continue;
        }
        let (from, next) = decode(bytes, at);
        let (to, next) = decode(bytes, next);
        used = set(&mut table, used, from, to);
        at = next;
    }
    if keys {
        let mut i = 0;
        while i < KEYS_ONLY.len() {
            used = set(&mut table, used, KEYS_ONLY[i].0, KEYS_ONLY[i].1);
            i += 1;
        }
        let mut ascii = 0x21;
        while ascii <= 0x7E_u8 {
            let lower = ascii.to_ascii_lowercase() as char;
            used = set(&mut table, used, wide(ascii), lower);
            if lower != ascii as char {
                used = set(&mut table, used, ascii as char, lower);
            }
            ascii += 1;
        }
        used = set(&mut table, used, '\u{3000}', ' ');
    }
    assert!(used < PAGES, "raise PAGES");
    table
}

/// The full-width form of a printable ASCII character.
const fn wide(ascii: u8) -> char {
    match char::from_u32(0xFF00 + ascii as u32 - 0x20) {
        Some(c) => c,
        None => '\0',
    }
}

/// Writes one pair; `used` is the number of the last page taken.
const fn set(table: &mut Table, mut used: usize, from: char, to: char) -> usize {
    let page = from as usize / PAGE;
    if table.index[page] == 0 {
        used += 1;
        table.index[page] = used as u8;
    }
    table.pages[table.index[page] as usize][from as usize % PAGE] = to;
    used
}

/// The character of well-formed UTF-8 at `at`, and where the next one starts.
const fn decode(bytes: &[u8], at: usize) -> (char, usize) {
    let lead = bytes[at];
    let (mut code, len) = match lead {
        0x00..0x80 => (lead as u32, 1),
        0x80..0xE0 => (lead as u32 & 0x1F, 2),
        0xE0..0xF0 => (lead as u32 & 0x0F, 3),
        _ => (lead as u32 & 0x07, 4),
    };
    let mut i = 1;
    while i < len {
        code = code << 6 | (bytes[at + i] as u32 & 0x3F);
        i += 1;
    }
    match char::from_u32(code) {
        Some(c) => (c, at + len),
        None => ('\0', at + len),
    }
}

impl Table {
    #[inline]
    fn get(&self, c: char) -> char {
        let code = c as usize;
        let to = self.pages[self.index[code / PAGE] as usize % PAGES][code % PAGE];
        if to == '\0' { c } else { to }
    }
}

/// The key of a character: full-width ASCII to ASCII, U+3000 to a blank, ASCII
/// capitals to small letters, traditional to simplified. Idempotent.
#[inline]
#[must_use]
pub fn fold(c: char) -> char {
    FOLD.get(c)
}

/// [`fold`] of every character: as many code points as before, not always as many bytes.
#[must_use]
pub fn fold_str(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// The simplified form of one character, for evidence about a page's script:
/// no widths, no case, none of the pairs made for keys alone.
#[inline]
#[must_use]
pub fn simplify(c: char) -> char {
    SIMPLIFY.get(c)
}

/// Phrases by their first character, longest first.
static BY_FIRST: LazyLock<HashMap<char, Vec<(&str, &str)>>> = LazyLock::new(|| {
    let mut map: HashMap<char, Vec<(&str, &str)>> = HashMap::new();
    for (from, to) in PHRASES.lines().filter_map(|line| line.split_once(' ')) {
        map.entry(first(from)).or_default().push((from, to));
    }
    for list in map.values_mut() {
        list.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    }
    map
});

fn first(text: &str) -> char {
    text.chars().next().unwrap_or('\0')
}

/// Words in which 著 is itself in both scripts, by the character before or
/// behind it (in simplified script): 显著, 名著; 著名, 著作.
const KEEPS_BEFORE: &str = "显卓昭名论专巨原编译遗土新合撰拙旧较彰大共知》";
const KEEPS_AFTER: &str = "名作者述称录书有文论说";

/// Whether 著 at this place of a traditional text is the 着 of 看著, 著力.
fn is_particle(before: Option<char>, after: Option<char>) -> bool {
    let held = |list: &str, c: Option<char>| c.is_some_and(|c| list.contains(simplify(c)));
    // `王大同著` ends a line or a bracket.
    let author = after.is_none_or(|c| matches!(c, '\n' | '）' | ')' | '　' | ' '));
    !author && !held(KEEPS_AFTER, after) && !held(KEEPS_BEFORE, before)
}

/// The text in simplified script, for display: one code point for one code
/// point, so that marks stay where they are.
///
/// 乾隆, 憑藉 and the like go by phrase. A text in which 乾 is the only
/// character the table would touch is in simplified script already; there 乾 is
/// a name (张乾) and stays. In any other, 著 is 着 unless the word is 著名 and the like.
#[must_use]
pub fn to_simplified(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let already = text.chars().all(|c| c == '乾' || simplify(c) == c);
    let mut at = 0;
    let mut before = None;
    while let Some(c) = text[at..].chars().next() {
        let phrase = if c < '\u{2E80}' {
            None
        } else {
            BY_FIRST
                .get(&c)
                .and_then(|list| list.iter().find(|(from, _)| text[at..].starts_with(from)))
        };
        if let Some((from, to)) = phrase {
            out.push_str(to);
            at += from.len();
        } else {
            let after = || text[at + c.len_utf8()..].chars().next();
            out.push(match c {
                '乾' if already => c,
                '著' if !already && is_particle(before, after()) => '着',
                _ => simplify(c),
            });
            at += c.len_utf8();
        }
        before = out.chars().next_back();
    }
    out
}

/// A number that is the same as long as every character folds to the same one
/// (FNV-1a over the pairs): part of an index's identity.
pub const TABLE_HASH: u64 = table_hash();

const fn table_hash() -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ TABLE_VERSION as u64;
    let mut code = 0;
    while code < FOLD.index.len() * PAGE {
        let page = FOLD.index[code / PAGE] as usize;
        // A page without a fold needs no look.
        if page == 0 {
            code += PAGE;
            continue;
        }
        let to = FOLD.pages[page][code % PAGE] as u32;
        if to != 0 && to != code as u32 {
            let bytes = (code as u64 | (to as u64) << 32).to_le_bytes();
            let mut nth = 0;
            while nth < bytes.len() {
                hash = (hash ^ bytes[nth] as u64).wrapping_mul(0x0100_0000_01b3);
                nth += 1;
            }
        }
        code += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idempotent_over_all_of_unicode() {
        for c in '\0'..=char::MAX {
            assert_eq!(fold(fold(c)), fold(c), "{c}");
            assert_eq!(simplify(simplify(c)), simplify(c), "{c}");
        }
    }

    #[test]
    fn keys_and_display_differ_only_where_they_say_so() {
        for c in ('\u{80}'..=char::MAX).filter(|c| !('\u{FF00}'..'\u{FF60}').contains(c)) {
            let apart = KEYS_ONLY.iter().any(|&(from, _)| from == simplify(c)) || c == '\u{3000}';
            assert_eq!(fold(c) != simplify(c), apart, "{c}");
        }
    }

    #[test]
    fn the_whole_table_is_in() {
        let pairs: Vec<char> = PAIRS.chars().filter(|c| *c != '\n').collect();
        assert_eq!(pairs.len(), 2 * 4105);
        for pair in pairs.chunks(2) {
            assert_eq!(simplify(pair[0]), pair[1]);
            assert!(pair[0] != pair[1]);
        }
        assert!(pairs.chunks(2).is_sorted_by(|a, b| a[0] < b[0]));
    }

    #[test]
    fn folds() {
        for (from, to) in [
            ("機關黨建", "机关党建"),
            ("ＡＢｃ１２（，）　", "abc12(,) "),
            ("看著　瞭解", "看着 了解"),
            ("二○一二年", "二〇一二年"),
            ("薴", "苎"),
            ("…㎡℃①", "…㎡℃①"),
            ("《。、“”‘’", "《。、“”‘’"),
            ("Ünïcode ΣΑΣ", "Ünïcode ΣΑΣ"),
            ("", ""),
        ] {
            assert_eq!(fold_str(from), to);
            assert_eq!(from.chars().count(), fold_str(from).chars().count());
        }
    }

    #[test]
    fn simplified_for_display() {
        for (from, to) in [
            ("著名學者乾隆年間著書", "著名学者乾隆年间著书"),
            ("扭轉乾坤", "扭转乾坤"),
            ("餅乾", "饼干"),
            ("张乾同志赴乾安县", "张乾同志赴乾安县"),
            ("憑藉優勢，瞭解情況", "凭借优势，了解情况"),
            ("杯盤狼藉", "杯盘狼藉"),
            (
                "著力抓落實，圍繞著目標走著。",
                "着力抓落实，围绕着目标走着。",
            ),
            ("成效顯著，是名著的編著者", "成效显著，是名著的编著者"),
            ("《論語新解》（錢某著）", "《论语新解》（钱某著）"),
            ("这里看著一样", "这里看著一样"),
            ("ＡＢＣ，ABC", "ＡＢＣ，ABC"),
        ] {
            assert_eq!(to_simplified(from), to);
            assert_eq!(from.chars().count(), to_simplified(from).chars().count());
        }
    }

    #[test]
    fn phrases_keep_their_length_and_settle() {
        for (from, to) in PHRASES.lines().filter_map(|line| line.split_once(' ')) {
            assert_eq!(from.chars().count(), to.chars().count(), "{from}");
            assert_eq!(to_simplified(from), to);
            assert_eq!(to_simplified(to), to, "{from}");
        }
    }

    #[test]
    fn the_hash_is_stable() {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(TABLE_VERSION);
        for c in ('\0'..=char::MAX).filter(|c| fold(*c) != *c) {
            for byte in [c, fold(c)]
                .into_iter()
                .flat_map(|c| u32::from(c).to_le_bytes())
            {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        assert_eq!(TABLE_HASH, hash);
    }
}
