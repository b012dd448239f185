//! One record on its own: drafts, repair, article, facts. Done in parallel,
//! and without a word about what other records hold.

use std::panic::{AssertUnwindSafe, catch_unwind};

use xxhash_rust::xxh3::Xxh3;

use crate::article::{Article, Draft, Edit, Evidence, Found, Kind, Origin, Skip};
use crate::extract::extract;
use crate::index::{Meta, Spot, Standing, Writer};
use crate::ingest::{Item, Settings, path_of};
use crate::repair::repair;
use crate::source::{Extent, Input, Raw, Reject};

/// A record after the parallel part.
pub(crate) enum Prepared {
    Stories {
        index: usize,
        bytes: u64,
        stories: Vec<Story>,
        /// The record, where one of its stories is kept as it is: until that is sure.
        raw: Option<Raw>,
    },
    /// What was read is no article.
    Rejected(Reject),
    /// What was read is not what its format says, as the last record of a file that was cut off.
    Malformed(Reject),
    /// It could not be read.
    Unread(Reject),
    End {
        index: usize,
        read_ns: i128,
    },
}

pub(crate) enum Story {
    Ready(Box<Ready>),
    /// The index held it before this batch, under this id.
    Kept(String, Spot),
    Rejected(Reject),
}

pub(crate) struct Ready {
    pub(crate) article: Article,
    pub(crate) meta: Meta,
    pub(crate) spot: Spot,
    /// Its id is its place in a pipe, where the next one has other records.
    pub(crate) in_pipe: bool,
}

pub(crate) fn prepare(
    input: &Input,
    index: usize,
    item: Item,
    writer: &Writer,
    settings: &Settings,
) -> Prepared {
    let mut raw = match item {
        Item::End(index, read_ns) => return Prepared::End { index, read_ns },
        Item::Record(Err(reject)) => return Prepared::Unread(reject),
        Item::Record(Ok(raw)) => raw,
    };
    let path = path_of(input);
    let bytes = raw.bytes.len() as u64;
    // A bug in one of the pure rooms costs one record, with its name, and not the run.
    let file = (path.as_str(), input.stamp.is_none());
    let stories = catch_unwind(AssertUnwindSafe(|| {
        stories(&mut raw, file, writer, settings)
    }));
    match stories {
        Ok(Ok(stories)) => {
            let is_kept = |story: &Story| matches!(story, Story::Kept(..));
            Prepared::Stories {
                index,
                bytes,
                raw: stories.iter().any(is_kept).then_some(raw),
                stories,
            }
        }
        Ok(Err(Skip::NoText)) => Prepared::Rejected(reject(&raw, Skip::NoText.to_string())),
        Ok(Err(skip @ Skip::Malformed(_))) => Prepared::Malformed(reject(&raw, skip.to_string())),
        Err(_) => Prepared::Rejected(reject(&raw, BUG.to_owned())),
    }
}

fn reject(raw: &Raw, reason: String) -> Reject {
    Reject {
        origin: raw.origin.clone(),
        reason,
        extent: Extent::Record,
    }
}

/// The stories of a record of which some were to be kept as they are and cannot: another record
/// of the batch took their place meanwhile.
pub(crate) struct Anew<'a> {
    input: &'a Input,
    raw: &'a Raw,
    settings: &'a Settings,
    /// By number, until somebody asks for one.
    drafts: Option<Vec<Option<Draft>>>,
}

