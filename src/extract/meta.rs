//! The meta tags Chinese government sites must have (国办发〔2017〕47号), and
//! those that stand for them elsewhere.
//!
//! Names differ in case, and a tag without a value counts as none.

use serde_json::{Map, Value};

use crate::article::{Evidence, Witness, find_date, parse_date};
use crate::extract::tags;
use crate::extract::tree::Node;

/// What the meta tags of a page say.
#[derive(Default)]
pub(crate) struct Meta {
    pub(crate) title: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) url: Option<String>,
    /// Everything else the standard names, under its own names.
    pub(crate) extra: Map<String, Value>,
    /// The tags that told, with their values as they stand.
    pub(crate) witnesses: Vec<Witness>,
}

const TITLE: &[&str] = &["articletitle", "og:title", "twitter:title"];
const DATE: &[&str] = &[
    "pubdate",
    "firstpublishedtime",
    "article:published_time",
    "og:published_time",
    "publishdate",
    "publish_date",
    "publishtime",
    "datepublished",
    "dc.date",
];
const SOURCE: &[&str] = &["contentsource", "source", "dc.source", "article:source"];
const URL: &[&str] = &["url", "og:url"];

/// Names of the standard that are kept as they are.
const KEPT: &[&str] = &[
    "SiteName",
    "SiteDomain",
    "SiteIDCode",
    "ColumnName",
    "ColumnDescription",
    "ColumnKeywords",
    "ColumnType",
    "Keywords",
    "Author",
    "Description",
    "Image",
];

impl Meta {
    pub(crate) fn of(nodes: &[Node<'_>]) -> Self {
        let mut tags: Vec<(&str, String)> = Vec::new();
        let mut canonical = None;
        for node in nodes {
            if node.is("link")
                && node
                    .attribute("rel")
                    .is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"))
            {
                canonical = node.attribute("href").map(str::to_owned);
            }
            let name = node
                .attribute("name")
                .or_else(|| node.attribute("property"));
            if let (true, Some(name), Some(value)) =
                (node.is("meta"), name, node.attribute("content"))
            {
                let value = tags::entities(value)
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                if !value.is_empty() {
                    tags.push((name.trim(), value));
                }
            }
        }
        let mut witnesses = Vec::new();
        let mut value = |field: &str, names: &[&str], good: &dyn Fn(&str) -> bool| {
            let (name, value) = names.iter().find_map(|want| {
                tags.iter()
                    .find(|(name, value)| name.eq_ignore_ascii_case(want) && good(value))
            })?;
            if !field.is_empty() {
                let said = format!("{name}：{value}");
                witnesses.push(Witness::new(field, Evidence::Tag, &said));
            }
            Some(value.clone())
        };
        let any = |_: &str| true;
        let mut extra = Map::new();
        for name in KEPT {
            let field = if *name == "ColumnName" { "column" } else { "" };
            if let Some(text) = value(field, &[*name], &any) {
                let value = if name.ends_with("Keywords") {
                    words(&text)
                } else {
                    Value::String(text)
                };
                extra.insert((*name).to_owned(), value);
            }
        }
        let own = |key: &str| extra.get(key).and_then(Value::as_str);
        let site = own("SiteName");
        // An editor may have put the name of the site or column into every field.
        let title = |title: &str| Some(title) != site && Some(title) != own("ColumnName");
        let title = value("title", TITLE, &title);
        let date = value("date", DATE, &|date| {
            parse_date(date).or_else(|| find_date(date)).is_some()
        });
        let source = value("source", SOURCE, &any);
        let source = source.map(|source| match source.split_once(['：', ':']) {
            Some((label, name)) if label.ends_with("来源") => name.trim().to_owned(),
            _ => source,
        });
        let source = match site {
            Some(site)
                if source
                    .as_deref()
                    .is_some_and(|source| OWN.contains(&source)) =>
            {
                Some(site.to_owned())
            }
            _ => source,
        };
        let url = value("", URL, &any).or(canonical);
        Meta {
            title,
            date,
            source,
            url,
            extra,
            witnesses,
        }
    }
}

/// What editors write for their own site.
const OWN: &[&str] = &["本站", "本网", "本网站", "本站原创", "原创", "本网原创"];

/// Keywords, which are parted by whatever the editor liked.
fn words(text: &str) -> Value {
    let words = text
        .split([',', ';', '；', '、', '，', ' ', '|', '｜', '/', '#'])
        .map(str::trim)
        .filter(|word| !word.is_empty());
    Value::Array(words.map(|word| Value::String(word.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tree::parse;

    #[test]
    fn names_in_any_case_and_empty_values() {
        let meta = Meta::of(&parse(
            "<meta name=ARTICLETITLE content='市委召开会议'><meta content=\" \" name=\"PubDate\"><meta name=firstpublishedtime content='2018-06-01-21:37:00'>
            <meta name=ColumnType content=政策文件><meta name=keywords content='党建,机关; 会议'><meta name=SiteIDCode content=bm01000001>
            <meta property='og:url' content='https://example.cn/1.html'><meta name=viewport content='width=1'>",
        ));
        assert_eq!(meta.title.as_deref(), Some("市委召开会议"));
        assert_eq!(meta.date.as_deref(), Some("2018-06-01-21:37:00"));
        assert_eq!(
            (meta.source, meta.url.as_deref()),
            (None, Some("https://example.cn/1.html"))
        );
        assert_eq!(
            Value::Object(meta.extra),
            serde_json::json!({"SiteIDCode": "bm01000001", "ColumnType": "政策文件", "Keywords": ["党建", "机关", "会议"]})
        );
    }
}
