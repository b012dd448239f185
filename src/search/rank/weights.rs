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
    0.02381,
    0.07257,
    -0.01256,
    3.547,
    -0.05332,
    0.0004832,
    0.04314,
    0.0112,
    2.278,
    2.354,
    -0.6579,
    1.073,
    -4.33,
    0.181,
    -3.777,
    -1.417,
    1.036,
    0.8397,
    1.271,
    0.5119,
    3.429,
    -0.5437,
    -1.352,
    -3.225,
    -2.07,
    -0.3432,
    1.757,
    0.8012,
    -1.541,
    0.6962,
    1.254,
    4.013,
    2.611,
];
