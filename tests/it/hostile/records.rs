//! Files of records, and documents.

use serde_json::json;

use crate::hostile::zips::deflated;
use crate::hostile::{Bad, NEWS, bad, cut, entry, noise};
use crate::pack::{gz, utf16, warc, zip};

pub(crate) fn records() -> Vec<Bad> {
    let story =
        |id: &str| json!({"id": id, "title": format!("简讯{id}"), "body": NEWS}).to_string();
    let page =
        format!("<html><title>简讯</title><div class=\"TRS_Editor\"><p>{NEWS}</p></div></html>");
    let answer = warc("http://example.gov.cn/1.html", "text/html", page.as_bytes());
    let said = |length: usize| {
        let text = String::from_utf8(answer.clone()).unwrap();
        let at = text.rfind("Content-Length: ").unwrap() + 16;
        let end = at + text[at..].find('\r').unwrap();
        format!("{}{length}{}", &text[..at], &text[end..]).into_bytes()
    };
    let lie = "Content-Length is wrong";
    let long = "长".repeat(1 << 20);
    let deep = "[".repeat(10_000);
    let ragged = format!("id,title,body\nr1,简讯,{NEWS}\nr2\nr3,简讯,{NEWS},多,出,几,列\n");
    let open = format!("id,title,body\no1,简讯,{NEWS}\no2,简讯,\"{NEWS}\no3,简讯,{NEWS}\n");
    let chunks = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n".as_slice(),
        page.as_bytes(),
    ]
    .concat();
    let chunked = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n",
        chunks.len()
    );
    let laughs = format!(
        "<!DOCTYPE x [<!ENTITY a \"哈哈\">{}]><x><title>简讯</title><body>{NEWS}&l9;</body></x>",
        (1..10)
            .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
            .collect::<String>()
    );
    let word = |xml: &str| zip(&[entry(b"word/document.xml", xml.as_bytes())]);
    let run = format!("<w:p><w:r><w:t>{NEWS}&l9;</w:t></w:r></w:p>");
    let request = answer[..answer.len() / 2]
        .windows(8)
        .skip(1)
        .position(|bytes| bytes == b"WARC/1.0")
        .map_or(0, |at| at + 1);
    vec![
        bad(
            "warc-request.warc",
            &answer[..request],
            0,
            &[("", "records about the crawl")],
        ),
        bad(
            "warc-long.warc",
            [said(9_000), answer.clone()].concat(),
            1,
            &[(":2", lie)],
        ),
        bad(
            "warc-short.warc",
            [said(60), answer.clone()].concat(),
            1,
            &[(":2", lie)],
        ),
        bad(
            "warc-vast.warc",
            [said(1 << 60), answer.clone()].concat(),
            1,
            &[(":2", "longer than")],
        ),
        bad(
            "warc-cut.warc.gz",
            cut(gz(&answer)),
            0,
            &[(":1", "too early")],
        ),
        bad(
            "warc-noise.warc",
            noise(5000, 8),
            0,
            &[("", "no WARC record")],
        ),
        bad(
            "warc-head.warc",
            format!("WARC/1.0\r\n{}", "a: b\r\n".repeat(300)),
            0,
            &[(":1", "header that does not end")],
        ),
        bad(
            "warc-chunks.warc",
            [chunked.as_bytes(), &chunks].concat(),
            1,
            &[],
        ),
        bad(
            "json-deep.json",
            deep.as_str(),
            0,
            &[(":1", "ends in the middle")],
        ),
        bad(
            "json-closed.json",
            deep.clone() + &"]".repeat(10_000),
            0,
            &[(":1", "not valid JSON")],
        ),
        bad(
            "json-deep.jsonl",
            format!("{}\n{deep}\n{}\n", story("d1"), story("d2")),
            2,
            &[(":2", "not valid JSON")],
        ),
        bad(
            "json-line.jsonl",
            format!("{}\n\"{long}\"\n{}\n", story("l1"), story("l2")),
            2,
            &[(":2", "longer than")],
        ),
        bad(
            "json-whole.json",
            format!("[{{\"body\":\"{long}\"}},{}]", story("w1")),
            1,
            &[(":1", "longer than")],
        ),
        bad(
            "json-string.json",
            format!("[{},{{\"body\":\"没有完的", story("s1")),
            1,
            &[(":2", "ends in the middle")],
        ),
        bad(
            "json-cut.json",
            format!("[{},", story("c1")),
            1,
            &[(":2", "ends in the middle")],
        ),
        bad(
            "json-empty.json",
            format!(
                "{{\"list\":[{},{{\"title\":\"空\",\"body\":\"\"}}]}}",
                story("e1")
            ),
            1,
            &[("", "story 2 holds no text")],
        ),
        bad(
            "xml-empty.xml",
            format!(
                "<rss><item><title>空</title></item><item><title>简讯</title><body>{NEWS}</body></item></rss>"
            ),
            1,
            &[("", "story 1 holds no text")],
        ),
        bad("json-none.json", "null", 0, &[("", "not a JSON object")]),
        bad("csv-ragged.csv", ragged, 2, &[(":2", "no text")]),
        bad("csv-open.csv", open, 2, &[(":2", "never closed")]),
        bad("csv-head.csv", "id,title,body\n", 0, &[("", "no row")]),
        bad(
            "csv-line.csv",
            format!("id,body\n1,{long}\n2,{NEWS}\n"),
            1,
            &[(":1", "longer than")],
        ),
        bad(
            "csv-wide.csv",
            format!(
                "body,{}\n{NEWS},{}\n",
                "x,".repeat(50_000),
                "y,".repeat(50_000)
            ),
            1,
            &[],
        ),
        bad(
            "html-deep.html",
            format!("{}<p>{NEWS}", "<div>".repeat(100_000)),
            1,
            &[],
        ),
        bad(
            "html-tags.html",
            format!("<p>{NEWS}</p>{}", "<a<a<a".repeat(20_000)),
            1,
            &[],
        ),
        bad(
            "html-comment.html",
            format!("<p>{NEWS}</p>{}", "<!--<![CDATA[".repeat(20_000)),
            1,
            &[],
        ),
        bad(
            "html-attributes.html",
            format!("<p {}>{NEWS}</p>", "a='\" ".repeat(50_000)),
            1,
            &[],
        ),
        bad(
            "html-long.html",
            format!("<p>{long}"),
            0,
            &[("", "longer than")],
        ),
        bad("xml-laughs.xml", laughs.clone(), 1, &[]),
        bad(
            "xml-deep.xml",
            format!("{}<body>{NEWS}", "<a>".repeat(100_000)),
            1,
            &[],
        ),
        bad(
            "docx-locked.docx",
            [
                &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..],
                &noise(2000, 9),
            ]
            .concat(),
            0,
            &[("", "password")],
        ),
        bad(
            "docx-laughs.docx",
            word(&laughs.replace("<x>", &format!("<x>{run}"))),
            1,
            &[],
        ),
        bad(
            "docx-bomb.docx",
            deflated(&[("word/document.xml", &vec![b' '; 20 << 20])]),
            0,
            &[("", "bomb")],
        ),
        bad(
            "docx-other.docx",
            zip(&[entry(b"a.txt", NEWS.as_bytes())]),
            0,
            &[("", "no text part")],
        ),
        bad(
            "utf16-odd.txt",
            [b"\xFF\xFE".to_vec(), utf16(NEWS, true), b"\x01".to_vec()].concat(),
            1,
            &[],
        ),
        bad(
            "utf16-half.txt",
            [b"\xFF\xFE".to_vec(), utf16(NEWS, true), vec![0x00, 0xD8]].concat(),
            1,
            &[],
        ),
        bad("mark.txt", b"\xEF\xBB\xBF".to_vec(), 0, &[("", "no text")]),
        bad("mark16.txt", b"\xFF\xFE".to_vec(), 0, &[("", "no text")]),
        bad("mark.jsonl", b"\xEF\xBB\xBF".to_vec(), 0, &[(":1", "JSON")]),
        bad("mark16.csv", b"\xFF\xFE".to_vec(), 0, &[("", "no row")]),
        bad("nul.txt", vec![0; 4000], 0, &[("", "no text: much of it")]),
        bad("long.txt", long, 0, &[("", "longer than")]),
        bad(
            "mark.md",
            b"\xEF\xBB\xBF---\n".to_vec(),
            0,
            &[("", "no text")],
        ),
    ]
}
