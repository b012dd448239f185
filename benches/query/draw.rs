//! Questions drawn from an archive: what somebody who knows it may ask.

use jianbao::article::Date;
use jianbao::search::query::{Query, parse};
use jianbao::search::{Page, Searcher};

/// What is asked, and how.
pub(crate) struct Question {
    text: String,
    query: Query,
    page: Page,
    count: bool,
}

impl Question {
    fn new(text: impl Into<String>) -> Option<Question> {
        let text = text.into();
        Some(Question {
            query: parse(&text).query?,
            text,
            page: Page::default(),
            count: false,
        })
    }

    pub(crate) fn ask(&self, searcher: &Searcher) {
        let found = match self.count {
            true => searcher.count(&self.query, &self.page).unwrap().passages,
            false => searcher.search(&self.query, &self.page).unwrap().passages,
        };
        std::hint::black_box(found);
    }

    /// The beginning of it.
    pub(crate) fn shown(&self) -> String {
        self.text
            .chars()
            .take(24)
            .collect::<String>()
            .replace('|', " ")
    }
}

/// Every kind of question with its name.
pub(crate) fn all(searcher: &Searcher) -> Vec<(&'static str, Vec<Question>)> {
    let mut dice = Dice(20_170_629);
    let mut ids = Vec::new();
    searcher.articles(|meta| ids.push(meta.id)).unwrap();
    ids.sort();
    let mut body = || loop {
        let id = &ids[dice.below(ids.len())];
        let stored = searcher.article(id).unwrap().unwrap();
        if stored.body.chars().count() > 300 {
            break (stored.body, dice.next());
        }
    };
    let mut words = Vec::new();
    let mut exact = Vec::new();
    let mut sentences = Vec::new();
    let mut paragraphs = Vec::new();
    for nth in 0..200 {
        let (text, seed) = body();
        let mut dice = Dice(seed);
        words.extend(Question::new(some_words(searcher, &text, nth, &mut dice)));
        let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        let mut piece = |length: usize| {
            let at = dice.below(chars.len() - length);
            chars[at..at + length].iter().collect::<String>()
        };
        exact.extend(Question::new(format!("“{}”", piece(2 + nth % 11))));
        if nth.is_multiple_of(2) {
            sentences.extend(Question::new(piece(16 + nth % 25)));
        }
        if nth.is_multiple_of(10) {
            paragraphs.extend(Question::new(piece(200)));
        }
    }
    let frequent = [
        "“的”",
        "“国”",
        "“中国”",
        "“发展”",
        "“一个”",
        "“工作”",
        "“人民”",
        "“年，”",
        "“。在”",
        "“10”",
    ];
    let common = [
        "中国",
        "发展",
        "中国 发展",
        "国家主席",
        "的",
        "工作 会议",
        "人民 生活 水平",
        "经济 社会 发展",
    ];
    let with = |change: &dyn Fn(&mut Question)| {
        let mut questions: Vec<Question> = words
            .iter()
            .filter_map(|question| Question::new(question.text.clone()))
            .collect();
        questions.iter_mut().for_each(change);
        questions
    };
    let since: Option<Date> = "2016-01-01".parse().ok();
    let dated = with(&|question| question.page.since = since);
    let sourced = with(&|question| question.page.sources = vec!["CCTV".to_owned()]);
    let counted = with(&|question| question.count = true);
    let asked = |texts: &[&str]| {
        texts
            .iter()
            .filter_map(|text| Question::new(*text))
            .collect()
    };
    vec![
        ("one to four words", words),
        ("the same since 2016", dated),
        ("the same of one source", sourced),
        ("the same, counted", counted),
        ("frequent words", asked(&common)),
        ("exact strings of 2 to 12 characters", exact),
        ("exact strings that are everywhere", asked(&frequent)),
        ("16 to 40 characters of a text", sentences),
        ("200 characters of a text", paragraphs),
    ]
}

/// One to four words of a text: as they stand there, or each by itself.
fn some_words(searcher: &Searcher, text: &str, nth: usize, dice: &mut Dice) -> String {
    let cut = searcher.store().segmenter().cut(text);
    let is_word = |word: &&&str| {
        word.chars().nth(1).is_some()
            && word.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    };
    let wanted = 1 + nth % 4;
    let at = dice.below(cut.len());
    let rest = cut[at..].iter().chain(&cut[..at]);
    if (nth / 4).is_multiple_of(2) {
        return rest.filter(is_word).take(wanted).copied().collect();
    }
    let step = 1 + dice.below(9);
    let words: Vec<&str> = rest
        .filter(is_word)
        .step_by(step)
        .take(wanted)
        .copied()
        .collect();
    words.join(" ")
}

/// Numbers that look like chance (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}
