//! Pictures of made-up numbers under hostile names.

use super::{Dress, NAMESPACES, PAIRS, Subject, dot, svg};
use kassay_core::analysis::segmentation::{Crossing, End, Namespace, Pair, Pairs, Segmentation, Tally};
use kassay_core::kinds::ClusterInfo;
use kassay_core::model::Category;

const HOSTILE: &str = "]]>\"'<script>&lt;\\N\u{1b}[2J\u{202e}\u{fffe}";

fn crossing(from: End, to: End, flows: usize, open: usize) -> Crossing {
    Crossing { from, to, flows, open, shown: vec![] }
}

fn segmentation(namespaces: usize) -> Segmentation {
    let (cde, out) = (Some(Category::Cde), Some(Category::OutOfScope));
    let pair = |n: usize| Pair { from: None, to: Some(format!("{HOSTILE}{n}")), tally: Tally { flows: 3, open: 1 } };
    let list = |n: usize| Namespace { name: format!("{HOSTILE}{n}"), workloads: n };
    Segmentation {
        crossings: vec![crossing(cde, cde, 2, 0), crossing(out, cde, 1204, 3), crossing(cde, out, 4, 0), crossing(None, cde, 9, 0)],
        namespaces: [(Category::Cde, (0..namespaces).map(list).collect())].into(),
        into_cde: Pairs { shown: (0..namespaces).map(pair).collect(), all: namespaces },
        complete: true,
        ..Segmentation::default()
    }
}

fn drawn(segmentation: &Segmentation, dress: Dress<'_>) -> String {
    let cluster = ClusterInfo { server: HOSTILE.into(), version: "v1.34.4".into(), ..ClusterInfo::default() };
    svg(Subject { name: HOSTILE, cluster: &cluster, segmentation, sorted: true }, dress)
}

fn graph(segmentation: &Segmentation) -> String {
    let cluster = ClusterInfo::default();
    dot(Subject { name: HOSTILE, cluster: &cluster, segmentation, sorted: true })
}

/// The texts of a drawing, with tags taken away; every tag must be one that a picture is made of, and be closed.
fn texts(svg: &str) -> String {
    let (mut open, mut texts, mut rest) = (vec![], String::new(), svg);
    while let Some((text, behind)) = rest.split_once('<') {
        texts.push_str(text);
        let (tag, behind) = behind.split_once('>').expect("a tag ends");
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name)),
            None => {
                assert!(["svg", "title", "desc", "style", "rect", "path", "text"].contains(&name.as_str()), "{tag}");
                if !tag.ends_with('/') {
                    open.push(name);
                }
            }
        }
        rest = behind;
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    texts
}

#[test]
fn names_are_text_and_nothing_else() {
    for dress in [Dress::Alone, Dress::Within("segmentation-1")] {
        let svg = drawn(&segmentation(3), dress);
        let texts = texts(&svg);
        assert!(texts.contains("]]&gt;&quot;&#39;&lt;script&gt;&amp;lt;\\N\u{fffd}[2J\u{fffd}\u{fffd}"), "{texts}");
        assert!(!svg.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}' || c == '\u{fffe}'));
        for loaded in ["href", "url(", "@import", "<script", "<image", "<use", "<foreignObject", " on"] {
            let found = svg.split('>').map(|part| part.split_once('<').map_or("", |(_, tag)| tag)).find(|tag| tag.contains(loaded));
            assert_eq!(found, None, "{loaded}");
        }
        assert_eq!(svg, drawn(&segmentation(3), dress), "the same numbers give the same bytes");
    }
    let dot = graph(&segmentation(3));
    assert!(dot.contains(r#"]]>\"'<script>&amp;lt;\\N"#), "{dot}");
    for line in dot.lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(quotes.is_multiple_of(2), "{line}");
    }
}

#[test]
fn what_leads_into_the_cardholder_data_environment_is_told_without_colours_too() {
    let seen = segmentation(1);
    let svg = drawn(&seen, Dress::Alone);
    let heads = svg.matches("ks-head ks-wide ks-into").count();
    // Two heads on the wide arrow and on that of the legend; the arrow from outside is limited, and has two as well.
    assert_eq!((heads, svg.matches("\"ks-head ks-into").count(), svg.matches(">into the CDE<").count()), (4, 2, 2), "{svg}");
    assert!(
        svg.contains(">1,204 connections<") && svg.contains(">3 on every port<") && svg.contains(">within: 2 connections, on named ports<")
    );
    assert!(svg.contains("From what is out of scope to the cardholder data environment: 1,204 connections, 3 on every port."));
    let dot = graph(&seen);
    let edge = dot.lines().find(|line| line.contains("out_of_scope -> cde")).unwrap_or_default();
    assert!(edge.contains("into the CDE") && edge.contains("normalnormal") && edge.contains("penwidth=4"), "{edge}");
    let edge = dot.lines().find(|line| line.contains("cde -> out_of_scope")).unwrap_or_default();
    assert!(edge.contains("penwidth=1]") && !edge.contains("into"), "{edge}");
}

#[test]
fn what_is_left_out_and_what_is_not_known_is_told_in_the_picture() {
    let many = segmentation(NAMESPACES + PAIRS + 1);
    let svg = drawn(&many, Dress::Alone);
    assert!(svg.contains(">… 13 more namespaces are not named here<") && svg.contains(">… 11 more pairs are left out here<"), "{svg}");
    assert!(graph(&many).contains("… 13 more namespaces are not named here"));
    let unknown = Segmentation { complete: false, not_evaluated: vec!["x".into()], cut_short: true, ..Segmentation::default() };
    for picture in [drawn(&unknown, Dress::Alone), graph(&unknown)] {
        for words in ["Not complete", "Not evaluated", "more connections than were counted"] {
            assert!(picture.contains(words), "{words}: {picture}");
        }
    }
    assert!(!drawn(&segmentation(1), Dress::Alone).contains("Not complete"));
}

#[test]
fn a_picture_in_a_page_keeps_to_itself() {
    let (alone, within) = (drawn(&segmentation(1), Dress::Alone), drawn(&segmentation(1), Dress::Within("segmentation-2")));
    assert!(alone.contains("prefers-color-scheme:dark") && alone.contains(" width=\""));
    // The page says what is light and how wide it is.
    assert!(!within.contains("prefers-color-scheme") && within.contains(r#"aria-labelledby="segmentation-2-title segmentation-2-told""#));
    assert!(within.matches(" id=\"").count() == 2 && within.contains(r#"<desc id="segmentation-2-told">"#));
}
