//! Markdown: front matter, a heading as title, and files that hold many stories.

use crate::article::{Draft, Evidence, Found, Skip, find_date};
use crate::extract::{MOST_STORIES, front, headline_alone, paragraphs, tags, too_many};

/// The drafts of a file: one for each story where it holds several (a
/// broadcast, a daily digest), one otherwise.
pub(crate) fn read(text: &str) -> Result<Vec<Draft>, Skip> {
    let (base, text) = front::read(text);
    let text = without_comments(&text);
    let sections = sections(&text);
    match story_level(&sections) {
        Some(_) if sections.len() > MOST_STORIES => Err(too_many()),
        Some(level) => Ok(stories(&sections, level, &base)),
        None => Ok(vec![single(&sections, base)]),
    }
}

/// A heading and the lines below it, up to the next heading of any level.
struct Section<'a> {
    /// 1 to 6; 0 for what stands before the first heading.
    level: usize,
    heading: &'a str,
    lines: Vec<&'a str>,
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut all = vec![Section {
        level: 0,
        heading: "",
        lines: Vec::new(),
    }];
    let mut fenced = false;
    // Lines of the paragraph that the line before belongs to.
    let mut run = 0;
    for line in text.lines() {
        let trimmed = line.trim();
        fenced ^= trimmed.starts_with("```");
        if run == 1
            && !fenced
            && let Some(level) = underline(trimmed)
            && let Some(last) = all.last_mut()
            && let Some(heading) = last.lines.pop_if(|line| may_be_heading(line, level))
        {
            run = 0;
            all.push(Section {
                level,
                heading,
                lines: Vec::new(),
            });
            continue;
        }
        run = if trimmed.is_empty() || trimmed.starts_with(['#', '`']) {
            0
        } else {
            run + 1
        };
        match heading(trimmed).filter(|_| !fenced) {
            Some((level, heading)) => all.push(Section {
                level,
                heading,
                lines: Vec::new(),
            }),
            None => {
                if let Some(last) = all
                    .last_mut()
                    .filter(|_| !trimmed.is_empty() && !trimmed.starts_with("```"))
                {
                    last.lines.push(trimmed);
                }
            }
        }
    }
    all
}

/// `## Title ##` → (2, "Title").
fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let text = &line[level..];
    let text = text
        .strip_prefix([' ', '\t', '\u{3000}'])?
        .trim()
        .trim_end_matches('#')
        .trim_end();
    ((1..=6).contains(&level) && !text.is_empty()).then_some((level, text))
}

/// The level of the heading that a line under it makes: `===` the first, `---` the second.
fn underline(line: &str) -> Option<usize> {
    let is_of = |mark| line.len() >= 3 && line.bytes().all(|byte| byte == mark);
    [(b'=', 1), (b'-', 2)]
        .into_iter()
        .find_map(|(mark, level)| is_of(mark).then_some(level))
}

/// May a paragraph of one line be a heading if it is underlined? `---` is a rule as well,
/// and many write it right below a sentence, a list or a link.
fn may_be_heading(line: &str, level: usize) -> bool {
    let is_sentence = line.ends_with(['。', '！', '？', '；', '：', '”', '）', ')']);
    let begins_otherwise = line.starts_with(['>', '-', '*', '+', '|', '!', '[']);
    // A line of day and source above a rule is no heading of what comes below.
    let is_dated = find_date(line).is_some();
    !is_rule(line)
        && (level == 1
            || !is_sentence && !begins_otherwise && !is_dated && line.chars().count() <= LONGEST)
}

/// The most characters of a heading with `---` below.
const LONGEST: usize = 60;

