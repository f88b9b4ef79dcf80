//! The light Markdown of the guidance texts, laid out for a width: paragraphs, `code`, **bold**, lists, headings, links.
//! Lines are broken here rather than by the drawing library, so that list items hang and heights are known before drawing.

use super::signs::spelled;
use super::text;
use super::theme::Theme;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};
use std::borrow::Cow;

/// Lays out a text in so many columns.
#[must_use]
pub fn render(source: &str, columns: usize, theme: &Theme) -> Text<'static> {
    let mut page = Page::new(columns, theme);
    for event in Parser::new(source) {
        page.event(event);
    }
    page.end_block();
    while page.lines.last().is_some_and(|line| line.spans.is_empty()) {
        page.lines.pop();
    }
    Text::from(page.lines)
}

/// Breaks styled words into lines of so many columns; the first line starts with one lead, the others with spaces of its width.
#[must_use]
pub fn wrap(words: &[Span<'static>], columns: usize, lead: &[Span<'static>]) -> Vec<Line<'static>> {
    let indent: usize = lead.iter().map(|s| text::width(&s.content)).sum();
    let room = columns.saturating_sub(indent).max(1);
    let mut lines = Vec::new();
    let mut row = Row::default();
    for word in glued(words) {
        let wide: usize = word.iter().map(|(part, _)| text::width(part)).sum();
        if row.width > 0 && row.width + 1 + wide > room {
            lines.push(std::mem::take(&mut row));
        } else if let Some((_, style)) = word.first().filter(|_| row.width > 0) {
            let gap = style_of_gap(&row, *style);
            row.push(" ", gap);
        }
        for (part, style) in word {
            // A word longer than a line (an address, a path) is cut where the line ends.
            let mut rest = part.as_str();
            while text::width(rest) + row.width > room {
                if row.width == room {
                    lines.push(std::mem::take(&mut row));
                    continue;
                }
                let start = fitting(rest, room - row.width);
                row.push(start, style);
                rest = &rest[start.len()..];
                lines.push(std::mem::take(&mut row));
            }
            row.push(rest, style);
        }
    }
    lines.push(row);
    lines
        .into_iter()
        .enumerate()
        .map(|(nth, row)| {
            let mut spans = if nth == 0 { lead.to_vec() } else { vec![Span::raw(" ".repeat(indent))] };
            spans.retain(|s| !s.content.is_empty());
            spans.extend(row.spans);
            Line::from(spans)
        })
        .collect()
}

/// One paragraph of our own words as styled pieces, for [`wrap`]: `code` and **bold** look like it.
#[must_use]
pub fn inline(source: &str, meaning: &str, theme: &Theme) -> Vec<Span<'static>> {
    let mut styles = vec![theme.style(meaning)];
    let mut spans = Vec::new();
    for event in Parser::new(source) {
        let style = styles.last().copied().unwrap_or_default();
        match event {
            Event::Start(Tag::Strong | Tag::Emphasis) => styles.push(style.patch(theme.style("text.strong"))),
            Event::End(TagEnd::Strong | TagEnd::Emphasis) => drop(styles.pop()),
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => spans.push(Span::styled(text::clean(&words), style)),
            Event::Code(words) => spans.push(Span::styled(text::clean(&words), style.patch(theme.style("text.code")))),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) => spans.push(Span::raw(" ")),
            _ => {}
        }
    }
    spans
}

/// Plain text broken into lines, cleaned: for words that come from outside and mean no Markdown.
#[must_use]
pub fn plain(source: &str, columns: usize, style: Style) -> Vec<Line<'static>> {
    source.lines().flat_map(|line| wrap(&[Span::styled(text::clean(line), style)], columns, &[])).collect()
}

#[derive(Default)]
struct Row {
    spans: Vec<Span<'static>>,
    width: usize,
}

impl Row {
    fn push(&mut self, part: &str, style: Style) {
        if part.is_empty() {
            return;
        }
        self.width += text::width(part);
        match self.spans.last_mut().filter(|last| last.style == style) {
            Some(last) => last.content.to_mut().push_str(part),
            None => self.spans.push(Span::styled(part.to_owned(), style)),
        }
    }
}

/// A gap inside one style keeps it (an underlined link stays one line); between two it is plain.
fn style_of_gap(row: &Row, next: Style) -> Style {
    match row.spans.last() {
        Some(last) if last.style == next => next,
        _ => Style::default(),
    }
}

/// The longest start of a word that fits, at least one character so that the loop goes on.
fn fitting(word: &str, columns: usize) -> &str {
    let mut end = 0;
    for (at, c) in word.char_indices() {
        if end > 0 && text::width(&word[..at + c.len_utf8()]) > columns {
            break;
        }
        end = at + c.len_utf8();
    }
    &word[..end]
}

/// Words as they stay together: `**bold**,` is one word of two styles.
fn glued(words: &[Span<'static>]) -> Vec<Vec<(String, Style)>> {
    let mut out: Vec<Vec<(String, Style)>> = Vec::new();
    let mut gap = true;
    for span in words {
        for (nth, part) in spelled(Cow::Borrowed(&span.content)).split(' ').enumerate() {
            gap |= nth > 0;
            if part.is_empty() {
                continue;
            }
            match out.last_mut().filter(|_| !gap) {
                Some(word) => word.push((part.to_owned(), span.style)),
                None => out.push(vec![(part.to_owned(), span.style)]),
            }
            gap = false;
        }
    }
    out
}

/// A page being written.
struct Page<'a> {
    columns: usize,
    theme: &'a Theme,
    lines: Vec<Line<'static>>,
    words: Vec<Span<'static>>,
    styles: Vec<Style>,
    /// Open lists: the number of the next item, none for bullets.
    lists: Vec<Option<u64>>,
    /// The sign of a list item whose first line is not written yet.
    sign: Option<String>,
    code: bool,
}

