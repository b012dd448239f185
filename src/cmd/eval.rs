//! `jianbao eval`: the ranking against judgements.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use jianbao::render::{Format, Style, render};
use jianbao::search::judge::{DEPTH, bootstrap_interval, judge, read_qrels, read_topics};
use jianbao::search::query::parse;
use jianbao::search::{Hits, Page, Searcher};
use serde_json::json;

use crate::cli::{Common, EvalArgs};
use crate::cmd::{DONE, lang, out, read_text, say, tell};

/// Seed of the intervals: the same figures give the same interval.
const SEED: u64 = 20_170_629;

pub(crate) fn run(common: &Common, args: &EvalArgs) -> Result<ExitCode> {
    let topics = read_topics(
        &args.queries.display().to_string(),
        &read_text(&args.queries)?,
    )?;
    let qrels = read_qrels(&args.qrels.display().to_string(), &read_text(&args.qrels)?)?;
    let searcher = Searcher::open(&common.index)?;
    let mut run_out = match &args.run_out {
        None => None,
        Some(path) => {
            Some(BufWriter::new(File::create(path).with_context(|| {
                format!("{}: cannot write", path.display())
            })?))
        }
    };
    let page = Page {
        limit: DEPTH,
        fold: false,
        ..Page::default()
    };
    let style = Style {
        format: Format::Trec,
        ..Style::default()
    };
    let mut run = Vec::with_capacity(topics.len());
    for topic in topics {
        let hits = match parse(&topic.text).query {
            Some(query) => searcher.search(&query, &page)?,
            None => Hits::default(),
        };
        if let Some(run_out) = &mut run_out {
            render(&hits, Some(&topic.id), &style, run_out)?;
        }
        let found = hits.hits.into_iter().map(|hit| hit.article).collect();
        run.push((topic.id, found));
    }
    if let Some(mut run_out) = run_out {
        run_out.flush()?;
    }
    let report = judge(&run, &qrels);
    if report.unjudged > 0 {
        let line = say(
            lang(common),
            format!("{} 个查询在评判中没有相关文章，未计入", report.unjudged),
            format!(
                "no relevant article in the judgements: {} left out",
                match report.unjudged {
                    1 => "1 query".to_owned(),
                    many => format!("{many} queries"),
                }
            ),
        );
        tell(common, &line);
    }
    let figures = [
        ("P@1", report.mean.p1, 0),
        ("MRR@10", report.mean.mrr10, 1),
        ("nDCG@10", report.mean.ndcg10, 2),
        ("Recall@100", report.mean.recall100, 3),
    ];
    let mut out = out();
    let interval = |which: usize| {
        let each: Vec<f64> = report
            .queries
            .iter()
            .map(|(_, scores)| [scores.p1, scores.mrr10, scores.ndcg10, scores.recall100][which])
            .collect();
        bootstrap_interval(&each, SEED)
    };
    if args.json {
        let mut object = json!({ "queries": report.queries.len() });
        for (name, mean, which) in figures {
            let (low, high) = interval(which);
            object[name] = json!(round(mean));
            object[format!("{name} interval")] = json!([round(low), round(high)]);
        }
        writeln!(out, "{object}")?;
    } else {
        let queries = say(lang(common), "查询".to_owned(), "queries".to_owned());
        writeln!(out, "{queries}\t{}", report.queries.len())?;
        for (name, mean, which) in figures {
            let (low, high) = interval(which);
            writeln!(out, "{name}\t{mean:.4}\t[{low:.4}, {high:.4}]")?;
        }
    }
    out.flush()?;
    Ok(DONE)
}

fn round(figure: f64) -> f64 {
    (figure * 1e6).round() / 1e6
}
