//! What a reader should know about how a query was read, in plain words.

use super::{MAX_BYTES, MAX_DEPTH, MAX_PARTS, MAX_WITHIN};

/// The language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// 简体中文
    #[default]
    Zh,
    /// English
    En,
}

/// Something in a query that was not read as the reader may have meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The query was longer than [`MAX_BYTES`].
    TooLong,
    /// The query had more than [`MAX_PARTS`] parts.
    TooManyParts,
    /// Brackets nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// A bracket without its other half.
    LoneBracket,
    /// A quote mark without its other half.
    LoneQuote,
    /// Quotes that touch text: emphasis, not an exact string.
    GluedQuote,
    /// Quotes with nothing searchable inside.
    EmptyQuote,
    /// An operator that does not stand between two parts.
    LoneOperator(String),
    /// A query that only excludes.
    OnlyExclusion,
    /// An exclusion beside `或`.
    ExclusionInOr,
    /// A field name without a value.
    EmptyField(String),
    /// A field jianbao does not have.
    UnknownField(String),
    /// A date that is none.
    BadDate(String),
    /// A range whose end lies before its start.
    SwappedDates,
    /// A `*` that does not end a word.
    LoneStar,
    /// `~N` after a single string, or without a number.
    BadDistance,
    /// `~N` with a number beyond [`MAX_WITHIN`].
    FarDistance,
    /// Nothing searchable in the whole query.
    Nothing,
}

impl Note {
    /// The note as one line for a person, in the language asked for.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        match self {
            Note::TooLong => format!("检索式过长，只读取了前 {MAX_BYTES} 字节"),
            Note::TooManyParts => format!("检索词过多，只读取了前 {MAX_PARTS} 个"),
            Note::TooDeep => format!("括号嵌套超过 {MAX_DEPTH} 层，更深的括号已忽略"),
            Note::LoneBracket => "括号不成对，已按能读懂的部分检索".into(),
            Note::LoneQuote => "引号不成对，已忽略落单的引号，按普通文字检索".into(),
            Note::GluedQuote => {
                "引号与文字相连，按普通文字检索；要查完全一致的字串，请在引号前后加空格".into()
            }
            Note::EmptyQuote => "引号里没有可检索的文字，已忽略".into(),
            Note::LoneOperator(word) => format!("“{word}”没有连接两个检索词，按普通文字检索"),
            Note::OnlyExclusion => "只有要排除的词，没有要找的词，已改为查找这些词".into(),
            Note::ExclusionInOr => "“或”不能连接要排除的词，已改为从全部结果中排除".into(),
            Note::EmptyField(name) => format!("“{name}：”后面没有内容，按普通文字检索"),
            Note::UnknownField(name) => {
                format!("没有“{name}”这个字段，按普通文字检索；可用的字段：标题、来源、日期")
            }
            Note::BadDate(text) => format!(
                "读不懂日期“{text}”，按普通文字检索；可写作 日期：2016..2018 或 日期：2017年3月"
            ),
            Note::SwappedDates => "起始日期晚于截止日期，已对调".into(),
            Note::LoneStar => "“*”只能放在词尾，别处的“*”按普通文字检索".into(),
            Note::BadDistance => {
                "“~”要写成 \"党建 品牌\"~8：引号里至少两个词，后接字数；已按完全一致的字串检索"
                    .into()
            }
            Note::FarDistance => format!("“~”后的字数过大，已改为 {MAX_WITHIN}"),
            Note::Nothing => "没有可检索的文字".into(),
        }
    }

    fn en(&self) -> String {
        match self {
            Note::TooLong => format!("the query is too long: only its first {MAX_BYTES} bytes were read"),
            Note::TooManyParts => format!("too many parts: only the first {MAX_PARTS} were read"),
            Note::TooDeep => format!("brackets nest deeper than {MAX_DEPTH}: the inner ones were ignored"),
            Note::LoneBracket => "a bracket has no other half: read as far as it goes".into(),
            Note::LoneQuote => "a quote mark has no other half: ignored, searched as text".into(),
            Note::GluedQuote => {
                "quotes that touch text are searched as text; for an exact string put blanks around them".into()
            }
            Note::EmptyQuote => "there is nothing to search for between the quotes: ignored".into(),
            Note::LoneOperator(word) => format!("\"{word}\" does not join two parts: searched as text"),
            Note::OnlyExclusion => "the query only excludes: searched for these words instead".into(),
            Note::ExclusionInOr => "an exclusion cannot be one side of OR: excluded from all results".into(),
            Note::EmptyField(name) => format!("nothing follows \"{name}:\": searched as text"),
            Note::UnknownField(name) => {
                format!("there is no field \"{name}\": searched as text; fields are title, source, date")
            }
            Note::BadDate(text) => format!(
                "\"{text}\" is not a date: searched as text; write date:2016..2018 or date:2017-03"
            ),
            Note::SwappedDates => "the range ends before it starts: swapped".into(),
            Note::LoneStar => "\"*\" counts only at the end of a word: searched as text elsewhere".into(),
            Note::BadDistance => {
                "\"~\" is written \"a b\"~8, with two words or more and a number: searched as an exact string".into()
            }
            Note::FarDistance => format!("the number after \"~\" is too large: {MAX_WITHIN} was taken"),
            Note::Nothing => "there is nothing to search for".into(),
        }
    }
}
