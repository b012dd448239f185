//! Damage made by the forward model is undone.

use jianbao::fold::fold_str;
use jianbao::repair::{repair, undo};

use crate::damage::{DENSE, SITES, Script, Site, damage};
use crate::env::project;

/// Articles in the style of the pages that are damaged so.
const ARTICLES: &[&str] = &[
    "市直机关党建提升年活动启动\n本报讯　日前，市委组织部召开机关党建工作会议，对开展“主题党日”活动进行动员部署。会议强调，各单位要把党建工作与业务工作同谋划、同部署、同落实，推动全面从严治党向基层延伸。\n“我们将结合岗位实际，打造一批叫得响的党建品牌。”市直机关工委负责人说，今年3月以来，全市已有120个支部开展了活动，党员参与率达98.6%。\n记者　廖文",
    "我县乡村振兴工作取得新进展\n今年以来，我县抓住发展机遇，坚持规划引领、产业带动，农民收入稳步增长。在当地开展的调研中，农业专家对经验做法给予肯定；下一步，全县将继续加强基层组织建设，为群众办实事、解难题。\n据统计，上半年全县新建标准化蔬菜大棚350个，实现产值1.2亿元，增长了15%。村民们说：“日子越过越好！”",
    "学校举行雷锋精神宣讲报告会\n10月12日，我校师生代表三百余人参加了宣讲报告会。报告会由校党总支书记主持，宣讲团成员从不同角度讲述了身边的感人故事。大家表示，要认真学习、积极实践，时刻以优秀党员的标准严格要求自己，在本职岗位上发挥先锋模范作用。\n会后，与会人员还观看了图片展览，并就如何开展志愿服务进行了讨论。",
];

#[test]
fn what_the_bytes_still_tell_is_restored() {
    let script = Script::new();
    let (mut exact, mut all) = (0, 0);
    for article in ARTICLES {
        for &(_, site) in SITES {
            let damaged = damage(article, site, &script);
            let done = repair(&damaged.text);
            assert_eq!(undo(&done.text, &done.edits), damaged.text);
            assert_eq!(repair(&done.text).text, done.text);
            let want = fold_str(&damaged.original.iter().collect::<String>());
            if damaged.kept.iter().all(|&kept| kept) {
                assert_eq!(fold_str(&done.text), want, "{site:?}");
            }
            all += 1;
            exact += usize::from(fold_str(&done.text) == want);
        }
    }
    assert!(exact * 10 >= all * 9, "{exact} of {all} restored exactly");
}

/// Tables, widths and scripts of no site the rules were made for.
const OTHERS: &[Site] = &[
    Site {
        table: "黨機關會議學習務實產業領導動員",
        blank: true,
        commas: false,
        folds_all: false,
        simplified: false,
    },
    Site {
        table: "參與講數銳鋒誌獻農業統計產",
        blank: false,
        commas: true,
        folds_all: true,
        simplified: false,
    },
    Site {
        table: "",
        blank: false,
        commas: true,
        folds_all: false,
        simplified: true,
    },
];

#[test]
fn other_sites_are_restored() {
    let script = Script::new();
    for article in ARTICLES {
        for &site in OTHERS {
            let damaged = damage(article, site, &script);
            let done = repair(&damaged.text);
            assert_eq!(undo(&done.text, &done.edits), damaged.text);
            assert_eq!(repair(&done.text).text, done.text);
            let want = fold_str(&damaged.original.iter().collect::<String>());
            if damaged.kept.iter().all(|&kept| kept) {
                assert_eq!(fold_str(&done.text), want, "{site:?}");
            }
        }
    }
}

/// One part of the page is damaged, the other sound.
#[test]
fn pages_damaged_in_part_are_restored() {
    let script = Script::new();
    let dense = Site {
        table: DENSE,
        ..OTHERS[1]
    };
    for article in ARTICLES {
        let article = article.replace('　', " ");
        for (head, tail) in [article.split_once('\n'), article.rsplit_once('\n')]
            .into_iter()
            .flatten()
        {
            let damaged = damage(head, dense, &script);
            if damaged.kept.iter().any(|&kept| !kept) {
                continue;
            }
            let original: String = damaged.original.iter().collect();
            let done = repair(&format!("{}\n{tail}", damaged.text))
                .text
                .into_owned();
            assert_eq!(fold_str(&done), fold_str(&format!("{original}\n{tail}")));
        }
    }
}

/// Read in a wrong encoding, as whole pages and as a title above a sound text.
#[test]
fn garbled_pages_are_restored() {
    let latin = |bytes: &[u8]| bytes.iter().map(|&b| char::from(b)).collect::<String>();
    let gbk = |bytes: &[u8]| {
        let (text, _) = encoding_rs::GBK.decode_without_bom_handling(bytes);
        text.into_owned()
    };
    let titles = ["党建工作任务清单", "全市党建工作部署", "党建工作责任清单"];
    for (article, title) in ARTICLES.iter().zip(titles) {
        let article = article.replace('　', " ");
        let twice = latin(latin(article.as_bytes()).as_bytes());
        assert_eq!(repair(&twice).text, article);
        let (_, body) = article.split_once('\n').unwrap();
        assert_eq!(
            repair(&format!("{}\n{body}", gbk(title.as_bytes()))).text,
            format!("{title}\n{body}")
        );
        // Where GBK lost a byte the rest is there: a U+FFFD for each character cut.
        let done = repair(&gbk(article.as_bytes())).text.into_owned();
        let lost = done.matches('\u{FFFD}').count();
        assert!(lost * 20 < article.chars().count(), "{done}");
    }
}

#[test]
fn sound_articles_cost_no_copy() {
    for article in ARTICLES {
        let folded_indent = article.replace('　', " ");
        assert!(repair(&folded_indent).edits.is_empty());
    }
}

/// `text` blocks of docs/repair.md: a line, and behind `→ ` what becomes of it,
/// or nothing where it stays. A `json` block is the audit of the one that holds `?!`.
#[test]
fn the_page_about_repair_says_what_happens() {
    let page = std::fs::read_to_string(project("docs/repair.md")).unwrap();
    let (mut block, mut last, mut audit, mut seen) = ("", "", Vec::new(), 0);
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("```") {
            block = name;
        } else if block == "text" {
            let after = lines.next_if(|next| next.starts_with("→ "));
            let done = repair(line);
            assert_eq!(done.text, after.map_or(line, |after| &after["→ ".len()..]));
            assert_eq!(undo(&done.text, &done.edits), line);
            if line.contains("?!") && after.is_some() {
                last = line;
            }
            seen += 1;
        } else if block == "json" {
            audit.push(line);
        }
    }
    let edits = repair(last).edits;
    let edits = edits
        .iter()
        .map(|edit| serde_json::to_string(edit).unwrap());
    assert_eq!(edits.collect::<Vec<_>>(), audit);
    assert!(seen > 15, "{seen} examples");
}
