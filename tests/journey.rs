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
use kassay_core::workbook::Workbook;
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
    assert!(shown.contains("namespaces, folded") && !shown.contains("kube-system"), "{shown}");
    program.keys("z").see("kube-system");
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

/// The two kubeconfigs as one, with a context of its own for each cluster.
fn contexts(clusters: [(&str, &Path); 2], into: &Path) {
    let part = |text: &str, from: &str, to: &str| text.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
    let [mut all_clusters, mut all_users, mut all_contexts] = [(); 3].map(|()| String::new());
    for (name, kubeconfig) in clusters {
        let text =
            std::fs::read_to_string(kubeconfig).unwrap().replace("kassay-test", name).replace("kubernetes-admin", &format!("admin-{name}"));
        all_clusters += &part(&text, "clusters:\n", "users:\n");
        all_users += &part(&text, "users:\n", "contexts:\n");
        all_contexts += &part(&text, "contexts:\n", "current-context:");
    }
    let current = clusters[0].0;
    let whole = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n{all_clusters}users:\n{all_users}contexts:\n{all_contexts}current-context: {current}\n"
    );
    std::fs::write(into, whole).unwrap();
}

/// The label of the row of a form that has the focus.
fn focus(shown: &str) -> Option<String> {
    shown.match_indices('▸').find_map(|(at, sign)| {
        let rest = &shown[at + sign.len()..];
        rest.starts_with(char::is_alphabetic).then(|| rest.split("  ").next().unwrap_or_default().to_owned())
    })
}

/// Goes to a row of the open form.
fn row(program: &mut Program, label: &str) {
    for _ in 0..40 {
        let here = focus(&program.until("a row in focus", |shown| focus(shown).is_some()));
        if here.as_deref() == Some(label) {
            return;
        }
        program.keys("\t").until("the next row", |shown| focus(shown) != here);
    }
    panic!("no row {label}; the screen:\n{}", program.see(""));
}

/// Fills the open form in, row by row, and saves it.
fn fill(program: &mut Program, rows: &[(&str, &str)]) {
    for (label, text) in rows {
        row(program, label);
        program.keys(text);
    }
    program.keys("\u{13}");
}

/// Goes to something by its words.
fn find(program: &mut Program, words: &str, shown: &str) {
    program.keys("/").see("Find");
    program.keys(words);
    program.until("what is looked for, alone", |screen| screen.contains(words));
    program.keys("\r").see(shown);
}

