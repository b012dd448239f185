use super::*;
use crate::article::Date;
use proptest::prelude::*;

fn read(draft: Draft) -> Article {
    let body = draft.body.clone();
    let article = Article::from_draft(draft).unwrap();
    let lines: Vec<&str> = body
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let paragraphs: Vec<&str> = article
        .paragraphs
        .iter()
        .map(|p| &article.body[p.bytes.clone()])
        .collect();
    assert_eq!(paragraphs, lines, "every line is a paragraph");
    article
}

fn body(body: &str) -> Draft {
    Draft {
        body: body.to_owned(),
        ..Draft::default()
    }
}

fn kinds(article: &Article) -> Vec<Kind> {
    article.paragraphs.iter().map(|p| p.kind).collect()
}

fn found(value: &str, from: Evidence) -> Option<Found<String>> {
    Some(Found {
        value: value.to_owned(),
        from,
    })
}

#[test]
fn an_article_in_the_traditional_script_without_headline() {
    let article = read(body(
        "春季義務植樹活動現場。張小明 攝\n“綠化不是一陣風，要年年抓、處處抓，讓每一座山頭都綠起來，讓每一條河都清起來。”4月初，動員會召開。\n會議強調落實。\n記者 張小明\n編輯:周文光",
    ));
    assert_eq!(
        kinds(&article),
        [
            Kind::Caption,
            Kind::Body,
            Kind::Body,
            Kind::Credit,
            Kind::Credit
        ]
    );
    assert_eq!(
        article.title.value,
        "綠化不是一陣風，要年年抓、處處抓，讓每一座山頭都綠起來"
    );
    assert_eq!(article.title.from, Evidence::FirstLine);
    assert_eq!((article.date, article.source), (None, None));
    let credits: Vec<_> = article
        .credits
        .iter()
        .map(|c| (&*c.role, c.names.concat()))
        .collect();
    assert_eq!(
        credits,
        [
            ("摄", "張小明".into()),
            ("记者", "張小明".into()),
            ("编辑", "周文光".into())
        ]
    );
}

#[test]
fn a_broadcast_story() {
    let article = read(Draft {
        title: found("[视频]全市召开党建会议", Evidence::Field),
        date: found("2018-06-01 19:06:28", Evidence::Field),
        ..body("央视网消息(新闻联播)：全市召开党建会议。\n(视频编辑：张文龙 文字编辑：温玉浩)")
    });
    assert_eq!(article.title.value, "全市召开党建会议");
    assert_eq!(
        article.date.clone().unwrap().value.to_string(),
        "2018-06-01"
    );
    assert_eq!(
        article.source.clone(),
        Some(Found {
            value: "央视网".to_owned(),
            from: Evidence::Text
        })
    );
    assert_eq!(
        &article.body[article.paragraphs[0].text_start..article.paragraphs[0].bytes.end],
        "全市召开党建会议。"
    );
    assert_eq!(kinds(&article), [Kind::Body, Kind::Credit]);
}

#[test]
fn a_page_saved_as_text() {
    let article = read(body(
        "全市机关党建工作推进会召开\n发布时间：2018-06-01 来源：某市委组织部 浏览次数：12\n本报讯（记者 王小明）6月1日，推进会召开。\n打印本页 关闭窗口",
    ));
    assert_eq!(article.title.value, "全市机关党建工作推进会召开");
    assert_eq!(
        kinds(&article),
        [Kind::Title, Kind::Furniture, Kind::Body, Kind::Furniture]
    );
    assert_eq!(
        article.date.clone().unwrap(),
        Found {
            value: Date::new(2018, 6, 1).unwrap(),
            from: Evidence::Text
        }
    );
    assert_eq!(article.source.clone().unwrap().value, "某市委组织部");
    assert_eq!(article.credits[0].names, ["王小明"]);
}

