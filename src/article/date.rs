//! Dates in every Chinese form.
//!
//! `2011年11月17日`, `一九八七年二月二十五日`, `二〇二三年一月三日`, `２０１２年…`,
//! `2022-03-15`, `2013.7.03`, `2018/6/1`, `20180601`. A civil day: no clock and
//! no zone, unless the text names a zone; then it is the day in Shanghai.

/// A civil day: no clock, no zone.
pub type Date = jiff::civil::Date;

/// The first date that stands in a text, in any form; `None` when there is
/// none. A range keeps its first day. A year outside 1900–2100 or a day that
/// does not exist is no date. Linear in the text.
pub fn find_date(text: &str) -> Option<Date> {
    let mut before = None;
    for (at, c) in text.char_indices() {
        // A number is tried once, at its first digit.
        if starts(c)
            && !before.is_some_and(starts)
            && let Some((date, _)) = date_at(&text[at..])
        {
            return Some(date);
        }
        before = Some(c);
    }
    None
}

/// A date that is the whole of a field, but for a clock, a weekday, a zone and
/// brackets around. Also seconds or milliseconds since 1970.
pub fn parse_date(field: &str) -> Option<Date> {
    let field = field.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '(' | ')' | '（' | '）' | '[' | ']')
    });
    if let Some(date) = since_epoch(field) {
        return Some(date);
    }
    let (date, rest) = date_at(field)
        .or_else(|| compact(field))
        .or_else(|| english(field))?;
    let (clock, zone) = rest_of_field(rest)?;
    match (clock, zone) {
        (Some(minutes), Some(offset)) => shanghai(date, minutes - offset),
        _ => Some(date),
    }
}

/// A day of a month without its year, at the start of a text (`6月29日`), and
/// what follows it. A range keeps its first day.
pub(crate) fn month_day_at(text: &str) -> Option<(i8, i8, &str)> {
    let (month, rest) = match text.strip_prefix("元月") {
        Some(rest) => (1, rest),
        None => {
            let (month, rest) = number(text)?;
            (month.value, skip_blanks(rest).strip_prefix('月')?)
        }
    };
    let (day, rest) = number(skip_blanks(rest))?;
    let rest = after_day(rest)?;
    Some((
        i8::try_from(month).ok()?,
        i8::try_from(day.value).ok()?,
        rest,
    ))
}

/// A whole date at the start of a text, and what follows it.
pub(crate) fn date_at(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = number(text)?;
    let spaced = skip_blanks(rest);
    if let Some(rest) = spaced.strip_prefix('年') {
        let (month, day, rest) = month_day_at(skip_blanks(rest))?;
        return Some((day_of(year.whole_year()?, month, day)?, rest));
    }
    if !year.ascii {
        return None;
    }
    match year.digits {
        8 => eight(year.value).map(|date| (date, rest)),
        4 => {
            let (month, rest) = number(separator(rest)?)?;
            // As in addresses: `/2019/0305/`.
            if month.digits == 4 && month.ascii && rest.starts_with('/') {
                let date = eight(year.value * 10_000 + month.value)?;
                return Some((date, rest));
            }
            let (day, rest) = number(separator(rest)?)?;
            if month.digits > 2 || day.digits > 2 || !month.ascii || !day.ascii {
                return None;
            }
            let rest = rest.strip_prefix(['日', '号']).unwrap_or(rest);
            Some((
                day_of(
                    year.whole_year()?,
                    i8::try_from(month.value).ok()?,
                    i8::try_from(day.value).ok()?,
                )?,
                rest,
            ))
        }
        _ => None,
    }
}

/// A number as it was written.
struct Number {
    value: u64,
    /// Characters it takes.
    digits: usize,
    /// Arabic digits only, full-width ones included.
    ascii: bool,
    /// Digit by digit (`二〇一八`), without 十.
    positional: bool,
}

impl Number {
    fn whole_year(&self) -> Option<i16> {
        let plausible = self.positional && self.digits == 4 && (1900..=2100).contains(&self.value);
        plausible.then_some(self.value)?.try_into().ok()
    }
}

/// The most digits that are read as one number.
const LONGEST: usize = 18;

