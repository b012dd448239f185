//! Many readings of one place: what stands around it is scored once.

use super::table::LONGEST;
use super::{Judge, words};
use crate::fold::simplify;

/// Characters on each side that a word may share with the place.
const REACH: usize = LONGEST - 1;
/// Longest reading, in code points.
const PLACE: usize = 2;

/// Neighbours on each side that are looked at, in code points.
const SIDE: usize = 8;

/// The neighbours of a place, scored; [`Frame::score`] is [`Judge::score`] of
/// the whole with a reading in the place.
pub(in crate::repair) struct Frame<'a> {
    judge: &'a Judge,
    /// The neighbours a word may share, in simplified script.
    before: ([char; REACH], usize),
    after: ([char; REACH], usize),
    /// Best score up to each of these places of `before`.
    so_far: [f32; REACH + 1],
    /// Best score from each place of `after` to the end.
    to_go: [f32; REACH + 1],
    /// What hangs on the neighbours alone.
    fixed: f32,
}

impl<'a> Frame<'a> {
    /// The eight nearest characters on each side count.
    pub(in crate::repair) fn new(judge: &'a Judge, before: &[char], after: &[char]) -> Self {
        let before = &before[before.len().saturating_sub(SIDE)..];
        let after = &after[..after.len().min(SIDE)];
        let script = |text: &[char]| text.iter().map(|&c| judge.out_of_script(c)).sum::<f32>();
        let script = script(before) + script(after);
        let (mut head, mut tail) = (['\0'; SIDE], ['\0'; SIDE]);
        for (to, &c) in head.iter_mut().zip(before) {
            *to = simplify(c);
        }
        for (to, &c) in tail.iter_mut().zip(after) {
            *to = simplify(c);
        }
        let (head, tail) = (&head[..before.len()], &tail[..after.len()]);
        let mut reached = [f32::NEG_INFINITY; SIDE + 1];
        reached[0] = 0.0;
        for i in 0..head.len() {
            words(head, i, |end, share| {
                reached[end] = reached[end].max(reached[i] + share);
            });
        }
        let mut left = [f32::NEG_INFINITY; SIDE + 1];
        left[tail.len()] = 0.0;
        for i in (0..tail.len()).rev() {
            words(tail, i, |end, share| {
                left[i] = left[i].max(share + left[end])
            });
        }
        let far = head.len().saturating_sub(REACH);
        let mut frame = Frame {
            judge,
            before: (['\0'; REACH], head.len() - far),
            after: (['\0'; REACH], tail.len().min(REACH)),
            so_far: [f32::NEG_INFINITY; REACH + 1],
            to_go: [f32::NEG_INFINITY; REACH + 1],
            fixed: script + judge.met(head) + judge.met(tail),
        };
        for (i, &c) in head[far..].iter().enumerate() {
            frame.before.0[i] = c;
        }
        for (to, &c) in frame.after.0.iter_mut().zip(tail) {
            *to = c;
        }
        for (to, &score) in frame.so_far.iter_mut().zip(&reached[far..=head.len()]) {
            *to = score;
        }
        for (to, &score) in frame.to_go.iter_mut().zip(&left) {
            *to = score;
        }
        frame
    }

    /// How likely the whole is with this reading of one or two characters.
    pub(in crate::repair) fn score(&self, reading: &[char]) -> f32 {
        let (before, after) = (
            &self.before.0[..self.before.1],
            &self.after.0[..self.after.1],
        );
        let start = before.len();
        let stop = start + reading.len().min(PLACE);
        let mut text = ['\0'; 2 * REACH + PLACE];
        let mut best = [f32::NEG_INFINITY; REACH + PLACE + 1];
        text[..start].copy_from_slice(before);
        let mut script = 0.0;
        for (to, &c) in text[start..stop].iter_mut().zip(reading) {
            *to = simplify(c);
            script += self.judge.out_of_script(c);
        }
        text[stop..stop + after.len()].copy_from_slice(after);
        let text = &text[..stop + after.len()];
        best[..=start].copy_from_slice(&self.so_far[..=start]);
        let mut total = f32::NEG_INFINITY;
        for i in 0..stop {
            words(text, i, |end, share| {
                if end <= start {
                    // counted in `so_far`
                } else if end <= stop {
                    best[end] = best[end].max(best[i] + share);
                } else {
                    total = total.max(best[i] + share + self.to_go[end - stop]);
                }
            });
        }
        total = total.max(best[stop] + self.to_go[0]);
        let met = self
            .judge
            .met(&text[start.saturating_sub(1)..text.len().min(stop + 1)]);
        total + self.fixed + script + met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_frame_scores_as_the_whole(
            before in "[中国共产党员干部，。A]{0,5}",
            reading in "[中国共产党员干部，。A]{1,2}",
            after in "[中国共产党员干部，。A]{0,5}",
        ) {
            let all: Vec<char> = format!("{before}{reading}{after}").chars().collect();
            let part = |s: &str| s.chars().collect::<Vec<char>>();
            let judge = Judge::new(&part("中国共产党，党员干部。"));
            let whole = judge.score(&all);
            let framed = Frame::new(&judge, &part(&before), &part(&after)).score(&part(&reading));
            prop_assert!((whole - framed).abs() < 1e-3, "{} {}", whole, framed);
        }
    }
}
