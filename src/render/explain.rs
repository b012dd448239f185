//! How a query was answered, for people: aligned, in their language.

use std::io::{self, Write};

use super::{Style, plural, printable, terminal};
use crate::search::query::Lang;
use crate::search::{Explanation, Points, Rule, Weights};

/// Writes how the query was read, what its parts find, its words, what matched
/// and whose weights ordered it. Every line fits a terminal's obedience, not
/// its width.
pub fn explain(explanation: &Explanation, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let lang = style.lang;
    let say = |zh: &'static str, en: &'static str| match lang {
        Lang::Zh => zh,
        Lang::En => en,
    };
    let counted = |passages: u64, articles: u64| match lang {
        Lang::Zh => format!("{passages} 段 {articles} 篇"),
        Lang::En => format!(
            "{}, {}",
            plural(passages, "passage"),
            plural(articles, "article")
        ),
    };
    let mut rows: Vec<[String; 3]> = Vec::new();
    let mut row = |head: &str, what: String, about: String| {
        rows.push([head.to_owned(), printable(&what).into_owned(), about]);
    };
    row(
        say("读作", "read as"),
        explanation.reading.clone(),
        String::new(),
    );
    for (nth, part) in explanation.parts.iter().enumerate() {
        let head = if nth == 0 {
            say("各部分", "parts")
        } else {
            ""
        };
        let minus = if part.excluded { "-" } else { "" };
        let about = counted(part.passages, part.articles);
        row(head, format!("{minus}{}", part.query), about);
    }
    for (nth, word) in explanation.words.iter().enumerate() {
        let head = if nth == 0 { say("分词", "words") } else { "" };
        let times = if word.count > 1 {
            format!(" ×{}", word.count)
        } else {
            String::new()
        };
        let about = match lang {
            Lang::Zh => format!("{} 段，权重 {:.3}", word.passages, word.weight),
            Lang::En => format!(
                "{}, weight {:.3}",
                plural(word.passages, "passage"),
                word.weight
            ),
        };
        row(head, format!("{}{times}", word.word), about);
    }
    let pool = &explanation.candidates;
    let rule = match pool.rule {
        Rule::Conditions => say("符合各项条件", "meet the conditions"),
        Rule::Enough => say(
            "按权重含有足够的词，或原样含有一个部分",
            "have enough of the words by weight, or a part as it stands",
        ),
        Rule::One => say(
            "含有其中一个词（没有一段含有足够的词）",
            "have one of the words (no passage has enough)",
        ),
    };
    row(
        say("候选", "matches"),
        counted(pool.passages, pool.articles),
        rule.to_owned(),
    );
    if explanation.weights != Weights::Unused {
        let (zh, en) = match pool.tiered {
            true => ("，排在前面", " and come first"),
            false => ("", ""),
        };
        let whole = match lang {
            Lang::Zh => format!("{} 个原样含有全部{zh}", pool.whole),
            Lang::En => format!("{} have all of it as it stands{en}", pool.whole),
        };
        row("", whole, String::new());
        let weights = match explanation.weights {
            Weights::Learnt => say("从本档案学得（jianbao tune）", "learnt by `jianbao tune`"),
            _ => say("内置", "built in"),
        };
        let again = match lang {
            Lang::Zh => format!("前 {} 名再评分", pool.rescored),
            Lang::En => format!("the first {} scored again", pool.rescored),
        };
        row(say("权重", "weights"), weights.to_owned(), again);
    }
    let wide = |column: usize| rows.iter().map(|row| cells(&row[column])).max();
    let (first, second) = (wide(0).unwrap_or(0), wide(1).unwrap_or(0).min(48));
    for row in &rows {
        let line = format!(
            "{}  {}  {}",
            padded(&row[0], first),
            padded(&row[1], second),
            row[2]
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)
}

/// Writes the summands of one score, each as value × weight = points.
pub(super) fn points(
    points: &[Points],
    score: f64,
    margin: &str,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names: Vec<&str> = points.iter().map(|one| name(one.name, lang)).collect();
    let total = match lang {
        Lang::Zh => "得分",
        Lang::En => "score",
    };
    let width = names
        .iter()
        .copied()
        .chain([total])
        .map(cells)
        .max()
        .unwrap_or(0);
    for (one, name) in points.iter().zip(names) {
        writeln!(
            out,
            "{margin}{}  {:>10.4} × {:>9.5} = {:>9.4}",
            padded(name, width),
            one.value,
            one.weight,
            one.points
        )?;
    }
    writeln!(
        out,
        "{margin}{}  {:>10}   {:>9}   {:>9.4}",
        padded(total, width),
        "",
        "",
        score
    )
}

fn cells(text: &str) -> usize {
    terminal::width(&terminal::plain(text))
}

fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(cells(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// Evidence in Chinese: all of it, and nothing else (a test compares them).
const NAMES: &[(&str, &str)] = &[
    ("words", "词"),
    ("chars", "字"),
    ("bigrams", "双字"),
    ("words/best", "词，比最好的"),
    ("lead chars", "导语的字"),
    ("lead bigrams", "导语的双字"),
    ("opening chars", "开头的字"),
    ("opening bigrams", "开头的双字"),
    ("share of bigrams", "双字的覆盖"),
    ("lead share of chars", "导语字的覆盖"),
    ("lead share of bigrams", "导语双字的覆盖"),
    ("sentence share of chars", "最佳句字的覆盖"),
    ("sentence share of bigrams", "最佳句双字的覆盖"),
    ("longest run", "最长连续"),
    ("longest run/query", "最长连续占查询"),
    ("title share of bigrams", "标题双字的覆盖"),
    ("title asked for", "标题中所问的字"),
    ("title run/query", "标题连续占查询"),
    ("lead chars/best", "导语的字，比最好的"),
    ("lead bigrams/best", "导语的双字，比最好的"),
    ("sentence share of bigrams/best", "最佳句双字，比最好的"),
    ("bigrams, first line first", "双字，首行为重"),
    ("bigrams, first paragraph first", "双字，首段为重"),
    ("bigrams, first page first", "双字，首页为重"),
    ("chars, first page first", "字，首页为重"),
    ("first sentence asked for", "首句中所问的字"),
    ("first sentence bigrams asked for", "首句中所问的双字"),
    ("beginning asked for", "起首所问的字"),
    ("beginning bigrams asked for", "起首所问的双字"),
    ("first sentence run/query", "首句连续占查询"),
    ("best sentence in order/query", "最佳句按序占查询"),
    (
        "telling bigrams, first page first",
        "分高下的双字，首页为重",
    ),
    ("telling chars of the lead", "分高下的导语的字"),
    ("kept above nought", "使得分为正"),
    ("strings", "原样字串"),
];

fn name(name: &'static str, lang: Lang) -> &'static str {
    match lang {
        Lang::En => name,
        Lang::Zh => NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(name, |(_, zh)| zh),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::evidence;

    #[test]
    fn every_name_of_evidence_has_a_chinese_one() {
        let mut known: Vec<&str> = evidence();
        let mut named: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        known.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, known);
        let mut chinese: Vec<&str> = NAMES.iter().map(|(_, zh)| *zh).collect();
        chinese.sort_unstable();
        chinese.dedup();
        assert_eq!(chinese.len(), known.len());
        assert!(chinese.concat().chars().all(|c| !c.is_ascii()));
    }
}
