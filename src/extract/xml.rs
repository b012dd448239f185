//! XML: feeds (RSS, Atom), exports with one element for each article, or one
//! article. Read by the names of elements, without DTD or entities of its own.

use serde_json::{Map, Value};

use crate::article::{Draft, Skip};
use crate::extract::fields::{Field, FieldMap};
use crate::extract::tree::{Node, What, parse_xml, text};
use crate::extract::{MOST_STORIES, headline_alone, json, tags, too_many};

/// Elements that stand for one article each, the surest first.
const RECORDS: &[&str] = &[
    "item", "entry", "article", "doc", "document", "news", "story", "record", "row", "post", "page",
];

/// The drafts of a document: one for each element that stands for an article,
/// else one for all.
pub(crate) fn read(xml: &str, map: &FieldMap) -> Result<Vec<Draft>, Skip> {
    let nodes = parse_xml(xml);
    for name in RECORDS {
        let mut places = Vec::new();
        let mut at = 1;
        while at < nodes.len() {
            // What stands inside a record is part of it.
            let record = local(&nodes[at]).eq_ignore_ascii_case(name);
            places.extend(record.then_some(at));
            at = if record { nodes[at].end } else { at + 1 };
        }
        if places.len() > MOST_STORIES {
            return Err(too_many());
        }
        let records: Vec<Draft> = places
            .into_iter()
            .map(|at| fields(&nodes, at))
            .filter(|record| map.has(Field::Body, record) || map.has(Field::Title, record))
            .map(|record| headline_alone(json::object(record, map)))
            .collect();
        if records.len() > 1 {
            let numbered = records.into_iter().zip(1..).map(|(draft, story)| Draft {
                story: Some(story),
                ..draft
            });
            return Ok(numbered.collect());
        }
        if !records.is_empty() {
            return Ok(records);
        }
    }
    let root = nodes
        .iter()
        .skip(1)
        .position(|node| matches!(node.what, What::Element(name, _) if !name.is_empty()))
        .map_or(0, |at| at + 1);
    let record = fields(&nodes, root);
    if map.has_text(&record) {
        return Ok(vec![json::object(record, map)]);
    }
    Ok(vec![Draft {
        body: tags::strip_all(xml),
        ..Draft::default()
    }])
}

/// The children of an element as fields, under their names without a prefix.
/// What comes twice is a list.
fn fields(nodes: &[Node<'_>], at: usize) -> Map<String, Value> {
    let mut record = Map::new();
    let mut child = at + 1;
    while child < nodes[at].end {
        let node = &nodes[child];
        let name = local(node);
        if !name.is_empty() {
            let inner = if has_elements(nodes, child) {
                markup(nodes, child)
            } else {
                text(nodes, child)
            };
            let value = Some(inner.trim().to_owned()).filter(|value| !value.is_empty());
            // Atom's link is an attribute.
            let value = value.or_else(|| {
                node.attribute("href")
                    .map(|href| tags::entities(href).into_owned())
            });
            if let Some(value) = value.map(Value::String) {
                match record.get_mut(name) {
                    None => drop(record.insert(name.to_owned(), value)),
                    Some(Value::Array(values)) => values.push(value),
                    Some(first) => *first = Value::Array(vec![first.take(), value]),
                }
            }
        }
        child = node.end;
    }
    record
}

/// The name of an element without its prefix; empty for text.
fn local<'a>(node: &Node<'a>) -> &'a str {
    node.name().rsplit(':').next().unwrap_or_default()
}

fn has_elements(nodes: &[Node<'_>], at: usize) -> bool {
    nodes[at + 1..nodes[at].end]
        .iter()
        .any(|node| matches!(node.what, What::Element(..)))
}

/// Elements within a field are lines of it.
fn markup(nodes: &[Node<'_>], at: usize) -> String {
    let mut out = String::new();
    for node in &nodes[at + 1..nodes[at].end] {
        match node.what {
            What::Text(text) => out.push_str(&tags::entities(text)),
            What::Data(text) => out.push_str(text),
            What::Element(..) => out.push('\n'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drafts(xml: &str) -> Vec<Draft> {
        read(xml, &FieldMap::default()).unwrap()
    }

    #[test]
    fn a_feed() {
        let all = drafts(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss><channel><title>某某网</title><link>https://example.cn</link><description>要闻</description>
            <item><title><![CDATA[市委召开会议 & 部署]]></title><link>https://example.cn/1</link><pubDate>Fri, 01 Jun 2018 18:30:00 GMT</pubDate><dc:source>某某日报</dc:source>
            <description>简介</description><content:encoded><![CDATA[<p>会议召开。</p><p>会议&ldquo;强调&rdquo;。</p>]]></content:encoded></item>
            <item><title>春耕</title><guid>2</guid></item></channel></rss>",
        );
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].title.as_ref().unwrap().value, "市委召开会议 & 部署");
        assert_eq!(all[0].body, "会议召开。\n会议“强调”。");
        assert_eq!(all[0].url.as_deref(), Some("https://example.cn/1"));
        assert_eq!(all[0].source.as_ref().unwrap().value, "某某日报");
        assert_eq!(
            crate::article::parse_date(&all[0].date.as_ref().unwrap().value)
                .unwrap()
                .to_string(),
            "2018-06-02"
        );
        assert_eq!((&*all[1].body, all[1].story), ("春耕", Some(2)));
    }

    #[test]
    fn atom_and_exports() {
        let all = drafts(
            "<feed><entry><title>一</title><link href='https://example.cn/?a=1&amp;b=2'/><published>2018-06-01T10:00:00+08:00</published><content type='html'>&lt;p&gt;正文。&lt;/p&gt;</content></entry></feed>",
        );
        assert_eq!(
            (&*all[0].body, all[0].url.as_deref(), all[0].story),
            ("正文。", Some("https://example.cn/?a=1&b=2"), None)
        );
        let all = drafts(
            "<docs><doc><标题>市委召开会议</标题><正文><p>一。</p><p>二。</p></正文></doc><doc><标题>二</标题><正文>三。</正文></doc></docs>",
        );
        assert_eq!(
            all.iter().map(|d| &*d.body).collect::<Vec<_>>(),
            ["一。\n二。", "三。"]
        );
        let all = drafts("<公文><title>通知</title><body>全文。</body></公文>");
        assert_eq!(all[0].body, "全文。");
        assert_eq!(
            drafts("<a><b>只有</b><c>文字。</c></a>")[0].body,
            "只有\n文字。"
        );
        assert_eq!(drafts("")[0].body, "");
    }

    #[test]
    fn entity_bombs_are_text() {
        let bomb =
            "<!DOCTYPE x [<!ENTITY a \"xxxx\"><!ENTITY b \"&a;&a;\">]><x><body>&b;正文</body></x>";
        assert!(drafts(bomb)[0].body.contains("&b;正文"));
    }

    proptest! {
        #[test]
        fn any_document_is_taken(xml in "(</?(item|title|body|a:b|link)( href='x')?/?>|<!\\[CDATA\\[|\\]\\]>|党。|[a&;<]){0,30}") {
            let _ = drafts(&xml);
        }
    }
}
