//! Every row of the language, how parts hold together, and odd input.

mod laws;

use super::{Note, Query, parse};
use laws::laws;

fn words(text: &str) -> Query {
    Query::Words(text.into())
}
fn exact(text: &str) -> Query {
    Query::Exact(text.into())
}
fn not(query: Query) -> Query {
    Query::Not(Box::new(query))
}
fn title(query: Query) -> Query {
    Query::Title(Box::new(query))
}
fn source(text: &str) -> Query {
    Query::Source(text.into())
}
fn near(parts: &[&str], within: u32) -> Query {
    Query::Near {
        parts: parts.iter().map(|p| p.to_string()).collect(),
        within,
    }
}
fn days(since: &str, until: &str) -> Query {
    Query::Date {
        since: since.parse().ok(),
        until: until.parse().ok(),
    }
}

#[track_caller]
fn check(input: &str, want: Query) {
    laws(input);
    let parsed = parse(input);
    assert_eq!(parsed.query, Some(want), "{input}");
    assert_eq!(parsed.notes, [], "{input}");
}

#[test]
fn the_table_of_the_language() {
    check(
        "主题党日 品牌",
        Query::Any(vec![words("主题党日"), words("品牌")]),
    );
    for input in [
        "\"主题党日\"",
        "“主题党日”",
        "「主题党日」",
        "『主题党日』",
        "”主题党日“",
        "“主题党日“",
        "\"主题党日”",
        "＂主题党日＂",
        "‘主题党日’",
        "'主题党日'",
        "〝主题党日〞",
        "﹁主题党日﹂",
        " “主题党日” ",
    ] {
        check(input, exact("主题党日"));
    }
    let without = || Query::Any(vec![words("党建"), not(exact("廉政"))]);
    for input in [
        "党建 -廉政",
        "党建 －廉政",
        "党建 −廉政",
        "党建 非 廉政",
        "党建 NOT 廉政",
        "党建　ＮＯＴ　廉政",
        "党建 （-廉政）",
        "党建 -（廉政）",
        "党建 非 非 非 廉政",
        "党建 -\"廉政\"",
    ] {
        check(input, without());
    }
    let both = || Query::And(vec![words("党建"), words("品牌")]);
    for input in [
        "党建 与 品牌",
        "党建 與 品牌",
        "党建 AND 品牌",
        "（党建）与（品牌）",
        "（党建 与 品牌）",
    ] {
        check(input, both());
    }
    for input in [
        "党建 或 品牌",
        "党建 OR 品牌",
        "(党建 或 品牌)",
        "((党建) OR (品牌))",
    ] {
        check(input, Query::Or(vec![words("党建"), words("品牌")]));
    }
    for input in [
        "标题：党建",
        "标题:党建",
        "title:党建",
        "TITLE：党建",
        "ｔｉｔｌｅ：党建",
        "標題：党建",
        "标题： 党建",
    ] {
        check(input, title(words("党建")));
    }
    for input in [
        "来源：新华社",
        "source:新华社",
        "來源：新华社",
        "来源：“新华社”",
        "来源：（新华社）",
    ] {
        check(input, source("新华社"));
    }
    for input in [
        "日期：2016..2018",
        "date:2016..2018",
        "日期：2016。。2018",
        "日期： 2016 .. 2018",
        "日期：２０１６～２０１８",
    ] {
        check(input, days("2016-01-01", "2018-12-31"));
    }
    check("date:2016-03..2017-06", days("2016-03-01", "2017-06-30"));
    check("日期：2017年3月", days("2017-03-01", "2017-03-31"));
    check("日期：2017..", days("2017-01-01", ""));
    check("日期：..2017", days("", "2017-12-31"));
    for input in [
        "\"党建 品牌\"~8",
        "“党建 品牌”～8",
        "「党建　品牌」~８",
        "“党建  品牌”〜8",
    ] {
        check(input, near(&["党建", "品牌"], 8));
    }
    for input in ["主题*", "主题＊", "“主题”*", "主题，*"] {
        check(input, Query::Prefix("主题".into()));
    }
    for input in [
        "国发〔2023〕12号",
        "国发[2023]12号",
        "国发（2023）12号",
        "国发(2023)12号",
        "国发【2023】12号",
        "国发［２０２３］１２号",
        "国发〔2023）12號",
        "国发 〔2023〕 12 号",
        "国发｛2023｝12号",
        "国发《2023》12号",
    ] {
        check(input, Query::Number("国发〔2023〕12号".into()));
    }
    for input in ["国发〔2023〕12", "国发（2023）012", "国发[2023]第12"] {
        check(input, Query::Number("国发〔2023〕12号".into()));
    }
    for input in ["国发〔2023〕", "国发(2023)", "国发 【2023】 "] {
        check(input, Query::Exact("国发〔2023〕".into()));
    }
    check(
        "国办发〔2023〕 2024 计划",
        Query::Any(vec![
            Query::Exact("国办发〔2023〕".into()),
            words("2024"),
            words("计划"),
        ]),
    );
}

