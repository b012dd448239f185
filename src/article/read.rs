//! A draft becomes an article: every line is looked at once, the head and the
//! foot of the text more closely.

use crate::article::told::Told;
use crate::article::{
    Article, Draft, Evidence, Found, Kind, Paragraph, Skip, Witness, masthead, number, title,
};
use crate::fold::fold;

/// See [`Article::from_draft`].
pub(crate) fn article(draft: Draft) -> Result<Article, Skip> {
    let given = draft
        .title
        .and_then(|found| title::tidy(&found.value).map(|value| Found { value, ..found }));
    let key = given
        .as_ref()
        .map(|found| title::key(&found.value, fold))
        .unwrap_or_default();
    let mut told = Told::default();
    let mut paragraphs = Vec::new();
    let mut at = 0;
    for line in draft.body.split_inclusive('\n') {
        let text = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        if !text.is_empty() {
            let (kind, head) = told.line(text, paragraphs.len(), &key);
            let bytes = start..start + text.len();
            paragraphs.push(Paragraph {
                text_start: start + head,
                bytes,
                kind,
            });
        }
    }
    if paragraphs.is_empty() {
        return Err(Skip::NoText);
    }
    told.foot(&draft.body, &mut paragraphs);
    let given = given.or_else(|| {
        told.title.take().map(|value| Found {
            value,
            from: Evidence::Box,
        })
    });
    let title = choose(given, &draft.body, &mut paragraphs);
    let date = told.date(draft.date.as_ref());
    let written = told.written();
    let field = draft
        .source
        .filter(|source| source.value.chars().any(char::is_alphanumeric));
    let source = field.map(|found| Found {
        value: found.value.trim().to_owned(),
        ..found
    });
    let source = source.or_else(|| {
        let organ = told.organ.take().map(|value| Found {
            value,
            from: Evidence::Box,
        });
        told.source.take().or(organ)
    });
    let mut extra = draft.extra;
    for (label, value) in told.boxed {
        extra.entry(label).or_insert(value);
    }
    let mut witnesses = draft.witnesses;
    witnesses.append(&mut told.witnesses);
    let mut article = Article {
        id: draft.id,
        title,
        date,
        written,
        source,
        url: draft.url,
        credits: told.credits,
        body: draft.body,
        paragraphs,
        extra,
        witnesses,
        story: draft.story,
        edits: draft.edits,
    };
    if let Some((_, from, said)) = number::own(&article) {
        article.witnesses.push(Witness::new("number", from, &said));
    }
    article.witnesses.truncate(MOST_WITNESSES);
    Ok(article)
}

/// The most witnesses that are kept: a page of nothing but dates has no more to say.
const MOST_WITNESSES: usize = 24;

/// The title: the one given, else a first line that reads like one, else the
/// first sentence. A name of a file gives way to the line it stands for.
fn choose(given: Option<Found<String>>, body: &str, paragraphs: &mut [Paragraph]) -> Found<String> {
    let from_name = given
        .as_ref()
        .is_none_or(|found| found.from == Evidence::Name);
    if from_name && let Some((taken, value)) = masthead::first_title(body, paragraphs) {
        let named = given
            .as_ref()
            .is_none_or(|found| alike(&found.value, &value) || value.chars().count() >= HEADLINE);
        if named && let Some(value) = title::tidy(&value) {
            for at in taken {
                paragraphs[at].kind = Kind::Title;
            }
            return Found {
                value,
                from: Evidence::FirstLine,
            };
        }
    }
    if let Some(found) = given {
        // A text that begins with its own headline says it once.
        let first = paragraphs.iter_mut().find(|p| p.kind == Kind::Body);
        if let Some(first) = first
            && !from_name
            && title::same_key(&body[first.bytes.clone()], &found.value, fold)
        {
            first.kind = Kind::Title;
        }
        return found;
    }
    let proper = |p: &&Paragraph| {
        p.kind == Kind::Body
            && p.text_start < p.bytes.end
            && !masthead::is_mark(&body[p.bytes.clone()])
    };
    let mut sentences = paragraphs
        .iter()
        .filter(proper)
        .map(|p| title::from_sentence(&body[p.text_start..p.bytes.end]));
    let sentence = sentences.find(|title| !title.is_empty());
    let value = sentence.unwrap_or_else(|| {
        paragraphs
            .first()
            .map(|p| body[p.bytes.clone()].to_owned())
            .unwrap_or_default()
    });
    Found {
        value,
        from: Evidence::FirstLine,
    }
}

/// A line of this many characters that reads like a headline is one, whatever
/// the file is called; a shorter one may be the name of a column.
const HEADLINE: usize = 8;

/// Do a file's name and a line stand for the same headline?
fn alike(name: &str, line: &str) -> bool {
    let (name, line) = (title::key(name, fold), title::key(line, fold));
    !name.is_empty() && !line.is_empty() && (line.contains(&name) || name.contains(&line))
}

#[cfg(test)]
mod tests;
