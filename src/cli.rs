//! The command line: clap structs and nothing else.

mod arguments;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use arguments::{arguments, as_typed};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jianbao::article::Date;
use jianbao::source::Limits;

/// The folder of an index, where nothing else is said.
pub(crate) const INDEX: &str = "index";
/// The variable that says another.
pub(crate) const INDEX_VARIABLE: &str = "JIANBAO_INDEX";

const EXAMPLES: &str = "\
Examples:
  jianbao search 主题党日 --from corpus          index a folder, then search it 先索引，再检索
  jianbao index news.jsonl.zst statutes.zip     add files to the index 把文件收入索引
  jianbao search '“三会一课” -廉政' --since 2017  exact string, exclusion, date 原文、排除、日期
  jianbao clean page.txt                        the restored text 修复乱码后的文本";

/// Make an archive of Chinese government news searchable 剪报：让官方新闻档案可检索
#[derive(Debug, Parser)]
#[command(name = "jianbao", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Folder of the index 索引所在文件夹
    #[arg(
        long,
        value_name = "DIR",
        env = INDEX_VARIABLE,
        default_value = INDEX,
        global = true
    )]
    pub(crate) index: PathBuf,
    /// Threads to work with; 0 means all cores 线程数
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        global = true
    )]
    pub(crate) threads: usize,
    /// Memory that indexing may take in all 索引可用的内存总量
    #[arg(long, value_name = "SIZE", default_value = "512M", value_parser = size, global = true)]
    pub(crate) memory: usize,
    /// Colour the output 彩色输出
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: When,
    /// Say nothing but errors and results 少说话
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more; twice, more still 多说话
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    /// Language of messages; default from LANG 消息的语言
    #[arg(long, value_name = "LANG", global = true)]
    pub(crate) lang: Option<LangArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Index(IndexArgs),
    Search(SearchArgs),
    Show(ShowArgs),
    Clean(CleanArgs),
    Segment(SegmentArgs),
    Stats(StatsArgs),
    Check(CheckArgs),
    Eval(EvalArgs),
    Tune(TuneArgs),
    /// User dictionaries: check them, find words for them 用户词典
    #[command(subcommand)]
    Dict(DictCommand),
    /// Write shell completions 生成命令补全
    Completions {
        /// Shell to write them for
        shell: clap_complete::Shell,
    },
    /// Write the manual page, roff 生成手册页
    Man,
}

/// How inputs are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct Reading {
    /// User dictionary: word, frequency, tag a line 用户词典
    #[arg(long, value_name = "FILE")]
    pub(crate) dict: Vec<PathBuf>,
    /// Encoding of every input, instead of detection 指定编码，不再检测
    #[arg(long, value_name = "LABEL")]
    pub(crate) encoding: Option<String>,
    /// Name of a field in JSON: title=headline JSON 字段名
    #[arg(long, value_name = "FIELD=KEY")]
    pub(crate) map: Vec<String>,
    /// Write a JSON line for each input that was not indexed 记录被拒的输入
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Drop articles whose file is gone, of whatever was read before 删除原文件已不在的文章
    #[arg(long)]
    pub(crate) prune: bool,
    /// Longest text read as one: a page, an entry, a line, a row 单篇上限
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = bytes)]
    pub(crate) max_entry: u64,
    /// Most that is unpacked from one archive 单个压缩包解出的上限
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = bytes)]
    pub(crate) max_archive: u64,
    /// Most entries read from one archive 单个压缩包的条目上限
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) max_entries: u64,
    /// How many times its size a packed file may grow, past 16M 解压倍数上限
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) max_ratio: u64,
}

impl Default for Reading {
    /// What the flags say when none is given.
    fn default() -> Reading {
        let limits = Limits::default();
        Reading {
            dict: Vec::new(),
            encoding: None,
            map: Vec::new(),
            rejects: None,
            prune: false,
            max_entry: limits.record_bytes,
            max_archive: limits.archive_bytes,
            max_entries: limits.entries,
            max_ratio: limits.ratio,
        }
    }
}

/// Add files, folders, archives, or `-` (JSONL on stdin) to the index 建立或更新索引
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jianbao index archive/                        a folder, read as it stands 整个文件夹
  jianbao index news.jsonl.zst --rejects r.jsonl  what was refused, and why 谁被拒、为什么
  zcat dump.gz | jianbao index -                JSONL from standard input 标准输入
  jianbao index --prune                         drop what is gone from disk 清理已删文件
  jianbao index --dict words.txt                another user dictionary; an empty file: none 更换用户词典")]
