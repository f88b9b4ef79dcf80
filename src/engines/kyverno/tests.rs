//! Policies of Kyverno with what Kyverno itself said to them.

use super::*;
use crate::request::{GroupKind, GroupResource, Operation, Provenance, User};
use serde_json::json;
use std::collections::BTreeMap;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A request as the tables have it.
fn request(row: &Value) -> Request {
    let kind = &row["kind"];
    let namespace = &row["namespace"];
    Request {
        operation: match row["operation"].as_str().unwrap() {
            "CREATE" => Operation::Create,
            "UPDATE" => Operation::Update,
            "DELETE" => Operation::Delete,
            other => panic!("{other}"),
        },
        kind: GroupKind { group: text(&kind["group"]), version: text(&kind["version"]), kind: text(&kind["kind"]) },
        resource: GroupResource { group: text(&kind["group"]), version: text(&kind["version"]), resource: text(&row["resource"]) },
        subresource: text(&row["subresource"]),
        name: text(&row["name"]),
        namespace: namespace
            .is_object()
            .then(|| Namespace { name: text(&namespace["name"]), labels: serde_json::from_value(namespace["labels"].clone()).unwrap() }),
        object: Arc::new(row["object"].clone()),
        old_object: Arc::new(row["old"].clone()),
        user: User { name: text(&row["user"]["name"]), groups: serde_json::from_value(row["user"]["groups"].clone()).unwrap() },
        images: Provenance::Verified,
        dry_run: false,
    }
}

fn as_it_stands(judge: &Kyverno, asked: &Request) -> Vec<Ruling> {
    match &judge.0 {
        Kind::Read(judge) => judge.rule(asked),
        Kind::Unread(why) => vec![Ruling::new("", Answer::NotEvaluated(why.clone()))],
    }
}

/// Policies of every sort, with what Kyverno 1.19.1 itself answered to requests. Those that are not evaluated are few.
#[test]
fn policies_answer_as_kyverno_answers() {
    let requests: Vec<Request> =
        include_str!("tests/requests.jsonl").lines().map(|line| request(&serde_json::from_str(line).unwrap())).collect();
    let (mut cells, mut lacking, mut refusals) = (0, 0, 0);
    for line in include_str!("tests/policies.jsonl").lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let exceptions = row["exceptions"].as_array().cloned().unwrap_or_default();
        let judge = Kyverno::read(&row["policy"], &exceptions, &Settings::default());
        for (number, expected) in row["requests"].as_array().unwrap().iter().zip(row["refused"].as_str().unwrap().chars()) {
            let asked = &requests[usize::try_from(number.as_u64().unwrap()).unwrap()];
            // Kyverno's own answers were to the objects as they stand there, not as an API server would hand them on.
            let rulings = as_it_stands(&judge, asked);
            let refused = rulings.iter().any(|ruling| matches!(ruling.answer, Answer::Refuses(_)));
            cells += 1;
            if !refused && rulings.iter().any(|ruling| matches!(ruling.answer, Answer::NotEvaluated(_))) {
                lacking += 1;
                continue;
            }
            refusals += u32::from(refused);
            assert_eq!(refused, expected == '1', "{}\n{:?} {}\n{rulings:?}", row["policy"], asked.operation, asked.object);
        }
    }
    assert!(cells > 7_000 && refusals > 2_000 && lacking * 20 < cells, "{lacking} of {cells} are not evaluated, {refusals} are refused");
}

