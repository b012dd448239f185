//! `jianbao stats`: what the index holds.

mod fields;
mod pages;

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::render::plural;
use jianbao::search::Searcher;
use jianbao::search::query::Lang;
use serde::Serialize;

use crate::cli::{Common, StatsArgs};
use crate::cmd::{DONE, lang, out};

/// How many sources are listed.
const SOURCES: usize = 20;

/// What an index holds; the JSON of `stats --json`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Stats {
    pub(crate) articles: u64,
    pub(crate) passages: u64,
    /// Files that were read, and their bytes on disk.
    pub(crate) inputs: u64,
    pub(crate) input_bytes: u64,
    /// Bytes of the index on disk.
    pub(crate) index_bytes: u64,
    /// Articles with at least one repair.
    pub(crate) repaired: u64,
    pub(crate) dated: u64,
    pub(crate) first_date: Option<String>,
    pub(crate) last_date: Option<String>,
    pub(crate) with_source: u64,
    /// Articles that have each field, and what told it.
    pub(crate) fields: fields::Fields,
    /// The most frequent sources, with their number of articles.
    pub(crate) sources: Vec<(String, u64)>,
    pub(crate) segments: usize,
    pub(crate) dictionary: String,
    pub(crate) user_dictionary: Option<String>,
}

/// Reads the whole index for its figures.
pub(crate) fn gather(dir: &Path) -> Result<Stats> {
    let searcher = Searcher::open(dir)?;
    let store = searcher.store();
    let recipe = &store.commit().recipe;
    let inputs = store.inputs()?;
    let mut stats = Stats {
        passages: store
            .segments()
            .iter()
            .map(|segment| u64::from(segment.num_docs()))
            .sum(),
        inputs: inputs.len() as u64,
        input_bytes: inputs.iter().map(|entry| entry.stamp.bytes).sum(),
        index_bytes: store.bytes(),
        segments: store.segments().len(),
        dictionary: recipe.words.clone(),
        user_dictionary: Some(recipe.user_dict.clone()).filter(|hash| !hash.is_empty()),
        ..Stats::default()
    };
    let mut sources: HashMap<String, u64> = HashMap::new();
    let mut days = None;
    searcher.articles(|meta| {
        stats.articles += 1;
        stats.fields.count(&meta);
        stats.repaired += u64::from(!meta.edits.is_empty());
        if let Some(source) = meta.source {
            stats.with_source += 1;
            *sources.entry(source.value).or_default() += 1;
        }
        if let Some(date) = meta.date {
            stats.dated += 1;
            let (first, last) = days.unwrap_or((date.value, date.value));
            days = Some((date.value.min(first), date.value.max(last)));
        }
    })?;
    if let Some((first, last)) = days {
        stats.first_date = Some(first.to_string());
        stats.last_date = Some(last.to_string());
    }
    stats.sources = sources.into_iter().collect();
    stats
        .sources
        .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    stats.sources.truncate(SOURCES);
    Ok(stats)
}

pub(crate) fn run(common: &Common, args: &StatsArgs) -> Result<ExitCode> {
    if args.pages {
        return pages::run(common, args.json);
    }
    let stats = gather(&common.index)?;
    let mut out = out();
    if args.json {
        jianbao::render::json_line(&stats, &mut out)?;
    } else {
        let zh = lang(common) == Lang::Zh;
        let mut row = |zh_name: &str, en_name: &str, value: String| {
            writeln!(out, "{}\t{value}", if zh { zh_name } else { en_name })
        };
        let days = match (&stats.first_date, &stats.last_date) {
            (Some(first), Some(last)) => format!("{first} .. {last}"),
            _ => "-".to_owned(),
        };
        row("文章", "articles", stats.articles.to_string())?;
        row("段落", "passages", stats.passages.to_string())?;
        row("有日期", "dated", stats.dated.to_string())?;
        row("日期", "dates", days)?;
        row("有来源", "with source", stats.with_source.to_string())?;
        row("经修复", "repaired", stats.repaired.to_string())?;
        let (inputs, bytes) = (stats.inputs, size(stats.input_bytes));
        let files = match zh {
            true => format!("{inputs}（{bytes}）"),
            false => format!("{inputs} ({bytes})"),
        };
        row("文件", "files", files)?;
        let (segments, bytes) = (stats.segments, size(stats.index_bytes));
        let index = match zh {
            true => format!("{bytes}（{segments} 个分片）"),
            false => format!("{bytes} ({})", plural(segments as u64, "segment")),
        };
        row("索引", "index", index)?;
        row("词典", "dictionary", stats.dictionary.clone())?;
        if let Some(hash) = &stats.user_dictionary {
            row("用户词典", "user dictionary", hash.clone())?;
        }
        for (source, count) in &stats.sources {
            row(
                "来源",
                "source",
                format!("{count}\t{}", jianbao::render::printable(source)),
            )?;
        }
        stats.fields.write(&mut out, zh)?;
    }
    out.flush()?;
    Ok(DONE)
}

fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
