//! Signatures in the form of SSHSIG, by the stock program that everybody has: `ssh-keygen` signs with a key file, the agent or a hardware key, and
//! `ssh-keygen` says whether a signature is good. Nothing is taken for good that it did not call so, and no key is ever read here.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// The longest signature that is read.
pub const LONGEST: u64 = 1 << 16;

/// Why nothing was signed.
#[derive(Debug)]
pub enum NotSigned {
    /// The program could not be run.
    Io(io::Error),
    /// It ended without a signature; its own words stand on the terminal.
    Ended(ExitStatus),
}

/// Has `ssh-keygen` sign. What it asks (a passphrase, a touch of the hardware key) it asks on the terminal.
///
/// # Errors
/// Where it can't be run, or does not sign.
pub fn sign(key: &Path, namespace: &str, bytes: &[u8]) -> Result<Vec<u8>, NotSigned> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", namespace, "-f"]).arg(key);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().map_err(NotSigned::Io)?;
    if let Some(mut stdin) = child.stdin.take() {
        // Where it goes away before it read all, its own words tell why.
        drop(stdin.write_all(bytes));
    }
    let output = child.wait_with_output().map_err(NotSigned::Io)?;
    if !output.status.success() || !output.stdout.starts_with(b"-----BEGIN SSH SIGNATURE-----") {
        return Err(NotSigned::Ended(output.status));
    }
    Ok(output.stdout)
}

/// Whether a text may name a signer: it becomes a file's name and an argument, so it holds only what is plain in both.
#[must_use]
pub fn is_signer(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'@' | b'+');
    (1..=100).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with(['-', '.'])
}

/// What `ssh-keygen` is asked of a signature.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What the signature was made for: one that was made for something else is none.
    pub namespace: &'a str,
    /// Who is said to have signed.
    pub name: &'a str,
    /// File of allowed signers; without it, whose key it is is not asked.
    pub allowed: Option<&'a Path>,
    /// `-Overify-time=…`, where the signature is to be judged by another time than now.
    pub time: Option<&'a str>,
}

impl Asked<'_> {
    /// Whether it calls the signature good, and its words.
    ///
    /// # Errors
    /// Where it can't be run.
    pub fn run(&self, signature: &[u8], signed: &[u8]) -> io::Result<(bool, String)> {
        // It reads a signature from a file alone.
        let mut kept = tempfile::NamedTempFile::new()?;
        kept.write_all(signature)?;
        let mut command = Command::new("ssh-keygen");
        match self.allowed {
            Some(allowed) => command.args(["-Y", "verify", "-I", self.name, "-f"]).arg(allowed),
            None => command.args(["-Y", "check-novalidate"]),
        };
        command.args(["-n", self.namespace, "-s"]).arg(kept.path()).args(self.time);
        let (good, out, err) = run(&mut command, signed)?;
        let words = if good { out } else { [out, err].join(" ") };
        Ok((good, words.split_whitespace().collect::<Vec<_>>().join(" ")))
    }
}

/// Runs a program with a text on its standard input: whether it succeeded, and both of its outputs.
fn run(command: &mut Command, input: &[u8]) -> io::Result<(bool, String, String)> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // It may have made up its mind before it read all.
        drop(stdin.write_all(input));
    }
    let output = child.wait_with_output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((output.status.success(), text(&output.stdout), text(&output.stderr)))
}
