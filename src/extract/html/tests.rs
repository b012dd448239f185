use super::*;
use proptest::prelude::*;

fn page(markup: &str) -> Draft {
    read(markup).unwrap().remove(0)
}

fn title(draft: &Draft) -> &str {
    draft.title.as_ref().map_or("", |title| &title.value)
}

const BODY: &str = "<p>　　6月1日，全市机关党建工作推进会召开，总结去年的工作，部署今年的任务。</p><p>会议强调，要压实责任，抓好落实。</p>";
const WANT: &str = "6月1日，全市机关党建工作推进会召开，总结去年的工作，部署今年的任务。\n会议强调，要压实责任，抓好落实。";

#[test]
fn a_government_page() {
    let markup = format!(
        "<!DOCTYPE html><html><head><title>全市机关党建工作推进会召开_某某市人民政府</title>
        <META NAME=\"SiteName\" CONTENT=\"某某市人民政府\"><meta name=\"articletitle\" content=\"\">
        <meta name=\"PubDate\" content=\"2018——06——01 21:37\"><meta name=\"ContentSource\" content=\"某某日报\">
        <meta name='Keywords' content='党建；机关 推进会'><style>p{{}}</style></head><body>
        <div class=\"nav\"><ul><li><a href=/>首页</a></li><li><a>政务公开，信息，服务。</a></li></ul></div>
        <h1>某某市人民政府</h1><h1>全市机关党建工作推进会召开</h1>
        <div class=info>发布时间：2018-06-01 21:37 &nbsp; 来源：某某日报 【字体：大 中 小】</div>
        <div class=\"view TRS_UEDITOR\">{BODY}</div>
        <p>责任编辑：李方</p><div id=related>相关新闻，另外一篇。</div>
        <footer>主办：某某市人民政府，承办：某某。</footer></body></html>"
    );
    let draft = page(&markup);
    assert_eq!(title(&draft), "全市机关党建工作推进会召开");
    // The line that says what the tags say is no text.
    assert_eq!(draft.body, format!("{WANT}\n责任编辑：李方"));
    assert_eq!(draft.date.unwrap().value, "2018——06——01 21:37");
    assert_eq!(draft.source.unwrap().value, "某某日报");
    assert_eq!(
        draft.extra["Keywords"],
        serde_json::json!(["党建", "机关", "推进会"])
    );
    assert_eq!(draft.extra["SiteName"], "某某市人民政府");
}

/// However an editor and a template cut an article up, all of it is read, and nothing of what
/// stands around it.
#[test]
fn an_article_in_pieces() {
    let [first, second, third] = [
        "第一批改造的十二座公厕，本月底前全部开放。",
        "施工期间，附近商户的公厕免费借用，门口贴有标牌。",
        "市城管局说，今后每座公厕都有专人管护。",
    ];
    let want = [first, second, third].join("\n");
    let (one, two, three) = (
        format!("<p>{first}</p>"),
        format!("<p>{second}</p>"),
        format!("<p>{third}</p>"),
    );
    for pieces in [
        format!("<div id=zoom>{one}</div>{two}{three}</div>"),
        format!("<div><div id=zoom>{one}</div></div>{two}{three}</div></div>"),
        format!("<div class=article>{one}{two}<div class=TRS_Editor>{three}</div></div>"),
        format!("<div id=zoom>{one}{two}</div><div id=zoom2>{three}</div>"),
        format!("<div class=TRS_Editor>{one}{two}</div><div class=content>{three}</div>"),
        format!("<div class=zhaiyao>{first}</div><div class=TRS_Editor>{two}{three}</div>"),
        format!("<div id=zoom>{one}</div>{second}<br>{third}"),
    ] {
        let page = page(&format!(
            "<html><head><title>公厕改造</title></head><body>
            <div class=nav><a href=/>首页</a><a href=/a>新闻，要闻。</a></div>
            <div class=wrap>{pieces}
            <p><a href=x>上一篇：早市搬到桥头，三十户菜农有了摊位。</a></p>
            <div class=right><ul><li><a href=y>桥头早市开张，摊位全部免费。</a></li></ul>
            <div class=hot>热线电话开通，接听群众来电，每周公布一次。</div></div></div>
            <p>主办：某某市人民政府，地址：某某路一号。</p></body></html>"
        ));
        assert_eq!(page.body, want, "{pieces}");
    }
    // What others say between it and a paragraph below is not of it, nor is that.
    let page = page(&format!(
        "<body><div class=article>{one}{two}{three}</div>
        <div class=pl><div>网友甲：早该修了，去年就提过，总算等到。</div></div>
        <p>网友的话只代表他们自己，不代表编辑部的意见。</p></body>"
    ));
    assert_eq!(page.body, want);
}