#[test]
fn two_clusters_with_a_second_person_and_the_next_year() {
    let (Some(eu), Some(us)) = (TestCluster::start(), TestCluster::start()) else { return };
    let workload = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: api, namespace: {namespace}}}\nspec:\n  replicas: 1\n  selector: {{matchLabels: {{app: api}}}}\n  template:\n    metadata: {{labels: {{app: api}}}}\n    spec: {{hostPID: true, containers: [{{name: api, image: 'registry.example/api:latest'}}]}}\n"
        )
    };
    for namespace in ["cards", "ledger", "refunds"] {
        eu.apply_text(&workload(namespace));
    }
    us.apply_text(&workload("cards"));
    let home = tempfile::tempdir().unwrap();
    let (book, next, kubeconfig) = (home.path().join("acme"), home.path().join("acme-next"), home.path().join("kubeconfig"));
    contexts([("prod-eu", &eu.kubeconfig()), ("prod-us", &us.kubeconfig())], &kubeconfig);
    let as_user = |user: &str, arguments: &[&str]| {
        Program::start(KASSAY, arguments, home.path(), (120, 40), &[("KASSAY_USER", user), ("KUBECONFIG", text(&kubeconfig))])
    };
    let kept = || Workbook::parse(&std::fs::read_to_string(book.join("workbook.toml")).unwrap()).unwrap();

    // Two clusters of one assessment.
    let mut program = as_user("A. Assessor", &["new", "--workbook", text(&book)]);
    program.see("step 1 of 4");
    program.keys("Acme Payments").see("Acme Payments");
    program.keys("\r").see("prod-us");
    program.keys("\r").see("May read all");
    program.keys("\r").see("step 3 of 4");
    program.keys("\r").see("All is said");
    program.keys("\r").see("was read and judged");
    program.keys("+").see("prod-us");
    program.keys("\u{1b}[B").see("▸ prod-us");
    program.keys("\r");
    program.see("May read all");
    program.keys("\r").see("step 3 of 4");
    program.keys("\r").see("All is said");
    program.keys("\r").see("prod-us was read and judged");
    assert_eq!(kept().clusters.iter().map(|c| c.key.as_str()).collect::<Vec<_>>(), ["prod-eu", "prod-us"]);

    // An interview.
    find(&mut program, "1.1.accountability", "Can every action");
    program.keys("e").see("a copy of a file is kept");
    row(&mut program, "Kind");
    program.keys("i").see("(•) i interview");
    fill(
        &mut program,
        &[
            ("Title", "Accountability"),
            ("Interviewed", "P. Engineer"),
            ("Role", "platform lead"),
            ("Topics", "accounts"),
            ("Asked", "who acts?"),
            ("Answered", "named people"),
            ("Conclusion", "as the log shows"),
        ],
    );
    program.see("E-0001 is kept");
    program.keys("a").see("( ) y yes");
    program.keys("y").see("(•) y yes");
    fill(&mut program, &[("Note", "followed one change")]);
    program.see("is saved");

    // A sample, worked through.
    program.keys("r").see("Registers");
    program.keys("\u{1b}[C").see("▸Samples");
    program.keys("+").see("Draw a sample");
    fill(&mut program, &[("Title", "Workloads as built"), ("Size", "\u{15}3"), ("Represents", "one pipeline builds all")]);
    program.see("S-01");
    program.keys("\r").see("conforms");
    program.keys("c").keys("c").keys("d").see("inconsistent");
    program.keys("\u{1b}").see("Registers");

    // A targeted risk analysis for the customized approach.
    program.keys("\u{1b}[C").see("▸Requests");
    program.keys("\u{1b}[C").see("▸Risk analyses");
    program.keys("+").see("Title");
    fill(&mut program, &[("Title", "Named break-glass"), ("For", "2"), ("Because", "each use is recorded")]);
    program.see("T-01");
    program.keys("\u{1b}").see("0 of 49 determined");

    // A determination by a compensating control, one by the customized approach.
    find(&mut program, "1.2 ", "1.2");
    program.keys("5").see("1.2.a");
    program.keys("d").see("your determination");
    program.keys("p").see("(•) p in place");
    row(&mut program, "Method");
    program.keys("2").see("Constraint");
    let worksheet = ["Rationale", "Constraint", "Objective", "Risk", "Control", "Validation", "Maintenance"];
    fill(&mut program, &worksheet.map(|label| (label, "in our words")));
    program.see("1 of 49 determined");
    find(&mut program, "1.4 ", "1.4");
    program.keys("5").see("1.4.a");
    program.keys("d").see("your determination");
    program.keys("p").see("(•) p in place");
    row(&mut program, "Method");
    program.keys("3").see("Meets it by");
    let matrix = [
        ("Rationale", "by hardware"),
        ("Objective", "only people sign in"),
        ("Control", "keys"),
        ("Meets it by", "no passwords"),
        ("Evidence", "E-0001"),
        ("Tested by", "A. Assessor"),
        ("Tested", "tried"),
        ("Analysis", "T-01"),
    ];
    fill(&mut program, &matrix);
    program.see("2 of 49 determined");

    // An exception, and something that was mended meanwhile.
    find(&mut program, "3.1/baseline", "baseline");
    program.keys("x").see("Exception");
    fill(&mut program, &[("Reason", "the agent needs it"), ("Owner", "CISO"), ("Approved by", "CIO"), ("Until", "+6m")]);
    program.see("exception is saved");
    program.keys("M").see("Was done");
    fill(&mut program, &[("Was done", "moved to nodes of its own"), ("Retested", "today"), ("Conclusion", "mended")]);
    program.see("M-01");

    // Handed to a second person, who accepts; who wrote it may not.
    find(&mut program, "1.2 ", "1.2");
    program.keys("5").see("1.2.a");
    program.keys(">").see("submitted");
    program.keys("Y").see("you wrote it");
    program.keys("q");
    assert_eq!(program.end().0, 0);
    let mut program = as_user("R. Reviewer", &[text(&book)]);
    program.see("2 of 49 determined");
    program.keys("5").see("1.2.a");
    program.keys("Y").see("accepted");
    program.keys("q");
    assert_eq!(program.end().0, 0);

    let book_now = kept();
    let interview = book_now.evidence[0].interview.as_ref().unwrap();
    assert_eq!((interview.person.as_str(), interview.answered.as_str()), ("P. Engineer", "named people"));
    assert_eq!(book_now.samples[0].items.iter().filter(|item| item.result.is_some()).count(), 3);
    assert_eq!(book_now.exceptions[0].approver, "CIO");
    assert!(book_now.determination("1.2.a").unwrap().compensating.is_some());
    assert_eq!(book_now.determination("1.4.a").unwrap().customized.as_ref().unwrap().analysis, "T-01");
    assert!(book_now.remediations[0].retested.is_some());
    assert_eq!(book_now.sign_offs.iter().map(|step| step.by.as_str()).collect::<Vec<_>>(), ["A. Assessor", "R. Reviewer"]);
    let (code, words) = kassay(&["verify", text(&book)]);
    assert_eq!(code, 0, "{words}");
    let bag = home.path().join("bag");
    assert_eq!(kassay(&["export", "--workbook", text(&book), "--format", "bag", "-f", text(&bag)]).0, 0);
    assert_eq!(kassay(&["verify", text(&bag)]).0, 0);

    // The next year begins from the bag: what was determined stands beside, and counts for nothing.
    let mut program = as_user("A. Assessor", &["new", "--workbook", text(&next), "--from", text(&bag)]);
    program.see("2027");
    program.keys("\r").see("was not read yet");
    program.keys("R").see("was read");
    program.see("0 of 49 determined");
    find(&mut program, "1.1.accountability", "Can every action");
    // What was said last year stands beside the question and in the form, so that the form is there is seen by its choices.
    assert!(program.keys("a").see("( ) y yes").contains("followed one change"));
    program.keys("\u{1b}").until("the form to be closed", |shown| !shown.contains("( ) y yes"));
    program.keys("r").see("Registers");
    program.keys("\u{1b}[D").see("▸Journal");
    program.keys("\u{1b}[D").see("▸Last year");
    program.keys("\u{1b}").see("0 of 49 determined");
    program.keys("q");
    assert_eq!(program.end().0, 0);
    assert_eq!(kassay(&["diff", text(&bag), text(&next)]).0, 1);
}

