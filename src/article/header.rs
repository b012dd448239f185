//! The box at the head of an official document on the web: 索引号, 主题分类,
//! 发文机关, 成文日期, 发文字号, 发布日期, 主题词.

use crate::article::info;
use crate::article::names::is_hanzi;

/// The labels of the box, as they are kept; blanks inside are met (`索 引 号`).
const LABELS: &[&str] = &[
    "索引号",
    "主题分类",
    "分类",
    "发文机关",
    "发文单位",
    "发布机构",
    "成文日期",
    "生成日期",
    "标题",
    "名称",
    "发文字号",
    "文号",
    "文件编号",
    "发布日期",
    "发布时间",
    "主题词",
    "有效性",
    "公开方式",
    "公开形式",
    "体裁分类",
    "组配分类",
    "时效性",
    "实施日期",
    "废止日期",
    "信息分类",
    "信息名称",
    "文件名称",
    "公开日期",
    "发文日期",
    "印发日期",
    "制发机关",
    "制发日期",
    "公开范围",
    "公开责任部门",
    "关键词",
    "信息来源",
    "效力状态",
    "内容概述",
    "生效日期",
    "文件类型",
    "载体类型",
    "服务对象分类",
    "主题类别",
    "有效期",
];

/// Labels that only such a box has: a line without one of them is no part of it.
const SURE: &[&str] = &[
    "索引号",
    "主题分类",
    "发文机关",
    "发文单位",
    "成文日期",
    "发文字号",
    "主题词",
    "体裁分类",
    "组配分类",
    "制发机关",
    "公开责任部门",
    "主题类别",
    "文件编号",
];

/// Is this, blanks left out, a label of the box?
pub(crate) fn is_label(text: &str) -> bool {
    LABELS.contains(&text)
}

/// Could this be a label that is not known, its colon left out?
pub(crate) fn may_be_label(text: &str) -> bool {
    (2..=LONGEST_LABEL).contains(&text.chars().count()) && text.chars().all(is_hanzi)
}

/// The longest line of a box, in characters.
const LONGEST: usize = 200;

/// The longest label that is not known, in characters.
const LONGEST_LABEL: usize = 10;

/// The fields of a line of the box, those without a value left out; `None` when
/// the line is none. `line` is as written, `folded` the same folded; `inside`
/// when a line of the box came before.
pub(crate) fn fields(
    line: &[char],
    folded: &[char],
    inside: bool,
) -> Option<Vec<(String, String)>> {
    if folded.len() > LONGEST || !folded.contains(&':') {
        return None;
    }
    let found = labels(line, folded);
    let known = |sure: bool| {
        let mut labels = found.iter().filter(|label| label.known);
        labels.any(|label| !sure || SURE.contains(&label.text.as_str()))
    };
    // `来源：某某日报　发布日期：2018-06-01` is a line of its own below the box.
    let opens = |label: &Label| label.at <= 1 && (label.known || !info::is_label(&label.text));
    if !(known(true) || inside && known(false)) || !found.first().is_some_and(opens) {
        return None;
    }
    let ends = found
        .iter()
        .skip(1)
        .map(|label| label.at)
        .chain([line.len()]);
    let values = found.iter().zip(ends).map(|(label, to)| {
        let value: String = line[label.value..to].iter().collect();
        (
            label.text.clone(),
            value
                .trim_matches(|c: char| {
                    c.is_whitespace() || matches!(c, '|' | '[' | ']' | '【' | '】' | ';')
                })
                .to_owned(),
        )
    });
    Some(values.filter(|(_, value)| !value.is_empty()).collect())
}

/// A label in a line.
struct Label {
    text: String,
    /// Is it one of [`LABELS`]?
    known: bool,
    /// Where it begins, and where its value does.
    at: usize,
    value: usize,
}

