//! What the lines of a text tell, one after another: what each is for, and
//! date, source and people on the way.

use crate::article::{
    Credit, Date, Evidence, Found, Kind, Paragraph, Witness, credits, dateline, find_date, header,
    info, lines, parse_date, title,
};
use crate::fold::fold;

/// Lines of text among which a dateline is looked for.
const HEAD_LINES: usize = 4;

/// Lines at the head of a text among which its title may stand again, and the
/// dates of a law.
const TITLE_LINES: usize = 8;
/// Characters of a line that is a day and perhaps a clock.
const BARE_DAY: usize = 24;

/// Lines at the head of a text among which a header box may stand.
const BOX_LINES: usize = 16;

/// The longest line that can be a credit, a caption or furniture, in bytes.
const LONGEST: usize = 480;

/// Lines at the foot of a text among which links to others may begin.
const RELATED_LINES: usize = 12;

/// What the lines have told so far.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) credits: Vec<Credit>,
    pub(crate) source: Option<Found<String>>,
    /// Days that stand alone below the headline, and their lines.
    bare: Vec<(Date, String)>,
    /// A line, or the box, that says when the page was made public.
    published: Option<Found<Date>>,
    /// A dateline with a year.
    dateline: Option<Date>,
    /// The last of the days on which a law was passed, revised, made public.
    promulgated: Option<Date>,
    /// All of those days.
    stated: Vec<Date>,
    /// The day an official document was written: in its box, under its signature.
    written: Option<Found<Date>>,
    /// The fields of the header box, under their labels.
    pub(crate) boxed: serde_json::Map<String, serde_json::Value>,
    /// The title in the header box.
    pub(crate) title: Option<String>,
    /// The organ in the header box.
    pub(crate) organ: Option<String>,
    /// What told all this.
    pub(crate) witnesses: Vec<Witness>,
    /// The last line that is nothing but a day.
    signed: Option<(Date, String)>,
    /// A dateline was found: there is no second one.
    headed: bool,
}