/// Where two namespaces write the same, every policy of the tables says the same in both.
#[test]
fn namespaces_that_are_not_told_apart_get_the_same_answer() {
    let labels = |env: &str| BTreeMap::from([("env".to_owned(), env.to_owned())]);
    let namespaces =
        [Namespace::new("ns", &labels("prod")), Namespace::new("nt", &labels("prod")), Namespace::new("other", &labels("dev"))];
    let pod = |namespace: &Namespace| {
        let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": namespace.name}, "spec": {"containers": [{"name": "a", "image": "nginx:1"}]}});
        let row = json!({"operation": "CREATE", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "resource": "pods", "name": "p", "object": object, "user": {"name": "alice", "groups": ["dev"]}});
        Request { namespace: Some(namespace.clone()), ..request(&row) }
    };
    let mut same = 0;
    for line in include_str!("tests/policies.jsonl").lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let exceptions = row["exceptions"].as_array().cloned().unwrap_or_default();
        let judge = Kyverno::read(&row["policy"], &exceptions, &Settings::default());
        let told: Vec<(Vec<u8>, Vec<Ruling>)> = namespaces
            .iter()
            .map(|namespace| {
                let mut key = Vec::new();
                judge.tells_apart(namespace, &mut key);
                (key, judge.rule(&pod(namespace)))
            })
            .collect();
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            if told[one].0 == told[other].0 {
                assert_eq!(told[one].1, told[other].1, "{}", row["policy"]);
                same += 1;
            }
        }
    }
    assert!(same > 1_000, "{same}");
}

fn pod(spec: Value) -> Request {
    let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "ns"}, "spec": spec});
    request(
        &json!({"operation": "CREATE", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "resource": "pods", "name": "p", "object": object,
        "namespace": {"name": "ns", "labels": {"env": "prod"}}, "user": {"name": "alice", "groups": ["dev"]}}),
    )
}

fn policy(rule: Value) -> Value {
    let mut rule = rule;
    rule["name"] = json!("r");
    rule["match"] = json!({"any": [{"resources": {"kinds": ["Pod"]}}]});
    json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "pol"}, "spec": {"validationFailureAction": "Enforce", "rules": [rule]}})
}

fn told(policy: &Value, settings: &Settings, request: &Request) -> Answer {
    let mut rulings = Kyverno::read(policy, &[], settings).rule(request);
    rulings.remove(0).answer
}

/// An empty `any` never holds; in a rule that Kyverno makes for a controller it is lost, but for the preconditions of a list.
#[test]
fn empty_conditions_are_lost_in_made_rules_but_where_a_list_has_them() {
    let template = json!({"metadata": {}, "spec": {"containers": [{"name": "a", "image": "nginx"}]}});
    let object =
        json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "d", "namespace": "ns"}, "spec": {"template": template}});
    let made =
        request(&json!({"operation": "CREATE", "kind": {"group": "apps", "version": "v1", "kind": "DaemonSet"}, "resource": "daemonsets",
        "name": "d", "object": object, "namespace": {"name": "ns", "labels": {}}, "user": {"name": "alice", "groups": ["dev"]}}));
    let itself = pod(json!({"containers": [{"name": "a", "image": "nginx"}]}));
    let (list, none) = ("request.object.spec.containers", json!({"any": []}));
    let nested = json!({"list": "element.name", "preconditions": none, "deny": {}});
    for (rule, refused) in [
        (json!({"preconditions": none, "validate": {"deny": {}}}), true),
        (json!({"validate": {"deny": {"conditions": none}}}), true),
        (json!({"validate": {"foreach": [{"list": list, "deny": {"conditions": none}}]}}), true),
        (json!({"validate": {"foreach": [{"list": list, "preconditions": none, "deny": {}}]}}), false),
        (json!({"validate": {"foreach": [{"list": list, "foreach": [nested]}]}}), true),
    ] {
        let judge = Kyverno::read(&policy(rule.clone()), &[], &Settings::default());
        let refuses = |asked| judge.rule(asked).iter().any(|ruling| matches!(ruling.answer, Answer::Refuses(_)));
        assert_eq!((refuses(&itself), refuses(&made)), (false, refused), "{rule}");
    }
}

/// Kyverno judges by the standards that it was built with, however new those that a policy names.
#[test]
fn standards_newer_than_kyverno_knows_are_judged_as_the_newest_that_it_does() {
    for (sysctl, version, refused) in [
        ("net.ipv4.tcp_rmem", "v1.31", true),
        ("net.ipv4.tcp_rmem", "v1.32", false),
        ("net.ipv4.tcp_rmem", "latest", false),
        ("net.ipv4.tcp_notsent_lowat", "latest", true),
        ("net.ipv4.tcp_notsent_lowat", "v1.37", true),
    ] {
        let asked =
            pod(json!({"securityContext": {"sysctls": [{"name": sysctl, "value": "1"}]}, "containers": [{"name": "a", "image": "nginx"}]}));
        let demand = json!({"validate": {"podSecurity": {"level": "baseline", "version": version}}});
        let answer = told(&policy(demand), &Settings::default(), &asked);
        let expected = if refused { matches!(answer, Answer::Refuses(_)) } else { matches!(answer, Answer::Admits(_)) };
        assert!(expected, "{sysctl} {version}: {answer:?}");
    }
}

