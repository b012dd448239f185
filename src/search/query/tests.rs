//! Every row of the language, and how parts hold together.

mod laws;
mod odd;

use super::{Query, parse};
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
    for input in [
        "+党建 +品牌",
        "＋党建 +“品牌”",
        "+（党建 品牌）",
        "“党建” “品牌”",
    ] {
        check(input, Query::Any(vec![exact("党建"), exact("品牌")]));
    }
    for input in ["+党建 品牌", "品牌 +党建"] {
        assert!(parse(input).query.is_some_and(|query| match query {
            Query::Any(parts) => parts.contains(&exact("党建")) && parts.contains(&words("品牌")),
            _ => false,
        }));
    }
    check("寒潮 -25℃", Query::Any(vec![words("寒潮"), words("-25℃")]));
    check(
        "寒潮 -2016",
        Query::Any(vec![words("寒潮"), not(exact("2016"))]),
    );
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
    for input in [
        "国务院令第588号",
        "国务院令 第588号",
        "国务院令第５８８號",
        "国务院令（第588号）",
        "国务院令 (第0588号)",
        "国务院第588号令",
        "国务院588号令",
    ] {
        check(input, Query::Number("国务院令第588号".into()));
    }
    for input in [
        "主席令第46号",
        "主席令第四十六号",
        "主席令（第四十六号）",
        "主席令 第四十六號",
        "第四十六号主席令",
        "第46号国家主席令",
        "第四十六号中华人民共和国主席令",
        "中华人民共和国主席令第46号",
        "中華人民共和國主席令第四十六號",
        "国家主席令第四十六号",
    ] {
        check(input, Query::Number("主席令第46号".into()));
    }
    for input in [
        "国务院令第六百三十六号",
        "国务院六百三十六号令",
        "国务院第六百三十六号令",
        "第636号国务院令",
        "国务院令第六三六号",
    ] {
        check(input, Query::Number("国务院令第636号".into()));
    }
    check(
        "国发〔2023〕十二号",
        Query::Number("国发〔2023〕12号".into()),
    );
    for input in [
        "国务院令",
        "国务院令588号",
        "令第588号",
        "国务院令第588号文",
        "国务院令（第588号",
        "根据国务院令第588号",
        "国务院第588号",
        "主席令第两号",
        "主席令第〇号",
        "开放动员一号令",
        "第四十六号主席令说",
        "第四十六号通缉令",
        "第四十六号",
        "国发〔2023〕十二",
    ] {
        assert!(
            !matches!(parse(input).query, Some(Query::Number(_))),
            "{input}"
        );
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

/// As a Chinese keyboard sends it, without blanks.
#[test]
fn operators_between_quotations_need_no_blanks() {
    let and = |parts: &[&str]| Query::And(parts.iter().map(|part| exact(part)).collect());
    let or = |parts: &[&str]| Query::Or(parts.iter().map(|part| exact(part)).collect());
    for input in [
        "“党建”与“品牌”",
        "“党建”與“品牌”",
        "“党建”AND“品牌”",
        "“党建”&&“品牌”",
        "\"党建\"与\"品牌\"",
        "\"党建\"AND\"品牌\"",
        "「党建」与『品牌』",
        "‘党建’与‘品牌’",
        "“党建”与 “品牌”",
        "“党建” 与“品牌”",
        "（“党建”与“品牌”）",
        "（“党建”）与“品牌”",
        "“党建”与（“品牌”）",
        "“党建”与“品牌”？",
        "“党建”与“品牌”。",
    ] {
        check(input, and(&["党建", "品牌"]));
    }
    for input in ["“反腐”或“巡视”", "\"反腐\"OR\"巡视\"", "“反腐”||“巡视”"]
    {
        check(input, or(&["反腐", "巡视"]));
    }
    for input in ["“党建”非“廉政”", "“党建”NOT“廉政”", "“党建” 非“廉政”"]
    {
        check(input, Query::Any(vec![exact("党建"), not(exact("廉政"))]));
    }
    check(
        "“党建”与非“廉政”",
        Query::And(vec![exact("党建"), not(exact("廉政"))]),
    );
    check("“甲”与“乙”与“丙”", and(&["甲", "乙", "丙"]));
    check(
        "“党建”与 品牌",
        Query::And(vec![exact("党建"), words("品牌")]),
    );
    check(
        "（“反腐”或“巡视”）与“王”",
        Query::And(vec![or(&["反腐", "巡视"]), exact("王")]),
    );
    check(
        "“王”与（反腐 或 巡视）",
        Query::And(vec![
            exact("王"),
            Query::Or(vec![words("反腐"), words("巡视")]),
        ]),
    );
    check(
        "标题：“反腐”与“巡视”",
        Query::And(vec![title(exact("反腐")), exact("巡视")]),
    );
    check(
        "标题：“反腐”与来源：“日报”",
        Query::And(vec![title(exact("反腐")), source("日报")]),
    );
    check(
        "“甲 乙”~3与“丙”*",
        Query::And(vec![near(&["甲", "乙"], 3), Query::Prefix("丙".into())]),
    );
}

/// Where text touches the quotations they are emphasis, and what joins them is text.
#[test]
fn between_quotations_in_running_text_all_is_text() {
    for input in [
        "推进“一带一路”与“中国制造”建设",
        "推进“一带一路”与“中国制造”",
        "“一带一路”与“中国制造”建设",
        "“甲”与“乙”或“丙”建设",
        "“甲”与“乙”，建设",
        "推进\"一带一路\"与\"中国制造\"建设",
        "“甲”与会",
        "非“公有制”",
    ] {
        laws(input);
        let parsed = parse(input);
        assert_eq!(parsed.query, Some(words(input)), "{input}");
    }
    check("\"推进“一带一路”建设\"", exact("推进“一带一路”建设"));
    check("\"推进“一带一路”\"", exact("推进“一带一路”"));
    check("\"党建“", exact("党建"));
}
