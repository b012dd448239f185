//! Which key of a record is which field.

use std::str::FromStr;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

/// A field jianbao knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The record's own id.
    Id,
    /// The headline.
    Title,
    /// Day of publication.
    Date,
    /// Who published it.
    Source,
    /// Address.
    Url,
    /// The text.
    Body,
}

/// Names of the fields as the user gives them, and the keys that crawls, feeds
/// and exports are seen to use, the better one first. Case, `_` and `-` do not count.
const KEYS: &[(Field, &str, &[&str])] = &[
    (
        Field::Id,
        "id",
        &[
            "id",
            "_id",
            "docid",
            "articleid",
            "newsid",
            "videoid",
            "guid",
            "uuid",
        ],
    ),
    (
        Field::Title,
        "title",
        &[
            "title",
            "articletitle",
            "headline",
            "newstitle",
            "videotitle",
            "标题",
            "题名",
        ],
    ),
    (
        Field::Date,
        "date",
        &[
            "date",
            "pubdate",
            "publishdate",
            "publisheddate",
            "pubtime",
            "publishtime",
            "publishedat",
            "published",
            "updated",
            "releasedate",
            "datetime",
            "time",
            "发布日期",
            "发布时间",
            "日期",
            "时间",
            "成文日期",
        ],
    ),
    (
        Field::Source,
        "source",
        &[
            "source",
            "contentsource",
            "publisher",
            "media",
            "sitename",
            "site",
            "来源",
            "发布机构",
            "发文机关",
        ],
    ),
    (
        Field::Url,
        "url",
        &["url", "link", "href", "videourl", "链接", "网址"],
    ),
    (
        Field::Body,
        "body",
        &[
            "body",
            "text",
            "content",
            "articlebody",
            "fulltext",
            "encoded",
            "contenttext",
            "contenthtml",
            "article",
            "正文",
            "内容",
            // For want of a text, what tells of it.
            "brief",
            "summary",
            "description",
            "abstract",
            "摘要",
        ],
    ),
];

/// The first of the keys that hold a summary and no text.
const SUMMARY: &str = "brief";

/// The keys the user names (`--map FIELD=KEY`), before those everybody uses.
/// A key may lead into an object: `detail.title`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldMap(Vec<(Field, String)>);

impl FieldMap {
    /// Adds one `FIELD=KEY`.
    ///
    /// # Errors
    /// When it has no `=`, or the field is not one of id, title, date, source, url, body.
    pub fn add(&mut self, pair: &str) -> anyhow::Result<()> {
        let (field, key) = pair
            .split_once('=')
            .with_context(|| format!("{pair}: expected FIELD=KEY, as in title=headline"))?;
        if key.is_empty() {
            bail!("{pair}: the key is empty; expected FIELD=KEY, as in title=headline");
        }
        self.0.push((field.trim().parse()?, key.to_owned()));
        Ok(())
    }

    /// Has the record a value for this field?
    pub(crate) fn has(&self, field: Field, record: &Map<String, Value>) -> bool {
        let named = |(of, key): &(Field, String)| *of == field && at_path(record, key).is_some();
        self.0.iter().any(named) || keys_of(field).iter().any(|want| holds(record, want))
    }

    /// Has the record a text, and not only a summary of one?
    pub(crate) fn has_text(&self, record: &Map<String, Value>) -> bool {
        self.texts(record).next().is_some()
    }

    /// What stands under the keys of a text, and not only of a summary of one, the better first.
    pub(crate) fn texts<'a>(
        &'a self,
        record: &'a Map<String, Value>,
    ) -> impl Iterator<Item = &'a Value> {
        let named = self.0.iter().filter(|(of, _)| *of == Field::Body);
        named
            .filter_map(|(_, key)| at_path(record, key))
            .chain(text_keys().filter_map(|want| record.get(key_like(record, want)?)))
    }

    /// Is this a key of the field?
    pub(crate) fn names(&self, field: Field, key: &str) -> bool {
        self.0
            .iter()
            .any(|(of, named)| *of == field && named == key)
            || keys_of(field).iter().any(|want| same_key(key, want))
    }

    /// Is this a key of a text, and not only of a summary of one?
    pub(crate) fn names_text(&self, key: &str) -> bool {
        let mut named = self.0.iter().filter(|(of, _)| *of == Field::Body);
        named.any(|(_, named)| named == key) || text_keys().any(|want| same_key(key, want))
    }

    /// Takes the value of a field out of a record, with the key it had there.
    pub(crate) fn take(
        &self,
        field: Field,
        record: &mut Map<String, Value>,
    ) -> Option<(String, Value)> {
        for (_, key) in self.0.iter().filter(|(of, _)| *of == field) {
            if let Some(value) = take_path(record, key) {
                return Some((key.clone(), value));
            }
        }
        keys_of(field).iter().find_map(|want| {
            let key = key_like(record, want)?.to_owned();
            let value = record.shift_remove(&key)?;
            Some((key, value))
        })
    }
}

