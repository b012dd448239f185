//! The table of file types: what a name's ending says about how to read it.

use crate::source::feed::Reader;
use crate::source::{Format, csv, json, lines, warc};

/// How the bytes of a file become records.
#[derive(Clone, Copy)]
pub(crate) enum How {
    /// The whole file is one record.
    Whole(Format),
    /// The file holds many records.
    Split(Reader),
    /// The file holds files.
    Archive(Archive),
}

/// What kind of archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Archive {
    /// Needs to be read from its end: inside another file it is held in memory.
    Zip,
    /// A stream of entries.
    Tar,
}

/// What is wound around the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Nothing.
    Plain,
    /// bzip2, one stream or many.
    Bzip2,
    /// gzip, one member or many.
    Gzip,
    /// xz, one stream or many.
    Xz,
    /// Zstandard, one frame or many.
    Zstd,
}

/// One line to register a format.
const KINDS: &[(&str, How)] = &[
    ("txt", How::Whole(Format::Text)),
    ("text", How::Whole(Format::Text)),
    ("md", How::Whole(Format::Markdown)),
    ("markdown", How::Whole(Format::Markdown)),
    ("jsonl", How::Split(lines::read)),
    ("ndjson", How::Split(lines::read)),
    ("json", How::Split(json::read)),
    ("csv", How::Split(csv::read)),
    ("tsv", How::Split(csv::read)),
    ("warc", How::Split(warc::read)),
    ("docx", How::Whole(Format::Docx)),
    ("xml", How::Whole(Format::Xml)),
    ("rss", How::Whole(Format::Xml)),
    ("atom", How::Whole(Format::Xml)),
    ("html", How::Whole(Format::Html)),
    ("htm", How::Whole(Format::Html)),
    ("shtml", How::Whole(Format::Html)),
    ("xhtml", How::Whole(Format::Html)),
    ("zip", How::Archive(Archive::Zip)),
    ("tar", How::Archive(Archive::Tar)),
];

/// One line to register a packing.
const PACKINGS: &[(&str, Packing)] = &[
    ("gz", Packing::Gzip),
    ("bz2", Packing::Bzip2),
    ("xz", Packing::Xz),
    ("zst", Packing::Zstd),
    ("zstd", Packing::Zstd),
];

/// Endings that stand for two.
const SHORT: &[(&str, &str)] = &[
    ("tgz", "tar.gz"),
    ("tbz", "tar.bz2"),
    ("tbz2", "tar.bz2"),
    ("txz", "tar.xz"),
    ("tzst", "tar.zst"),
];

/// How to read a file of this name; `None` for a type nobody knows.
pub(crate) fn of(name: &str) -> Option<(Packing, How)> {
    let lower = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let (stem, ending) = lower.rsplit_once('.')?;
    if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == ending) {
        return of(&format!("{stem}.{long}"));
    }
    match lookup(PACKINGS, ending) {
        Some(packing) => lookup(KINDS, stem.rsplit_once('.')?.1).map(|how| (packing, how)),
        None => lookup(KINDS, ending).map(|how| (Packing::Plain, how)),
    }
}

/// The endings that are read, for messages and help: `txt, text, md, …`.
pub fn known_types() -> String {
    KINDS
        .iter()
        .map(|(ending, _)| *ending)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Why a file of this name is refused.
pub(crate) fn unknown(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let packings = PACKINGS
        .iter()
        .map(|(ending, _)| format!(".{ending}"))
        .collect::<Vec<_>>()
        .join(" or ");
    let packing = |name: &str| lookup(PACKINGS, &name.to_ascii_lowercase()).is_some();
    match file.rsplit_once('.') {
        Some((stem, ending)) if packing(ending) => match stem.rsplit_once('.') {
            Some((_, inner)) if packing(inner) => {
                "packed more than once over; unpack the outer layer first".to_owned()
            }
            Some((_, inner)) if !inner.is_empty() => {
                format!(
                    "type .{inner} is not read, packed or not; known: {}",
                    known_types()
                )
            }
            _ => format!(
                "the name does not tell what is packed in it: name it like news.txt.{ending} or news.tar.{ending}"
            ),
        },
        Some((_, ending)) if !ending.is_empty() => {
            format!(
                "type .{ending} is not read; known: {} (each also with {packings})",
                known_types()
            )
        }
        _ => format!(
            "the name has no ending that tells its type; known: {}",
            known_types()
        ),
    }
}

fn lookup<T: Copy>(table: &[(&str, T)], ending: &str) -> Option<T> {
    table
        .iter()
        .find(|(key, _)| *key == ending)
        .map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings() {
        let kind = |name| match of(name) {
            None => "unknown".to_owned(),
            Some((packing, How::Whole(format))) => format!("{packing:?} {format:?}"),
            Some((packing, How::Split(_))) => format!("{packing:?} split"),
            Some((packing, How::Archive(archive))) => format!("{packing:?} {archive:?}"),
        };
        for (name, want) in [
            ("a.txt", "Plain Text"),
            ("目录/通知.MD", "Plain Markdown"),
            ("a.jsonl.zst", "Zstd split"),
            ("a.TXT.GZ", "Gzip Text"),
            ("a.b.tgz", "Gzip Tar"),
            ("a.tar.zst", "Zstd Tar"),
            ("a.tbz2", "Bzip2 Tar"),
            ("a.csv.bz2", "Bzip2 split"),
            ("a.zip", "Plain Zip"),
            ("a.gz", "unknown"),
            ("a.gz.gz", "unknown"),
            ("a.docm", "unknown"),
            ("v1.2/README", "unknown"),
            ("txt", "unknown"),
        ] {
            assert_eq!(kind(name), want, "{name}");
        }
        assert!(unknown("a/b.mp4").starts_with("type .mp4 is not read; known: txt,"));
        assert!(unknown("v1.2/README").starts_with("the name has no ending"));
        assert!(unknown("a.txt.gz.GZ").starts_with("packed more than once"));
        assert!(unknown("a.exe.gz").starts_with("type .exe is not read, packed or not"));
        assert!(unknown("backup.gz").contains("name it like news.txt.gz"));
    }
}
