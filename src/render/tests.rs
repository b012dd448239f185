//! What each form of output says.
#![allow(clippy::unwrap_used)]

mod hostile;

use super::*;
use crate::search::Hit;

/// The byte ranges of a string in a text: what search would hand over.
fn marks(text: &str, words: &[&str]) -> Vec<Range<usize>> {
    let mut marks: Vec<Range<usize>> = words
        .iter()
        .flat_map(|w| text.match_indices(w))
        .map(|(at, w)| at..at + w.len())
        .collect();
    marks.sort_by_key(|mark| mark.start);
    marks
}

fn hit(rank: usize, title: &str, text: &str, words: &[&str]) -> Hit {
    Hit {
        rank,
        score: 12.345_678_901,
        article: format!("a-{rank}"),
        passage: 2,
        title: title.into(),
        title_marks: marks(title, words),
        date: "2018-03-12".parse().ok(),
        source: Some("龙城日报".into()),
        path: "corpus/text/a.txt".into(),
        text: text.into(),
        marks: marks(text, words),
        more: 2,
        copies: 0,
        points: vec![],
        whole: false,
    }
}

fn hits(list: Vec<Hit>) -> Hits {
    Hits {
        passages: 12,
        articles: list.len() as u64,
        hits: list,
        notes: vec![],
        relaxed: false,
        absent: Vec::new(),
        whole: None,
        explanation: None,
    }
}

