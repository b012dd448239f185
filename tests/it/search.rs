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
            whole
                .iter()
                .map(|hit| 1 + hit["copies"].as_u64().unwrap())
                .sum::<u64>(),
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
        // Passages: of articles, which of two reprints stands depends on the order.
        let all = [
            "search", "党员", "-n", "1000", "--json", "--group", "passage",
        ];
        env.run(&[&all[..], args].concat()).code(0).json()
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
    // A range that ends before it starts, as in a query.
    let range = search(&["--since", "2018", "--until", "2019"]);
    let swapped = search(&["--since", "2019", "--until", "2018"]);
    let texts = |hits: &[Value]| {
        hits.iter()
            .map(|hit| hit["text"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&swapped), texts(&range));
    assert!(!range.is_empty());
    env.run(&["search", "党员", "--since", "2019", "--until", "2018"])
        .code(0)
        .says("swapped");
}

#[test]
fn the_best_are_the_beginning_of_all() {
    let stories: String = (0..1700)
        .map(|n| {
            let more = "会议讨论夏粮收购。".repeat(n % 5);
            let number = format!("第{n}号通报转发{n}号文件。").repeat(6);
            let body = format!("{number}粮站{}开门。{more}", "整修后".repeat(n % 3));
            json!({"id": n, "title": format!("粮站{}", n % 7), "body": body}).to_string() + "\n"
        })
        .collect();
    let env = Env::new().write("a.jsonl", stories.as_str());
    env.run(&["index", "a.jsonl"]).code(0);
    for query in [
        "粮站",
        "粮站 整修",
        "“粮站”",
        "会议 粮站 收购 整修",
        "粮站 -整修后",
    ] {
        for order in ["relevance", "newest"] {
            for group in ["article", "passage"] {
                let hits = |limit: &str| -> Vec<Value> {
                    let args = [
                        "search", query, "--sort", order, "--group", group, "--json", "-n",
                    ];
                    let run = env.run(&[&args[..], &[limit]].concat()).code(0);
                    let hits = run.json();
                    let what = |hit: &Value| json!([hit["article"], hit["passage"], hit["score"]]);
                    hits.iter().map(what).collect()
                };
                let all = hits("2000");
                assert!(all.len() > 100, "{query}: {}", all.len());
                for few in ["1", "150"] {
                    let few = hits(few);
                    assert_eq!(few[..], all[..few.len()], "{query} {order} {group}");
                }
            }
        }
    }
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
        ("巡查 && 堤坝", "a"),
        ("堤坝 或 大厅", "ac"),
        ("堤坝 OR 大厅", "ac"),
        ("堤坝 || 大厅", "ac"),
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
        ("国发〔2023〕", "a"),
        ("国发（2023）12", "a"),
        ("国发〔2022〕", ""),
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
fn one_is_no_plural() {
    let env = Env::new().write("a.txt", "县里修水渠。");
    env.run(&["index", "a.txt"]).code(0);
    env.run(&["search", "水渠", "--count"])
        .code(0)
        .prints("1 passage, 1 article\n");
    env.run(&["search", "“水渠” 与 “水库”"])
        .code(1)
        .says("\"水渠\": 1 passage, 1 article\n")
        .says("\"水库\": 0 passages, 0 articles\n");
    env.run(&["search", "水渠", "--explain"])
        .code(0)
        .prints("1 passage, 1 article ");
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
    // Nothing to search for is nothing found.
    for empty in ["", "  ", "，。", "“”", "（）", "🙂"] {
        let run = env.run(&["search", empty]).code(1);
        assert_eq!(run.stdout(), "", "{run}");
        let _ = run.says("there is nothing to search for");
        let run = env.run(&["search", empty, "--count", "--json"]).code(1);
        assert_eq!(run.object()["articles"], 0);
    }
}

#[test]
fn the_parts_of_a_score_add_up_to_it() {
    let env = Env::with_corpus();
    for args in [
        &["主题党日 品牌"][..],
        &["“主题党日” 品牌 -清单"],
        &["“主题党日”", "--group", "passage"],
        &["党员", "-n", "400", "--group", "passage"],
        &["党员 日期：2019..", "--sort", "newest"],
        &["连续两次不参加主题党日怎么处理"],
        &["\"主题 党日\"~4 或 \"党员 服务\"~9 或 \"群众 党员\"~20"],
    ] {
        let args = [&["search", "--json", "--explain"], args].concat();
        let hits = env.run(&args).code(0).json();
        for hit in &hits {
            let explain = &hit["explain"];
            let mut sum = 0.0;
            for one in explain["score"].as_array().unwrap() {
                let [value, weight, points] =
                    ["value", "weight", "points"].map(|name| one[name].as_f64().unwrap());
                assert!((value * weight - points).abs() < 1e-9, "{one}");
                assert!(!one["name"].as_str().unwrap().is_empty());
                sum += points;
            }
            let score = hit["score"].as_f64().unwrap();
            assert!((sum - score).abs() < 2e-6, "{sum} for {score}: {hit}");
            assert!(explain["whole"].is_boolean());
            assert_eq!(explain["reading"], hits[0]["explain"]["reading"]);
        }
        if args.len() > 4 {
            continue;
        }
        // Without --explain the same hits, and nothing else.
        let plain: Vec<&str> = args
            .iter()
            .copied()
            .filter(|arg| *arg != "--explain")
            .collect();
        let mut bare = hits.clone();
        for hit in &mut bare {
            hit.as_object_mut().unwrap().remove("explain");
        }
        assert_eq!(env.run(&plain).code(0).json(), bare);
    }
}

#[test]
fn an_explanation_counts_what_a_count_counts() {
    let env = Env::with_corpus();
    let query = "（主题党日 或 三会一课） 品牌 “党员” -清单";
    let hit = env
        .run(&["search", query, "--json", "--explain", "-n", "1"])
        .code(0)
        .object();
    let explain = &hit["explain"];
    let parts = explain["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 5, "{explain}");
    for part in parts {
        let alone = part["query"].as_str().unwrap();
        let count = env.run(&["search", "--count", "--json", alone]).object();
        assert_eq!(part["passages"], count["passages"], "{alone}");
        assert_eq!(part["articles"], count["articles"], "{alone}");
        assert_eq!(part["excluded"], alone.contains("清单"));
    }
    let count = env.run(&["search", "--count", "--json", query]).object();
    assert_eq!(explain["candidates"]["articles"], count["articles"]);
    assert_eq!(explain["candidates"]["passages"], count["passages"]);
    for word in explain["words"].as_array().unwrap() {
        assert!(
            word["passages"].is_u64() && word["weight"].is_number(),
            "{word}"
        );
    }
    let free = env
        .run(&["search", "主题党日 品牌", "--json", "--explain", "-n", "1"])
        .object();
    assert_eq!(free["explain"]["weights"], "built-in");
    for (lang, says) in [("zh", "读作"), ("en", "read as")] {
        let text = env
            .run(&["search", query, "--explain", "--lang", lang, "-n", "2"])
            .code(0);
        assert!(text.stdout().starts_with(says), "{text}");
    }
    // Where there is no hit to show it with, it goes to standard error.
    let none = env
        .run(&["search", "“没有这句话”", "--explain", "--json"])
        .code(1);
    assert_eq!(none.stdout(), "");
    assert!(none.stderr().contains("read as"), "{none}");
}

/// The lines that a search without a hit offers: (query, rest of the command).
fn offered(run: &Run) -> Vec<(String, Vec<String>)> {
    run.stderr()
        .lines()
        .filter_map(|line| line.strip_prefix("try: jianbao search "))
        .map(|line| {
            let command = line.rsplit_once("  (").unwrap().0;
            let (query, rest) = match command.strip_prefix('\'') {
                Some(quoted) => quoted.split_once('\'').unwrap(),
                None => command.split_once(' ').unwrap_or((command, "")),
            };
            let rest = rest
                .split_whitespace()
                .map(|arg| arg.trim_matches('\'').to_owned());
            (query.to_owned(), rest.collect())
        })
        .collect()
}

#[test]
fn no_hit_offers_lines_that_find_something() {
    let env = Env::with_corpus();
    let mut all = BTreeSet::new();
    for (args, want) in [
        (&["“主题党曰”"][..], "\"主题党日\""),
        (&["主题当日"], "主题党日"),
        (&["“煮提挡日”"], "\"主题党日\""),
        (&["“主题日党”"], "\"主题党日\""),
        (&["“主题的党日”"], "\"主题党日\""),
        (&["“主党日”"], "\"主题党日\""),
        (&["zhutidangri"], "主题党日"),
        (&["zhu ti dang ri"], "主题党日"),
        (&["zhǔtí dǎngrì"], "主题党日"),
        (&["“党日主题品牌”"], "党日主题品牌"),
        (&["标题：编织袋品牌 主题党日"], "主题党日"),
        (&["“主题党日” 与 “没有这句话”"], "\"主题党日\""),
        (&["“主题党日” “没有这句话” “也没有这句”"], "\"主题党日\""),
        (
            &["“主题党日”", "--since", "1950", "--until", "1951"],
            "\"主题党日\"",
        ),
        (&["“主题党日”", "--source", "不存在的报"], "\"主题党日\""),
        (&["“主题党日” 日期：1950"], "\"主题党日\""),
    ] {
        let run = env.run(&[&["search"], args].concat());
        let lines = offered(&run);
        assert!(
            lines.iter().any(|(query, _)| query == want),
            "{want}: {run}"
        );
        for (query, rest) in lines {
            if rest.is_empty() {
                all.insert(query);
            }
        }
    }
    // Each of them finds something.
    let lines: String = all
        .iter()
        .map(|query| format!("{query}\t{query}\n"))
        .collect();
    env.put("offered.tsv", lines);
    let counts = env
        .run(&["search", "--queries", "offered.tsv", "--count"])
        .code(0)
        .json();
    assert_eq!(counts.len(), all.len());
    for count in counts {
        assert!(count["articles"].as_u64().unwrap() > 0, "{count}");
    }
}

#[test]
fn any_query_is_answered() {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let env = Env::with_corpus();
    let piece = prop_oneof![
        Just("党建".to_owned()),
        Just("“主题党日”".to_owned()),
        Just("标题：".to_owned()),
        Just("日期：2019..".to_owned()),
        Just("~8".to_owned()),
        Just(" 与 ".to_owned()),
        Just(" 或 ".to_owned()),
        Just(" 非 ".to_owned()),
        "[()（）\"“”「」'*~:：〔〕\\[\\]\\-]{1,3}",
        "\\PC{0,4}",
        "[\\x00-\\x1f\\u{200b}\\u{202e}\\u{e0000}-\\u{e007f}]{0,2}",
        "[\\u{4e00}-\\u{9fff}]{1,3}",
    ];
    let query = prop::collection::vec(piece, 0..14).prop_map(|parts| parts.concat());
    let mut runner = TestRunner::deterministic();
    let mut lines = String::new();
    for n in 0..250 {
        let text = query.new_tree(&mut runner).unwrap().current();
        lines += &(json!({"id": n.to_string(), "text": text}).to_string() + "\n");
    }
    for (n, text) in ["（".repeat(33_000), "\"".repeat(4096), "与 ".repeat(2000)]
        .iter()
        .enumerate()
    {
        lines += &(json!({"id": format!("long{n}"), "text": text}).to_string() + "\n");
    }
    env.put("hostile.jsonl", lines);
    let run = env.run(&[
        "search",
        "--queries",
        "hostile.jsonl",
        "--json",
        "--explain",
        "-n",
        "3",
    ]);
    assert!(
        !run.stderr().contains("panicked") && !run.stderr().contains("bug"),
        "{run}"
    );
    run.code(0);
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_read_as_far_as_it_is() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use crate::env::finish;

    let env = Env::with_corpus();
    // An unpaired surrogate, as another system would have put it into UTF-8.
    for bytes in [&b"\xed\xa0\x80"[..], b"\xff\xfe", b"\xe4\xb8"] {
        let mut command = env.command(&["search", "-n", "1"]);
        command.arg(OsStr::from_bytes(&["党员 ".as_bytes(), bytes].concat()));
        let run = finish(command, b"");
        assert!(!run.stderr().contains("error"), "{run}");
        assert!(run.stdout().contains("党员"), "{run}");
    }
    // A minus sign before hanzi is no flag.
    let hits = env
        .run(&["search", "主题党日", "-清单", "--json"])
        .code(0)
        .articles();
    let want = env
        .run(&["search", "主题党日 -清单", "--json"])
        .code(0)
        .articles();
    assert_eq!(hits, want);
}
