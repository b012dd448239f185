//! A folder of its own for each test, and the program run inside it.
//!
//! ```ignore
//! let env = Env::new().write("a.txt", "…");
//! env.run(&["index", "a.txt"]).code(0);
//! assert!(env.run(&["search", "国务院"]).code(0).stdout().contains("国务院"));
//! ```

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use jianbao::index::{COMMIT_EVERY, Mode, Options, Writer};
use serde_json::Value;
use tempfile::TempDir;

/// A temporary folder in which the program runs; its index is `index` there.
pub(crate) struct Env {
    dir: TempDir,
    index: PathBuf,
}

impl Env {
    /// An empty folder.
    pub(crate) fn new() -> Env {
        let dir = TempDir::new().expect("a temporary folder");
        let index = dir.path().join("index");
        Env { dir, index }
    }

    /// A folder whose searches go to the index of `corpus/`, built once for all
    /// tests. Such a test only reads.
    pub(crate) fn with_corpus() -> Env {
        Env {
            index: corpus_index().to_owned(),
            ..Env::new()
        }
    }

    /// Writes a file, and the folders above it, on the way to a first run.
    pub(crate) fn write(self, name: &str, content: impl AsRef<[u8]>) -> Env {
        self.put(name, content);
        self
    }

    /// Writes a file between two runs. Its time of change lies well in the past,
    /// for a file that changed a moment before it is read is read again; each
    /// call is one second later than the one before.
    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        static CALLS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let later = CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).expect("a folder");
        }
        fs::write(&path, content).expect("a file");
        let time = SystemTime::now() - Duration::from_secs(100_000 - later);
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(time))
            .expect("a time of change");
    }

    /// Removes a file.
    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("a file to remove");
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The folder of the index.
    pub(crate) fn index(&self) -> &Path {
        &self.index
    }

    /// Reads a file of the folder.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file to read")
    }

    /// Runs the program in the folder and waits for its end.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, b"")
    }

    /// The same, with something on standard input.
    pub(crate) fn run_with(&self, args: &[&str], input: &[u8]) -> Run {
        finish(self.command(args), input)
    }

    /// A writer of its index in this process. A program that another test starts holds our lock
    /// too, until it is begun.
    pub(crate) fn writer(&self) -> Writer {
        let options = Options {
            threads: 1,
            memory: 256 << 20,
            dict: None,
            mode: Mode::Update,
            commit_every: COMMIT_EVERY,
        };
        for _ in 0..200 {
            match Writer::open(self.index(), &options) {
                Err(error) if format!("{error:#}").contains("is writing") => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                opened => return opened.unwrap(),
            }
        }
        panic!("{}: somebody else writes to it", self.index().display())
    }

    /// The program, not yet started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        command(args, self.dir.path(), &self.index)
    }
}

