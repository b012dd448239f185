//! `jianbao index --dry-run`: what would be read or dropped, and nothing is.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::index::{Entry, Recut, Store};
use jianbao::render::printable;
use jianbao::search::query::Lang;
use jianbao::source::{Input, is_gone, known_by};
use serde_json::json;

use crate::cmd::index::Job;
use crate::cmd::{DONE, REJECTED, lang, out, read_dicts, say};

/// Says what would be read, what is unchanged, and with `--prune` what is gone.
pub(super) fn run(job: &Job<'_>, json: bool) -> Result<ExitCode> {
    let dict = read_dicts(&job.reading.dict)?;
    let (inputs, rejects) = job.inputs()?;
    let settings = job.settings()?;
    let store = Store::open(&job.common.index).ok();
    let known = match &store {
        Some(store) => store.inputs()?,
        None => Vec::new(),
    };
    let state = |input: &Input| {
        let path = known_by(&input.path);
        let entry = known
            .binary_search_by(|entry| entry.path.cmp(&path))
            .ok()
            .map(|index| &known[index]);
        match (entry, input.stamp) {
            (Some(entry), Some(stamp)) if entry.holds(&stamp) && settings.accept(entry) => {
                "unchanged"
            }
            (Some(_), _) => "changed",
            (None, _) => "new",
        }
    };
    // `-` is no file: what came through it is never gone.
    let is_gone = |entry: &&Entry| job.reading.prune && is_gone(&entry.path);
    let gone: Vec<&Entry> = known.iter().filter(is_gone).collect();
    let recut = match (&dict, &store) {
        (Some(words), Some(store)) => Some(store.recut(words)?),
        _ => None,
    };
    let mut out = out();
    if json {
        let count = |wanted| inputs.iter().filter(|one| state(one) == wanted).count();
        let object = json!({
            "new": count("new"),
            "changed": count("changed"),
            "unchanged": count("unchanged"),
            "gone": gone.len(),
            "rejected": rejects.len(),
            "recut": recut.map(|recut| recut.changed),
        });
        writeln!(out, "{object}")?;
    } else {
        let lang = lang(job.common);
        for input in &inputs {
            writeln!(
                out,
                "{} {}",
                told(state(input), lang),
                printable(&input.name)
            )?;
        }
        for entry in gone {
            writeln!(out, "{} {}", told("gone", lang), printable(&entry.name))?;
        }
        for reject in &rejects {
            let line = reject.to_string();
            writeln!(out, "{} {}", told("rejected", lang), printable(&line))?;
        }
        if let Some(Recut { articles, changed }) = recut {
            let line = say(
                lang,
                format!("用户词典会使 {articles} 篇中的 {changed} 篇重新索引"),
                format!(
                    "the user dictionary changes the words of {changed} of {articles} articles"
                ),
            );
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(if rejects.is_empty() {
        DONE
    } else {
        ExitCode::from(REJECTED)
    })
}

/// What becomes of an input, in a column; in JSON it is always said in English.
fn told(state: &'static str, lang: Lang) -> String {
    let zh = match state {
        "unchanged" => "未变",
        "changed" => "有变",
        "new" => "新增",
        "gone" => "已无",
        "rejected" => "拒绝",
        other => other,
    };
    say(lang, format!("{zh} "), format!("{state:<9}"))
}
