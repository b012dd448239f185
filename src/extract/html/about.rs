//! What a page says of its article outside of the article: the line of date
//! and source, the box of an official document, the path to its column, what
//! follows it.

use crate::article::{begins_with_label, is_box, is_info, is_label, may_be_label, parse_date};
use crate::extract::html::Page;
use crate::extract::html::holder::has_word;
use crate::extract::tree::{self, Node, What};

/// What was told before the article.
#[derive(Default)]
pub(crate) struct Before {
    /// Lines that go to the head of the text, where their fields are read.
    pub(crate) lines: String,
    /// The column, and the line that says so.
    pub(crate) column: Option<(String, String)>,
    /// A day that stands alone, and what stands there.
    pub(crate) date: Option<(String, String)>,
    /// A source that stands in an element of its own.
    pub(crate) source: Option<String>,
}

impl Page<'_> {
    /// What stands before the article and tells of it. Where the tags tell date and
    /// source (`by_tags`), a line that says the same is no text.
    pub(crate) fn before(&self, holder: usize, by_tags: bool) -> Before {
        let mut told = Before {
            column: self.column(holder),
            ..Before::default()
        };
        let (mut day, mut inside) = (None, false);
        for line in self.text(0..holder, None).lines() {
            let boxed = is_box(line, inside);
            let info = is_info(line);
            // A row whose labels nobody knows does not end the box.
            inside = boxed || inside && info.is_none() && begins_with_label(line);
            if !boxed && by_tags && info == Some(false) {
                continue;
            }
            if boxed || info.is_some() {
                told.lines.push_str(line);
                told.lines.push('\n');
            } else if parse_date(line).is_some() {
                day = Some((line.to_owned(), line.to_owned()));
            }
        }
        // What a page saved from WeChat says in elements of its own.
        told.source = self.by_id("js_name");
        told.date = self
            .by_id("publish_time")
            .map(|text| (text.clone(), text))
            .or(day);
        told
    }

    fn by_id(&self, id: &str) -> Option<String> {
        let at = (1..self.nodes.len()).find(|at| has_word(&self.nodes[*at], id))?;
        let text = short_text(&self.nodes, at);
        (!text.is_empty()).then_some(text)
    }

    /// The last step of `当前位置：首页 > 新闻中心 > 部门动态 > 正文`.
    fn column(&self, holder: usize) -> Option<(String, String)> {
        let named = |at: &usize| {
            let What::Text(text) = self.nodes[*at].what else {
                return false;
            };
            text.contains("位置") && text.trim().chars().count() <= 20
        };
        let at = (1..holder.max(1)).find(named)?;
        // The steps stand beside the label or around it.
        let mut around = self.nodes[at].parent;
        for _ in 0..3 {
            let line = short_text(&self.nodes, around);
            let steps: Vec<&str> = line
                .split(['>', '»', '›', '→', '＞', '/', '\\', '：', ':'])
                .map(|step| step.trim_matches(|c: char| c.is_whitespace() || c == '-'))
                .filter(|step| !step.is_empty())
                .collect();
            if steps.len() >= 3 {
                let column = steps.iter().skip(1).rev().find(|step| {
                    (2..=14).contains(&step.chars().count()) && !NO_COLUMN.contains(step)
                })?;
                return Some(((*column).to_owned(), line.clone()));
            }
            around = self.nodes[around].parent;
        }
        None
    }

    /// What stands after the article and belongs to it: who answers for it, and
    /// its attachments.
    pub(crate) fn after(&self, from: usize) -> String {
        let after = self.text(from..self.nodes.len(), None);
        let mut out = String::new();
        let mut attached = false;
        for line in after.lines().take(LINES_AFTER) {
            let bare = line.trim_start_matches(['(', '（', '[', '【']);
            let credit = line.chars().count() <= 60
                && CREDITS.iter().any(|label| {
                    bare.starts_with(label)
                        && bare[label.len()..].trim_start().starts_with(['：', ':'])
                });
            attached = line.starts_with("附件") || attached && names_file(line);
            if credit || attached {
                out.push_str(line);
                out.push('\n');
            }
        }
        out
    }
}

/// Steps of a path that are no columns.
const NO_COLUMN: &[&str] = &[
    "正文",
    "首页",
    "内容",
    "详情",
    "详细内容",
    "文章内容",
    "信息内容",
    "网站首页",
    "当前位置",
    "浏览文章",
    "文章正文",
    "内容详情",
];

/// Lines after the article that are looked at.
const LINES_AFTER: usize = 20;

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
    "初审",
    "复审",
    "终审",
    "一审",
    "二审",
    "三审",
    "校对",
];

/// Nodes of an element that are looked at for its text.
const NEAR: usize = 40;

/// The text of a small element, runs of blanks as one.
fn short_text(nodes: &[Node<'_>], at: usize) -> String {
    match nodes[at].end - at <= NEAR {
        true => line_of(nodes, at),
        false => String::new(),
    }
}

/// The text of an element, runs of blanks as one.
pub(crate) fn line_of(nodes: &[Node<'_>], at: usize) -> String {
    let text = tree::text(nodes, at);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The label of a header box that is all of a small element, without its colon.
pub(crate) fn label(nodes: &[Node<'_>], at: usize) -> Option<String> {
    let text = bare(nodes, at)?;
    is_label(&text).then_some(text)
}

/// A label that is not known: all of a small cell, and its colon.
pub(crate) fn unknown_label(nodes: &[Node<'_>], at: usize) -> Option<String> {
    let text = likely_label(nodes, at)?;
    let colon = tree::text(nodes, at).trim_end().ends_with(['：', ':']);
    colon.then_some(text)
}

/// What could be a label that is not known, with a colon or without.
pub(crate) fn likely_label(nodes: &[Node<'_>], at: usize) -> Option<String> {
    bare(nodes, at).filter(|text| may_be_label(text))
}

/// The text of a small element without blanks, colons and brackets.
fn bare(nodes: &[Node<'_>], at: usize) -> Option<String> {
    let small = matches!(nodes[at].what, What::Element(..)) && nodes[at].end - at <= 8;
    small.then(|| {
        tree::text(nodes, at)
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '：' | ':' | '[' | ']' | '【' | '】'))
            .take(12)
            .collect()
    })
}

/// Does a text name a field that only header boxes have?
pub(crate) fn names_box(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    [
        "索引号",
        "发文字号",
        "主题分类",
        "发文机关",
        "成文日期",
        "文件编号",
    ]
    .iter()
    .any(|label| bare.contains(label))
}

/// Does a text hold the label of a line about the article?
pub(crate) fn names_info(text: &str) -> bool {
    ["来源", "发布时间", "发布日期", "索引号", "发文字号"]
        .iter()
        .any(|label| text.contains(label))
}

/// Endings of files that are attached to articles.
const FILES: &[&str] = &[
    ".doc", ".docx", ".xls", ".xlsx", ".pdf", ".wps", ".et", ".zip", ".rar", ".ofd", ".ppt",
    ".pptx", ".ceb",
];

/// Does an address lead to a file?
pub(crate) fn is_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let end = path.rsplit('/').next().unwrap_or_default();
    FILES.iter().any(|ending| {
        end.len() > ending.len()
            && end
                .get(end.len() - ending.len()..)
                .is_some_and(|tail| tail.eq_ignore_ascii_case(ending))
    })
}

fn names_file(line: &str) -> bool {
    FILES
        .iter()
        .any(|ending| line.to_ascii_lowercase().contains(ending))
        || line.starts_with(|c: char| c.is_ascii_digit())
}
