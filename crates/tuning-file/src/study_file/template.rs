//! The file that `tune init` writes: it runs as it is, and says what to change.

use crate::document::Format;

/// The schema beside a study file.
pub const SCHEMA_FILE: &str = "study.schema.json";

/// A study file to start from. With `schema` it tells editors where the schema is.
pub fn template(format: Format, schema: bool) -> String {
    let text = match format {
        Format::Yaml => include_str!("templates/study.yaml"),
        Format::Toml => include_str!("templates/study.toml"),
        Format::Json => include_str!("templates/study.json"),
    };
    if !schema {
        return text.to_owned();
    }
    // With the hint, the advice on how to get it has done its duty.
    let advice = |line: &&str| {
        [
            "# Editors complete and check it",
            "# after `tune schema",
            "# `tune schema",
        ]
        .iter()
        .any(|begin| line.starts_with(begin))
    };
    let lines: Vec<&str> = text.lines().filter(|line| !advice(line)).collect();
    let text = lines.join("\n").replacen("#\n\n", "\n", 1);
    match format {
        Format::Yaml => format!("# yaml-language-server: $schema={SCHEMA_FILE}\n{text}\n"),
        Format::Toml => format!("#:schema ./{SCHEMA_FILE}\n{text}\n"),
        Format::Json => {
            let hint = format!("{{\n  \"$schema\": \"./{SCHEMA_FILE}\",\n");
            format!("{}\n", text.replacen("{\n", &hint, 1))
        }
    }
}
