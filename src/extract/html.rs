//! A page: what its meta tags say, and the one part of it that is the article.
//!
//! Government sites first, whose templates name that part (`TRS_Editor`,
//! `zoom`); otherwise the innermost element that holds most of the sentences
//! which are no links.

use crate::article::{Draft, Evidence, Found};
use crate::extract::meta::Meta;
use crate::extract::tree::{Node, What, parse};
use crate::extract::{headline, paragraphs, tags};

/// Class and id words of the element that holds the article, the surest first.
/// The first ones are of the content systems most Chinese government sites run on.
const HOLDERS: &[&str] = &[
    "trs_editor",
    "trs_ueditor",
    "ucapcontent",
    "zoom",
    "pages_content",
    "ueditor",
    "article_content",
    "article-content",
    "articlecontent",
    "article-con",
    "news_content",
    "news-content",
    "newscontent",
    "content_text",
    "content-text",
    "con_text",
    "text_con",
    "main-text",
    "detail-content",
    "detail_content",
    "trs_editor_view",
    "bt_content",
    "arc_cont",
    "article_detail",
    "article-detail",
    "printarea",
    "maincontent",
    "view",
    "zwnr",
    "xl_content",
    "nr",
    "article",
    "artical",
    "content",
];

/// Class and id words of what surrounds an article.
const AROUND: &[&str] = &[
    "nav",
    "navbar",
    "menu",
    "foot",
    "footer",
    "breadcrumb",
    "breadcrumbs",
    "crumbs",
    "share",
    "bdsharebuttonbox",
    "related",
    "sidebar",
    "copyright",
    "pager",
    "pagination",
    "toolbar",
    "qrcode",
    "ewm",
    "header",
    "topbar",
    "friendlink",
    "links",
];

/// Elements that surround an article.
const AROUND_TAGS: &[&str] = &["nav", "footer", "aside", "button", "head"];

/// The share of a page's sentences an element must hold: of those whose name
/// says that they hold the article, and of any other.
const SHARE_NAMED: usize = 30;
const SHARE_ANY: usize = 70;

/// The longest line about an article (date, source, desk), in characters.
const LONGEST_INFO: usize = 160;

/// The draft of a page.
pub(crate) fn read(markup: &str) -> Vec<Draft> {
    let page = Page::of(markup);
    let mut meta = Meta::of(&page.nodes);
    let holder = page.holder();
    let (title, from) = match meta.title.take() {
        Some(title) => (Some(title), Evidence::Field),
        None => (headline::of(&page.nodes), Evidence::Heading),
    };
    let mut lines = page.info_before(holder);
    lines.push_str(&page.text(holder..page.nodes[holder].end, Some(holder)));
    lines.push('\n');
    lines.push_str(&page.info_after(page.nodes[holder].end));
    let found = |value| Found {
        value,
        from: Evidence::Field,
    };
    let mut body = paragraphs(&lines);
    if body.is_empty() {
        // Better all of a strange page than nothing of it.
        body = tags::strip(markup);
    }
    vec![Draft {
        title: title.map(|value| Found { value, from }),
        date: meta.date.map(found),
        source: meta.source.map(found),
        url: meta.url,
        body,
        extra: meta.extra,
        ..Draft::default()
    }]
}

/// A page and what is known of each of its nodes.
struct Page<'a> {
    nodes: Vec<Node<'a>>,
    /// Is the node, or one around it, a part that surrounds articles?
    around: Vec<bool>,
    /// What each node and all inside it hold.
    held: Vec<Held>,
}

/// What an element and all inside it hold, in characters without blanks.
#[derive(Clone, Copy, Default)]
struct Held {
    /// Sentences that are no links.
    sentences: usize,
    text: usize,
    links: usize,
    /// Links, by number.
    anchors: usize,
    /// A link says that it is an attachment.
    attachment: bool,
}

impl Held {
    fn add(&mut self, other: Held) {
        self.sentences += other.sentences;
        self.text += other.text;
        self.links += other.links;
        self.anchors += other.anchors;
        self.attachment |= other.attachment;
    }

    /// A menu: a list of links and little else.
    fn is_menu(&self) -> bool {
        self.anchors >= 3 && self.links * 10 >= self.text * 8 && !self.attachment
    }
}