pub(crate) struct IndexArgs {
    /// Files, folders, archives, or `-` 文件、文件夹、压缩包
    #[arg(value_name = "PATH", required_unless_present_any = ["rebuild", "dict", "prune"])]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Build the index anew beside the old one, then replace it; without PATH from what was read before 重建
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Commit what was read so far at the latest after this many seconds 每隔几秒提交一次
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) commit_every: Duration,
    /// Only say what would be read 只说会读什么
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// End with one JSON object instead of the summary 以 JSON 结束
    #[arg(long)]
    pub(crate) json: bool,
}

/// Ranked passages 检索：按相关度给出段落
#[derive(Debug, Args)]
#[command(after_help = "\
Query 查询语法:
  主题党日 品牌           ranked, passages with all of it first 排序，全含者在前
  “主题党日”              exactly this string 原文照录
  党建 -廉政              without 排除
  党建 与 品牌 · 甲 或 乙   and, or 与、或
  标题：党建 来源：新华社    in a field 限定字段
  日期：2016..2018        a range of days 日期范围
  \"党建 品牌\"~8           both within 8 characters 相距八字以内
Examples:
  jianbao search 乡村振兴 --since 2018-01 --sort newest
  jianbao search '“两学一做”' --count
  jianbao search 防汛 --json | jq -r .title")]
