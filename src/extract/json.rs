//! JSON objects: known fields are taken, unknown ones kept.

use serde_json::{Map, Value};

use crate::article::{Draft, Evidence, Found, Skip, find_date, parse_date};
use crate::extract::fields::{Field, FieldMap};
use crate::extract::{frame, headline_alone, tags};

/// Values under keys of a text that are looked at for one that is a text.
const MOST_TEXTS: usize = 16;

/// The drafts of one JSON value: one for an object that has a text, one for
/// each story of an object or array that holds many (a day's broadcast, an
/// answer of some interface with `data.list`).
pub(crate) fn read(text: &str, map: &FieldMap) -> Result<Vec<Draft>, Skip> {
    let read = serde_json::from_str(text);
    // Half of a character that lies beyond the first 65,536, as a crawler cuts it, is no
    // reason to lose the rest.
    let read = read.or_else(|error| match without_halves(text) {
        Some(text) => serde_json::from_str(&text),
        None => Err(error),
    });
    match read {
        Ok(Value::Object(record)) => record_of(record, map),
        Ok(values @ Value::Array(_)) => {
            frame::stories(values, map).map(|stories| numbered(stories, map))
        }
        Ok(_) => Err(Skip::Malformed(
            "not a JSON object; each record must be one, in { }".to_owned(),
        )),
        Err(error) => Err(Skip::Malformed(format!("not valid JSON: {error}"))),
    }
}

/// The text with U+FFFD for each escape of half a character (`\ud83d` without its other half);
/// `None` when it has none.
fn without_halves(text: &str) -> Option<String> {
    let unit = |at: usize| {
        let hex = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(hex, 16).ok()
    };
    let mut whole = String::new();
    let (mut taken, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        let escaped = unit(at);
        let after = unit(at + 6);
        at += match (escaped, after) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                whole.push_str(&text[taken..at]);
                whole.push_str("\\ufffd");
                taken = at + 6;
                6
            }
            // The next is escaped, whatever it is.
            _ => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    (taken > 0).then(|| whole + &text[taken..])
}

/// A record: an article, or the frame around many.
fn record_of(record: Map<String, Value>, map: &FieldMap) -> Result<Vec<Draft>, Skip> {
    if frame::is_frame(&record, map) {
        return frame::stories(Value::Object(record), map).map(|stories| numbered(stories, map));
    }
    Ok(vec![object(record, map)])
}

/// Stories with their numbers.
fn numbered(stories: Vec<Map<String, Value>>, map: &FieldMap) -> Vec<Draft> {
    stories
        .into_iter()
        .zip(1..)
        .map(|(record, story)| Draft {
            story: Some(story),
            ..headline_alone(object(record, map))
        })
        .collect()
}

