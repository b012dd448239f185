//! A row of a table, under the names of its columns.

use serde_json::{Map, Value};

use crate::article::Draft;
use crate::extract::fields::FieldMap;
use crate::extract::json;
use crate::source::{declared_mark, mark_of};

/// The most columns of a table: what comes after belongs to the last.
const MOST: usize = 4096;

/// The draft of one row: the first row names the columns, the second holds them.
pub(crate) fn read(text: &str, map: &FieldMap) -> Vec<Draft> {
    let text = text.trim_start_matches('\u{feff}');
    let (text, declared) = match text.split_once('\n') {
        Some((line, rest)) => match declared_mark(line) {
            Some(mark) => (rest, Some(mark)),
            None => (text, None),
        },
        None => (text, None),
    };
    let names = names(text);
    let mark = declared.unwrap_or_else(|| mark_of(|mark| names.matches(mark).count()));
    let mut rows = rows(text, mark).into_iter();
    let (names, values) = (
        rows.next().unwrap_or_default(),
        rows.next().unwrap_or_default(),
    );
    let mut record = Map::new();
    for (number, value) in values.into_iter().enumerate() {
        let name = names
            .get(number)
            .map(|name| name.trim())
            .filter(|name| !name.is_empty());
        let name = name.map_or_else(|| format!("column {}", number + 1), str::to_owned);
        record.insert(name, Value::String(value));
    }
    vec![json::object(record, map)]
}

/// The row of the names, in which a quoted name may break the line.
fn names(text: &str) -> &str {
    let mut quoted = false;
    let end = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'\n' && !quoted
    });
    end.map_or(text, |end| &text[..end])
}

/// Rows of fields. Quotes around a field are taken off, `""` inside is `"`.
fn rows(text: &str, mark: char) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut chars = text.chars().peekable();
    let (mut quoted, mut fresh) = (false, true);
    while let Some(c) = chars.next() {
        let more = rows.len() < 2;
        let Some(row) = rows.last_mut() else { break };
        let columns = row.len();
        let Some(field) = row.last_mut() else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if fresh => quoted = true,
            c if c == mark && !quoted && columns < MOST => {
                row.push(String::new());
                fresh = true;
                continue;
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            // Two rows are all there is.
            '\n' if !quoted && more => {
                rows.push(vec![String::new()]);
                fresh = true;
                continue;
            }
            c => field.push(c),
        }
        fresh = false;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_record() {
        for text in [
            "编号,标题,发布日期,正文,栏目\r\n7,\"全市召开会议\",2018-06-01,\"会议召开。\n会议\"\"强调\"\"，落实。\",要闻",
            "\u{feff}编号\t标题\t发布日期\t正文\t栏目\n7\t全市召开会议\t2018-06-01\t\"会议召开。\n会议\"\"强调\"\"，落实。\"\t要闻",
        ] {
            let draft = read(text, &FieldMap::default()).remove(0);
            assert_eq!(draft.title.unwrap().value, "全市召开会议");
            assert_eq!(draft.date.unwrap().value, "2018-06-01");
            assert_eq!(draft.body, "会议召开。\n会议\"强调\"，落实。");
            assert_eq!(
                Value::Object(draft.extra),
                serde_json::json!({"编号": "7", "栏目": "要闻"})
            );
        }
    }

    #[test]
    fn marks_between_columns() {
        for text in [
            "sep=;\n标题;正文,备注\n修渠;三月动工。",
            "\u{feff}SEP=^\r\n标题^正文\r\n修渠^三月动工。",
            "\"标\n题\"|标题|正文\n1|修渠|三月动工。",
        ] {
            let draft = read(text, &FieldMap::default()).remove(0);
            assert_eq!(draft.title.unwrap().value, "修渠", "{text}");
            assert!(draft.body.is_empty() == text.contains("备注"), "{text}");
        }
    }

    #[test]
    fn rows_that_do_not_fit() {
        let draft = |text| read(text, &FieldMap::default()).remove(0);
        assert_eq!(draft("id,body\n1,正文,多").extra["column 3"], "多");
        assert_eq!(draft("id,body\n1").body, "");
        assert_eq!(draft("").body, "");
        let wide = format!("body,x\n正文{}", ",".repeat(9000));
        assert_eq!(read(&wide, &FieldMap::default())[0].extra.len(), MOST - 1);
        assert_eq!(draft("body\n\"没有完的，").body, "没有完的，");
    }
}