/// What `kubectl get -o yaml` prints of a small cluster; one has a workload that the others have not.
fn small_cluster(nth: usize) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: kube-system, uid: uid-{nth:02}}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: cards}}\n"
    );
    if nth == 17 {
        text.push_str(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {name: debug, namespace: cards}\nspec: {hostPID: true, containers: [{name: debug, image: 'registry.example/debug:1.0'}]}\n",
        );
    }
    text
}

#[test]
fn thirty_clusters_side_by_side() {
    let home = tempfile::tempdir().unwrap();
    let (book, bag) = (home.path().join("acme"), home.path().join("bag"));
    for nth in 0..30 {
        let (dump, snapshot) = (home.path().join("dump.yaml"), home.path().join(format!("prod-{nth:02}.kassay.gz")));
        std::fs::write(&dump, small_cluster(nth)).unwrap();
        let (code, words) = kassay(&["collect", "--from", text(&dump), "--complete", "-f", text(&snapshot)]);
        assert_eq!(code, 0, "{words}");
    }
    let snapshots: Vec<String> = (0..30).map(|nth| text(&home.path().join(format!("prod-{nth:02}.kassay.gz"))).to_owned()).collect();
    let mut arguments = vec!["assess", "--workbook", text(&book), "--from"];
    arguments.extend(snapshots.iter().map(String::as_str));
    let (code, words) = kassay(&arguments);
    assert!(matches!(code, 1 | 3), "{code}: {words}");
    let kept = Workbook::parse(&std::fs::read_to_string(book.join("workbook.toml")).unwrap()).unwrap();
    assert_eq!(kept.clusters.len(), 30);
    let name = |nth: usize| kept.clusters[nth].key.as_str();

    for size in [(80, 24), (200, 60)] {
        let mut program = Program::start(KASSAY, &[text(&book)], home.path(), size, &[]);
        program.see("of 49 determined");
        let matrix = program.keys("X").see("clusters 1–");
        assert!(matrix.contains("30 clusters") && matrix.contains(name(0)) && matrix.contains("✗ fail"), "{matrix}");
        // Far to the right stands the last of them.
        for _ in 0..29 {
            program.keys("l");
        }
        program.see("–30 of 30");
        assert!(program.see(name(29)).contains('‹'));
        // Only in what they differ; the odd one is told with its finding.
        program.keys("d").see("only what differs");
        program.keys("2").see("▸Differences");
        program.keys("/debug").see("/ debug");
        let differences = program.keys("\r").until("what one has", |shown| shown.contains("Pod cards/debug") && shown.contains(name(17)));
        assert!(differences.contains(name(17)), "{differences}");
        // It leads to the check on that cluster.
        program.keys("\r").until("the walk", |shown| shown.contains("of 49 determined") && shown.contains(name(17)));
        program.keys("q");
        assert_eq!(program.end().0, 0);
    }

    assert_eq!(kassay(&["export", "--workbook", text(&book), "--format", "bag", "-f", text(&bag)]).0, 0);
    let table = std::fs::read_to_string(bag.join("data/fleet.csv")).unwrap();
    let head = table.lines().next().unwrap();
    assert!(head.starts_with("control,check,title,worst,differs,") && head.contains(name(29)), "{head}");
    let row = table.lines().find(|line| line.contains("3.1/baseline")).unwrap();
    assert!(row.contains("fail") && row.contains("yes"), "{row}");
    assert!(std::fs::read_to_string(bag.join("data/fleet-differences.csv")).unwrap().contains("Pod cards/debug"));
    assert!(std::fs::read_to_string(bag.join("data/report.html")).unwrap().contains("Clusters side by side"));
    assert_eq!(kassay(&["verify", text(&bag)]).0, 0);
}

