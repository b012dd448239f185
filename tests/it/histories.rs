//! An index after any history of its files: it holds what they hold, and cites what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jianbao::ingest::{Settings, ingest};
use jianbao::search::Searcher;
use jianbao::source::inputs;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::env::Env;
use crate::pack::{gz, tar};

/// An article: id and text.
type Story = (String, String);
/// What each file holds, in order.
type Files = BTreeMap<&'static str, Vec<Story>>;

const NAMES: [&str; 4] = ["a.jsonl", "b.jsonl", "c.jsonl", "d/e.jsonl"];
const HISTORIES: usize = 40;
const STEPS: u64 = 5;

/// Few ids and few texts, so that they meet.
fn files() -> impl Strategy<Value = Files> {
    let story = ("[XYZ]", "[甲乙丙丁]").prop_map(|(id, text)| {
        let text = format!("{text}村的水渠今天修好，两百亩稻田赶在插秧前灌上了水。");
        (id, text)
    });
    let file = proptest::option::weighted(0.85, proptest::collection::vec(story, 1..4));
    proptest::collection::vec(file, NAMES.len()).prop_map(|files| {
        let files = NAMES.into_iter().zip(files);
        files.filter_map(|(name, own)| Some((name, own?))).collect()
    })
}

fn line((id, text): &Story) -> String {
    json!({"id": id, "title": "简讯", "body": text}).to_string() + "\n"
}

/// Writes what changed, each step with a time of its own, long ago: a file that changed a moment
/// ago is read in any case.
fn put(env: &Env, step: u64, old: &Files, new: &Files) {
    for name in NAMES {
        let path = env.path("in").join(name);
        match new.get(name) {
            own if own == old.get(name) => {}
            None => fs::remove_file(path).unwrap(),
            Some(own) => {
                env.put(
                    &format!("in/{name}"),
                    own.iter().map(line).collect::<String>(),
                );
                let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 + step);
                let file = File::options().append(true).open(path).unwrap();
                file.set_modified(time).unwrap();
            }
        }
    }
}

fn update(env: &Env, paths: &[&Path], prune: bool) {
    let mut writer = env.writer();
    let files = paths.iter().flat_map(|path| inputs(path).unwrap());
    let files = files.collect::<Result<Vec<_>, _>>().unwrap();
    let settings = Arc::new(Settings {
        prune,
        ..Settings::default()
    });
    ingest(files, &mut writer, &settings, &mut |_| {}).unwrap();
    writer.finish().unwrap();
}

/// What the index holds: each story, and the file and line that it is cited from.
fn held(env: &Env) -> Vec<(Story, (String, u64))> {
    let searcher = Searcher::open(env.index()).unwrap();
    let mut held = Vec::new();
    let mut ids = Vec::new();
    searcher.articles(|meta| ids.push(meta.id)).unwrap();
    for id in ids {
        let stored = searcher.article(&id).unwrap().unwrap();
        let origin = stored.meta.origin;
        let bare = id.split('~').next().unwrap().to_owned();
        held.push(((bare, stored.body), (origin.path, origin.record.unwrap())));
    }
    held
}

#[test]
fn an_updated_index_holds_what_its_files_hold() {
    let mut runner = TestRunner::deterministic();
    let draw = |runner: &mut TestRunner| files().new_tree(runner).unwrap().current();
    for history in 0..HISTORIES {
        let env = Env::new();
        fs::create_dir_all(env.path("in/d")).unwrap();
        let root = env.path("in");
        let mut old = Files::new();
        for step in 0..STEPS {
            let mut new = draw(&mut runner);
            for (nth, name) in NAMES.into_iter().enumerate() {
                // About half of the files stay as they are; of some the first story takes the
                // id of the last, and nothing moves.
                let same = (history as u64 + step + nth as u64) % 4;
                match (same, old.get(name)) {
                    (0 | 1, Some(own)) => {
                        new.insert(name, own.clone());
                    }
                    (0 | 1, None) => {
                        new.remove(name);
                    }
                    (2, Some(own)) => {
                        let mut own = own.clone();
                        own[0].0 = own.last().unwrap().0.clone();
                        new.insert(name, own);
                    }
                    _ => {}
                }
            }
            put(&env, step, &old, &new);
            let at = format!("history {history}, step {step}: {old:#?} then {new:#?}");
            match step {
                // One file alone: nothing of the others that are there is lost.
                3 => {
                    for (name, own) in new.iter().take(2) {
                        update(&env, &[&root.join(name)], false);
                        let held: BTreeSet<Story> =
                            held(&env).into_iter().map(|(story, _)| story).collect();
                        let same = new
                            .iter()
                            .filter(|(name, own)| old.get(*name) == Some(*own));
                        for story in same.flat_map(|(_, own)| own).chain(own) {
                            assert!(held.contains(story), "{story:?} of {at}");
                        }
                    }
                }
                // What is gone alone.
                2 => update(&env, &[], true),
                _ => {}
            }
            update(&env, &[&root], true);
            let want: BTreeSet<Story> = new.values().flatten().cloned().collect();
            let held = held(&env);
            let stories: BTreeSet<Story> = held.iter().map(|(story, _)| story.clone()).collect();
            assert_eq!(stories, want, "{at}");
            for (story, (path, record)) in held {
                // A file that was named by itself is known by its name alone.
                let name = NAMES
                    .into_iter()
                    .find(|name| path.ends_with(name) || name.ends_with(&path));
                let cited = name.and_then(|name| new.get(name));
                let cited = cited.and_then(|own| own.get(record as usize - 1));
                assert_eq!(cited, Some(&story), "{path}:{record} of {at}");
            }
            old = new;
        }
    }
}

