//! [`AnyOf`] and [`AllOf`]: several pruners whose verdicts are put together.

use tuning_core::{
    ConfigOption, Fact, Literal, Problem, Pruner, PrunerConfig, Spec, TrialId, Unsupported, Verdict,
};

use super::shared::{Held, SharedPrunerConfig, shared};

macro_rules! several {
    (
        $name:literal, $config:ident, $pruner:ident, $fold:ident, $about:literal, $does:literal, $example:literal
    ) => {
        #[doc = concat!("The options of [`", stringify!($pruner), "`].")]
        ///
        /// # Example
        /// ```
        /// use tuning_core::PrunerConfig;
        /// use tuning_multifidelity::{Combine as _, MedianConfig, ThresholdConfig};
        ///
        #[doc = concat!("let config = MedianConfig::default().", $example, "(ThresholdConfig::default().upper(10.0));")]
        #[doc = concat!("assert_eq!((&*config.spec().name, config.of.len()), (\"", $name, "\", 2));")]
        /// ```
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct $config {
            /// The pruners, one at least.
            pub of: Vec<SharedPrunerConfig>,
        }

        impl $config {
            /// These pruners.
            #[must_use]
            pub fn of(pruners: impl IntoIterator<Item = SharedPrunerConfig>) -> Self {
                Self {
                    of: pruners.into_iter().collect(),
                }
            }

            /// The same with one more.
            #[must_use]
            pub fn with(mut self, pruner: impl PrunerConfig + 'static) -> Self {
                self.of.push(shared(pruner));
                self
            }
        }

        impl PrunerConfig for $config {
            type Pruner = $pruner;

            fn spec(&self) -> Spec {
                Spec::new($name).options(self.options())
            }

            fn options(&self) -> Vec<ConfigOption> {
                let of: Vec<Literal> = self.of.iter().map(|one| one.spec().into()).collect();
                vec![ConfigOption::new("of", of, $about)]
            }

            fn build(&self, problem: &Problem) -> Result<$pruner, Unsupported> {
                Ok($pruner(build($name, &self.of, problem)?))
            }
        }

        #[doc = $does]
        ///
        /// Each of them learns everything that happens, also what another one stops.
        #[derive(Clone, Debug)]
        pub struct $pruner(Vec<Held>);

        impl Pruner for $pruner {
            fn tell(&mut self, fact: &Fact) {
                self.0.iter_mut().for_each(|one| one.tell(fact));
            }

            fn judge(&self, trial: TrialId) -> Verdict {
                match self.0.iter().$fold(|one| one.stops(trial)) {
                    true => Verdict::Stop,
                    false => Verdict::Continue,
                }
            }

            fn boxed_clone(&self) -> Box<dyn Pruner> {
                Box::new(self.clone())
            }
        }
    };
}

several!(
    "any",
    AnyOfConfig,
    AnyOf,
    any,
    "the pruners of which one is enough to stop a trial",
    "Stops a trial that at least one of several pruners stops.",
    "or"
);
several!(
    "all",
    AllOfConfig,
    AllOf,
    all,
    "the pruners that must agree to stop a trial",
    "Stops a trial that each of several pruners stops.",
    "and"
);

fn build(
    name: &str,
    of: &[SharedPrunerConfig],
    problem: &Problem,
) -> Result<Vec<Held>, Unsupported> {
    if of.is_empty() {
        let message = "has nothing to ask: name at least one pruner in `of`";
        return Err(Unsupported::pruner(name, message));
    }
    let one = |(place, one)| Held::build(one, &format!("of.{place}"), problem);
    of.iter().enumerate().map(one).collect()
}
