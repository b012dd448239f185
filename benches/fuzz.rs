//! The fuzz targets without a fuzzer: `cargo bench --bench fuzz -- [TARGET|all]
//! [SECONDS] [SEED]`. Prints executions; an input that breaks a law is written to
//! `target/fuzz-TARGET-N` and named, and the rest goes on.
//!
//! `cargo bench --bench fuzz -- seeds DIR` writes what libFuzzer may begin with, a
//! folder for each target, and `DIR/pieces.dict`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

#[path = "../tests/it/mutate.rs"]
mod mutate;
#[allow(dead_code)]
#[path = "../tests/it/pack.rs"]
mod pack;
#[path = "../tests/it/targets.rs"]
mod targets;

use std::path::Path;
use std::time::{Duration, Instant};

use mutate::{Dice, PIECES, fitted, mutate as mutated, packed, seeds};
use targets::{TARGETS, ways};

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let name = args.first().map_or("all", String::as_str);
    if let ("seeds", Some(dir)) = (name, args.get(1)) {
        return write_seeds(Path::new(dir));
    }
    let seconds = args
        .get(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(10.0);
    let seed: u64 = args.get(2).and_then(|text| text.parse().ok()).unwrap_or(1);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = seeds(root);
    std::panic::set_hook(Box::new(|info| println!("{info}")));
    for (target, body) in TARGETS {
        if name != "all" && name != *target {
            continue;
        }
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let begun = Instant::now();
        let (mut runs, mut broken, mut slowest) = (0u64, 0u64, Duration::ZERO);
        while begun.elapsed() < Duration::from_secs_f64(seconds) {
            let bytes = mutated(&seeds, &mut dice);
            let bytes = fitted(target, bytes, &mut dice);
            let start = Instant::now();
            let held = std::panic::catch_unwind(|| body(&bytes)).is_ok();
            let spent = start.elapsed();
            slowest = slowest.max(spent);
            runs += 1;
            if !held || spent > Duration::from_secs(1) {
                broken += 1;
                let path = root.join(format!("target/fuzz-{target}-{broken}"));
                std::fs::write(&path, &bytes).unwrap();
                println!("{target}: {} ({spent:.1?})", path.display());
                if broken == 10 {
                    break;
                }
            }
        }
        println!("{target}\t{runs} runs\t{broken} broken\tslowest {slowest:.1?}");
    }
}

/// The seeds as files: each as it is, in a container, and for the target to wrap.
fn write_seeds(dir: &Path) {
    let mut dice = Dice(1);
    for (target, _) in TARGETS {
        let folder = dir.join(target);
        std::fs::create_dir_all(&folder).unwrap();
        for (n, seed) in seeds(Path::new(env!("CARGO_MANIFEST_DIR")))
            .iter()
            .enumerate()
        {
            std::fs::write(
                folder.join(format!("{n}")),
                packed(target, seed.clone(), &mut dice),
            )
            .unwrap();
            for way in 1..=ways(target) {
                let bytes = [&[way], &seed[..]].concat();
                std::fs::write(folder.join(format!("{n}-{way}")), bytes).unwrap();
            }
        }
    }
    let line = |piece: &&[u8]| {
        let escaped: String = piece.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        format!("\"{escaped}\"\n")
    };
    let lines: String = PIECES.iter().map(line).collect();
    std::fs::write(dir.join("pieces.dict"), lines).unwrap();
}