/// The number a text begins with, and what follows.
fn number(text: &str) -> Option<(Number, &str)> {
    let end = text
        .char_indices()
        .take(LONGEST + 1)
        .take_while(|(_, c)| is_numeral(*c))
        .map(|(at, c)| at + c.len_utf8())
        .last()?;
    let (digits, rest) = text.split_at(end);
    let count = digits.chars().count();
    let ascii = digits.chars().all(|c| arabic(c).is_some());
    // A lone letter O is a letter.
    if count > LONGEST
        || !digits
            .chars()
            .any(|c| arabic(c).is_some() || hanzi_digit(c).is_some() || tens(c).is_some())
    {
        return None;
    }
    let positional = !digits.chars().any(|c| tens(c).is_some());
    let value = if positional {
        digits
            .chars()
            .try_fold(0u64, |value, c| Some(value * 10 + digit(c)?))?
    } else {
        with_tens(digits)?
    };
    Some((
        Number {
            value,
            digits: count,
            ascii,
            positional,
        },
        rest,
    ))
}

/// `十`, `二十五`, `廿五`, `卅一`, `三十`.
fn with_tens(digits: &str) -> Option<u64> {
    let at = digits.find(|c| tens(c).is_some())?;
    let sign = digits[at..].chars().next()?;
    let (before, after) = (&digits[..at], &digits[at + sign.len_utf8()..]);
    let one = |text: &str| {
        let mut chars = text.chars();
        let value = digit(chars.next()?)?;
        chars.next().is_none().then_some(value)
    };
    let head = match (before, sign) {
        ("", _) => tens(sign)?,
        (before, '十') => one(before)? * 10,
        _ => return None,
    };
    Some(head + if after.is_empty() { 0 } else { one(after)? })
}

fn is_numeral(c: char) -> bool {
    digit(c).is_some() || tens(c).is_some()
}

/// May a number begin with it? The letter O stands for zero only inside one.
fn starts(c: char) -> bool {
    is_numeral(c) && !c.is_alphabetic() || hanzi_digit(c).is_some() || tens(c).is_some()
}

fn digit(c: char) -> Option<u64> {
    arabic(c).or_else(|| hanzi_digit(c)).or_else(|| zero(c))
}

fn arabic(c: char) -> Option<u64> {
    match c {
        '0'..='9' => Some(u64::from(c) - u64::from('0')),
        '０'..='９' => Some(u64::from(c) - u64::from('０')),
        _ => None,
    }
}

