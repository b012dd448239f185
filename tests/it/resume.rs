//! An index after many runs is the index of one clean run.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::env::{Env, Run};

const LOCK: &str =
    "县水利局召开防汛工作会议，要求各镇对水库、山塘逐座排查，重要堤段二十四小时有人值守。";
const ROAD: &str = "通村公路全线贯通，最后一个自然村的村民第一次坐上了公交车，赶集不用再翻山。";
const LIBRARY: &str = "县图书馆夜间延长开放到十点，考研的学生和下班的工人坐满了自修室。";

fn article(id: &str, body: &str) -> String {
    serde_json::json!({"id": id, "title": format!("简讯 {id}"), "body": body}).to_string() + "\n"
}

/// (accepted, unchanged, rejected, dropped) of a run of `index --json`.
#[track_caller]
fn tally(run: Run) -> [u64; 4] {
    let object = run.code(0).object();
    ["accepted", "unchanged", "rejected", "dropped"].map(|name| object[name].as_u64().unwrap())
}

/// Everything a reader can see: each article, whole, and a few rankings.
fn answers(env: &Env) -> Vec<String> {
    let mut lines = Vec::new();
    for query in [
        "县",
        "防汛 水库",
        "“最后一个自然村”",
        "开放 工人 公交车",
        "会议 -公路",
    ] {
        let run = env.run(&[
            "search", query, "--json", "-n", "1000", "--group", "passage",
        ]);
        lines.push(query.to_owned());
        lines.extend(run.json().into_iter().map(|hit| hit.to_string()));
    }
    lines
}

/// Compares two lists of answers without printing all of them.
#[track_caller]
fn same(is: &[String], want: &[String]) {
    for (n, (is, want)) in is.iter().zip(want).enumerate() {
        assert_eq!(is, want, "line {n} of the answers");
    }
    assert_eq!(is.len(), want.len(), "as many answers");
}

#[test]
fn the_second_run_reads_nothing() {
    let env = Env::new()
        .write("in/a.txt", LOCK)
        .write("in/b.jsonl", article("b1", ROAD) + &article("b2", LIBRARY));
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [3, 0, 0, 0]);
    let again = env.run(&["index", "in", "--json"]).code(0).object();
    assert_eq!(again["bytes"], 0, "nothing is read");
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [0, 3, 0, 0]);
    // Another spelling of the same folder is the same folder.
    assert_eq!(
        tally(env.run(&["index", "./in/../in", "--json"])),
        [0, 3, 0, 0]
    );
}

#[test]
fn search_brings_the_index_up_to_date_first() {
    let env = Env::new().write("in/a.txt", LOCK);
    let line = ["search", "山塘", "--from", "in", "--json"];
    let first = env.run(&line).code(0);
    assert_eq!(first.articles().len(), 1);
    let second = env.run(&line).code(0);
    assert_eq!(first.stdout(), second.stdout());
    env.put("in/b.txt", "又一座山塘完成除险加固。");
    assert_eq!(env.run(&line).code(0).articles().len(), 2);
}

#[test]
fn a_changed_file_replaces_what_it_held() {
    let env = Env::new().write("in/a.txt", LOCK).write("in/b.txt", ROAD);
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [2, 0, 0, 0]);
    env.put("in/a.txt", LIBRARY);
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [1, 1, 0, 0]);
    env.run(&["search", "“逐座排查”"]).code(1);
    env.run(&["search", "“考研的学生”"]).code(0);
    assert_eq!(
        env.run(&["stats", "--json"]).code(0).object()["articles"],
        2
    );
}

#[test]
fn a_story_that_left_its_file_leaves_the_index() {
    let env = Env::new().write("in/a.jsonl", article("1", LOCK) + &article("2", ROAD));
    env.run(&["index", "in"]).code(0);
    env.put("in/a.jsonl", article("2", ROAD) + &article("3", LIBRARY));
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [1, 1, 0, 1]);
    env.run(&["show", "1"]).code(1);
    env.run(&["show", "2"]).code(0);
    env.run(&["show", "3"]).code(0);
}

#[test]
fn what_is_gone_with_its_folder_is_dropped() {
    let env = Env::new().write("a/a.txt", LOCK).write("b/b.txt", ROAD);
    env.run(&["index", "--prune"]).code(2).says("no index here");
    env.run(&["index", "a", "b"]).code(0);
    std::fs::remove_dir_all(env.path("a")).unwrap();
    env.run(&["index", "a", "--prune"])
        .code(2)
        .says("jianbao index --prune");
    let dry = env.run(&["index", "--prune", "--dry-run"]).code(0);
    assert_eq!(dry.stdout(), "gone      a/a.txt\n");
    let gone = |args: &[&str]| env.run(args).code(0).object()["gone"].clone();
    assert_eq!(gone(&["index", "--prune", "--dry-run", "--json"]), 1);
    assert_eq!(gone(&["index", "b", "--dry-run", "--json"]), 0);
    assert_eq!(
        tally(env.run(&["index", "--prune", "--json"])),
        [0, 0, 0, 1]
    );
    env.run(&["search", "“逐座排查”"]).code(1);
    assert_eq!(env.run(&["stats", "--json"]).code(0).object()["inputs"], 1);
}

