//! What to try when nothing was found: lines that do find something.
//!
//! A mistyped character is mended by what stands in the archive, without any
//! list of words (`nearer.rs`); a reading, whole or as initials, is spelled in
//! the words of the index (`sound.rs`); a short form has its full one; filters,
//! quotes and parts are taken away. Each line is counted before it is offered.
//! All of it happens only when a query has found nothing or too little.

mod nearer;
mod sound;

pub(super) use sound::Readings;
use sound::sounds_alike;

use anyhow::Result;

use crate::search::abbreviations;
use crate::search::matching::Matcher;
use crate::search::phrase::Phrase;
use crate::search::query::{Query, parse, series};
use crate::search::rank::KNOWN;
use crate::search::{Count, Page, Searcher, together};

/// As many lines as are worth reading.
const LINES: usize = 4;
/// As many strings near one part as are offered.
const TRIED: usize = 2;
/// As many parts of a query as are looked into.
const PARTS: usize = 16;
/// As many of them as other strings are looked for.
const MENDED: usize = 8;
/// Passages that may be walked over for other strings than those of a query, at
/// up to 30 ns each: those of the rarest character of each string that is tried.
/// What else is done for them is counted in such steps too. It is work that is
/// bounded and not time, so that the same is suggested everywhere.
const EFFORT: u64 = 1_000_000;
/// The same for all lines that are counted, where a step costs less: most parts of a
/// query are only looked for where the others are.
const COUNTED: u64 = 8_000_000;
/// What a part of a line costs besides.
const PART: u64 = 4_000;

/// A query to try next.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// What to type.
    pub query: String,
    /// How it differs.
    pub why: Why,
    /// What it finds.
    pub count: Count,
}

/// How a suggested query differs from the one that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Another string for one that stands nowhere, a few characters away.
    Nearer(String),
    /// A string that is read like the one that was asked.
    Sound(String),
    /// The full form of a short one, or the other way round.
    Form(String),
    /// Without `--since` and `--until`.
    Dates,
    /// Without `--source`.
    Sources,
    /// Without `--since`, `--until` and `--source`.
    Filters,
    /// Without quotes, distance or star.
    Loose,
    /// In the text as well as in the title.
    Anywhere,
    /// All numbers of the series, of that year or that organ.
    Series,
    /// Without this part.
    Without(String),
}

impl Searcher {
    /// Queries to try instead of one that found nothing, or only some of what
    /// it asked; the likeliest first. Each finds something.
    pub fn suggest(&self, query: &Query, page: &Page) -> Result<Vec<Suggestion>> {
        together::inside(|| self.lines(query, page))
    }

    fn lines(&self, query: &Query, page: &Page) -> Result<Vec<Suggestion>> {
        let mut lines = Lines {
            searcher: self,
            page: page.clone(),
            asked: query.to_string(),
            found: Vec::new(),
            effort: COUNTED,
        };
        let leaves: Vec<Query> = query
            .leaves()
            .into_iter()
            .filter(|(_, excluded)| !excluded)
            .map(|(leaf, _)| leaf.clone())
            .take(PARTS)
            .collect();
        let anywhere = Page {
            explain: false,
            ..Page::default()
        };
        let counts = together::each(leaves.iter().collect(), |leaf| {
            Ok(self.strictly(leaf, &anywhere)?.passages)
        })?;
        let mut effort = EFFORT;
        if let Some(reading) = latin(&leaves)
            && (leaves.len() > 1 || counts.contains(&0))
        {
            let readings = self.readings()?;
            for string in sound::spelled(self.store(), readings, &reading, &mut effort)? {
                let spelled = parse(&string).query;
                lines.offer(spelled, Why::Sound(reading.clone()))?;
            }
        }
        for (nth, leaf) in leaves.iter().enumerate().take(MENDED) {
            if counts[nth] == 0
                && !lines.are_enough()
                && let Some(text) = text_of(leaf)
            {
                self.strings(query, nth, text, &mut lines, &mut effort)?;
            }
        }
        self.filters(query, page, &mut lines)?;
        for (nth, leaf) in leaves.iter().enumerate().take(MENDED) {
            if let Some(series) = series_of(leaf).filter(|_| counts[nth] == 0) {
                lines.offer(edited(query, nth, &|_| Some(series.clone())), Why::Series)?;
            }
            if let Some(loose) = loosened(leaf) {
                lines.offer(edited(query, nth, &|_| Some(loose.clone())), Why::Loose)?;
            }
            if let Query::Title(inner) = leaf {
                let inner = (**inner).clone();
                lines.offer(edited(query, nth, &|_| Some(inner.clone())), Why::Anywhere)?;
            }
        }
        if leaves.len() > 1 {
            // What finds nothing goes first; else whatever lets the rest be found.
            let mut order: Vec<usize> = (0..leaves.len()).collect();
            order.sort_by_key(|nth| counts[*nth]);
            for nth in order {
                let without = Why::Without(leaves[nth].to_string());
                lines.offer(edited(query, nth, &|_| None), without)?;
            }
            let left: Option<Query> = (0..leaves.len())
                .rev()
                .filter(|nth| counts[*nth] == 0)
                .try_fold(query.clone(), |query, nth| edited(&query, nth, &|_| None));
            let gone: Vec<String> = (0..leaves.len())
                .filter(|nth| counts[*nth] == 0)
                .map(|nth| leaves[nth].to_string())
                .collect();
            if gone.len() > 1 {
                lines.offer(left, Why::Without(gone.join(" ")))?;
            }
        }
        Ok(lines.found)
    }

