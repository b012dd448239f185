//! Which element of a page holds the article.

use std::ops::Range;

use crate::extract::html::Page;
use crate::extract::tree::{Node, What};

/// Class and id words of the element that holds the article, the surest first.
/// The first ones are of the content systems most Chinese government sites run on.
const HOLDERS: &[&str] = &[
    "trs_editor",
    "trs_ueditor",
    "trs_preappend",
    "ucapcontent",
    "js_content",
    "zoom",
    "fontzoom",
    "vsb_content",
    "v_news_content",
    "pages_content",
    "ueditor",
    "article_content",
    "article-content",
    "articlecontent",
    "article-con",
    "article_con",
    "articlecon",
    "rm_txt_con",
    "news_content",
    "news-content",
    "newscontent",
    "news_con",
    "info_content",
    "content_text",
    "content-text",
    "contenttext",
    "con_text",
    "text_con",
    "text-con",
    "txt_con",
    "main-text",
    "detail-content",
    "detail_content",
    "detailcontent",
    "trs_editor_view",
    "bt_content",
    "arc_cont",
    "article_detail",
    "article-detail",
    "article_txt",
    "articletext",
    "show_content",
    "xxgk_content",
    "bodytext",
    "printarea",
    "maincontent",
    "view",
    "zwnr",
    "zhengwen",
    "neirong",
    "wzcon",
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
const AROUND_TAGS: &[&str] = &["nav", "footer", "aside", "button", "head", "noframes"];

/// The share of a page's sentences an element must hold: of those whose name
/// says that they hold the article, and of any other.
const SHARE_NAMED: usize = 30;
const SHARE_ANY: usize = 70;

impl Page<'_> {
    /// The element that holds the article.
    pub(crate) fn holder(&self) -> usize {
        let all = self.held[0].sentences;
        if all == 0 {
            let body = || self.nodes.iter().position(|node| node.is("body"));
            return self.named_without_sentences().or_else(body).unwrap_or(0);
        }
        let named = HOLDERS.iter().find_map(|word| {
            let elements: Vec<usize> = self.named(word).collect();
            let largest = elements.iter().max_by_key(|at| self.held[**at].sentences)?;
            let most = self.held[*largest].sentences;
            let rest = self.beside(*largest).into_iter();
            let rest: usize = rest.map(|at| self.held[at].sentences).sum();
            if most == 0 || (most + rest) * 100 < all * SHARE_NAMED {
                return None;
            }
            // The innermost of those that hold nearly as much.
            let inner = elements
                .iter()
                .rev()
                .find(|at| self.held[**at].sentences * 10 >= most * 9)?;
            Some(self.with_others(*inner, &elements))
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

    fn named(&self, word: &'static str) -> impl Iterator<Item = usize> {
        (1..self.nodes.len()).filter(move |at| {
            !self.around[*at] && (has_word(&self.nodes[*at], word) || self.nodes[*at].is(word))
        })
    }

    /// An article of a few words (a picture and its caption) in an element whose
    /// name is sure.
    fn named_without_sentences(&self) -> Option<usize> {
        HOLDERS.iter().find_map(|word| {
            self.named(word)
                .find(|at| self.held[*at].text > self.held[*at].links)
        })
    }

    /// The element around the holder and others of its name that go on with the
    /// text: an editor may have put each part of it into one of its own.
    fn with_others(&self, holder: usize, elements: &[usize]) -> usize {
        let end = self.nodes[holder].end;
        let apart = |at: &&usize| {
            (**at >= end || self.nodes[**at].end <= holder)
                && self.held[**at].sentences * 10 >= self.held[holder].sentences
        };
        let (mut first, mut last) = (holder, end);
        for at in elements.iter().filter(apart) {
            first = first.min(*at);
            last = last.max(self.nodes[*at].end);
        }
        let mut around = holder;
        while around > 0 && (around > first || self.nodes[around].end < last) {
            around = self.nodes[around].parent;
        }
        around
    }

    /// The nodes of the holder, and of all beside it, or beside what is around it, in which the
    /// text goes on: a `</div>` too many, as pasted text brings along, ends the holder
    /// before its article, and an editor may have been used for a part of it alone.
    pub(crate) fn with_the_rest(&self, holder: usize) -> Range<usize> {
        let whole = holder..self.nodes[holder].end;
        self.beside(holder).into_iter().fold(whole, |whole, at| {
            whole.start.min(at)..whole.end.max(self.nodes[at].end)
        })
    }

    /// The nodes beside the holder, and beside what is around it, in which its text goes on: on
    /// either side up to the first that states something else.
    fn beside(&self, holder: usize) -> Vec<usize> {
        let mut pieces = Vec::new();
        let (mut above, mut below) = (true, true);
        let mut inner = holder;
        // So many levels a `</div>` too many may close, and two; farther out are notes of the page.
        for level in 0..LEVELS {
            if inner == 0 || !(above || below) {
                break;
            }
            // Above, only what stands right beside the holder: a page has its head there.
            above &= level == 0;
            let around = self.nodes[inner].parent;
            let mut at = self.nodes[inner].end;
            while below && at < self.nodes[around].end {
                match self.goes_on(at) {
                    true => pieces.push(at),
                    false => below = !self.states(at),
                }
                at = self.nodes[at].end;
            }
            let mut before = Vec::new();
            let mut at = around + 1;
            while above && at < inner {
                before.push(at);
                at = self.nodes[at].end;
            }
            while above && let Some(at) = before.pop() {
                // A headline may be a statement too, but it has no full stop.
                match self.goes_on(at) && self.stops(at) {
                    true => pieces.push(at),
                    false => above = !self.states(at),
                }
            }
            inner = around;
        }
        pieces
    }

    /// Whether a node says something that is no menu, no box and nothing around an article.
    fn states(&self, at: usize) -> bool {
        let own = self.held[at];
        own.statement && own.links * 2 < own.text && !self.around[at] && !self.boxed[at]
    }

    /// Whether a sentence ends in a node.
    fn stops(&self, at: usize) -> bool {
        self.nodes[at..self.nodes[at].end]
            .iter()
            .any(|node| matches!(node.what, What::Text(text) if text.contains('。')))
    }

    /// Whether a node beside the holder is of the same article: a paragraph, or an element that
    /// is named like one, that states something.
    fn goes_on(&self, at: usize) -> bool {
        let node = &self.nodes[at];
        self.states(at)
            && match node.what {
                What::Element(..) => is_paragraph(node) || is_named(node),
                What::Text(_) | What::Data(_) => true,
            }
    }
}

/// Levels around a holder on which its text may go on.
const LEVELS: usize = 3;

/// Class and id words of a summary above an article.
const SUMMARIES: &[&str] = &[
    "abstract", "summary", "zhaiyao", "zy", "daodu", "daoyu", "lead", "intro", "brief",
];

/// Is an element named like a holder, perhaps with a number, or like a summary?
fn is_named(node: &Node<'_>) -> bool {
    let is_holder = |word: &str| {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_'));
        let mut known = HOLDERS.iter().chain(SUMMARIES);
        known.any(|known| known.eq_ignore_ascii_case(word) || known.eq_ignore_ascii_case(bare))
    };
    let words = ["class", "id"].into_iter();
    words
        .filter_map(|name| node.attribute(name))
        .flat_map(str::split_whitespace)
        .any(is_holder)
}

/// Is this element one of those that surround articles?
pub(crate) fn surrounds(node: &Node<'_>) -> bool {
    AROUND_TAGS.iter().any(|tag| node.is(tag)) || AROUND.iter().any(|word| has_word(node, word))
}

/// Inline elements and paragraphs are parts of an article, never its holder.
fn is_part(node: &Node<'_>) -> bool {
    let others = ["h1", "h2", "h3", "li", "tr", "tbody"];
    is_paragraph(node) || others.iter().any(|tag| node.is(tag))
}

/// Those of them that stand beside a holder as parts of its text.
fn is_paragraph(node: &Node<'_>) -> bool {
    ["p", "span", "font", "b", "strong", "em", "i", "u"]
        .iter()
        .any(|tag| node.is(tag))
}

/// Is `word` the id or one of the classes of an element?
pub(crate) fn has_word(node: &Node<'_>, word: &str) -> bool {
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

/// Does a text read like a sentence, and not like a label or an entry of a menu?
pub(crate) fn is_sentence(text: &str) -> bool {
    if is_imprint(text) {
        return false;
    }
    text.contains(['，', '。', '；', '！', '？', '、'])
        || text.trim().chars().take(20).count() >= 20
}

/// Is it of a page's imprint?
pub(crate) fn is_imprint(text: &str) -> bool {
    IMPRINT.iter().any(|word| text.contains(word))
}

/// Words of lines that greet who visits a site, or tell where its office is.
const OF_THE_SITE: &[&str] = &[
    "地址：",
    "地址:",
    "邮编",
    "邮政编码",
    "电话：",
    "电话:",
    "传真",
    "公网安备",
    "本网站",
    "本站",
    "保留所有权",
    "Copyright",
    "©",
    "欢迎您",
    "欢迎访问",
    "欢迎光临",
    "今天是",
    "请输入",
];

/// Does a text tell of the site and not of anything on the page?
pub(crate) fn is_of_site(text: &str) -> bool {
    is_imprint(text) || OF_THE_SITE.iter().any(|word| text.contains(word))
}

/// The fewest hanzi of a sentence that ends, and of one with clauses.
const FEWEST: usize = 8;
const FEWEST_IN_CLAUSES: usize = 14;

/// Is a text a sentence beyond doubt? An entry of a menu may hold a mark.
pub(crate) fn is_statement(text: &str) -> bool {
    let ends = text.contains(['。', '！', '？', '；']);
    if !ends && !text.contains('，') || is_of_site(text) {
        return false;
    }
    let fewest = if ends { FEWEST } else { FEWEST_IN_CLAUSES };
    hanzi(text) >= fewest
}

/// Hanzi of a text, by number.
pub(crate) fn hanzi(text: &str) -> usize {
    let han = |c: &char| ('\u{3400}'..'\u{A000}').contains(c);
    text.chars().filter(han).count()
}
