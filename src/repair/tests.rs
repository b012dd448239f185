//! What every rule must hold to, and pages that must stay as they are.

use super::*;
use proptest::prelude::*;

/// The repair of `input` is `want`; it settles, and the audit leads back.
#[track_caller]
pub(super) fn check(input: &str, want: &str) {
    let once = repair(input);
    assert_eq!(once.text, want);
    laws(input);
}

/// A text no rule may touch.
#[track_caller]
pub(super) fn same(text: &str) {
    let done = repair(text);
    assert_eq!(done.text, text, "{:?}", done.edits);
    assert!(matches!(done.text, Cow::Borrowed(_)));
}

/// What holds for any input.
#[track_caller]
fn laws(input: &str) {
    let once = repair(input);
    assert_eq!(
        repair_found(input).text,
        once.text,
        "the scan must see what the rules see"
    );
    assert_eq!(
        repair(&once.text).text,
        once.text,
        "repair must settle in one pass"
    );
    assert_eq!(
        undo(&once.text, &once.edits),
        input,
        "the audit must lead back"
    );
    assert_eq!(once.edits.is_empty(), matches!(once.text, Cow::Borrowed(_)));
    let mut at = 0;
    for edit in &once.edits {
        assert!(
            edit.start >= at && edit.end >= edit.start,
            "{:?}",
            once.edits
        );
        assert_eq!(edit.end - edit.start, edit.from.chars().count());
        assert_ne!(edit.from, edit.to);
        let lost = edit.to.matches('\u{FFFD}').count();
        assert!(edit.candidates.is_empty() || edit.candidates.len() == lost);
        at = edit.end;
    }
    if let Some(title) = input.find('\n') {
        assert!(
            title == 0 || once.text.contains('\n'),
            "the first line break stays"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn laws_hold_for_damage_like_text(text in "([會議学習機关張三標準業,,，。、;:!?()？！ \n]|\\(huì\\)|\\(jī \\)|[a-z0-9\u{200b}\u{3000}\r“”]){0,60}") {
        laws(&text);
    }

}

proptest! {
    // Each case is judged several times over.
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn laws_hold_for_garbled_text(text in "([銆锛鈥锟斤拷ä¸åÖÐ¹ú€\u{FFFD}⼈⼤\u{E5E5}會議?！。A]|&ldquo;|&#8230;|&lt;){0,40}") {
        laws(&text);
    }

    #[test]
    fn laws_hold_for_shifts(text in "([當地開展日報苯衲月靶薜逻中国,?!！？。”l]|\\(dāng\\)|\\?shù\\)|\\?qǐng\\)|,\\?!){0,40}") {
        laws(&text);
    }

    #[test]
    fn laws_hold_for_any_text(text in any::<String>()) {
        laws(&text);
    }
}

#[test]
fn sound_pages_stay() {
    for text in [
        "真的吗?!",
        "真的吗?!他说，这是真的。",
        "什么？！没有听说过。你呢?!",
        "“真的吗??”他问，“谁说的?!”大家都笑了。",
        "价格1,200元，比分3:2，时间10:30，版本v1.2，网址https://example.com/?a=1&b=2。",
        "[摘? 要]为推进机关党建，本文提出三点建议。",
        "拼音课：学(xué)习(xí)，老(lǎo)师(shī)，中(zhōng)国(guó)。",
        "拼音課：學(xué)生(shēng)，老(lǎo)師(shī)，漢(hàn)字(zì)，課(kè)本(běn)，讀(dú)書(shū)。",
        "離離原上草，一歲一枯榮。遠芳侵古道，晴翠接荒城。又送王孫去，萋(qī)萋滿別情。",
        "編號,姓名,,部門\n1,張三,,辦公室\n2,李四,,組織部",
        "fn main() {\n    let 總數 = 求和(甲, 乙)?;\n    println!(\"{}\", 總數);\n}",
        "if (a != b) { x = a ? b : c; } // 条件,分号;问号?",
        "GBK 編碼表：\nA1A3 。\nB0A1 啊\nB0A2 阿\nD7F7 作\n€ 80",
        "GBK 码表\n啊 B0A1\n阿 B0A2\n埃 B0A3\n挨 B0A4",
        "第一条 为了规范管理，根据法律，制定本条例。\n第二条 本条例适用于（一）机关；（二）团体。",
        "【聚焦两会 代表声音】记者 方 敏",
        "张三 李四 王五\n赵六 孙七 周八",
        "A?B:C，甲?乙:丙。",
        "他说……“好！”（掌声）——《日报》",
        "Übergröße, naïve café — déjà vu.",
        "党建引领，锛薄分明，銆字罕见。",
    ] {
        same(text);
    }
}

#[test]
fn shifts_are_read_back() {
    for (from, to) in [
        ("群眾路線教育在當(dāng)?shù)亻_展", "群眾路線教育在當地開展"),
        (
            "本地晚報和長(zhǎng)江日?qǐng)?bào)記者",
            "本地晚報和長江日報記者",
        ),
        ("做好服務??萍继嘏蓡T下鄉。", "做好服務。科技特派員下鄉。"),
    ] {
        check(from, to);
    }
}

#[test]
fn what_the_bytes_do_not_tell_is_marked() {
    // A digit stood behind 年; no one can say which, but the page has a 3月.
    let page = "今年3月以來,,群眾滿意,,?!苯衲?月初,,活動開始,。";
    check(page, "今年3月以來，群眾滿意。”今年\u{FFFD}月初，活動開始。");
    let lists: Vec<String> = repair(page)
        .edits
        .into_iter()
        .flat_map(|edit| edit.candidates)
        .collect();
    assert_eq!(lists, ["312456789"]);
    // What the input had lost already has no candidates.
    let edits = repair("支部锟斤拷大会在村部召开，，\u{FFFD}。").edits;
    assert!(
        edits.iter().all(|edit| edit.candidates.is_empty()),
        "{edits:?}"
    );
}

#[test]
fn what_the_grammar_settles_is_no_loss() {
    // A byte eaten behind a sentence's end was a line break; before 0月 it was a digit, and a
    // digit is never filled in, likely as the tenth month is.
    for (from, to) in [
        (
            "群眾滿意,,?!苯衲?0月初,,活動開始,。",
            "群眾滿意。”今年\u{fffd}0月初，活動開始。",
        ),
        (
            "標題\n各支部積極行動,,帶頭示範。\n大家說：“收穫很大,?!?會后,,全體黨員參觀了展覽,。\n活動還在進行。",
            "標題\n各支部積極行動，帶頭示範。\n大家說：“收穫很大。”\n會后，全體黨員參觀了展覽。\n活動還在進行。",
        ),
        (
            "?？谑虚_展主題黨日活動\n活動由?？谑薪M織,,全市參加,。",
            "海口市開展主題黨日活動\n活動由海口市組織，全市參加。",
        ),
    ] {
        check(from, to);
    }
}

#[test]
fn a_page_too_long_for_sense_takes_linear_time() {
    let piece = "會議,?!苯衲?月真的吗?!好(huì)&#8230;ä¸\u{AD}锛?？！";
    let time = |count: usize| {
        let text = piece.repeat(count);
        let start = std::time::Instant::now();
        laws(&text);
        start.elapsed().as_secs_f64()
    };
    time(1);
    let (short, long) = (time(40), time(400));
    assert!(
        long < 40.0 * short + 0.5,
        "{short} s, ten times as much {long} s"
    );
}
