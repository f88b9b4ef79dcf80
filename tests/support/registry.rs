//! Registries for tests: a real one (Debian's `docker-registry`), started where it is installed, and a scripted one for answers that a real one
//! gives only on a bad day.
#![allow(dead_code, unreachable_pub, reason = "shared by several test programs, of which none uses all of it")]

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// `push:push`, as htpasswd writes it.
const LOGIN: &str = "push:$2b$04$tTn4lWQKc.Kha3JFbEVcaOouGw62MkU9DjS/Eo6lV/ddVc8vIutO.\n";
/// The same for a request.
const BASIC: &str = "Basic cHVzaDpwdXNo";

/// Media types.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub const COSIGN: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The digest of some bytes.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A running `docker-registry`.
pub struct Registry {
    child: Child,
    /// `127.0.0.1:port`.
    pub host: String,
    protected: bool,
}

impl Registry {
    /// Starts one that gives to everybody, or one that asks for a login. None, with a word, where the program is absent.
    pub fn start(folder: &Path, protected: bool) -> Option<Self> {
        Self::start_over(folder, protected, None)
    }

    /// The same with a certificate and its key, for TLS. All that are started in a folder with a folder `storage` hold the same.
    pub fn start_over(folder: &Path, protected: bool, tls: Option<(&Path, &Path)>) -> Option<Self> {
        if Command::new("docker-registry").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            assert!(std::env::var_os("KASSAY_REQUIRE_CLUSTER").is_none_or(|v| v != "1"), "docker-registry is required and absent");
            let _ = writeln!(std::io::stderr(), "skipped, for want of docker-registry");
            return None;
        }
        let storage = folder.join("storage");
        let folder = folder.join(if protected { "protected" } else { "open" });
        std::fs::create_dir(&folder).unwrap();
        // Where a test made a folder for it, one with TLS and one for the test's own hands look into the same storage.
        let storage = if storage.is_dir() { storage } else { folder.clone() };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = format!("127.0.0.1:{port}");
        let tls = tls.map_or_else(String::new, |(certificate, key)| {
            format!(", tls: {{certificate: {}, key: {}}}", certificate.display(), key.display())
        });
        let mut config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '{host}'{tls}}}\n",
            storage.display()
        );
        if protected {
            let login = folder.join("htpasswd");
            std::fs::write(&login, LOGIN).unwrap();
            config.push_str(&format!("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", login.display()));
        }
        let file = folder.join("config.yml");
        std::fs::write(&file, config).unwrap();
        let child = Command::new("docker-registry").arg("serve").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        while TcpStream::connect(&host).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "docker-registry does not listen on {host}");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self { child, host, protected })
    }

    /// What lies at an address; the status with it.
    pub fn get(&self, path: &str) -> (u16, String) {
        let (status, answer) = self.send("GET", path, "application/octet-stream", b"");
        (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let login = if self.protected { format!("Authorization: {BASIC}\r\n") } else { String::new() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAccept: {MANIFEST}, {INDEX}\r\n{login}Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.host,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("{method} {path}: {answer}"));
        (status, answer)
    }

    fn push_blob(&self, repository: &str, bytes: &[u8]) -> String {
        let (status, answer) = self.send("POST", &format!("/v2/{repository}/blobs/uploads/"), "application/octet-stream", b"");
        assert_eq!(status, 202, "{answer}");
        let place = answer.lines().find_map(|l| l.strip_prefix("Location: ")).unwrap().trim();
        let place = place.split_once(&self.host).map_or(place, |(_, path)| path);
        let digest = digest(bytes);
        let (status, answer) =
            self.send("PUT", &format!("{place}&digest={}", digest.replace(':', "%3A")), "application/octet-stream", bytes);
        assert_eq!(status, 201, "{answer}");
        digest
    }

    /// Stores a manifest as it is.
    pub fn put(&self, repository: &str, tag: &str, kind: &str, body: &str) -> String {
        let (status, answer) = self.send("PUT", &format!("/v2/{repository}/manifests/{tag}"), kind, body.as_bytes());
        assert_eq!(status, 201, "{answer}");
        digest(body.as_bytes())
    }

    /// Pushes an image with one layer of this media type and gives its digest.
    pub fn push(&self, repository: &str, tag: &str, layer: &str, content: &str) -> String {
        let config = self.push_blob(repository, b"{}");
        let blob = self.push_blob(repository, content.as_bytes());
        let body = format!(
            r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":2}},"layers":[{{"mediaType":"{layer}","digest":"{blob}","size":{}}}]}}"#,
            content.len()
        );
        self.put(repository, tag, MANIFEST, &body)
    }

    /// Signs as cosign did first: an image under the tag `sha256-….sig`.
    pub fn sign_by_tag(&self, repository: &str, image: &str) {
        self.push(repository, &format!("{}.sig", image.replace(':', "-")), COSIGN, "a payload that names the image");
    }

    /// Signs by a referrer, and lists it under the tag that stands in for the list: registries of this version serve none.
    pub fn sign_by_referrers_tag(&self, repository: &str, image: &str) {
        let signature = self.push(repository, "signature", COSIGN, "another payload");
        let body = format!(
            r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{{"mediaType":"{MANIFEST}","digest":"{signature}","size":10,"artifactType":"application/vnd.dev.cosign.artifact.sig.v1+json"}}]}}"#
        );
        self.put(repository, &image.replace(':', "-"), INDEX, &body);
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a scripted server says to a request.
#[derive(Clone)]
pub enum Says {
    /// Status, headers, body.
    This(u16, Vec<(&'static str, String)>, String),
    /// Bytes as they are, and the end of the connection.
    Raw(Vec<u8>),
    /// A head, and then a body without end, until the other side goes.
    Endless,
}

/// A server that answers as a script says, and remembers what it was asked: the whole head of each request.
pub struct Scripted {
    /// `127.0.0.1:port`.
    pub host: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Starts one; the script is given the method and the path of a request, and how often it came before.
    pub fn start(script: impl Fn(&str, &str, usize) -> Says + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (script, known) = (Arc::new(script), heads.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, known) = (script.clone(), known.clone());
                std::thread::spawn(move || serve(&stream, &*script, &known));
            }
        });
        Self { host: address.to_string(), heads }
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, script: &(dyn Fn(&str, &str, usize) -> Says + Send + Sync), known: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let mut out = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let line = head.lines().next().unwrap_or_default().to_owned();
        let before = {
            let mut known = known.lock().unwrap();
            known.push(head);
            known.iter().filter(|h| h.lines().next() == Some(&*line)).count() - 1
        };
        let mut words = line.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let written = match script(method, path, before) {
            Says::This(status, headers, body) => {
                let mut text = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n", body.len());
                headers.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
                text.push_str("\r\n");
                if method != "HEAD" {
                    text.push_str(&body);
                }
                out.write_all(text.as_bytes())
            }
            Says::Raw(bytes) => {
                let _ = out.write_all(&bytes);
                return;
            }
            Says::Endless => {
                let _ =
                    out.write_all(format!("HTTP/1.1 200 OK\r\nContent-Type: {INDEX}\r\nContent-Length: 99999999999\r\n\r\n").as_bytes());
                while out.write_all(&[b' '; 65536]).is_ok() {}
                return;
            }
        };
        if written.is_err() {
            return;
        }
    }
}
