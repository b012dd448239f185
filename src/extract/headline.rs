//! The headline of a page: its first-level heading, its title, and which of them.

use crate::extract::tags;
use crate::extract::tree::{Node, What};

/// The most nodes of a heading that are read.
const LONGEST: usize = 60;

/// The headline: a heading that the page's title repeats, else the page's
/// title without the name of its site.
pub(crate) fn of(nodes: &[Node<'_>]) -> Option<String> {
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
    let mut headings = (1..nodes.len())
        .filter(|at| nodes[*at].is("h1") || nodes[*at].is("h2"))
        .map(text_of);
    let heading = headings
        .find(|heading| heading.chars().count() >= 4 && own.is_none_or(|own| alike(own, heading)));
    heading
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

/// Do the page's title and a heading stand for the same headline?
fn alike(title: &str, heading: &str) -> bool {
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
            ("<title>某某网</title><h1>市委召开会议</h1>", "某某网"),
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
            assert_eq!(of(&parse(markup)).unwrap_or_default(), want, "{markup}");
        }
    }
}
