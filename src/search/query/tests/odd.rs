//! Odd input is text, with a note where it was taken for something else.

use super::*;
use crate::search::query::Note;

#[test]
fn text_that_only_looks_like_syntax_is_text_without_a_word() {
    for input in [
        "与时俱进",
        "非公有制经济",
        "或然率",
        "AND1",
        "and",
        "not",
        "ORACLE",
        "非（公有制）经济",
        "主题党日（活动）",
        "全面从严治党（试行）办法",
        "中办、国办",
        "外交部：中方立场",
        "5G+工业互联网",
        "+86",
        "+5℃",
        "++党建",
        "+-党建",
        "-25℃",
        "－25℃",
        "-3.5%",
        "-5~-2℃",
        "-12度",
        "C++",
        "C#",
        "3.5%",
        "2016-2018",
        "机关-党建",
        "《条例》（试行）",
        "it's",
        "O'Neill",
        "http://a.cn/b?c=d",
        "国发〔2023〕12号文件",
        "关于国发〔2023〕12号",
        "〔2023〕12号",
        "发展报告（2023）",
        "发展报告（2023）12",
        "国发〔2023〕的精神",
        "——党建",
        "--党建",
        "党建&品牌",
        "a~b",
        "C:\\新闻",
        "١٢٣",
        "привет",
        "한국어",
        "𠀀𠀁",
        "①②",
        "Ⅲ",
        "々",
        "〇",
        "é",
        "e\u{301}",
        "ﬁ",
        "＃党建＃",
        "A.I.",
    ] {
        check(input, words(input));
    }
    for input in ["《主题党日》！", "！《主题党日》，", "《主题党日》？？"] {
        check(input, words("《主题党日》"));
    }
}

#[test]
fn lists_of_sources_are_one_list() {
    let of = |name: &str| Query::Source(name.into());
    for input in ["来源：（（甲 乙） 或 丙）", "来源：（甲 或 （乙 丙））"] {
        check(input, Query::Or(vec![of("甲"), of("乙"), of("丙")]));
    }
}

