//! What runs the program in a cluster: the chart and the manifests are one, the role is that which the program prints, the image is made the same twice, the
//! real server takes all of it and nothing of it is a finding, and the Job's own command reads the cluster and pushes.

use crate::chart;
use crate::cluster::TestCluster;
use crate::registry::Registry;
use crate::surroundings::{GOOD, Home, Stand, said};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn objects(text: &str) -> Vec<Value> {
    text.split("\n---\n").map(yaml).filter(|object| !object.is_null()).collect()
}

fn sorted(mut objects: Vec<Value>) -> Vec<Value> {
    objects.sort_by_key(|object| format!("{} {}", object["kind"], object["metadata"]["name"]));
    objects
}

fn manifests() -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(deploy().join("manifests")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().filter(|file| file.file_name().unwrap() != "values.yaml").map(|file| fs::read_to_string(file).unwrap());
    texts.collect::<Vec<_>>().join("\n---\n")
}

fn values(text: &str) -> Value {
    let mut values = yaml(&fs::read_to_string(deploy().join("chart/kassay/values.yaml")).unwrap());
    chart::laid_over(&mut values, &yaml(text));
    values
}

fn of_manifests() -> String {
    fs::read_to_string(deploy().join("manifests/values.yaml")).unwrap()
}

#[test]
fn chart_and_manifests_are_one() {
    let rendered = chart::render(&deploy().join("chart/kassay"), "kassay", &values(&of_manifests()));
    if std::env::var_os("KASSAY_WRITE_MANIFESTS").is_some() {
        chart::write(&deploy().join("manifests"), &rendered);
    }
    let text = rendered.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n---\n");
    assert_eq!(sorted(objects(&manifests())), sorted(objects(&text)), "KASSAY_WRITE_MANIFESTS=1 writes the manifests anew");
    // Helm itself, where it is there.
    let values = deploy().join("manifests/values.yaml");
    let helm = Command::new("helm")
        .args(["template", "kassay"])
        .arg(deploy().join("chart/kassay"))
        .args(["-n", "kassay", "-f"])
        .arg(&values)
        .output();
    match helm {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8(output.stdout).unwrap();
            assert_eq!(sorted(objects(text.trim_start_matches("---\n"))), sorted(objects(&manifests())));
        }
        Err(error) => eprintln!("skipped, for want of helm: {error}"),
    }
}

#[test]
fn the_role_is_the_one_that_the_program_prints() {
    let home = Home::new();
    let rules = |role: &Value| {
        let mut rules: Vec<String> = role["rules"].as_array().unwrap().iter().map(Value::to_string).collect();
        rules.sort();
        rules
    };
    for (secrets, constraints) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut args = vec!["rbac"];
        args.extend((!secrets).then_some("--without-secrets"));
        args.extend((!constraints).then_some("--without-constraints"));
        let wanted = yaml(&home.run(&args).out);
        let values = values(&format!("{}secrets: {secrets}\nconstraints: {constraints}\n", of_manifests()));
        let rendered = chart::render(&deploy().join("chart/kassay"), "kassay", &values);
        let text = rendered.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n---\n");
        let role = objects(&text).into_iter().find(|object| object["kind"] == "ClusterRole").unwrap();
        assert_eq!((rules(&role), &role["metadata"]), (rules(&wanted), &wanted["metadata"]), "{args:?}");
        assert_eq!(text.contains("--without-secrets"), !secrets);
    }
}

