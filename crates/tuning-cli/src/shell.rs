//! [`word`]: paths in commands that are shown, so that they can be copied into a shell.

use std::path::Path;

/// A path as one word of a shell's command.
pub(crate) fn word(path: &Path) -> String {
    let text = path.to_string_lossy();
    // A command would take it for an option.
    let text = match text.starts_with('-') {
        true => format!("./{text}"),
        false => text.into_owned(),
    };
    words([&*text])
}

/// Words as a shell's command.
pub(crate) fn words<'a>(words: impl IntoIterator<Item = &'a str> + Clone) -> String {
    shlex::try_join(words.clone())
        // No command can have a NUL.
        .unwrap_or_else(|_| words.into_iter().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_whatever_is_in_it() {
        for name in [
            "study.yaml",
            "my study.yaml",
            "it's.yaml",
            "$(x);`y`.yaml",
            "a\nb",
            "größe.yaml",
        ] {
            let word = word(Path::new(name));
            assert_eq!(shlex::split(&word), Some(vec![name.to_owned()]), "{word}");
        }
        assert_eq!(word(Path::new("-n.yaml")), "./-n.yaml");
        assert_eq!(word(Path::new("a/study.yaml")), "a/study.yaml");
    }
}
