//! The weights that come with jianbao, learnt again.
//!
//! ```text
//! cargo run --release --example weights -- headlines TITLED EXCEPT N QUERIES QRELS
//! cargo run --release --example weights -- learn INDEX,QUERIES,QRELS,SHARE[,odd] …
//! ```
//!
//! `headlines` draws N headlines of an index whose articles have their titles, but for
//! those among the queries of EXCEPT, and writes them as queries with judgements.
//! `learn` reads sets of judged queries, each asked of its own index, and prints the
//! weights as `src/search/rank/weights.rs` has them: each set counts by its share; with
//! `odd`, only queries whose id ends with an odd digit are learnt from. docs/ranking.md
//! says which sets they were.
#![allow(clippy::print_stdout)]

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use jianbao::search::judge::{read_qrels, read_topics};
use jianbao::search::{Searcher, Teaching, headlines, lessons, weights};
use serde_json::json;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["headlines", titled, except, count, queries, qrels] => {
            draw(titled, except, count.parse()?, queries, qrels)
        }
        ["learn", sets @ ..] if !sets.is_empty() => learn(sets),
        _ => bail!(
            "headlines TITLED EXCEPT N QUERIES QRELS | learn INDEX,QUERIES,QRELS,SHARE[,odd] …"
        ),
    }
}

fn draw(titled: &str, except: &str, count: usize, queries: &str, qrels: &str) -> Result<()> {
    let searcher = Searcher::open(Path::new(titled))?;
    let topics = read_topics(except, &fs::read_to_string(except)?)?;
    let teaching = Teaching {
        headlines: count,
        except: topics
            .into_iter()
            .map(|topic| topic.text)
            .collect::<HashSet<_>>(),
    };
    let (mut asked, mut wanted) = (String::new(), "query-id\tcorpus-id\tscore\n".to_owned());
    for (nth, (id, title)) in headlines(&searcher, &teaching)?.iter().enumerate() {
        let query = json!({"id": format!("h{nth}"), "text": title});
        writeln!(asked, "{query}")?;
        writeln!(wanted, "h{nth}\t{id}\t1")?;
    }
    fs::write(queries, asked)?;
    fs::write(qrels, wanted)?;
    Ok(())
}

fn learn(sets: &[&str]) -> Result<()> {
    let mut learnt = Vec::new();
    for set in sets {
        let fields: Vec<&str> = set.split(',').collect();
        let (index, queries, qrels, share, odd) = match fields.as_slice() {
            [index, queries, qrels, share] => (index, queries, qrels, share, false),
            [index, queries, qrels, share, "odd"] => (index, queries, qrels, share, true),
            _ => bail!("{set}: a set is INDEX,QUERIES,QRELS,SHARE[,odd]"),
        };
        let searcher = Searcher::open(Path::new(index))?;
        let mut topics = read_topics(queries, &fs::read_to_string(queries)?)?;
        topics.retain(|topic| !odd || topic.id.ends_with(['1', '3', '5', '7', '9']));
        let judged = read_qrels(qrels, &fs::read_to_string(qrels)?)?;
        let lessons = lessons(&searcher, &topics, &judged)?;
        ensure!(!lessons.is_empty(), "{set}: nothing to learn from");
        println!(
            "// {} queries of {}, share {share}",
            lessons.len(),
            topics.len()
        );
        learnt.push((lessons, share.parse().context("a share")?));
    }
    for (name, weight) in weights(learnt) {
        println!("    {}, // {name}", short(weight));
    }
    Ok(())
}

/// Four digits are as many as mean anything.
fn short(weight: f64) -> String {
    let digits = 3 - weight.abs().max(1e-6).log10().floor() as i32;
    let text = format!("{weight:.*}", digits.max(0) as usize);
    match text.contains('.') {
        true => text.trim_end_matches('0').to_owned() + if text.ends_with(".0") { "0" } else { "" },
        false => text + ".0",
    }
}
