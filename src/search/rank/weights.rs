//! The weights that come with jianbao.
//!
//! Learnt by `jianbao tune` from 4,769 headlines of seven years of national
//! news (2012–2018), none of which is among the queries that judge the ranking.

use crate::search::rank::features::COUNT;

/// In the order of the features.
pub(crate) const BUILT_IN: [f64; COUNT] = [
    0.0463, 0.05035, -0.01273, 1.534, 2.266, -1.249, 0.005752, -0.008614, 0.0347, 0.00811, -1.937,
    6.015, 3.419, 2.274, 1.567, 0.7804, -0.06529, 1.948, -0.3682, 0.7043,
];