#[test]
fn what_is_not_known_is_not_evaluated() {
    let asked = pod(json!({"containers": [{"name": "a", "image": "nginx"}]}));
    let deny = |key: &str| json!({"deny": {"conditions": {"any": [{"key": key, "operator": "Equals", "value": "x"}]}}});
    let entry = |source: &str| json!([{"name": "v", source: {"name": "x"}}]);
    let mut rows = vec![
        json!({"validate": {"assert": {"a": 1}}}),
        json!({"validate": {"manifests": {"attestors": [{"entries": []}]}}}),
        json!({"validate": {"pattern": {}, "unknown": 1}}),
        json!({"validate": {"pattern": {}}, "unknown": 1}),
        json!({"validate": {"pattern": []}, "preconditions": {"some": []}}),
        json!({"validate": deny("{{ request.roles }}")}),
        json!({"validate": deny("{{ request.uid }}")}),
        json!({"validate": deny("{{ request }}")}),
        json!({"validate": deny("{{ request.userInfo.extra }}")}),
        json!({"validate": deny("{{ time_now() }}")}),
        json!({"validate": deny("{{ random('x') }}")}),
        json!({"validate": deny("$(./../a)")}),
        json!({"validate": deny("{{@}}")}),
        json!({"validate": {"cel": {"expressions": [{"expression": "authorizer.group('').check('get').allowed()"}]}}}),
        json!({"validate": {"cel": {"expressions": [{"expression": "true"}], "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}}}),
        json!({"validate": {"cel": {"expressions": [{"expression": "namespaceObject.spec.finalizers.size() == 0"}]}}}),
        json!({"verifyImages": [{"imageReferences": ["*"], "attestors": [{"entries": []}]}]}),
        json!({"verifyImages": [{"imageReferences": ["*"]}], "imageExtractors": {"Pod": []}, "x": 1}),
    ];
    for source in ["apiCall", "configMap", "imageRegistry", "globalReference"] {
        rows.push(json!({"validate": deny("{{ v.x }}"), "context": entry(source)}));
    }
    for row in rows {
        let answer = told(&policy(row.clone()), &Settings::default(), &asked);
        assert!(matches!(answer, Answer::NotEvaluated(_)), "{row}: {answer:?}");
    }
    // Assertion trees are run until 1.18 and passed over since; what stands beside them is not.
    let asserts = policy(json!({"validate": {"assert": {"a": 1}}}));
    let besides = policy(json!({"validate": {"assert": {"a": 1}, "deny": {}}}));
    for (minor, known) in [(None, false), (Some(18), false), (Some(19), true), (Some(20), true)] {
        let settings = Settings::default().at_minor(minor);
        let answers = [told(&asserts, &settings, &asked), told(&besides, &settings, &asked)];
        let expected = matches!(answers, [Answer::Admits(_), Answer::Refuses(_)]);
        let unknown = matches!(answers, [Answer::NotEvaluated(_), Answer::NotEvaluated(_)]);
        assert_eq!((expected, unknown), (known, !known), "{minor:?}: {answers:?}");
    }
    // A variable that comes from elsewhere and that nobody asks for is nothing.
    let unused = json!({"validate": {"deny": {}}, "context": entry("apiCall")});
    assert!(matches!(told(&policy(unused), &Settings::default(), &asked), Answer::Refuses(_)));
    // Whom a rule leaves out by a role is told as a way around it; whom it is about by a role is not known, nor is a role that everybody may have.
    for (part, role, known) in [
        ("exclude", "cluster-admin", true),
        ("exclude", "pay:deployer", true),
        ("exclude", "system:basic-user", false),
        ("exclude", "kube-system:system:controller:job-controller", false),
        ("exclude", "cluster-*", false),
        ("match", "cluster-admin", false),
    ] {
        let mut by_role = policy(json!({"validate": {"deny": {}}}));
        by_role["spec"]["rules"][0][part] = json!({"any": [{"resources": {"kinds": ["Pod"]}, "clusterRoles": [role]}]});
        let answer = told(&by_role, &Settings::default(), &asked);
        assert_eq!(
            (matches!(answer, Answer::Refuses(_)), matches!(answer, Answer::NotEvaluated(_))),
            (known, !known),
            "{part} {role}: {answer:?}"
        );
        let around = Kyverno::read(&by_role, &[], &Settings::default()).ways_around();
        assert!(!known || around == [format!("requests of those with the role {role}")], "{part} {role}: {around:?}");
    }
    for (field, value) in [("apiVersion", "kyverno.io/v3"), ("kind", "Other")] {
        let mut other = policy(json!({"validate": {"deny": {}}}));
        other[field] = json!(value);
        assert!(matches!(told(&other, &Settings::default(), &asked), Answer::NotEvaluated(_)));
    }
    for cut in [json!(null), json!({}), json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "spec": {"rules": [null]}})] {
        let rulings = Kyverno::read(&cut, &[], &Settings::default()).rule(&asked);
        assert!(rulings.iter().all(|ruling| matches!(ruling.answer, Answer::NotEvaluated(_))), "{cut}");
    }
}

#[test]
fn policies_of_cel_take_names_of_images_apart() {
    let rules = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]);
    let told = |expression: &str, image: &str| {
        let spec = json!({"matchConstraints": {"resourceRules": rules}, "variables": [{"name": "images", "expression": "object.spec.containers.map(c, image(c.image))"}],
                          "validations": [{"expression": expression}]});
        let policy = json!({"apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy", "metadata": {"name": "p"}, "spec": spec});
        match Kyverno::read(&policy, &[], &Settings::default())
            .rule(&pod(json!({"containers": [{"name": "a", "image": image}]})))
            .remove(0)
            .answer
        {
            Answer::Admits(_) => 'a',
            Answer::Refuses(_) => 'r',
            Answer::NotAsked => '-',
            Answer::NotEvaluated(_) => 'n',
        }
    };
    for (expression, image, wanted) in [
        ("variables.images.all(i, i.registry() == 'ghcr.io')", "ghcr.io/acme/a:1", 'a'),
        ("variables.images.all(i, i.registry() == 'ghcr.io')", "nginx", 'r'),
        ("variables.images.all(i, i.tag() != 'latest' || i.containsDigest())", "ghcr.io/acme/a", 'r'),
        ("object.spec.containers.all(c, isImage(c.image) && image(c.image).repository().startsWith('library/'))", "nginx:1", 'a'),
        ("variables.images.all(i, i.registry() == 'ghcr.io')", "A B", 'n'),
        ("variables.images.all(i, i.nothing() == 'ghcr.io')", "nginx", 'n'),
    ] {
        assert_eq!(told(expression, image), wanted, "{expression} on {image}");
    }
}

