//! Indexes as other releases left them, in `tests/it/frozen/`, one for each layout
//! that there was. One whose recipe is ours must answer as one that is built now;
//! any other is refused in plain words. So a layout that changes and keeps its
//! recipe fails here: raise `FORMAT` in `src/index/recipe.rs`, and freeze one more
//! by `JIANBAO_FREEZE=NAME cargo test --test it frozen`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::env::{Env, project};
use crate::pack::gz;

const A: &str = "清溪镇修复古渡口\n本报讯 清溪镇用三个月修复了百年古渡口，石阶一级一级按原样铺好，渡船重新开班，对岸两个村的学生不用再绕路上学。\n";
const B: &str = r#"{"id":"n1","title":"柳湾区开设夜间图书室","date":"2019-05-06","source":"柳湾日报","body":"柳湾区在六个社区开设夜间图书室，开放到晚上十点。\n负责人说，下班以后来看书的人比白天还多。"}
{"id":"n2","title":"石桥县检查山塘水库","date":"2020-04-17","source":"石桥新闻网","body":"石桥县水利局对四十一座山塘逐座检查，堵漏八处，清理溢洪道十二条。"}
"#;
const QUERIES: [&[&str]; 4] = [
    &["search", "渡口 学生", "--json"],
    &["search", "“夜间图书室”", "--json"],
    &["search", "县 或 镇", "--sort", "newest", "--json"],
    &["search", "“一”", "--count"],
];

/// The articles in a folder, and no index yet.
fn sources() -> Env {
    Env::new()
        .write("in/a.txt", A)
        .write("in/b.jsonl", B)
        .write("words.txt", "夜间图书室 100\n")
}

fn built() -> Env {
    let env = sources();
    env.run(&["index", "in", "--dict", "words.txt", "--threads", "1"])
        .code(0);
    env
}

fn answers(env: &Env) -> Vec<String> {
    QUERIES
        .iter()
        .map(|args| env.run(args).code(0).stdout().to_owned())
        .collect()
}

/// The recipe that stands in the commit of an index.
fn recipe(index: &Path) -> serde_json::Value {
    let current = fs::read_to_string(index.join("CURRENT")).unwrap();
    let meta = fs::read(index.join(current.trim()).join("meta.json")).unwrap();
    let meta: serde_json::Value = serde_json::from_slice(&meta).unwrap();
    let payload: serde_json::Value =
        serde_json::from_str(meta["payload"].as_str().unwrap()).unwrap();
    payload["recipe"].clone()
}

fn frozen() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(project("tests/it/frozen"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

/// Keeps the index that is built now, for the releases to come. Where its
/// articles come from is not kept: a folder that nobody has.
fn freeze(name: &str) {
    let env = built();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_dir_all(".", env.index()).unwrap();
    let bytes = gz(&builder.into_inner().unwrap());
    fs::write(project(&format!("tests/it/frozen/{name}.tar.gz")), bytes).unwrap();
}

#[test]
fn an_index_of_any_release_answers_or_is_refused_in_plain_words() {
    if let Ok(name) = std::env::var("JIANBAO_FREEZE") {
        freeze(&name);
    }
    let now = built();
    let (ours, want) = (recipe(now.index()), answers(&now));
    let mut todays = 0;
    for path in frozen() {
        let env = sources();
        let packed = flate2::read::GzDecoder::new(fs::File::open(&path).unwrap());
        tar::Archive::new(packed).unpack(env.index()).unwrap();
        if recipe(env.index()) == ours {
            todays += 1;
            assert_eq!(answers(&env), want, "{}", path.display());
            env.run(&["check", "--full"]).code(0);
        } else {
            for args in QUERIES.into_iter().chain([
                &["stats"][..],
                &["index", "in"],
                &["show", "n1"],
                &["tune"],
            ]) {
                let run = env.run(args).fails_in_one_line();
                assert!(
                    run.stderr().contains("jianbao index --rebuild")
                        || run.stderr().contains("jianbao check --repair"),
                    "{}: what to do next: {run}",
                    path.display()
                );
            }
        }
        env.run(&["index", "in", "--rebuild", "--dict", "words.txt"])
            .code(0);
        assert_eq!(answers(&env), want, "{}", path.display());
        env.run(&["check", "--full"]).code(0);
    }
    assert!(
        todays > 0,
        "no frozen index is of today's recipe: keep one with JIANBAO_FREEZE=NAME"
    );
}
