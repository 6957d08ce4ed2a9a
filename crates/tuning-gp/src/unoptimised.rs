//! One line for those who run a development build: the model is some fifty times slower there than it could be.

use std::sync::Once;

/// What this crate was compiled with: a dependency's profile is not that of the program.
const OPT_LEVEL: &str = env!("TUNING_GP_OPT_LEVEL");

/// Says it once per process, on stderr, when a model is first fitted.
pub(crate) fn warn() {
    static ONCE: Once = Once::new();
    if let Some(warning) = warning(OPT_LEVEL) {
        #[expect(
            clippy::print_stderr,
            reason = "a strategy has no other way to speak, and only a development build says anything"
        )]
        ONCE.call_once(|| eprintln!("{warning}"));
    }
}

fn warning(opt_level: &str) -> Option<&'static str> {
    (opt_level == "0").then_some(
        "warning: tuning-gp is compiled without optimisation, and its proposals take some fifty times as long; add to \
         your Cargo.toml: [profile.dev.package] tuning-gp.opt-level = 3, tuning-toolkit.opt-level = 3 (a line each)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_without_optimisation_says_what_to_do_and_all_others_are_silent() {
        let warning = warning("0").unwrap();
        assert!(!warning.contains('\n'), "{warning}");
        for crate_ in ["tuning-gp", "tuning-toolkit"] {
            assert!(warning.contains(&format!("{crate_}.opt-level = 3")));
        }
        for level in ["1", "2", "3", "s", "z"] {
            assert_eq!(super::warning(level), None, "{level}");
        }
    }

    #[test]
    fn this_build_knows_its_level() {
        assert!(["0", "1", "2", "3", "s", "z"].contains(&OPT_LEVEL));
    }
}