impl<'a> Page<'a> {
    fn of(markup: &'a str) -> Self {
        let nodes = parse(markup);
        let around: Vec<bool> = inherited(&nodes, surrounds);
        let page = Page::held(nodes, around);
        if page.held[0].sentences > 0 {
            return page;
        }
        // A template may name the whole page after one of its parts.
        let around = vec![false; page.nodes.len()];
        Page::held(page.nodes, around)
    }

    fn held(nodes: Vec<Node<'a>>, around: Vec<bool>) -> Self {
        let linked = inherited(&nodes, |node| {
            ["a", "title", "option"].iter().any(|tag| node.is(tag))
        });
        let mut held = vec![Held::default(); nodes.len()];
        for (at, node) in nodes.iter().enumerate() {
            held[at].anchors = usize::from(node.is("a"));
            if let What::Text(text) | What::Data(text) = node.what {
                let count = text.chars().filter(|c| !c.is_whitespace()).count();
                held[at].text = count;
                held[at].links = if linked[at] { count } else { 0 };
                held[at].sentences = if !around[at] && !linked[at] && is_sentence(text) {
                    count
                } else {
                    0
                };
                held[at].attachment = linked[at] && text.contains("附件");
            }
        }
        for at in (1..nodes.len()).rev() {
            let inner = held[at];
            held[nodes[at].parent].add(inner);
        }
        Page {
            nodes,
            around,
            held,
        }
    }

    /// The element that holds the article.
    fn holder(&self) -> usize {
        let all = self.held[0].sentences;
        if all == 0 {
            return self
                .nodes
                .iter()
                .position(|node| node.is("body"))
                .unwrap_or(0);
        }
        let named = HOLDERS.iter().find_map(|word| {
            let elements = (1..self.nodes.len()).filter(|at| {
                !self.around[*at] && (has_word(&self.nodes[*at], word) || self.nodes[*at].is(word))
            });
            let elements: Vec<usize> = elements.collect();
            let most = elements
                .iter()
                .map(|at| self.held[*at].sentences)
                .max()
                .filter(|most| most * 100 >= all * SHARE_NAMED)?;
            // The innermost of those that hold nearly as much.
            elements
                .into_iter()
                .rev()
                .find(|at| self.held[*at].sentences * 10 >= most * 9)
        });
        // The last of those that hold enough is the innermost.
        let any = || {
            (0..self.nodes.len()).rev().find(|at| {
                self.held[*at].sentences * 100 >= all * SHARE_ANY
                    && matches!(self.nodes[*at].what, What::Element(..))
                    && !is_part(&self.nodes[*at])
            })
        };
        named.or_else(any).unwrap_or(0)
    }

    /// The text of a range of nodes, one paragraph a line, without what
    /// surrounds articles; `inside` is an element whose own name does not count.
    fn text(&self, range: std::ops::Range<usize>, inside: Option<usize>) -> String {
        let mut out = String::new();
        let mut ends: Vec<usize> = Vec::new();
        let mut at = range.start;
        while at < range.end {
            while ends.last().is_some_and(|end| *end <= at) {
                ends.pop();
                out.push('\n');
            }
            let node = &self.nodes[at];
            let hidden = node.attribute("style").is_some_and(|style| {
                style
                    .replace(' ', "")
                    .to_ascii_lowercase()
                    .contains("display:none")
            });
            let aside = self.around[at]
                || hidden
                || node.is("title")
                || (self.held[at].is_menu() && tags::is_block(node.name()));
            if inside != Some(at) && aside {
                at = node.end;
                continue;
            }
            match node.what {
                What::Text(text) => tags::flow(&tags::entities(text), &mut out),
                What::Data(text) => tags::flow(text, &mut out),
                What::Element(name, _) if tags::is_block(name) => {
                    out.push('\n');
                    ends.push(node.end);
                }
                What::Element(name, _)
                    if name.eq_ignore_ascii_case("td") || name.eq_ignore_ascii_case("th") =>
                {
                    out.push(' ')
                }
                What::Element(..) => {}
            }
            at += 1;
        }
        paragraphs(&out)
    }

