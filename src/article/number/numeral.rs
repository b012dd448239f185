//! Numerals in hanzi: `四十六` is 46, and the other way round.

use crate::fold::fold;

/// The most figures of a number, Arabic or hanzi one by one (二〇一八).
const FIGURES: usize = 5;
/// The most hanzi of a number with 十, 百 and 千: 九千九百九十九.
const LONGEST: usize = 7;
/// The greatest number that is spelled.
const GREATEST: u32 = 9_999;

const ONES: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// Whether a number in hanzi may hold it. 两 counts things, and names none.
pub(crate) fn is_hanzi_figure(c: char) -> bool {
    one(c).is_some() || matches!(c, '十' | '百' | '千')
}

/// A number in ASCII digits or in hanzi, up to 99,999.
pub(crate) fn value(figures: &[char]) -> Option<u32> {
    let one_by_one = !figures.iter().any(|c| matches!(c, '十' | '百' | '千'));
    let most = if one_by_one { FIGURES } else { LONGEST };
    if figures.is_empty() || figures.len() > most {
        return None;
    }
    if figures.iter().all(char::is_ascii_digit) {
        return figures.iter().collect::<String>().parse().ok();
    }
    if one_by_one {
        return figures
            .iter()
            .try_fold(0, |value, c| Some(value * 10 + one(*c)?));
    }
    let (mut total, mut last) = (0, None);
    for c in figures {
        match c {
            '千' => total += last.take().unwrap_or(1) * 1000,
            '百' => total += last.take().unwrap_or(1) * 100,
            '十' => total += last.take().unwrap_or(1) * 10,
            c => last = Some(one(*c)?),
        }
    }
    Some(total + last.unwrap_or(0))
}

/// A number as it is spelled in hanzi: `四十六`, `一百零五`. `None` of nought and of what
/// nobody spells.
pub(crate) fn spelled(number: u32) -> Option<String> {
    if !(1..=GREATEST).contains(&number) {
        return None;
    }
    let mut text = String::new();
    let mut is_gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let figure = number / unit % 10;
        let Some(hanzi) = ONES.get(figure as usize).filter(|_| figure > 0) else {
            is_gap = !text.is_empty();
            continue;
        };
        if is_gap {
            text.push('零');
        }
        is_gap = false;
        // 十二, but 一百一十二.
        if figure > 1 || unit != 10 || !text.is_empty() {
            text.push(*hanzi);
        }
        text.push_str(name);
    }
    Some(text)
}

/// One hanzi that is a figure.
fn one(c: char) -> Option<u32> {
    let figure = match fold(c) {
        '零' | '○' => 0,
        c => ONES.iter().position(|hanzi| *hanzi == c)?,
    };
    u32::try_from(figure).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_of(text: &str) -> Option<u32> {
        value(&text.chars().collect::<Vec<char>>())
    }

    #[test]
    fn hanzi_are_numbers() {
        for (text, want) in [
            ("46", Some(46)),
            ("四十六", Some(46)),
            ("十", Some(10)),
            ("一十二", Some(12)),
            ("二〇一八", Some(2018)),
            ("二○一八", Some(2018)),
            ("一百零五", Some(105)),
            ("一百一十", Some(110)),
            ("一千零五", Some(1005)),
            ("九千九百九十九", Some(9999)),
            ("两百", None),
            ("四十6", None),
            ("123456", None),
            ("一二三四五六", None),
            ("", None),
        ] {
            assert_eq!(value_of(text), want, "{text}");
        }
    }

    #[test]
    fn every_number_is_spelled_as_it_is_read() {
        for number in 1..=9_999 {
            assert_eq!(
                spelled(number).and_then(|text| value_of(&text)),
                Some(number)
            );
        }
        for (number, want) in [
            (7, Some("七")),
            (10, Some("十")),
            (12, Some("十二")),
            (46, Some("四十六")),
            (110, Some("一百一十")),
            (105, Some("一百零五")),
            (636, Some("六百三十六")),
            (1_005, Some("一千零五")),
            (1_050, Some("一千零五十")),
            (5_000, Some("五千")),
            (0, None),
            (10_000, None),
        ] {
            assert_eq!(spelled(number).as_deref(), want, "{number}");
        }
    }
}
