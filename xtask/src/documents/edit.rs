//! Functions of a file, replaced by those of a block, as a reader would who follows a chapter.

use crate::rust_source::{code, end_of_braces, words};

/// `file` with each function of `block` in place of its namesake.
///
/// # Errors
/// If the block has none, or the file has none or several of that name.
pub(crate) fn replaced(file: &str, block: &str) -> Result<String, String> {
    let new = functions(block);
    if new.is_empty() {
        return Err("the block has no function to put in place".to_owned());
    }
    let mut text = file.to_owned();
    for (name, _, (start, end)) in &new {
        let old: Vec<_> = functions(&text)
            .into_iter()
            .filter(|(other, ..)| other == name)
            .collect();
        let [(_, indent, (from, to))] = old.as_slice() else {
            return Err(format!(
                "the file has {} functions `{name}`: one is replaced",
                old.len()
            ));
        };
        let body = indented(&block[*start..*end], *indent);
        text.replace_range(*from..*to, &body);
    }
    Ok(text)
}

/// Name, indentation and place (from its `fn` or `pub`, to its last brace) of each function that is in no other.
fn functions(text: &str) -> Vec<(String, usize, (usize, usize))> {
    let code = code(text);
    let mut found: Vec<(String, usize, (usize, usize))> = Vec::new();
    for at in words(&code, "fn") {
        if found.last().is_some_and(|(_, _, (_, end))| at < *end) {
            continue;
        }
        let name: String = code[at + 2..]
            .trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let Some(open) = code[at..].find('{').map(|open| at + open) else {
            continue;
        };
        let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let indent = code[line..].len() - code[line..].trim_start().len();
        if !name.is_empty() {
            found.push((name, indent, (line + indent, end_of_braces(&code, open))));
        }
    }
    found
}

/// Moves the lines behind the first to where the first stands.
fn indented(text: &str, indent: usize) -> String {
    let last = text.lines().last().unwrap_or_default();
    let own = last.len() - last.trim_start().len();
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
            if !line.trim().is_empty() {
                out.push_str(&" ".repeat(indent));
            }
            out.push_str(line.get(own..).unwrap_or(line.trim_start()));
        } else {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "impl A {\n    /// Docs.\n    fn ask(&self) -> u8 {\n        let s = \"}\";\n        1\n    }\n\n    \
                        fn tell(&self) {}\n}\n";

    #[test]
    fn a_function_takes_the_place_of_its_namesake() -> Result<(), String> {
        let block = "fn ask(&self) -> u8 {\n    if true {\n        2\n    }\n}\n";
        let text = replaced(FILE, block)?;
        assert_eq!(
            text,
            "impl A {\n    /// Docs.\n    fn ask(&self) -> u8 {\n        if true {\n            2\n        }\n    }\n\n    \
             fn tell(&self) {}\n}\n"
        );
        let told = FILE.replace("let s", "// …\n        let s");
        assert_eq!(replaced(&told, block)?, text, "letters of several bytes");
        let both = replaced(FILE, &format!("{block}\nfn tell(&self) {{ drop(1) }}\n"))?;
        assert!(both.contains("2\n") && both.contains("drop(1)"), "{both}");
        Ok(())
    }

    #[test]
    fn what_cannot_be_replaced_is_told() {
        assert!(replaced(FILE, "let x = 1;").is_err());
        let error = replaced(FILE, "fn save(&self) {}").expect_err("no such function");
        assert_eq!(error, "the file has 0 functions `save`: one is replaced");
    }
}