/// The labels of a line, where one may begin. One that is not known must have a
/// wide gap before it, as a cell of its own has: a title has narrow ones.
fn labels(line: &[char], folded: &[char]) -> Vec<Label> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        let before = at.checked_sub(1).map(|before| folded[before]);
        let fresh = before.is_none_or(|c| c.is_whitespace() || matches!(c, '|' | '[' | '【' | ';'));
        let known = LABELS
            .iter()
            .filter(|_| fresh)
            .filter_map(|label| Some((*label, label_at(folded, at, label)?)))
            .max_by_key(|(label, _)| label.len());
        // A wide blank is folded to a narrow one.
        let gap = at == 0 || line[at - 1] == '\u{3000}' || folded[..at].ends_with(&[' ', ' ']);
        let label = known
            .map(|(label, value)| (label.to_owned(), value, true))
            .or_else(|| {
                let (label, value) = unknown_at(folded, at).filter(|_| gap)?;
                Some((label, value, false))
            });
        match label {
            Some((text, value, known)) => {
                found.push(Label {
                    text,
                    known,
                    at,
                    value,
                });
                at = value;
            }
            None => at += 1,
        }
    }
    found
}

/// A label that is not known and stands here: a few hanzi and a colon. Then where
/// its value begins.
pub(super) fn unknown_at(folded: &[char], at: usize) -> Option<(String, usize)> {
    let length = folded[at..].iter().take_while(|c| is_hanzi(**c)).count();
    let fits = (2..=LONGEST_LABEL).contains(&length) && folded.get(at + length) == Some(&':');
    fits.then(|| (folded[at..at + length].iter().collect(), at + length + 1))
}

/// Does `label` and a colon stand here, blanks between its hanzi allowed? Then
/// where its value begins.
fn label_at(folded: &[char], at: usize, label: &str) -> Option<usize> {
    let mut at = at;
    for (number, want) in label.chars().enumerate() {
        while number > 0 && folded.get(at).is_some_and(|c| c.is_whitespace()) {
            at += 1;
        }
        if *folded.get(at)? != want {
            return None;
        }
        at += 1;
    }
    while folded.get(at).is_some_and(|c| c.is_whitespace()) {
        at += 1;
    }
    (*folded.get(at)? == ':').then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    fn read(line: &str) -> String {
        let chars: Vec<char> = line.chars().collect();
        let folded: Vec<char> = line.chars().map(fold).collect();
        fields(&chars, &folded, false)
            .unwrap_or_default()
            .iter()
            .map(|(label, value)| format!("{label}={value};"))
            .collect()
    }

    #[test]
    fn lines_of_a_box() {
        for (line, want) in [
            (
                "索 引 号： 000014349/2017-00110 主题分类： 综合政务\\其他",
                "索引号=000014349/2017-00110;主题分类=综合政务\\其他;",
            ),
            (
                "发文机关：某某市人民政府办公室 成文日期：2018年06月01日",
                "发文机关=某某市人民政府办公室;成文日期=2018年06月01日;",
            ),
            (
                "发文字号：某政办发〔2018〕12号　发布日期：2018年06月05日",
                "发文字号=某政办发〔2018〕12号;发布日期=2018年06月05日;",
            ),
            ("主 题 词：", ""),
            (
                "发文机关：某某市人民政府　统一登记号：ZJ-1",
                "发文机关=某某市人民政府;统一登记号=ZJ-1;",
            ),
            (
                "登记部门：办公室　统一登记号：ZJ-1 文号：某政发〔2018〕1号 索引号：L1",
                "登记部门=办公室;统一登记号=ZJ-1;文号=某政发〔2018〕1号;索引号=L1;",
            ),
            (
                "索引号：L1 标题：乘风破浪 某某市：打造海港",
                "索引号=L1;标题=乘风破浪 某某市：打造海港;",
            ),
            ("统一登记号：ZJ-1", ""),
            ("来源：某某日报　索引号：L1", ""),
            ("发布日期：2018-06-01 来源：某某日报", ""),
            ("会议要求各单位按发文字号：登记造册，加强管理", ""),
            ("标题：某某", ""),
        ] {
            assert_eq!(read(line), want, "{line}");
        }
    }
}
