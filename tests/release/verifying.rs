//! What `release/verify` says of files that are whole, changed, signed by somebody else, or not what their commit gives.

use super::{root, told};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What `release/verify` says of a folder, without building.
fn verified(folder: &Path, args: &[&str]) -> (i32, String) {
    let said = Command::new(root().join("release/verify")).arg("--files-only").args(args).arg(folder).output().unwrap();
    (said.status.code().unwrap(), told(&said))
}

fn keygen(args: &[&str]) -> bool {
    Command::new("ssh-keygen").arg("-q").args(args).output().is_ok_and(|done| done.status.success())
}

#[test]
fn files_that_were_changed_or_signed_by_a_stranger_do_not_verify() {
    let place = tempfile::tempdir().unwrap();
    let (files, key, stranger, signers) =
        (place.path().join("files"), place.path().join("key"), place.path().join("stranger"), place.path().join("signers"));
    let (key, stranger) = (key.to_str().unwrap(), stranger.to_str().unwrap());
    if !keygen(&["-t", "ed25519", "-N", "", "-C", "releases", "-f", key])
        || !keygen(&["-t", "ed25519", "-N", "", "-C", "stranger", "-f", stranger])
    {
        eprintln!("ssh-keygen can't be run here, so release/verify is not tried");
        return;
    }
    fs::create_dir(&files).unwrap();
    fs::write(files.join("kassay.tar.gz"), "an archive").unwrap();
    let sums = files.join("SHA256SUMS");
    fs::write(&sums, format!("{}  kassay.tar.gz\n", data_encoding::HEXLOWER.encode(&Sha256::digest("an archive")))).unwrap();
    fs::write(&signers, format!("releases@kassay.example {}", fs::read_to_string(format!("{key}.pub")).unwrap())).unwrap();
    let allowed = ["--allowed-signers", signers.to_str().unwrap()];
    let sign = |key: &str| {
        let _ = fs::remove_file(files.join("SHA256SUMS.sig"));
        assert!(keygen(&["-Y", "sign", "-f", key, "-n", "file", sums.to_str().unwrap()]));
    };

    let (code, said) = verified(&files, &allowed);
    assert!(code == 1 && said.contains("the signature: there is none"), "{code}: {said}");
    sign(key);
    // Nothing is built here, and that is never called a pass.
    let (code, said) = verified(&files, &allowed);
    assert!(
        code == 3 && said.contains("holds        the signature of releases@kassay.example") && said.contains("not checked"),
        "{code}: {said}"
    );
    let (code, said) = verified(&files, &[]);
    assert!(code == 3 && said.contains("--allowed-signers names whose signature counts"), "{code}: {said}");

    fs::write(files.join("more"), "of somebody").unwrap();
    let (code, said) = verified(&files, &allowed);
    assert!(code == 1 && said.contains("more, which no sum covers"), "{code}: {said}");
    fs::remove_file(files.join("more")).unwrap();
    sign(stranger);
    let (code, said) = verified(&files, &allowed);
    assert!(code == 1 && said.contains("it is of none of those"), "{code}: {said}");
    sign(key);
    fs::write(files.join("kassay.tar.gz"), "another one").unwrap();
    let (code, said) = verified(&files, &allowed);
    assert!(code == 1 && said.contains("DOES NOT     the sums"), "{code}: {said}");
    // Sums that were made anew for it carry no signature.
    fs::write(&sums, format!("{}  kassay.tar.gz\n", data_encoding::HEXLOWER.encode(&Sha256::digest("another one")))).unwrap();
    let (code, said) = verified(&files, &allowed);
    assert!(code == 1 && said.contains("DOES NOT     the signature"), "{code}: {said}");
    // A list of sums reaches nothing outside of its folder.
    fs::write(&sums, format!("{}  ../key\n", "0".repeat(64))).unwrap();
    assert_eq!(verified(&files, &allowed).0, 2);
}

