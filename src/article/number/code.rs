//! Where the code of a number begins, and what it is.

use crate::article::names::is_hanzi;
use crate::article::number::digits;

/// The longest code, in hanzi.
const LONGEST: usize = 8;

/// The longest name of an organ that gives orders, with what leads up to it, in hanzi.
const ORGAN: usize = 24;

/// What names of organs that give orders end in.
const ORGANS: [char; 12] = [
    '院', '席', '部', '局', '署', '委', '会', '行', '办', '府', '厅', '厂',
];

/// What codes end in. Around brackets other than 〔〕 nothing else is believed.
const ENDINGS: &str = "发字函办释电规通告复令批党政文综法财税监议知医教环科建农卫人外商交国土安审统价民组宣纪府库质格预企社资金执贸信";

/// What the codes of courts end in (民初, 刑终, 执恢).
const CASES: [char; 12] = [
    '初', '终', '再', '执', '破', '申', '辖', '赔', '监', '抗', '恢', '异',
];

/// Words after which a code begins, the name of its organ among them. A code
/// may hold 政 府 委 办 itself, so only whole names are taken off.
const BEFORE: &[&str] = &[
    "人民政府",
    "办公厅",
    "办公室",
    "委员会",
    "国务院",
    "人民法院",
    "人民检察院",
    "总局",
    "管理局",
    "监督局",
    "组织部",
    "宣传部",
    "财政部",
    "公安部",
    "教育部",
    "民政部",
    "司法部",
    "商务部",
    "科技部",
    "交通运输部",
    "水利部",
    "农业部",
    "文化部",
    "建设部",
    "保障部",
    "资源部",
    "环境部",
    "落实",
    "贯彻",
    "适用",
    "遵照",
    "参照",
    "根据",
    "按照",
    "依据",
    "依照",
    "执行",
    "印发",
    "转发",
    "下发",
    "颁发",
    "发布",
    "以及",
    "文件",
    "简称",
    "附件",
    "文号",
    "见",
    "按",
    "经",
    "的",
    "和",
    "及",
    "与",
    "由",
    "对",
    "为",
    "是",
    "即",
    "原",
    "以",
    "在",
    "了",
];

/// What leads up to the name of an organ and is no part of it.
const LEADS: [&str; 12] = [
    "中华人民共和国",
    "根据",
    "按照",
    "依照",
    "依据",
    "修改",
    "废止",
    "颁布",
    "发布",
    "公布",
    "执行",
    "关于",
];

/// Whether the name is that of an organ which gives orders: a 通缉令 is no document.
pub(crate) fn gives_orders(name: &str) -> bool {
    name.ends_with(ORGANS)
}

/// Is this the code of a court's case?
pub(crate) fn is_case(code: &str) -> bool {
    code.ends_with(CASES)
        && !code.ends_with("字")
        && code
            .chars()
            .any(|c| c.is_ascii_digit() || "民刑行知执".contains(c))
        && code.chars().next().is_some_and(|c| COURTS.contains(c))
}

/// What the codes of courts begin with: the supreme one and the provinces.
const COURTS: &str = "最京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵黔云滇藏陕甘青宁新军兵";

/// Is it a kind of document whose number has its year without brackets?
pub(crate) fn is_announced(code: &str) -> bool {
    code == "公告"
        || code == "通告"
        || code.ends_with('令')
        || code.ends_with("局公告")
        || code.ends_with("部公告")
        || code.ends_with("署公告")
        || code.ends_with("行公告")
}

/// Is this certainly a code, whatever bracket follows it?
pub(crate) fn is_likely(code: &str) -> bool {
    code.ends_with(|c| ENDINGS.contains(c))
}

