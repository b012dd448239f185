//! Where the wanted article stands, for each query of `corpus/quality.tsv`: a
//! text file in git, so that a change of ranking is a diff.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;

use serde_json::json;

use crate::env::{Env, golden, project};

/// How far down the list is looked.
const DEPTH: usize = 100;

#[test]
fn each_query_finds_its_article() {
    let table = fs::read_to_string(project("corpus/quality.tsv")).unwrap();
    let rows: Vec<(&str, &str)> = table
        .lines()
        .skip(1)
        .map(|line| line.split_once('\t').expect("query<TAB>article"))
        .collect();
    assert!(rows.len() > 100);
    let env = Env::with_corpus();
    let queries: String = rows
        .iter()
        .enumerate()
        .map(|(n, (query, _))| json!({"id": n.to_string(), "text": query}).to_string() + "\n")
        .collect();
    env.put("queries.jsonl", queries);
    let depth = DEPTH.to_string();
    let run = env
        .run(&[
            "search",
            "--queries",
            "queries.jsonl",
            "--json",
            "-n",
            &depth,
        ])
        .code(0);
    let mut ranks: HashMap<(usize, String), u64> = HashMap::new();
    for hit in run.json() {
        let query = hit["query"].as_str().unwrap().parse().unwrap();
        let article = hit["article"].as_str().unwrap().to_owned();
        ranks.insert((query, article), hit["rank"].as_u64().unwrap());
    }
    let mut lines = String::new();
    let (mut first, mut five, mut reciprocal) = (0, 0, 0.0);
    for (n, (query, article)) in rows.iter().enumerate() {
        env.run(&["show", article, "-q"]).code(0);
        let rank = ranks.get(&(n, (*article).to_owned())).copied();
        first += u32::from(rank == Some(1));
        five += u32::from(rank.is_some_and(|rank| rank <= 5));
        reciprocal += rank.map_or(0.0, |rank| 1.0 / rank as f64);
        let rank = rank.map_or("-".to_owned(), |rank| rank.to_string());
        writeln!(lines, "{rank}\t{query}\t{article}").unwrap();
    }
    let share = |count: f64| count / rows.len() as f64;
    let head = format!(
        "queries\t{}\nrecall@1\t{:.4}\nrecall@5\t{:.4}\nmrr\t{:.4}\n\nrank\tquery\tarticle\n",
        rows.len(),
        share(first.into()),
        share(five.into()),
        share(reciprocal),
    );
    golden("tests/it/golden/quality.txt", &(head + &lines));
    assert!(share(five.into()) > 0.9, "recall@5 fell below nine in ten");
}
