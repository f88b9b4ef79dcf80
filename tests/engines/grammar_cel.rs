//! Random expressions of CEL, of the sort that policies hold: what they ask of pods, and the libraries of Kubernetes at their edges.

use crate::dice::Dice;

/// What names a container may have inside a macro; none outside.
type Inside<'a> = Option<&'a str>;

const BOOLS: &[&str] = &[
    "object.spec.hostNetwork",
    "object.spec.hostPID",
    "object.spec.?hostIPC.orValue(false)",
    "object.spec.securityContext.runAsNonRoot",
    "object.spec.?securityContext.?runAsNonRoot.orValue(false)",
    "params.on",
    "object.spec.automountServiceAccountToken",
];
const MAYBE: &[&str] = &[
    "object.spec.hostNetwork",
    "object.spec.securityContext",
    "object.spec.securityContext.runAsUser",
    "object.spec.initContainers",
    "object.spec.volumes",
    "object.metadata.labels",
    "object.metadata.labels.app",
    "object.metadata.annotations",
    "oldObject.spec",
    "oldObject.metadata.labels",
    "params.x",
    "params.data.max",
    "params.data",
    "object.nothing",
    "object.metadata.name.length",
];
const MAYBE_INSIDE: &[&str] = &[
    "C.securityContext",
    "C.securityContext.privileged",
    "C.securityContext.capabilities",
    "C.securityContext.capabilities.drop",
    "C.securityContext.capabilities.add",
    "C.resources.limits",
    "C.resources.limits.memory",
    "C.ports",
    "C.image",
    "C.env",
];
const INTS: &[&str] = &[
    "0",
    "1",
    "-1",
    "7",
    "1000",
    "80",
    "9223372036854775807",
    "object.spec.securityContext.runAsUser",
    "params.n",
    "params.data.n",
    "object.spec.terminationGracePeriodSeconds",
    "int('12')",
    "int(params.text)",
    "int(2.9)",
];
const STRINGS: &[&str] = &[
    "'a'",
    "''",
    "'größe'",
    "'Straße €'",
    "'日本'",
    "\"registry.example.com\"",
    "'nginx:latest'",
    "object.metadata.name",
    "object.metadata.namespace",
    "object.metadata.labels.app",
    "object.metadata.labels['team']",
    "object.spec.serviceAccountName",
    "params.text",
    "params.data.a",
    "params.data['b']",
    "object.?metadata.?labels.?team.orValue('none')",
    "object.metadata.?annotations[?'note'].orValue('')",
    "string(12)",
    "string(true)",
    "string(1.5)",
    "'a,b,c'",
    "'10.0.0.1'",
    "'1.2.3'",
];
const PATTERNS: &[&str] = &[
    "^[a-z0-9]+$",
    "^registry\\\\.example\\\\.com/",
    ":latest$",
    "\\\\w+",
    "^\\\\w+$",
    "\\\\d{1,3}",
    "[[:alpha:]]+",
    "^.*@sha256:[a-f0-9]{64}$",
    "(?i)NGINX",
    "[^a-z]",
    "\\\\bapp\\\\b",
    "^(a|b)+$",
    "\\\\pL",
    "[a-z&&b]",
    "{",
    "a{2",
    "[[]",
    "\\\\s",
    "\\\\Qa.b\\\\E",
    "(?s).",
    "^$",
    "x*",
    "[\\\\w-]+",
    "\\\\x41",
    "(a",
    "a**",
    "(?=a)",
    "[a--z]",
    "\\\\W",
    "[^\\\\d]",
    "\\\\S+",
    "é",
    "[à-ü]",
    "^[\\\\w.-]+(:\\\\d+)?/",
    "\\\\z",
    "\\\\Z",
];
const QUANTITIES: &[&str] =
    &["1", "500m", "1Gi", "1.5Gi", "1e3", "0.5", "128Mi", "-1", "2E", "1Ki", "100", "1k", "abc", "", "1.0", "5M", "1G", "12e-1", "0"];
