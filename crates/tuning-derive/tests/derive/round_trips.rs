//! From a value to its point and back, and from a point to its value and back, over nested spaces.

use proptest::prelude::*;
use tuning_core::{Params, Space, Tunable};
use tuning_derive::Tunable;

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Deep {
    #[tune(range = -1e300..=1e300)]
    wide: f64,
    #[tune(range = 1e-300..=1e300, log)]
    log: f64,
    #[tune(range = -3.0..=0.1)]
    single: f32,
    #[tune(range = 1e-30..=3e38, log)]
    single_log: Option<f32>,
    #[tune(range = -128..=127)]
    byte: i8,
    #[tune(range = 0..=u64::MAX >> 1)]
    long: u64,
    #[tune(choices = [i64::MIN, 0, i64::MAX])]
    extreme: i64,
    flags: [bool; 2],
    tree: Tree,
    forest: Option<[Tree; 2]>,
}

#[derive(Clone, Debug, PartialEq, Tunable)]
enum Tree {
    Leaf,
    Node {
        #[tune(range = 1..=1000, log)]
        size: usize,
        left: Branch,
        right: Option<Branch>,
    },
    Root(Branch),
    Pair(#[tune(range = 0.0..=1.0)] [f64; 2], Branch),
}

#[derive(Clone, Debug, PartialEq, Tunable)]
#[tune(rename_all = "PascalCase")]
enum Branch {
    Bare,
    Named(#[tune(choices = ["", "a b", "…", "${x}"])] String),
    #[tune(rename = "twigs")]
    Twigs {
        #[tune(ordered = [1, 2, 4])]
        count: u8,
        colour: Colour,
    },
}

#[derive(Clone, Debug, PartialEq, Tunable)]
#[tune(ordered)]
enum Colour {
    Green,
    Brown,
}

fn colour() -> impl Strategy<Value = Colour> {
    prop_oneof![Just(Colour::Green), Just(Colour::Brown)]
}

fn branch() -> impl Strategy<Value = Branch> {
    let text = proptest::sample::select(vec!["", "a b", "…", "${x}"]);
    let count = proptest::sample::select(vec![1_u8, 2, 4]);
    prop_oneof![
        Just(Branch::Bare),
        text.prop_map(|text| Branch::Named(text.to_owned())),
        (count, colour()).prop_map(|(count, colour)| Branch::Twigs { count, colour }),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let node = (1..=1000_usize, branch(), proptest::option::of(branch()));
    prop_oneof![
        Just(Tree::Leaf),
        node.prop_map(|(size, left, right)| Tree::Node { size, left, right }),
        branch().prop_map(Tree::Root),
        ([0.0..=1.0, 0.0..=1.0_f64], branch()).prop_map(|(pair, branch)| Tree::Pair(pair, branch)),
    ]
}

fn deep() -> impl Strategy<Value = Deep> {
    let floats = (
        -1e300..=1e300_f64,
        (-300.0..=300.0_f64).prop_map(|e| 10_f64.powf(e).clamp(1e-300, 1e300)),
        prop_oneof![-3.0..=0.1_f32, Just(0.1_f32), Just(-3.0_f32), Just(0.0)],
        proptest::option::of(prop_oneof![1e-30..=3e38_f32, Just(1e-30), Just(3e38)]),
    );
    let extreme = proptest::sample::select(vec![i64::MIN, 0, i64::MAX]);
    let whole = (any::<i8>(), 0..=u64::MAX >> 1, extreme, any::<[bool; 2]>());
    let trees = (tree(), proptest::option::of([tree(), tree()]));
    (floats, whole, trees).prop_map(|(floats, whole, trees)| Deep {
        wide: floats.0,
        log: floats.1,
        single: floats.2,
        single_log: floats.3,
        byte: whole.0,
        long: whole.1,
        extreme: whole.2,
        flags: whole.3,
        tree: trees.0,
        forest: trees.1,
    })
}

/// As a journal gives them back: with values, but without a space.
fn detached(params: &Params) -> Params {
    serde_json::from_str(&serde_json::to_string(params).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn a_value_comes_back_from_its_point(value in deep()) {
        let space = Space::of::<Deep>().unwrap();
        let params = value.to_params(&space).unwrap();
        prop_assert!(space.check(&params).is_ok());
        prop_assert_eq!(&Deep::from_params(&params).unwrap(), &value);
        prop_assert_eq!(&Deep::from_params(&detached(&params)).unwrap(), &value);
        // Zero and minus zero are one value of a space; everything else is told apart.
        prop_assert_eq!(value.to_params(&space).unwrap(), params);
    }

    #[test]
    fn a_point_comes_back_from_its_value(point in proptest::collection::vec(0.0..=1.0_f64, 40)) {
        let space = Space::of::<Tree>().unwrap();
        let params = space.decode(&point[..space.len()]).unwrap();
        let value = Tree::from_params(&params).unwrap();
        prop_assert_eq!(value.to_params(&space).unwrap(), params);
    }

    #[test]
    fn every_point_has_a_value_which_is_a_point(point in proptest::collection::vec(0.0..=1.0_f64, 80)) {
        let space = Space::of::<Deep>().unwrap();
        let params = space.decode(&point[..space.len()]).unwrap();
        let value = Deep::from_params(&params).unwrap();
        let again = value.to_params(&space).unwrap();
        // An `f32` may be the neighbour of what was proposed; as a value it is the same.
        prop_assert_eq!(Deep::from_params(&again).unwrap(), value);
        let active = |params: &Params| params.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(active(&again), active(&params));
    }
}
