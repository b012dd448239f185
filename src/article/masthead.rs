//! The head of an official document as it is printed: a running number, how
//! urgent it is, the name of its organ in red, its number, and only then its title.

use std::ops::Range;

use crate::article::names::ends_as_organ;
use crate::article::title::{is_heading, unlabelled};
use crate::article::{Kind, Paragraph, find_numbers};
use crate::fold::fold;

/// Lines of a text among which its title is looked for.
const LINES: usize = 10;

/// The longest line before the number, in characters.
const LONGEST: usize = 30;

/// How secret or urgent a document is.
const MARKS: &[&str] = &[
    "特急", "加急", "急件", "特提", "平急", "绝密", "机密", "秘密", "内部", "公开",
];

/// What names in red end in besides what those of organs do.
const RED: [&str; 2] = ["办公室", "文件"];

/// What titles of documents end in.
const KINDS: &[&str] = &[
    "通知", "意见", "决定", "批复", "公告", "通告", "通报", "报告", "请示", "函", "令", "方案",
    "办法", "规定", "细则", "命令", "决议", "纪要",
];

/// The headline that stands in the first lines, and which paragraphs it takes:
/// below the head of an official document, else the first line that says something.
pub(crate) fn first_title(body: &str, paragraphs: &[Paragraph]) -> Option<(Vec<usize>, String)> {
    let text = |at: &usize| &body[paragraphs[*at].bytes.clone()];
    let first: Vec<usize> = (0..paragraphs.len())
        .filter(|at| matches!(paragraphs[*at].kind, Kind::Body | Kind::Title))
        .take(LINES)
        .collect();
    let lines: Vec<&str> = first.iter().map(text).collect();
    if let Some((taken, title)) = title(&lines) {
        return Some((first[taken].to_vec(), title));
    }
    let says_something =
        |(nth, line): &(usize, &&str)| !is_mark(line) && !is_red(line, lines.get(nth + 1));
    let (nth, line) = lines.iter().enumerate().find(says_something)?;
    let at = first[nth];
    let value = unlabelled(line).or_else(|| is_heading(line).then_some(line))?;
    let whole = paragraphs[at].text_start == paragraphs[at].bytes.start;
    whole.then(|| (vec![at], value.to_owned()))
}

/// The title below such a head, and which lines it takes: a printed one may be
/// broken. `None` when the lines do not begin with a head that bears a number.
fn title(lines: &[&str]) -> Option<(Range<usize>, String)> {
    let number = lines.iter().position(|line| is_number(line))?;
    let is_head = |line: &&str| is_mark(line) || is_organ(line);
    if !lines[..number].iter().all(is_head) {
        return None;
    }
    let signer = |line: &&&str| line.starts_with("签发人");
    let start = number + 1 + lines[number + 1..].iter().take_while(signer).count();
    let mut title = String::new();
    for (count, line) in lines[start..].iter().enumerate() {
        let goes_on = count == 0
            || is_organ(&title) && line.starts_with("关于")
            || title.contains("关于") && !ends_as_title(&title) && ends_as_title(line);
        if !goes_on || !is_heading(line) {
            break;
        }
        title.push_str(line);
    }
    let took = lines[start..]
        .iter()
        .scan(0, |length, line| {
            *length += line.len();
            Some(*length)
        })
        .position(|length| length == title.len())?;
    Some((start..start + took + 1, title))
}

/// Does a line count or classify the document and say nothing?
pub(crate) fn is_mark(line: &str) -> bool {
    if line.chars().count() > LONGEST {
        return false;
    }
    let sign = |c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '★' | '☆' | '*');
    let mut rest: String = line.chars().map(fold).filter(|c| !sign(*c)).collect();
    for mark in MARKS {
        rest = rest.replace(mark, "");
    }
    // `机密★1年`, `No.000001`.
    ["", "年", "月", "长期", "No.", "No", "№"].contains(&rest.as_str())
}

/// Is a line the number of the document, alone, below the name in red or beside
/// who signed it?
fn is_number(line: &str) -> bool {
    find_numbers(line).first().is_some_and(|(range, _)| {
        let (before, rest) = (line[..range.start].trim(), line[range.end..].trim());
        let alone = before.is_empty() || before.ends_with("文件") && is_organ(before);
        alone && (rest.is_empty() || rest.starts_with("签发人"))
    })
}

/// Is a line the name in red, and the one below it the title?
fn is_red(line: &str, below: Option<&&str>) -> bool {
    let organ = line.strip_suffix("文件");
    organ.is_some_and(is_organ) && below.is_some_and(|line| line.contains("关于"))
}

/// Is a line the name of an organ, as it stands in red?
fn is_organ(line: &str) -> bool {
    line.chars().count() <= LONGEST
        && !line.contains("关于")
        && is_heading(line)
        && (ends_as_organ(line) || RED.iter().any(|end| line.ends_with(end)))
}

fn ends_as_title(line: &str) -> bool {
    KINDS.iter().any(|kind| line.ends_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_below_a_head() {
        let number = "临政发〔2020〕18号";
        let notice = "临江市人民政府关于印发春耕管理办法的通知";
        for (lines, want) in [
            (vec!["临江市人民政府文件", number, notice], notice),
            (
                vec!["000001", "特 急", "临江市人民政府文件", number, notice],
                notice,
            ),
            (vec![number, "签发人：王小明", notice], notice),
            (vec!["临江市教育局文件　临教〔2020〕18号", notice], notice),
            (
                vec![
                    "临政发〔2020〕18号　签发人：王小明",
                    "临江市人民政府",
                    "关于印发春耕管理",
                    "办法的通知",
                    "各县人民政府：",
                ],
                notice,
            ),
            // The title stands before the number.
            (vec![notice, number, "各县人民政府：", "正文。"], ""),
            (vec!["临江市人民政府文件", notice], ""),
            (vec!["临江市人民政府文件", number, "各县人民政府："], ""),
            (vec![number], ""),
            (vec![], ""),
        ] {
            let found = title(&lines).map_or(String::new(), |(_, title)| title);
            assert_eq!(found, want, "{lines:?}");
        }
        let lines = [number, "临江市教育局", "关于春季开学的通知", "关于通知"];
        assert_eq!(title(&lines).map(|(lines, _)| lines), Some(1..3));
    }

    #[test]
    fn marks() {
        for (line, want) in [
            ("000001", true),
            ("№ 000001", true),
            ("特急", true),
            ("機密★1年", true),
            ("机密 特急", true),
            ("内部机构改革", false),
            ("2020年春耕", false),
            ("急件办理", false),
        ] {
            assert_eq!(is_mark(line), want, "{line}");
        }
    }
}
