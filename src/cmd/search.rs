//! `jianbao search`: a query in, ranked passages out.

use std::ffi::OsStr;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use jianbao::fold::to_simplified;
use jianbao::index::{COMMIT_EVERY, Mode};
use jianbao::render::{self, Format, Script, Style, plural, shell_word};
use jianbao::repair::repair;
use jianbao::search::judge::{Topic, read_topics};
use jianbao::search::query::{Lang, Note, Parsed, Query, parse};
use jianbao::search::{Count, Group, Hits, Page, Searcher, Sort, Suggestion, Why, is_reading};
use serde_json::json;

use crate::cli::{Common, FormatArg, GroupArg, ScriptArg, SearchArgs, SortArg};
use crate::cmd::index::Job;
use crate::cmd::{DONE, NOTHING, REJECTED, colour, lang, out, read_text, say, tell, usual_index};

pub(crate) fn run(common: &Common, args: &SearchArgs) -> Result<ExitCode> {
    let mut rejected = false;
    let (query, from) = asked(args)?;
    if !from.is_empty() {
        let done = Job {
            common,
            reading: &args.reading,
            paths: from,
            mode: Mode::Update,
            commit_every: COMMIT_EVERY,
        }
        .run()?;
        let news = done.tally.accepted + done.tally.rejected + done.tally.dropped > 0;
        if news || common.verbose > 0 {
            tell(common, &done.summary(lang(common)));
        }
        rejected = done.tally.rejected > 0;
        if done.tally.stopped {
            return Ok(done.code());
        }
    }
    let searcher = Searcher::open(&common.index)?;
    // The process ends with the answer: what it would take to tear all of it down before
    // is for the system to do, which has to in any case.
    let asking = ManuallyDrop::new(Asking {
        common,
        args,
        searcher,
        lang: lang(common),
        page: page(args),
        style: style(common, args),
    });
    let mut out = out();
    let found = match &args.queries {
        Some(path) => {
            let topics = read_topics(&path.display().to_string(), &read_text(path)?)?;
            asking.many(&topics, &mut out)?
        }
        None => asking.one(&query, &mut out)?,
    };
    out.flush()?;
    Ok(match (found, rejected) {
        (false, _) => ExitCode::from(NOTHING),
        (true, true) => ExitCode::from(REJECTED),
        (true, false) => DONE,
    })
}

/// Characters of a query, or of a part of it, that are told.
const SHOWN: usize = 80;
/// Parts of a query that found nothing which are told with what each finds.
const TOLD: usize = 16;

struct Asking<'a> {
    common: &'a Common,
    args: &'a SearchArgs,
    searcher: Searcher,
    lang: Lang,
    page: Page,
    style: Style,
}

