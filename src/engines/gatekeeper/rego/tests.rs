//! Programs against what OPA 1.17 says to them. `body` stands for the body of a rule: it holds where the outcome is a violation.

use super::{Outcome, Program, Source};
use serde_json::{Value, json};

fn source(rego: &str) -> Source {
    Source { rego: rego.to_owned(), libs: Vec::new(), v1: false }
}

fn outcome(source: &Source, input: &Value) -> Outcome {
    match Program::read(source, false) {
        Ok(program) => program.run(regorus::Value::from(input.clone())),
        Err(words) => Outcome::Unknown(words),
    }
}

fn messages(rego: &str, input: &Value) -> Outcome {
    outcome(&source(rego), input)
}

/// Whether a body holds: some for yes and no, none where it is not evaluated.
fn holds(body: &str, input: &Value) -> Option<bool> {
    match messages(&format!("package t\nviolation[{{\"msg\": \"m\"}}] {{ {body} }}"), input) {
        Outcome::Violations(messages) => Some(!messages.is_empty()),
        Outcome::Errs(words) => panic!("{body}: {words}"),
        Outcome::Unknown(_) => None,
    }
}

fn says(words: &[&str]) -> Outcome {
    Outcome::Violations(words.iter().map(|word| Some((*word).to_owned())).collect())
}

