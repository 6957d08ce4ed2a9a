//! What fields, variants and types are called in the space.

use heck::{
    ToKebabCase as _, ToLowerCamelCase as _, ToPascalCase as _, ToShoutyKebabCase as _,
    ToShoutySnakeCase as _, ToSnakeCase as _,
};
use syn::{Ident, ext::IdentExt as _};

use crate::{errors::Errors, settings::Settings};

/// How the words of a name are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// As in the source.
    Source,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// The values of `rename_all`, as serde spells them.
const CASES: [(&str, Case); 8] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// The case of `rename_all`, else this one.
    pub(crate) fn or_renamed(self, settings: &mut Settings, errors: &mut Errors) -> Self {
        let Some((text, span)) = settings.text("rename_all", errors) else {
            return self;
        };
        if let Some((_, case)) = CASES.iter().find(|(name, _)| *name == text) {
            return *case;
        }
        let names: Vec<&str> = CASES.iter().map(|(name, _)| *name).collect();
        let names = names.join("\"`, `\"");
        errors.at(
            span,
            format!("there is no case \"{text}\": use `\"{names}\"`"),
        );
        self
    }

    /// The name of something in this case.
    pub(crate) fn name(self, ident: &Ident) -> String {
        let name = ident.unraw().to_string();
        match self {
            Self::Source => name,
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Pascal => name.to_pascal_case(),
            Self::Camel => name.to_lower_camel_case(),
            Self::Snake => name.to_snake_case(),
            Self::ScreamingSnake => name.to_shouty_snake_case(),
            Self::Kebab => name.to_kebab_case(),
            Self::ScreamingKebab => name.to_shouty_kebab_case(),
        }
    }
}

/// Takes `rename`, which is not an empty string.
pub(crate) fn renamed(settings: &mut Settings, errors: &mut Errors) -> Option<String> {
    let (name, span) = settings.text("rename", errors)?;
    if name.trim().is_empty() {
        errors.at(
            span,
            "a name cannot be empty: give it one, or remove `rename`",
        );
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        let check = |name: &str, expect: [&str; 9]| {
            let ident = syn::parse_str::<Ident>(name).unwrap();
            let cases = std::iter::once(Case::Source).chain(CASES.map(|(_, case)| case));
            let names: Vec<String> = cases.map(|case| case.name(&ident)).collect();
            assert_eq!(names, expect);
        };
        check(
            "RandomForest",
            [
                "RandomForest",
                "randomforest",
                "RANDOMFOREST",
                "RandomForest",
                "randomForest",
                "random_forest",
                "RANDOM_FOREST",
                "random-forest",
                "RANDOM-FOREST",
            ],
        );
        check(
            "r#type",
            [
                "type", "type", "TYPE", "Type", "type", "type", "TYPE", "type", "TYPE",
            ],
        );
    }
}
