//! The functions that there are: cel-go's own and the libraries of Kubernetes 1.37, with what they take and give.
//!
//! A name with a dot before it is a method; its first type is what it is called on. Capitals stand for any type.

use super::types::Type;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One way to call a function.
#[derive(Clone, Debug)]
pub(crate) struct Overload {
    pub takes: Vec<Type>,
    pub gives: Type,
}

/// Reads `int int>int; uint uint>uint`.
pub(crate) fn overloads(text: &str) -> Vec<Overload> {
    let one = |text: &str| {
        let (takes, gives) = text.split_once('>')?;
        Some(Overload { takes: takes.split_whitespace().map(Type::read).collect(), gives: Type::read(gives.trim()) })
    };
    text.split(';').filter_map(one).collect()
}

/// All functions by their names.
pub(crate) fn functions() -> &'static BTreeMap<&'static str, Vec<Overload>> {
    static ALL: OnceLock<BTreeMap<&'static str, Vec<Overload>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: BTreeMap<&str, Vec<Overload>> = BTreeMap::new();
        for (names, text) in TABLE {
            for name in names.split_whitespace() {
                all.entry(name).or_default().extend(overloads(text));
            }
        }
        all
    })
}

const ORDERED: &str = "bool bool>bool; int int>bool; int double>bool; int uint>bool; uint uint>bool; uint double>bool; uint int>bool; double double>bool; \
     double int>bool; double uint>bool; string string>bool; bytes bytes>bool; timestamp timestamp>bool; duration duration>bool";

