//! Values of many places, each made when it is first wanted.

use std::sync::OnceLock;

/// Places that begin to take memory together.
const TOGETHER: usize = 16;

/// For each of many places a value that is made at its first use and stays. What nobody asked
/// for takes next to no memory: most questions want a few of a hundred thousand places, and
/// to lay out all of them would cost a cold start more than to answer.
pub(super) struct OnceEach<T> {
    places: Vec<OnceLock<Box<[OnceLock<T>; TOGETHER]>>>,
    count: usize,
}

impl<T> OnceEach<T> {
    /// For places below `count`.
    pub(super) fn new(count: usize) -> OnceEach<T> {
        let places = std::iter::repeat_with(OnceLock::new);
        OnceEach {
            places: places.take(count.div_ceil(TOGETHER)).collect(),
            count,
        }
    }

    /// The value of a place, made by whoever comes first; `None` for a place that is not there.
    ///
    /// # Errors
    /// What `make` says; the place stays as it was.
    #[inline]
    pub(super) fn get<E>(
        &self,
        place: usize,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Option<&T>, E> {
        if place >= self.count {
            return Ok(None);
        }
        let some = self.places[place / TOGETHER]
            .get_or_init(|| Box::new(std::array::from_fn(|_| OnceLock::new())));
        let one = &some[place % TOGETHER];
        if let Some(made) = one.get() {
            return Ok(Some(made));
        }
        let made = make()?;
        Ok(Some(one.get_or_init(|| made)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_is_made_once(count in 0usize..300, asked in proptest::collection::vec(0usize..310, 0..200)) {
            let kept = OnceEach::new(count);
            let mut made = vec![0; count];
            for place in asked {
                let failed: Result<Option<&usize>, ()> = kept.get(place, || Err(()));
                match made.get(place) {
                    None => prop_assert_eq!(failed, Ok(None)),
                    Some(0) => prop_assert_eq!(failed, Err(())),
                    Some(_) => prop_assert_eq!(failed, Ok(Some(&place))),
                }
                let value = kept.get(place, || {
                    made[place] += 1;
                    Ok::<usize, ()>(place)
                });
                prop_assert_eq!(value, Ok((place < count).then_some(&place)));
            }
            prop_assert!(made.iter().all(|times| *times <= 1));
        }
    }
}