    /// Other strings for one that stands nowhere.
    fn strings(
        &self,
        query: &Query,
        nth: usize,
        text: &str,
        lines: &mut Lines<'_>,
        effort: &mut u64,
    ) -> Result<()> {
        let from = text.to_owned();
        let put = |string: &str| edited(query, nth, &|leaf| Some(with_text(leaf, string)));
        for string in abbreviations::other_forms(text) {
            lines.offer(put(&string), Why::Form(from.clone()))?;
        }
        let phrase = Phrase::new(text);
        let near = nearer::strings(self.store(), &phrase, effort)?;
        let mut kept: Vec<(&str, Count)> = Vec::new();
        for string in near.iter().take(2 * TRIED) {
            let is_cut = |(better, _): &(&str, Count)| {
                nearer::is_cut(self.store().segmenter(), better, string)
            };
            if kept.len() == TRIED || kept.iter().any(is_cut) {
                continue;
            }
            let before = lines.found.len();
            lines.offer(put(string), Why::Nearer(from.clone()))?;
            let Some(line) = lines.found.get(before) else {
                continue;
            };
            // Part of a better one that finds no more says nothing.
            let says_less = |(better, count): &(&str, Count)| {
                better.contains(string.as_str()) && *count == line.count
            };
            if kept.iter().any(says_less) {
                lines.found.truncate(before);
            } else {
                kept.push((string.as_str(), line.count));
            }
        }
        // What is a character away and read alike as well leaves nothing to look for.
        let is_alike = kept.iter().any(|(near, _)| sounds_alike(text, near));
        if is_alike || lines.are_enough() || *effort == 0 {
            return Ok(());
        }
        for string in sound::alike(self.store(), self.readings()?, &phrase, effort)? {
            lines.offer(put(&string), Why::Sound(from.clone()))?;
        }
        Ok(())
    }

    /// What was meant by a term of one piece that stands nowhere: another, a character or two
    /// away, that more passages have than have a part of what was asked.
    pub fn meant(&self, query: &Query, page: &Page, found: u64) -> Result<Option<Suggestion>> {
        let Query::Words(text) = query else {
            return Ok(None);
        };
        let phrase = Phrase::new(text);
        let exactly = |text: &str| self.count(&Query::Exact(text.to_owned()), page);
        if phrase.units.len() > KNOWN || exactly(text)?.passages > 0 {
            return Ok(None);
        }
        let near = nearer::strings(self.store(), &phrase, &mut { EFFORT })?;
        for string in near.iter().take(TRIED) {
            if exactly(string)?.passages > found {
                let query = Query::Words(string.clone());
                return Ok(Some(Suggestion {
                    count: self.count(&query, page)?,
                    query: query.to_string(),
                    why: Why::Nearer(text.clone()),
                }));
            }
        }
        Ok(None)
    }

