//! The box at the head of an official document on the web: 索引号, 主题分类,
//! 发文机关, 成文日期, 发文字号, 发布日期, 主题词.

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

/// The longest line of a box, in characters.
const LONGEST: usize = 200;

/// The fields of a line of the box, those without a value left out; `None` when
/// the line is none. `line` is as written, `folded` the same folded; `inside`
/// when a line of the box came before.
pub(crate) fn fields(
    line: &[char],
    folded: &[char],
    inside: bool,
) -> Option<Vec<(&'static str, String)>> {
    if folded.len() > LONGEST || !folded.contains(&':') {
        return None;
    }
    // Where each label begins, and where its value does.
    let mut found: Vec<(&'static str, usize, usize)> = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        let fresh = at == 0
            || folded[at - 1].is_whitespace()
            || matches!(folded[at - 1], '|' | '[' | '【' | ';');
        match LABELS
            .iter()
            .filter(|_| fresh)
            .filter_map(|label| Some((*label, label_at(folded, at, label)?)))
            .max_by_key(|(label, _)| label.len())
        {
            Some((label, end)) => {
                found.push((label, at, end));
                at = end;
            }
            None => at += 1,
        }
    }
    if !(inside || found.iter().any(|(label, ..)| SURE.contains(label)))
        || found.first().is_none_or(|(_, start, _)| *start > 1)
    {
        return None;
    }
    let ends = found
        .iter()
        .skip(1)
        .map(|(_, start, _)| *start)
        .chain([line.len()]);
    let values = found.iter().zip(ends).map(|((label, _, from), to)| {
        let value: String = line[*from..to].iter().collect();
        (
            *label,
            value
                .trim_matches(|c: char| {
                    c.is_whitespace() || matches!(c, '|' | '[' | ']' | '【' | '】' | ';')
                })
                .to_owned(),
        )
    });
    Some(values.filter(|(_, value)| !value.is_empty()).collect())
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
            ("发布日期：2018-06-01 来源：某某日报", ""),
            ("会议要求各单位按发文字号：登记造册，加强管理", ""),
            ("标题：某某", ""),
        ] {
            assert_eq!(read(line), want, "{line}");
        }
    }
}