/// The line at the foot of the walk that says what is expected.
fn expected(shown: &str) -> Option<String> {
    shown
        .lines()
        .rev()
        .find(|line| ["here: ", "next: ", "Every practice is determined"].iter().any(|lead| line.contains(lead)))
        .map(str::to_owned)
}

/// Waits until something else is expected than before.
fn goes_on(program: &mut Program, before: &str) -> String {
    let shown =
        program.until(&format!("something else than “{}”", before.trim()), |shown| expected(shown).is_some_and(|line| line != before));
    expected(&shown).unwrap_or_default()
}

/// Answers the question that one stands on by the first choice, or by what its hint names, with a piece of evidence that is there already.
fn answer(program: &mut Program) {
    program.keys("a");
    let shown = program.until("the form", |shown| focus(shown).as_deref() == Some("Answer"));
    let choices = [("( ) y yes", "y", "(•) y yes"), ("( ) 1 ", "1", "(•) 1 ")];
    match choices.iter().find(|(choice, ..)| shown.contains(choice)) {
        Some((_, key, chosen)) => drop(program.keys(key).see(chosen)),
        None => {
            let hints =
                [("a number", "3"), ("6 months", "3 months"), ("2026-11", "today"), ("in your", "as described"), ("several", "none")];
            let row = shown.lines().find(|line| line.contains("▸Answer")).unwrap_or_default();
            let told = hints.iter().find(|(hint, _)| row.contains(hint)).unwrap_or_else(|| panic!("no hint in\n{shown}"));
            program.keys(told.1).until("what was typed", |shown| shown.contains(told.1));
        }
    }
    program.keys("\u{1b}[Z").until("the evidence", |shown| focus(shown).as_deref() == Some("Evidence"));
    program.keys("E-0001\u{13}");
}

