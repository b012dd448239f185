//! The weights that come with jianbao.
//!
//! Learnt from three kinds of query together: 6,000 headlines of seven years of
//! national news (2012–2018) over their stories with the titles hidden, weight 4;
//! the questions with odd numbers of CMRC2018, weight 2, and of the DuReader demo,
//! weight 1. None of the queries with even numbers, and none of the 981 headlines
//! that judge the ranking, is among them. `examples/weights.rs` learns them again;
//! docs/ranking.md has the commands.

use crate::search::rank::features::COUNT;

/// In the order of the features.
#[rustfmt::skip]
pub(crate) const BUILT_IN: [f64; COUNT] = [
    0.02552,
    0.08714,
    -0.01376,
    3.175,
    -0.06419,
    0.01091,
    0.04568,
    0.005761,
    2.605,
    5.044,
    -0.732,
    1.128,
    -3.448,
    0.2174,
    -4.427,
    -1.553,
    1.296,
    0.7224,
    0.462,
    0.5382,
    3.35,
    -0.8843,
    -4.801,
    4.101,
    1.437,
    -3.109,
    1.779,
    -0.6121,
    2.143,
    1.142,
    -1.953,
    0.5627,
];