/// Articles behind the place where a file was cut off are not gone: nobody knows.
#[test]
fn a_file_that_was_cut_off_keeps_what_it_held() {
    let long: Vec<u32> = (0..40).collect();
    let record = |n: &u32| {
        let text = format!("第{n}号水库今天开闸，下游二十个村的早稻喝上了第一口水。");
        json!({"id": n.to_string(), "title": "简讯", "body": text})
    };
    let lines: String = long.iter().map(|n| record(n).to_string() + "\n").collect();
    let array = serde_json::Value::from_iter(long.iter().map(record)).to_string();
    let rows = |n: &u32| format!("{n},简讯,\"{}\"\n", record(n)["body"].as_str().unwrap());
    let table = "id,title,body\n".to_owned() + &long.iter().map(rows).collect::<String>();
    for (name, bytes) in [
        ("a.jsonl", lines.clone().into_bytes()),
        ("a.json", array.into_bytes()),
        ("a.csv", table.clone().into_bytes()),
        ("a.jsonl.gz", gz(lines.as_bytes())),
        ("a.csv.gz", gz(table.as_bytes())),
    ] {
        let env = Env::new();
        let file = format!("in/{name}");
        env.put(&file, &bytes);
        env.run(&["index", "in"]).code(0);
        // In the middle of a record, whatever the file is.
        env.put(&file, &bytes[..bytes.len() / 2 - 7]);
        let cut = env.run(&["index", "in", "--json"]).code(3).object();
        assert_eq!(
            (&cut["dropped"], &cut["rejected"]),
            (&0.into(), &1.into()),
            "{name}: {cut}"
        );
        env.run(&["search", "“第39号水库”"]).code(0);
        // What is whole again and shorter is taken at its word.
        let (head, _) = lines.split_at(lines.len() / 2);
        let whole = &head[..=head.rfind('\n').unwrap()];
        if name == "a.jsonl" {
            env.put(&file, whole);
            env.run(&["index", "in"]).code(0);
            env.run(&["search", "“第39号水库”"]).code(1);
        }
    }
}

/// An entry that is never read, as a photo, keeps nothing of its archive alive.
#[test]
fn what_left_an_archive_leaves_the_index() {
    let story = "今天的早市开到了桥头，三十户菜农有了固定摊位。";
    let other = "山路两旁的护栏今天装完，校车改走新路。";
    let env = Env::new();
    let with = [
        ("a.txt", story),
        ("b.txt", other),
        ("c.jpg", "x"),
        ("d.txt", ""),
    ]
    .map(|(name, text)| (name, text.as_bytes()));
    env.put("in/a.tar", tar(&with));
    env.run(&["index", "in"]).code(3);
    env.put("in/a.tar", tar(&[with[0], with[2], with[3]]));
    let left = env.run(&["index", "in", "--json"]).code(3).object();
    assert_eq!(left["dropped"], 1, "{left}");
    env.run(&["search", "“山路两旁”"]).code(1);
    env.run(&["search", "“桥头”"]).code(0);
}

