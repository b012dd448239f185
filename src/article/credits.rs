//! Bylines and desks: `记者 王小明`, `（责任编辑：李方）`, `…巡展。王小明 摄`.
//!
//! Only a whole line, a whole bracket, or the end of a line is read: a sentence
//! that begins with 记者 is a sentence.

use crate::article::Credit;
use crate::article::names::{is_for_offices, is_glued, is_name, role_at};

/// The longest line or bracket that is looked at, in characters.
const LONGEST: usize = 120;

/// The longest caption, in characters.
const LONGEST_CAPTION: usize = 150;

/// What a line tells of people.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) credits: Vec<Credit>,
    /// The line holds nothing else.
    pub(crate) whole: bool,
    /// The line is a picture's caption.
    pub(crate) caption: bool,
}

/// The people a line names. `line` is as written, `folded` the same folded,
/// character by character, so that both have as many characters.
pub(crate) fn read(line: &[char], folded: &[char]) -> Found {
    let none = Found::default();
    if line.len() <= LONGEST {
        let inner = bracketed(folded).map_or(0..folded.len(), |range| range);
        if let Some(credits) = list(&line[inner.clone()], &folded[inner]) {
            return Found {
                credits,
                whole: true,
                caption: false,
            };
        }
    }
    at_end(line, folded).unwrap_or(none)
}

/// The people the end of a line names, in a bracket or after its last mark.
pub(crate) fn at_end(line: &[char], folded: &[char]) -> Option<Found> {
    let last = *folded.last()?;
    if last == ')' || last == '】' || last == ']' {
        // A bracket at the end of a line.
        let open = if last == ')' {
            '('
        } else if last == ']' {
            '['
        } else {
            '【'
        };
        let from = folded.len().saturating_sub(LONGEST);
        let at = folded[from..].iter().rposition(|c| *c == open)? + from;
        let inner = at + 1..folded.len() - 1;
        let credits = list(&line[inner.clone()], &folded[inner])?;
        let caption =
            at <= LONGEST_CAPTION && credits.iter().any(|credit| of_pictures(&credit.role));
        return Some(Found {
            credits,
            whole: false,
            caption,
        });
    }
    // `…巡展。王小明 摄`: after the last mark.
    let tail = folded[folded.len().saturating_sub(30)..]
        .iter()
        .rposition(|c| matches!(c, '。' | '!' | '?' | '”' | '.'))
        .map(|at| folded.len().saturating_sub(30) + at + 1);
    let at = tail.filter(|at| *at < folded.len() && of_pictures_at_end(&folded[*at..]))?;
    let credits = list(&line[at..], &folded[at..])?;
    Some(Found {
        credits,
        whole: false,
        caption: line.len() <= LONGEST_CAPTION,
    })
}

/// A line of nothing but names of people, as under a headline or at the foot;
/// one name of two hanzi alone is more likely a word.
pub(crate) fn names_only(line: &[char], folded: &[char]) -> Option<Credit> {
    if line.len() > 24 || folded.contains(&':') {
        return None;
    }
    let mut names = Vec::new();
    for token in tokens(folded) {
        let text: String = folded[token.clone()].iter().collect();
        if !is_name(&text) {
            return None;
        }
        names.push(line[token].iter().collect::<String>());
    }
    let sure = names.len() > 1 || names.iter().any(|name| name.chars().count() > 2);
    sure.then(|| Credit {
        role: "作者".to_owned(),
        names,
    })
}

/// The inside of a line that is one bracket.
fn bracketed(folded: &[char]) -> Option<std::ops::Range<usize>> {
    let close = match folded.first()? {
        '(' => ')',
        '[' => ']',
        '【' => '】',
        _ => return None,
    };
    let inner = 1..folded.len().checked_sub(1)?.max(1);
    (*folded.last()? == close && !folded[inner.clone()].contains(&close)).then_some(inner)
}

fn of_pictures(role: &str) -> bool {
    ["摄", "摄影", "供图", "图", "摄影报道", "图片"].contains(&role)
}

fn of_pictures_at_end(folded: &[char]) -> bool {
    let text: String = folded.iter().collect();
    ["摄", "摄影", "供图", "摄影报道"]
        .iter()
        .any(|role| text.ends_with(role))
}

