//! The damage as a forward model: simplified to traditional by character, GBK,
//! replacements blind to character boundaries, a lossy decoder, folded widths.
//! It shares no code with the rules that undo it.

use std::collections::HashMap;

use jianbao::fold::simplify;
use pinyin::ToPinyin;

/// What a site does to its texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site {
    /// Characters (traditional) that get their pinyin in brackets.
    pub(crate) table: &'static str,
    /// A blank before the closing bracket.
    pub(crate) blank: bool,
    /// Puts `,` before two marks of three.
    pub(crate) commas: bool,
    /// Folds ！ and ？ too.
    pub(crate) folds_all: bool,
    /// Leaves the text in simplified script.
    pub(crate) simplified: bool,
}

const fn site(table: &'static str, blank: bool, commas: bool, folds_all: bool) -> Site {
    Site {
        table,
        blank,
        commas,
        folds_all,
        simplified: false,
    }
}

/// The five kinds of site, by name.
pub(crate) const SITES: &[(&str, Site)] = &[
    ("sparse", site(SPARSE, false, false, true)),
    ("middle-blank", site(MIDDLE, true, false, false)),
    ("dense", site(DENSE, false, false, true)),
    ("dense-commas", site(DENSE, false, true, true)),
    ("commas", site("", false, true, true)),
];

/// Twelve characters.
pub(crate) const SPARSE: &str = "統發創規區業調鎮網經態農";
/// The sparse table and fifteen more.
pub(crate) const MIDDLE: &str = "統發創規區業調鎮網經態農開來說過還書門聽寫戶滿類問訪";
/// About a hundred.
pub(crate) const DENSE: &str = "統發創規區業調鎮網經態農開來說過還書門聽寫戶滿類問訪個動務嚴執堅場學實對導強應據時會標機準獨現當礎紀結績習臺計設評負責質進關隊項點話專級長報國縣鄉絕題徹決為銜緊順紅藍圖揚師範親記錄庫";

/// A damaged text and what became of each character of the original.
pub(crate) struct Damaged {
    /// The page as it would be crawled.
    pub(crate) text: String,
    /// The original in traditional script.
    pub(crate) original: Vec<char>,
    /// Whether both bytes of each character of the original are still in the page.
    pub(crate) kept: Vec<bool>,
}

/// Characters a table without phrases leaves alone or maps to its first choice.
const STAYS: &str = "后干并范里面谷系制佛修克冬凌出千升卜合向周困局巨布席幸御志念恤愈才扎曲朱杯松板核梁旗欲沈泄注致舍蒙表私秋累胡只卷回";
const FIRST: &str = "为爲众衆伪僞冲衝净淨勋勳历歷厕廁台臺坛壇坝壩墙牆壳殼奖獎尽盡岁歲当當录錄恶惡术術签籤纤纖线線绣繡脏髒艳豔苏蘇荡蕩药藥蕴蘊证證赞贊酝醞采採钟鍾钥鑰钩鉤钻鑽铲鏟锈鏽镇鎮闲閒馆館";

/// Simplified to traditional, by character, within GBK.
pub(crate) struct Script(HashMap<char, char>);

impl Script {
    /// Reads the pairs out of the fold table.
    pub(crate) fn new() -> Self {
        let mut map = HashMap::new();
        for c in '\u{4E00}'..='\u{9FFF}' {
            if simplify(c) != c && pair(c).is_some() {
                map.entry(simplify(c)).or_insert(c);
            }
        }
        let first: Vec<char> = FIRST.chars().collect();
        map.extend(first.chunks(2).map(|two| (two[0], two[1])));
        map.insert('为', '為');
        STAYS.chars().for_each(|c| {
            map.remove(&c);
        });
        Script(map)
    }
}

/// The two bytes of a character.
fn pair(c: char) -> Option<[u8; 2]> {
    let mut buffer = [0; 4];
    let (bytes, _, bad) = encoding_rs::GBK.encode(c.encode_utf8(&mut buffer));
    <[u8; 2]>::try_from(&*bytes).ok().filter(|_| !bad)
}

/// A byte, and the character of the original it belongs to.
type Byte = (u8, Option<usize>);

/// Replaces every `find` by `put`, where `None` in `put` stands for the byte found there next.
fn replace(
    bytes: &mut Vec<Byte>,
    find: [u8; 2],
    before: &[u8],
    after: &[u8],
    mut wanted: impl FnMut() -> bool,
) {
    let inserted = |list: &[u8]| list.iter().map(|&b| (b, None)).collect::<Vec<Byte>>();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if at + 1 < bytes.len() && bytes[at].0 == find[0] && bytes[at + 1].0 == find[1] && wanted()
        {
            out.extend(inserted(before));
            out.extend_from_slice(&bytes[at..at + 2]);
            out.extend(inserted(after));
            at += 2;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    *bytes = out;
}

/// Damages a text as the site would.
pub(crate) fn damage(text: &str, site: Site, script: &Script) -> Damaged {
    let original: Vec<char> = text
        .chars()
        .map(|c| match site.simplified {
            true => c,
            false => script.0.get(&c).copied().unwrap_or(c),
        })
        .collect();
    let mut bytes: Vec<Byte> = Vec::new();
    for (i, &c) in original.iter().enumerate() {
        match pair(c) {
            _ if c < '\u{80}' => bytes.push((c as u8, Some(i))),
            Some(pair) => bytes.extend(pair.map(|b| (b, Some(i)))),
            None => bytes.push((b'?', None)),
        }
    }
    let mut kept: Vec<bool> = original
        .iter()
        .map(|&c| c < '\u{80}' || pair(c).is_some())
        .collect();
    for c in site.table.chars() {
        let Some(said) = c.to_pinyin() else { continue };
        let said = if c == '長' {
            "zhǎng"
        } else {
            said.with_tone()
        };
        let (code, _, _) = encoding_rs::GBK.encode(said);
        let close: &[u8] = if site.blank { b" )" } else { b")" };
        let after = [b"(".as_slice(), &code, close].concat();
        if let Some(find) = pair(c) {
            replace(&mut bytes, find, b"", &after, || true);
        }
    }
    if site.commas {
        let mut count = 0;
        for mark in "，。、；！？".chars().filter_map(pair) {
            replace(&mut bytes, mark, b",", b"", || {
                count += 1;
                count % 3 != 0
            });
        }
    }
    let mut out = String::new();
    let mut at = 0;
    while at < bytes.len() {
        let (lead, owner) = bytes[at];
        at += 1;
        match lead {
            0..0x80 => out.push(lead as char),
            0x80 => out.push('€'),
            _ => {
                let Some(&(trail, second)) = bytes.get(at) else {
                    out.push('?');
                    break;
                };
                at += 1;
                let lossy = |kept: &mut Vec<bool>| {
                    [owner, second]
                        .into_iter()
                        .flatten()
                        .for_each(|i| kept[i] = false)
                };
                let code = [lead, trail];
                let (text, bad) = encoding_rs::GBK.decode_without_bom_handling(&code);
                if bad || trail < 0x40 {
                    lossy(&mut kept);
                    out.push('?');
                } else if text.chars().all(|c| matches!(c, '\u{E000}'..='\u{F8FF}')) {
                    lossy(&mut kept); // vanishes
                } else {
                    out.push_str(&text);
                }
            }
        }
    }
    let text = out
        .chars()
        .map(|c| match c {
            '，' | '（' | '）' | '：' | '；' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '！' | '？' if site.folds_all => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .collect();
    Damaged {
        text,
        original,
        kept,
    }
}
