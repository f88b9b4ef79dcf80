//! What a Rego program calls and reads, by its syntax tree: before it runs, so that a call that is never reached is known all the same.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One step of a path below `input`; none where only running tells it.
type Step = Option<String>;
/// A path below `input`.
type Path = Vec<Step>;
/// What variables stand for.
type Names = BTreeMap<String, Vec<Path>>;

/// What a program calls and reads.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Paths below `input` whose values it uses as a whole.
    reads: BTreeSet<Path>,
    /// Names of builtin functions that it calls.
    pub builtins: BTreeSet<String>,
    /// The kinds of the objects of `data.inventory` that it reads; none for those that only running tells.
    pub inventory: BTreeSet<Option<String>>,
    /// Why it can't be run as Gatekeeper runs it.
    pub lacks: Option<String>,
}

/// A module as it was parsed.
pub(super) struct Parsed<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its syntax tree.
    pub tree: &'a Value,
}

struct Module<'a> {
    package: Vec<String>,
    imports: BTreeMap<String, Vec<String>>,
    rules: Vec<&'a Value>,
}

struct Surveyor<'a> {
    modules: Vec<Module<'a>>,
    /// Functions by their full path, with the module that has them.
    functions: BTreeMap<Vec<String>, Vec<(usize, &'a Value)>>,
    seen: BTreeSet<String>,
    survey: Survey,
}

/// Looks through a program; its first module is the template's own.
pub(super) fn survey(modules: &[Parsed]) -> Survey {
    let mut surveyor = Surveyor { modules: Vec::new(), functions: BTreeMap::new(), seen: BTreeSet::new(), survey: Survey::default() };
    for module in modules {
        surveyor.enter(module);
    }
    if surveyor.goes_in_a_ring() {
        surveyor.lack("a rule that needs itself, which the engine refuses");
    } else {
        surveyor.walk();
    }
    surveyor.survey
}

/// The path of a package in `data`, as a query asks for it: `data.a["b-c"]`.
pub(super) fn package(tree: &Value) -> Option<Vec<String>> {
    static_path(&tree["package"]["refr"])
}

/// The names of the rules of a module.
pub(super) fn rule_names(tree: &Value) -> BTreeSet<String> {
    tree["rules"].as_array().into_iter().flatten().filter_map(rule_name).collect()
}

fn rule_name(rule: &Value) -> Option<String> {
    let head = &rule["Spec"]["head"];
    let refr = ["Compr", "Set", "Func"].iter().find_map(|sort| head[*sort].get("refr")).or_else(|| rule["Default"].get("refr"))?;
    static_root(refr)
}

fn static_root(refr: &Value) -> Option<String> {
    let mut at = refr;
    loop {
        if let Some(name) = at["Var"]["value"].as_str() {
            return Some(name.to_owned());
        }
        at = at.get("RefDot").or_else(|| at.get("RefBrack"))?.get("refr")?;
    }
}

/// A path of names alone.
fn static_path(refr: &Value) -> Option<Vec<String>> {
    if let Some(name) = refr["Var"]["value"].as_str() {
        return Some(vec![name.to_owned()]);
    }
    let (inner, last) = match (refr.get("RefDot"), refr.get("RefBrack")) {
        (Some(dot), _) => (&dot["refr"], dot["field"][1].as_str()?),
        (_, Some(bracket)) => (&bracket["refr"], string(&bracket["index"])?),
        _ => return None,
    };
    let mut path = static_path(inner)?;
    path.push(last.to_owned());
    Some(path)
}

fn string(expression: &Value) -> Option<&str> {
    expression.get("String").or_else(|| expression.get("RawString"))?["value"].as_str()
}

impl<'a> Surveyor<'a> {
    fn lack(&mut self, words: impl Into<String>) {
        self.survey.lacks.get_or_insert(words.into());
    }