#[test]
fn prune_drops_what_is_gone_and_nothing_else_does() {
    let env = Env::new().write("in/a.txt", LOCK).write("in/b.txt", ROAD);
    env.run(&["index", "in"]).code(0);
    env.remove("in/a.txt");
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [0, 1, 0, 0]);
    env.run(&["search", "“逐座排查”"]).code(0);
    assert_eq!(
        tally(env.run(&["index", "in", "--prune", "--json"])),
        [0, 1, 0, 1]
    );
    env.run(&["search", "“逐座排查”"]).code(1);
    assert_eq!(env.run(&["stats", "--json"]).code(0).object()["inputs"], 1);
}

#[test]
fn a_file_that_moved_is_held_once() {
    let lines = article("m1", LOCK) + &article("m2", ROAD);
    let env = Env::new()
        .write("in/old/a.jsonl", &lines)
        .write("in/c.txt", LIBRARY);
    env.run(&["index", "in"]).code(0);
    env.remove("in/old/a.jsonl");
    env.put("in/new/a.jsonl", &lines);
    env.run(&["index", "in", "--prune"]).code(0);
    let clean = Env::new()
        .write("in/new/a.jsonl", &lines)
        .write("in/c.txt", LIBRARY);
    clean.run(&["index", "in"]).code(0);
    same(&answers(&env), &answers(&clean));
    // First the new place, then the pruning of the old one: the same in the end.
    let late = Env::new()
        .write("in/old/a.jsonl", &lines)
        .write("in/c.txt", LIBRARY);
    late.run(&["index", "in"]).code(0);
    late.put("in/new/a.jsonl", &lines);
    assert_eq!(tally(late.run(&["index", "in", "--json"])), [0, 5, 0, 0]);
    late.remove("in/old/a.jsonl");
    // What the old file gave comes again from the new one, whether that is named or not.
    late.run(&["index", "--prune"]).code(0);
    let ids = |env: &Env| {
        let mut ids = env
            .run(&["search", "县", "或", "公路", "--json"])
            .code(0)
            .articles();
        ids.sort();
        ids
    };
    assert_eq!(ids(&late), ids(&clean));
}

#[test]
fn one_id_in_two_files() {
    let same = Env::new()
        .write("in/a.jsonl", article("x", LOCK))
        .write("in/b.jsonl", article("x", LOCK));
    assert_eq!(tally(same.run(&["index", "in", "--json"])), [1, 1, 0, 0]);
    assert_eq!(
        same.run(&["search", "山塘", "--json"]).code(0).articles(),
        ["x"]
    );

    let other = Env::new()
        .write("in/a.jsonl", article("x", LOCK))
        .write("in/b.jsonl", article("x", ROAD));
    assert_eq!(tally(other.run(&["index", "in", "--json"])), [2, 0, 0, 0]);
    assert_eq!(
        other.run(&["search", "山塘", "--json"]).code(0).articles(),
        ["x"]
    );
    let second = other
        .run(&["search", "赶集", "--json"])
        .code(0)
        .articles()
        .remove(0);
    assert!(second.starts_with("x~"), "{second}");
    other.run(&["show", &second]).code(0).prints("翻山");
    assert_eq!(tally(other.run(&["index", "in", "--json"])), [0, 2, 0, 0]);
}

#[test]
fn the_twin_of_a_file_takes_over() {
    let env = Env::new()
        .write("in/a.jsonl", article("x", LOCK))
        .write("in/b.jsonl", article("x", LOCK) + &article("y", ROAD));
    env.run(&["index", "in"]).code(0);
    env.remove("in/a.jsonl");
    env.run(&["index", "in", "--prune"]).code(0);
    env.run(&["index", "in"]).code(0);
    env.run(&["search", "“逐座排查”"]).code(0).prints("b.jsonl");
    // The file that held it changes in the same run in which the twin does not.
    let env = Env::new()
        .write("in/a.jsonl", article("x", LOCK))
        .write("in/b.jsonl", article("x", LOCK) + &article("y", ROAD));
    env.run(&["index", "in"]).code(0);
    env.put("in/a.jsonl", article("z", LIBRARY));
    env.run(&["index", "in"]).code(0);
    env.run(&["search", "“逐座排查”"]).code(0).prints("b.jsonl");
}

