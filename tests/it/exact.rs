//! An exact string finds every article that holds it, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jianbao::search::query::parse;
use jianbao::search::{Page, Searcher};
use serde_json::json;

use crate::env::{Env, project};
use crate::mutate::Dice;

/// An article as a plain scan sees it: title and paragraphs, each in [`normal`] form.
struct Scanned {
    strings: Vec<String>,
}

impl Scanned {
    fn has(&self, needle: &str) -> bool {
        self.strings.iter().any(|string| string.contains(needle))
    }
}

/// What an exact string is compared in, said a second time and in another way
/// than the program does: no blanks, no quote marks, `,` for a run of
/// punctuation, ASCII narrow and in lower case. Good for simplified text only.
fn normal(text: &str) -> String {
    const QUOTES: &str = "“”‘’「」『』《》〈〉\"'";
    const SYMBOLS: &str = "+<=>|~^$`￥¥℃°×÷→■□●○◆★☆№‰㎡\u{fffd}";
    const MARKS: &str = "，。、；：？！…—（）【】〔〕［］·,.;:?!()[]{}-/\\%&*#@_‐–―•";
    let mut out = String::new();
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap(),
            // The one pair of the other script that simplified text holds.
            '著' => '着',
            c => c,
        };
        let c = c.to_ascii_lowercase();
        if c.is_whitespace() || QUOTES.contains(c) {
            continue;
        }
        if c.is_alphanumeric() || SYMBOLS.contains(c) {
            out.push(c);
        } else if MARKS.contains(c) {
            if !out.ends_with(',') {
                out.push(',');
            }
        } else {
            panic!("say what {c:?} (U+{:04X}) is: a symbol or a mark", c as u32);
        }
    }
    out
}

/// Copies the part of `corpus/` that is in simplified script.
fn simplified_corpus(env: &Env) {
    const OTHER: [&str; 5] = ["古厝", "城市供水", "nandao", "damaged", "fanti-big5"];
    let mut folders = vec![project("corpus")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(project(""))
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            if OTHER.iter().any(|other| name.contains(other)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                env.put(&name, fs::read(path).unwrap());
            }
        }
    }
}

/// Every article of an index: (title, paragraphs).
fn articles(index: &Path) -> Vec<(String, Vec<String>)> {
    let searcher = Searcher::open(index).unwrap();
    let mut ids = Vec::new();
    searcher.articles(|meta| ids.push(meta.id)).unwrap();
    ids.sort();
    ids.iter()
        .map(|id| {
            let article = searcher.article(id).unwrap().unwrap();
            let paragraphs = article.body.lines().map(str::to_owned).collect();
            (article.meta.title.value, paragraphs)
        })
        .collect()
}

/// Pieces of 2 to 12 characters of a text, one from every place, in a length
/// that changes from place to place.
fn pieces(text: &str, seed: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len())
        .map(|start| {
            let length = 2 + (start * 7 + seed) % 11;
            chars[start..chars.len().min(start + length)]
                .iter()
                .collect()
        })
        .collect()
}

/// A piece as a query: it may not hold the marks that would end the quotation.
fn quoted(piece: &str) -> String {
    let inner: String = piece
        .chars()
        .filter(|c| !"“”\"「」『』\\".contains(*c))
        .collect();
    format!("“{inner}”")
}

/// Counts of many queries: (passages, articles) of each.
fn counts(env: &Env, queries: &[String]) -> Vec<[u64; 2]> {
    let lines: String = queries
        .iter()
        .enumerate()
        .map(|(n, query)| format!("{n}\t{query}\n"))
        .collect();
    env.put("queries.tsv", lines);
    let run = env.run(&["search", "--queries", "queries.tsv", "--count"]);
    let objects = run.json();
    assert_eq!(objects.len(), queries.len());
    for (n, object) in objects.iter().enumerate() {
        assert_eq!(object["query"], n.to_string());
    }
    objects
        .iter()
        .map(|object| ["passages", "articles"].map(|name| object[name].as_u64().unwrap()))
        .collect()
}

