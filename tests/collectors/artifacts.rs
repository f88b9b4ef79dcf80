//! Snapshots in Debian's registry, over TLS with a login: what is stored is what a file would be, and what is read is what was stored.

use crate::registry::{COSIGN, INDEX, MANIFEST, digest};
use crate::surroundings::{Home, Said, Stand, WRONG, key};
use serde_json::{Value, json};
use std::fs;

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn refused(said: &Said, words: &[&str]) {
    assert_eq!(said.code, 2, "{}{}", said.out, said.err);
    for word in words {
        assert!(said.err.contains(word), "{word}: {}", said.err);
    }
}

#[test]
fn a_snapshot_is_stored_and_read_again() {
    let Some(stand) = Stand::start() else { return };
    let file = stand.home.text("demo.kassay.gz");
    let said = stand.run(&["collect", "--demo", "-f", &file, "--push", &stand.name("kassay/prod-eu:2026-11-29")]);
    assert_eq!(said.code, 0, "{}", said.err);
    let name = said.out.trim();
    let told = name.strip_prefix(&stand.name("kassay/prod-eu:2026-11-29@")).unwrap();
    // The digest is that of what the registry gives under the tag, and the layer is the file.
    let (status, manifest) = stand.hands.get("/v2/kassay/prod-eu/manifests/2026-11-29");
    assert_eq!((status, digest(manifest.as_bytes()).as_str()), (200, told));
    let manifest = json_of(&manifest);
    let bytes = fs::read(&file).unwrap();
    assert_eq!(manifest["mediaType"], MANIFEST);
    assert_eq!(manifest["artifactType"], "application/vnd.kassay.snapshot.v1");
    assert_eq!(manifest["config"], json!({"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2}));
    let layer = &manifest["layers"][0];
    assert_eq!(layer["mediaType"], "application/vnd.kassay.snapshot.v1+gzip");
    assert_eq!((layer["digest"].as_str().unwrap(), layer["size"].as_u64().unwrap()), (digest(&bytes).as_str(), bytes.len() as u64));
    assert_eq!(layer["annotations"]["org.opencontainers.image.title"], "prod-eu.kassay.gz");
    assert!(
        manifest["annotations"]["vnd.kassay.cluster.uid"].is_string()
            && manifest["annotations"]["org.opencontainers.image.created"].is_string()
    );
    // Read by its tag and by its digest, it is judged as the file is.
    let judge = |from: &str| {
        let said = stand.run(&["assess", "--from", from, "-o", "json"]);
        assert_eq!(said.code, 1, "{}", said.err);
        json_of(&said.out)
    };
    let wanted = judge(&file);
    for from in [stand.name("kassay/prod-eu:2026-11-29"), name.to_owned(), stand.name(&format!("kassay/prod-eu@{told}"))] {
        assert_eq!(judge(&from), wanted, "{from}");
    }
    // The workbook keeps the digest, and calls the cluster by the repository; nothing keeps the login.
    let book = stand.home.text("book");
    let said = stand.run(&["assess", "--from", &stand.name("kassay/prod-eu:2026-11-29"), "--workbook", &book]);
    assert_eq!(said.code, 1, "{}", said.err);
    let workbook = fs::read_to_string(format!("{book}/workbook.toml")).unwrap();
    assert!(workbook.contains(&format!("source = \"snapshot {name}\"")) && workbook.contains("key = \"prod-eu\""), "{workbook}");
    assert!(![&workbook, &said.err, &said.out].iter().any(|text| text.contains("cHVzaDpwdXNo") || text.contains("push:push")));
    for verb in ["reach", "access", "trial"] {
        let said = stand.run(&[verb, "--from", name, "-o", "json"]);
        assert!(said.code != 2 && said.out.starts_with('{'), "{verb}: {}", said.err);
    }
}

#[test]
fn a_tag_is_made_of_the_time_and_one_that_moves_is_told() {
    let Some(stand) = Stand::start() else { return };
    let name = stand.push_demo("kassay/demo");
    let tag = name.strip_prefix(&stand.name("kassay/demo:")).unwrap().split('@').next().unwrap();
    assert!(tag.len() == "2026-11-29T09-00-00Z".len() && tag.ends_with('Z'), "{tag}");
    let pod = stand.home.text("pod.yaml");
    fs::write(&pod, "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n}, spec: {containers: [{name: c, image: i}]}}").unwrap();
    let first = stand.push_demo("kassay/demo:latest");
    let again = stand.run(&["collect", "--demo", "--push", &stand.name("kassay/demo:latest")]);
    assert!(again.out.trim() == first && !again.err.contains("before"), "{}", again.err);
    let other = stand.run(&["collect", "--from", &pod, "--push", &stand.name("kassay/demo:latest")]);
    let before = first.split('@').nth(1).unwrap();
    assert!(other.code == 0 && other.err.contains(&format!("The tag was that of {before} before")), "{}", other.err);
}

#[test]
fn what_is_wrong_is_one_clear_sentence() {
    let Some(stand) = Stand::start() else { return };
    stand.push_demo("kassay/demo:there");
    let read = |from: &str| stand.run(&["assess", "--from", from]);
    refused(&read(&stand.name("kassay/demo:gone")), &["kassay/demo:gone does not exist", "list-tags"]);
    refused(&read(&stand.name("kassay/none:there")), &["does not exist"]);
    refused(&read(&stand.name("kassay/demo")), &["names neither a tag nor a digest"]);
    refused(
        &read("oci://registry/kassay/demo:there"),
        &["“registry” is no registry", "docker.io/registry/", "Write the registry's host in front"],
    );
    refused(&read(&stand.name("Kassay/demo:there")), &["no name of a repository"]);
    refused(&read(&stand.name("kassay/demo:a+b")), &["“a+b” is no tag"]);
    refused(&stand.run(&["assess", "--from", &stand.name("kassay/demo:there"), "--complete"]), &["tells itself what was read"]);
    refused(&stand.run(&["collect", "--demo", "--push", &stand.name(&format!("k@sha256:{}", "a".repeat(64)))]), &["names a digest"]);
    // Something else is stored there: an image, a list of images, another artifact.
    stand.hands.push("kassay/demo", "image", "application/vnd.oci.image.layer.v1.tar+gzip", "not a snapshot");
    refused(&read(&stand.name("kassay/demo:image")), &["is no snapshot", "application/vnd.oci.image.config.v1+json"]);
    stand.hands.put("kassay/demo", "list", INDEX, &format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[]}}"#));
    refused(&read(&stand.name("kassay/demo:list")), &["is no snapshot", INDEX]);
    // Who is asked is not believed, or does not believe.
    let home = Home::new();
    home.login(&stand.registry.host, crate::surroundings::GOOD);
    let name = stand.name("kassay/demo:there");
    let https = ["assess", "--from", &name, "--registry-ca", &stand.home.text("registry.pem")];
    fs::write(stand.home.path("other.pem"), "no certificate").unwrap();
    refused(
        &home.run(&["assess", "--from", &name, "--registry-ca", &stand.home.text("other.pem")]),
        &["can't be used as the registry's authorities"],
    );
    assert_eq!(home.run(&https).code, 1, "its own certificate is believed where it is named");
    stand.home.login(&stand.registry.host, WRONG);
    for said in [read(&name), stand.run(&["collect", "--demo", "--push", &stand.name("kassay/demo:new")])] {
        refused(&said, &["does not accept this login", "401", "docker login"]);
        assert!(!said.err.contains("wrong-secret") && !said.err.contains(WRONG), "{}", said.err);
    }
    fs::remove_file(stand.home.path(".docker/config.json")).unwrap();
    refused(&read(&name), &["asks for a login, and none is known for it"]);
    fs::write(stand.home.path(".docker/config.json"), r#"{"auths": {"x": {"auth": "secret-that-is-not-shown"#).unwrap();
    let said = read(&name);
    refused(&said, &["can't be used", "line 1"]);
    assert!(!said.err.contains("secret-that"), "{}", said.err);
}

#[test]
fn two_sign_and_those_who_may_are_asked_for() {
    let Some(stand) = Stand::start() else { return };
    let name = stand.push_demo("kassay/prod:1");
    let subject = name.split('@').nth(1).unwrap();
    let tag = subject.replace(':', "-");
    // Somebody else's entry stands in the list already, with a field that nobody here knows.
    let other = stand.hands.push("kassay/prod", "scan", COSIGN, "a scan");
    let entry =
        json!({"mediaType": MANIFEST, "digest": other, "size": 400, "artifactType": "application/vnd.acme.scan", "unheard": {"of": 1}});
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry], "annotations": {"kept": "yes"}});
    stand.hands.put("kassay/prod", &tag, INDEX, &index.to_string());
    let (one, one_line) = key(&stand.home, "a.assessor@audit.example");
    let (two, two_line) = key(&stand.home, "b.platform@entity.example");
    for (key, who) in [(&one, "a.assessor@audit.example"), (&two, "b.platform@entity.example")] {
        let said = stand.run(&["sign", &stand.name("kassay/prod:1"), "--key", key, "--as", who]);
        assert!(said.code == 0 && said.out.contains(&format!("signed as {who}, sha256:")), "{}{}", said.out, said.err);
    }
    let index = json_of(&stand.hands.get(&format!("/v2/kassay/prod/manifests/{tag}")).1);
    assert_eq!(
        (index["manifests"].as_array().unwrap().len(), &index["manifests"][0], &index["annotations"]["kept"]),
        (3, &entry, &json!("yes"))
    );
    let signature = &index["manifests"][1];
    assert_eq!(signature["artifactType"], "application/vnd.kassay.signature.v1+ssh");
    let manifest = json_of(&stand.hands.get(&format!("/v2/kassay/prod/manifests/{}", signature["digest"].as_str().unwrap())).1);
    assert_eq!(manifest["subject"]["digest"], subject);
    // Both are listed, and the other thing that refers to it.
    let said = stand.run(&["assess", "--from", &name]);
    for words in [
        "signed as a.assessor@audit.example; whose key it is was not checked",
        "signed as b.platform@entity.example",
        "application/vnd.acme.scan",
    ] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    let with = |lines: &str, from: &str| {
        let path = stand.home.text("allowed_signers");
        fs::write(&path, lines).unwrap();
        stand.run(&["assess", "--from", from, "--signers", &path])
    };
    let said = with(&one_line, &name);
    assert!(said.code == 1 && said.err.contains("signed by a.assessor@audit.example"), "{}", said.err);
    assert!(said.err.contains("a signature as b.platform@entity.example is not good"), "{}", said.err);
    let said = with(&format!("{one_line}{two_line}"), &stand.name("kassay/prod:1"));
    assert!(said.code == 1 && said.err.matches("signed by ").count() == 2, "{}", said.err);
    // A key for another purpose, another person's key, and a snapshot that nobody signed.
    refused(&with(&one_line.replace("kassay-snapshot", "kassay"), &name), &["is not signed by anybody whom"]);
    refused(&with(&one_line.replace("a.assessor@", "c.other@"), &name), &["is not signed by anybody whom"]);
    let pod = stand.home.text("pod.yaml");
    fs::write(&pod, "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n}, spec: {containers: [{name: c, image: i}]}}").unwrap();
    let unsigned = stand.run(&["collect", "--from", &pod, "--push", &stand.name("kassay/prod:2")]).out;
    refused(&with(&one_line, unsigned.trim()), &["there is no signature", "kassay sign oci://"]);
    refused(&stand.run(&["assess", "--from", &name, "--signers", "/nowhere"]), &["/nowhere can't be read"]);
    // A stock program says the same.
    let (signed, sig) = (stand.home.path("manifest"), stand.home.path("manifest.sig"));
    fs::write(&signed, stand.hands.get(&format!("/v2/kassay/prod/manifests/{subject}")).1).unwrap();
    fs::write(&sig, stand.hands.get(&format!("/v2/kassay/prod/blobs/{}", manifest["layers"][0]["digest"].as_str().unwrap())).1).unwrap();
    fs::write(stand.home.path("allowed_signers"), &one_line).unwrap();
    let verified = std::process::Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", "kassay-snapshot", "-I", "a.assessor@audit.example", "-f", &stand.home.text("allowed_signers"), "-s"])
        .arg(&sig)
        .stdin(fs::File::open(&signed).unwrap())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[test]
fn what_was_changed_in_the_registry_is_not_used() {
    let Some(stand) = Stand::start() else { return };
    let name = stand.push_demo("kassay/prod:1");
    let (key, line) = key(&stand.home, "a.assessor@audit.example");
    assert_eq!(stand.run(&["sign", &name, "--key", &key, "--as", "a.assessor@audit.example"]).code, 0);
    let allowed = stand.home.text("allowed_signers");
    fs::write(&allowed, line).unwrap();
    let subject = name.split('@').nth(1).unwrap();
    let text = stand.hands.get(&format!("/v2/kassay/prod/manifests/{subject}")).1;
    let layer = json_of(&text)["layers"][0]["digest"].as_str().unwrap().to_owned();
    let read = |from: &str| stand.run(&["assess", "--from", from]);
    let change = |digest: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = stand.blob(digest);
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        (path, whole)
    };
    let flip = |bytes: &mut Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    // The signature stands, and what it stands for is another thing.
    let (path, whole) = change(&layer, &flip);
    refused(
        &stand.run(&["assess", "--from", &name, "--signers", &allowed]),
        &["is damaged, or somebody changed it", "Nothing of it was used"],
    );
    fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    assert_eq!(read(&name).code, 2);
    fs::write(&path, [&whole[..], b"more"].concat()).unwrap();
    assert_eq!(read(&name).code, 2);
    fs::write(&path, &whole).unwrap();
    assert_eq!(read(&name).code, 1);
    // Another manifest under the same tag is another digest; the signature is none of it.
    let other = text.replace("\"vnd.kassay.program\":\"", "\"vnd.kassay.program\":\"0");
    stand.hands.put("kassay/prod", "1", MANIFEST, &other);
    refused(&stand.run(&["assess", "--from", &stand.name("kassay/prod:1"), "--signers", &allowed]), &["there is no signature"]);
    assert_eq!(stand.run(&["assess", "--from", &name, "--signers", &allowed]).code, 1);
    // A signature that was changed is not good, and one that says it is of somebody else is neither.
    let index = json_of(&stand.hands.get(&format!("/v2/kassay/prod/manifests/{}", subject.replace(':', "-"))).1);
    let of = index["manifests"][0]["digest"].as_str().unwrap();
    let signature =
        json_of(&stand.hands.get(&format!("/v2/kassay/prod/manifests/{of}")).1)["layers"][0]["digest"].as_str().unwrap().to_owned();
    change(&signature, &flip);
    let said = stand.run(&["assess", "--from", &name, "--signers", &allowed]);
    refused(&said, &["is not signed by anybody whom", "could not be checked"]);
}
