//! Hits for a person: title, day and source, an excerpt, where it came from.

use std::io::{self, Write};

use super::terminal::{self, BODY, Cell, FAINT, Look, PLAIN, TITLE};
use super::{Style, excerpt, plural, scripted, shell_word, shown};
use crate::search::query::Lang;
use crate::search::{Hit, Hits};

/// The longest line, in cells: fifty hanzi.
const WIDEST: usize = 100;
/// The narrowest form, in cells.
const NARROWEST: usize = 20;
/// A passage of so many lines is shown whole.
const WHOLE: usize = 5;
/// A longer one is shown in about so many.
const LINES: usize = 4;
/// Lines of a title at most: no headline is longer, a damaged record may be.
const TITLE_LINES: usize = 3;

pub(crate) fn render(
    hits: &Hits,
    query: Option<&str>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let last = hits.hits.last().map_or(1, |hit| hit.rank);
    let page = Page {
        style,
        indent: last.to_string().len() + 2,
        width: style.width.clamp(NARROWEST, WIDEST),
    };
    if let Some(query) = query {
        let words = match style.lang {
            Lang::Zh => "检索",
            Lang::En => "query",
        };
        page.flush(&terminal::plain(&format!("{words} {query}")), TITLE, out)?;
        writeln!(out)?;
    }
    if let Some(explanation) = &hits.explanation {
        super::explain(explanation, style, out)?;
    }
    for hit in &hits.hits {
        page.hit(hit, out)?;
        writeln!(out)?;
    }
    page.flush(&terminal::plain(&summary(hits, style.lang)), FAINT, out)?;
    if query.is_some() {
        writeln!(out)?;
    }
    Ok(())
}

struct Page<'a> {
    style: &'a Style,
    /// Cells before the text.
    indent: usize,
    /// Cells of a line, with the indent.
    width: usize,
}

