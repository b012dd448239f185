//! `jianbao check`: is the index whole, and what can be done where it is not?

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::index::{COMMIT_EVERY, Damage, Health, Mode, Part, Salvage};
use jianbao::render::{json_line, plural, printable};
use jianbao::search::query::Lang;
use serde_json::json;

use crate::cli::{CheckArgs, Common, Reading};
use crate::cmd::index::Job;
use crate::cmd::{DONE, NOTHING, lang, out, say};

pub(crate) fn run(common: &Common, args: &CheckArgs) -> Result<ExitCode> {
    let full = args.full || args.repair;
    let health = Health::of(&common.index, full)?;
    let whole = health.damaged.is_empty();
    let repaired = match args.repair && !whole {
        true => Some(repair(common)?),
        false => None,
    };
    let lang: Lang = lang(common);
    let mut out = out();
    if args.json {
        let mut object = json!({
            "whole": whole,
            "full": full,
            "files": health.files,
            "bytes": health.bytes,
            "passages": health.passages,
            "damaged": health.damaged,
        });
        if let Some((salvage, accepted)) = &repaired {
            object["repaired"] = json!({
                "kept": salvage.kept,
                "dropped": salvage.dropped,
                "articles": accepted,
                "lost": salvage.lost,
            });
        }
        json_line(&object, &mut out)?;
    } else if whole {
        let (zh, en) = match full {
            true => ("逐字节", "every byte"),
            false => ("结构", "structure"),
        };
        let (files, passages) = (health.files, health.passages);
        let line = say(
            lang,
            format!("索引完好（{zh}）：{files} 个文件，{passages} 段"),
            format!(
                "the index is whole ({en}): {}, {}",
                plural(files, "file"),
                plural(passages, "passage")
            ),
        );
        writeln!(out, "{line}")?;
    } else {
        for damage in &health.damaged {
            let head = say(lang, "损坏".into(), "damaged".into());
            writeln!(out, "{head}: {}", printable(&damage.what))?;
            writeln!(out, "  {}", lost_by(lang, damage))?;
        }
        match &repaired {
            Some((salvage, accepted)) => report(&mut out, lang, salvage, *accepted)?,
            None => {
                let line = say(
                    lang,
                    "`jianbao check --repair` 可保留完好部分，其余从原文件重建".to_owned(),
                    "`jianbao check --repair` keeps what is whole and builds the rest again from its sources".to_owned(),
                );
                writeln!(out, "{line}")?;
            }
        }
    }
    out.flush()?;
    let mended = repaired.is_some_and(|(salvage, _)| salvage.lost.is_empty());
    Ok(if whole || mended {
        DONE
    } else {
        ExitCode::from(NOTHING)
    })
}

/// Builds beside the damaged index what can be built, puts it in its place, and
/// says what was kept and how many articles were read again.
fn repair(common: &Common) -> Result<(Salvage, u64)> {
    let job = Job {
        common,
        reading: &Reading::default(),
        paths: &[],
        mode: Mode::Repair,
        commit_every: COMMIT_EVERY,
    };
    let done = job.run()?;
    Ok((done.salvage, done.tally.accepted))
}

fn report(out: &mut impl Write, lang: Lang, salvage: &Salvage, accepted: u64) -> Result<()> {
    let kept = salvage.kept;
    let line = say(
        lang,
        format!("已修复：保留 {kept} 段，重新读入 {accepted} 篇"),
        format!(
            "repaired: {} kept, {} read again",
            plural(kept, "passage"),
            plural(accepted, "article")
        ),
    );
    writeln!(out, "{line}")?;
    for (name, articles) in &salvage.lost {
        let name = printable(name);
        let line = say(
            lang,
            format!("失去 {articles} 篇：{name} 已不在"),
            format!("lost {}: {name} is gone", plural(*articles, "article")),
        );
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What cannot be done while a file is damaged.
fn lost_by(lang: Lang, damage: &Damage) -> String {
    let n = damage.passages;
    let of = plural(n, "passage");
    let (zh, en) = match damage.part {
        Part::Index => (
            "说明哪些文件属于索引：整个索引都不能用".to_owned(),
            "it says which files belong to the index: nothing of it can be used".to_owned(),
        ),
        Part::Words => (
            format!("{n} 段的字词：碰到坏处的检索会报错，其余检索和原文不受影响"),
            format!("words and characters of {of}: a search that touches it fails; other searches, and the text, are whole"),
        ),
        Part::Text => (
            format!("{n} 段的原文、日期和标题：碰到坏处的检索会报错，其余检索不受影响"),
            format!("text, dates and titles of {of}: a search that touches it fails; other searches are whole"),
        ),
        Part::Facts => (
            format!("{n} 段的来源和所出的文件：检索可能报错，也不能再添加"),
            format!("sources and files of {of}: searches may fail, and nothing can be added"),
        ),
        Part::Lengths => (
            format!("{n} 段的长度：排序会报错，计数不受影响"),
            format!("lengths of {of}: ranking fails; --count is whole"),
        ),
        Part::Deleted => (
            format!("{n} 段中哪些已删去：整个索引不能打开"),
            format!("which of {of} were taken out: the index does not open"),
        ),
        Part::Ledger => (
            "读过哪些文件：检索不受影响，但不能再添加".to_owned(),
            "which files were read: searches are whole, but nothing can be added".to_owned(),
        ),
        Part::Dictionary => (
            "用户词典：索引不能打开；修复时须用 --dict 再指明".to_owned(),
            "the user dictionary: the index does not open; build it again with --rebuild --dict FILE".to_owned(),
        ),
        Part::Weights => (
            "学得的排序权重：检索会报错；修复后可再用 `jianbao tune` 学习".to_owned(),
            "ranking weights learnt here: searches fail; after the repair, `jianbao tune` learns them again".to_owned(),
        ),
    };
    say(lang, zh, en)
}
