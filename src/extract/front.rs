//! Front matter of a Markdown file: what a site generator says of the page.
//!
//! Fields, lists and texts of some lines; what lies deeper, as YAML may, is kept as the lines it is.

use serde_json::{Map, Value};

use crate::article::{Draft, Evidence, Found};
use crate::extract::fields::{Field, FieldMap};

/// The fields of the front matter at the head of a file, and what follows it.
pub(crate) fn read(text: &str) -> (Draft, &str) {
    let (front, rest) = front_matter(text);
    (head(front), rest)
}

/// Front matter and what begins it: lines of `key: value` between `---`, of `key = value`
/// between `+++`.
struct Front<'a> {
    between: char,
    lines: &'a str,
}

/// The front matter at the head of a file, and what follows.
fn front_matter(text: &str) -> (Option<Front<'_>>, &str) {
    let begins = |(mark, between)| {
        let inner = text.trim_start().strip_prefix(mark)?;
        let inner = Some(inner).filter(|rest| rest.starts_with(['\n', '\r']))?;
        let mut at = 0;
        for line in inner.split_inclusive('\n') {
            at += line.len();
            if at > line.len() && line.trim_end() == mark {
                let lines = &inner[..at - line.len()];
                return Some((Front { between, lines }, &inner[at..]));
            }
        }
        None
    };
    match [("---", ':'), ("+++", '=')].into_iter().find_map(begins) {
        Some((front, rest)) => (Some(front), rest),
        None => (None, text),
    }
}

/// A value without the quotes around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let within = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

/// What front matter says, as the fields of a record. What stands below a key, farther in or
/// after `-`, belongs to it: a list, or lines of text.
fn head(front: Option<Front<'_>>) -> Draft {
    let mut record = Map::new();
    let mut last = None;
    let between = front.as_ref().map_or(':', |front| front.between);
    for line in front.map_or("", |front| front.lines).lines() {
        let item = line.trim_start().strip_prefix("- ");
        if (item.is_some() || line.starts_with([' ', '\t']))
            && let Some(value) = last.as_ref().and_then(|key: &String| record.get_mut(key))
        {
            goes_on(value, item, line);
        } else if let Some((key, value)) = line.split_once(between)
            && !key.starts_with(['#', '-'])
        {
            let key = key.trim().to_owned();
            record.insert(key.clone(), Value::String(unquoted(value).to_owned()));
            last = Some(key);
        }
    }
    let map = FieldMap::default();
    let mut take = |field| match map.take(field, &mut record)? {
        (_, Value::String(value)) => Some(value),
        (key, value) => {
            record.insert(key, value);
            None
        }
    };
    let found = |value| Found {
        value,
        from: Evidence::Field,
    };
    Draft {
        id: take(Field::Id),
        title: take(Field::Title).map(found),
        date: take(Field::Date).map(found),
        source: take(Field::Source).map(found),
        url: take(Field::Url),
        extra: record,
        ..Draft::default()
    }
}

/// Adds a line below a key to its value.
fn goes_on(value: &mut Value, item: Option<&str>, line: &str) {
    match (item, value) {
        (Some(item), Value::Array(items)) => items.push(unquoted(item).into()),
        (Some(item), value) if value.as_str().is_some_and(str::is_empty) => {
            *value = Value::Array(vec![unquoted(item).into()]);
        }
        (_, Value::String(text)) => {
            // `|` and `>` begin a text of some lines.
            if matches!(&**text, "|" | ">" | "|-" | ">-" | "|+" | ">+") {
                text.clear();
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line.trim());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lists_and_texts_are_read() {
        let yaml = "---\ntitle: \"市委全会召开\"\ndate: 2018-06-01\n# 注\ntags:\n  - 党建\n- '会议'\nsummary: |\n  第一行。\n  第二行。\nauthor: [张三, 李四]\nurl:\n  https://example.cn/1\n---\n正文。\n";
        let toml = "+++\ntitle = \"市委全会召开\"\ndate = 2018-06-01\ntags = [\n  \"党建\",\n  \"会议\",\n]\n+++\n正文。\n";
        let (draft, rest) = read(yaml);
        assert_eq!(rest, "正文。\n");
        assert_eq!(draft.title.unwrap().value, "市委全会召开");
        assert_eq!(draft.date.unwrap().value, "2018-06-01");
        assert_eq!(draft.url.as_deref(), Some("https://example.cn/1"));
        let extra = serde_json::json!({"tags": ["党建", "会议"], "summary": "第一行。\n第二行。", "author": "[张三, 李四]"});
        assert_eq!(Value::Object(draft.extra), extra);
        let (draft, rest) = read(toml);
        assert_eq!(rest, "正文。\n");
        assert_eq!(draft.title.unwrap().value, "市委全会召开");
        assert_eq!(draft.date.unwrap().value, "2018-06-01");
        assert!(draft.extra["tags"].as_str().unwrap().contains("党建"));
        for text in ["---\n正文", "+++ 正文", "- 一\n---\n", ""] {
            let (draft, rest) = read(text);
            assert_eq!((rest, draft.title), (text, None));
        }
    }
}
