//! Reprints: which articles hold the same text, but for a few words.
//!
//! A [`Signature`] stands for the set of shingles of a text: every eight
//! letters, digits or hanzi that follow one another, folded, with punctuation,
//! blanks and line breaks left out. It is a min-hash (Broder 1997) with one
//! permutation in [`LANES`] lanes and optimal densification (Shrivastava 2017),
//! four bits of each minimum kept. It depends on the text alone, so articles
//! can be compared that were indexed years apart, by any number of threads.

/// Lanes of a signature. The share of shingles that two texts have in common is
/// estimated to within .05 (one standard error at .8).
const LANES: u32 = 64;
/// Two texts are nearly the same when so many lanes agree: about four fifths of
/// all their shingles are common to both. One word changed in the middle costs
/// some ten shingles, so a brief may differ in one name and no more, a page in
/// a few sentences.
const ENOUGH: u32 = 52;
/// What of a hash is not the number of its lane.
const LANE: u32 = u64::BITS - LANES.trailing_zeros();
/// Characters of a shingle.
const SHINGLE: usize = 8;
/// Letters below which two texts are the same only when all of them are: so few shingles
/// leave lanes empty, and a line of a list differs from the next in a name and no more.
const SHORT: usize = LANES as usize;
/// Base of the rolling hash: an odd number with well mixed bits.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// What of a text is compared with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u64; 4]);

impl Signature {
    /// The signature of a text: of its letters, digits and hanzi, folded.
    pub fn of(letters: impl IntoIterator<Item = char>) -> Signature {
        let out_of_sight = BASE.wrapping_pow(SHINGLE as u32);
        let mut minima = [u64::MAX; LANES as usize];
        let mut seen = [0u64; SHINGLE];
        let (mut hash, mut whole) = (0u64, 0u64);
        let mut length = 0;
        for c in letters {
            let code = u64::from(u32::from(c)) + 1;
            let old = std::mem::replace(&mut seen[length % SHINGLE], code);
            hash = hash
                .wrapping_mul(BASE)
                .wrapping_add(code)
                .wrapping_sub(old.wrapping_mul(out_of_sight));
            whole = whole.wrapping_mul(BASE).wrapping_add(code);
            length += 1;
            if length >= SHINGLE {
                note(&mut minima, hash);
            }
        }
        if length < SHORT {
            return Signature([1, 2, 3, 4].map(|nth: u64| mix(whole ^ mix(nth))));
        }
        let mut words = [0u64; 4];
        for lane in 0..LANES as usize {
            // An empty lane borrows from another, which one the lane decides.
            let mut from = lane;
            let mut tries = 0;
            while minima[from] == u64::MAX {
                tries += 1;
                from = (mix((lane as u64) << 32 | tries) >> LANE) as usize;
            }
            words[lane / 16] |= (minima[from] & 15) << (lane % 16 * 4);
        }
        Signature(words)
    }

    /// A quarter of it: enough to rule out nearly every other text.
    pub fn sketch(&self) -> u64 {
        self.0[0]
    }

    /// The other three quarters.
    pub(crate) fn rest(&self) -> [u64; 3] {
        let [_, rest @ ..] = self.0;
        rest
    }

    /// Whether two texts of these sketches may be the same but for a few words: one pair
    /// of a hundred that are not.
    pub fn may_be_near(sketch: u64, other: u64) -> bool {
        unequal(sketch, other) <= LANES - ENOUGH
    }

    /// Whether two texts are the same but for a few words.
    pub fn is_near(&self, other: &Signature) -> bool {
        let mut differ = 0;
        for (a, b) in self.0.iter().zip(other.0) {
            differ += unequal(*a, b);
            if differ > LANES - ENOUGH {
                return false;
            }
        }
        true
    }
}

/// How many of the sixteen hexadecimal digits of two numbers differ.
fn unequal(a: u64, b: u64) -> u32 {
    let differ = a ^ b;
    let differ = differ | differ >> 1;
    let differ = differ | differ >> 2;
    (differ & 0x1111_1111_1111_1111).count_ones()
}

