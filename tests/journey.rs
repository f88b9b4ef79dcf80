//! An assessor's way through the house on a real API server, in a real terminal: a new assessment, an answer, a determination, quit, resume at the
//! same place, a power cut, export, verify.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;
#[allow(dead_code, reason = "shared by several tests, each of which uses its part")]
#[path = "support/pty.rs"]
mod pty;

use cluster::TestCluster;
use pty::Program;
use std::path::Path;
use std::process::Command;

const KASSAY: &str = env!("CARGO_BIN_EXE_kassay");

fn kassay(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(KASSAY).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn from_a_real_cluster_to_a_verified_bundle() {
    let Some(cluster) = TestCluster::shared() else { return };
    cluster.add_nodes();
    cluster.apply_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: payments}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: payments}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}\n    spec: {hostPID: true, containers: [{name: api, image: 'registry.example/api:latest'}]}\n");
    let home = tempfile::tempdir().unwrap();
    let book = home.path().join("acme");
    let kubeconfig = cluster.kubeconfig();
    let walk = |arguments: &[&str]| Program::start(KASSAY, arguments, home.path(), (120, 40), &[]);

    // A new assessment on that server: engagement, cluster, scope, read.
    let mut program = walk(&["new", "--workbook", text(&book), "--kubeconfig", text(&kubeconfig)]);
    program.see("step 1 of 4");
    program.keys("Acme Payments").see("Acme Payments");
    program.keys("\r").see("kubernetes-admin");
    program.keys("\r").see("step 3 of 4");
    // The scope is chosen from the namespaces of the cluster, before it is read.
    let shown = program.see("payments");
    assert!(shown.contains("kube-system"), "{shown}");
    program.keys("\r").see("All is said");
    program.keys("\r").see("was read and judged");

    // The next thing that needs a person; it is answered and determined.
    for check in ["anonymous-probe", "control-plane-flags", "kubelet-anonymous"] {
        program.keys("\t").see("v says you looked");
        program.keys("v").see("Says that you looked");
        program.keys("\r").see(&format!("1.1/{check} is marked as reviewed"));
    }
    program.keys("\t").see("a answers it");
    program.keys("a").see("( ) y yes");
    program.keys("y").see("(•) y yes");
    program.keys("\r").see("is saved");
    program.keys("d").see("your determination");
    program.keys("f").see("(•) f not in place");
    program.keys("\r").see("1 of 49 determined");
    program.keys("q");
    assert_eq!(program.end().0, 0);
    assert_eq!(kassay(&["verify", text(&book)]).0, 0);

    // Another day: the same place. Then another answer, and the power fails.
    let mut program = walk(&[text(&book)]);
    let place = ["1 of 49 determined", "▸Result", "1.1 No API without authentication"];
    program.until("the same place", |shown| place.iter().all(|words| shown.contains(words)));
    // Read again as it was reached the first time: nothing but the assessment says how.
    program.keys("R").see("was read again");
    // A file that checks judge is judged as soon as it is attached, and still after the next reading.
    let policy = home.path().join("audit.yaml");
    std::fs::write(&policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None}]\n").unwrap();
    let outcome = || {
        let kept = std::fs::read_to_string(book.join("workbook.toml")).unwrap();
        let of_policy = kept.split("check = \"7.1/audit-policy\"").nth(1).unwrap().to_owned();
        of_policy.lines().find(|line| line.starts_with("outcome")).unwrap().to_owned()
    };
    assert_eq!(outcome(), "outcome = \"blocked\"");
    program.keys("e").see("Evidence");
    program.keys(text(&policy)).see("audit.yaml");
    program.keys("\r").see("was judged again");
    assert_eq!(outcome(), "outcome = \"fail\"");
    program.keys("R").see("was read again");
    assert_eq!(outcome(), "outcome = \"fail\"");
    program.keys("3").see("Can every action");
    program.keys("\u{1b}[B").keys("a").see("1.1.accountability");
    program.keys("n").see("(•) n no");
    program.keys("\r").see("is saved");
    program.signal("KILL");
    drop(program);
    let kept = std::fs::read_to_string(book.join("workbook.toml")).unwrap();
    assert!(kept.contains("question = \"1.1.services_authenticated\"") && kept.contains("question = \"1.1.accountability\""), "{kept}");
    assert!(
        kept.contains("[[review]]\ncheck = \"1.1/control-plane-flags\"")
            && kept.contains("practice = \"1.1.a\"")
            && kept.contains("finding = \"not_in_place\""),
        "{kept}"
    );
    assert_eq!(kassay(&["verify", text(&book)]).0, 0, "{}", kassay(&["verify", text(&book)]).1);

    // A bundle that anyone can verify, from the walk, where one says.
    let mut program = walk(&[text(&book)]);
    program.see("It was not closed the last time");
    program.see("Esc close");
    program.keys("\u{1b}").until("the walk alone", |shown| shown.contains("1 of 49 determined") && !shown.contains("Esc close"));
    program.keys("w").see("where to");
    program.keys("t").see("Where the export goes");
    program.keys("\u{15}").keys(text(&home.path().join("from-the-walk.zip"))).keys("\r");
    program.until("the path that was typed", |shown| shown.contains("from-the-walk.zip") && !shown.contains("Where the export goes"));
    program.keys("\r").see("✓ Written");
    program.keys("qq");
    assert_eq!(program.end().0, 0);
    let (code, words) = kassay(&["verify", text(&home.path().join("from-the-walk.zip"))]);
    assert_eq!(code, 0, "{words}");
    // And from the command line.
    for (format, name) in [("bag", "bundle"), ("bag-zip", "bundle.zip")] {
        let target = home.path().join(name);
        let (code, words) = kassay(&["export", "--workbook", text(&book), "--format", format, "-f", text(&target)]);
        assert_eq!(code, 0, "{words}");
        let (code, words) = kassay(&["verify", text(&target)]);
        assert_eq!(code, 0, "{words}");
    }
    let report = std::fs::read_to_string(home.path().join("bundle/data/report.html")).unwrap();
    assert!(report.contains("Acme Payments") && report.contains("hostPID"), "the finding on the real cluster is in the report");
    let workbook = home.path().join("bundle/data/workbook.toml");
    std::fs::write(&workbook, std::fs::read_to_string(&workbook).unwrap().replace("not_in_place", "in_place")).unwrap();
    assert_ne!(kassay(&["verify", text(&home.path().join("bundle"))]).0, 0, "a determination that was changed in the bundle is found");
}
