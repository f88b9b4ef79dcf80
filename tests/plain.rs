//! The walk in lines of plain text, driven through pipes: from the first start to a bundle that verifies, and what must hold of every line.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[allow(dead_code, reason = "shared by several tests, each of which uses its part")]
#[path = "collect/server.rs"]
mod server;
#[path = "support/talk.rs"]
mod talk;

use kassay::plain::commands::{Found, find, spellings};
use kassay::shell::keymap::KEYMAP;
use kassay_core::session::Context;
use kassay_core::workbook::Workbook;
use std::path::Path;
use talk::{Talk, kassay, whole};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What is typed into a field of any form of the walk, by its label: a line, or the lines of a text and its end.
fn filling(file: &str) -> impl Fn(&str, &str) -> Vec<String> {
    move |label, question| {
        let lines = question.contains("single dot");
        let words = match label {
            "File" => file,
            // What is asked for decides what is typed.
            "Answer" if question.contains("1: ") || question.contains("1 or ") => "1",
            "Answer" if question.contains("a number of") => "10",
            "Answer" if question.contains("6 months") => "30 days",
            "Answer" if question.contains("today") => "today",
            "Answer" => "None of it is there.",
            "Finding" => "not in place",
            "Rationale" => "Seen in the cluster of the demo.",
            "Purpose" => "to show how it is done",
            "Interviewed" => "P. Engineer",
            _ => "",
        };
        let end = if lines && !words.is_empty() { Some(".".to_owned()) } else { None };
        std::iter::once(words.to_owned()).chain(end).collect()
    }
}

#[test]
fn the_whole_walk_from_the_first_start_to_a_verified_bundle() {
    let home = tempfile::tempdir().unwrap();
    let policy = home.path().join("policy.txt");
    std::fs::write(&policy, "Everybody signs in.\n").unwrap();
    let fill = filling(text(&policy));
    let mut talk = Talk::start(&[], home.path(), &[("KASSAY_PLAIN", "1")]);
    let first = talk.reply();
    assert!(first.contains("Welcome. Kassay walks") && first.contains("2: Demo cluster"), "{first}");
    let read = talk.say("2");
    assert!(read.contains("Reading demo.") && read.contains("Reading ended: 1") && read.contains("was read and judged"), "{read}");

    // By empty lines alone, each thing that needs a person is done with the key that is told.
    let mut stops = 0;
    loop {
        let here = talk.say("");
        let Some(told) = here.lines().rev().find(|line| line.starts_with("Here: ")) else {
            assert!(here.contains("determined"), "{here}");
            break;
        };
        let key = told.strip_suffix(" does it.").and_then(|told| told.rsplit(' ').next()).unwrap().to_owned();
        let opened = talk.say(&key);
        let done = talk.fill(opened, &fill);
        assert!(!done.contains("Error"), "{told}\n{done}");
        stops += 1;
        assert!(stops < 400, "it does not end: {told}");
    }
    assert!(stops > 150, "{stops} stops");
    let summary = talk.say("s");
    assert!(summary.contains("49 of 49 determined"), "{summary}");

    // The bundle, where one says.
    let bag = home.path().join("acme.zip");
    talk.say("back");
    let export = talk.say("w");
    assert!(export.contains("1: evidence bundle, one zip file"), "{export}");
    let asked = talk.say("t");
    assert!(asked.contains("Where the export goes"), "{asked}");
    let told = talk.say(text(&bag));
    assert!(told.contains(text(&bag)), "{told}");
    let written = talk.say("enter");
    assert!(written.contains("SHA-256: ") && written.contains("Verify with: kassay verify"), "{written}");
    let (code, all) = talk.leave("quit");
    assert_eq!(code, 0);
    assert!(all.contains("All that was accepted is saved in "), "{all}");
    let (code, said) = kassay(&["verify", text(&bag)], home.path());
    assert_eq!(code, 0, "{said}");
    let book = home.path().join("data/assessments/demo/workbook.toml");
    let kept = Workbook::parse(&std::fs::read_to_string(book).unwrap()).unwrap();
    assert_eq!(kept.determinations.len(), 49);
    assert!(kept.answers.len() > 60 && !kept.evidence.is_empty(), "{} answers", kept.answers.len());
}

