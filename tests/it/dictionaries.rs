//! User dictionaries: what is said of them, what they do to an index that is
//! there, and what could stand in them.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::env::{Env, project};

/// A generator of numbers, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// Everything that is answered to the queries of the golden file.
fn answers(env: &Env) -> String {
    let queries = std::fs::read_to_string(project("corpus/quality.tsv")).unwrap();
    let mut lines = String::new();
    for (n, line) in queries
        .lines()
        .filter(|line| !line.starts_with('#'))
        .enumerate()
    {
        writeln!(lines, "{n}\t{}", line.split('\t').next().unwrap()).unwrap();
    }
    lines += "a\t主题党曰\nb\tzhutidangri\nc\t党建 与 品牌\n";
    env.put("queries.tsv", lines);
    let mut all = String::new();
    for more in [
        &["--json", "-n", "200"][..],
        &["--json", "--group", "passage"],
        &["--count"],
        &["--count", "--since", "2019-06-01"],
        &["--json", "--sort", "newest"],
    ] {
        let args = [&["search", "--queries", "queries.tsv"][..], more].concat();
        all += env.run(&args).stdout();
    }
    for query in ["主题党日 品牌", "防汛值守", "zhutidangri", "“主题党曰”"] {
        all += env.run(&["search", query, "--explain"]).stdout();
    }
    all
}

/// A dictionary of strings of the corpus: some with a count, some of which are words.
fn random_dict(dice: &mut Dice, texts: &[Vec<char>]) -> String {
    let mut dict = String::new();
    for _ in 0..1 + dice.below(12) {
        let text = &texts[dice.below(texts.len())];
        let from = dice.below(text.len());
        let word: String = text[from..].iter().take(2 + dice.below(4)).collect();
        if word.chars().count() < 2 || !word.chars().all(|c| ('一'..'龥').contains(&c)) {
            continue;
        }
        match dice.below(3) {
            0 => writeln!(dict, "{word} {}", dice.below(5000)).unwrap(),
            _ => writeln!(dict, "{word}").unwrap(),
        }
    }
    dict
}

fn corpus_texts() -> Vec<Vec<char>> {
    let text = std::fs::read_to_string(project("corpus/jsonl/yunjiang-xianfeng.jsonl")).unwrap();
    text.lines().map(|line| line.chars().collect()).collect()
}

/// An index that got another dictionary answers as one that was built with it,
/// byte for byte, whatever it had before.
#[test]
fn a_new_dictionary_is_as_good_as_a_new_index() {
    let corpus = project("corpus").display().to_string();
    let texts = corpus_texts();
    let mut dice = Dice(20_260_101);
    let env = Env::new();
    env.run(&["index", &corpus]).code(0);
    let plain = answers(&env);
    for round in 0..4 {
        let dict = match round {
            // One rare word, and one that changes nearly everything.
            0 => "云江先锋\n".to_owned(),
            1 => "题党日 5000000\n的 1\n".to_owned(),
            _ => random_dict(&mut dice, &texts),
        };
        let fresh = Env::new().write("dict.txt", &dict);
        fresh.run(&["index", &corpus, "--dict", "dict.txt"]).code(0);
        env.put("dict.txt", &dict);
        let told = env
            .run(&["index", "--dict", "dict.txt", "--dry-run"])
            .code(0);
        let done = env.run(&["index", "--dict", "dict.txt", "--json"]).code(0);
        let changed = done.object()["recut"].clone();
        if !changed.is_null() {
            told.prints(&format!("of {changed} of "));
        }
        assert_eq!(answers(&env), answers(&fresh), "{dict}");
        env.run(&["check", "--full"]).code(0);
        // It stays, and is no reason to do anything again.
        let again = env.run(&["index", "--dict", "dict.txt", "--json"]).code(0);
        assert!(again.object()["recut"].is_null(), "{again}");
    }
    env.put("empty.txt", "# nothing\n");
    env.run(&["index", "--dict", "empty.txt"])
        .code(0)
        .prints("re-indexed");
    assert_eq!(answers(&env), plain, "an empty dictionary takes it away");
    // What is read later is cut alike.
    let read = env.run(&["index", &corpus, "--json"]).code(0).object();
    assert_eq!(read["accepted"], 0);
}

#[test]
fn only_what_changes_is_indexed_again_and_no_source_is_needed() {
    let body = |n: usize| format!("第{n}片区召开红旗讲堂开班仪式，值守人员到岗。");
    let env = Env::new()
        .write("in/a.txt", body(1))
        .write("in/b.txt", "县水利局通报水库水位平稳，值班人员全部到岗。")
        .write("dict.txt", "红旗讲堂\n");
    env.run(&["index", "in"]).code(0);
    env.remove("in/a.txt");
    env.run(&["index", "--dict", "dict.txt", "--dry-run"])
        .code(0)
        .prints("1 of 2 articles");
    env.run(&["index", "--dict", "dict.txt"])
        .code(0)
        .prints("1 of 2 articles re-indexed");
    env.run(&["search", "红旗讲堂", "--explain"])
        .code(0)
        .prints("红旗讲堂");
    env.run(&["segment", "红旗讲堂"])
        .code(0)
        .prints("user dictionary");
    // `search --from` does the same.
    env.put("none.txt", "");
    env.run(&["search", "水库", "--from", "in/b.txt", "--dict", "none.txt"])
        .code(0);
    let cut = env.run(&["segment", "红旗讲堂"]).code(0);
    assert!(!cut.stdout().contains("user dictionary"), "{cut}");
    env.put("bad.txt", "好词 10\n坏 词 一 二\n");
    env.run(&["index", "--dict", "bad.txt"])
        .fails_in_one_line()
        .says("bad.txt:2");
}

