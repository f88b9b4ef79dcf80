//! Registries on a bad day: uploads that break, services of tokens, answers without end, redirects to where nothing is to be asked.

use crate::registry::{MANIFEST, Registry, Says, Scripted};
use crate::surroundings::{GOOD, Home};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stands before a registry, and cuts each connection once so many bytes went in.
struct Cutting {
    host: String,
    left: Arc<AtomicUsize>,
}

impl Cutting {
    fn before(registry: &str, bytes: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (host, left) = (listener.local_addr().unwrap().to_string(), Arc::new(AtomicUsize::new(bytes)));
        let (behind, budget) = (registry.to_owned(), left.clone());
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let (far, budget) = (TcpStream::connect(&behind).unwrap(), budget.clone());
                let (mut back, mut to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                std::thread::spawn(move || drop(std::io::copy(&mut back, &mut to)));
                std::thread::spawn(move || pass(&near, &far, &budget));
            }
        });
        Self { host, left }
    }
}

fn pass(mut near: &TcpStream, mut far: &TcpStream, budget: &AtomicUsize) {
    let mut bytes = [0; 4096];
    while let Ok(read) = near.read(&mut bytes) {
        let left = budget.load(Ordering::SeqCst);
        let taken = read.min(left);
        budget.store(left - taken, Ordering::SeqCst);
        if far.write_all(&bytes[..taken]).is_err() || read == 0 || taken < read {
            break;
        }
    }
    let _ = (near.shutdown(Shutdown::Both), far.shutdown(Shutdown::Both));
}

#[test]
fn an_upload_that_breaks_leaves_the_tag_as_it_was() {
    let home = Home::new();
    let Some(registry) = Registry::start(home.dir.path(), false) else { return };
    let before = registry.push("kassay/prod", "latest", "application/vnd.other", "something that was there before");
    for bytes in [0, 2_000, 20_000] {
        let cutting = Cutting::before(&registry.host, bytes);
        let said = home.run(&["collect", "--demo", "--push", &format!("oci://{}/kassay/prod:latest", cutting.host)]);
        assert!(said.code == 2 && said.out.is_empty() && said.err.contains("can't be reached"), "{bytes}: {}{}", said.out, said.err);
        assert_eq!(cutting.left.load(Ordering::SeqCst), 0, "{bytes}: it was cut");
        let said =
            home.run(&["collect", "--demo", "--push", &format!("oci://{}/kassay/new:1", Cutting::before(&registry.host, bytes).host)]);
        assert_eq!(said.code, 2);
    }
    let (status, manifest) = registry.get("/v2/kassay/prod/manifests/latest");
    assert_eq!((status, crate::registry::digest(manifest.as_bytes())), (200, before));
    assert_eq!(registry.get("/v2/kassay/new/manifests/1").0, 404);
    // Where it holds, the same is stored.
    let whole = Cutting::before(&registry.host, usize::MAX / 2);
    assert_eq!(home.run(&["collect", "--demo", "--push", &format!("oci://{}/kassay/prod:latest", whole.host)]).code, 0);
}

