//! A part of a study file, completed so that it can be checked as a whole.

/// What a part leaves out: the parameters that the documents' examples speak of.
const REST: &[(&str, &str)] = &[
    ("command", "command: [\"true\"]\n"),
    (
        "parameters",
        "parameters:\n  lr: {min: 1e-5, max: 0.1, log: true}\n  layers: {min: 1, max: 4}\n",
    ),
    (
        "objective",
        "objective: {name: loss, direction: minimize}\n",
    ),
    ("budget", "budget: {trials: 4}\n"),
];

/// The text with those keys of a study that it lacks.
pub(crate) fn completed(part: &str) -> String {
    let mut text = part.to_owned();
    for (key, rest) in REST {
        let has = |line: &str| {
            line.starts_with(&format!("{key}:")) || line.starts_with(&format!("{key}s:"))
        };
        if !part.lines().any(has) {
            text.push_str(rest);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_gets_what_it_lacks_and_keeps_what_it_has() {
        let text = completed("strategy: random\nobjectives: [{name: a, direction: maximize}]\n");
        assert!(
            text.starts_with("strategy: random\n") && text.contains("command:"),
            "{text}"
        );
        assert!(!text.contains("objective:"), "{text}");
        assert_eq!(text.matches("parameters:").count(), 1);
    }
}
