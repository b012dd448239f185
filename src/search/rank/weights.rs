//! The weights that come with jianbao.
//!
//! Learnt from three kinds of query together: 8,000 headlines of seven years of
//! national news (2012–2018) over their stories with the titles hidden, weight 4;
//! the questions with odd numbers of CMRC2018, weight 2, and of the DuReader demo,
//! weight 1. None of the queries with even numbers, and none of the 981 headlines
//! that judge the ranking, is among them. `examples/weights.rs` learns them again;
//! docs/ranking.md has the commands.

use crate::search::rank::features::COUNT;

/// In the order of the features.
#[rustfmt::skip]
pub(crate) const BUILT_IN: [f64; COUNT] = [
    0.02421,
    0.06888,
    -0.01184,
    3.259,
    -0.04967,
    -0.00003443,
    0.04366,
    0.01098,
    2.056,
    2.129,
    -0.5774,
    1.11,
    -4.369,
    0.176,
    -3.598,
    -1.396,
    1.061,
    0.767,
    1.098,
    0.5418,
    3.468,
    -0.4905,
    -1.432,
    -3.247,
    -1.999,
    -0.2921,
    1.71,
    0.6429,
    -1.477,
    0.7108,
    1.269,
    4.049,
    2.706,
];
