//! What holds of every query, whatever it is: the promises of [`Query`], and
//! that its canonical form reads as the same query.

use proptest::prelude::*;

use crate::search::query::{Lang, MAX_BYTES, MAX_DEPTH, MAX_PARTS, MAX_WITHIN, Note, Query, parse};

/// What every reading must keep, whatever the input.
#[track_caller]
pub(super) fn laws(input: &str) {
    let parsed = parse(input);
    assert_eq!(
        parsed.query.is_none(),
        parsed.notes.contains(&Note::Nothing),
        "{input:?}"
    );
    for note in &parsed.notes {
        for lang in [Lang::Zh, Lang::En] {
            let text = note.text(lang);
            assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
        }
    }
    let Some(query) = parsed.query else { return };
    let mut leaves = 0;
    well_formed(&query, Inside::Nothing, &mut leaves);
    assert!(leaves <= MAX_PARTS, "{leaves} parts");
    let shown = query.to_string();
    if shown.len() <= MAX_BYTES {
        assert_eq!(
            parse(&shown).query,
            Some(query),
            "{input:?} is shown as {shown:?}"
        );
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Nothing,
    Any,
    And,
    Or,
    Not,
    Title,
}

/// The promises in the docstring of [`Query`].
#[track_caller]
fn well_formed(query: &Query, inside: Inside, leaves: &mut usize) {
    let says = |text: &str| assert!(text.chars().any(char::is_alphanumeric), "{text:?}");
    let list = |parts: &[Query], own: Inside, leaves: &mut usize| {
        assert!(inside != own && parts.len() > 1, "{query:?}");
        assert!(
            parts.iter().any(|p| !matches!(p, Query::Not(_))),
            "{query:?}"
        );
        for part in parts {
            well_formed(part, own, leaves);
        }
    };
    match query {
        Query::Any(parts) => list(parts, Inside::Any, leaves),
        Query::And(parts) => list(parts, Inside::And, leaves),
        Query::Or(parts) => list(parts, Inside::Or, leaves),
        Query::Not(inner) => {
            assert!(matches!(inside, Inside::Any | Inside::And), "{query:?}");
            well_formed(inner, Inside::Not, leaves);
        }
        Query::Title(inner) => well_formed(inner, Inside::Title, leaves),
        Query::Near { parts, within } => {
            assert!(parts.len() > 1 && *within <= MAX_WITHIN);
            parts.iter().for_each(|p| says(p));
            *leaves += parts.len();
        }
        Query::Date { since, until } => {
            assert!(since.is_some() || until.is_some());
            assert!(since.is_none() || until.is_none() || since <= until);
            *leaves += 1;
        }
        Query::Words(text) => {
            assert!(inside != Inside::Not && !text.contains(char::is_whitespace));
            says(text);
            *leaves += 1;
        }
        Query::Exact(text) | Query::Prefix(text) | Query::Number(text) | Query::Source(text) => {
            says(text);
            *leaves += 1;
        }
    }
}

#[test]
fn size_is_bounded() {
    let deep = "(".repeat(100_000);
    for input in [
        deep.clone(),
        format!("{deep}党建"),
        "-(".repeat(50_000),
        "非 ".repeat(50_000),
        "a(".repeat(50_000),
        "“".repeat(50_001),
        "((党建 或 ".repeat(9_000),
        "标题：".repeat(9_000),
        "国发〔".repeat(9_000),
        "a 与 ".repeat(9_000),
        "甲 ".repeat(9_000),
        "*".repeat(9_000),
        "\\".repeat(9_001),
        "日期：2016 ".repeat(900),
        "-(a 或 ".repeat(40),
        "-(a 或 b 或 -".repeat(40),
        "-来源：（a -b ".repeat(35),
        "甲\u{1}".repeat(5_000),
        "\"a b\"~8 ".repeat(500),
        "来源：（".repeat(200),
        format!("{}来源：（甲 -乙", "（甲 或 ".repeat(MAX_DEPTH - 1)),
        format!("{}-来源：（甲 乙 -丙", "（甲 或 ".repeat(MAX_DEPTH - 1)),
        format!("{}-来源：（甲 乙 -丙", "（甲 或 ".repeat(MAX_DEPTH - 2)),
    ] {
        laws(&input);
    }
    let long = parse(&"党".repeat(5000));
    assert_eq!(long.query, Some(Query::Words("党".repeat(MAX_BYTES / 3))));
    assert_eq!(long.notes, [Note::TooLong]);
    assert_eq!(parse(&"甲 ".repeat(300)).notes, [Note::TooManyParts]);
    let nested = |depth: usize| format!("{}党建{}", "(甲 或 ".repeat(depth), ")".repeat(depth));
    assert_eq!(parse(&nested(MAX_DEPTH)).notes, []);
    assert_eq!(parse(&nested(MAX_DEPTH + 3)).notes, [Note::TooDeep]);
}

/// A query of any kind is read in no time: the slowest of these takes 4 ms
/// unoptimized; the bound leaves room for a busy machine.
#[test]
fn time_is_bounded() {
    let pieces = [
        "a(",
        "“a",
        "a”，“",
        "，\"",
        "-(",
        "标题：(",
        "日期：",
        "国发〔2023〕",
        "“甲”与",
        "\"“",
        "甲 ",
        "\\",
        "\"a b\"~9",
        "作者：",
        "*",
        "2016..",
        "（）",
        "'",
        "\u{200b}",
        "与 ",
        "a~9",
        "「",
        "」",
    ];
    for piece in pieces {
        for next in pieces {
            let input = format!("{piece}{next}").repeat(2000);
            let start = std::time::Instant::now();
            let parsed = parse(&input);
            let shown = parsed.query.map(|query| query.to_string());
            let spent = start.elapsed();
            assert!(
                spent.as_millis() < 1000,
                "{piece}{next} took {spent:?}: {shown:?}"
            );
        }
    }
}

/// Strings of syntax and near-syntax: what a random string rarely holds.
fn pieces() -> impl Strategy<Value = String> {
    let pieces: &[&str] = &[
        "党建",
        "品牌",
        "与",
        "或",
        "非",
        "AND",
        "OR",
        "NOT",
        " ",
        " ",
        "　",
        "(",
        ")",
        "（",
        "）",
        "\"",
        "“",
        "”",
        "「",
        "」",
        "'",
        "-",
        "－",
        "*",
        "＊",
        "~8",
        "～",
        "：",
        ":",
        "标题",
        "来源",
        "日期",
        "title:",
        "来源：",
        "日期：",
        "标题：（",
        "2016",
        "..",
        "2016-03",
        "至",
        "年",
        "国发",
        "〔",
        "[",
        "2023",
        "〕",
        "]",
        "12",
        "号",
        "第",
        "国务院",
        "主席",
        "令",
        "四十六",
        "+",
        "℃",
        "，",
        "。",
        "\\",
        "关于",
        "作者：",
        "a",
        "1",
        "\u{0}",
        "\u{200b}",
        "《",
        "》",
        "以来",
        ">=",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..24).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_keeps_the_laws(input in "\\PC{0,60}") {
        laws(&input);
    }

    #[test]
    fn any_characters_keep_the_laws(input in proptest::collection::vec(any::<char>(), 0..40)) {
        laws(&input.into_iter().collect::<String>());
    }

    #[test]
    fn any_syntax_keeps_the_laws(input in pieces()) {
        laws(&input);
    }
}
