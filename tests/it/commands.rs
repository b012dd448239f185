//! The smaller commands: each does what its help says.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::env::Env;

const NEWS: &str = "市审计局召开整改推进会，逐项对账销号，年底前全部办结。";

/// A page as a careless crawler leaves it.
const DAMAGED: &str = "市直機(jī)關(guān)黨建工作會(huì)議召開,,會(huì)議強(qiáng)調(diào),,要實(shí)事求是,,開(kāi)創(chuàng)新局面,。\n會(huì)議總結(jié)經(jīng)驗(yàn),,部署下一階段任務(wù),。\n";
const RESTORED: &str = "市直機關黨建工作會議召開，會議強調，要實事求是，開創新局面。\n會議總結經驗，部署下一階段任務。\n";

#[test]
fn clean_is_a_filter() {
    let env = Env::new().write("page.txt", DAMAGED);
    assert_eq!(env.run(&["clean", "page.txt"]).code(0).stdout(), RESTORED);
    for args in [&["clean"][..], &["clean", "-"]] {
        assert_eq!(
            env.run_with(args, DAMAGED.as_bytes()).code(0).stdout(),
            RESTORED
        );
    }
    let simplified = env
        .run(&["clean", "page.txt", "--script", "simplified"])
        .code(0);
    assert!(
        simplified
            .stdout()
            .starts_with("市直机关党建工作会议召开，"),
        "{simplified}"
    );
    let audit = env.run(&["clean", "page.txt", "--audit"]).code(0).json();
    let first = json!({"kind": "pinyin", "start": 3, "end": 7, "from": "(jī)", "to": ""});
    assert_eq!(audit[0], first);
    assert!(!env.index().exists(), "it needs no index and makes none");
    // What is sound passes through, to the last byte.
    let sound = "GDP(国内生产总值)同比增长6.5%，10:30发布（见附件）；真的吗?!";
    let same = env.run_with(&["clean"], sound.as_bytes()).code(0);
    assert_eq!(same.stdout(), sound);
    assert_eq!(
        env.run_with(&["clean", "--audit"], sound.as_bytes())
            .code(0)
            .stdout(),
        ""
    );
}

#[test]
fn show_prints_the_page_as_it_was_found() {
    let record = json!({"id": "d1", "title": "黨建工作會(huì)議召開", "date": "2018年3月1日", "source": "某市黨建網", "body": DAMAGED.trim_end(), "channel": "要聞"});
    let env = Env::new().write("a.jsonl", record.to_string());
    env.run(&["index", "a.jsonl"]).code(0);
    let shown = env.run(&["show", "d1"]).code(0);
    for words in [
        "黨建工作會議召開",
        "2018-03-01",
        "某市黨建網",
        "要聞",
        "a.jsonl:1",
        "pinyin",
        RESTORED.trim_end(),
    ] {
        assert!(shown.stdout().contains(words), "{words} in {shown}");
    }
    let original = env.run(&["show", "d1", "--original"]).code(0);
    assert_eq!(
        original.stdout(),
        format!("黨建工作會(huì)議召開\n{DAMAGED}")
    );
    let simplified = env.run(&["show", "d1", "--script", "simplified"]).code(0);
    assert!(
        simplified.stdout().contains("党建工作会议召开"),
        "{simplified}"
    );
    let object = env.run(&["show", "d1", "--json"]).code(0).object();
    assert_eq!(
        object["date"],
        json!({"value": "2018-03-01", "from": "field"})
    );
    assert_eq!(object["body"], RESTORED.trim_end());
    assert_eq!(
        object["original"],
        format!("黨建工作會(huì)議召開\n{}", DAMAGED.trim_end())
    );
    assert_eq!(object["extra"]["channel"], "要聞");
    // The restored text is what is searched, in either script.
    env.run(&["search", "“会议总结经验，部署”"])
        .code(0)
        .prints("d1");
}

