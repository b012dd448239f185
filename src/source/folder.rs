//! A file or a folder becomes a sorted list of inputs with stable names.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ignore::{DirEntry, WalkBuilder};

use crate::article::Origin;
use crate::source::{Extent, Input, Reject, Stamp};

/// Names what a folder holds besides articles.
pub const IGNORE: &str = ".jianbaoignore";

/// Everything below `root` that may hold records, sorted by name: a file stands
/// for itself, a folder for all files below it, `-` for standard input. Hidden
/// files and folders (`.git`) are passed over, and so are indexes of ours and what a file
/// [`IGNORE`] names (globs as in `.gitignore`, for its own folder and those
/// below); links to folders are followed, loops are not. The name of an input does not depend on how the root was
/// spelled.
///
/// # Errors
/// When `root` does not exist or cannot be looked at: it is refused under the name it was given by.
pub fn inputs(root: &Path) -> Result<impl Iterator<Item = Result<Input, Reject>> + Send, Reject> {
    if root.as_os_str() == "-" {
        return Ok(either(Some(Ok(stdin_input())), None));
    }
    let refused = |reason: String| Reject {
        origin: Origin {
            path: shown(root.as_os_str()),
            ..Origin::default()
        },
        reason,
        extent: Extent::Rest,
    };
    let unread = |error| refused(format!("cannot be read; is the path right?: {error}"));
    let data = fs::metadata(root).map_err(unread)?;
    let canonical = fs::canonicalize(root).map_err(unread)?;
    if !data.is_dir() && !data.is_file() {
        // Opening a pipe would wait for somebody to write to it.
        return Err(refused(NO_FILE.to_owned()));
    }
    if !data.is_dir() {
        let input = Input {
            path: canonical,
            name: shown(root.file_name().unwrap_or(root.as_os_str())),
            stamp: Some(stamp(&data)),
        };
        return Ok(either(Some(Ok(input)), None));
    }
    let base = canonical.file_name().map(shown).unwrap_or_default();
    let walk = WalkBuilder::new(&canonical)
        .standard_filters(false)
        .add_custom_ignore_filename(IGNORE)
        .follow_links(true)
        .sort_by_file_name(|a, b| a.cmp(b))
        .filter_entry(|entry| {
            entry.depth() == 0 || !hidden(&entry.file_name().to_string_lossy()) && !is_index(entry)
        })
        .build()
        .filter_map(move |entry| one(entry, &canonical, &base));
    Ok(either(None, Some(walk)))
}

/// Standard input, as an input.
pub fn stdin_input() -> Input {
    Input {
        path: "-".into(),
        name: "-".into(),
        stamp: None,
    }
}

/// Both shapes [`inputs`] returns, as one type.
fn either<T>(
    one: Option<T>,
    many: Option<impl Iterator<Item = T> + Send>,
) -> impl Iterator<Item = T> + Send
where
    T: Send,
{
    one.into_iter().chain(many.into_iter().flatten())
}

/// What is said of a pipe, a socket, a device.
const NO_FILE: &str = "neither a file nor a folder (a pipe, a socket or a device), and not read; standard input is read as -";

/// One step of the walk: a file, a reject, or nothing (folders, loops).
fn one(
    entry: Result<DirEntry, ignore::Error>,
    top: &Path,
    base: &str,
) -> Option<Result<Input, Reject>> {
    let reject = |path: &Path, why: String| {
        let origin = Origin {
            path: name_below(path, top, base),
            ..Origin::default()
        };
        Some(Err(Reject {
            origin,
            reason: format!("cannot be read: {why}; check the path and its permissions"),
            extent: Extent::Rest,
        }))
    };
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => {
            let (path, error) = bare(error);
            return match error {
                ignore::Error::Loop { .. } => None,
                error => {
                    let path = path.as_deref().unwrap_or(top);
                    reject(path, cause(path, &error))
                }
            };
        }
    };
    let kind = entry.file_type()?;
    if kind.is_dir() {
        return None;
    }
    if !kind.is_file() {
        return Some(Err(Reject {
            origin: Origin {
                path: name_below(entry.path(), top, base),
                ..Origin::default()
            },
            reason: NO_FILE.to_owned(),
            extent: Extent::Rest,
        }));
    }
    match entry.metadata() {
        Ok(data) => Some(Ok(Input {
            name: name_below(entry.path(), top, base),
            stamp: Some(stamp(&data)),
            path: entry.into_path(),
        })),
        Err(error) => reject(entry.path(), cause(entry.path(), &error)),
    }
}