/// The level whose sections are stories of their own: the outermost one on
/// which two sections or more, and at least half of all, end in a link to their
/// page; or several titles of the first level, each with text.
fn story_level(sections: &[Section<'_>]) -> Option<usize> {
    let linked = (1..=6).find(|level| {
        let of_level = || sections.iter().filter(|s| s.level == *level);
        let linked = of_level()
            .filter(|s| s.lines.iter().any(|line| lone_link(line).is_some()))
            .count();
        linked >= 2 && linked * 2 >= of_level().count()
    });
    linked.or_else(|| {
        let titles = sections
            .iter()
            .filter(|s| s.level == 1 && !s.lines.is_empty())
            .count();
        (titles >= 2).then_some(1)
    })
}

/// Each section of the story level with what is below it; what stands outside
/// of them (a table of contents, a time stamp) is a draft of its own.
fn stories(sections: &[Section<'_>], level: usize, base: &Draft) -> Vec<Draft> {
    let title = sections
        .iter()
        .find(|s| s.level > 0 && s.level < level)
        .map(|s| s.heading);
    let day = title.filter(|title| find_date(title).is_some());
    let date = base.date.clone().or_else(|| {
        day.map(|title| Found {
            value: title.to_owned(),
            from: Evidence::Heading,
        })
    });
    let mut frame = Draft {
        date: date.clone(),
        ..base.clone()
    };
    let mut frame_lines: Vec<&str> = Vec::new();
    let mut all: Vec<(Draft, Vec<&str>)> = Vec::new();
    for section in sections {
        if section.level == level {
            let title = Some(Found {
                value: plain(section.heading),
                from: Evidence::Heading,
            });
            let story = Draft {
                title,
                date: date.clone(),
                source: base.source.clone(),
                extra: base.extra.clone(),
                ..Draft::default()
            };
            all.push((story, Vec::new()));
        } else if section.level < level && !all.is_empty() {
            // A new part of the frame between stories: no story goes on after it.
            all.push((Draft::default(), Vec::new()));
        }
        // The frame's lines: before the first story, and after a rule that ends one.
        let inside = section.level >= level;
        let rule = section
            .lines
            .iter()
            .position(|line| is_rule(line))
            .filter(|_| inside);
        let (own, after) = section.lines.split_at(rule.unwrap_or(section.lines.len()));
        match all.last_mut().filter(|_| inside) {
            Some((_, lines)) => {
                lines.extend((section.level > level).then_some(section.heading));
                lines.extend(own);
            }
            None => {
                if title != Some(section.heading) && section.level > 0 {
                    frame_lines.push(section.heading);
                }
                frame_lines.extend(own);
            }
        }
        frame_lines.extend(after);
    }
    frame.title = frame.title.or_else(|| {
        title.map(|title| Found {
            value: plain(title),
            from: Evidence::Heading,
        })
    });
    let mut drafts: Vec<Draft> = all
        .into_iter()
        .map(|(draft, lines)| headline_alone(with_lines(draft, &lines)))
        .collect();
    // A headline without a text is named; what is between stories is none.
    drafts.retain(|draft| !draft.body.is_empty() || draft.title.is_some());
    let frame = with_lines(frame, &frame_lines);
    drafts.extend(Some(frame).filter(|frame| !frame.body.is_empty()));
    drafts
        .iter_mut()
        .zip(1..)
        .for_each(|(draft, story)| draft.story = Some(story));
    drafts
}

/// A file that is one article: the first heading of the highest level is its
/// title, the other headings are lines of it.
fn single(sections: &[Section<'_>], mut draft: Draft) -> Draft {
    let top = sections
        .iter()
        .filter(|s| s.level > 0)
        .map(|s| s.level)
        .min();
    let first = sections
        .iter()
        .position(|s| Some(s.level) == top && s.level <= 2);
    // A heading far down is a heading of a part, not of the whole.
    let first =
        first.filter(|at| sections[..*at].iter().map(|s| s.lines.len()).sum::<usize>() <= 3);
    let mut lines = Vec::new();
    for (at, section) in sections.iter().enumerate() {
        if Some(at) == first && draft.title.is_none() {
            draft.title = Some(Found {
                value: plain(section.heading),
                from: Evidence::Heading,
            });
        } else if section.level > 0 {
            lines.push(section.heading);
        }
        lines.extend(&section.lines);
    }
    with_lines(draft, &lines)
}

/// Lines without their marks; a line that is nothing but a link is the address.
fn with_lines(mut draft: Draft, lines: &[&str]) -> Draft {
    let mut body = String::new();
    for line in lines {
        if is_rule(line) {
            continue;
        }
        if let Some(url) = lone_link(line).filter(|_| draft.url.is_none()) {
            draft.url = Some(url.to_owned());
            continue;
        }
        body.push_str(&plain(line));
        body.push('\n');
    }
    draft.body = if tags::looks_like_markup(&body) {
        tags::strip(&body.replace('\n', "<br>"))
    } else {
        paragraphs(&tags::entities(&body))
    };
    draft
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && (line.bytes().all(|b| b == b'-')
            || line.bytes().all(|b| b == b'*')
            || line.bytes().all(|b| b == b'_'))
}

/// The address of a line that is one link and nothing else: `[查看原文](https://…)`.
fn lone_link(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('[')?.strip_suffix(')')?;
    let (text, url) = inner.split_once("](")?;
    (!text.contains(['[', ']']) && url.starts_with("http") && !url.contains([' ', '(', '[']))
        .then_some(url)
}

/// A line without emphasis, list marks, quotes, link targets.
fn plain(line: &str) -> String {
    let mut rest = line.trim_start_matches(['>', ' ', '\t']);
    rest = ["- ", "* ", "+ "]
        .iter()
        .find_map(|mark| rest.strip_prefix(mark))
        .unwrap_or(rest);
    let mut out = String::with_capacity(rest.len());
    // An opening bracket whose link was not found: no later one need look further than it did.
    while let Some(at) = rest.find(['*', '[', '!', '\\', '`', '_']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((text, after)) = link(rest) {
            out.push_str(text);
            rest = after;
        } else if let Some(after) = ["**", "__", "`"]
            .iter()
            .find_map(|mark| rest.strip_prefix(mark))
        {
            rest = after;
        } else {
            let escaped = rest
                .strip_prefix('\\')
                .filter(|next| next.starts_with(|c: char| c.is_ascii_punctuation()));
            rest = escaped.unwrap_or(rest);
            let length = rest.chars().next().map_or(0, char::len_utf8);
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    out.push_str(rest);
    out
}

/// How many bytes a link's text or address may have: what keeps a line of
/// brackets linear.
const LINK: usize = 1000;

/// `[text](target)` or `![text](target)` at the start: its text and what follows.
fn link(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix("![").or_else(|| line.strip_prefix('['))?;
    let near = |text: &str, mark: u8| {
        text.bytes()
            .take(LINK)
            .position(|b| b == mark || b == b'[')
            .filter(|at| text.as_bytes()[*at] == mark)
    };
    let close = near(inner, b']')?;
    let target = inner[close + 1..].strip_prefix('(')?;
    let end = near(target, b')')?;
    Some((&inner[..close], &target[end + 1..]))
}

/// The text without `<!-- … -->`, which may span lines.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        let Some((_, after)) = after.split_once("-->") else {
            break;
        };
        out.push_str(before);
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Draft> {
        super::read(text).unwrap()
    }

    fn title(draft: &Draft) -> &str {
        draft.title.as_ref().map_or("", |title| &title.value)
    }

    #[test]
    fn one_article() {
        let draft = read("# 河湖巡查办法\n\n2019年5月4日 公布\n\n<!-- 说明\n完 -->\n\n## 第一章 总则\n\n第一条 为了保护河湖，制定本办法。\n").remove(0);
        assert_eq!(title(&draft), "河湖巡查办法");
        assert_eq!(
            draft.body,
            "2019年5月4日 公布\n第一章 总则\n第一条 为了保护河湖，制定本办法。"
        );
        assert_eq!(draft.story, None);
    }

    #[test]
    fn a_broadcast_of_many_stories() {
        let text = "# 《晚间播报》 (20220103)\n\n## 摘要\n\n1.春耕；\n\n2.通车。\n\n## 详细\n\n### 各地春耕备耕\n\n<p><strong>本台消息</strong>：各地抓春耕。</p><p>进度良好。</p>\n\n[查看原文](https://example.cn/1)\n\n### 高铁通车\n\n<p>本台消息：高铁通车。</p>\n\n[查看原文](https://example.cn/2)\n\n---\n\n(更新时间戳: 1)\n";
        let drafts = read(text);
        let got: Vec<_> = drafts
            .iter()
            .map(|d| (title(d), &*d.body, d.url.as_deref(), d.story))
            .collect();
        assert_eq!(
            got,
            [
                (
                    "各地春耕备耕",
                    "本台消息：各地抓春耕。\n进度良好。",
                    Some("https://example.cn/1"),
                    Some(1)
                ),
                (
                    "高铁通车",
                    "本台消息：高铁通车。",
                    Some("https://example.cn/2"),
                    Some(2)
                ),
                (
                    "《晚间播报》 (20220103)",
                    "摘要\n1.春耕；\n2.通车。\n详细\n(更新时间戳: 1)",
                    None,
                    Some(3)
                ),
            ]
        );
        assert!(drafts.iter().all(|d| {
            d.date
                .as_ref()
                .is_some_and(|date| date.value.contains("20220103"))
        }));
    }

    #[test]
    fn several_titles() {
        let drafts = read("# 市委召开会议\n会议强调落实。\n# 市政府召开会议\n会议部署工作。\n");
        assert_eq!(
            drafts.iter().map(title).collect::<Vec<_>>(),
            ["市委召开会议", "市政府召开会议"]
        );
    }

    #[test]
    fn underlined_headings() {
        for (text, want) in [
            (
                "河湖巡查办法\n===\n\n第一章 总则\n---\n先巡查。",
                "河湖巡查办法|第一章 总则/先巡查。",
            ),
            (
                "巡查开始\n---\n先巡查。\n后上报。\n---\n编后。",
                "巡查开始|先巡查。/后上报。/编后。",
            ),
            (
                "# 巡查\n\n先巡查。\n---\n[链接](x)\n---\n编后",
                "巡查|先巡查。/链接/编后",
            ),
            (
                "云溪日报 2019年3月5日\n---\n水位退了。",
                "|云溪日报 2019年3月5日/水位退了。",
            ),
            ("```\n一\n===\n```\n二\n三\n---\n四", "|一/===/二/三/四"),
        ] {
            let draft = read(text).remove(0);
            let got = format!("{}|{}", title(&draft), draft.body.replace('\n', "/"));
            assert_eq!(got, want, "{text}");
        }
        let drafts = read("甲镇修渠\n====\n甲镇动工。\n\n乙镇栽树\n====\n乙镇完工。\n");
        assert_eq!(
            drafts.iter().map(title).collect::<Vec<_>>(),
            ["甲镇修渠", "乙镇栽树"]
        );
    }

    #[test]
    fn inline_marks() {
        for (line, want) in [
            ("**一**、二", "一、二"),
            ("![图](x.jpg)一[二](y)", "图一二"),
            ("[不是链接]三", "[不是链接]三"),
            ("2\\*3*4", "2*3*4"),
            ("", ""),
        ] {
            assert_eq!(plain(line), want, "{line}");
        }
        let start = std::time::Instant::now();
        plain(&"[".repeat(300_000));
        plain(&"[a](".repeat(100_000));
        assert!(start.elapsed().as_secs() < 5);
    }
}
