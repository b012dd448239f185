//! Markup in a string: tags go, paragraphs stay, entities are resolved once.
//! One pass and no tree, so nesting costs nothing.

use crate::extract::paragraphs;

pub(crate) use crate::extract::entities::entities;

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Elements whose content is no text.
const SILENT: &[&str] = &[
    "script", "style", "noscript", "template", "iframe", "svg", "select", "textarea",
];

/// Does a string hold markup? The end of an element that there is tells, or one that needs no
/// end; `3<5`, `a<b 且 c>d` and `the tag <table>` do not.
pub(crate) fn looks_like_markup(text: &str) -> bool {
    has_element(text, |name| is_block(name) || is_inline(name))
}

fn has_element(text: &str, is_known: impl Fn(&str) -> bool) -> bool {
    let tells = |piece| match piece {
        Piece::Tag {
            name,
            closing,
            attributes,
        } => is_known(name) && (closing || is_endless(name) && may_be_attributes(attributes)),
        Piece::Text(_) | Piece::Data(_) => false,
    };
    text.contains('<') && Pieces::of(text).any(tells)
}

/// The paragraphs of a text that may be markup, or markup that was escaped once more.
pub(crate) fn body(text: &str) -> String {
    if looks_like_markup(text) {
        return strip(text);
    }
    let resolved = entities(text);
    // A text may speak of `<b>`; paragraphs are not spoken of.
    if resolved != text && has_element(&resolved, is_block) {
        return strip(&resolved);
    }
    paragraphs(&resolved)
}

/// A short text, as a headline, without the tags that were left in it: one line.
pub(crate) fn line(text: &str) -> String {
    let resolved = entities(text);
    if looks_like_markup(&resolved) {
        return strip(&resolved).replace('\n', " ");
    }
    resolved.into_owned()
}

/// Elements that are often written without an end.
fn is_endless(name: &str) -> bool {
    ["br", "hr", "img", "p"]
        .iter()
        .any(|tag| name.eq_ignore_ascii_case(tag))
}

/// Words of Chinese are none, but for the values of some.
fn may_be_attributes(text: &str) -> bool {
    text.contains('=') || text.chars().all(|c| c.is_ascii() || c.is_whitespace())
}

/// Elements that stand within a sentence.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font",
    "i", "img", "ins", "kbd", "label", "mark", "nobr", "q", "rb", "rp", "rt", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr",
];

/// Does this element stand within a sentence?
pub(crate) fn is_inline(name: &str) -> bool {
    INLINE.iter().any(|tag| name.eq_ignore_ascii_case(tag))
}

/// Is this element a cell of a table?
pub(crate) fn is_cell(name: &str) -> bool {
    name.eq_ignore_ascii_case("td") || name.eq_ignore_ascii_case("th")
}

/// The text of a piece of markup, one paragraph a line.
pub(crate) fn strip(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len());
    let mut pieces = Pieces::of(markup);
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Tag { name, closing, .. } => {
                let name = name.to_ascii_lowercase();
                if SILENT.contains(&&*name) {
                    if !closing {
                        pieces.skip_past(&name);
                    }
                } else if BLOCKS.contains(&&*name) {
                    out.push('\n');
                } else if matches!(&*name, "td" | "th") && !closing {
                    out.push(' ');
                }
            }
            Piece::Text(text) => flow(&entities(text), &mut out),
            Piece::Data(text) => flow(text, &mut out),
        }
    }
    paragraphs(&out)
}

impl Piece<'_> {
    /// A comment.
    fn nameless() -> Self {
        Piece::Tag {
            name: "",
            closing: false,
            attributes: "",
        }
    }
}

/// Adds a text in which line breaks mean nothing, as in any browser: a blank
/// between Latin words, nothing between hanzi.
pub(crate) fn flow(text: &str, out: &mut String) {
    let mut lines = text.split(['\n', '\r']).peekable();
    let mut first = true;
    while let Some(line) = lines.next() {
        // Blanks at a break mean nothing; those at the end part words.
        let line = if lines.peek().is_some() {
            line.trim_end()
        } else {
            line
        };
        if std::mem::take(&mut first) {
            out.push_str(line);
            continue;
        }
        let line = line.trim_start();
        if line.starts_with(|c: char| c.is_ascii_graphic())
            && out.ends_with(|c: char| c.is_ascii_graphic())
        {
            out.push(' ');
        }
        out.push_str(line);
    }
}

