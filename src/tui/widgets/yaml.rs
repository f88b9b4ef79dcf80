//! An excerpt of YAML with the line that matters marked by a sign. Lines are coloured by their shape alone: key, value, comment.

use crate::tui::text;
use crate::tui::theme::Theme;
use ratatui::text::{Line, Span};

/// Lines of an excerpt in so many columns; each comes with whether it is marked.
pub fn excerpt<'a>(lines: impl IntoIterator<Item = (&'a str, bool)>, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    lines
        .into_iter()
        .map(|(line, here)| {
            let mut spans = vec![Span::styled(if here { "▸ " } else { "  " }, theme.style("marked"))];
            spans.extend(coloured(&text::cut(&line.replace('\t', "  "), columns.saturating_sub(2)), theme));
            if here { Line::from(spans).style(theme.style("text.strong")) } else { Line::from(spans) }
        })
        .collect()
}

/// A line in its parts: indent and dashes, key, value, comment.
fn coloured(line: &str, theme: &Theme) -> Vec<Span<'static>> {
    let body = line.trim_start_matches([' ', '-']);
    let lead = &line[..line.len() - body.len()];
    let mut spans = vec![Span::styled(lead.to_owned(), theme.style("yaml.comment"))];
    if body.starts_with('#') {
        spans.push(Span::styled(body.to_owned(), theme.style("yaml.comment")));
        return spans;
    }
    let (code, comment) = body.find(" #").map_or((body, ""), |at| body.split_at(at));
    let key = code.find(": ").or_else(|| code.strip_suffix(':').map(str::len)).filter(|at| !code[..*at].contains(['"', '{', '[']));
    match key {
        Some(at) => {
            spans.push(Span::styled(code[..=at].to_owned(), theme.style("yaml.key")));
            spans.push(Span::styled(code[at + 1..].to_owned(), theme.style("yaml.value")));
        }
        None => spans.push(Span::styled(code.to_owned(), theme.style("yaml.value"))),
    }
    if !comment.is_empty() {
        spans.push(Span::styled(comment.to_owned(), theme.style("yaml.comment")));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn nothing_is_lost_and_the_line_is_marked_by_a_sign() {
        let theme = Theme::fallback(Depth::True);
        let source = "volumes:\n- name: sock # here\n  hostPath: {path: /run}\n  \"a: b\"\n# note";
        let lines: Vec<String> =
            excerpt(source.lines().enumerate().map(|(nth, line)| (line, nth == 2)), 60, &theme).iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["  volumes:", "  - name: sock # here", "▸   hostPath: {path: /run}", "    \"a: b\"", "  # note"]);
    }

    #[test]
    fn keys_and_values_differ() {
        let theme = Theme::fallback(Depth::True);
        let line = &excerpt([("- name: sock", false)], 60, &theme)[0];
        let style_of = |word: &str| line.spans.iter().find(|s| s.content.contains(word)).unwrap().style;
        assert_eq!((style_of("name:"), style_of("sock")), (theme.style("yaml.key"), theme.style("yaml.value")));
    }
}