/// The code at the end of these characters, and where it begins.
pub(crate) fn before(chars: &[char]) -> Option<(usize, String)> {
    let run = chars.iter().rev().take_while(|c| is_hanzi(**c)).count();
    let mut start = chars.len() - run;
    let text: String = chars[start..].iter().collect();
    // 中国人民银行令 and 证监会公告 are named in full.
    if let Some((start, code)) =
        order(chars).filter(|(_, code)| !matches!(&**code, "公告" | "通告"))
    {
        return Some((start, code));
    }
    // After the last word that is no part of a code, if two hanzi are left.
    let cut = BEFORE
        .iter()
        .filter_map(|word| text.rfind(word).map(|at| at + word.len()))
        .filter(|cut| text[*cut..].chars().count() >= 2)
        .max()
        .unwrap_or(0);
    start += text[..cut].chars().count();
    start = start.max(chars.len().saturating_sub(LONGEST));
    let code: String = chars[start..].iter().collect();
    (!code.is_empty()).then_some((start, code))
}

/// `（2018）云01民初`, `[1986]财税字`: a code that follows its year; `nth` when
/// 第 follows it. Where the whole begins.
pub(crate) fn after_year(chars: &[char], nth: bool) -> Option<(usize, u16, String)> {
    let run = chars
        .iter()
        .rev()
        .take(LONGEST + 4)
        .take_while(|c| is_hanzi(**c) || c.is_ascii_digit() || c.is_whitespace())
        .count();
    let from = chars.len() - run;
    let code: String = chars[from..]
        .iter()
        .filter(|c| !c.is_whitespace())
        .collect();
    let (open, _, year) =
        digits::bracketed_year(&chars[..from]).or_else(|| digits::short_year(&chars[..from]))?;
    let known = is_case(&code) || code.ends_with('字') && nth && code.chars().all(is_hanzi);
    (known && (2..=LONGEST + 4).contains(&code.chars().count())).then_some((open, year, code))
}

/// The name of an organ at the end of these characters, without what leads up
/// to it; empty when there is none.
pub(crate) fn organ(chars: &[char]) -> Option<(usize, String)> {
    let chars = &chars[..digits::trim(chars, chars.len())];
    let run = chars
        .iter()
        .rev()
        .take(ORGAN)
        .take_while(|c| is_hanzi(**c))
        .count();
    let text: String = chars[chars.len() - run..].iter().collect();
    let after = |word: &str| text.rfind(word).map_or(0, |at| at + word.len());
    let mut lead = LEADS.into_iter().map(after).max().unwrap_or(0);
    // 财政部和民政部, but 工业和信息化部; 经国务院, but 经济部.
    let joins = |at: usize, c: char| {
        let next = text[lead + at..].chars().nth(1);
        match c {
            '和' | '与' | '及' => lead + at == 0 || text[..lead + at].ends_with(ORGANS),
            '日' => lead + at == 0,
            '由' | '以' | '按' | '见' | '是' => true,
            '经' => !matches!(next, Some('济' | '贸')),
            _ => false,
        }
    };
    lead += text[lead..]
        .char_indices()
        .rev()
        .find(|(at, c)| joins(*at, *c))
        .map(|(at, c)| at + c.len_utf8())
        .unwrap_or(0);
    let organ = &text[lead..];
    if organ.is_empty() {
        return Some((chars.len(), String::new()));
    }
    gives_orders(organ).then(|| (chars.len() - organ.chars().count(), organ.to_owned()))
}

/// `国务院令`, `税务总局公告`, `公告`: what stands before 第 or a year.
pub(crate) fn order(chars: &[char]) -> Option<(usize, String)> {
    let chars = &chars[..digits::trim(chars, chars.len())];
    for kind in ["令", "公告", "通告"] {
        let length = kind.chars().count();
        let Some(at) = chars.len().checked_sub(length) else {
            continue;
        };
        if chars[at..].iter().copied().ne(kind.chars()) {
            continue;
        }
        return match organ(&chars[..at]) {
            Some((start, organ)) if organ.chars().count() >= 2 => Some((start, organ + kind)),
            _ if kind == "令" => None,
            _ => Some((at, kind.to_owned())),
        };
    }
    None
}
