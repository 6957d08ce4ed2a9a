//! What parameters are called, by default and by wish.

use tuning_core::Parameter;
use tuning_derive::Tunable;

use crate::support::{check_space, check_value, names};

#[derive(Debug, PartialEq, Tunable)]
#[tune(rename = "net", rename_all = "kebab-case")]
enum Network {
    LeNet5,
    #[tune(rename = "resnet", rename_all = "camelCase")]
    ResNet {
        #[tune(range = 1..=9)]
        block_count: u8,
        #[tune(range = 1..=9, rename = "w")]
        base_width: u8,
    },
}

#[derive(Debug, PartialEq, Tunable)]
#[tune(rename_all = "SCREAMING_SNAKE_CASE")]
struct Run {
    #[tune(range = 1..=9)]
    batch_size: u8,
    #[tune(rename = "model")]
    network: Network,
}

#[test]
fn names_can_be_chosen_one_by_one_and_all_at_once() {
    let expect = ["net", "net.resnet.blockCount", "net.resnet.w"];
    assert_eq!(names::<Network>(), expect);
    let expect = [
        "BATCH_SIZE",
        "model",
        "model.resnet.blockCount",
        "model.resnet.w",
    ];
    assert_eq!(names::<Run>(), expect);
    let run = Run {
        batch_size: 1,
        network: Network::LeNet5,
    };
    check_value(&run, "BATCH_SIZE=1 model=le-net5");
}

#[derive(Debug, PartialEq, Tunable)]
#[tune(rename = "learning_rate")]
struct Rate(#[tune(range = 0.0..=1.0)] f64);

#[test]
fn a_type_that_is_a_parameter_has_a_name_where_it_gets_no_other() {
    #[derive(Debug, PartialEq, Tunable)]
    struct Flat {
        #[tune(flatten)]
        rate: Rate,
    }
    #[derive(Debug, PartialEq, Tunable)]
    struct Named {
        rate: Rate,
    }
    assert_eq!(names::<Rate>(), ["learning_rate"]);
    assert_eq!(names::<Flat>(), ["learning_rate"]);
    assert_eq!(names::<Named>(), ["rate"]);
}

#[derive(Debug, PartialEq, Tunable)]
struct Svm {
    #[tune(range = 0.0..=1.0)]
    c: f64,
}

#[derive(Debug, PartialEq, Tunable)]
enum Kernel {
    Linear,
    Rbf,
}

#[derive(Debug, PartialEq, Tunable)]
enum Model {
    Svm(#[tune(flatten)] Svm),
    Process(#[tune(flatten)] Kernel),
    Sgd {
        #[tune(flatten)]
        svm: Svm,
    },
}

#[test]
fn flattened_content_stands_beside_that_of_its_owner() {
    check_space::<Model>([
        Parameter::categorical("model", ["svm", "process", "sgd"]),
        Parameter::float("model.svm.c", 0.0, 1.0).when("model", ["svm"]),
        Parameter::categorical("model.process.kernel", ["linear", "rbf"])
            .when("model", ["process"]),
        Parameter::float("model.sgd.c", 0.0, 1.0).when("model", ["sgd"]),
    ]);
    check_value(&Model::Svm(Svm { c: 0.5 }), "model=svm model.svm.c=0.5");
    check_value(
        &Model::Process(Kernel::Rbf),
        "model=process model.process.kernel=rbf",
    );
    check_value(
        &Model::Sgd {
            svm: Svm { c: 0.5 },
        },
        "model=sgd model.sgd.c=0.5",
    );
}

#[test]
fn an_option_or_a_truth_value_can_be_the_whole_space() {
    assert_eq!(names::<Option<Svm>>(), ["some", "some.value.c"]);
    assert_eq!(names::<bool>(), ["value"]);
    assert_eq!(names::<[Kernel; 2]>(), ["0", "1"]);
    check_value(&Some(Svm { c: 0.0 }), "some=true some.value.c=0");
}
