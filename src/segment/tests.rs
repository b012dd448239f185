//! What is cut, and that it is what jieba cuts.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use jieba_rs::Jieba;
use proptest::prelude::*;

use super::*;
use crate::chars::{Unit, units};
use crate::fold::fold;
use crate::segment::block::is_block;

fn texts(text: &str) -> Vec<String> {
    let segmenter = Segmenter::new(&[]);
    let words = segmenter.words(text);
    for word in &words {
        assert_eq!(
            fold_str(&text[word.bytes.clone()]),
            word.text,
            "a word is its place, folded"
        );
    }
    words.into_iter().map(|word| word.text).collect()
}

#[test]
fn words_of_search_mode() {
    assert_eq!(texts("主题党日"), ["主题", "主题党日", "党日"]);
    assert_eq!(texts("三会一课"), ["三会一课"]);
    assert_eq!(texts("党员教育"), ["党员", "教育"]);
    assert_eq!(
        texts("乡村振兴，2021年"),
        ["乡村", "乡村振兴", "振兴", "2021", "年"]
    );
    assert_eq!(texts("，。"), [""; 0]);
    assert_eq!(texts("著名景点"), texts("着名景点"));
    assert_eq!(
        texts("著名")[0],
        "着名",
        "a word that the table folds stays one"
    );
}

#[test]
fn user_words_stay_whole() {
    let (words, bad) =
        parse_dict("\u{feff}# 词典\r\n红旗讲堂 1000 n\r\n\r\n坏 词 x y z\n三会一课\n");
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0].line, 4);
    let segmenter = Segmenter::new(&words);
    assert_eq!(segmenter.cut("开展红旗讲堂"), ["开展", "红旗讲堂"]);
    assert_eq!(segmenter.origin("红旗讲堂"), WordOrigin::User);
    assert_eq!(
        segmenter.origin("三会一课"),
        WordOrigin::User,
        "the user's word first"
    );
    assert_eq!(segmenter.origin("开展"), WordOrigin::Dictionary);
    let WordOrigin::Lexicon(term) = segmenter.origin("主題黨日") else {
        panic!("a term of the lexicon, in whatever script");
    };
    assert_eq!((term.word, term.year), ("主题党日", Some(2016)));
    assert!(VERSION.contains(&format!("+lexicon-{EDITION} ")));
}

/// jieba with the words that `build.rs` adds to its own.
static JIEBA: LazyLock<Jieba> = LazyLock::new(|| {
    let mut jieba = Jieba::new();
    for (word, freq) in added() {
        jieba.add_word(word, Some(freq), None);
    }
    jieba
});

fn added() -> impl Iterator<Item = (&'static str, usize)> {
    entries(include_str!("folded.txt")).chain(entries(include_str!("lexicon.txt")))
}

fn entries(text: &'static str) -> impl Iterator<Item = (&'static str, usize)> {
    text.lines().filter_map(|line| {
        let mut parts = line.split(' ');
        Some((parts.next()?, parts.next()?.parse().ok()?))
    })
}

#[test]
fn the_dictionary_is_jiebas() {
    // jieba tells how many words it has and the sum of their counts. Adding a
    // word it has with the count it has changes neither.
    let mut jieba = Jieba::new();
    let told = format!("{jieba:?}");
    let mut words = 0;
    for (word, count) in entries(include_str!("jieba.txt")) {
        jieba.add_word(word, Some(count), None);
        words += 1;
        if words % 64 == 0 {
            assert_eq!(format!("{jieba:?}"), told, "up to {word}");
        }
    }
    assert_eq!(format!("{jieba:?}"), told);
    assert!(told.contains(&format!(": {words},")), "{told}");
}