    fn filters(&self, query: &Query, page: &Page, lines: &mut Lines<'_>) -> Result<()> {
        let dated = page.since.is_some() || page.until.is_some();
        let sourced = !page.sources.is_empty();
        let undated = Page {
            since: None,
            until: None,
            ..page.clone()
        };
        let unsourced = Page {
            sources: Vec::new(),
            ..page.clone()
        };
        let free = Page {
            sources: Vec::new(),
            ..undated.clone()
        };
        for (asked, why, page) in [
            (dated, Why::Dates, undated),
            (sourced, Why::Sources, unsourced),
            (dated && sourced, Why::Filters, free),
        ] {
            let some = lines
                .found
                .iter()
                .any(|line| matches!(line.why, Why::Dates | Why::Sources));
            if !asked || why == Why::Filters && some {
                continue;
            }
            let count = self.finding(query, &page)?;
            lines.add(query.to_string(), why, count);
        }
        Ok(())
    }

    /// How many passages are walked over to count a query, at the most.
    fn cost(&self, query: &Query) -> Result<u64> {
        let mut cost = 0;
        for (leaf, _) in query.leaves() {
            cost += PART;
            for segment in self.store().segments() {
                cost += Matcher::at_most(segment, leaf)?;
            }
        }
        Ok(cost)
    }

    /// Counts what a line finds, if anything has all that is asked in it.
    fn finding(&self, query: &Query, page: &Page) -> Result<Count> {
        match self.strictly(query, page)? {
            Count { passages: 0, .. } => Ok(Count::default()),
            _ => self.count(query, page),
        }
    }

    /// Counts what has all that is asked: nothing when only some of the words
    /// of free text are there.
    fn strictly(&self, query: &Query, page: &Page) -> Result<Count> {
        match query {
            Query::Words(text) => {
                let whole = self.count(&Query::Exact(text.clone()), page)?;
                if whole.passages > 0 {
                    return Ok(whole);
                }
                let (count, relaxed) = self.counted(query, page)?;
                Ok(if relaxed { Count::default() } else { count })
            }
            _ => {
                let (count, relaxed) = self.counted(query, page)?;
                Ok(if relaxed { Count::default() } else { count })
            }
        }
    }
}

/// The lines gathered so far.
struct Lines<'a> {
    searcher: &'a Searcher,
    page: Page,
    asked: String,
    found: Vec<Suggestion>,
    /// What is left of [`COUNTED`].
    effort: u64,
}

impl Lines<'_> {
    fn are_enough(&self) -> bool {
        self.found.len() == LINES
    }

    /// Counts a query and keeps it if it finds something.
    fn offer(&mut self, query: Option<Query>, why: Why) -> Result<()> {
        // What is typed is what counts: the canonical form is read again.
        let Some(query) = query.and_then(|query| parse(&query.to_string()).query) else {
            return Ok(());
        };
        let shown = query.to_string();
        if self.found.len() < LINES
            && shown != self.asked
            && self.found.iter().all(|line| line.query != shown)
        {
            let cost = self.searcher.cost(&query)?;
            if cost <= self.effort {
                self.effort -= cost;
                let count = self.searcher.finding(&query, &self.page)?;
                self.add(shown, why, count);
            }
        }
        Ok(())
    }

    fn add(&mut self, query: String, why: Why, count: Count) {
        if count.passages > 0 && self.found.len() < LINES {
            self.found.push(Suggestion { query, why, count });
        }
    }
}

/// The text of a part that is looked for as text.
fn text_of(leaf: &Query) -> Option<&str> {
    match leaf {
        Query::Words(text) | Query::Exact(text) | Query::Prefix(text) => Some(text),
        Query::Title(inner) => text_of(inner),
        _ => None,
    }
}

/// The same part with another text, to be found as it stands.
fn with_text(leaf: &Query, text: &str) -> Query {
    match leaf {
        Query::Exact(_) => Query::Exact(text.to_owned()),
        Query::Prefix(_) => Query::Prefix(text.to_owned()),
        Query::Title(inner) => Query::Title(Box::new(with_text(inner, text))),
        _ => Query::Words(text.to_owned()),
    }
}

/// A document number without its serial.
fn series_of(leaf: &Query) -> Option<Query> {
    match leaf {
        Query::Number(number) => Some(Query::Exact(series(number)?.to_owned())),
        Query::Title(inner) => Some(Query::Title(Box::new(series_of(inner)?))),
        _ => None,
    }
}