#[test]
fn a_registry_that_refuses_a_step_is_told_in_its_words() {
    let home = Home::new();
    for (refusing, status) in [("POST", 403), ("PUT", 507)] {
        let scripted = Scripted::start(move |method, path, _| match method {
            _ if method == refusing => {
                Says::This(status, vec![], r#"{"errors":[{"code":"DENIED","message":"the quota of kassay is used up"}]}"#.to_owned())
            }
            "POST" => Says::This(202, vec![("Location", format!("{path}1?state=x"))], String::new()),
            _ => Says::This(404, vec![], String::new()),
        });
        let said = home.run(&["collect", "--demo", "--push", &format!("oci://{}/kassay/prod:1", scripted.host)]);
        assert!(said.code == 2 && said.err.contains("DENIED the quota of kassay is used up"), "{refusing}: {}", said.err);
        assert!(!scripted.heads().iter().any(|head| head.starts_with("PUT /v2/kassay/prod/manifests/")), "no manifest was sent");
    }
}

#[test]
fn tokens_are_asked_of_the_service_that_the_registry_names() {
    let home = Home::new();
    let scripted = Scripted::start(|_, path, before| match path {
        _ if path.starts_with("/token") => {
            Says::This(200, vec![], r#"{"token":"a-token-of-the-service","access_token":"a-token-of-the-service"}"#.to_owned())
        }
        _ if before == 0 => {
            Says::This(401, vec![("Www-Authenticate", "Bearer realm=\"/token\",service=\"reg\"".to_owned())], String::new())
        }
        _ => Says::This(404, vec![], String::new()),
    });
    home.login(&scripted.host, GOOD);
    let name = format!("oci://{}/kassay/prod:1", scripted.host);
    // An address without a host is none.
    let said = home.run(&["assess", "--from", &name]);
    assert!(said.code == 2 && said.err.contains("no login is sent to"), "{}", said.err);

    let host = Arc::new(std::sync::Mutex::new(String::new()));
    let own = host.clone();
    let scripted = Scripted::start(move |_, path, before| match path {
        _ if path.starts_with("/token") => {
            Says::This(200, vec![], r#"{"token":"a-token-of-the-service","access_token":"a-token-of-the-service"}"#.to_owned())
        }
        _ if before == 0 => {
            let realm = format!("Bearer realm=\"http://{}/token\",service=\"reg\"", own.lock().unwrap());
            Says::This(401, vec![("Www-Authenticate", realm)], String::new())
        }
        _ => Says::This(404, vec![], String::new()),
    });
    host.lock().unwrap().clone_from(&scripted.host);
    home.login(&scripted.host, GOOD);
    let said = home.run(&["assess", "--from", &format!("oci://{}/kassay/prod:1", scripted.host)]);
    assert!(said.code == 2 && said.err.contains("does not exist"), "{}", said.err);
    let heads = scripted.heads();
    let basic: Vec<&String> = heads.iter().filter(|head| head.contains(GOOD)).collect();
    assert_eq!(basic.len(), 1, "the login goes to the service alone");
    assert!(basic[0].starts_with("GET /token?service=reg&scope=repository%3Akassay%2Fprod%3Apull "), "{}", basic[0]);
    assert!(heads.iter().any(|head| head.contains("Bearer a-token-of-the-service")));
}

#[test]
fn no_login_goes_where_it_does_not_belong() {
    let home = Home::new();
    let stranger = Scripted::start(|_, _, _| Says::This(200, vec![], r#"{"token":"t"}"#.to_owned()));
    for realm in ["http://registry.other.example/token", "https://user@127.0.0.1/token", "file:///etc/passwd"] {
        let scripted =
            Scripted::start(move |_, _, _| Says::This(401, vec![("Www-Authenticate", format!("Bearer realm=\"{realm}\""))], String::new()));
        home.login(&scripted.host, GOOD);
        let said = home.run(&["assess", "--from", &format!("oci://{}/k:1", scripted.host)]);
        assert!(said.code == 2 && said.err.contains("no login is sent to"), "{realm}: {}", said.err);
        assert!(!scripted.heads().iter().any(|head| head.to_lowercase().contains("authorization")));
    }
    // What is read may lie elsewhere; the login does not go along.
    let to = stranger.host.clone();
    let scripted = Scripted::start(move |_, _, before| match before {
        0 => Says::This(401, vec![("Www-Authenticate", "Basic realm=\"r\"".to_owned())], String::new()),
        _ => Says::This(307, vec![("Location", format!("http://{to}/elsewhere"))], String::new()),
    });
    home.login(&scripted.host, GOOD);
    let said = home.run(&["assess", "--from", &format!("oci://{}/k:1", scripted.host)]);
    assert!(said.code == 2 && said.err.contains("is no snapshot"), "{}", said.err);
    assert!(scripted.heads().iter().any(|head| head.contains(GOOD)));
    let heads = stranger.heads();
    assert!(!heads.is_empty() && !heads.iter().any(|head| head.to_lowercase().contains("authorization")), "{heads:?}");
}

#[test]
fn answers_without_end_and_layers_of_absurd_size_are_not_read() {
    let home = Home::new();
    let scripted = Scripted::start(|_, _, _| Says::Endless);
    let said = home.run(&["assess", "--from", &format!("oci://{}/k:1", scripted.host)]);
    assert!(said.code == 2 && said.err.contains("more than the 4194304 bytes"), "{}", said.err);
    let scripted = Scripted::start(|_, path, _| match path {
        "/v2/k/manifests/1" => {
            let digest = format!("sha256:{}", "a".repeat(64));
            let layer = format!(r#"{{"mediaType":"application/vnd.kassay.snapshot.v1+gzip","digest":"{digest}","size":99999999999}}"#);
            Says::This(
                200,
                vec![],
                format!(
                    r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","artifactType":"application/vnd.kassay.snapshot.v1","layers":[{layer}]}}"#
                ),
            )
        }
        _ => Says::This(404, vec![], String::new()),
    });
    let said = home.run(&["assess", "--from", &format!("oci://{}/k:1", scripted.host)]);
    assert!(said.code == 2 && said.err.contains("it has 99999999999 bytes"), "{}", said.err);
    assert!(!scripted.heads().iter().any(|head| head.contains("/blobs/")), "nothing of it was asked for");
}

#[test]
fn a_registry_elsewhere_is_not_asked_without_tls() {
    let home = Home::new();
    // The name leads nowhere; what is asked is told by the words.
    let said = home.run(&["assess", "--from", "oci://registry.invalid:1/k:1"]);
    assert!(
        said.code == 2 && said.err.contains("registry.invalid:1 can't be reached") && said.err.contains("--registry-plain-http"),
        "{}",
        said.err
    );
}
