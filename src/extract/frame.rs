//! Which objects of a JSON value are stories: a record is one article, or the
//! frame around many (a day's broadcast, an answer of some interface with
//! `data.list`, columns or days with a list each, stories under their ids).
//!
//! A frame that is taken for an article loses all its stories but one, and an
//! article that is taken for a frame falls apart into its comments, so both
//! need evidence: a title and a text of their own make a story.

use serde_json::{Map, Value};

use crate::article::Skip;
use crate::extract::fields::{Field, FieldMap};
use crate::extract::{MOST_STORIES, too_many};

type Record = Map<String, Value>;

/// How deep stories may lie in a record.
const DEEPEST: usize = 4;

/// Keys under which an object holds nothing but a value. An export of MongoDB
/// wraps days and numbers, WordPress what it has made of a title and a text.
pub(crate) const WRAPS: [&str; 6] = [
    "text",
    "content",
    "name",
    "rendered",
    "$date",
    "$numberLong",
];

/// Keys under which a search engine repeats pieces of the stories that it found.
const REPEATS: [&str; 4] = ["highlight", "highlighting", "facets", "aggregations"];

/// Is a record the frame around stories, and no article itself?
pub(crate) fn is_frame(record: &Record, map: &FieldMap) -> bool {
    is_frame_within(record, map, DEEPEST)
}

/// The stories in a list or a frame, in its order.
pub(crate) fn stories(value: Value, map: &FieldMap) -> Result<Vec<Record>, Skip> {
    let mut found = Stories {
        map,
        all: Vec::new(),
    };
    match value {
        Value::Object(frame) => found.open(frame, DEEPEST)?,
        Value::Array(values) => found.list(values, DEEPEST)?,
        _ => {}
    }
    Ok(found.all)
}

/// A record whose text lies in an object within it (`video_detail.content`, `data.article`):
/// that object's fields, then those around it that it lacks.
pub(crate) fn flattened(mut record: Record, map: &FieldMap) -> Record {
    for depth in (0..=DEEPEST).rev() {
        if has_own_text(&record, map) {
            break;
        }
        let inner = |holds: &dyn Fn(&Value) -> bool| {
            let mut values = record.iter();
            let found = values.find(|(key, value)| !is_field(key, value, map) && holds(value));
            found.map(|(key, _)| key.clone())
        };
        let holds_text = |value: &Value| value.is_object() && told(value, map, depth).texts > 0;
        let holds_summary = |value: &Value| {
            let inner = value.as_object();
            inner.is_some_and(|inner| map.has(Field::Body, inner))
        };
        let within = || inner(&holds_summary).filter(|_| !map.has(Field::Body, &record));
        let Some(key) = inner(&holds_text).or_else(within) else {
            break;
        };
        let Some(Value::Object(mut inner)) = record.shift_remove(&key) else {
            break;
        };
        for (key, value) in record {
            inner.entry(key).or_insert(value);
        }
        record = inner;
    }
    record
}

/// The stories that were met so far.
struct Stories<'a> {
    map: &'a FieldMap,
    all: Vec<Record>,
}

impl Stories<'_> {
    fn add(&mut self, story: Record) -> Result<(), Skip> {
        if self.all.len() >= MOST_STORIES {
            return Err(too_many());
        }
        self.all.push(story);
        Ok(())
    }

    /// Those in a frame; its own text is one more, before them.
    fn open(&mut self, frame: Record, depth: usize) -> Result<(), Skip> {
        let (stories, own): (Vec<_>, Vec<_>) = frame.into_iter().partition(|(key, value)| {
            !is_field(key, value, self.map) && told(value, self.map, depth).any()
        });
        let own = Record::from_iter(own);
        if has_own_text(&own, self.map) {
            self.add(own)?;
        }
        for (_, value) in stories {
            self.within(value, depth)?;
        }
        Ok(())
    }

    /// Those in a value of a frame.
    fn within(&mut self, value: Value, depth: usize) -> Result<(), Skip> {
        match value {
            Value::Object(inner) => self.one_or_many(inner, depth),
            Value::Array(values) if is_list(&values, self.map) => self.list(values, depth),
            Value::Array(values) => {
                let Some(depth) = depth.checked_sub(1) else {
                    return Ok(());
                };
                values
                    .into_iter()
                    .try_for_each(|value| self.within(value, depth))
            }
            _ => Ok(()),
        }
    }

    fn list(&mut self, values: Vec<Value>, depth: usize) -> Result<(), Skip> {
        for value in values {
            if let Value::Object(record) = value {
                self.one_or_many(record, depth)?;
            }
        }
        Ok(())
    }

    fn one_or_many(&mut self, record: Record, depth: usize) -> Result<(), Skip> {
        match depth.checked_sub(1) {
            Some(depth) if is_frame_within(&record, self.map, depth) => self.open(record, depth),
            _ => self.add(record),
        }
    }
}

