//! The light Markdown of the guidance as lines to be read aloud: a line for each paragraph, heading and item of a list.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The lines of a text.
#[must_use]
pub fn lines(source: &str) -> Vec<String> {
    let (mut lines, mut line, mut item) = (vec![], String::new(), 0_usize);
    for event in Parser::new(source) {
        match event {
            Event::Start(Tag::Item) => {
                end(&mut line, &mut lines);
                item += 1;
            }
            Event::End(TagEnd::Item) => {
                end(&mut line, &mut lines);
                item = item.saturating_sub(1);
            }
            Event::Start(Tag::Link { dest_url, .. }) => line.push_str(&format!("({dest_url}) ")),
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                if line.is_empty() && item > 0 {
                    line.push_str("- ");
                }
                line.push_str(&words);
            }
            Event::SoftBreak | Event::HardBreak => line.push(' '),
            Event::End(TagEnd::Heading(_)) => {
                if !line.ends_with([':', '.', '?']) {
                    line.push(':');
                }
                end(&mut line, &mut lines);
            }
            Event::End(TagEnd::Paragraph | TagEnd::CodeBlock) => end(&mut line, &mut lines),
            _ => {}
        }
    }
    end(&mut line, &mut lines);
    lines
}

fn end(line: &mut String, lines: &mut Vec<String>) {
    // What stands in a block of code keeps its lines.
    lines.extend(std::mem::take(line).lines().filter(|part| !part.trim().is_empty()).map(|part| part.trim_end().to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_headings_and_items_are_lines_without_their_signs() {
        let told = lines("## How to mend\n\nSet `runAsNonRoot`\nin **every** pod.\n\n- one\n- two\n\n<https://kubernetes.io>\n");
        let wanted = ["How to mend:", "Set runAsNonRoot in every pod.", "- one", "- two", "(https://kubernetes.io) https://kubernetes.io"];
        assert_eq!(told, wanted);
    }
}