impl Asking<'_> {
    /// One query; true when something was found.
    fn one(&self, text: &str, out: &mut dyn Write) -> Result<bool> {
        let Parsed { query, notes } = parse(text);
        let notes = self.notes(&notes);
        if self.args.count {
            self.tell_all(&notes);
            let count = match &query {
                Some(query) => self.searcher.count(query, &self.page)?,
                None => Count::default(),
            };
            if self.style.format == Format::Json {
                writeln!(
                    out,
                    "{}",
                    json!({"passages": count.passages, "articles": count.articles})
                )?;
            } else {
                writeln!(out, "{}", self.counted(count))?;
            }
            return Ok(count.passages > 0);
        }
        // Nothing to search for is nothing found, and no error.
        let Some(query) = query else {
            self.tell_all(&notes);
            return Ok(false);
        };
        let hits = self.hits(&query, notes)?;
        self.explained(&hits)?;
        if self.style.format != Format::Json || hits.hits.is_empty() {
            self.tell_all(&hits.notes);
        }
        if hits.passages == 0 {
            self.nothing(&query, text)?;
            return Ok(false);
        }
        // Letters that nobody wrote like that may be a reading of hanzi.
        let whole = hits.hits.iter().any(|hit| hit.whole);
        if hits.relaxed || !hits.absent.is_empty() || !whole && is_reading(&query) {
            self.try_next(&query, text)?;
        }
        if !whole
            && !hits.relaxed
            && self.page.offset == 0
            && !self.common.quiet
            && let Some(Suggestion { query, why, count }) =
                self.searcher.meant(&query, &self.page, hits.passages)?
        {
            self.offer(
                &query,
                &self.flags(Some(&why)),
                &self.difference(&why),
                count,
            );
        }
        render::head(&self.style, false, out)?;
        render::render(&hits, None, &self.style, out)?;
        Ok(true)
    }

    /// Many queries; true when one of them found something.
    fn many(&self, topics: &[Topic], out: &mut dyn Write) -> Result<bool> {
        let mut found = false;
        if !self.args.count {
            render::head(&self.style, true, out)?;
        }
        for topic in topics {
            let Parsed { query, notes } = parse(&topic.text);
            let notes = self.notes(&notes);
            if self.args.count {
                let count = match &query {
                    Some(query) => self.searcher.count(query, &self.page)?,
                    None => Count::default(),
                };
                let line = json!({"query": topic.id, "passages": count.passages, "articles": count.articles});
                writeln!(out, "{line}")?;
                found |= count.passages > 0;
                continue;
            }
            let hits = match &query {
                Some(query) => self.hits(query, notes)?,
                None => Hits {
                    notes,
                    ..Hits::default()
                },
            };
            found |= hits.passages > 0;
            render::render(&hits, Some(&topic.id), &self.style, out)?;
        }
        Ok(found)
    }

    fn hits(&self, query: &Query, notes: Vec<String>) -> Result<Hits> {
        let mut hits = self.searcher.search(query, &self.page)?;
        hits.notes = notes;
        if hits.relaxed {
            hits.notes.push(say(
                self.lang,
                "没有一段含有查询的全部或大部分，以下各段含其中一部分".to_owned(),
                "no passage has all or most of the query; these have some of it".to_owned(),
            ));
        }
        if !hits.absent.is_empty() && hits.passages > 0 {
            let words = hits.absent.join(" ");
            hits.notes.push(say(
                self.lang,
                format!("索引中没有“{words}”"),
                format!("nowhere in the index: {words}"),
            ));
        }
        let all = match self.page.group {
            Group::Article => hits.articles,
            Group::Passage => hits.passages,
        };
        if let Some(whole) = hits.whole.filter(|whole| *whole < all)
            && self.page.sort != Sort::Relevance
        {
            hits.notes.push(say(
                self.lang,
                format!("按日期排序，{all} 项中只有 {whole} 项含有查询的全部；用“与”连接各词，或加引号，就只列这些"),
                format!("sorted by day: {whole} of {all} have all of the query as it stands; join its words with 与, or quote them, for those"),
            ));
        }
        Ok(hits)
    }

    /// Says how a query was answered where the form of the hits has no room for
    /// it, or there are none.
    fn explained(&self, hits: &Hits) -> Result<()> {
        let told = match self.style.format {
            // The text form says it above its hits, whether this page has any or not.
            Format::Text => hits.passages > 0,
            Format::Json => !hits.hits.is_empty(),
            Format::Csv | Format::Trec => false,
        };
        if let Some(explanation) = hits.explanation.as_ref().filter(|_| !told) {
            let mut text = Vec::new();
            render::explain(explanation, &self.style, &mut text)?;
            tell(self.common, String::from_utf8_lossy(&text).trim_end());
        }
        Ok(())
    }

    fn notes(&self, notes: &[Note]) -> Vec<String> {
        let swapped = is_swapped(self.args).then_some(&Note::SwappedDates);
        let notes = notes.iter().chain(swapped);
        notes.map(|note| note.text(self.lang)).collect()
    }

    fn tell_all(&self, notes: &[String]) {
        for note in notes {
            let line = say(self.lang, format!("注意：{note}"), format!("note: {note}"));
            tell(self.common, &line);
        }
    }

    /// No hit explains itself: how the query was read, what each part finds
    /// alone, and what to try next.
    fn nothing(&self, query: &Query, text: &str) -> Result<()> {
        let read = shortened(&query.to_string());
        let line = say(
            self.lang,
            format!("没有找到：{read}"),
            format!("nothing found for: {read}"),
        );
        tell(self.common, &render::printable(&line));
        let parts = query.leaves();
        let free = Page::default();
        let told = parts.iter().take(if parts.len() > 1 { TOLD } else { 0 });
        for (part, excluded) in told {
            let count = self.searcher.count(part, &free)?;
            let minus = if *excluded { "-" } else { "" };
            let part = shortened(&part.to_string());
            let counted = self.counted(count);
            let line = say(
                self.lang,
                format!("  {minus}{part}：{counted}"),
                format!("  {minus}{part}: {counted}"),
            );
            tell(self.common, &render::printable(&line));
        }
        if let Some(more @ 1..) = parts.len().checked_sub(TOLD) {
            let line = say(
                self.lang,
                format!("  …… 还有 {more} 个部分"),
                format!("  … and {more} more"),
            );
            tell(self.common, &line);
        }
        self.try_next(query, text)
    }

    /// Lines to try next, each with what it finds.
    fn try_next(&self, query: &Query, text: &str) -> Result<()> {
        if self.common.quiet {
            return Ok(());
        }
        // A query copied from a damaged page is mended like the page itself.
        let restored = repair(text).text;
        if let Some(query) = parse(&restored).query.filter(|_| restored != text) {
            let count = self.searcher.count(&query, &self.page)?;
            if count.passages > 0 {
                let why = say(self.lang, "修复后".to_owned(), "restored".to_owned());
                self.offer(&query.to_string(), &self.flags(None), &why, count);
            }
        }
        for line in self.searcher.suggest(query, &self.page)? {
            let Suggestion { query, why, count } = line;
            self.offer(
                &query,
                &self.flags(Some(&why)),
                &self.difference(&why),
                count,
            );
        }
        Ok(())
    }

    fn offer(&self, query: &str, flags: &str, why: &str, count: Count) {
        let command = format!("jianbao search {}{flags}", shell_word(query));
        let counted = self.counted(count);
        let line = say(
            self.lang,
            format!("试试：{command}  （{why}：{counted}）"),
            format!("try: {command}  ({why}: {counted})"),
        );
        tell(self.common, &render::printable(&line));
    }

    fn counted(&self, count: Count) -> String {
        say(
            self.lang,
            format!("{} 段，{} 篇", count.passages, count.articles),
            format!(
                "{}, {}",
                plural(count.passages, "passage"),
                plural(count.articles, "article")
            ),
        )
    }

    /// The filters that a line to try keeps, and the index it is asked of.
    fn flags(&self, why: Option<&Why>) -> String {
        let mut flags = String::new();
        if !matches!(why, Some(Why::Dates | Why::Filters)) {
            for (flag, day) in [("since", self.page.since), ("until", self.page.until)] {
                flags.extend(day.map(|day| format!(" --{flag} {day}")));
            }
        }
        if !matches!(why, Some(Why::Sources | Why::Filters)) {
            for source in &self.page.sources {
                flags.push_str(&format!(" --source {}", shell_word(source)));
            }
        }
        let index = &self.common.index;
        if *index != usual_index() {
            let index = index.to_string_lossy();
            flags.push_str(&format!(" --index {}", shell_word(&index)));
        }
        flags
    }

    fn difference(&self, why: &Why) -> String {
        let zh = match why {
            Why::Nearer(from) => format!("与“{from}”相近"),
            Why::Sound(from) => format!("读作“{from}”"),
            Why::Form(from) => format!("“{from}”的另一种说法"),
            Why::Dates => "去掉 --since、--until".to_owned(),
            Why::Sources => "去掉 --source".to_owned(),
            Why::Filters => "去掉 --since、--until、--source".to_owned(),
            Why::Loose => "去掉引号等限制".to_owned(),
            Why::Anywhere => "不限于标题".to_owned(),
            Why::Series => "不限编号".to_owned(),
            Why::Without(part) => format!("去掉 {part}"),
        };
        let en = match why {
            Why::Nearer(from) => format!("near {from}"),
            Why::Sound(from) => format!("read as {from}"),
            Why::Form(from) => format!("another form of {from}"),
            Why::Dates => "without --since and --until".to_owned(),
            Why::Sources => "without --source".to_owned(),
            Why::Filters => "without --since, --until and --source".to_owned(),
            Why::Loose => "without quotes and the like".to_owned(),
            Why::Anywhere => "not in the title alone".to_owned(),
            Why::Series => "whatever its serial".to_owned(),
            Why::Without(part) => format!("without {part}"),
        };
        say(self.lang, zh, en)
    }
}

