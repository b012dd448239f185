//! Pages of government sites: the text and every field, and what told each.
//!
//! `tests/it/pages/` holds, for each page of `corpus/html/`, what a reader takes
//! from it. These files are written by hand from the page and never by the program.

use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::env::{Env, project};

/// A fact with the kind of place that told it, and what stands there.
fn fact(article: &Value, field: &str) -> Option<String> {
    let found = &article[field];
    let (value, from) = (found["value"].as_str()?, found["from"].as_str()?);
    let said = article["witnesses"].as_array().and_then(|all| {
        all.iter()
            .find(|told| told["field"] == field && told["from"] == from)
    });
    let said = said.map_or(String::new(), |told| {
        format!(" {}", told["said"].as_str().unwrap())
    });
    Some(format!("{value} [{from}{said}]"))
}

/// Strings of a list with something between.
fn joined(list: &Value, between: &str) -> String {
    let words: Vec<&str> = list
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    words.join(between)
}

/// An article as the wanted files write it.
fn written(article: &Value) -> String {
    let mut out = String::new();
    for field in ["title", "date", "written", "source", "number"] {
        if let Some(fact) = fact(article, field) {
            writeln!(out, "{field}: {fact}").unwrap();
        }
    }
    if article["cited"].is_array() {
        writeln!(out, "cites: {}", joined(&article["cited"], " ")).unwrap();
    }
    for credit in article["credits"].as_array().into_iter().flatten() {
        let role = credit["role"].as_str().unwrap();
        writeln!(out, "credit: {role}={}", joined(&credit["names"], "+")).unwrap();
    }
    for (key, value) in article["extra"].as_object().into_iter().flatten() {
        let value = value
            .as_str()
            .map_or_else(|| joined(value, " / "), str::to_owned);
        writeln!(out, "{key}: {value}").unwrap();
    }
    out.push('\n');
    let kinds = article["kinds"].as_array().unwrap();
    let lines = article["body"].as_str().unwrap().lines();
    assert_eq!(lines.clone().count(), kinds.len());
    for (kind, line) in kinds.iter().zip(lines) {
        writeln!(out, "{} | {line}", kind.as_str().unwrap()).unwrap();
    }
    out
}

#[test]
fn each_page_says_what_a_reader_takes_from_it() {
    let env = Env::with_corpus();
    let mut pages: Vec<String> = fs::read_dir(project("tests/it/pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert_eq!(pages.len(), 20);
    let mut wrong = String::new();
    for page in pages {
        let name = page.trim_end_matches(".txt");
        let want = fs::read_to_string(project("tests/it/pages").join(&page)).unwrap();
        let id = format!("corpus/html/{name}.html");
        let got = written(&env.run(&["show", &id, "--json"]).code(0).json()[0]);
        if got != want {
            writeln!(wrong, "--- {name}\n{}", differing(&want, &got)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The lines that differ, those wanted with `-` and those there with `+`.
fn differing(want: &str, got: &str) -> String {
    let mut out = String::new();
    let missing = want.lines().filter(|line| !got.lines().any(|l| l == *line));
    missing.for_each(|line| writeln!(out, "- {line}").unwrap());
    let extra = got.lines().filter(|line| !want.lines().any(|l| l == *line));
    extra.for_each(|line| writeln!(out, "+ {line}").unwrap());
    if out.is_empty() {
        out.push_str(got);
    }
    out
}

/// Pages that are no article are named, with what they are.
#[test]
fn pages_that_are_no_article() {
    let entry = |n: usize| {
        format!(
            "<li><a href=\"t{n}.html\">云溪县第{n}次乡村建设现场会召开</a><span>2018-06-{n:02}</span></li>"
        )
    };
    let list: String = (1..=20).map(entry).collect();
    let env = Env::new()
        .write(
            "in/list.html",
            format!("<title>新闻中心</title><div class=nav><a>首页</a></div><div class=list><ul>{list}</ul></div><div>共 12 页</div>"),
        )
        .write(
            "in/frames.html",
            "<title>某某网</title><frameset cols=\"180,*\"><frame src=a.htm><frame src=b.htm><noframes>您的浏览器不支持框架</noframes></frameset>",
        )
        .write("in/empty.html", "<html><head><title>某某网</title></head><body></body></html>");
    let run = env.run(&["index", "in", "--rejects", "rejects.jsonl"]);
    run.code(3);
    let rejects = env.read("rejects.jsonl");
    for (file, reason) in [
        ("in/list.html", "list of 21 links"),
        ("in/frames.html", "frame around other pages"),
        ("in/empty.html", "no text"),
    ] {
        assert!(
            rejects
                .lines()
                .any(|line| line.contains(file) && line.contains(reason)),
            "{file}: {rejects}"
        );
    }
}

/// One number, however it is written in the article and in the query.
#[test]
fn a_document_number_in_any_form() {
    let forms = [
        "国发[2023]12号",
        "国发（2023）12号",
        "国发〔2023〕12号",
        "国发〔2023〕第012号",
    ];
    let mut env = Env::new();
    for (n, form) in forms.iter().enumerate() {
        let text = format!(
            "第{n}镇落实文件精神\n2023-06-01 来源：云溪日报\n\n按照{form}文件的要求，第{n}镇把任务分到各村。\n"
        );
        env = env.write(&format!("in/{n}.txt"), text);
    }
    let env = env.write(
        "in/other.txt",
        "另一个镇\n\n国发〔2023〕112号文件另有规定。\n",
    );
    env.run(&["index", "in"]).code(0);
    for form in forms {
        let run = env.run(&["search", form, "--json"]);
        let mut found: Vec<String> = run
            .code(0)
            .json()
            .iter()
            .map(|hit| hit["path"].as_str().unwrap().to_owned())
            .collect();
        found.sort();
        assert_eq!(
            found,
            ["in/0.txt", "in/1.txt", "in/2.txt", "in/3.txt"],
            "{form}"
        );
    }
}

/// `show` prints the evidence, and both sides of a conflict.
#[test]
fn evidence_is_shown() {
    let env = Env::new().write(
        "in/河湖巡查办法(1972-05-04).md",
        "# 河湖巡查办法\n\n1979年5月4日 国务院发布\n\n第一条 为了保护河湖，按照国发[1978]12号文件，制定本办法。\n",
    );
    env.run(&["index", "in"]).code(0);
    let run = env.run(&["show", "in/河湖巡查办法(1972-05-04).md"]).code(0);
    let shown = run.stdout();
    for line in [
        "date\t1979-05-04  [text 1979年5月4日 国务院发布]",
        "\t[file name 河湖巡查办法(1972-05-04).md]",
        "cites\t国发〔1978〕12号",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}
