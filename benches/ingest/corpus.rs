//! The archive a bench reads: one that was named, or one made from `corpus/`.

use std::io::{Read, Write};
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
