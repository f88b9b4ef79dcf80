//! A real Kubernetes control plane for tests, started by the scripts in `tests/cluster`, which alone know how that is done.
//! It ends with the value that stands for it, and at the latest with the test process. Where its programs are not built, tests
//! say so and are skipped; under `KASSAY_REQUIRE_CLUSTER=1` they fail instead.
#![allow(dead_code, unreachable_pub, reason = "shared by several test programs, of which none uses all of it")]

use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// A running cluster, with two nodes once [`TestCluster::add_nodes`] was called.
pub struct TestCluster {
    dir: PathBuf,
    server: String,
    kubectl: PathBuf,
}

/// One request that the API server has answered, from its audit log.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who sent it; for an impersonating request the one who impersonates.
    pub user: String,
    /// As whom it was sent, where somebody was impersonated.
    pub as_user: Option<String>,
    /// RBAC's verb: `get`, `list`, `create`…; for addresses outside of the API's resources the lower-case method.
    pub verb: String,
    /// `group/resource`, with `/subresource` where there is one (`/pods`, `apps/deployments`, `/pods/exec`); empty for other addresses.
    pub resource: String,
    /// Namespace, or empty.
    pub namespace: String,
    /// Address with its query.
    pub uri: String,
    /// HTTP status of the answer.
    pub code: u64,
}

impl TestCluster {
    /// The cluster that all tests of this process share, started by the first that asks. `None`: not built, and the test is to be skipped.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<TestCluster>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A cluster of one's own, for tests that must not see what others apply; dropping it ends it.
    pub fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// One whose API server is started with more flags, parted by spaces.
    pub fn start_with(flags: &str) -> Option<Self> {
        if let Err(why) = run(script("build.sh").arg("--if-present")) {
            assert!(std::env::var_os("KASSAY_REQUIRE_CLUSTER").is_none_or(|v| v != "1"), "a cluster is required: {why}");
            skip(&why);
            return None;
        }
        let dir = new_folder();
        let owner = std::process::id().to_string();
        run(script("up.sh").env("KASSAY_CLUSTER_API_FLAGS", flags).arg(&dir).args(["--owner", &owner]))
            .unwrap_or_else(|why| panic!("the test cluster does not start: {why}"));
        let env = read(&dir.join("env"));
        let value = |name: &str| {
            let line = env.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_else(|| panic!("env lacks {name}")).trim_matches('\'').to_owned()
        };
        Some(Self { server: value("KASSAY_CLUSTER_SERVER"), kubectl: value("KASSAY_CLUSTER_KUBECTL").into(), dir })
    }

    /// Address of the API server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The folder of this cluster: logs, certificates, kubeconfigs.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Kubeconfig of the administrator, a member of `system:masters`.
    pub fn kubeconfig(&self) -> PathBuf {
        self.dir.join("admin.kubeconfig")
    }

    /// Runs kubectl as administrator; the error holds its words.
    pub fn try_kubectl<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<String, String> {
        run(&mut self.command(&self.kubeconfig(), arguments))
    }

    /// Runs kubectl as administrator, and gives its standard output.
    pub fn kubectl<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        self.try_kubectl(arguments).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Runs kubectl as somebody else; the error holds its words.
    pub fn kubectl_as<S: AsRef<OsStr>>(&self, kubeconfig: &Path, arguments: impl IntoIterator<Item = S>) -> Result<String, String> {
        run(&mut self.command(kubeconfig, arguments))
    }

    /// Applies a file or folder on the server's side; the server must accept all of it.
    pub fn apply(&self, path: &Path) {
        self.kubectl([OsStr::new("apply"), "--server-side".as_ref(), "--force-conflicts".as_ref(), "-f".as_ref(), path.as_os_str()]);
    }

    /// Applies manifests given as text.
    pub fn apply_text(&self, manifests: &str) {
        let arguments = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
        let mut command = self.command(&self.kubeconfig(), arguments);
        run_with(&mut command, Some(manifests)).unwrap_or_else(|why| panic!("{why}"));
    }

