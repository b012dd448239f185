//! A draft becomes an article: every line is looked at once, the head and the
//! foot of the text more closely.

use crate::article::{
    Article, Credit, Date, Draft, Evidence, Found, Kind, Paragraph, Skip, credits, dateline,
    find_date, lines, parse_date, title,
};
use crate::fold::fold;

/// Lines of text among which a dateline is looked for.
const HEAD_LINES: usize = 4;

/// Lines at the head of a text among which its title may stand again, and the
/// dates of a law.
const TITLE_LINES: usize = 8;

/// The longest line that can be a credit, a caption or furniture, in bytes.
const LONGEST: usize = 480;

/// See [`Article::from_draft`].
pub(crate) fn article(draft: Draft) -> Result<Article, Skip> {
    let given = draft
        .title
        .and_then(|found| title::tidy(&found.value).map(|value| Found { value, ..found }));
    let key = given
        .as_ref()
        .map(|found| title::key(&found.value, fold))
        .unwrap_or_default();
    let mut told = Told::default();
    let mut paragraphs = Vec::new();
    let mut at = 0;
    for line in draft.body.split_inclusive('\n') {
        let text = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        if !text.is_empty() {
            let (kind, head) = told.line(text, paragraphs.len(), &key);
            let bytes = start..start + text.len();
            paragraphs.push(Paragraph {
                text_start: start + head,
                bytes,
                kind,
            });
        }
    }
    if paragraphs.is_empty() {
        return Err(Skip::NoText);
    }
    told.foot(&draft.body, &mut paragraphs);
    let title = choose(given, &draft.body, &mut paragraphs);
    let date = told.date(draft.date.as_ref());
    let field = draft
        .source
        .filter(|source| !source.value.trim().is_empty());
    let source = field.map(|found| Found {
        value: found.value.trim().to_owned(),
        ..found
    });
    let source = source.or_else(|| {
        told.source.take().map(|value| Found {
            value,
            from: Evidence::Text,
        })
    });
    Ok(Article {
        id: draft.id,
        title,
        date,
        source,
        url: draft.url,
        credits: told.credits,
        body: draft.body,
        paragraphs,
        extra: draft.extra,
        story: draft.story,
        edits: draft.edits,
    })
}

/// What the lines have told so far.
#[derive(Default)]
struct Told {
    credits: Vec<Credit>,
    source: Option<String>,
    /// A line that says when the page was made public.
    published: Option<Date>,
    /// A dateline with a year.
    dateline: Option<Date>,
    /// The last of the days on which a law was passed, revised, made public.
    promulgated: Option<Date>,
    /// A dateline was found: there is no second one.
    headed: bool,
}

impl Told {
    /// What a line is for, and how many bytes of it come before the text.
    fn line(&mut self, text: &str, number: usize, title: &str) -> (Kind, usize) {
        // Most lines are sentences and end like it.
        let sentence = text.ends_with(['。', '”', '！', '？', '；', '：', '，']);
        if !sentence && let Some(kind) = self.apart(text, number, title) {
            return (kind, 0);
        }
        if number < HEAD_LINES
            && !self.headed
            && let Some(head) = dateline::read(text, fold)
        {
            self.headed = true;
            self.source = self.source.take().or(head.source);
            self.dateline = head.date;
            self.credits.extend(head.credits);
            // A line that is only a head says nothing.
            return if head.bytes >= text.len() {
                (Kind::Furniture, 0)
            } else {
                (Kind::Body, head.bytes)
            };
        }
        (Kind::Body, 0)
    }

    /// A line that is no text proper.
    fn apart(&mut self, text: &str, number: usize, title: &str) -> Option<Kind> {
        if text.len() > LONGEST {
            // Only its end can tell: `……。（记者 王小明）`.
            let mut from = text.len() - LONGEST;
            while !text.is_char_boundary(from) {
                from += 1;
            }
            let (chars, folded) = both(&text[from..]);
            self.credits.extend(
                credits::at_end(&chars, &folded)
                    .map(|found| found.credits)
                    .unwrap_or_default(),
            );
            return None;
        }
        let (chars, folded) = both(text);
        if number < TITLE_LINES {
            let bare: String = folded.iter().filter(|c| c.is_alphanumeric()).collect();
            if !title.is_empty() && bare == title {
                return Some(Kind::Title);
            }
        }
        let line: String = folded.iter().collect();
        let furniture = lines::is_furniture(&line);
        if furniture || number < TITLE_LINES {
            if let Some(info) = lines::info(&chars, &folded) {
                self.published = self.published.or(info.date);
                let credit = info.date.is_none() && info.source.is_some();
                self.source = self.source.take().or(info.source);
                return Some(if credit {
                    Kind::Credit
                } else {
                    Kind::Furniture
                });
            }
            if let Some(date) = lines::promulgated(&line) {
                self.promulgated = self.promulgated.max(Some(date));
                return None;
            }
        }
        if furniture {
            return Some(Kind::Furniture);
        }
        let found = credits::read(&chars, &folded);
        for credit in &found.credits {
            if credit.role.ends_with("来源") && found.whole {
                self.source = self.source.take().or_else(|| credit.names.first().cloned());
            }
        }
        self.credits.extend(found.credits);
        if found.whole {
            return Some(Kind::Credit);
        }
        if number < 2
            && let Some(credit) = credits::names_only(&chars, &folded)
        {
            self.credits.push(credit);
            return Some(Kind::Credit);
        }
        if found.caption || lines::is_caption(&line) {
            return Some(Kind::Caption);
        }
        // The day under a signature at the foot.
        if let Some(date) = parse_date(text).filter(|_| number > 0) {
            self.promulgated = self.promulgated.max(Some(date));
        }
        None
    }

