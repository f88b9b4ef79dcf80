#!/usr/bin/env bash
# One of the hints that spreadsheet programs are told to leave out has a name that the format does not know: `IgnoreError::TwoDigitTextYear` of
# rust_xlsxwriter.
#
# Versions: rust_xlsxwriter 0.102.0, openpyxl 3.1.5 (its class of the element knows the attributes of the schema, ECMA-376).
# Seen: `Worksheet::ignore_error_range` with each of the nine kinds writes an `ignoredError` element. Eight of them have the attribute of the schema
# (`numberStoredAsText`, `evalError`…). For years of two digits it is `TwoDigitTextYear`, with a capital; the schema has `twoDigitTextYear`. The program that
# writes says nothing, and openpyxl opens the file, because it does not read that part of a sheet; given the element, its class refuses the attribute.
# So a sheet with dates as texts that asks for no green corners holds what is not valid, and keeps its corners.
# Fails where any of this changes. Needs cargo and python3 with venv.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "hints"
version = "0.0.0"
edition = "2024"

[dependencies]
rust_xlsxwriter = "=0.102.0"
TOML
cat > src/main.rs <<'RUST'
use rust_xlsxwriter::{IgnoreError, Workbook};

fn main() {
    let mut book = Workbook::new();
    let kinds = [
        IgnoreError::NumberStoredAsText,
        IgnoreError::FormulaError,
        IgnoreError::FormulaDiffers,
        IgnoreError::FormulaOmitsCells,
        IgnoreError::UnlockedCellsWithFormula,
        IgnoreError::FormulaRefersToEmptyCells,
        IgnoreError::DataValidationError,
        IgnoreError::InconsistentColumnFormula,
        IgnoreError::TwoDigitTextYear,
    ];
    let sheet = book.add_worksheet();
    for (row, kind) in (0u32..).zip(kinds) {
        sheet.write_string(row, 0, "01.02.26").unwrap();
        sheet.ignore_error_range(row, 0, row, 0, kind).unwrap();
    }
    book.save("hints.xlsx").unwrap();
}
RUST
cargo run -q 2> cargo.log || { cat cargo.log >&2; exit 1; }

python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5
venv/bin/python3 - <<'PYTHON' | tee seen
import re, zipfile
import openpyxl
from openpyxl.worksheet.errors import IgnoredError
from xml.etree import ElementTree

book = openpyxl.load_workbook("hints.xlsx")
print("openpyxl", openpyxl.__version__, "opens it, rows:", book.active.max_row)
sheet = ElementTree.fromstring(zipfile.ZipFile("hints.xlsx").read("xl/worksheets/sheet1.xml"))
for element in sheet.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}ignoredError"):
    [name] = [name for name in element.attrib if name != "sqref"]
    try:
        IgnoredError.from_tree(element)
        said = "known"
    except TypeError as error:
        said = "refused"
    print(name, said)
PYTHON
diff seen - <<'SEEN'
openpyxl 3.1.5 opens it, rows: 9
numberStoredAsText known
evalError known
formula known
formulaRange known
unlockedFormula known
calculatedColumn known
emptyCellReference known
listDataValidation known
TwoDigitTextYear refused
SEEN
grep -A1 'name = "rust_xlsxwriter"' Cargo.lock | tail -1