/// The query, and what is to be indexed before. All that follows `--from` is taken for its
/// paths, a query too; so those at the end that name no file are the query.
fn asked(args: &SearchArgs) -> Result<(String, &[PathBuf])> {
    if !args.query.is_empty() || args.queries.is_some() {
        return Ok((typed(&args.query), &args.from));
    }
    let is_there = |path: &PathBuf| path == Path::new("-") || path.symlink_metadata().is_ok();
    let paths = args.from.iter().rposition(is_there).unwrap_or(0) + 1;
    match args.from.split_at_checked(paths) {
        Some((paths, words)) if !words.is_empty() => Ok((typed(words), paths)),
        _ => bail!(
            "no query: all that follows --from was read as its paths; write the query first: jianbao search QUERY --from PATH"
        ),
    }
}

/// The query as it was typed. An argument that is no Unicode is read as far as
/// it is: what is not becomes U+FFFD, which is searched like any symbol.
fn typed<S: AsRef<OsStr>>(words: &[S]) -> String {
    let words: Vec<_> = words
        .iter()
        .map(|word| word.as_ref().to_string_lossy())
        .collect();
    words.join(" ")
}

/// A text of no more than two lines: somebody may have pasted a page.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Whether the last day lies before the first: they are taken the other way round, as in a query.
fn is_swapped(args: &SearchArgs) -> bool {
    matches!((args.since, args.until), (Some((since, _)), Some((_, until))) if since > until)
}

