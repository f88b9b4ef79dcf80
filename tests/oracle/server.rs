//! One API server of a configuration, beside the cluster that all share.

use super::cluster::{TestCluster, root};
use super::configuration::Configuration;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that ends with this value.
pub struct Server {
    child: Child,
    cluster: &'static TestCluster,
    address: String,
    name: String,
}

impl Server {
    /// Starts one, and waits until it is of use.
    pub fn start(cluster: &'static TestCluster, name: &str, configuration: &Configuration) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap().port();
        let child = Command::new(root().join("tests/cluster/server.sh"))
            .arg(cluster.dir())
            .args([name, &port.to_string()])
            .args(configuration.flags())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { child, cluster, address: format!("https://127.0.0.1:{port}"), name: name.to_owned() };
        let patience = Instant::now() + Duration::from_secs(600);
        while server.kubectl(&["get", "--raw", "/readyz"]).is_err() {
            let ended = server.child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < patience,
                "{} does not start:\n{}\n{}",
                name,
                configuration.words(),
                server.last_words()
            );
            std::thread::sleep(Duration::from_millis(200));
        }
        server
    }

    fn kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let all = [&["--server", self.address.as_str()], arguments].concat();
        self.cluster.kubectl_as(&self.cluster.kubeconfig(), all)
    }

    /// Runs kubectl as its administrator.
    pub fn admin(&self, arguments: &[&str]) -> String {
        self.kubectl(arguments).unwrap_or_else(|why| panic!("{}: {why}", self.name))
    }

    /// Whether it lets somebody through who asks for a shell with `get` alone. The pod is none, so who is let through hears that. A role that was just bound
    /// may be in force a moment later, until when `get` is refused; who lacks `create` alone is refused without a word why.
    pub fn lets_into_a_shell(&self, kubeconfig: &Path) -> bool {
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.cluster.kubectl_as(kubeconfig, ["get", "--raw", "/api/v1/namespaces/default/pods/oracle/exec?command=true"]);
            let why = answer.expect_err("there is no such pod");
            let (none, refused) = (why.contains("NotFound"), why.contains("Forbidden") && !why.contains("cannot get resource"));
            if none || refused {
                return none;
            }
            assert!(Instant::now() < patience, "{}: {why}", self.name);
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// A kubeconfig with which a user asks this server.
    pub fn kubeconfig(&self, user: &str, groups: &[&str]) -> PathBuf {
        let of_cluster = self.cluster.user(user, groups);
        let text = std::fs::read_to_string(&of_cluster).unwrap();
        let path = self.cluster.dir().join(format!("user-{}-{user}.kubeconfig", self.name));
        std::fs::write(&path, text.replace(self.cluster.server(), &self.address)).unwrap();
        path
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(Path::new(self.cluster.dir()).join(format!("logs/server-{}.log", self.name))).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