const NETS: &[&str] = &[
    "10.0.0.1",
    "10.0.0.0/8",
    "::1",
    "fd00::/8",
    "192.168.1.256",
    "127.0.0.1",
    "::ffff:1.2.3.4",
    "10.0.0.1/8",
    "fe80::1%eth0",
    "224.0.0.1",
    "0.0.0.0",
    "2001:db8::1",
    "01.2.3.4",
];
const URLS: &[&str] = &[
    "https://example.com:80/p?a=b&c=d#f",
    "http://[::1]:8080/",
    "/path",
    "nope",
    "https://user@h/x%20y",
    "ftp://h",
    "https://h:port/",
    "",
    "https://example.com/?a=1&a=2",
    "https://exa mple/",
];
const VERSIONS: &[&str] = &["1.2.3", "1.2", "v1.2.3", "1.2.3-rc.1", "1.2.3+b", "01.2.3", "", "1.10.0", "2.0.0-a.b.1"];
const NAMES: &[&str] = &[
    "abc",
    "a-b.c",
    "A",
    "-a",
    "a_b",
    "2024-01-02",
    "2024-01-02T03:04:05Z",
    "YWJj",
    "&&",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "http://x",
    "x.y/z",
    "",
    "größe",
];

fn pick<'a>(dice: &mut Dice, list: &[&'a str]) -> &'a str {
    dice.one(list)
}

fn quoted(text: &str) -> String {
    format!("'{text}'")
}

/// A bool, as deep as may be.
pub fn bool(dice: &mut Dice, deep: u32, inside: Inside) -> String {
    if deep == 0 {
        return match dice.roll(6) {
            0 => dice.one(&["true", "false"]).to_owned(),
            1 | 2 => format!("has({})", maybe(dice, inside)),
            3 => format!("{} == {}", pick(dice, BOOLS), dice.one(&["true", "false"])),
            4 => format!("{} == {}", string(dice, 0, inside), string(dice, 0, inside)),
            _ => format!("{} {} {}", int(dice, 0, inside), relation(dice), int(dice, 0, inside)),
        };
    }
    let next = deep - 1;
    match dice.roll(30) {
        0..=3 => format!("({} {} {})", bool(dice, next, inside), dice.one(&["&&", "||"]), bool(dice, next, inside)),
        4 => format!("!({})", bool(dice, next, inside)),
        5 => format!("({} ? {} : {})", bool(dice, next, inside), bool(dice, next, inside), bool(dice, next, inside)),
        6..=8 => format!("{} {} {}", int(dice, next, inside), relation(dice), int(dice, next, inside)),
        9 | 10 => format!("{} {} {}", string(dice, next, inside), dice.one(&["==", "!=", "<", ">="]), string(dice, next, inside)),
        11..=15 => over(dice, next, inside),
        16 => format!("{}.{}({})", string(dice, next, inside), dice.one(&["startsWith", "endsWith", "contains"]), string(dice, 0, inside)),
        17 => format!("{}.matches('{}')", string(dice, next, inside), pick(dice, PATTERNS)),
        18 => format!("{} in {}", string(dice, 0, inside), strings(dice, next, inside)),
        19 => format!(
            "{} in {}",
            string(dice, 0, inside),
            dice.one(&["object.metadata.labels", "{'a': 1, 'größe': 2}", "object.metadata", "params.data"])
        ),
        20 => optional(dice, inside),
        21..=24 => library(dice, next, inside),
        25 => format!("{} == {}", strings(dice, next, inside), strings(dice, next, inside)),
        26 => format!(
            "type({}) == {}",
            any(dice, inside),
            dice.one(&["int", "string", "bool", "list", "map", "null_type", "double", "type", "uint"])
        ),
        27 => format!("{} {} {}", any(dice, inside), dice.one(&["==", "!="]), any(dice, inside)),
        28 => format!("dyn({}) {} dyn({})", any(dice, inside), relation(dice), any(dice, inside)),
        _ => bool(dice, 0, inside),
    }
}

fn relation<'a>(dice: &mut Dice) -> &'a str {
    dice.one(&["==", "!=", "<", "<=", ">", ">="])
}

fn maybe(dice: &mut Dice, inside: Inside) -> String {
    match inside {
        Some(name) if dice.chance(80) => pick(dice, MAYBE_INSIDE).replace('C', name),
        _ => pick(dice, MAYBE).to_owned(),
    }
}

fn any(dice: &mut Dice, inside: Inside) -> String {
    match dice.roll(9) {
        0 => int(dice, 0, inside),
        1 => string(dice, 0, inside),
        2 => maybe(dice, inside),
        3 => "null".to_owned(),
        4 => dice
            .one(&[
                "params",
                "oldObject",
                "object.spec.containers",
                "object.metadata.labels",
                "params.list",
                "params.n",
                "params.d",
                "params.none",
            ])
            .to_owned(),
        5 => dice.one(&["1.5", "2.0", "1u", "0.1 + 0.2", "double('1e3')", "1e300 * 1e300"]).to_owned(),
        6 => strings(dice, 0, inside),
        7 => dice
            .one(&[
                "duration('1h30m')",
                "timestamp('2024-02-03T04:05:06Z')",
                "duration('90m')",
                "duration('1d')",
                "timestamp('2024-02-03')",
            ])
            .to_owned(),
        _ => bool(dice, 0, inside),
    }
}

