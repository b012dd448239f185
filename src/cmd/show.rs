//! `jianbao show`: one article, with all that is known of it.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::article::{Edit, Evidence, Witness};
use jianbao::render::{json_line, printable};
use jianbao::repair::undo;
use jianbao::search::query::Lang;
use jianbao::search::{Searcher, Stored};
use serde_json::json;

use crate::cli::{Common, ShowArgs};
use crate::cmd::{DONE, NOTHING, lang, out, say, script, tell};

pub(crate) fn run(common: &Common, args: &ShowArgs) -> Result<ExitCode> {
    let searcher = Searcher::open(&common.index)?;
    let lang = lang(common);
    let Some(article) = article(&searcher, &args.id)? else {
        tell(
            common,
            &say(
                lang,
                format!(
                    "没有编号为 {} 的文章；编号见 `jianbao search` 每条结果的末行",
                    args.id
                ),
                format!(
                    "no article has the id {}; `jianbao search` prints the id of each hit",
                    args.id
                ),
            ),
        );
        return Ok(ExitCode::from(NOTHING));
    };
    let turn = script(args.script);
    let mut out = out();
    if args.json {
        let mut object = serde_json::to_value(&article.meta)?;
        object["body"] = json!(turn(&article.body));
        object["original"] = json!(original(&article));
        json_line(&object, &mut out)?;
    } else if args.original {
        writeln!(out, "{}", lines(&original(&article)))?;
    } else {
        write_text(&mut out, &article, lang, turn)?;
    }
    out.flush()?;
    Ok(DONE)
}

/// The article of an id, or else of a place as it stands below a hit: `news.jsonl:12`.
fn article(searcher: &Searcher, id: &str) -> Result<Option<Stored>> {
    if let Some(article) = searcher.article(id)? {
        return Ok(Some(article));
    }
    let mut there = None;
    searcher.articles(|meta| {
        if there.is_none() && meta.origin.to_string() == id {
            there = Some(meta.id);
        }
    })?;
    match there {
        Some(id) => searcher.article(&id),
        None => Ok(None),
    }
}

/// Title and body as they were before repair.
fn original(article: &Stored) -> String {
    match &article.meta.repaired_title {
        Some(title) => undo(&format!("{title}\n{}", article.body), &article.meta.edits),
        None => undo(&article.body, &article.meta.edits),
    }
}