    /// What the server warns of when an object is created, without creating it. The judge of Pod Security: a namespace labelled
    /// `pod-security.kubernetes.io/warn` makes it list everything that fails.
    pub fn warnings(&self, manifest: &str) -> Vec<String> {
        let mut command = self.command(&self.kubeconfig(), ["create", "--dry-run=server", "-o", "name", "-f", "-"]);
        let output = finish(&mut command, Some(manifest));
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "the server refuses it: {words}\n{manifest}");
        words.lines().filter_map(|line| line.strip_prefix("Warning: ")).map(str::to_owned).collect()
    }

    /// Adds two Linux nodes that run what is bound to them, and waits until they are ready.
    pub fn add_nodes(&self) {
        self.apply(&root().join("tests/cluster/nodes.yaml"));
        self.kubectl(["wait", "--for", "condition=Ready", "node/node-1", "node/node-2", "--timeout", "60s"]);
    }

    /// Applies the demo company, nodes included, and waits until its pods run.
    pub fn apply_demo(&self) {
        let mut command = Command::new(root().join("assets/demo/apply.sh"));
        command.arg(self.kubeconfig()).env("KUBECTL", &self.kubectl);
        run(&mut command).unwrap_or_else(|why| panic!("the demo does not apply: {why}"));
    }

    /// A user with a client certificate and no rights at all; gives its kubeconfig.
    pub fn user(&self, name: &str, groups: &[&str]) -> PathBuf {
        let path = run(script("identity.sh").arg(&self.dir).arg(name).args(groups)).unwrap_or_else(|why| panic!("{why}"));
        path.trim().into()
    }

    /// A user with a client certificate whose only rights are those of a ClusterRole that exists.
    pub fn bound_user(&self, name: &str, cluster_role: &str) -> PathBuf {
        self.bind(&format!("test-user-{name}"), cluster_role, &format!("--user={name}"));
        self.user(name, &[])
    }

    /// A ServiceAccount whose only rights are those of a ClusterRole that exists; gives a kubeconfig with a token of it.
    pub fn bound_account(&self, namespace: &str, name: &str, cluster_role: &str) -> PathBuf {
        self.apply_text(&format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: {namespace}}}\n"));
        self.bind(&format!("test-account-{namespace}-{name}"), cluster_role, &format!("--serviceaccount={namespace}:{name}"));
        let token = self.kubectl(["create", "token", name, "-n", namespace, "--duration", "1h"]);
        let path = self.dir.join(format!("user-{namespace}-{name}.kubeconfig"));
        std::fs::copy(self.kubeconfig(), &path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let user = format!("--token={}", token.trim());
        for arguments in [
            vec!["config", "delete-user", "kubernetes-admin"],
            vec!["config", "set-credentials", name, &user],
            vec!["config", "set-context", "--current", "--user", name],
        ] {
            self.kubectl_as(&path, arguments).unwrap_or_else(|why| panic!("{why}"));
        }
        path
    }

    fn bind(&self, binding: &str, cluster_role: &str, subject: &str) {
        let role = format!("--clusterrole={cluster_role}");
        let made = self.kubectl(["create", "clusterrolebinding", binding, &role, subject, "--dry-run=client", "-o", "yaml"]);
        self.apply_text(&made);
    }

    /// Every request answered so far, but for those of the control plane itself.
    pub fn audit_lines(&self) -> Vec<Request> {
        // The log is written after the answer: a request of our own marks the place up to which it must have come.
        static MARKS: AtomicUsize = AtomicUsize::new(0);
        let mark = format!("/version?mark={}-{}", std::process::id(), MARKS.fetch_add(1, Ordering::Relaxed));
        self.kubectl(["get", "--raw", &mark]);
        let path = self.dir.join("audit.log");
        let patience = Instant::now() + Duration::from_secs(10);
        let text = loop {
            let text = read(&path);
            if text.contains(&mark) {
                break text;
            }
            assert!(Instant::now() < patience, "{} does not grow", path.display());
            std::thread::sleep(Duration::from_millis(50));
        };
        // The last line may be one that is being written.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().filter(|line| !line.contains(&mark)).filter_map(Request::parse).collect()
    }

    /// The requests that one user sent.
    pub fn requests_of(&self, user: &str) -> Vec<Request> {
        self.audit_lines().into_iter().filter(|request| request.user == user).collect()
    }

    fn command<S: AsRef<OsStr>>(&self, kubeconfig: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(kubeconfig).args(arguments);
        command
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        // A cluster that would not end is no reason to hide the failure of the test that is being unwound.
        if run(script("down.sh").arg(&self.dir)).is_ok() && !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

impl Request {
    fn parse(line: &str) -> Option<Self> {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("audit log: {e}: {line}"));
        if event["stage"] != "ResponseComplete" && event["stage"] != "Panic" {
            return None;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let object = &event["objectRef"];
        let resource = match (text(&object["resource"]), text(&object["subresource"])) {
            (resource, _) if resource.is_empty() => String::new(),
            (resource, sub) if sub.is_empty() => format!("{}/{resource}", text(&object["apiGroup"])),
            (resource, sub) => format!("{}/{resource}/{sub}", text(&object["apiGroup"])),
        };
        Some(Self {
            user: text(&event["user"]["username"]),
            as_user: event["impersonatedUser"]["username"].as_str().map(str::to_owned),
            verb: text(&event["verb"]),
            resource,
            namespace: text(&object["namespace"]),
            uri: text(&event["requestURI"]),
            code: event["responseStatus"]["code"].as_u64().unwrap_or_default(),
        })
    }
}

/// The repository: the core's tests have another manifest than the application's.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|folder| folder.join("tests/cluster/up.sh").exists())
        .unwrap_or_else(|| panic!("tests/cluster is not above {}", env!("CARGO_MANIFEST_DIR")))
}

/// Says it past the test harness, which keeps to itself what successful tests print.
fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped, for want of a cluster: {why}");
}

/// A folder for one more cluster; what clusters of processes long gone left behind is removed on the way.
fn new_folder() -> PathBuf {
    static CLUSTERS: AtomicUsize = AtomicUsize::new(0);
    let clusters = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clusters");
    for entry in std::fs::read_dir(&clusters).into_iter().flatten().flatten() {
        let old = entry.metadata().and_then(|m| m.modified()).is_ok_and(|t| t < SystemTime::now() - Duration::from_secs(3600));
        if old && !entry.path().join("processes").exists() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    clusters.join(format!("{}-{}", std::process::id(), CLUSTERS.fetch_add(1, Ordering::Relaxed)))
}

fn script(name: &str) -> Command {
    Command::new(root().join("tests/cluster").join(name))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn run(command: &mut Command) -> Result<String, String> {
    run_with(command, None)
}

fn run_with(command: &mut Command, input: Option<&str>) -> Result<String, String> {
    let output = finish(command, input);
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
        Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

fn finish(command: &mut Command, input: Option<&str>) -> Output {
    let from = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let name = command.get_program().to_owned();
    let fail = |e: std::io::Error| -> ! { panic!("{}: {e}", name.display()) };
    let mut child = command.stdin(from).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap_or_else(|e| fail(e));
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        pipe.write_all(input.as_bytes()).unwrap_or_else(|e| fail(e));
    }
    child.wait_with_output().unwrap_or_else(|e| fail(e))
}