fn int(dice: &mut Dice, deep: u32, inside: Inside) -> String {
    if deep == 0 {
        return pick(dice, INTS).to_owned();
    }
    let next = deep - 1;
    match dice.roll(12) {
        0..=3 => format!("({} {} {})", int(dice, next, inside), dice.one(&["+", "-", "*", "/", "%"]), int(dice, next, inside)),
        4 => format!("-({})", int(dice, next, inside)),
        5 => format!(
            "size({})",
            dice.one(&[
                "object.spec.containers",
                "object.metadata.labels",
                "object.spec.?volumes.orValue([])",
                "params.list",
                "object.metadata.name",
                "'größe'",
                "params.none"
            ])
        ),
        6 => format!("{}.size()", string(dice, next, inside)),
        7 => format!("{}.{}({})", string(dice, next, inside), dice.one(&["indexOf", "lastIndexOf"]), string(dice, 0, inside)),
        8 => format!("{}.filter(v, {}).size()", list(dice, inside), bool(dice, 0, Some("v"))),
        9 => format!("{}.{}()", numbers(dice), dice.one(&["sum", "min", "max"])),
        10 => format!("int({})", string(dice, 0, inside)),
        _ => format!("{}.indexOf({})", numbers(dice), int(dice, 0, inside)),
    }
}

fn numbers<'a>(dice: &mut Dice) -> &'a str {
    dice.one(&[
        "[1, 2, 3]",
        "[3, 1, 2]",
        "[5]",
        "[-1, 0]",
        "[7, 7]",
        "object.spec.containers.map(x, size(x.name))",
        "[1, 2, 3].map(x, x * 2)",
    ])
}

fn string(dice: &mut Dice, deep: u32, inside: Inside) -> String {
    if deep == 0 {
        return match inside {
            Some(name) if dice.chance(60) => dice.one(&["C.name", "C.image", "C.?imagePullPolicy.orValue('')"]).replace('C', name),
            _ => pick(dice, STRINGS).to_owned(),
        };
    }
    let next = deep - 1;
    let text = string(dice, next, inside);
    match dice.roll(14) {
        0 => format!("({text} + {})", string(dice, 0, inside)),
        1 => format!("{text}.{}()", dice.one(&["lowerAscii", "upperAscii", "trim"])),
        2 => format!("{text}.replace({}, {})", string(dice, 0, None), string(dice, 0, None)),
        3 => format!(
            "{text}.split('{}')[{}]",
            dice.one(&["/", ":", ",", "", "."]),
            dice.one(&["0", "1", "size(object.spec.containers)", "-1"])
        ),
        4 => format!("{text}.substring({})", dice.one(&["0", "1", "1, 3", "2, 1", "0, 100", "3"])),
        5 => format!("{text}.charAt({})", dice.one(&["0", "1", "4", "5", "-1"])),
        6 => format!("{}.join('{}')", strings(dice, next, inside), dice.one(&[",", "", "ä"])),
        7 => format!(
            "'{}'.format([{}])",
            dice.one(&["%s", "%d", "a %s", "%.2f", "%x", "%%", "%b", "%s %s", "%o", "%X", "%e"]),
            any(dice, inside)
        ),
        8 => format!(
            "string({})",
            dice.one(&[
                "object.spec.securityContext.runAsUser",
                "7",
                "1.0",
                "1e6",
                "'x'",
                "true",
                "duration('90s')",
                "params.n",
                "-0.5",
                "b'abc'"
            ])
        ),
        9 => format!("{text}.find('{}')", pick(dice, PATTERNS)),
        10 => format!("url('{}').{}()", pick(dice, URLS), dice.one(&["getHost", "getHostname", "getPort", "getScheme", "getEscapedPath"])),
        11 => format!("({} ? {} : {})", bool(dice, 0, inside), string(dice, 0, inside), string(dice, 0, inside)),
        12 => format!("{text}.replace('a', 'b', {})", dice.one(&["0", "1", "-1", "2"])),
        _ => text,
    }
}