impl<'a> Page<'a> {
    fn new(columns: usize, theme: &'a Theme) -> Self {
        Self {
            columns,
            theme,
            lines: Vec::new(),
            words: Vec::new(),
            styles: vec![theme.style("text")],
            lists: Vec::new(),
            sign: None,
            code: false,
        }
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    fn push_style(&mut self, meaning: &str) {
        let style = self.style().patch(self.theme.style(meaning));
        self.styles.push(style);
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(words) if self.code => {
                for line in words.lines() {
                    let style = self.theme.style("text.code");
                    self.lines
                        .push(Line::from(vec![Span::raw("  "), Span::styled(text::cut(line, self.columns.saturating_sub(2)), style)]));
                }
            }
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => self.say(&words, self.style()),
            Event::Code(words) => {
                let style = self.style().patch(self.theme.style("text.code"));
                self.say(&words, style);
            }
            Event::SoftBreak => self.say(" ", Style::default()),
            Event::HardBreak => self.end_lines(),
            _ => {}
        }
    }

    fn say(&mut self, words: &str, style: Style) {
        self.words.push(Span::styled(text::clean(words), style));
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.end_block();
                self.push_style("title");
            }
            Tag::Strong => self.push_style("text.strong"),
            Tag::Emphasis => self.push_style("text.strong"),
            Tag::Link { .. } => self.push_style("text.link"),
            Tag::List(first) => {
                self.end_lines();
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_lines();
                self.sign = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                });
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.end_lines();
                self.code = true;
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link => {
                if matches!(tag, TagEnd::Heading(_)) {
                    self.end_lines();
                }
                self.styles.pop();
            }
            TagEnd::Paragraph => self.end_block(),
            TagEnd::Item => self.end_lines(),
            TagEnd::List(_) => {
                self.lists.pop();
                self.end_block();
            }
            TagEnd::CodeBlock => {
                self.code = false;
                self.end_block();
            }
            _ => {}
        }
    }

    /// Writes the words gathered so far.
    fn end_lines(&mut self) {
        if self.words.is_empty() {
            return;
        }
        let words = std::mem::take(&mut self.words);
        let depth = self.lists.len();
        let mut lead = vec![Span::raw("  ".repeat(depth.saturating_sub(1)))];
        match self.sign.take() {
            Some(sign) => lead.push(Span::styled(sign, self.theme.style("text.muted"))),
            None if depth > 0 => lead.push(Span::raw("  ")),
            None => {}
        }
        self.lines.extend(wrap(&words, self.columns, &lead));
    }

    /// Writes the words, and an empty line behind a paragraph that is not an item.
    fn end_block(&mut self) {
        self.end_lines();
        let space = self.lists.is_empty() && self.lines.last().is_some_and(|line| !line.spans.is_empty());
        if space {
            self.lines.push(Line::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::theme::Depth;
    use super::*;

    fn shown(source: &str, columns: usize) -> String {
        let text = render(source, columns, &Theme::fallback(Depth::True));
        text.lines.iter().map(|l| l.to_string()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn paragraphs_join_their_lines_and_break_at_the_width() {
        assert_eq!(shown("One two\nthree four.\n\nFive.", 10), "One two\nthree\nfour.\n\nFive.");
    }

    #[test]
    fn list_items_hang() {
        assert_eq!(shown("Look at:\n\n- the first of\n  them\n- b\n\nDone.", 12), "Look at:\n\n• the first\n  of them\n• b\n\nDone.");
        assert_eq!(shown("1. a\n2. b", 12), "1. a\n2. b");
    }

    #[test]
    fn styles_do_not_break_words_apart() {
        assert_eq!(shown("A **b**, `c`.", 80), "A b, c.");
        assert_eq!(shown("aaa **bbb**, c", 7), "aaa\nbbb, c");
        let text = render("A **b** `c`", 80, &Theme::fallback(Depth::True));
        let theme = Theme::fallback(Depth::True);
        assert!(text.lines[0].spans.iter().any(|s| s.content == "c" && s.style.fg == theme.style("text.code").fg));
    }

    #[test]
    fn words_longer_than_a_line_are_cut_and_nothing_is_lost() {
        assert_eq!(shown("x https://example.org/a/b/c", 10), "x\nhttps://ex\nample.org/\na/b/c");
        for columns in 0..30 {
            let joined: String = shown("支払い処理 のための🦀 **long** `words`", columns).chars().filter(|c| !c.is_whitespace()).collect();
            assert_eq!(joined, "支払い処理のための🦀longwords");
        }
    }

    #[test]
    fn a_paragraph_of_ours_keeps_its_code_and_loses_its_marks() {
        let theme = Theme::fallback(Depth::True);
        let lines = wrap(&inline("The `default` account, **never**.", "text", &theme), 80, &[]);
        assert_eq!(lines[0].to_string(), "The default account, never.");
        assert!(lines[0].spans.iter().any(|s| s.content == "default" && s.style.fg == theme.style("text.code").fg));
    }

    #[test]
    fn nothing_in_it_steers_the_terminal() {
        assert!(!shown("a\u{1b}[2J `b\u{9b}` <c\u{7}>", 40).contains(['\u{1b}', '\u{9b}', '\u{7}']));
    }
}