fn is_frame_within(record: &Record, map: &FieldMap, depth: usize) -> bool {
    let titled = map.has(Field::Title, record);
    let has_text = has_own_text(record, map);
    if titled && has_text {
        return false;
    }
    let mut told_in = Told::default();
    for (key, value) in record {
        if !is_field(key, value, map) {
            told_in.add(told(value, map, depth));
        }
    }
    if has_text || titled && told_in.texts == 1 && told_in.whole == 0 {
        // The text above a list of stories, or the article above its comments.
        return !titled && told_in.listed_whole > 0;
    }
    if told_in.listed_whole > 0 {
        return true;
    }
    if told_in.texts == 0 {
        return told_in.listed > 0;
    }
    let under_keys = record.len() > 1
        && record
            .values()
            .all(|value| value.as_object().is_some_and(|it| has_own_text(it, map)));
    told_in.whole > 1 || under_keys
}

/// What a value tells of stories in it.
#[derive(Default)]
struct Told {
    /// Objects with a text that stand in no list.
    texts: usize,
    /// Those that have a title as well.
    whole: usize,
    /// Objects of lists that have a text, or a summary of one.
    listed: usize,
    /// Those that have a title and a text.
    listed_whole: usize,
}

impl Told {
    fn any(&self) -> bool {
        self.texts > 0 || self.listed > 0
    }

    fn add(&mut self, more: Told) {
        self.texts += more.texts;
        self.whole += more.whole;
        self.listed += more.listed;
        self.listed_whole += more.listed_whole;
    }
}

fn told(value: &Value, map: &FieldMap, depth: usize) -> Told {
    let mut all = Told::default();
    let deeper = depth.checked_sub(1);
    match value {
        Value::Object(inner) => {
            let titled = map.has(Field::Title, inner);
            let has_text = has_own_text(inner, map);
            // What an article holds besides its text is its own.
            if let Some(depth) = deeper.filter(|_| !(titled && has_text)) {
                for value in inner.values() {
                    all.add(told(value, map, depth));
                }
            }
            if has_text && (titled || all.listed_whole == 0) {
                all = Told {
                    texts: 1,
                    whole: usize::from(titled),
                    ..Told::default()
                };
            }
        }
        Value::Array(values) if is_list(values, map) => {
            let objects = || values.iter().filter_map(Value::as_object);
            all.listed = objects().filter(|it| is_story(it, map)).count();
            all.listed_whole = objects().filter(|it| is_whole(it, map)).count();
        }
        Value::Array(values) => {
            for value in deeper.iter().flat_map(|_| values) {
                let more = told(value, map, depth - 1);
                all.listed += more.listed + more.texts;
                all.listed_whole += more.listed_whole + more.whole;
            }
        }
        _ => {}
    }
    all
}

/// Does a list hold stories?
fn is_list(values: &[Value], map: &FieldMap) -> bool {
    let mut objects = values.iter().filter_map(Value::as_object);
    objects.any(|record| is_story(record, map))
}

/// Is a value the wrap of a field that is no text (`{"title": {"text": "…"}}`), and no story? Nor
/// are pieces of stories.
fn is_field(key: &str, value: &Value, map: &FieldMap) -> bool {
    if REPEATS.contains(&key) {
        return true;
    }
    let is_wrap = |inner: &Record| !is_whole(inner, map);
    value.as_object().is_some_and(is_wrap)
        && [
            Field::Title,
            Field::Date,
            Field::Source,
            Field::Url,
            Field::Id,
        ]
        .into_iter()
        .any(|field| map.names(field, key))
}