#[test]
fn odd_input_is_read_and_noted() {
    let swap = |w: &str| Note::LoneOperator(w.into());
    for (input, shown, notes) in [
        ("", "", vec![Note::Nothing]),
        (" 　\t\n", "", vec![Note::Nothing]),
        ("，。！？", "", vec![Note::Nothing]),
        ("***", "", vec![Note::Nothing]),
        ("-", "", vec![Note::Nothing]),
        ("- -", "", vec![Note::Nothing]),
        ("：", "", vec![Note::Nothing]),
        ("\u{0}\u{1}\u{200b}", "", vec![Note::Nothing]),
        ("😀", "", vec![Note::Nothing]),
        ("()", "", vec![Note::Nothing]),
        ("（（）", "", vec![Note::LoneBracket, Note::Nothing]),
        (")(", "", vec![Note::LoneBracket, Note::Nothing]),
        ("\"", "", vec![Note::LoneQuote, Note::Nothing]),
        ("\"\"", "", vec![Note::EmptyQuote, Note::Nothing]),
        ("“，”", "", vec![Note::EmptyQuote, Note::Nothing]),
        ("“主题党日", "主题党日", vec![Note::LoneQuote]),
        ("主题党日”", "主题党日”", vec![]),
        ("「主题党日 品牌", "主题党日 品牌", vec![Note::LoneQuote]),
        ("主题党日 “", "主题党日", vec![Note::LoneQuote]),
        (
            "“两学一做”学习教育",
            "“两学一做”学习教育",
            vec![Note::GluedQuote],
        ),
        (
            "推进“放管服”改革",
            "推进“放管服”改革",
            vec![Note::GluedQuote],
        ),
        (
            "推进「放管服」改革",
            "推进「放管服」改革",
            vec![Note::GluedQuote],
        ),
        ("“党建””", "\"党建\"", vec![Note::LoneQuote]),
        ("“学习‘条例’精神”", "\"学习‘条例’精神\"", vec![]),
        ("标题：主题*", "标题：主题*", vec![]),
        ("标题：“党建 品牌”~3", "标题：\"党建 品牌\"~3", vec![]),
        ("来源：“龙城 日报”", "来源：\"龙城 日报\"", vec![]),
        (
            "日期：2017年3月，党建",
            "日期：2017-03-01..2017-03-31 党建",
            vec![],
        ),
        ("“甲 乙”丙", "\\“甲 乙”丙", vec![Note::GluedQuote]),
        ("党建，“品牌", "党建 品牌", vec![Note::LoneQuote]),
        ("（党建 品牌", "党建 品牌", vec![Note::LoneBracket]),
        ("党建） 品牌", "党建 品牌", vec![Note::LoneBracket]),
        ("党建 与", "党建 \\与", vec![swap("与")]),
        ("与 党建", "\\与 党建", vec![swap("与")]),
        ("与", "\\与", vec![swap("与")]),
        ("AND", "\\AND", vec![swap("AND")]),
        ("党建 ＆＆ 品牌", "党建 与 品牌", vec![]),
        ("党建 || 品牌", "党建 或 品牌", vec![]),
        ("党建&&品牌||廉政", "党建&&品牌||廉政", vec![]),
        ("|| 党建 &&", "党建", vec![swap("||"), swap("&&")]),
        ("党建 NOT", "党建 \\NOT", vec![swap("NOT")]),
        ("党建 与 或 品牌", "党建 \\与 或 品牌", vec![swap("与")]),
        ("非 与 品牌", "\\非 \\与 品牌", vec![swap("非"), swap("与")]),
        ("党建 与 ， 品牌", "党建 与 品牌", vec![]),
        ("（与）", "\\与", vec![swap("与")]),
        ("-廉政", "廉政", vec![Note::OnlyExclusion]),
        ("非 廉政", "廉政", vec![Note::OnlyExclusion]),
        ("-廉政 -反腐", "廉政 反腐", vec![Note::OnlyExclusion]),
        ("党建 或 -廉政", "党建 -\"廉政\"", vec![Note::ExclusionInOr]),
        (
            "党建 或 品牌 或 -廉政",
            "（党建 或 品牌） -\"廉政\"",
            vec![Note::ExclusionInOr],
        ),
        ("标题：", "标题", vec![Note::EmptyField("标题".into())]),
        (
            "标题： 与 党建",
            "标题 与 党建",
            vec![Note::EmptyField("标题".into())],
        ),
        (
            "（来源：）党建",
            "来源 党建",
            vec![Note::EmptyField("来源".into())],
        ),
        ("标题：，", "标题", vec![Note::EmptyField("标题".into())]),
        ("标题：来源：新华社", "标题：来源\\：新华社", vec![]),
        (
            "作者：张三",
            "作者：张三",
            vec![Note::UnknownField("作者".into())],
        ),
        (
            "发文字号：国发〔2015〕12号",
            "发文字号：国发〔2015〕12号",
            vec![Note::UnknownField("发文字号".into())],
        ),
        (
            "文号：国发〔2015〕12号 党建",
            "文号：国发〔2015〕12号 党建",
            vec![Note::UnknownField("文号".into())],
        ),
        // The flag is `--since`, the field `日期`.
        (
            "党建 since:2017",
            "党建 since:2017",
            vec![Note::UnknownField("since".into())],
        ),
        (
            "党建 until:2017",
            "党建 until:2017",
            vec![Note::UnknownField("until".into())],
        ),
        (
            "日期：去年",
            "日期：去年",
            vec![Note::BadDate("去年".into())],
        ),
        (
            "日期：2017-13",
            "日期：2017-13",
            vec![Note::BadDate("2017-13".into())],
        ),
        (
            "日期：2016年党建",
            "日期：2016年党建",
            vec![Note::BadDate("2016年党建".into())],
        ),
        ("日期：..", "日期", vec![Note::EmptyField("日期".into())]),
        (
            "日期：2018..2016",
            "日期：2016-01-01..2018-12-31",
            vec![Note::SwappedDates],
        ),
        ("日期：2016.. 2018", "日期：2016-01-01.. 2018", vec![]),
        ("日期：>=2016 党建", "日期：2016-01-01.. 党建", vec![]),
        ("*党日", "党日", vec![Note::LoneStar]),
        ("*党日*", "党日*", vec![Note::LoneStar]),
        ("主*日", "主*日", vec![Note::LoneStar]),
        ("\"党建\"~8", "\"党建\"", vec![Note::BadDistance]),
        ("\"党建 ，\"~8", "\"党建 ，\"", vec![Note::BadDistance]),
        ("\"党建 品牌\"~", "\"党建 品牌\"", vec![Note::BadDistance]),
        (
            "\"党建 品牌\"~99999",
            "\"党建 品牌\"~1000",
            vec![Note::FarDistance],
        ),
        (
            "\"党建 品牌\"~99999999999999",
            "\"党建 品牌\"~1000",
            vec![Note::FarDistance],
        ),
        (
            "\"党建 品牌\"~8字",
            "\\\"党建 品牌\"~8字",
            vec![Note::GluedQuote],
        ),
        ("\"党建 品牌\"~0", "\"党建 品牌\"~0", vec![]),
        ("\"a\\\"b\"", "\"a\\\"b\"", vec![]),
        ("\\\"a\\\"", "\\\"a\\\"", vec![]),
        ("\\与", "\\与", vec![]),
        ("\\(党建\\)", "\\(党建\\)", vec![]),
        ("党\u{0}建", "党建", vec![]),
        ("党\u{200b}建\u{feff}", "党建", vec![]),
        ("\u{202e}党建", "党建", vec![]),
        ("国发 ([2023] 12号)", "国发 \\[2023] 12号", vec![]),
        ("+党建", "\"党建\"", vec![]),
        ("\\+党建", "\\+党建", vec![]),
        ("党建 && 品牌", "党建 与 品牌", vec![]),
        ("国务院令， 第588号", "国务院令 \\第588号", vec![]),
        ("，国务院令第588号", "国务院令第588号", vec![]),
        ("号 NOT --甲*", "号 -\"--甲\"*", vec![]),
        ("非 --甲＊ 年", "-\"--甲\"* 年", vec![]),
        ("号 NOT --甲", "号 -\"--甲\"", vec![]),
    ] {
        laws(input);
        let parsed = parse(input);
        assert_eq!(
            parsed.query.map(|q| q.to_string()).unwrap_or_default(),
            shown,
            "{input:?}"
        );
        assert_eq!(parsed.notes, notes, "{input:?}");
    }
}
