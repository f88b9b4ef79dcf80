//! Signatures and time-stamps, made and checked by the programs of others.

use super::packing::{asked, reseal, said};
use super::{bag, files};
use kassay::export::{Form, Judging, Looking, SignError, Signed, Verified, attach_answer, look, sign, verify};
use std::fs;
use std::path::{Path, PathBuf};

/// Keys of two people and of a stranger, and who may sign; nothing where ssh-keygen is not installed.
fn people(at: &Path) -> Option<PathBuf> {
    for (key, kind) in [("assessor", "ed25519"), ("reviewer", "ecdsa"), ("stranger", "ed25519")] {
        let made = asked("ssh-keygen", &["-q", "-t", kind, "-N", "", "-C", key, "-f", key], at)?;
        assert!(made.status.success(), "{}", said(&made));
    }
    let public = |key: &str| fs::read_to_string(at.join(format!("{key}.pub"))).unwrap();
    let lines = format!(
        "a.assessor@audit.example namespaces=\"kassay\",valid-before=\"20270101Z\" {}r.reviewer@audit.example namespaces=\"kassay\" {}",
        public("assessor"),
        public("reviewer")
    );
    let allowed = at.join("allowed_signers");
    fs::write(&allowed, lines).unwrap();
    Some(allowed)
}

const ASSESSOR: &str = "a.assessor@audit.example";
const REVIEWER: &str = "r.reviewer@audit.example";

fn judged(bag: &Path, allowed: &Path, at: &str) -> Verified {
    let at = Some(at.parse().unwrap());
    look(bag, &Looking { signatures: Judging { allowed: Some(allowed), at }, snapshots: None }).unwrap()
}

const WITHIN: &str = "2026-12-01T00:00:00Z";

#[test]
fn several_people_sign_a_folder_and_a_zip_and_stock_programs_agree() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let Some(allowed) = people(at) else { return };
    for (name, form) in [("bag", Form::Folder), ("bag.zip", Form::Zip)] {
        let bag = bag(at, name, form);
        let seal = verify(&bag).unwrap().seal;
        assert_eq!(judged(&bag, &allowed, WITHIN).faults, ["nobody signed it"]);
        let added = sign(&bag, &at.join("assessor"), ASSESSOR).unwrap();
        assert_eq!(
            (added.signature.as_str(), added.top.as_deref()),
            ("signatures/a.assessor@audit.example.sig", (form == Form::Zip).then_some("bag"))
        );
        // The public half is enough where an agent holds the other; here it lies beside.
        sign(&bag, &at.join("reviewer.pub"), REVIEWER).unwrap();
        let verified = judged(&bag, &allowed, WITHIN);
        assert_eq!((&verified.faults[..], verified.seal), (&[][..], seal));
        assert!(verified.signatures.iter().all(|s| s.state == Signed::Known) && verified.signatures.len() == 2);
        let unasked = verify(&bag).unwrap();
        assert!(unasked.is_whole() && unasked.signatures.iter().all(|s| s.state == Signed::Unknown), "{unasked:?}");
        assert!(matches!(sign(&bag, &at.join("assessor"), ASSESSOR), Err(SignError::Signature { .. })));
        // After the key's end only the time of signing makes it good.
        assert!(!judged(&bag, &allowed, "2036-12-01T00:00:00Z").is_whole());
    }
    let bag = at.join("bag");
    for (name, key) in [(ASSESSOR, "assessor"), (REVIEWER, "reviewer")] {
        let command = format!(
            "ssh-keygen -Y verify -f {} -I {name} -n kassay -s signatures/{name}.sig -Overify-time=20261201000000Z < tagmanifest-sha256.txt",
            allowed.display()
        );
        let output = asked("sh", &["-c", &command], &bag).unwrap();
        assert!(output.status.success(), "{key}: {}", said(&output));
    }
    for (name, form) in [("other", Form::Folder), ("other.zip", Form::Zip)] {
        let other = super::bag(at, name, form);
        sign(&other, &at.join("stranger"), ASSESSOR).unwrap();
        let verified = judged(&other, &allowed, WITHIN);
        assert!(verified.faults.len() == 1 && verified.signatures[0].state == Signed::Bad, "{verified:?}");
    }
}

#[test]
fn a_signature_of_another_bag_or_for_another_purpose_is_none() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let Some(allowed) = people(at) else { return };
    let bag = bag(at, "bag", Form::Folder);
    sign(&bag, &at.join("assessor"), ASSESSOR).unwrap();
    // Whoever makes all digests anew has no signature over them.
    let mut all = files(&bag);
    all.get_mut("README.txt").unwrap().push(b'!');
    reseal(&bag, all);
    assert!(judged(&bag, &allowed, WITHIN).faults.iter().any(|fault| fault.contains("no good signature")));
    assert!(verify(&bag).unwrap().faults.iter().any(|fault| fault.contains("no good signature")), "without allowed signers, too");
    let command = "ssh-keygen -q -Y sign -n file -f ../assessor - < tagmanifest-sha256.txt > signatures/a.assessor@audit.example.sig";
    assert!(asked("sh", &["-c", command], &bag).unwrap().status.success());
    assert!(judged(&bag, &allowed, WITHIN).faults.iter().any(|fault| fault.contains("no good signature")), "of another namespace");
    fs::remove_file(bag.join("signatures/a.assessor@audit.example.sig")).unwrap();
    let faults = judged(&bag, &allowed, WITHIN).faults;
    assert!(faults.iter().any(|fault| fault.contains("belongs to no signature")), "{faults:?}");
}