fn strings(dice: &mut Dice, deep: u32, inside: Inside) -> String {
    match dice.roll(10) {
        0 => "['a', 'b']".to_owned(),
        1 => "[]".to_owned(),
        2 => "['größe', 'w', 'team']".to_owned(),
        3 => format!("{}.split('{}')", string(dice, deep.min(1), inside), dice.one(&["/", ":", "", ","])),
        4 => "object.spec.containers.map(x, x.name)".to_owned(),
        5 => "params.list".to_owned(),
        6 => format!("{}.findAll('{}')", string(dice, 0, inside), pick(dice, PATTERNS)),
        7 => format!("[{}, {}]", string(dice, 0, inside), string(dice, 0, inside)),
        8 => "object.spec.containers.map(x, x.image.startsWith('r'), x.image)".to_owned(),
        _ => format!("(['b', 'a'] + {})", dice.one(&["['c']", "params.list", "[]"])),
    }
}

fn list<'a>(dice: &mut Dice, inside: Inside<'a>) -> &'a str {
    if inside.is_some() && dice.chance(30) {
        return dice.one(&["['a', 'b']", "params.list"]);
    }
    dice.one(&[
        "object.spec.containers",
        "object.spec.containers",
        "object.spec.?initContainers.orValue([])",
        "(object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : []))",
        "object.spec.initContainers",
        "object.?spec.?volumes.orValue([])",
        "oldObject.spec.containers",
    ])
}

/// A macro over a list or map.
fn over(dice: &mut Dice, deep: u32, inside: Inside) -> String {
    let name = if inside == Some("c") { "d" } else { "c" };
    match dice.roll(12) {
        0..=7 => {
            let list = list(dice, inside).to_owned();
            let body = bool(dice, deep, Some(name));
            format!("{list}.{}({name}, {body})", dice.one(&["all", "all", "exists", "exists_one"]))
        }
        8 => format!("object.metadata.labels.{}(k, k == {})", dice.one(&["all", "exists"]), string(dice, 0, inside)),
        9 => format!(
            "object.metadata.labels.{}(k, v, k == v || v == {})",
            dice.one(&["all", "exists", "existsOne"]),
            string(dice, 0, inside)
        ),
        10 => format!("[1, 2, 3].{}(i, v, i + v > {})", dice.one(&["all", "exists", "existsOne"]), int(dice, 0, inside)),
        _ => format!(
            "{} == {}",
            dice.one(&[
                "[1, 2].transformList(i, v, i * v)",
                "{'a': 1}.transformMap(k, v, v + 1)",
                "[1, 2, 3].transformList(i, v, v > 1, v)",
                "{'a': 1, 'b': 2}.transformMapEntry(k, v, {k + 'x': v})"
            ]),
            dice.one(&["[0, 2]", "{'a': 2}", "[2, 3]", "{'ax': 1, 'bx': 2}"])
        ),
    }
}

fn optional(dice: &mut Dice, inside: Inside) -> String {
    let base = inside.unwrap_or("object.spec");
    match dice.roll(12) {
        0 => format!("{base}.?securityContext.?privileged.orValue(false) == true"),
        1 => format!("{base}.?securityContext.?runAsUser.orValue(0) > 5"),
        2 => format!("{base}.?securityContext.?capabilities.?drop.orValue([]).exists(d, d == 'ALL')"),
        3 => format!("{base}.?nothing.hasValue()"),
        4 => format!("{base}[?'image'].hasValue()"),
        5 => "object.spec.containers[?0].?name.orValue('') == 'main'".to_owned(),
        6 => "object.spec.containers[?5].hasValue()".to_owned(),
        7 => "optional.of(params.n).orValue(1) == 1".to_owned(),
        8 => "object.?metadata.?labels.optMap(l, size(l)).orValue(0) > 1".to_owned(),
        9 => "optional.ofNonZeroValue(params.text).hasValue()".to_owned(),
        10 => "[?object.?metadata.?labels.?app, ?optional.none()] == ['w']".to_owned(),
        _ => format!("{base}.?securityContext.optFlatMap(s, s.?privileged).or(optional.of(true)).value() == true"),
    }
}

