//! What a search promises: the same question gets the same answer, in the form
//! that was asked for.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::env::{Env, Run, project};

/// The queries of the quality table, and some that use every operator.
pub(crate) fn questions(env: &Env) {
    let table = fs::read_to_string(project("corpus/quality.tsv")).unwrap();
    let mut lines: Vec<String> = table
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
        .map(|(query, _)| query.to_owned())
        .collect();
    lines.extend(
        [
            "“主题党日”",
            "党",
            "党建 与 服务",
            "主题党日 -清单",
            "标题：主题党日",
            "来源：日报 党员",
            "日期：2019..2020 党",
            "\"党员 群众\"~8",
            "主题* 或 三会一课",
            "（防汛 或 抗旱）与 水库",
        ]
        .map(str::to_owned),
    );
    let lines: String = lines
        .iter()
        .enumerate()
        .map(|(n, text)| json!({"id": format!("q{n}"), "text": text}).to_string() + "\n")
        .collect();
    env.put("questions.jsonl", lines);
}

#[test]
fn the_same_answers_for_any_number_of_threads() {
    let corpus = project("corpus");
    let corpus = corpus.to_str().unwrap();
    let mut answers: Vec<Run> = Vec::new();
    for threads in ["1", "2", "5"] {
        let env = Env::new();
        questions(&env);
        env.run(&["index", corpus, "--threads", threads]).code(0);
        for further in [
            &["-n", "100"][..],
            &["--group", "passage", "-n", "40"],
            &["--sort", "newest"],
        ] {
            let args = [
                &[
                    "search",
                    "--queries",
                    "questions.jsonl",
                    "--json",
                    "--threads",
                    threads,
                ],
                further,
            ]
            .concat();
            answers.push(env.run(&args).code(0));
        }
    }
    for (n, run) in answers.iter().enumerate().skip(3) {
        let one = &answers[n % 3];
        for (line, (is, want)) in run.stdout().lines().zip(one.stdout().lines()).enumerate() {
            assert_eq!(is, want, "line {line}");
        }
        assert_eq!(run.stdout().len(), one.stdout().len());
    }
    assert!(answers[0].stdout().lines().count() > 500);
}

#[test]
fn pages_follow_one_another() {
    let env = Env::with_corpus();
    for group in ["article", "passage"] {
        let whole = env
            .run(&["search", "党员", "--group", group, "-n", "1000", "--json"])
            .code(0)
            .json();
        let count = env
            .run(&["search", "党员", "--count", "--json"])
            .code(0)
            .object();
        assert_eq!(
            whole.len() as u64,
            count[format!("{group}s")].as_u64().unwrap()
        );
        let mut pages = Vec::new();
        for offset in (0..whole.len()).step_by(7) {
            let offset = offset.to_string();
            let page = [
                "search", "党员", "--group", group, "-n", "7", "--offset", &offset, "--json",
            ];
            pages.extend(env.run(&page).code(0).json());
        }
        assert_eq!(pages, whole);
        let past = env.run(&[
            "search", "党员", "--group", group, "--offset", "5000", "--json",
        ]);
        assert_eq!(past.stdout(), "");
        for (n, hit) in whole.iter().enumerate() {
            assert_eq!(hit["rank"], n + 1);
        }
    }
    // The articles of the one are those of the other, with the same passages counted.
    let articles = env
        .run(&["search", "党员", "-n", "1000", "--json"])
        .code(0)
        .json();
    let passages = env
        .run(&[
            "search", "党员", "-n", "1000", "--json", "--group", "passage",
        ])
        .code(0)
        .json();
    for hit in articles {
        let own = passages
            .iter()
            .filter(|passage| passage["article"] == hit["article"])
            .count();
        assert_eq!(hit["more"], own - 1, "{hit}");
    }
}

fn date(hit: &Value) -> Option<&str> {
    hit["date"].as_str()
}

