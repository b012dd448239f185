//! Where the wanted article stands, for each query of `corpus/quality.tsv`: a
//! text file in git, so that a change of ranking is a diff.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;

use jianbao::search::Searcher;
use serde_json::json;

use crate::env::{Env, golden, project};

/// How far down the list is looked.
const DEPTH: usize = 100;

/// The queries with the article that answers each best.
fn rows() -> Vec<(String, String)> {
    let table = fs::read_to_string(project("corpus/quality.tsv")).unwrap();
    let rows: Vec<(String, String)> = table
        .lines()
        .skip(1)
        .map(|line| line.split_once('\t').expect("query<TAB>article"))
        .map(|(query, article)| (query.to_owned(), article.to_owned()))
        .collect();
    assert!(rows.len() > 100);
    rows
}

/// The queries as JSON lines, with their number as id.
fn write_queries(env: &Env, rows: &[(String, String)]) {
    let line = |(n, (query, _)): (usize, &(String, String))| {
        json!({"id": n.to_string(), "text": query}).to_string() + "\n"
    };
    let lines: String = rows.iter().enumerate().map(line).collect();
    env.put("queries.jsonl", lines);
}

#[test]
fn each_query_finds_its_article() {
    let rows = rows();
    let env = Env::with_corpus();
    let searcher = Searcher::open(env.index()).unwrap();
    for (_, article) in &rows {
        assert!(
            searcher.article(article).unwrap().is_some(),
            "quality.tsv names {article}"
        );
    }
    write_queries(&env, &rows);
    let depth = DEPTH.to_string();
    let queries = ["search", "--queries", "queries.jsonl"];
    let run = env.run(&[&queries[..], &["--json", "-n", &depth]].concat());
    let mut ranks: HashMap<(usize, String), u64> = HashMap::new();
    for hit in run.code(0).json() {
        let query = hit["query"].as_str().unwrap().parse().unwrap();
        let article = hit["article"].as_str().unwrap().to_owned();
        ranks.insert((query, article), hit["rank"].as_u64().unwrap());
    }
    let mut lines = String::new();
    let (mut first, mut five, mut reciprocal) = (0, 0, 0.0);
    for (n, (query, article)) in rows.iter().enumerate() {
        let rank = ranks.get(&(n, article.clone())).copied();
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

/// `eval` must come to the figures of the golden file by its own way.
#[test]
fn eval_agrees() {
    let rows = rows();
    let env = Env::with_corpus();
    write_queries(&env, &rows);
    let mut qrels = String::from("query-id\tcorpus-id\tscore\n");
    let mut trec = String::new();
    for (n, (_, article)) in rows.iter().enumerate() {
        writeln!(qrels, "{n}\t{article}\t1").unwrap();
        writeln!(trec, "{n} 0 {article} 1").unwrap();
    }
    env.put("qrels.tsv", qrels);
    env.put("qrels.trec", trec);
    let args = [
        "eval",
        "--queries",
        "queries.jsonl",
        "--json",
        "--run-out",
        "run.trec",
        "--qrels",
    ];
    let report = env
        .run(&[&args[..], &["qrels.tsv"]].concat())
        .code(0)
        .object();
    let again = env
        .run(&[&args[..], &["qrels.trec"]].concat())
        .code(0)
        .object();
    assert_eq!(report, again, "both forms of judgements");
    assert_eq!(report["queries"], rows.len());
    let golden = fs::read_to_string(project("tests/it/golden/quality.txt")).unwrap();
    let figure = |name: &str| -> f64 {
        let line = golden
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        line.trim().parse().unwrap()
    };
    for (name, want) in [("P@1", figure("recall@1")), ("MRR@10", figure("mrr"))] {
        let is = report[name].as_f64().unwrap();
        assert!((is - want).abs() < 0.005, "{name}: {is}, golden {want}");
    }
    assert!(
        env.read("run.trec")
            .lines()
            .all(|line| line.split(' ').count() == 6)
    );
}