    /// The last line may be nothing but names, which no line before it may.
    fn foot(&mut self, body: &str, paragraphs: &mut [Paragraph]) {
        let several = paragraphs.len() > 2;
        if let Some(last) = paragraphs
            .last_mut()
            .filter(|last| several && last.kind == Kind::Body)
        {
            let text = &body[last.bytes.clone()];
            let (chars, folded) = both(if text.len() <= LONGEST { text } else { "" });
            if let Some(credit) = credits::names_only(&chars, &folded) {
                self.credits.push(credit);
                last.kind = Kind::Credit;
            }
        }
    }

    /// The day of publication: what a field says, else what the page says, else
    /// the name of the file, else what the text lets know.
    fn date(&self, given: Option<&Found<String>>) -> Option<Found<Date>> {
        let read = |found: &Found<String>| {
            let value = parse_date(&found.value).or_else(|| find_date(&found.value))?;
            Some(Found {
                value,
                from: found.from,
            })
        };
        let said = |date: Option<Date>| {
            date.map(|value| Found {
                value,
                from: Evidence::Text,
            })
        };
        given
            .filter(|found| found.from == Evidence::Field)
            .and_then(read)
            .or_else(|| said(self.published))
            .or_else(|| given.and_then(read))
            .or_else(|| said(self.dateline))
            .or_else(|| said(self.promulgated))
    }
}

/// A line as written and folded, character by character.
fn both(text: &str) -> (Vec<char>, Vec<char>) {
    let chars: Vec<char> = text.chars().collect();
    let folded = chars.iter().copied().map(fold).collect();
    (chars, folded)
}

/// The title: the one given, else a first line that reads like one, else the
/// first sentence. A name of a file gives way to the line it stands for.
fn choose(given: Option<Found<String>>, body: &str, paragraphs: &mut [Paragraph]) -> Found<String> {
    let from_name = given
        .as_ref()
        .is_none_or(|found| found.from == Evidence::Name);
    if from_name
        && let Some(first) = paragraphs
            .iter_mut()
            .find(|p| matches!(p.kind, Kind::Body | Kind::Title))
    {
        let line = &body[first.bytes.clone()];
        let named = given.as_ref().is_none_or(|found| {
            alike(&found.value, line) || line.chars().count() >= HEADLINE
        });
        if first.text_start == first.bytes.start
            && named
            && title::is_heading(line)
            && let Some(value) = title::tidy(line)
        {
            first.kind = Kind::Title;
            return Found {
                value,
                from: Evidence::FirstLine,
            };
        }
    }
    if let Some(found) = given {
        return found;
    }
    let proper = |p: &&Paragraph| p.kind == Kind::Body && p.text_start < p.bytes.end;
    let mut sentences = paragraphs
        .iter()
        .filter(proper)
        .map(|p| title::from_sentence(&body[p.text_start..p.bytes.end]));
    let sentence = sentences.find(|title| !title.is_empty());
    let value = sentence.unwrap_or_else(|| {
        paragraphs
            .first()
            .map(|p| body[p.bytes.clone()].to_owned())
            .unwrap_or_default()
    });
    Found {
        value,
        from: Evidence::FirstLine,
    }
}

/// A line of this many characters that reads like a headline is one, whatever
/// the file is called; a shorter one may be the name of a column.
const HEADLINE: usize = 8;

/// Do a file's name and a line stand for the same headline?
fn alike(name: &str, line: &str) -> bool {
    let (name, line) = (title::key(name, fold), title::key(line, fold));
    !name.is_empty() && !line.is_empty() && (line.contains(&name) || name.contains(&line))
}

#[cfg(test)]
mod tests {
    use super::*;
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
            "市直機關黨紀教育圖片巡展。張小明 攝\n“開展好機關黨建工作，我們將以活動為載體，全面提升支部黨員幹部隊伍的整體素質。”今年3月初，動員會召開。\n會議強調落實。\n記者 張小明\n編輯:周文光",
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
            "開展好機關黨建工作，我們將以活動為載體"
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
}