/// The libraries of Kubernetes.
fn library(dice: &mut Dice, deep: u32, inside: Inside) -> String {
    match dice.roll(22) {
        0 => format!("isQuantity('{}')", pick(dice, QUANTITIES)),
        1..=3 => format!(
            "quantity('{}').{}(quantity('{}'))",
            pick(dice, QUANTITIES),
            dice.one(&["isLessThan", "isGreaterThan"]),
            pick(dice, QUANTITIES)
        ),
        4 => format!(
            "quantity('{}').compareTo(quantity('{}')) == {}",
            pick(dice, QUANTITIES),
            pick(dice, QUANTITIES),
            dice.one(&["0", "1", "-1"])
        ),
        5 => format!(
            "quantity('{}').{}",
            pick(dice, QUANTITIES),
            dice.one(&["isInteger()", "asInteger() > 5", "sign() == 1", "asApproximateFloat() > 0.4"])
        ),
        6 => format!(
            "quantity('{}').{}(quantity('{}')) == quantity('{}')",
            pick(dice, QUANTITIES),
            dice.one(&["add", "sub"]),
            pick(dice, QUANTITIES),
            pick(dice, QUANTITIES)
        ),
        7 => {
            let name = inside.unwrap_or("object.spec.containers[0]");
            format!("quantity({name}.resources.limits.{}).isLessThan(quantity('{}'))", dice.one(&["cpu", "memory"]), pick(dice, QUANTITIES))
        }
        8 => format!("isIP('{}')", pick(dice, NETS)),
        9 => format!(
            "ip('{}').{}",
            pick(dice, NETS),
            dice.one(&[
                "family() == 4",
                "isLoopback()",
                "isUnspecified()",
                "isGlobalUnicast()",
                "isLinkLocalMulticast()",
                "isLinkLocalUnicast()"
            ])
        ),
        10 => format!("cidr('{}').{}('{}')", pick(dice, NETS), dice.one(&["containsIP", "containsCIDR"]), pick(dice, NETS)),
        11 => format!(
            "cidr('{}').{}",
            pick(dice, NETS),
            dice.one(&["prefixLength() > 8", "ip() == ip('10.0.0.0')", "masked() == cidr('10.0.0.0/8')"])
        ),
        12 => dice
            .one(&[
                "isCIDR('10.0.0.0/8')",
                "isCIDR('10.0.0.1')",
                "ip.isCanonical('::1')",
                "ip.isCanonical('0:0::1')",
                "string(ip('::0001')) == '::1'",
            ])
            .to_owned(),
        13 => format!("isURL('{}')", pick(dice, URLS)),
        14 => format!("url('{}').getQuery() == {}", pick(dice, URLS), dice.one(&["{}", "{'a': ['b'], 'c': ['d']}", "{'a': ['1', '2']}"])),
        15 => format!(
            "sets.{}({}, {})",
            dice.one(&["contains", "equivalent", "intersects"]),
            strings(dice, deep, inside),
            strings(dice, deep, inside)
        ),
        16 => format!("{}.isSorted()", if dice.chance(50) { numbers(dice).to_owned() } else { "['a', 'b', 'B']".to_owned() }),
        17 => format!("isSemver('{}'{})", pick(dice, VERSIONS), dice.one(&["", ", true"])),
        18 => format!(
            "semver('{}'{}).{}(semver('{}'))",
            pick(dice, VERSIONS),
            dice.one(&["", ", true"]),
            dice.one(&["isLessThan", "isGreaterThan"]),
            pick(dice, VERSIONS)
        ),
        19 => format!(
            "semver('{}').{} == {}",
            pick(dice, VERSIONS),
            dice.one(&["major()", "minor()", "patch()"]),
            dice.one(&["1", "2", "10"])
        ),
        20 => {
            let format = dice.one(&[
                "dns1123Label",
                "dns1123Subdomain",
                "dns1035Label",
                "qualifiedName",
                "labelValue",
                "uri",
                "uuid",
                "byte",
                "date",
                "datetime",
                "dns1123LabelPrefix",
            ]);
            format!("format.{format}().validate({}).hasValue()", quoted(pick(dice, NAMES)))
        }
        _ => format!("!format.named('{}').hasValue()", dice.one(&["dns1123Label", "nope", "uuid"])),
    }
}

/// Parameters as a map, or none.
pub fn params(dice: &mut Dice) -> serde_json::Value {
    match dice.roll(5) {
        0 => serde_json::Value::Null,
        1 => serde_json::json!({}),
        _ => serde_json::json!({
            "n": dice.roll(9), "d": 1.5, "on": dice.chance(50), "text": dice.one(&["7", "größe", "", "registry.example.com/x", "abc"]),
            "list": dice.one(&["a", "ALL"]).split(',').collect::<Vec<_>>(), "none": null,
            "data": {"a": "a", "b": "größe", "n": 3, "max": "1Gi"}
        }),
    }
}
