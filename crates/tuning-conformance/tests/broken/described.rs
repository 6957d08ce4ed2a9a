//! A twin of a configuration for each law of options.

use std::collections::BTreeMap;

use tuning_conformance::{OptionLaw, Report, options, pruner_options};
use tuning_core::{
    Ask, Asked, ConfigOption, Fact, Literal, Problem, Pruner, PrunerConfig, Spec, Strategy,
    StrategyConfig, StrategyError, TrialId, Unsupported, Verdict,
};

use super::breaks_only;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    SaysNothing,
    DescribesTwice,
    IgnoresWhatIsRead,
    MixesTwoUp,
    LeavesOneOutOfTheSpec,
    KeepsTheDefaultInTheSpec,
    TakesWhatIsBeyond,
    RefusesTheEnd,
    RefusesWithoutAName,
    TakesWhatIsBeyondInAMapping,
    RefusesAsAStrategy,
}

use Fault as F;

struct Config {
    fault: Fault,
    step: f64,
    share: f64,
    members: Option<i64>,
    repeat: bool,
    sizes: BTreeMap<String, i64>,
}

#[derive(Clone)]
struct Nothing;

impl Strategy for Nothing {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        Ok(Asked::Done)
    }

    fn tell(&mut self, _: &Fact) {}
}

impl StrategyConfig for Config {
    type Strategy = Nothing;

    fn spec(&self) -> Spec {
        let mut options = self.options();
        match self.fault {
            F::LeavesOneOutOfTheSpec => options.retain(|option| option.name() != "repeat"),
            F::KeepsTheDefaultInTheSpec => {
                return Spec::new("twin").options(options).option("repeat", false);
            }
            _ => {}
        }
        Spec::new("twin").options(options)
    }

    fn options(&self) -> Vec<ConfigOption> {
        let about = match self.fault {
            F::SaysNothing => " ",
            _ => "whether a point may come again",
        };
        let mut options = vec![
            ConfigOption::new("step", self.step, "how far to look")
                .above(0.0)
                .at_most(1.0),
            ConfigOption::new("share", self.share, "the share that is random")
                .at_least(0.0)
                .below(1.0),
            ConfigOption::new("members", self.members, "how many there are").at_least(4.0),
            ConfigOption::new("repeat", self.repeat, about),
            ConfigOption::new("sizes", self.sizes.clone(), "how many of each").at_most(9.0),
        ];
        if self.fault == F::DescribesTwice {
            options.push(ConfigOption::new("repeat", self.repeat, about));
        }
        options
    }

    fn build(&self, _: &Problem) -> Result<Nothing, Unsupported> {
        for option in self.options() {
            match (self.fault, option.check("twin")) {
                (F::TakesWhatIsBeyond, _) if option.name() == "members" => {}
                (F::TakesWhatIsBeyondInAMapping, _) if option.name() == "sizes" => {}
                (F::RefusesWithoutAName, Err(_)) => {
                    return Err(Unsupported::new("twin", "does not like that"));
                }
                (_, checked) => checked?,
            }
        }
        if self.fault == F::RefusesTheEnd && self.step >= 1.0 {
            return Err(Unsupported::new("twin", "cannot use `step: 1`"));
        }
        Ok(Nothing)
    }
}

fn read(fault: Fault, given: &BTreeMap<String, Literal>) -> Result<Config, String> {
    let mut config = Config {
        fault,
        step: 0.2,
        share: 0.5,
        members: None,
        repeat: false,
        sizes: BTreeMap::new(),
    };
    for (name, value) in given {
        match (&**name, value) {
            ("step", Literal::Float(value)) if fault == F::MixesTwoUp => config.share = *value,
            ("step", Literal::Float(value)) => config.step = *value,
            ("share", Literal::Float(value)) => config.share = *value,
            ("members", Literal::Int(value)) => config.members = Some(*value),
            ("members", Literal::Null) => config.members = None,
            ("repeat", Literal::Bool(_)) if fault == F::IgnoresWhatIsRead => {}
            ("repeat", Literal::Bool(value)) => config.repeat = *value,
            ("sizes", Literal::Map(sizes)) => {
                config.sizes.clear();
                for (name, size) in sizes.iter() {
                    let Literal::Int(size) = size else {
                        return Err(format!("`sizes` cannot have `{size}`"));
                    };
                    config.sizes.insert(name.to_string(), *size);
                }
            }
            _ => return Err(format!("`{name}` cannot be `{value}`")),
        }
    }
    Ok(config)
}

