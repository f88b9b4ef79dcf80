//! What is written is read back the same; what can't be understood is refused with its place.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, reason = "a test's failure is its message")]

#[path = "support/whole.rs"]
mod whole;

use kassay_core::model::{Determined, Method};
use kassay_core::workbook::gate::{Gate, clean_workbook};
use kassay_core::workbook::outside::differences;
use kassay_core::workbook::{
    Answer, AnswerValue, CompensatingControl, Day, Determination, Engagement, Evidence, EvidenceKind, Exception, FORMAT, Moment, Printer,
    Text, Workbook, WorkbookError, title_of,
};
use proptest::prelude::*;
use serde::Deserialize as _;
use std::collections::BTreeSet;
use std::sync::LazyLock;

fn sample() -> Workbook {
    let mut book = Workbook::new(Engagement { entity: "Acme Payments".into(), period: "2026".into(), ..Engagement::default() });
    let at = Moment("2026-11-23T09:12:00Z".parse().unwrap());
    for (question, value) in [
        ("10.1.patch_days", AnswerValue::Number(30.0)),
        ("2.3.last_review", AnswerValue::Date(Day("2026-06-01".parse().unwrap()))),
        ("9.1.high_risk", AnswerValue::List(vec!["shop/Deployment/upload".into()])),
        ("2.3.review_interval", AnswerValue::Text("6 months".into())),
    ] {
        book.answers.push(Answer {
            question: question.into(),
            digest: "d".into(),
            value,
            by: "A. Assessor".into(),
            at,
            interviewed: String::new(),
            role: String::new(),
            on: None,
            note: "first line\nsecond \"line\"".into(),
            evidence: vec![],
            cluster: String::new(),
        });
    }
    book
}

#[test]
fn printing_and_parsing_give_the_same() {
    let text = sample().print().unwrap();
    let again = Workbook::parse(&text).unwrap();
    assert_eq!(again.print().unwrap(), text);
    assert!(
        text.contains("value = 2026-06-01\n") && text.contains("at = 2026-11-23T09:12:00Z\n") && text.contains("value = 30\n"),
        "{text}"
    );
    let questions: Vec<&str> = again.answers.iter().map(|a| a.question.as_str()).collect();
    assert_eq!(questions, ["2.3.last_review", "2.3.review_interval", "9.1.high_risk", "10.1.patch_days"]);
}

#[test]
fn a_newer_format_is_refused_before_its_words_are_read() {
    let text = sample().print().unwrap().replace("format = 2", "format = 3\nunheard_of = true");
    assert_eq!(Workbook::parse(&text), Err(WorkbookError::Newer { found: 3 }));
}

#[test]
fn a_broken_file_names_line_and_column() {
    let text = sample().print().unwrap().replace("value = 2026-06-01", "value = 2026-06-41");
    let wrong = text.lines().position(|l| l.contains("2026-06-41")).unwrap() + 1;
    match Workbook::parse(&text) {
        Err(WorkbookError::Broken { line, .. }) => assert_eq!(line, wrong),
        other => panic!("{other:?}"),
    }
}

/// A workbook with texts in every place where people write at length.
fn with_texts(texts: &[String; 8]) -> Workbook {
    let at = Moment("2026-11-23T09:12:00Z".parse().unwrap());
    let [entity, note, rationale, risk, control, title, reason, item] = texts.clone();
    let mut book = sample();
    book.engagement.entity = entity;
    book.engagement.assessors = vec![item.clone(), item];
    book.answers.iter_mut().for_each(|answer| answer.note.clone_from(&note));
    let compensating = Some(CompensatingControl { risk, control, ..CompensatingControl::default() });
    book.determinations.push(Determination {
        practice: "1.6.a".into(),
        finding: Determined::InPlace,
        method: Method::CompensatingControl,
        rationale,
        by: "A. Assessor".into(),
        at,
        proposed: None,
        because: vec![],
        excluded_by: String::new(),
        to_confirm: false,
        compensating,
        customized: None,
    });
    book.evidence.push(Evidence::new("E-0001".into(), EvidenceKind::Observation, title, "A. Assessor".into(), at));
    book.exceptions.push(Exception { reason, owner: "x".into(), ..Exception::of("3.1/baseline") });
    book
}