impl Told {
    /// What a line is for, and how many bytes of it come before the text.
    pub(crate) fn line(&mut self, text: &str, number: usize, title: &str) -> (Kind, usize) {
        // Most lines are sentences and end like it.
        let sentence = text.ends_with(['。', '”', '！', '？', '；', '，'])
            && !text.starts_with("图为")
            && !text.starts_with(['▲', '△', '▼']);
        if !sentence && let Some(kind) = self.apart(text, number, title) {
            return (kind, 0);
        }
        if number < HEAD_LINES
            && !self.headed
            && let Some(head) = dateline::read(text, fold)
        {
            self.headed = true;
            let said = text.get(..head.bytes).unwrap_or(text);
            if let Some(source) = head.source {
                self.source(source, said);
            }
            if head.date.is_some() {
                self.witness("date", Evidence::Text, said);
            }
            self.dateline = head.date;
            if let Some(place) = head.place {
                self.witness("place", Evidence::Text, said);
                self.boxed.entry("地点").or_insert(place.into());
            }
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
            // A line of several is about the article, box or no box.
            && info::read(&chars, &folded).is_none_or(|info| info.date.is_none() || info.source.is_none())
        {
            self.boxed(fields);
            return Some(Kind::Furniture);
        }
        let line: String = folded.iter().collect();
        let furniture = lines::is_furniture(&line);
        if furniture || number < TITLE_LINES {
            if let Some(info) = info::read(&chars, &folded) {
                let credit = info.date.is_none() && info.source.is_some();
                if let Some(date) = info.date {
                    self.published(date, Evidence::Text, text);
                }
                if let Some(source) = info.source {
                    self.source(source, text);
                }
                self.credits.extend(info.credits);
                return Some(if credit {
                    Kind::Credit
                } else {
                    Kind::Furniture
                });
            }
            if let Some(date) = lines::promulgated(&line) {
                self.promulgated = self.promulgated.max(Some(date));
                self.stated.push(date);
                self.witness("date", Evidence::Text, text);
                return None;
            }
        }
        if furniture {
            return Some(Kind::Furniture);
        }
        let found = credits::read(&chars, &folded);
        for credit in &found.credits {
            if credit.role.ends_with("来源")
                && found.whole
                && let Some(name) = credit.names.first()
            {
                self.source(name.clone(), text);
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
        // A day alone below the headline, as `2016-07-01`.
        let is_bare = text.contains(['-', '/']) && text.chars().count() <= BARE_DAY;
        if (number == 1 || !self.bare.is_empty())
            && number < TITLE_LINES
            && let Some(date) = parse_date(text).filter(|_| is_bare)
        {
            // Of several days each heads a part of a chronicle.
            let is_only = self.bare.iter().all(|(seen, _)| *seen == date);
            self.bare.push((date, text.to_owned()));
            return is_only.then_some(Kind::Furniture);
        }
        // The day under a signature at the foot.
        if let Some(date) = parse_date(text).filter(|_| number > 0 && text.contains(['年', '.'])) {
            self.promulgated = self.promulgated.max(Some(date));
            self.signed = Some((date, text.to_owned()));
        }
        None
    }

    fn witness(&mut self, field: &str, from: Evidence, said: &str) {
        self.witnesses.push(Witness::new(field, from, said));
    }

    /// A line that names the source; the first one counts.
    fn source(&mut self, value: String, said: &str) {
        self.witness("source", Evidence::Text, said);
        self.source.get_or_insert(Found {
            value,
            from: Evidence::Text,
        });
    }

    fn published(&mut self, value: Date, from: Evidence, said: &str) {
        self.witness("date", from, said);
        self.published.get_or_insert(Found { value, from });
    }

    /// A line of an official document's header box.
    fn boxed(&mut self, fields: Vec<(String, String)>) {
        for (label, value) in fields {
            let said = format!("{label}：{value}");
            let day = find_date(&value);
            match label.as_str() {
                "发布日期" | "发布时间" | "公开日期" | "发文日期" => {
                    if let Some(day) = day {
                        self.published(day, Evidence::Box, &said);
                    }
                }
                "成文日期" | "生成日期" | "印发日期" | "制发日期" => {
                    if let Some(value) = day {
                        self.witness("written", Evidence::Box, &said);
                        self.written.get_or_insert(Found {
                            value,
                            from: Evidence::Box,
                        });
                    }
                }
                "标题" | "名称" | "信息名称" | "文件名称" => {
                    self.witness("title", Evidence::Box, &said);
                    self.title = self.title.take().or_else(|| title::tidy(&value))
                }
                "发文机关" | "发文单位" | "发布机构" | "制发机关" | "信息来源" | "来源" =>
                {
                    self.witness("source", Evidence::Box, &said);
                    self.organ = self.organ.take().or_else(|| Some(value.clone()))
                }
                _ => {}
            }
            self.boxed.entry(label).or_insert(value.into());
        }
    }

    /// The last line may be nothing but names, which no line before it may; what
    /// stands below 相关链接 are other headlines.
    pub(crate) fn foot(&mut self, body: &str, paragraphs: &mut [Paragraph]) {
        let near = paragraphs.iter().rev().take(RELATED_LINES);
        let related = near
            .filter(|p| p.kind == Kind::Furniture)
            .any(|p| lines::is_related(&body[p.bytes.clone()]));
        let several = paragraphs.len() > 2 && !related;
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
    /// the name of the file, else what the text lets know. The name of a law's
    /// file may know a revision that its text does not state, but no day before
    /// the last one it states.
    pub(crate) fn date(&mut self, given: Option<&Found<String>>) -> Option<Found<Date>> {
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
        let field = given
            .filter(|found| found.from != Evidence::Name)
            .and_then(read);
        let name = given.filter(|found| found.from == Evidence::Name);
        if let Some(found) = name {
            self.witness("date", Evidence::Name, &found.value);
        }
        if self.published.is_none()
            && self.dateline.is_none()
            && self.stated.is_empty()
            && let Some((_, line)) = self.signed.take()
        {
            self.witness("date", Evidence::Text, &line);
        }
        if let [(date, line)] = &self.bare[..]
            && self.published.is_none()
        {
            let (date, line) = (*date, line.clone());
            self.published(date, Evidence::Text, &line);
        }
        let last = self.stated.iter().max().copied();
        let possible = |found: &Found<Date>| {
            last.is_none_or(|last| found.value >= last) || self.stated.contains(&found.value)
        };
        field
            .or_else(|| self.published.clone())
            .or_else(|| name.and_then(read).filter(possible))
            .or_else(|| said(self.dateline))
            .or_else(|| said(self.promulgated))
    }

    /// The day an official document was written.
    pub(crate) fn written(&self) -> Option<Found<Date>> {
        self.written.clone()
    }
}

/// A line as written and folded, character by character.
fn both(text: &str) -> (Vec<char>, Vec<char>) {
    let chars: Vec<char> = text.chars().collect();
    let folded = chars.iter().copied().map(fold).collect();
    (chars, folded)
}