/// The same part with less asked of it.
fn loosened(leaf: &Query) -> Option<Query> {
    match leaf {
        // `国发〔2016〕` is exact without quotes, so there are none to leave away.
        Query::Exact(text) if parse(text).query.as_ref() == Some(leaf) => None,
        Query::Exact(text) | Query::Prefix(text) => Some(Query::Words(text.clone())),
        Query::Near { parts, .. } => Some(Query::And(
            parts.iter().cloned().map(Query::Exact).collect(),
        )),
        Query::Title(inner) => Some(Query::Title(Box::new(loosened(inner)?))),
        _ => None,
    }
}

/// The query with its `nth` part that is not excluded changed, or taken out;
/// `None` when nothing to look for is left.
fn edited(query: &Query, nth: usize, change: &dyn Fn(&Query) -> Option<Query>) -> Option<Query> {
    fn walk(
        query: &Query,
        left: &mut Option<usize>,
        change: &dyn Fn(&Query) -> Option<Query>,
    ) -> Option<Query> {
        let mut list = |parts: &[Query], whole: fn(Vec<Query>) -> Query| {
            let mut kept: Vec<Query> = parts
                .iter()
                .filter_map(|part| walk(part, left, change))
                .collect();
            if kept.iter().all(|part| matches!(part, Query::Not(_))) {
                return None;
            }
            Some(if kept.len() == 1 {
                kept.remove(0)
            } else {
                whole(kept)
            })
        };
        match query {
            Query::Any(parts) => list(parts, Query::Any),
            Query::And(parts) => list(parts, Query::And),
            Query::Or(parts) => list(parts, Query::Or),
            Query::Not(_) => Some(query.clone()),
            leaf => match left {
                Some(0) => {
                    *left = None;
                    change(leaf)
                }
                _ => {
                    *left = left.map(|left| left - 1);
                    Some(leaf.clone())
                }
            },
        }
    }
    walk(query, &mut Some(nth), change)
}

/// Whether a query is letters alone, as a reading of hanzi would be.
pub fn is_reading(query: &Query) -> bool {
    let leaves: Vec<Query> = query
        .leaves()
        .into_iter()
        .map(|(leaf, _)| leaf.clone())
        .collect();
    latin(&leaves).is_some()
}

/// The letters of a query that is nothing but letters and blanks.
fn latin(leaves: &[Query]) -> Option<String> {
    let mut all = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let (Query::Words(text) | Query::Exact(text)) = leaf else {
            return None;
        };
        all.push(sound::letters(text)?);
    }
    (!all.is_empty()).then(|| all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, nth: usize, to: Option<&str>, want: &str) {
        let query = parse(query).query.unwrap_or(Query::Words("x".into()));
        let changed = edited(&query, nth, &|leaf| Some(with_text(leaf, to?)));
        let shown = changed.map_or("none".to_owned(), |query| query.to_string());
        assert_eq!(shown, want);
    }

    #[test]
    fn one_part_is_changed_and_the_others_stay() {
        check("党建 与 品牌", 0, Some("基层"), "基层 与 品牌");
        check("党建 与 品牌", 1, None, "党建");
        check("“党建” -廉政", 0, Some("品牌"), "\"品牌\" -\"廉政\"");
        check("党建 -廉政", 0, None, "none");
        check("（防汛 或 抗旱） 水库", 1, None, "防汛 水库");
        check("标题：防讯", 0, Some("防汛"), "标题：防汛");
        check("党建", 5, None, "党建");
    }

    #[test]
    fn letters_alone_are_a_reading() {
        let of = |text: &str| {
            let query = parse(text).query?;
            let leaves: Vec<Query> = query.leaves().into_iter().map(|(q, _)| q.clone()).collect();
            latin(&leaves)
        };
        assert_eq!(of("zhu ti dang ri").as_deref(), Some("zhu ti dang ri"));
        assert_eq!(of("Zhǔtí DǍNGRÌ").as_deref(), Some("zhuti dangri"));
        assert_eq!(of("ＺＴＤＲ").as_deref(), Some("ztdr"));
        assert_eq!(of("zhuti 党日"), None);
        assert_eq!(of("2018"), None);
    }
}