/// However the day stands below the headline; a line of several beats the box above it.
#[test]
fn a_day_below_the_headline() {
    for line in [
        "2016-07-01",
        "2016/7/1",
        "（2016-07-01）",
        "2016-07-01 08:30:00",
        "发布于：2016-07-01",
        "公开日期：2016年7月1日",
    ] {
        let text = format!("早市搬到桥头\n{line}\n三十户菜农有了固定摊位。");
        let article = read(body(&text));
        let date = article.date.as_ref().map(|date| date.value.to_string());
        assert_eq!(date.as_deref(), Some("2016-07-01"), "{line}");
        assert_eq!(article.paragraphs[1].kind, Kind::Furniture, "{line}");
    }
    let chronicle = "大事记\n2016-07-01\n早市搬到桥头。\n2016-07-05\n渡口改成公园。";
    assert_eq!(read(body(chronicle)).date, None);
    let box_and_line = "索引号：000014349\n发布机构：某某市人民政府\n早市搬到桥头\n\
        发布时间：2019-03-05 10:20 来源：某某日报 浏览次数：12\n三十户菜农有了固定摊位。";
    let article = read(body(box_and_line));
    assert_eq!(article.source.unwrap().value, "某某日报");
    assert_eq!(article.date.unwrap().value.to_string(), "2019-03-05");
}

#[test]
fn titles_that_are_none() {
    for (text, want) in [
        (
            "王小明\n全市召开党建会议。会议强调落实。",
            "全市召开党建会议",
        ),
        (
            "央视网消息(新闻联播)：全市召开党建会议，部署工作。",
            "全市召开党建会议，部署工作",
        ),
        ("（2018年6月1日）\n全市召开党建会议。", "全市召开党建会议"),
        ("来源：某某日报\n记者 王小明\n党建会议召开", "党建会议召开"),
        ("央视网消息(新闻联播)：", "央视网消息(新闻联播)："),
    ] {
        assert_eq!(read(body(text)).title.value, want, "{text}");
    }
}

#[test]
fn titles_with_something_before_them() {
    for (text, want) in [
        (
            "标题：我市获评文明城市\n日期：2020-05-01\n来源：临江日报\n正文说明情况。",
            "我市获评文明城市",
        ),
        ("标 题: 春耕（上）\n正文说明情况。", "春耕（上）"),
        ("標題：我市獲評文明城市\n正文。", "我市獲評文明城市"),
        (
            "临江市人民政府文件\n临政发〔2020〕18号\n关于做好春耕工作的通知\n各县：\n正文说明情况。",
            "关于做好春耕工作的通知",
        ),
        ("000001\n特急\n我市部署春耕工作\n正文。", "我市部署春耕工作"),
        ("000001\n特急\n我市部署春耕工作。", "我市部署春耕工作"),
        (
            "临江市人民政府文件\n关于做好春耕工作的通知\n临政发〔2020〕18号\n正文。",
            "关于做好春耕工作的通知",
        ),
        (
            "我市公开一批政府文件\n正文说明情况。",
            "我市公开一批政府文件",
        ),
        ("000001", "000001"),
    ] {
        assert_eq!(read(body(text)).title.value, want, "{text}");
    }
}

#[test]
fn a_name_gives_way_to_the_line_it_stands_for() {
    let name = found("全市党建会议 部署全年工作", Evidence::Name);
    let article = read(Draft {
        title: name.clone(),
        ..body("全市党建会议：部署全年工作\n会议强调落实。")
    });
    assert_eq!(
        (&*article.title.value, article.title.from),
        ("全市党建会议：部署全年工作", Evidence::FirstLine)
    );
    let article = read(Draft {
        title: name,
        ..body("会议强调落实。")
    });
    assert_eq!(
        (&*article.title.value, article.title.from),
        ("全市党建会议 部署全年工作", Evidence::Name)
    );
}

