//! Conditions on conditions: a long chain is accepted in a time that people wait, and what never holds is still found.

use tuning_core::{Condition, Parameter, Space};

fn choice(name: usize) -> Parameter {
    Parameter::categorical(format!("p{name}"), ["a", "b"])
}

fn parent(name: usize) -> String {
    format!("p{name}")
}

/// Each parameter waits for the one before it.
fn chain(length: usize) -> Vec<Parameter> {
    (0..length)
        .map(|place| match place {
            0 => choice(0),
            _ => choice(place).when(parent(place - 1), ["b"]),
        })
        .collect()
}

#[test]
fn a_chain_of_conditions_is_accepted_whatever_its_length() {
    let long = Space::new(chain(5_000)).unwrap();
    assert_eq!(long.parents(4_999), [4_998]);
    assert_eq!(long.decode(&[0.9; 5_000]).unwrap().iter().count(), 5_000);
    assert_eq!(long.decode(&[0.1; 5_000]).unwrap().iter().count(), 1);
}

#[test]
fn conditions_on_two_parents_make_a_long_chain_no_slower_than_its_length() {
    let mut parameters = chain(2);
    parameters.extend((2..2_000).map(|place| {
        let before = Condition::when(parent(place - 1), ["b"]);
        choice(place).active_if(before.and(Condition::when(parent(place - 2), ["b"])))
    }));
    let space = Space::new(parameters).unwrap();
    assert_eq!(space.parents(1_999), [1_997, 1_998]);
}

#[test]
fn a_condition_that_never_holds_is_found_at_the_end_of_a_chain() {
    let mut parameters = chain(40);
    // `p30` is there only if `p29` is `b`.
    let never = Condition::when(parent(30), ["a"]).and(Condition::when(parent(29), ["a"]));
    parameters.push(choice(40).active_if(never));
    let error = Space::new(parameters).unwrap_err().to_string();
    assert!(error.contains("`p40`"), "{error}");
}
