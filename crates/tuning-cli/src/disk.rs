//! What files take on disk.

use std::{fs, io, path::Path};

/// What the checkpoints of trials take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Checkpoints {
    /// How many trials have some.
    pub(crate) trials: u64,
    pub(crate) bytes: u64,
}

impl Checkpoints {
    /// Those in the folder of a study's trials. What is removed in the meantime, by the study that runs, does not count.
    pub(crate) fn of(trials_dir: &Path) -> Self {
        let mut all = Self::default();
        for trial in fs::read_dir(trials_dir).into_iter().flatten().flatten() {
            let mut files = 0_u64;
            let _ = walk(&trial.path().join("checkpoint"), &mut |length| {
                files += 1;
                all.bytes += length;
            });
            all.trials += u64::from(files > 0);
        }
        all
    }
}

/// Visits the files of a folder, with their lengths. Links are files: what they lead to stays.
pub(crate) fn walk(path: &Path, visit: &mut impl FnMut(u64)) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        visit(metadata.len());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        walk(&entry?.path(), visit)?;
    }
    Ok(())
}

/// A number of bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // What would be rounded to 1000 is one of the next.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_counted_by_trials_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, length: usize| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![0; length]).unwrap();
        };
        write("000000/checkpoint/3/weights", 1000);
        write("000000/checkpoint/9/weights", 500);
        write("000000/stdout.log", 77);
        write("000001/stdout.log", 77);
        fs::create_dir_all(folder.path().join("000002/checkpoint/3")).unwrap();
        let expected = Checkpoints {
            trials: 1,
            bytes: 1500,
        };
        assert_eq!(Checkpoints::of(folder.path()), expected);
        assert_eq!(
            Checkpoints::of(&folder.path().join("none")),
            Checkpoints::default()
        );
    }

    #[test]
    fn sizes_are_in_the_unit_that_fits() {
        for (bytes, expect) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_960, "1.0 MB"),
            (3_140_000_000, "3.1 GB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(size(bytes), expect);
        }
    }
}