    fn enter(&mut self, parsed: &Parsed<'a>) {
        let tree = parsed.tree;
        let package = package(tree).unwrap_or_default();
        let mut imports = BTreeMap::new();
        for import in tree["imports"].as_array().into_iter().flatten() {
            let Some(path) = static_path(&import["refr"]) else {
                self.lack("an import that is no path of names");
                continue;
            };
            let alias = import.get("as").filter(|alias| !alias.is_null()).and_then(|span| {
                let at = |key: &str| span[key].as_u64().and_then(|at| usize::try_from(at).ok());
                parsed.text.get(at("start")?..at("end")?)
            });
            let name = alias.map_or_else(|| path.last().cloned().unwrap_or_default(), str::to_owned);
            match (path.first().map(String::as_str), path.get(1).map(String::as_str)) {
                (Some("future"), _) => {}
                (Some("data"), Some("lib")) => {
                    imports.insert(name, path);
                }
                // Gatekeeper refuses a template that imports anything else.
                _ => self.lack(format!("the import of {}, which Gatekeeper refuses", path.join("."))),
            }
        }
        let rules: Vec<&Value> = tree["rules"].as_array().into_iter().flatten().collect();
        let index = self.modules.len();
        for rule in &rules {
            let function =
                rule["Spec"]["head"].get("Func").is_some() || rule["Default"]["args"].as_array().is_some_and(|args| !args.is_empty());
            if let (true, Some(name)) = (function, rule_name(rule)) {
                let mut path = package.clone();
                path.push(name);
                self.functions.entry(path).or_default().push((index, *rule));
            }
        }
        self.modules.push(Module { package, imports, rules });
    }

    fn walk(&mut self) {
        let own = self.named_paths();
        for index in 0..self.modules.len() {
            for rule in self.modules[index].rules.clone() {
                self.rule(index, rule, &own);
            }
        }
    }

    /// Whether a rule or function needs itself. Nothing would end such a program.
    fn goes_in_a_ring(&self) -> bool {
        let mut needs: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
        let mut names: BTreeSet<Vec<String>> = BTreeSet::new();
        let full = |module: &Module, name: String| module.package.iter().cloned().chain([name]).collect::<Vec<_>>();
        for module in &self.modules {
            names.extend(module.rules.iter().filter_map(|rule| rule_name(rule)).map(|name| full(module, name)));
        }
        for module in &self.modules {
            for rule in &module.rules {
                let Some(name) = rule_name(rule) else { continue };
                let mut found = Vec::new();
                // The head names the rule itself, which is no need of it.
                mentions(&rule["Spec"]["bodies"], &mut found);
                let head = &rule["Spec"]["head"];
                for sort in ["Compr", "Set", "Func"] {
                    mentions(&head[sort]["key"], &mut found);
                    mentions(&head[sort]["assign"], &mut found);
                }
                let entry = needs.entry(full(module, name)).or_default();
                for path in found {
                    let path = match module.imports.get(&path[0]) {
                        Some(import) => import.iter().skip(1).chain(&path[1..]).cloned().collect(),
                        None if path[0] == "data" => path[1..].to_vec(),
                        None => module.package.iter().chain(&path).cloned().collect::<Vec<_>>(),
                    };
                    if let Some(name) = (1..=path.len()).map(|length| &path[..length]).find(|name| names.contains(*name)) {
                        entry.insert(name.to_vec());
                    }
                }
            }
        }
        // What needs nothing that is left is taken away until nothing more can be.
        loop {
            let free: Vec<Vec<String>> =
                needs.iter().filter(|(_, of)| !of.iter().any(|name| needs.contains_key(name))).map(|(name, _)| name.clone()).collect();
            if free.is_empty() {
                return !needs.is_empty();
            }
            free.iter().for_each(|name| {
                needs.remove(name);
            });
        }
    }

    /// Rules of the template's own module that only name a part of the input: `pod := input.review.object`. Other modules can't refer to these.
    fn named_paths(&self) -> Names {
        let mut names = Names::new();
        for rule in self.modules.first().map_or(&[][..], |module| &module.rules) {
            let head = &rule["Spec"]["head"]["Compr"];
            if let (Some(name), Some(path)) = (head["refr"]["Var"]["value"].as_str(), plain(&head["assign"]["value"], &Names::new())) {
                names.entry(name.to_owned()).or_default().extend(path);
            }
        }
        names
    }

    /// Looks through one rule, where some names stand for parts of the input.
    fn rule(&mut self, index: usize, rule: &'a Value, names: &Names) {
        let mut names = names.clone();
        // Names may be given in any order, one by another.
        let mut known = 0;
        loop {
            aliases(rule, &mut names);
            let now = names.values().map(Vec::len).sum();
            if now == known {
                break;
            }
            known = now;
        }
        if let Some(default) = rule.get("Default") {
            self.look(index, &default["value"], &names);
            return;
        }
        let spec = &rule["Spec"];
        for sort in ["Compr", "Set", "Func"] {
            let head = &spec["head"][sort];
            if let Some(key) = head.get("key") {
                self.look(index, key, &names);
            }
            self.indices(index, &head["refr"], &names);
            let value = &head["assign"]["value"];
            let only_names = index == 0 && sort == "Compr" && head["refr"].get("Var").is_some() && plain(value, &Names::new()).is_some();
            if !only_names {
                self.look(index, value, &names);
            }
        }
        for body in spec["bodies"].as_array().into_iter().flatten() {
            self.look(index, &body["assign"]["value"], &names);
            self.look(index, &body["query"], &names);
        }
    }

