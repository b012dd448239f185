//! The campaigns of docs/reliability.md, by hand:
//!
//! ```text
//! cargo bench --bench campaign -- kill CORPUS.jsonl.zst [500]
//! cargo bench --bench campaign -- corrupt [1000]
//! cargo bench --bench campaign -- swap [200]
//! cargo bench --bench campaign -- writers [100]
//! cargo bench --bench campaign -- full CORPUS.jsonl.zst
//! cargo bench --bench campaign -- stable CORPUS.jsonl.zst [1000]
//! cargo bench --bench campaign -- scripts CORPUS.jsonl.zst [1000]
//! ```
//!
//! Each but the last two runs the program itself, many times, and ends with one line of figures;
//! a broken promise ends it at once, with status 101 and what was seen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod damage;
mod killing;
mod meeting;
mod program;
mod stable;

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number");
    match words[..] {
        ["kill", corpus] => killing::kill(corpus, 500),
        ["kill", corpus, times] => killing::kill(corpus, number(times)),
        ["full", corpus] => killing::full(corpus),
        ["corrupt"] => damage::corrupt(1000),
        ["corrupt", times] => damage::corrupt(number(times)),
        ["swap"] => meeting::swap(200),
        ["swap", times] => meeting::swap(number(times)),
        ["writers"] => meeting::writers(100),
        ["writers", times] => meeting::writers(number(times)),
        ["stable", corpus] => stable::stable(corpus, 1000),
        ["stable", corpus, count] => stable::stable(corpus, number(count) as usize),
        ["scripts", corpus] => stable::scripts(corpus, 1000),
        ["scripts", corpus, count] => stable::scripts(corpus, number(count) as usize),
        _ => println!("kill|full|stable|scripts CORPUS.jsonl.zst [N], corrupt|swap|writers [N]"),
    }
}
