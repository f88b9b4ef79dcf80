//! Random grants, and random questions about them: few names of everything, so that rules hit, overlap and miss by one word often. The numbers of a
//! world are in the names of its subjects, so that worlds can stand side by side in one cluster and no old binding answers for a new one.

#[path = "dice.rs"]
mod dice;

pub use dice::Dice;
use serde_json::{Value, json};

/// Some of the choices, one at least.
fn some(dice: &mut Dice, at_most: u64, choices: &[&str]) -> Vec<String> {
    (0..1 + dice.roll(at_most)).map(|_| dice.one(choices).to_owned()).collect()
}

const VERBS: [&str; 8] = ["get", "list", "create", "patch", "delete", "impersonate", "escalate", "*"];
const GROUPS: [&str; 5] = ["", "apps", "batch", "rbac.authorization.k8s.io", "*"];
const RESOURCES: [&str; 14] = [
    "pods",
    "pods/exec",
    "pods/log",
    "pods/*",
    "secrets",
    "nodes",
    "nodes/proxy",
    "deployments",
    "deployments/scale",
    "*/scale",
    "*/exec",
    "clusterroles",
    "jobs/status",
    "*",
];
const NAMES: [&str; 4] = ["a", "b", "web", "*"];
const URLS: [&str; 9] = ["/metrics", "/healthz", "/healthz/*", "/logs/*", "/logs", "/apis", "/apis/*", "*", "/a*"];
const NAMESPACES: [&str; 3] = ["shop", "pay", "ops"];

/// One world: what is created, in the order in which it has to be.
pub struct World {
    /// The objects.
    pub objects: Vec<Value>,
    number: u64,
}

/// A question about a world.
#[derive(Clone, Debug)]
pub struct Question {
    /// The user, as the server sees it.
    pub user: String,
    /// Its groups.
    pub groups: Vec<String>,
    /// What it wants to do.
    pub verb: String,
    /// API group.
    pub group: String,
    /// Resource, with its sub-resource.
    pub resource: String,
    /// Namespace, "" for the cluster.
    pub namespace: String,
    /// Name, "" for none.
    pub name: String,
    /// Path that is no resource, "" for a resource.
    pub path: String,
}

fn rule(dice: &mut Dice, cluster: bool) -> Value {
    if cluster && dice.chance(25) {
        return json!({"nonResourceURLs": some(dice, 2, &URLS), "verbs": some(dice, 2, &["get", "post", "*"])});
    }
    let mut rule = json!({"apiGroups": some(dice, 2, &GROUPS), "resources": some(dice, 3, &RESOURCES), "verbs": some(dice, 3, &VERBS)});
    if dice.chance(30) {
        rule["resourceNames"] = json!(some(dice, 2, &NAMES));
    }
    rule
}

fn rules(dice: &mut Dice, cluster: bool) -> Vec<Value> {
    (0..1 + dice.roll(3)).map(|_| rule(dice, cluster)).collect()
}

