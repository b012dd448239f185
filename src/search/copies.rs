//! Reprints of one text stand as one hit.
//!
//! Two articles are copies when their texts have one signature; or nearly one
//! and their days lie at most a month apart, or are not known. What is said
//! every year in the same words (a congress opens, a holiday is kept) is news
//! each time.

use anyhow::Result;

use crate::index::{Signature, Store};
use crate::search::rank::{Candidate, WIDE, day_of};
use crate::search::together::each;

/// How many of the best are looked at for copies of what is shown: a copy says
/// the same, so it stands near. So many are ranked in any case.
const LOOK: usize = WIDE;
/// So many of them are worth a thread of their own.
const TOGETHER: usize = 32;

/// Goes down a ranked list of articles and folds every copy into the article
/// above it that it is a copy of: the places of the first `wanted` others, with how
/// many copies of each the list holds. The best ranked stands.
pub(super) fn fold(
    store: &Store,
    ranked: &[Candidate],
    wanted: usize,
) -> Result<Vec<(usize, u64)>> {
    let mut kept: Vec<(usize, u64)> = Vec::new();
    // Of those that are kept, the rest of it once somebody asked for it.
    let mut sketches: Vec<(u64, Option<Signature>)> = Vec::new();
    let segment = |one: &Candidate| &store.segments()[one.segment];
    let known = |signature: &mut Option<Signature>, one: &Candidate| -> Result<Signature> {
        match signature {
            Some(known) => Ok(*known),
            None => Ok(*signature.insert(segment(one).signature(one.article())?)),
        }
    };
    let sketch = |one: &Candidate| segment(one).sketch(one.article());
    // Together, for they lie far apart.
    let looked_at = &ranked[..ranked.len().min(LOOK)];
    let first: Vec<Vec<u64>> = each(looked_at.chunks(TOGETHER).collect(), |some| {
        some.iter().map(sketch).collect()
    })?;
    let first = first.concat();
    for (nth, candidate) in ranked.iter().enumerate() {
        let sketch = match first.get(nth) {
            Some(sketch) => *sketch,
            None if kept.len() >= wanted => break,
            None => sketch(candidate)?,
        };
        let mut above = None;
        let mut own = None;
        for (place, ((one, _), (other, of_one))) in kept.iter().zip(&mut sketches).enumerate() {
            // What is read first tells nearly always.
            if !Signature::may_be_near(sketch, *other) {
                continue;
            }
            let one = &ranked[*one];
            let near = within_a_month(day_of(store, one)?, day_of(store, candidate)?);
            if sketch != *other && !near {
                continue;
            }
            let (of_one, own) = (known(of_one, one)?, known(&mut own, candidate)?);
            if own == of_one || near && own.is_near(&of_one) {
                above = Some(place);
                break;
            }
        }
        match above {
            Some(above) => kept[above].1 += 1,
            None if kept.len() < wanted => {
                kept.push((nth, 0));
                sketches.push((sketch, own));
            }
            None => {}
        }
    }
    Ok(kept)
}

/// Whether two days (`yyyymmdd`) may be those of a text and its reprint;
/// `u64::MAX` is an unknown one.
fn within_a_month(a: u64, b: u64) -> bool {
    let place = |day: u64| (day / 10_000 * 12 + day / 100 % 100) * 31 + day % 100;
    a == u64::MAX || b == u64::MAX || place(a).abs_diff(place(b)) <= 31
}

#[cfg(test)]
mod tests {
    use super::within_a_month;

    #[test]
    fn a_month_is_a_month() {
        for (a, b, want) in [
            (20_180_101, 20_180_101, true),
            (20_171_220, 20_180_103, true),
            (20_180_103, 20_171_220, true),
            (20_160_205, 20_170_125, false),
            (20_180_228, 20_180_501, false),
            (u64::MAX, 20_180_101, true),
        ] {
            assert_eq!(within_a_month(a, b), want, "{a} {b}");
        }
    }
}
