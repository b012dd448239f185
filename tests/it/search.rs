//! What a search promises: exact strings find everything, and the same question
//! gets the same answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jianbao::search::Searcher;
use serde_json::{Value, json};

use crate::env::{Env, Run, project};

/// An article as a plain scan sees it: title and paragraphs, each in [`normal`] form.
struct Scanned {
    strings: Vec<String>,
}

impl Scanned {
    fn has(&self, needle: &str) -> bool {
        self.strings.iter().any(|string| string.contains(needle))
    }
}

/// What an exact string is compared in, said a second time and in another way
/// than the program does: no blanks, no quote marks, `,` for a run of
/// punctuation, ASCII narrow and in lower case. Good for simplified text only.
fn normal(text: &str) -> String {
    const QUOTES: &str = "“”‘’「」『』《》〈〉\"'";
    const SYMBOLS: &str = "+<=>|~^$`￥¥℃°×÷→■□●○◆★☆№‰㎡";
    const MARKS: &str = "，。、；：？！…—（）【】〔〕［］·,.;:?!()[]{}-/\\%&*#@_‐–―•";
    let mut out = String::new();
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap(),
            c => c,
        };
        let c = c.to_ascii_lowercase();
        if c.is_whitespace() || QUOTES.contains(c) {
            continue;
        }
        if c.is_alphanumeric() || SYMBOLS.contains(c) {
            out.push(c);
        } else if MARKS.contains(c) {
            if !out.ends_with(',') {
                out.push(',');
            }
        } else {
            panic!("say what {c:?} (U+{:04X}) is: a symbol or a mark", c as u32);
        }
    }
    out
}

/// Copies the part of `corpus/` that is in simplified script.
fn simplified_corpus(env: &Env) {
    const OTHER: [&str; 4] = ["古厝", "城市供水", "nandao", "damaged"];
    let mut folders = vec![project("corpus")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(project("")).unwrap().to_string_lossy().replace('\\', "/");
            if OTHER.iter().any(|other| name.contains(other)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                env.put(&name, fs::read(path).unwrap());
            }
        }
    }
}

/// Every article of an index: (title, paragraphs).
fn articles(index: &Path) -> Vec<(String, Vec<String>)> {
    let searcher = Searcher::open(index).unwrap();
    let mut ids = Vec::new();
    searcher.articles(|meta| ids.push(meta.id)).unwrap();
    ids.sort();
    ids.iter()
        .map(|id| {
            let article = searcher.article(id).unwrap().unwrap();
            let paragraphs = article.body.lines().map(str::to_owned).collect();
            (article.meta.title.value, paragraphs)
        })
        .collect()
}

/// Pieces of 2 to 12 characters of a text, from every third place, in a length
/// that changes from place to place.
fn pieces(text: &str, seed: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len())
        .filter(|start| (start + seed).is_multiple_of(3))
        .map(|start| {
            let length = 2 + (start * 7 + seed) % 11;
            chars[start..chars.len().min(start + length)].iter().collect()
        })
        .collect()
}

/// A piece as a query: it may not hold the marks that would end the quotation.
fn quoted(piece: &str) -> String {
    let inner: String = piece.chars().filter(|c| !"“”\"「」『』".contains(*c)).collect();
    format!("“{inner}”")
}

/// Counts of many queries: (passages, articles) of each.
fn counts(env: &Env, queries: &[String]) -> Vec<[u64; 2]> {
    let lines: String = queries.iter().enumerate().map(|(n, query)| format!("{n}\t{query}\n")).collect();
    env.put("queries.tsv", lines);
    let run = env.run(&["search", "--queries", "queries.tsv", "--count"]);
    let objects = run.json();
    assert_eq!(objects.len(), queries.len());
    for (n, object) in objects.iter().enumerate() {
        assert_eq!(object["query"], n.to_string());
    }
    objects
        .iter()
        .map(|object| ["passages", "articles"].map(|name| object[name].as_u64().unwrap()))
        .collect()
}