#[test]
fn a_script_means_the_same_however_fast_it_comes() {
    let home = tempfile::tempdir().unwrap();
    let policy = home.path().join("policy.txt");
    std::fs::write(&policy, "Everybody signs in.\n").unwrap();
    let policy = text(&policy);
    // A new assessment of the built-in cluster, all of it in one piece: engagement, cluster, scope, read; then a little of everything.
    let mut script: Vec<&str> = vec![];
    let steps: &[&[&str]] = &[
        // The engagement, refused until there is an entity; the demo cluster, its pre-flight, the scope, then it is read.
        &["1", "", "", "", "", "", "Acme Payments"],
        &["2", "enter", "3", "space", "enter", "enter"],
        // An answer, of which the first is refused; evidence; a determination against the proposal; undone, and done again.
        &["tab 3", "1 a", "7", "y", "back", "P. Engineer", "", "", "Told at the console.", "Twice.", ".", ""],
        &["e", policy, "", "", "", "to show it", "", "", "", "", ""],
        &["tab 5", "p", "By other means, seen on site.", ".", "Z", "U"],
        // What is looked up: a requirement, findings and one of them with a note, registers, connections, rights, the summary.
        &["find 8.4.2", "1", "again"],
        &["all findings", "/sev:high", "1", "1", "n", "A note on it.", ".", "", "", "back", "back", "back"],
        &["r", "/policy", "1", "right", "left", "back", "back"],
        &["m", "1", "1", "1", "back", "back", "A", "1", "1", "back", "back", "s", "back"],
        // The scope, confirmed; help; the palette; more of a list.
        &["S", "c", "As in the diagram.", ".", "back"],
        &["help", "m", "back", ":", "export", "1", "back", "quit"],
    ];
    steps.iter().for_each(|step| script.extend(*step));
    let (code, all) = whole(&[], home.path(), &[], &script.join("\n"));
    assert_eq!(code, 0, "{all}");
    for words in [
        "Not accepted: Assessed entity: the assessed entity is needed",
        "Type enter to go on, or back to choose another.",
        "All is said. Type enter to read now",
        "was read and judged",
        "\"7\" is none of the choices; .back leaves the form.",
        "Commands begin with a dot in a form: .back.",
        "Taken back: determination 1.1.a.",
        "Done again: determination 1.1.a.",
        "Register 1 of 10: Evidence.",
        "Filter: sev:high",
        "Segmentation of",
        "Access register of",
        "Words that stand here:",
        "Left Kassay. All that was accepted is saved in ",
    ] {
        assert!(all.contains(words), "{words} is not in:\n{all}");
    }
    assert!(!all.contains("Error"), "{all}");
    let root = home.path().join("data/assessments");
    let book = std::fs::read_dir(&root).unwrap().flatten().map(|entry| entry.path()).find(|path| path.is_dir()).unwrap();
    let kept = Workbook::parse(&std::fs::read_to_string(book.join("workbook.toml")).unwrap()).unwrap();
    assert_eq!(kept.engagement.entity, "Acme Payments");
    assert_eq!(kept.answers[0].note, "Told at the console.\nTwice.");
    assert_eq!(kept.answers[0].interviewed, "P. Engineer");
    assert_eq!(kept.determinations[0].rationale, "By other means, seen on site.");
    assert_eq!(kept.evidence.len(), 2);
    assert_eq!(kassay(&["verify", text(&book)], home.path()).0, 0);
}

#[test]
fn what_is_half_typed_when_the_input_ends_stands_there_the_next_time() {
    let home = tempfile::tempdir().unwrap();
    let (code, all) = whole(&["demo"], home.path(), &[], "tab 3\n1 a\ny\nP. Engineer\nhead of operations\n\nHalf a");
    assert_eq!(code, 0, "{all}");
    assert!(all.contains("The input ended.") && all.contains("stands there when you open them again"), "{all}");
    let (code, all) = talk::run(&["--plain", "demo"], home.path(), &[], "tab 3\n1 a\n.fields\n.back\nquit\nquit\n");
    assert_eq!(code, 0, "{all}");
    for words in ["Field 1, Answer: yes", "Field 2, Interviewed: P. Engineer", "Field 3, Role: head of operations", "Note: Half a"] {
        assert!(all.contains(words), "{words} is not in:\n{all}");
    }
}