#[test]
fn an_updated_index_answers_like_a_new_one() {
    let many = |from: usize| -> String {
        (from..from + 40)
            .map(|n| article(&format!("n{n}"), &format!("{LOCK}第{n}号简报：{ROAD}")))
            .collect()
    };
    let env = Env::new()
        .write("in/a.jsonl", many(0))
        .write("in/b.jsonl", many(100));
    env.run(&["index", "in"]).code(0);
    env.put("in/a.jsonl", many(20));
    env.put("in/c.txt", LIBRARY);
    env.run(&["index", "in"]).code(0);
    let clean = Env::new()
        .write("in/a.jsonl", many(20))
        .write("in/b.jsonl", many(100))
        .write("in/c.txt", LIBRARY);
    clean.run(&["index", "in"]).code(0);
    same(&answers(&env), &answers(&clean));
}

#[test]
fn a_rebuild_replaces_the_index_in_one_step() {
    let env = Env::new().write("in/a.txt", LOCK).write("in/b.txt", ROAD);
    env.run(&["index", "in"]).code(0);
    let before = answers(&env);
    let current = || fs::read_to_string(env.index().join("CURRENT")).unwrap();
    let old = current();
    // Without a path: what was read before is read again.
    assert_eq!(
        tally(env.run(&["index", "--rebuild", "--json"])),
        [2, 0, 0, 0]
    );
    assert_ne!(current(), old);
    assert!(
        !env.index().join(old.trim()).exists(),
        "the old generation is gone"
    );
    same(&answers(&env), &before);
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [0, 2, 0, 0]);
    env.run(&["check", "--full"]).code(0);
}

/// Nobody promises that ids are good for anything.
#[test]
fn records_of_one_file_that_share_an_id_all_stay() {
    let all = [
        article("a", LOCK),
        article("a", ROAD),
        article("a", LIBRARY),
    ];
    let env = Env::new().write("in/a.jsonl", all.concat());
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [3, 0, 0, 0]);
    let first = answers(&env);
    // The same again: touched, and with one more line.
    env.put("in/a.jsonl", all.concat());
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [0, 3, 0, 0]);
    same(&answers(&env), &first);
    env.put("in/a.jsonl", all.concat() + &article("a", "第四篇。"));
    assert_eq!(tally(env.run(&["index", "in", "--json"])), [1, 3, 0, 0]);
    // Without the first, the second is the one that bears the id.
    env.put("in/a.jsonl", all[1..].concat());
    tally(env.run(&["index", "in", "--json"]));
    let clean = Env::new().write("in/a.jsonl", all[1..].concat());
    clean.run(&["index", "in"]).code(0);
    same(&answers(&env), &answers(&clean));
}

#[test]
fn what_came_through_a_pipe_stays() {
    let env = Env::new();
    let nameless = |body: &str| serde_json::json!({ "body": body }).to_string();
    let index = |input: &str| tally(env.run_with(&["index", "-", "--json"], input.as_bytes()));
    assert_eq!(index(&nameless(LOCK)), [1, 0, 0, 0]);
    assert_eq!(index(&nameless(ROAD)), [1, 0, 0, 0]);
    assert_eq!(index(&nameless(ROAD)), [0, 1, 0, 0]);
    for body in ["“堤段”", "“自然村”"] {
        env.run(&["search", body]).code(0);
    }
    // A record that has an id is replaced by the next one of that id.
    assert_eq!(index(&article("n", LIBRARY)), [1, 0, 0, 0]);
    assert_eq!(index(&article("n", "夜间不再开放。")), [1, 0, 0, 0]);
    env.run(&["search", "“自修室”"]).code(1);
}

#[test]
fn a_rebuild_tells_what_it_leaves_behind() {
    let env = Env::new()
        .write("in/a.txt", LOCK)
        .write("in/b.jsonl", article("b", ROAD) + &article("c", LIBRARY));
    env.run(&["index", "in"]).code(0);
    env.run_with(&["index", "-"], article("p", "管道里来的一篇。").as_bytes())
        .code(0);
    fs::rename(env.path("in/b.jsonl"), env.path("in/moved.jsonl")).unwrap();
    // What was moved is there all the same.
    env.run(&["index", "in", "--rebuild"])
        .code(0)
        .prints("not in the new index: 1 article of the old one");
    env.remove("in/a.txt");
    assert_eq!(
        tally(env.run(&["index", "--rebuild", "--json"])),
        [2, 0, 0, 1]
    );
}