#[test]
fn rules_of_cel_take_parameters() {
    let asked = pod(json!({"containers": [{"name": "a", "image": "nginx"}]}));
    let limit = |name: &str, namespace: &str, most: i64| json!({"apiVersion": "acme.example/v1", "kind": "Limit", "metadata": {"name": name, "namespace": namespace, "labels": {"on": "yes"}}, "most": most});
    let told = |namespaced: bool, objects: &[Value], reference: Value, failure: &str| {
        let kind = json!({"apiVersion": "acme.example/v1", "kind": "Limit"});
        let cel = json!({"expressions": [{"expression": "size(object.spec.containers) <= params.most"}], "paramKind": kind, "paramRef": reference});
        let mut policy = policy(json!({"validate": {"cel": cel}}));
        policy["spec"]["failurePolicy"] = json!(failure);
        let kinds = |api_version: &str, kind: &str| match (api_version, kind) {
            ("acme.example/v1", "Limit") => Params::Read { namespaced, objects: objects.to_vec() },
            _ => Params::NoSuchKind,
        };
        let judge = Kyverno::read_with(&policy, &[], &Settings::default(), &kinds);
        let (mut one, mut other) = (Vec::new(), Vec::new());
        judge.tells_apart(&Namespace::new("ns", &BTreeMap::new()), &mut one);
        judge.tells_apart(&Namespace::new("other", &BTreeMap::new()), &mut other);
        let letter = match judge.rule(&asked).remove(0).answer {
            Answer::Admits(_) => 'a',
            Answer::Refuses(_) => 'r',
            Answer::NotAsked => '-',
            Answer::NotEvaluated(_) => 'n',
        };
        (letter, one != other)
    };
    let (few, many, elsewhere) = (limit("few", "ns", 0), limit("many", "ns", 9), limit("few", "other", 9));
    let all = [few.clone(), many.clone(), elsewhere.clone()];
    for (objects, reference, wanted) in [
        (&all[..], json!({"name": "few"}), 'r'),
        (&all, json!({"name": "many"}), 'a'),
        (&all, json!({"name": "few", "namespace": "other"}), 'a'),
        (&all, json!({"selector": {"matchLabels": {"on": "yes"}}}), 'r'),
        (&all, json!({"selector": {"matchLabels": {"on": "no"}}, "parameterNotFoundAction": "Allow"}), 'a'),
        (&all, json!({"selector": {"matchLabels": {"on": "no"}}, "parameterNotFoundAction": "Deny"}), 'r'),
        // One that is named and not there breaks the rule, whatever is to be done then.
        (&[], json!({"name": "few", "parameterNotFoundAction": "Allow"}), 'r'),
    ] {
        let (letter, apart) = told(true, objects, reference.clone(), "Fail");
        assert_eq!(letter, wanted, "{reference}");
        assert!(apart || !reference["namespace"].is_null(), "parameters of each namespace tell namespaces apart: {reference}");
    }
    assert_eq!(told(false, &all, json!({"name": "few", "namespace": "ns"}), "Fail").0, 'r');
    assert_eq!(told(true, &[], json!({"name": "few"}), "Ignore").0, 'a');
    assert_eq!(told(true, &all, json!({"name": "few"}), "Ignore").0, 'r');
}

