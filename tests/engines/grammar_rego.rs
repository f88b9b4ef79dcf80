//! Random ConstraintTemplates and constraints: modules of Rego as people write them, put together from what is seen in them, and templates of CEL.

use crate::dice::Dice;
use crate::grammar_cel;
use serde_json::{Value, json};

/// What finds containers.
const FINDERS: &[&str] = &[
    "each_container[c] { c := input.review.object.spec.containers[_] }\neach_container[c] { c := input.review.object.spec.initContainers[_] }\neach_container[c] { c := input.review.object.spec.ephemeralContainers[_] }",
    "each_container[c] { c := input.review.object.spec.containers[_] }",
    "each_container[c] { c := input.review.object.spec[field][_]\n field == [\"containers\", \"initContainers\"][_] }",
    "each_container := array.concat(object.get(input.review.object.spec, \"containers\", []), object.get(input.review.object.spec, \"initContainers\", []))",
    "containers_of[c] { c := input.review.object.spec.template.spec.containers[_] }\ncontainers_of[c] { c := input.review.object.spec.containers[_] }\neach_container[c] { containers_of[c] }",
    "each_container = [c | c := input.review.object.spec.containers[_]]",
    "each_container[c] { walk(input.review.object, [path, value])\n path[count(path) - 1] == \"containers\"\n c := value[_] }",
];

/// What is wrong with a container `c`: the lines of a body.
const BODIES: &[&str] = &[
    "c.securityContext.privileged",
    "c.securityContext.privileged == true",
    "not c.securityContext.privileged == false",
    "not c.securityContext.readOnlyRootFilesystem",
    "not c.securityContext.readOnlyRootFilesystem == true",
    "object.get(object.get(c, \"securityContext\", {}), \"allowPrivilegeEscalation\", true)",
    "not has_field(c.securityContext, \"runAsNonRoot\")",
    "missing := {\"cpu\", \"memory\"} - {k | c.resources.limits[k]}\n count(missing) > 0",
    "not c.resources.limits.memory",
    "not startswith(c.image, input.parameters.prefix)",
    "fits := [ok | repo = input.parameters.repos[_]; ok = startswith(c.image, repo)]\n not any(fits)",
    "not strings_any_prefix(c.image, input.parameters.repos)",
    "endswith(c.image, \":latest\")",
    "parts := split(c.image, \":\")\n count(parts) == 1",
    "tag := [contains(c.image, \":\"), contains(c.image, \"@\")]\n not any(tag)",
    "re_match(input.parameters.pattern, c.image)",
    "not regex.match(input.parameters.pattern, c.image)",
    "dropped := {d | d := c.securityContext.capabilities.drop[_]}\n not dropped[\"ALL\"]",
    "not drops_all(c)",
    "added := {a | a := c.securityContext.capabilities.add[_]}\n allowed := {a | a := input.parameters.allowed[_]}\n count(added - allowed) > 0",
    "some i\n c.securityContext.capabilities.add[i]\n not input.parameters.allowed[i]",
    "c.ports[_].hostPort > 0",
    "c.ports[_].hostPort",
    "thousandths(c.resources.limits.cpu) > input.parameters.max",
    "count(c.env) > input.parameters.max",
    "glob.match(input.parameters.glob, [\"/\"], c.image)",
    "lower(c.name) != c.name",
    "c.securityContext.runAsUser == 0",
    "effective_user(c) == 0",
    "not c.securityContext.runAsUser > 0",
    "c.imagePullPolicy != \"Always\"",
    "trim_prefix(c.image, \"registry.example.com/\") == c.image",
    "concat(\"/\", [\"a\", c.name]) == \"a/main\"",
    "count([x | x := c.securityContext[_]; x == false]) > 1",
    "to_number(input.parameters.text) > count(each_container)",
    "indexof(c.image, \":\") == -1",
    "substring(c.image, 0, 8) == \"registry\"",
    "sprintf(\"%v\", [c.securityContext.privileged]) == \"false\"",
    "is_null(object.get(c, \"securityContext\", null))",
    "c.image == data.lib.words.image",
    "all([c.securityContext.runAsNonRoot, c.securityContext.readOnlyRootFilesystem])",
    "json.unmarshal(input.parameters.json).on",
    "sum([p.containerPort | p := c.ports[_]]) > 79",
    "max([1, count(c.name)]) > 4",
    "sort([c.name, \"a\"])[0] == \"a\"",
    "replace(c.name, \"m\", \"x\") == \"xain\"",
    "units.parse_bytes(c.resources.limits.memory) > units.parse_bytes(\"1Gi\")",
    "units.parse(c.resources.limits.memory) > 1000",
    "numbers.range(1, 3)[_] == count(c)",
    "c.resources.limits.cpu / 0 > 1",
    "startswith(c.securityContext, \"x\")",
    "upper(c.name)\n true",
    "intersection({{\"a\", c.name}, {c.name}}) == {c.name}",
    "union({{\"a\"}, {c.name}})[\"main\"]",
    "json.filter(c, [\"name\"]) == {\"name\": \"main\"}",
    "not json.remove(c, [\"image\"]).image",
    "cast_array([c.name])[0] == \"main\"",
    "semver.compare(\"1.2.3\", trim_prefix(input.parameters.text, \"v\")) < 0",
    "base64.encode(c.name) == \"bWFpbg==\"",
    "net.cidr_contains(\"10.0.0.0/8\", input.parameters.net)",
    "time.parse_duration_ns(input.parameters.text) > 0",
    "object.union(c, {\"name\": \"x\"}).name == \"x\"\n c.stdin",
    "array.slice([1, 2, 3], 1, 2)[0] == 2\n c.tty",
    "c.name == \"main\"\n not exempt(c)",
    "type_name(c.securityContext) == \"null\"",
    "bits.and(c.securityContext.runAsUser, 1) == 0",
    "ceil(1.2) + round(2.5) + abs(-1) > input.parameters.max",
    "c.resources.limits.memory > c.resources.requests.memory",
    "format_int(count(c.name), 10) == \"4\"",
    "trim(c.image, \"r\") == c.image",
    "regex.split(\"[/:]\", c.image)[1] == \"pay\"",
    "regex.find_n(\"[a-z]+\", c.image, 1)[0] != \"registry\"",
    "object.keys(c)[\"stdin\"]",
    "is_string(c.securityContext.runAsUser)",
    "c[\"image\"] == c.image\n c.nothing[_]",
];

