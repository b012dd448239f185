//! What people type, with the keyboard they have, and what was meant by it.

use serde_json::json;

use crate::env::Env;

fn line(id: &str, text: &str) -> String {
    json!({"id": id, "title": "要闻", "body": text}).to_string() + "\n"
}

/// An order is one document in whatever figures and order of words it is named.
#[test]
fn an_order_is_found_in_any_figures() {
    let lines = [
        ("a", "主席今天签署第四十六号主席令，公布了河湖保护法。"),
        ("b", "中华人民共和国主席令（第46号）昨天刊出。"),
        ("c", "当天签署了第四十五号、四十六号和四十七号主席令。"),
        ("d", "当天签署了第一百四十六号主席令，与第6号主席令无关。"),
        ("e", "第四十六号台风没有登陆，红色通缉令第46号已经归案。"),
    ];
    let text: String = lines.iter().map(|(id, text)| line(id, text)).collect();
    let env = Env::new().write("in.jsonl", text);
    env.run(&["index", "in.jsonl"]).code(0);
    for (query, want) in [
        ("主席令第46号", "ab"),
        ("主席令第四十六号", "ab"),
        ("第四十六号主席令", "ab"),
        ("主席令第47号", "c"),
        ("主席令第6号", "d"),
        ("主席令第一百四十六号", "d"),
    ] {
        let run = env.run(&["search", query, "--json"]).code(0);
        let mut found = run.articles();
        found.sort();
        assert_eq!(found.concat(), want, "{query}");
        assert!(
            run.json().iter().all(|hit| hit["marks"] != json!([])),
            "{query}"
        );
    }
    // One that stands nowhere: what its series finds was counted.
    env.run(&["search", "主席令第九十九号"])
        .code(1)
        .says("'\"主席令\"'")
        .says("(whatever its serial: 4 passages, 4 articles)");
    let env = Env::new().write("in.jsonl", line("a", "昨天印发了国发〔2023〕十二号文件。"));
    env.run(&["index", "in.jsonl"]).code(0);
    for query in ["国发〔2023〕十二号", "国发〔2023〕12号", "国发(2023)012"] {
        env.run(&["search", query, "--count"])
            .code(0)
            .prints("1 article");
    }
    env.run(&["search", "国发(2023)99号"])
        .code(1)
        .says("search '\"国发〔2023〕\"'  (whatever its serial: 1 passage, 1 article)");
}

/// A line to try that is pasted asks the index that was asked.
#[test]
fn a_line_to_try_names_the_index() {
    let env = Env::new().write("in.jsonl", line("a", "社区里办起了主题党日。"));
    env.run(&["index", "in.jsonl"]).code(0);
    env.run(&["index", "in.jsonl", "--index", "李家 的"])
        .code(0);
    let said = |args: &[&str]| {
        let run = env.run(args).code(1);
        let line = run.stderr().lines().find(|line| line.starts_with("try: "));
        line.unwrap_or_default().to_owned()
    };
    let query = "“主题党曰”";
    let line = said(&["search", query, "--index", "李家 的"]);
    assert!(
        line.contains("'\"主题党日\"' --index '李家 的'  ("),
        "{line}"
    );
    env.run(&["search", "\"主题党日\"", "--index", "李家 的"])
        .code(0);
    let line = said(&["search", query]);
    assert!(!line.is_empty() && !line.contains("--index"), "{line}");
}

#[test]
fn an_explanation_is_said_once() {
    let env = Env::new().write("in.jsonl", line("a", "社区里办起了主题党日。"));
    env.run(&["index", "in.jsonl"]).code(0);
    for more in [&["-n", "0"][..], &["--offset", "5"], &["-n", "1"]] {
        for format in ["text", "json", "csv"] {
            let args = [&["search", "党日", "--explain", "--format", format], more].concat();
            let run = env.run(&args).code(0);
            let said = format!("{}{}", run.stdout(), run.stderr());
            let times = said.matches("read as").count() + said.matches("\"reading\"").count();
            assert_eq!(times, 1, "{args:?}: {said}");
        }
    }
}

/// What is quoted back is what was typed, though the minus is read in full width.
#[test]
fn an_argument_is_quoted_as_it_was_typed() {
    let env = Env::new();
    for args in [["-n", "-1"], ["--since", "-25℃"]] {
        let run = env.run(&[&["search", "党建"][..], &args].concat()).code(2);
        assert!(run.stderr().contains(&format!("'{}'", args[1])), "{run}");
        assert!(!run.stderr().contains('－'), "{run}");
    }
}

/// The id of what came through a pipe begins with a minus sign.
#[test]
fn an_id_may_begin_with_a_minus_sign() {
    let env = Env::new();
    let text = json!({"title": "要闻", "body": "社区里办起了主题党日。"}).to_string();
    env.run_with(&["index", "-"], text.as_bytes()).code(0);
    let id = env
        .run(&["search", "党日", "--json"])
        .code(0)
        .articles()
        .remove(0);
    assert!(id.starts_with('-'), "{id}");
    env.run(&["show", &id])
        .code(0)
        .prints("社区里办起了主题党日。");
    env.run(&["show", "--json", &id])
        .code(0)
        .prints("社区里办起了主题党日。");
    env.run(&["show", &id, "--json"]).code(0).prints("\"body\"");
}

/// Of two strings near one that stands nowhere, the part of the other that finds no more, or
/// that ends in the middle of a word, is none to try.
#[test]
fn half_a_name_is_no_line_to_try() {
    let text = "贺昕冉在会上发言。社区推进河湖管理体制改革，河湖管理体制改了两年。";
    let env = Env::new().write("in.jsonl", line("a", text));
    env.run(&["index", "in.jsonl"]).code(0);
    for (query, better, worse) in [
        ("“贺昕然”", "\"贺昕冉\"", "\"贺昕\""),
        (
            "“河湖管理体制改个”",
            "\"河湖管理体制改革\"",
            "\"河湖管理体制改\"",
        ),
    ] {
        let run = env.run(&["search", query]).code(1);
        assert!(run.stderr().contains(better), "{run}");
        assert!(!run.stderr().contains(worse), "{run}");
    }
    // What was typed without quotes has none to leave away.
    let run = env.run(&["search", "国发〔2016〕"]).code(1);
    assert!(!run.stderr().contains("without quotes"), "{run}");
}
