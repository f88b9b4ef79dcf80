//! A stand-in of an API server that holds the lists of a made-up cluster, packed once in either form, so that it costs next to nothing beside who asks.

use super::large::Large;
use super::wire_writer::Writer;
use flate2::Compression;
use flate2::write::GzEncoder;
use kassay_core::kinds::wire;
use kassay_core::model::Kind;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

/// Objects on a page, as they are asked for.
const PAGE: usize = 500;

/// The answer to an address, in JSON and, where the kind has it, in the binary form; packed, and as it is.
type Answers = HashMap<String, Vec<Form>>;

struct Form {
    accept: &'static str,
    plain: Vec<u8>,
    packed: Vec<u8>,
}

pub struct StandIn {
    address: String,
    lists: Vec<String>,
    folder: tempfile::TempDir,
}

impl StandIn {
    pub fn start(large: &Large) -> Self {
        let (mut answers, mut lists) = (Answers::new(), Vec::new());
        let writer = Writer::new();
        for kind in Kind::ALL.iter().filter(|kind| kind.stock() && **kind != Kind::Secrets) {
            let path = path_of(*kind);
            lists.push(format!("{path}?limit={PAGE}"));
            let pages: Vec<&[String]> = match large.objects(*kind) {
                [] => vec![&[]],
                objects => objects.chunks(PAGE).collect(),
            };
            for (at, page) in pages.iter().enumerate() {
                let left = large.objects(*kind).len() - (at * PAGE + page.len());
                let next = if left == 0 { String::new() } else { (at + 1).to_string() };
                let address = if at == 0 { path.clone() } else { format!("{path}#{at}") };
                answers.insert(address, forms(&writer, *kind, page, &next, left));
            }
        }
        let answers = Arc::new(answers);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = answers.clone();
                std::thread::spawn(move || serve(stream, &answers));
            }
        });
        Self { address, lists, folder: tempfile::tempdir().unwrap() }
    }

    pub fn kubeconfig(&self) -> PathBuf {
        let path = self.folder.path().join("kubeconfig");
        let config = json!({"apiVersion": "v1", "kind": "Config", "current-context": "stand-in",
            "clusters": [{"name": "stand-in", "cluster": {"server": self.address}}],
            "contexts": [{"name": "stand-in", "context": {"cluster": "stand-in", "user": "bench"}}],
            "users": [{"name": "bench", "user": {}}]});
        std::fs::write(&path, config.to_string()).unwrap();
        path
    }

    /// What is asked for. Secrets are not among it: the made-up cluster has rows of them, and no Tables.
    pub fn lists(&self) -> Vec<String> {
        self.lists.clone()
    }
}

fn path_of(kind: Kind) -> String {
    match kind.group() {
        "" => format!("/api/{}/{}", kind.version(), kind.resource()),
        group => format!("/apis/{group}/{}/{}", kind.version(), kind.resource()),
    }
}

fn forms(writer: &Writer, kind: Kind, objects: &[String], next: &str, left: usize) -> Vec<Form> {
    let api_version = if kind.group().is_empty() { kind.version().to_owned() } else { format!("{}/{}", kind.group(), kind.version()) };
    let left = Some(left).filter(|left| *left > 0);
    let head = json!({"kind": format!("{}List", kind.kind()), "apiVersion": api_version, "metadata": {"resourceVersion": "1", "continue": next, "remainingItemCount": left}});
    let head = head.to_string();
    let json = format!("{},\"items\":[{}]}}", head.strip_suffix('}').unwrap(), objects.join(","));
    let mut forms = vec![form("application/json", json.into_bytes())];
    if wire::knows(&api_version, kind.kind()) {
        let objects: Vec<Value> = objects.iter().map(|object| serde_json::from_str(object).unwrap()).collect();
        forms.push(form("application/vnd.kubernetes.protobuf", writer.page(&api_version, kind.kind(), next, left, &objects)));
    }
    forms
}

fn form(accept: &'static str, plain: Vec<u8>) -> Form {
    // As the API server packs.
    let mut packed = GzEncoder::new(Vec::new(), Compression::new(1));
    packed.write_all(&plain).unwrap();
    Form { accept, packed: packed.finish().unwrap(), plain }
}

fn serve(stream: TcpStream, answers: &Answers) -> Option<()> {
    // As API servers send.
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let uri = line.split(' ').nth(1)?.to_owned();
        let (mut accept, mut packs, mut length) = (String::new(), false, 0);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim_end().split_once(':') else { break };
            match name.to_lowercase().as_str() {
                "accept" => value.trim().clone_into(&mut accept),
                "accept-encoding" => packs = value.contains("gzip"),
                "content-length" => length = value.trim().parse().ok()?,
                _ => {}
            }
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
        let (path, query) = uri.split_once('?').unwrap_or((&uri, ""));
        let page = query.split('&').find_map(|pair| pair.strip_prefix("continue="));
        let address = page.map_or_else(|| path.to_owned(), |page| format!("{path}#{page}"));
        // The form that is named first, where there is one.
        let named = |form: &&Form| accept.split(',').any(|accept| accept == form.accept);
        match answers.get(&address).and_then(|forms| forms.iter().rev().find(named)) {
            Some(form) if packs => send(reader.get_mut(), "200 OK", "Content-Encoding: gzip\r\n", &form.packed),
            Some(form) => send(reader.get_mut(), "200 OK", "", &form.plain),
            None => match other(path) {
                None => send(reader.get_mut(), "404 Not Found", "", br#"{"kind":"Status","message":"not found"}"#),
                Some(body) => send(reader.get_mut(), "200 OK", "", body.to_string().as_bytes()),
            },
        }
        .ok()?;
    }
}

fn send(stream: &mut TcpStream, status: &str, more: &str, body: &[u8]) -> std::io::Result<()> {
    stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{more}\r\n", body.len()).as_bytes())?;
    stream.write_all(body)
}

/// What is asked beside lists.
fn other(path: &str) -> Option<Value> {
    let rows =
        json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {}, "columnDefinitions": [{"name": "Name"}], "rows": []});
    Some(match path {
        "/version" => json!({"major": "1", "minor": "34", "gitVersion": "v1.34.4"}),
        "/apis" => {
            let mut groups: HashMap<&str, Vec<Value>> = HashMap::new();
            for kind in Kind::ALL.iter().filter(|kind| kind.stock() && !kind.group().is_empty()) {
                groups.entry(kind.group()).or_default().push(json!({"resource": kind.resource()}));
            }
            groups.insert("authentication.k8s.io", vec![json!({"resource": "selfsubjectreviews"})]);
            let told = |(group, resources)| json!({"metadata": {"name": group}, "versions": [{"version": "v1", "freshness": "Current", "resources": resources}]});
            json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": groups.into_iter().map(told).collect::<Vec<_>>()})
        }
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => {
            json!({"kind": "SelfSubjectReview", "status": {"userInfo": {"username": "bench"}}})
        }
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => json!({"kind": "SelfSubjectAccessReview", "status": {"allowed": true}}),
        path if path.ends_with("/secrets") => rows,
        _ => return None,
    })
}
