//! How a bag is packed: its manifests, its profile, its index; for whom; and that one that is stopped leaves nothing.

use super::{bag, files, material};
use crate::assessment::{make, now};
use kassay::export::{self, ExportError, Form, Looking, Packing, Recipients, VerifyError, look, verify};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const ON: &dyn Fn(export::Step) -> ControlFlow<()> = &|_| ControlFlow::Continue(());

/// What a program says, or nothing where it is not installed; then that is told, and outside of continuous integration the test ends there.
pub fn asked(program: &str, args: &[&str], at: &Path) -> Option<Output> {
    match Command::new(program).args(args).current_dir(at).stdin(Stdio::null()).output() {
        Ok(output) => Some(output),
        Err(error) if std::env::var_os("KASSAY_REQUIRE_CLUSTER").is_some() => panic!("{program}: {error}"),
        Err(_) => {
            eprintln!("skipped: {program} is not installed");
            None
        }
    }
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn manifests_of_both_digests_are_agreed_on_by_others() {
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    let target = root.path().join("bag");
    let packing = Packing { form: Form::Folder, sha512: true, recipients: None };
    export::bag(&material(&dir), &target, packing, ON).unwrap();
    assert_eq!(verify(&target).unwrap().faults, [""; 0]);
    let names = files(&target);
    for name in ["manifest-sha512.txt", "tagmanifest-sha512.txt", "bagit-profile.json", "verify.sh"] {
        assert!(names.contains_key(name), "{name}");
    }
    let sealed = String::from_utf8_lossy(&names["tagmanifest-sha512.txt"]).into_owned();
    assert!(sealed.contains("  manifest-sha256.txt\n") && !sealed.contains("tagmanifest"), "{sealed}");
    if let Some(output) = asked("sha512sum", &["-c", "--strict", "manifest-sha512.txt", "tagmanifest-sha512.txt"], &target) {
        assert!(output.status.success(), "{}", said(&output));
    }
    if let Some(output) = asked("bagit.py", &["--validate", "."], &target) {
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn a_bag_follows_the_profile_that_is_in_it() {
    let root = tempfile::tempdir().unwrap();
    let bag = bag(root.path(), "bag", Form::Folder);
    fs::create_dir(bag.join("signatures")).unwrap();
    fs::write(bag.join("signatures/a.sig"), "a signature").unwrap();
    let script = "import json, sys, bagit, bagit_profile
bag = bagit.Bag(sys.argv[1])
told = json.load(open(sys.argv[1] + '/bagit-profile.json'))
name = told['BagIt-Profile-Info']['BagIt-Profile-Identifier']
profile = bagit_profile.Profile(name, profile=told)
sys.exit(0 if profile.validate(bag) else str(profile.report))";
    // The modules may be those of the interpreter beside bagit.py.
    let beside = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .find(|folder| folder.join("bagit.py").is_file())
        .map_or_else(|| "python3".into(), |folder| folder.join("python3").to_string_lossy().into_owned());
    match asked(&beside, &["-c", "import bagit, bagit_profile"], root.path()) {
        Some(output) if output.status.success() => {}
        _ => return eprintln!("skipped: bagit_profile is not installed"),
    }
    let follows = || asked(&beside, &["-c", script, bag.to_str().unwrap()], root.path()).unwrap();
    assert!(follows().status.success(), "{}", said(&follows()));
    fs::write(bag.join("more.txt"), "of no profile").unwrap();
    assert!(!follows().status.success(), "the profile would let everything be");
}

#[test]
fn the_index_leads_to_evidence_by_its_number_and_tells_what_was_refused() {
    let root = tempfile::tempdir().unwrap();
    let bag = bag(root.path(), "bag", Form::Folder);
    let all = files(&bag);
    let page = String::from_utf8_lossy(&all["data/index.html"]).into_owned();
    for told in
        ["<tr id=\"E-0001\">", "+Policy &lt;u&gt;of", "secrets is forbidden: &lt;b&gt;cannot list", "told in the report", "Acme &lt;i&gt;"]
    {
        assert!(page.contains(told), "{told} is not told");
    }
    let links: Vec<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() > 10);
    for link in links {
        assert!(all.contains_key(&format!("data/{}", link.replace("&#x2f;", "/"))), "{link} leads nowhere");
    }
    let readings = String::from_utf8_lossy(&all["data/readings/prod.csv"]).into_owned();
    let secrets = readings.lines().find(|line| line.starts_with("secrets,")).unwrap();
    assert!(secrets.contains(",refused,forbidden,,secrets is forbidden"), "{secrets}");
    assert!(readings.lines().any(|line| line.starts_with("pods,") && line.contains(",granted,read,1,")), "{readings}");
}

#[test]
fn what_is_made_from_the_workbook_is_made_anew_and_compared() {
    let root = tempfile::tempdir().unwrap();
    let snapshots: export::Snapshots = |_| Ok(crate::assessment::inventory());
    let looking = Looking { snapshots: Some(snapshots), ..Looking::default() };
    for (name, form) in [("bag", Form::Folder), ("bag.zip", Form::Zip)] {
        let bag = bag(root.path(), name, form);
        assert_eq!(look(&bag, &looking).unwrap().faults, [""; 0], "{name}");
    }
    // Whoever changes the report and every digest with it is betrayed by the workbook.
    let bag = root.path().join("bag");
    let mut all = files(&bag);
    let report = all.get_mut("data/report.html").unwrap();
    *report = String::from_utf8_lossy(report).replace("not in place", "in place").into_bytes();
    all.insert("data/approval.txt".into(), b"all is well".to_vec());
    reseal(&bag, all);
    assert_eq!(verify(&bag).unwrap().faults, [""; 0]);
    let faults = look(&bag, &looking).unwrap().faults;
    let told = ["data/approval.txt: is in the bag, and nothing of the assessment", "data/report.html: is not what kassay"];
    assert!(faults.len() == 2 && told.iter().all(|told| faults.iter().any(|fault| fault.starts_with(told))), "{faults:?}");
    // Nor does a bag escape that by telling no time to which it could be made anew.
    let mut all = files(&bag);
    let info = all.get_mut("bag-info.txt").unwrap();
    let text = String::from_utf8_lossy(info).into_owned();
    let told = text.lines().find(|line| line.starts_with("Kassay-Exported-At")).unwrap();
    *info = text.replace(told, "Kassay-Exported-At: 2026-12-01").into_bytes();
    reseal(&bag, all);
    let faults = look(&bag, &looking).unwrap().faults;
    assert!(faults.len() == 1 && faults[0].starts_with("bag-info.txt: Kassay-Exported-At"), "{faults:?}");
    let mut all = files(&bag);
    all.insert("bag-info.txt".into(), text.into_bytes());
    let script = all.insert("verify.sh".into(), b"echo whole\n".to_vec()).unwrap();
    reseal(&bag, all);
    let faults = look(&bag, &looking).unwrap().faults;
    assert!(faults.iter().any(|fault| fault.starts_with("verify.sh: is not the script")), "{faults:?}");
    let mut all = files(&bag);
    all.insert("verify.sh".into(), script);
    reseal(&bag, all);
    // Another version makes other reports, which is no fault.
    let mut all = files(&bag);
    let info = all.get_mut("bag-info.txt").unwrap();
    *info = String::from_utf8_lossy(info).replace("Agent: kassay 0", "Agent: kassay 999").into_bytes();
    reseal(&bag, all);
    let verified = look(&bag, &looking).unwrap();
    assert!(verified.is_whole() && verified.remarks.iter().any(|remark| remark.contains("not made anew")), "{verified:?}");
}

/// Writes files with digests that fit.
pub fn reseal(bag: &Path, mut all: BTreeMap<String, Vec<u8>>) {
    let digest = |bytes: &[u8]| kassay_core::workbook::journal::digest(bytes);
    let of = |all: &BTreeMap<String, Vec<u8>>, payload: bool| -> String {
        let listed =
            all.iter().filter(|(n, _)| n.starts_with("data/") == payload && !n.starts_with("tagmanifest") && !n.starts_with("signatures"));
        listed.map(|(n, b)| format!("{}  {n}\n", digest(b))).collect()
    };
    let (files, bytes) =
        all.iter().filter(|(n, _)| n.starts_with("data/")).fold((0, 0), |(files, bytes), (_, b)| (files + 1, bytes + b.len()));
    let info = String::from_utf8_lossy(&all["bag-info.txt"]).into_owned();
    let info: Vec<&str> = info.lines().filter(|line| !line.starts_with("Payload-Oxum")).collect();
    all.insert("bag-info.txt".into(), format!("{}\nPayload-Oxum: {bytes}.{files}\n", info.join("\n")).into_bytes());
    all.insert("manifest-sha256.txt".into(), of(&all, true).into_bytes());
    all.insert("tagmanifest-sha256.txt".into(), of(&all, false).into_bytes());
    for (name, bytes) in &all {
        fs::write(bag.join(name), bytes).unwrap();
    }
}

#[test]
fn files_of_clusters_whose_names_are_alike_are_not_written_over_each_other() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(&make(root.path()));
    for key in ["PROD", "prod/eu", "prod:eu"] {
        let (mut record, assessment) = (material.workbook.clusters[0].clone(), material.assessments[0].1.clone());
        record.key = key.into();
        material.workbook.clusters.push(record);
        material.assessments.push((key.into(), assessment));
    }
    let target = root.path().join("bag");
    export::bag(&material, &target, Form::Folder, ON).unwrap();
    for name in ["prod", "PROD-2", "prod-eu", "prod-eu-2"] {
        assert!(target.join(format!("data/assessment-{name}.json")).is_file(), "{name}");
        assert!(target.join(format!("data/readings/{name}.csv")).is_file(), "{name}");
    }
    let page = fs::read_to_string(target.join("data/index.html")).unwrap();
    assert!(page.contains("href=\"readings/PROD-2.csv\""), "{page}");
}

#[test]
fn what_is_stopped_or_fails_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    let material = material(&dir);
    let before = files(root.path());
    let recipients = || Recipients::read(&[KEY.to_owned()]).unwrap();
    for (name, form, recipients) in [("bag", Form::Folder, None), ("bag.zip", Form::Zip, None), ("bag.age", Form::Zip, recipients())] {
        for at in [0, 3, 20, usize::MAX] {
            let target = root.path().join("new/deep").join(name);
            let packing = Packing {
                form,
                sha512: false,
                recipients: if recipients.is_some() { Recipients::read(&[KEY.to_owned()]).unwrap() } else { None },
            };
            // The last moment at which it can be stopped: all is written, and only the name is missing.
            let stop = |step: export::Step| if step.done >= at.min(step.of) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            let stopped = export::bag(&material, &target, packing, &stop);
            assert!(matches!(stopped, Err(ExportError::Cancelled)), "{name} at {at}: {stopped:?}");
            assert_eq!(files(root.path()), before, "{name} at {at}");
            assert!(!root.path().join("new").exists(), "{name} at {at}");
        }
    }
    // A file that is missing, which is found when much is written already.
    let kept = before.keys().find(|name| name.contains("/snapshots/")).unwrap();
    fs::remove_file(root.path().join(kept)).unwrap();
    let failed = export::bag(&material, &root.path().join("new/bag.zip"), Form::Zip, ON);
    assert!(matches!(failed, Err(ExportError::Missing(_))));
    assert!(!root.path().join("new").exists() && files(root.path()).len() == before.len() - 1);
}