#[test]
fn exact_strings_find_what_a_scan_finds_and_nothing_else() {
    let env = Env::new();
    simplified_corpus(&env);
    env.run(&["index", "corpus"]).code(0);
    let articles = articles(env.index());
    assert!(articles.len() > 60, "{} articles", articles.len());
    let scanned: Vec<Scanned> = articles
        .iter()
        .map(|(title, paragraphs)| Scanned {
            strings: paragraphs
                .iter()
                .chain([title])
                .map(|text| normal(text))
                .collect(),
        })
        .collect();
    let mut needles = BTreeSet::new();
    for (seed, (title, paragraphs)) in articles.iter().enumerate() {
        for text in paragraphs.iter().chain([title]) {
            needles.extend(pieces(text, seed));
        }
    }
    // Strings that stand nowhere, or nearly: pieces that are joined across marks, cut and mixed.
    let list: Vec<&String> = needles.iter().collect();
    let mixed: Vec<String> = list
        .windows(2)
        .step_by(5)
        .map(|pair| {
            pair[0]
                .chars()
                .take(2)
                .chain(pair[1].chars().rev().take(2))
                .collect()
        })
        .collect();
    let joined: Vec<String> = list
        .iter()
        .step_by(5)
        .map(|piece| piece.chars().filter(|c| c.is_alphanumeric()).collect())
        .collect();
    needles.extend(mixed);
    needles.extend(joined);
    let needles: Vec<(String, String)> = needles
        .iter()
        .map(|piece| (quoted(piece), normal(&quoted(piece))))
        .filter(|(_, form)| form.chars().any(char::is_alphanumeric))
        .collect();
    assert!(needles.len() > 5000, "{} strings", needles.len());
    let queries: Vec<String> = needles.iter().map(|(query, _)| query.clone()).collect();
    let found = counts(&env, &queries);
    let mut wrong = Vec::new();
    let mut missing = 0;
    for ((query, form), [passages, count]) in needles.iter().zip(found) {
        let want = scanned.iter().filter(|article| article.has(form)).count() as u64;
        missing += u64::from(want == 0);
        if count != want || passages < count {
            wrong.push(format!(
                "{query}: {count} articles in {passages} passages, a scan finds {want}"
            ));
        }
    }
    assert!(
        missing > 100,
        "strings that stand nowhere were asked as well: {missing}"
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        needles.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

#[test]
fn strings_longer_than_the_tail_cross_passages() {
    // One paragraph of some 3,000 characters, no two sentences alike.
    let towns = [
        "白石", "青溪", "云岭", "望湖", "石梁", "长汀", "东屿", "南港",
    ];
    let paragraph: String = (0..60)
        .map(|n| {
            format!(
                "{}镇第{n}次汇报了防汛物资的清点情况，其中编织袋{}条、铁锹{}把，不足的部分三天内补齐。",
                towns[n % towns.len()],
                n * 137 + 11,
                n * 17 + 3
            )
        })
        .collect();
    let body = format!("开头一段。\n{paragraph}\n结尾一段。");
    let env = Env::new().write(
        "a.jsonl",
        json!({"id": "long", "title": "清点", "body": body}).to_string(),
    );
    env.run(&["index", "a.jsonl"]).code(0);
    let chars: Vec<char> = paragraph.chars().collect();
    let mut queries = Vec::new();
    for start in (0..chars.len()).step_by(29) {
        for length in [10, 62, 63, 64, 65, 66, 90, 300, 900] {
            if start + length <= chars.len() {
                queries.push(format!(
                    "“{}”",
                    chars[start..start + length].iter().collect::<String>()
                ));
            }
        }
    }
    for (query, [passages, articles]) in queries.iter().zip(counts(&env, &queries)) {
        assert_eq!(articles, 1, "{query}");
        // A long one holds a number that stands nowhere else.
        assert!(
            passages == 1 || query.chars().count() < 60,
            "{query}: {passages} passages"
        );
    }
    // The same with one character changed at the far end.
    let changed: Vec<String> = queries
        .iter()
        .map(|query| query.replace('”', "龘”"))
        .collect();
    for (query, count) in changed.iter().zip(counts(&env, &changed)) {
        assert_eq!(count, [0, 0], "{query}");
    }
    // Nothing matches across the end of a paragraph.
    let across: String = "开头一段"
        .chars()
        .chain(paragraph.chars().take(10))
        .collect();
    env.run(&["search", &format!("“{across}”")]).code(1);
}

#[test]
fn marks_spell_what_was_asked() {
    let env = Env::with_corpus();
    for (query, form) in [
        ("“主题党日”", "主题党日"),
        ("“三会一课”", "三会一课"),
        ("“党组(党委)”", "党组,党委,"),
        ("「主題黨日」", "主题党日"),
        ("12345", "12345"),
    ] {
        let hits = env
            .run(&[
                "search",
                query,
                "--json",
                "-n",
                "500",
                "--group",
                "passage",
                "--script",
                "simplified",
            ])
            .code(0)
            .json();
        let count = env
            .run(&["search", query, "--count", "--json"])
            .code(0)
            .object();
        assert_eq!(count["passages"], hits.len(), "{query}");
        for hit in hits {
            let text: Vec<char> = hit["text"].as_str().unwrap().chars().collect();
            let marks = hit["marks"].as_array().unwrap();
            let mut last = 0;
            for mark in marks {
                let [start, end] = [0, 1].map(|n| mark[n].as_u64().unwrap() as usize);
                assert!(
                    last <= start && start < end && end <= text.len(),
                    "{query}: {hit}"
                );
                last = end;
                let marked: String = text[start..end].iter().collect();
                assert_eq!(
                    normal(&marked).trim_end_matches(','),
                    form.trim_end_matches(','),
                    "{query}: {hit}"
                );
            }
            // A mark may stand in the title alone, or run out of the passage.
            let whole = normal(hit["text"].as_str().unwrap());
            assert_eq!(
                marks.is_empty(),
                !whole.contains(form.trim_end_matches(',')),
                "{query}: {hit}"
            );
        }
    }
}

/// Places at which a piece begins in a normal form, in characters.
fn starts(text: &[char], piece: &[char]) -> Vec<usize> {
    (0..text.len())
        .filter(|start| text[*start..].starts_with(piece))
        .collect()
}

/// Whether two pieces stand in a text with at most so many characters between,
/// in either order: every pair of places, tried.
fn near(text: &str, pieces: [&str; 2], within: usize) -> bool {
    let text: Vec<char> = text.chars().collect();
    let [one, other] = pieces.map(|piece| {
        let piece: Vec<char> = piece.chars().collect();
        (starts(&text, &piece), piece.len())
    });
    one.0.iter().any(|a| {
        other.0.iter().any(|b| {
            let between = if a <= b {
                b.saturating_sub(a + one.1)
            } else {
                a.saturating_sub(b + other.1)
            };
            between <= within
        })
    })
}

#[test]
fn what_is_near_is_what_a_scan_finds_near() {
    let env = Env::new();
    simplified_corpus(&env);
    // Paragraphs of several passages, with short ones before and after.
    let towns = ["白石", "青溪", "云岭", "望湖", "石梁"];
    let long: Vec<String> = (0..6)
        .map(|story| {
            let paragraph: String = (0..40)
                .map(|n| {
                    format!(
                        "{}镇第{}次汇报防汛物资，编织袋{}条、铁锹{}把，不足部分三天内补齐。",
                        towns[(n + story) % towns.len()],
                        n + story,
                        (n * 37 + story) % 90,
                        n % 7
                    )
                })
                .collect();
            json!({"id": format!("long{story}"), "title": format!("{}物资清点", towns[story % 5]),
                "date": "2020-01-01", "body": format!("青溪镇编织袋\n{paragraph}\n补齐以后")})
            .to_string()
        })
        .collect();
    env.put("corpus/long.jsonl", long.join("\n"));
    env.run(&["index", "corpus"]).code(0);
    let articles = articles(env.index());
    let scanned: Vec<Vec<String>> = articles
        .iter()
        .map(|(title, paragraphs)| {
            paragraphs
                .iter()
                .chain([title])
                .map(|text| normal(text))
                .collect()
        })
        .collect();
    let mut asked = BTreeSet::new();
    for (seed, strings) in scanned.iter().enumerate() {
        for text in strings {
            let chars: Vec<char> = text.chars().collect();
            let step = if chars.len() > 400 { 97 } else { 211 };
            for start in (seed % 7..chars.len()).step_by(step) {
                let far = [3, 9, 24, 120, 400][(start + seed) % 5];
                let piece = |at: usize, length: usize| -> Option<String> {
                    let piece = chars.get(at..at + length)?;
                    piece
                        .iter()
                        .all(|c| c.is_alphanumeric())
                        .then(|| piece.iter().collect())
                };
                if let (Some(one), Some(other)) =
                    (piece(start, 2), piece(start + far, 1 + seed % 3))
                {
                    let [one, other] = if start % 2 == 0 {
                        [one, other]
                    } else {
                        [other, one]
                    };
                    for within in [
                        0,
                        far.saturating_sub(3),
                        far.saturating_sub(2),
                        far,
                        far + 6,
                    ] {
                        asked.insert((one.clone(), other.clone(), within));
                    }
                }
            }
        }
    }
    let asked: Vec<_> = asked
        .into_iter()
        .filter(|(one, other, _)| one != other)
        .collect();
    assert!(asked.len() > 200, "{}", asked.len());
    let queries: Vec<String> = asked
        .iter()
        .map(|(one, other, within)| format!("\"{one} {other}\"~{within}"))
        .collect();
    for ((query, (one, other, within)), [passages, count]) in
        queries.iter().zip(&asked).zip(counts(&env, &queries))
    {
        let want = scanned
            .iter()
            .filter(|strings| {
                strings.iter().any(|text| {
                    text.contains(one) && text.contains(other) && near(text, [one, other], *within)
                })
            })
            .count() as u64;
        assert_eq!(count, want, "{query}");
        assert!(passages >= count, "{query}");
    }
}

#[test]
fn scripts_widths_and_quotes_are_one() {
    let env = Env::with_corpus();
    for forms in [
        &["主题党日 品牌", "主題黨日 品牌", "主題黨日　品牌"][..],
        &[
            "“三会一课”",
            "「三會一課」",
            "『三會一課』",
            "\"三会一课\"",
            "＂三會一課＂",
        ],
        &[
            "标题：主题党日",
            "標題：主題黨日",
            "title:主题党日",
            "ＴＩＴＬＥ：主题党日",
        ],
        &["党建 与 服务", "黨建 與 服務", "党建　ＡＮＤ　服务"],
        &[
            "主题党日 -清单",
            "主題黨日 －清單",
            "主题党日 非 清单",
            "主題黨日 ＮＯＴ 清單",
        ],
        &[
            "日期：2019..2020 党",
            "日期:２０１９..２０２０ 黨",
            "date：２０１９。。２０２０ 党",
        ],
        &["\"党员 群众\"~8", "「黨員 群眾」～８", "“党员　群众”~８"],
        &[
            "临组发[2019]7号",
            "臨組發〔２０１９〕７號",
            "临组发（2019）7号",
        ],
        &["流动党员怎么参加主题党日", "流動黨員怎麼參加主題黨日"],
    ] {
        let lines: String = forms
            .iter()
            .map(|form| format!("{form}\t{form}\n"))
            .collect();
        env.put("forms.tsv", lines);
        let hits = env
            .run(&["search", "--queries", "forms.tsv", "--json"])
            .code(0)
            .json();
        let of = |form: &str| -> Vec<serde_json::Value> {
            let mut own: Vec<_> = hits
                .iter()
                .filter(|hit| hit["query"] == form)
                .cloned()
                .collect();
            for hit in &mut own {
                hit["query"] = "".into();
            }
            own
        };
        assert!(!of(forms[0]).is_empty(), "{}", forms[0]);
        for form in forms {
            assert_eq!(of(form), of(forms[0]), "{form}");
        }
    }
}

/// Lists that are asked for again are laid open, each in its time. So strings of
/// characters whose lists are and are not must be found alike, at any moment.
#[test]
fn long_strings_are_found_whatever_was_asked_before() {
    const CHARS: &str = "的一在人会中国发展建设经济工作主要问题全面社区服务学习党员支部品牌";
    let chars: Vec<char> = CHARS.chars().collect();
    let mut dice = Dice(7);
    // The first of them are the more frequent ones.
    let draw = |dice: &mut Dice| chars[dice.below(chars.len()).min(dice.below(chars.len()))];
    let sentences: Vec<String> = (0..300)
        .map(|_| (0..20).map(|_| draw(&mut dice)).collect())
        .collect();
    let bodies: Vec<String> = (0..700)
        .map(|_| {
            let of = |_| sentences[dice.below(sentences.len())].as_str();
            (0..4).map(of).collect()
        })
        .collect();
    let env = Env::new();
    let line = |(n, body): (usize, &String)| {
        json!({"id": n.to_string(), "title": "", "body": body}).to_string() + "\n"
    };
    let lines: String = bodies.iter().enumerate().map(line).collect();
    env.put("a.jsonl", lines);
    env.run(&["index", "a.jsonl"]).code(0);
    let mut found = 0;
    for _ in 0..80 {
        let body: Vec<char> = bodies[dice.below(bodies.len())].chars().collect();
        let length = 6 + dice.below(12);
        let from = dice.below(body.len() - length);
        let needle: String = body[from..from + length].iter().collect();
        let want = bodies.iter().filter(|body| body.contains(&needle)).count() as u64;
        let query = parse(&format!("“{needle}”")).query.unwrap();
        let searcher = Searcher::open(env.index()).unwrap();
        for time in 0..24 {
            let count = searcher.count(&query, &Page::default()).unwrap();
            assert_eq!(count.articles, want, "{needle}, asked {time} times before");
        }
        found += want;
    }
    assert!(found > 200);
}
