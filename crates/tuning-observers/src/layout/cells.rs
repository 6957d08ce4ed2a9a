//! Cells that are cut or broken into lines so that they fit a width.

use console::{measure_text_width, truncate_str};
use textwrap::{Options, WordSeparator, WordSplitter, core::Word, wrap_algorithms::wrap_first_fit};

const ELLIPSIS: &str = "…";

/// The text with an ellipsis in the place of its end if it is too wide.
pub(crate) fn cut(text: &str, width: usize) -> String {
    match width {
        0 => String::new(),
        _ => truncate_str(text, width, ELLIPSIS).into_owned(),
    }
}

/// The text with an ellipsis in the place of its beginning if it is too wide.
pub(crate) fn cut_start(text: &str, width: usize) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(measure_text_width(ELLIPSIS));
    let ends = text.char_indices().map(|(at, _)| &text[at..]);
    let end = ends.into_iter().find(|end| measure_text_width(end) <= room);
    match width {
        0 => String::new(),
        _ => format!("{ELLIPSIS}{}", end.unwrap_or_default().trim_start()),
    }
}

/// The text in lines, broken between words; a word that is too wide is broken, too.
pub(super) fn broken(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width.max(1))
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(text, options).into_iter();
    lines.map(|line| line.into_owned()).collect()
}

/// `name=value`. Where that is too wide the name is cut, and only then a value that is no number.
pub(super) fn pair(name: &str, value: &str, width: usize) -> String {
    let whole = format!("{name}={value}");
    if measure_text_width(&whole) <= width {
        return whole;
    }
    let room = width.saturating_sub(measure_text_width(value) + 1);
    let name = cut(name, room.max(NAME));
    let room = width.saturating_sub(measure_text_width(&name) + 1);
    match value.parse::<f64>() {
        Ok(_) => format!("{name}={value}"),
        Err(_) => format!("{name}={}", cut(value, room)),
    }
}

/// How much of a name stays.
pub(super) const NAME: usize = 5;

/// Pairs in lines, none of which is broken.
pub(super) fn lines(pairs: &[(&str, &str)], width: usize) -> Vec<String> {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| pair(name, value, width))
        .collect();
    // A blank after each but the last, as between words.
    let words = pairs.iter().map(|pair| Word {
        whitespace: " ",
        ..Word::from(pair.as_str())
    });
    let words: Vec<Word<'_>> = words.collect();
    let lines = wrap_first_fit(&words, &[width as f64]).into_iter();
    lines
        .map(|line| {
            let pairs: Vec<&str> = line.iter().map(|word| word.word).collect();
            pairs.join(" ")
        })
        .collect()
}

/// As many pairs as fit on a line, and an ellipsis for the others.
pub(super) fn line(pairs: &[(&str, &str)], width: usize) -> String {
    let mut line = String::new();
    for (index, (name, value)) in pairs.iter().enumerate() {
        let is_last = index + 1 == pairs.len();
        let blank = usize::from(index > 0);
        // Room for the ellipsis that tells of the others.
        let rest = if is_last { 0 } else { 2 };
        let room = width.saturating_sub(measure_text_width(&line) + blank + rest);
        let fits = measure_text_width(&format!("{name}={value}")) <= room;
        if !fits && index > 0 {
            return format!("{line} {ELLIPSIS}");
        }
        line.push_str(&" ".repeat(blank));
        line.push_str(&pair(name, value, room));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_keeps_its_beginning_or_its_end() {
        assert_eq!(cut("KeyError: 'lr'", 20), "KeyError: 'lr'");
        assert_eq!(cut("KeyError: 'lr'", 6), "KeyEr…");
        assert_eq!(cut_start("exited: KeyError: 'lr'", 9), "…or: 'lr'");
        assert_eq!(cut_start("exited", 6), "exited");
        assert_eq!(cut_start("größe 日本語", 5), "…本語");
        assert_eq!(cut_start("abc", 0), "");
    }

    #[test]
    fn a_number_in_a_pair_is_whole() {
        assert_eq!(
            pair("learning_rate", "0.000123457", 30),
            "learning_rate=0.000123457"
        );
        assert_eq!(
            pair("learning_rate", "0.000123457", 18),
            "learn…=0.000123457"
        );
        assert_eq!(pair("learning_rate", "0.000123457", 9), "lear…=0.000123457");
        assert_eq!(
            pair("model", "a long name of a model", 14),
            "model=a long …"
        );
    }

    #[test]
    fn pairs_stay_whole_on_their_lines() {
        let pairs = [
            ("lr", "0.01"),
            ("layers", "3"),
            ("opt", "adam"),
            ("b", "32"),
        ];
        assert_eq!(lines(&pairs, 18), ["lr=0.01 layers=3", "opt=adam b=32"]);
        assert_eq!(
            lines(&pairs, 8),
            ["lr=0.01", "layers=3", "opt=adam", "b=32"]
        );
        assert_eq!(line(&pairs, 40), "lr=0.01 layers=3 opt=adam b=32");
        assert_eq!(line(&pairs, 29), "lr=0.01 layers=3 opt=adam …");
        assert_eq!(line(&pairs, 18), "lr=0.01 layers=3 …");
        assert_eq!(line(&pairs, 3), "lr=0.01 …");
    }
}
