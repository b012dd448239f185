//! Short forms and full forms: 人大 ⇄ 人民代表大会.
//!
//! A reviewed table. It takes no part in ranking, for that was measured and gains
//! nothing (docs/ranking.md). It serves when a query finds nothing, as a line to try.

use std::sync::LazyLock;

use crate::fold::fold_str;

/// Forms of one term a line, between tabs.
const TABLE: &str = include_str!("abbreviations.tsv");

static TERMS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect()
});

/// As many other forms as are worth trying.
const MOST: usize = 4;

/// A text with a term in it in another form: the whole text where it is a
/// term, else its longest term.
pub(crate) fn other_forms(text: &str) -> Vec<String> {
    let folded = fold_str(text);
    let mut longest: Option<(&str, &Vec<&str>)> = None;
    let mut found: Vec<&str> = Vec::new();
    for term in TERMS.iter() {
        for form in term {
            let key = fold_str(form);
            if folded == key {
                found.extend(term.iter().filter(|other| *other != form));
            } else if folded.contains(&key)
                && longest.is_none_or(|(held, _)| held.len() < form.len())
            {
                longest = Some((form, term));
            }
        }
    }
    let mut forms: Vec<String> = found.into_iter().map(str::to_owned).collect();
    if forms.is_empty()
        && let Some((held, term)) = longest
    {
        let others = term.iter().filter(|other| **other != held);
        forms.extend(others.map(|other| folded.replacen(&fold_str(held), other, 1)));
    }
    forms.truncate(MOST);
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::to_simplified;

    #[test]
    fn forms_go_both_ways() {
        for (text, want) in [
            ("人大", "人民代表大会"),
            ("人民代表大会", "人大"),
            ("兩學一做", "学党章党规、学系列讲话，做合格党员"),
            ("国家发展和改革委员会", "国家发改委"),
            ("省发改委通知", "省发展和改革委员会通知"),
        ] {
            assert!(other_forms(text).contains(&want.to_owned()), "{text}");
        }
        assert!(other_forms("防汛").is_empty());
    }

    #[test]
    fn the_table_is_sound() {
        let mut shorts: Vec<&str> = Vec::new();
        for term in TERMS.iter() {
            assert!(term.len() > 1, "{term:?}");
            for form in term {
                assert!(form.chars().nth(1).is_some(), "{form}");
                assert_eq!(to_simplified(form), **form);
            }
            shorts.push(term[0]);
        }
        let all = shorts.len();
        shorts.sort_unstable();
        shorts.dedup();
        assert_eq!(shorts.len(), all, "a term stands once");
        assert!((150..400).contains(&all), "{all} terms");
    }
}