/// Killed at any moment: the old dictionary or the new one, and the next run ends
/// with the new one.
#[test]
fn killed_between_two_dictionaries() {
    let corpus = project("corpus").display().to_string();
    let env = Env::new().write("dict.txt", "题党日 5000000\n的 1\n");
    env.run(&["index", &corpus]).code(0);
    let old = answers(&env);
    let begun = Instant::now();
    env.run(&["index", "--dict", "dict.txt"]).code(0);
    let whole = begun.elapsed();
    let new = answers(&env);
    assert_ne!(old, new);
    env.put("none.txt", "");
    let mut killed = 0;
    for part in 1..=8 {
        env.run(&["index", "--dict", "none.txt"]).code(0);
        let mut child = env
            .command(&["index", "--dict", "dict.txt", "-q"])
            .spawn()
            .unwrap();
        std::thread::sleep(
            whole
                .mul_f64(f64::from(part) / 8.0)
                .max(Duration::from_millis(1)),
        );
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        env.run(&["check", "--full"]).code(0);
        let now = answers(&env);
        assert!(
            now == old || now == new,
            "neither the old index nor the new one"
        );
        env.run(&["index", "--dict", "dict.txt"]).code(0);
        assert_eq!(answers(&env), new);
    }
    assert!(killed > 0, "not once was it in time");
}

#[test]
fn bad_lines_are_named() {
    let env = Env::new()
        .write(
            "a.txt",
            "\u{feff}# 本地词\r\n红旗讲堂\r\n党员、干部 5\r\n紅旗講堂 10\r\n开展\r\n",
        )
        .write("b.txt", "红旗讲堂\n")
        .write("good.txt", "红旗讲堂\t12\t# 3 articles\n");
    let run = env.run(&["dict", "check", "a.txt", "b.txt"]).code(1);
    for told in [
        "a.txt:3: 党员、干部 5: it holds punctuation",
        "a.txt:4: 紅旗講堂: it stands in a.txt:2 already; delete one of the two",
        "a.txt:4: 紅旗講堂: another script",
        "a.txt:5: 开展: jieba's dictionary has it",
        "b.txt:1: 红旗讲堂: it stands in a.txt:2 already",
        "2 words, 3 lines to change, 2 to think about",
    ] {
        assert!(run.stdout().contains(told), "{told}: {run}");
    }
    let object = env
        .run(&["dict", "check", "--json", "a.txt"])
        .code(1)
        .object();
    assert_eq!(object["words"], 2);
    assert_eq!(object["errors"], 2);
    assert_eq!(object["remarks"][0]["line"], 3);
    env.run(&["dict", "check", "good.txt"])
        .code(0)
        .prints("1 words, 0 lines");
    env.run(&["dict", "check", "none.txt"])
        .fails_in_one_line()
        .says("none.txt");
    env.run(&["segment", "红旗讲堂", "--dict", "good.txt"])
        .code(0)
        .prints("红旗讲堂 (user dictionary)");
}

/// Articles in which 榕溪屏 is a word and 溪屏 never stands without 榕.
fn archive() -> String {
    let heads = "县市乡区省局厅院校村".chars().collect::<Vec<_>>();
    let tails = [
        "修建", "通水", "检查", "竣工", "扩容", "验收", "停用", "加固",
    ];
    let filler = "会议研究防汛工作，部署值班巡查任务，明确责任分工。".repeat(8);
    let mut lines = String::new();
    let mut dice = Dice(7);
    for n in 0..120 {
        let head = heads[dice.below(heads.len())];
        let tail = tails[dice.below(tails.len())];
        let next = heads[dice.below(heads.len())];
        let body = format!(
            "{head}榕溪屏{tail}，水位平稳。{next}榕溪屏，{tail}完毕。本台第{n}次报道。{filler}"
        );
        let line = serde_json::json!({"id": format!("n{n}"), "title": "水情", "body": body});
        writeln!(lines, "{line}").unwrap();
    }
    lines
}

#[test]
fn new_words_are_found_and_may_be_used_as_they_are() {
    let env = Env::new().write("in.jsonl", archive());
    env.run(&["index", "in.jsonl"]).code(0);
    let found = env.run(&["dict", "discover", "--threads", "1"]).code(0);
    let words: Vec<&str> = found
        .stdout()
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    assert_eq!(words.first(), Some(&"榕溪屏"), "{found}");
    assert!(
        !words.contains(&"溪屏") && !words.contains(&"榕溪"),
        "{found}"
    );
    let again = env.run(&["dict", "discover", "--threads", "2"]).code(0);
    assert_eq!(again.stdout(), found.stdout());
    let json = env
        .run(&["dict", "discover", "--json", "-n", "1"])
        .code(0)
        .json();
    assert_eq!(json.len(), 1);
    assert_eq!(json[0]["articles"], 120);
    env.put("new.txt", found.stdout());
    env.run(&["dict", "check", "new.txt"]).code(0);
    env.run(&["index", "--dict", "new.txt"])
        .code(0)
        .prints("120 of 120");
    env.run(&["segment", "榕溪屏"])
        .code(0)
        .prints("榕溪屏 (user dictionary)");
    // What the user's dictionary has is not found again.
    let later = env.run(&["dict", "discover"]);
    let mut lines = later.stdout().lines();
    assert!(!lines.any(|line| line.starts_with("榕溪屏")), "{later}");
    let rare = env
        .run(&["dict", "discover", "--min-articles", "121"])
        .code(1);
    assert_eq!(rare.stdout(), "");
}