/// A list of roles and names and nothing else, such as `视频编辑：张三 文字编辑：李四`,
/// `记者 张三、李四 通讯员 王五`, `张三 摄`; `None` when anything else is there.
pub(crate) fn list(line: &[char], folded: &[char]) -> Option<Vec<Credit>> {
    let mut credits: Vec<Credit> = Vec::new();
    // Names that stand before their role (张三 摄).
    let mut waiting: Vec<String> = Vec::new();
    // Single hanzi of a name padded with a blank (方 明).
    let mut half: Option<(String, String)> = None;
    let mut colon = false;
    for token in tokens(folded) {
        if token.len() == 1 && folded[token.start] == ':' {
            colon = !credits.is_empty();
            continue;
        }
        let (text, shown): (String, String) = (
            folded[token.clone()].iter().collect(),
            line[token].iter().collect(),
        );
        if half.is_none() && text.chars().count() == 1 && role_at(&text).is_none() {
            half = Some((text, shown));
            continue;
        }
        if let Some((head, shown_head)) = half.take() {
            if text.chars().count() == 1 && is_name(&format!("{head}{text}")) {
                add(&mut credits, &mut waiting, format!("{shown_head}{shown}"));
                continue;
            }
            return None;
        }
        if let Some(end) = role_at(&text) {
            let name = &text[end..];
            if name.is_empty() {
                credits.push(Credit {
                    role: text.clone(),
                    names: std::mem::take(&mut waiting),
                });
                colon = false;
                continue;
            }
            if is_name(name) && waiting.is_empty() && is_glued(&text[..end]) {
                let skip = text[..end].chars().count();
                credits.push(Credit {
                    role: text[..end].to_owned(),
                    names: vec![shown.chars().skip(skip).collect()],
                });
                colon = false;
                continue;
            }
        }
        // `张三摄`: the role at the end of the name.
        if let Some(role) = ["摄影报道", "摄影", "供图", "摄"]
            .into_iter()
            .find(|role| text.ends_with(role))
            && is_name(&text[..text.len() - role.len()])
            && waiting.iter().all(|name| is_name(name))
        {
            let kept = shown.chars().count() - role.chars().count();
            let mut names = std::mem::take(&mut waiting);
            names.push(shown.chars().take(kept).collect());
            // 新华社记者 王小明摄: he is both.
            if let Some(credit) = credits.last_mut().filter(|credit| credit.names.is_empty()) {
                credit.names.clone_from(&names);
            }
            credits.push(Credit {
                role: role.to_owned(),
                names,
            });
            continue;
        }
        // After a colon an office or an unusual name may stand.
        let office = colon
            && credits
                .last()
                .is_some_and(|credit| is_for_offices(&credit.role))
            && (2..=16).contains(&text.chars().count())
            && !text.contains(['。', ',', '!', '?']);
        if !is_name(&text) && !office {
            return None;
        }
        add(&mut credits, &mut waiting, shown);
    }
    let complete = half.is_none()
        && waiting.is_empty()
        && credits.iter().any(|credit| !credit.names.is_empty());
    // A role without a name is a word of a sentence; only the last of several roles may lack one (`文字编辑：`).
    (complete
        && credits
            .iter()
            .rev()
            .skip(1)
            .all(|credit| !credit.names.is_empty() || credit.role == "图"))
    .then_some(credits)
}

fn add(credits: &mut [Credit], waiting: &mut Vec<String>, name: String) {
    match credits.last_mut() {
        Some(credit) => credit.names.push(name),
        None => waiting.push(name),
    }
}

/// Runs of characters between blanks and marks; a colon is a token of its own.
fn tokens(folded: &[char]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let blank = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | '、' | ';' | '|' | '丨' | '｜' | '●' | '■' | '◎' | '□' | '*'
            )
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < folded.len() && blank(folded[at]) {
            at += 1;
        }
        let start = at;
        while at < folded.len() && !blank(folded[at]) {
            if folded[at] == ':' {
                at += usize::from(at == start);
                break;
            }
            at += 1;
        }
        (at > start).then_some(start..at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    #[track_caller]
    fn check(line: &str, want: &str) {
        let chars: Vec<char> = line.chars().collect();
        let folded: Vec<char> = line.chars().map(fold).collect();
        let found = read(&chars, &folded);
        let shown: Vec<String> = found
            .credits
            .iter()
            .map(|c| format!("{}={}", c.role, c.names.join("+")))
            .collect();
        let kind = if found.whole {
            "whole "
        } else if found.caption {
            "caption "
        } else {
            ""
        };
        assert_eq!(format!("{kind}{}", shown.join(" ")), want, "{line}");
    }

    #[test]
    fn bylines() {
        check("记者 王小明", "whole 记者=王小明");
        check("記者 張小明", "whole 记者=張小明");
        check("編輯:張小明", "whole 编辑=張小明");
        check(
            "(视频编辑：张文龙 文字编辑：温玉浩)",
            "whole 视频编辑=张文龙 文字编辑=温玉浩",
        );
        check("（责任编辑：李佳）", "whole 责任编辑=李佳");
        check(
            "本报记者 王小明、李方 通讯员 陈 明",
            "whole 本报记者=王小明+李方 通讯员=陈明",
        );
        check("（全媒体记者王小明）", "whole 全媒体记者=王小明");
        check("来源：某市委组织部", "whole 来源=某市委组织部");
        check(
            "初审：王明 | 复审：李方 | 终审：张文",
            "whole 初审=王明 复审=李方 终审=张文",
        );
        check("文/图 王小明", "whole 文/图=王小明");
    }

    #[test]
    fn ends_of_lines() {
        check("会议强调，要抓好落实。（通讯员 方 明）", "通讯员=方明");
        check("春季义务植树活动现场。王小明 摄", "caption 摄=王小明");
        check("党员在展板前参观。（王小明摄）", "caption 摄=王小明");
        check(
            "图为党员参加活动。新华社记者 王小明摄",
            "caption 新华社记者=王小明 摄=王小明",
        );
    }

    #[test]
    fn bare_names() {
        let names = |line: &str| {
            let chars: Vec<char> = line.chars().collect();
            names_only(&chars, &chars).map(|credit| credit.names.join("+"))
        };
        assert_eq!(names("王小明").as_deref(), Some("王小明"));
        assert_eq!(names("王小明 方明").as_deref(), Some("王小明+方明"));
        for line in ["党建", "高质量发展", "王小明讲话", "编辑：王小明", ""] {
            assert_eq!(names(line), None, "{line}");
        }
    }

    #[test]
    fn sentences_are_left_alone() {
        for line in [
            "记者在全市各地采访，倾听大家的心声。",
            "记者调查",
            "编辑部",
            "记者：您还记得那一天吗",
            "图斯克：愿意考虑",
            "文化部",
            "记者 高质量发展这五年",
            "来源于生活的创作",
            "会议指出，要坚持问题导向（见附件）",
            "文化建设",
            "图书馆开放",
            "",
            "(",
            "（）",
        ] {
            check(line, "");
        }
    }
}
