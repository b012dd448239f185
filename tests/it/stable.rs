//! One archive, one order: whatever the number of threads and segments, merged
//! or not, built at once or bit by bit. And one text, one hit.

use std::fmt::Write;
use std::fs;
use std::sync::Arc;

use jianbao::index::Store;
use jianbao::ingest::{Settings, ingest};
use jianbao::search::query::{Query, parse};
use jianbao::search::{Page, Searcher};
use jianbao::source::inputs;
use serde_json::{Value, json};

use crate::env::{Env, corpus_index, project};

/// Files the articles of `corpus/` are dealt to.
const FILES: usize = 50;
/// Runs without a merge: tantivy merges eight segments of a size.
const RUNS: usize = 7;

/// The articles of `corpus/` as JSON lines, dealt to files; and queries: those
/// of `quality.tsv` and every headline.
fn deal(env: &Env) {
    let searcher = Searcher::open(corpus_index()).unwrap();
    let mut ids = Vec::new();
    searcher.articles(|meta| ids.push(meta.id)).unwrap();
    ids.sort();
    let mut files = vec![String::new(); FILES];
    let table = fs::read_to_string(project("corpus/quality.tsv")).unwrap();
    let rows = table
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'));
    let mut queries: Vec<String> = rows.map(|(query, _)| query.to_owned()).collect();
    for (n, id) in ids.iter().enumerate() {
        let article = searcher.article(id).unwrap().unwrap();
        let title = &article.meta.title.value;
        let record = json!({
            "id": id,
            "title": title,
            "date": article.meta.date.map(|date| date.value.to_string()),
            "body": article.body,
        });
        writeln!(files[n % FILES], "{record}").unwrap();
        queries.push(title.clone());
    }
    for (n, lines) in files.iter().enumerate() {
        env.put(&file(n), lines);
    }
    let line = |(n, query): (usize, &String)| {
        json!({"id": n.to_string(), "text": query}).to_string() + "\n"
    };
    env.put(
        "queries.jsonl",
        queries.iter().enumerate().map(line).collect::<String>(),
    );
}

fn file(n: usize) -> String {
    format!("dealt/{n:02}.jsonl")
}

/// What is found, but for the paths: rank and score to the last bit.
fn answers(env: &Env) -> Vec<Value> {
    let args = ["search", "--queries", "queries.jsonl", "--json", "-n", "50"];
    let mut hits = env.run(&args).code(0).json();
    for hit in &mut hits {
        if let Some(hit) = hit.as_object_mut() {
            hit.remove("path");
        }
    }
    hits
}

#[track_caller]
fn same(is: &[Value], want: &[Value]) {
    for (is, want) in is.iter().zip(want) {
        assert_eq!(is, want);
    }
    assert_eq!(is.len(), want.len());
}

fn segments(env: &Env) -> usize {
    Store::open(env.index()).unwrap().segments().len()
}

#[test]
fn the_order_does_not_depend_on_how_it_was_built() {
    let one = Env::new();
    deal(&one);
    one.run(&["index", "dealt", "--threads", "1"]).code(0);
    let want = answers(&one);
    assert!(want.len() > 3000);

    let two = Env::new();
    deal(&two);
    two.run(&["index", "dealt", "--threads", "2"]).code(0);
    same(&answers(&two), &want);

    let many = Env::new();
    deal(&many);
    let names: Vec<String> = (0..FILES).map(file).collect();
    for run in names.chunks(FILES.div_ceil(RUNS)) {
        let mut args = vec!["index", "--threads", "1"];
        args.extend(run.iter().map(String::as_str));
        many.run(&args).code(0);
    }
    assert_eq!(segments(&many), RUNS, "a segment a run");
    same(&answers(&many), &want);

    // One more makes them merge; without it the articles are the same again.
    let guest =
        json!({"id": "guest", "title": "主题党日来了客人", "body": "过路的党员参加了主题党日。"});
    many.put("dealt/guest.jsonl", guest.to_string());
    many.run(&["index", "dealt"]).code(0);
    assert!(segments(&many) < RUNS, "merged");
    many.remove("dealt/guest.jsonl");
    many.run(&["index", "dealt", "--prune"]).code(0);
    same(&answers(&many), &want);
}

#[test]
fn fourteen_segments_answer_like_fifty_and_like_one() {
    let env = Env::new();
    deal(&env);
    env.run(&["index", "dealt", "--threads", "1"]).code(0);
    let want = answers(&env);
    for parts in [14, FILES] {
        let many = Env::new();
        deal(&many);
        let mut writer = many.writer();
        for part in 0..parts {
            writer.keep_segments();
            let files = (0..FILES).filter(|n| n * parts / FILES == part);
            let paths: Vec<_> = files.map(|n| many.path(&file(n))).collect();
            let files = paths.iter().flat_map(|path| inputs(path).unwrap());
            let files: Result<Vec<_>, _> = files.collect();
            let settings = Arc::new(Settings::default());
            ingest(files.unwrap(), &mut writer, &settings, &mut |_| {}).unwrap();
            writer.finish().unwrap();
            writer = many.writer();
        }
        assert_eq!(segments(&many), parts);
        same(&answers(&many), &want);
        writer.merge_all().unwrap();
        writer.finish().unwrap();
        assert_eq!(segments(&many), 1);
        same(&answers(&many), &want);
    }
}