#[test]
fn what_still_runs_when_the_input_ends_is_waited_for() {
    let home = tempfile::tempdir().unwrap();
    // The walk goes on while the cluster is read, and then there is nothing more to read.
    let (code, all) = whole(&["demo"], home.path(), &[], "enter\n");
    assert_eq!(code, 0, "{all}");
    assert!(all.contains("was read and judged"), "{all}");
    let kept = std::fs::read_to_string(home.path().join("data/assessments/demo/workbook.toml")).unwrap();
    assert!(Workbook::parse(&kept).unwrap().clusters.iter().any(|cluster| cluster.was_read()), "{kept}");
}

#[test]
fn ctrl_c_asks_where_something_would_be_left_and_leaves_the_second_time() {
    let home = tempfile::tempdir().unwrap();
    let mut talk = Talk::start(&["demo", "--plain"], home.path(), &[]);
    talk.reply();
    talk.say("tab 3");
    talk.say("1 a");
    talk.say("y");
    talk.signal("INT", "Sure? A form that you typed in is not saved");
    talk.signal("INT", "Left Kassay. All that was accepted is saved in ");
    assert_eq!(talk.end().0, 0);
}

#[test]
fn an_editor_takes_the_text_and_what_would_be_copied_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let editor = home.path().join("editor");
    std::fs::write(&editor, "#!/bin/sh\nprintf 'from the editor\\nin two lines\\n' > \"$1\"\n").unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut talk = Talk::start(&["demo", "--plain"], home.path(), &[("EDITOR", text(&editor))]);
    talk.reply();
    talk.say("tab 3");
    for line in ["1 a", "y", "", "", ""] {
        talk.say(line);
    }
    let edited = talk.say(".editor");
    assert!(edited.contains("has: from the editor\nin two lines\n"), "{edited}");
    talk.say("");
    talk.say("");
    talk.say("F");
    talk.say("1");
    talk.say("1");
    let copied = talk.say("y");
    assert!(copied.contains("Nothing is copied in plain text; here it is") && copied.contains("\nkubectl get "), "{copied}");
    assert_eq!(talk.leave("quit").0, 0);
    let kept = std::fs::read_to_string(home.path().join("data/assessments/demo/workbook.toml")).unwrap();
    assert!(Workbook::parse(&kept).unwrap().answers.iter().any(|a| a.note == "from the editor\nin two lines"), "{kept}");
}

#[test]
fn terminals_that_draw_nothing_get_plain_text_by_themselves() {
    let home = tempfile::tempdir().unwrap();
    for variables in [[("TERM", "dumb")], [("KASSAY_PLAIN", "yes")]] {
        let (code, all) = whole(&["demo"], home.path(), &variables, "quit\n");
        assert!(code == 0 && all.starts_with("Kassay in plain text."), "{variables:?}: {all}");
    }
    // Without any of these, a pipe is no terminal; 0 asks for screens.
    for variables in [[("TERM", "xterm"), ("KASSAY_PLAIN", "")], [("TERM", "dumb"), ("KASSAY_PLAIN", "0")]] {
        let (code, all) = talk::run(&["demo"], home.path(), &variables, "quit\n");
        assert!(code == 2 && all.contains("needs a terminal") && all.contains("--plain"), "{variables:?}: {all}");
    }
}

#[test]
fn what_steers_terminals_is_not_written_whoever_typed_it() {
    let home = tempfile::tempdir().unwrap();
    let hostile = "tab 3\n1 a\ny\nP. \u{1b}[31mEngineer\u{7}\n\u{202e}role\n\na\u{1b}]0;title\u{7} ─│█ note\n.\n\ntab 3\n\u{1b}[2J\nquit\n";
    let (code, all) = whole(&["demo"], home.path(), &[], hostile);
    assert_eq!(code, 0, "{all}");
    // Bytes that are no text are refused in words.
    let mut bytes = b"tab 3\n\xff\xfe\n".to_vec();
    bytes.extend_from_slice(b"quit\n");
    let (code, all) = talk::whole_bytes(&["demo"], home.path(), &[], &bytes);
    assert!(code == 0 && all.contains("no text in UTF-8"), "{all}");
}

