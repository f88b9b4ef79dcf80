//! One cluster in parts: three of the real server, merged, are judged as one reading of it is.

use crate::cluster::TestCluster;
use crate::surroundings::Home;
use serde_json::Value;

const SYSTEM: &str = "apiVersion: v1
kind: Namespace
metadata: {name: NAME, labels: {team: pay}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: NAME}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: NAME}
data: {card: '4111 1111 1111 1111', mode: fast}
---
apiVersion: v1
kind: Secret
metadata: {name: login, namespace: NAME}
stringData: {password: not-to-be-kept}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: read, namespace: NAME}
rules: [{apiGroups: [''], resources: [secrets], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read, namespace: NAME}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: read}
subjects: [{kind: ServiceAccount, name: web, namespace: NAME}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: NAME}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers: [{name: web, image: 'registry.example/web:1', securityContext: {privileged: true}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: NAME}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}]}]}
";

fn outcomes(home: &Home, from: &str) -> Value {
    let said = home.run(&["assess", "--from", from, "-o", "json", "--now", "2026-12-01T09:00:00Z"]);
    assert_ne!(said.code, 2, "{}", said.err);
    serde_json::from_str::<Value>(&said.out).unwrap()["outcomes"].clone()
}

#[test]
fn three_parts_of_a_server_are_judged_as_one_reading() {
    let Some(cluster) = TestCluster::start() else { return };
    for name in ["pay", "shop", "ledger", "web", "batch", "edge"] {
        cluster.apply_text(&SYSTEM.replace("NAME", name));
    }
    settled(&cluster);
    let home = Home::new();
    let config = cluster.kubeconfig();
    let config = config.to_str().unwrap();
    let whole = home.text("whole.kassay.gz");
    let collect = |args: &[&str]| {
        let said = home.run(&[&["collect", "--kubeconfig", config][..], args].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        said.err
    };
    collect(&["-f", &whole]);
    let parts: Vec<String> = (1..=3).map(|number| home.text(&format!("part-{number}.kassay.gz"))).collect();
    for (number, part) in (1..=3).zip(&parts) {
        let said = collect(&["-f", part, "--part", &format!("{number}/3"), "--run", "nightly"]);
        assert!(said.contains(&format!("part {number} of 3: ")), "{said}");
    }
    let merged = home.text("merged.kassay.gz");
    let merge = |parts: &[&String], more: &[&str]| {
        let words: Vec<&str> =
            ["merge"].into_iter().chain(parts.iter().map(|p| p.as_str())).chain(["-f", &merged]).chain(more.iter().copied()).collect();
        home.run(&words)
    };
    let said = merge(&[&parts[2], &parts[0], &parts[1]], &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    let (one, three) = (outcomes(&home, &whole), outcomes(&home, &merged));
    for (a, b) in one.as_array().unwrap().iter().zip(three.as_array().unwrap()) {
        assert_eq!(a, b, "{}", a["check"]);
    }
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&three).unwrap());
    // A part alone passes nothing that another part could undo, and says what it is.
    for part in &parts {
        let said = home.run(&["assess", "--from", part, "-o", "json"]);
        let assessment: Value = serde_json::from_str(&said.out).unwrap();
        assert!(said.out.contains("of 3, which has those of its own namespaces alone"), "{}", said.out);
        assert!(said.err.contains("of 3 of a cluster: nothing passes on what the other parts hold"), "{}", said.err);
        for (outcome, whole) in assessment["outcomes"].as_array().unwrap().iter().zip(one.as_array().unwrap()) {
            let passed = matches!(outcome["outcome"].as_str(), Some("pass" | "not_applicable"));
            assert!(
                !passed || outcome["outcome"] == whole["outcome"],
                "{}: {} of a part, {} of the whole",
                outcome["check"],
                outcome["outcome"],
                whole["outcome"]
            );
        }
    }
    // What does not belong together is refused.
    let refused = |parts: &[&String], more: &[&str], words: &str| {
        let said = merge(parts, more);
        assert!(said.code == 2 && said.err.contains(words), "{words}: {}", said.err);
    };
    refused(&[&parts[0], &parts[2]], &[], "of 3 parts one is missing: 2");
    refused(&[&parts[0], &parts[1], &parts[1], &parts[2]], &[], "are both part 2 of 3");
    refused(&[&parts[0], &whole, &parts[2]], &[], "is no part of a cluster");
    let other = home.text("other.kassay.gz");
    collect(&["-f", &other, "--part", "2/3", "--run", "another"]);
    refused(&[&parts[0], &other, &parts[2]], &[], "are of different readings: “nightly” and “another”");
    collect(&["-f", &other, "--part", "2/4", "--run", "nightly"]);
    refused(&[&parts[0], &other, &parts[2]], &[], "one is of 3 parts, and one of 4");
    assert_eq!(home.run(&["collect", "--demo", "--part", "1/3", "-f", &other]).code, 2, "only a live cluster is read in parts");
}

#[test]
fn what_one_part_may_not_read_stays_unread() {
    let Some(cluster) = TestCluster::shared() else { return };
    cluster.apply_text(&SYSTEM.replace("NAME", "unread"));
    let home = Home::new();
    let (may, may_not) = (cluster.bound_user("may", "cluster-admin"), cluster.bound_user("may-not", "view"));
    let parts: Vec<String> = (1..=2).map(|number| home.text(&format!("part-{number}.kassay.gz"))).collect();
    for (number, config) in [(1, &may), (2, &may_not)] {
        let part = &parts[number - 1];
        let said = home.run(&["collect", "--kubeconfig", config.to_str().unwrap(), "--part", &format!("{number}/2"), "-f", part]);
        assert_eq!(said.code, 0, "{}", said.err);
    }
    let merged = home.text("merged.kassay.gz");
    let said = home.run(&["merge", &parts[0], &parts[1], "-f", &merged]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = home.run(&["assess", "--from", &merged, "-o", "json"]);
    let assessment: Value = serde_json::from_str(&said.out).unwrap();
    let kind = |name: &str| assessment["kinds"].as_array().unwrap().iter().find(|kind| kind["kind"] == name).unwrap().clone();
    // The role “view” reads neither Secrets nor what grants rights.
    for name in ["secrets", "roles", "rolebindings"] {
        let told = kind(name);
        assert!(told["state"] != "read" && told["message"].as_str().unwrap().contains("part 2 of 2"), "{told}");
    }
    assert_eq!(kind("pods")["state"], "read");
}

/// Waits until what the controllers make is there, so that two readings meet the same.
fn settled(cluster: &TestCluster) {
    let count = || cluster.kubectl(["get", "pods,serviceaccounts,configmaps,endpointslices", "-A", "-o", "name"]).lines().count();
    let mut before = 0;
    for _ in 0..60 {
        let now = count();
        if now == before && now > 12 {
            return;
        }
        before = now;
        std::thread::sleep(std::time::Duration::from_secs(2));
    }
}