#[test]
fn exact_strings_find_what_a_scan_finds_and_nothing_else() {
    let env = Env::new();
    simplified_corpus(&env);
    env.run(&["index", "corpus"]).code(0);
    let articles = articles(env.index());
    assert!(articles.len() > 60, "{} articles", articles.len());
    let scanned: Vec<Scanned> = articles
        .iter()
        .map(|(title, paragraphs)| Scanned {
            strings: paragraphs.iter().chain([title]).map(|text| normal(text)).collect(),
        })
        .collect();
    let mut needles = BTreeSet::new();
    for (seed, (title, paragraphs)) in articles.iter().enumerate() {
        for text in paragraphs.iter().chain([title]) {
            needles.extend(pieces(text, seed));
        }
    }
    // Strings that stand nowhere, or nearly: pieces that are joined across marks, cut and mixed.
    let list: Vec<&String> = needles.iter().collect();
    let mixed: Vec<String> = list
        .windows(2)
        .step_by(5)
        .map(|pair| pair[0].chars().take(2).chain(pair[1].chars().rev().take(2)).collect())
        .collect();
    let joined: Vec<String> = list
        .iter()
        .step_by(5)
        .map(|piece| piece.chars().filter(|c| c.is_alphanumeric()).collect())
        .collect();
    needles.extend(mixed);
    needles.extend(joined);
    let needles: Vec<(String, String)> = needles
        .iter()
        .map(|piece| (quoted(piece), normal(&quoted(piece))))
        .filter(|(_, form)| form.chars().any(char::is_alphanumeric))
        .collect();
    assert!(needles.len() > 5000, "{} strings", needles.len());
    let queries: Vec<String> = needles.iter().map(|(query, _)| query.clone()).collect();
    let found = counts(&env, &queries);
    let mut wrong = Vec::new();
    let mut missing = 0;
    for ((query, form), [passages, count]) in needles.iter().zip(found) {
        let want = scanned.iter().filter(|article| article.has(form)).count() as u64;
        missing += u64::from(want == 0);
        if count != want || passages < count {
            wrong.push(format!("{query}: {count} articles in {passages} passages, a scan finds {want}"));
        }
    }
    assert!(missing > 100, "strings that stand nowhere were asked as well: {missing}");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), needles.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn strings_longer_than_the_tail_cross_passages() {
    // One paragraph of some 3,000 characters, no two sentences alike.
    let towns = ["白石", "青溪", "云岭", "望湖", "石梁", "长汀", "东屿", "南港"];
    let paragraph: String = (0..60)
        .map(|n| {
            format!(
                "{}镇第{n}次汇报了防汛物资的清点情况，其中编织袋{}条、铁锹{}把，不足的部分三天内补齐。",
                towns[n % towns.len()],
                n * 137 + 11,
                n * 17 + 3
            )
        })
        .collect();
    let body = format!("开头一段。\n{paragraph}\n结尾一段。");
    let env = Env::new().write("a.jsonl", json!({"id": "long", "title": "清点", "body": body}).to_string());
    env.run(&["index", "a.jsonl"]).code(0);
    let chars: Vec<char> = paragraph.chars().collect();
    let mut queries = Vec::new();
    for start in (0..chars.len()).step_by(29) {
        for length in [10, 62, 63, 64, 65, 66, 90, 300, 900] {
            if start + length <= chars.len() {
                queries.push(format!("“{}”", chars[start..start + length].iter().collect::<String>()));
            }
        }
    }
    for (query, [passages, articles]) in queries.iter().zip(counts(&env, &queries)) {
        assert_eq!(articles, 1, "{query}");
        // A long one holds a number that stands nowhere else.
        assert!(passages == 1 || query.chars().count() < 60, "{query}: {passages} passages");
    }
    // The same with one character changed at the far end.
    let changed: Vec<String> = queries.iter().map(|query| query.replace('”', "龘”")).collect();
    for (query, count) in changed.iter().zip(counts(&env, &changed)) {
        assert_eq!(count, [0, 0], "{query}");
    }
    // Nothing matches across the end of a paragraph.
    let across: String = "开头一段".chars().chain(paragraph.chars().take(10)).collect();
    env.run(&["search", &format!("“{across}”")]).code(1);
}

