//! Judgements and queries as files hold them.

use std::collections::HashSet;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::search::judge::Qrels;

/// A query of a query file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its id, as the judgements name it.
    pub id: String,
    /// What to search for.
    pub text: String,
}

/// Reads judgements: `query-id<TAB>corpus-id<TAB>score` below a header line, or
/// TREC's `query 0 article gain`. The first line decides. `name` is the file's,
/// for the error.
pub fn read_qrels(name: &str, text: &str) -> anyhow::Result<Qrels> {
    let mut qrels = Qrels::default();
    let mut tabs = None;
    for (number, line) in lines(text) {
        let at = || format!("{name}:{number}");
        let tsv = *tabs.get_or_insert_with(|| line.split('\t').count() == 3);
        let columns: Vec<&str> = if tsv {
            line.split('\t').map(str::trim).collect()
        } else {
            line.split_whitespace().collect()
        };
        let (query, article, gain) = match columns.as_slice() {
            [query, article, gain] if tsv => (*query, *article, *gain),
            [query, _, article, gain] if !tsv => (*query, *article, *gain),
            _ if tsv => bail!("{}: expected query-id<TAB>corpus-id<TAB>score", at()),
            _ => bail!(
                "{}: expected `query 0 article gain` or three columns with tabs",
                at()
            ),
        };
        if query.is_empty() || article.is_empty() {
            bail!("{}: an id is empty", at());
        }
        let gain: f64 = match gain.parse() {
            Ok(gain) if f64::is_finite(gain) => gain,
            _ if qrels.gains.is_empty() && query == "query-id" => continue,
            _ => bail!("{}: \"{}\" is not a score", at(), shorten(gain)),
        };
        let judged = qrels.gains.entry(query.to_owned()).or_default();
        if judged
            .insert(article.to_owned(), gain)
            .is_some_and(|before| before != gain)
        {
            bail!(
                "{}: query {} judges {} twice",
                at(),
                shorten(query),
                shorten(article)
            );
        }
    }
    if qrels.is_empty() {
        bail!("{name}: no query has a relevant article");
    }
    Ok(qrels)
}

/// Reads queries: JSON lines with `id` and `text`, or `id<TAB>text`. Each line
/// is taken for what it looks like. `name` is the file's, for the error.
pub fn read_topics(name: &str, text: &str) -> anyhow::Result<Vec<Topic>> {
    #[derive(Deserialize)]
    struct Line {
        #[serde(alias = "_id", alias = "query-id")]
        id: Id,
        #[serde(alias = "query")]
        text: String,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(serde_json::Number),
    }
    let mut topics = Vec::new();
    let mut seen = HashSet::new();
    for (number, line) in lines(text) {
        let at = || format!("{name}:{number}");
        let topic = if line.trim_start().starts_with('{') {
            let line: Line = serde_json::from_str(line)
                .with_context(|| format!("{}: expected an object with `id` and `text`", at()))?;
            let id = match line.id {
                Id::Text(id) => id,
                Id::Number(id) => id.to_string(),
            };
            Topic {
                id: id.trim().to_owned(),
                text: line.text,
            }
        } else if let Some((id, text)) = line.split_once('\t') {
            Topic {
                id: id.trim().to_owned(),
                text: text.to_owned(),
            }
        } else {
            bail!("{}: expected id<TAB>text or a JSON object", at());
        };
        if topic.id.is_empty() {
            bail!("{}: the id is empty", at());
        }
        if !seen.insert(topic.id.clone()) {
            bail!("{}: the id {} comes twice", at(), shorten(&topic.id));
        }
        topics.push(topic);
    }
    if topics.is_empty() {
        bail!("{name}: no query");
    }
    Ok(topics)
}

/// The lines that are not blank, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
}

/// A piece of a file as an error may show it: short, on one line.
fn shorten(text: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let mut short: String = text.chars().take(40).map(clean).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn qrels_in_either_form() {
        for text in [
            "query-id\tcorpus-id\tscore\n一\t通知 1\t2\n",
            "\u{feff}query-id\tcorpus-id\tscore\r\n一\t通知 1\t2\r\n\r\n",
            "一\t通知 1\t2\n",
            "query-id\tcorpus-id\tscore\n一\t通知 1\t2.0\n一\t通知 1\t2",
        ] {
            let qrels = read_qrels("q", text).unwrap();
            assert_eq!(qrels.gains["一"]["通知 1"], 2.0, "{text}");
        }
        assert_eq!(
            read_qrels("q", "1 0 甲 1\n1\t0\t乙\t0\n").unwrap().gains["1"].len(),
            2
        );
        for (text, want) in [
            ("", "q.tsv: no query has a relevant article"),
            ("1 0 a 0\n", "q.tsv: no query has a relevant article"),
            (
                "1 0 a\n",
                "q.tsv:1: expected `query 0 article gain` or three columns with tabs",
            ),
            (
                "1\ta\t1\n1\ta\n",
                "q.tsv:2: expected query-id<TAB>corpus-id<TAB>score",
            ),
            (
                "1\ta\t1\n\n1\tb\t很好\n",
                "q.tsv:3: \"很好\" is not a score",
            ),
            ("1\ta\tNaN\n", "q.tsv:1: \"NaN\" is not a score"),
            (
                "1\ta\t1\nquery-id\tb\tscore\n",
                "q.tsv:2: \"score\" is not a score",
            ),
            ("1\t\t1\n", "q.tsv:1: an id is empty"),
            ("1\ta\t1\n1\ta\t0\n", "q.tsv:2: query 1 judges a twice"),
        ] {
            assert_eq!(
                format!("{:#}", read_qrels("q.tsv", text).unwrap_err()),
                want,
                "{text}"
            );
        }
    }

    #[test]
    fn topics_in_either_form() {
        let want = vec![
            Topic {
                id: "1".into(),
                text: "主题党日".into(),
            },
            Topic {
                id: "二".into(),
                text: "党建 品牌".into(),
            },
        ];
        for text in [
            "1\t主题党日\n二\t党建 品牌\n",
            "\u{feff}{\"id\":1,\"text\":\"主题党日\"}\r\n{\"id\":\"二\",\"text\":\"党建 品牌\",\"x\":[]}\r\n",
            "{\"_id\":\"1\",\"text\":\"主题党日\"}\n\n二\t党建 品牌",
        ] {
            assert_eq!(read_topics("t", text).unwrap(), want, "{text}");
        }
        for (text, want) in [
            ("", "t: no query"),
            ("主题党日", "t:1: expected id<TAB>text or a JSON object"),
            ("\t主题党日", "t:1: the id is empty"),
            ("1\ta\n1\tb", "t:2: the id 1 comes twice"),
        ] {
            assert_eq!(
                format!("{:#}", read_topics("t", text).unwrap_err()),
                want,
                "{text}"
            );
        }
        let broken = format!("{:#}", read_topics("t", "1\ta\n{\"id\":2}").unwrap_err());
        assert!(
            broken
                .starts_with("t:2: expected an object with `id` and `text`: missing field `text`"),
            "{broken}"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_in_one_line(text in "([a-z一二{}\":,\\t ]{0,9}\n?){0,9}") {
            for result in [read_qrels("f", &text).map(|_| ()), read_topics("f", &text).map(|_| ())] {
                if let Err(error) = result {
                    let line = format!("{error:#}");
                    prop_assert!(line.starts_with("f") && !line.contains('\n'));
                }
            }
        }
    }
}