#[test]
fn segment_says_why() {
    let env = Env::new().write("dict.txt", "红旗讲堂 100 n\n");
    let plain = env.run(&["segment", "红旗讲堂活动"]).code(0);
    assert_eq!(plain.stdout(), "红旗 / 讲堂 / 活动\n");
    let own = env
        .run(&["segment", "红旗讲堂活动", "--dict", "dict.txt"])
        .code(0);
    assert!(own.stdout().starts_with("红旗讲堂 / 活动\n"), "{own}");
    assert!(own.stdout().contains("user dictionary"), "{own}");
    let term = env.run(&["segment", "開展主題黨日活動"]).code(0);
    assert_eq!(
        term.stdout(),
        "開展 / 主題黨日 / 活動\n  主題黨日 (lexicon 2016)\n"
    );
    let json = env
        .run(&["segment", "开展三会一课", "--json"])
        .code(0)
        .json();
    assert_eq!(json[0]["origin"], "dictionary");
    assert_eq!(json[1]["origin"], "lexicon");
    assert_eq!(json[1]["kind"], "party");
    assert!(json[1]["since"].is_null());
    let words = env
        .run_with(&["segment", "--json", "-"], "机关党建".as_bytes())
        .code(0)
        .json();
    for word in &words {
        let [start, end] = ["start", "end"].map(|name| word[name].as_u64().unwrap() as usize);
        let piece: String = "机关党建".chars().skip(start).take(end - start).collect();
        assert_eq!(word["text"], piece);
    }
    assert_eq!(words[0]["text"], "机关");
}

#[test]
fn stats_count_what_is_there() {
    let env = Env::new()
        .write(
            "in/a.jsonl",
            json!({"id": "1", "title": "一", "date": "2019-01-02", "source": "甲报", "body": NEWS})
                .to_string(),
        )
        .write("in/b.txt", NEWS);
    env.run(&["index", "in"]).code(0);
    let stats = env.run(&["stats", "--json"]).code(0).object();
    for (name, want) in [
        ("articles", json!(2)),
        ("passages", json!(2)),
        ("inputs", json!(2)),
        ("dated", json!(1)),
        ("first_date", json!("2019-01-02")),
        ("last_date", json!("2019-01-02")),
        ("sources", json!([["甲报", 1]])),
    ] {
        assert_eq!(stats[name], want, "{name}");
    }
    env.run(&["stats"]).code(0).prints("articles\t2");
    env.run(&["stats", "--lang", "zh"])
        .code(0)
        .prints("文章\t2");
}

/// The files of the live generation.
fn index_files(env: &Env) -> Vec<PathBuf> {
    let current = fs::read_to_string(env.index().join("CURRENT")).unwrap();
    let folder = env.index().join(current.trim());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.metadata().unwrap().len() > 40)
        .collect();
    files.sort();
    files
}

#[test]
fn check_names_the_damaged_file() {
    let env = Env::new().write("in/a.txt", NEWS);
    env.run(&["index", "in"]).code(0);
    env.run(&["check"]).code(0);
    env.run(&["check", "--full"]).code(0);
    let segments = |path: &PathBuf| {
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        ["facts", "fast", "chars", "words", "texts", "term", "idx"].contains(&ending.as_str())
    };
    let files: Vec<PathBuf> = index_files(&env).into_iter().filter(segments).collect();
    assert!(files.len() >= 5, "{files:?}");
    for path in files {
        let sound = fs::read(&path).unwrap();
        let mut bytes = sound.clone();
        bytes[sound.len() / 3] ^= 0x10;
        fs::write(&path, bytes).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let report = env.run(&["check", "--full", "--json"]).code(1).object();
        assert_eq!(report["whole"], false);
        // A file that cannot even be opened is named within the reason.
        let damaged = report["damaged"].as_array().unwrap();
        assert!(damaged.len() == 1 && damaged[0]["file"] == name, "{report}");
        fs::write(&path, sound).unwrap();
    }
    env.run(&["check", "--full"]).code(0);
}

#[test]
fn a_damaged_index_is_said_so_and_can_be_built_again() {
    for break_it in ["CURRENT", "ledger.jsonl", "meta.json"] {
        let env = Env::new().write("in/a.txt", NEWS);
        env.run(&["index", "in"]).code(0);
        let path = match break_it {
            "CURRENT" => env.index().join("CURRENT"),
            name => index_files(&env)
                .into_iter()
                .find(|path| path.ends_with(name))
                .unwrap(),
        };
        fs::write(&path, "{broken").unwrap();
        let run = env.run(&["check"]);
        assert!(!run.stderr().contains("panicked"), "{run}");
        let _ = run.code(1);
        env.run(&["index", "in", "--rebuild"]).code(0);
        env.run(&["check", "--full"]).code(0);
        env.run(&["search", "对账销号"]).code(0);
    }
}