#[test]
fn the_chart_has_a_way_for_each_place() {
    let job = |more: &str| {
        let rendered = chart::render(
            &deploy().join("chart/kassay"),
            "kassay",
            &values(&format!("image: {{repository: r.example/k, digest: 'sha256:0'}}\n{more}")),
        );
        let text = rendered.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n---\n");
        objects(&text).into_iter().find(|object| object["kind"] == "CronJob").unwrap()["spec"]["jobTemplate"]["spec"].clone()
    };
    let args = |job: &Value| job["template"]["spec"]["containers"][0]["args"].clone();
    let claim = job("output: {claim: snapshots}");
    assert_eq!(args(&claim), json!(["collect", "--part=index/1", "--without-secrets", "--file=/snapshots"]));
    assert!(
        claim["template"]["spec"]["volumes"]
            .as_array()
            .unwrap()
            .contains(&json!({"name": "snapshots", "persistentVolumeClaim": {"claimName": "snapshots"}}))
    );
    assert_eq!(args(&job("output: {log: true}")), json!(["collect", "--part=index/1", "--without-secrets", "--file=-"]));
    let parts = job("parts: 3\noutput: {registry: 'oci://r.example/k/p'}\nregistryAuthority: ca");
    assert_eq!(
        args(&parts),
        json!([
            "collect",
            "--part=index/3",
            "--without-secrets",
            "--push=oci://r.example/k/p",
            "--registry-ca=/etc/kassay/authority/ca.crt"
        ])
    );
    assert_eq!((&parts["completions"], &parts["parallelism"], &parts["completionMode"]), (&json!(3), &json!(3), &json!("Indexed")));
}

#[test]
fn the_image_is_made_the_same_twice_and_is_taken_by_a_registry() {
    if !cfg!(target_os = "linux") || !Path::new("/bin/true").is_file() {
        return eprintln!("skipped: the image is made of programs for Linux");
    }
    let home = Home::new();
    let make = |name: &str| {
        let mut command = Command::new(deploy().join("image.sh"));
        let said = said(
            command.arg("/bin/true").arg(home.path(name)).env("SOURCE_DATE_EPOCH", "1796083200").env("CA_CERTIFICATES", "/etc/passwd"),
        );
        assert_eq!(said.code, 0, "{}", said.err);
        said.out.trim().to_owned()
    };
    let (one, two) = (make("one"), make("two"));
    assert_eq!(one, two);
    let manifest = |digest: &str| {
        let text = fs::read_to_string(home.path(&format!("one/blobs/sha256/{}", digest.strip_prefix("sha256:").unwrap()))).unwrap();
        assert_eq!(crate::registry::digest(text.as_bytes()), digest);
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let config = manifest(manifest(&one)["config"]["digest"].as_str().unwrap());
    assert_eq!((&config["config"]["User"], &config["config"]["Entrypoint"]), (&json!("65532:65532"), &json!(["/usr/bin/kassay"])));
    let labels = &config["config"]["Labels"];
    assert_eq!((&labels["org.opencontainers.image.title"], labels), (&json!("kassay"), &manifest(&one)["annotations"]));
    assert!(labels.get("org.opencontainers.image.version").is_none(), "true tells no version of kassay");
    let Some(registry) = Registry::start(home.dir.path(), false) else { return };
    let copy = Command::new("skopeo")
        .args(["copy", "--dest-tls-verify=false", "--insecure-policy", "-q"])
        .args([format!("oci:{}", home.text("one")), format!("docker://{}/kassay/kassay:1", registry.host)])
        .output();
    match copy {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(crate::registry::digest(registry.get("/v2/kassay/kassay/manifests/1").1.as_bytes()), one);
        }
        Err(error) => eprintln!("skipped, for want of skopeo: {error}"),
    }
}