fn note(minima: &mut [u64; LANES as usize], hash: u64) {
    let mixed = mix(hash);
    let lane = &mut minima[(mixed >> LANE) as usize];
    // The lane took the high bits; the rest is as good as a hash of its own.
    *lane = (*lane).min(mixed & (u64::MAX >> (u64::BITS - LANE)));
}

/// The finalizer of MurmurHash3: every bit of the answer depends on every bit.
fn mix(mut x: u64) -> u64 {
    x = (x ^ x >> 33).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    x = (x ^ x >> 33).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    x ^ x >> 33
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chars::{Unit, units};

    fn signature(text: &str) -> Signature {
        Signature::of(units(text).filter_map(|placed| match placed.unit {
            Unit::Char(c) => Some(c),
            Unit::Stop | Unit::Break => None,
        }))
    }

    const STORY: &str = "市委组织部昨天召开全市基层党建工作推进会，学习贯彻上级会议精神，\
        总结上半年工作，部署下一阶段任务。会议强调，要把主题党日办到田间地头、车间班组，\
        让每一名党员都参加，让每一次活动都有收获。各县区要对照清单逐项检查，\
        九月底前将整改情况报送市委组织部。会上，三个支部的书记介绍了做法，\
        与会人员实地观摩了老码头社区的党群服务中心和滨江物流园的流动党员驿站。\
        会议要求，严肃党内政治生活，规范台账管理，不搞形式，不增加基层负担。";

    #[track_caller]
    fn check(other: &str, want: bool) {
        let (story, other_one) = (signature(STORY), signature(other));
        assert_eq!(story.is_near(&other_one), want, "{other}");
        let may_be = Signature::may_be_near(story.sketch(), other_one.sketch());
        assert!(may_be || !want, "{other}");
    }

    #[test]
    fn reprints_are_copies() {
        check(STORY, true);
        check(&STORY.replace('，', ","), true);
        check(&STORY.replace("要", "要\n"), true);
        check(&STORY.replace("昨天", "8日"), true);
        check(&format!("本报讯（记者李明）{STORY}（完）"), true);
        check(
            &STORY.replace("九月底前将整改情况报送市委组织部。", ""),
            true,
        );
    }

    #[test]
    fn other_texts_are_not() {
        check("", false);
        check(
            "市委组织部昨天召开全市基层党建工作推进会，学习贯彻上级会议精神。",
            false,
        );
        check(
            &STORY
                .replace("组织部", "宣传部")
                .replace("党建", "理论宣讲")
                .replace("主题党日", "宣讲活动")
                .replace("支部", "宣讲团")
                .replace("社区", "渔村"),
            false,
        );
    }

    /// Lines of a list of appointments, a name each: no two are one text.
    #[test]
    fn short_texts_are_told_apart() {
        let names: Vec<char> = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许".chars().collect();
        let mut all = Vec::new();
        for first in &names {
            for second in &names {
                all.push(signature(&format!("{first}{second}任县长")));
                all.push(signature(&format!("{first}{second}任某某镇党委书记")));
            }
        }
        let near = |(nth, one): (usize, &Signature)| {
            all[nth + 1..].iter().filter(|two| one.is_near(two)).count()
        };
        assert_eq!(all.iter().enumerate().map(near).sum::<usize>(), 0);
        assert_eq!(signature("赵一任县长"), signature("赵一任县长。"));
    }

    #[test]
    fn the_other_script_is_the_same_text() {
        assert_eq!(signature("學習貫徹會議精神"), signature("学习贯彻会议精神"));
    }

    #[test]
    fn digits_are_compared() {
        for (a, b, want) in [
            (0, 0, 0),
            (0, 1, 1),
            (0x8000_0000_0000_0000, 0, 1),
            (u64::MAX, 0, 16),
            (0x0102_0304_0506_0708, 0x0102_0304_0506_0790, 2),
        ] {
            assert_eq!(unequal(a, b), want, "{a:x} {b:x}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_its_own_copy(text in "[\\PC\n一-十]{0,60}") {
            prop_assert!(signature(&text).is_near(&signature(&text)));
        }
    }
}
