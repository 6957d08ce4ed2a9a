//! [`Place`]: where in the tree of names a type's parameters stand. It does not know what stands there.

/// A place in the tree of names: the root, or a path such as `model.svm`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    path: String,
    /// Whether the path leads to this very place, rather than to what lies around it.
    named: bool,
}

impl Place {
    /// Where nothing has a name yet.
    pub(super) fn root() -> Self {
        Self {
            path: String::new(),
            named: false,
        }
    }

    /// The place of this name below this one.
    pub(super) fn at(&self, name: &str) -> Self {
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        Self { path, named: true }
    }

    /// The same place for something that shares it with others, and so has no name of its own.
    pub(super) fn flat(&self) -> Self {
        Self {
            path: self.path.clone(),
            named: false,
        }
    }

    /// This place if it has a name of its own, else the one of this name below it.
    pub(super) fn named(&self, name: &str) -> Self {
        match self.named {
            true => self.clone(),
            false => self.at(name),
        }
    }

    /// The name of the parameter that stands here itself; empty if the place has none.
    pub(super) fn name(&self) -> &str {
        match self.named {
            true => &self.path,
            false => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_takes_a_name_only_where_it_has_none() {
        let root = Place::root();
        assert_eq!(root.named("model").name(), "model");
        let svm = root.at("model").at("svm");
        assert_eq!(svm.named("kernel").name(), "model.svm");
        assert_eq!(svm.flat().named("kernel").name(), "model.svm.kernel");
        assert_eq!((root.name(), svm.flat().name()), ("", ""));
    }
}
