//! Every row of the language, odd input, and the laws.

use super::{Lang, MAX_BYTES, MAX_DEPTH, MAX_PARTS, MAX_WITHIN, Note, Query, parse};
use proptest::prelude::*;

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

/// What every reading must keep, whatever the input.
#[track_caller]
fn laws(input: &str) {
    let parsed = parse(input);
    assert_eq!(
        parsed.query.is_none(),
        parsed.notes.contains(&Note::Nothing),
        "{input:?}"
    );
    for note in &parsed.notes {
        for lang in [Lang::Zh, Lang::En] {
            let text = note.text(lang);
            assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
        }
    }
    let Some(query) = parsed.query else { return };
    let mut leaves = 0;
    well_formed(&query, Inside::Nothing, &mut leaves);
    assert!(leaves <= MAX_PARTS, "{leaves} parts");
    let shown = query.to_string();
    if shown.len() <= MAX_BYTES {
        assert_eq!(
            parse(&shown).query,
            Some(query),
            "{input:?} is shown as {shown:?}"
        );
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Nothing,
    Any,
    And,
    Or,
    Not,
    Title,
}

/// The promises in the docstring of [`Query`].
#[track_caller]
fn well_formed(query: &Query, inside: Inside, leaves: &mut usize) {
    let says = |text: &str| assert!(text.chars().any(char::is_alphanumeric), "{text:?}");
    let list = |parts: &[Query], own: Inside, leaves: &mut usize| {
        assert!(inside != own && parts.len() > 1, "{query:?}");
        assert!(
            parts.iter().any(|p| !matches!(p, Query::Not(_))),
            "{query:?}"
        );
        for part in parts {
            well_formed(part, own, leaves);
        }
    };
    match query {
        Query::Any(parts) => list(parts, Inside::Any, leaves),
        Query::And(parts) => list(parts, Inside::And, leaves),
        Query::Or(parts) => list(parts, Inside::Or, leaves),
        Query::Not(inner) => {
            assert!(matches!(inside, Inside::Any | Inside::And), "{query:?}");
            well_formed(inner, Inside::Not, leaves);
        }
        Query::Title(inner) => well_formed(inner, Inside::Title, leaves),
        Query::Near { parts, within } => {
            assert!(parts.len() > 1 && *within <= MAX_WITHIN);
            parts.iter().for_each(|p| says(p));
            *leaves += parts.len();
        }
        Query::Date { since, until } => {
            assert!(since.is_some() || until.is_some());
            assert!(since.is_none() || until.is_none() || since <= until);
            *leaves += 1;
        }
        Query::Words(text) => {
            assert!(inside != Inside::Not && !text.contains(char::is_whitespace));
            says(text);
            *leaves += 1;
        }
        Query::Exact(text) | Query::Prefix(text) | Query::Number(text) | Query::Source(text) => {
            says(text);
            *leaves += 1;
        }
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
        ("推进“放管服”改革", "推进“放管服”改革", vec![]),
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

#[test]
fn size_is_bounded() {
    let deep = "(".repeat(100_000);
    for input in [
        deep.clone(),
        format!("{deep}党建"),
        "-(".repeat(50_000),
        "非 ".repeat(50_000),
        "a(".repeat(50_000),
        "“".repeat(50_001),
        "((党建 或 ".repeat(9_000),
        "标题：".repeat(9_000),
        "国发〔".repeat(9_000),
        "a 与 ".repeat(9_000),
        "甲 ".repeat(9_000),
        "*".repeat(9_000),
        "\\".repeat(9_001),
        "日期：2016 ".repeat(900),
        "-(a 或 ".repeat(40),
        "-(a 或 b 或 -".repeat(40),
        "-来源：（a -b ".repeat(35),
        "甲\u{1}".repeat(5_000),
        "\"a b\"~8 ".repeat(500),
        "来源：（".repeat(200),
        format!("{}来源：（甲 -乙", "（甲 或 ".repeat(MAX_DEPTH - 1)),
        format!("{}-来源：（甲 乙 -丙", "（甲 或 ".repeat(MAX_DEPTH - 1)),
        format!("{}-来源：（甲 乙 -丙", "（甲 或 ".repeat(MAX_DEPTH - 2)),
    ] {
        laws(&input);
    }
    let long = parse(&"党".repeat(5000));
    assert_eq!(long.query, Some(words(&"党".repeat(MAX_BYTES / 3))));
    assert_eq!(long.notes, [Note::TooLong]);
    assert_eq!(parse(&"甲 ".repeat(300)).notes, [Note::TooManyParts]);
    let nested = |depth: usize| format!("{}党建{}", "(甲 或 ".repeat(depth), ")".repeat(depth));
    assert_eq!(parse(&nested(MAX_DEPTH)).notes, []);
    assert_eq!(parse(&nested(MAX_DEPTH + 3)).notes, [Note::TooDeep]);
}

/// Strings of syntax and near-syntax: what a random string rarely holds.
fn pieces() -> impl Strategy<Value = String> {
    let pieces: &[&str] = &[
        "党建",
        "品牌",
        "与",
        "或",
        "非",
        "AND",
        "OR",
        "NOT",
        " ",
        " ",
        "　",
        "(",
        ")",
        "（",
        "）",
        "\"",
        "“",
        "”",
        "「",
        "」",
        "'",
        "-",
        "－",
        "*",
        "＊",
        "~8",
        "～",
        "：",
        ":",
        "标题",
        "来源",
        "日期",
        "title:",
        "来源：",
        "日期：",
        "标题：（",
        "2016",
        "..",
        "2016-03",
        "至",
        "年",
        "国发",
        "〔",
        "[",
        "2023",
        "〕",
        "]",
        "12",
        "号",
        "第",
        "，",
        "。",
        "\\",
        "关于",
        "作者：",
        "a",
        "1",
        "\u{0}",
        "\u{200b}",
        "《",
        "》",
        "以来",
        ">=",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..24).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_keeps_the_laws(input in "\\PC{0,60}") {
        laws(&input);
    }

    #[test]
    fn any_characters_keep_the_laws(input in proptest::collection::vec(any::<char>(), 0..40)) {
        laws(&input.into_iter().collect::<String>());
    }

    #[test]
    fn any_syntax_keeps_the_laws(input in pieces()) {
        laws(&input);
    }
}
