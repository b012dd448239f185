//! Every fuzz target for a moment; `cargo bench --bench fuzz` runs them for longer.

use crate::env::project;
use crate::mutate::{Dice, fitted, mutate, seeds};
use crate::targets::TARGETS;

#[test]
fn every_target_for_a_moment() {
    let seeds = seeds(&project(""));
    for (name, target) in TARGETS {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        for n in 0..16 {
            let bytes = mutate(&seeds, &mut dice);
            let bytes = fitted(name, bytes, &mut dice);
            let held = std::panic::catch_unwind(|| target(&bytes));
            assert!(
                held.is_ok(),
                "{name}, input {n}: {:?}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}