/// Does this element begin and end a line?
pub(crate) fn is_block(name: &str) -> bool {
    BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block))
}

/// Is this element's content no text?
pub(crate) fn is_silent(name: &str) -> bool {
    SILENT
        .iter()
        .any(|silent| name.eq_ignore_ascii_case(silent))
}

/// Elements that a stray end of another one inside does not close.
pub(crate) fn is_structure(name: &str) -> bool {
    [
        "div", "table", "td", "th", "tr", "ul", "ol", "body", "section", "article", "form",
    ]
    .iter()
    .any(|tag| name.eq_ignore_ascii_case(tag))
}

/// A part of a markup string.
pub(crate) enum Piece<'a> {
    /// What stands between tags, entities unresolved.
    Text(&'a str),
    /// What stands in `<![CDATA[ ]]>`, in which nothing is resolved.
    Data(&'a str),
    /// A tag; comments and declarations have an empty name.
    Tag {
        name: &'a str,
        closing: bool,
        /// What stands between the name and the `>`.
        attributes: &'a str,
    },
}

/// Cuts markup into text and tags. `<` opens a tag only before a letter, `/`,
/// `!` or `?`; a tag that never closes is text.
pub(crate) struct Pieces<'a> {
    rest: &'a str,
    /// A `>` may still come. Once none is left, nobody looks again: that keeps
    /// a string of `<a<a<a` linear.
    closes: bool,
    /// The same for `-->`.
    comment_closes: bool,
    /// The same for `]]>`.
    data_closes: bool,
    /// Names may be of any letters, as in XML; in a page `<党>` is text.
    any_name: bool,
}

impl<'a> Pieces<'a> {
    pub(crate) fn of(markup: &'a str) -> Self {
        Pieces {
            rest: markup,
            closes: true,
            comment_closes: true,
            data_closes: true,
            any_name: false,
        }
    }

    /// The same for XML.
    pub(crate) fn of_xml(markup: &'a str) -> Self {
        Pieces {
            any_name: true,
            ..Pieces::of(markup)
        }
    }

    /// Moves past `</name`; to the end where there is none.
    pub(crate) fn skip_past(&mut self, name: &str) {
        let mut from = 0;
        while let Some(at) = self.rest[from..].find("</") {
            from += at + 2;
            if self.rest.as_bytes()[from..]
                .get(..name.len())
                .is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
            {
                self.rest = &self.rest[from - 2..];
                return;
            }
        }
        self.rest = "";
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut from = 0;
        loop {
            let Some(open) = self.rest[from..].find('<').map(|at| at + from) else {
                return Some(Piece::Text(std::mem::take(&mut self.rest)));
            };
            let rest = self.rest;
            let Some((end, piece)) = self.tag(&rest[open..]) else {
                from = open + 1;
                continue;
            };
            if open > 0 {
                let text;
                (text, self.rest) = self.rest.split_at(open);
                return Some(Piece::Text(text));
            }
            self.rest = &self.rest[end..];
            return Some(piece);
        }
    }
}

impl<'a> Pieces<'a> {
    /// The tag (or comment, or data) `text` begins with, and how many bytes it takes.
    fn tag(&mut self, text: &'a str) -> Option<(usize, Piece<'a>)> {
        if let Some(data) = text.strip_prefix("<![CDATA[").filter(|_| self.data_closes) {
            match data.find("]]>") {
                Some(at) => return Some(("<![CDATA[]]>".len() + at, Piece::Data(&data[..at]))),
                None => self.data_closes = false,
            }
        }
        if text.starts_with("<!--") && self.comment_closes {
            match text.find("-->") {
                Some(at) => return Some((at + 3, Piece::nameless())),
                None => self.comment_closes = false,
            }
        }
        let closing = text.starts_with("</");
        let inner = &text[1 + usize::from(closing)..];
        let letter = |c: char| c.is_ascii_alphabetic() || (self.any_name && c.is_alphabetic());
        if !inner.starts_with(|c: char| letter(c) || matches!(c, '!' | '?')) || !self.closes {
            return None;
        }
        let Some(end) = end_of_tag(inner) else {
            self.closes = false;
            return None;
        };
        let length = inner
            .find(|c: char| {
                !(letter(c) || c.is_ascii_digit() || matches!(c, ':' | '_' | '-' | '.'))
            })
            .unwrap_or(inner.len());
        let (name, attributes) = inner[..end].split_at(length.min(end));
        // `n<p时` and `<li@site>`: what goes on is no name.
        let goes_on = |c: char| c == '@' || !c.is_ascii() && !c.is_whitespace();
        if !self.any_name && attributes.starts_with(goes_on) {
            return None;
        }
        let taken = text.len() - inner.len() + end + 1;
        Some((
            taken,
            Piece::Tag {
                name,
                closing,
                attributes,
            },
        ))
    }
}