#[test]
fn a_page_is_one_under_any_name() {
    for (text, want) in [
        ("<!DOCTYPE html><p>一。", true),
        ("\u{FEFF}\n<HTML lang=zh><p>一。", true),
        ("<html>", true),
        ("<htmlx>", false),
        ("网页以<html>开头。", false),
        ("<!doctype", false),
        ("", false),
    ] {
        assert_eq!(is_page(text), want, "{text}");
    }
}

#[test]
fn a_page_that_names_nothing() {
    let markup = format!(
        "<title>推进会 - 某某网</title><table><tr><td width=200><a>首页</a><br><a>新闻，时政。</a><td><div>{}</div><tr><td colspan=2>版权所有</table>",
        BODY.replace("<p>", "<div>").replace("</p>", "</div>")
    );
    let draft = page(&markup);
    assert_eq!(draft.body, WANT);
    assert_eq!(title(&draft), "推进会 - 某某网");
    assert_eq!(page("一段话，没有标签。").body, "一段话，没有标签。");
    assert_eq!(page("").body, "");
    assert_eq!(page("<body><p>短</p></body>").body, "短");
}

#[test]
fn menus_and_imprints_around_an_article() {
    let links = |names: [&str; 3]| {
        names
            .map(|name| format!("<li><a href=x>{name}</a></li>"))
            .concat()
    };
    let markup = format!(
        "<body><form id=aspnetForm><div><ul>{}</ul></div><div><div><h2>推进会召开</h2><div>{BODY}<ul><li><a href=1.doc>附件1：名单</a><li><a>附件2：日程</a><li><a>附件3：须知</a></ul></div></div>
        <div><ul>{}</ul></div></div><div>主办单位：某某市人民政府，承办单位：某某局，版权所有，未经授权，不得转载，建议使用某某浏览器，分辨率任意，谢谢您的光临，再见。</div></form></body>",
        links(["首页，要闻，信息", "公开", "服务"]),
        links(["全市召开防汛工作会议，部署工作", "春耕备耕全面展开，进度良好", "专题"]),
    );
    assert_eq!(
        page(&markup).body,
        format!("{WANT}\n附件1：名单\n附件2：日程\n附件3：须知")
    );
    let markup = format!("<body class=footer>{BODY}</body>");
    assert_eq!(page(&markup).body, WANT);
}