    /// Looks through the indices of a reference, and not at what it refers to.
    fn indices(&mut self, index: usize, refr: &'a Value, names: &Names) {
        if let Some(dot) = refr.get("RefDot") {
            self.indices(index, &dot["refr"], names);
        } else if let Some(bracket) = refr.get("RefBrack") {
            self.indices(index, &bracket["refr"], names);
            self.look(index, &bracket["index"], names);
        } else if refr.get("Var").is_none() {
            self.look(index, refr, names);
        }
    }

    fn look(&mut self, index: usize, node: &'a Value, names: &Names) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.look(index, item, names)),
            Value::Object(fields) => {
                if let Some(call) = node.get("Call") {
                    return self.call(index, call, names);
                }
                if let Some(assign) = node.get("AssignExpr") {
                    return self.assign(index, assign, names);
                }
                if let (Some(refr), Some(with)) = (node.get("refr"), node.get("as")) {
                    // `with input.x as y` reads y alone.
                    self.indices(index, refr, names);
                    return self.look(index, with, names);
                }
                if let Some(paths) = paths(node, names) {
                    self.survey.reads.extend(paths);
                    return self.indices(index, node, names);
                }
                if node.get("Var").is_some() || node.get("RefDot").is_some() || node.get("RefBrack").is_some() {
                    return self.reference(index, node, names);
                }
                fields.values().for_each(|field| self.look(index, field, names));
            }
            _ => {}
        }
    }

    /// A name that is given to a part of the input is no use of that part as a whole.
    fn assign(&mut self, index: usize, assign: &'a Value, names: &Names) {
        for (name, other) in [("lhs", "rhs"), ("rhs", "lhs")] {
            if assign[name].get("Var").is_some() && plain(&assign[other], names).is_some() {
                return self.indices(index, &assign[other], names);
            }
        }
        self.look(index, &assign["lhs"], names);
        self.look(index, &assign["rhs"], names);
    }

    fn reference(&mut self, index: usize, node: &'a Value, names: &Names) {
        let mut steps = Vec::new();
        let mut at = node;
        loop {
            if let Some(dot) = at.get("RefDot") {
                steps.push(dot["field"][1].as_str());
                at = &dot["refr"];
            } else if let Some(bracket) = at.get("RefBrack") {
                steps.push(string(&bracket["index"]));
                at = &bracket["refr"];
            } else {
                break;
            }
        }
        if at["Var"]["value"].as_str() == Some("data") {
            match steps.last().copied() {
                Some(Some("lib")) => {}
                Some(Some("inventory")) => {
                    steps.reverse();
                    // `inventory.cluster[version][kind]`, `inventory.namespace[namespace][version][kind]`.
                    let place = match steps.get(1) {
                        Some(Some("cluster")) => 3,
                        Some(Some("namespace")) => 4,
                        _ => usize::MAX,
                    };
                    let kind = steps.get(place).copied().flatten();
                    self.survey.inventory.insert(kind.map(str::to_owned));
                }
                _ => self.lack("a reference to data beside data.lib and data.inventory, which Gatekeeper refuses"),
            }
        }
        self.indices(index, node, names);
    }

    fn call(&mut self, index: usize, call: &'a Value, names: &Names) {
        let params: Vec<&Value> = call["params"].as_array().into_iter().flatten().collect();
        let Some(path) = static_path(&call["fcn"]) else {
            self.lack("a call of something that is no name");
            return;
        };
        let full = self.resolve(index, &path);
        let Some(rules) = self.functions.get(&full).cloned() else {
            if path.first().is_some_and(|root| root == "data") || full != path {
                self.lack(format!("the function {} is not in the template", path.join(".")));
            }
            let name = path.join(".");
            if name == "object.get"
                && let [object, key, default] = params[..]
                && let (Some(objects), Some(key)) = (paths(object, names), string(key))
            {
                self.survey.builtins.insert(name);
                self.survey.reads.extend(objects.into_iter().map(|mut path| {
                    path.push(Some(key.to_owned()));
                    path
                }));
                self.indices(index, object, names);
                return self.look(index, default, names);
            }
            self.survey.builtins.insert(name);
            params.into_iter().for_each(|param| self.look(index, param, names));
            return;
        };
        let given: Vec<Option<Vec<Path>>> = params.iter().map(|param| paths(param, names)).collect();
        for (param, given) in params.iter().zip(&given) {
            match given {
                Some(_) => self.indices(index, param, names),
                None => self.look(index, param, names),
            }
        }
        if given.iter().all(Option::is_none) || !self.seen.insert(format!("{full:?} {given:?}")) {
            return;
        }
        for (module, rule) in rules {
            let mut inner = if module == 0 { self.named_paths() } else { Names::new() };
            let args: Vec<&Value> = rule["Spec"]["head"]["Func"]["args"].as_array().into_iter().flatten().collect();
            for (place, given) in given.iter().enumerate() {
                let Some(given) = given else { continue };
                match args.get(place).and_then(|arg| arg["Var"]["value"].as_str()) {
                    Some(name) => inner.entry(name.to_owned()).or_default().extend(given.iter().cloned()),
                    // Taken apart by a pattern, or compared.
                    None => self.survey.reads.extend(given.iter().cloned()),
                }
            }
            self.rule(module, rule, &inner);
        }
    }

    /// The full path of a function: imports, and functions of the same package.
    fn resolve(&self, index: usize, path: &[String]) -> Vec<String> {
        let module = &self.modules[index];
        let Some((root, rest)) = path.split_first() else { return Vec::new() };
        if let Some(import) = module.imports.get(root) {
            return import.iter().skip(1).chain(rest).cloned().collect();
        }
        if root == "data" {
            return rest.to_vec();
        }
        let own: Vec<String> = module.package.iter().chain(path).cloned().collect();
        if self.functions.contains_key(&own) { own } else { path.to_vec() }
    }
}

