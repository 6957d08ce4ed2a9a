//! Commands that are shown, so that they can be copied into a shell: the program as it was called, paths as one word.

use std::ffi::OsStr;
use std::path::Path;

/// This program as a shell finds it: by the path that it was started with, if that was one.
pub(crate) fn tune() -> String {
    called(std::env::args_os().next().as_deref())
}

fn called(program: Option<&OsStr>) -> String {
    match program.map(Path::new) {
        Some(path) if path.components().nth(1).is_some() => word(path),
        _ => "tune".to_owned(),
    }
}

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
    fn the_program_is_shown_as_it_was_called() {
        let shown = |program: &str| called(Some(OsStr::new(program)));
        assert_eq!(shown("tune"), "tune");
        assert_eq!(shown("target/demo/tune"), "target/demo/tune");
        assert_eq!(shown("./tune"), "./tune");
        assert_eq!(shown("/opt/my tools/tune"), "'/opt/my tools/tune'");
        assert_eq!(called(None), "tune");
    }

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