#[test]
fn every_place_is_told() {
    let home = tempfile::tempdir().unwrap();
    let mut talk = Talk::start(&["--plain"], home.path(), &[]);
    assert!(talk.reply().contains("Kassay: the PCI guidance"));
    let other = home.path().join("data/assessments/demo");
    // What is typed in turn, and how what is told to the last of it begins or what stands in it.
    let places: &[(&[&str], &str)] = &[
        (&["n"], "New assessment, step 1 of 4: Engagement."),
        (&[".back", "d"], "Areas of AcmePay (demo)."),
        (&["tab 1"], "Tab 1 of 5: Guidance."),
        (&["s"], "Summary of AcmePay (demo)."),
        (&["back", "segmentation"], "Segmentation of demo."),
        (&["1", "1"], "Connections "),
        (&["back", "back", "A"], "Access register of demo."),
        (&["1", "1"], "Ways to further rights: "),
        (&["back", "back", "T"], "Policies on trial in demo."),
        (&["1", "1"], "It breaks what control 3.1 demands: "),
        (&["back", "back", "F"], "All findings of all checks"),
        (&["1", "1"], "A finding of "),
        (&["back", "back", "tab 2", "1", "1"], "Findings of 1.1/anonymous-rbac"),
        (&["x"], "Exception for 1.1/anonymous-rbac: ClusterRoleBinding public-metrics"),
        (&[".back", "back", "2 v"], "Review of 1.1/anonymous-probe"),
        (&[".back", "1 M"], "1.1/anonymous-rbac"),
        (&[".back", "E"], "Engagement."),
        (&[".back", "S"], "Namespaces: "),
        (&["back", "/anonymous"], "Find: words of anything"),
        (&["..", ":"], "Commands: a few letters"),
        (&["..", "help"], "Help for Checks."),
        (&["back", "="], "Compare with another assessment"),
        (&[text(&other)], "They are equal"),
        (&["back", "w"], "What stays out: "),
        (&["back", "P"], "probe"),
        (&["r"], "Register 1 of 10: Evidence."),
        (&["right", "+"], "Draw a sample."),
        (&["Hardening", "", "", "1", "5", "", "They are all alike.", ".", ""], "S-01: 5 of "),
        (&["1", "1"], "Sample S-01, Hardening"),
        (&["c"], "2 of 5 items: left"),
        (&["back", "+"], "Draw a sample."),
        (&["Chosen", "", "", "judgement", "They differ.", ".", "", "They stand for all.", ".", ""], "Choose the items of the sample."),
        (&["3 choose"], "3: chosen: "),
        (&["enter"], "S-02: 1 of "),
        (&["back", "R"], "was read again"),
    ];
    for (lines, wanted) in places {
        let mut told = String::new();
        for line in *lines {
            // While a text is typed, nothing is said.
            let silent = told.contains("Several lines") && !line.is_empty() && *line != ".";
            told = if silent { talk.type_on(line, &told) } else { talk.say(line) };
        }
        assert!(told.contains(wanted), "{lines:?} tells no {wanted:?}:\n{told}");
    }
    assert_eq!(talk.leave("quit").0, 0);
}

/// A Deployment, with what its container says of its rights.
fn dump(security: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    \
         metadata: {{labels: {{app: web}}}}\n    spec: {{containers: [{{name: web, image: 'registry.acme.example/web:1', securityContext: {security}}}]}}\n"
    )
}

#[test]
fn what_is_read_again_is_told_before_it_is_taken_or_left() {
    let home = tempfile::tempdir().unwrap();
    let (file, book) = (home.path().join("dump.yaml"), home.path().join("book"));
    std::fs::write(&file, dump("{}")).unwrap();
    let (code, said) = kassay(&["assess", "--workbook", text(&book), "--from", text(&file)], home.path());
    assert!(code < 2, "{said}");
    let kept = || std::fs::read_to_string(book.join("workbook.toml")).unwrap();
    let before = kept();
    std::fs::write(&file, dump("{privileged: true}")).unwrap();
    let mut talk = Talk::start(&[text(&book), "--plain"], home.path(), &[]);
    talk.reply();
    for (answer, taken) in [("back", false), ("enter", true)] {
        let told = talk.say("R");
        for words in
            ["dump was read again, and is not taken yet.", "Type enter to take it, or back to leave everything as it was.", "3.1/baseline"]
        {
            assert!(told.contains(words), "no {words:?} in:\n{told}");
        }
        assert_eq!(kept(), before, "nothing is written before somebody says so");
        talk.say(answer);
        assert_eq!(kept() != before, taken, "{answer}");
    }
    assert_eq!(talk.leave("quit").0, 0);
}

