//! [`OptionsKit`]: what a configuration says of its options, against what it does with them.

use std::{collections::BTreeMap, fmt, ops::Bound};

use tuning_core::{
    ConfigOption, Literal, Parameter, Problem, PrunerConfig, Spec, StrategyConfig, Unsupported,
};

use crate::{
    guard::caught,
    law::OptionLaw,
    problems::problems,
    report::{Breach, Finding, Report},
    selection::{Selection, selects},
};

/// The laws of options for the configuration of a strategy that `read` makes of options by name; the others have their
/// defaults.
///
/// # Example
/// ```
/// # use std::collections::BTreeMap;
/// # use tuning_core::*;
/// # struct Random;
/// # impl Strategy for Random {
/// #     fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> { Ok(Asked::Done) }
/// #     fn tell(&mut self, _: &Fact) {}
/// # }
/// struct MyConfig { step: f64 }
///
/// impl StrategyConfig for MyConfig {
/// #   type Strategy = Random;
///     fn options(&self) -> Vec<ConfigOption> {
///         vec![ConfigOption::new("step", self.step, "how far to look").above(0.0).at_most(1.0)]
///     }
///
///     fn spec(&self) -> Spec {
///         Spec::new("mine").options(self.options())
///     }
///
///     // …
/// #   fn build(&self, _: &Problem) -> Result<Random, Unsupported> {
/// #       for option in self.options() { option.check("mine")?; }
/// #       Ok(Random)
/// #   }
/// }
///
/// # fn read(given: &BTreeMap<String, Literal>) -> Result<MyConfig, ParamsError> {
/// #     let step = match given.get("step") { Some(Literal::Float(step)) => *step, _ => 0.2 };
/// #     Ok(MyConfig { step })
/// # }
/// // With serde: |given| serde_json::from_value::<MyConfig>(serde_json::json!(given))
/// tuning_conformance::options(|given| read(given)).check();
/// ```
pub fn options<'r, C, E>(
    read: impl Fn(&BTreeMap<String, Literal>) -> Result<C, E> + 'r,
) -> OptionsKit<'r>
where
    C: StrategyConfig + 'static,
    E: fmt::Display,
{
    OptionsKit::new("strategy", move |given| {
        let config = read(given).map_err(|error| error.to_string())?;
        Ok(Described {
            spec: config.spec(),
            options: config.options(),
            refusal: Box::new(move |problem| config.build(problem).err()),
        })
    })
}

/// The same laws for the configuration of a pruner.
///
/// # Example
/// ```
/// # use std::collections::BTreeMap;
/// # use tuning_core::*;
/// # #[derive(Clone)]
/// # struct Median;
/// # impl Pruner for Median {
/// #     fn tell(&mut self, _: &Fact) {}
/// #     fn judge(&self, _: TrialId) -> Verdict { Verdict::Continue }
/// #     fn boxed_clone(&self) -> Box<dyn Pruner> { Box::new(self.clone()) }
/// # }
/// struct MedianConfig { warmup: i64 }
///
/// impl PrunerConfig for MedianConfig {
/// #   type Pruner = Median;
///     fn options(&self) -> Vec<ConfigOption> {
///         vec![ConfigOption::new("warmup", self.warmup, "how many trials to compare with at least").at_least(1.0)]
///     }
///
///     fn spec(&self) -> Spec {
///         Spec::new("median").options(self.options())
///     }
///
///     // …
/// #   fn build(&self, _: &Problem) -> Result<Median, Unsupported> {
/// #       for option in self.options() { option.check_pruner("median")?; }
/// #       Ok(Median)
/// #   }
/// }
///
/// # fn read(given: &BTreeMap<String, Literal>) -> Result<MedianConfig, ParamsError> {
/// #     let warmup = match given.get("warmup") { Some(Literal::Int(warmup)) => *warmup, _ => 4 };
/// #     Ok(MedianConfig { warmup })
/// # }
/// // With serde: |given| serde_json::from_value::<MedianConfig>(serde_json::json!(given))
/// tuning_conformance::pruner_options(|given| read(given)).check();
/// ```
pub fn pruner_options<'r, C, E>(
    read: impl Fn(&BTreeMap<String, Literal>) -> Result<C, E> + 'r,
) -> OptionsKit<'r>
where
    C: PrunerConfig + 'static,
    E: fmt::Display,
{
    OptionsKit::new("pruner", move |given| {
        let config = read(given).map_err(|error| error.to_string())?;
        Ok(Described {
            spec: config.spec(),
            options: config.options(),
            refusal: Box::new(move |problem| config.build(problem).err()),
        })
    })
}

