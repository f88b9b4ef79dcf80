//! What these tests stand in: the program with a home of its own, and a registry with TLS and a login.

use crate::registry::Registry;
use data_encoding::BASE64;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The login of the test's registry, and one that it does not take, as `docker login` writes them.
pub const GOOD: &str = "cHVzaDpwdXNo";
pub const WRONG: &str = "cHVzaDp3cm9uZy1zZWNyZXQ=";

/// What the program said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A home folder, and who lives there.
pub struct Home {
    pub dir: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Logs in to a registry, as `docker login` would.
    pub fn login(&self, host: &str, auth: &str) {
        fs::create_dir_all(self.path(".docker")).unwrap();
        fs::write(self.path(".docker/config.json"), format!(r#"{{"auths": {{"{host}": {{"auth": "{auth}"}}}}}}"#)).unwrap();
    }

    /// The program with nothing of this machine's surroundings.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kassay"));
        command.args(args).env_clear().env("HOME", self.dir.path()).env("KASSAY_DATA_DIR", self.path("data"));
        command.env("USER", "tester").env("COLUMNS", "100").env("PATH", std::env::var_os("PATH").unwrap_or_default()).stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Said {
        said(&mut self.command(args))
    }
}

pub fn said(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    Said {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// A registry with TLS and a login, and a door to the same storage for the test's own hands.
pub struct Stand {
    pub home: Home,
    pub registry: Registry,
    pub hands: Registry,
    pub ca: String,
}

impl Stand {
    /// None where Debian's registry is not installed.
    pub fn start() -> Option<Self> {
        let home = Home::new();
        fs::create_dir(home.path("storage")).unwrap();
        let (ca, certificate, key) = certificates(home.dir.path());
        let registry = Registry::start_over(home.dir.path(), true, Some((&certificate, &key)))?;
        let hands = Registry::start(home.dir.path(), false)?;
        home.login(&registry.host, GOOD);
        Some(Self { ca: ca.to_str().unwrap().to_owned(), home, registry, hands })
    }

    /// The name of something in the registry.
    pub fn name(&self, rest: &str) -> String {
        format!("oci://{}/{rest}", self.registry.host)
    }

    /// Runs the program, which knows the registry's authority.
    pub fn run(&self, args: &[&str]) -> Said {
        said(self.home.command(args).env("KASSAY_REGISTRY_CA", &self.ca))
    }

    /// Pushes the built-in cluster; gives the name with the digest.
    pub fn push_demo(&self, rest: &str) -> String {
        let said = self.run(&["collect", "--demo", "--push", &self.name(rest)]);
        assert_eq!(said.code, 0, "{}", said.err);
        said.out.trim().to_owned()
    }

    /// The file in which the registry keeps a blob.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap();
        self.home.path(&format!("storage/docker/registry/v2/blobs/sha256/{}/{hex}/data", &hex[..2]))
    }
}

/// An authority, and a certificate of this machine with its key, as files.
fn certificates(folder: &Path) -> (PathBuf, PathBuf, PathBuf) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, "an authority of the entity's own");
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    (
        write("ca.pem", pem("CERTIFICATE", ca_certificate.der())),
        write("registry.pem", pem("CERTIFICATE", certificate.der())),
        write("registry.key", pem("PRIVATE KEY", &key.serialize_der())),
    )
}

fn pem(what: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"))
}

/// A new SSH key, and the line that allows it to sign as somebody.
pub fn key(home: &Home, name: &str) -> (String, String) {
    let path = home.text(&format!("key-{name}"));
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", &path]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let public = fs::read_to_string(format!("{path}.pub")).unwrap();
    (path, format!("{name} namespaces=\"kassay-snapshot\" {public}"))
}