/// The program with a plain environment: no colour, English, its own index.
pub(crate) fn command(args: &[&str], folder: &Path, index: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jianbao"));
    command.args(args).current_dir(folder);
    for name in [
        "LC_ALL",
        "LC_MESSAGES",
        "CLICOLOR_FORCE",
        "RAYON_NUM_THREADS",
        "COLUMNS",
    ] {
        command.env_remove(name);
    }
    command
        .env("JIANBAO_INDEX", index)
        .env("LANG", "C")
        .env("NO_COLOR", "1")
        .env("TERM", "dumb");
    command
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command, input: &[u8]) -> Run {
    let what = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let feeder = std::thread::spawn(move || {
        // A program that does not read its input is no failure of the test.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("the program ends");
    feeder.join().expect("the feeding thread");
    Run {
        what,
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Run {
    what: String,
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    /// Asserts the exit status, and that the program never panicked.
    #[track_caller]
    pub(crate) fn code(self, want: i32) -> Run {
        assert_eq!(self.code, Some(want), "exit status of {self}");
        assert!(!self.stderr.contains("panicked"), "a panic: {self}");
        assert!(!self.stderr.contains("a bug in jianbao"), "a panic: {self}");
        self
    }

    /// Asserts that a message holds these words.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Run {
        assert!(
            self.stderr.contains(words),
            "no {words:?} in the messages of {self}"
        );
        self
    }

    /// Asserts that the output holds these words.
    #[track_caller]
    pub(crate) fn prints(self, words: &str) -> Run {
        assert!(
            self.stdout.contains(words),
            "no {words:?} in the output of {self}"
        );
        self
    }

    /// Asserts that one line of message, an error, is all that was said.
    #[track_caller]
    pub(crate) fn fails_in_one_line(self) -> Run {
        let run = self.code(2);
        assert_eq!(run.stdout, "", "nothing on standard output: {run}");
        assert_eq!(run.stderr.lines().count(), 1, "one line: {run}");
        assert!(run.stderr.starts_with("error: "), "an error: {run}");
        run
    }

    /// Standard output.
    pub(crate) fn stdout(&self) -> &str {
        &self.stdout
    }

    /// Standard error.
    pub(crate) fn stderr(&self) -> &str {
        &self.stderr
    }

    /// Standard output as JSON, one value a line.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line)
                    .unwrap_or_else(|error| panic!("{error} in {line:?} of {self}"))
            })
            .collect()
    }

    /// The one JSON object on standard output.
    #[track_caller]
    pub(crate) fn object(&self) -> Value {
        let mut all = self.json();
        assert_eq!(all.len(), 1, "one object: {self}");
        all.remove(0)
    }

    /// The article ids of a `search --json`, in order.
    #[track_caller]
    pub(crate) fn articles(&self) -> Vec<String> {
        self.json()
            .iter()
            .map(|hit| hit["article"].as_str().expect("an id").to_owned())
            .collect()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let head = |text: &str| text.chars().take(2000).collect::<String>();
        write!(
            f,
            "{}\nexit {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.what,
            self.code,
            head(&self.stdout),
            head(&self.stderr)
        )
    }
}

/// A path in the project.
pub(crate) fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Whether golden files are to be written anew.
pub(crate) fn blessed() -> bool {
    std::env::var_os("JIANBAO_BLESS").is_some_and(|value| value == "1")
}

/// Compares a text with a golden file, or writes the file when `JIANBAO_BLESS=1`.
#[track_caller]
pub(crate) fn golden(name: &str, text: &str) {
    let path = project(name);
    if blessed() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a golden file");
        return;
    }
    let want = fs::read_to_string(&path).unwrap_or_default();
    if want != text {
        let line = want
            .lines()
            .zip(text.lines())
            .position(|(want, is)| want != is)
            .unwrap_or_else(|| want.lines().count().min(text.lines().count()));
        panic!(
            "{name} is stale from line {}:\n  file: {}\n  now:  {}\nIf that is meant, write it anew with \
             `JIANBAO_BLESS=1 cargo test --test it` and read the diff.",
            line + 1,
            want.lines().nth(line).unwrap_or("(end)"),
            text.lines().nth(line).unwrap_or("(end)"),
        );
    }
}

/// The index of `corpus/`, built at the first call.
pub(crate) fn corpus_index() -> &'static Path {
    static INDEX: OnceLock<PathBuf> = OnceLock::new();
    INDEX.get_or_init(|| {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
        sweep(all);
        let folder = tempfile::Builder::new()
            .prefix("corpus-")
            .tempdir_in(all)
            .expect("a temporary folder")
            .keep();
        let args = ["index", "corpus", "--json"];
        let run = finish(command(&args, &project(""), &folder), b"").code(0);
        assert_eq!(
            run.object()["rejected"],
            0,
            "all of corpus/ is sound: {run}"
        );
        folder
    })
}

/// Removes what runs of other days have left.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let old = entry
            .metadata()
            .and_then(|meta| meta.modified())
            .is_ok_and(|time| {
                time.elapsed()
                    .is_ok_and(|age| age > Duration::from_secs(3600))
            });
        if old && entry.file_name().to_string_lossy().starts_with("corpus-") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
