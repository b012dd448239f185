//! Days in two bytes: as numbers that follow each other, counted from the first of a segment.

/// The place of a day (`yyyymmdd`, one that exists) among all: a month takes 31, however long it is.
fn place(day: u32) -> u32 {
    (day / 10_000 * 12 + (day / 100 % 100).saturating_sub(1)) * 31 + (day % 100).saturating_sub(1)
}

/// The place of the first of some days, and all of them counted from there, from 1 on; 0 is
/// a day that is not known.
pub(super) fn write(days: &[u32]) -> (u32, Vec<u32>) {
    let known = days.iter().filter(|day| **day != 0);
    let first = known.map(|day| place(*day)).min().unwrap_or(0);
    let count = |day: &u32| match day {
        0 => 0,
        day => place(*day) - first + 1,
    };
    (first, days.iter().map(count).collect())
}

/// The day of a number, as `yyyymmdd`.
pub(super) fn read(number: u64, first: u64) -> u64 {
    let Some(number) = number.checked_sub(1) else {
        return 0;
    };
    let place = first + number;
    let month = place / 31;
    month / 12 * 10_000 + (month % 12 + 1) * 100 + place % 31 + 1
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A day that exists, or none.
    pub(in crate::index::texts) fn day() -> impl Strategy<Value = u32> {
        let day = (0u32..10_000, 1u32..13, 1u32..29);
        let day = day.prop_map(|(year, month, day)| year * 10_000 + month * 100 + day);
        prop_oneof![1 => Just(0), 4 => day]
    }

    #[test]
    fn the_last_days_of_long_months_are_days() {
        let days = [20_180_131, 20_161_231, 0, 20_180_201, 99_991_231, 101];
        let (first, numbers) = write(&days);
        assert_eq!((first, numbers[5]), (0, 1));
        let back = numbers
            .iter()
            .map(|day| read(u64::from(*day), u64::from(first)));
        assert!(back.eq(days.map(u64::from)));
    }

    #[test]
    fn the_days_of_a_century_take_two_bytes() {
        let (_, numbers) = write(&[19_210_701, 0, 20_961_231]);
        assert!(numbers.iter().all(|day| *day <= u32::from(u16::MAX)));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(days in prop::collection::vec(day(), 0..50)) {
            let (first, numbers) = write(&days);
            let back = numbers.iter().map(|day| read(u64::from(*day), u64::from(first)));
            prop_assert!(back.eq(days.iter().copied().map(u64::from)));
        }
    }
}
