//! Whatever an article is written in, the same article comes out.

use std::collections::BTreeMap;
use std::fs;

use encoding_rs::{BIG5, GB18030, GBK};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::env::Env;
use crate::pack::{Entry, bz2, docx, encoded, gz, tar, utf16, warc, xz, zip, zst};

const TITLE: &str = "云溪县把主题党日开到田间地头";
const DATE: &str = "2021-06-08";
const SOURCE: &str = "云溪日报";
const BODY: [&str; 2] = [
    "6月5日一早，云溪县农业农村局的党员来到白石村，同村民一起插秧、修渠，晌午在田埂上学习文件、算今年的收成账。",
    "县直机关工委介绍，今年的主题党日由各支部自己出题，不设展板、不念稿子，办成一件实事才算数；群众说好，方可结题。",
];
/// The same in traditional script, character by character.
const TRADITIONAL: [&str; 3] = [
    "雲溪縣把主題黨日開到田間地頭",
    "6月5日一早，雲溪縣農業農村局的黨員來到白石村，同村民一起插秧、修渠，晌午在田埂上學習文件、算今年的收成賬。",
    "縣直機關工委介紹，今年的主題黨日由各支部自己出題，不設展板、不唸稿子，辦成一件實事才算數；群眾說好，方可結題。",
];
/// A character that GBK lacks and GB18030 writes in four bytes.
const RARE: &str = "（村支书：刘䶮）";

/// A page of plain text.
fn plain() -> String {
    format!(
        "{TITLE}\n{DATE} 来源：{SOURCE}\n\n　　{}\n　　{}\n",
        BODY[0], BODY[1]
    )
}

fn traditional() -> String {
    let [title, first, second] = TRADITIONAL;
    format!("{title}\n{DATE} 來源：雲溪日報\n\n　　{first}\n　　{second}\n")
}

fn markdown() -> String {
    format!(
        "---\ntitle: {TITLE}\ndate: {DATE}\nsource: {SOURCE}\n---\n\n{}\n\n{}\n",
        BODY[0], BODY[1]
    )
}

fn heading() -> String {
    format!(
        "# {TITLE}\n\n{DATE} 来源：{SOURCE}\n\n{}\n\n{}\n",
        BODY[0], BODY[1]
    )
}

/// A page of a government site, with its official metadata and its furniture.
fn page(charset: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"{charset}\"><title>{TITLE}_云溪县人民政府网</title>\n\
         <meta name=\"ArticleTitle\" content=\"{TITLE}\"><meta name=\"PubDate\" content=\"{DATE} 09:30\">\n\
         <meta name=\"ContentSource\" content=\"{SOURCE}\"></head><body>\n\
         <div class=\"nav\"><a href=\"/\">首页</a> &gt; <a href=\"/xw\">新闻</a></div><h1>{TITLE}</h1>\n\
         <div class=\"TRS_Editor\"><p>&emsp;&emsp;{}</p>\n<p>　　{}</p></div>\n\
         <div class=\"share\">分享到：</div><div class=\"footer\">主办单位：云溪县人民政府办公室</div></body></html>\n",
        BODY[0], BODY[1]
    )
}

/// A table with a column that nobody knows, cells in quotes, breaks in cells.
fn table(between: char) -> String {
    let row = [
        "7",
        TITLE,
        DATE,
        SOURCE,
        &format!("\"{}\n{}\"", BODY[0], BODY[1]),
    ]
    .join(&between.to_string());
    let head = ["序号", "标题", "发布日期", "来源", "正文"].join(&between.to_string());
    format!("{head}\r\n{row}\r\n")
}

fn xml() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<articles><article><title>{TITLE}</title><date>{DATE}</date>\
         <source>{SOURCE}</source><body><![CDATA[{}\n{}]]></body></article></articles>\n",
        BODY[0], BODY[1]
    )
}

fn record(id: &str, body: &str) -> Value {
    json!({"id": id, "title": TITLE, "date": DATE, "source": SOURCE, body: BODY.join("\n")})
}

