//! XML: feeds (RSS, Atom), exports with one element for each article, or one
//! article. Read by the names of elements, without DTD or entities of its own.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::article::{Draft, Skip};
use crate::extract::fields::{Field, FieldMap};
use crate::extract::tree::{Node, What, parse_xml, text};
use crate::extract::{MOST_STORIES, headline_alone, json, paragraphs, tags, too_many};

/// Elements that stand for one article each, the surest first.
const RECORDS: &[&str] = &[
    "item", "entry", "article", "doc", "document", "news", "story", "record", "row", "post", "page",
];

/// Elements that say in an attribute which field they are, as exports of databases have them.
const FIELDS: &[&str] = &[
    "field", "column", "col", "property", "str", "arr", "int", "long",
];

/// The drafts of a document: one for each element that stands for an article,
/// else one for all.
pub(crate) fn read(xml: &str, map: &FieldMap) -> Result<Vec<Draft>, Skip> {
    let nodes = parse_xml(xml);
    let root = nodes
        .iter()
        .skip(1)
        .position(|node| matches!(node.what, What::Element(name, _) if !name.is_empty()))
        .map_or(0, |at| at + 1);
    if nodes.get(root).is_some_and(is_sitemap) {
        return Err(Skip::Malformed(
            "a list of links (a sitemap), no article; index the pages it names".to_owned(),
        ));
    }
    for name in RECORDS {
        if let Some(drafts) = records(&nodes, |of| of.eq_ignore_ascii_case(name), map)? {
            return Ok(drafts);
        }
    }
    let names = repeated(&nodes, map);
    if let Some(drafts) = records(&nodes, |of| names.contains(of), map)? {
        return Ok(drafts);
    }
    let record = fields(&nodes, root);
    if map.has_text(&record) {
        return Ok(vec![json::object(record, map)]);
    }
    Ok(vec![Draft {
        body: paragraphs(&markup(&nodes, 0)),
        ..Draft::default()
    }])
}

/// Addresses for a search engine, and nothing to read.
fn is_sitemap(root: &Node<'_>) -> bool {
    ["urlset", "sitemapindex"]
        .iter()
        .any(|name| local(root).eq_ignore_ascii_case(name))
}

/// The drafts of the elements of some names, if any has a field of an article.
fn records(
    nodes: &[Node<'_>],
    is_record: impl Fn(&str) -> bool,
    map: &FieldMap,
) -> Result<Option<Vec<Draft>>, Skip> {
    let mut places = Vec::new();
    let mut at = 1;
    while at < nodes.len() {
        // What stands inside a record is part of it.
        let record = is_record(local(&nodes[at]));
        places.extend(record.then_some(at));
        at = if record { nodes[at].end } else { at + 1 };
    }
    if places.len() > MOST_STORIES {
        return Err(too_many());
    }
    let records: Vec<_> = places.into_iter().map(|at| fields(nodes, at)).collect();
    let is_known =
        |record: &Map<_, _>| map.has(Field::Body, record) || map.has(Field::Title, record);
    if !records.iter().any(is_known) {
        return Ok(None);
    }
    // One without a field is counted with the others.
    let many = records.len() > 1;
    let drafts = records.into_iter().zip(1..).map(|(record, story)| Draft {
        story: many.then_some(story),
        ..headline_alone(json::object(record, map))
    });
    Ok(Some(drafts.collect()))
}

/// Names of elements that stand for articles though nobody knows them
/// (`<新闻列表><新闻><标题>`): of two or more beside each other one has a text. Below
/// a title, what has no day and no address of its own is a part of one article.
fn repeated<'a>(nodes: &[Node<'a>], map: &FieldMap) -> HashSet<&'a str> {
    let mut known = vec![Known::default(); nodes.len()];
    for node in nodes.iter().skip(1) {
        let (key, of) = (key(node), &mut known[node.parent]);
        of.text |= map.names_text(key);
        of.title |= map.names(Field::Title, key);
        of.place |= map.names(Field::Date, key) || map.names(Field::Url, key);
    }
    let mut names = HashSet::new();
    // Of those of a name beside each other: how many there are, and how many have a text.
    let mut seen: HashMap<(usize, &str), (usize, usize)> = HashMap::new();
    let mut at = 1;
    while at < nodes.len() {
        let (node, of) = (&nodes[at], &known[at]);
        let (name, above) = (local(node), &known[node.parent]);
        if !name.is_empty() && (of.place || !above.title) && !above.text {
            let (all, texts) = seen.entry((node.parent, name)).or_default();
            *all += 1;
            *texts += usize::from(of.text);
        }
        // What stands in an article is part of it.
        at = if of.text { node.end } else { at + 1 };
    }
    // Chapters of which one happens to hold a field are no articles.
    let many = seen.into_iter();
    names.extend(many.filter_map(|((_, name), (all, texts))| {
        (all >= 2 && texts > 0 && texts * 2 > all).then_some(name)
    }));
    names
}

/// Which fields stand right below an element.
#[derive(Default, Clone, Copy)]
struct Known {
    text: bool,
    title: bool,
    /// A day or an address.
    place: bool,
}

/// The name of the field an element is.
fn key<'a>(node: &Node<'a>) -> &'a str {
    let name = local(node);
    let is_field = FIELDS.iter().any(|of| name.eq_ignore_ascii_case(of));
    let said = node
        .attribute("name")
        .filter(|said| is_field && !said.is_empty());
    said.unwrap_or(name)
}

