//! What the program says of itself: the schema of study files, completions, strategies and their options.

#![cfg(unix)]

use crate::support::{Folder, finish};
use serde_json::{Value, json};

fn json_of(folder: &Folder, args: &[&str]) -> Value {
    serde_json::from_str(&folder.ends_with(0, args).stdout).unwrap()
}

#[test]
fn the_schema_is_one_and_describes_every_key() {
    let folder = Folder::new();
    let schema = json_of(&folder, &["schema"]);
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    jsonschema::meta::validate(&schema).unwrap();
    let mut keys = 0;
    described(&schema["properties"], "", &mut keys);
    assert!(keys > 50, "{keys}");
}

/// Every key of the tables has a description, those of inner maps, too.
fn described(properties: &Value, path: &str, keys: &mut u32) {
    for (key, schema) in properties.as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        let about = schema["description"].as_str().unwrap_or_default();
        assert!(!about.is_empty(), "{path} has no description");
        *keys += 1;
        let inner = [
            &schema["properties"],
            &schema["items"]["properties"],
            &schema["additionalProperties"]["properties"],
        ];
        for inner in inner {
            described(inner, &path, keys);
        }
    }
}

#[test]
fn init_writes_the_schema_beside_the_file_and_tells_editors() {
    for (name, hint) in [
        (
            "study.yaml",
            "# yaml-language-server: $schema=study.schema.json",
        ),
        ("study.toml", "#:schema ./study.schema.json"),
        ("study.json", "\"$schema\": \"./study.schema.json\""),
    ] {
        let folder = Folder::new();
        folder.ends_with(0, &["init", name, "--schema"]);
        let text = folder.read(name);
        assert!(
            text.lines().take(2).any(|line| line.contains(hint)),
            "{text}"
        );
        assert!(!text.contains("init --schema"), "{text}");
        let schema = folder.ends_with(0, &["schema"]).stdout;
        assert_eq!(folder.read("study.schema.json"), schema);
        folder.ends_with(0, &["validate", name]);
        // Another study beside the same schema.
        folder.ends_with(0, &["init", &format!("other-{name}"), "--schema"]);
    }
    // One that says something else is not overwritten, and nothing is written half.
    let folder = Folder::new();
    folder.write("study.schema.json", "{}");
    let error = folder.ends_with(2, &["init", "--schema"]).stderr;
    assert!(
        error.contains("`tune schema > study.schema.json` updates it"),
        "{error}"
    );
    assert!(!folder.path("study.yaml").exists());
    assert_eq!(folder.read("study.schema.json"), "{}");
}

#[test]
fn every_shell_gets_its_completions() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.ends_with(0, &["completions", shell]).stdout;
        for word in ["ask-tell", "validate", "trial-timeout", "completions"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let error = folder.ends_with(2, &["completions", "csh"]).stderr;
    assert!(
        error.contains("bash") && error.contains("elvish"),
        "{error}"
    );
    folder.ends_with(2, &["completions"]);
    let help = folder.ends_with(0, &["completions", "--help"]).stdout;
    assert!(help.contains("~/.local/share/bash-completion"), "{help}");
}

#[test]
fn bash_completes_with_what_it_is_given() {
    let folder = Folder::new();
    let script = folder.ends_with(0, &["completions", "bash"]).stdout;
    folder.write("tune.bash", &script);
    let mut bash = std::process::Command::new("bash");
    let program = "source ./tune.bash; COMP_WORDS=(tune ev); COMP_CWORD=1; _tune tune ev tune; \
                   echo \"${COMPREPLY[@]}\"";
    bash.args(["--norc", "-c", program])
        .current_dir(folder.path(""));
    assert_eq!(finish(bash).stdout, "events\n");
}

#[test]
fn pruners_tell_their_options() {
    let folder = Folder::new();
    let all = json_of(&folder, &["pruners", "--json"]);
    for pruner in all.as_array().unwrap() {
        let options = pruner["options"].as_object().unwrap();
        for (name, default) in options {
            let schema = &pruner["schema"][name];
            assert_eq!(&schema["default"], default);
            assert!(schema["description"].is_string(), "{pruner} {name}");
        }
        assert_eq!(
            pruner["schema"].as_object().unwrap().len(),
            options.len(),
            "{pruner}"
        );
    }
    assert!(!all.to_string().contains("$ref"), "{all}");
    let schema = |pruner: &str, option: &str| {
        let one = json_of(&folder, &["pruners", pruner, "--json"]);
        let mut schema = one[0]["schema"][option].clone();
        schema.as_object_mut().unwrap().remove("description");
        schema
    };
    assert_eq!(
        schema("percentile", "percentile"),
        json!({"type": "number", "minimum": 0, "maximum": 100, "default": 25.0})
    );
    assert_eq!(
        schema("after", "inner"),
        json!({"type": ["string", "object"], "title": "a pruner", "default": null})
    );
    let of = schema("any", "of");
    assert_eq!(
        of["items"],
        json!({"type": ["string", "object"], "title": "a pruner"})
    );
}

#[test]
fn strategies_tell_their_options() {
    let folder = Folder::new();
    let all = json_of(&folder, &["strategies", "--json"]);
    for strategy in all.as_array().unwrap() {
        let options = strategy["options"].as_object().unwrap();
        for (name, default) in options {
            let schema = &strategy["schema"][name];
            assert_eq!(&schema["default"], default);
            assert!(schema["description"].is_string(), "{strategy} {name}");
        }
    }
    assert!(!all.to_string().contains("$ref"), "{all}");
    let grid = json_of(&folder, &["strategies", "grid", "--json"]);
    assert_eq!(
        grid[0]["schema"]["resolution"],
        json!({
            "type": "integer",
            "minimum": 1,
            "maximum": 1_000_000_000,
            "default": 11,
            "description": "how many values of a parameter without natural ones",
        })
    );
    let text = folder.ends_with(0, &["strategies", "grid"]).stdout;
    let line = text
        .lines()
        .find(|line| line.contains("resolution: 11"))
        .unwrap();
    assert!(
        line.contains("# how many values") && line.ends_with("(from 1 to 1000000000)"),
        "{text}"
    );
    let none = folder.ends_with(0, &["strategies", "random"]).stdout;
    assert!(none.contains("It has no options"), "{none}");
    folder.ends_with(2, &["strategies", "gird"]);
}