#[test]
fn marks_spell_what_was_asked() {
    let env = Env::with_corpus();
    for (query, form) in [
        ("“主题党日”", "主题党日"),
        ("“三会一课”", "三会一课"),
        ("“党组(党委)”", "党组,党委,"),
        ("「主題黨日」", "主题党日"),
        ("12345", "12345"),
    ] {
        let hits = env
            .run(&["search", query, "--json", "-n", "500", "--group", "passage", "--script", "simplified"])
            .code(0)
            .json();
        let count = env.run(&["search", query, "--count", "--json"]).code(0).object();
        assert_eq!(count["passages"], hits.len(), "{query}");
        for hit in hits {
            let text: Vec<char> = hit["text"].as_str().unwrap().chars().collect();
            let marks = hit["marks"].as_array().unwrap();
            let mut last = 0;
            for mark in marks {
                let [start, end] = [0, 1].map(|n| mark[n].as_u64().unwrap() as usize);
                assert!(last <= start && start < end && end <= text.len(), "{query}: {hit}");
                last = end;
                let marked: String = text[start..end].iter().collect();
                assert_eq!(normal(&marked).trim_end_matches(','), form.trim_end_matches(','), "{query}: {hit}");
            }
            // A mark may stand in the title alone, or run out of the passage.
            let whole = normal(hit["text"].as_str().unwrap());
            assert_eq!(marks.is_empty(), !whole.contains(form.trim_end_matches(',')), "{query}: {hit}");
        }
    }
}