#[test]
fn the_table_is_the_dictionary() {
    let total = format!(": {} ", table::total());
    let told = format!("{:?}", *JIEBA);
    assert!(told.contains(&total), "{told}");
    let replaced: HashMap<&str, usize> = added().collect();
    let mut words = 0;
    for (word, count) in entries(include_str!("jieba.txt")).chain(added()) {
        if word.chars().any(|c| fold(c) != c) {
            continue;
        }
        let count = replaced.get(word).copied().unwrap_or(count);
        assert_eq!(table::count(word), Some(count as u64), "{word}");
        assert!(word.chars().count() <= Segmenter::LONGEST, "{word}");
        assert_eq!(Segmenter::spell(table::number(word)), word);
        words += 1;
    }
    assert!(words >= table::words());
    for word in ["", "主题党", "中华人民共", "著", "\u{10FFFF}"] {
        assert_eq!(table::count(word), None, "{word}");
    }
    let spelt = (0..1 << 21).filter(|number| !Segmenter::spell(*number).is_empty());
    assert_eq!(spelt.count(), table::words());
    assert_eq!(Segmenter::spell(u32::MAX), "");
}

#[test]
fn what_joins_words_is_solid_or_not() {
    for c in '\0'..=char::MAX {
        if block::is_block(c) {
            let known = emit::has_solid(c.encode_utf8(&mut [0; 4]));
            assert_eq!(known, is_solid(c), "{c}");
        }
    }
}

/// Words of the dictionary, every ninth one.
static SOME: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    entries(include_str!("jieba.txt"))
        .map(|(word, _)| word)
        .step_by(9)
        .collect()
});

fn lexicon_word() -> impl Strategy<Value = String> {
    (0..TERMS.len()).prop_map(|index| TERMS[index].word.to_owned())
}