#[test]
fn messages_in_both_languages() {
    let env = Env::new().write("a.txt", NEWS);
    env.run(&["index", "a.txt"])
        .code(0)
        .prints("accepted 1, unchanged 0, rejected 0");
    env.run(&["index", "a.txt", "--lang", "zh"])
        .code(0)
        .prints("收录 0，未变 1，拒绝 0");
    env.run(&["search", "“没有的话”", "--lang", "zh"])
        .code(1)
        .says("没有找到");
    env.run(&["search", "“没有的话”", "--lang", "en"])
        .code(1)
        .says("nothing found");
    let quiet = env.run(&["index", "a.txt", "-q"]).code(0);
    assert_eq!((quiet.stdout(), quiet.stderr()), ("", ""));
    let env = env
        .write("b.txt", NEWS)
        .write("q.tsv", "1\t主题党日\n2\t无人评判\n")
        .write("r.tsv", "query-id\tcorpus-id\tscore\n1\ta.txt\t1\n");
    env.run(&["index", "a.txt", "b.txt", "--dry-run", "--lang", "zh"])
        .code(0)
        .prints("未变  a.txt\n新增  b.txt\n");
    env.run(&["index", "b.txt", "--dry-run", "--json", "--lang", "zh"])
        .code(0)
        .prints("\"new\":1");
    env.run(&["stats", "--lang", "zh"])
        .code(0)
        .prints("（1 个分片）");
    let eval = [
        "eval",
        "--queries",
        "q.tsv",
        "--qrels",
        "r.tsv",
        "--lang",
        "zh",
    ];
    env.run(&eval)
        .code(0)
        .prints("查询\t1\n")
        .says("1 个查询在评判中没有相关文章");
}

/// What of a query went unanswered is said, and nothing where all of it was answered.
#[test]
fn a_word_that_stands_nowhere_is_named() {
    let env = Env::with_corpus();
    env.run(&["search", "主题党日 zzzqqq"])
        .code(0)
        .says("note: nowhere in the index: zzzqqq")
        .says("try: jianbao search 主题党日");
    let hit = env.run(&["search", "主题党日 zzzqqq", "--json"]).code(0);
    assert!(hit.json()[0]["note"].as_str().unwrap().contains("zzzqqq"));
    let all = env.run(&["search", "主题党日"]).code(0);
    assert_eq!(all.stderr(), "");
    // A character that stands inside of words alone stands there all the same.
    let one = env.run(&["search", "题"]).code(0);
    assert!(!one.stderr().contains("nowhere"), "{one}");
}

#[test]
fn a_list_by_day_says_how_many_have_all_of_the_query() {
    let env = Env::with_corpus();
    env.run(&["search", "主题党日 品牌 老码头", "--sort", "newest"])
        .code(0)
        .says("have all of the query as it stands");
    let one = env
        .run(&["search", "“主题党日”", "--sort", "newest"])
        .code(0);
    assert_eq!(one.stderr(), "");
}

/// What stands below a hit is an id, and so is the place beside it.
#[test]
fn an_article_is_shown_by_its_place_too() {
    let env = Env::new().write(
        "a.jsonl",
        "{\"id\":\"x1\",\"body\":\"甲村修桥。\"}\n{\"id\":\"x2\",\"body\":\"乙村修路。\"}\n",
    );
    env.run(&["index", "a.jsonl"]).code(0);
    env.run(&["show", "a.jsonl:2"]).code(0).prints("乙村修路。");
    env.run(&["show", "x2"]).code(0).prints("乙村修路。");
    env.run(&["show", "a.jsonl:3"])
        .code(1)
        .says("no article has the id");
}

#[test]
fn a_dry_run_in_json_is_one_object() {
    let env = Env::new().write("in/a.txt", NEWS).write("in/b.txt", NEWS);
    let counts = |run: crate::env::Run| {
        let object = run.code(0).object();
        ["new", "changed", "unchanged", "rejected"].map(|name| object[name].as_u64().unwrap())
    };
    let dry = ["index", "in", "--dry-run", "--json"];
    assert_eq!(counts(env.run(&dry)), [2, 0, 0, 0]);
    env.run(&["index", "in"]).code(0);
    env.put("in/b.txt", "另一篇。");
    assert_eq!(counts(env.run(&dry)), [0, 1, 1, 0]);
    env.run(&["search", "甲", "--json", "--format", "csv"])
        .code(2);
}