/// A box whose values stand below their labels.
#[test]
fn boxes_in_columns() {
    let row = |tag: &str, cells: &[&str]| {
        let cells = cells.iter().map(|cell| format!("<{tag}>{cell}</{tag}>"));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let labels = ["索引号", "文 号：", "发布机构", "发布日期"];
    let values = ["L1-1", "临政发〔2020〕15号", "临江市人民政府", "2020-05-06"];
    let want =
        "索引号：L1-1 文号：临政发〔2020〕15号 发布机构：临江市人民政府 发布日期：2020-05-06";
    let (head, below) = (row("td", &labels), row("td", &values));
    let second = (
        row("td", &["主题分类", "标题"]),
        row("td", &["农业", "春耕通知"]),
    );
    let long = "乡村建设".repeat(24);
    for (rows, want) in [
        (format!("{head}{below}"), want.to_owned()),
        (
            format!(
                "<thead>{}</thead> <tbody>{below}</tbody>",
                row("th", &labels)
            ),
            want.to_owned(),
        ),
        (
            format!("{head}{below}{}{}", second.0, second.1),
            format!("{want}\n主题分类：农业 标题：春耕通知"),
        ),
        (
            row("td", &["索引号", "标题", "内容概述"]) + &row("td", &["L1-1", &long, &long]),
            format!("索引号：L1-1\n标题：{long}\n内容概述：{long}"),
        ),
        (
            row("th", &["索引号", "统一登记号", "文号"])
                + &row("td", &["L1-1", "ZJ-1", "临政发〔2020〕15号"]),
            "索引号：L1-1　统一登记号：ZJ-1 文号：临政发〔2020〕15号".to_owned(),
        ),
        // A value of many parts is told whole, or not as one.
        (
            row("td", &["索引号", "标题"]) + &row("td", &["L1-1", &"<b>春耕</b>".repeat(40)]),
            format!("索引号：L1-1 标题：{}", "春耕".repeat(40)),
        ),
        // Values beside their labels.
        (
            row("td", &["索引号", "L1-1", "发布机构", "临江市人民政府"])
                + &row("td", &["主题分类", "农业", "发布日期", "2020-05-06"]),
            "索引号： L1-1 发布机构： 临江市人民政府\n主题分类： 农业 发布日期： 2020-05-06"
                .to_owned(),
        ),
        // A label that nobody knows ends the value before it.
        (
            row(
                "td",
                &["发文机关：", "临江市人民政府", "统一登记号：", "ZJ-1"],
            ) + &row("td", &["登记部门：", "办公室", "索引号：", "L1-1"]),
            "发文机关： 临江市人民政府　统一登记号： ZJ-1\n登记部门： 办公室 索引号： L1-1"
                .to_owned(),
        ),
        // A list of documents tells nothing of this one.
        (format!("{head}{below}{below}"), String::new()),
    ] {
        let markup = format!("<table>{rows}</table><div id=zoom>{BODY}{BODY}{BODY}</div>");
        let want = format!("{want}\n{WANT}\n{WANT}\n{WANT}");
        assert_eq!(page(&markup).body, want.trim_start(), "{rows}");
    }
}

/// A field without a value takes none from the text below its row.
#[test]
fn boxes_with_a_gap() {
    for label in ["统一登记号：", "主题词："] {
        let row = format!("<tr><td>索引号：<td>L1-1<td>{label}<td></tr>");
        let markup = format!("<div id=zoom><table>{row}</table>{BODY}{BODY}{BODY}</div>");
        let body = page(&markup).body;
        assert_eq!(body.lines().nth(1), WANT.lines().next(), "{body}");
    }
    let rows = ["索引号", "统一登记号", "文号"].map(|label| format!("<tr><td>{label}：<td>L1-1"));
    let markup = format!("<table>{}</table><div id=zoom>{BODY}</div>", rows.concat());
    assert_eq!(
        page(&markup).body,
        format!("索引号： L1-1\n文号： L1-1\n{WANT}")
    );
}

/// A list of links is no article, whatever its site says of itself; a notice is
/// one, however many files go with it.
#[test]
fn lists_and_notices() {
    let entry = |n| format!("<li><a href={n}.html>云溪县第{n}次现场会召开，部署全年工作</a></li>");
    let list: String = (0..19).map(entry).collect();
    let file = |n| format!("<p><a href={n}.pdf>附件{n}：乡村建设若干措施第{n}号文件.pdf</a></p>");
    let files: String = (0..9).map(file).collect();
    for (around, is_article) in [
        (
            format!("<p>各镇：现将若干措施印发给你们，请认真贯彻执行。</p>{files}"),
            true,
        ),
        (
            format!("<p>请各镇<b>认真</b>贯彻执行上述措施。</p>{files}"),
            true,
        ),
        (
            format!("<p>现将若干措施印发给你们，请遵照执行</p>{files}"),
            true,
        ),
        (files.clone(), false),
        (list.clone(), false),
        (
            format!(
                "{list}<p>主办单位：云溪县人民政府 地址：云溪县人民路一号 邮编：300000 云ICP备01号</p>"
            ),
            false,
        ),
        (
            format!(
                "{list}<p>地址：云溪县城关镇人民路一号县政府大楼三层东侧 邮编：300000 电话：1</p><p>主办单位：云溪县人民政府办公室</p><p>网站维护：云溪县政务服务和数据管理局信息中心运行维护科</p>"
            ),
            false,
        ),
        (
            format!("<p>今天是2020年5月1日，星期五，欢迎您访问云溪县人民政府门户网站！</p>{list}"),
            false,
        ),
        (format!("<p>要闻，动态，公告。</p>{list}"), false),
        (
            format!(
                "{list}<p>本网站由云溪县人民政府办公室主管，云溪县数据局建设。</p><p>Copyright 云溪县人民政府，违者必究。</p>"
            ),
            false,
        ),
        (format!("{list}<p>本次现场会在城关镇举行。</p>"), true),
    ] {
        assert_eq!(read(&around).is_ok(), is_article, "{around}");
    }
}

/// Compared with itself, so that a slow machine is no failure.
#[test]
fn nesting_bombs_are_linear() {
    let time = |depth: usize| {
        let start = std::time::Instant::now();
        for open in ["<div>", "<b>", "<table><tr><td>", "<p class=nav>"] {
            let _ = read(&format!("{}{BODY}", open.repeat(depth)));
        }
        start.elapsed()
    };
    let (shallow, deep) = (time(8_000), time(40_000));
    // Five times as deep: 25 times as long where it were quadratic.
    assert!(deep < shallow * 15, "{shallow:?}, {deep:?}");
}

proptest! {
    #[test]
    fn any_page_is_taken(markup in "(</?(div|p|title|h1|meta|table|td|a)( (class|id|name|content)=('nav'|zoom|\"PubDate\"))?>|，|党建。|[a-c&;<]){0,40}") {
        let _ = read(&markup);
    }
}