/// The same options of a pruner.
struct OfPruner(Config);

impl PrunerConfig for OfPruner {
    type Pruner = Nothing;

    fn spec(&self) -> Spec {
        StrategyConfig::spec(&self.0)
    }

    fn options(&self) -> Vec<ConfigOption> {
        StrategyConfig::options(&self.0)
    }

    fn build(&self, _: &Problem) -> Result<Nothing, Unsupported> {
        for option in self.options() {
            match self.0.fault {
                F::RefusesAsAStrategy => option.check("twin")?,
                F::TakesWhatIsBeyond if option.name() == "members" => {}
                _ => option.check_pruner("twin")?,
            }
        }
        Ok(Nothing)
    }
}

impl Pruner for Nothing {
    fn tell(&mut self, _: &Fact) {}

    fn judge(&self, _: TrialId) -> Verdict {
        Verdict::Continue
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}

fn report_of_pruner(fault: Fault) -> Report<OptionLaw> {
    pruner_options(|given| read(fault, given).map(OfPruner)).report()
}

fn report(fault: Fault) -> Report<OptionLaw> {
    options(|given| read(fault, given)).report()
}

#[test]
fn the_sound_twin_keeps_the_laws() {
    options(|given| read(F::None, given)).check();
    pruner_options(|given| read(F::None, given).map(OfPruner)).check();
}

#[test]
fn law_1_what_an_option_does_is_said_once() {
    breaks_only(&report(F::SaysNothing), OptionLaw::Said, &["repeat"]);
    let words = ["repeat", "2 times"];
    breaks_only(&report(F::DescribesTwice), OptionLaw::Said, &words);
}

#[test]
fn law_2_an_option_is_what_was_read() {
    let words = ["repeat", "given as `true`"];
    breaks_only(&report(F::IgnoresWhatIsRead), OptionLaw::Read, &words);
    let report = options(|given| read(F::MixesTwoUp, given))
        .only(OptionLaw::Read)
        .report();
    breaks_only(
        &report,
        OptionLaw::Read,
        &["step", "given as `0.2`", "not `share: 0.5`"],
    );
}

#[test]
fn law_3_the_spec_holds_every_option_as_it_is() {
    let words = ["repeat", "is not in"];
    breaks_only(&report(F::LeavesOneOutOfTheSpec), OptionLaw::InSpec, &words);
    let words = ["`repeat: false`", "the option is `true`"];
    breaks_only(
        &report(F::KeepsTheDefaultInTheSpec),
        OptionLaw::InSpec,
        &words,
    );
}

#[test]
fn law_4_a_range_ends_where_it_is_said_to() {
    let words = ["members", "at least 4; given as 3", "it is taken"];
    breaks_only(&report(F::TakesWhatIsBeyond), OptionLaw::Range, &words);
    let words = ["step", "given as 1", "it is refused"];
    breaks_only(&report(F::RefusesTheEnd), OptionLaw::Range, &words);
    let words = ["step", "does not name it"];
    breaks_only(&report(F::RefusesWithoutAName), OptionLaw::Range, &words);
    let words = ["sizes", "at most 9; given as", ":10}", "it is taken"];
    let found = report(F::TakesWhatIsBeyondInAMapping);
    breaks_only(&found, OptionLaw::Range, &words);
}

#[test]
fn law_4_a_range_of_a_pruner_ends_where_it_is_said_to() {
    let words = ["members", "at least 4; given as 3", "it is taken"];
    let found = report_of_pruner(F::TakesWhatIsBeyond);
    breaks_only(&found, OptionLaw::Range, &words);
    let words = ["step", "given as 0", "the refusal is that of a strategy"];
    let found = report_of_pruner(F::RefusesAsAStrategy);
    breaks_only(&found, OptionLaw::Range, &words);
}