/// A configuration of a strategy or of a pruner, as far as these laws look at it.
struct Described {
    spec: Spec,
    options: Vec<ConfigOption>,
    /// Why it is not built for a problem.
    refusal: Box<Build>,
}

type Build = dyn Fn(&Problem) -> Option<Unsupported>;

type Read<'r> = dyn Fn(&BTreeMap<String, Literal>) -> Result<Described, String> + 'r;

/// The laws of options, ready to be checked. See [`options`] and [`pruner_options`].
#[must_use = "call `check`"]
pub struct OptionsKit<'r> {
    /// What refuses: a strategy or a pruner.
    what: &'static str,
    read: Box<Read<'r>>,
    selection: Selection<OptionLaw>,
}

impl<'r> OptionsKit<'r> {
    fn new(
        what: &'static str,
        read: impl Fn(&BTreeMap<String, Literal>) -> Result<Described, String> + 'r,
    ) -> Self {
        Self {
            what,
            read: Box::new(read),
            selection: Selection::all(),
        }
    }

    selects!(OptionLaw);

    /// Checks the laws.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, how, and what to look for; or if the configuration
    /// describes no option.
    #[track_caller]
    pub fn check(&self) {
        let report = self.report();
        report.unwrap();
        let looked = |(_, finding): &(OptionLaw, Finding)| matches!(finding, Finding::Kept);
        assert!(report.findings().iter().any(looked), "\n{report}");
    }

    /// Checks the laws and returns what was found out.
    #[must_use]
    pub fn report(&self) -> Report<OptionLaw> {
        let mut report = Report::new(0, Vec::new());
        let defaults = self.read(&[]).map(|config| config.options);
        self.selection.look(&mut report, |law| match &defaults {
            Err(error) => self.broken(law, Breach::new(format!("with all defaults: {error}"))),
            Ok(options) if options.is_empty() => {
                Finding::Skipped("no option is described".to_owned())
            }
            Ok(options) => self.look(law, options),
        });
        report
    }

    fn look(&self, law: OptionLaw, options: &[ConfigOption]) -> Finding {
        let problem = match law {
            OptionLaw::Range => match self.problem() {
                Some(problem) => Some(problem),
                None => return Finding::Skipped("it takes none of the kit's problems".to_owned()),
            },
            _ => None,
        };
        for option in options {
            let found = match (law, &problem) {
                (OptionLaw::Said, _) => said(option, options),
                (OptionLaw::Read, _) => self.is_read(option, options),
                (OptionLaw::InSpec, _) => self.in_spec(option),
                (OptionLaw::Range, Some(problem)) => self.ranges(option, problem),
                (OptionLaw::Range, None) => Ok(()),
            };
            if let Err(mut breach) = found {
                option.name().clone_into(&mut breach.scene);
                return self.broken(law, breach);
            }
        }
        Finding::Kept
    }

    fn broken(&self, law: OptionLaw, mut breach: Breach) -> Finding {
        let kit = match self.what {
            "pruner" => "pruner_options",
            _ => "options",
        };
        breach.repeat = format!("{kit}(…).only(OptionLaw::{law:?}).report()");
        Finding::Broken(breach)
    }

    /// The first of the kit's problems that the configuration takes with its defaults.
    fn problem(&self) -> Option<Problem> {
        let config = self.read(&[]).ok()?;
        let takes = |problem: &Problem| matches!(caught(|| (config.refusal)(problem)), Ok(None));
        let mut all = problems(24).into_iter().map(|named| named.problem);
        all.find(takes)
    }

    fn read(&self, given: &[(&str, Literal)]) -> Result<Described, String> {
        let given = given.iter();
        let given = given.map(|(name, value)| ((*name).to_owned(), value.clone()));
        (self.read)(&given.collect())
    }

