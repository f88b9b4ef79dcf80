//! What is written is read back the same; what can't be understood is refused with its place.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use kassay_core::workbook::{Answer, AnswerValue, Day, Engagement, Moment, Workbook, WorkbookError};

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