#[test]
fn what_can_not_be_signed_is_told() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    if people(at).is_none() {
        return;
    }
    let bag = bag(at, "bag", Form::Folder);
    for name in ["", "-f", "../x", "a b", ".hidden", "a/b", "naïve"] {
        assert!(matches!(sign(&bag, &at.join("assessor"), name), Err(SignError::Name(_))), "{name}");
    }
    assert!(matches!(sign(&bag, &at.join("no-key"), ASSESSOR), Err(SignError::Keygen(_))));
    assert!(matches!(sign(&at.join("acme"), &at.join("assessor"), ASSESSOR), Err(SignError::NoBag(_))));
    fs::write(bag.join("data/more"), "more").unwrap();
    assert!(matches!(sign(&bag, &at.join("assessor"), ASSESSOR), Err(SignError::NotWhole { .. })));
    assert!(!bag.join("signatures").exists());
}

/// A time-stamping authority that anybody can make; nothing where openssl is not installed.
fn authority(at: &Path) -> Option<()> {
    let configuration = "[req]\ndistinguished_name = name\nx509_extensions = tsa\nprompt = no\n[name]\nCN = A time-stamping authority\n[tsa]\nextendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n[one]\nserial = serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\n";
    fs::write(at.join("tsa.cnf"), configuration).unwrap();
    fs::write(at.join("serial"), "01\n").unwrap();
    let made = asked(
        "openssl",
        &["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", "tsa.cnf", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "2"],
        at,
    )?;
    assert!(made.status.success(), "{}", said(&made));
    Some(())
}

fn stamp(at: &Path, request: &str, answer: &str) {
    let args = [
        "ts",
        "-reply",
        "-config",
        "tsa.cnf",
        "-section",
        "one",
        "-queryfile",
        request,
        "-signer",
        "tsa.pem",
        "-inkey",
        "tsa.key",
        "-out",
        answer,
    ];
    let made = asked("openssl", &args, at).unwrap();
    assert!(made.status.success(), "{}", said(&made));
}

#[test]
fn a_signature_is_time_stamped_and_checked_in_ten_years() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let (Some(_), Some(())) = (people(at), authority(at)) else { return };
    // The key was good until a minute from now, which is long over in ten years; the stamp is of now.
    let end = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10)).strftime("%Y%m%d%H%M%SZ").to_string();
    let allowed = at.join("signers");
    fs::write(&allowed, format!("{ASSESSOR} valid-before=\"{end}\" {}", fs::read_to_string(at.join("assessor.pub")).unwrap())).unwrap();
    let bag = bag(at, "bag", Form::Folder);
    sign(&bag, &at.join("assessor"), ASSESSOR).unwrap();
    let request = format!("bag/signatures/{ASSESSOR}.tsq");
    // The request is the one that openssl would have made.
    let sig = format!("bag/signatures/{ASSESSOR}.sig");
    asked("openssl", &["ts", "-query", "-data", &sig, "-sha256", "-cert", "-no_nonce", "-out", "query"], at).unwrap();
    assert_eq!(fs::read(at.join("query")).unwrap(), fs::read(at.join(&request)).unwrap());
    stamp(at, &request, "answer");
    asked("openssl", &["ts", "-query", "-data", "tsa.cnf", "-sha256", "-cert", "-out", "other.tsq"], at).unwrap();
    stamp(at, "other.tsq", "other");
    asked("openssl", &["ts", "-reply", "-in", "answer", "-token_out", "-out", "token"], at).unwrap();
    for (file, word) in [("other", "something else"), ("token", "the token alone"), ("tsa.pem", "no answer")] {
        let refused = attach_answer(&bag, &at.join(file), ASSESSOR).unwrap_err().to_string();
        assert!(refused.contains(word), "{file}: {refused}");
    }
    assert!(matches!(attach_answer(&bag, &at.join("answer"), REVIEWER), Err(SignError::Signature { .. })));
    let time = attach_answer(&bag, &at.join("answer"), ASSESSOR).unwrap();
    assert!((jiff::Timestamp::now().as_second() - time.as_second()).abs() < 600);
    let later = judged(&bag, &allowed, "2036-12-01T00:00:00Z");
    assert_eq!((&later.faults[..], later.signatures[0].stamped), (&[][..], Some(time)));
    for command in &later.commands {
        let command = command.replace("ALLOWED_SIGNERS", "../signers").replace("TSA_CERTIFICATES", "../tsa.pem");
        let output = asked("sh", &["-c", &command], &bag).unwrap();
        assert!(output.status.success(), "{command}: {}", said(&output));
    }
    assert_eq!(later.commands.len(), 2);
    // The script of the bag, from anywhere, and with what it must not accept.
    let script = |args: &[&str]| asked("sh", &[&["bag/verify.sh"], args].concat(), at).unwrap();
    let checked = script(&["signers", "tsa.pem"]);
    assert!(checked.status.success() && said(&checked).contains("The bag is whole."), "{}", said(&checked));
    assert!(said(&script(&[])).contains("for want of ALLOWED_SIGNERS") && script(&[]).status.success());
    fs::write(
        at.join("nobody"),
        fs::read_to_string(at.join("stranger.pub")).unwrap().replace("ssh-ed25519", &format!("{ASSESSOR} ssh-ed25519")),
    )
    .unwrap();
    assert!(!script(&["nobody", "tsa.pem"]).status.success(), "of another key");
    assert!(!script(&["signers", "assessor.pub"]).status.success(), "of another authority");
    fs::write(bag.join("data/more"), "more").unwrap();
    assert!(!script(&["signers", "tsa.pem"]).status.success(), "with one file more");
    fs::remove_file(bag.join("data/more")).unwrap();
    fs::write(bag.join("data/scope.csv"), "changed").unwrap();
    assert!(!script(&["signers", "tsa.pem"]).status.success(), "with a changed file");
    assert!(fs::read_to_string(bag.join("verify.sh")).unwrap().lines().count() <= 30);
}