    /// The values that it can be given besides its own, as far as a kit can guess: in its range, and readable.
    fn others(&self, option: &ConfigOption) -> Vec<Literal> {
        let number = |values: &[f64]| -> Vec<Literal> {
            let inside = values.iter().filter(|value| within(option, **value));
            inside.map(|value| (*value).into()).collect()
        };
        let whole = |values: &[i64]| -> Vec<Literal> {
            let inside = values.iter().filter(|value| within(option, **value as f64));
            inside.map(|value| (*value).into()).collect()
        };
        let mut others = match *option.value() {
            Literal::Bool(value) => vec![(!value).into()],
            Literal::Int(value) => whole(&[value + 1, value - 1]),
            Literal::Float(value) => number(&[value / 2.0, value + 0.25, value * 2.0]),
            Literal::Null => {
                let is_read =
                    |value: &Literal| self.read(&[(option.name(), value.clone())]).is_ok();
                let mut values = number(&[0.375]);
                values.retain(is_read);
                // One that takes a fraction would have a whole number become one.
                if values.is_empty() {
                    values = whole(&[5, 17]);
                    values.retain(is_read);
                }
                values
            }
            _ => Vec::new(),
        };
        others.retain(|value| value != option.value());
        others
    }

    /// Law 2.
    fn is_read(&self, option: &ConfigOption, defaults: &[ConfigOption]) -> Result<(), Breach> {
        let name = option.name();
        let values = std::iter::once(option.value().clone()).chain(self.others(option));
        for value in values {
            let given = |what: &str| Breach::new(format!("given as `{value}`, {what}"));
            let config = self.read(&[(name, value.clone())]);
            let config = config.map_err(|error| given(&format!("it is refused: {error}")))?;
            for default in defaults {
                let other = default.name();
                let expected = match other == name {
                    true => &value,
                    false => default.value(),
                };
                let found = config.options.iter().find(|found| found.name() == other);
                match found.map(ConfigOption::value) {
                    Some(found) if found == expected => {}
                    Some(found) => {
                        return Err(given(&format!(
                            "`options()` says `{other}: {found}`, not `{other}: {expected}`"
                        )));
                    }
                    None => return Err(given(&format!("`options()` lacks `{other}`"))),
                }
            }
        }
        Ok(())
    }

    /// Law 3.
    fn in_spec(&self, option: &ConfigOption) -> Result<(), Breach> {
        let values = std::iter::once(option.value().clone()).chain(self.others(option));
        for value in values {
            // What cannot be read is a matter of law 2.
            let Ok(config) = self.read(&[(option.name(), value.clone())]) else {
                continue;
            };
            let spec = config.spec;
            let options = config.options.into_iter();
            let described = options.filter(|it| it.name() == option.name());
            for (name, value) in Spec::new("").options(described).options {
                match spec.options.get(&name) {
                    Some(found) if *found == value => {}
                    Some(found) => {
                        return Err(Breach::new(format!(
                            "the option is `{value}`, and the spec says `{name}: {found}`"
                        )));
                    }
                    None => {
                        return Err(Breach::new(format!("`{name}: {value}` is not in {spec}")));
                    }
                }
            }
        }
        Ok(())
    }

