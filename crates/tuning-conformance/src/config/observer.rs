//! The laws of configurations of observers.

use std::{fmt, sync::Arc};

use tuning_core::{Event, Observer, Seq};

use super::kit::{ConfigKit, Looked, broken, waited};
use crate::{entries::entries, law::ObserverConfigLaw, report::Finding};

/// The laws of configurations of observers. `make` makes a configuration, `watch` makes its observer for a study of this
/// name, and `idle` says that nothing is open or was written.
pub fn observer_config<'a, C, E>(
    make: impl Fn() -> C + 'a,
    watch: impl Fn(&C, &str) -> Result<Box<dyn Observer>, E> + 'a,
    idle: impl Fn() -> bool + 'a,
) -> ConfigKit<'a, ObserverConfigLaw>
where
    C: 'a,
    E: fmt::Display + 'a,
{
    let look = move |law: ObserverConfigLaw| match law {
        ObserverConfigLaw::Idle => {
            let config = make();
            let is_idle = idle();
            drop(config);
            match is_idle {
                true => Ok(()),
                false => Err(broken("something is open, or was written, before `watch`")),
            }
        }
        ObserverConfigLaw::Again => waited(async {
            let config = make();
            for (session, study) in ["one", "one", "two"].into_iter().enumerate() {
                let how = format!("session {} of `{study}`", session + 1);
                let mut observer = watch(&config, study)
                    .map_err(|error| broken(format!("{how} cannot be watched: {error}")))?;
                sees(&mut *observer, study, &how).await?;
            }
            Ok(())
        }),
    };
    ConfigKit::new("observer_config", Box::new(look))
}

/// It takes all events of a study.
async fn sees(observer: &mut dyn Observer, study: &str, how: &str) -> Looked {
    let study: Arc<str> = study.into();
    for (seq, entry) in (1..).zip(entries()) {
        let event = Event::new(
            Arc::clone(&study),
            Seq::new(seq),
            entry.at_millis,
            entry.kind,
        );
        fine(observer.observe(&event).await, how)?;
    }
    fine(observer.flush().await, how)
}

fn fine<E: fmt::Display>(result: Result<(), E>, how: &str) -> Result<(), Finding> {
    result.map_err(|error| broken(format!("in {how} it failed: {error}")))
}