fn write_text(
    out: &mut impl Write,
    article: &Stored,
    lang: Lang,
    turn: fn(&str) -> String,
) -> Result<()> {
    let meta = &article.meta;
    let row = |zh: &str, en: &str, value: &str| {
        let name = match lang {
            Lang::Zh => zh,
            Lang::En => en,
        };
        format!("{name}\t{}", printable(value))
    };
    let fact = |zh: &str, en: &str, field: &str, value: &str, from: Evidence| {
        let all: Vec<&Witness> = meta.witnesses.iter().filter(|w| w.field == field).collect();
        let own = all.iter().position(|witness| witness.from == from);
        let said = own.map_or(String::new(), |at| format!(" {}", printable(&all[at].said)));
        let mut text = format!("{}  [{}{said}]", row(zh, en, value), evidence(from, lang));
        // What else is said of it, so that a conflict can be seen.
        for (at, witness) in all.iter().enumerate().filter(|(at, _)| Some(*at) != own) {
            if own.is_none_or(|own| all[own].said != all[at].said) {
                let from = evidence(witness.from, lang);
                text.push_str(&format!("\n\t[{from} {}]", printable(&witness.said)));
            }
        }
        text
    };
    let title = turn(&meta.title.value);
    writeln!(
        out,
        "{}",
        fact("标题", "title", "title", &title, meta.title.from)
    )?;
    if let Some(date) = &meta.date {
        let day = date.value.to_string();
        writeln!(out, "{}", fact("日期", "date", "date", &day, date.from))?;
    }
    if let Some(date) = &meta.written {
        let day = date.value.to_string();
        writeln!(
            out,
            "{}",
            fact("成文日期", "written", "written", &day, date.from)
        )?;
    }
    if let Some(source) = &meta.source {
        let name = turn(&source.value);
        writeln!(
            out,
            "{}",
            fact("来源", "source", "source", &name, source.from)
        )?;
    }
    if let Some(number) = &meta.number {
        let value = &number.value;
        writeln!(
            out,
            "{}",
            fact("文号", "number", "number", value, number.from)
        )?;
    }
    if !meta.cited.is_empty() {
        writeln!(out, "{}", row("引用文号", "cites", &meta.cited.join(" ")))?;
    }
    for credit in &meta.credits {
        let names = credit.names.join(" ");
        writeln!(out, "{}", row(&credit.role, &credit.role, &turn(&names)))?;
    }
    writeln!(out, "{}", row("编号", "id", &meta.id))?;
    writeln!(out, "{}", row("出处", "path", &meta.origin.to_string()))?;
    let span = format!("{}..{}", meta.span.start, meta.span.end);
    writeln!(out, "{}", row("字节", "bytes", &span))?;
    writeln!(out, "{}", row("SHA-256", "sha256", &meta.sha256))?;
    if let Some(url) = &meta.url {
        writeln!(out, "{}", row("网址", "url", url))?;
    }
    writeln!(out, "{}", row("编码", "encoding", &meta.encoding))?;
    for (key, value) in &meta.extra {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let field = match key.as_str() {
            "ColumnName" => "column",
            "地点" => "place",
            _ => "",
        };
        let told = meta.witnesses.iter().find(|w| w.field == field);
        let told = told.map_or(String::new(), |w| {
            format!("  [{} {}]", evidence(w.from, lang), printable(&w.said))
        });
        writeln!(out, "{}\t{}{told}", printable(key), printable(&value))?;
    }
    writeln!(out, "\n{}", lines(&turn(&article.body)))?;
    if !meta.edits.is_empty() {
        let head = say(
            lang,
            format!(
                "修复 {} 处（位置按原文的字数计，原文用 --original 查看）：",
                meta.edits.len()
            ),
            format!(
                "{} repairs (places in code points of the original, see --original):",
                meta.edits.len()
            ),
        );
        writeln!(out, "\n{head}")?;
        for edit in &meta.edits {
            writeln!(
                out,
                "  {}..{}\t{}\t{} → {}{}",
                edit.start,
                edit.end,
                edit.kind,
                quoted(&edit.from),
                quoted(&edit.to),
                candidates(edit, lang)
            )?;
        }
    }
    Ok(())
}

/// A text whose line breaks stay and whose other control characters do not.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| printable(line).into_owned())
        .collect();
    lines.join("\n")
}

/// What each lost character of a repair may have been.
fn candidates(edit: &Edit, lang: Lang) -> String {
    if edit.candidates.is_empty() {
        return String::new();
    }
    let lists = edit.candidates.iter().map(|list| match list.as_str() {
        "" => "?".to_owned(),
        list => printable(&list.replace('\n', "⏎")).into_owned(),
    });
    let lists = lists.collect::<Vec<_>>().join(" | ");
    match lang {
        Lang::Zh => format!("\t可能是 {lists}"),
        Lang::En => format!("\tmay be {lists}"),
    }
}

fn quoted(text: &str) -> String {
    format!("「{}」", printable(&text.replace('\n', "⏎")))
}

fn evidence(from: Evidence, lang: Lang) -> &'static str {
    match (from, lang) {
        (Evidence::Field, Lang::Zh) => "字段",
        (Evidence::Field, Lang::En) => "field",
        (Evidence::Tag, Lang::Zh) => "标签",
        (Evidence::Tag, Lang::En) => "tag",
        (Evidence::Box, Lang::Zh) => "公文头",
        (Evidence::Box, Lang::En) => "header box",
        (Evidence::Heading, Lang::Zh) => "标题行",
        (Evidence::Heading, Lang::En) => "heading",
        (Evidence::Text, Lang::Zh) => "正文",
        (Evidence::Text, Lang::En) => "text",
        (Evidence::FirstLine, Lang::Zh) => "首句",
        (Evidence::FirstLine, Lang::En) => "first line",
        (Evidence::Name, Lang::Zh) => "文件名",
        (Evidence::Name, Lang::En) => "file name",
    }
}