/// Texts of all that gives TOML trouble: quotes of both kinds, backslashes, line breaks of both kinds, blanks at ends, what must be escaped.
fn hard_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "\n",
        "\r\n",
        "\r",
        "\"",
        "\"\"\"",
        "'",
        "'''",
        "\\",
        "\\\n",
        " ",
        "  \n",
        "\t",
        "a",
        "word ",
        "é",
        "支",
        "#",
        "[x]",
        "= 1",
        "\u{7f}",
        "\u{0}",
        "\u{1b}[2J",
        "\u{85}",
        "\u{2028}",
    ]);
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_back_as_it_was_written_and_written_again_the_same(texts in prop::array::uniform8(hard_text())) {
        let book = with_texts(&texts);
        let text = book.print().unwrap();
        let again = Workbook::parse(&text).unwrap();
        prop_assert_eq!(again.print().unwrap(), text);
        let mut sorted = book;
        sorted.answers.sort_by_key(|answer| again.answers.iter().position(|other| other.question == answer.question));
        prop_assert_eq!(again, sorted);
    }
}

/// Places of a workbook in which any text may stand: those that take one that stands nowhere else.
fn free_texts(value: &mut toml::Value, path: &mut Vec<Step>, whole: &toml::Value, found: &mut Vec<Vec<Step>>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table.iter_mut() {
                path.push(Step::Key(key.clone()));
                free_texts(value, path, whole, found);
                path.pop();
            }
        }
        toml::Value::Array(items) => {
            for (at, value) in items.iter_mut().enumerate() {
                path.push(Step::At(at));
                free_texts(value, path, whole, found);
                path.pop();
            }
        }
        toml::Value::String(_) => {
            let mut other = whole.clone();
            *at(&mut other, path) = toml::Value::String("such a text".into());
            if Workbook::deserialize(other).is_ok() {
                found.push(path.clone());
            }
        }
        _ => {}
    }
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    At(usize),
}

fn at<'a>(value: &'a mut toml::Value, path: &[Step]) -> &'a mut toml::Value {
    path.iter().fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key).unwrap(),
        Step::At(at) => value.get_mut(*at).unwrap(),
    })
}

/// The whole workbook with these texts, one after the other, wherever any text may stand, and its rows so many times.
fn of_texts(texts: &[String], times: &[usize]) -> Workbook {
    static FREE: LazyLock<Vec<Vec<Step>>> = LazyLock::new(|| {
        let (whole, mut free) = (toml::Value::try_from(whole::workbook()).unwrap(), vec![]);
        free_texts(&mut whole.clone(), &mut vec![], &whole, &mut free);
        assert!(free.len() > 150, "{}", free.len());
        free
    });
    let mut whole = toml::Value::try_from(whole::workbook()).unwrap();
    let (mut tables, mut next) = (0, texts.iter().cycle());
    for path in FREE.iter() {
        *at(&mut whole, path) = toml::Value::String(next.next().unwrap().clone());
    }
    for rows in whole.as_table_mut().unwrap().iter_mut().filter_map(|(_, value)| value.as_array_mut()) {
        let times = times[tables % times.len()];
        *rows = rows.iter().cycle().take(rows.len() * times).cloned().collect();
        tables += 1;
    }
    Workbook::deserialize(whole).unwrap()
}

