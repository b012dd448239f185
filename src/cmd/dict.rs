//! `jianbao dict`: user dictionaries, what is wrong with them and what could
//! stand in them.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::discover::{Discovery, Wanted, discover};
use jianbao::index::Store;
use jianbao::render::{json_line, printable};
use jianbao::search::query::Lang;
use jianbao::segment::{Concern, Remark, check_dicts};
use serde_json::json;

use crate::cli::{Common, DictCheckArgs, DictCommand, DictDiscoverArgs};
use crate::cmd::{DONE, NOTHING, lang, out, read_dicts, read_text, say};

pub(crate) fn run(common: &Common, command: &DictCommand) -> Result<ExitCode> {
    match command {
        DictCommand::Check(args) => check(common, args),
        DictCommand::Discover(args) => find(common, args),
    }
}

fn check(common: &Common, args: &DictCheckArgs) -> Result<ExitCode> {
    let texts = args.files.iter().map(|path| read_text(path));
    let texts: Vec<String> = texts.collect::<Result<_>>()?;
    let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (words, remarks) = check_dicts(&borrowed);
    let names: Vec<String> = args
        .files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let errors = remarks
        .iter()
        .filter(|remark| remark.what.is_error())
        .count();
    let lang = lang(common);
    let mut out = out();
    if args.json {
        let lines: Vec<_> = remarks
            .iter()
            .map(|remark| {
                let (why, advice) = explain(lang, remark, &names);
                json!({
                    "file": names[remark.file],
                    "line": remark.line,
                    "word": remark.word,
                    "what": remark.what.name(),
                    "error": remark.what.is_error(),
                    "why": why,
                    "advice": advice,
                })
            })
            .collect();
        let object = json!({"words": words, "errors": errors, "remarks": lines});
        json_line(&object, &mut out)?;
    } else {
        for remark in &remarks {
            let (why, advice) = explain(lang, remark, &names);
            let (file, word) = (&names[remark.file], &remark.word);
            let line = format!("{file}:{}: {word}: {why}; {advice}", remark.line);
            writeln!(out, "{}", printable(&line))?;
        }
        let others = remarks.len() - errors;
        let line = say(
            lang,
            format!("{words} 个词，{errors} 处须改，{others} 处提示"),
            format!("{words} words, {errors} lines to change, {others} to think about"),
        );
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(if errors == 0 {
        DONE
    } else {
        ExitCode::from(NOTHING)
    })
}

/// Why a line is told of, and what to do about it.
fn explain(lang: Lang, remark: &Remark, names: &[String]) -> (String, String) {
    let (zh, en) = match &remark.what {
        Concern::Bad("a word holds no punctuation") => (
            (
                "词中有标点，文本在标点处断开，永远找不到".to_owned(),
                "删去标点，或把它分成两个词".to_owned(),
            ),
            (
                "it holds punctuation, where every text is cut: it would never be found".to_owned(),
                "take the mark out, or make two words of it".to_owned(),
            ),
        ),
        Concern::Bad(reason) => (
            (
                format!("不能读（{reason}）"),
                "每行写：词、词频、词性，后两项可省".to_owned(),
            ),
            (
                (*reason).to_owned(),
                "write: word, count, tag; the last two may be left out".to_owned(),
            ),
        ),
        Concern::Twice(file, line) => {
            let first = format!("{}:{line}", names[*file]);
            (
                (format!("与 {first} 重复"), "删去其中一行".to_owned()),
                (
                    format!("it stands in {first} already"),
                    "delete one of the two".to_owned(),
                ),
            )
        }
        Concern::InDictionary(count) => (
            (
                format!("词典中已有（词频 {count}）"),
                "不必再写，除非要改词频".to_owned(),
            ),
            (
                format!("jieba's dictionary has it, with the count {count}"),
                "leave it out unless it needs another count".to_owned(),
            ),
        ),
        Concern::InLexicon => (
            ("自带的政务词库中已有".to_owned(), "不必再写".to_owned()),
            (
                "the lexicon that comes with jianbao has it".to_owned(),
                "leave it out".to_owned(),
            ),
        ),
        Concern::Folded(word) => (
            (
                format!("繁体、全角或大写，检索时一律作 {word}"),
                "可以保留".to_owned(),
            ),
            (
                format!("another script, width or case: it is kept, and found, as {word}"),
                "it may stay".to_owned(),
            ),
        ),
        Concern::Split(pieces) => {
            let pieces = pieces.join("/");
            (
                (
                    format!("词频太低，仍切作 {pieces}"),
                    "不写词频，就会取够用的".to_owned(),
                ),
                (
                    format!("its count is too low, it is still cut {pieces}"),
                    "without a count it gets one that is enough".to_owned(),
                ),
            )
        }
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn find(common: &Common, args: &DictDiscoverArgs) -> Result<ExitCode> {
    let dict = read_dicts(&args.dict)?.unwrap_or_default();
    let store = Store::open(&common.index)?;
    let wanted = Wanted {
        limit: args.limit,
        articles: args.min_articles,
    };
    let found = discover(&store, &dict, &wanted)?;
    let mut out = out();
    for one in &found {
        let Discovery {
            word,
            pieces,
            articles,
            count,
            freq,
            ..
        } = one;
        let pieces = pieces.join("/");
        let round = |number: f64| (number * 100.0).round() / 100.0;
        let figures = [one.cohesion, one.before, one.behind, one.score].map(round);
        let [cohesion, before, behind, score] = figures;
        if args.json {
            let object = json!({
                "word": word,
                "freq": freq,
                "articles": articles,
                "count": count,
                "pieces": pieces,
                "cohesion": cohesion,
                "before": before,
                "behind": behind,
                "score": score,
            });
            json_line(&object, &mut out)?;
        } else {
            writeln!(
                out,
                "{word}\t{freq}\t# {articles} articles, {count} times, {pieces}, cohesion {cohesion}, before {before}, behind {behind}"
            )?;
        }
    }
    out.flush()?;
    Ok(if found.is_empty() {
        ExitCode::from(NOTHING)
    } else {
        DONE
    })
}