#[test]
fn who_changed_the_same_outside_is_told_and_one_of_both_is_chosen() {
    for (chosen, holds) in [("what was entered here", "Entered here."), ("what the file says", "By hand.")] {
        let home = tempfile::tempdir().unwrap();
        let book = home.path().join("data/assessments/demo");
        let decided = std::cell::Cell::new(false);
        let filled = |note: &'static str| {
            let decided = &decided;
            move |label: &str, _: &str| match label {
                "Answer" => vec!["y".to_owned()],
                "Note" => vec![note.to_owned(), ".".to_owned()],
                // The only one is not counted.
                "Type" => {
                    decided.set(true);
                    vec![chosen.to_owned()]
                }
                // What was typed stands there still, and would take the place of what the file says.
                "Evidence" if decided.get() => vec![".back".to_owned()],
                _ => vec![String::new()],
            }
        };
        let mut talk = Talk::start(&["demo", "--plain"], home.path(), &[]);
        talk.reply();
        talk.say("tab 3");
        let opened = talk.say("1 a");
        talk.fill(opened, &filled("First."));
        let kept = std::fs::read_to_string(book.join("workbook.toml")).unwrap();
        assert!(kept.contains("First."));
        std::fs::write(book.join("workbook.toml"), kept.replace("First.", "By hand.")).unwrap();
        let opened = talk.say("1 a");
        talk.fill(opened, &filled("Entered here."));
        let (code, all) = talk.leave("quit");
        for words in
            ["Changed here and outside.", "workbook.toml was changed outside Kassay while it was open", "The other text is kept as "]
        {
            assert!(all.contains(words), "no {words:?} in:\n{all}");
        }
        assert_eq!(code, 0, "{all}");
        let kept = std::fs::read_to_string(book.join("workbook.toml")).unwrap();
        let answers = Workbook::parse(&kept).unwrap().answers;
        assert_eq!(answers.iter().map(|a| a.note.as_str()).collect::<Vec<_>>(), [holds], "{chosen}:\n{all}");
        // The text from outside is there, whatever was chosen.
        let aside =
            std::fs::read_dir(&book).unwrap().map(|entry| entry.unwrap().path()).find(|path| text(path).contains("outside")).unwrap();
        assert!(std::fs::read_to_string(aside).unwrap().contains("By hand."));
    }
}

#[test]
fn active_probes_are_listed_sent_on_a_word_and_kept() {
    let home = tempfile::tempdir().unwrap();
    // Only who is asked over TLS has an address of its own.
    let server = server::Server::start_tls(|_, _| None);
    let kubeconfig = server.kubeconfig("{token: t-1}");
    let book = home.path().join("book");
    let (code, said) = kassay(&["assess", "--workbook", text(&book), "--kubeconfig", text(&kubeconfig)], home.path());
    assert!(code < 2, "{said}");
    let mut talk = Talk::start(&[text(&book), "--plain"], home.path(), &[("KUBECONFIG", text(&kubeconfig))]);
    talk.reply();
    let without = |server: &server::Server| server.asked().iter().filter(|asked| asked.header("authorization").is_empty()).count();
    let before = server.asked().len();
    let listed = talk.say("P");
    assert!(listed.contains("May these be sent from this machine now?") && listed.contains(&server.address), "{listed}");
    // Looking sends nothing, and neither does no.
    talk.say("n");
    assert_eq!(server.asked().len(), before);
    talk.say("P");
    talk.say("y");
    let (code, all) = talk.leave("quit");
    assert_eq!(code, 0, "{all}");
    assert!(without(&server) > 0, "nothing came without a credential:\n{all}");
    let kept = Workbook::parse(&std::fs::read_to_string(book.join("workbook.toml")).unwrap()).unwrap();
    assert!(kept.evidence.iter().any(|e| e.title.to_lowercase().contains("probe")), "{:?}\n{all}", kept.evidence);
}

#[test]
fn every_action_of_the_table_of_keys_can_be_typed() {
    for context in Context::ALL {
        for binding in KEYMAP.iter().filter(|b| b.contexts.contains(&context)) {
            let reached = spellings(binding).into_iter().filter(|words| {
                // The first of two that share a name has it; the other one has its key.
                matches!(find(context, words), Found::One(found) if found.keys == binding.keys)
            });
            assert!(reached.count() > 0, "{context:?}: {} can't be typed: {:?}", binding.words, spellings(binding));
        }
    }
}
