//! What a line that is not text proper is for: page furniture, captions, the
//! day of a law.

use crate::article::Date;
use crate::article::date::date_at;
use crate::fold::fold;

/// The longest line that can be furniture, in characters.
const LONGEST: usize = 100;

/// What a page says about itself, at the start of a line, in folded characters.
const FURNITURE: &[&str] = &[
    "打印本页",
    "关闭窗口",
    "打印",
    "关闭",
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "分享到",
    "分享至",
    "扫一扫",
    "打开文本图片集",
    "点击上方",
    "点击蓝字",
    "(剩余",
    "(更新时间",
    "更新时间",
    "浏览次数",
    "浏览量",
    "阅读次数",
    "阅读量",
    "点击数",
    "点击量",
    "点击次数",
    "访问量",
    "字体",
    "字号",
    "【字体",
    "[字体",
    "【字号",
    "[打印",
    "【打印",
    "[关闭",
    "【关闭",
    "返回顶部",
    "返回首页",
    "返回列表",
    "当前位置",
    "您的位置",
    "您当前的位置",
    "你的位置",
    "相关链接",
    "相关阅读",
    "相关新闻",
    "相关附件",
    "推荐阅读",
    "查看原文",
    "阅读原文",
    "原文链接",
    "版权所有",
    "网站地图",
    "网站标识码",
    "京icp",
    "更多精彩",
    "收藏",
    "我要纠错",
    "微信扫",
    "长按识别",
    "点击查看",
    "首页>",
    "首页 >",
    "大 中 小",
    "分享:",
    "标签:",
    "关键词:",
    "发布时间",
    "发布日期",
    "发布于",
];

/// What a page says about itself, at the end of a line.
const FURNITURE_AT_END: &[&str] = &[
    "版权所有",
    "打印本页",
    "关闭窗口",
    "分享到",
    "[打印]",
    "[关闭]",
    "【打印】",
    "【关闭】",
    "大 中 小】",
    "大 中 小]",
];

/// What captions begin with.
const CAPTION: &[&str] = &[
    "图为",
    "上图",
    "下图",
    "左图",
    "右图",
    "资料图",
    "图片来源",
    "图片说明",
    "▲",
    "△",
    "↑",
    "▼",
    "图1",
    "图2",
    "图一",
    "图二",
];

/// Is this page furniture? `folded` is the line in folded characters.
pub(crate) fn is_furniture(folded: &str) -> bool {
    folded.len() <= LONGEST * 3
        && (FURNITURE
            .iter()
            .any(|head| folded.starts_with(head) && own_line(&folded[head.len()..]))
            || FURNITURE_AT_END.iter().any(|end| folded.ends_with(end)))
}

/// Do links to other articles begin below this line?
pub(crate) fn is_related(line: &str) -> bool {
    let head: String = line.chars().take(4).map(fold).collect();
    ["相关链接", "相关阅读", "相关新闻", "推荐阅读"].contains(&head.as_str())
}

/// What follows the words of furniture: a sentence that begins with 关闭 or
/// 收藏 goes on with a hanzi and ends with a mark.
fn own_line(rest: &str) -> bool {
    rest.is_empty()
        || !rest.ends_with(['。', '!', '?'])
            && (!rest.starts_with(crate::article::names::is_hanzi) || rest.chars().count() <= 12)
}

/// Does the line begin as a picture's caption does, and is it short?
pub(crate) fn is_caption(folded: &str) -> bool {
    folded.len() <= LONGEST * 3
        && CAPTION
            .iter()
            .any(|head| folded.starts_with(head) && !folded[head.len()..].starts_with("书"))
}

/// The day a law or an order was made public, in a line such as
/// `2009年5月4日 国务院令第554号公布`, which may stand in brackets.
pub(crate) fn promulgated(folded: &str) -> Option<Date> {
    let line = folded.trim_start_matches('(');
    let (date, rest) = date_at(line).filter(|_| folded.len() <= LONGEST * 3)?;
    let done = ["公布", "发布", "修订", "修正", "批准", "通过", "印发"]
        .iter()
        .any(|word| rest.contains(word));
    done.then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(line: &str) -> Vec<char> {
        line.chars().map(fold).collect()
    }

    #[test]
    fn furniture() {
        for (line, want) in [
            ("打印本页 关闭窗口", true),
            ("【字体：大 中 小】", true),
            ("上一篇：市委召开会议", true),
            ("发布时间：2018-06-01 浏览次数：12", true),
            ("扫一扫在手机打开当前页", true),
            ("（剩余1880字）", true),
            ("打開文本圖片集", true),
            ("关闭小煤窑二十余处，效果明显。", false),
            ("收藏家协会向博物馆捐赠一批珍贵的革命文物和历史资料", false),
            ("发布会上，发言人介绍情况。", false),
            ("会议强调落实", false),
        ] {
            assert_eq!(
                is_furniture(&folded(line).iter().collect::<String>()),
                want,
                "{line}"
            );
        }
    }

    #[test]
    fn orders() {
        let day = |line: &str| promulgated(line).map(|d| d.to_string());
        assert_eq!(
            day("2009年5月4日 某某令第554号公布").as_deref(),
            Some("2009-05-04")
        );
        assert_eq!(
            day("(2009年5月4日 国务院发布)").as_deref(),
            Some("2009-05-04")
        );
        assert_eq!(day("2009年7月1日 施行"), None);
    }
}
