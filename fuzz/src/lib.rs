//! The targets of `tests/it/targets.rs`, for libFuzzer.
//!
//! ```text
//! cargo bench --bench fuzz -- seeds fuzz/seeds
//! cargo +nightly fuzz run TARGET fuzz/corpus/TARGET fuzz/seeds/TARGET -- \
//!     -dict=fuzz/seeds/pieces.dict -max_len=16384 -max_total_time=600
//! ```

#![allow(dead_code)]

#[path = "../../tests/it/pack.rs"]
mod pack;
#[path = "../../tests/it/targets.rs"]
mod targets;

/// Runs one target (a name of `targets::NAMES`) on one input.
///
/// # Panics
///
/// When a law that the target states does not hold: libFuzzer keeps the input.
pub fn run(target: &str, bytes: &[u8]) {
    targets::run(target, bytes);
}
