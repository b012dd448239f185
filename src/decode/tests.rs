use super::*;
use proptest::prelude::*;

const NEWS: &str = "市直机关党组织开展“主题党日”活动，全体党员参加学习。会议由书记主持。";
const OLD: &str = "市直機關黨組織開展主題黨日活動，全體黨員參加學習。會議由書記主持。";

fn bytes(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    if encoding == UTF_16LE {
        return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    if encoding == UTF_16BE {
        return text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    }
    encoding.encode(text).0.into_owned()
}

#[track_caller]
fn check(input: &[u8], hint: Hint<'_>, want: &str, encoding: &str) {
    let got = decode(input, hint);
    assert_eq!((got.text.as_ref(), got.encoding), (want, encoding));
    assert_eq!(got.lossy, 0);
}

fn declared(label: &str) -> Hint<'_> {
    Hint {
        declared: Some(label),
        ..Hint::default()
    }
}

#[test]
fn each_encoding_is_found_without_help() {
    for text in [NEWS, OLD, "会议指出，要抓好落实\n2018年6月1日"] {
        for encoding in [UTF_8, GB18030, UTF_16LE, UTF_16BE] {
            check(
                &bytes(text, encoding),
                Hint::default(),
                text,
                if encoding == GB18030 {
                    "GB18030"
                } else {
                    encoding.name()
                },
            );
        }
    }
    check(&bytes(OLD, BIG5), Hint::default(), OLD, "Big5");
    check(
        &bytes("ab党建\n1", UTF_16LE),
        Hint::default(),
        "ab党建\n1",
        "UTF-16LE",
    );
    check(b"a\0b\0c\0d\0", Hint::default(), "abcd", "UTF-16LE");
    check(b"", Hint::default(), "", "UTF-8");
}

/// Names of a few characters, which a guess takes for Korean or Japanese.
#[test]
fn short_texts_are_chinese() {
    for text in [
        "户口登记",
        "编辑",
        "办得下",
        "建交",
        "窗口售票",
        "俗话说",
        "毫米",
    ] {
        check(&bytes(text, GB18030), Hint::default(), text, "GB18030");
    }
    let cut = |text: &str, encoding| {
        let bytes = bytes(text, encoding);
        decode(&bytes[..bytes.len() - 1], Hint::default())
            .text
            .into_owned()
    };
    assert_eq!(cut("河堤加固", UTF_8), "河堤加\u{FFFD}");
    assert_eq!(cut("河堤加固", GB18030), "河堤加\u{FFFD}");
}

/// A page in Big5 stays one, though a byte of it is bad.
#[test]
fn one_bad_byte_costs_one_character() {
    let page = bytes(&OLD.repeat(3), BIG5);
    let damaged = [
        page[..page.len() - 1].to_vec(),
        [&page[..], b"\xFF"].concat(),
        [b"\x81\x41", &page[..]].concat(),
    ];
    for page in damaged {
        for hint in [Hint::default(), declared("big5")] {
            let got = decode(&page, hint);
            assert!(got.text.contains("市直機關黨組織"), "{}", got.text);
            assert_eq!((got.encoding, got.lossy), ("Big5", 1));
        }
    }
}

/// A byte of GBK that is lost, wherever, makes no Big5 of it.
#[test]
fn a_lost_byte_of_gbk_is_no_big5() {
    let page = bytes(&NEWS.repeat(4), GB18030);
    for at in (0..page.len()).step_by(7) {
        let damaged = [&page[..at], &page[at + 1..]].concat();
        let got = decode(&damaged, Hint::default());
        assert_eq!(got.encoding, "GB18030", "{at}: {}", got.text);
    }
}

#[test]
fn other_languages_are_read_where_there_is_enough_of_them() {
    let korean = "시의회는 오늘 정기 회의를 열고 하천 정비 계획을 심의하였다".repeat(2);
    check(
        &bytes(&korean, encoding_rs::EUC_KR),
        Hint::default(),
        &korean,
        "EUC-KR",
    );
    let french = "La mairie a rénové l'école du quartier cet été, et le théâtre rouvrira.";
    check(
        &bytes(french, encoding_rs::WINDOWS_1252),
        Hint::default(),
        french,
        "windows-1252",
    );
}

#[test]
fn a_mark_is_believed_and_removed() {
    check(b"\xEF\xBB\xBFabc", Hint::default(), "abc", "UTF-8");
    check(
        &[&[0xFF, 0xFE][..], &bytes(NEWS, UTF_16LE)].concat(),
        Hint::default(),
        NEWS,
        "UTF-16LE",
    );
    check(
        &[&[0xFE, 0xFF][..], &bytes(NEWS, UTF_16BE)].concat(),
        Hint::default(),
        NEWS,
        "UTF-16BE",
    );
    check(
        &[&[0x84, 0x31, 0x95, 0x33][..], &bytes(NEWS, GB18030)].concat(),
        Hint::default(),
        NEWS,
        "GB18030",
    );
}

