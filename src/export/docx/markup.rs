//! The parts of WordprocessingML (ECMA-376) that a report needs: headings, paragraphs, tables whose head comes again on every page, contents.

use crate::export::visible::visible;
use quick_xml::Writer;
use quick_xml::events::BytesText;
use std::io;

/// Twentieths of a point, in which Word measures pages.
pub(super) type Twips = u32;

/// A page and which way it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// A4, upright.
    Portrait,
    /// A4, lying.
    Landscape,
}

const SHORT: Twips = 11_906;
const LONG: Twips = 16_838;
const MARGIN: Twips = 964;

impl Page {
    /// Room for text from margin to margin.
    pub(super) const fn room(self) -> Twips {
        match self {
            Self::Portrait => SHORT - 2 * MARGIN,
            Self::Landscape => LONG - 2 * MARGIN,
        }
    }
}

/// A heading that the contents name.
#[derive(Clone, Debug)]
struct Heading {
    level: u8,
    text: String,
    bookmark: String,
}

/// The text of a document while it is written.
pub(super) struct Body {
    xml: Writer<Vec<u8>>,
    headings: Vec<Heading>,
}

type Done = io::Result<()>;

impl Body {
    pub(super) const fn new() -> Self {
        Self { xml: Writer::new(Vec::new()), headings: Vec::new() }
    }

    /// A heading. Its bookmark is numbered within this document, so that the same document has the same bytes.
    pub(super) fn heading(&mut self, level: u8, text: &str) -> Done {
        let id = (self.headings.len() + 1).to_string();
        let heading = Heading { level, text: one_line(text), bookmark: format!("_Toc{:0>8}", id) };
        let style = format!("Heading{level}");
        self.xml.create_element("w:p").write_inner_content(|xml| {
            properties(xml, &style)?;
            xml.create_element("w:bookmarkStart")
                .with_attributes([("w:id", id.as_str()), ("w:name", heading.bookmark.as_str())])
                .write_empty()?;
            run(xml, &heading.text)?;
            xml.create_element("w:bookmarkEnd").with_attribute(("w:id", id.as_str())).write_empty().map(drop)
        })?;
        self.headings.push(heading);
        Ok(())
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str) -> Done {
        paragraph(&mut self.xml, "Normal", text)
    }

    /// A paragraph that warns.
    pub(super) fn warning(&mut self, text: &str) -> Done {
        paragraph(&mut self.xml, "Warning", text)
    }

    /// A table with a head that comes again on every page. Widths are shares of the page.
    pub(super) fn table(&mut self, page: Page, title: &str, head: &[&str], widths: &[u16], rows: &[Vec<String>]) -> Done {
        let widths = shares(page.room(), widths);
        grid(&mut self.xml, title, &widths, |xml| {
            line(xml, &widths, head, Row::Head)?;
            rows.iter().try_for_each(|row| line(xml, &widths, row, Row::Plain))
        })
    }

    /// A table of two columns: what, and how it is.
    pub(super) fn form(&mut self, page: Page, title: &str, lines: &[(String, String)]) -> Done {
        let widths = shares(page.room(), &[3, 7]);
        grid(&mut self.xml, title, &widths, |xml| {
            lines.iter().try_for_each(|(what, told)| line(xml, &widths, &[what.as_str(), told.as_str()], Row::Labelled))
        })
    }

    /// Ends the pages that lie as told; what follows begins on a new one.
    pub(super) fn end_section(&mut self, page: Page) -> Done {
        self.xml
            .create_element("w:p")
            .write_inner_content(|xml| xml.create_element("w:pPr").write_inner_content(|xml| section(xml, page)).map(drop))?;
        Ok(())
    }

    /// The document: title, subtitle, what is told under them, contents, text. The last pages lie as told.
    pub(super) fn into_document(self, title: &str, subtitle: &str, under: &[&str], last: Page) -> io::Result<Vec<u8>> {
        let (body, headings) = (self.xml.into_inner(), self.headings);
        let mut xml = document();
        let root = xml.create_element("w:document").with_attributes([("xmlns:w", MAIN), ("xmlns:r", RELATIONS)]);
        root.write_inner_content(|xml| {
            xml.create_element("w:body").write_inner_content(|xml| {
                paragraph(xml, "Title", &one_line(title))?;
                paragraph(xml, "Subtitle", &one_line(subtitle))?;
                under.iter().try_for_each(|words| paragraph(xml, "Normal", words))?;
                contents(xml, &headings)?;
                xml.get_mut().extend_from_slice(&body);
                section(xml, last)
            })?;
            Ok(())
        })?;
        Ok(xml.into_inner())
    }
}

