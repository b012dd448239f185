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

    #[test]
    fn laws_hold_for_any_text(text in any::<String>()) {
        laws(&text);
    }
}
