//! What a page breaks of the rules for the meta tags of government sites
//! (国办发〔2017〕47号, 政府网站发展指引, the table of page labels in its annex): a
//! list for the webmaster, found while the page is at hand.

use crate::article::{Flaw, Rule, parse_date};
use crate::extract::tags::{self, Piece, Pieces};
use crate::extract::tree::attribute;

/// What a page with an article must say: of the site, of the column, of itself.
const REQUIRED: &[&str] = &[
    "SiteName",
    "SiteDomain",
    "SiteIDCode",
    "ColumnName",
    "ColumnDescription",
    "ColumnKeywords",
    "ColumnType",
    "ArticleTitle",
    "PubDate",
    "ContentSource",
];

/// What it may say. Only a wrong spelling of these is a flaw.
const OPTIONAL: &[&str] = &["Keywords", "Author", "Description", "Image", "Url"];

/// The longest value that is shown, in characters.
const LONGEST: usize = 60;

/// What a page breaks, in the order of the rules. A page that has none of the
/// tags breaks one rule, not ten.
pub(crate) fn flaws(page: &str) -> Vec<Flaw> {
    let tags = labels(page);
    if !REQUIRED
        .iter()
        .any(|tag| tags.iter().any(|(name, _)| same(name, tag)))
    {
        return vec![flaw("*", Rule::Missing, None)];
    }
    let mut all = Vec::new();
    for tag in REQUIRED {
        let found: Vec<&(String, String)> =
            tags.iter().filter(|(name, _)| same(name, tag)).collect();
        let Some((name, _)) = found.first() else {
            all.push(flaw(tag, Rule::Missing, None));
            continue;
        };
        if name != tag {
            all.push(flaw(tag, Rule::Misspelled, Some(name)));
        }
        if let Some((_, second)) = found.get(1) {
            all.push(flaw(tag, Rule::Repeated, Some(second)));
        }
        match found.iter().find(|(_, value)| !value.is_empty()) {
            None => all.push(flaw(tag, Rule::Empty, None)),
            Some((_, value)) if !well_formed(tag, value) => {
                all.push(flaw(tag, Rule::Malformed, Some(value)));
            }
            Some(_) => {}
        }
    }
    for tag in OPTIONAL {
        // `keywords` and `description` were tags of HTML long before.
        let own = matches!(*tag, "Keywords" | "Description" | "Author");
        if let Some((name, _)) = tags.iter().find(|(name, _)| same(name, tag))
            && name != tag
            && !(own && name.bytes().all(|byte| byte.is_ascii_lowercase()))
        {
            all.push(flaw(tag, Rule::Misspelled, Some(name)));
        }
    }
    all
}

fn flaw(tag: &str, rule: Rule, found: Option<&str>) -> Flaw {
    Flaw {
        tag: tag.to_owned(),
        rule,
        found: found.map(|found| found.chars().take(LONGEST).collect()),
    }
}

/// The names and values of the meta tags of a page, up to its body.
fn labels(page: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for piece in Pieces::of(page) {
        let Piece::Tag {
            name,
            closing,
            attributes,
        } = piece
        else {
            continue;
        };
        if name.eq_ignore_ascii_case("body") || (closing && name.eq_ignore_ascii_case("head")) {
            break;
        }
        if name.eq_ignore_ascii_case("meta")
            && let Some(label) = attribute(attributes, "name")
        {
            let value = attribute(attributes, "content").unwrap_or_default();
            let value = tags::entities(value).trim().to_owned();
            all.push((label.to_owned(), value));
        }
    }
    all
}

/// The same tag but for case and blanks, as editors type it.
fn same(name: &str, tag: &str) -> bool {
    let plain = name.chars().filter(|c| !c.is_whitespace());
    plain
        .map(|c| c.to_ascii_lowercase())
        .eq(tag.chars().map(|c| c.to_ascii_lowercase()))
}