fn show(hits: &Hits, query: Option<&str>, style: &Style) -> String {
    let mut out = Vec::new();
    head(style, query.is_some(), &mut out).unwrap();
    render(hits, query, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const LONG: &str = "市委组织部近日召开机关党建工作座谈会，总结上半年工作，研究下半年任务。\
会议指出，各级党组织要把学习放在首位，坚持读原著、学原文、悟原理，在学懂弄通做实上下功夫。\
要严格落实“三会一课”制度，推动组织生活经常化、规范化，防止走过场、图形式。\
要做实主题党日，每月固定一天，组织党员集中学习、过组织生活、开展志愿服务，让党员在活动中受教育、有收获。\
会议强调，要加强基层党务干部队伍建设，选优配强支部书记，健全激励保障机制，关心关爱基层干部。\
要抓好党建品牌创建，鼓励各单位结合职能职责，打造一批叫得响、立得住、推得开的特色品牌，以点带面提升整体水平。\
会议要求，各单位要强化责任落实，主要负责同志要履行第一责任人职责，班子成员要落实“一岗双责”。";

fn sample() -> Hits {
    hits(vec![
        hit(
            1,
            "机关党建提升年活动全面铺开",
            "做实“主题党日”制度，各机关党组织每月安排一天学习。",
            &["主题党日", "党建"],
        ),
        hit(
            2,
            "全市机关党建工作座谈会在市委党校召开，部署下半年“两学一做”学习教育常态化制度化工作",
            LONG,
            &["主题党日", "党建品牌"],
        ),
    ])
}

#[test]
fn text_for_a_person() {
    let want = "\
1  机关党建提升年活动全面铺开                               2018-03-12  龙城日报
   做实“主题党日”制度，各机关党组织每月安排一天学习。
   corpus/text/a.txt · 第 3 段 · 还有 2 段                                   a-1

2  全市机关党建工作座谈会在市委党校召开，部署下半年“两学一做”学习教育常态化制度
   化工作                                                   2018-03-12  龙城日报
   …要做实主题党日，每月固定一天，组织党员集中学习、过组织生活、开展志愿服务，让
   党员在活动中受教育、有收获。会议强调，要加强基层党务干部队伍建设，选优配强支
   部书记，健全激励保障机制，关心关爱基层干部。要抓好党建品牌创建，鼓励各单位结
   合职能职责，打造一批叫得响、立得住、推得开的特色品牌，以点带面提升整体水平。…
   corpus/text/a.txt · 第 3 段 · 还有 2 段                                   a-2

共 2 篇、12 段，以上为第 1–2 条
";
    assert_eq!(show(&sample(), None, &Style::default()), want);
}

#[test]
fn text_on_a_narrow_screen_joins_two_places() {
    let one = hits(vec![hit(2, "座谈会召开", LONG, &["主题党日", "党建品牌"])]);
    let want = "\
检索 q1

2  座谈会召开
   2018-03-12  龙城日报
   …要做实主题党日，每月固定一
   天，组织党员集中学习、…要抓
   好党建品牌创建，鼓励各单位
   结合职能职责，…
   corpus/text/a.txt · 第 3
   段 · 还有 2 段          a-2

共 1 篇、12 段，以上为第 2 条

";
    assert_eq!(
        show(
            &one,
            Some("q1"),
            &Style {
                width: 30,
                ..Style::default()
            }
        ),
        want
    );
}

#[test]
fn colour_and_context_and_english() {
    let style = Style {
        context: Some(6),
        color: true,
        lang: Lang::En,
        ..Style::default()
    };
    let mut one = hits(vec![hit(1, "党建品牌", LONG, &["主题党日", "党建品牌"])]);
    one.passages = 1;
    one.hits[0].copies = 1;
    let want = "\
1  \u{1b}[1;31m党建品牌\u{1b}[0m                                                 \u{1b}[2m2018-03-12  龙城日报\u{1b}[0m
   …形式。要做实\u{1b}[1;31m主题党日\u{1b}[0m，每月固定一…干部。要抓好\u{1b}[1;31m党建品牌\u{1b}[0m创建，鼓励各…
   \u{1b}[2mcorpus/text/a.txt · passage 3 · 2 more · 1 copy\u{1b}[0m                           \u{1b}[2ma-1\u{1b}[0m

\u{1b}[2m1 passage in 1 article; 1 shown\u{1b}[0m
";
    assert_eq!(show(&one, None, &style), want);
}

#[test]
fn text_says_when_there_is_nothing() {
    for (passages, lang, want) in [
        (0, Lang::Zh, "没有找到\n"),
        (0, Lang::En, "nothing found\n"),
        (3, Lang::Zh, "共 1 篇、3 段，这一页没有\n"),
        (3, Lang::En, "3 passages in 1 article; none on this page\n"),
    ] {
        let none = Hits {
            passages,
            articles: passages.min(1),
            ..Hits::default()
        };
        assert_eq!(
            show(
                &none,
                None,
                &Style {
                    lang,
                    ..Style::default()
                }
            ),
            want
        );
        for format in [Format::Json, Format::Trec] {
            assert_eq!(
                show(
                    &none,
                    None,
                    &Style {
                        format,
                        ..Style::default()
                    }
                ),
                ""
            );
        }
    }
}

#[test]
fn ids_can_be_typed() {
    for (id, want) in [
        ("cctv-VIDE123", "cctv-VIDE123"),
        ("通知 一", "'通知 一'"),
        ("a'b", "'a'\\''b'"),
        ("$(x)", "'$(x)'"),
        ("-n", "'-n'"),
        ("", "''"),
    ] {
        let mut one = hits(vec![hit(1, "通知", "印发通知。", &[])]);
        one.hits[0].article = id.into();
        let text = show(&one, None, &Style::default());
        assert!(text.contains(&format!(" {want}\n")), "{text}");
    }
}

#[test]
fn a_title_takes_three_lines_at_most() {
    let one = hits(vec![hit(1, &"学习贯彻会议精神".repeat(30), "通知。", &[])]);
    let text = show(
        &one,
        None,
        &Style {
            width: 40,
            ..Style::default()
        },
    );
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[2].ends_with('…') && lines[3].ends_with("2018-03-12  龙城日报"),
        "{text}"
    );
}

#[test]
fn a_passage_of_a_few_lines_keeps_its_paragraphs() {
    let one = hits(vec![hit(
        1,
        "通知",
        "各支部：\n现将安排印发给你们。\n请认真执行。",
        &[],
    )]);
    let text = show(&one, None, &Style::default());
    assert!(
        text.contains("\n   各支部：\n   现将安排印发给你们。\n   请认真执行。\n"),
        "{text}"
    );
}

#[test]
fn json_keeps_the_fields_and_their_order() {
    let mut one = hits(vec![hit(1, "机关党建", "落实“主题党日”。", &["主题党日"])]);
    let style = Style {
        format: Format::Json,
        ..Style::default()
    };
    let want = concat!(
        r#"{"rank":1,"score":12.345679,"article":"a-1","passage":2,"title":"机关党建","date":"2018-03-12","#,
        r#""source":"龙城日报","path":"corpus/text/a.txt","text":"落实“主题党日”。","marks":[[3,7]],"#,
        r#""more":2,"copies":0,"note":null}"#,
        "\n"
    );
    assert_eq!(show(&one, None, &style), want);
    assert_eq!(
        show(&one, Some("七"), &style),
        want.replacen('{', r#"{"query":"七","#, 1)
    );
    one.hits[0].date = None;
    one.hits[0].source = None;
    one.hits[0].score = f64::NAN;
    one.notes = vec!["甲".into(), "乙".into()];
    let line: serde_json::Value = serde_json::from_str(&show(&one, None, &style)).unwrap();
    assert_eq!(line["date"], serde_json::Value::Null);
    assert_eq!(line["source"], serde_json::Value::Null);
    assert_eq!(line["score"], 0.0);
    assert_eq!(line["note"], "甲；乙");
}

#[test]
fn csv_for_spreadsheets() {
    let style = Style {
        format: Format::Csv,
        ..Style::default()
    };
    let head =
        "\u{feff}rank,score,article,passage,title,date,source,path,text,marks,more,copies,note\r\n";
    let mut one = hits(vec![hit(
        1,
        "=HYPERLINK(\"x\")",
        "第一段，\n第二段",
        &["第"],
    )]);
    one.hits[0].source = None;
    one.hits[0].date = None;
    one.hits[0].score = -1.5;
    let row = "1,-1.5,a-1,2,\"'=HYPERLINK(\"\"x\"\")\",,,corpus/text/a.txt,\"第一段，\n第二段\",0-1 5-6,2,0,\r\n";
    assert_eq!(show(&one, None, &style), format!("{head}{row}"));
    let many = head.replacen("rank", "query,rank", 1);
    assert_eq!(show(&one, Some("+1"), &style), format!("{many}'+1,{row}"));
    for (text, want) in [
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("＝a", "'＝a"),
        ("\ta", "' a"),
        ("a=b", "a=b"),
        ("a,b", "\"a,b\""),
        ("", ""),
    ] {
        one.hits[0].title = text.into();
        assert!(
            show(&one, None, &style).contains(&format!("a-1,2,{want},,")),
            "{text}"
        );
    }
}

#[test]
fn trec_names_an_article_once() {
    let style = Style {
        format: Format::Trec,
        ..Style::default()
    };
    let mut list = hits(
        (3..7)
            .map(|rank| hit(rank, "通知", "通知。", &[]))
            .collect(),
    );
    list.hits[1].article = "a-3".into();
    list.hits[2].article = "公报 第1期\u{9b}\n".into();
    let want = "\
q%201 Q0 a-3 3 12.345679 jianbao
q%201 Q0 公报%20第1期%C2%9B%0A 4 12.345678 jianbao
q%201 Q0 a-6 5 12.345677 jianbao
";
    assert_eq!(show(&list, Some("q 1"), &style), want);
}

#[test]
fn another_script_keeps_the_marks() {
    fn simple(text: &str) -> String {
        text.replace('𠀾', "么")
            .replace('黨', "党")
            .replace('題', "题")
    }
    let one = hits(vec![hit(1, "黨課", "說𠀾，主題黨日", &["主題黨日", "黨"])]);
    let style = Style {
        format: Format::Json,
        script: Script::Mapped(simple),
        ..Style::default()
    };
    let line: serde_json::Value = serde_json::from_str(&show(&one, None, &style)).unwrap();
    assert_eq!(line["title"], "党課");
    assert_eq!(line["text"], "說么，主题党日");
    assert_eq!(line["marks"][0], serde_json::json!([3, 7]));
    let longer = Style {
        script: Script::Mapped(|text| format!("{text}啊")),
        ..style
    };
    let line: serde_json::Value = serde_json::from_str(&show(&one, None, &longer)).unwrap();
    assert_eq!(
        line["text"], "說𠀾，主題黨日",
        "a map that is not one to one is not used"
    );
}

#[test]
#[allow(clippy::single_range_in_vec_init)]
fn bytes_become_code_points() {
    for (text, marks, want) in [
        (
            "党a建",
            vec![0..3, 3..4, 4..7],
            vec![[0, 1], [1, 2], [2, 3]],
        ),
        ("党建", vec![1..2, 4..6], vec![[1, 2]]),
        ("党建", vec![0..99], vec![[0, 2]]),
        ("党建", vec![3..3, 50..60], vec![]),
        ("", vec![0..1], vec![]),
    ] {
        let marks: Vec<Range<usize>> = marks;
        assert_eq!(points(text, &marks), want, "{text} {marks:?}");
    }
}