/// The children of an element as fields, under their names without a prefix.
/// What comes twice is a list.
fn fields(nodes: &[Node<'_>], at: usize) -> Map<String, Value> {
    let mut record = Map::new();
    let mut child = at + 1;
    while child < nodes[at].end {
        let node = &nodes[child];
        let name = key(node);
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

/// Elements within a field are lines of it, but for those that stand within a sentence.
fn markup(nodes: &[Node<'_>], at: usize) -> String {
    let within = || nodes.iter().enumerate().take(nodes[at].end).skip(at + 1);
    // In markup of a page line breaks mean nothing; in other texts they end paragraphs.
    let flows = within().any(|(_, node)| {
        let of_pages = ["p", "br", "div", "li", "td"];
        of_pages
            .iter()
            .any(|name| local(node).eq_ignore_ascii_case(name))
    });
    // In a document of unknown elements `<b>` may be a field: text beside it tells, or a
    // paragraph around it.
    let mut has_text = vec![at > 0; nodes[at].end - at];
    for (_, node) in within() {
        if matches!(node.what, What::Text(text) | What::Data(text) if !text.trim().is_empty()) {
            has_text[node.parent - at] = true;
        }
    }
    let is_in_sentence = |node: &Node<'_>| {
        tags::is_inline(local(node))
            && (has_text[node.parent - at] || tags::is_block(local(&nodes[node.parent])))
    };
    let mut out = String::new();
    // Where the elements that are open and lines end.
    let mut ends = Vec::new();
    for (number, node) in within() {
        while ends.pop_if(|end| *end <= number).is_some() {
            out.push('\n');
        }
        match node.what {
            What::Text(text) if flows => tags::flow(&tags::entities(text), &mut out),
            What::Text(text) => out.push_str(&tags::entities(text)),
            What::Data(text) => out.push_str(text),
            What::Element(..) if tags::is_cell(local(node)) => out.push(' '),
            What::Element(..) if is_in_sentence(node) => {}
            What::Element(..) => {
                out.push('\n');
                ends.push(node.end);
            }
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
    fn sentences_are_not_broken() {
        for (body, want) in [
            (
                "全县<b>今年</b>修渠<sup>1</sup>，<a href='x'>三月</a>动工。<para>完工。</para>后续。",
                "全县今年修渠1，三月动工。\n完工。\n后续。",
            ),
            (
                "<div xmlns='x'><p>全县\n <em>今年</em>修渠。</p>\n<p>三月<br/>动工。</p></div>",
                "全县今年修渠。\n三月\n动工。",
            ),
            ("一行\n<i>二</i>行", "一行\n二行"),
            ("<x:p><x:b>三月</x:b><x:i>动工</x:i></x:p>", "三月动工"),
            ("<tr><td>水渠</td><td>3条</td></tr>", "水渠 3条"),
        ] {
            let all = drafts(&format!(
                "<entry><title>一</title><content>{body}</content></entry>"
            ));
            assert_eq!(all[0].body, want, "{body}");
            let all = drafts(&format!("<甲><乙>{body}</乙></甲>"));
            assert_eq!(all[0].body, want, "{body}");
        }
    }

    #[test]
    fn records_of_unknown_names() {
        for (xml, want) in [
            (
                "<新闻列表><标题>要闻</标题><新闻><标题>甲</标题><正文>甲镇。</正文><日期>2019-03-05</日期></新闻><新闻><标题>乙</标题><正文>乙镇。</正文><链接>u</链接></新闻></新闻列表>",
                &["甲|甲镇。", "乙|乙镇。"][..],
            ),
            (
                "<x><要闻><新闻><标题>甲</标题><正文>甲镇。</正文></新闻><新闻><标题>乙</标题><内容>乙镇。</内容></新闻></要闻><社会><新闻><正文>丙镇。</正文></新闻></社会></x>",
                &["甲|甲镇。", "乙|乙镇。", "|丙镇。"],
            ),
            (
                "<mysqldump><database name='n'><table_data name='news'><row><field name='title'>甲</field><field name='content'>甲镇。</field></row><row><field name='title'>乙</field><field name='content'>乙镇。</field></row></table_data></database></mysqldump>",
                &["甲|甲镇。", "乙|乙镇。"],
            ),
            (
                "<database><table name='news'><column name='title'>甲</column><column name='body'>甲镇。</column></table><table name='news'><column name='body'>乙镇。</column></table></database>",
                &["甲|甲镇。", "|乙镇。"],
            ),
            (
                "<办法><标题>修渠办法</标题><节><标题>一</标题><正文>先修渠。</正文></节><节><标题>二</标题><正文>后栽树。</正文></节></办法>",
                &["|修渠办法/一/先修渠。/二/后栽树。"],
            ),
            (
                "<公文><标题>通知</标题><正文><节><内容>先修渠。</内容></节><节><内容>后栽树。</内容></节></正文></公文>",
                &["通知|先修渠。/后栽树。"],
            ),
        ] {
            let shown = |draft: &Draft| {
                let title = draft.title.as_ref().map_or("", |title| &title.value);
                format!("{title}|{}", draft.body.replace('\n', "/"))
            };
            assert_eq!(
                drafts(xml).iter().map(shown).collect::<Vec<_>>(),
                want,
                "{xml}"
            );
        }
        for root in ["urlset", "sitemapindex"] {
            let xml = format!(
                "<?xml version='1.0'?><{root}><url><loc>https://example.cn/1</loc></url></{root}>"
            );
            assert!(matches!(
                read(&xml, &FieldMap::default()),
                Err(Skip::Malformed(why)) if why.starts_with("a list of links")
            ));
        }
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