/// Has a value the form that the rules give for its tag?
fn well_formed(tag: &str, value: &str) -> bool {
    match tag {
        "PubDate" => is_minute(value),
        // Ten characters: `bm` and eight digits for a ministry, ten digits below.
        "SiteIDCode" => {
            let digits = value
                .strip_prefix("bm")
                .map_or((value, 10), |rest| (rest, 8));
            digits.0.len() == digits.1 && digits.0.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => true,
    }
}

/// `YYYY-MM-DD HH:MM`, on a day that exists.
fn is_minute(value: &str) -> bool {
    let shape = b"0000-00-00 00:00";
    let fits = value.len() == shape.len()
        && value.bytes().zip(shape).all(|(byte, want)| match want {
            b'0' => byte.is_ascii_digit(),
            want => byte == *want,
        });
    fits && parse_date(&value[..10]).is_some() && &value[11..13] < "24" && &value[14..] < "60"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SOUND: &[(&str, &str)] = &[
        ("SiteName", "云溪县人民政府"),
        ("SiteDomain", "www.example.gov.cn"),
        ("SiteIDCode", "4401000001"),
        ("ColumnName", "工作动态"),
        ("ColumnDescription", "各部门动态"),
        ("ColumnKeywords", "动态"),
        ("ColumnType", "工作动态"),
        ("ArticleTitle", "全县防汛会议召开"),
        ("PubDate", "2021-06-08 09:30"),
        ("ContentSource", "县水利局"),
    ];

    fn page(tags: &[(&str, &str)]) -> String {
        let tags: String = tags
            .iter()
            .map(|(name, value)| format!("<meta name=\"{name}\" content=\"{value}\">\n"))
            .collect();
        format!("<html><head><title>x</title>{tags}</head><body><meta name=\"PubDate\"></body>")
    }

    /// What is wrong when one tag of a sound page is put in another way.
    fn with(tag: &str, instead: &[(&str, &str)]) -> Vec<String> {
        let mut tags: Vec<(&str, &str)> = SOUND
            .iter()
            .filter(|(name, _)| *name != tag)
            .copied()
            .collect();
        tags.extend(instead);
        let show = |flaw: Flaw| {
            let found = flaw
                .found
                .map(|found| format!(" {found}"))
                .unwrap_or_default();
            format!("{} {:?}{found}", flaw.tag, flaw.rule)
        };
        flaws(&page(&tags)).into_iter().map(show).collect()
    }

    #[test]
    fn each_rule() {
        assert_eq!(flaws(&page(SOUND)), []);
        assert_eq!(flaws("<p>没有标签"), [flaw("*", Rule::Missing, None)]);
        for (tag, instead, want) in [
            ("PubDate", &[][..], &["PubDate Missing"][..]),
            (
                "ArticleTitle",
                &[("ArticleTitle", " ")],
                &["ArticleTitle Empty"],
            ),
            (
                "ContentSource",
                &[("contentsource", "县水利局")],
                &["ContentSource Misspelled contentsource"],
            ),
            (
                "ColumnName",
                &[("ColumnName", "要闻"), ("ColumnName", "动态")],
                &["ColumnName Repeated 动态"],
            ),
            (
                "PubDate",
                &[("PubDate", "2021——06——08 09:30")],
                &["PubDate Malformed 2021——06——08 09:30"],
            ),
            (
                "PubDate",
                &[("PubDate", "2021-02-30 09:30")],
                &["PubDate Malformed 2021-02-30 09:30"],
            ),
            (
                "PubDate",
                &[("PubDate", "2021-06-08")],
                &["PubDate Malformed 2021-06-08"],
            ),
            ("SiteIDCode", &[("SiteIDCode", "bm01000001")], &[]),
            (
                "SiteIDCode",
                &[("SiteIDCode", "440100")],
                &["SiteIDCode Malformed 440100"],
            ),
            (
                "",
                &[("keywords", "x"), ("URL", "x")],
                &["Url Misspelled URL"],
            ),
        ] {
            assert_eq!(with(tag, instead), want, "{tag} {instead:?}");
        }
    }

    proptest! {
        #[test]
        fn any_page_is_taken(page in "(<meta name='?(PubDate|SiteName|x)?'? ?(content=)?|[>\"' a党]|</head>){0,30}") {
            for flaw in flaws(&page) {
                prop_assert!(flaw.found.is_none_or(|found| found.chars().count() <= LONGEST));
            }
        }
    }
}
