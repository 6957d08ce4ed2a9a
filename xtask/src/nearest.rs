//! The nearest of some names, for "did you mean".

/// The name at the smallest edit distance from `given`, unless all of them are far from it.
pub(crate) fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (distance(given, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 3)
        .min()
        .map(|(_, name)| name)
}

/// Edit distance where a swap of two neighbours counts once (optimal string alignment), since that is the commonest slip.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let check = |given: &str, expect: Option<&str>| {
            assert_eq!(
                nearest(given, ["ci", "tidy", "bench", "demo"].into_iter()),
                expect,
                "{given}"
            );
        };
        check("tidy", Some("tidy"));
        check("tydi", Some("tidy"));
        check("benhc", Some("bench"));
        check("dem", Some("demo"));
        check("c", Some("ci"));
        check("publish", None);
        check("", None);
    }
}
