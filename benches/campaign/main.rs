//! The campaigns of docs/reliability.md, by hand:
//!
//! ```text
//! cargo bench --bench campaign -- kill CORPUS.jsonl.zst [500 [STORIES [SEED]]]
//! cargo bench --bench campaign -- corrupt [1000 [SEED]]
//! cargo bench --bench campaign -- swap [200]
//! cargo bench --bench campaign -- writers [100]
//! cargo bench --bench campaign -- full CORPUS.jsonl.zst
//! cargo bench --bench campaign -- stable CORPUS.jsonl.zst [1000]
//! cargo bench --bench campaign -- scripts CORPUS.jsonl.zst [1000]
//! cargo bench --bench campaign -- hostile [1000 [60 [SEED]]]
//! cargo bench --bench campaign -- rights
//! cargo bench --bench campaign -- cut [200 [SEED]]
//! cargo bench --bench campaign -- beside CORPUS.jsonl.zst [STORIES]
//! cargo bench --bench campaign -- order
//! cargo bench --bench campaign -- room CORPUS.jsonl.zst
//! ```
//!
//! Each but `stable` and `scripts` runs the program itself, many times, and ends with one line of figures;
//! a broken promise ends it at once, with status 101 and what was seen. `full`,
//! `hostile`, `order` want Linux (and strace), `rights`, `room` a superuser as well.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod damage;
mod hostile;
mod killing;
mod meeting;
#[path = "../../tests/it/mutate.rs"]
#[allow(dead_code)]
mod mutate;
#[path = "../../tests/it/pack.rs"]
#[allow(dead_code)]
mod pack;
mod order;
mod program;
mod readers;
mod stable;
#[path = "../../tests/it/targets.rs"]
#[allow(dead_code)]
mod targets;

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let word = |at: usize| args.get(at).map_or("", String::as_str);
    let number = |at: usize, usual: u64| match args.get(at) {
        Some(text) => text.parse().expect("a number"),
        None => usual,
    };
    let stories = |at: usize| number(at, killing::STORIES as u64) as usize;
    match word(0) {
        "kill" => killing::kill(word(1), number(2, 500), stories(3), number(4, 1)),
        "full" => killing::full(word(1)),
        "room" => killing::room(word(1)),
        "order" => order::order(),
        "corrupt" => damage::corrupt(number(1, 1000), number(2, 1)),
        "swap" => meeting::swap(number(1, 200)),
        "writers" => meeting::writers(number(1, 100)),
        "hostile" => hostile::hostile(number(1, 1000), number(2, 60), number(3, 1)),
        "rights" => readers::rights(),
        "cut" => readers::cut(number(1, 200), number(2, 1)),
        "beside" => readers::beside(word(1), stories(2)),
        "stable" => stable::stable(word(1), number(2, 1000) as usize),
        "scripts" => stable::scripts(word(1), number(2, 1000) as usize),
        _ => println!(
            "kill|full|room|beside|stable|scripts CORPUS.jsonl.zst, corrupt, swap, writers, hostile, rights, cut, order"
        ),
    }
}
