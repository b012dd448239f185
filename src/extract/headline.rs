//! The headline of a page: its first-level heading, its title, and which of them.

use crate::extract::html::has_word;
use crate::extract::tags;
use crate::extract::tree::{Node, What};

/// The most nodes of a heading that are read.
const LONGEST: usize = 60;

/// Class and id words of elements that hold the headline, where it is no heading.
const TITLES: &[&str] = &[
    "article-title",
    "article_title",
    "articletitle",
    "arti_title",
    "arti-title",
    "news_title",
    "news-title",
    "newstitle",
    "content_title",
    "content-title",
    "detail-title",
    "detail_title",
    "info_title",
    "activity-name",
    "headline",
    "biaoti",
    "bt",
    "tit",
    "title",
];

/// The headline: a heading that the page's title repeats, else the page's
/// title without the name of its site, unless nothing but that is in it: then a
/// heading before the article, which begins at `holder`.
pub(crate) fn of(nodes: &[Node<'_>], holder: usize) -> Option<String> {
    let text_of = |at: usize| {
        let inside = nodes[at..nodes[at].end].iter().take(LONGEST);
        let text = inside.filter_map(|node| match node.what {
            What::Text(text) => Some(tags::entities(text)),
            What::Data(_) | What::Element(..) => None,
        });
        text.collect::<String>()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let page = nodes
        .iter()
        .position(|node| node.is("title"))
        .map(text_of)
        .filter(|title| !title.is_empty());
    let own = page.as_deref().map(without_site);
    let said = |heading: &String| (4..=80).contains(&heading.chars().count());
    let heads = |names: &'static [&'static str]| {
        (1..nodes.len())
            .filter(move |at| names.iter().any(|name| nodes[*at].is(name)))
            .map(text_of)
            .filter(said)
    };
    let classed = || {
        let elements = (1..nodes.len()).filter(|at| {
            !nodes[*at].is("title") && TITLES.iter().any(|word| has_word(&nodes[*at], word))
        });
        elements.filter(|at| nodes[*at].end - at <= LONGEST)
    };
    let repeated = heads(&["h1", "h2", "h3"])
        .chain(classed().map(text_of).filter(said))
        .find(|heading| own.is_some_and(|own| alike(own, heading)));
    let site = |own: &str| {
        SITES.iter().any(|end| own.ends_with(end))
            || NO_TITLES.iter().any(|word| own.contains(word))
    };
    // So short a title is the name of a column more often than a headline.
    let poor = |own: &str| own.chars().count() < 6 || site(own);
    let lone = || {
        let before = (1..nodes.len()).filter(|at| *at <= holder || nodes[*at].parent >= holder);
        let first = before
            .filter(|at| nodes[*at].is("h1"))
            .map(text_of)
            .find(|heading| said(heading) && !site(heading));
        let named = || {
            let mut before = classed().filter(|at| *at < holder).map(text_of);
            before.rfind(|heading| said(heading) && !site(heading))
        };
        first.or_else(named).or_else(|| {
            let mut below = heads(&["h2", "h3"]);
            below.find(|heading| !site(heading))
        })
    };
    let lone = || lone().filter(|_| own.is_none_or(poor));
    repeated
        .or_else(lone)
        .or_else(|| own.map(str::to_owned))
        .filter(|title| !title.is_empty())
}

/// A page's title without the name of the site: what follows the last `_` or
/// `|`, or a `-` before a name that ends as names of sites do.
fn without_site(title: &str) -> &str {
    if let Some((own, _)) = title
        .split_once(['_', '|'])
        .filter(|(own, _)| own.trim().chars().count() >= 4)
    {
        return without_site(own.trim());
    }
    match title.rsplit_once(['-', '—', '–']) {
        Some((own, site))
            if own.trim().chars().count() >= 4
                && SITES.iter().any(|end| site.trim().ends_with(end)) =>
        {
            without_site(own.trim().trim_end_matches(['-', '—', '–']))
        }
        _ => title,
    }
}

/// What names of sites and of their columns end in.
const SITES: &[&str] = &[
    "网",
    "网站",
    "政府",
    "委员会",
    "厅",
    "局",
    "部",
    "门户",
    "日报",
    "频道",
    "平台",
    "新闻",
    "要闻",
    "动态",
    "在线",
    "公开",
    ".com",
    ".cn",
];

/// What editors leave as the title of a page.
const NO_TITLES: &[&str] = &[
    "无标题",
    "窗口",
    "新建网页",
    "内容页",
    "详细页",
    "详情页",
    "文章页",
    "Untitled",
];

/// Do the page's title and a heading stand for the same headline? The title may
/// name site and column before it.
fn alike(title: &str, heading: &str) -> bool {
    if heading.chars().count() >= 6 && title.ends_with(heading) {
        return true;
    }
    let plain = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .take(12)
            .collect::<String>()
    };
    let (title, heading) = (plain(title), plain(heading));
    !title.is_empty() && (title.starts_with(&heading) || heading.starts_with(&title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tree::parse;

    #[test]
    fn titles() {
        for (markup, want) in [
            ("<title>市委召开会议_要闻_某某网</title>", "市委召开会议"),
            ("<title>市委召开会议 | 某某网</title>", "市委召开会议"),
            (
                "<title>市委召开会议--时政--某某网</title>",
                "市委召开会议--时政",
            ),
            ("<title>某某网</title><h1>市委召开会议</h1>", "市委召开会议"),
            (
                "<title>某某网</title><h1>某某网</h1><div class=tit>市委召开会议</div>",
                "市委召开会议",
            ),
            ("<h1>市委<br>召开会议</h1>", "市委召开会议"),
            (
                "<title>市委召开会议-某某日报</title><h2>市委召开会议：部署工作</h2>",
                "市委召开会议：部署工作",
            ),
            (
                "<title>学习“一带一路”-抓落实</title>",
                "学习“一带一路”-抓落实",
            ),
        ] {
            assert_eq!(
                of(&parse(markup), usize::MAX).unwrap_or_default(),
                want,
                "{markup}"
            );
        }
    }
}