fn piece() -> impl Strategy<Value = String> {
    let word = || (0..SOME.len()).prop_map(|index| SOME[index].to_owned());
    prop_oneof![
        6 => word(),
        2 => lexicon_word(),
        1 => (lexicon_word(), 1..4_usize).prop_map(|(word, len)| word.chars().take(len).collect()),
        3 => (word(), 1..4_usize).prop_map(|(word, len)| word.chars().take(len).collect()),
        2 => "[的是在了和有大这主中人上为们地个用工时要动国产以我到他会作来分生对于学下级就]{1,6}",
        2 => "[一-龥]{1,3}",
        1 => "[\u{3400}-\u{4DBF}\u{F900}-\u{FAFF}\u{20000}-\u{20200}]{1,3}",
        2 => "[a-zA-Z0-9+#&._%-]{1,12}",
        1 => "[ａ-ｚ０-９Ａ-Ｚ．＋－＿]{1,6}",
        1 => "[國務院機關黨建著瞭藉]{1,4}",
        2 => "[，。、：；“”《》（）…— 　\t\r\n]{1,3}",
        1 => "[🎉😀㎡℃①é\u{301}\u{200B}γΩ]{1,2}",
        1 => "\\PC{1,4}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..14).prop_map(|pieces| pieces.concat())
}

/// The words of a text as jieba has them, those that are none left out.
fn theirs(jieba: &Jieba, text: &str) -> Vec<String> {
    jieba
        .cut_for_search(&fold_str(text), false)
        .into_iter()
        .filter(|token| token.word.chars().any(is_solid))
        .map(|token| token.word.to_owned())
        .collect()
}

fn same(segmenter: &Segmenter, jieba: &Jieba, text: &str) -> Result<(), TestCaseError> {
    let mut words = Vec::new();
    let mut places = Vec::new();
    segmenter.each(text, &mut Room::default(), |word, bytes| {
        words.push(word.to_owned());
        places.push(fold_str(&text[bytes]));
    });
    prop_assert_eq!(&words, &theirs(jieba, text));
    prop_assert_eq!(&places, &words);
    met(segmenter, text, &words)?;
    let pieces: Vec<String> = segmenter.cut(text).into_iter().map(fold_str).collect();
    let folded = fold_str(text);
    let wanted: Vec<&str> = jieba
        .cut(&folded, false)
        .into_iter()
        .map(|token| token.word)
        .collect();
    prop_assert_eq!(pieces, wanted);
    Ok(())
}

/// The words that are indexed, the number of each a matter of the word alone, and with what the
/// cut passes over all that the dictionary has.
fn met(segmenter: &Segmenter, text: &str, words: &[String]) -> Result<(), TestCaseError> {
    let (mut cut, mut passed) = (Vec::new(), Vec::new());
    segmenter.each_met(text, &mut Room::default(), |met| match met {
        Met::Word(word, number) => cut.push((word.to_owned(), number)),
        Met::Passed(number) => passed.push(number),
        Met::Open(at) => known_at(&text[at..], |number| passed.push(number)),
    });
    let mut all = words.iter();
    let mut known = HashSet::new();
    for (word, number) in &cut {
        // What is left out stands in a longer word, so it is short and of the dictionary.
        for left_out in all.by_ref().take_while(|other| *other != word) {
            prop_assert!((2..=3).contains(&left_out.chars().count()) && is_known(left_out));
        }
        prop_assert!((*number as usize) < Segmenter::NUMBERS);
        let alone = word.chars().count() == 1 && !word.chars().all(is_block);
        let wanted = if alone {
            0
        } else {
            segmenter.words.number(word)
        };
        prop_assert_eq!(*number, wanted, "{} in {}", word, text);
        if *number != 0 && is_known(word) {
            known.insert(*number);
        }
    }
    prop_assert_eq!(all.next(), None);
    let mut indexed: Vec<String> = Vec::new();
    segmenter.each_indexed(text, &mut Room::default(), |word, _| {
        indexed.push(word.to_owned())
    });
    prop_assert!(cut.iter().map(|(word, _)| word).eq(&indexed));
    for number in &passed {
        let word = Segmenter::spell(*number);
        prop_assert!(is_known(&word), "{} in {}", word, text);
        prop_assert_eq!(table::number(&word), *number);
    }
    known.extend(passed);
    let chars = units(text).map(|placed| match placed.unit {
        Unit::Char(c) => c,
        Unit::Stop => ',',
        Unit::Break => '\n',
    });
    let chars: Vec<char> = chars.collect();
    let mut wanted = HashSet::new();
    each_known(&chars, chars.len(), |_, number| {
        wanted.insert(number);
    });
    prop_assert_eq!(known, wanted, "{}", text);
    Ok(())
}

#[test]
fn what_stands_across_the_parts_of_a_word_is_not_indexed() {
    let user = [UserWord {
        word: "人民法院".to_owned(),
        freq: None,
    }];
    for (user, text, want) in [
        (&[][..], "人民法院", &["人民", "人民法院", "法院"][..]),
        (
            &[],
            "最高人民法院",
            &["最高", "最高人民法院", "人民", "法院"],
        ),
        (&[], "民法", &["民法"]),
        // It may be parted either way.
        (&[], "民法典", &["民法", "民法典", "法典"]),
        (&[], "民政局长", &["民政", "民政局", "民政局长", "局长"]),
        // 中华/人民/共和/国: no 华人, and 共和国 is two parts.
        (
            &[],
            "中華人民共和國",
            &["中华", "中华人民共和国", "人民", "共和", "共和国"],
        ),
        (&[], "党组织", &["党组织", "组织"]),
        // Of a user's word nothing is known.
        (&user, "人民法院", &["人民", "人民法院", "民法", "法院"]),
    ] {
        let words = Segmenter::new(user).indexed(text);
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words, want, "{text}");
    }
}