fn line(id: &str) -> String {
    format!("{}\n", record(id, "body"))
}

/// Each file, and the places in which the article must be found in it.
fn files() -> Vec<(&'static str, Vec<u8>, Vec<String>)> {
    let text = plain();
    let html = format!("<p>{}</p>\n<p>{}</p>", BODY[0], BODY[1]);
    let marked = [
        b"\xEF\xBB\xBF".as_slice(),
        text.replace('\n', "\r\n").as_bytes(),
    ]
    .concat();
    let mut files: Vec<(&str, Vec<u8>)> = vec![
        ("utf8.txt", text.clone().into_bytes()),
        ("upper.TXT", text.clone().into_bytes()),
        ("bom-crlf.txt", marked),
        ("old-mac.txt", text.replace('\n', "\r").into_bytes()),
        ("gbk.txt", encoded(&text, GBK)),
        (
            "gb18030.txt",
            encoded(
                &text.replace(BODY[1], &format!("{}{RARE}", BODY[1])),
                GB18030,
            ),
        ),
        ("big5.txt", encoded(&traditional(), BIG5)),
        (
            "utf16le.txt",
            [b"\xFF\xFE".as_slice(), &utf16(&text, true)].concat(),
        ),
        (
            "utf16be.txt",
            [b"\xFE\xFF".as_slice(), &utf16(&text, false)].concat(),
        ),
        ("utf16-no-mark.txt", utf16(&text, true)),
        ("front.md", markdown().into_bytes()),
        ("heading.md", heading().into_bytes()),
        ("gbk.md", encoded(&markdown(), GBK)),
        (
            "one.json",
            record("one-json", "body").to_string().into_bytes(),
        ),
        ("text.txt.gz", gz(text.as_bytes())),
        ("text.txt.zst", zst(text.as_bytes())),
        ("text.txt.bz2", bz2(text.as_bytes())),
        ("gbk.txt.gz", gz(&encoded(&text, GBK))),
        ("text.txt.xz", xz(text.as_bytes())),
        ("page.html", page("utf-8").into_bytes()),
        ("gbk.htm", encoded(&page("gb2312"), GBK)),
        ("page.shtml.gz", gz(page("utf-8").as_bytes())),
        (
            "word.docx",
            docx(&[TITLE, &format!("{DATE} 来源：{SOURCE}"), BODY[0], BODY[1]]),
        ),
        ("one.xml", xml().into_bytes()),
        ("two-members.txt.gz", {
            let (head, tail) = text.as_bytes().split_at(100);
            [gz(head), gz(tail)].concat()
        }),
    ];
    let mut all: Vec<(&str, Vec<u8>, Vec<String>)> = files
        .drain(..)
        .map(|(name, bytes)| (name, bytes, vec![name.to_owned()]))
        .collect();
    let lines = |prefix: &str| {
        let id = |n| format!("{prefix}-{n}");
        [
            record(&id(1), "body").to_string(),
            record(&id(2), "text").to_string(),
            record(&id(3), "content").to_string(),
            json!({"id": id(4), "title": TITLE, "date": DATE, "source": SOURCE, "body": html})
                .to_string(),
        ]
        .join("\n")
    };
    for (name, bytes) in [
        ("lines.jsonl", lines("plain").into_bytes()),
        ("lines.ndjson", lines("nd").into_bytes()),
        ("gbk.jsonl", encoded(&lines("gbk"), GBK)),
        ("utf16.jsonl", utf16(&lines("utf16"), true)),
        ("lines.jsonl.gz", gz(lines("gz").as_bytes())),
        ("lines.jsonl.zst", zst(lines("zst").as_bytes())),
    ] {
        let places = (1..=4).map(|record| format!("{name}:{record}")).collect();
        all.push((name, bytes, places));
    }
    let answer = warc(
        "http://www.example.gov.cn/a.html",
        "text/html; charset=gbk",
        &encoded(&page("gbk"), GBK),
    );
    for (name, bytes, place) in [
        ("table.csv", table(',').into_bytes(), 1),
        (
            "bom.csv",
            [b"\xEF\xBB\xBF".as_slice(), table(',').as_bytes()].concat(),
            1,
        ),
        (
            "sep.csv",
            ("sep=;\r\n".to_owned() + &table(';')).into_bytes(),
            1,
        ),
        ("gbk.csv", encoded(&table(','), GBK), 1),
        (
            "utf16.tsv",
            [b"\xFF\xFE".as_slice(), &utf16(&table('\t'), true)].concat(),
            1,
        ),
        ("table.tsv", table('\t').into_bytes(), 1),
        ("crawl.warc", answer.clone(), 2),
        ("crawl.warc.gz", gz(&answer), 2),
    ] {
        all.push((name, bytes, vec![format!("{name}:{place}")]));
    }
    let (name, gbk) = ("新闻/云溪.txt", encoded("新闻/云溪.txt", GBK));
    let zipped = zip(&[
        Entry {
            name: &gbk,
            content: &encoded(&text, GBK),
            flags: 0,
        },
        Entry {
            name: "新闻/云溪.md".as_bytes(),
            content: markdown().as_bytes(),
            flags: 1 << 11,
        },
        Entry {
            name: "新闻/无标志.txt".as_bytes(),
            content: text.as_bytes(),
            flags: 0,
        },
        Entry {
            name: b"lines.jsonl.gz",
            content: &gz(line("in-zip").as_bytes()),
            flags: 0,
        },
        Entry {
            name: b"inner.tar.bz2",
            content: &bz2(&tar(&[(name, text.as_bytes())])),
            flags: 0,
        },
    ]);
    let inside = [
        "新闻/云溪.txt",
        "新闻/云溪.md",
        "新闻/无标志.txt",
        "lines.jsonl.gz:1",
        "inner.tar.bz2!新闻/云溪.txt",
    ];
    all.push((
        "pack.zip",
        zipped,
        inside
            .iter()
            .map(|entry| format!("pack.zip!{entry}"))
            .collect(),
    ));
    let json = line("in-tar");
    let tarred = tar(&[(name, text.as_bytes()), ("a/b.jsonl", json.as_bytes())]);
    for (file, bytes) in [
        ("pack.tar", tarred.clone()),
        ("pack.tar.gz", gz(&tarred)),
        ("pack.tgz", gz(&tarred)),
        ("pack.tar.zst", zst(&tarred)),
        ("pack.tar.xz", xz(&tarred)),
        ("pack.tbz2", bz2(&tarred)),
        ("pack.tar.bz2", bz2(&tarred)),
    ] {
        // The JSON record bears one id in all of them, so it is one article.
        let mut places = vec![format!("{file}!{name}")];
        if file == "pack.tar" {
            places.push("pack.tar!a/b.jsonl:1".to_owned());
        }
        all.push((file, bytes, places));
    }
    all
}

