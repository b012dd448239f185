//! The weights that come with jianbao.
//!
//! Learnt from three kinds of query together: 4,500 headlines of seven years of
//! national news (2012–2018) over their stories with the titles hidden, weight 4;
//! the questions with odd numbers of CMRC2018, weight 1, and of the DuReader demo,
//! weight .3. None of the queries with even numbers, and none of the 981 headlines
//! that judge the ranking, is among them. Softmax regression as in `model.rs`,
//! minimised by L-BFGS, L2 1e-3.

use crate::search::rank::features::COUNT;

/// In the order of the features.
#[rustfmt::skip]
pub(crate) const BUILT_IN: [f64; COUNT] = [
    0.02438,
    0.09048,
    -0.01519,
    3.834,
    -1.368,
    0.9506,
    -0.04657,
    0.0008466,
    0.04922,
    0.008921,
    -0.2885,
    3.964,
    3.932,
    0.3809,
    1.966,
    -3.527,
    0.2131,
    -3.764,
    0.009125,
    0.0913,
    -1.54,
    1.472,
    0.6509,
    0.8432,
    -0.07898,
    -0.2328,
    2.394,
    0.3868,
    0.592,
];
