//! Damage is never served: a file that was changed, cut or lost is an error that
//! names it, `check --full` finds it, and `check --repair` builds it again.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::env::{Env, Run};

const FLOOD: &str = "县水务局组织汛前检查，对二十三座小型水库的溢洪道逐一清障，责任落实到人。";

/// Two commits, so two segments: three articles and two.
fn built() -> Env {
    let lines = |from: usize, to: usize| -> String {
        (from..to)
            .map(|n| {
                let body = format!("{FLOOD}第{n}号通报发至各乡镇。");
                json!({"id": format!("n{n}"), "title": format!("汛前检查通报{n}"), "body": body})
                    .to_string()
                    + "\n"
            })
            .collect()
    };
    let env = Env::new().write("in/a.jsonl", lines(0, 3));
    env.run(&["index", "in", "--threads", "1"]).code(0);
    env.put("in/b.jsonl", lines(3, 5));
    env.run(&["index", "in", "--threads", "1"]).code(0);
    env
}

/// The folder of the live generation.
fn live(env: &Env) -> PathBuf {
    let name = fs::read_to_string(env.index().join("CURRENT")).unwrap();
    env.index().join(name.trim())
}

/// Every file of the index that a seal covers, or that says where it is.
fn sealed(env: &Env) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(live(env))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.push(env.index().join("CURRENT"));
    files.sort();
    files
}

fn answers(env: &Env) -> Vec<Run> {
    [
        vec!["search", "汛前检查", "--json"],
        vec!["search", "“逐一清障”", "--count"],
        vec!["search", "水库", "--sort", "newest", "--json"],
    ]
    .iter()
    .map(|args| env.run(args))
    .collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn a_changed_byte_is_an_error_and_no_answer() {
    let env = built();
    let sound: Vec<String> = answers(&env)
        .iter()
        .map(|run| run.stdout().to_owned())
        .collect();
    for (nth, path) in sealed(&env).into_iter().enumerate() {
        let whole = fs::read(&path).unwrap();
        // No byte of an empty user dictionary can change.
        if whole.is_empty() {
            continue;
        }
        let (kind, damaged) = match nth % 3 {
            0 => ("zero", vec![0; whole.len()]),
            1 => ("cut", whole[..whole.len() / 2].to_vec()),
            _ => {
                let mut bytes = whole.clone();
                bytes[whole.len() / 2] ^= 1;
                ("flip", bytes)
            }
        };
        if damaged == whole {
            continue;
        }
        fs::write(&path, &damaged).unwrap();
        let what = format!("{kind} {}", name(&path));
        for (run, want) in answers(&env).into_iter().zip(&sound) {
            if run.stdout() != want {
                let said = run.code(2);
                assert_eq!(said.stdout(), "", "{what}");
                assert_eq!(said.stderr().lines().count(), 1, "{what}: {said}");
            }
        }
        let check = env.run(&["check", "--full"]).code(1);
        // meta.json and its seal answer for each other.
        if !name(&path).starts_with("seal-") {
            check.prints(&name(&path));
        }
        fs::write(&path, &whole).unwrap();
    }
    env.run(&["check", "--full"]).code(0);
}

#[test]
fn a_lost_file_is_missed() {
    let env = built();
    for path in sealed(&env) {
        let aside = path.with_extension("aside");
        fs::rename(&path, &aside).unwrap();
        env.run(&["search", "水库"]).fails_in_one_line();
        env.run(&["check"]).code(1).prints(&name(&path));
        // Nothing is thrown away for want of a name.
        env.run(&["index", "in"])
            .fails_in_one_line()
            .says("--repair");
        fs::rename(&aside, &path).unwrap();
    }
    // It is read to its last byte: a line break that is gone is damage too.
    let current = env.index().join("CURRENT");
    let whole = fs::read(&current).unwrap();
    fs::write(&current, &whole[..whole.len() - 1]).unwrap();
    env.run(&["check"]).code(1).prints("CURRENT");
    fs::write(&current, &whole).unwrap();
    env.run(&["check", "--full"]).code(0);
}

#[test]
fn a_repair_ends_where_a_clean_run_would() {
    let sound = built();
    let want: Vec<String> = answers(&sound)
        .iter()
        .map(|run| run.stdout().to_owned())
        .collect();
    for nth in (0..sealed(&sound).len()).step_by(5) {
        let env = built();
        let path = sealed(&env).remove(nth);
        let whole = fs::read(&path).unwrap();
        if whole.is_empty() {
            continue;
        }
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let run = env.run(&["check", "--repair"]);
        assert!(run.stdout().contains("damaged"), "{run}");
        run.code(0);
        env.run(&["check", "--full"]).code(0);
        for (run, want) in answers(&env).into_iter().zip(&want) {
            assert_eq!(run.code(0).stdout(), want, "{}", name(&path));
        }
        env.run(&["index", "in"]).code(0);
        let stats = env.run(&["stats", "--json"]).code(0).object();
        assert_eq!(
            (stats["articles"].as_u64(), stats["inputs"].as_u64()),
            (Some(5), Some(2))
        );
    }
}

#[test]
fn a_repair_keeps_what_is_whole_and_says_what_is_lost() {
    let env = built();
    env.remove("in/a.jsonl");
    env.remove("in/b.jsonl");
    // The segment with the larger text is that of three articles.
    let texts: Vec<PathBuf> = sealed(&env)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "texts"))
        .collect();
    assert_eq!(texts.len(), 2);
    let larger = texts
        .iter()
        .max_by_key(|path| fs::metadata(path).unwrap().len())
        .unwrap();
    let mut bytes = fs::read(larger).unwrap();
    bytes[10] ^= 1;
    fs::write(larger, bytes).unwrap();
    let repaired = env.run(&["check", "--repair", "--json"]).code(1).object();
    assert_eq!(repaired["damaged"][0]["part"], "text");
    assert_eq!(repaired["repaired"]["lost"], json!([["in/a.jsonl", 3]]));
    assert_eq!(
        env.run(&["stats", "--json"]).code(0).object()["articles"],
        2
    );
    env.run(&["check", "--full"]).code(0);
    // What is kept of a file that is gone can still be pruned.
    fs::create_dir_all(env.path("in")).unwrap();
    env.run(&["index", "in", "--prune"]).code(0);
    assert_eq!(
        env.run(&["stats", "--json"]).code(0).object()["articles"],
        0
    );
}

