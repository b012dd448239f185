//! `jianbao search`: a query in, ranked passages out.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use jianbao::fold::to_simplified;
use jianbao::render::{self, Format, Script, Style};
use jianbao::search::judge::{Topic, read_topics};
use jianbao::search::query::{Lang, Note, Parsed, Query, parse};
use jianbao::search::{Group, Hits, Page, Searcher, Sort};
use serde_json::json;

use crate::cli::{Common, FormatArg, GroupArg, ScriptArg, SearchArgs, SortArg};
use crate::cmd::index::Job;
use crate::cmd::{DONE, NOTHING, REJECTED, colour, lang, out, read_text, say, tell};

pub(crate) fn run(common: &Common, args: &SearchArgs) -> Result<ExitCode> {
    let mut rejected = false;
    if !args.from.is_empty() {
        let done = Job {
            common,
            reading: &args.reading,
            paths: &args.from,
            rebuild: false,
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
    let asking = Asking {
        common,
        args,
        searcher,
        lang: lang(common),
        page: page(args),
        style: style(common, args),
    };
    let mut out = out();
    let found = match &args.queries {
        Some(path) => {
            let topics = read_topics(&path.display().to_string(), &read_text(path)?)?;
            asking.many(&topics, &mut out)?
        }
        None => asking.one(&args.query.join(" "), &mut out)?,
    };
    out.flush()?;
    Ok(match (found, rejected) {
        (false, _) => ExitCode::from(NOTHING),
        (true, true) => ExitCode::from(REJECTED),
        (true, false) => DONE,
    })
}

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
        let Some(query) = query else {
            bail!("{}", notes.join("; "));
        };
        if self.args.count {
            self.tell_all(&notes);
            let count = self.searcher.count(&query, &self.page)?;
            if self.style.format == Format::Json {
                writeln!(
                    out,
                    "{}",
                    json!({"passages": count.passages, "articles": count.articles})
                )?;
            } else {
                let line = say(
                    self.lang,
                    format!("{} 段，{} 篇", count.passages, count.articles),
                    format!("{} passages, {} articles", count.passages, count.articles),
                );
                writeln!(out, "{line}")?;
            }
            return Ok(count.passages > 0);
        }
        let hits = self.hits(&query, notes)?;
        if self.style.format != Format::Json || hits.hits.is_empty() {
            self.tell_all(&hits.notes);
        }
        if hits.passages == 0 {
            self.explain_nothing(&query)?;
            return Ok(false);
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
                    None => jianbao::search::Count::default(),
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
        Ok(hits)
    }

    fn notes(&self, notes: &[Note]) -> Vec<String> {
        notes.iter().map(|note| note.text(self.lang)).collect()
    }

    fn tell_all(&self, notes: &[String]) {
        for note in notes {
            let line = say(self.lang, format!("注意：{note}"), format!("note: {note}"));
            tell(self.common, &line);
        }
    }

    /// No hit explains itself: how the query was read, what each part finds,
    /// and what to try next.
    fn explain_nothing(&self, query: &Query) -> Result<()> {
        let line = say(
            self.lang,
            format!("没有找到：{query}"),
            format!("nothing found for: {query}"),
        );
        tell(self.common, &line);
        let free = Page {
            since: None,
            until: None,
            sources: Vec::new(),
            ..self.page.clone()
        };
        let filtered =
            self.page.since.is_some() || self.page.until.is_some() || !self.page.sources.is_empty();
        let whole = self.searcher.count(query, &free)?;
        if filtered && whole.passages > 0 {
            let line = say(
                self.lang,
                format!(
                    "不限日期和来源有 {} 段；去掉 --since、--until、--source 再试",
                    whole.passages
                ),
                format!(
                    "without dates and sources {} passages match: try without --since, --until, --source",
                    whole.passages
                ),
            );
            tell(self.common, &line);
            return Ok(());
        }
        let mut parts = Vec::new();
        leaves(query, &mut parts);
        if parts.len() > 1 {
            for part in &parts {
                let count = self.searcher.count(part, &free)?;
                let line = say(
                    self.lang,
                    format!("  {part}：{} 段", count.passages),
                    format!("  {part}: {} passages", count.passages),
                );
                tell(self.common, &line);
            }
        } else if let Some(Query::Exact(text)) = parts.first().copied() {
            let line = say(
                self.lang,
                format!("去掉引号再试：jianbao search {text}"),
                format!("try without quotes: jianbao search {text}"),
            );
            tell(self.common, &line);
        }
        Ok(())
    }
}

/// The parts of a query that look for something by themselves.
fn leaves<'a>(query: &'a Query, parts: &mut Vec<&'a Query>) {
    match query {
        Query::Any(inner) | Query::And(inner) | Query::Or(inner) => {
            inner.iter().for_each(|part| leaves(part, parts));
        }
        Query::Not(_) => {}
        part => parts.push(part),
    }
}

fn page(args: &SearchArgs) -> Page {
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
        since: args.since,
        until: args.until,
        sources: args.source.clone(),
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