    /// Law 4.
    fn ranges(&self, option: &ConfigOption, problem: &Problem) -> Result<(), Breach> {
        let (lower, upper) = option.bounds();
        for (bound, inwards) in [(lower, 1.0), (upper, -1.0)] {
            let (at, included) = match bound {
                Bound::Included(at) => (at, true),
                Bound::Excluded(at) => (at, false),
                Bound::Unbounded => continue,
            };
            let step = match self.is_whole(option, problem) {
                true => inwards,
                false => inwards * 1e-9 * at.abs().max(1.0),
            };
            let (inside, outside) = match included {
                true => (at, at - step),
                false => (at + step, at),
            };
            let range = option.range().unwrap_or_default();
            let given = |value: &Literal, what: String| {
                Breach::new(format!("its range is {range}; given as {value}, {what}"))
            };
            let mut pairs = self
                .given(option, inside, problem)
                .into_iter()
                .zip(self.given(option, outside, problem))
                .map(|(inside, outside)| (self.refusal(option, &inside, problem), inside, outside));
            let taken = match option.value() {
                // Which names and how many numbers it takes is guessed: one that is taken shows it.
                Literal::Map(_) | Literal::List(_) => pairs.find(|(refused, ..)| refused.is_none()),
                _ => pairs.next(),
            };
            let Some((refused, inside, outside)) = taken else {
                continue;
            };
            if let Some(refused) = refused
                && refused.names(option)
            {
                let Refused { message, .. } = refused;
                return Err(given(&inside, format!("it is refused: {message}")));
            }
            match self.refusal(option, &outside, problem) {
                None => return Err(given(&outside, "it is taken".to_owned())),
                Some(refused) if !refused.names(option) => {
                    let Refused { message, .. } = refused;
                    let what = format!("the refusal does not name it: {message}");
                    return Err(given(&outside, what));
                }
                Some(Refused {
                    what: Some(what),
                    message,
                }) if what != self.what => {
                    let what = format!("the refusal is that of a {what}: {message}");
                    return Err(given(&outside, what));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Whether it is a count, or holds counts: an integer, or one that reads no fraction.
    fn is_whole(&self, option: &ConfigOption, problem: &Problem) -> bool {
        match option.value() {
            Literal::Int(_) => true,
            Literal::Null | Literal::Map(_) | Literal::List(_) => {
                let mut fractions = shaped(option, &0.5.into(), problem).into_iter();
                fractions.all(|fraction| self.read(&[(option.name(), fraction)]).is_err())
            }
            _ => false,
        }
    }

    /// What a number of an option is given as, in each way that may be right.
    fn given(&self, option: &ConfigOption, number: f64, problem: &Problem) -> Vec<Literal> {
        let number: Literal = match self.is_whole(option, problem) {
            true => (number as i64).into(),
            false => number.into(),
        };
        shaped(option, &number, problem)
    }

    /// Why this value of an option is refused, if it is.
    fn refusal(
        &self,
        option: &ConfigOption,
        value: &Literal,
        problem: &Problem,
    ) -> Option<Refused> {
        let name = option.name();
        let refused = |what, message| Refused { what, message };
        match self.read(&[(name, value.clone())]) {
            // Where it cannot even be read, the reader says what it is.
            Err(error) => Some(refused(None, format!("`{name}`: {error}"))),
            Ok(config) => match caught(|| (config.refusal)(problem)) {
                Ok(refusal) => refusal.map(|error| refused(Some(error.what), error.to_string())),
                Err(panic) => Some(refused(None, format!("its constructor panicked: {panic}"))),
            },
        }
    }
}

/// A refusal by a reader, or by what `what` names.
struct Refused {
    what: Option<&'static str>,
    message: String,
}

impl Refused {
    /// Whether it is about this option, or a number in it.
    fn names(&self, option: &ConfigOption) -> bool {
        let option = option.name();
        let mut ends = ["`", ": ", "."].into_iter();
        ends.any(|end| self.message.contains(&format!("`{option}{end}")))
    }
}

/// A number as the value of an option, in each shape that may be right: in a mapping it stands by the name of a
/// parameter.
fn shaped(option: &ConfigOption, number: &Literal, problem: &Problem) -> Vec<Literal> {
    match option.value() {
        Literal::Map(_) => {
            let names = problem.space.parameters().iter().map(Parameter::name);
            let entry = |name: &str| Literal::Map([(name.into(), number.clone())].into());
            names.map(entry).collect()
        }
        Literal::List(_) => vec![Literal::List([number.clone()].into())],
        _ => vec![number.clone()],
    }
}

/// Law 1.
fn said(option: &ConfigOption, all: &[ConfigOption]) -> Result<(), Breach> {
    if option.about().trim().is_empty() {
        return Err(Breach::new("what it does is not said"));
    }
    let same = |other: &&ConfigOption| other.name() == option.name();
    match all.iter().filter(same).count() {
        1 => Ok(()),
        times => Err(Breach::new(format!("it is described {times} times"))),
    }
}

fn within(option: &ConfigOption, value: f64) -> bool {
    let (lower, upper) = option.bounds();
    let above = match lower {
        Bound::Included(at) => value >= at,
        Bound::Excluded(at) => value > at,
        Bound::Unbounded => true,
    };
    above
        && match upper {
            Bound::Included(at) => value <= at,
            Bound::Excluded(at) => value < at,
            Bound::Unbounded => true,
        }
}

impl fmt::Debug for OptionsKit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptionsKit")
            .field("what", &self.what)
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
