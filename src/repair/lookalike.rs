//! Characters that look like hanzi and are none: Kangxi radicals (⼈ for 人, as
//! PDF readers give them), compatibility ideographs, private use of old fonts.
//! A table of radicals keeps its own.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::chars::is_han;
use super::edits::Change;

/// Look-alike and hanzi in turn: the compatibility mappings of Unicode 15 for
/// U+2F00–2FD5 and U+F900–FAD9, and the radicals of the supplement that are
/// whole characters.
const PAIRS: &str = include_str!("lookalike/pairs.txt");

/// Private use of GB 18030-2000 that later editions gave a code point of its
/// own (GB 18030-2022, annex), and the blank of old Windows fonts.
const PRIVATE: &[(char, char)] = &[
    ('\u{E5E5}', '　'),
    ('\u{E81E}', '\u{9FB4}'),
    ('\u{E826}', '\u{9FB5}'),
    ('\u{E82B}', '\u{9FB6}'),
    ('\u{E82C}', '\u{9FB7}'),
    ('\u{E832}', '\u{9FB8}'),
    ('\u{E843}', '\u{9FB9}'),
    ('\u{E854}', '\u{9FBA}'),
    ('\u{E863}', '\u{4DAE}'),
    ('\u{E864}', '\u{9FBB}'),
];

static MEANT: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let pairs: Vec<char> = PAIRS.chars().filter(|c| *c != '\n').collect();
    pairs
        .chunks_exact(2)
        .map(|two| (two[0], two[1]))
        .chain(PRIVATE.iter().copied())
        .collect()
});

fn may_be(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{E000}'..='\u{F8FF}' | '\u{F900}'..='\u{FAD9}')
}

pub(super) fn replace(page: &[char]) -> Vec<Change> {
    let mut out = Vec::new();
    for (i, &c) in page.iter().enumerate() {
        if !may_be(c) {
            continue;
        }
        let Some(&meant) = MEANT.get(&c) else {
            continue;
        };
        let before = i.checked_sub(1).map(|i| page[i]);
        let next = page.get(i + 1).copied();
        let hanzi = |c: Option<char>| c.is_some_and(|c| is_han(c) && !may_be(c));
        // A list of radicals has them side by side or by themselves.
        if matches!(c, '\u{E000}'..='\u{F8FF}') || hanzi(before) || hanzi(next) {
            out.push(Change::set(i, meant));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::{check, same};

    #[test]
    fn look_alikes_are_what_they_look_like() {
        check(
            "全国⼈⺠代表⼤会\u{E5E5}公告",
            "全国人⺠代表大会　公告".replace('⺠', "民").as_str(),
        );
        check("\u{F92C}坊区", "郎坊区");
    }

    #[test]
    fn tables_of_radicals_stay() {
        same("部首：⼀ ⼁ ⼂ ⼃ ⼄");
    }
}