    /// What stands before the article and tells of it: the box of an official
    /// document, the line of date and source.
    fn info_before(&self, holder: usize) -> String {
        let before = self.text(0..holder, None);
        let mut out = String::new();
        for line in before
            .lines()
            .filter(|line| line.chars().count() <= LONGEST_INFO)
        {
            let bare: String = line
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '\u{a0}')
                .collect();
            if INFO.iter().any(|label| bare.contains(label)) {
                out.push_str(line);
                out.push('\n');
            }
        }
        out
    }

    /// What stands after the article and tells of it: who answers for it.
    fn info_after(&self, from: usize) -> String {
        let after = self.text(from..self.nodes.len(), None);
        let told = after.lines().take(20).filter(|line| {
            let line = line.trim_start_matches(['(', '（', '[', '【']);
            line.chars().count() <= 60
                && CREDITS.iter().any(|label| {
                    line.starts_with(label)
                        && line[label.len()..].trim_start().starts_with(['：', ':'])
                })
        });
        told.flat_map(|line| [line, "\n"]).collect()
    }
}

/// Labels of lines that tell of the article, blanks left out.
const INFO: &[&str] = &[
    "来源：",
    "来源:",
    "发布时间：",
    "发布时间:",
    "发布日期：",
    "发布日期:",
    "时间：20",
    "时间:20",
    "日期：20",
    "日期:20",
    "索引号",
    "发文字号",
    "文号：",
    "成文日期",
    "发文机关：",
    "主题分类",
    "主题词",
];

/// Labels of lines after the article.
const CREDITS: &[&str] = &[
    "责任编辑",
    "编辑",
    "责编",
    "来源",
    "审核",
    "作者",
    "撰稿",
    "供稿",
];

/// Is this element one of those that surround articles?
fn surrounds(node: &Node<'_>) -> bool {
    AROUND_TAGS.iter().any(|tag| node.is(tag)) || AROUND.iter().any(|word| has_word(node, word))
}

/// Inline elements and paragraphs are parts of an article, never its holder.
fn is_part(node: &Node<'_>) -> bool {
    [
        "p", "span", "font", "b", "strong", "em", "i", "u", "h1", "h2", "h3", "li", "tr", "tbody",
    ]
    .iter()
    .any(|tag| node.is(tag))
}

