//! The algebra of changes: apply them, put two rounds of them together, undo them.

use crate::article::Edit;

/// A change as a rule gives it: places are code points of the page the rule saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// The rule's name.
    pub(super) kind: &'static str,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) to: Vec<char>,
    /// For each U+FFFD of `to`, what may have stood there, the likeliest first;
    /// nothing at all where no list is known.
    pub(super) candidates: Vec<Vec<char>>,
}

impl Change {
    pub(super) fn new(start: usize, end: usize, to: &str) -> Self {
        Change {
            kind: "",
            start,
            end,
            to: to.chars().collect(),
            candidates: Vec::new(),
        }
    }

    pub(super) fn delete(start: usize, end: usize) -> Self {
        Change::new(start, end, "")
    }

    pub(super) fn set(at: usize, to: char) -> Self {
        Change {
            kind: "",
            start: at,
            end: at + 1,
            to: vec![to],
            candidates: Vec::new(),
        }
    }
}

/// The page after the changes, which are sorted and do not overlap.
pub(super) fn apply(page: &[char], changes: &[Change]) -> Vec<char> {
    splice(page, 0..page.len(), changes)
}

/// Part of a page after the changes that lie inside it.
fn splice(page: &[char], part: std::ops::Range<usize>, changes: &[Change]) -> Vec<char> {
    let mut out = Vec::with_capacity(part.len());
    let mut at = part.start;
    for change in changes {
        out.extend_from_slice(&page[at..change.start]);
        out.extend_from_slice(&change.to);
        at = change.end;
    }
    out.extend_from_slice(&page[at..part.end]);
    out
}

/// Changes `before` lead from the input to `page`, `after` from `page` on: one
/// list of changes of the input that does both. Changes that touch stay apart;
/// those that share a character become one, under the name of the earlier.
pub(super) fn compose(before: Vec<Change>, page: &[char], after: Vec<Change>) -> Vec<Change> {
    let mut out = Vec::with_capacity(before.len() + after.len());
    let mut first = before.into_iter().peekable();
    let mut second = after.into_iter().peekable();
    // Place in the input less place in the page, behind all of `first` taken so far.
    let mut delta: isize = 0;
    let moved = |place: usize, delta: isize| place.saturating_add_signed(delta);
    let grown =
        |change: &Change| change.end as isize - change.start as isize - change.to.len() as isize;
    loop {
        // Where the next change of the first list stands in the page.
        let span = first.peek().map(|a| {
            let start = moved(a.start, -delta);
            (start, start + a.to.len())
        });
        let next = second.peek().map(|b| (b.start, b.end));
        match (span, next) {
            (None, None) => break,
            (Some((_, end)), next) if next.is_none_or(|(start, _)| end <= start) => {
                if let Some(a) = first.next() {
                    delta += grown(&a);
                    out.push(a);
                }
            }
            (span, Some((_, end))) if span.is_none_or(|(start, _)| end <= start) => {
                if let Some(mut b) = second.next() {
                    b.start = moved(b.start, delta);
                    b.end = moved(b.end, delta);
                    out.push(b);
                }
            }
            (span, next) => {
                let (mut from, mut to) = (usize::MAX, 0);
                for (start, end) in span.into_iter().chain(next) {
                    from = from.min(start);
                    to = to.max(end);
                }
                let start = moved(from, delta);
                let mut kind = "";
                let mut inside = Vec::new();
                let mut candidates = Vec::new();
                loop {
                    if let Some(mut a) = first.next_if(|a| moved(a.start, -delta) < to) {
                        candidates.append(&mut a.candidates);
                        to = to.max(moved(a.start, -delta) + a.to.len());
                        delta += grown(&a);
                        if kind.is_empty() {
                            kind = a.kind;
                        }
                    } else if let Some(mut b) = second.next_if(|b| b.start < to) {
                        candidates.append(&mut b.candidates);
                        to = to.max(b.end);
                        inside.push(b);
                    } else {
                        break;
                    }
                }
                let text = splice(page, from..to, &inside);
                if candidates.len() != text.iter().filter(|&&c| c == '\u{FFFD}').count() {
                    candidates.clear(); // no telling which is whose
                }
                out.push(Change {
                    kind,
                    start,
                    end: moved(to, delta),
                    to: text,
                    candidates,
                });
            }
        }
    }
    out
}

/// The changes as the audit shows them; those that changed nothing in the end are left out.
pub(super) fn audit(input: &[char], changes: Vec<Change>) -> Vec<Edit> {
    changes
        .into_iter()
        .filter(|change| input[change.start..change.end] != change.to)
        .map(|change| Edit {
            kind: change.kind.to_owned(),
            start: change.start,
            end: change.end,
            from: input[change.start..change.end].iter().collect(),
            to: change.to.into_iter().collect(),
            candidates: if change.candidates.iter().all(Vec::is_empty) {
                Vec::new()
            } else {
                change
                    .candidates
                    .iter()
                    .map(|list| list.iter().collect())
                    .collect()
            },
        })
        .collect()
}

/// The text before the repair, from the text after it and the audit.
///
/// Edits that do not fit the text are passed over as far as they do not fit;
/// nothing panics.
#[must_use]
pub fn undo(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    let mut at = 0; // place in the input
    for edit in edits {
        let keep = edit.start.saturating_sub(at);
        out.extend(rest.by_ref().take(keep));
        rest.by_ref().take(edit.to.chars().count()).for_each(drop);
        out.push_str(&edit.from);
        at = edit.end;
    }
    out.extend(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sorted changes that do not overlap, out of arbitrary numbers.
    fn changes(len: usize, raw: &[(usize, usize, String)]) -> Vec<Change> {
        let mut out = Vec::new();
        let mut at = 0;
        for (skip, take, to) in raw {
            let start = at + skip % 4;
            let end = start + take % 4;
            if end > len || (start == end && to.is_empty()) {
                break;
            }
            out.push(Change::new(start, end, to));
            at = end + usize::from(start == end);
        }
        out
    }

    proptest! {
        #[test]
        fn two_rounds_are_one(
            text in "[甲乙丙丁a-f]{0,40}",
            one in prop::collection::vec((0usize..9, 0usize..9, "[子丑]{0,3}"), 0..9),
            two in prop::collection::vec((0usize..9, 0usize..9, "[寅卯]{0,3}"), 0..9),
            three in prop::collection::vec((0usize..9, 0usize..9, "[辰巳]{0,3}"), 0..9),
        ) {
            let input: Vec<char> = text.chars().collect();
            let mut page = input.clone();
            let mut all = Vec::new();
            for raw in [one, two, three] {
                let round = changes(page.len(), &raw);
                let next = apply(&page, &round);
                all = compose(all, &page, round);
                page = next;
                prop_assert_eq!(&apply(&input, &all), &page);
                prop_assert!(all.windows(2).all(|w| w[0].end <= w[1].start));
            }
            let edits = audit(&input, all);
            let last: String = page.iter().collect();
            prop_assert_eq!(undo(&last, &edits), text);
        }
    }

    #[test]
    fn undo_of_nonsense_does_not_panic() {
        let edit = Edit {
            kind: String::new(),
            start: 9,
            end: 3,
            from: "x".into(),
            to: "yyy".into(),
            candidates: Vec::new(),
        };
        assert_eq!(undo("ab", &[edit.clone(), edit]), "abxx");
    }
}