/// The objects in a record.
fn inner(record: &Record) -> impl Iterator<Item = &Record> {
    record.values().filter_map(Value::as_object)
}

/// An object with a text or a summary, at its top or in an object of its own.
fn is_story(record: &Record, map: &FieldMap) -> bool {
    map.has(Field::Body, record) || inner(record).any(|inner| map.has(Field::Body, inner))
}

fn is_titled(record: &Record, map: &FieldMap) -> bool {
    map.has(Field::Title, record) || inner(record).any(|inner| map.has(Field::Title, inner))
}

/// One with a title and a text.
fn is_whole(record: &Record, map: &FieldMap) -> bool {
    let titled = map.has(Field::Title, record);
    titled && has_own_text(record, map)
        || inner(record)
            .any(|inner| (titled || map.has(Field::Title, inner)) && has_own_text(inner, map))
}

/// Has a record a text that is one: under the key of a text there may be a story, or a list
/// of them (`{"content": [{…}], "totalElements": 9}`).
fn has_own_text(record: &Record, map: &FieldMap) -> bool {
    let titled = map.has(Field::Title, record);
    map.texts(record).any(|value| match value {
        Value::Array(values) => {
            // Below a title, what has no day and no address of its own is a part of the text.
            let stands_alone =
                |it: &Record| !titled || map.has(Field::Date, it) || map.has(Field::Url, it);
            let objects = || values.iter().filter_map(Value::as_object);
            // A picture among paragraphs may have all of them; the paragraphs have no title.
            let is_frame = || {
                objects().all(|it| is_titled(it, map))
                    && objects().any(|it| is_whole(it, map) && stands_alone(it))
            };
            (values.iter().any(is_text) || objects().any(|it| titled && map.has_text(it)))
                && !is_frame()
        }
        Value::Object(inner) => {
            // `{"body": {"content": "…"}}` is a text in a wrap.
            (!is_story(inner, map) || inner.len() == 1) && is_text(value)
        }
        value => is_text(value),
    })
}

