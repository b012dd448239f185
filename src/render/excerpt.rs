//! The part of a passage worth showing: whole clauses around the marks.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::terminal::{Cell, closes, may_break, width};

/// Put where text was left out.
pub(crate) const CUT: Cell = Cell {
    c: '…',
    marked: false,
};

/// Cells of the shortest clause: shorter ones join the next, so that a text of
/// nothing but commas makes no more windows than another.
const SHORTEST: usize = 6;

/// A stretch of text up to a punctuation mark.
struct Clause {
    cells: Range<usize>,
    width: usize,
    /// The sentence begins here.
    opens: bool,
    /// The marks that begin here, equal texts by one number.
    marks: Vec<usize>,
}

/// `context` code points on each side of every mark, or, without a mark or
/// without `context`, the clauses that hold the most different marks, in at
/// most `room` cells. One line; what was left out is shown as `…`.
pub(crate) fn excerpt(text: &[Cell], room: usize, context: Option<usize>) -> Vec<Cell> {
    let ranges = match context {
        Some(context) if text.iter().any(|cell| cell.marked) => around(text, context),
        _ => clauses_of(text, room),
    };
    let mut shown = Vec::with_capacity(room);
    let mut last = 0;
    for range in ranges {
        if range.start > last {
            shown.push(CUT);
        }
        shown.extend(text.get(range.clone()).unwrap_or_default());
        last = range.end;
    }
    if last < text.len() {
        shown.push(CUT);
    }
    for cell in &mut shown {
        if cell.c == '\n' {
            cell.c = ' ';
        }
    }
    shown
}

fn around(text: &[Cell], context: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for mark in runs(text) {
        let start = mark.start.saturating_sub(context);
        let end = mark.end.saturating_add(context).min(text.len());
        match ranges.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges
}

/// The marked stretches.
fn runs(text: &[Cell]) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut runs = Vec::new();
    for run in text.chunk_by(|a, b| a.marked == b.marked) {
        if run.first().is_some_and(|cell| cell.marked) {
            runs.push(at..at + run.len());
        }
        at += run.len();
    }
    runs
}