/// Is this the name of a field to everybody?
pub(crate) fn is_known(key: &str) -> bool {
    let mut all = KEYS.iter().flat_map(|(_, _, keys)| *keys);
    all.any(|want| same_key(key, want))
}

fn keys_of(field: Field) -> &'static [&'static str] {
    KEYS.iter()
        .find(|(of, _, _)| *of == field)
        .map_or(&[], |(_, _, keys)| keys)
}

/// Keys of a text that is no summary of one.
fn text_keys() -> impl Iterator<Item = &'static str> {
    let keys = keys_of(Field::Body).iter().copied();
    keys.take_while(|key| *key != SUMMARY)
}

/// The record's key that has a value and is the same as `want`.
fn key_like<'a>(record: &'a Map<String, Value>, want: &str) -> Option<&'a str> {
    record
        .iter()
        .find(|(key, value)| same_key(key, want) && !blank(value))
        .map(|(key, _)| key.as_str())
}

fn holds(record: &Map<String, Value>, want: &str) -> bool {
    key_like(record, want).is_some()
}

impl FromStr for Field {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        let known = KEYS
            .iter()
            .find(|(_, of, _)| of.eq_ignore_ascii_case(name))
            .map(|(field, _, _)| *field);
        known.with_context(|| {
            let names = KEYS
                .iter()
                .map(|(_, name, _)| *name)
                .collect::<Vec<_>>()
                .join(", ");
            format!("{name}: no such field; fields are {names}")
        })
    }
}

/// The value at `a.b.c`, or under that very key.
fn take_path(record: &mut Map<String, Value>, key: &str) -> Option<Value> {
    if record.get(key).is_some_and(|value| !blank(value)) {
        return record.shift_remove(key);
    }
    let (outer, inner) = key.split_once('.')?;
    take_path(record.get_mut(outer)?.as_object_mut()?, inner)
}

/// The value there, as [`take_path`] would take it.
fn at_path<'a>(record: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    if let Some(value) = record.get(key).filter(|value| !blank(value)) {
        return Some(value);
    }
    let (outer, inner) = key.split_once('.')?;
    at_path(record.get(outer)?.as_object()?, inner)
}

/// Nothing that could be a field's value.
fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

/// The same key but for case, `_` and `-`; `want` is lower case already.
fn same_key(key: &str, want: &str) -> bool {
    let mut plain = key
        .chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .map(|c| c.to_ascii_lowercase());
    let mut want = want.chars().filter(|c| *c != '_');
    loop {
        match (plain.next(), want.next()) {
            (None, None) => return true,
            (a, b) if a != b => return false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(pairs: &[&str], record: Value, field: Field, want: Option<Value>) {
        let mut map = FieldMap::default();
        pairs.iter().for_each(|pair| map.add(pair).unwrap());
        let Value::Object(mut record) = record else {
            unreachable!()
        };
        let taken = map.take(field, &mut record).map(|(_, value)| value);
        assert_eq!(taken, want);
    }

    #[test]
    fn keys_are_found() {
        check(
            &[],
            json!({"Pub_Date": "2018-06-01"}),
            Field::Date,
            Some(json!("2018-06-01")),
        );
        check(
            &[],
            json!({"text": "", "content": "正文"}),
            Field::Body,
            Some(json!("正文")),
        );
        check(
            &["body=detail.html"],
            json!({"body": "x", "detail": {"html": "y"}}),
            Field::Body,
            Some(json!("y")),
        );
        check(
            &["body=none"],
            json!({"body": "x"}),
            Field::Body,
            Some(json!("x")),
        );
        check(&["id=a.b"], json!({"a.b": 7}), Field::Id, Some(json!(7)));
        check(&[], json!({"titles": "x"}), Field::Title, None);
    }

    #[test]
    fn a_wrong_pair_is_named() {
        for (pair, want) in [
            ("title", "title: expected FIELD=KEY, as in title=headline"),
            (
                "titel=x",
                "titel: no such field; fields are id, title, date, source, url, body",
            ),
            (
                "title=",
                "title=: the key is empty; expected FIELD=KEY, as in title=headline",
            ),
        ] {
            assert_eq!(FieldMap::default().add(pair).unwrap_err().to_string(), want);
        }
    }
}
