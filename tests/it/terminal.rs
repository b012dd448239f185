//! What a person at a terminal meets: statuses, messages, colours.

use serde_json::json;

use crate::env::Env;
use crate::search::questions;

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
    env.run(&["search", "--queries", "no-such-file"])
        .fails_in_one_line()
        .says("no-such-file");
    env.run(&["search", "--help"]).code(0).prints("主题党日");
    env.run(&["--version"])
        .code(0)
        .prints(env!("CARGO_PKG_VERSION"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::io::Read;
    use std::process::Stdio;
    let env = Env::with_corpus();
    questions(&env);
    for args in [
        &[
            "search",
            "--queries",
            "questions.jsonl",
            "--json",
            "-n",
            "100",
        ][..],
        &["search", "党", "-n", "100"],
    ] {
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
    let colour = env
        .run(&["search", "主题党日", "--color", "always"])
        .code(0);
    assert!(colour.stdout().contains("\x1b["));
    let json = env
        .run(&["search", "主题党日", "--color", "always", "--json"])
        .code(0);
    assert!(!json.stdout().contains('\x1b'));
    let never = env.run(&["search", "主题党日", "--color", "never"]).code(0);
    assert_eq!(never.stdout(), plain.stdout());
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let nasty = "标题里的\u{1b}]0;坏\u{7}响铃和\u{202e}倒写与\u{9b}31m颜色，防汛物资已经清点完毕。";
    let record = json!({"id": "nasty\u{1b}[2J", "title": nasty, "source": "\u{1b}c日报", "body": nasty, "note\u{1b}": "\u{8}"});
    let env = Env::new()
        .write("in/a\u{1b}[1m.jsonl", record.to_string())
        .write("bad/b\u{9b}5m.jsonl", "{\"body\": 防汛\u{1b}c}")
        .write("words\u{1b}[7m.txt", "好\u{1b}c 词 一 二\n");
    env.run(&["index", "in"]).code(0);
    let id = env
        .run(&["search", "防汛物资", "--json"])
        .code(0)
        .articles()
        .remove(0);
    for args in [
        vec!["search", "防汛物资"],
        vec!["search", "防汛物资", "--color", "always"],
        vec!["search", "“不在\u{1b}[5m这里”"],
        vec!["show", &id],
        vec!["show", &id, "--original"],
        vec!["stats"],
        vec!["index", "in", "--dry-run"],
        vec!["show", &id, "--json"],
        vec!["show", "no\u{9b}2Jsuch"],
        vec!["stats", "--json"],
        vec!["segment", "防\u{9b}汛\u{1b}c"],
        vec!["segment", "防\u{9b}汛\u{1b}c", "--json"],
        vec!["index", "bad"],
        vec!["index", "not\u{1b}[8mthere"],
        vec!["index", "in", "--dict", "words\u{1b}[7m.txt"],
        vec!["search", "--queries", "not\u{1b}[8mthere"],
        vec!["check", "--full"],
    ] {
        let run = env.run(&args);
        for text in [run.stdout(), run.stderr()] {
            let mut rest = text.to_owned();
            // What the program paints with, and nothing else.
            while let Some(at) = rest.find("\x1b[") {
                let end = rest[at..].find('m').unwrap_or(0) + at;
                let code = &rest[at + 2..end.max(at + 2)];
                assert!(
                    code.chars().all(|c| c.is_ascii_digit() || c == ';') && code.len() < 12,
                    "{args:?}: {code:?}"
                );
                rest.replace_range(at..=end, "");
            }
            let bad = rest.chars().find(|c| {
                (c.is_control() && !matches!(c, '\n' | '\t'))
                    || ('\u{202a}'..='\u{202e}').contains(c)
            });
            assert_eq!(bad, None, "{args:?}");
        }
    }
}