#[test]
fn labels_help_and_do_not_mislead() {
    let gbk = bytes(NEWS, GB18030);
    for label in [
        "gb2312",
        "GBK",
        "x-gbk",
        "cp936",
        "windows-936",
        " gb18030 ",
        "iso-8859-1",
        "hz-gb-2312",
        "utf-8",
        "nonsense",
    ] {
        check(&gbk, declared(label), NEWS, "GB18030");
    }
    check(&bytes("會議", BIG5), declared("big5"), "會議", "Big5");
    let page = format!("<html><head><meta charset=\"big5\"></head><p>{OLD}</p>");
    check(&bytes(&page, BIG5), Hint::default(), &page, "Big5");
    let page = format!("<?xml version=\"1.0\" encoding='gb2312'?><p>{NEWS}</p>");
    check(&bytes(&page, GB18030), Hint::default(), &page, "GB18030");
    let forced = Hint {
        forced: Some("big5"),
        ..Hint::default()
    };
    check(&bytes("黨", BIG5), forced, "黨", "Big5");
}

#[test]
fn labels_that_lie_are_overruled() {
    let simple = format!("{NEWS}县里的干部说，这一年的工作不是喊出来的，是大家一步一步走出来的。");
    let old = format!("{OLD}縣裡的幹部說，這一年的工作不是喊出來的，是大家一步一步走出來的。");
    for (text, encoding, labels) in [
        (
            &simple,
            GB18030,
            ["big5", "utf-8", "utf-16", "shift_jis", "iso-8859-1"],
        ),
        (
            &old,
            BIG5,
            ["gb2312", "gbk", "utf-8", "euc-kr", "windows-1252"],
        ),
        (
            &simple,
            UTF_8,
            ["gb2312", "big5", "gbk", "utf-16", "iso-8859-1"],
        ),
    ] {
        let name = if encoding == GB18030 {
            "GB18030"
        } else {
            encoding.name()
        };
        for label in labels {
            let raw = bytes(text, encoding);
            check(&raw, declared(label), text, name);
            let page = format!("<html><head><meta charset=\"{label}\"></head><p>{text}</p></html>");
            check(&bytes(&page, encoding), Hint::default(), &page, name);
        }
    }
    // The header is wrong and the page is right, and the other way round.
    for (header, page) in [("big5", "gb2312"), ("gb2312", "utf-8")] {
        let page =
            format!("<meta http-equiv=Content-Type content='text/html; charset={page}'>{simple}");
        check(&bytes(&page, GB18030), declared(header), &page, "GB18030");
    }
    // The label of a script is not the page's.
    let page = format!("<script charset=\"utf-8\" src=a.js></script><meta charset=big5><p>{old}");
    check(&bytes(&page, BIG5), Hint::default(), &page, "Big5");
    // Past the first 4 KB nobody looks; the bytes tell.
    let page = format!("<!--{}--><meta charset=gbk>{simple}", " ".repeat(5000));
    check(&bytes(&page, GB18030), Hint::default(), &page, "GB18030");
}

#[test]
fn big5_of_hong_kong() {
    let text = "政府話：呢啲舊樓嘅維修，會分三年做完。";
    // The encoder writes nothing of the supplement, the decoder reads it.
    let pair = |c: char| {
        let pairs =
            (0x87..=0xFEu8).flat_map(|lead| (0x40..=0xFEu8).map(move |trail| [lead, trail]));
        let mut pairs = pairs.filter(|pair| BIG5.decode(pair).0.chars().eq([c]));
        pairs.next().unwrap()
    };
    let raw: Vec<u8> = text.chars().flat_map(pair).collect();
    for label in ["big5", "big5-hkscs", "Big5-HKSCS"] {
        check(&raw, declared(label), text, "Big5");
    }
}

#[test]
fn losses_are_counted() {
    let mut broken = bytes(NEWS, GB18030);
    broken.extend([0xAA, 0xA1, 0x81]);
    let got = decode(&broken, Hint::default());
    assert_eq!((got.encoding, got.lossy), ("GB18030", 2));
    let cut = &NEWS.as_bytes()[..NEWS.len() - 1];
    let got = decode(cut, Hint::default());
    assert_eq!((got.encoding, got.lossy), ("UTF-8", 1));
    assert!(got.text.starts_with("市直机关党组织"));
    // Some bytes side by side are one broken place, however short the text.
    let torn = [
        "会议强调要抓好防汛。盘".as_bytes(),
        b"\xFF\xFE\x80",
        "尾。".as_bytes(),
    ]
    .concat();
    let got = decode(&torn, Hint::default());
    assert_eq!((got.encoding, got.lossy), ("UTF-8", 3));
}

#[test]
fn known_labels() {
    for (label, known) in [
        ("GBK", true),
        ("cp936", true),
        ("Big5", true),
        ("utf8", true),
        ("hz-gb-2312", false),
        ("klingon", false),
        ("", false),
    ] {
        assert_eq!(label_known(label), known, "{label}");
    }
}

proptest! {
    #[test]
    fn any_bytes_become_text(input in proptest::collection::vec(any::<u8>(), 0..400)) {
        decode(&input, Hint::default());
    }

    #[test]
    fn valid_utf8_is_borrowed(text in "[\u{4e00}-\u{9fff}a-z，。\n]{0,60}") {
        let got = decode(text.as_bytes(), Hint::default());
        prop_assert!(matches!(got.text, Cow::Borrowed(same) if same == text));
    }
}
