//! A linear model over the features of the second stage, learnt listwise.
//!
//! Softmax regression over the candidates of each query (the relevant ones
//! against the rest) with L2, solved by Newton's method: as good as boosted trees
//! on news, and it travels better to other kinds of question.

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

/// One query to learn from: the features of its candidates and which are wanted.
#[derive(Debug, Clone)]
pub(crate) struct Lesson {
    pub(crate) rows: Vec<[f64; COUNT]>,
    /// Numbers of rows, at least one.
    pub(crate) wanted: Vec<usize>,
    /// How much it counts; 1 on average.
    pub(crate) weight: f64,
}

/// Weight of the penalty on weights far from those one began with.
const L2: f64 = 1e-3;
/// Steps of Newton's method at the most; half as many are enough.
const STEPS: usize = 30;

/// Learns weights, beginning at those of `prior` and drawn towards them: a
/// feature that the lessons never show keeps its weight. The same lessons give
/// the same weights, whatever their order but for the last digits.
pub(crate) fn learn(lessons: &[Lesson], prior: &Model) -> Model {
    let deviation = deviations(lessons);
    let mut prior = prior.weights;
    for (weight, deviation) in prior.iter_mut().zip(deviation) {
        *weight *= deviation;
    }
    let mut weights = prior;
    for _ in 0..STEPS {
        let slope = Slope::at(lessons, &weights, &deviation, &prior);
        let step = slope.newton();
        let gain: f64 = step.iter().zip(slope.gradient).map(|(s, g)| s * g).sum();
        if gain < 1e-9 {
            break;
        }
        // A whole step nearly always; the problem is convex, so some part of it helps.
        let mut part = 1.0;
        let moved = |part: f64| {
            let mut moved = weights;
            for (weight, step) in moved.iter_mut().zip(step) {
                *weight -= part * step;
            }
            moved
        };
        while part > 1e-3
            && loss(lessons, &moved(part), &deviation, &prior) > slope.loss - 1e-4 * part * gain
        {
            part /= 2.0;
        }
        weights = moved(part);
    }
    for (weight, deviation) in weights.iter_mut().zip(deviation) {
        *weight /= deviation;
    }
    Model { weights }
}

/// The loss at some weights with its first and second derivatives.
struct Slope {
    loss: f64,
    gradient: [f64; COUNT],
    /// Only what is on and below the diagonal.
    hessian: Vec<[f64; COUNT]>,
}

impl Slope {
    fn at(
        lessons: &[Lesson],
        weights: &[f64; COUNT],
        deviation: &[f64; COUNT],
        prior: &[f64; COUNT],
    ) -> Slope {
        let mut slope = Slope {
            loss: 0.0,
            gradient: [0.0; COUNT],
            hessian: vec![[0.0; COUNT]; COUNT],
        };
        let mut total = 0.0;
        for lesson in lessons {
            slope.add(lesson, weights, deviation);
            total += lesson.weight;
        }
        let total = f64::max(total, 1e-9);
        slope.loss /= total;
        for i in 0..COUNT {
            let far = weights[i] - prior[i];
            slope.loss += L2 / 2.0 * far * far;
            slope.gradient[i] = slope.gradient[i] / total + L2 * far;
            for j in 0..=i {
                slope.hessian[i][j] /= total;
            }
            slope.hessian[i][i] += L2;
        }
        slope
    }

    fn add(&mut self, lesson: &Lesson, weights: &[f64; COUNT], deviation: &[f64; COUNT]) {
        let odds = Odds::of(lesson, weights, deviation);
        self.loss += lesson.weight * odds.loss(lesson);
        let mut mean = [0.0; COUNT];
        let rows: Vec<[f64; COUNT]> = lesson.rows.iter().map(|row| over(row, deviation)).collect();
        for (row, share) in rows.iter().zip(&odds.shares) {
            for i in 0..COUNT {
                mean[i] += share * row[i];
            }
        }
        for (i, gradient) in self.gradient.iter_mut().enumerate() {
            let wanted: f64 = lesson.wanted.iter().map(|nth| rows[*nth][i]).sum();
            *gradient += lesson.weight * (mean[i] - wanted / lesson.wanted.len() as f64);
        }
        for (row, share) in rows.iter().zip(&odds.shares) {
            for (i, line) in self.hessian.iter_mut().enumerate() {
                let factor = lesson.weight * share * (row[i] - mean[i]);
                for j in 0..=i {
                    line[j] += factor * (row[j] - mean[j]);
                }
            }
        }
    }