#[test]
#[cfg(unix)]
fn an_image_holds_what_its_program_needs_or_is_not_made() {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(program) = fs::read("/bin/true") else { return eprintln!("skipped: the image is made of programs for Linux") };
    let home = Home::new();
    let make = |name: &str, program: &[u8], beside: &[&str]| {
        let folder = home.path(&format!("of-{name}"));
        fs::create_dir(&folder).unwrap();
        for page in beside {
            fs::write(folder.join(page), page).unwrap();
        }
        fs::write(folder.join("kassay"), program).unwrap();
        fs::set_permissions(folder.join("kassay"), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new(deploy().join("image.sh"));
        said(command.arg(folder.join("kassay")).arg(home.path(name)).env("SOURCE_DATE_EPOCH", "0").env("CA_CERTIFICATES", "/etc/passwd"))
    };
    // The same program as one of the other machine, whose libraries nobody has here.
    let mut other = program.clone();
    other[18] = if other[18] == 0x3e { 0xb7 } else { 0x3e };
    let refused = make("other", &other, &[]);
    assert!(refused.code == 2 && refused.err.contains("not static") && !home.path("other").exists(), "{}: {}", refused.code, refused.err);
    // No loader is named any more, as in a static program; what it says of itself becomes the version.
    let table = usize::try_from(u64::from_le_bytes(other[32..40].try_into().unwrap())).unwrap();
    for i in 0..usize::from(other[56]) {
        let kind = table + i * usize::from(other[54]);
        if other[kind..kind + 4] == [3, 0, 0, 0] {
            other[kind] = 0;
        }
    }
    other.extend(b"kassay/9.8.7 (security assessment; anonymous probe)");
    let made = make("static", &other, &["LICENSE", "THIRD-PARTY.txt"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let blob = |digest: &Value| {
        let name = digest.as_str().unwrap().strip_prefix("sha256:").unwrap();
        home.path(&format!("static/blobs/sha256/{name}"))
    };
    let manifest: Value = serde_json::from_str(&fs::read_to_string(blob(&json!(made.out.trim()))).unwrap()).unwrap();
    assert_eq!(manifest["annotations"]["org.opencontainers.image.version"], "9.8.7");
    let listed = Command::new("tar").arg("-tzf").arg(blob(&manifest["layers"][0]["digest"])).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<&str> = listed.lines().filter(|path| !path.ends_with('/')).collect();
    let pages = ["./usr/share/doc/kassay/LICENSE", "./usr/share/doc/kassay/THIRD-PARTY.txt"];
    let others = ["./etc/group", "./etc/passwd", "./etc/ssl/certs/ca-certificates.crt", "./usr/bin/kassay"];
    assert_eq!(files, others.into_iter().chain(pages).collect::<Vec<_>>());
}

#[test]
fn the_real_server_takes_all_of_it_and_nothing_of_it_is_a_finding() {
    let Some(cluster) = TestCluster::start() else { return };
    cluster.add_nodes();
    cluster.apply_text(&manifests());
    cluster.kubectl(["create", "job", "-n", "kassay", "--from=cronjob/kassay", "kassay-now"]);
    for _ in 0..60 {
        if cluster.kubectl(["get", "pods", "-n", "kassay", "-o", "name"]).contains("pod/") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    assert!(cluster.kubectl(["get", "pods", "-n", "kassay", "-o", "name"]).contains("pod/kassay-now"), "Pod Security lets the pod in");
    let home = Home::new();
    let scope = home.text("scope.toml");
    fs::write(&scope, "default = \"cde\"\ntrusted_registries = [\"registry.example/kassay\"]\n").unwrap();
    // What a bare cluster lacks for all its namespaces is no fault of this one: nothing in it looks at images when they are admitted.
    let of_the_cluster = ["3.2/signature-enforcement", "3.3/registry-admission", "4.3/mesh-encryption", "13.4/enforced"];
    let said = home.run(&["assess", "--kubeconfig", cluster.kubeconfig().to_str().unwrap(), "--scope", &scope, "-o", "json"]);
    let assessment: Value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {}", said.err));
    let ours = |object: &Value| object["namespace"] == "kassay" || object["name"] == "kassay";
    let mut found = Vec::new();
    for outcome in assessment["outcomes"].as_array().unwrap() {
        let cluster_wide = of_the_cluster.contains(&outcome["check"].as_str().unwrap());
        for finding in outcome["findings"].as_array().into_iter().flatten().filter(|finding| ours(&finding["object"]) && !cluster_wide) {
            let told = format!("{}: {} {} {}", outcome["check"], finding["rule"], finding["object"], finding["message"]);
            // What every client of the API server and every object made by hand is asked: whether it needs that, and which repository it comes from.
            let asked = finding["weight"] == "review"
                && ["1.5/account-rights", "4.2/pod-to-api", "14.1/gitops"].iter().any(|check| outcome["check"] == *check);
            found.extend((!asked).then_some(told));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_jobs_own_command_reads_the_cluster_and_pushes() {
    let Some(cluster) = TestCluster::shared() else { return };
    let Some(stand) = Stand::start() else { return };
    cluster.apply_text(&manifests());
    let mut changed = yaml(&of_manifests());
    chart::laid_over(&mut changed, &json!({"output": {"registry": stand.name("kassay/prod-eu")}, "registryAuthority": "registry-ca"}));
    let rendered = chart::render(&deploy().join("chart/kassay"), "kassay", &values(&serde_saphyr::to_string(&changed).unwrap()));
    let text = rendered.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n---\n");
    let job = objects(&text).into_iter().find(|object| object["kind"] == "CronJob").unwrap();
    let container = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0];
    let args: Vec<String> = container["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap().to_owned()).collect();
    // What the kubelet would mount, at the very places where it would: in a file system of the process's own.
    let pod = stand.home.path("pod");
    fs::create_dir_all(pod.join("serviceaccount")).unwrap();
    let token = cluster.kubectl(["create", "token", "kassay", "-n", "kassay", "--duration", "1h"]);
    let ca = cluster.kubectl(["get", "configmap", "kube-root-ca.crt", "-n", "kassay", "-o", "jsonpath={.data.ca\\.crt}"]);
    for (name, text) in [("token", token.trim()), ("ca.crt", ca.as_str()), ("namespace", "kassay")] {
        fs::write(pod.join("serviceaccount").join(name), text).unwrap();
    }
    stand.home.login(&stand.registry.host, GOOD);
    let mounts = "set -e; mount -t tmpfs none /run; mkdir -p /run/secrets/kubernetes.io; cp -r \"$POD/serviceaccount\" /run/secrets/kubernetes.io/; \
                  mount -t tmpfs none /etc/kassay; mkdir /etc/kassay/login /etc/kassay/authority; cp \"$LOGIN\" /etc/kassay/login/config.json; \
                  cp \"$CA\" /etc/kassay/authority/ca.crt; unset POD LOGIN CA; exec \"$@\"";
    let server = cluster.server().strip_prefix("https://").unwrap().to_owned();
    let (host, port) = server.rsplit_once(':').unwrap();
    let mount_point = Path::new("/etc/kassay");
    if fs::create_dir_all(mount_point).is_err()
        || !Command::new("unshare").args(["-rm", "true"]).status().is_ok_and(|status| status.success())
    {
        return eprintln!("skipped: this machine gives no process a file system of its own");
    }
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", mounts, "sh", env!("CARGO_BIN_EXE_kassay")]).args(&args);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("POD", &pod).env("LOGIN", stand.home.path(".docker/config.json")).env("CA", &stand.ca);
    command.env("KUBERNETES_SERVICE_HOST", host).env("KUBERNETES_SERVICE_PORT", port).env("JOB_COMPLETION_INDEX", "0");
    for variable in container["env"].as_array().unwrap() {
        command.env(variable["name"].as_str().unwrap(), variable["value"].as_str().unwrap_or("kassay-29384756"));
    }
    let said = said(&mut command);
    let _ = fs::remove_dir(mount_point);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.starts_with(&stand.name("kassay/prod-eu:20")), "{}", said.out);
    assert!(!said.err.contains(token.trim()) && !said.err.contains("push:push"));
    // The snapshot is one of this cluster, read by the account, without Secrets.
    let read = stand.run(&["assess", "--from", said.out.trim(), "-o", "json"]);
    let assessment: Value = serde_json::from_str(&read.out).unwrap_or_else(|e| panic!("{e}: {}", read.err));
    assert_eq!(assessment["cluster"]["identity"], "system:serviceaccount:kassay:kassay");
    let kind = |name: &str| assessment["kinds"].as_array().unwrap().iter().find(|kind| kind["kind"] == name).unwrap().clone();
    assert_eq!((kind("pods")["state"].clone(), kind("secrets")["state"].clone()), (json!("read"), json!("failed")));
    let requests = cluster.requests_of("system:serviceaccount:kassay:kassay");
    assert!(!requests.is_empty());
    for request in requests {
        assert!(["get", "list"].contains(&request.verb.as_str()) || request.resource.contains("review"), "{request:?}");
        assert!(request.code < 400 || request.code == 404, "the role is enough: {request:?}");
    }
}
