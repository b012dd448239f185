//! What the lines of a text tell, one after another: what each is for, and
//! date, source and people on the way.

use crate::article::{
    Credit, Date, Evidence, Found, Kind, Paragraph, credits, dateline, find_date, header, lines,
    parse_date, title,
};
use crate::fold::fold;

/// Lines of text among which a dateline is looked for.
const HEAD_LINES: usize = 4;

/// Lines at the head of a text among which its title may stand again, and the
/// dates of a law.
const TITLE_LINES: usize = 8;

/// Lines at the head of a text among which a header box may stand.
const BOX_LINES: usize = 16;

/// The longest line that can be a credit, a caption or furniture, in bytes.
const LONGEST: usize = 480;
/// What the lines have told so far.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) credits: Vec<Credit>,
    pub(crate) source: Option<String>,
    /// A line that says when the page was made public.
    published: Option<Date>,
    /// A dateline with a year.
    dateline: Option<Date>,
    /// The last of the days on which a law was passed, revised, made public.
    promulgated: Option<Date>,
    /// The fields of the header box, under their labels.
    pub(crate) boxed: serde_json::Map<String, serde_json::Value>,
    /// The title in the header box.
    pub(crate) title: Option<String>,
    /// The organ in the header box.
    pub(crate) organ: Option<String>,
    /// A dateline was found: there is no second one.
    headed: bool,
}

impl Told {
    /// What a line is for, and how many bytes of it come before the text.
    pub(crate) fn line(&mut self, text: &str, number: usize, title: &str) -> (Kind, usize) {
        // Most lines are sentences and end like it.
        let sentence = text.ends_with(['。', '”', '！', '？', '；', '，']);
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
        if number < BOX_LINES
            && let Some(fields) = header::fields(&chars, &folded, !self.boxed.is_empty())
        {
            self.boxed(fields);
            return Some(Kind::Furniture);
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

    /// A line of an official document's header box.
    fn boxed(&mut self, fields: Vec<(&'static str, String)>) {
        for (label, value) in fields {
            match label {
                "发布日期" | "发布时间" => {
                    self.published = self.published.or_else(|| find_date(&value))
                }
                "成文日期" | "生成日期" => {
                    self.promulgated = self.promulgated.max(find_date(&value))
                }
                "标题" | "名称" => {
                    self.title = self.title.take().or_else(|| title::tidy(&value))
                }
                "发文机关" | "发文单位" | "发布机构" => {
                    self.organ = self.organ.take().or_else(|| Some(value.clone()))
                }
                _ => {}
            }
            self.boxed.insert(label.to_owned(), value.into());
        }
    }

    /// The last line may be nothing but names, which no line before it may.
    pub(crate) fn foot(&mut self, body: &str, paragraphs: &mut [Paragraph]) {
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
    pub(crate) fn date(&self, given: Option<&Found<String>>) -> Option<Found<Date>> {
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