/// The paths of names that an expression mentions, each as far as it is of names alone.
fn mentions(node: &Value, found: &mut Vec<Vec<String>>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| mentions(item, found)),
        Value::Object(fields) => {
            if let Some(path) = static_path(node) {
                found.push(path);
            } else {
                fields.values().for_each(|field| mentions(field, found));
            }
        }
        _ => {}
    }
}

/// The parts of the input for which a reference stands.
fn paths(node: &Value, names: &Names) -> Option<Vec<Path>> {
    if let Some(name) = node["Var"]["value"].as_str() {
        return if name == "input" { Some(vec![Vec::new()]) } else { names.get(name).cloned() };
    }
    let (inner, step) = match (node.get("RefDot"), node.get("RefBrack")) {
        (Some(dot), _) => (&dot["refr"], dot["field"][1].as_str()),
        (_, Some(bracket)) => (&bracket["refr"], string(&bracket["index"])),
        _ => return None,
    };
    let mut paths = paths(inner, names)?;
    for path in &mut paths {
        path.push(step.map(str::to_owned));
    }
    Some(paths)
}

/// The same, of a reference that a name may stand for. A path that grows without end (`x = x.y`) is cut by its length.
fn plain(node: &Value, names: &Names) -> Option<Vec<Path>> {
    paths(node, names).filter(|paths| paths.len() <= 16 && paths.iter().all(|path| path.len() <= 24))
}

/// Writes down which names a rule gives to parts of the input.
fn aliases(node: &Value, names: &mut Names) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| aliases(item, names)),
        Value::Object(fields) => {
            if let Some(assign) = node.get("AssignExpr") {
                for (name, other) in [("lhs", "rhs"), ("rhs", "lhs")] {
                    let Some(name) = assign[name]["Var"]["value"].as_str() else { continue };
                    let Some(paths) = plain(&assign[other], names) else { continue };
                    let known = names.entry(name.to_owned()).or_default();
                    paths.into_iter().for_each(|path| {
                        if !known.contains(&path) {
                            known.push(path);
                        }
                    });
                }
            }
            fields.values().for_each(|field| aliases(field, names));
        }
        _ => {}
    }
}

impl Survey {
    /// Whether it may read what stands at a path below `input`, or something in it.
    pub(super) fn reads(&self, target: &[&str]) -> bool {
        self.reads.iter().any(|read| meets(read, target))
    }

    /// Whether it may read something at or below a path that is not at or below one of some paths.
    pub(super) fn reads_beside(&self, target: &[&str], known: &[&[&str]]) -> bool {
        self.reads.iter().any(|read| meets(read, target) && !known.iter().any(|known| below(read, known)))
    }
}

fn meets(read: &[Step], target: &[&str]) -> bool {
    read.iter().zip(target).all(|(step, name)| step.as_deref().is_none_or(|step| step == *name))
}

fn below(read: &[Step], known: &[&str]) -> bool {
    read.len() >= known.len() && read.iter().zip(known).all(|(step, name)| step.as_deref() == Some(*name))
}