/// Where the `>` of a tag stands: outside of quotes, unless a quote runs into
/// the next tag because nobody closed it.
fn end_of_tag(inner: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = b' ';
    for (at, byte) in inner.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (Some(_), b'<') => break,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    inner.find('>')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_becomes_paragraphs() {
        for (markup, want) in [
            (
                "<p><strong>本台消息</strong>：会议召开。<br></p><P CLASS=\"a\">会议强调</P>",
                "本台消息：会议召开。\n会议强调",
            ),
            (
                "<div><script>if (a<b) x()</script>正文<!-- <p>注 --></div>",
                "正文",
            ),
            ("<style>p{}</style>一<br/>二", "一\n二"),
            (
                "3 < 5 &lt; 7 &#20826;&#x515A; &nosuch; &",
                "3 < 5 < 7 党党 &nosuch; &",
            ),
            ("<p>会议\n  指出，GDP\ngrowth</p>", "会议指出，GDP growth"),
            ("<table><tr><td>一</td><td>二</td></tr></table>", "一 二"),
            ("<a title=\"1>0\" href='x'>一</a><a b=\"<p>二", "一二"),
            ("<p>没有完的 <b", "没有完的 <b"),
            ("&amp;lt;", "&lt;"),
            (
                "<p>当n<p时，写信给<li@site.cn>。</p>",
                "当n<p时，写信给<li@site.cn>。",
            ),
            ("<p\u{3000}align=center>一</p>", "一"),
        ] {
            assert_eq!(strip(markup), want, "{markup}");
        }
    }

    #[test]
    fn markup_is_told_from_text() {
        for (text, want) in [
            ("<p>a</p>", true),
            ("a<br>b", true),
            ("3<5", false),
            ("a<b 且 c>d", false),
            ("样本量n<p时无解，若n>p则有解。", false),
            ("当x<b，y>b时", false),
            ("李明 <li@site.cn>，逾期", false),
            ("用 List<String> 和 <table> 标签。", false),
            ("一<p align=center>二", true),
            ("一<b>二</b>", true),
            ("<div class=\"正文\">一</div>", true),
            ("《党章》", false),
            ("<党>", false),
        ] {
            assert_eq!(looks_like_markup(text), want, "{text}");
        }
    }

    #[test]
    fn bodies_and_lines() {
        for (text, want) in [
            (
                "&lt;p&gt;甲。&lt;/p&gt;&lt;p&gt;乙&amp;nbsp;丙。&lt;/p&gt;",
                "甲。\n乙\u{a0}丙。",
            ),
            ("甲。&lt;br/&gt;乙。", "甲。\n乙。"),
            ("<p>写作 &lt;p&gt;。</p>", "写作 <p>。"),
            ("标签 &lt;b&gt; 与 &lt;/b&gt;。", "标签 <b> 与 </b>。"),
            ("GDP&lt;6%，CPI>2%", "GDP<6%，CPI>2%"),
        ] {
            assert_eq!(body(text), want, "{text}");
        }
        for (text, want) in [
            ("<b>修渠</b>动工<br>全县受益", "修渠动工 全县受益"),
            ("&lt;i&gt;修渠&lt;/i&gt;动工", "修渠动工"),
            ("<a href=x>云溪日报</a>", "云溪日报"),
            ("10m<sup>3</sup>水", "10m3水"),
            ("GDP<6%", "GDP<6%"),
            ("增速3<5，5>3", "增速3<5，5>3"),
            ("A&amp;B", "A&B"),
        ] {
            assert_eq!(line(text), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_fails_and_never_grows(text in "[<>/!\\-p&;#a-c党\n ]{0,60}") {
            prop_assert!(strip(&text).len() <= text.len() + text.matches('\n').count());
            let _ = looks_like_markup(&text);
        }
    }
}
