//! Functions of CEL that Kyverno's own kinds have beside those of Kubernetes, as far as they ask nobody: the parts of an image's name.
//!
//! Source: extensions/cel/libs/image of Kyverno's SDK, and go-containerregistry, by which names are read there. A name that not both grammars read alike is
//! not evaluated.

use super::images::Image;
use crate::cel::{Declared, Failure, Opaque, Value};
use std::any::Any;

/// Names and types.
const TABLE: [(&str, &str); 10] = [
    ("image", "string>kyverno.image"),
    ("parseImageReference", "string>kyverno.image"),
    ("isImage", "string>bool"),
    (".containsDigest", "kyverno.image>bool"),
    (".registry", "kyverno.image>string"),
    (".repository", "kyverno.image>string"),
    (".identifier", "kyverno.image>string"),
    (".identifierWithSeparator", "kyverno.image>string"),
    (".tag", "kyverno.image>string"),
    (".digest", "kyverno.image>string"),
];

/// An image's name, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name(Image);

impl Opaque for Name {
    fn kind(&self) -> &'static str {
        "kyverno.image"
    }

    fn same(&self, other: &dyn Opaque) -> bool {
        other.itself().downcast_ref() == Some(self)
    }

    fn itself(&self) -> &dyn Any {
        self
    }
}

/// With these functions.
#[must_use]
pub fn with(declared: Declared) -> Declared {
    TABLE.iter().fold(declared, |declared, (name, ways)| declared.function(name, ways))
}

/// The result of one of them; nothing of another.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, Failure>> {
    if !TABLE.iter().any(|(known, _)| *known == name) {
        return None;
    }
    if args.iter().any(|arg| matches!(arg, Value::Unknown(_))) {
        return Some(Err(Failure::Lacking("a value that is not known here".to_owned())));
    }
    Some(match (name, args) {
        ("image" | "parseImageReference", [Value::String(text)]) => read(text).map(Value::opaque),
        // Whatever both grammars read is one.
        ("isImage", [Value::String(text)]) => read(text).map(|_| Value::Bool(true)),
        (method, [value]) => value
            .as_opaque::<Name>()
            .map_or_else(|| Err(Failure::Errs("no such overload".to_owned())), |Name(image)| Ok(part(method, image))),
        _ => Err(Failure::Errs("no such overload".to_owned())),
    })
}

fn read(text: &str) -> Result<Name, Failure> {
    let lacking = || Failure::Lacking(format!("the name of an image that is read in more than one way ({text:?})"));
    let image = Image::read(text).map_err(|_| lacking())?;
    let hex = |digest: &str| digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let digest = image.digest.is_empty() || image.digest.strip_prefix("sha256:").is_some_and(hex);
    // Some take what has neither dot nor port before its first slash for a registry, where it has a capital.
    let registry = image.registry.contains(['.', ':']) || image.registry == "localhost";
    let plain = registry && image.registry.chars().all(|c| !c.is_ascii_uppercase() && c != '[');
    (digest && plain && image.path.len() >= 2).then_some(Name(image)).ok_or_else(lacking)
}

fn part(method: &str, image: &Image) -> Value {
    let docker = image.registry == "docker.io" || image.registry == "index.docker.io";
    let repository = if docker && !image.path.contains('/') { format!("library/{}", image.path) } else { image.path.clone() };
    let text = match method {
        ".containsDigest" => return Value::Bool(!image.digest.is_empty()),
        ".registry" if docker => "index.docker.io".to_owned(),
        ".registry" => image.registry.clone(),
        ".repository" => repository,
        ".tag" => image.tag.clone(),
        ".digest" => image.digest.clone(),
        ".identifier" => match (image.tag.as_str(), image.digest.as_str()) {
            (tag, "") => tag.to_owned(),
            ("", digest) => digest.to_owned(),
            (tag, digest) => format!("{tag}@{digest}"),
        },
        // The digest comes first.
        _ if image.digest.is_empty() => format!(":{}", image.tag),
        _ => format!("@{}", image.digest),
    };
    Value::text(&text)
}

#[cfg(test)]
mod tests {
    use super::{call, read};
    use crate::cel::{Failure, Value};

    #[test]
    fn names_are_taken_apart_as_registries_read_them() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, parts) in [
            ("nginx", ["index.docker.io", "library/nginx", "latest", "", "latest", ":latest"]),
            ("docker.io/nginx:1", ["index.docker.io", "library/nginx", "1", "", "1", ":1"]),
            ("docker.io/acme/nginx:1", ["index.docker.io", "acme/nginx", "1", "", "1", ":1"]),
            ("localhost:5000/a/b:1", ["localhost:5000", "a/b", "1", "", "1", ":1"]),
            (&format!("ghcr.io/acme/a@{digest}"), ["ghcr.io", "acme/a", "", &digest, &digest, &format!("@{digest}")]),
            (&format!("ghcr.io/acme/a:1@{digest}"), ["ghcr.io", "acme/a", "1", &digest, &format!("1@{digest}"), &format!("@{digest}")]),
        ] {
            let image = Value::opaque(read(text).ok().unwrap());
            let names = [".registry", ".repository", ".tag", ".digest", ".identifier", ".identifierWithSeparator"];
            for (name, wanted) in names.into_iter().zip(parts) {
                let told = call(name, std::slice::from_ref(&image));
                assert!(matches!(&told, Some(Ok(Value::String(told))) if **told == *wanted), "{text} {name}: {told:?}");
            }
        }
    }

    #[test]
    fn what_is_read_in_more_than_one_way_is_not_evaluated() {
        for text in ["", "A B", "Acme/nginx", "nginx@sha512:00", "a", "[::1]:5000/a/b"] {
            assert!(matches!(read(text), Err(Failure::Lacking(_))), "{text}");
        }
        assert!(call(".other", &[]).is_none());
    }
}
