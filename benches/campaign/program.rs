//! The program, run in a folder of its own, and what it answers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Asked of every index; some find nothing, some nearly everything.
pub(crate) const QUERIES: [&str; 20] = [
    "主题党日",
    "“主题党日”",
    "党建 品牌",
    "乡村振兴 产业",
    "防汛",
    "“一网通办”",
    "会议 -廉政",
    "标题：会议",
    "日期：2016..2018 工作",
    "“党员 群众”~8",
    "发展*",
    "的",
    "“，”",
    "养老 或 医疗",
    "营商环境 与 企业",
    "扶贫资金审计",
    "图书馆夜间开放",
    "来源：新华社",
    "2017年",
    "这句话哪里也没有",
];

/// A folder with an index in it.
pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    pub(crate) fn new() -> Place {
        let dir = TempDir::new().expect("a temporary folder");
        let lines: Vec<String> = QUERIES
            .iter()
            .enumerate()
            .map(|(n, query)| format!("{n}\t{query}\n"))
            .collect();
        fs::write(dir.path().join("queries"), lines.concat()).unwrap();
        Place { dir }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.path("index")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jianbao"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("JIANBAO_INDEX", self.index())
            .env("LANG", "C");
        command
    }

    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        self.command(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    }

    /// Runs it to its end, which must come within ten seconds and be no panic.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let begun = Instant::now();
        let output = self.command(args).output().expect("the program starts");
        assert!(begun.elapsed() < Duration::from_secs(10), "{args:?} hangs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code().is_some(),
            "{args:?}: {:?}",
            output.status
        );
        assert!(
            !said.contains("panicked") && !said.contains("a bug in"),
            "{args:?}: {said}"
        );
        output
    }

    /// Runs it and asserts its status.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The answers to all queries: status and output.
    pub(crate) fn answers(&self) -> Output {
        self.run(&["search", "--queries", "queries", "--json", "-n", "50"])
    }

    /// Articles in the index.
    pub(crate) fn articles(&self) -> u64 {
        let stats: serde_json::Value =
            serde_json::from_str(&self.ok(&["stats", "--json"], 0)).unwrap();
        stats["articles"].as_u64().unwrap()
    }
}

/// Every file under a folder.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// Numbers that look random and come again in every run.
pub(crate) struct Dice(u64);

impl Dice {
    /// Other numbers for another seed.
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        // xorshift64*, Vigna 2014.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % end.max(1)
    }
}
