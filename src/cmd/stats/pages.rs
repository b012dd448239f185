//! `jianbao stats --pages`: for each site the pages that break the rules for
//! meta tags, as its webmaster wants them.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jianbao::article::{Flaw, Rule};
use jianbao::index::Meta;
use jianbao::render::printable;
use jianbao::search::Searcher;
use jianbao::search::query::Lang;
use serde::Serialize;

use crate::cli::Common;
use crate::cmd::{DONE, NOTHING, lang, out, say, tell};

/// The pages of one site.
#[derive(Debug, Default, Serialize)]
struct Site {
    /// Its name, or its domain, or the folder its pages lie in.
    site: String,
    /// What its pages say of themselves, where they do.
    domain: Option<String>,
    id_code: Option<String>,
    /// Pages, and those that break a rule.
    pages: u64,
    broken: u64,
    /// How many pages break each rule: `PubDate malformed`.
    rules: BTreeMap<String, u64>,
    /// The pages that break one, by path.
    list: Vec<Page>,
}

#[derive(Debug, Serialize)]
struct Page {
    article: String,
    path: String,
    url: Option<String>,
    flaws: Vec<Flaw>,
}

pub(crate) fn run(common: &Common, json: bool) -> Result<ExitCode> {
    let searcher = Searcher::open(&common.index)?;
    let mut sites: BTreeMap<String, Site> = BTreeMap::new();
    searcher.articles(|meta| add(&mut sites, meta))?;
    let mut sites: Vec<Site> = sites.into_values().collect();
    for site in &mut sites {
        site.list
            .sort_by(|a, b| (&a.path, &a.article).cmp(&(&b.path, &b.article)));
    }
    // The one with most to do comes first.
    sites.sort_by(|a, b| b.broken.cmp(&a.broken).then_with(|| a.site.cmp(&b.site)));
    let lang = lang(common);
    let mut out = out();
    if json {
        writeln!(out, "{}", serde_json::json!({ "sites": sites }))?;
    } else {
        for site in &sites {
            write(&mut out, site, lang)?;
        }
        if sites.is_empty() {
            tell(
                common,
                &say(
                    lang,
                    "索引中没有网页（HTML 或 WARC）".to_owned(),
                    "the index holds no pages (HTML or WARC)".to_owned(),
                ),
            );
        }
    }
    out.flush()?;
    Ok(if sites.is_empty() {
        ExitCode::from(NOTHING)
    } else {
        DONE
    })
}

/// Counts an article, if it was a page.
fn add(sites: &mut BTreeMap<String, Site>, meta: Meta) {
    let Some(flaws) = meta.flaws else { return };
    let tag = |name: &str| {
        let value = meta.extra.get(name)?.as_str()?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let host = meta.url.as_deref().and_then(host).map(str::to_owned);
    let (domain, id_code) = (tag("SiteDomain"), tag("SiteIDCode"));
    let folder = || {
        let path = meta.origin.entry.as_deref().unwrap_or(&meta.origin.path);
        path.rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned()
    };
    let name = tag("SiteName")
        .or_else(|| domain.clone())
        .or(host)
        .or_else(|| id_code.clone())
        .unwrap_or_else(folder);
    let site = sites.entry(name.clone()).or_default();
    site.site = name;
    site.domain = site.domain.take().or(domain);
    site.id_code = site.id_code.take().or(id_code);
    site.pages += 1;
    if flaws.is_empty() {
        return;
    }
    site.broken += 1;
    for flaw in &flaws {
        let rule = format!("{} {}", flaw.tag, word(flaw.rule, Lang::En));
        *site.rules.entry(rule).or_default() += 1;
    }
    site.list.push(Page {
        article: meta.id,
        path: meta.origin.to_string(),
        url: meta.url,
        flaws,
    });
}

/// The host of an address.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split(['/', '?', '#', ':'])
        .next()
        .filter(|host| !host.is_empty())
}

/// A site: its counts, its rules, its pages with what each breaks.
fn write(out: &mut impl Write, site: &Site, lang: Lang) -> Result<()> {
    let mut name = vec![site.site.as_str()];
    name.extend(site.domain.as_deref());
    name.extend(site.id_code.as_deref());
    name.dedup();
    let name = printable(&name.join(" · ")).into_owned();
    let (pages, broken) = (site.pages, site.broken);
    let counts = say(
        lang,
        format!("{pages} 个网页，{broken} 个标签不合规"),
        format!("{pages} pages, {broken} with flaws"),
    );
    writeln!(out, "{name}\t{counts}")?;
    for page in &site.list {
        let flaws: Vec<String> = page.flaws.iter().map(|flaw| say_flaw(flaw, lang)).collect();
        let place = page.url.as_deref().unwrap_or(&page.path);
        let flaws = flaws.join(if lang == Lang::Zh { "；" } else { "; " });
        writeln!(out, "  {}\t{}", printable(place), printable(&flaws))?;
    }
    Ok(())
}

fn say_flaw(flaw: &Flaw, lang: Lang) -> String {
    let tag = match (flaw.tag.as_str(), lang) {
        ("*", Lang::Zh) => "全部标签",
        ("*", Lang::En) => "all tags",
        (tag, _) => tag,
    };
    let found = flaw
        .found
        .as_ref()
        .map(|found| say(lang, format!("（{found}）"), format!(" ({found})")));
    format!(
        "{tag} {}{}",
        word(flaw.rule, lang),
        found.unwrap_or_default()
    )
}

fn word(rule: Rule, lang: Lang) -> &'static str {
    match (rule, lang) {
        (Rule::Missing, Lang::Zh) => "缺失",
        (Rule::Missing, Lang::En) => "missing",
        (Rule::Empty, Lang::Zh) => "为空",
        (Rule::Empty, Lang::En) => "empty",
        (Rule::Malformed, Lang::Zh) => "格式不符",
        (Rule::Malformed, Lang::En) => "malformed",
        (Rule::Repeated, Lang::Zh) => "重复",
        (Rule::Repeated, Lang::En) => "repeated",
        (Rule::Misspelled, Lang::Zh) => "大小写不符",
        (Rule::Misspelled, Lang::En) => "misspelled",
    }
}