/// One window of clauses, or two of half the room where that shows more marks.
fn clauses_of(text: &[Cell], room: usize) -> Vec<Range<usize>> {
    let clauses = clauses(text, room);
    let none = HashSet::new();
    let whole = window(&clauses, room, &none);
    let first = window(&clauses, room / 2, &none);
    let first_marks = marks(&clauses, &first);
    let left = window(
        clauses.get(..first.start).unwrap_or_default(),
        room / 2,
        &first_marks,
    );
    let right = window(
        clauses.get(first.end..).unwrap_or_default(),
        room / 2,
        &first_marks,
    );
    let right = right.start + first.end..right.end + first.end;
    let news = |range: &Range<usize>| marks(&clauses, range).difference(&first_marks).count();
    let second = if news(&left) >= news(&right) {
        left
    } else {
        right
    };
    let mut windows = vec![whole];
    if let Some(one) = windows.first()
        && first_marks.len() + news(&second) > marks(&clauses, one).len()
    {
        windows = if second.start < first.start {
            vec![second, first]
        } else {
            vec![first, second]
        };
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for range in windows {
        let (Some(from), Some(to)) = (
            clauses.get(range.start),
            range.end.checked_sub(1).and_then(|i| clauses.get(i)),
        ) else {
            continue;
        };
        match ranges.last_mut() {
            Some(last) if last.end == from.cells.start => last.end = to.cells.end,
            _ => ranges.push(from.cells.start..to.cells.end),
        }
    }
    ranges
}

fn marks(clauses: &[Clause], range: &Range<usize>) -> HashSet<usize> {
    clauses
        .get(range.clone())
        .unwrap_or_default()
        .iter()
        .flat_map(|c| c.marks.iter().copied())
        .collect()
}

/// The clauses in a row that fit the room and show the most different marks
/// outside `known`; of equal ones those with more marks, then those that begin
/// a sentence, then the latest, so that the marks come early; room that is left
/// is filled with what stands before, by whole sentences if it began with one.
fn window(clauses: &[Clause], room: usize, known: &HashSet<usize>) -> Range<usize> {
    let mut best = (0, 0, false, 0..0);
    let marked = clauses.iter().any(|clause| !clause.marks.is_empty());
    for (start, first) in clauses.iter().enumerate() {
        let mut used = 0;
        let mut end = start;
        let mut news: HashSet<usize> = HashSet::new();
        let mut count = 0;
        for clause in clauses.get(start..).unwrap_or_default() {
            used += clause.width;
            if used > room && end > start {
                break;
            }
            end += 1;
            count += clause.marks.len();
            news.extend(clause.marks.iter().filter(|mark| !known.contains(*mark)));
        }
        let found = (news.len(), count, first.opens, start..end);
        if start == 0 || (found.0, found.1, found.2) >= (best.0, best.1, best.2) {
            best = found;
        }
        if !marked {
            break;
        }
    }
    let mut range = best.3;
    let mut used: usize = clauses
        .get(range.clone())
        .unwrap_or_default()
        .iter()
        .map(|c| c.width)
        .sum();
    let sentences = best.2;
    for (at, clause) in clauses
        .get(..range.start)
        .unwrap_or_default()
        .iter()
        .enumerate()
        .rev()
    {
        used += clause.width;
        if used > room {
            break;
        }
        if clause.opens || !sentences {
            range.start = at;
        }
    }
    range
}

/// Cuts a text after its punctuation. A mark is never cut; a clause too long
/// for a quarter of the room is cut where a line may break.
fn clauses(text: &[Cell], room: usize) -> Vec<Clause> {
    let mut numbers = HashMap::new();
    let mut starts = runs(text).into_iter().peekable();
    let mut clauses = Vec::new();
    let mut start = 0;
    let mut opens = true;
    let mut used = 0;
    for (at, cell) in text.iter().enumerate() {
        used += cell.width();
        let next = text.get(at + 1);
        let kept = next.is_some_and(|next| cell.marked && next.marked);
        let ends_sentence = sentence_ends(text, start, at);
        let ends = ends_sentence || comma(cell.c) && !next.is_some_and(|next| closes(next.c));
        let long = used * 4 >= room.max(16) && may_break(text, at + 1);
        if next.is_some() && (kept || used < SHORTEST || !(ends || long)) {
            continue;
        }
        let mut marks = Vec::new();
        while let Some(run) = starts.next_if(|run| run.start <= at) {
            let mark: String = text
                .get(run)
                .unwrap_or_default()
                .iter()
                .map(|cell| cell.c)
                .collect();
            let fresh = numbers.len();
            marks.push(*numbers.entry(mark).or_insert(fresh));
        }
        let cells = start..at + 1;
        // A line break is shown as a blank.
        let width = width(text.get(cells.clone()).unwrap_or_default()).max(1);
        clauses.push(Clause {
            cells,
            width,
            opens,
            marks,
        });
        start = at + 1;
        used = 0;
        opens = ends_sentence;
    }
    clauses
}

/// Whether a sentence ends with the character at `at`: a full stop and what
/// closes behind it, or the end of a paragraph.
fn sentence_ends(text: &[Cell], start: usize, at: usize) -> bool {
    let next = text.get(at + 1).map(|cell| cell.c);
    let Some(cell) = text.get(at) else {
        return false;
    };
    if cell.c == '\n' {
        return true;
    }
    if next.is_some_and(|next| stop(next) || closes(next)) {
        return false;
    }
    let said = text.get(start..=at).unwrap_or_default().iter().rev();
    said.map(|cell| cell.c)
        .find(|c| !"”’」』）》".contains(*c))
        .is_some_and(stop)
}

fn stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | ';')
}

fn comma(c: char) -> bool {
    matches!(c, '，' | '：' | '、' | ',')
}