#[test]
fn how_parts_hold_together() {
    check(
        "甲 乙 或 丙",
        Query::Or(vec![
            Query::Any(vec![words("甲"), words("乙")]),
            words("丙"),
        ]),
    );
    check(
        "甲 乙 与 丙",
        Query::Any(vec![
            words("甲"),
            Query::And(vec![words("乙"), words("丙")]),
        ]),
    );
    check(
        "甲 与 乙 丙",
        Query::Any(vec![
            Query::And(vec![words("甲"), words("乙")]),
            words("丙"),
        ]),
    );
    check(
        "（甲 或 乙） 与 丙 非 丁",
        Query::Any(vec![
            Query::And(vec![Query::Or(vec![words("甲"), words("乙")]), words("丙")]),
            not(exact("丁")),
        ]),
    );
    check(
        "甲 与 非 乙",
        Query::And(vec![words("甲"), not(exact("乙"))]),
    );
    check(
        "甲 (乙 (丙 丁))",
        Query::Any(["甲", "乙", "丙", "丁"].map(words).to_vec()),
    );
    check(
        "甲 或 （乙 -丙）",
        Query::Or(vec![
            words("甲"),
            Query::Any(vec![words("乙"), not(exact("丙"))]),
        ]),
    );
    check(
        "甲 -（乙 或 丙）",
        Query::Any(vec![
            words("甲"),
            not(Query::Or(vec![exact("乙"), exact("丙")])),
        ]),
    );
    check("甲 -（-乙）", Query::Any(vec![words("甲"), words("乙")]));
    check(
        "甲 -标题：乙",
        Query::Any(vec![words("甲"), not(title(exact("乙")))]),
    );
    check(
        "甲 标题：-乙",
        Query::Any(vec![words("甲"), not(title(exact("乙")))]),
    );
    check(
        "甲 -主题*",
        Query::Any(vec![words("甲"), not(Query::Prefix("主题".into()))]),
    );
    check(
        "标题：（党建 与 “品牌”）",
        title(Query::And(vec![words("党建"), exact("品牌")])),
    );
    check(
        "标题：国发[2023]12号",
        title(Query::Number("国发〔2023〕12号".into())),
    );
    check(
        "来源：（新华社 或 日报）",
        Query::Or(vec![source("新华社"), source("日报")]),
    );
    check(
        "来源：（新华社 日报）",
        Query::Or(vec![source("新华社"), source("日报")]),
    );
    check(
        "党建 来源：（日报 -晚报）",
        Query::Any(vec![
            words("党建"),
            Query::And(vec![source("日报"), not(source("晚报"))]),
        ]),
    );
    check(
        "党建(品牌 或 创新)",
        Query::Any(vec![
            words("党建"),
            Query::Or(vec![words("品牌"), words("创新")]),
        ]),
    );
    check(
        "“党建”、“品牌”",
        Query::Any(vec![exact("党建"), exact("品牌")]),
    );
    check(
        "“党建”“品牌”",
        Query::Any(vec![exact("党建"), exact("品牌")]),
    );
    check(
        "“党建”，品牌",
        Query::Any(vec![exact("党建"), words("品牌")]),
    );
    assert!(exact("甲").required() && !words("甲").required());
}

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
        ("+党建", "+党建", vec![]),
        ("党建 && 品牌", "党建 品牌", vec![]),
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