/// What is wrong with a pod.
const OF_PODS: &[&str] = &[
    "input.review.object.spec.hostNetwork",
    "shares_host(input.review.object)",
    "input.review.object.spec.hostPID == true",
    "volume := input.review.object.spec.volumes[_]\n has_field(volume, \"hostPath\")",
    "fields := {f | input.review.object.spec.volumes[_][f]; f != \"name\"}\n not subset(fields, {v | v := input.parameters.allowed[_]})",
    "input.review.object.spec.volumes[_].hostPath.path",
    "provided := {label | input.review.object.metadata.labels[label]}\n required := {label | label := input.parameters.labels[_]}\n missing := required - provided\n count(missing) > 0",
    "value := input.review.object.metadata.labels[key]\n expected := input.parameters.labels[_]\n expected == key\n not re_match(input.parameters.pattern, value)",
    "input.review.object.spec.automountServiceAccountToken != false",
    "not input.review.object.spec.automountServiceAccountToken == false",
    "input.review.namespace == \"pay\"",
    "input.review.operation == \"CREATE\"\n not input.review.object.metadata.labels.team",
    "input.review.kind.kind == \"Pod\"\n input.review.userInfo.username == \"ada\"",
    "input.review.oldObject.metadata.name",
    "is_null(input.review.oldObject)",
    "not input.review.oldObject",
    "input.review.namespaceObject.metadata.labels.env == \"prod\"",
    "input.review.object.spec.securityContext.seccompProfile.type != \"RuntimeDefault\"",
    "not input.review.object.spec.securityContext.runAsNonRoot",
    "input.review.object.spec.securityContext.sysctls[_].name == input.parameters.sysctls[_]",
    "sysctl := input.review.object.spec.securityContext.sysctls[_].name\n glob.match(\"kernel.*\", [], sysctl)",
    "count(input.review.object.spec.containers) > input.parameters.max",
    "input.parameters.on",
    "not input.parameters.on",
    "input.review.name == \"w\"\n input.review.subResource == \"ephemeralcontainers\"",
    "input.review.object.spec.template.spec.hostNetwork",
    "\"devs\" == input.review.userInfo.groups[_]\n input.review.object.spec.hostIPC",
    "input.review.object.metadata.annotations[k]\n startswith(k, \"container.apparmor\")",
    "input.review.dryRun == false\n input.review.object.spec.hostPID",
];