impl World {
    /// The world of a number.
    pub fn new(dice: &mut Dice, number: u64) -> Self {
        let mut world = Self { objects: vec![], number };
        let api = "rbac.authorization.k8s.io/v1";
        let (roles, bindings) = (3 + dice.roll(4), 5 + dice.roll(6));
        for nth in 0..roles {
            let mut labels = json!({});
            if dice.chance(50) {
                labels[format!("world-{number}")] = json!(dice.one(&["x", "y"]));
            }
            world.objects.push(json!({"apiVersion": api, "kind": "ClusterRole",
                "metadata": {"name": format!("w{number}-{nth}"), "labels": labels}, "rules": rules(dice, true)}));
            let place = dice.one(&NAMESPACES);
            world.objects.push(json!({"apiVersion": api, "kind": "Role",
                "metadata": {"name": format!("w{number}-{nth}"), "namespace": place}, "rules": rules(dice, false)}));
        }
        for nth in 0..bindings {
            let cluster = dice.chance(40);
            let subjects: Vec<Value> = (0..1 + dice.roll(2)).map(|_| world.subject(dice, cluster)).collect();
            let (kind, name) = match dice.roll(10) {
                // Some bind what is gathered from others, some what is not there.
                0 | 1 => ("ClusterRole", format!("w{number}-gathered")),
                2 => ("ClusterRole", format!("w{number}-nothing")),
                n if cluster || n < 7 => ("ClusterRole", format!("w{number}-{}", dice.roll(roles))),
                _ => ("Role", format!("w{number}-{}", dice.roll(roles))),
            };
            let mut binding = json!({"apiVersion": api, "kind": if cluster { "ClusterRoleBinding" } else { "RoleBinding" },
                "metadata": {"name": format!("w{number}-{nth}")}, "subjects": subjects,
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}});
            if !cluster {
                binding["metadata"]["namespace"] = json!(dice.one(&NAMESPACES));
            }
            world.objects.push(binding);
        }
        // The controller fills it when it comes, from what is there by then.
        let selectors = if dice.chance(50) {
            json!([{"matchLabels": {format!("world-{number}"): "x"}}])
        } else {
            json!([{"matchExpressions": [{"key": format!("world-{number}"), "operator": "Exists"}]}])
        };
        world.objects.push(json!({"apiVersion": api, "kind": "ClusterRole", "metadata": {"name": format!("w{number}-gathered")},
            "aggregationRule": {"clusterRoleSelectors": selectors}, "rules": []}));
        world
    }

    fn subject(&self, dice: &mut Dice, cluster: bool) -> Value {
        let (api, number) = ("rbac.authorization.k8s.io", self.number);
        match dice.roll(6) {
            0 | 1 => json!({"kind": "User", "apiGroup": api, "name": format!("{}-{number}", dice.one(&["jane", "joe"]))}),
            2 => json!({"kind": "Group", "apiGroup": api, "name": format!("{}-{number}", dice.one(&["devs", "ops"]))}),
            // An account under its other name, and the groups of accounts.
            3 => json!({"kind": "User", "apiGroup": api, "name": format!("system:serviceaccount:{}:bot-{number}", dice.one(&NAMESPACES))}),
            4 if cluster || dice.chance(50) => {
                json!({"kind": "ServiceAccount", "name": format!("bot-{number}"), "namespace": dice.one(&NAMESPACES)})
            }
            4 => json!({"kind": "ServiceAccount", "name": format!("bot-{number}"), "namespace": "shop"}),
            _ => json!({"kind": "Group", "apiGroup": api, "name": format!("all-{number}")}),
        }
    }

    /// A question that the objects of this world may answer: mostly what some binding grants, in all words or in all but one.
    pub fn question(&self, dice: &mut Dice) -> Question {
        let mut question = self.any_question(dice);
        let granted = if dice.chance(80) { self.granted(dice) } else { None };
        if let Some(granted) = granted {
            // One word in eight is left to chance, the others are those of the grant.
            let mut keep = || !dice.chance(12);
            if keep() {
                (question.user, question.groups) = (granted.user, granted.groups);
            }
            if keep() {
                question.verb = granted.verb;
            }
            if granted.path.is_empty() == question.path.is_empty() || keep() {
                (question.path, question.group, question.resource) = (granted.path, granted.group, granted.resource);
            }
            if keep() {
                question.namespace = granted.namespace;
            }
            if keep() {
                question.name = granted.name;
            }
            if !question.path.is_empty() {
                (question.group, question.resource) = (String::new(), String::new());
                (question.namespace, question.name) = (String::new(), String::new());
            } else if question.resource.is_empty() {
                question.resource = "pods".to_owned();
            }
        }
        question
    }

    /// What one rule of one binding grants to one of its subjects.
    fn granted(&self, dice: &mut Dice) -> Option<Question> {
        let of_kind = |end: &str| self.objects.iter().filter(|o| o["kind"].as_str().is_some_and(|k| k.ends_with(end))).collect::<Vec<_>>();
        let (bindings, roles) = (of_kind("Binding"), of_kind("Role"));
        let binding = bindings.get(usize::try_from(dice.roll(bindings.len() as u64)).ok()?)?;
        let name = binding["roleRef"]["name"].as_str()?;
        let gathered = name.ends_with("gathered");
        let fits = |r: &&&Value| {
            if gathered {
                r["metadata"]["labels"].as_object().is_some_and(|l| !l.is_empty())
            } else {
                r["metadata"]["name"] == name && r["kind"] == binding["roleRef"]["kind"]
            }
        };
        let fitting: Vec<&&Value> = roles.iter().filter(fits).collect();
        let role = fitting.get(usize::try_from(dice.roll(fitting.len().max(1) as u64)).ok()?)?;
        let rules = role["rules"].as_array()?;
        let rule = rules.get(usize::try_from(dice.roll(rules.len().max(1) as u64)).ok()?)?;
        let subjects = binding["subjects"].as_array()?;
        let subject = subjects.get(usize::try_from(dice.roll(subjects.len() as u64)).ok()?)?;
        let mut word = |field: &str, stars: &[&str]| -> String {
            let list: Vec<&str> = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if list.is_empty() {
                return String::new();
            }
            let word = dice.one(&list);
            match word.strip_suffix('*') {
                // A star at the end of a path stands for anything there.
                Some(start) if start.starts_with('/') => format!("{start}x"),
                Some(_) => dice.one(stars).to_owned(),
                None => word.replace("*/", "pods/"),
            }
        };
        let mut question = Question {
            user: String::new(),
            groups: vec![],
            verb: word("verbs", &["get", "list", "watch"]),
            group: word("apiGroups", &["", "apps", "x.example"]),
            resource: word("resources", &["pods", "secrets", "pods/exec"]),
            namespace: binding["metadata"]["namespace"].as_str().unwrap_or("shop").to_owned(),
            name: word("resourceNames", &["*", "a"]),
            path: word("nonResourceURLs", &["/metrics", "/x"]),
        };
        let name = subject["name"].as_str()?.to_owned();
        match subject["kind"].as_str()? {
            "User" => question.user = name,
            "Group" => (question.user, question.groups) = (format!("ann-{}", self.number), vec![name]),
            _ => question.user = format!("system:serviceaccount:{}:{name}", subject["namespace"].as_str()?),
        }
        if let Some((place, _)) = question.user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
            question.groups.extend(["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{place}")]);
        }
        // Whoever logged in is in this group.
        question.groups.push("system:authenticated".to_owned());
        Some(question)
    }

    fn any_question(&self, dice: &mut Dice) -> Question {
        let number = self.number;
        let mut groups: Vec<String> = [("devs", 30), ("ops", 30), ("all", 50)]
            .into_iter()
            .filter(|(_, percent)| dice.chance(*percent))
            .map(|(name, _)| format!("{name}-{number}"))
            .collect();
        let user = if dice.chance(30) {
            let place = dice.one(&NAMESPACES);
            groups.extend(["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{place}")]);
            format!("system:serviceaccount:{place}:bot-{number}")
        } else {
            format!("{}-{number}", dice.one(&["jane", "joe", "ann"]))
        };
        groups.push("system:authenticated".to_owned());
        let plain = |choices: &[&'static str]| -> Vec<&'static str> { choices.iter().copied().filter(|c| !c.contains('*')).collect() };
        let verb = dice.one(&plain(&VERBS)).to_owned();
        if dice.chance(15) {
            let path =
                dice.one(&["/metrics", "/healthz", "/healthz/etcd", "/logs", "/logs/x", "/apis", "/apis/apps", "/a", "/b"]).to_owned();
            let verb = dice.one(&["get", "post", "put"]).to_owned();
            return Question {
                user,
                groups,
                verb,
                path,
                group: String::new(),
                resource: String::new(),
                namespace: String::new(),
                name: String::new(),
            };
        }
        let more = ["statefulsets/scale", "pods/attach", "services"];
        let resources: Vec<&str> = plain(&RESOURCES).into_iter().chain(more).collect();
        Question {
            user,
            groups,
            verb,
            group: dice.one(&plain(&GROUPS)).to_owned(),
            resource: dice.one(&resources).to_owned(),
            namespace: dice.one(&["", "shop", "pay", "ops", "lab"]).to_owned(),
            name: dice.one(&["", "a", "b", "c", "web"]).to_owned(),
            path: String::new(),
        }
    }
}