const STORY: &str = "市住建局昨天通报上半年老旧小区改造进度，三十六个小区已经完工，\
    另外十九个小区将在年底前交付。通报说，管网、楼道和停车位是居民提得最多的三件事，\
    今后改造方案先贴进楼道，签字的住户过了八成才动工。审计部门全程跟踪每一笔钱，\
    每月在小区门口公布一次。";

#[test]
fn reprints_are_one_hit() {
    let article = |id: &str, date: &str, body: &str| {
        json!({"id": id, "title": "老旧小区改造进度", "date": date, "body": body}).to_string()
            + "\n"
    };
    let env = Env::new();
    let reprint = format!("据《临江日报》报道，{STORY}（完）");
    let cut = STORY.replace("每月在小区门口公布一次", "");
    let lines = [
        article("second", "2021-07-03", STORY),
        article("first", "2021-07-02", STORY),
        article("reprint", "2021-07-05", &reprint),
        article("cut", "2021-07-06", &cut),
        article(
            "other",
            "2021-07-02",
            "老旧小区改造进度缓慢，三名负责人被约谈。",
        ),
    ];
    env.put("a.jsonl", lines.concat());
    env.run(&["index", "a.jsonl"]).code(0);
    let query = ["search", "老旧小区改造进度", "--json"];
    let copies = |run: &[Value], article: &str| -> Option<u64> {
        let hit = run.iter().find(|hit| hit["article"] == article)?;
        hit["copies"].as_u64()
    };
    let hits = env.run(&query).code(0).json();
    assert_eq!(copies(&hits, "other"), Some(0));
    assert_eq!(copies(&hits, "second"), None, "the first published stands");
    assert_eq!(hits.len(), 2, "one text and another");
    let all = env
        .run(&[&query[..], &["--group", "passage"]].concat())
        .code(0)
        .json();
    assert_eq!(all.len(), 5);
    let newest = env
        .run(&[&query[..], &["--sort", "newest"]].concat())
        .code(0)
        .json();
    assert_eq!(copies(&newest, "cut"), Some(3));
    let count = env
        .run(&[&query[..], &["--count"]].concat())
        .code(0)
        .object();
    assert_eq!(
        count["articles"], 5,
        "counts are of articles, copies or not"
    );
    // Pages follow one another over what is shown.
    let page = env
        .run(&[&query[..], &["-n", "1", "--offset", "1"]].concat())
        .code(0)
        .json();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0]["article"], hits[1]["article"]);
}

#[test]
fn what_is_asked_again_is_answered_the_same() {
    let searcher = Searcher::open(corpus_index()).unwrap();
    let table = fs::read_to_string(project("corpus/quality.tsv")).unwrap();
    let rows = table.lines().skip(1);
    let mut texts: Vec<String> = rows
        .filter_map(|line| Some(line.split_once('\t')?.0.to_owned()))
        .collect();
    searcher
        .articles(|meta| {
            let title: Vec<char> = meta.title.value.chars().collect();
            let piece = |from: usize, length: usize| {
                title.iter().skip(from).take(length).collect::<String>()
            };
            texts.push(meta.title.value.clone());
            texts.push(format!("“{}”", piece(1, 1)));
            texts.push(format!("“{}” 或 “{}”", piece(0, 2), piece(2, 2)));
            texts.push(format!(
                "\"{} {}\"~300 {}",
                piece(0, 1),
                piece(3, 1),
                piece(4, 2)
            ));
            texts.push(format!("{} -“{}”", piece(0, 4), piece(5, 2)));
        })
        .unwrap();
    texts.push("“的”".to_owned());
    texts.push("的 年 国 人 在".to_owned());
    let queries: Vec<Query> = texts.iter().filter_map(|text| parse(text).query).collect();
    let page = Page::default();
    let first: Vec<_> = queries
        .iter()
        .map(|query| {
            let new = Searcher::open(corpus_index()).unwrap();
            new.search(query, &page).unwrap()
        })
        .collect();
    assert!(first.iter().filter(|hits| hits.passages > 0).count() > texts.len() / 2);
    // Lists that are asked for often are read in another way.
    for _ in 0..6 {
        for (query, first) in queries.iter().zip(&first) {
            assert_eq!(searcher.search(query, &page).unwrap(), *first, "{query}");
            let count = searcher.count(query, &page).unwrap();
            assert_eq!(
                (count.passages, count.articles),
                (first.passages, first.articles)
            );
        }
    }
}
