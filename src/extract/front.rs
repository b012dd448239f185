//! Front matter of a Markdown file: what a site generator says of the page.
//!
//! Fields, lists and texts of some lines; what lies deeper, as YAML may, is kept as the lines it is.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::article::{Draft, Evidence, Found};
use crate::extract::fields::{self, Field, FieldMap};

/// The fields of the front matter at the head of a file, and what follows it: after the
/// sentences that stand in it by mistake.
pub(crate) fn read(text: &str) -> (Draft, Cow<'_, str>) {
    let (front, rest) = front_matter(text);
    let Some(front) = front else {
        return (Draft::default(), Cow::Borrowed(rest));
    };
    let (draft, prose) = head(&front);
    if prose.is_empty() {
        return (draft, Cow::Borrowed(rest));
    }
    (draft, Cow::Owned(prose.join("\n") + "\n\n" + rest))
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
                // A rule may stand above a text: only keys say that this is none.
                let first = lines.lines().find(|line| !is_note(line))?;
                pair(first, between)?;
                if !lines.lines().any(|line| is_sure(line, between)) {
                    return None;
                }
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

/// A line that says nothing: blank, or a comment.
fn is_note(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// The key and the value of a line of front matter; a sentence has no key.
fn pair(line: &str, between: char) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(between)?;
    let key = unquoted(key);
    let is_word = |c: char| {
        c.is_alphanumeric()
            || matches!(
                c,
                '_' | '-' | '.' | ' ' | '/' | '·' | '(' | ')' | '（' | '）'
            )
    };
    let is_key = (1..=LONGEST_KEY).contains(&key.chars().count()) && key.chars().all(is_word);
    (is_key && !key.starts_with('-')).then_some((key, value))
}

/// Is a line surely front matter? YAML has a blank after the colon; people leave it out after
/// the names that everybody knows.
fn is_sure(line: &str, between: char) -> bool {
    pair(line, between).is_some_and(|(key, value)| {
        between == '='
            || value.is_empty()
            || value.starts_with(char::is_whitespace)
            || fields::is_known(key)
    })
}

/// The most characters of a key.
const LONGEST_KEY: usize = 40;

/// A value without the quotes around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let within = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

/// What front matter says, as the fields of a record. What stands below a key, farther in or
/// after `-`, belongs to it: a list, or lines of text. The other lines are sentences.
fn head<'a>(front: &Front<'a>) -> (Draft, Vec<&'a str>) {
    let mut record = Map::new();
    let mut prose = Vec::new();
    let mut last = None;
    let between = front.between;
    for line in front.lines.lines() {
        let item = line.trim_start().strip_prefix("- ");
        let below = item.is_some() || line.starts_with([' ', '\t']);
        let value = last
            .as_ref()
            .and_then(|key: &String| record.get_mut(key))
            .filter(|value| below || between == '=' && is_open(value));
        match (value, pair(line, between)) {
            (Some(value), _) => goes_on(value, item, line),
            _ if is_note(line) => {}
            (None, Some((key, value))) => {
                let value = match between {
                    '=' => without_comment(value),
                    _ => value,
                };
                record.insert(key.to_owned(), Value::String(unquoted(value).to_owned()));
                last = Some(key.to_owned());
            }
            _ if between == '=' && line.starts_with('[') => {}
            _ if !line.contains(char::is_alphanumeric) => {}
            _ => prose.push(line),
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
    let draft = Draft {
        id: take(Field::Id),
        title: take(Field::Title).map(found),
        date: take(Field::Date).map(found),
        source: take(Field::Source).map(found),
        url: take(Field::Url),
        extra: record,
        ..Draft::default()
    };
    (draft, prose)
}

/// Has a value of TOML no end yet? Lists and texts in three quotes go on at the margin.
fn is_open(value: &Value) -> bool {
    let is_text_open = |text: &str, quotes: &str| {
        let begun = text.strip_prefix(quotes);
        begun.is_some_and(|rest| !rest.ends_with(quotes))
    };
    value.as_str().is_some_and(|text| {
        text.starts_with('[') && !text.ends_with(']')
            || is_text_open(text, "\"\"\"")
            || is_text_open(text, "'''")
    })
}

/// A value of TOML without the comment behind it.
fn without_comment(value: &str) -> &str {
    let mut quote = None;
    for (at, c) in value.char_indices() {
        match (c, quote) {
            ('#', None) => return &value[..at],
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    value
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
        for text in [
            "---\n正文",
            "+++ 正文",
            "- 一\n---\n",
            "",
            "---\n昨日,县里召开防汛会。\n---\n编后。",
            "---\n\n他说:水位已退。\n---\n",
            "+++\n水位已退。\n+++\n",
            "---\nhttps://example.cn/1\n---\n",
            "---\n---\n正文",
        ] {
            let (draft, rest) = read(text);
            assert_eq!((&*rest, draft.title), (text, None));
        }
    }

    #[test]
    fn a_sentence_in_front_matter_is_text() {
        for (text, want, extra) in [
            (
                "---\n标题:防汛\n县里召开防汛会,会上说: 水位已退。\n---\n编后。",
                "县里召开防汛会,会上说: 水位已退。\n\n编后。",
                serde_json::json!({}),
            ),
            (
                "---\n编号:7\n标题:防汛\n---\n编后。",
                "编后。",
                serde_json::json!({"编号": "7"}),
            ),
            (
                "---\n  title: 防汛\n# 注\n...\ntags:\n- 二\n---\n编后。",
                "编后。",
                serde_json::json!({"tags": ["二"]}),
            ),
            (
                "+++\n# 注\ntitle = \"防汛\"\ntags = [\n\"一\",\n]\n[params]\nn = 1\n+++\n编后。",
                "编后。",
                serde_json::json!({"tags": "[\n\"一\",\n]", "n": "1"}),
            ),
            (
                "+++\ntitle = \"防汛\" # 头条\ntags = [\"一\"] # 标签\nn = '#'\n+++\n编后。",
                "编后。",
                serde_json::json!({"tags": "[\"一\"]", "n": "#"}),
            ),
            (
                "---\n标题: 防汛\n采写/编辑: 叶知秋\n---\n编后。",
                "编后。",
                serde_json::json!({"采写/编辑": "叶知秋"}),
            ),
        ] {
            let (draft, rest) = read(text);
            assert_eq!(rest, want);
            assert_eq!(draft.title.unwrap().value, "防汛");
            assert_eq!(Value::Object(draft.extra), extra);
        }
    }
}