#[test]
fn bodies_hold_as_in_opa() {
    let input = json!({"review": {"object": {"metadata": {"labels": {"a": "1"}}, "spec": {
        "n": null, "s": "text", "i": 3, "f": 1.5, "t": true, "l": [1, 2, 3], "e": [], "o": {"k": "v"}, "x": {},
        "containers": [{"name": "one", "image": "docker.io/a/b:1"}, {"name": "two", "image": "b"}]}}}});
    let rows = [
        // Wrong types are undefined, and so is `not` of them true.
        ("count(input.review.object.spec.i) > 0", Some(false)),
        ("not startswith(input.review.object.spec.i, \"a\")", Some(true)),
        ("startswith(input.review.object.spec.n, \"a\")", Some(false)),
        ("not contains(input.review.object.spec.missing, \"a\")", Some(false)),
        ("1 / 0 == 0", Some(false)),
        ("not 1 / 0", Some(true)),
        ("to_number(\"abc\") == 0", Some(false)),
        ("not to_number(\"abc\")", Some(true)),
        ("to_number(\"1.5\") == 1.5", Some(true)),
        ("to_number(\"05\") == 5", Some(true)),
        ("to_number(\"+5\") == 5", Some(true)),
        ("to_number(\" 5\") == 5", Some(false)),
        ("to_number(\"1e3\") == 1000", Some(true)),
        ("to_number(\"0x10\") == 16", None),
        ("to_number(\"inf\") > 1", Some(false)),
        ("to_number(null) == 0", Some(true)),
        ("to_number(true) == 1", Some(true)),
        // Null, false and what is not there.
        ("input.review.object.spec.n", Some(true)),
        ("not input.review.object.spec.n", Some(false)),
        ("input.review.object.spec.t", Some(true)),
        ("input.review.object.spec.missing", Some(false)),
        ("not input.review.object.spec.missing", Some(true)),
        ("input.review.object.spec.n.x", Some(false)),
        ("input.review.object.spec.s.x", Some(false)),
        ("input.review.object.spec.l[0] == 1", Some(true)),
        ("input.review.object.spec.l[7]", Some(false)),
        ("input.review.object.spec.containers[_].name == \"two\"", Some(true)),
        ("count(input.review.object.spec.e) == 0", Some(true)),
        ("input.parameters.x", Some(false)),
        // Numbers.
        ("1 == 1.0", Some(true)),
        ("{1: \"x\"}[1.0] == \"x\"", Some(true)),
        ("input.review.object.spec.i == 3.0", Some(true)),
        ("round(2.5) == 3", Some(true)),
        ("round(-2.5) == -3", Some(true)),
        ("5 % 3 == 2", Some(true)),
        // Sets and comprehensions.
        ("{1, 2} - {2} == {1}", Some(true)),
        ("{1} | {2} == {1, 2}", Some(true)),
        ("{x | x := input.review.object.spec.l[_]; x > 1} == {2, 3}", Some(true)),
        ("count({\"a\", \"b\"} - {l | input.review.object.metadata.labels[l]}) == 1", Some(true)),
        ("all([true, true])", Some(true)),
        ("all([])", Some(true)),
        ("any([false, true])", Some(true)),
        ("any([])", Some(false)),
        ("not any({false})", Some(true)),
        ("set_diff({1, 2}, {1}) == {2}", Some(true)),
        ("cast_array({1}) == [1]", Some(true)),
        ("cast_set([1, 1]) == {1}", Some(true)),
        ("cast_string(1)", Some(false)),
        ("array.flatten([[1], 2]) == [1, 2]", Some(true)),
        // Objects.
        ("object.get(input.review.object.spec, \"n\", 1) == null", Some(true)),
        ("object.get(input.review.object.spec, \"missing\", 1) == 1", Some(true)),
        ("object.get(input.review.object.spec, [\"o\", \"k\"], 1) == \"v\"", Some(true)),
        ("object.get(input.review.object.missing, \"a\", 1) == 1", Some(false)),
        ("object.keys({\"a\": 1}) == {\"a\"}", Some(true)),
        // Texts.
        ("indexof(\"abc\", \"c\") == 2", Some(true)),
        ("indexof(\"éc\", \"c\") == 1", Some(true)),
        ("indexof(\"abc\", \"x\") == -1", Some(true)),
        ("not indexof(\"abc\", \"\")", Some(true)),
        ("indexof_n(\"abab\", \"b\") == [1, 3]", Some(true)),
        ("split(\"a/b\", \"/\") == [\"a\", \"b\"]", Some(true)),
        ("split(\"ab\", \"\") == [\"a\", \"b\"]", Some(true)),
        ("lower(\"ÄB\") == \"äb\"", Some(true)),
        ("upper(\"ß\") == \"SS\"", None),
        ("trim(\"xxaxx\", \"x\") == \"a\"", Some(true)),
        ("substring(\"abc\", 1, -1) == \"bc\"", Some(true)),
        ("strings.count(\"aaa\", \"a\") == 3", Some(true)),
        ("strings.count(\"aaa\", \"aa\") == 1", Some(true)),
        ("strings.count(\"aa\", \"\") == 3", Some(true)),
        ("strings.replace_n({\"a\": \"b\", \"b\": \"c\"}, \"ab\") == \"bc\"", Some(true)),
        ("sprintf(\"%v-%d\", [\"a\", 1]) == \"a-1\"", Some(true)),
        ("sprintf(\"%d\", [\"a\"]) == \"%!d(string=a)\"", Some(true)),
        ("json.marshal({\"b\": \"<\", \"a\": 1}) == \"{\\\"a\\\":1,\\\"b\\\":\\\"\\\\u003c\\\"}\"", Some(true)),
        ("json.unmarshal(\"{\\\"a\\\": 1}\").a == 1", Some(true)),
        ("base64.decode(\"YQ==\") == \"a\"", Some(true)),
        // Patterns.
        ("regex.match(\"^a+$\", \"aaa\")", Some(true)),
        ("re_match(\"b\", \"abc\")", Some(true)),
        ("regex.match(\"[\", \"a\")", Some(false)),
        ("not regex.match(\"(?=a)\", \"a\")", Some(true)),
        ("regex.match(\"^\\\\d$\", \"\u{663}\")", Some(false)),
        ("regex.match(\"^\\\\w$\", \"é\")", Some(false)),
        ("regex.split(\"/\", \"a/b\") == [\"a\", \"b\"]", Some(true)),
        ("regex.split(\"\", \"ab\") == [\"a\", \"b\"]", Some(true)),
        ("regex.split(\"x\", \"\") == [\"\"]", Some(true)),
        ("regex.split(\"b$\", \"ab\") == [\"a\", \"\"]", Some(true)),
        ("regex.find_n(\"[a-z]\", \"a1b2\", -1) == [\"a\", \"b\"]", Some(true)),
        ("regex.find_all_string_submatch_n(\"a(b?)\", \"aab\", 2) == [[\"a\", \"\"], [\"ab\", \"b\"]]", Some(true)),
        ("regex.replace(\"abc\", \"b\", \"x\") == \"axc\"", Some(true)),
        ("regex.is_valid(\"(\")", Some(false)),
        ("regex.template_match(\"a{.*}\", \"abc\", \"{\", \"}\")", None),
        // Globs.
        ("glob.match(\"*.a\", [], \"b.a\")", Some(true)),
        ("glob.match(\"*.a\", [], \"c.b.a\")", Some(false)),
        ("glob.match(\"*.a\", null, \"c.b.a\")", Some(true)),
        ("glob.match(\"*:*\", [\":\"], \"a:b:c\")", Some(false)),
        ("glob.match(\"a/**\", [\"/\"], \"a/b/c\")", Some(true)),
        ("glob.match(\"{a,b}/*\", [\"/\"], \"b/c\")", Some(true)),
        ("glob.match(\"[!a]x\", [], \"bx\")", Some(true)),
        ("glob.match(\"[^a]x\", [], \"bx\")", None),
        ("glob.match(\"é?\", [], \"éa\")", None),
        // Addresses, versions, amounts.
        ("net.cidr_contains(\"10.0.0.0/8\", \"10.1.2.3\")", Some(true)),
        ("net.cidr_contains(\"10.0.0.0/8\", \"10.1.0.0/16\")", Some(true)),
        ("net.cidr_contains(\"10.1.0.0/16\", \"10.0.0.0/8\")", Some(false)),
        ("not net.cidr_contains(\"10.1.0.0\", \"10.0.0.0/8\")", Some(true)),
        ("net.cidr_intersects(\"10.1.0.0/16\", \"10.0.0.0/8\")", Some(true)),
        ("net.cidr_is_valid(\"10.1.0.0/33\")", Some(false)),
        ("semver.compare(\"v1.2.3\", \"1.2.4\") == -1", Some(true)),
        ("semver.is_valid(\"1.2\")", Some(false)),
        ("units.parse(\"1Ki\") == 1024", Some(true)),
        ("units.parse(\"100m\") == 0.1", Some(true)),
        ("units.parse(\"1n\") == 1", Some(false)),
        ("units.parse(\"1.5G\") == 1500000000", Some(true)),
        ("units.parse(\"\")", Some(false)),
        ("units.parse(\"1M\") == 1000000", Some(true)),
        ("units.parse(\"1mi\") == 1048576", Some(true)),
        ("units.parse(\"1MI\") == 1048576", Some(true)),
        ("units.parse(\"1g\") == 1000000000", Some(true)),
        ("units.parse(\"1Kb\") > 0", Some(false)),
        ("units.parse_bytes(\"1Ki\") == 1024", Some(true)),
        ("units.parse_bytes(\"1KiB\") == 1024", Some(true)),
        ("units.parse_bytes(\"1m\") == 1000000", Some(true)),
        ("units.parse_bytes(\"1MB\") == 1000000", Some(true)),
        ("units.parse_bytes(\"1.5\") == 1", Some(true)),
        ("units.parse_bytes(\"1b\") > 0", Some(false)),
        ("units.parse_bytes(\"128Mi\") == 134217728", Some(true)),
        ("not units.parse_bytes(\"x\")", Some(true)),
        // What is not known here is not evaluated, reached or not.
        ("crypto.sha256(\"a\")", None),
        ("false; crypto.sha256(\"a\")", None),
        ("io.jwt.decode(\"a\")", None),
        ("external_data({\"provider\": \"p\", \"keys\": []})", None),
        ("http.send({\"method\": \"get\", \"url\": \"http://a\"})", None),
        ("time.now_ns() > 0", None),
        ("yaml.unmarshal(\"a: yes\").a", None),
        ("opa.runtime().env", None),
        ("no.such.function(1)", None),
        ("data.inventory.cluster[\"v1\"].Namespace[_]", None),
        ("data.other.x", None),
        ("input.review.uid == \"\"", None),
        ("input.review.options.dryRun", None),
        ("input.review.namespaceObject.metadata.annotations.a", None),
        ("input.review.namespaceObject.status", None),
        ("input.review[_].status", None),
        ("walk(input, [p, v]); v == 3", None),
        ("walk(input.review.object, [p, v]); v == 3", Some(true)),
        ("1 in [1]", None),
        ("every x in [1] { x == 1 }", None),
    ];
    for (body, expected) in rows {
        assert_eq!(holds(body, &input), expected, "{body}");
    }
}

