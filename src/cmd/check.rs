//! `jianbao check`: is the index whole?

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::index::Store;
use jianbao::search::query::Lang;
use serde_json::json;

use crate::cli::{CheckArgs, Common};
use crate::cmd::{DONE, NOTHING, lang, out, say};

pub(crate) fn run(common: &Common, args: &CheckArgs) -> Result<ExitCode> {
    let mut damaged: Vec<String> = Vec::new();
    let mut passages = 0;
    let mut files = 0;
    match Store::open(&common.index) {
        Ok(store) => {
            files = store.files()?.len();
            passages = store
                .segments()
                .iter()
                .map(|segment| u64::from(segment.num_docs()))
                .sum();
            if let Err(error) = store.inputs() {
                damaged.push(format!("{error:#}"));
            }
            if args.full {
                match store.damaged_files() {
                    Ok(names) => damaged.extend(names),
                    Err(error) => damaged.push(format!("{error:#}")),
                }
            }
        }
        // No index, or one that is not ours, is an error and not damage.
        Err(error) if !common.index.join("CURRENT").exists() => return Err(error),
        Err(error) => damaged.push(format!("{error:#}")),
    }
    let lang: Lang = lang(common);
    let mut out = out();
    if args.json {
        let object = json!({
            "whole": damaged.is_empty(),
            "full": args.full,
            "files": files,
            "passages": passages,
            "damaged": damaged,
        });
        writeln!(out, "{object}")?;
    } else if damaged.is_empty() {
        let depth = if args.full {
            say(lang, "逐字节".into(), "every byte".into())
        } else {
            say(lang, "结构".into(), "structure".into())
        };
        let line = say(
            lang,
            format!("索引完好（{depth}）：{files} 个文件，{passages} 段"),
            format!("the index is whole ({depth}): {files} files, {passages} passages"),
        );
        writeln!(out, "{line}")?;
    } else {
        for name in &damaged {
            writeln!(
                out,
                "{}: {name}",
                say(lang, "损坏".into(), "damaged".into())
            )?;
        }
        let line = say(
            lang,
            "用 `jianbao index --rebuild PATH…` 从原文件重建".to_owned(),
            "build it again from its sources with `jianbao index --rebuild PATH…`".to_owned(),
        );
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(if damaged.is_empty() {
        DONE
    } else {
        ExitCode::from(NOTHING)
    })
}
