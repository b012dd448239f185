//! Crawl damage is undone and written down.
//!
//! The damage is the kind met on mirrored Chinese news pages: `機(jī)關(guān)`,
//! `會議,,強調`, `出?!睗O船`. Each rule undoes one kind and decides by the
//! whole page, since the same bracket is damage on one page and a gloss on
//! another. A page without a sign of damage costs one scan of its bytes.

mod chars;
mod control;
mod doubled;
mod edits;
mod entity;
mod gbk;
mod judge;
mod lookalike;
mod loss;
mod mojibake;
mod pinyin;
mod shift;
mod signs;
mod space;
mod width;

use std::borrow::Cow;

use crate::article::Edit;
use crate::repair::edits::Change;

pub use crate::repair::edits::undo;

/// A repaired text and its audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired<'a> {
    /// The text; borrowed when nothing was found.
    pub text: Cow<'a, str>,
    /// What was changed, sorted by place in the input.
    pub edits: Vec<Edit>,
}

/// A rule sees the page as the rules before it left it, and says what to change.
type Rule = fn(&[char]) -> Vec<Change>;

/// The rules in the order they run.
const RULES: &[(&str, Rule)] = &[
    ("mojibake", mojibake::undo), // its bytes look like control characters
    ("loss", loss::mark),
    ("entity", entity::resolve),
    ("lookalike", lookalike::replace),
    ("control", control::strip), // zero-width marks would break the runs below
    ("shift", shift::undo), // needs brackets, doubled commas and the page's own characters as they are
    ("pinyin", pinyin::drop),
    ("doubled", doubled::undouble),
    ("width", width::restore), // needs single marks; `,` beside a hanzi becomes `，`
    ("space", space::tidy),    // last: lines are judged by the marks they end in
];

/// Changes with every change of what the rules do; part of an index's identity.
const VERSION: &str = "repair-3";

/// Rounds after which a page that still changes is left as it was found.
/// Real pages settle in one round; only made-up nesting needs more.
const ROUNDS: usize = 6;

/// Undoes crawl damage in a text (title and body as one string, `title\nbody`,
/// since some rules need the evidence of the whole page).
///
/// The result is settled: repairing it again changes nothing. The text keeps
/// its own script, and its first line break is never removed.
#[must_use]
pub fn repair(text: &str) -> Repaired<'_> {
    if signs::found(text) {
        repair_found(text)
    } else {
        untouched(text)
    }
}

/// Names the rules and their version: part of an index's identity.
#[must_use]
pub fn rules_version() -> &'static str {
    VERSION
}

fn untouched(text: &str) -> Repaired<'_> {
    Repaired {
        text: Cow::Borrowed(text),
        edits: Vec::new(),
    }
}

/// [`repair`] behind the scan.
fn repair_found(text: &str) -> Repaired<'_> {
    let input: Vec<char> = text.chars().collect();
    let mut page = input.clone();
    let mut all: Vec<Change> = Vec::new();
    for _ in 0..ROUNDS {
        let mut settled = true;
        for (kind, rule) in RULES {
            let mut changes = rule(&page);
            if changes.is_empty() {
                continue;
            }
            settled = false;
            for change in &mut changes {
                change.kind = kind;
            }
            let next = edits::apply(&page, &changes);
            all = edits::compose(all, &page, changes);
            page = next;
        }
        let text: String = page.iter().collect();
        // What shows no sign any more need not be gone through again.
        if settled || !signs::found(&text) {
            let edits = edits::audit(&input, all);
            if edits.is_empty() {
                break;
            }
            return Repaired {
                text: Cow::Owned(text),
                edits,
            };
        }
    }
    untouched(text)
}

#[cfg(test)]
mod tests;