#[test]
fn an_index_of_an_older_release_is_refused_in_plain_words() {
    let env = built();
    // What 0.1.0 wrote: no seal, and format 1 in the commit.
    for path in sealed(&env) {
        match name(&path) {
            seal if seal.starts_with("seal-") => fs::remove_file(&path).unwrap(),
            meta if meta == "meta.json" => {
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.contains("\\\"format\\\":"), "{text}");
                let at = text.find("\\\"format\\\":").unwrap() + 11;
                let end = at + text[at..].find(',').unwrap();
                fs::write(&path, format!("{}1{}", &text[..at], &text[end..])).unwrap();
            }
            _ => {}
        }
    }
    for args in [
        vec!["search", "水库"],
        vec!["index", "in"],
        vec!["check"],
        vec!["stats"],
    ] {
        env.run(&args)
            .fails_in_one_line()
            .says("older release")
            .says("--rebuild");
    }
    // And is built again from what it knows it was built from.
    env.run(&["index", "--rebuild"]).code(0);
    assert_eq!(
        env.run(&["stats", "--json"]).code(0).object()["articles"],
        5
    );
}

#[test]
fn weights_are_part_of_the_index() {
    let env = built();
    let generation = live(&env);
    fs::write(generation.join("weights-0000000000000000.json"), "{}").unwrap();
    // Not sealed: not there.
    env.run(&["search", "水库"]).code(0);
    env.run(&["check", "--full"]).code(0);
}