#[test]
fn an_index_in_the_folder_it_is_of_is_not_read() {
    let env = Env::new().write("a.txt", LOCK);
    assert_eq!(tally(env.run(&["index", ".", "--json"])), [1, 0, 0, 0]);
    assert_eq!(tally(env.run(&["index", ".", "--json"])), [0, 1, 0, 0]);
}

#[test]
fn one_writer_at_a_time() {
    let env = Env::new().write("in/a.txt", LOCK);
    env.run(&["index", "in"]).code(0);
    let mut first = env
        .command(&["index", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = first.id().to_string();
    let lock = env.index().join("lock");
    wait_until(|| fs::read_to_string(&lock).is_ok_and(|owner| owner.trim() == pid));
    env.run(&["index", "in"]).fails_in_one_line().says(&pid);
    // Readers need no lock.
    env.run(&["search", "山塘"]).code(0);
    drop(first.stdin.take());
    assert!(first.wait().is_ok());
    env.run(&["index", "in"]).code(0);
}

#[test]
fn an_index_of_another_program_is_left_alone() {
    let env = Env::new()
        .write("index/meta.json", "{\"segments\":[]}")
        .write("a.txt", LOCK);
    env.run(&["index", "a.txt"])
        .fails_in_one_line()
        .says("another program");
    env.run(&["search", "山塘"])
        .fails_in_one_line()
        .says("another program");
    assert_eq!(env.read("index/meta.json"), "{\"segments\":[]}");

    let env = Env::new()
        .write("index/photos.zip", "x")
        .write("a.txt", LOCK);
    env.run(&["index", "a.txt"])
        .fails_in_one_line()
        .says("no index of jianbao");
    assert_eq!(
        fs::read_dir(env.index()).unwrap().count(),
        1,
        "nothing was written there"
    );
}

#[test]
fn no_index_is_one_clear_line() {
    let env = Env::new();
    for args in [
        vec!["search", "党建"],
        vec!["show", "x"],
        vec!["stats"],
        vec!["check"],
        vec!["index", "--rebuild"],
    ] {
        env.run(&args)
            .fails_in_one_line()
            .says("jianbao index PATH");
    }
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_and_run_again() {
    // Some 3 MB: enough to be under way when the signal comes.
    let lines = |from: usize, to: usize| -> String {
        (from..to)
            .map(|n| {
                article(
                    &format!("n{n}"),
                    &format!("{LOCK}第{n}号简报。\n{ROAD}{LIBRARY}").repeat(4),
                )
            })
            .collect()
    };
    let (a, b) = (lines(0, 700), lines(700, 1400));
    let clean = Env::new().write("in/a.jsonl", &a).write("in/b.jsonl", &b);
    let begun = Instant::now();
    clean.run(&["index", "in"]).code(0);
    let whole = begun.elapsed();
    let want = answers(&clean);
    for (nth, signal) in ["KILL", "INT", "KILL", "INT"].into_iter().enumerate() {
        let env = Env::new().write("in/a.jsonl", &a).write("in/b.jsonl", &b);
        let mut child = env
            .command(&["index", "in"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole.mul_f64(0.2 + 0.2 * nth as f64));
        let _ = std::process::Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .stderr(Stdio::null())
            .status();
        let status = child.wait().unwrap();
        if signal == "INT" {
            // 0 when it was done before the signal came.
            assert!(matches!(status.code(), Some(0 | 130) | None), "{status:?}");
        }
        // What was committed can be searched at once, or there is nothing yet.
        let between = env.run(&["search", "水库", "--count"]);
        assert!(!between.stderr().contains("panicked"), "{between}");
        env.run(&["index", "in"]).code(0);
        env.run(&["check", "--full"]).code(0);
        same(&answers(&env), &want);
    }
}

#[test]
fn dry_run_reads_and_writes_nothing() {
    let env = Env::new().write("in/a.txt", LOCK);
    env.run(&["index", "in", "--dry-run"])
        .code(0)
        .prints("new       in/a.txt");
    assert!(!env.index().exists());
    env.run(&["index", "in"]).code(0);
    env.put("in/a.txt", ROAD);
    env.put("in/b.txt", LIBRARY);
    let said = env.run(&["index", "in", "--dry-run"]).code(0);
    assert_eq!(said.stdout(), "changed   in/a.txt\nnew       in/b.txt\n");
}

#[track_caller]
fn wait_until(mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn show_knows_where_an_article_came_from() {
    let env = Env::new().write("in/a.jsonl", article("s1", LOCK));
    env.run(&["index", "in"]).code(0);
    let shown: Value = env.run(&["show", "s1", "--json"]).code(0).object();
    assert_eq!(shown["id"], "s1");
    assert_eq!(shown["origin"]["path"], "in/a.jsonl");
    assert_eq!(shown["body"], LOCK);
}