/// The queries of the quality table, and some that use every operator.
fn questions(env: &Env) {
    let table = fs::read_to_string(project("corpus/quality.tsv")).unwrap();
    let mut lines: Vec<String> = table
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
        .map(|(query, _)| query.to_owned())
        .collect();
    lines.extend(
        [
            "“主题党日”", "党", "党建 与 服务", "主题党日 -清单", "标题：主题党日", "来源：日报 党员",
            "日期：2019..2020 党", "\"党员 群众\"~8", "主题* 或 三会一课", "（防汛 或 抗旱）与 水库",
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
        for further in [&["-n", "100"][..], &["--group", "passage", "-n", "40"], &["--sort", "newest"]] {
            let args = [&["search", "--queries", "questions.jsonl", "--json", "--threads", threads], further].concat();
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
        let whole = env.run(&["search", "党员", "--group", group, "-n", "1000", "--json"]).code(0).json();
        let count = env.run(&["search", "党员", "--count", "--json"]).code(0).object();
        assert_eq!(whole.len() as u64, count[format!("{group}s")].as_u64().unwrap());
        let mut pages = Vec::new();
        for offset in (0..whole.len()).step_by(7) {
            let offset = offset.to_string();
            let page = ["search", "党员", "--group", group, "-n", "7", "--offset", &offset, "--json"];
            pages.extend(env.run(&page).code(0).json());
        }
        assert_eq!(pages, whole);
        let past = env.run(&["search", "党员", "--group", group, "--offset", "5000", "--json"]);
        assert_eq!(past.stdout(), "");
        for (n, hit) in whole.iter().enumerate() {
            assert_eq!(hit["rank"], n + 1);
        }
    }
    // The articles of the one are those of the other, with the same passages counted.
    let articles = env.run(&["search", "党员", "-n", "1000", "--json"]).code(0).json();
    let passages = env.run(&["search", "党员", "-n", "1000", "--json", "--group", "passage"]).code(0).json();
    for hit in articles {
        let own = passages.iter().filter(|passage| passage["article"] == hit["article"]).count();
        assert_eq!(hit["more"], own - 1, "{hit}");
    }
}

fn date(hit: &Value) -> Option<&str> {
    hit["date"].as_str()
}

#[test]
fn filters_and_order() {
    let env = Env::with_corpus();
    let search = |args: &[&str]| env.run(&[&["search", "党员", "-n", "1000", "--json"], args].concat()).code(0).json();
    let all = search(&[]);
    let newest = search(&["--sort", "newest"]);
    let oldest = search(&["--sort", "oldest"]);
    let dates = |hits: &[Value]| -> Vec<String> { hits.iter().filter_map(|hit| date(hit).map(str::to_owned)).collect() };
    let mut sorted = dates(&all);
    sorted.sort();
    assert_eq!(dates(&oldest), sorted);
    sorted.reverse();
    assert_eq!(dates(&newest), sorted);
    // The undated stand last either way.
    for hits in [&newest, &oldest] {
        assert!(hits.iter().skip_while(|hit| date(hit).is_some()).all(|hit| date(hit).is_none()));
    }
    for (args, low, high) in [
        (&["--since", "2019"][..], "2019-01-01", "9999"),
        (&["--until", "2019-06"], "0000", "2019-06-30"),
        (&["--since", "2018-03-12", "--until", "2020"], "2018-03-12", "2020-12-31"),
    ] {
        let within = |hit: &&Value| date(hit).is_some_and(|date| low <= date && date <= high);
        let ids = |hits: Vec<&Value>| -> BTreeSet<String> {
            hits.iter().map(|hit| hit["article"].as_str().unwrap().to_owned()).collect()
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
    env.run(&["search", "党员", "--since", "2019-02-30"]).code(2).says("--since");
    env.run(&["search", "党员", "--since", "1950", "--until", "1951"]).code(1).says("--since");
}

#[test]
fn the_json_of_a_hit() {
    let env = Env::with_corpus();
    let run = env.run(&["search", "“主题党日”", "品牌", "--json"]).code(0);
    assert_eq!(run.stderr(), "", "nothing but hits");
    for hit in run.json() {
        let keys: Vec<&String> = hit.as_object().unwrap().keys().collect();
        let want = [
            "rank", "score", "article", "passage", "title", "date", "source", "path", "text", "marks", "more",
            "copies", "note",
        ];
        assert_eq!(keys, want);
        assert!(hit["score"].is_number() && hit["passage"].is_u64() && hit["more"].is_u64());
        assert!(hit["note"].is_null());
    }
    let note = env.run(&["search", "主题党日）", "--json", "-n", "1"]).code(0).object();
    assert!(note["note"].is_string(), "a bracket that nothing opens: {note}");
    env.put("q.tsv", "eins\t党员\nzwei\t“没有这句话”\ndrei\t审计\n");
    let many = env.run(&["search", "--queries", "q.tsv", "--json", "-n", "2"]).code(0).json();
    let of: Vec<&str> = many.iter().map(|hit| hit["query"].as_str().unwrap()).collect();
    assert_eq!(of, ["eins", "eins", "drei", "drei"]);
}

#[test]
fn csv_and_trec() {
    let env = Env::with_corpus();
    let csv = env.run(&["search", "党员", "--format", "csv", "-n", "3"]).code(0);
    let text = csv.stdout().strip_prefix('\u{feff}').expect("a byte order mark, for Excel");
    assert!(text.starts_with("rank,"), "{csv}");
    assert!(!text.contains('\u{feff}'));
    assert!(text.split("\r\n").count() >= 4, "{csv}");
    env.put("q.jsonl", "{\"id\":\"a\",\"text\":\"党员\"}\n{\"id\":\"b\",\"text\":\"主题党日 品牌\"}\n");
    let trec = env
        .run(&["search", "--queries", "q.jsonl", "--format", "trec", "-n", "100", "--group", "passage"])
        .code(0);
    let mut seen = BTreeSet::new();
    for line in trec.stdout().lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [query, "Q0", article, rank, score, "jianbao"] = fields[..] else {
            panic!("six fields: {line:?}");
        };
        assert!(matches!(query, "a" | "b"));
        assert!(rank.parse::<u32>().is_ok() && score.parse::<f64>().is_ok(), "{line}");
        assert!(seen.insert((query.to_owned(), article.to_owned())), "an article once per query: {line}");
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
            .map(|id| id.trim_start_matches("in/").trim_end_matches(".txt").to_owned())
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
        "党建)", "((党建", "“党建", "标题：", "日期：昨天 党建", "党建 与", "-党建", "C++", "a:b", "*", "党建~8", "\"党 建\"~99999999999",
        &deep, &nots, &long, "党\u{0}建", "\u{202e}党建",
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

#[test]
fn exit_statuses_and_quiet_readers() {
    let env = Env::with_corpus();
    env.run(&["search", "主题党日"]).code(0);
    let none = env.run(&["search", "“这句话哪里也没有”"]).code(1);
    assert_eq!(none.stdout(), "");
    assert!(none.stderr().contains("nothing found"), "{none}");
    let quiet = env.run(&["search", "“这句话哪里也没有”", "-q"]).code(1);
    assert_eq!(quiet.stderr(), "");
    env.run(&["search"]).code(2);
    env.run(&["search", "党", "--sort", "sideways"]).code(2);
    env.run(&["nonsense"]).code(2);
    env.run(&["show", "no-such-article"]).code(1);
    env.run(&["search", "--queries", "no-such-file"]).fails_in_one_line().says("no-such-file");
    env.run(&["search", "--help"]).code(0).prints("主题党日");
    env.run(&["--version"]).code(0).prints(env!("CARGO_PKG_VERSION"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::io::Read;
    use std::process::Stdio;
    let env = Env::with_corpus();
    questions(&env);
    for args in [&["search", "--queries", "questions.jsonl", "--json", "-n", "100"][..], &["search", "党", "-n", "100"]] {
        let mut child = env
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 10];
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut first).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn colour_only_when_asked_for() {
    let env = Env::with_corpus();
    let plain = env.run(&["search", "主题党日"]).code(0);
    assert!(!plain.stdout().contains('\x1b'));
    let colour = env.run(&["search", "主题党日", "--color", "always"]).code(0);
    assert!(colour.stdout().contains("\x1b["));
    let json = env.run(&["search", "主题党日", "--color", "always", "--json"]).code(0);
    assert!(!json.stdout().contains('\x1b'));
    let never = env.run(&["search", "主题党日", "--color", "never"]).code(0);
    assert_eq!(never.stdout(), plain.stdout());
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let nasty = "标题里的\u{1b}]0;坏\u{7}响铃和\u{202e}倒写与\u{9b}31m颜色，防汛物资已经清点完毕。";
    let record = json!({"id": "nasty\u{1b}[2J", "title": nasty, "source": "\u{1b}c日报", "body": nasty, "note\u{1b}": "\u{8}"});
    let env = Env::new().write("in/a\u{1b}[1m.jsonl", record.to_string());
    env.run(&["index", "in"]).code(0);
    let id = env.run(&["search", "防汛物资", "--json"]).code(0).articles().remove(0);
    for args in [
        vec!["search", "防汛物资"],
        vec!["search", "防汛物资", "--color", "always"],
        vec!["search", "“不在\u{1b}[5m这里”"],
        vec!["show", &id],
        vec!["show", &id, "--original"],
        vec!["stats"],
        vec!["index", "in", "--dry-run"],
    ] {
        let run = env.run(&args);
        for text in [run.stdout(), run.stderr()] {
            let mut rest = text.to_owned();
            // What the program paints with, and nothing else.
            while let Some(at) = rest.find("\x1b[") {
                let end = rest[at..].find('m').unwrap_or(0) + at;
                let code = &rest[at + 2..end.max(at + 2)];
                assert!(code.chars().all(|c| c.is_ascii_digit() || c == ';') && code.len() < 12, "{args:?}: {code:?}");
                rest.replace_range(at..=end, "");
            }
            let bad = rest
                .chars()
                .find(|c| (c.is_control() && !matches!(c, '\n' | '\t')) || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(bad, None, "{args:?}");
        }
    }
}
