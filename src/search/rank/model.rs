//! A linear model over the features of the second stage, learnt listwise.
//!
//! Softmax regression over the candidates of each query (the one relevant
//! candidate against the rest), Adam, L2: as good as boosted trees on news, and
//! it travels better to other kinds of question.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::search::rank::features::{COUNT, NAMES};

/// Weights of the features; written with their names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, f64>", into = "BTreeMap<String, f64>")]
pub(crate) struct Model {
    /// One for each feature, in order.
    pub(crate) weights: [f64; COUNT],
}

impl From<Model> for BTreeMap<String, f64> {
    fn from(model: Model) -> Self {
        NAMES
            .iter()
            .map(|name| (*name).to_owned())
            .zip(model.weights)
            .collect()
    }
}

impl TryFrom<BTreeMap<String, f64>> for Model {
    type Error = String;

    fn try_from(named: BTreeMap<String, f64>) -> Result<Self, String> {
        let mut weights = [0.0; COUNT];
        for (weight, name) in weights.iter_mut().zip(NAMES) {
            *weight = *named
                .get(name)
                .ok_or_else(|| format!("no weight for \"{name}\""))?;
        }
        if named.len() == COUNT {
            Ok(Model { weights })
        } else {
            Err("a weight for no feature".to_owned())
        }
    }
}

impl Model {
    /// The score of a candidate; comparable within one query only.
    pub(crate) fn score(&self, row: &[f64; COUNT]) -> f64 {
        self.weights
            .iter()
            .zip(row)
            .map(|(weight, value)| weight * value)
            .sum()
    }
}

/// One query to learn from: the features of its candidates and which is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Lesson {
    pub(crate) rows: Vec<[f64; COUNT]>,
    pub(crate) wanted: usize,
}

/// Passes over the lessons.
const PASSES: usize = 12;
/// Step of Adam (Kingma and Ba 2015).
const RATE: f64 = 0.05;
/// Weight of the penalty on weights far from those one began with.
const L2: f64 = 1e-4;
/// Lessons of one step.
const BATCH: usize = 64;

/// Learns weights, beginning at those of `prior` and drawn towards them: a
/// feature that the lessons never show keeps its weight. The same lessons give
/// the same weights.
pub(crate) fn learn(lessons: &[Lesson], prior: &Model) -> Model {
    let deviation = deviations(lessons);
    let mut prior = prior.weights;
    for (weight, deviation) in prior.iter_mut().zip(deviation) {
        *weight *= deviation;
    }
    let mut weights = prior;
    let (mut first, mut second) = ([0.0; COUNT], [0.0; COUNT]);
    let mut step = 0;
    for pass in 0..PASSES {
        // A fixed walk that visits every lesson once, in another order each pass.
        let stride = stride(lessons.len(), pass);
        let mut at = 0;
        let mut batch = [0.0; COUNT];
        for nth in 1..=lessons.len() {
            add_gradient(&lessons[at], &weights, &deviation, &mut batch);
            at = (at + stride) % lessons.len();
            if nth % BATCH == 0 || nth == lessons.len() {
                step += 1;
                let size = if nth % BATCH == 0 { BATCH } else { nth % BATCH } as f64;
                // The step shrinks towards the end, so that the weights settle.
                let rate = RATE / (1.0 + pass as f64 / 3.0);
                for index in 0..COUNT {
                    let gradient = batch[index] / size + L2 * (weights[index] - prior[index]);
                    first[index] = 0.9 * first[index] + 0.1 * gradient;
                    second[index] = 0.999 * second[index] + 0.001 * gradient * gradient;
                    let m = first[index] / (1.0 - 0.9f64.powi(step));
                    let v = second[index] / (1.0 - 0.999f64.powi(step));
                    weights[index] -= rate * m / (v.sqrt() + 1e-8);
                }
                batch = [0.0; COUNT];
            }
        }
    }
    for (weight, deviation) in weights.iter_mut().zip(deviation) {
        *weight /= deviation;
    }
    Model { weights }
}

fn stride(length: usize, pass: usize) -> usize {
    let mut stride = (length / 3 + 7 * pass + 1).max(1);
    while gcd(stride, length) != 1 {
        stride += 1;
    }
    stride
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Deviation of each feature within a query: what differs between queries is
/// the same for all candidates and cannot order them.
fn deviations(lessons: &[Lesson]) -> [f64; COUNT] {
    let mut square = [0.0; COUNT];
    let mut count = 0.0;
    for lesson in lessons {
        let size = lesson.rows.len() as f64;
        for index in 0..COUNT {
            let own = lesson.rows.iter().map(|row| row[index]).sum::<f64>() / size;
            square[index] += lesson
                .rows
                .iter()
                .map(|row| (row[index] - own).powi(2))
                .sum::<f64>();
        }
        count += size;
    }
    square.map(|sum: f64| {
        let deviation = (sum / f64::max(count, 1.0)).sqrt();
        if deviation > 1e-9 { deviation } else { 1.0 }
    })
}

fn add_gradient(
    lesson: &Lesson,
    weights: &[f64; COUNT],
    deviation: &[f64; COUNT],
    batch: &mut [f64; COUNT],
) {
    let value = |row: &[f64; COUNT], index: usize| row[index] / deviation[index];
    let scores: Vec<f64> = lesson
        .rows
        .iter()
        .map(|row| {
            (0..COUNT)
                .map(|index| weights[index] * value(row, index))
                .sum()
        })
        .collect();
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let total: f64 = odds.iter().sum();
    for (nth, row) in lesson.rows.iter().enumerate() {
        let pull = odds[nth] / total - f64::from(u8::from(nth == lesson.wanted));
        for (index, batch) in batch.iter_mut().enumerate() {
            *batch += pull * value(row, index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feature_that_tells_gets_the_weight() {
        let lessons: Vec<Lesson> = (0..200)
            .map(|n| {
                let mut rows = vec![[0.0; COUNT]; 5];
                for (nth, row) in rows.iter_mut().enumerate() {
                    row[0] = f64::from(u8::from(nth == n % 5));
                    row[1] = ((n * 7 + nth * 3) % 11) as f64;
                    row[2] = n as f64;
                }
                Lesson {
                    rows,
                    wanted: n % 5,
                }
            })
            .collect();
        let none = Model {
            weights: [0.0; COUNT],
        };
        let model = learn(&lessons, &none);
        assert!(model.weights[0] > 5.0 * model.weights[1].abs());
        assert!(lessons.iter().all(|lesson| {
            let best = (0..5).max_by(|a, b| {
                model
                    .score(&lesson.rows[*a])
                    .total_cmp(&model.score(&lesson.rows[*b]))
            });
            best == Some(lesson.wanted)
        }));
        assert_eq!(model, learn(&lessons, &none));
    }
}
