//! How many articles have each field, by year, and what told it.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use jianbao::article::Evidence;
use jianbao::index::Meta;
use serde::Serialize;

/// A field: its name, what it is called in Chinese, whether an article has it.
type Field = (&'static str, &'static str, fn(&Meta) -> bool);

/// The fields that are counted, in the order of the table.
const FIELDS: &[Field] = &[
    ("date", "日期", |meta| meta.date.is_some()),
    ("source", "来源", |meta| meta.source.is_some()),
    ("number", "发文字号", |meta| meta.number.is_some()),
    ("column", "栏目", |meta| has(meta, COLUMN)),
    ("author", "作者", |meta| {
        has(meta, AUTHOR)
            || meta
                .credits
                .iter()
                .any(|credit| AUTHOR.contains(&&*credit.role))
    }),
    ("agency", "发文机关", |meta| has(meta, AGENCY)),
    ("keywords", "关键词", |meta| has(meta, KEYWORDS)),
    ("url", "网址", |meta| meta.url.is_some()),
];

const COLUMN: &[&str] = &[
    "ColumnName",
    "ColumnType",
    "column",
    "category",
    "channel",
    "section",
    "栏目",
    "频道",
    "版面",
    "分类",
    "主题分类",
];
const AUTHOR: &[&str] = &[
    "Author",
    "author",
    "byline",
    "creator",
    "作者",
    "记者",
    "通讯员",
    "撰文",
    "文",
];
const AGENCY: &[&str] = &["发文机关", "发布机构", "发文单位", "制定机关", "agency"];
const KEYWORDS: &[&str] = &["Keywords", "keywords", "tags", "关键词", "主题词"];

/// Has the record one of these fields, with something in it?
fn has(meta: &Meta, names: &[&str]) -> bool {
    let mut values = names.iter().filter_map(|name| meta.extra.get(*name));
    values.any(|value| match value {
        serde_json::Value::String(text) => !text.trim().is_empty(),
        serde_json::Value::Array(list) => !list.is_empty(),
        value => !value.is_null(),
    })
}

/// The counts.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Fields {
    /// Articles that have a field.
    all: BTreeMap<&'static str, u64>,
    /// By year, those without a date under `null`'s name, `undated`.
    years: BTreeMap<String, Year>,
    /// What told the title, the date, the source.
    from: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

/// The articles of a year.
#[derive(Debug, Default, Serialize)]
struct Year {
    articles: u64,
    #[serde(flatten)]
    with: BTreeMap<&'static str, u64>,
}

impl Fields {
    /// Counts an article.
    pub(crate) fn count(&mut self, meta: &Meta) {
        let year = meta.date.as_ref().map_or_else(
            || UNDATED.to_owned(),
            |date| format!("{:04}", date.value.year()),
        );
        let year = self.years.entry(year).or_default();
        year.articles += 1;
        for (name, _, has) in FIELDS {
            let has = u64::from(has(meta));
            *self.all.entry(name).or_default() += has;
            *year.with.entry(name).or_default() += has;
        }
        let told: [(&str, Option<Evidence>); 3] = [
            ("title", Some(meta.title.from)),
            ("date", meta.date.as_ref().map(|date| date.from)),
            ("source", meta.source.as_ref().map(|source| source.from)),
        ];
        for (name, from) in told {
            if let Some(from) = from.map(name_of) {
                *self.from.entry(name).or_default().entry(from).or_default() += 1;
            }
        }
    }

    /// Two tables of columns parted by tabs: the fields by year, and what told them.
    pub(crate) fn write(&self, out: &mut impl Write, zh: bool) -> Result<()> {
        let names: Vec<&str> = FIELDS
            .iter()
            .map(|(name, chinese, _)| if zh { *chinese } else { *name })
            .collect();
        let (year, articles, all) = if zh {
            ("年份", "文章", "合计")
        } else {
            ("year", "articles", "all")
        };
        writeln!(out, "\n{year}\t{articles}\t{}", names.join("\t"))?;
        let row = |with: &BTreeMap<&str, u64>| {
            let counts: Vec<String> = FIELDS
                .iter()
                .map(|(name, _, _)| with.get(name).copied().unwrap_or(0).to_string())
                .collect();
            counts.join("\t")
        };
        let mut total = 0;
        for (name, year) in &self.years {
            total += year.articles;
            let name = if zh && name == UNDATED {
                "无日期"
            } else {
                name
            };
            writeln!(out, "{name}\t{}\t{}", year.articles, row(&year.with))?;
        }
        writeln!(out, "{all}\t{total}\t{}", row(&self.all))?;
        Ok(())
    }
}

const UNDATED: &str = "undated";

/// The name of a kind of evidence, as in JSON.
fn name_of(from: Evidence) -> String {
    serde_json::to_value(from)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