#[test]
fn filters_and_order() {
    let env = Env::with_corpus();
    let search = |args: &[&str]| {
        env.run(&[&["search", "党员", "-n", "1000", "--json"], args].concat())
            .code(0)
            .json()
    };
    let all = search(&[]);
    let newest = search(&["--sort", "newest"]);
    let oldest = search(&["--sort", "oldest"]);
    let dates = |hits: &[Value]| -> Vec<String> {
        hits.iter()
            .filter_map(|hit| date(hit).map(str::to_owned))
            .collect()
    };
    let mut sorted = dates(&all);
    sorted.sort();
    assert_eq!(dates(&oldest), sorted);
    sorted.reverse();
    assert_eq!(dates(&newest), sorted);
    // The undated stand last either way.
    for hits in [&newest, &oldest] {
        assert!(
            hits.iter()
                .skip_while(|hit| date(hit).is_some())
                .all(|hit| date(hit).is_none())
        );
    }
    for (args, low, high) in [
        (&["--since", "2019"][..], "2019-01-01", "9999"),
        (&["--until", "2019-06"], "0000", "2019-06-30"),
        (
            &["--since", "2018-03-12", "--until", "2020"],
            "2018-03-12",
            "2020-12-31",
        ),
    ] {
        let within = |hit: &&Value| date(hit).is_some_and(|date| low <= date && date <= high);
        let ids = |hits: Vec<&Value>| -> BTreeSet<String> {
            hits.iter()
                .map(|hit| hit["article"].as_str().unwrap().to_owned())
                .collect()
        };
        let want = ids(all.iter().filter(within).collect());
        let is = search(args);
        assert!(!is.is_empty() && is.len() < all.len());
        assert_eq!(ids(is.iter().collect()), want, "{args:?}");
    }
    let from = search(&["--source", "临江日报"]);
    assert!(!from.is_empty());
    assert!(from.iter().all(|hit| hit["source"] == "临江日报"));
    let either = search(&["--source", "临江", "--source", "宁川"]);
    assert!(either.len() > from.len());
    env.run(&["search", "党员", "--since", "2019-02-30"])
        .code(2)
        .says("--since");
    env.run(&["search", "党员", "--since", "1950", "--until", "1951"])
        .code(1)
        .says("--since");
}

#[test]
fn the_json_of_a_hit() {
    let env = Env::with_corpus();
    let run = env.run(&["search", "“主题党日”", "品牌", "--json"]).code(0);
    assert_eq!(run.stderr(), "", "nothing but hits");
    for hit in run.json() {
        let keys: Vec<&String> = hit.as_object().unwrap().keys().collect();
        let want = [
            "rank", "score", "article", "passage", "title", "date", "source", "path", "text",
            "marks", "more", "copies", "note",
        ];
        assert_eq!(keys, want);
        assert!(hit["score"].is_number() && hit["passage"].is_u64() && hit["more"].is_u64());
        assert!(hit["note"].is_null());
    }
    let note = env
        .run(&["search", "主题党日）", "--json", "-n", "1"])
        .code(0)
        .object();
    assert!(
        note["note"].is_string(),
        "a bracket that nothing opens: {note}"
    );
    env.put("q.tsv", "eins\t党员\nzwei\t“没有这句话”\ndrei\t审计\n");
    let many = env
        .run(&["search", "--queries", "q.tsv", "--json", "-n", "2"])
        .code(0)
        .json();
    let of: Vec<&str> = many
        .iter()
        .map(|hit| hit["query"].as_str().unwrap())
        .collect();
    assert_eq!(of, ["eins", "eins", "drei", "drei"]);
}

#[test]
fn csv_and_trec() {
    let env = Env::with_corpus();
    let csv = env
        .run(&["search", "党员", "--format", "csv", "-n", "3"])
        .code(0);
    let text = csv
        .stdout()
        .strip_prefix('\u{feff}')
        .expect("a byte order mark, for Excel");
    assert!(text.starts_with("rank,"), "{csv}");
    assert!(!text.contains('\u{feff}'));
    assert!(text.split("\r\n").count() >= 4, "{csv}");
    env.put(
        "q.jsonl",
        "{\"id\":\"a\",\"text\":\"党员\"}\n{\"id\":\"b\",\"text\":\"主题党日 品牌\"}\n",
    );
    let trec = env
        .run(&[
            "search",
            "--queries",
            "q.jsonl",
            "--format",
            "trec",
            "-n",
            "100",
            "--group",
            "passage",
        ])
        .code(0);
    let mut seen = BTreeSet::new();
    for line in trec.stdout().lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [query, "Q0", article, rank, score, "jianbao"] = fields[..] else {
            panic!("six fields: {line:?}");
        };
        assert!(matches!(query, "a" | "b"));
        assert!(
            rank.parse::<u32>().is_ok() && score.parse::<f64>().is_ok(),
            "{line}"
        );
        assert!(
            seen.insert((query.to_owned(), article.to_owned())),
            "an article once per query: {line}"
        );
    }
    assert!(!seen.is_empty());
}

