//! What a query means that is not there to the letter, or is a headline, or is there to the letter
//! and not meant.

use serde_json::json;

use crate::env::Env;

/// An article of the title and text, as a line of JSON.
fn article(id: &str, title: &str, text: &str) -> String {
    json!({"id": id, "title": title, "body": text}).to_string() + "\n"
}

/// Whoever types a headline wants that article, however often others name what stands in it.
#[test]
fn a_headline_finds_its_article_first() {
    let title = "李向阳会见客商代表陈望";
    let mut lines = article("own", title, "双方就园区建设交换了意见，午后考察了码头。");
    for n in 0..30 {
        let text = format!(
            "李向阳会见客商代表，李向阳说，客商代表陈望第{n}次到访。会见客商代表陈望时，李向阳会见客商代表，并介绍园区。"
        );
        lines += &article(
            &format!("{n}"),
            &format!("李向阳会见客商代表第{n}批"),
            &text,
        );
    }
    lines += &article(
        "longer",
        &format!("快讯：{title}并致辞"),
        "李向阳会见客商代表陈望。",
    );
    let env = Env::new().write("in.jsonl", lines);
    env.run(&["index", "in.jsonl"]).code(0);
    for query in [title, "李向陽會見客商代表陳望"] {
        let found = env.run(&["search", query, "--json"]).code(0).articles();
        assert_eq!(found[0], "own", "{query}: {found:?}");
    }
}

#[test]
fn a_mistyped_term_has_a_line_to_try() {
    let env = Env::with_corpus();
    let said = |query: &str| env.run(&["search", query]).stderr().to_owned();
    // Each has hits, for its words stand somewhere; as it is it stands nowhere.
    for (query, meant) in [("主体党日", "主题党日"), ("主题党曰", "主题党日")] {
        let said = said(query);
        let line = format!("try: jianbao search {meant}  (near {query}: ");
        assert!(said.contains(&line), "{query}: {said}");
    }
    // What stands there needs none, and a long question is no term.
    for query in ["主题党日", "党日", "怎样办好每个支部的主体党日活动"] {
        let said = said(query);
        assert!(!said.contains("near"), "{query}: {said}");
    }
    assert_eq!(env.run(&["search", "主体党日", "-q"]).stderr(), "");
}

/// The count beside a line is what the line finds.
#[test]
fn a_line_to_try_finds_what_it_says() {
    let env = Env::with_corpus();
    let mut lines = 0;
    for query in [
        "主体党日",
        "三会一客",
        "“基层党日”",
        "支部品排",
        "流动党圆",
        "主题党日 zzzqqq",
    ] {
        let said = env.run(&["search", query]).stderr().to_owned();
        for line in said
            .lines()
            .filter_map(|line| line.strip_prefix("try: jianbao search "))
        {
            let (command, counted) = line.split_once("  (").unwrap();
            let counted = counted.rsplit(": ").next().unwrap().trim_end_matches(')');
            let command = command.trim_matches('\'');
            let count = env.run(&["search", command, "--count"]).code(0);
            assert_eq!(count.stdout().trim(), counted, "{query}: {line}");
            lines += 1;
        }
    }
    assert!(lines > 5, "{lines}");
}

/// No dictionary has the name, so it is cut into characters.
#[test]
fn a_name_of_no_dictionary_is_named_and_marked() {
    let env = Env::new().write(
        "in.jsonl",
        article(
            "1",
            "简报",
            "昨天查处了煋玥公司，煋玥的账户已冻结，玥不在场。",
        ) + &article("2", "简报", "煋城与玥山今天通车。"),
    );
    env.run(&["index", "in.jsonl"]).code(0);
    let hits = env.run(&["search", "煋玥账户", "--json"]).code(0).json();
    assert_eq!(hits[0]["article"], "1");
    let text: Vec<char> = hits[0]["text"].as_str().unwrap().chars().collect();
    let marks = hits[0]["marks"].as_array().unwrap();
    let marked: Vec<String> = marks
        .iter()
        .map(|mark| {
            let at = |end: usize| mark[end].as_u64().unwrap() as usize;
            text[at(0)..at(1)].iter().collect()
        })
        .collect();
    assert_eq!(marked, ["煋玥", "煋玥", "账户"]);
    env.run(&["search", "玥煋"])
        .code(0)
        .says("note: nowhere in the index: 玥煋");
}