#[test]
fn rules_and_functions_come_together_as_in_opa() {
    let input = json!({"review": {"object": {"spec": {"v": [1, 2]}}}, "parameters": {}});
    let rows = [
        // Two values of a complete rule are an error, where they are asked for.
        ("violation[{\"msg\": \"m\"}] { a == 1 }\na = 1 { true }\na = 2 { true }", Outcome::Errs("a rule with two values".to_owned())),
        ("violation[{\"msg\": \"m\"}] { false; a == 1 }\na = 1 { true }\na = 2 { true }", says(&[])),
        ("violation[{\"msg\": \"m\"}] { a == 1 }\na = 1 { true }\na = 1 { true }", says(&["m"])),
        (
            "violation[{\"msg\": \"m\"}] { f(1) == 1 }\nf(x) = 1 { true }\nf(x) = 2 { true }",
            Outcome::Errs("a rule with two values".to_owned()),
        ),
        ("violation[{\"msg\": \"m\"}] { f(1) == 1 }\nf(1) = 1 { true }\nf(2) = 2 { true }", says(&["m"])),
        ("violation[{\"msg\": \"m\"}] { a == 2 }\na = 1 { false } else = 2 { true }", says(&["m"])),
        ("violation[{\"msg\": \"m\"}] { not a }\ndefault a = false\na { input.parameters.x }", says(&["m"])),
        ("violation[{\"msg\": \"m\"}] { a[2] }\na[x] { x := input.review.object.spec.v[_] }", says(&["m"])),
        ("violation[{\"msg\": \"m\"}] { a.b == 2 }\na[\"b\"] = 2 { true }", says(&["m"])),
        ("violation[{\"msg\": m}] { m := sprintf(\"%v\", [input.review.object.spec.v[_]]) }", says(&["1", "2"])),
        ("violation[{\"msg\": \"m\", \"details\": {}}] { x with input as {\"a\": 1} }\nx { input.a == 1 }", says(&["m"])),
        // A violation without a message is none; one whose message is no text breaks the webhook.
        ("violation[{\"details\": \"m\"}] { true }", says(&[])),
        ("violation[\"m\"] { true }", says(&[])),
        ("violation[{\"msg\": 1}] { true }", Outcome::Violations(vec![None])),
        ("violation[{\"msg\": [\"m\"]}] { true }", Outcome::Violations(vec![None])),
        ("violation[{\"msg\": input.parameters.missing}] { true }", says(&[])),
        ("violation = {{\"msg\": \"m\"}} { true }", says(&["m"])),
    ];
    for (rules, expected) in rows {
        assert_eq!(messages(&format!("package a.b[\"c-d\"]\n{rules}"), &input), expected, "{rules}");
    }
}

