//! A `,` put before a mark by a blind replacement: `會議,,強調` `落實,。`.
//! Leaves CSV, code and `真的吗?!` alone.

use std::ops::Range;

use super::chars::{is_chinese_mark, is_han, lines};
use super::edits::Change;

/// Whether a mark can follow an inserted comma.
fn follows(c: char) -> bool {
    matches!(
        c,
        ',' | ';' | '!' | '?' | '。' | '、' | '，' | '；' | '！' | '？'
    )
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，')
}

/// Whether a doubled comma between these two may be text: something Chinese stands on one side.
fn beside_chinese(before: Option<char>, after: Option<char>) -> bool {
    let chinese = |c: char| is_han(c) || is_chinese_mark(c);
    before.is_some_and(|c| chinese(c) || matches!(c, ')' | '\u{FFFD}'))
        || after.is_some_and(|c| is_han(c) || matches!(c, '“' | '《' | '‘'))
}

/// A line of fields (`姓名,,地址`): empty fields in a row, or doubled commas in a line without any Chinese mark.
pub(super) fn is_record(line: &[char]) -> bool {
    let ascii_run = line.windows(3).any(|w| w == [',', ',', ',']);
    let doubled = line.windows(2).filter(|w| w == &[',', ',']).count();
    let prose = line
        .iter()
        .any(|&c| is_chinese_mark(c) && c != '　' && c != '·');
    ascii_run || (doubled > 1 && !prose)
}

/// Characters of the name of a column.
const COLUMN: usize = 4;

/// Which of the lines of a page are rows of a table of fields, as a page that quotes one has
/// them: as many commas in each, all half-width, below a row of short names or with a number
/// before each row.
pub(super) fn rows(page: &[char], lines: &[Range<usize>]) -> Vec<bool> {
    let fields = |line: &Range<usize>| {
        let line = &page[line.clone()];
        let commas = line.iter().filter(|c| **c == ',').count();
        (commas > 1 && !line.contains(&'，')).then_some(commas)
    };
    let names = |line: &Range<usize>| {
        let line = &page[line.clone()];
        let short = |field: &[char]| field.len() <= COLUMN;
        !line.iter().any(|c| is_chinese_mark(*c)) && line.split(|c| *c == ',').all(short)
    };
    let numbered = |line: &Range<usize>| {
        let number = page[line.clone()].split(|c| *c == ',').next();
        number.is_some_and(|number| !number.is_empty() && number.iter().all(char::is_ascii_digit))
    };
    let mut rows = vec![false; lines.len()];
    for (nth, pair) in lines.windows(2).enumerate() {
        let [above, below] = pair else { continue };
        let goes_on = rows[nth] || names(above) || numbered(above) && numbered(below);
        if fields(above).is_some() && fields(above) == fields(below) && goes_on {
            (rows[nth], rows[nth + 1]) = (true, true);
        }
    }
    rows
}

pub(super) fn undouble(page: &[char]) -> Vec<Change> {
    // Fields of a table may be empty; a page without any mark of prose may be one.
    let prose = page
        .iter()
        .any(|&c| matches!(c, '。' | '、' | '“' | '《' | '，'));
    let doubled = |text: &[char]| text.windows(2).any(|w| is_comma(w[0]) && follows(w[1]));
    if !prose || !doubled(page) {
        return Vec::new();
    }
    let mut sure = Vec::new();
    let mut likely = Vec::new();
    let lines = lines(page);
    for (line, is_row) in lines.iter().zip(rows(page, &lines)) {
        let text = &page[line.clone()];
        if is_row || !doubled(text) {
            continue;
        }
        let record = is_record(text);
        if record && text.windows(3).any(|w| w == [',', ',', ',']) {
            continue;
        }
        let mut i = 0;
        while i < text.len() {
            let mut end = i;
            while end + 1 < text.len() && is_comma(text[end]) && follows(text[end + 1]) {
                end += 1;
            }
            if end > i && i > 0 {
                let change = Change::delete(line.start + i, line.start + end);
                // No one writes `,。`; `,,` may be anything unless something Chinese stands beside it.
                let never = matches!(text[end], '。' | '、' | '；' | '！' | '？');
                if record {
                    // A list of names without a mark, `（女,,彝族）`, or fields.
                    if text.get(end + 1).copied().is_some_and(is_han) && !never {
                        likely.push(change);
                    }
                } else if never || beside_chinese(Some(text[i - 1]), text.get(end + 1).copied()) {
                    sure.push(change);
                } else {
                    likely.push(change);
                }
            }
            i = end + 1;
        }
    }
    // On a page that doubles its commas, `YOU,!` is one more.
    if sure.len() > 2 {
        sure.extend(likely);
        sure.sort_by_key(|change| change.start);
    }
    sure
}

#[cfg(test)]
mod tests {
    use crate::repair::tests::{check, same};

    #[test]
    fn inserted_commas_go() {
        for (from, to) in [
            ("会议，，强调", "会议，强调"),
            (
                "會議,,強調,。各地抓好落實,、督查,;",
                "會議，強調。各地抓好落實、督查；",
            ),
            ("他说：“好”，。", "他说：“好”。"),
            (
                "会议通报,增长6.5%,,为历年最高,。",
                "会议通报，增长6.5%，为历年最高。",
            ),
            (
                "与会代表名单公布,。\n王敏(女,,彝族) 李强 赵华(女,,壮族)\n名单按姓氏笔画排列,、经大会通过,。",
                "与会代表名单公布。\n王敏（女，彝族） 李强 赵华（女，壮族）\n名单按姓氏笔画排列、经大会通过。",
            ),
        ] {
            check(from, to);
        }
    }

    #[test]
    fn fields_and_code_stay() {
        for text in [
            "姓名,,地址,,电话",
            "a,,b",
            "甲,,,乙。",
            "真的吗?!",
            "真的吗？！好。",
            "f(x,,y)",
            "点名如下。\n姓名,,备注\n张三,,请假。\n李四,,到会。",
            "处分如下：\n1,张三,市财政局,,给予警告处分。\n2,李四,,,免予处分。",
            "名单。\n姓名,单位,职务\n张三,财政局,科长、党委委员",
        ] {
            same(text);
        }
        // A headline over a paragraph is no row of names.
        check(
            "市委召开会议,部署防汛,,压实责任\n会议强调,要连夜巡查堤坝,,确保度汛安全。",
            "市委召开会议，部署防汛，压实责任\n会议强调，要连夜巡查堤坝，确保度汛安全。",
        );
    }
}
