//! An API server that says what a test tells it to say: a healthy, empty cluster, and faults laid over single addresses.

use data_encoding::BASE64;
use kassay_core::model::Kind;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// A request that came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Address with its query.
    pub(crate) uri: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.uri.split('?').next().unwrap()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.uri.split_once('?')?.1.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Json(Value),
    /// Status, extra header line, body.
    Raw(u16, &'static str, String),
    /// What is packed with gzip already.
    Packed(Vec<u8>),
    /// Status, and a body in Kubernetes' binary form.
    Wire(u16, Vec<u8>),
    /// The connection ends in the middle of the body.
    Cut,
    /// Nothing, for as long as the client cares to wait.
    Silence,
}

/// A `Status` as the API server words it.
pub(crate) fn status(code: u16, reason: &str, message: &str) -> Reply {
    let body = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": code});
    Reply::Raw(code, "", body.to_string())
}

pub(crate) fn list(kind: &str, items: &[Value]) -> Reply {
    list_in("v1", kind, items)
}

/// A list of a group and version.
pub(crate) fn list_in(api_version: &str, kind: &str, items: &[Value]) -> Reply {
    Reply::Json(json!({"kind": kind, "apiVersion": api_version, "metadata": {"resourceVersion": "1"}, "items": items}))
}

pub(crate) fn page(kind: &str, items: &[Value], next: &str, remaining: usize) -> Reply {
    Reply::Json(json!({"kind": kind, "apiVersion": "v1", "metadata": {"continue": next, "remainingItemCount": remaining}, "items": items}))
}

/// An object that is whole enough for a pod, and for kinds that need less.
pub(crate) fn named(name: &str) -> Value {
    json!({
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}")},
        "spec": {"containers": [{"name": "app", "image": "registry.acme.example/app:1"}]}
    })
}

type Handler = dyn Fn(&Asked, usize) -> Option<Reply> + Send + Sync;

/// A running server.
pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts one. `script` sees each request and how often its path was asked before; what it leaves is answered as by a healthy cluster.
    pub(crate) fn start(script: impl Fn(&Asked, usize) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::listen(script, None)
    }

    /// The same behind TLS, with a certificate that nobody vouches for.
    pub(crate) fn start_tls(script: impl Fn(&Asked, usize) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::listen(script, Some(tls()))
    }

    /// A healthy cluster behind TLS, with the certificate that it shows and a key, whether or not the two belong together.
    pub(crate) fn start_showing(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Self {
        Self::start_showing_with(certificate, key, |_, _| None)
    }

    /// The same with a script, as of [`Self::start`].
    pub(crate) fn start_showing_with(
        certificate: CertificateDer<'static>,
        key: PrivateKeyDer<'static>,
        script: impl Fn(&Asked, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = provider.key_provider.load_private_key(key).unwrap();
        let pair = Arc::new(rustls::sign::CertifiedKey::new(vec![certificate], key));
        let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_no_client_auth().with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(pair)));
        Self::listen(script, Some(Arc::new(tls)))
    }

    /// A healthy cluster that asks whoever comes for this very certificate, which is its own too.
    pub(crate) fn start_asking(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let known = Arc::new(Known { certificate: certificate.clone(), schemes: provider.signature_verification_algorithms });
        let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_client_cert_verifier(known).with_single_cert(vec![certificate], key).unwrap();
        Self::listen(|_, _| None, Some(Arc::new(tls)))
    }

    fn listen(script: impl Fn(&Asked, usize) -> Option<Reply> + Send + Sync + 'static, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("{}://{}", if tls.is_some() { "https" } else { "http" }, listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, script): (_, Arc<Handler>) = (asked.clone(), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, script, tls) = (log.clone(), script.clone(), tls.clone());
                std::thread::spawn(move || match tls {
                    Some(tls) => serve(rustls::StreamOwned::new(rustls::ServerConnection::new(tls).unwrap(), stream), &log, &*script),
                    None => serve(stream, &log, &*script),
                });
            }
        });
        Self { address, asked, folder: tempfile::tempdir().unwrap() }
    }

    /// A server without faults.
    pub(crate) fn healthy() -> Self {
        Self::start(|_, _| None)
    }

    /// A kubeconfig whose user is given as YAML. The server is believed without a look.
    pub(crate) fn kubeconfig(&self, user: &str) -> PathBuf {
        self.kubeconfig_of("insecure-skip-tls-verify: true", user)
    }

    /// A kubeconfig with what it says of the cluster beside its address.
    pub(crate) fn kubeconfig_of(&self, cluster: &str, user: &str) -> PathBuf {
        let path = self.folder.path().join("kubeconfig");
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\nclusters:\n- name: c\n  cluster: {{server: \"{}\", {cluster}}}\n\
             contexts:\n- name: test\n  context: {{cluster: c, user: u}}\nusers:\n- name: u\n  user: {user}\n",
            self.address
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How often a path was asked.
    pub(crate) fn times(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.path() == path).count()
    }
}

/// Lets in whoever has the key of one certificate.
#[derive(Debug)]
struct Known {
    certificate: CertificateDer<'static>,
    schemes: rustls::crypto::WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for Known {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: rustls::pki_types::UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *shown == self.certificate { Ok(ClientCertVerified::assertion()) } else { Err(rustls::CertificateError::UnknownIssuer.into()) }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, shown, signed, &self.schemes)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, shown, signed, &self.schemes)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.schemes.supported_schemes()
    }
}

