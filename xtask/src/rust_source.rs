//! A Rust source as the checks look at it: comments and strings taken out. It is a scanner of text, not a parser.

/// `text` with the insides of comments, strings and characters as spaces; every byte of the rest stays where it was.
pub(crate) fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => Some(end_of_line(&chars, at)),
            '/' if chars.get(at + 1) == Some(&'*') => Some(end_of_block(&chars, at)),
            '"' => Some(end_of_string(&chars, at)),
            '\'' => end_of_char(&chars, at),
            'r' if !follows_word(&chars, at) => end_of_raw_string(&chars, at),
            // The prefixes of `br"…"` and `cr"…"` are letters too.
            'b' | 'c' if chars.get(at + 1) == Some(&'r') && !follows_word(&chars, at) => {
                end_of_raw_string(&chars, at + 1)
            }
            _ => None,
        };
        let Some(end) = end else {
            out.push(chars[at]);
            at += 1;
            continue;
        };
        for &c in &chars[at..end] {
            match c {
                '\n' => out.push(c),
                _ => out.push_str(&" ".repeat(c.len_utf8())),
            }
        }
        at = end;
    }
    out
}

/// The byte positions where `word` stands in `code` as a whole identifier.
pub(crate) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| {
            !code[..at].ends_with(is_identifier)
                && !code[at + word.len()..].starts_with(is_identifier)
        })
}

/// The line of a byte position, from 1.
pub(crate) fn line(code: &str, at: usize) -> usize {
    1 + code[..at].matches('\n').count()
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The position after the brace that closes the one at `open`.
pub(crate) fn end_of_braces(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return open + at + 1;
        }
    }
    code.len()
}

fn follows_word(chars: &[char], at: usize) -> bool {
    at > 0 && is_identifier(chars[at - 1])
}

fn end_of_line(chars: &[char], at: usize) -> usize {
    let length = chars[at..].iter().position(|&c| c == '\n');
    length.map_or(chars.len(), |length| at + length)
}

fn end_of_block(chars: &[char], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
            }
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_string(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// Only `'x'` and `'\…'` are characters; a lifetime is none.
fn end_of_char(chars: &[char], start: usize) -> Option<usize> {
    if chars.get(start + 1) == Some(&'\\') {
        let close = chars.iter().skip(start + 3).position(|&c| c == '\'');
        return Some(close.map_or(chars.len(), |close| start + 3 + close + 1));
    }
    (chars.get(start + 2) == Some(&'\'')).then_some(start + 3)
}

/// With an `r` at `start`.
fn end_of_raw_string(chars: &[char], start: usize) -> Option<usize> {
    let hashes = count_hashes(&chars[start + 1..]);
    let open = start + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let close = (open + 1..chars.len())
        .find(|&at| chars[at] == '"' && count_hashes(&chars[at + 1..]) >= hashes);
    Some(close.map_or(chars.len(), |close| close + 1 + hashes))
}

fn count_hashes(chars: &[char]) -> usize {
    chars.iter().take_while(|&&c| c == '#').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_characters_are_blanked() {
        let check = |text: &str, expect: &str| {
            let code = code(text);
            assert_eq!(code.len(), text.len(), "{text}");
            let words: Vec<_> = code.split_whitespace().collect();
            assert_eq!(words.join(" "), expect, "{text}");
        };
        check("a // b\nc", "a c");
        check("a /* b /* c */ d */ e", "a e");
        check("/**/ a /* open", "a");
        check(r#"f("x \" y", z)"#, "f( , z)");
        check("r#\"x \" y\"# + br\"z\" + b\"z\" + c\"z\"", "+ + b + c");
        check("let raw = r#fn; var", "let raw = r#fn; var");
        check(r"'a' + '\'' + '\u{1F}' + b'x'", "+ + + b");
        check(
            "&'static str; 'outer: loop {}",
            "&'static str; 'outer: loop {}",
        );
        check("a \"// not a comment\" b", "a b");
        check("a / b; c", "a / b; c");
    }

    #[test]
    fn an_unclosed_string_ends_with_the_text() {
        assert_eq!(code("a \"b\\").trim(), "a");
        assert_eq!(code("a r##\"b\"#").trim(), "a");
        assert_eq!(code("'\\").trim(), "");
    }

    #[test]
    fn words_are_whole_and_know_their_line() {
        let code = "operand\nrand rand_core\n(rand)";
        let lines: Vec<_> = words(code, "rand").map(|at| line(code, at)).collect();
        assert_eq!(lines, [2, 3]);
    }
}
