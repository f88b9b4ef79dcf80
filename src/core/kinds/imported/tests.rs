//! What is recognised, what is kept of it, and what never is.

use super::*;

fn read(text: &str) -> Content {
    Imported::recognise("a file", text.as_bytes()).map(|import| import.content).unwrap_or_else(|| panic!("not recognised: {text}"))
}

fn is_nothing(text: &str) -> bool {
    Imported::recognise("audit-policy.yaml", text.as_bytes()).is_none()
}

fn scan(text: &str) -> Scan {
    match read(text) {
        Content::Scan(scan) => scan,
        other => panic!("{other:?}"),
    }
}

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn policies_are_recognised_in_yaml_and_json_by_what_they_say() {
    let yaml = "# ours\napiVersion: audit.k8s.io/v1 # stable\nkind: \"Policy\"\nomitStages:\n  - RequestReceived\nrules:\n- level: None\n  users: null\n- {level: Metadata}\n";
    let Content::AuditPolicy(policy) = read(yaml) else { panic!() };
    assert_eq!((policy.rules.len(), policy.faults(None)), (2, vec![]));
    let json =
        serde_json::json!({"rules": policy.rules, "kind": "Policy", "apiVersion": "audit.k8s.io/v1", "omitStages": ["RequestReceived"]});
    assert_eq!(read(&json.to_string()), Content::AuditPolicy(policy.clone()));
    assert_eq!(read(&format!("---\nkind: Namespace\napiVersion: v1\n---\n{yaml}")), Content::AuditPolicy(policy));
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(yaml.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert!(Imported::recognise("p", &wide).is_some());
}

#[test]
fn other_files_are_no_import_whatever_their_name() {
    assert!(is_nothing("kind: Policy\napiVersion: kyverno.io/v1\n"));
    assert!(is_nothing("apiVersion: v1\nkind: ConfigMap\ndata:\n  p: |\n    apiVersion: audit.k8s.io/v1\n    kind: Policy\n"));
    assert!(is_nothing("{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\"}\n"));
    assert!(is_nothing("{\"apiVersion\":\"v1\",\"items\":[{\"Controls\":1}],\"runs\":[]}"));
    assert!(is_nothing("{\"matches\":[],\"descriptor\":{\"name\":\"other\"}}"));
    assert!(is_nothing("{\"runs\":[{\"tool\":{\"driver\":{\"name\":\"kassay\"}},\"results\":[]}]}"));
    assert!(is_nothing("") && is_nothing("[]") && is_nothing("{}") && is_nothing("%PDF-1.7\n"));
}

#[test]
fn what_breaks_off_is_broken_and_not_nothing() {
    let broken = |text: &str, wanted: Form| match read(text) {
        Content::Broken { form, why } => assert!(form == wanted && !why.contains("hunter2"), "{why}"),
        other => panic!("{other:?}"),
    };
    broken("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: [hunter2\n", Form::AuditPolicy);
    broken("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: hunter2\n", Form::AuditPolicy);
    broken("{\"apiVersion\":\"audit.k8s.io/v1\",\"kind\":\"Policy\",\"rules\":[{", Form::AuditPolicy);
    broken("{\"Controls\":[{\"id\":\"1\",\"tests\":[{\"resu", Form::Benchmark);
    broken("{\"Controls\":[]}", Form::Benchmark);
    broken("{\"SchemaVersion\":2,\"ArtifactName\":\"a\",\"Results\":[{\"Secrets\":[{\"Match\":\"hunter2", Form::Scan);
    broken("{\"matches\":[{\"vulnerability\":{},\"artifact\":{}},", Form::Scan);
    broken("{\"runs\":[{\"tool\":{\"driver\":{\"name\":\"Trivy\"", Form::Scan);
    broken("apiVersion: audit.k8s.io/v1\nkind: Policy\n---\nkind: Policy\napiVersion: audit.k8s.io/v1\n", Form::AuditPolicy);
}

#[test]
fn policies_with_which_no_server_starts_say_why() {
    let faults = |rules: &str| match read(&format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {rules}\n")) {
        Content::AuditPolicy(policy) => policy.faults(Some(35)).len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(faults("[]"), 1);
    assert_eq!(faults("[{level: metadata}]"), 1);
    assert_eq!(faults("[{level: None, resources: [{group: '*'}]}]"), 1);
    assert_eq!(faults("[{level: None, resources: [{group: apps/v1}]}]"), 1);
    assert_eq!(faults("[{level: None, resources: [{group: '', resourceNames: [a]}]}]"), 1);
    assert_eq!(faults("[{level: None, nonResourceURLs: ['/a*', 'b', '/c*/d', '*'], namespaces: [x]}]"), 3);
    assert_eq!(faults("[{level: None, omitStages: [Received]}]"), 1);
    let Content::AuditPolicy(star) = read("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None, resources: [{group: '*'}]}]\n")
    else {
        panic!()
    };
    assert_eq!((star.faults(Some(35)).len(), star.faults(Some(36)).len(), star.faults(None).len()), (1, 0, 0));
}

#[test]
fn a_policy_is_one_in_every_style_of_yaml() {
    let indented = "  apiVersion: audit.k8s.io/v1\n  kind: Policy\n  rules:\n  - level: Metadata\n";
    for text in [
        indented,
        "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata}]}\n",
        "\"apiVersion\": \"audit.k8s.io/v1\"\n'kind': Policy\nrules: [{level: Metadata}]\n",
        "apiVersion:\n  audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n",
    ] {
        let Content::AuditPolicy(policy) = read(text) else { panic!("{text}") };
        assert_eq!((policy.rules.len(), policy.faults(None)), (1, vec![]), "{text}");
    }
    assert!(is_nothing("{apiVersion: v1, kind: ConfigMap, data: {a: audit.k8s.io/v1 Policy}}\n"));
    assert!(matches!(read("  apiVersion: audit.k8s.io/v1\n  kind: Policy\n  rules: [hunter2\n"), Content::Broken { .. }));
}

#[test]
fn what_trivy_found_in_a_workload_without_images_is_counted_and_named() {
    let text = r#"{"ClusterName":"prod","Findings":[{"Namespace":"pay","Kind":"Pod","Name":"till-0","Results":[{"Class":"lang-pkgs","Vulnerabilities":[{"Severity":"CRITICAL"}]}]},{"Kind":"Role","Name":"r","Results":[{"Class":"config"}]}]}"#;
    let found = scan(text);
    assert_eq!((found.images.len(), found.unnamed.len()), (0, 1));
    assert_eq!((found.unnamed[0].name.as_str(), found.unnamed[0].counts.critical), ("Pod pay/till-0", 1));
    assert_eq!(read(text).to_string(), "a Trivy report of 0 images and 1 workload without an image");
}

#[test]
fn kube_bench_is_read_in_its_three_shapes() {
    let group = r#"{"id":"1","version":"cis-1.10","detected_version":"1.34","node_type":"master","tests":[{"section":"1.1","results":[{"test_number":"1.1.1","test_desc":"words","status":"FAIL","actual_value":"hunter2","audit":"stat"},{"test_number":"1.1.2","status":"PASS"},{"test_number":"1.1.3","status":"SKIP"}]}]}"#;
    for text in [format!("{{\"Controls\":[{group}],\"Totals\":{{}}}}"), format!("[{group}]"), format!("{group}\n")] {
        let Content::Benchmark(benchmark) = read(&text) else { panic!("{text}") };
        let statuses: Vec<Status> = benchmark.results.iter().map(|result| result.status).collect();
        assert_eq!((benchmark.version.as_str(), statuses), ("cis-1.10", vec![Status::Fail, Status::Pass, Status::Unknown]));
        assert!(!serde_json::to_string(&benchmark).unwrap_or_default().contains("hunter2"));
    }
}

#[test]
fn trivy_tells_of_an_image_or_of_a_cluster_and_keeps_no_secret() {
    let one = format!(
        r#"{{"SchemaVersion":2,"CreatedAt":"2026-11-20T10:00:00.5Z","ArtifactName":"r.example/a:1","ArtifactType":"container_image","Metadata":{{"OS":{{"Family":"debian","EOSL":true}},"ImageID":"{DIGEST}","RepoTags":["r.example/a:1"],"RepoDigests":["r.example/a@{DIGEST}"]}},"Results":[{{"Target":"a","Class":"os-pkgs","Vulnerabilities":[{{"Severity":"CRITICAL","FixedVersion":"2"}},{{"Severity":"HIGH"}},{{"Severity":"odd"}}]}},{{"Class":"secret","Secrets":[{{"Match":"hunter2"}}]}}]}}"#
    );
    let found = scan(&one);
    let image = &found.images[0];
    assert_eq!((image.counts.critical, image.counts.high, image.counts.unknown, image.counts.fixable), (1, 1, 1, 1));
    assert!(image.packages && image.end_of_life && image.at.is_some());
    assert_eq!((image.digests.len(), image.references.len()), (1, 2));
    assert!(!serde_json::to_string(&found).unwrap_or_default().contains("hunter2"));
    let only_secrets = one.replace("os-pkgs", "secret").replace("\"Vulnerabilities\"", "\"Other\"");
    assert!(!scan(&only_secrets).images[0].packages);
    let cluster = format!(
        r#"{{"ClusterName":"prod","Resources":[{{"Namespace":"shop","Kind":"Deployment","Name":"web","Metadata":[{{"RepoTags":["a:1"]}},{{"RepoDigests":["b@{DIGEST}"]}}],"Results":[{{"Class":"os-pkgs","Vulnerabilities":[{{"Severity":"HIGH"}}]}}]}},{{"Kind":"Role","Results":[{{"Class":"config"}}]}},{{"Metadata":{{"RepoTags":["c:1"]}},"Error":"no such image"}}]}}"#
    );
    let found = scan(&cluster);
    assert_eq!(found.images.iter().map(ScannedImage::name).collect::<Vec<_>>(), ["a:1", &format!("b@{DIGEST}"), "c:1"]);
    assert!(found.images[..2].iter().all(|image| image.counts.high == 1) && found.images[2].error == "no such image");
    assert_eq!(read(&cluster).to_string(), "a Trivy report of 3 images");
    assert_eq!(scan(r#"{"SchemaVersion":2,"ArtifactName":".","ArtifactType":"filesystem"}"#).other, "filesystem");
}

#[test]
fn grype_and_sarif_tell_of_images_too() {
    let grype = format!(
        r#"{{"matches":[{{"vulnerability":{{"severity":"High","fix":{{"state":"fixed"}}}}}},{{"vulnerability":{{"severity":"Negligible"}}}}],"ignoredMatches":[{{}}],"source":{{"type":"image","target":{{"userInput":"a:1","manifestDigest":"{DIGEST}","tags":["a:1"],"repoDigests":[]}}}},"descriptor":{{"name":"grype","version":"0.100","timestamp":"2026-11-20T10:00:00Z"}}}}"#
    );
    let image = &scan(&grype).images[0];
    assert_eq!((image.counts.high, image.counts.low, image.counts.fixable, image.suppressed), (1, 1, 1, 1));
    assert_eq!((image.references.clone(), image.digests.clone()), (vec!["a:1".to_owned()], vec![DIGEST.to_owned()]));
    let trivy = format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"Trivy","version":"0.60","rules":[{{"id":"CVE-1","name":"OsPackageVulnerability","properties":{{"tags":["vulnerability","security","CRITICAL"]}},"help":{{"text":"Fixed Version: 2\n"}}}},{{"id":"aws","name":"Secret","fullDescription":{{"text":"hunter2"}},"properties":{{"tags":["secret","CRITICAL"]}}}}]}}}},"results":[{{"ruleId":"CVE-1"}},{{"ruleId":"CVE-1"}},{{"ruleId":"aws"}}],"properties":{{"imageName":"a:1","imageID":"{DIGEST}","repoTags":null}}}}]}}"#
    );
    let found = scan(&trivy);
    assert_eq!((found.images[0].counts.critical, found.images[0].counts.fixable), (2, 2));
    let grype = format!(
        r#"{{"runs":[{{"tool":{{"driver":{{"name":"grype","rules":[{{"id":"CVE-2-x","shortDescription":{{"text":"CVE-2 high vulnerability for x package"}}}}]}}}},"results":[{{"ruleId":"CVE-2-x","locations":[{{"logicalLocations":[{{"fullyQualifiedName":"r.example:5000/a:1@{DIGEST}:/usr/lib"}}]}}]}}]}}]}}"#
    );
    let image = &scan(&grype).images[0];
    assert_eq!((image.name(), image.digests.len(), image.counts.high), ("r.example:5000/a:1", 1, 1));
}