/// A key and its own certificate of 127.0.0.1, made for these tests and used nowhere else.
fn tls() -> Arc<rustls::ServerConfig> {
    const KEY: &str = "MC4CAQAwBQYDK2VwBCIEIOrrZBm2racui9QtCk6iIFl2xonO+7HL5w9NCIYz3mKD";
    const CERTIFICATE: &str = "MIIBWzCCAQ2gAwIBAgIURUo9YYr7g6drMCFhFX0V5XG1N4wwBQYDK2VwMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDAgFw0yNjExMjkxNDQ1NTdaGA8yMTI2MTEwNTE0NDU1N1owFDESMBAGA1UEAwwJbG9jYWxob3N0MCowBQYDK2VwAyEAp5mDcHJplloaVLzPuuRyd12opwP3p8yV1XGXGAKZEgajbzBtMB0GA1UdDgQWBBT2zeljwSitYtC6hfz7wA7CWvoPuDAfBgNVHSMEGDAWgBT2zeljwSitYtC6hfz7wA7CWvoPuDAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9zdDAFBgMrZXADQQApN5BO5AB3USfludu3wWrdi/QVZYkGuXhAByyjT1f9lcuJv0t0taqZFuaa9KG05nNP5Vq+dzkHJc5dZLSTe/IG";
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = PrivateKeyDer::try_from(BASE64.decode(KEY.as_bytes()).unwrap()).unwrap();
    let certificate = CertificateDer::from(BASE64.decode(CERTIFICATE.as_bytes()).unwrap());
    Arc::new(rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

fn serve(stream: impl Read + Write, log: &Mutex<Vec<Asked>>, script: &Handler) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = receive(&mut reader) {
        let before = {
            let mut log = log.lock().unwrap();
            log.push(asked.clone());
            log.iter().filter(|other| other.path() == asked.path()).count() - 1
        };
        let reply = script(&asked, before).unwrap_or_else(|| healthy(&asked));
        let sent = match reply {
            Reply::Json(value) => send(reader.get_mut(), 200, "", &value.to_string()),
            Reply::Raw(code, header, body) => send(reader.get_mut(), code, header, &body),
            Reply::Packed(bytes) => binary(reader.get_mut(), 200, "application/json\r\nContent-Encoding: gzip", &bytes),
            Reply::Wire(code, bytes) => binary(reader.get_mut(), code, "application/vnd.kubernetes.protobuf", &bytes),
            Reply::Cut => {
                let _ = reader
                    .get_mut()
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"kind\":\"List\",");
                return;
            }
            Reply::Silence => {
                // Until the client hangs up.
                let _ = reader.read(&mut [0; 1]);
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

fn receive(reader: &mut BufReader<impl Read>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace();
    let (method, uri) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim().to_owned();
        headers.entry(name.to_lowercase()).and_modify(|all: &mut String| *all = format!("{all}, {value}")).or_insert(value);
    }
    let length = headers.get("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, uri, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

fn send(writer: &mut impl Write, code: u16, header: &str, body: &str) -> std::io::Result<()> {
    let extra = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
    write!(writer, "HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{extra}\r\n{body}", body.len())?;
    writer.flush()
}

fn binary(writer: &mut impl Write, code: u16, form: &str, bytes: &[u8]) -> std::io::Result<()> {
    write!(writer, "HTTP/1.1 {code} X\r\nContent-Type: {form}\r\nContent-Length: {}\r\n\r\n", bytes.len())?;
    writer.write_all(bytes)?;
    writer.flush()
}

/// The groups of all stock kinds, in the aggregated form.
pub(crate) fn groups() -> Vec<Value> {
    let mut groups: Vec<(&str, Vec<Value>)> = vec![("authentication.k8s.io", vec![json!({"resource": "selfsubjectreviews"})])];
    for kind in Kind::ALL.iter().filter(|kind| kind.stock() && !kind.group().is_empty()) {
        let resource = json!({"resource": kind.resource()});
        match groups.iter_mut().find(|(group, _)| *group == kind.group()) {
            Some((_, resources)) => resources.push(resource),
            None => groups.push((kind.group(), vec![resource])),
        }
    }
    let told = |(group, resources): (&str, Vec<Value>)| json!({"metadata": {"name": group}, "versions": [{"version": "v1", "freshness": "Current", "resources": resources}]});
    groups.into_iter().map(told).collect()
}

pub(crate) fn discovery(groups: &[Value]) -> Reply {
    Reply::Json(json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": groups}))
}

fn healthy(asked: &Asked) -> Reply {
    let accept = asked.header("accept");
    match asked.path() {
        "/version" => Reply::Json(json!({"major": "1", "minor": "34", "gitVersion": "v1.34.4"})),
        "/apis" => discovery(&groups()),
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => Reply::Json(
            json!({"kind": "SelfSubjectReview", "status": {"userInfo": {"username": "assessor", "groups": ["qsa", "system:authenticated"]}}}),
        ),
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => Reply::Json(
            json!({"kind": "SelfSubjectAccessReview", "status": {"allowed": !asked.body.contains("\"secrets\"") && !asked.body.contains("unheard-of"), "reason": "because"}}),
        ),
        "/api/v1/namespaces" => list(
            "NamespaceList",
            &[json!({"metadata": {"name": "kube-system", "uid": "the-uid"}}), json!({"metadata": {"name": "shop", "uid": "s"}})],
        ),
        "/api/v1/namespaces/kube-system" => {
            Reply::Json(json!({"kind": "PartialObjectMetadata", "metadata": {"name": "kube-system", "uid": "the-uid"}}))
        }
        path if path.ends_with("/secrets") && accept.contains("as=Table") => {
            let rows = if path.contains("/shop/") {
                json!([{"cells": ["db", "Opaque", 2, "400d"]}, {"cells": ["old-token", "kubernetes.io/service-account-token", 3, "3y"]}])
            } else {
                json!([])
            };
            let columns = ["Name", "Type", "Data", "Age"].map(|name| json!({"name": name, "type": "string"}));
            Reply::Json(
                json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {}, "columnDefinitions": columns, "rows": rows}),
            )
        }
        path if path.ends_with("/secrets") && accept.contains("as=PartialObjectMetadataList") => {
            let token = json!({"metadata": {"name": "old-token", "namespace": "shop", "creationTimestamp": "2023-01-02T03:04:05Z", "labels": {"kubernetes.io/legacy-token-last-used": "2024-05-06"}}});
            list_in("meta.k8s.io/v1", "PartialObjectMetadataList", &[token])
        }
        path => match Kind::ALL
            .iter()
            .find(|kind| kind.stock() && path.ends_with(&format!("/{}", kind.resource())) && path.contains(kind.group()))
        {
            Some(kind) => {
                let place: Vec<&str> = path.split('/').collect();
                let api_version = if place[1] == "api" { "v1".to_owned() } else { format!("{}/{}", place[2], place[3]) };
                list_in(&api_version, &format!("{}List", kind.kind()), &[])
            }
            None => status(404, "NotFound", "the server could not find the requested resource"),
        },
    }
}
