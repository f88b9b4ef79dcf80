//! To which images a guard is limited.

use crate::analysis::image::ImageReference;
use crate::model::text::glob;
use globset::{GlobBuilder, GlobMatcher};

/// Patterns on the names of images.
#[derive(Clone, Debug, Default)]
pub struct Images {
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
enum Pattern {
    /// A star stands for anything, slashes too, as with Kyverno.
    Anything(String),
    /// One star stays between two slashes and two cross them, as with sigstore's policy-controller.
    Path(GlobMatcher),
}

impl Images {
    /// Patterns whose star stands for anything.
    pub(super) fn anything(patterns: impl IntoIterator<Item = String>) -> Self {
        Self { patterns: patterns.into_iter().map(Pattern::Anything).collect() }
    }

    /// Patterns of which only two stars cross slashes.
    pub(super) fn paths(patterns: impl IntoIterator<Item = String>) -> Self {
        Self { patterns: patterns.into_iter().filter_map(|pattern| path(&pattern)).map(Pattern::Path).collect() }
    }

    /// Whether one of them matches an image, with its tag and digest or without.
    #[must_use]
    pub fn cover(&self, image: &ImageReference) -> bool {
        let names = [image.to_string(), image.name()];
        names.iter().any(|name| self.patterns.iter().any(|pattern| pattern.matches(name)))
    }
}

impl Pattern {
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Anything(pattern) => glob(pattern, name),
            Self::Path(pattern) => pattern.is_match(name),
        }
    }
}

/// A pattern of which nothing but stars is special; one that can't be read matches no image.
fn path(pattern: &str) -> Option<GlobMatcher> {
    let plain = pattern.chars().fold(String::new(), |mut plain, c| {
        match c {
            '?' | '[' | ']' | '{' | '}' | '\\' | '!' => plain.extend(['[', c, ']']),
            c => plain.push(c),
        }
        plain
    });
    Some(GlobBuilder::new(&plain).literal_separator(true).build().ok()?.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_of_sigstore_crosses_no_slash() {
        let covers = |pattern: &str, image: &str| {
            ImageReference::parse(image).is_some_and(|image| Images::paths([pattern.to_owned()]).cover(&image))
        };
        assert!(covers("r.example/*", "r.example/a:1") && !covers("r.example/*", "r.example/a/b:1"));
        assert!(covers("r.example/**", "r.example/a/b:1") && covers("**", "nginx") && !covers("*", "nginx"));
        assert!(covers("r.example/*/web", "r.example/pay/web:1") && !covers("r.example/*/web", "r.example/pay/a/web:1"));
    }
}