#[test]
fn settings_leave_requests_out() {
    let refusing = policy(json!({"validate": {"deny": {}}}));
    let asked = pod(json!({"containers": []}));
    let with = |key: &str, value: &str| Settings::read(&BTreeMap::from([(key.to_owned(), value.to_owned())]));
    let rows = [
        ("resourceFilters", "[Pod,ns,*]", true),
        ("resourceFilters", "[*/*,ns,*]", true),
        ("resourceFilters", "[Event,*,*][Pod,n*,p]", true),
        ("resourceFilters", "[Pod,other,*]", false),
        ("resourceFilters", "[Pod,ns,q]", false),
        ("resourceFilters", "[Pod/exec,ns,*]", false),
        ("resourceFilters", "[Pod]", false),
        ("resourceFilters", "Pod,ns,*", false),
        ("excludeGroups", "system:nodes, dev", true),
        ("excludeGroups", "d*", true),
        ("excludeGroups", "!dev,d*", false),
        ("excludeUsernames", "alice", true),
        ("excludeUsernames", "bob", false),
    ];
    for (key, value, out) in rows {
        let answer = told(&refusing, &with(key, value), &asked);
        assert_eq!(answer == Answer::NotAsked, out, "{key} {value}: {answer:?}");
        assert_eq!(matches!(answer, Answer::Refuses(_)), !out, "{key} {value}");
    }
    assert!(matches!(told(&refusing, &with("excludeClusterRoles", "admin"), &asked), Answer::NotEvaluated(_)));
    assert!(matches!(told(&refusing, &Settings::unknown(), &asked), Answer::NotEvaluated(_)));
    let erring =
        policy(json!({"validate": {"deny": {"conditions": [{"key": "{{ request.object.nope }}", "operator": "Equals", "value": 1}]}}}));
    assert!(matches!(told(&erring, &Settings::default(), &asked), Answer::Refuses(_)));
    let mut ignoring = Settings::default();
    ignoring.force_ignore = true;
    assert!(matches!(told(&erring, &ignoring, &asked), Answer::Admits(_)));
}