impl Page<'_> {
    fn room(&self) -> usize {
        self.width - self.indent.min(self.width - NARROWEST / 2)
    }

    fn look(&self, look: Look) -> Look {
        if self.style.color { look } else { PLAIN }
    }

    fn margin(&self) -> String {
        " ".repeat(self.width - self.room())
    }

    fn hit(&self, hit: &Hit, out: &mut dyn Write) -> io::Result<()> {
        self.headline(hit, out)?;
        self.body(hit, out)?;
        self.origin(hit, out)?;
        if !hit.points.is_empty() {
            let (margin, lang) = (self.margin(), self.style.lang);
            super::explain::points(&hit.points, hit.score, &margin, lang, out)?;
        }
        Ok(())
    }

    /// `1  题目                     2018-03-12  来源`
    fn headline(&self, hit: &Hit, out: &mut dyn Write) -> io::Result<()> {
        let said = shown(&hit.title, &hit.title_marks, self.style.script);
        let mut title = terminal::cells(&said.text, &said.marks);
        for cell in &mut title {
            cell.c = terminal::harmless(cell.c);
        }
        if let Some(rest) = terminal::wrap(&title, self.room()).get(TITLE_LINES) {
            title.truncate(rest.start.saturating_sub(1));
            title.push(excerpt::CUT);
        }
        let date = hit.date.map(|date| date.to_string());
        let source = hit
            .source
            .as_deref()
            .map(|source| scripted(source, self.style.script));
        let about: Vec<String> = date.into_iter().chain(source).collect();
        let about = terminal::plain(&about.join("  "));
        let margin = self.width - self.room();
        let rank = format!("{:>wide$}  ", hit.rank, wide = margin.saturating_sub(2));
        self.beside(&rank, &title, TITLE, &about, out)
    }

    /// Text on the left, on as many lines as it takes, and something short on
    /// the right of the last one, or below it where there is no room.
    fn beside(
        &self,
        first: &str,
        left: &[Cell],
        look: Look,
        right: &[Cell],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let room = self.room();
        let mut lines = terminal::wrap(left, room);
        if lines.is_empty() {
            lines.push(0..0);
        }
        let end = lines.len() - 1;
        for (i, line) in lines.into_iter().enumerate() {
            let line = left.get(line).unwrap_or_default();
            if i == 0 {
                write!(out, "{first}")?;
            } else {
                write!(out, "{}", self.margin())?;
            }
            terminal::paint(out, line, self.look(look))?;
            let taken = terminal::width(line) + terminal::width(right);
            if i == end && !right.is_empty() && taken + 2 <= room {
                write!(out, "{}", " ".repeat(room - taken))?;
                terminal::paint(out, right, self.look(FAINT))?;
                return writeln!(out);
            }
            writeln!(out)?;
        }
        self.indented(right, FAINT, out)
    }

    fn body(&self, hit: &Hit, out: &mut dyn Write) -> io::Result<()> {
        let said = shown(&hit.text, &hit.marks, self.style.script);
        let mut cells = terminal::cells(&said.text, &said.marks);
        // The headline that stands over the text again was just read above it.
        if let Some((first, rest)) = hit.text.split_once('\n')
            && first == hit.title
            && !rest.is_empty()
            && let Some(end) = cells.iter().position(|cell| cell.c == '\n')
        {
            cells.drain(..=end);
        }
        let room = self.room();
        let paragraphs = || cells.split(|cell| cell.c == '\n');
        let lines = || paragraphs().map(|paragraph| terminal::wrap(paragraph, room).len());
        if self.style.context.is_none() && lines().sum::<usize>() <= WHOLE {
            for paragraph in paragraphs() {
                self.indented(paragraph, BODY, out)?;
            }
            return Ok(());
        }
        let part = excerpt::excerpt(&cells, room * LINES, self.style.context);
        self.indented(&part, BODY, out)
    }

    /// `a.txt · 第 3 段 · 还有 2 段                  id`; an id that is the path
    /// itself is not said twice.
    fn origin(&self, hit: &Hit, out: &mut dyn Write) -> io::Result<()> {
        let passage = u64::from(hit.passage) + 1;
        let (more, copies) = (hit.more, hit.copies);
        let id = shell_word(&hit.article);
        let (path, id) = if hit.article == hit.path {
            (id, String::new())
        } else {
            (hit.path.clone(), id)
        };
        let mut facts = vec![path];
        match self.style.lang {
            Lang::Zh => {
                facts.push(format!("第 {passage} 段"));
                facts.extend((more > 0).then(|| format!("还有 {more} 段")));
                facts.extend((copies > 0).then(|| format!("另有 {copies} 篇相同")));
            }
            Lang::En => {
                facts.push(format!("passage {passage}"));
                facts.extend((more > 0).then(|| format!("{more} more")));
                let noun = if copies == 1 { "copy" } else { "copies" };
                facts.extend((copies > 0).then(|| format!("{copies} {noun}")));
            }
        }
        facts.retain(|fact| !fact.is_empty());
        let left = terminal::plain(&facts.join(" · "));
        self.beside(&self.margin(), &left, FAINT, &terminal::plain(&id), out)
    }

    fn indented(&self, text: &[Cell], look: Look, out: &mut dyn Write) -> io::Result<()> {
        for line in terminal::wrap(text, self.room()) {
            write!(out, "{}", self.margin())?;
            terminal::paint(out, text.get(line).unwrap_or_default(), self.look(look))?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn flush(&self, text: &[Cell], look: Look, out: &mut dyn Write) -> io::Result<()> {
        for line in terminal::wrap(text, self.width) {
            terminal::paint(out, text.get(line).unwrap_or_default(), self.look(look))?;
            writeln!(out)?;
        }
        Ok(())
    }
}

/// How much was found, and which part of it stands above.
fn summary(hits: &Hits, lang: Lang) -> String {
    let (passages, articles) = (hits.passages, hits.articles);
    let ends = hits
        .hits
        .first()
        .zip(hits.hits.last())
        .map(|(a, b)| (a.rank, b.rank));
    match (lang, ends) {
        (Lang::Zh, None) if passages == 0 => "没有找到".into(),
        (Lang::En, None) if passages == 0 => "nothing found".into(),
        (Lang::Zh, None) => format!("共 {articles} 篇、{passages} 段，这一页没有"),
        (Lang::Zh, Some((first, last))) => {
            let shown = if first == last {
                format!("{first}")
            } else {
                format!("{first}–{last}")
            };
            format!("共 {articles} 篇、{passages} 段，以上为第 {shown} 条")
        }
        (Lang::En, ends) => {
            let found = format!(
                "{} in {}",
                plural(passages, "passage"),
                plural(articles, "article")
            );
            match ends {
                None => format!("{found}; none on this page"),
                Some((first, last)) if first == last => format!("{found}; {first} shown"),
                Some((first, last)) => format!("{found}; {first}–{last} shown"),
            }
        }
    }
}
