//! [`Digits`]: images of handwritten digits.

use smartcore::dataset::digits;

/// How many pixels an image has, and how many digits there are.
pub(crate) const PIXELS: usize = 64;
pub(crate) const CLASSES: usize = 10;

/// Each third image of a digit validates.
const THIRD: usize = 3;

/// Images, each of 64 shades from 0 (paper) to 1 (ink), and the digit each of them shows.
#[derive(Debug, Default)]
pub(crate) struct Digits {
    pub(crate) images: Vec<[f64; PIXELS]>,
    pub(crate) labels: Vec<usize>,
}

impl Digits {
    /// The images to train with, and those to validate with: always the same.
    pub(crate) fn load() -> (Self, Self) {
        let data = digits::load_dataset();
        let (mut training, mut validation) = (Self::default(), Self::default());
        let mut met = [0; CLASSES];
        for (shades, label) in data.data.chunks(data.num_features).zip(data.target) {
            let label = label as usize;
            let part = match met[label] % THIRD {
                0 => &mut validation,
                _ => &mut training,
            };
            met[label] += 1;
            let mut image = [0.0; PIXELS];
            for (pixel, shade) in image.iter_mut().zip(shades) {
                *pixel = f64::from(*shade) / 16.0;
            }
            part.images.push(image);
            part.labels.push(label);
        }
        (training, validation)
    }
}