/// Can a value be read as text?
fn is_text(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Number(_) => true,
        Value::Array(values) => values.iter().any(is_text),
        Value::Object(inner) => {
            let mut wrapped = WRAPS.iter().filter_map(|key| inner.get(*key));
            wrapped.next().is_some_and(is_text)
        }
        Value::Bool(_) | Value::Null => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::json;

    /// The title and body of each story.
    fn stories(text: &str) -> Vec<String> {
        let drafts = json::read(text, &FieldMap::default()).unwrap();
        let shown = drafts.iter().zip(1..).map(|(draft, nth)| {
            assert!(draft.story.is_none_or(|story| story == nth));
            let title = draft.title.as_ref().map_or("", |title| &title.value);
            format!("{title}|{}", draft.body.replace('\n', "/"))
        });
        shown.collect()
    }

    const A: &str = r#"{"title":"甲","content":"甲镇修渠。","date":"2019-03-05"}"#;
    const B: &str = r#"{"title":"乙","content":"乙镇栽树。","date":"2019-03-06"}"#;

    #[test]
    fn every_story_of_a_frame() {
        for frame in [
            r#"{"要闻":[A],"社会":[B]}"#,
            r#"{"2019-03-05":[A],"n":2,"2019-03-06":[B]}"#,
            r#"{"2019":{"03":[A]},"2020":{"04":[B]}}"#,
            r#"{"1001":A,"1002":B}"#,
            r#"{"hits":[{"_source":A,"highlight":{"title":["x"],"content":["y"]}},{"_source":B}]}"#,
            r#"{"docs":[A,B],"highlighting":{"1":{"content":["修渠"]},"2":{"content":["栽树"]}}}"#,
            r#"{"code":0,"data":{"1001":A,"1002":B}}"#,
            r#"{"content":[A,B],"totalElements":2}"#,
            r#"{"title":"县内要闻","content":[A,B]}"#,
            r#"{"code":0,"content":{"list":[A,B]}}"#,
            r#"{"days":[{"day":1,"list":[A]},{"day":2,"list":[B]}]}"#,
            r#"{"title":"要闻","list":[{"items":[A]},{"article":B}]}"#,
            r#"{"a":{"b":{"c":{"d":[A,B]}}}}"#,
            r#"[A,B]"#,
            r#"{"top":A,"list":[B]}"#,
        ] {
            let text = frame.replace('A', A).replace('B', B);
            let want = ["甲|甲镇修渠。", "乙|乙镇栽树。"];
            assert_eq!(stories(&text), want, "{frame}");
        }
    }

    #[test]
    fn a_text_above_its_list_is_one_more() {
        let text = r#"{"text":"本栏刊登各镇动态。","list":[A,B],"files":["x"]}"#;
        let text = text.replace('A', A).replace('B', B);
        let want = ["|本栏刊登各镇动态。", "甲|甲镇修渠。", "乙|乙镇栽树。"];
        assert_eq!(stories(&text), want);
    }

    #[test]
    fn an_article_keeps_what_belongs_to_it() {
        for (record, want) in [
            (r#"{"id":9,"article":A}"#, "甲|甲镇修渠。"),
            (r#"{"id":9,"_source":A}"#, "甲|甲镇修渠。"),
            (
                r#"{"id":9,"title":{"rendered":"丙"},"content":{"rendered":"<p>丙镇。</p>","protected":false}}"#,
                "丙|丙镇。",
            ),
            (
                r#"{"id":1,"title":{"text":"丙"},"body":{"content":"丙镇。"}}"#,
                "丙|丙镇。",
            ),
            (r#"{"code":0,"data":{"article":A}}"#, "甲|甲镇修渠。"),
            (
                r#"{"title":"丙","content":"丙镇。","related":[A,B]}"#,
                "丙|丙镇。",
            ),
            (
                r#"{"content":"丙镇。","comments":[{"content":"好","user":"x"}]}"#,
                "|丙镇。",
            ),
            (
                r#"{"article":A,"related":[{"title":"丁","summary":"丁镇。"}]}"#,
                "甲|甲镇修渠。",
            ),
            (
                r#"{"title":"丙","detail":{"content":"丙镇。"},"comments":[{"title":"好","content":"好"}]}"#,
                "丙|丙镇。",
            ),
            (
                r#"{"author":{"name":"x","description":"作者"},"detail":A}"#,
                "甲|甲镇修渠。",
            ),
            (
                r#"{"title":"办法","content":[{"title":"一、总则","text":"先修渠。"},{"text":"后栽树。"}]}"#,
                "办法|一、总则/先修渠。/后栽树。",
            ),
            (
                r#"{"content":[{"type":"p","text":"一。"},{"type":"p","text":"二。"}]}"#,
                "|一。/二。",
            ),
            (
                r#"{"title":"丙","attachments":[{"title":"附件","url":"u"}],"body":["一。","二。"]}"#,
                "丙|一。/二。",
            ),
            (
                r#"{"title":"丙","content":[{"text":"一。"},{"title":"图","text":"渠首。","url":"u"}]}"#,
                "丙|一。/图/渠首。",
            ),
            (r#"{"title":"丙","body":{"text":"一。"}}"#, "丙|一。"),
        ] {
            let text = record.replace('A', A).replace('B', B);
            assert_eq!(stories(&text), [want], "{record}");
        }
        let record = json::read(
            r#"{"id":9,"article":{"title":"甲","content":"一。","source":"云溪日报","date":"2019-03-05"}}"#,
            &FieldMap::default(),
        );
        let draft = record.unwrap().remove(0);
        assert_eq!(draft.id.as_deref(), Some("9"));
        assert_eq!(draft.source.unwrap().value, "云溪日报");
        assert_eq!(draft.date.unwrap().value, "2019-03-05");
    }

    #[test]
    fn nesting_costs_little() {
        let start = std::time::Instant::now();
        for (open, close) in [("[", "]"), ("{\"content\":[{\"title\":\"x\",\"a\":", "}]}")] {
            let deep = 120 / open.matches(['[', '{']).count();
            let text = format!("{}\"党\"{}", open.repeat(deep), close.repeat(deep));
            let _ = json::read(&text, &FieldMap::default());
            let wide = format!("{{\"list\":[{}{{}}]}}", format!("{text},").repeat(2000));
            let _ = json::read(&wide, &FieldMap::default());
        }
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}