const HELPERS: &[&str] = &[
    "has_field(object, field) { object[field] }\nhas_field(object, field) { object[field] == false }",
    "has_field(object, field) = true { object[field] }",
    "has_field(object, field) { _ = object[field] }",
];

const ALWAYS: &str = r#"
strings_any_prefix(text, prefixes) { startswith(text, prefixes[_]) }
drops_all(c) { c.securityContext.capabilities.drop[_] == "ALL" }
drops_all(c) { lower(c.securityContext.capabilities.drop[_]) == "all" }
thousandths(orig) = new { is_number(orig); new := orig * 1000 }
thousandths(orig) = new { not is_number(orig); endswith(orig, "m"); new := to_number(replace(orig, "m", "")) }
thousandths(orig) = new { not is_number(orig); not endswith(orig, "m"); re_match("^[0-9]+(\\.[0-9]+)?$", orig); new := to_number(orig) * 1000 }
effective_user(c) = user { user := c.securityContext.runAsUser } else = user { user := input.review.object.spec.securityContext.runAsUser } else = 0
shares_host(o) { o.spec.hostPID }
shares_host(o) { o.spec.hostIPC }
subset(a, b) { count(a - b) == 0 }
subset(_, b) { b["*"] }
exempt(c) { img := input.parameters.exempt[_]; c.image == img }
exempt(c) { img := input.parameters.exempt[_]; endswith(img, "*"); startswith(c.image, trim_suffix(img, "*")) }
default never = false
"#;

fn body(dice: &mut Dice) -> String {
    if dice.chance(65) {
        let mut lines = format!("c := each_container[_]\n {}", dice.one(BODIES));
        if dice.chance(25) {
            lines += &format!("\n {}", dice.one(BODIES).replace(":=", "=="));
        }
        if dice.chance(15) {
            lines += "\n not exempt(c)";
        }
        lines
    } else {
        dice.one(OF_PODS).to_owned()
    }
}

fn message(dice: &mut Dice, contained: bool) -> String {
    let named = if contained { "c.name" } else { "input.review.kind.kind" };
    match dice.roll(9) {
        0 => "msg := \"no\"".to_owned(),
        1 => format!("msg := concat(\" \", [\"no\", {named}])"),
        2 => format!("msg := sprintf(\"%v: %v\", [{named}, input.parameters])"),
        3 => "msg := input.parameters.message".to_owned(),
        4 if dice.chance(20) => "msg := 5".to_owned(),
        _ => format!("msg := sprintf(\"no <%v>\", [{named}])"),
    }
}

/// A module of version 0.
pub fn module(dice: &mut Dice) -> String {
    let mut text = "package kassay.trial\n".to_owned();
    if dice.chance(8) {
        text += "import data.lib.words\n";
    }
    if dice.chance(5) {
        text += "import future.keywords.in\n";
    }
    text += dice.one(FINDERS);
    text += "\n";
    text += dice.one(HELPERS);
    text += ALWAYS;
    for _ in 0..=dice.roll(2) {
        let body = body(dice);
        let contained = body.starts_with("c := ");
        let head = dice.one(&[
            "violation[{\"msg\": msg}]",
            "violation[{\"msg\": msg, \"details\": {}}]",
            "violation[{\"msg\": msg, \"details\": {\"x\": input.parameters}}]",
        ]);
        text += &format!("{head} {{\n {body}\n {}\n}}\n", message(dice, contained));
    }
    match dice.roll(12) {
        0 => text += "violation[{\"msg\": msg}] { bad[msg] }\nbad[msg] { input.review.object.spec.hostIPC; msg := \"ipc\" }\n",
        1 => {
            text += "limit = 1 { input.parameters.max > 2 }\nlimit = 2 { input.parameters.on }\nviolation[{\"msg\": \"limit\"}] { limit == 2 }\n"
        }
        2 => {
            text +=
                "violation[{\"msg\": \"with\"}] { shares_host(input.review.object) with input.review.object.spec.hostPID as true; never }\n"
        }
        3 => text += "violation[{\"msg\": \"inventory\"}] { data.inventory.namespace[_][_].Pod[_].metadata.name == \"x\" }\n",
        _ => {}
    }
    text
}

