//! A support vector machine with a Gaussian kernel, for any number of classes.
//!
//! `smartcore` has one too, but computes each kernel value again whenever it needs it, and so takes
//! from three to more than twenty seconds where this takes half of one.

const TOLERANCE: f64 = 1e-3;

/// The label of each of `test`, by the vote of one machine for each pair of classes.
pub(crate) fn classify(
    c: f64,
    gamma: f64,
    images: &[Vec<f64>],
    labels: &[u32],
    test: &[Vec<f64>],
) -> Vec<u32> {
    let to_train = |image: &Vec<f64>| {
        images
            .iter()
            .map(|other| kernel(gamma, image, other))
            .collect()
    };
    let train_kernel: Vec<Vec<f64>> = images.iter().map(to_train).collect();
    let test_kernel: Vec<Vec<f64>> = test.iter().map(to_train).collect();

    let classes = labels.iter().max().map_or(0, |last| last + 1);
    let mut votes = vec![vec![0; classes as usize]; test.len()];
    for high in 0..classes {
        for low in 0..high {
            let rows = (0..labels.len()).filter(|row| [low, high].contains(&labels[*row]));
            let pair = rows.map(|row| (row, labels[row] == high)).collect();
            let machine = Machine::train(c, &train_kernel, pair);
            for (kernel, votes) in test_kernel.iter().zip(&mut votes) {
                let winner = if machine.says_yes(kernel) { high } else { low };
                votes[winner as usize] += 1;
            }
        }
    }
    let elect = |votes: &Vec<u32>| {
        (0..classes)
            .rev()
            .max_by_key(|class| votes[*class as usize])
    };
    votes.iter().filter_map(elect).collect()
}

fn kernel(gamma: f64, a: &[f64], b: &[f64]) -> f64 {
    let squared_distance: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    (-gamma * squared_distance).exp()
}

/// Tells two classes apart: a weighted sum of kernel values, and its offset.
struct Machine {
    weights: Vec<(usize, f64)>,
    offset: f64,
}

impl Machine {
    /// `pair`: the rows to learn from, each with its answer.
    // Keerthi et al. 2001, "Improvements to Platt's SMO algorithm", modification 2: move weight
    // between the two rows that violate the optimality conditions most, until none does.
    fn train(c: f64, kernel: &[Vec<f64>], pair: Vec<(usize, bool)>) -> Self {
        // A row's weight stays between 0 and its limit, which has the sign of its answer.
        let mut weights = vec![0.0; pair.len()];
        let limits: Vec<(f64, f64)> = pair
            .iter()
            .map(|(_, yes)| if *yes { (0.0, c) } else { (-c, 0.0) })
            .collect();
        // What the sum of kernel values lacks of the answer, which is 1 or -1.
        let mut lacks: Vec<f64> = pair
            .iter()
            .map(|(_, yes)| if *yes { 1.0 } else { -1.0 })
            .collect();
        let mut offset = 0.0;
        // Extreme `c` and `gamma` converge slowly and gain nothing by it.
        for _ in 0..100 * pair.len() {
            let can_grow = (0..pair.len()).filter(|row| weights[*row] < limits[*row].1);
            let can_shrink = (0..pair.len()).filter(|row| weights[*row] > limits[*row].0);
            let by_lack = |a: &usize, b: &usize| lacks[*a].total_cmp(&lacks[*b]);
            let (Some(up), Some(down)) = (can_grow.max_by(by_lack), can_shrink.min_by(by_lack))
            else {
                break;
            };
            offset = (lacks[up] + lacks[down]) / 2.0;
            let violation = lacks[up] - lacks[down];
            if violation < TOLERANCE {
                break;
            }
            let (up_kernel, down_kernel) = (&kernel[pair[up].0], &kernel[pair[down].0]);
            // Two equal images have no curvature between them; the limits bound the step then.
            let curvature = (2.0 - 2.0 * up_kernel[pair[down].0]).max(1e-12);
            let step = (violation / curvature)
                .min(limits[up].1 - weights[up])
                .min(weights[down] - limits[down].0);
            weights[up] += step;
            weights[down] -= step;
            for (lack, (row, _)) in lacks.iter_mut().zip(&pair) {
                *lack -= step * (up_kernel[*row] - down_kernel[*row]);
            }
        }
        let rows = pair.iter().map(|(row, _)| *row);
        let weights = rows
            .zip(weights)
            .filter(|(_, weight)| *weight != 0.0)
            .collect();
        Self { weights, offset }
    }

    /// `kernel`: the kernel values of the image to judge with all images of the training part.
    fn says_yes(&self, kernel: &[f64]) -> bool {
        let sum: f64 = self
            .weights
            .iter()
            .map(|(row, weight)| weight * kernel[*row])
            .sum();
        sum + self.offset > 0.0
    }
}
