//! What is written is read back the same; what can't be understood is refused with its place.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use kassay_core::model::{Determined, Method};
use kassay_core::workbook::{
    Answer, AnswerValue, CompensatingControl, Day, Determination, Engagement, Evidence, EvidenceKind, Exception, Moment, Workbook,
    WorkbookError,
};
use proptest::prelude::*;

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
    let text = sample().print().unwrap().replace("format = 1", "format = 2\nunheard_of = true");
    assert_eq!(Workbook::parse(&text), Err(WorkbookError::Newer { found: 2 }));
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
        to_confirm: false,
        compensating,
    });
    book.evidence.push(Evidence {
        reference: "E-0001".into(),
        kind: EvidenceKind::Observation,
        title,
        file: String::new(),
        sha256: String::new(),
        size: 0,
        effective: None,
        obtained: at,
        by: "A. Assessor".into(),
        practices: vec![],
    });
    book.exceptions.push(Exception { what: "3.1/baseline".into(), reason, owner: "x".into(), until: None });
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