/// Names of files need not be Unicode: each file is one, is shown as what it says, and stays.
#[cfg(unix)]
#[test]
fn files_with_gbk_names_are_files_like_others() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let env = Env::new();
    fs::create_dir_all(env.path("in")).unwrap();
    // 党.txt and 公.txt
    for (name, text) in [
        (&b"\xB5\xB3.txt"[..], "今天的早市开到了桥头。"),
        (b"\xB9\xAB.txt", "山路两旁的护栏今天装完。"),
    ] {
        fs::write(env.path("in").join(OsStr::from_bytes(name)), text).unwrap();
    }
    let both = |env: &Env| {
        env.run(&["search", "“桥头”"]).code(0).prints("党.txt");
        env.run(&["search", "“山路两旁”"]).code(0).prints("公.txt");
    };
    env.run(&["index", "in"]).code(0);
    both(&env);
    fs::write(
        env.path("in").join(OsStr::from_bytes(b"\xB5\xB3.txt")),
        "今天的早市开到了桥头，人很多。",
    )
    .unwrap();
    env.run(&["index", "in"]).code(0);
    both(&env);
    let pruned = env.run(&["index", "--prune", "--json"]).code(0).object();
    assert_eq!(pruned["dropped"], 0);
    env.run(&["index", "--rebuild"]).code(0);
    both(&env);
}

/// Only what is known to be gone is dropped; a folder in its place is no file.
#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_is_not_gone() {
    use std::os::unix::fs::PermissionsExt;
    let env = Env::new()
        .write("in/closed/a.txt", "今天的早市开到了桥头。")
        .write("in/b.txt", "山路两旁的护栏今天装完。");
    env.run(&["index", "in"]).code(0);
    fs::set_permissions(env.path("in/closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let pruned = env.run(&["index", "--prune", "--json"]).code(0).object();
    fs::set_permissions(env.path("in/closed"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(pruned["dropped"], 0);
    env.run(&["search", "“桥头”"]).code(0);
    env.remove("in/b.txt");
    fs::create_dir(env.path("in/b.txt")).unwrap();
    let pruned = env.run(&["index", "--prune", "--json"]).code(0).object();
    assert_eq!(pruned["dropped"], 1);
}

/// A folder that only looks like one of the index stays, and indexes inside an archive are none
/// of it.
#[test]
fn folders_of_others_stay() {
    let env = Env::new().write("in/a.txt", "今天的早市开到了桥头。");
    let photo = env.index().join("g20240101/photo.txt");
    fs::create_dir_all(photo.parent().unwrap()).unwrap();
    fs::write(&photo, "江边").unwrap();
    for _ in 0..2 {
        env.run(&["index", "in", "--rebuild"]).code(0);
        assert!(photo.exists());
    }
    env.run(&["search", "“桥头”"]).code(0);
    let inner = env.path("in/old-index");
    let other = |args: &[&str]| {
        let inner = inner.to_str().unwrap();
        env.run(&[&["--index", inner], args].concat())
    };
    other(&["index", "in/a.txt"]).code(0);
    assert_eq!(
        env.run(&["index", "in", "--json"]).code(0).object()["rejected"],
        0
    );
}

/// What a reject says to try works, and a run without it leaves alone what was read by it.
#[test]
fn a_hint_that_is_followed_is_heard() {
    let story = json!({"title": "早市开到桥头", "wholetext": "三十户菜农有了固定摊位。"});
    let env = Env::new();
    env.put("in/a.jsonl", story.to_string() + "\n");
    let file = File::options()
        .append(true)
        .open(env.path("in/a.jsonl"))
        .unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    file.set_modified(old).unwrap();
    env.run(&["index", "in"]).code(3).says("--map body=KEY");
    let map = ["index", "in", "--map", "body=wholetext", "--json"];
    let done = |args: &[&str]| {
        let done = env.run(args).code(0).object();
        (done["accepted"].clone(), done["unchanged"].clone())
    };
    assert_eq!(done(&map), (1.into(), 0.into()));
    assert_eq!(done(&map), (0.into(), 1.into()));
    assert_eq!(done(&["index", "in", "--json"]), (0.into(), 1.into()));
    env.run(&["search", "“固定摊位”"]).code(0);
}

/// Files that are updated one at a time, again and again, forget nothing of each other.
#[test]
fn twins_are_remembered() {
    let env = Env::new();
    let story = |id: &str, text: &str| {
        let text = format!("{text}村的水渠今天修好，两百亩稻田灌上了水。");
        line(&(id.to_owned(), text))
    };
    let (x, k, m) = (story("x", "甲"), story("k", "乙"), story("m", "丙"));
    env.put("in/a.jsonl", [&*x, &k, &m].concat());
    env.put("in/b.jsonl", &x);
    env.run(&["index", "in"]).code(0);
    env.put("in/a.jsonl", [&*x, &m].concat());
    env.run(&["index", "in/a.jsonl"]).code(0);
    env.put("in/a.jsonl", &m);
    env.run(&["index", "in/a.jsonl"]).code(0);
    env.run(&["search", "“甲村的水渠”"])
        .code(0)
        .prints("b.jsonl");
    env.run(&["search", "“乙村的水渠”"]).code(1);
}