const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// An XML file with its first line.
fn document() -> Writer<Vec<u8>> {
    Writer::new(b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_vec())
}

/// The footer of every page: the title, and which page of how many it is.
pub(super) fn footer(title: &str) -> io::Result<Vec<u8>> {
    let mut xml = document();
    xml.create_element("w:ftr").with_attributes([("xmlns:w", MAIN), ("xmlns:r", RELATIONS)]).write_inner_content(|xml| {
        xml.create_element("w:p").write_inner_content(|xml| {
            properties(xml, "Footer")?;
            run(xml, &format!("{}   ·   ", one_line(title)))?;
            number(xml, "PAGE")?;
            run(xml, " / ")?;
            number(xml, "NUMPAGES")
        })?;
        Ok(())
    })?;
    Ok(xml.into_inner())
}

/// A number that the program which shows the document works out.
fn number(xml: &mut Writer<Vec<u8>>, field: &str) -> Done {
    xml.create_element("w:fldSimple").with_attribute(("w:instr", field)).write_inner_content(|xml| run(xml, "1"))?;
    Ok(())
}

/// The contents: each heading of the first two levels leads to its place. Page numbers are left out, for only the program that shows the document knows
/// them; the field says so to it, and stays right when it is brought up to date.
fn contents(xml: &mut Writer<Vec<u8>>, headings: &[Heading]) -> Done {
    let told: Vec<&Heading> = headings.iter().filter(|heading| heading.level <= 2).collect();
    for (nth, heading) in told.iter().enumerate() {
        xml.create_element("w:p").write_inner_content(|xml| {
            properties(xml, &format!("TOC{}", heading.level))?;
            if nth == 0 {
                field(xml, "begin")?;
                xml.create_element("w:r").write_inner_content(|xml| {
                    xml.create_element("w:instrText")
                        .with_attribute(("xml:space", "preserve"))
                        .write_text_content(BytesText::new(" TOC \\o \"1-2\" \\n \\h \\z \\u "))
                        .map(drop)
                })?;
                field(xml, "separate")?;
            }
            xml.create_element("w:hyperlink")
                .with_attributes([("w:anchor", heading.bookmark.as_str()), ("w:history", "1")])
                .write_inner_content(|xml| run(xml, &heading.text))?;
            if nth + 1 == told.len() { field(xml, "end") } else { Ok(()) }
        })?;
    }
    Ok(())
}

fn field(xml: &mut Writer<Vec<u8>>, kind: &str) -> Done {
    xml.create_element("w:r")
        .write_inner_content(|xml| xml.create_element("w:fldChar").with_attribute(("w:fldCharType", kind)).write_empty().map(drop))?;
    Ok(())
}

fn section(xml: &mut Writer<Vec<u8>>, page: Page) -> Done {
    let (width, height) = match page {
        Page::Portrait => (SHORT, LONG),
        Page::Landscape => (LONG, SHORT),
    };
    xml.create_element("w:sectPr").write_inner_content(|xml| {
        xml.create_element("w:footerReference").with_attributes([("w:type", "default"), ("r:id", "rId3")]).write_empty()?;
        let size = xml.create_element("w:pgSz").with_attribute(("w:w", width.to_string().as_str()));
        let size = size.with_attribute(("w:h", height.to_string().as_str()));
        if page == Page::Landscape { size.with_attribute(("w:orient", "landscape")) } else { size }.write_empty()?;
        let margin = MARGIN.to_string();
        let sides = ["w:top", "w:right", "w:bottom", "w:left"].map(|side| (side, margin.as_str()));
        xml.create_element("w:pgMar")
            .with_attributes(sides)
            .with_attributes([("w:header", "480"), ("w:footer", "480"), ("w:gutter", "0")])
            .write_empty()
            .map(drop)
    })?;
    Ok(())
}

/// The same room shared out, so that no column is too narrow for a word.
fn shares(room: Twips, widths: &[u16]) -> Vec<Twips> {
    const NARROWEST: u32 = 16;
    let all: u32 = widths.iter().map(|width| u32::from(*width)).sum();
    let widths: Vec<u32> = widths.iter().map(|width| u32::from(*width).max(all / NARROWEST)).collect();
    let all: u32 = widths.iter().sum();
    widths.iter().map(|width| room * width / all.max(1)).collect()
}