/// The draft of a record that is one article.
pub(crate) fn object(record: Map<String, Value>, map: &FieldMap) -> Draft {
    let mut record = frame::flattened(record, map);
    // What cannot be read stays in the record, as what nobody knows does.
    let mut take = |field| {
        let (key, value) = map.take(field, &mut record)?;
        match read_of(field, value) {
            Ok(text) => Some(text),
            Err(value) => {
                record.insert(key, value);
                None
            }
        }
    };
    let found = |value| Found {
        value,
        from: Evidence::Field,
    };
    let plain = |text: String| tags::line(&text);
    let id = take(Field::Id);
    let title = take(Field::Title).map(plain).map(found);
    let date = take(Field::Date).map(found);
    let source = take(Field::Source).map(plain).map(found);
    let url = take(Field::Url);
    // The best of the keys whose value can be read: `{"text": {"lang": "zh"}, "content": "…"}`.
    let mut unread = Vec::new();
    let mut body = String::new();
    for _ in 0..MOST_TEXTS {
        let Some((key, value)) = map.take(Field::Body, &mut record) else {
            break;
        };
        // Parts of a text may have headings of their own.
        let parts = match value {
            Value::Array(parts) => parts.into_iter().map(|part| headed(part, map)).collect(),
            value => value,
        };
        match read_of(Field::Body, parts) {
            Ok(text) => {
                body = tags::body(&text);
                break;
            }
            Err(value) => unread.push((key, value)),
        }
    }
    record.extend(unread);
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

/// A part of a text with its heading above it.
fn headed(part: Value, map: &FieldMap) -> Value {
    match part {
        Value::Object(mut record) if map.has_text(&record) => {
            let heading = map.take(Field::Title, &mut record);
            let text = map.take(Field::Body, &mut record);
            Value::Array(heading.into_iter().chain(text).map(|(_, it)| it).collect())
        }
        part => part,
    }
}

/// The value of a field as text, or the value as it is where it cannot be read.
fn read_of(field: Field, value: Value) -> Result<String, Value> {
    let is_date = |text: &str| find_date(text).or_else(|| parse_date(text)).is_some();
    let is_read = |text: &String| field != Field::Date || is_date(text);
    match value {
        Value::String(text) if is_read(&text) => Ok(text),
        value => text_of(value.clone()).filter(is_read).ok_or(value),
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
            return frame::WRAPS
                .iter()
                .find_map(|key| record.shift_remove(*key))
                .and_then(text_of);
        }
        Value::Bool(_) | Value::Null => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::MOST_STORIES;

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
            (
                "&lt;p&gt;一。&lt;/p&gt;&lt;p&gt;二。&lt;/p&gt;",
                "一。\n二。",
            ),
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
    fn what_cannot_be_read_of_a_field_stays() {
        for (date, want) in [
            (r#""05-01-2023""#, None),
            (r#"44931"#, None),
            (r#""2023-01""#, None),
            (r#"1672902000.5"#, Some("1672902000.5")),
            (
                r#"{"$date":"2023-01-05T00:00:00Z"}"#,
                Some("2023-01-05T00:00:00Z"),
            ),
            (
                r#"{"$date":{"$numberLong":"1672876800000"}}"#,
                Some("1672876800000"),
            ),
            (
                r#""发布于 二〇二三年元月五日""#,
                Some("发布于 二〇二三年元月五日"),
            ),
        ] {
            let draft = one(&format!(
                r#"{{"pubDate":{date},"source":{{"name":"新华社"}},"body":"一。"}}"#
            ));
            assert_eq!(draft.date.map(|date| date.value).as_deref(), want, "{date}");
            assert_eq!(
                draft.extra.contains_key("pubDate"),
                want.is_none(),
                "{date}"
            );
            assert_eq!(draft.source.unwrap().value, "新华社");
        }
        let draft = one(r#"{"source":{"code":3},"title":true,"body":"一。"}"#);
        assert_eq!(draft.extra["source"]["code"], 3);
        assert_eq!(draft.extra["title"], true);
        let draft = one(r#"{"text":{"lang":"zh"},"content":"一。"}"#);
        assert_eq!((&*draft.body, draft.extra.len()), ("一。", 1));
        let draft = one(
            r#"{"title":"<b>修渠</b>动工<br>全县受益","source":"<a href=x>云溪日报</a>","body":"一。"}"#,
        );
        assert_eq!(draft.title.unwrap().value, "修渠动工 全县受益");
        assert_eq!(draft.source.unwrap().value, "云溪日报");
    }

    #[test]
    fn half_a_character_costs_no_record() {
        for (body, want) in [
            (r"好\ud83d，\udc00", "好\u{FFFD}，\u{FFFD}"),
            (r"好\ud83d\ude00\ud83d", "好😀\u{FFFD}"),
            (r"路径\\ud83d\udead", "路径\\ud83d\u{FFFD}"),
            (r"好\ud83d\n", "好\u{FFFD}"),
        ] {
            assert_eq!(one(&format!("{{\"body\":\"{body}\"}}")).body, want);
        }
        assert!(read(r#"{"body":"好\ud83d"#, &FieldMap::default()).is_err());
        assert_eq!(without_halves(r"一\u4e8c\"), None);
    }

    #[test]
    fn a_frame_around_many_stories() {
        let text = r#"{"total": 3, "list": [
            {"num": 1, "name": "x", "detail": {"id": "A1", "title": "[视频]全市召开会议", "pubtime": "2018-06-01 19:06:28", "source": "某某网", "content": "<p>会议召开。</p>\r\n<p>会议强调。</p>"}},
            {"num": 2, "detail": {"id": "A2", "title": "春耕", "content": "", "brief": "各地抓春耕。"}},
            {"num": 3, "title": "只有标题", "id": "A3"}]}"#;
        let drafts = read(text, &FieldMap::default()).unwrap();
        let got: Vec<_> = drafts
            .iter()
            .map(|d| (d.id.as_deref().unwrap(), &*d.body, d.story))
            .collect();
        assert_eq!(
            got,
            [
                ("A1", "会议召开。\n会议强调。", Some(1)),
                ("A2", "各地抓春耕。", Some(2)),
                ("A3", "只有标题", Some(3))
            ]
        );
        assert_eq!(drafts[0].extra["num"], 1);
        assert_eq!(drafts[0].extra["name"], "x");
        let nested = read(
            r#"{"code": 0, "data": {"rows": [{"text": "一"}, {"text": "二"}]}}"#,
            &FieldMap::default(),
        )
        .unwrap();
        assert_eq!(nested.len(), 2);
        let many = format!("[{}{{}}]", "{},".repeat(MOST_STORIES));
        assert!(
            matches!(read(&many, &FieldMap::default()), Err(Skip::Malformed(why)) if why.starts_with("holds more than"))
        );
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