/// A text that gives TOML trouble, any text at all, or a very long one.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![4 => hard_text(), 3 => any::<String>(), 1 => Just(String::new()), 1 => Just("long \u{1f980} ".repeat(500))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_anywhere_is_read_back_as_it_was_written(texts in prop::collection::vec(any_text(), 1..23), times in prop::collection::vec(0..3_usize, 1..7)) {
        let book = of_texts(&texts, &times);
        let text = book.print().unwrap();
        let again = Workbook::parse(&text).unwrap();
        prop_assert_eq!(again.print().unwrap(), text);
        // Rows that are sorted may stand in another order; nothing else is another.
        prop_assert_eq!(differences(&again, &book).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_text_of_several_lines_stands_line_by_line_in_the_file() {
    let texts = [
        "Seen on site:\n\n- a \"break-glass\" account\n- it's sealed",
        "C:\\logs\\audit\nis where \"they\" lie",
        "ends with a blank \nand a quote \"",
        "\nbegins with an empty line",
        "ends with one\n",
        "tab\there\nand there",
        "one line with \"quotes\"",
        "x",
    ];
    let text = with_texts(&texts.map(str::to_owned)).print().unwrap();
    for lines in [
        "entity = \"\"\"\nSeen on site:\n\n- a \"break-glass\" account\n- it's sealed\"\"\"\n",
        "note = '''\nC:\\logs\\audit\nis where \"they\" lie'''\n",
        "rationale = \"\"\"\nends with a blank \nand a quote \"\"\"\"\n",
        "risk = \"\"\"\n\nbegins with an empty line\"\"\"\n",
        "control = \"\"\"\nends with one\n\"\"\"\n",
        "reason = 'one line with \"quotes\"'\n",
    ] {
        assert!(text.contains(lines), "{lines}\n\n{text}");
    }
    // Another word in one line is a change of one line.
    let changed = with_texts(&texts.map(|text| text.replace("break-glass", "emergency"))).print().unwrap();
    let differ = text.lines().zip(changed.lines()).filter(|(a, b)| a != b).count();
    assert_eq!((differ, text.lines().count()), (1, changed.lines().count()));
}

#[test]
fn every_table_is_read_back_as_it_was_written() {
    let book = whole::workbook();
    let text = book.print().unwrap();
    assert_eq!(Workbook::parse(&text), Ok(book));
}

/// Tables whose keys are names from the cluster, and no fields.
const OF_NAMES: [&str; 5] =
    ["scope_confirmed.namespaces", "scope.namespace.labels", "scope.node_pool.labels", "cluster.not_read", "outcome.counts"];

/// Every field of a workbook with the heading that it belongs under: `evidence.interview` and `person`.
fn fields(value: &toml::Value, path: &str, found: &mut BTreeSet<(String, String)>) {
    match value {
        toml::Value::Array(items) => items.iter().for_each(|item| fields(item, path, found)),
        toml::Value::Table(table) => {
            for (key, value) in table {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let tables = match value {
                    toml::Value::Table(_) => true,
                    toml::Value::Array(items) => items.iter().any(toml::Value::is_table),
                    _ => false,
                };
                if tables && !OF_NAMES.contains(&below.as_str()) {
                    fields(value, if key == "withdrawn" { "*.withdrawn" } else { &below }, found);
                } else {
                    found.insert((path.to_owned(), key.clone()));
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_documentation_names_every_field_and_no_other() {
    let mut written = BTreeSet::new();
    let table: toml::Table = whole::workbook().print().unwrap().parse().unwrap();
    fields(&toml::Value::Table(table), "", &mut written);
    let page = include_str!("../docs/workbook.md");
    let (_, tables) = page.split_once("## The tables of `workbook.toml`").unwrap();
    let (mut documented, mut heading) = (BTreeSet::new(), String::new());
    for line in tables.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            heading = title.trim_matches(['`', '[', ']']).replace("At the top", "");
        } else if let Some((field, _)) = line.strip_prefix("| `").and_then(|rest| rest.split_once('`')) {
            documented.insert((heading.clone(), field.to_owned()));
        }
    }
    assert_eq!(written.difference(&documented).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not documented");
    assert_eq!(documented.difference(&written).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "documented, and not there");
}

#[test]
fn a_workbook_of_format_1_becomes_one_of_this_format() {
    let text = include_str!("fixtures/workbook/format-1.toml");
    assert_eq!(Workbook::format_of(text), Some(1));
    let book = Workbook::parse(text).unwrap();
    assert_eq!(book.format, FORMAT);
    // What was there is there still.
    assert_eq!(
        (book.answers.len(), book.determinations.len(), book.evidence.len(), book.exceptions.len(), book.reviews.len()),
        (3, 3, 4, 1, 1)
    );
    // A long note has a title of its own, and its words.
    let note = &book.evidence[1];
    assert!(note.title.chars().count() <= 80 && note.title.ends_with('…'), "{}", note.title);
    assert!(note.observation.as_ref().unwrap().seen.ends_with("asked for a key again."));
    // What was taken back says so, and no more in its title.
    let withdrawn = &book.evidence[2];
    assert_eq!((withdrawn.title.as_str(), withdrawn.counts()), ("Diagram of last year", false));
    assert!(book.evidence[0].counts() && book.evidence[3].counts());
    // It is written as this format, and is the same then.
    let printed = book.print().unwrap();
    assert_eq!(Workbook::format_of(&printed), Some(i64::from(FORMAT)));
    assert_eq!(Workbook::parse(&printed), Ok(book));
}

#[test]
fn a_broken_workbook_of_format_1_names_its_place() {
    let text = include_str!("fixtures/workbook/format-1.toml").replace("finding = \"in_place\"", "finding = \"in place\"");
    let wrong = text.lines().position(|l| l.contains("in place\"")).unwrap() + 1;
    assert!(matches!(Workbook::parse(&text), Err(WorkbookError::Broken { line, .. }) if line == wrong), "{:?}", Workbook::parse(&text));
}

#[test]
fn references_are_never_given_twice() {
    let mut book = whole::workbook();
    assert_eq!([book.next_reference(), book.next_sample(), book.next_request()], ["E-0002", "S-02", "R-002"]);
    assert_eq!([book.next_analysis(), book.next_remediation()], ["T-02", "M-02"]);
    book.evidence[0].reference = "E-10041".into();
    assert_eq!(book.next_reference(), "E-10042");
}

#[test]
fn a_title_fits_a_line() {
    assert_eq!(title_of("\n  Short words \nmore"), "Short words");
    let long = title_of(&"word ".repeat(40));
    assert!(long.chars().count() <= 80 && long.ends_with("word…"), "{long}");
    assert_eq!(title_of(&"x".repeat(200)).chars().count(), 80);
}

/// The texts of a tree, each to be changed.
fn texts<'a>(value: &'a mut toml::Value, found: &mut Vec<&'a mut String>) {
    match value {
        toml::Value::String(text) => found.push(text),
        toml::Value::Array(items) => items.iter_mut().for_each(|item| texts(item, found)),
        toml::Value::Table(table) => table.iter_mut().for_each(|(_, item)| texts(item, found)),
        _ => {}
    }
}

#[test]
fn the_gate_looks_at_whatever_an_edit_changes() {
    let book = whole::workbook();
    let (mut gate, mut printer) = (Gate::default(), Printer::default());
    assert_eq!(gate.clean(&book).unwrap().1, 0);
    assert_eq!(printer.print(&book, &mut Text::default()).unwrap().masked, 0);
    let tree = toml::Value::try_from(&book).unwrap();
    let (mut nth, mut masked) = (0, 0);
    loop {
        let mut tree = tree.clone();
        let mut all = vec![];
        texts(&mut tree, &mut all);
        let Some(text) = all.into_iter().nth(nth) else { break };
        text.push_str(" 4111 1111 1111 1111");
        nth += 1;
        // Words of a set stay what they are.
        let Ok(changed) = tree.try_into::<Workbook>() else { continue };
        let (clean, found) = clean_workbook(&changed).unwrap();
        let mut text = Text::from("of another".to_owned());
        let printed = printer.clone().print(&changed, &mut text).unwrap();
        assert_eq!((Ok(text.as_str().to_owned()), printed.masked), (clean.print(), found), "{nth}");
        assert_eq!(printed.workbook, (found > 0).then(|| Box::new(clean.clone())), "{nth}");
        assert_eq!(gate.clone().clean(&changed).map(|(quick, found)| (quick.into_owned(), found)), Ok((clean, found)), "{nth}");
        masked += found;
    }
    assert!(nth > 200 && masked > 100, "{masked} of {nth}");
}

#[test]
fn what_is_printed_after_an_edit_is_what_is_printed_anew() {
    let book = whole::workbook();
    let (mut printer, mut text) = (Printer::default(), Text::default());
    let mut print = |book: &Workbook| printer.print(book, &mut text).map(|_| text.as_str().to_owned());
    let printed = print(&book).unwrap();
    assert_eq!(Workbook::parse(&printed), Ok(book.clone()));
    // Row by row it is the text of the whole.
    assert_eq!(printed.split_once('\n').unwrap().1, toml::to_string_pretty(&book).unwrap());
    let bare = Workbook::new(book.engagement.clone());
    assert_eq!(bare.print().unwrap().split_once('\n').unwrap().1, toml::to_string_pretty(&bare).unwrap());
    let tree = toml::Value::try_from(&book).unwrap();
    let mut nth = 0;
    loop {
        let mut tree = tree.clone();
        let mut all = vec![];
        texts(&mut tree, &mut all);
        let Some(text) = all.into_iter().nth(nth) else { break };
        text.push_str(" and more");
        nth += 1;
        let Ok(changed) = tree.try_into::<Workbook>() else { continue };
        // There, and back again, by one printer.
        assert_eq!(print(&changed), changed.print(), "{nth}");
        assert_eq!(print(&book).as_ref(), Ok(&printed), "{nth}");
    }
    // Tables that come and go.
    for name in tree.as_table().unwrap().keys().filter(|name| !["format", "engagement"].contains(&name.as_str())) {
        let mut less = tree.clone();
        less.as_table_mut().unwrap().remove(name);
        let less: Workbook = less.try_into().unwrap();
        assert_eq!(print(&less), less.print(), "{name}");
        assert_eq!(print(&book).as_ref(), Ok(&printed), "{name}");
    }
    // Rows that come, go and change places.
    for name in tree.as_table().unwrap().iter().filter(|(_, table)| table.is_array()).map(|(name, _)| name) {
        let edited = |edit: &dyn Fn(&mut Vec<toml::Value>)| -> Workbook {
            let mut tree = tree.clone();
            edit(tree[name].as_array_mut().unwrap());
            tree.try_into().unwrap()
        };
        let twice = |rows: &mut Vec<toml::Value>| rows.extend_from_within(..);
        for other in
            [edited(&twice), edited(&|rows| rows.reverse()), edited(&|rows| drop(rows.remove(0))), edited(&|rows| drop(rows.pop()))]
        {
            assert_eq!(print(&other), other.print(), "{name}");
        }
    }
    assert!(nth > 200, "{nth}");
}