/// The demo from the first start, at the smallest size, by keys alone: everything that ⇥ leads to is done, down to a bundle that verifies.
#[test]
fn the_demo_from_the_first_start_to_a_verified_bundle_by_the_keyboard_alone() {
    let home = tempfile::tempdir().unwrap();
    let policy = home.path().join("policy.txt");
    std::fs::write(&policy, "Access is reviewed each quarter.\n").unwrap();
    let mut program = Program::start(KASSAY, &[], home.path(), (80, 24), &[]);
    program.see("demo");
    program.keys("d").see("was read and judged");
    program.see("0 of 49 determined");
    // What was read can be read again.
    program.keys("R").see("was read again");
    // One piece of evidence, for everything.
    program.keys("\t").see("says you looked");
    program.keys("e").see("a copy of a file is kept");
    program.keys(text(&policy)).see("policy.txt");
    fill(&mut program, &[("Title", "Policy of access")]);
    let shown = program.see("E-0001 is kept");

    assert!(shown.contains("E-0001 is kept"));

    let (mut line, mut done) = (String::new(), [0; 3]);
    loop {
        // What was just done stands where the next thing is told, until a key is pressed.
        program.keys("\t");
        line = goes_on(&mut program, &line);
        let done_before: usize = done.iter().sum();
        match line.as_str() {
            line if line.contains("Every practice is determined") => break,
            line if line.contains("v says you looked") => {
                done[0] += 1;
                program.keys("v").see("Says that you looked");
                program.keys("\r").see("is marked as reviewed");
            }
            line if line.contains("a answers it") => {
                done[1] += 1;
                answer(&mut program);
                program.see("is saved");
            }
            line if line.contains("d determines it") => {
                done[2] += 1;
                program.keys("d").see("your determination");
                program.keys("f").see("(•) f not in place");
                fill(&mut program, &[("Rationale", "in our words")]);
                program.see(&format!("{} of 49 determined", done[2]));
            }
            _ => {}
        }
        if done.iter().sum::<usize>() > done_before {
            line.clear();
        }
    }
    assert_eq!(done[2], 49, "{done:?}");
    assert!(done[0] > 20 && done[1] > 60, "{done:?}");
    program.see("49 of 49 determined");

    // Every register is there, the journal with all that was done.
    program.keys("r").see("Registers");
    for register in ["Samples", "Requests", "Risk analyses", "Sign-off", "Mended", "Exceptions", "Clusters", "Last year", "Journal"] {
        program.keys("\u{1b}[C").see(&format!("▸{register}"));
    }
    program.see("determination");
    program.keys("/E-0001").until("what was looked for", |shown| shown.contains("/ E-0001") && shown.contains("1 row"));
    program.keys("\r").see("↵ open");
    program.keys("\u{1b}").until("no filter", |shown| !shown.contains("/ E-0001"));
    program.keys("q").see("49 of 49 determined");

    // The bundle.
    let bundle = home.path().join("bundle.zip");
    program.keys("w").see("where to");
    program.keys("t").see("Where the export goes");
    program.keys("\u{15}").keys(text(&bundle)).keys("\r");
    program.until("the path that was typed", |shown| shown.contains("bundle.zip") && !shown.contains("Where the export goes"));
    program.keys("\r").see("✓ Written");
    program.keys("qq");
    assert_eq!(program.end().0, 0);
    let (code, words) = kassay(&["verify", text(&bundle)]);
    assert_eq!(code, 0, "{words}");
}