#[test]
fn images_are_told_by_what_is_supposed_of_them() {
    let digest = format!("nginx@sha256:{}", "a".repeat(64));
    let signed = json!({"imageReferences": ["docker.io/nginx*"], "attestors": [{"entries": [{"keys": {"publicKeys": "k"}}]}]});
    let with = |key: &str, value: Value| {
        let mut verify = signed.clone();
        verify[key] = value;
        verify
    };
    let attested = json!([{"type": "t", "attestors": [{"entries": [{"keys": {"publicKeys": "k"}}]}], "conditions": [{"all": [{"key": "a", "operator": "Equals", "value": "a"}]}]}]);
    let (verified, unsigned, unattested, flawed) = (Provenance::Verified, Provenance::Unsigned, Provenance::Unattested, Provenance::Flawed);
    let rows = [
        (signed.clone(), "nginx:1", verified, false),
        (signed.clone(), "nginx:1", unsigned, true),
        (signed.clone(), "nginx:1", unattested, false),
        (signed.clone(), "busybox", unsigned, false),
        (signed.clone(), "ghcr.io/nginx", unsigned, false),
        (with("skipImageReferences", json!(["docker.io/nginx:1*"])), "nginx:1", unsigned, false),
        (with("skipImageReferences", json!(["docker.io/nginx:2*"])), "nginx:1", unsigned, true),
        (with("failureAction", json!("Audit")), "nginx:1", unsigned, false),
        (with("attestations", attested.clone()), "nginx:1", unattested, true),
        (with("attestations", attested.clone()), "nginx:1", flawed, true),
        (with("attestations", attested), "nginx:1", verified, false),
        (with("mutateDigest", json!(false)), "nginx:1", verified, true),
        (with("mutateDigest", json!(false)), &digest, verified, false),
        (with("attestors", json!([])), "nginx:1", verified, true),
        (json!({"imageReferences": ["*"], "required": false, "verifyDigest": false}), "nginx:1", unsigned, false),
        (json!({"image": "docker.io/nginx*", "key": "k"}), "nginx:1", unsigned, true),
        (json!({"image": "docker.io/nginx*", "key": "k"}), "nginx:1", verified, false),
    ];
    for (verify, image, supposed, refused) in rows {
        let asked = Request { images: supposed, ..pod(json!({"containers": [{"name": "a", "image": image}]})) };
        let answer = told(&policy(json!({ "verifyImages": [verify] })), &Settings::default(), &asked);
        assert_eq!(matches!(answer, Answer::Refuses(_)), refused, "{verify} on {image} {supposed:?}: {answer:?}");
        assert!(!matches!(answer, Answer::NotEvaluated(_)));
    }
    let open = json!({"imageReferences": ["docker.io/*"], "attestors": [{"entries": [{"keyless": {"subject": "*", "issuer": "https://accounts.google.com"}}]}]});
    let around = Kyverno::read(&policy(json!({ "verifyImages": [open] })), &[], &Settings::default()).ways_around();
    assert_eq!(around, ["images named otherwise than docker.io/*", "images that anybody with an identity has signed"]);
}

#[test]
fn ways_around_a_policy_are_told() {
    let mut chosen = policy(json!({"validate": {"deny": {}}}));
    chosen["spec"]["rules"][0]["exclude"] =
        json!({"any": [{"resources": {"annotations": {"skip": "true"}}}, {"subjects": [{"kind": "Group", "name": "g"}]}]});
    let judge = Kyverno::read(&chosen, &[], &Settings::default());
    assert_eq!(judge.ways_around(), ["objects with the annotation skip=true", "requests of the Group g"]);
    assert!(judge.asks_who());
    let plain = Kyverno::read(&policy(json!({"validate": {"deny": {}}})), &[], &Settings::default());
    assert!(plain.ways_around().is_empty() && !plain.asks_who());
}

