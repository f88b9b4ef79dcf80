//! All that the typesetting sees: the templates, the data, the shipped fonts. There are no other files, no packages, no network and no clock.

use std::collections::HashMap;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

const FONTS: [&[u8]; 3] = [
    include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../../assets/fonts/DejaVuSansMono.ttf"),
];

const MAIN: &str = "report.typ";
const TEMPLATES: [(&str, &str); 5] = [
    (MAIN, include_str!("../../../assets/report/report.typ")),
    ("style.typ", include_str!("../../../assets/report/style.typ")),
    ("executive.typ", include_str!("../../../assets/report/executive.typ")),
    ("areas.typ", include_str!("../../../assets/report/areas.typ")),
    ("papers.typ", include_str!("../../../assets/report/papers.typ")),
];

/// The shipped fonts.
pub(super) struct Fonts(Vec<Font>);

impl Fonts {
    /// None where one of them can't be read.
    pub(super) fn shipped() -> Option<Self> {
        FONTS.into_iter().map(|font| Font::new(Bytes::new(font), 0)).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether one of them has a glyph for a sign.
    pub(super) fn draw(&self, sign: char) -> bool {
        self.0.iter().any(|font| font.info().coverage.contains(u32::from(sign)))
    }
}

/// The world of one report.
pub(super) struct Paper {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Fonts,
    main: FileId,
    sources: HashMap<FileId, Source>,
    data: (FileId, Bytes),
}

impl Paper {
    /// The templates with their data as JSON.
    ///
    /// # Errors
    /// Where the name of a template is none.
    pub(super) fn new(fonts: Fonts, data: String) -> Result<Self, String> {
        static LIBRARY: LazyLock<Library> = LazyLock::new(<Library as LibraryExt>::default);
        let mut sources = HashMap::new();
        for (name, text) in TEMPLATES {
            let id = file(name)?;
            sources.insert(id, Source::new(id, text.to_owned()));
        }
        Ok(Self {
            library: LazyHash::new(LIBRARY.clone()),
            book: LazyHash::new(FontBook::from_fonts(&fonts.0)),
            fonts,
            main: file(MAIN)?,
            sources,
            data: (file("report.json")?, Bytes::from_string(data)),
        })
    }
}

fn file(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|e| format!("{name}: {e:?}"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or_else(|| FileError::NotFound(id.get().vpath().get_without_slash().into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match &self.data {
            (data, bytes) if *data == id => Ok(bytes.clone()),
            _ => self.source(id).map(|source| Bytes::from_string(source.text().to_owned())),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.0.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