const TABLE: &[(&str, &str)] = &[
    // Operators.
    ("!", "bool>bool"),
    ("-_", "double>double; int>int"),
    ("== !=", "A A>bool"),
    ("< <= > >=", ORDERED),
    (
        "+",
        "bytes bytes>bytes; double double>double; duration duration>duration; duration timestamp>timestamp; timestamp duration>timestamp; int int>int; \
         list(A) list(A)>list(A); string string>string; uint uint>uint",
    ),
    (
        "-",
        "double double>double; duration duration>duration; int int>int; timestamp duration>timestamp; timestamp timestamp>duration; uint uint>uint",
    ),
    ("* /", "double double>double; int int>int; uint uint>uint"),
    ("%", "int int>int; uint uint>uint"),
    ("in", "A list(A)>bool; A map(A,B)>bool"),
    ("_[_]", "list(A) int>A; map(A,B) A>B; opt(list(V)) int>opt(V); opt(map(K,V)) K>opt(V)"),
    ("_[?_]", "list(V) int>opt(V); opt(list(V)) int>opt(V); map(K,V) K>opt(V); opt(map(K,V)) K>opt(V)"),
    ("_?_:_", "bool A A>A"),
    // The standard library.
    ("size .size", "bytes>int; list(A)>int; map(A,B)>int; string>int"),
    ("type", "A>type"),
    ("bool", "bool>bool; string>bool"),
    ("bytes", "bytes>bytes; string>bytes"),
    ("double", "double>double; int>double; string>double; uint>double"),
    ("duration", "duration>duration; string>duration"),
    ("dyn", "A>dyn"),
    ("int", "int>int; double>int; duration>int; string>int; timestamp>int; uint>int"),
    ("string", "string>string; bool>string; bytes>string; double>string; duration>string; int>string; timestamp>string; uint>string"),
    ("timestamp", "timestamp>timestamp; int>timestamp; string>timestamp"),
    ("uint", "uint>uint; double>uint; int>uint; string>uint"),
    (".contains .endsWith .startsWith", "string string>bool"),
    ("matches .matches", "string string>bool"),
    (".getFullYear .getMonth .getDayOfYear .getDayOfMonth .getDate .getDayOfWeek", "timestamp>int; timestamp string>int"),
    (".getHours .getMinutes .getSeconds .getMilliseconds", "timestamp>int; timestamp string>int; duration>int"),
    // Optionals.
    ("optional.of optional.ofNonZeroValue", "V>opt(V)"),
    ("optional.none", ">opt(V)"),
    (".value", "opt(V)>V"),
    (".hasValue", "opt(V)>bool"),
    (".or", "opt(V) opt(V)>opt(V)"),
    (".orValue", "opt(V) V>V"),
    (".first .last", "list(V)>opt(V)"),
    ("optional.unwrap .unwrapOpt", "list(opt(V))>list(V)"),
    // Strings, version 2.
    (".charAt", "string int>string"),
    (".indexOf .lastIndexOf", "string string>int; string string int>int; list(A) A>int"),
    (".lowerAscii .upperAscii .trim", "string>string"),
    (".replace", "string string string>string; string string string int>string"),
    (".split", "string string>list(string); string string int>list(string)"),
    (".substring", "string int>string; string int int>string"),
    (".format", "string list(dyn)>string"),
    ("strings.quote", "string>string"),
    (".join", "list(string)>string; list(string) string>string"),
    // Lists of cel-go, version 3, and of Kubernetes.
    (".slice", "list(T) int int>list(T)"),
    (".flatten", "list(list(T))>list(T); list(dyn) int>list(dyn)"),
    (
        ".sort",
        "list(int)>list(int); list(uint)>list(uint); list(double)>list(double); list(bool)>list(bool); list(duration)>list(duration); \
         list(timestamp)>list(timestamp); list(string)>list(string); list(bytes)>list(bytes)",
    ),
    ("lists.range", "int>list(int)"),
    (".reverse .distinct", "list(T)>list(T)"),
    (
        ".isSorted",
        "list(int)>bool; list(uint)>bool; list(double)>bool; list(bool)>bool; list(duration)>bool; list(timestamp)>bool; list(string)>bool; \
         list(bytes)>bool",
    ),
    (
        ".min .max",
        "list(int)>int; list(uint)>uint; list(double)>double; list(bool)>bool; list(duration)>duration; list(timestamp)>timestamp; \
         list(string)>string; list(bytes)>bytes",
    ),
    (".sum", "list(int)>int; list(uint)>uint; list(double)>double; list(duration)>duration"),
    (".includes", "dyn dyn>bool"),
    ("sets.contains sets.equivalent sets.intersects", "list(T) list(T)>bool"),
    // Regular expressions.
    (".find", "string string>string"),
    (".findAll", "string string>list(string); string string int>list(string)"),
    // URLs.
    ("url", "string>url"),
    ("isURL", "string>bool"),
    (".getScheme .getHost .getHostname .getPort .getEscapedPath", "url>string"),
    (".getQuery", "url>map(string,list(string))"),
    // Quantities and versions.
    ("quantity", "string>quantity"),
    ("isQuantity", "string>bool"),
    ("sign", "quantity>int"),
    (".isGreaterThan .isLessThan", "quantity quantity>bool; semver semver>bool"),
    (".compareTo", "quantity quantity>int; semver semver>int"),
    (".asApproximateFloat", "quantity>double"),
    (".asInteger", "quantity>int"),
    (".isInteger", "quantity>bool"),
    (".add .sub", "quantity quantity>quantity; quantity int>quantity"),
    ("semver", "string>semver; string bool>semver"),
    ("isSemver", "string>bool; string bool>bool"),
    (".major .minor .patch", "semver>int"),
    // Addresses.
    ("ip", "string>ip"),
    ("ip.isCanonical isIP isCIDR", "string>bool"),
    ("cidr", "string>cidr"),
    ("string", "ip>string; cidr>string"),
    (".family", "ip>int"),
    (".isUnspecified .isLoopback .isLinkLocalMulticast .isLinkLocalUnicast .isGlobalUnicast", "ip>bool"),
    (".containsIP", "cidr string>bool; cidr ip>bool"),
    (".containsCIDR", "cidr string>bool; cidr cidr>bool"),
    (".ip", "cidr>ip"),
    (".prefixLength", "cidr>int"),
    (".masked", "cidr>cidr"),
    // Named formats.
    (
        "format.dns1123Label format.dns1123Subdomain format.dns1035Label format.qualifiedName format.dns1123LabelPrefix \
         format.dns1123SubdomainPrefix format.dns1035LabelPrefix format.labelValue format.uri format.uuid format.byte format.date format.datetime",
        ">format",
    ),
    ("format.named", "string>opt(format)"),
    (".validate", "format string>opt(list(string))"),
    // The authorizer: known, never asked.
    (".path", "authorizer string>pathcheck"),
    (".group", "authorizer string>groupcheck"),
    (".serviceAccount", "authorizer string string>authorizer"),
    (".resource", "groupcheck string>resourcecheck"),
    (".subresource .namespace .name .fieldSelector .labelSelector", "resourcecheck string>resourcecheck"),
    (".check", "pathcheck string>decision; resourcecheck string>decision"),
    (".errored .allowed", "decision>bool"),
    (".error .reason", "decision>string"),
];