fn grid(xml: &mut Writer<Vec<u8>>, title: &str, widths: &[Twips], rows: impl FnOnce(&mut Writer<Vec<u8>>) -> Done) -> Done {
    xml.create_element("w:tbl").write_inner_content(|xml| {
        xml.create_element("w:tblPr").write_inner_content(|xml| {
            xml.create_element("w:tblStyle").with_attribute(("w:val", "TableGrid")).write_empty()?;
            let all = widths.iter().sum::<u32>().to_string();
            xml.create_element("w:tblW").with_attributes([("w:w", all.as_str()), ("w:type", "dxa")]).write_empty()?;
            xml.create_element("w:tblLayout").with_attribute(("w:type", "fixed")).write_empty()?;
            xml.create_element("w:tblLook").with_attributes([("w:val", "0020"), ("w:firstRow", "1")]).write_empty()?;
            xml.create_element("w:tblCaption").with_attribute(("w:val", one_line(title).as_str())).write_empty().map(drop)
        })?;
        xml.create_element("w:tblGrid").write_inner_content(|xml| {
            widths.iter().try_for_each(|width| {
                xml.create_element("w:gridCol").with_attribute(("w:w", width.to_string().as_str())).write_empty().map(drop)
            })
        })?;
        rows(xml)
    })?;
    // Two tables one after the other would become one.
    paragraph(xml, "Normal", "")
}

/// What a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    /// The head, which comes again on every page.
    Head,
    /// The first cell says what is told in the others.
    Labelled,
    Plain,
}

fn line(xml: &mut Writer<Vec<u8>>, widths: &[Twips], cells: &[impl AsRef<str>], row: Row) -> Done {
    xml.create_element("w:tr").write_inner_content(|xml| {
        if row == Row::Head {
            xml.create_element("w:trPr").write_inner_content(|xml| {
                xml.create_element("w:cantSplit").write_empty()?;
                xml.create_element("w:tblHeader").write_empty().map(drop)
            })?;
        }
        cells.iter().zip(widths).enumerate().try_for_each(|(nth, (text, width))| {
            let is_head = row == Row::Head || (row == Row::Labelled && nth == 0);
            xml.create_element("w:tc").write_inner_content(|xml| {
                xml.create_element("w:tcPr").write_inner_content(|xml| {
                    let width = width.to_string();
                    xml.create_element("w:tcW").with_attributes([("w:w", width.as_str()), ("w:type", "dxa")]).write_empty()?;
                    if is_head {
                        let shade = [("w:val", "clear"), ("w:color", "auto"), ("w:fill", "DDE6EF")];
                        xml.create_element("w:shd").with_attributes(shade).write_empty()?;
                    }
                    Ok(())
                })?;
                paragraph(xml, if is_head { "TableHead" } else { "TableText" }, text.as_ref())
            })?;
            Ok(())
        })
    })?;
    Ok(())
}

fn paragraph(xml: &mut Writer<Vec<u8>>, style: &str, text: &str) -> Done {
    xml.create_element("w:p").write_inner_content(|xml| {
        properties(xml, style)?;
        if text.is_empty() { Ok(()) } else { run(xml, text) }
    })?;
    Ok(())
}

fn properties(xml: &mut Writer<Vec<u8>>, style: &str) -> Done {
    xml.create_element("w:pPr")
        .write_inner_content(|xml| xml.create_element("w:pStyle").with_attribute(("w:val", style)).write_empty().map(drop))?;
    Ok(())
}

/// Text with its line breaks and tabs. Nothing in it is markup, and what XML forbids is shown by its number.
fn run(xml: &mut Writer<Vec<u8>>, text: &str) -> Done {
    let text = visible(text);
    xml.create_element("w:r").write_inner_content(|xml| {
        for (nth, line) in text.split('\n').enumerate() {
            if nth > 0 {
                xml.create_element("w:br").write_empty()?;
            }
            for (nth, part) in line.split('\t').enumerate() {
                if nth > 0 {
                    xml.create_element("w:tab").write_empty()?;
                }
                if !part.is_empty() {
                    let text = xml.create_element("w:t").with_attribute(("xml:space", "preserve"));
                    text.write_text_content(BytesText::new(part))?;
                }
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// A text that stays in a line, as headings and attributes want it.
pub(super) fn one_line(text: &str) -> String {
    visible(text).replace(['\n', '\t'], " ")
}
