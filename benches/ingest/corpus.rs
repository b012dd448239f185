//! The archive a bench reads: one that was named, or one made from `corpus/`.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes of the corpus, decompressed.
pub(crate) fn text_bytes(corpus: &Path) -> f64 {
    std::io::copy(&mut open(corpus), &mut std::io::sink()).unwrap() as f64
}

/// The corpus as it is under the compression its name tells.
pub(crate) fn open(corpus: &Path) -> Box<dyn Read> {
    let file = std::fs::File::open(corpus).unwrap();
    match corpus.extension().and_then(|ext| ext.to_str()) {
        Some("zst") => Box::new(zstd::Decoder::new(file).unwrap()),
        _ => Box::new(file),
    }
}

/// The stories of `corpus/jsonl` over and over, some 20 MB, ids and numbers changed.
pub(crate) fn generate(dir: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/jsonl");
    let mut stories: Vec<serde_json::Value> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().extension().is_some_and(|ext| ext == "jsonl") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            stories.extend(
                text.lines()
                    .filter_map(|line| serde_json::from_str(line).ok()),
            );
        }
    }
    stories.retain(|story| story["body"].is_string());
    stories.sort_by_key(|story| story["id"].to_string());
    assert!(!stories.is_empty(), "corpus/jsonl holds stories");
    let path = dir.join("generated.jsonl");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut written = 0;
    let mut round = 0;
    while written < 20_000_000 {
        round += 1;
        for story in &stories {
            let mut story = story.clone();
            story["id"] = format!("{}-{round}", story["id"].as_str().unwrap_or_default()).into();
            let body = story["body"].as_str().unwrap_or_default();
            story["body"] = body.replace('1', &(round % 10).to_string()).into();
            let line = story.to_string();
            written += line.len();
            writeln!(file, "{line}").unwrap();
        }
    }
    file.flush().unwrap();
    path
}

/// The stories of an archive so many times over, as JSONL under zstd. Ids, digits,
/// years and the characters of common names are others in each round, so that
/// texts differ and are no reprints of each other.
#[allow(dead_code)]
pub(crate) fn repeat(corpus: &Path, times: u32, dir: &Path) -> PathBuf {
    let path = dir.join(format!("repeated-{times}.jsonl.zst"));
    let file = std::fs::File::create(&path).unwrap();
    let mut out = zstd::Encoder::new(std::io::BufWriter::new(file), 1).unwrap();
    for round in 0..times {
        for line in BufReader::with_capacity(1 << 20, open(corpus)).lines() {
            let mut story: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let field = |name: &str| story[name].as_str().unwrap_or_default().to_owned();
            let (id, date) = (field("id"), field("date"));
            let (title, body) = (
                changed(&field("title"), round),
                changed(&field("body"), round),
            );
            story["id"] = format!("{id}-{round}").into();
            story["title"] = title.into();
            story["body"] = body.into();
            if let Some((year, day)) = date.split_once('-')
                && let Ok(year) = year.parse::<u32>()
            {
                // 29 February is a day of leap years only.
                story["date"] = format!("{}-{}", year - round * 4, day).into();
            }
            writeln!(out, "{story}").unwrap();
        }
    }
    out.finish().unwrap().flush().unwrap();
    path
}

/// A text with other digits and other names.
fn changed(text: &str, round: u32) -> String {
    /// Characters of which names of people and places are made.
    const NAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红东南西北京津沪渝川湘鄂皖浙闽粤琼辽吉黑冀晋鲁豫陕甘青宁新藏";
    let names: Vec<char> = NAMES.chars().collect();
    let turned = |c: char| {
        if let Some(digit) = c.to_digit(10) {
            return char::from_digit((digit + round) % 10, 10).unwrap_or(c);
        }
        let place = names.iter().position(|name| *name == c);
        place.map_or(c, |at| names[(at + round as usize * 7) % names.len()])
    };
    text.chars().map(turned).collect()
}
