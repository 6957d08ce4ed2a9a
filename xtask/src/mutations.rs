//! [`Mutation`]: one of `torture/mutations.toml`: a mechanism that is taken away, and the test that must notice.

use toml::{Table, Value};

use crate::error::{Error, Result};

/// Where they are listed.
pub(crate) const FILE: &str = "torture/mutations.toml";
/// Where their tests are.
pub(crate) const TESTS: &str = "torture/tests/invariants.rs";

/// A mechanism that is taken away, and the test that must notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mutation {
    pub(crate) name: String,
    pub(crate) what: String,
    /// The invariant that is broken then, as the torture names it.
    pub(crate) breaks: String,
    pub(crate) test: String,
    /// What is changed, relative to the root.
    pub(crate) file: String,
    find: String,
    replace: String,
}

impl Mutation {
    /// Those that a text lists.
    ///
    /// # Errors
    /// When it is not TOML, or one lacks a field.
    pub(crate) fn all(text: &str) -> Result<Vec<Self>> {
        let table: Table = text
            .parse()
            .map_err(|error| Error::Workspace(format!("`{FILE}`: {error}")))?;
        let list = table.get("mutation").and_then(Value::as_array);
        let list = list.map_or(&[][..], Vec::as_slice).iter();
        list.filter_map(Value::as_table).map(Self::read).collect()
    }

    fn read(table: &Table) -> Result<Self> {
        let field = |name: &str| match table.get(name).and_then(Value::as_str) {
            Some(text) => Ok(text.to_owned()),
            None => {
                let message = format!("`{FILE}`: a mutation has no `{name}`: {table:?}");
                Err(Error::Workspace(message))
            }
        };
        Ok(Self {
            name: field("name")?,
            what: field("what")?,
            breaks: field("breaks")?,
            test: field("test")?,
            file: field("file")?,
            find: field("find")?,
            replace: field("replace")?,
        })
    }

    /// The text of its file with the mutation; why not, if it does not apply.
    pub(crate) fn apply(&self, text: &str) -> std::result::Result<String, String> {
        match text.matches(&self.find).count() {
            1 if self.find != self.replace => Ok(text.replacen(&self.find, &self.replace, 1)),
            1 => Err("changes nothing".to_owned()),
            0 => Err("does not apply any more: what it finds is not there".to_owned()),
            times => Err(format!(
                "is not clear: what it finds is there {times} times"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutation_applies_in_exactly_one_place() -> Result {
        let text = "[[mutation]]\nname = 'n'\nwhat = 'w'\nbreaks = 'Ids'\ntest = 't'\nfile = 'f'\nfind = 'one'\nreplace = 'two'";
        let [mutation] = &Mutation::all(text)?[..] else {
            panic!("there is one");
        };
        assert_eq!(mutation.apply("one, three").as_deref(), Ok("two, three"));
        assert!(mutation.apply("three").is_err());
        assert!(mutation.apply("one, one").is_err());
        assert!(Mutation::all("[[mutation]]\nname = 'n'").is_err());
        Ok(())
    }
}