#[test]
fn arguments_of_what_is_negated_are_worked_out_before() {
    let input = json!({"review": {"object": {"spec": {"s": "text", "i": 3, "l": [1, 2], "o": {"k": "v"}, "containers": [{"name": "one", "image": "b"}]}}}});
    let helpers = "f(x) { x == 1 }\nr = 1 { false }\ng(x) = {\"y\": 1} { true }\nh(x) = 1 { false }";
    let rows = [
        ("not S.missing", true),
        ("not S.missing == \"a\"", true),
        ("not \"a\" == S.missing", true),
        ("not S.missing = \"a\"", true),
        ("not S.missing > 1", false),
        ("not S.missing != \"a\"", false),
        ("not S.missing + 1 == 2", false),
        ("not count(S.missing) > 0", false),
        ("not startswith(lower(S.missing), \"a\")", false),
        ("not startswith(S.s, \"a\")", true),
        ("not f(S.missing)", false),
        ("not f(S.i)", true),
        ("c := S; not contains(c.missing, \"a\")", false),
        ("c := S; not c.missing == \"a\"", true),
        ("c := S; not f(c.missing)", false),
        ("c := S; not c.missing", true),
        ("c := S.containers[_]; not c.missing.deeper", true),
        ("c := S.containers[_]; not startswith(c.missing, \"a\")", false),
        ("c := S.containers[_]; not startswith(c.name, \"a\")", true),
        ("not r == 1", true),
        ("not r", true),
        ("not f(r)", false),
        ("not {1: S.missing} == {}", false),
        ("not [S.missing] == []", false),
        ("x := {1 | not contains(S.missing, \"a\")}; count(x) == 1", false),
        ("x := {1 | not contains(S.s, \"a\")}; count(x) == 1", true),
        ("x := [1 | not S.l[7]]; count(x) == 1", true),
        ("not contains(S.o[\"zz\"], \"a\")", false),
        ("k := \"zz\"; not contains(S.o[k], \"a\")", false),
        ("k := \"k\"; not contains(S.o[k], \"a\")", true),
        ("not S.o[S.missing]", false),
        ("not is_string(S.missing)", false),
        ("not sprintf(\"%v\", [S.missing]) == \"a\"", false),
        ("not h(1) == 2", false),
        ("not h(1)", true),
        ("not g(1).y == 2", true),
        ("not to_number(S.s) == 1", false),
        ("not to_number(S.s)", true),
        ("not any([S.missing])", false),
        ("not any([good | good := S.missing])", true),
        ("not all({x | x := S.missing})", false),
        ("not contains(input.a.b, \"x\") with input as {\"a\": {\"b\": \"y\"}}", true),
        ("not contains(input.a.b, \"x\") with input as {\"a\": {}}", false),
    ];
    for (body, expected) in rows {
        let body = body.replace('S', "input.review.object.spec");
        let said = messages(&format!("package t\nviolation[{{\"msg\": \"m\"}}] {{ {body} }}\n{helpers}"), &input);
        assert_eq!(said, says(if expected { &["m"] } else { &[] }), "{body}");
    }
    let later = "package t\nviolation contains {\"msg\": \"m\"} if not startswith(input.review.object.spec.missing, \"a\")";
    assert_eq!(outcome(&Source { v1: true, ..source(later) }, &input), says(&[]));
    assert_eq!(outcome(&Source { v1: true, ..source(&later.replace("missing", "s")) }, &input), says(&["m"]));
}

