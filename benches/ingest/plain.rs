//! The program everybody writes first: tantivy and tantivy-jieba as they come,
//! one document an article, positions, body stored, lz4, all cores. It loses
//! strings; it is the bar for speed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use tantivy::collector::TopDocs;
use tantivy::query::QueryParser;
use tantivy::schema::{IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{Index, TantivyDocument};

type Anyhow<T> = anyhow::Result<T>;

fn open(index: &Index) {
    index
        .tokenizers()
        .register("jieba", tantivy_jieba::JiebaTokenizer::new());
}

/// Indexes the articles of a JSONL file.
pub(crate) fn index(corpus: &Path, dir: &Path) -> Anyhow<()> {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("jieba")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default()
        .set_indexing_options(indexing)
        .set_stored();
    let id = schema.add_text_field("id", STORED);
    let title = schema.add_text_field("title", text.clone());
    let body = schema.add_text_field("body", text);
    std::fs::create_dir_all(dir)?;
    let index = Index::create_in_dir(dir, schema.build())?;
    open(&index);
    let cores = std::thread::available_parallelism()?.get();
    let mut writer = index.writer_with_num_threads(cores, 100_000_000 * cores)?;
    let file = std::fs::File::open(corpus)?;
    let reader: Box<dyn Read> = match corpus.extension().and_then(|ext| ext.to_str()) {
        Some("zst") => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(file),
    };
    for line in BufReader::with_capacity(1 << 20, reader).lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let mut document = TantivyDocument::default();
        for (field, name) in [(id, "id"), (title, "title"), (body, "body")] {
            document.add_text(field, record[name].as_str().unwrap_or_default());
        }
        writer.add_document(document)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// Answers one query and prints the titles of the first ten.
pub(crate) fn search(dir: &Path, query: &str) -> Anyhow<()> {
    let index = Index::open_in_dir(dir)?;
    open(&index);
    let field = |name| index.schema().get_field(name);
    let parser = QueryParser::for_index(&index, vec![field("title")?, field("body")?]);
    let searcher = index.reader()?.searcher();
    let query = parser.parse_query(query)?;
    let title = field("title")?;
    for (score, address) in searcher.search(&query, &TopDocs::with_limit(10).order_by_score())? {
        let document: TantivyDocument = searcher.doc(address)?;
        let title = document.get_first(title).and_then(|value| value.as_str());
        println!("{score} {}", title.unwrap_or_default());
    }
    Ok(())
}