/// A key of nobody: its other half was not kept.
const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

#[test]
fn an_encrypted_bag_is_opened_by_each_recipient_and_nobody_else() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let dir = make(at);
    if asked("age-keygen", &["-o", "key"], at).is_none()
        || asked("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", "ssh"], at).is_none()
    {
        return;
    }
    asked("age-keygen", &["-o", "stranger"], at).unwrap();
    let public = asked("age-keygen", &["-y", "key"], at).unwrap();
    fs::write(at.join("people"), format!("# keys of two\n{}", String::from_utf8_lossy(&public.stdout))).unwrap();
    let ssh = fs::read_to_string(at.join("ssh.pub")).unwrap();
    let recipients = Recipients::read(&[at.join("people").display().to_string(), ssh.trim().to_owned()]).unwrap();
    let target = at.join("acme.zip.age");
    let packing = Packing { form: Form::Zip, sha512: false, recipients };
    let written = export::bag(&material(&dir), &target, packing, ON).unwrap();
    assert_eq!(written.sha256, kassay_core::workbook::journal::digest(&fs::read(&target).unwrap()));
    assert!(matches!(verify(&target), Err(VerifyError::Encrypted(_))));
    for (key, opens) in [("key", true), ("ssh", true), ("stranger", false)] {
        let clear = format!("{key}.zip");
        let output = asked("age", &["-d", "-i", key, "-o", &clear, "acme.zip.age"], at).unwrap();
        assert_eq!(output.status.success(), opens, "{key}: {}", said(&output));
        if opens {
            assert_eq!(verify(&at.join(&clear)).unwrap().faults, [""; 0]);
        }
    }
    // What was encrypted is what would have been written.
    let plain = at.join("acme.zip");
    export::bag(&material(&dir), &plain, Form::Zip, ON).unwrap();
    assert_eq!(fs::read(plain).unwrap(), fs::read(at.join("key.zip")).unwrap());
    assert!(!files(&dir).keys().any(|name| name.contains(".tmp") || name.contains(".kassay-export")));
}

#[test]
fn who_can_be_no_recipient_is_told_before_anything_is_written() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("keys");
    for wrong in ["age1nonsense", "ssh-dss AAAA", "ecdsa-sha2-nistp256 AAAA", "sk-ssh-ed25519@openssh.com AAAA"] {
        assert!(matches!(Recipients::read(&[wrong.to_owned()]), Err(ExportError::Recipient { .. })), "{wrong}");
        writeln!(fs::File::create(&file).unwrap(), "{KEY}\n{wrong}").unwrap();
        assert!(Recipients::read(&[file.display().to_string()]).is_err(), "{wrong} in a file");
    }
    fs::write(&file, "# nobody\n").unwrap();
    assert!(Recipients::read(&[file.display().to_string()]).is_err());
    assert!(Recipients::read(&[]).unwrap().is_none());
    let dir = make(root.path());
    let packing = Packing { form: Form::Folder, sha512: false, recipients: Recipients::read(&[KEY.to_owned()]).unwrap() };
    assert!(matches!(export::bag(&material(&dir), &root.path().join("bag"), packing, ON), Err(ExportError::NotOneFile)));
    assert_eq!(material(&dir).now, now());
}