/// The same module in version 1: `if` before bodies, `contains` for members of sets.
fn modern(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.replace("re_match(", "regex.match(").lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic()) && !line.starts_with("package") && !line.starts_with("import");
        let of_members = line.find(|c: char| !c.is_alphanumeric() && c != '_').is_some_and(|at| line[at..].starts_with('['));
        let place = if of_members { line.find("] {").map(|at| at + 1) } else { line.find(" {") };
        let Some((head, body)) = place.filter(|_| begins).map(|at| (&line[..at], &line[at + 2..])) else {
            lines.push(line.to_owned());
            continue;
        };
        let head = match head.split_once('[') {
            Some((name, member)) if !name.contains(['(', '=', ' ']) => {
                format!("{name} contains {}", member.strip_suffix(']').unwrap_or(member))
            }
            _ => head.to_owned(),
        };
        let body = body.split(" else = ").map(|part| part.to_owned()).collect::<Vec<_>>();
        let mut parts = body.into_iter();
        let mut written = format!("{head} if {{{}", parts.next().unwrap_or_default());
        for part in parts {
            written += &format!(" else := {}", part.replacen(" {", " if {", 1));
        }
        lines.push(written);
    }
    lines.join("\n") + "\n"
}

/// A question's template and constraints.
pub fn gatekeeper(dice: &mut Dice) -> Value {
    let target = if dice.chance(20) {
        json!({"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "K8sNativeValidation", "source": cel(dice)}]})
    } else {
        let rego = module(dice);
        let libs = json!(["package lib.words\nimage = \"nginx\"\n"]);
        if dice.chance(15) {
            let libs = json!(["package lib.words\nimage := \"nginx\"\n"]);
            json!({"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "Rego", "source": {"version": "v1", "rego": modern(&rego), "libs": libs}}]})
        } else if dice.chance(30) {
            json!({"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "Rego", "source": {"rego": rego, "libs": libs}}]})
        } else {
            json!({"target": "admission.k8s.gatekeeper.sh", "rego": rego, "libs": libs})
        }
    };
    let template = json!({
        "apiVersion": dice.one(&["templates.gatekeeper.sh/v1", "templates.gatekeeper.sh/v1", "templates.gatekeeper.sh/v1beta1"]), "kind": "ConstraintTemplate",
        "metadata": {"name": "kassaytrial"},
        "spec": {
            "crd": {"spec": {"names": {"kind": "KassayTrial"}, "validation": {"legacySchema": false, "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}},
            "targets": [target]
        },
        "status": {"created": true, "byPod": [{"id": "gatekeeper-audit-0", "observedGeneration": 1, "templateUID": "0"}]}
    });
    let constraints: Vec<_> = (0..=dice.roll(2)).map(|n| constraint(dice, n)).collect();
    json!({"template": template, "constraints": constraints})
}

fn cel(dice: &mut Dice) -> Value {
    let mut source =
        json!({"validations": (0..=dice.roll(2)).map(|_| json!({"expression": in_gatekeeper(dice), "message": "no"})).collect::<Vec<_>>()});
    if dice.chance(30) {
        source["variables"] = json!([{"name": "x", "expression": "variables.anyObject.metadata.name"}]);
        source["validations"][0]["expression"] = json!(dice.one(&[
            "variables.x == 'w'",
            "variables.x == variables.params.text",
            "size(variables.x) > 3 || variables.params.on"
        ]));
    }
    if dice.chance(20) {
        source["matchCondition"] = json!([{"name": "c", "expression": in_gatekeeper(dice)}]);
    }
    if dice.chance(40) {
        source["failurePolicy"] = json!(dice.one(&["Fail", "Ignore"]));
    }
    if dice.chance(20) {
        source["generateVAP"] = json!(dice.chance(50));
    }
    source
}

fn in_gatekeeper(dice: &mut Dice) -> String {
    match dice.roll(6) {
        0 => "variables.params.on".to_owned() + dice.one(&["", " == true", " != false"]),
        1 => "variables.anyObject.spec.?containers.orValue([]).all(c, variables.params.repos.exists(r, c.image.startsWith(r)))".to_owned(),
        2 => "request.operation == 'CREATE' || object == null".to_owned(),
        3 => "!has(variables.params.none)".to_owned(),
        _ => {
            let deep = dice.roll(2) as u32;
            grammar_cel::bool(dice, deep, None).replace("params.", "variables.params.")
        }
    }
}

fn constraint(dice: &mut Dice, n: u64) -> Value {
    let mut spec = json!({});
    if dice.chance(85) {
        spec["match"] = matched(dice);
    }
    if dice.chance(50) {
        spec["enforcementAction"] = json!(dice.one(&["deny", "deny", "warn", "dryrun", "scoped"]));
        if spec["enforcementAction"] == "scoped" {
            spec["scopedEnforcementActions"] = json!([
                {"action": dice.one(&["deny", "warn"]), "enforcementPoints": [{"name": dice.one(&["validation.gatekeeper.sh", "audit.gatekeeper.sh", "*", "vap.k8s.io"])}]},
            ]);
        }
    }
    if dice.chance(90) {
        spec["parameters"] = json!({
            "prefix": "registry.example.com/", "repos": [dice.one(&["registry.example.com/", "docker.io/", ""]), "quay.io/"], "max": dice.roll(4),
            "pattern": dice.one(&["^registry\\.", "^[a-z]+$", "\\w+", "(", "^.+:.+$", "[[:alpha:]]", "latest$"]), "allowed": ["NET_BIND_SERVICE", "emptyDir", "configMap"],
            "labels": ["app", dice.one(&["team", "owner"])], "on": dice.chance(50), "text": dice.one(&["3", "v1.3.0", "abc", "5m", "w"]), "json": dice.one(&["{\"on\": true}", "{", "{}"]),
            "glob": dice.one(&["registry.example.com/**", "*/pay/*", "nginx*", "registry.example.com/*"]), "exempt": [dice.one(&["nginx", "registry.example.com/*"])],
            "message": "from the parameters", "sysctls": ["kernel.msgmax"], "net": dice.one(&["10.1.2.3", "1.1.1.1", "x"]), "none": null
        });
    }
    json!({"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "KassayTrial", "metadata": {"name": format!("k{n}")}, "spec": spec})
}

fn matched(dice: &mut Dice) -> Value {
    let mut matched = json!({});
    if dice.chance(70) {
        let kinds: &[&str] = [&["Pod"][..], &["Pod"], &["Deployment", "StatefulSet"], &["*"], &["Pod", "Job"]][dice.roll(5) as usize];
        let groups: &[&str] = [&[""][..], &["*"], &["apps", ""], &["", "batch"]][dice.roll(4) as usize];
        matched["kinds"] = json!([{"apiGroups": groups, "kinds": kinds}]);
        if dice.chance(10) {
            matched["kinds"][0].as_object_mut().unwrap().remove(dice.one(&["apiGroups", "kinds"]));
        }
    }
    if dice.chance(20) {
        matched["namespaces"] = json!([dice.one(&["pay", "pay*", "*-test", "kube-*", "*"])]);
    }
    if dice.chance(25) {
        matched["excludedNamespaces"] = json!([dice.one(&["kube-system", "kube-*", "*-test", "default"]), "other"]);
    }
    if dice.chance(15) {
        matched["labelSelector"] = match dice.roll(3) {
            0 => json!({"matchLabels": {"app": "w"}}),
            1 => json!({"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["b"]}]}),
            _ => json!({"matchExpressions": [{"key": "extra", "operator": "Exists"}]}),
        };
    }
    if dice.chance(20) {
        matched["namespaceSelector"] = match dice.roll(3) {
            0 => json!({"matchLabels": {"env": "prod"}}),
            1 => json!({"matchExpressions": [{"key": "env", "operator": "DoesNotExist"}]}),
            _ => json!({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["pay", "default"]}]}),
        };
    }
    if dice.chance(10) {
        matched["scope"] = json!(dice.one(&["*", "Namespaced", "Cluster"]));
    }
    if dice.chance(8) {
        matched["name"] = json!(dice.one(&["w", "w*", "x-*"]));
    }
    if dice.chance(8) {
        matched["source"] = json!(dice.one(&["All", "Original", "Generated"]));
    }
    matched
}