#[test]
fn rules_that_are_made_are_told_by_name() {
    let judge = Kyverno::read(&policy(json!({"validate": {"deny": {}}})), &[], &Settings::default());
    let row = |kind: &str, group: &str, resource: &str| {
        json!({"operation": "CREATE", "kind": {"group": group, "version": "v1", "kind": kind}, "resource": resource, "name": "p",
            "object": {"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": "p", "namespace": "ns"}, "spec": {}},
            "namespace": {"name": "ns", "labels": {}}, "user": {"name": "alice", "groups": []}})
    };
    let names = |row: Value| judge.rule(&request(&row)).into_iter().map(|ruling| (ruling.by, ruling.answer)).collect::<Vec<_>>();
    let refused = |by: &str| (by.to_owned(), Answer::Refuses("its conditions deny it".to_owned()));
    let plain = ("rule r".to_owned(), Answer::NotAsked);
    assert_eq!(names(row("Deployment", "apps", "deployments")), [plain.clone(), refused("rule autogen-r")]);
    assert_eq!(names(row("CronJob", "batch", "cronjobs")), [plain.clone(), refused("rule autogen-cronjob-r")]);
    assert_eq!(names(row("Widget", "x.io", "widgets")), [plain]);
}

#[test]
fn rules_that_do_not_come_to_the_handler_make_no_others() {
    let rule = |name: &str, kinds: &[&str], action: &str| json!({"name": name, "match": {"any": [{"resources": {"kinds": kinds}}]}, "validate": {"deny": {}, "failureAction": action}});
    let refuses = |rules: Value| {
        let policy = json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "pol"}, "spec": {"rules": rules}});
        let asked = json!({"operation": "CREATE", "kind": {"group": "apps", "version": "v1", "kind": "Deployment"}, "resource": "deployments", "name": "p",
            "object": {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "p", "namespace": "ns"}, "spec": {}},
            "namespace": {"name": "ns", "labels": {}}, "user": {"name": "alice", "groups": []}});
        let rulings = Kyverno::read(&policy, &[], &Settings::default()).rule(&request(&asked));
        rulings.iter().any(|ruling| matches!(ruling.answer, Answer::Refuses(_)))
    };
    assert!(refuses(json!([rule("a", &["Pod"], "Enforce")])));
    // Kinds written with a version make no rules by themselves, and do beside a rule for plain pods.
    assert!(!refuses(json!([rule("a", &["v1/Pod"], "Enforce")])));
    assert!(refuses(json!([rule("a", &["v1/Pod"], "Enforce"), rule("b", &["Pod"], "Enforce")])));
    // A rule that only audits is not there when rules are made.
    assert!(!refuses(json!([rule("a", &["v1/Pod"], "Enforce"), rule("b", &["Pod"], "Audit")])));
}

/// Makers of pods, and their controllers, are tried beside pods only where who asks may matter.
#[test]
fn settings_ask_who_only_where_they_leave_somebody_out() {
    let read = |key: &str, value: &str| Settings::read(&BTreeMap::from([(key.to_owned(), value.to_owned())]));
    for (settings, asks) in [
        (Settings::default().at_minor(Some(19)), false),
        (Settings::unknown(), true),
        (read("resourceFilters", "[Pod,kube-system,*]"), false),
        (read("excludeGroups", "!system:nodes"), false),
        (read("excludeGroups", "system:nodes"), true),
        (read("excludeUsernames", "ada"), true),
        (read("excludeClusterRoles", "cluster-admin"), true),
        (read("excludeRoles", "!pay:admin"), true),
    ] {
        assert_eq!(settings.asks_who(), asks, "{settings:?}");
    }
}

#[test]
fn a_pod_with_another_image_is_served_as_the_first_with_that_image() {
    let kind = GroupKind { group: String::new(), version: "v1".to_owned(), kind: "Pod".to_owned() };
    let spec =
        json!({"containers": [{"name": "c", "image": "a", "imagePullPolicy": "Always", "resources": {}, "env": null}], "nodeName": ""});
    let first = Arc::new(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {}}, "spec": spec}));
    for image in ["nginx", "registry.example/pay/api:1.4@sha256:00", "é x", " "] {
        let put = |pod: &mut Value| pod["spec"]["containers"][0]["image"] = json!(image);
        let mut other = (*first).clone();
        put(&mut other);
        let (told, read) = (Arc::new(other.clone()), Arc::new(other));
        serve_alike(&kind, &first, &told, put);
        assert_eq!(written(&kind, &told), written(&kind, &read), "{image}");
        assert_ne!(written(&kind, &told), Ok(Arc::clone(&told)), "{image}");
    }
}
