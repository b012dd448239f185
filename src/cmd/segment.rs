//! `jianbao segment`: how a text is cut into words, and why.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::index::Store;
use jianbao::render::{json_line, printable};
use jianbao::search::query::Lang;
use jianbao::segment::{Segmenter, Term, WordOrigin};
use serde_json::json;

use crate::cli::{Common, SegmentArgs};
use crate::cmd::{DONE, lang, out, read_dicts, read_text};

pub(crate) fn run(common: &Common, args: &SegmentArgs) -> Result<ExitCode> {
    let text = match args.text.as_slice() {
        [only] if only == "-" => read_text(Path::new("-"))?,
        words => words.join(" "),
    };
    let own;
    let store;
    let segmenter = match read_dicts(&args.dict)? {
        Some(words) => {
            own = Segmenter::new(&words);
            &own
        }
        // The dictionary of the index at hand, where there is one: that is what searches use.
        None => match Store::open(&common.index) {
            Ok(opened) => {
                store = opened;
                store.segmenter()
            }
            Err(_) => {
                own = Segmenter::new(&[]);
                &own
            }
        },
    };
    let mut out = out();
    let lang = lang(common);
    if args.json {
        for word in segmenter.words(&text) {
            let origin = segmenter.origin(&word.text);
            let mut object = json!({
                "text": &text[word.bytes.clone()],
                "term": word.text,
                "start": text[..word.bytes.start].chars().count(),
                "end": text[..word.bytes.end].chars().count(),
                "origin": name(origin, Lang::En),
            });
            if let WordOrigin::Lexicon(term) = origin {
                object["since"] = json!(term.year);
                object["kind"] = json!(term.kind);
            }
            json_line(&object, &mut out)?;
        }
    } else {
        for line in text.lines() {
            let words = segmenter.cut(line);
            writeln!(out, "{}", printable(&words.join(" / ")))?;
            let mut reasons: Vec<String> = Vec::new();
            for word in words {
                let origin = segmenter.origin(word);
                if origin != WordOrigin::Dictionary && origin != WordOrigin::Punctuation {
                    let why = match origin {
                        WordOrigin::Lexicon(Term {
                            year: Some(year), ..
                        }) => {
                            format!("{} {year}", name(origin, lang))
                        }
                        _ => name(origin, lang).to_owned(),
                    };
                    let reason = format!("{} ({why})", printable(word));
                    if !reasons.contains(&reason) {
                        reasons.push(reason);
                    }
                }
            }
            if !reasons.is_empty() && !common.quiet {
                writeln!(out, "  {}", reasons.join("  "))?;
            }
        }
    }
    out.flush()?;
    Ok(DONE)
}

fn name(origin: WordOrigin, lang: Lang) -> &'static str {
    match (origin, lang) {
        (WordOrigin::User, Lang::Zh) => "用户词典",
        (WordOrigin::User, Lang::En) => "user dictionary",
        (WordOrigin::Lexicon(_), Lang::Zh) => "政务词库",
        (WordOrigin::Lexicon(_), Lang::En) => "lexicon",
        (WordOrigin::Dictionary, Lang::Zh) => "词典",
        (WordOrigin::Dictionary, Lang::En) => "dictionary",
        (WordOrigin::Rule, Lang::Zh) => "词典中没有",
        (WordOrigin::Rule, Lang::En) => "in no dictionary",
        (WordOrigin::Punctuation, Lang::Zh) => "标点",
        (WordOrigin::Punctuation, Lang::En) => "punctuation",
    }
}
