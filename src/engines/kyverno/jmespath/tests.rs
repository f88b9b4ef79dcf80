//! Queries with what Kyverno itself said to them.

use super::*;
use crate::kyverno::context::Context;
use crate::request::{GroupKind, GroupResource, Operation, Provenance, Request, User};

/// Expressions on a pod, with what Kyverno 1.19.1 itself makes of them: `=` and the value as text, or `!` where it errs.
#[test]
fn expressions_are_worth_what_kyverno_makes_of_them() {
    let mut rows = include_str!("tests/cells.tsv").lines();
    let object: Value = serde_json::from_str(rows.next().unwrap()).unwrap();
    let request = Request {
        operation: Operation::Create,
        kind: GroupKind { group: String::new(), version: "v1".to_owned(), kind: "Pod".to_owned() },
        resource: GroupResource { group: String::new(), version: "v1".to_owned(), resource: "pods".to_owned() },
        subresource: String::new(),
        name: "p".to_owned(),
        namespace: None,
        object: object.into(),
        old_object: Value::Null.into(),
        user: User { name: "alice".to_owned(), groups: vec!["dev".to_owned(), "system:authenticated".to_owned()] },
        images: Provenance::Verified,
        dry_run: false,
    };
    let (mut cells, mut lacking) = (0, 0);
    for row in rows {
        let (expression, expected) = row.split_once('\t').unwrap();
        let found = match Context::new(&request).query(&format!("to_string({expression})")) {
            Ok(Value::String(text)) => format!("={text}"),
            Ok(other) => panic!("{expression}: {other}"),
            Err(Fault::Lacking(_)) => {
                lacking += 1;
                continue;
            }
            Err(_) => "!".to_owned(),
        };
        assert_eq!(found, expected, "{expression}");
        cells += 1;
    }
    assert!(cells > 1_000 && lacking * 10 < cells, "{cells}, and {lacking} are not evaluated");
}

#[test]
fn what_is_nested_too_deeply_ends() {
    assert!(matches!(parse(&"(".repeat(10_000)), Err(Fault::Lacking(_))));
    assert!(matches!(parse(&format!("{}a", "!".repeat(10_000))), Err(Fault::Lacking(_))));
    assert!(parse(&format!("a{}", ".b".repeat(500))).is_ok());
    assert!(matches!(parse(&format!("a{}", ".b".repeat(50_000))), Err(Fault::Lacking(_))));
    for cut in ["", "a.", "a[", "a[?b", "{a", "'a", "\"a", "`1", "a(", "a ||", "@@", "é", "a\u{0}"] {
        assert!(matches!(parse(cut), Err(Fault::Error(_))), "{cut}");
    }
}
