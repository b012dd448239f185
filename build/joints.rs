//! Where the parts of words meet.

use std::collections::HashMap;
use std::error::Error;

use crate::trie::{Node, Trie};
use crate::{COUNT_BITS, bytes_of, coded};

/// Logarithm of how much likelier the likeliest way to part a word is than one that is out of the
/// question.
const LIKELY: f64 = 4.0;

/// For the number of each word, where its parts may meet: `人民法院` is made of 人民 and 法院, though
/// 民法 stands in it too. Bit n of its byte: a part may begin behind n + 1 characters. A word is cut
/// the likeliest way that does not leave it whole, and every way that is not much less likely
/// ([`LIKELY`]); its parts again in the same way.
pub(crate) fn joints(
    words: &[(String, u64)],
    total: u64,
    codes: &HashMap<char, u16>,
    cells: &[u64],
) -> Result<Vec<u8>, Box<dyn Error>> {
    let counts: HashMap<&str, u64> = words.iter().map(|(word, n)| (word.as_str(), *n)).collect();
    let mut order: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    order.sort_by_key(|word| word.len());
    let log_total = (total as f64).ln();
    let log = |part: &str| {
        let count = match counts.get(part) {
            Some(count) => *count,
            None if part.chars().nth(1).is_none() => 1,
            None => return None,
        };
        Some((count.max(1) as f64).ln() - log_total)
    };
    let mut joints: HashMap<&str, u32> = HashMap::new();
    for word in order {
        let mut places: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        places.push(word.len());
        let length = places.len() - 1;
        // Two characters are taken apart no further.
        if length < 3 {
            continue;
        }
        // The likeliest cut of what stands before each character, and of what stands from it on:
        // their logarithms, and where the first part of that ends.
        let mut before = vec![f64::NEG_INFINITY; length + 1];
        let mut from_on = vec![(f64::NEG_INFINITY, length); length + 1];
        before[0] = 0.0;
        from_on[length].0 = 0.0;
        let parts = |from: usize, to: usize| match to - from == length {
            true => None,
            false => log(&word[places[from]..places[to]]),
        };
        for to in 1..=length {
            for from in 0..to {
                if let Some(log) = parts(from, to) {
                    before[to] = before[to].max(before[from] + log);
                }
            }
        }
        for from in (0..length).rev() {
            for to in from + 1..=length {
                if let Some(log) = parts(from, to)
                    && log + from_on[to].0 >= from_on[from].0
                {
                    from_on[from] = (log + from_on[to].0, to);
                }
            }
        }
        let least = from_on[0].0 - LIKELY;
        let likely = (1..length).filter(|at| before[*at] + from_on[*at].0 >= least);
        let mut own = likely.fold(0, |all, at| all | 1 << (at - 1));
        let mut from = 0;
        while from < length {
            let to = from_on[from].1;
            let part = joints.get(&word[places[from]..places[to]]);
            own |= part.copied().unwrap_or(0) << from;
            from = to;
        }
        joints.insert(word, own);
    }
    let bytes: &'static [u8] = bytes_of(cells).leak();
    let tree = Trie::<COUNT_BITS>::new(bytes);
    let mut table = vec![0; cells.len()];
    for (word, own) in joints {
        let mut node = Node::ROOT;
        for code in coded(word, codes) {
            node = tree.child(node, code).ok_or("a word has no node")?;
        }
        table[node.number() as usize] = own as u8;
    }
    Ok(table)
}