#[test]
fn one_article_from_every_format() {
    let env = Env::new();
    let mut places: Vec<String> = Vec::new();
    for (name, bytes, inside) in files() {
        env.put(&format!("in/{name}"), bytes);
        places.extend(inside.iter().map(|place| format!("in/{place}")));
    }
    env.run(&["index", "in"]).code(0);
    let found = env
        .run(&[
            "search",
            "“把主题党日开到田间地头”",
            "--json",
            // One text in every form: as articles they would be copies of the first.
            "--group",
            "passage",
            "-n",
            "100",
            "--script",
            "simplified",
        ])
        .code(0)
        .json();
    let by_path: BTreeMap<&str, &Value> = found
        .iter()
        .map(|hit| (hit["path"].as_str().unwrap(), hit))
        .collect();
    places.sort();
    assert_eq!(by_path.keys().copied().collect::<Vec<_>>(), places);
    for (path, hit) in by_path {
        assert_eq!(hit["title"], TITLE, "{path}");
        assert_eq!(hit["date"], DATE, "{path}");
        assert_eq!(hit["source"], SOURCE, "{path}");
        let text = hit["text"].as_str().unwrap();
        for paragraph in BODY {
            assert!(
                text.lines()
                    .any(|line| line.trim_end_matches(RARE) == paragraph),
                "{path}: {text}"
            );
        }
    }
    let rare = env.run(&["search", "“刘䶮”", "--json"]).code(0);
    assert_eq!(rare.object()["path"], "in/gb18030.txt");
    // Each can be checked: the bytes it names have the hash it names, in files
    // that can be read as they lie there.
    let mut checked = 0;
    for hit in &found {
        let shown = env
            .run(&["show", hit["article"].as_str().unwrap(), "--json"])
            .code(0)
            .object();
        let path = hit["path"].as_str().unwrap();
        let [start, end] = ["start", "end"].map(|name| shown["span"][name].as_u64().unwrap());
        assert!(start < end, "{path}: {start}..{end}");
        if let Some(name) = path.split(':').next().filter(|name| {
            !name.contains('!')
                && ![".gz", ".zst", ".xz", ".bz2"]
                    .iter()
                    .any(|end| name.ends_with(end))
        }) {
            let file = fs::read(env.path(name)).unwrap();
            let hash: String = Sha256::digest(&file[start as usize..end as usize])
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            assert_eq!(shown["sha256"], hash, "{path}");
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn a_record_that_moved_is_cited_from_where_it_stands() {
    let env = Env::new().write("in/a.jsonl", line("a") + &line("b"));
    env.run(&["index", "in"]).code(0);
    env.put("in/a.jsonl", line("new") + &line("a") + &line("b"));
    let tally = env.run(&["index", "in", "--json"]).code(0).object();
    assert_eq!(
        (&tally["accepted"], &tally["unchanged"], &tally["articles"]),
        (&json!(1), &json!(2), &json!(3))
    );
    for (id, record) in [("new", 1), ("a", 2), ("b", 3)] {
        let shown = env.run(&["show", id, "--json"]).code(0).object();
        assert_eq!(shown["origin"]["record"], record, "{id}");
    }
    env.run(&["check", "--full"]).code(0);
}

#[test]
fn pages_that_break_the_rules_are_listed_by_site() {
    let tag = |name: &str, value: &str| format!("<meta name=\"{name}\" content=\"{value}\">");
    let tags = |tags: &[(&str, &str)]| -> String {
        let tags: String = tags.iter().map(|(name, value)| tag(name, value)).collect();
        format!(
            "<html><head><title>{TITLE}</title>{tags}</head><body><div class=\"TRS_Editor\"><p>{}</p></div></body></html>",
            BODY[0]
        )
    };
    let sound = [
        ("SiteName", "云溪县人民政府"),
        ("SiteDomain", "www.example.gov.cn"),
        ("SiteIDCode", "4401000001"),
        ("ColumnName", "工作动态"),
        ("ColumnDescription", "各部门动态"),
        ("ColumnKeywords", "动态"),
        ("ColumnType", "工作动态"),
        ("ArticleTitle", TITLE),
        ("PubDate", "2021-06-08 09:30"),
        ("ContentSource", SOURCE),
    ];
    let mut broken = sound;
    broken[8].1 = "2021——06——08";
    broken[9] = ("contentsource", "");
    let env = Env::new()
        .write("in/a.html", tags(&sound))
        .write("in/b.html", tags(&broken))
        .write("in/old/c.html", tags(&[]))
        .write("in/d.txt", plain());
    env.run(&["index", "in"]).code(0);
    let listed = env.run(&["stats", "--pages"]).code(0);
    assert_eq!(
        listed.stdout(),
        "in/old\t1 pages, 1 with flaws\n  in/old/c.html\tall tags missing\n\
         云溪县人民政府 · www.example.gov.cn · 4401000001\t2 pages, 1 with flaws\n  \
         in/b.html\tPubDate malformed (2021——06——08); ContentSource misspelled (contentsource); ContentSource empty\n"
    );
    let sites = env.run(&["stats", "--pages", "--json"]).code(0).object();
    assert_eq!(sites["sites"][1]["rules"]["PubDate malformed"], 1);
    assert_eq!(sites["sites"][1]["list"][0]["path"], "in/b.html");
    let stats = env.run(&["stats", "--json"]).code(0).object();
    let fields = &stats["fields"];
    assert_eq!(fields["all"]["column"], 2, "{fields}");
    assert_eq!(fields["years"]["2021"]["articles"], 3, "{fields}");
    assert_eq!(fields["years"]["undated"]["articles"], 1, "{fields}");
    env.run(&["stats"]).code(0).prints("\n2021\t3\t3\t");
}

#[test]
fn standard_input_is_jsonl() {
    let env = Env::new();
    let input = format!("{}\n{}", line("a"), line("b"));
    env.run_with(&["index", "-"], input.as_bytes()).code(0);
    assert_eq!(
        env.run(&["search", "田埂", "--json", "--group", "passage"])
            .code(0)
            .json()
            .len(),
        2
    );
}

#[cfg(unix)]
#[test]
fn what_came_through_a_silent_pipe_is_kept_at_ctrl_c() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let env = Env::new();
    let mut child = env
        .command(&["index", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all((line("a") + &line("b") + "{\"id\":\"half\"").as_bytes())
        .unwrap();
    let begun = Instant::now();
    while !env.index().join("CURRENT").exists() && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(50));
    }
    // The handler is set, the lines are read, and nothing more comes.
    std::thread::sleep(Duration::from_millis(1200));
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(pipe);
    for id in ["a", "b"] {
        env.run(&["show", id]).code(0);
    }
    env.run(&["check", "--full"]).code(0);
}

#[test]
fn an_encoding_that_is_insisted_on() {
    // Short, and valid in both: `--encoding` settles it.
    let bytes = encoded("黨建", BIG5);
    let env = Env::new().write("a.txt", &bytes);
    env.run(&["index", "a.txt", "--encoding", "big5"]).code(0);
    env.run(&["search", "“党建”"]).code(0);
    env.run(&["index", "a.txt", "--encoding", "klingon"])
        .fails_in_one_line()
        .says("klingon");
}

#[test]
fn fields_of_other_names() {
    let record =
        json!({"编号": "x-1", "headline": TITLE, "正文内容": BODY.join("\n"), "频道": "三农"});
    let env = Env::new().write("a.jsonl", record.to_string());
    let map = [
        "--map",
        "id=编号",
        "--map",
        "title=headline",
        "--map",
        "body=正文内容",
    ];
    env.run(&[&["index", "a.jsonl"], map.as_slice()].concat())
        .code(0);
    let hit = env
        .run(&["search", "标题：田间地头", "--json"])
        .code(0)
        .object();
    assert_eq!(
        (&hit["article"], &hit["title"]),
        (&json!("x-1"), &json!(TITLE))
    );
    let shown = env.run(&["show", "x-1", "--json"]).code(0).object();
    assert_eq!(shown["extra"]["频道"], "三农");
    env.run(&["index", "a.jsonl", "--map", "headline"])
        .fails_in_one_line();
}

#[test]
fn what_a_folder_holds_besides_articles_is_named_in_it() {
    let env = Env::new()
        .write("in/a.txt", plain())
        .write("in/README.md", "# 说明\n\n这里放的是新闻。\n")
        .write("in/skip/b.txt", plain())
        .write("in/.jianbaoignore", "README.md\nskip/\n")
        .write("in/.hidden.txt", plain());
    let tally = env.run(&["index", "in", "--json"]).code(0).object();
    assert_eq!(
        (&tally["accepted"], &tally["rejected"]),
        (&json!(1), &json!(0))
    );
}