fn page(args: &SearchArgs) -> Page {
    let (since, until) = match is_swapped(args) {
        false => (args.since, args.until),
        true => (args.until, args.since),
    };
    Page {
        limit: args.limit,
        offset: args.offset,
        sort: match args.sort {
            SortArg::Relevance => Sort::Relevance,
            SortArg::Newest => Sort::Newest,
            SortArg::Oldest => Sort::Oldest,
        },
        group: match args.group {
            GroupArg::Article => Group::Article,
            GroupArg::Passage => Group::Passage,
        },
        since: since.map(|(first, _)| first),
        until: until.map(|(_, last)| last),
        sources: args.source.clone(),
        fold: !matches!(args.format, FormatArg::Trec),
        explain: args.explain,
    }
}

fn style(common: &Common, args: &SearchArgs) -> Style {
    Style {
        format: match args.format {
            _ if args.json => Format::Json,
            FormatArg::Text => Format::Text,
            FormatArg::Json => Format::Json,
            FormatArg::Csv => Format::Csv,
            FormatArg::Trec => Format::Trec,
        },
        color: colour(common),
        width: width(),
        lang: lang(common),
        script: match args.script {
            ScriptArg::Original => Script::Original,
            ScriptArg::Simplified => Script::Mapped(to_simplified),
        },
        context: args.context,
    }
}

/// Cells of a line: the terminal's, else 80.
fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}