fn hanzi_digit(c: char) -> Option<u64> {
    Some(match c {
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// What is met for zero in years written out: 〇 and everything that looks like it.
fn zero(c: char) -> Option<u64> {
    matches!(c, '〇' | '○' | '◯' | '零' | 'O' | 'o' | 'О' | 'Ο' | '０').then_some(0)
}

fn tens(c: char) -> Option<u64> {
    match c {
        '十' => Some(10),
        '廿' => Some(20),
        '卅' => Some(30),
        _ => None,
    }
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\u{a0}', '\u{3000}', '\t'])
}

/// 日 or 号 after the number of a day, with a range before it (`26—27日`), or
/// behind it (`7日至8日`), which stays.
fn after_day(text: &str) -> Option<&str> {
    let text = skip_blanks(text);
    if let Some(rest) = text.strip_prefix(['日', '号', '號']) {
        return Some(rest);
    }
    let range = text.trim_start_matches(['—', '–', '－', '-', '~', '～', '至', '、', '和', '到']);
    if range.len() == text.len() {
        return None;
    }
    let (_, rest) = number(skip_blanks(range))?;
    skip_blanks(rest).strip_prefix(['日', '号', '號'])
}

/// One `.` or `/`, or a run of dashes (`2017——04——12` is met in meta tags).
fn separator(text: &str) -> Option<&str> {
    let text = skip_blanks(text);
    let rest = text.trim_start_matches(['-', '—', '–', '－', '‐', '−', '―']);
    if rest.len() < text.len() {
        return Some(skip_blanks(rest));
    }
    text.strip_prefix(['.', '/', '．', '／']).map(skip_blanks)
}

fn day_of(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day)
        .ok()
        .filter(|date| (1900..=2100).contains(&date.year()))
}

fn eight(value: u64) -> Option<Date> {
    let part = |value: u64| i8::try_from(value % 100).ok();
    day_of(
        i16::try_from(value / 10_000).ok()?,
        part(value / 100)?,
        part(value)?,
    )
}

/// `20180601190628` and `201806011906`: the day, and nothing left.
fn compact(field: &str) -> Option<(Date, &str)> {
    let fits = matches!(field.len(), 12 | 14) && field.bytes().all(|b| b.is_ascii_digit());
    let date = eight(field.get(..8).filter(|_| fits)?.parse().ok()?)?;
    Some((date, ""))
}

/// `Fri, 01 Jun 2018 11:06:28 GMT`, as feeds and servers write it.
fn english(field: &str) -> Option<(Date, &str)> {
    let field = field
        .split_once(", ")
        .map_or(field, |(_, rest)| rest)
        .trim();
    let mut parts = field.splitn(4, ' ');
    let day = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let month = months.iter().position(|month| {
        name.get(..3)
            .is_some_and(|name| name.eq_ignore_ascii_case(month))
    })?;
    let year = parts.next()?.parse().ok()?;
    let date = day_of(year, i8::try_from(month + 1).ok()?, day)?;
    Some((date, parts.next().unwrap_or_default()))
}

/// Seconds (10 digits) or milliseconds (13) since 1970, as the day in Shanghai.
fn since_epoch(field: &str) -> Option<Date> {
    // Python writes seconds with a fraction.
    let field = match field.split_once('.') {
        Some((whole, part)) if part.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => field,
    };
    let seconds = match field.len() {
        10 => field.parse::<i64>().ok()?,
        13 => field.parse::<i64>().ok()? / 1000,
        _ => return None,
    };
    shanghai(Date::new(1970, 1, 1).ok()?, seconds.div_euclid(60))
}

/// The day in Shanghai, some minutes after midnight UTC of a day.
fn shanghai(date: Date, minutes: i64) -> Option<Date> {
    let days = (minutes + 8 * 60).div_euclid(24 * 60);
    let day = date
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()?;
    day_of(day.year(), day.month(), day.day())
}

/// What may follow the date in a field: a clock (as minutes of the day), a zone
/// (as minutes east), a weekday. `None` when anything else is there.
fn rest_of_field(text: &str) -> Option<(Option<i64>, Option<i64>)> {
    let mut rest = text.trim_start_matches(['T', 't', ',', '，']).trim();
    if rest.starts_with("星期") || rest.starts_with("周") {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    }
    if rest.is_empty() {
        return Some((None, None));
    }
    let (hour, after) = number(rest)?;
    let after = after
        .trim_start()
        .strip_prefix([':', '：', '时', '時', '点'])?;
    let (minute, mut after) = number(after).unwrap_or((
        Number {
            value: 0,
            digits: 0,
            ascii: true,
            positional: true,
        },
        after,
    ));
    while let Some((_, next)) = after
        .strip_prefix([':', '：', '.', '分', '秒'])
        .map(|next| {
            number(next).unwrap_or((
                Number {
                    value: 0,
                    digits: 0,
                    ascii: true,
                    positional: true,
                },
                next,
            ))
        })
    {
        after = next;
    }
    let clock = i64::try_from(hour.value.min(24) * 60 + minute.value.min(59)).ok()?;
    let after = after.trim();
    if after.is_empty() || after.starts_with("星期") || after.starts_with("周") {
        return Some((Some(clock), None));
    }
    Some((Some(clock), Some(zone(after)?)))
}

/// `Z`, `UTC`, `+08:00`, `-0530`: minutes east of Greenwich.
fn zone(text: &str) -> Option<i64> {
    if ["z", "utc", "gmt"]
        .iter()
        .any(|name| text.eq_ignore_ascii_case(name))
    {
        return Some(0);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let east = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).unwrap_or("0").parse().ok()?;
    (digits.len() <= 4 && hours <= 14).then_some(east * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests;