/// Short headlines are terms that other stories name more often, and those with a blank are two.
#[test]
fn a_short_headline_finds_its_article_first() {
    let env = Env::new();
    let mut lines = String::new();
    for n in 0..400 {
        let title = format!("【桥头早市】{n}号摊位今天换了新棚");
        let body = "桥头早市又添了摊位，桥头早市的菜价贴在门口，赶桥头早市的人多了。";
        lines += &article(&n.to_string(), &title, body);
    }
    let long = "山路护栏、校车、路灯，几件小事今年都有了着落。".repeat(20) + "桥头早市也在内。";
    lines += &article("short", "桥头早市", &long);
    lines += &article("two", "桥头早市 山路护栏", &long);
    lines += &article(
        "both",
        "几件小事",
        "桥头早市开张，山路护栏装完，桥头早市不收费。",
    );
    env.put("in.jsonl", lines);
    env.run(&["index", "in.jsonl"]).code(0);
    let first = |query: &str| {
        let hits = env.run(&["search", query, "--json"]).code(0);
        hits.articles().swap_remove(0)
    };
    assert_eq!(first("桥头早市"), "short");
    assert_eq!(first("桥头早市 山路护栏"), "two");
    // Who asks for a title means what the title is about.
    assert_eq!(first("标题：桥头早市"), "short");
}

/// What many stories have to the letter is a term, however long, and what has it comes first;
/// all who have it are counted.
#[test]
fn a_long_term_comes_first_and_is_counted() {
    let env = Env::new();
    let mut lines = String::new();
    for n in 0..60 {
        let body = format!("第{n}场全市村级河长联席会议开到了江边，把排污口一个个认领下来。");
        lines += &article(&n.to_string(), "江边认领排污口", &body);
    }
    let apart = "全市的村级河长今天联席办公，会议室里挂着河道图，联席会议和河长办合在一处，全市村级河道都有河长。";
    lines += &article("apart", "河长联席会议室挂上全市村级河道图", apart);
    env.put("in.jsonl", lines);
    env.run(&["index", "in.jsonl"]).code(0);
    let query = "全市村级河长联席会议";
    let whole = |n: &str| {
        let hits = env
            .run(&["search", query, "--json", "-n", n, "--explain"])
            .code(0)
            .json();
        let whole = hits
            .iter()
            .map(|hit| hit["explain"]["whole"].as_bool().unwrap());
        whole.collect::<Vec<_>>()
    };
    assert!(whole("60").iter().all(|whole| *whole));
    env.run(&["search", query, "--explain"])
        .code(0)
        .prints("60 have all of it as it stands and come first");
    env.run(&["search", "江边 排污口", "--explain"])
        .code(0)
        .prints("have enough of the words by weight");
    env.run(&["search", "江边 与 排污口", "--explain"])
        .code(0)
        .prints("meet the conditions");
}

/// Whoever writes the query last has named no file that is there.
#[test]
fn a_query_behind_from_is_no_path() {
    let env = Env::new()
        .write("in/a.txt", "三座山塘今天完成除险加固。")
        .write("2016.txt", "县道改造今天开工。");
    let found = |args: &[&str]| env.run(args).code(0).articles();
    let first = found(&["search", "山塘", "--from", "in", "--json"]);
    assert_eq!(found(&["search", "--json", "--from", "in", "山塘"]), first);
    let both = [
        "search", "--json", "--from", "in", "2016.txt", "山塘", "-2016",
    ];
    assert_eq!(found(&both), first);
    for paths in [&["in"][..], &["in", "2016.txt"], &["nowhere"]] {
        let line = [&["search", "--from"], paths].concat();
        env.run(&line).code(2).says("no query");
    }
    env.run(&["search", "--from", "nowhere", "山塘"])
        .code(2)
        .says("nowhere: cannot be read");
}

/// `民法` stands in `人民法院`, which is 人民 and 法院: found, and below what has the word.
#[test]
fn what_stands_across_two_words_comes_last() {
    for (query, meant, not_meant) in [
        ("民法", "宣讲团走进社区讲解民法典", "区人民法院上门立案"),
        ("民政", "区民政局为老人送餐上门", "区人民政协委员视察早市"),
        ("党组", "水务局党组研究防汛值班", "社区党组织为夜班工人留门"),
    ] {
        let mut lines = String::new();
        for n in 0..40 {
            let text = format!("{not_meant}，{not_meant}，{not_meant}，这是第{n}次。");
            lines += &article(&format!("{n}"), &format!("{not_meant}第{n}次"), &text);
        }
        let text =
            format!("清溪镇的消息说，上月十二日下午，{meant}，到场的有六十多人，散会时下起了雨。");
        lines += &article("own", "清溪镇一周", &text);
        let env = Env::new().write("in.jsonl", lines);
        env.run(&["index", "in.jsonl"]).code(0);
        let found = env
            .run(&["search", query, "--json", "-n", "50"])
            .code(0)
            .articles();
        assert_eq!(found[0], "own", "{query}: {found:?}");
        assert_eq!(found.len(), 41, "{query}");
        let strings = format!("“{query}”");
        env.run(&["search", &strings, "--count"])
            .code(0)
            .prints("41 articles");
    }
}
