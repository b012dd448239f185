//! What no form of output ever says, however hostile the article.

use proptest::prelude::*;

use super::{hit, hits, marks, show};
use crate::render::{Format, Script, Style, excerpt, shown, terminal};
use crate::search::Hits;

#[test]
fn a_huge_passage_is_shown_in_no_time() {
    for piece in [
        "，",
        "\n",
        "。",
        "”",
        "党建",
        "党建，",
        "a",
        " ",
        "e\u{301}",
        "\u{301}",
        "\u{200b}",
        "（",
    ] {
        let text = piece.repeat(30_000 / piece.len());
        let one = hits(vec![hit(1, &text, &text, &["党建"])]);
        for context in [None, Some(3)] {
            let start = std::time::Instant::now();
            show(
                &one,
                None,
                &Style {
                    context,
                    ..Style::default()
                },
            );
            let spent = start.elapsed();
            assert!(spent.as_secs() < 2, "{piece:?} took {spent:?}");
        }
    }
}

/// Text with everything that has ever confused a terminal or a spreadsheet.
fn hostile() -> impl Strategy<Value = String> {
    let pieces: &[&str] = &[
        "党建",
        "，",
        "。",
        "“",
        "”",
        "（",
        "）",
        "…",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\u{1b}[2J",
        "\u{1b}]0;x\u{7}",
        "\u{9b}31m",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{202e}",
        "\u{2066}",
        "\u{200f}",
        "\u{61c}",
        "\u{200b}",
        "\u{feff}",
        "\u{2028}",
        "\u{e0041}",
        "e\u{301}",
        "👨\u{200d}👩",
        "=1+1",
        "\"",
        ",",
        "'",
        "<script>",
        "</mark>",
        "&amp;",
        "abc",
        "12.5%",
        "𠀀",
        "\u{fffd}",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..150).prop_map(|p| p.concat())
}

/// What a terminal would obey.
fn obeyed(c: char) -> bool {
    c.is_control() && c != '\n'
        || "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{2028}\u{2029}"
            .contains(c)
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hostile_gets_out(
        texts in proptest::collection::vec(hostile(), 6), width in 0usize..130, context in proptest::option::of(0usize..30),
        range in any::<(u16, u16)>(), words in proptest::sample::subsequence(vec!["党建", "12", "abc"], 0..3),
    ) {
        let mut one = hit(1, &texts[0], &texts[1], &words);
        one.article = texts[2].clone();
        one.path = texts[3].clone();
        one.source = Some(texts[4].clone());
        let wild = usize::from(range.0)..usize::from(range.1);
        if words.is_empty() { one.marks = vec![wild] }
        let list = Hits { notes: vec![texts[5].clone()], ..hits(vec![one.clone()]) };
        for format in [Format::Text, Format::Json, Format::Csv, Format::Trec] {
            let style = Style { format, width, context, ..Style::default() };
            let shown = show(&list, Some(&texts[5]), &style);
            let seen = shown.trim_start_matches('\u{feff}').replace("\r\n", "\n");
            prop_assert!(!seen.contains(obeyed), "{:?}", shown);
            match format {
                Format::Text => for line in shown.lines() {
                    let columns = terminal::width(&terminal::plain(line));
                    prop_assert!(columns <= width.clamp(20, 100), "{columns} > {width}: {line}");
                },
                Format::Json => {
                    let line: serde_json::Value = serde_json::from_str(&shown).unwrap();
                    prop_assert_eq!(&line["text"], &one.text);
                    prop_assert_eq!(&line["article"], &one.article);
                    prop_assert_eq!(shown.lines().count(), 1);
                    let points: Vec<char> = one.text.chars().collect();
                    for mark in line["marks"].as_array().unwrap() {
                        let (a, b) = (mark[0].as_u64().unwrap() as usize, mark[1].as_u64().unwrap() as usize);
                        let marked: String = points[a..b].iter().collect();
                        prop_assert!(words.is_empty() || words.contains(&marked.as_str()));
                    }
                }
                Format::Csv => prop_assert_eq!(shown.matches('"').count() % 2, 0),
                Format::Trec => prop_assert_eq!(shown.split_whitespace().count(), 6),
            }
        }
    }

    #[test]
    fn an_excerpt_shows_a_mark_and_fits(text in hostile(), room in 40usize..400) {
        let said = shown(&text, &marks(&text, &["党建"]), Script::Original);
        let cells = terminal::cells(&said.text, &said.marks);
        let part = excerpt::excerpt(&cells, room, None);
        let marked = |cells: &[terminal::Cell]| cells.iter().any(|cell| cell.marked);
        prop_assert_eq!(marked(&part), marked(&cells));
        prop_assert!(terminal::width(&part) <= room + room / 2 + 8, "{} of {room}", terminal::width(&part));
    }
}
