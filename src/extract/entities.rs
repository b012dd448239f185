//! Entities of HTML: characters by name or number.

use std::borrow::Cow;

/// Resolves `&name;`, `&#20826;` and `&#x515A;`; what is no entity stays.
pub(crate) fn entities(text: &str) -> Cow<'_, str> {
    html_escape::decode_html_entities(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        for (text, want) in [
            ("12 m&sup2;，&le;3&permil;，25&deg;", "12 m²，≤3‰，25°"),
            ("&rarr;&hearts;&Omega;&omega;&thetasym;", "→♥Ωωϑ"),
            ("&yen;3&frac12; &amp;lt; &#x515A;&#20826;", "¥3½ &lt; 党党"),
            (
                "AT&T; &nosuch; &; & &#0; &LE;",
                "AT&T; &nosuch; &; & &#0; &LE;",
            ),
        ] {
            assert_eq!(entities(text), want);
        }
    }
}
