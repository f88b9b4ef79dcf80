//! What is made from a workbook (report, tables, pictures) is made anew when a bag is verified, and held against what lies in the bag: digests
//! that were made anew can't hide a changed report.

use super::algorithm::Algorithm;
use super::checked::Bag;
use super::payload::{Content, payload};
use super::tags::{SCRIPT, SCRIPT_NAME, agent};
use super::through;
use super::tree::Tree;
use super::verified::Verified;
use super::{ExportError, Material};
use jiff::Timestamp;
use kassay_core::kinds::Inventory;
use kassay_core::workbook::folder;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Reads a snapshot, or says why not.
pub type Snapshots = fn(&[u8]) -> Result<Inventory, String>;

/// Whether the script with which a bag is checked without this program is the one that this program put there, where there is one.
fn has_script(tree: &mut dyn Tree) -> bool {
    if !tree.names().contains(SCRIPT_NAME) {
        return true;
    }
    let mut text = String::new();
    // One that is longer is another; it is not read to its end.
    let most = SCRIPT.len() as u64 + 1;
    tree.open_file(SCRIPT_NAME).is_ok_and(|file| file.take(most).read_to_string(&mut text).is_ok()) && text == SCRIPT
}

/// Compares what is derived in a bag, whose digests were checked, with what this program makes of the bag's workbook.
pub(super) fn compare(tree: &mut dyn Tree, bag: &Bag, workbook: Vec<u8>, snapshots: Snapshots, verified: &mut Verified) {
    let by = bag.told("Bag-Software-Agent").unwrap_or("another program").to_owned();
    let this = agent();
    let at = bag.told("Kassay-Exported-At").and_then(|at| at.parse::<Timestamp>().ok());
    if by == this && !has_script(tree) {
        verified
            .faults
            .push(format!("{SCRIPT_NAME}: is not the script that {this} puts into a bag; what it says of this bag is worth nothing"));
    }
    if at.is_none() && by == this {
        return verified.faults.push(
            "bag-info.txt: Kassay-Exported-At tells no time, as every bag of this program does; without it report and tables can't be made anew to compare them"
                .to_owned(),
        );
    }
    let material = match at {
        Some(at) if by == this => gather(tree, workbook, at, snapshots),
        _ => {
            return verified
                .remarks
                .push(format!("report and tables were written by {by}, and this is {this}: they were not made anew to compare them"));
        }
    };
    let material = match material {
        Ok(material) => material,
        Err(error) => return verified.faults.push(format!("report and tables can't be made anew: {error}")),
    };
    if bag.told("Kassay-Catalogue") != Some(material.guidance.digest.as_str()) {
        return verified
            .remarks
            .push("its catalogue is another than the one here: report and tables were not made anew to compare them".to_owned());
    }
    let files = payload(&material);
    for name in bag.sha256.keys().filter(|name| !files.contains_key(*name)) {
        verified.faults.push(format!("{name}: is in the bag, and nothing of the assessment"));
    }
    for (name, content) in files {
        let Content::Made(make) = content else { continue };
        let making = &mut |to: &mut dyn io::Write| make(&material, to);
        let made = through::make(&mut io::sink(), Path::new(&name), &[Algorithm::Sha256], &mut |_| ControlFlow::Continue(()), making);
        let same = match made {
            Ok(made) => bag.sha256.get(&name).map(|digest| made.digests.first() == Some(digest)),
            Err(error) => return verified.faults.push(format!("{name}: can't be made anew: {error}")),
        };
        match same {
            Some(true) => {}
            Some(false) => verified.faults.push(format!("{name}: is not what {this} makes of the workbook in this bag")),
            None => verified.faults.push(format!("{name}: is missing; {this} makes it of the workbook in this bag")),
        }
    }
}

/// The assessment in a bag, as it was when it was exported.
fn gather(tree: &mut dyn Tree, workbook: Vec<u8>, at: Timestamp, snapshots: Snapshots) -> Result<Material, ExportError> {
    let unreadable = |path: &str, message: String| ExportError::Unreadable { path: PathBuf::from(path), message };
    let text = String::from_utf8(workbook).map_err(|_| unreadable(folder::WORKBOOK, "is no text".to_owned()))?;
    let lines = tree.bytes(&format!("data/{}", folder::JOURNAL)).map_err(|fault| unreadable(folder::JOURNAL, fault))?;
    let mut kept = |name: &str, _: &str| tree.bytes(&format!("data/{name}")).map_err(|fault| unreadable(name, fault));
    let material = Material::gather(PathBuf::from("data"), text, lines, at, &mut kept)?;
    Ok(material.registered(&mut kept, snapshots))
}