#[test]
fn what_gatekeeper_refuses_is_not_run() {
    let unknown = |source: &Source| matches!(outcome(source, &json!({})), Outcome::Unknown(_));
    for rego in [
        "",
        "package t",
        "package t\ndeny[{\"msg\": \"m\"}] { true }",
        "package t\nimport input.review\nviolation[{\"msg\": \"m\"}] { true }",
        "package t\nimport rego.v1\nviolation contains {\"msg\": \"m\"} if { true }",
        "package t\nimport data.other\nviolation[{\"msg\": \"m\"}] { true }",
        "package t\nviolation[{\"msg\": \"m\"}] if { true }",
        "package t\nviolation[{\"msg\": \"m\"}] { a }\na { b }\nb { a }",
        "package t\nviolation[{\"msg\": \"m\"}] { f(1) }\nf(x) { f(x) }",
        "package lib.t\nviolation[{\"msg\": \"m\"}] { true }",
        "package t\nviolation[{\"msg\": \"m\"}] { data.lib.none.f(1) }",
        "package t\nviolation[{\"msg\": \"m\"} { true }",
    ] {
        assert!(unknown(&source(rego)), "{rego}");
    }
    let with = |lib: &str| Source {
        rego: "package t\nimport data.lib.helpers\nviolation[{\"msg\": \"m\"}] { helpers.f(input.review.object.x) }".to_owned(),
        libs: vec![lib.to_owned()],
        v1: false,
    };
    let input = json!({"review": {"object": {"x": 1}}});
    assert_eq!(outcome(&with("package lib.helpers\nf(x) { x == 1 }"), &input), says(&["m"]));
    assert_eq!(outcome(&with("package lib.helpers\nf(x) { x == 2 }"), &input), says(&[]));
    assert!(unknown(&with("package helpers\nf(x) { x == 1 }")));
    assert!(unknown(&with("package lib\nf(x) { x == 1 }")));
    assert!(unknown(&with("package lib.helpers\ng(x) { x == 1 }")));
    assert!(unknown(&with("package lib.helpers\nf(x) { crypto.md5(x) }")));
}

#[test]
fn both_versions_of_the_language_are_read() {
    let later = "package t\nviolation contains {\"msg\": \"m\"} if { some x in input.review.object.l; x > 1 }";
    let imported =
        "package t\nimport future.keywords\nviolation contains {\"msg\": \"m\"} if { every x in input.review.object.l { x > 1 } }";
    let input = json!({"review": {"object": {"l": [2, 3]}}});
    assert_eq!(outcome(&Source { v1: true, ..source(later) }, &input), says(&["m"]));
    assert_eq!(outcome(&source(imported), &input), says(&["m"]));
    assert!(matches!(outcome(&source(later), &input), Outcome::Unknown(_)));
    assert!(matches!(
        outcome(&Source { v1: true, ..source("package t\nviolation[{\"msg\": \"m\"}] { true }") }, &input),
        Outcome::Unknown(_)
    ));
}

