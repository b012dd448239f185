//! JSON objects: known fields are taken, unknown ones kept.

use serde_json::{Map, Value};

use crate::article::{Draft, Evidence, Found, Skip};
use crate::extract::fields::{Field, FieldMap};
use crate::extract::{paragraphs, tags};

/// The drafts of one JSON value: one for an object, one for each object of an array.
pub(crate) fn read(text: &str, map: &FieldMap) -> Result<Vec<Draft>, Skip> {
    match serde_json::from_str(text) {
        Ok(Value::Object(record)) => Ok(vec![object(record, map)]),
        Ok(Value::Array(values)) => {
            let objects = values.into_iter().filter_map(|value| {
                if let Value::Object(record) = value {
                    Some(record)
                } else {
                    None
                }
            });
            Ok(objects
                .zip(1..)
                .map(|(record, story)| Draft {
                    story: Some(story),
                    ..object(record, map)
                })
                .collect())
        }
        Ok(_) => Err(Skip::Malformed(
            "not a JSON object; each record must be one, in { }".to_owned(),
        )),
        Err(error) => Err(Skip::Malformed(format!("not valid JSON: {error}"))),
    }
}

fn object(mut record: Map<String, Value>, map: &FieldMap) -> Draft {
    let mut take = |field| map.take(field, &mut record).and_then(text_of);
    let found = |value| Found {
        value,
        from: Evidence::Field,
    };
    let id = take(Field::Id);
    let title = take(Field::Title)
        .map(|title| tags::entities(&title).into_owned())
        .map(found);
    let date = take(Field::Date).map(found);
    let source = take(Field::Source)
        .map(|source| tags::entities(&source).into_owned())
        .map(found);
    let url = take(Field::Url);
    let body = take(Field::Body)
        .map(|body| body_of(&body))
        .unwrap_or_default();
    Draft {
        id,
        title,
        date,
        source,
        url,
        body,
        extra: record,
        ..Draft::default()
    }
}

/// A value as text: strings and numbers as they are, an array as lines.
fn text_of(value: Value) -> Option<String> {
    let text = match value {
        Value::String(text) => return Some(text).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => values
            .into_iter()
            .filter_map(text_of)
            .collect::<Vec<_>>()
            .join("\n"),
        Value::Object(mut record) => {
            return record
                .shift_remove("text")
                .or_else(|| record.shift_remove("content"))
                .and_then(text_of);
        }
        Value::Bool(_) | Value::Null => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The paragraphs of a body, which may be markup.
fn body_of(body: &str) -> String {
    if tags::looks_like_markup(body) {
        tags::strip(body)
    } else {
        paragraphs(&tags::entities(body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Draft {
        read(text, &FieldMap::default()).unwrap().remove(0)
    }

    #[test]
    fn fields_of_an_object() {
        let draft = one(
            r#"{"id": 17, "标题": "市委召开会议", "pub_date": "2018-06-01", "来源": "新华社", "url": "u", "text": ["一。", "  二。", ""], "频道": "时政"}"#,
        );
        assert_eq!(draft.id.as_deref(), Some("17"));
        assert_eq!(draft.title.unwrap().value, "市委召开会议");
        assert_eq!(draft.date.unwrap().value, "2018-06-01");
        assert_eq!(draft.source.unwrap().value, "新华社");
        assert_eq!(draft.body, "一。\n二。");
        assert_eq!(
            serde_json::Value::Object(draft.extra),
            serde_json::json!({"频道": "时政"})
        );
    }

    #[test]
    fn bodies_of_markup_and_of_text() {
        for (body, want) in [
            ("<p>一。</p>\r\n<p>二&nbsp;。</p>", "一。\n二 。"),
            ("一&ldquo;二&rdquo;\\n\\n三", "一“二”\n三"),
            ("3<5，5>3", "3<5，5>3"),
        ] {
            assert_eq!(
                one(&format!(
                    "{{\"body\":\"{}\"}}",
                    body.replace('\r', "\\r").replace('\n', "\\n")
                ))
                .body
                .replace('\u{a0}', " "),
                want
            );
        }
    }

    #[test]
    fn what_is_no_object_says_so() {
        let why = |text| match read(text, &FieldMap::default()) {
            Err(Skip::Malformed(why)) => why,
            other => format!("{other:?}"),
        };
        assert!(
            why("{\"a\":").starts_with("not valid JSON: EOF"),
            "{}",
            why("{\"a\":")
        );
        assert!(why("3").starts_with("not a JSON object"));
        assert!(why(&"[".repeat(9000)).starts_with("not valid JSON: recursion limit"));
        assert_eq!(
            read(r#"[{"body":"一"},7,{"body":"二"}]"#, &FieldMap::default()).unwrap()[1].story,
            Some(2)
        );
    }
}