/// Is `word` the id or one of the classes of an element?
fn has_word(node: &Node<'_>, word: &str) -> bool {
    let is_word = |value: &str| {
        value
            .split_whitespace()
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    ["class", "id"]
        .iter()
        .any(|name| node.attribute(name).is_some_and(is_word))
}

/// Words of a page's imprint.
const IMPRINT: &[&str] = &[
    "版权所有",
    "备案",
    "ICP",
    "主办：",
    "主办单位",
    "承办单位",
    "技术支持",
    "标识码",
    "浏览器",
    "分辨率",
    "未经授权",
];

/// Does a value hold for the node or for one around it?
fn inherited(nodes: &[Node<'_>], holds: impl Fn(&Node<'_>) -> bool) -> Vec<bool> {
    let mut all = vec![false; nodes.len()];
    for at in 1..nodes.len() {
        all[at] = all[nodes[at].parent] || holds(&nodes[at]);
    }
    all
}

/// Does a text read like a sentence, and not like a label or an entry of a menu?
fn is_sentence(text: &str) -> bool {
    if IMPRINT.iter().any(|word| text.contains(word)) {
        return false;
    }
    text.contains(['，', '。', '；', '！', '？', '、'])
        || text.trim().chars().take(20).count() >= 20
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(markup: &str) -> Draft {
        read(markup).remove(0)
    }

    fn title(draft: &Draft) -> &str {
        draft.title.as_ref().map_or("", |title| &title.value)
    }

    const BODY: &str = "<p>　　6月1日，全市机关党建工作推进会召开，总结去年的工作，部署今年的任务。</p><p>会议强调，要压实责任，抓好落实。</p>";
    const WANT: &str = "6月1日，全市机关党建工作推进会召开，总结去年的工作，部署今年的任务。\n会议强调，要压实责任，抓好落实。";

    #[test]
    fn a_government_page() {
        let markup = format!(
            "<!DOCTYPE html><html><head><title>全市机关党建工作推进会召开_某某市人民政府</title>
            <META NAME=\"SiteName\" CONTENT=\"某某市人民政府\"><meta name=\"articletitle\" content=\"\">
            <meta name=\"PubDate\" content=\"2018——06——01 21:37\"><meta name=\"ContentSource\" content=\"某某日报\">
            <meta name='Keywords' content='党建；机关 推进会'><style>p{{}}</style></head><body>
            <div class=\"nav\"><ul><li><a href=/>首页</a></li><li><a>政务公开，信息，服务。</a></li></ul></div>
            <h1>某某市人民政府</h1><h1>全市机关党建工作推进会召开</h1>
            <div class=info>发布时间：2018-06-01 21:37 &nbsp; 来源：某某日报 【字体：大 中 小】</div>
            <div class=\"view TRS_UEDITOR\">{BODY}</div>
            <p>责任编辑：李方</p><div id=related>相关新闻，另外一篇。</div>
            <footer>主办：某某市人民政府，承办：某某。</footer></body></html>"
        );
        let draft = page(&markup);
        assert_eq!(title(&draft), "全市机关党建工作推进会召开");
        assert_eq!(
            draft.body,
            format!(
                "发布时间：2018-06-01 21:37 \u{a0} 来源：某某日报 【字体：大 中 小】\n{WANT}\n责任编辑：李方"
            )
        );
        assert_eq!(draft.date.unwrap().value, "2018——06——01 21:37");
        assert_eq!(draft.source.unwrap().value, "某某日报");
        assert_eq!(
            draft.extra["Keywords"],
            serde_json::json!(["党建", "机关", "推进会"])
        );
        assert_eq!(draft.extra["SiteName"], "某某市人民政府");
    }

    #[test]
    fn a_page_that_names_nothing() {
        let markup = format!(
            "<title>推进会 - 某某网</title><table><tr><td width=200><a>首页</a><br><a>新闻，时政。</a><td><div>{}</div><tr><td colspan=2>版权所有</table>",
            BODY.replace("<p>", "<div>").replace("</p>", "</div>")
        );
        let draft = page(&markup);
        assert_eq!(draft.body, WANT);
        assert_eq!(title(&draft), "推进会 - 某某网");
        assert_eq!(page("一段话，没有标签。").body, "一段话，没有标签。");
        assert_eq!(page("").body, "");
        assert_eq!(page("<body><p>短</p></body>").body, "短");
    }

    #[test]
    fn menus_and_imprints_around_an_article() {
        let links = |names: [&str; 3]| {
            names
                .map(|name| format!("<li><a href=x>{name}</a></li>"))
                .concat()
        };
        let markup = format!(
            "<body><form id=aspnetForm><div><ul>{}</ul></div><div><div><h2>推进会召开</h2><div>{BODY}<ul><li><a href=1.doc>附件1：名单</a><li><a>附件2：日程</a><li><a>附件3：须知</a></ul></div></div>
            <div><ul>{}</ul></div></div><div>主办单位：某某市人民政府，承办单位：某某局，版权所有，未经授权，不得转载，建议使用某某浏览器，分辨率任意，谢谢您的光临，再见。</div></form></body>",
            links(["首页，要闻，信息", "公开", "服务"]),
            links(["全市召开防汛工作会议，部署工作", "春耕备耕全面展开，进度良好", "专题"]),
        );
        assert_eq!(
            page(&markup).body,
            format!("{WANT}\n附件1：名单\n附件2：日程\n附件3：须知")
        );
        let markup = format!("<body class=footer>{BODY}</body>");
        assert_eq!(page(&markup).body, WANT);
    }

    #[test]
    fn nesting_bombs_are_linear() {
        let start = std::time::Instant::now();
        for open in ["<div>", "<b>", "<table><tr><td>", "<p class=nav>"] {
            read(&format!("{}{BODY}", open.repeat(100_000)));
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn any_page_is_taken(markup in "(</?(div|p|title|h1|meta|table|td|a)( (class|id|name|content)=('nav'|zoom|\"PubDate\"))?>|，|党建。|[a-c&;<]){0,40}") {
            let _ = read(&markup);
        }
    }
}