#[test]
fn what_a_program_reads_of_a_namespace_is_found() {
    let rows = [
        ("violation[{\"msg\": \"m\"}] { input.review.object.spec.x }", false, false),
        ("violation[{\"msg\": \"m\"}] { input.review.namespace == \"a\" }", true, false),
        ("violation[{\"msg\": \"m\"}] { input.review.object.metadata.namespace == \"a\" }", true, false),
        ("violation[{\"msg\": \"m\"}] { input.review.object.metadata.labels.namespace == \"a\" }", false, false),
        ("violation[{\"msg\": \"m\"}] { input.review.object.metadata[\"namespace\"] == \"a\" }", true, false),
        ("violation[{\"msg\": \"m\"}] { x := \"namespace\"; input.review.object.metadata[x] == \"a\" }", true, false),
        ("violation[{\"msg\": \"m\"}] { input.review.namespaceObject.metadata.labels.x }", true, false),
        ("violation[{\"msg\": \"m\"}] { m := input.review.object.metadata; m.namespace }", true, false),
        ("violation[{\"msg\": \"m\"}] { m := input.review.object.metadata; m.labels }", false, false),
        ("violation[{\"msg\": \"m\"}] { n := m.namespace; m := o.metadata; o := input.review.object; n == \"a\" }", true, false),
        ("violation[{\"msg\": \"m\"}] { not f(input.review) }\nf(r) { r.operation == \"UPDATE\" }", false, false),
        ("violation[{\"msg\": \"m\"}] { not f(input.review) }\nf(r) { r.namespace == \"a\" }", true, false),
        ("violation[{\"msg\": \"m\"}] { f(input.review) }\nf(r) { g(r.object) }\ng(o) { o.metadata.namespace }", true, false),
        ("violation[{\"msg\": \"m\"}] { f(input.review) }\nf(r) { g(r.object) }\ng(o) { o.metadata.name }", false, false),
        ("violation[{\"msg\": \"m\"}] { pod.metadata.namespace }\npod := input.review.object", true, false),
        ("violation[{\"msg\": \"m\"}] { pod.metadata.name }\npod := input.review.object", false, false),
        ("violation[{\"msg\": \"m\"}] { object.get(input.review, \"namespace\", \"\") }", true, false),
        ("violation[{\"msg\": \"m\"}] { object.get(input.review, \"operation\", \"\") }", false, false),
        ("violation[{\"msg\": m}] { m := sprintf(\"%v\", [input.review.object]) }", true, false),
        ("violation[{\"msg\": \"m\"}] { input.review.userInfo.username == \"a\" }", false, true),
        ("violation[{\"msg\": \"m\"}] { input.review.userInfo.groups[_] == \"a\" }", false, true),
    ];
    for (rules, namespace, user) in rows {
        match Program::read(&source(&format!("package t\n{rules}")), false) {
            Ok(program) => assert_eq!((program.reads.namespace, program.reads.user), (namespace, user), "{rules}"),
            Err(words) => panic!("{rules}: {words}"),
        }
    }
}

#[test]
fn an_empty_inventory_may_be_asked() {
    let rego = "package t\nviolation[{\"msg\": \"m\"}] { not data.inventory.cluster.v1 }";
    let run = |empty| Program::read(&source(rego), empty).map(|program| program.run(regorus::Value::new_object()));
    assert_eq!(run(true).ok(), Some(says(&["m"])));
    assert!(run(false).is_err());
}

#[test]
fn what_a_program_would_need_of_other_objects_is_told_by_their_kinds() {
    let rows = [
        ("not data.inventory.cluster.v1", "any kind"),
        ("x := data.inventory; x.cluster", "any kind"),
        ("data.inventory.namespace[_][v][k][_]; v == k", "any kind"),
        ("data.inventory.cluster[\"v1\"].Namespace[_]", "Namespace"),
        ("data.inventory.namespace[n][_][\"Ingress\"][_]; n == data.inventory.cluster.v1.Namespace[n].metadata.name", "Ingress, Namespace"),
    ];
    for (body, kinds) in rows {
        let rego = format!("package t\nviolation[{{\"msg\": \"m\"}}] {{ {body} }}");
        let told = Program::read(&source(&rego), false).err();
        let expected = format!("data.inventory, in which Gatekeeper has other objects whole ({kinds}), and which is not known here");
        assert_eq!(told, Some(expected), "{body}");
    }
}

#[test]
fn a_program_that_takes_too_long_ends() {
    let rego = "package t\nviolation[{\"msg\": \"m\"}] { r := numbers.range(1, 4000); count([1 | r[_] + r[_] + r[_] < 0]) > 0 }";
    let program = Program::read(&source(rego), false).unwrap_or_else(|words| panic!("{words}"));
    assert!(matches!(program.run(regorus::Value::new_object()), Outcome::Unknown(_)));
    assert!(matches!(program.run(regorus::Value::new_object()), Outcome::Unknown(_)));
}