    /// The step that goes to the lowest place of the parabola here, by the
    /// Cholesky decomposition of the second derivatives.
    fn newton(&self) -> [f64; COUNT] {
        let mut lower = self.hessian.clone();
        for i in 0..COUNT {
            for j in 0..=i {
                let inner: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
                let rest = lower[i][j] - inner;
                // The penalty keeps the diagonal above nought.
                lower[i][j] = if i == j {
                    rest.max(1e-12).sqrt()
                } else {
                    rest / lower[j][j]
                };
            }
        }
        let mut step = self.gradient;
        for i in 0..COUNT {
            let inner: f64 = (0..i).map(|k| lower[i][k] * step[k]).sum();
            step[i] = (step[i] - inner) / lower[i][i];
        }
        for i in (0..COUNT).rev() {
            let inner: f64 = (i + 1..COUNT).map(|k| lower[k][i] * step[k]).sum();
            step[i] = (step[i] - inner) / lower[i][i];
        }
        step
    }
}

/// How likely each candidate of a lesson is the wanted one.
struct Odds {
    shares: Vec<f64>,
    /// Score of each candidate, less the logarithm of the sum of all.
    logs: Vec<f64>,
}

impl Odds {
    fn of(lesson: &Lesson, weights: &[f64; COUNT], deviation: &[f64; COUNT]) -> Odds {
        let score = |row: &[f64; COUNT]| {
            let values = over(row, deviation);
            values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>()
        };
        let scores: Vec<f64> = lesson.rows.iter().map(score).collect();
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
        let logs: Vec<f64> = scores.iter().map(|s| s - most - sum.ln()).collect();
        Odds {
            shares: logs.iter().map(|log| log.exp()).collect(),
            logs,
        }
    }

    fn loss(&self, lesson: &Lesson) -> f64 {
        let wanted = lesson.wanted.iter().map(|nth| self.logs[*nth]);
        -wanted.sum::<f64>() / lesson.wanted.len() as f64
    }
}

fn over(row: &[f64; COUNT], deviation: &[f64; COUNT]) -> [f64; COUNT] {
    let mut values = *row;
    for (value, deviation) in values.iter_mut().zip(deviation) {
        *value /= deviation;
    }
    values
}

fn loss(
    lessons: &[Lesson],
    weights: &[f64; COUNT],
    deviation: &[f64; COUNT],
    prior: &[f64; COUNT],
) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for lesson in lessons {
        sum += lesson.weight * Odds::of(lesson, weights, deviation).loss(lesson);
        total += lesson.weight;
    }
    let far = weights.iter().zip(prior).map(|(w, p)| (w - p).powi(2));
    sum / f64::max(total, 1e-9) + L2 / 2.0 * far.sum::<f64>()
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
                .map(|row| lesson.weight * (row[index] - own).powi(2))
                .sum::<f64>();
        }
        count += lesson.weight * size;
    }
    square.map(|sum: f64| {
        let deviation = (sum / f64::max(count, 1.0)).sqrt();
        if deviation > 1e-9 { deviation } else { 1.0 }
    })
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
                    wanted: vec![n % 5],
                    weight: 1.0,
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
            best == lesson.wanted.first().copied()
        }));
        assert_eq!(model, learn(&lessons, &none));
        // At the lowest place every slope is level.
        let deviation = deviations(&lessons);
        let mut weights = model.weights;
        for (weight, deviation) in weights.iter_mut().zip(deviation) {
            *weight *= deviation;
        }
        let slope = Slope::at(&lessons, &weights, &deviation, &none.weights);
        assert!(slope.gradient.iter().all(|slope| slope.abs() < 1e-4));
        for index in 0..3 {
            for step in [-0.1, 0.1] {
                let mut beside = weights;
                beside[index] += step;
                assert!(loss(&lessons, &beside, &deviation, &none.weights) > slope.loss);
            }
        }
    }
}