/// A word is parted where the likeliest cuts of what stands before and behind are together nearly
/// as likely as any two, and so are its parts.
#[test]
fn parts_are_the_likely_ones() {
    let (mut looked_at, mut differ) = (0, Vec::new());
    for (word, _) in entries(include_str!("jieba.txt")).step_by(37) {
        let length = word.chars().count();
        if length < 3 || table::number(word) == 0 {
            continue;
        }
        let mut all = Vec::new();
        joints(&Segmenter::new(&[]), word, 0, &mut all);
        let want = (1..=table::JOINTS.min(length - 1)).filter(|at| all.contains(at));
        let want = want.fold(0, |all, at| all | 1 << (at - 1));
        looked_at += 1;
        if table::joints(table::number(word)) != want {
            differ.push(word);
        }
    }
    // Of two ways that are equally likely either may be the one whose parts are parted.
    assert!(
        looked_at > 5000 && differ.len() * 1000 <= looked_at,
        "{differ:?} of {looked_at}"
    );
}

fn joints(segmenter: &Segmenter, word: &str, at: usize, all: &mut Vec<usize>) {
    /// As in `build/joints.rs`.
    const LIKELY: f64 = 4.0;
    if word.chars().nth(2).is_none() || table::count(word).is_none() {
        return;
    }
    let log = |part: &str| {
        let count = table::count(part).unwrap_or(1).max(1);
        (count as f64).ln() - (table::total() as f64).ln()
    };
    let places = word.char_indices().skip(1);
    let ways = places.map(|(place, _)| {
        let mut parts = segmenter.cut(&word[..place]);
        parts.extend(segmenter.cut(&word[place..]));
        let sum: f64 = parts.iter().map(|part| log(part)).sum();
        (sum, parts)
    });
    let ways: Vec<(f64, Vec<&str>)> = ways.collect();
    let best = ways.iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    let likely = (1..).zip(&ways).filter(|(_, way)| way.0 >= best.0 - LIKELY);
    all.extend(likely.map(|(place, _)| at + place));
    let mut begin = at;
    for part in &best.1 {
        joints(segmenter, part, begin, all);
        begin += part.chars().count();
    }
}

/// More cases by hand: `PROPTEST_CASES=100000 cargo test --release --lib segment::`.
fn cases(few: u32) -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = few;
    }
    config
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn cuts_like_jieba(text in text()) {
        same(&Segmenter::new(&[]), &JIEBA, &text)?;
    }
}

fn user_word() -> impl Strategy<Value = UserWord> {
    let count = prop_oneof![
        3 => Just(None),
        2 => (0..20_000_usize).prop_map(Some),
        1 => Just(Some(0)),
        1 => Just(Some(1 << 40)),
    ];
    let word = prop::collection::vec(piece(), 1..4).prop_map(|pieces| {
        let word = fold_str(&pieces.concat());
        word.chars().filter(|c| is_solid(*c)).take(32).collect()
    });
    (word, count).prop_map(|(word, freq)| UserWord { word, freq })
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn cuts_like_jieba_with_user_words(
        words in prop::collection::vec(user_word(), 0..12),
        texts in prop::collection::vec(prop::collection::vec(
            prop_oneof![text(), (0..12_usize).prop_map(|index| format!("#{index}"))],
            1..6,
        ), 10),
    ) {
        let words: Vec<UserWord> = words.into_iter().filter(|word| !word.word.is_empty()).collect();
        let mut jieba = JIEBA.clone();
        for word in &words {
            jieba.add_word(&word.word, word.freq, None);
        }
        let segmenter = Segmenter::new(&words);
        for word in &words {
            prop_assert_eq!(segmenter.origin(&word.word), WordOrigin::User);
        }
        for pieces in texts {
            let text: String = pieces
                .iter()
                .map(|piece| {
                    // `#3` stands for a word of the user's own.
                    let index: Option<usize> = piece.strip_prefix('#').and_then(|n| n.parse().ok());
                    match index.and_then(|index| words.get(index)) {
                        Some(word) => word.word.as_str(),
                        None => piece.as_str(),
                    }
                })
                .collect();
            same(&segmenter, &jieba, &text)?;
        }
    }
}