/// What stands in for `release/build`: it makes one file of what it is told, tells of it, and lays down a crate as sources.
#[cfg(unix)]
const BUILD: &str = r#"#!/usr/bin/env bash
set -eu
commit=$(git -C "$(dirname "$0")" rev-parse HEAD)
mkdir -p "$2" "$KASSAY_RELEASE_WORK/source"
echo "$KASSAY_TARGETS, $SOURCE_DATE_EPOCH, $KASSAY_RELEASE_URL, $KASSAY_MAINTAINER, ${KASSAY_SIGNING_KEY:-unsigned}" > "$2/kassay.tar.gz"
printf 'Commit: %s\nSource-Date-Epoch: 7\nTargets: one two\nRelease-Url: https://files.example\nMaintainer: Somebody\n' "$commit" > "$2/kassay-1.buildinfo"
(cd "$2" && sha256sum -- * > "$KASSAY_RELEASE_WORK/sums" && mv "$KASSAY_RELEASE_WORK/sums" SHA256SUMS)
cd "$KASSAY_RELEASE_WORK/source"
printf '[package]\nname = "kassay"\nversion = "1.0.0"\nedition = "2024"\ndescription = "d"\nlicense = "MIT"\ninclude = ["/lib.rs"]\n[lib]\npath = "lib.rs"\n' > Cargo.toml
printf 'version = 4\n[[package]]\nname = "kassay"\nversion = "1.0.0"\n' > Cargo.lock
echo text > text
echo "${STAND_IN_CODE:-}" > lib.rs
"#;

#[test]
#[cfg(unix)]
fn files_are_held_against_what_their_commit_gives() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let (clone, files) = (place.path().join("clone"), place.path().join("files"));
    fs::create_dir_all(clone.join("release")).unwrap();
    fs::copy(root().join("release/verify"), clone.join("release/verify")).unwrap();
    fs::write(clone.join("release/build"), BUILD).unwrap();
    fs::set_permissions(clone.join("release/build"), fs::Permissions::from_mode(0o755)).unwrap();
    let run = |program: &Path, args: &[&str], code: &str| {
        let said = Command::new(program)
            .args(args)
            .current_dir(&clone)
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("CARGO_NET_OFFLINE", "true"), ("STAND_IN_CODE", code)])
            .envs([("KASSAY_TARGETS", "one two"), ("SOURCE_DATE_EPOCH", "7"), ("KASSAY_RELEASE_URL", "https://files.example")])
            .envs([("KASSAY_MAINTAINER", "Somebody"), ("KASSAY_RELEASE_WORK", place.path().join("work").to_str().unwrap())])
            .output()
            .unwrap();
        (said.status.code().unwrap(), told(&said))
    };
    let commit = ["-c", "user.name=n", "-c", "user.email=n@example.invalid", "commit", "-q", "-m", "m", "--allow-empty"];
    for args in [&["init", "-q"][..], &["add", "."], &commit] {
        let (code, said) = run(Path::new("git"), args, "");
        assert_eq!(code, 0, "{said}");
    }
    let folder = files.to_str().unwrap();
    assert_eq!(run(&clone.join("release/build"), &["-o", folder], "").0, 0);

    let verify = |code: &str| {
        // What the user has set for releases of their own is not what these were made with.
        let script = format!(
            "KASSAY_TARGETS=mine SOURCE_DATE_EPOCH=9 KASSAY_RELEASE_URL=mine KASSAY_MAINTAINER=me KASSAY_SIGNING_KEY=mine exec release/verify {folder}"
        );
        run(Path::new("bash"), &["-c", &script], code)
    };
    let (code, said) = verify("");
    assert!(code == 3 && said.contains("holds        the same bytes: kassay.tar.gz"), "{code}: {said}");
    assert!(said.contains("holds        the crates build from their tarballs") && !said.contains("DOES NOT"), "{said}");
    // What the sources take in and no package holds.
    let (code, said) = verify("pub const TEXT: &str = include_str!(\"text\");");
    assert!(code == 1 && said.contains("DOES NOT     the crates build from their tarballs"), "{code}: {said}");
    // Whoever changes a file can make its sum anew, but not the bytes that the commit gives.
    fs::write(files.join("kassay.tar.gz"), "another one").unwrap();
    let sums = fs::read_to_string(files.join("SHA256SUMS")).unwrap();
    let line = format!("{}  kassay.tar.gz", data_encoding::HEXLOWER.encode(&Sha256::digest("another one")));
    let sums: Vec<&str> = sums.lines().map(|old| if old.ends_with("  kassay.tar.gz") { line.as_str() } else { old }).collect();
    fs::write(files.join("SHA256SUMS"), sums.join("\n") + "\n").unwrap();
    let (code, said) = verify("");
    assert!(code == 1 && said.contains("DOES NOT     the same bytes: kassay.tar.gz"), "{code}: {said}");
    // Another commit gives other bytes, which says nothing of these.
    assert_eq!(run(Path::new("git"), &commit, "").0, 0);
    let (code, said) = verify("");
    assert!(code == 2 && said.contains("these files are of another commit"), "{code}: {said}");
}