/// What stands behind an error: those around it name the path again.
fn cause(path: &Path, error: &ignore::Error) -> String {
    if path.is_symlink() && !path.exists() {
        return "a link to something that is not there".to_owned();
    }
    let mut cause: &dyn Error = match error {
        ignore::Error::Io(error) => error,
        error => error,
    };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// An error of the walk and the path it stands for, out of their wrappings.
fn bare(mut error: ignore::Error) -> (Option<PathBuf>, ignore::Error) {
    let mut at = None;
    loop {
        error = match error {
            ignore::Error::WithPath { path, err } => {
                at = Some(path);
                *err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                *err
            }
            error => return (at, error),
        };
    }
}

/// Whether a folder is an index that this program made: its files are no articles.
fn is_index(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    if !is_folder || !entry.path().join("lock").is_file() {
        return false;
    }
    let current = fs::read_to_string(entry.path().join("CURRENT"));
    current.is_ok_and(|name| {
        let generation = name.trim_end().strip_prefix('g');
        generation.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
            && entry
                .path()
                .join(name.trim_end())
                .join("ledger.jsonl")
                .is_file()
    })
}

/// Begins what a path is known by that is no Unicode: no path has one.
const RAW: char = '\0';

/// What a file is known by in the index: its path. Of one that is no Unicode, as the GBK names
/// that an archive of another system leaves, every byte beyond ASCII is escaped, so that two of
/// them never look the same.
pub fn known_by(path: &Path) -> String {
    match path.to_str() {
        Some(path) => path.to_owned(),
        None => escaped(path),
    }
}

/// The path of a file that is known by this.
fn path_known_by(known: &str) -> PathBuf {
    match known.strip_prefix(RAW) {
        Some(escaped) => unescaped(escaped),
        None => PathBuf::from(known),
    }
}

#[cfg(unix)]
fn escaped(path: &Path) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
    use std::os::unix::ffi::OsStrExt;
    const PERCENT: &AsciiSet = &CONTROLS.add(b'%');
    let escaped = percent_encode(path.as_os_str().as_bytes(), PERCENT);
    format!("{RAW}{escaped}")
}

#[cfg(unix)]
fn unescaped(escaped: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let bytes = percent_encoding::percent_decode_str(escaped).collect();
    std::ffi::OsString::from_vec(bytes).into()
}

/// Elsewhere such names do not come up but by design.
#[cfg(not(unix))]
fn escaped(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn unescaped(escaped: &str) -> PathBuf {
    PathBuf::from(escaped)
}

/// A file that was read before, by what it is known by and its name, if it is still one.
pub fn input_known_by(known: &str, name: &str) -> Option<Input> {
    let path = path_known_by(known);
    let listed = inputs(&path).ok()?.flatten();
    let input = listed.take(1).find(|input| input.path == path)?;
    Some(Input {
        name: name.to_owned(),
        ..input
    })
}

/// Whether a file is there no longer, by what it is known by. One that cannot be looked at, for its
/// folder is closed or its disk does not answer, is not gone.
pub fn is_gone(known: &str) -> bool {
    match fs::metadata(path_known_by(known)) {
        Ok(data) => !data.is_file(),
        Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// The name of a file or a folder as it is shown: as what was packed elsewhere may be GBK.
fn shown(name: &OsStr) -> String {
    #[cfg(unix)]
    if name.to_str().is_none() {
        use std::os::unix::ffi::OsStrExt;
        let name = crate::source::archive::entry_name(name.as_bytes());
        return visible(&name.replace('/', "_"));
    }
    visible(&name.to_string_lossy())
}

/// The stable name of a path below the root: `base/a/b.txt`.
fn name_below(path: &Path, top: &Path, base: &str) -> String {
    let below = path.strip_prefix(top).unwrap_or(path);
    let mut name = base.to_owned();
    for part in below.components() {
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(&shown(part.as_os_str()));
    }
    name
}

/// A name without control characters, which would garble a terminal or a log.
pub(crate) fn visible(name: &str) -> String {
    name.replace(char::is_control, "\u{FFFD}")
}

/// Is this a file that systems and tools keep for themselves?
pub(crate) fn hidden(name: &str) -> bool {
    name == "__MACOSX"
        || name == "Thumbs.db"
        || (name.starts_with('.') && name != "." && name != "..")
}

fn stamp(data: &fs::Metadata) -> Stamp {
    let mtime_ns = data
        .modified()
        .ok()
        .map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos().cast_signed(),
            Err(before) => -before.duration().as_nanos().cast_signed(),
        });
    Stamp {
        bytes: data.len(),
        mtime_ns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path) -> Vec<String> {
        inputs(root)
            .unwrap()
            .map(|input| input.unwrap().name)
            .collect()
    }

    #[test]
    fn names_are_sorted_and_do_not_depend_on_the_spelling_of_the_root() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("archive");
        for path in [
            "b/2.txt",
            "a/10.txt",
            "a/9.txt",
            ".git/config",
            "a/.hidden",
            "z.txt",
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "x").unwrap();
        }
        let want = [
            "archive/a/10.txt",
            "archive/a/9.txt",
            "archive/b/2.txt",
            "archive/z.txt",
        ];
        for spelling in [
            root.clone(),
            root.join("."),
            root.join("a/.."),
            dir.path().join(".").join("archive/"),
        ] {
            assert_eq!(names(&spelling), want, "{}", spelling.display());
        }
        assert_eq!(names(&root.join("a/9.txt")), ["9.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("r");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::create_dir_all(dir.path().join("other")).unwrap();
        fs::write(dir.path().join("other/x.txt"), "x").unwrap();
        std::os::unix::fs::symlink(&root, root.join("a/again")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("other"), root.join("linked")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join("zz.txt")).unwrap();
        let got: Vec<_> = inputs(&root).unwrap().collect();
        assert_eq!(got.len(), 2, "{got:?}");
        assert_eq!(got[0].as_ref().unwrap().name, "r/linked/x.txt");
        assert_eq!(got[1].as_ref().unwrap_err().origin.path, "r/zz.txt");
    }

    #[test]
    fn a_root_that_is_not_there_is_named() {
        let error = inputs(Path::new("no/such/folder")).err().unwrap();
        assert!(
            error
                .to_string()
                .starts_with("no/such/folder: cannot be read"),
            "{error:#}"
        );
        assert_eq!(names(Path::new("-")), ["-"]);
    }
}
