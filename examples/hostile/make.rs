//! Queries that nobody would type, made by chance out of an archive.

use anyhow::{Result, ensure};
use jianbao::search::Searcher;
use std::collections::HashMap;

/// Articles whose texts are drawn from.
const READ: usize = 3000;
/// Characters that count as frequent.
const FREQUENT: usize = 300;
/// Pieces of syntax, sound and broken.
const SYNTAX: &[&str] = &[
    "(",
    ")",
    "（",
    "）",
    "\"",
    "“",
    "”",
    "「",
    "」",
    "『",
    "‘",
    "’",
    "'",
    "*",
    "＊",
    "~8",
    "~",
    "～9999999999",
    "-",
    "－",
    "--",
    ":",
    "：",
    "标题：",
    "title:",
    "来源：",
    "source:",
    "日期：",
    "date:",
    " 或 ",
    " 与 ",
    " 非 ",
    " OR ",
    " AND ",
    " NOT ",
    "\\",
    "〔",
    "〕",
    "国发〔2015〕",
    "国发〔2015〕12号",
    "2016..2018",
    "..",
    "9999-99-99",
    "0000",
    "，",
    "、",
    "。",
    "—",
    "…",
    "《",
    "》",
    "\u{0}",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\u{1b}[2J",
    "\t",
    "\n",
    " ",
    "　",
];
/// A kind of queries: its name, and what makes one.
type Kind = (&'static str, fn(&mut Maker) -> String);
/// Kinds of queries, in the order they take turns.
pub(crate) const KINDS: &[Kind] = &[
    ("brackets", Maker::brackets),
    ("one sign", Maker::one_sign),
    ("any character", Maker::any_character),
    ("nears", Maker::nears),
    ("chain", Maker::chain),
    ("prefixes", Maker::prefixes),
    ("frequent characters", Maker::frequent_characters),
    ("frequent pairs", Maker::frequent_pairs),
    ("pasted", Maker::pasted),
    ("signs", Maker::signs),
    ("fields", Maker::fields),
    ("mistyped", Maker::mistyped),
    ("letters", Maker::letters),
    ("blanks between", Maker::blanks_between),
    ("parts of text", Maker::parts_of_text),
];

/// Numbers that look random: SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }
}

/// What queries are made of.
pub(crate) struct Maker {
    dice: Dice,
    /// Paragraphs and headlines.
    lines: Vec<Vec<char>>,
    /// The most frequent characters, the first one first.
    frequent: Vec<char>,
}

impl Maker {
    pub(crate) fn read(searcher: &Searcher, seed: u64) -> Result<Maker> {
        let mut ids = Vec::new();
        searcher.articles(|meta| ids.push(meta.id))?;
        ids.sort();
        let step = ids.len().div_ceil(READ).max(1);
        let mut lines: Vec<Vec<char>> = Vec::new();
        for id in ids.iter().step_by(step) {
            if let Some(article) = searcher.article(id)? {
                lines.push(article.meta.title.value.chars().collect());
                let body = article.body.lines();
                lines.extend(body.map(|line| line.chars().collect()));
            }
        }
        lines.retain(|line| line.len() > 8);
        ensure!(!lines.is_empty(), "too little text to draw from");
        let mut counts: HashMap<char, u64> = HashMap::new();
        for c in lines.iter().flatten().filter(|c| c.is_alphanumeric()) {
            *counts.entry(*c).or_default() += 1;
        }
        let mut frequent: Vec<(char, u64)> = counts.into_iter().collect();
        frequent.sort_by_key(|(c, count)| (u64::MAX - count, *c));
        let frequent = frequent.into_iter().take(FREQUENT).map(|(c, _)| c);
        Ok(Maker {
            dice: Dice(seed),
            frequent: frequent.collect(),
            lines,
        })
    }

    /// The query of this number, with the name of its kind.
    pub(crate) fn query(&mut self, number: usize) -> (&'static str, String) {
        let (name, make) = KINDS[number % KINDS.len()];
        (name, make(self))
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.dice.below(all.len())]
    }

    /// A frequent character, more likely one of the first.
    fn character(&mut self) -> char {
        let below = 1 + self.dice.below(self.frequent.len());
        self.frequent[self.dice.below(below)]
    }

    /// A piece of text of so many characters or fewer.
    fn piece(&mut self, length: usize) -> String {
        let line = &self.lines[self.dice.below(self.lines.len())];
        let start = self.dice.below(line.len());
        line[start..].iter().take(length).collect()
    }

    fn many(&mut self, count: usize, between: &str, one: fn(&mut Maker) -> String) -> String {
        let all: Vec<String> = (0..count).map(|_| one(self)).collect();
        all.join(between)
    }

    fn brackets(&mut self) -> String {
        let mut query = String::new();
        for _ in 0..1 + self.dice.below(200) {
            match self.dice.below(4) {
                0 => {
                    let length = 1 + self.dice.below(4);
                    query.push_str(&self.piece(length));
                }
                1 => query.push(self.character()),
                _ => query.push_str(self.one_of(SYNTAX)),
            }
        }
        query
    }

    fn one_sign(&mut self) -> String {
        let sign = self.one_of(SYNTAX);
        let times = [1, 7, 64, 1365, 100 << 10][self.dice.below(5)];
        let mut query = sign.repeat((times / sign.len()).max(1));
        if self.dice.below(2) == 0 {
            let length = 1 + self.dice.below(6);
            query.insert_str(0, &self.piece(length));
        }
        query
    }

    fn any_character(&mut self) -> String {
        let length = 1 + self.dice.below(1500);
        let end = [0x80, 0x3000, 0x10000, 0x110000][self.dice.below(4)];
        (0..length)
            .filter_map(|_| char::from_u32(self.dice.below(end) as u32))
            .collect()
    }

    fn near(&mut self) -> String {
        let count = 2 + self.dice.below(3);
        let length = 1 + self.dice.below(2);
        let within = self.dice.below(1001);
        let mut parts = String::new();
        for _ in 0..count {
            (0..length).for_each(|_| parts.push(self.character()));
            parts.push(' ');
        }
        format!("\"{}\"~{within}", parts.trim_end())
    }

    fn nears(&mut self) -> String {
        let between = self.one_of(&[" 或 ", " 或 ", " ", " 与 ", " 非 "]);
        let count = 1 + self.dice.below(32);
        self.many(count, between, Maker::near)
    }

    fn term(&mut self) -> String {
        match self.dice.below(5) {
            0 => self.character().to_string(),
            1 => format!("“{}”", self.character()),
            2 => format!("“{}{}”", self.character(), self.character()),
            3 => self.piece(4),
            _ => format!("（{} {}）", self.piece(2), self.character()),
        }
    }

    fn chain(&mut self) -> String {
        let operators: &[&str] = &[" 或 ", " 与 ", " 非 ", " -", " OR ", " AND ", " NOT "];
        let one = self.one_of(operators);
        let mixed = self.dice.below(2) == 0;
        let mut query = self.term();
        for _ in 0..self.dice.below(100) {
            query.push_str(if mixed { self.one_of(operators) } else { one });
            query.push_str(&self.term());
        }
        query
    }

    fn prefixes(&mut self) -> String {
        let between = self.one_of(&[" ", " 或 ", " 与 "]);
        let count = 1 + self.dice.below(64);
        self.many(count, between, |maker| format!("{}*", maker.character()))
    }

    fn frequent_characters(&mut self) -> String {
        let between = self.one_of(&[" ", " 或 ", " 与 ", " 非 "]);
        let count = 1 + self.dice.below(64);
        self.many(count, between, |maker| format!("“{}”", maker.character()))
    }

    fn frequent_pairs(&mut self) -> String {
        let between = self.one_of(&[" ", " 或 ", " 与 ", " 非 "]);
        let count = 1 + self.dice.below(64);
        self.many(count, between, |maker| {
            let length = 2 + maker.dice.below(2);
            let pair: String = (0..length).map(|_| maker.character()).collect();
            format!("“{pair}”")
        })
    }

    fn pasted(&mut self) -> String {
        let between = self.one_of(&["", "\n", " ", "。"]);
        let long = [600, 2000, 4096, 100 << 10][self.dice.below(4)];
        let quoted = self.dice.below(4) == 0;
        let mut query = String::new();
        while query.len() < long {
            query.push_str(&self.piece(400));
            query.push_str(between);
        }
        if quoted {
            format!("“{query}”")
        } else {
            query
        }
    }

    fn signs(&mut self) -> String {
        let signs: &[&str] = &[
            "，", "。", "“", "”", "（", "）", " ", "—", "！", "…", "-", "*", "·", "\u{301}", "🙂",
        ];
        let count = self.dice.below(3000);
        (0..count).map(|_| self.one_of(signs)).collect()
    }

    fn fields(&mut self) -> String {
        let count = 1 + self.dice.below(40);
        self.many(count, " ", |maker| {
            let (year, month) = (1990 + maker.dice.below(40), maker.dice.below(14));
            let (one, other) = (maker.term(), maker.near());
            match maker.dice.below(9) {
                0 => format!("标题：{one}"),
                1 => format!("来源：{one}"),
                2 => format!("日期：{year}..{}", year + month),
                3 => format!("date:{year}-{month}..{}", year + 1),
                4 => format!("title:（{one} 或 {other}）"),
                5 => format!("-来源：（{one} {other}）"),
                6 => format!("国发〔{year}〕{month}号"),
                7 => format!("日期：{year}年{month}月"),
                _ => format!("标题：{other}"),
            }
        })
    }

    /// A string that stands in the archive but for one character.
    fn mistyped(&mut self) -> String {
        let length = 3 + self.dice.below(12);
        let mut piece: Vec<char> = self.piece(length).chars().collect();
        let at = self.dice.below(piece.len());
        piece[at] = self.character();
        let piece: String = piece.into_iter().collect();
        match self.dice.below(3) {
            0 => piece,
            1 => format!("标题：{piece}"),
            _ => format!("“{piece}”"),
        }
    }

    /// What may be a reading of hanzi.
    fn letters(&mut self) -> String {
        let syllables: &[&str] = &[
            "zhu", "ti", "dang", "ri", "shi", "yi", "de", "xi", "an", "g", "zh", "x", "gong",
            "guo", "jia", "'", " ", "lü",
        ];
        let most = [6, 12, 40, 1000][self.dice.below(4)];
        let count = 1 + self.dice.below(most);
        (0..count).map(|_| self.one_of(syllables)).collect()
    }

    fn blanks_between(&mut self) -> String {
        let count = 1 + self.dice.below(64);
        self.many(count, " ", |maker| maker.character().to_string())
    }

    fn parts_of_text(&mut self) -> String {
        let between = self.one_of(&[" ", " 或 ", " 与 ", "，"]);
        let count = 1 + self.dice.below(64);
        self.many(count, between, |maker| {
            let length = 1 + maker.dice.below(20);
            maker.piece(length)
        })
    }
}