impl<'a> Anew<'a> {
    pub(crate) fn new(input: &'a Input, raw: &'a Raw, settings: &'a Settings) -> Anew<'a> {
        Anew {
            input,
            raw,
            settings,
            drafts: None,
        }
    }

    /// Prepares the story of this number.
    pub(crate) fn prepare(&mut self, nth: usize) -> Option<Story> {
        let story = catch_unwind(AssertUnwindSafe(|| {
            let Anew {
                input,
                raw,
                settings,
                drafts,
            } = self;
            let drafts = drafts.get_or_insert_with(|| {
                let drafts = extract(raw, &settings.map, settings.encoding.as_deref());
                drafts.unwrap_or_default().into_iter().map(Some).collect()
            });
            let draft = drafts.get_mut(nth)?.take()?;
            let named = Named::new(raw, &draft, (&path_of(input), input.stamp.is_none()));
            Some(ready(raw, draft, named))
        }));
        story.unwrap_or_else(|_| Some(Story::Rejected(reject(self.raw, BUG.to_owned()))))
    }
}

/// What is said of a record at which a room panicked.
const BUG: &str = "a bug in jianbao stopped the reading of this record; please report it";

fn stories(
    raw: &mut Raw,
    file: (&str, bool),
    writer: &Writer,
    settings: &Settings,
) -> Result<Vec<Story>, Skip> {
    let drafts = extract(raw, &settings.map, settings.encoding.as_deref())?;
    if drafts.len() > 1 {
        raw.hash_once();
    }
    Ok(drafts
        .into_iter()
        .map(|draft| story(raw, draft, file, writer))
        .collect())
}

/// What a story is known by.
struct Named {
    id: String,
    spot: Spot,
    in_pipe: bool,
}

impl Named {
    /// `file`: its path, and whether it is a pipe.
    fn new(raw: &Raw, draft: &Draft, (path, pipe): (&str, bool)) -> Named {
        Named {
            id: article_id(&raw.origin, draft),
            spot: Spot::new(path, hash_of(draft), place_of(raw, draft.story)),
            in_pipe: pipe && draft.id.is_none(),
        }
    }
}

fn story(raw: &Raw, draft: Draft, file: (&str, bool), writer: &Writer) -> Story {
    let named = Named::new(raw, &draft, file);
    // An id that clashes is settled later, in input order; here only what is
    // very likely there is spared the rest.
    if matches!(writer.standing(&named.id, named.spot), Ok(Standing::Same)) {
        return Story::Kept(named.id, named.spot);
    }
    ready(raw, draft, named)
}

fn ready(raw: &Raw, mut draft: Draft, named: Named) -> Story {
    let Named { id, spot, in_pipe } = named;
    let encoding = draft.encoding;
    let flaws = std::mem::take(&mut draft.flaws);
    let story = draft.story;
    let draft = restore(draft);
    let repaired_title = match &draft.title {
        Some(title) if in_text(title) && !draft.edits.is_empty() => Some(title.value.clone()),
        _ => None,
    };
    match Article::from_draft(draft) {
        Ok(mut article) => {
            let meta = Meta {
                id,
                title: article.title.clone(),
                date: article.date.clone(),
                source: article.source.clone(),
                url: article.url.take(),
                written: article.written.clone(),
                number: article.own_number().map(|found| Found {
                    value: found.value.to_string(),
                    from: found.from,
                }),
                cited: article.cited().iter().map(ToString::to_string).collect(),
                witnesses: std::mem::take(&mut article.witnesses),
                origin: raw.origin.clone(),
                span: raw.span.clone(),
                sha256: raw.sha256(),
                flaws,
                credits: std::mem::take(&mut article.credits),
                passages: 0,
                head: None,
                lead: lead(&article),
                kinds: article
                    .paragraphs
                    .iter()
                    .map(|paragraph| paragraph.kind)
                    .collect(),
                extra: std::mem::take(&mut article.extra),
                edits: std::mem::take(&mut article.edits),
                repaired_title,
                encoding: encoding.to_owned(),
            };
            Story::Ready(Box::new(Ready {
                article,
                meta,
                spot,
                in_pipe,
            }))
        }
        Err(skip) => {
            let nth = story.map(|story| format!("story {story} "));
            let reason = format!("{}{skip}", nth.unwrap_or_default());
            Story::Rejected(reject(raw, reason))
        }
    }
}

/// Where the text proper begins, a byte of the body.
fn lead(article: &Article) -> usize {
    let mut body = article
        .paragraphs
        .iter()
        .filter(|paragraph| paragraph.kind == Kind::Body);
    body.next().map_or(0, |paragraph| paragraph.text_start)
}

/// Repairs title and body as one string, for some rules need the evidence of
/// the whole document.
pub fn restore(mut draft: Draft) -> Draft {
    let Some(title) = draft.title.as_ref().filter(|title| in_text(title)) else {
        let (body, edits) = owned(&draft.body);
        if let Some(body) = body {
            draft.body = body;
        }
        draft.edits = edits;
        return draft;
    };
    let whole = format!("{}\n{}", title.value.replace('\n', " "), draft.body);
    let (text, edits) = owned(&whole);
    draft.edits = edits;
    if let (Some(text), Some(title)) = (text, &mut draft.title) {
        let (head, body) = text.split_once('\n').unwrap_or((&text, ""));
        title.value = head.to_owned();
        draft.body = body.to_owned();
    }
    draft
}

/// Whether a title is part of what was found, and not the name of a file.
fn in_text(title: &Found<String>) -> bool {
    title.from != Evidence::Name
}

/// The longest text that is repaired, in bytes. A repair takes some 370 bytes of
/// memory (measured), and hostile text has one for every few bytes: 60 MB of NULs
/// would take 12 GB. No article is as long as this.
const LONGEST_REPAIRED: usize = 2 << 20;

/// The repaired text where anything was repaired, and the repairs.
fn owned(text: &str) -> (Option<String>, Vec<Edit>) {
    if text.len() > LONGEST_REPAIRED {
        return (None, Vec::new());
    }
    let repaired = repair(text);
    let changed = !repaired.edits.is_empty();
    let edits = repaired.edits;
    (changed.then(|| repaired.text.into_owned()), edits)
}

/// The record's own id, or its place: `path!entry:record#story`. Blanks are
/// escaped, for ids stand in tables that are parted by blanks.
pub fn article_id(origin: &Origin, draft: &Draft) -> String {
    let id = match &draft.id {
        Some(id) => id.clone(),
        None => match draft.story {
            Some(story) => format!("{origin}#{story}"),
            None => origin.to_string(),
        },
    };
    if !id.contains(char::is_whitespace) {
        return id;
    }
    id.chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .collect()
}

/// Tells one place from another: the same record somewhere else in its file is
/// cited from there.
fn place_of(raw: &Raw, story: Option<u64>) -> u64 {
    let mut hasher = Xxh3::new();
    hasher.update(raw.origin.to_string().as_bytes());
    for number in [raw.span.start, raw.span.end, story.unwrap_or(0)] {
        hasher.update(&number.to_le_bytes());
    }
    hasher.digest()
}

/// Tells one record from another: a hash of everything it says.
fn hash_of(draft: &Draft) -> u64 {
    let mut hasher = Xxh3::new();
    let mut field = |value: Option<&str>| {
        hasher.update(value.unwrap_or("\u{1}").as_bytes());
        hasher.update(b"\0");
    };
    field(draft.title.as_ref().map(|title| title.value.as_str()));
    field(draft.date.as_ref().map(|date| date.value.as_str()));
    field(draft.source.as_ref().map(|source| source.value.as_str()));
    field(draft.url.as_deref());
    field(Some(&draft.body));
    for (key, value) in &draft.extra {
        field(Some(key));
        field(Some(&value.to_string()));
    }
    hasher.digest()
}
