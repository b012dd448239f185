//! A corpus many times over, as no two archives are alike: ids, digits and names
//! change from one copy to the next.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

/// The ten commonest family names.
const NAMES: [char; 10] = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴'];

/// Writes the stories of a JSONL corpus `times` times.
pub(crate) fn repeat(corpus: impl Read, times: usize, path: &Path) {
    let stories: Vec<serde_json::Value> = BufReader::new(corpus)
        .lines()
        .filter_map(|line| serde_json::from_str(&line.unwrap()).ok())
        .collect();
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    for round in 0..times {
        for story in &stories {
            let mut story = story.clone();
            story["id"] = format!("{}-{round}", story["id"]).replace('"', "").into();
            for field in ["title", "body"] {
                if let Some(text) = story[field].as_str() {
                    let text: String = text.chars().map(|c| other(c, round)).collect();
                    story[field] = text.into();
                }
            }
            writeln!(file, "{story}").unwrap();
        }
    }
    file.flush().unwrap();
}

fn other(c: char, round: usize) -> char {
    if let Some(digit) = c.to_digit(10) {
        return char::from_digit((digit + round as u32) % 10, 10).unwrap_or(c);
    }
    match NAMES.iter().position(|name| *name == c) {
        Some(nth) => NAMES[(nth + round) % NAMES.len()],
        None => c,
    }
}
