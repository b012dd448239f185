//! How much of a query a sentence says in its order: the longest common
//! subsequence, whatever stands between.

use crate::search::rank::numbered::Numbered;

/// The longest common subsequence of the query and what was added so far.
///
/// One row of the usual table as bits, one a place of the query: a bit is gone where
/// the length grows (H. Hyyrö, Bit-parallel LCS-length computation revisited, 2004).
#[derive(Debug)]
pub(super) struct Order {
    /// For each number of the query the places at which it stands, `words` of bits each.
    places: Vec<u64>,
    row: Vec<u64>,
}

impl Order {
    pub(super) fn new(query: &Numbered) -> Order {
        let words = query.end.div_ceil(64) as usize;
        let ids = query.chars.all.len();
        let mut places = vec![0; ids * words];
        for id in 0..ids {
            for place in query.places(id as u16) {
                places[id * words + *place as usize / 64] |= 1 << (place % 64);
            }
        }
        Order {
            places,
            row: vec![u64::MAX; words],
        }
    }

    /// The next unit of the sentence that is one of the query's.
    #[inline]
    pub(super) fn add(&mut self, id: u16) {
        let words = self.row.len();
        let places = &self.places[usize::from(id) * words..][..words];
        let mut carry = false;
        for (row, places) in self.row.iter_mut().zip(places) {
            let (sum, over) = row.overflowing_add(*row & places);
            let (sum, again) = sum.overflowing_add(u64::from(carry));
            carry = over || again;
            *row = sum | (*row & !places);
        }
    }

    /// Units of the query that stood in order; begins the next sentence.
    pub(super) fn end(&mut self) -> u32 {
        let length = self.row.iter().map(|row| row.count_zeros()).sum();
        self.row.fill(u64::MAX);
        length
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chars::Unit;

    /// The table of the textbook.
    fn common(a: &[char], b: &[char]) -> u32 {
        let mut row = vec![0; b.len() + 1];
        for a in a {
            let mut corner = 0;
            for (at, b) in b.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if a == b {
                    corner + 1
                } else {
                    above.max(row[at])
                };
                corner = above;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn it_is_the_longest_common_subsequence(
            query in "[党建品牌支部]{1,150}",
            sentences in proptest::collection::vec("[党建品牌支部]{0,80}", 1..3),
        ) {
            let query: Vec<char> = query.chars().collect();
            let units: Vec<Unit> = query.iter().map(|c| Unit::Char(*c)).collect();
            let numbered = Numbered::new(&[], &[], &[&units]);
            let mut order = Order::new(&numbered);
            for sentence in sentences {
                let sentence: Vec<char> = sentence.chars().collect();
                for c in &sentence {
                    let id = numbered.id(Unit::Char(*c));
                    if id != crate::search::rank::numbered::NONE {
                        order.add(id);
                    }
                }
                prop_assert_eq!(order.end(), common(&query, &sentence));
            }
        }
    }
}
