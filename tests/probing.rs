//! What active probes would send, as [`kassay_core::analysis::probing::plan`] lists it beforehand.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "shared with the tests of checks")]
mod fixture;

use kassay_core::analysis::probing::{self, API_PATHS, plan};
use kassay_core::kinds::{Method, Purpose, Source};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

fn input(text: &str) -> fixture::Input {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.replace("DIGEST", DIGEST).as_bytes()).unwrap();
    fixture::load(file.path())
}

fn lines(input: &fixture::Input) -> Vec<String> {
    let plan = plan(&input.inventory, &input.scope);
    plan.requests.iter().map(|r| format!("{} {}", r.method.word(), if r.url.is_empty() { &r.image } else { &r.url })).collect()
}

const CLUSTER: &str = r#"
kind: Conditions
cluster: {server: "https://10.40.0.10:6443"}
scope: {trusted_registries: ["http://registry.acme.example:5000/pay"], namespace: [{match: tools, category: out_of_scope}]}
---
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: api}
spec: {containers: [{name: app, image: "registry.acme.example:5000/pay/api:1.2"}]}
status: {phase: Running, containerStatuses: [{name: app, imageID: "mirror.example/pay/api@DIGEST"}]}
---
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: api-2}
spec: {containers: [{name: app, image: "registry.acme.example:5000/pay/api@DIGEST"}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {namespace: shop, name: nightly}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: app, image: "nginx"}]}}}}}
---
apiVersion: v1
kind: Pod
metadata: {namespace: tools, name: build}
spec: {containers: [{name: app, image: "registry.elsewhere.example/build:1"}]}
---
apiVersion: v1
kind: Pod
metadata: {namespace: kube-system, name: proxy}
spec: {containers: [{name: app, image: "registry.k8s.io/kube-proxy:v1.34.0"}]}
"#;

#[test]
fn the_plan_lists_each_image_in_scope_once_and_nothing_else() {
    let hex = DIGEST.strip_prefix("sha256:").unwrap();
    let mut wanted: Vec<String> = API_PATHS.iter().map(|path| format!("GET https://10.40.0.10:6443{path}")).collect();
    let own = "http://registry.acme.example:5000/v2/pay/api";
    wanted.extend([
        format!("HEAD {own}/manifests/{DIGEST}"),
        format!("GET {own}/referrers/{DIGEST}"),
        format!("GET {own}/manifests/sha256-{hex}"),
        format!("GET {own}/manifests/sha256-{hex}.sig"),
        "GET registry.acme.example:5000/pay/api".to_owned(),
        "HEAD https://registry-1.docker.io/v2/library/nginx/manifests/latest".to_owned(),
        "GET docker.io/library/nginx".to_owned(),
    ]);
    assert_eq!(lines(&input(CLUSTER)), wanted);
}

#[test]
fn files_are_no_server_that_could_be_asked() {
    let mut files = input(CLUSTER);
    files.inventory.source = Source::Files;
    assert!(plan(&files.inventory, &files.scope).requests.iter().all(|request| request.purpose != Purpose::Api));
}

#[test]
fn what_makes_no_sound_address_is_left_out_and_said() {
    let text = r#"
kind: Conditions
---
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: a}
spec: {containers: [{name: app, image: "r.example/a/../../etc:1"}, {name: b, image: "{{ image }}"}, {name: c, image: "r.example/c:1\r\nHost: x"}]}
"#;
    let input = input(text);
    let plan = plan(&input.inventory, &input.scope);
    assert!(plan.requests.is_empty(), "{:?}", plan.requests);
    assert_eq!(plan.left_out.len(), 3, "{:?}", plan.left_out);
}

#[test]
fn there_is_an_end_to_what_is_asked() {
    let mut text = "kind: Conditions\n".to_owned();
    for nth in 0..probing::MOST_IMAGES + 5 {
        text.push_str(&format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{namespace: shop, name: p{nth}}}\nspec: {{containers: [{{name: app, image: \"r.example/i{nth}:1\"}}]}}\n"
        ));
    }
    let input = input(&text);
    let plan = plan(&input.inventory, &input.scope);
    let manifests = plan.requests.iter().filter(|r| r.purpose == Purpose::Manifest).count();
    assert_eq!((manifests, plan.left_out.len()), (probing::MOST_IMAGES, 5));
}

/// The fixtures of active checks speak of requests that would really be sent.
#[test]
fn probes_of_fixtures_stand_in_the_plan() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/checks");
    let mut seen = 0;
    for check in ["1.1-anonymous-probe", "13.1-anonymous-pull", "13.4-signatures"] {
        for case in std::fs::read_dir(folder.join(check)).unwrap() {
            let case = case.unwrap().path();
            let input = fixture::load(&case.join("input.yaml"));
            let plan = plan(&input.inventory, &input.scope);
            let planned: BTreeSet<_> = plan.requests.iter().collect();
            for probe in input.inventory.probes.iter().flat_map(|p| &p.sent).filter(|p| p.request.purpose != Purpose::Token) {
                assert!(planned.contains(&probe.request), "{}: {:?} is not planned", case.display(), probe.request);
                assert!(probe.request.purpose != Purpose::Manifest || probe.request.method == Method::Head);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "only {seen} probes");
}
