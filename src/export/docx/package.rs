//! The files around the text of a document: what they are, how they belong together, how headings and tables look, who wrote it when.

use super::markup::one_line;
use quick_xml::escape::escape;
use std::io::{self, Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What is told of a document as a file.
pub(super) struct Told {
    pub(super) title: String,
    pub(super) author: String,
    pub(super) company: String,
    pub(super) at: String,
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Puts the files of a document together. All have the same time, so that the bytes depend on what is in them.
pub(super) fn pack(document: &[u8], footer: &[u8], told: &Told) -> io::Result<Vec<u8>> {
    let core = core(told);
    let app = app(told);
    let files: [(&str, &[u8]); 9] = [
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("docProps/app.xml", app.as_bytes()),
        ("docProps/core.xml", core.as_bytes()),
        ("word/_rels/document.xml.rels", DOCUMENT_RELATIONS.as_bytes()),
        ("word/document.xml", document),
        ("word/footer1.xml", footer),
        ("word/settings.xml", SETTINGS.as_bytes()),
        ("word/styles.xml", STYLES.as_bytes()),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in files {
        zip.start_file(name, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn core(told: &Told) -> String {
    let [title, author] = [&told.title, &told.author].map(|text| escape(one_line(text)).into_owned());
    let at = &told.at;
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:modified>\
         </cp:coreProperties>"
    )
}

fn app(told: &Told) -> String {
    let company = escape(one_line(&told.company)).into_owned();
    format!(
        "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
         <Application>Kassay</Application><Company>{company}</Company></Properties>"
    )
}

const CONTENT_TYPES: &str = include_str!("../../../assets/report/docx/content-types.xml");
const RELATIONS: &str = include_str!("../../../assets/report/docx/relations.xml");
const DOCUMENT_RELATIONS: &str = include_str!("../../../assets/report/docx/document-relations.xml");
const SETTINGS: &str = include_str!("../../../assets/report/docx/settings.xml");
const STYLES: &str = include_str!("../../../assets/report/docx/styles.xml");