#[test]
fn the_query_language_from_outside() {
    let env = Env::new()
        .write("in/a.txt", "甲镇防汛简报\n2020-06-01 来源：甲镇发布\n\n甲镇连夜巡查堤坝，国发〔2023〕12号文件要求落实到岗。\n")
        .write("in/b.txt", "乙镇抗旱简报\n2021-08-01 来源：乙镇发布\n\n乙镇打井抗旱，巡查水库，党建和品牌一起抓。\n")
        .write("in/c.txt", "丙镇便民简报\n2022-01-01 来源：丙镇发布\n\n丙镇的党建工作有了新的品牌，办事大厅周六不休息。\n");
    env.run(&["index", "in"]).code(0);
    for (query, want) in [
        ("巡查", "ab"),
        ("巡查 与 水库", "b"),
        ("巡查 AND 堤坝", "a"),
        ("堤坝 或 大厅", "ac"),
        ("堤坝 OR 大厅", "ac"),
        ("简报 -抗旱", "ac"),
        ("简报 非 抗旱", "ac"),
        ("简报 NOT 防汛", "bc"),
        ("（堤坝 或 水库）与 巡查", "ab"),
        ("标题：抗旱", "b"),
        ("title:抗旱", "b"),
        ("来源：乙镇", "b"),
        ("source:丙", "c"),
        ("日期：2021..2022", "bc"),
        ("date:2020-06..2021-07", "a"),
        ("\"党建 品牌\"~2", "b"),
        ("\"党建 品牌\"~8", "bc"),
        ("\"品牌 党建\"~8", "bc"),
        ("国发[2023]12号", "a"),
        ("国发（2023）12号", "a"),
        ("国发〔2023〕12号", "a"),
        ("“黨建”", "bc"),
        ("“党建和品牌”", "b"),
        ("“党建品牌”", ""),
        ("巡*", "ab"),
        ("“甲镇连夜巡查堤坝，国发”", "a"),
        ("「甲镇 连夜」", "a"),
    ] {
        let run = env.run(&["search", query, "--json", "-n", "10"]);
        let mut found: Vec<String> = run
            .articles()
            .iter()
            .map(|id| {
                id.trim_start_matches("in/")
                    .trim_end_matches(".txt")
                    .to_owned()
            })
            .collect();
        found.sort();
        assert_eq!(found.concat(), want, "{query}: {run}");
        let _ = run.code(i32::from(want.is_empty()));
    }
}

#[test]
fn no_query_is_an_error_and_none_hurts() {
    let env = Env::with_corpus();
    let deep = "(".repeat(5000) + "党建";
    let nots = "非 ".repeat(2000) + "党建";
    let long = "党建".repeat(3000);
    for query in [
        "党建)",
        "((党建",
        "“党建",
        "标题：",
        "日期：昨天 党建",
        "党建 与",
        "-党建",
        "C++",
        "a:b",
        "*",
        "党建~8",
        "\"党 建\"~99999999999",
        &deep,
        &nots,
        &long,
        "党\u{0}建",
        "\u{202e}党建",
    ] {
        if query.contains('\0') {
            continue; // No shell and no system can pass it.
        }
        let run = env.run(&["search", query, "-n", "1"]);
        assert!(!run.stderr().contains("panicked"), "{run}");
        assert!(run.stderr().lines().count() < 12, "{run}");
    }
    for empty in ["", "  ", "，。", "“”"] {
        env.run(&["search", empty]).code(2);
    }
}