pub(crate) struct SearchArgs {
    /// The query; several words are joined by blanks 查询
    #[arg(
        value_name = "QUERY",
        required_unless_present_any = ["queries", "from"],
        allow_hyphen_values = false
    )]
    pub(crate) query: Vec<OsString>,
    /// Bring the index up to date with these first 先更新索引
    #[arg(long, value_name = "PATH", num_args = 1.., value_delimiter = None)]
    pub(crate) from: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Hits to print 条数
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,
    /// Hits to pass over first 跳过
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: usize,
    /// First day: 2017, 2017-06, 2017-06-29 起始日期
    #[arg(long, value_name = "DATE", value_parser = days)]
    pub(crate) since: Option<(Date, Date)>,
    /// Last day 截止日期
    #[arg(long, value_name = "DATE", value_parser = days)]
    pub(crate) until: Option<(Date, Date)>,
    /// Sources whose name holds this 来源
    #[arg(long, value_name = "S")]
    pub(crate) source: Vec<String>,
    /// Order 排序
    #[arg(long, default_value = "relevance")]
    pub(crate) sort: SortArg,
    /// The best passage of each article, or every passage 按文章或按段落
    #[arg(long, default_value = "article")]
    pub(crate) group: GroupArg,
    /// Script the text is shown in 以原字形或简体显示
    #[arg(long, default_value = "original")]
    pub(crate) script: ScriptArg,
    /// Characters to show around each mark 命中处前后字数
    #[arg(long, value_name = "N")]
    pub(crate) context: Option<usize>,
    /// Form of the output 输出形式
    #[arg(long, default_value = "text")]
    pub(crate) format: FormatArg,
    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Many queries: JSONL with id and text, or id<TAB>text 批量查询
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub(crate) queries: Option<PathBuf>,
    /// How the query was read, what each part finds, the parts of each score 说明检索与得分
    #[arg(long, conflicts_with = "count")]
    pub(crate) explain: bool,
    /// Print how many passages and articles match, nothing else 只计数
    #[arg(long)]
    pub(crate) count: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortArg {
    Relevance,
    Newest,
    Oldest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupArg {
    Article,
    Passage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScriptArg {
    Original,
    Simplified,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    Text,
    Json,
    Csv,
    Trec,
}

/// One article: text, facts, where it came from, what was repaired 查看一篇文章
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Id of the article, as `search` prints it 文章编号
    #[arg(allow_hyphen_values = true)]
    pub(crate) id: String,
    /// The text as it was found, before repair 修复前的原文
    #[arg(long)]
    pub(crate) original: bool,
    /// Script the text is shown in
    #[arg(long, default_value = "original")]
    pub(crate) script: ScriptArg,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// The restored text on stdout; needs no index 修复文本
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// A text, or `-` 文本文件
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// One JSON line for each repair instead of the text 列出每处修复
    #[arg(long)]
    pub(crate) audit: bool,
    /// Script of the output
    #[arg(long, default_value = "original")]
    pub(crate) script: ScriptArg,
    /// Encoding of the text, instead of detection
    #[arg(long, value_name = "LABEL")]
    pub(crate) encoding: Option<String>,
}

/// How a text is cut into words, and why 分词
#[derive(Debug, Args)]
pub(crate) struct SegmentArgs {
    /// The text, or `-`; several words are joined by blanks 文本
    #[arg(value_name = "TEXT", default_value = "-")]
    pub(crate) text: Vec<String>,
    /// User dictionary 用户词典
    #[arg(long, value_name = "FILE")]
    pub(crate) dict: Vec<PathBuf>,
    /// One JSON line for each word: text, start, end (code points), origin
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the index holds, field by field and year by year 索引概况
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jianbao stats                                 how many have a date, a source, a number 各字段有多少
  jianbao stats --pages                         which pages break the rules for meta tags 哪些网页标签不合规")]
pub(crate) struct StatsArgs {
    /// Instead, for each site the pages that break the rules of 国办发〔2017〕47号 for meta tags 标签不合规的网页
    #[arg(long)]
    pub(crate) pages: bool,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Is the index whole? 检查索引是否完好
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Read every byte 逐字节检查
    #[arg(long)]
    pub(crate) full: bool,
    /// Read every byte, keep what is whole, and build the rest again from its sources 修复
    #[arg(long)]
    pub(crate) repair: bool,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Score the ranking against queries and judgements 评测排序
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  jianbao eval --queries queries.jsonl --qrels qrels.tsv --run-out run.trec")]
pub(crate) struct EvalArgs {
    /// Queries: JSONL with id and text, or id<TAB>text
    #[arg(long, value_name = "F")]
    pub(crate) queries: PathBuf,
    /// Judgements: query-id<TAB>corpus-id<TAB>score with a header line, or TREC
    #[arg(long, value_name = "F")]
    pub(crate) qrels: PathBuf,
    /// Write the ranking, TREC format
    #[arg(long, value_name = "FILE")]
    pub(crate) run_out: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Learn ranking weights from the archive's own headlines 用档案自己的标题学习排序权重
#[derive(Debug, Args)]
pub(crate) struct TuneArgs {
    /// Headlines to learn from at the most
    #[arg(long, value_name = "N", default_value_t = 6000)]
    pub(crate) headlines: usize,
    /// Queries whose text is not to be learnt from: JSONL with id and text, or id<TAB>text
    #[arg(long, value_name = "F")]
    pub(crate) except: Vec<PathBuf>,
    /// One JSON object, with the weights
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DictCommand {
    Check(DictCheckArgs),
    Discover(DictDiscoverArgs),
}

/// What is wrong with user dictionaries, line by line 检查用户词典
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  jianbao dict check words.txt names.txt        they are read as one, as `index --dict` does")]
pub(crate) struct DictCheckArgs {
    /// Dictionaries that are used together 词典文件
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// New words that the archive in the index holds and no dictionary has 从档案中发现新词
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  jianbao dict discover > new.txt               look through it, delete what is no word 逐条审阅
  jianbao index --dict new.txt                  give the rest to the index 交给索引")]
pub(crate) struct DictDiscoverArgs {
    /// Words to print
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
    /// Articles that a word must stand in
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) min_articles: u32,
    /// User dictionary whose words are known; default that of the index 已知的用户词典
    #[arg(long, value_name = "FILE")]
    pub(crate) dict: Vec<PathBuf>,
    /// One JSON line for each word, with its figures
    #[arg(long)]
    pub(crate) json: bool,
}

/// `512M`, `2G`, `800000`: bytes of memory.
fn size(text: &str) -> Result<usize, String> {
    match bytes(text).map(usize::try_from)? {
        Ok(bytes) if bytes >= 64 << 20 => Ok(bytes),
        Ok(_) => Err("at least 64M is needed".to_owned()),
        Err(_) => Err("more than this machine can address".to_owned()),
    }
}

/// `512M`, `2G`, `800000`: bytes, at least one.
fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => Some(1),
        "K" | "KB" | "KIB" => Some(1 << 10),
        "M" | "MB" | "MIB" => Some(1 << 20),
        "G" | "GB" | "GIB" => Some(1u64 << 30),
        _ => None,
    };
    unit.and_then(|unit| digits.parse::<u64>().ok()?.checked_mul(unit))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "a size is a number and K, M or G: 512M".to_owned())
}

/// `60`, `0.5`: seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "a number of seconds: 60".to_owned())
}

/// `2017`, `2017-06`, `2017-06-29`: the first day and the last.
fn days(text: &str) -> Result<(Date, Date), String> {
    match jianbao::search::query::date_range(text) {
        Some((Some(first), Some(last))) => Ok((first, last)),
        _ => Err("a date is 2017, 2017-06 or 2017-06-29".to_owned()),
    }
}