#[test]
fn whose_date_counts() {
    let day = |field: Option<Found<String>>, text: &str| {
        let article = read(Draft {
            date: field,
            ..body(text)
        });
        article.date.map(|date| (date.value.to_string(), date.from))
    };
    let name = || found("条例(2020-03-27).md", Evidence::Name);
    let law = "2009年4月22日 某某会议通过\n2009年5月4日 某某令第554号公布\n2009年7月1日 施行\n第一条 为了加强管理，制定本条例。";
    assert_eq!(
        day(name(), law),
        Some(("2020-03-27".into(), Evidence::Name))
    );
    assert_eq!(day(None, law), Some(("2009-05-04".into(), Evidence::Text)));
    let wrong = || found("条例(1972-05-04).md", Evidence::Name);
    assert_eq!(
        day(
            wrong(),
            "1979年5月4日 国务院发布\n第一条 为了加强管理，制定本条例。"
        ),
        Some(("1979-05-04".into(), Evidence::Text))
    );
    let passed = || found("条例(2009-04-22).md", Evidence::Name);
    assert_eq!(
        day(passed(), law),
        Some(("2009-04-22".into(), Evidence::Name))
    );
    assert_eq!(
        day(name(), "发布时间：2018-06-01\n正文。"),
        Some(("2018-06-01".into(), Evidence::Text))
    );
    assert_eq!(
        day(None, "新华社北京2017年6月29日电 会议召开。"),
        Some(("2017-06-29".into(), Evidence::Text))
    );
    assert_eq!(
        day(None, "会议召开。\n某市人民政府\n2018年6月1日"),
        Some(("2018-06-01".into(), Evidence::Text))
    );
    assert_eq!(
        day(
            found("昨天", Evidence::Field),
            "1949年10月1日，新中国成立。"
        ),
        None
    );
}

#[test]
fn an_official_document() {
    let article = read(body(
        "索 引 号：000012345/2018-00012 主题分类：综合政务\n发文机关：某某市人民政府办公室 成文日期：2018年06月01日\n标 题：关于加强巡查工作的通知 发布日期：2018年06月05日\n发文字号：某政办发[2018]012号\n主 题 词：\n关于加强巡查工作的通知\n各县（市）人民政府：\n根据国办发〔2017〕47号和国务院令第554号要求，现通知如下。国办发〔2017〕47号另行转发。",
    ));
    assert_eq!(article.title.value, "关于加强巡查工作的通知");
    assert_eq!(
        article.date.clone().unwrap().value.to_string(),
        "2018-06-05"
    );
    assert_eq!(
        article.source.clone().unwrap().value,
        "某某市人民政府办公室"
    );
    assert_eq!(article.extra["成文日期"], "2018年06月01日");
    assert_eq!(
        article.number().unwrap().to_string(),
        "某政办发〔2018〕12号"
    );
    let cited: Vec<String> = article.cited().iter().map(ToString::to_string).collect();
    assert_eq!(cited, ["国办发〔2017〕47号", "国务院令第554号"]);
    let law = read(body(
        "2009年5月4日 中华人民共和国国务院令第554号公布\n第一条 为了加强管理，制定本条例。",
    ));
    assert_eq!(law.number().unwrap().to_string(), "国务院令第554号");
}

#[test]
fn names_at_the_foot() {
    for (foot, want) in [
        ("王小明", "王小明"),
        ("相关链接：\n高质量", ""),
        ("相关阅读\n我市部署防汛工作\n高质量", ""),
        ("关于丙", ""),
    ] {
        let article = read(body(&format!("会议召开。\n会议强调落实。\n{foot}")));
        let names: Vec<String> = article.credits.iter().map(|c| c.names.concat()).collect();
        assert_eq!(names.concat(), want, "{foot}");
    }
}

#[test]
fn the_day_of_writing_is_no_other() {
    let article = read(body(
        "索引号：L1 成文日期：2020-05-01\n会议召开，部署工作。",
    ));
    assert_eq!(article.date, None);
    assert_eq!(
        article
            .written
            .map(|found| (found.value.to_string(), found.from)),
        Some(("2020-05-01".into(), Evidence::Box))
    );
    assert!(article.witnesses.iter().all(|told| told.field != "date"));
}

#[test]
fn no_text() {
    assert_eq!(
        Article::from_draft(body(" \n\u{3000}\n")),
        Err(Skip::NoText)
    );
}

proptest! {
    #[test]
    fn every_line_stays(text in "[记者编辑摄来源讯电网报本社王小明：:（）()\\[\\]【】 \u{3000}\n。，0-9年月日|·a]{1,80}") {
        if let Ok(article) = Article::from_draft(body(&text)) {
            prop_assert!(!article.title.value.is_empty());
            read(body(&text));
            for p in &article.paragraphs {
                prop_assert!(p.bytes.start <= p.text_start && p.text_start <= p.bytes.end);
                prop_assert!(article.body.is_char_boundary(p.text_start));
            }
        }
    }
}
