//! From a kubeconfig, or a pod's own account, to a client: contexts, credentials, impersonation, proxy, time limits.
//! The client library parses kubeconfigs and speaks TLS; which proxy, which plugin and how long is decided here.

use super::budget::Budget;
use super::kubeconfig::{self, Known, usual_paths};
use super::refusal::Refusal;
use super::words::{self, chain};
use super::{Cancel, CollectError, Connect, file, login, proxy, tls, transport};
use data_encoding::BASE64;
use http::Uri;
use kassay_core::kinds::{Connection, LoginFile};
use kube::config::{AuthInfo, Cluster, Context, Kubeconfig};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::{RwLock, Semaphore};

/// Longest time for one request where none is given.
const REQUEST: Duration = Duration::from_secs(60);
/// Requests that travel at the same time: enough to keep both sides busy, few enough for API priority and fairness.
const AT_ONCE: usize = 8;

/// A context of the kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextInfo {
    /// Its name.
    pub name: String,
    /// Address of its API server.
    pub server: String,
    /// Name of its user.
    pub user: String,
    /// How that user logs in: `client-certificate`, `exec: aws`…; "" where nothing is said.
    pub login: String,
    /// Whether it is the current one.
    pub current: bool,
    /// Where its server is: contexts of one place lead to one cluster; "" where the file does not tell.
    pub place: String,
}

/// The contexts that may be chosen, in the file's order; empty where there is no kubeconfig.
///
/// # Errors
/// Where the kubeconfig is broken.
pub fn contexts(kubeconfig: Option<&Path>) -> Result<Vec<ContextInfo>, CollectError> {
    let Some(Known { config, .. }) = kubeconfig::known(kubeconfig)? else { return Ok(vec![]) };
    let info = |named: &kube::config::NamedContext| {
        let context = named.context.clone().unwrap_or_default();
        let user = user_of(&config, &context);
        let cluster = cluster_of(&config, &context).unwrap_or_default();
        let server = cluster.server.unwrap_or_default();
        ContextInfo {
            name: named.name.clone(),
            // Behind one address may stand several servers, each asked for by its own name.
            place: [server.as_str(), cluster.tls_server_name.as_deref().unwrap_or_default()].join(" ").trim().to_owned(),
            server,
            login: login::describe(&user),
            user: context.user.unwrap_or_default(),
            current: config.current_context.as_deref() == Some(&named.name),
        }
    };
    Ok(config.contexts.iter().map(info).collect())
}

fn cluster_of(config: &Kubeconfig, context: &Context) -> Option<Cluster> {
    config.clusters.iter().find(|named| named.name == context.cluster)?.cluster.clone()
}

/// A context without a user, or with one that the file does not have, asks anonymously, as kubectl does.
fn user_of(config: &Kubeconfig, context: &Context) -> AuthInfo {
    let named = context.user.as_ref().and_then(|user| config.auth_infos.iter().find(|named| named.name == *user));
    named.and_then(|named| named.auth_info.clone()).unwrap_or_default()
}

/// A cluster that can be asked.
pub(super) struct Link {
    pub(super) client: RwLock<kube::Client>,
    /// What that client was made of.
    config: RwLock<kube::Config>,
    pub(super) gate: Semaphore,
    pub(super) timeout: Duration,
    pub(super) budget: Budget,
    /// First pause before a request is tried again; it doubles.
    pub(super) pause: Duration,
    pub(super) cancel: Cancel,
    /// Bytes that came in, unpacked.
    pub(super) received: AtomicU64,
    /// Address of the server.
    pub(super) server: String,
    /// How the user logs in.
    pub(super) login: String,
    /// The files in which the credential lies.
    pub(super) login_files: Vec<LoginFile>,
    plan: Plan,
}

/// Everything that a client is built from, so that it can be built again with a new credential.
#[derive(Clone)]
struct Plan {
    cluster: Cluster,
    user: AuthInfo,
    ca: Option<Vec<u8>>,
    /// A client of the pod's own account, which needs no plan.
    in_cluster: Option<kube::Config>,
    timeout: Duration,
}

impl Link {
    /// Finds the cluster, logs in, and makes the client. Nothing is asked yet.
    pub(super) async fn open(connect: &Connect, cancel: &Cancel) -> Result<Self, CollectError> {
        // Another part of the process may have installed one already: then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = connect.request_timeout.filter(|timeout| !timeout.is_zero()).unwrap_or(REQUEST);
        let mut plan = plan(connect, timeout)?;
        let login_files =
            if plan.in_cluster.is_some() { vec![] } else { login::files(&plan.user, connect.kubeconfig.as_deref(), usual_paths()) };
        plan.user = login::chosen(plan.user.clone(), plan.encrypted())?;
        let login = if plan.in_cluster.is_some() { "in-cluster".to_owned() } else { login::describe(&plan.user) };
        if let Some(user) = &connect.as_user {
            plan.user.impersonate = Some(user.clone());
            plan.user.impersonate_groups = None;
        }
        if !connect.as_groups.is_empty() {
            if plan.user.impersonate.is_none() {
                return Err(CollectError::Kubeconfig(
                    "groups can be impersonated only together with a user: name one with --as".to_owned(),
                ));
            }
            plan.user.impersonate_groups = Some(connect.as_groups.clone());
        }
        let config = plan.config(cancel).await?;
        let client = transport::client(&config)?;
        Ok(Self {
            client: RwLock::new(client),
            config: RwLock::new(config),
            gate: Semaphore::new(AT_ONCE),
            timeout,
            budget: Budget::begin(connect.read_timeout),
            pause: Duration::from_millis(250),
            cancel: cancel.clone(),
            received: AtomicU64::new(0),
            server: plan.server(),
            login,
            login_files,
            plan,
        })
    }

    /// Whether a refused credential can be replaced by asking its plugin again, or by reading its file again.
    pub(super) const fn renewable(&self) -> bool {
        self.plan.user.exec.is_some() || self.plan.user.token_file.is_some()
    }

    /// Logs in again.
    pub(super) async fn renew(&self) -> Result<(), CollectError> {
        let config = self.plan.config(&self.cancel).await?;
        *self.client.write().await = transport::client(&config)?;
        *self.config.write().await = config;
        Ok(())
    }

    /// Lets go of the connections that are open: what is asked from now on goes over new ones, which may lead to another server behind the same address.
    /// Nobody logs in again for that.
    pub(super) async fn reconnect(&self) -> Result<(), CollectError> {
        let client = transport::client(&*self.config.read().await)?;
        *self.client.write().await = client;
        Ok(())
    }

    /// Looks at the connection itself: a handshake of its own, over which nothing is asked.
    pub(super) async fn connection(&self) -> Connection {
        let Ok(uri) = self.server.parse::<Uri>() else { return Connection::default() };
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let encrypted = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let mut seen = Connection { unverified: self.plan.cluster.insecure_skip_tls_verify.unwrap_or(false), ..Connection::default() };
        if let Ok(Ok(found)) = tokio::time::timeout(Duration::from_secs(5), tokio::net::lookup_host((host.as_str(), port))).await {
            seen.addresses = found.map(|address| address.ip().to_string()).collect();
            seen.addresses.sort();
            seen.addresses.dedup();
        }
        if !encrypted {
            "the server is asked without TLS, and so without a credential".clone_into(&mut seen.note);
        } else if self.plan.proxy().is_some() {
            "a proxy stands between, so the connection of the server itself was not looked at".clone_into(&mut seen.note);
        } else if let Err(why) = self.handshake(&host, port, &mut seen).await {
            seen.note = format!("the handshake could not be looked at: {why}");
        }
        seen
    }

    async fn handshake(&self, host: &str, port: u16, seen: &mut Connection) -> Result<(), String> {
        let config = self.plan.config_with(self.plan.user_without_plugin()).map_err(|error| error.to_string())?;
        let tls = Arc::new(tls::settings(&config).map_err(|error| error.to_string())?);
        let name = config.tls_server_name.clone().unwrap_or_else(|| host.to_owned());
        let name = ServerName::try_from(name).map_err(|_| "its address is no name that a certificate could have".to_owned())?;
        let shaking = async {
            let stream = tokio::net::TcpStream::connect((host, port)).await?;
            tokio_rustls::TlsConnector::from(tls).connect(name, stream).await
        };
        let limit = self.timeout.min(Duration::from_secs(15));
        let stream =
            tokio::time::timeout(limit, shaking).await.map_err(|_| "no answer in time".to_owned())?.map_err(|error| chain(&error))?;
        let (_, session) = stream.get_ref();
        seen.protocol = match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3".to_owned(),
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2".to_owned(),
            other => format!("{other:?}"),
        };
        seen.cipher = session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str().map(str::to_owned)).unwrap_or_default();
        seen.chain = session.peer_certificates().unwrap_or_default().iter().map(|certificate| BASE64.encode(certificate)).collect();
        Ok(())
    }
}

/// Decides which cluster and user are meant.
fn plan(connect: &Connect, timeout: Duration) -> Result<Plan, CollectError> {
    let (config, fault) = kubeconfig::known(connect.kubeconfig.as_deref())?.map_or((None, None), |known| (Some(known.config), known.fault));
    // What is not found may be the very entry that can't be read.
    let or_fault = |error: CollectError| fault.clone().map_or(error, CollectError::Kubeconfig);
    let name = connect.context.clone().or_else(|| config.as_ref()?.current_context.clone().filter(|name| !name.is_empty()));
    let (Some(config), Some(name)) = (config, name) else {
        if let Some(name) = &connect.context {
            return Err(CollectError::NoContext { name: name.clone(), known: vec![] });
        }
        let in_cluster = kube::Config::incluster().map_err(|error| {
            CollectError::NoCluster(format!("there is neither a current context nor a pod's account ({})", chain(&error)))
        })?;
        let cluster = Cluster { server: Some(in_cluster.cluster_url.to_string()), ..Cluster::default() };
        return Ok(Plan { cluster, user: in_cluster.auth_info.clone(), ca: None, in_cluster: Some(in_cluster), timeout });
    };
    let Some(context) = config.contexts.iter().find(|named| named.name == name).and_then(|named| named.context.clone()) else {
        return Err(or_fault(CollectError::NoContext { name, known: config.contexts.iter().map(|named| named.name.clone()).collect() }));
    };
    let Some(cluster) = cluster_of(&config, &context).filter(|cluster| cluster.server.as_ref().is_some_and(|server| !server.is_empty()))
    else {
        return Err(or_fault(CollectError::Kubeconfig(format!(
            "the context “{name}” names the cluster “{}”, of which the kubeconfig has no address",
            context.cluster
        ))));
    };
    let listed = |user: &String| config.auth_infos.iter().any(|named| named.name == *user);
    if let Some(fault) = fault.clone().filter(|_| context.user.as_ref().is_some_and(|user| !listed(user))) {
        return Err(CollectError::Kubeconfig(fault));
    }
    let ca = certificate_authority(&cluster)?;
    // As client-go words it for itself: who trusts anybody can't mean the authority, and nobody knows which of the two was the mistake.
    if ca.is_some() && cluster.insecure_skip_tls_verify == Some(true) && cluster.server.as_ref().is_some_and(|s| s.starts_with("https:")) {
        return Err(CollectError::Kubeconfig(
            "the cluster has a certificate authority and insecure-skip-tls-verify, and only one of the two can hold".to_owned(),
        ));
    }
    let user = user_of(&config, &context);
    let cluster = Cluster { server: Some(address(&cluster, &user)?), ..cluster };
    Ok(Plan { user, cluster, ca, in_cluster: None, timeout })
}

/// The address of a cluster as a URL. Where it has no scheme, client-go takes https if something of TLS is configured, and http otherwise.
fn address(cluster: &Cluster, user: &AuthInfo) -> Result<String, CollectError> {
    let given = cluster.server.as_deref().unwrap_or_default().trim();
    let set = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let of_tls =
        [&cluster.certificate_authority, &cluster.certificate_authority_data, &user.client_certificate, &user.client_certificate_data];
    let tls = of_tls.into_iter().any(set) || cluster.insecure_skip_tls_verify == Some(true);
    let whole = if given.contains("://") { given.to_owned() } else { format!("{}://{given}", if tls { "https" } else { "http" }) };
    let usable = whole
        .parse::<Uri>()
        .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty()));
    match usable {
        true => Ok(whole.trim_end_matches('/').to_owned()),
        false => Err(CollectError::Kubeconfig(format!(
            "“{}” is no address of a server: write it as https://HOST:PORT",
            kassay_core::model::text::clean(given)
        ))),
    }
}

/// The cluster's CA as PEM.
fn certificate_authority(cluster: &Cluster) -> Result<Option<Vec<u8>>, CollectError> {
    let failed = |why: String| CollectError::Kubeconfig(format!("the certificate authority of the cluster can't be used: {why}"));
    if let Some(data) = cluster.certificate_authority_data.as_deref().filter(|data| !data.is_empty()) {
        let plain: String = data.chars().filter(|c| !c.is_whitespace()).collect();
        return BASE64.decode(plain.as_bytes()).map(Some).map_err(|_| failed("it is not in base64".to_owned()));
    }
    let Some(path) = cluster.certificate_authority.as_deref().filter(|path| !path.is_empty()) else { return Ok(None) };
    std::fs::read(path).map(Some).map_err(|error| failed(format!("{path}: {}", file::plain(&error))))
}

impl Plan {
    fn server(&self) -> String {
        self.cluster.server.clone().unwrap_or_default().trim_end_matches('/').to_owned()
    }

    fn encrypted(&self) -> bool {
        self.server().parse::<Uri>().is_ok_and(|server| server.scheme_str() == Some("https"))
    }

    fn proxy(&self) -> Option<String> {
        proxy::for_server(&self.server().parse().ok()?, self.cluster.proxy_url.as_deref(), |name| std::env::var(name).ok())
    }

    fn user_without_plugin(&self) -> AuthInfo {
        AuthInfo { exec: None, ..self.user.clone() }
    }

    async fn config(&self, cancel: &Cancel) -> Result<kube::Config, CollectError> {
        let user = login::run_plugin(&login::with_token_file(self.user.clone())?, &self.cluster, self.ca.as_deref(), cancel).await?;
        login::sendable(&user)?;
        self.config_with(user)
    }

    fn config_with(&self, user: AuthInfo) -> Result<kube::Config, CollectError> {
        let mut config = match &self.in_cluster {
            Some(config) => config.clone(),
            None => {
                let server = self.server();
                let url: Uri = server.parse().map_err(|_| CollectError::Kubeconfig(format!("“{server}” is no address of a server")))?;
                let mut config = kube::Config::new(url);
                config.root_cert = match &self.ca {
                    Some(pem) => Some(certificates(pem)?),
                    None => None,
                };
                config.accept_invalid_certs = self.cluster.insecure_skip_tls_verify.unwrap_or(false);
                config.disable_compression = self.cluster.disable_compression.unwrap_or(false);
                config.tls_server_name = self.cluster.tls_server_name.clone().filter(|name| !name.is_empty());
                config
            }
        };
        config.auth_info = user;
        let proxy = self.proxy();
        config.proxy_url = match &proxy {
            Some(proxy) => Some(proxy.parse().map_err(|_| CollectError::Kubeconfig("the address of the proxy is none".to_owned()))?),
            None => None,
        };
        config.connect_timeout = Some(self.timeout.min(Duration::from_secs(15)));
        // Whole requests have a limit of their own, so the library needs none; nor does it try again by itself.
        config.read_timeout = None;
        config.write_timeout = Some(self.timeout);
        config.default_retry = false;
        Ok(config)
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, CollectError> {
    let failed = |why: &str| CollectError::Kubeconfig(format!("the certificate authority of the cluster can't be used: {why}"));
    let found: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(pem)
        .map(|certificate| certificate.map(|der| der.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|error| failed(words::of_pem(&error)))?;
    if found.is_empty() { Err(failed("it holds no certificate")) } else { Ok(found) }
}

/// A client of the same server without any credential, and nobody impersonated; with the server's address.
pub(super) fn anonymous(connect: &Connect) -> Result<(String, kube::Client), CollectError> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plan = plan(connect, REQUEST)?;
    let mut config = plan.config_with(AuthInfo::default())?;
    config.headers.clear();
    Ok((plan.server(), transport::client(&config)?))
}

/// How kubelets are asked: with the login of the context, believed by the cluster's own authority alone. The address of the node is put in by who asks.
///
/// # Errors
/// Why they are not asked: nothing then vouches for them, or there is no login that a kubelet could know.
pub(super) async fn for_kubelets(connect: &Connect, cancel: &Cancel) -> Result<kube::Config, String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let words = |error: CollectError| error.to_string();
    let mut plan = plan(connect, REQUEST).map_err(words)?;
    let why = |why: &str| Err(why.to_owned());
    if !plan.encrypted() {
        return why("the API server is asked without TLS, and so without a login");
    }
    if plan.cluster.insecure_skip_tls_verify == Some(true) {
        return why("the kubeconfig says not to verify certificates, so nothing would vouch for a kubelet");
    }
    plan.user = login::chosen(plan.user.clone(), true).map_err(words)?;
    // A kubelet passes over who is to be impersonated, and would answer somebody else.
    if connect.as_user.is_some()
        || !connect.as_groups.is_empty()
        || plan.user.impersonate.is_some()
        || plan.user.impersonate_groups.is_some()
    {
        return why("an impersonated identity is not one that a kubelet would ask the API server about");
    }
    if plan.user.auth_provider.is_some() || plan.user.username.is_some() {
        return why("kubelets take tokens and client certificates, and this login is neither");
    }
    let mut config = plan.config(cancel).await.map_err(words)?;
    if config.root_cert.is_none() && config.root_cert_file.is_none() {
        return why("the kubeconfig names no authority of the cluster, so nothing would vouch for a kubelet");
    }
    let user = &config.auth_info;
    if user.token.is_none() && user.token_file.is_none() && user.client_certificate.is_none() && user.client_certificate_data.is_none() {
        return why("the login has neither a token nor a client certificate");
    }
    // The name is the API server's.
    config.tls_server_name = None;
    config.connect_timeout = Some(Duration::from_secs(4));
    Ok(config)
}

/// A client of a server that is no Kubernetes: no credential, certificates verified by the system's authorities, the environment's proxy.
pub(super) fn stranger(origin: &str) -> Result<kube::Client, CollectError> {
    outsider(origin, None)
}

/// The same, with certificates verified by authorities that somebody named (DER), where somebody did.
pub(super) fn outsider(origin: &str, authorities: Option<Vec<Vec<u8>>>) -> Result<kube::Client, CollectError> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let none = || CollectError::Internal(format!("“{origin}” is no address of a server"));
    let url: Uri = origin.parse().map_err(|_| none())?;
    let mut config = kube::Config::new(url.clone());
    config.proxy_url = match proxy::for_server(&url, None, |name| std::env::var(name).ok()) {
        Some(proxy) => Some(proxy.parse().map_err(|_| CollectError::Internal("the address of the proxy is none".to_owned()))?),
        None => None,
    };
    config.root_cert = authorities;
    config.read_timeout = None;
    config.default_retry = false;
    transport::client(&config)
}

impl Link {
    /// What a first question that failed means for the whole collection.
    pub(super) fn fatal(&self, refusal: Refusal) -> CollectError {
        let server = self.server.clone();
        match refusal {
            Refusal::Unauthorized(message) => CollectError::Unauthorized { server, message },
            Refusal::Cancelled => CollectError::Cancelled,
            other => CollectError::Connect { server, message: other.words().to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_kubectl_takes_them() {
        let of = |cluster: &str, user: &str| {
            address(&serde_saphyr::from_str(cluster).unwrap(), &serde_saphyr::from_str(user).unwrap()).map_err(|error| error.to_string())
        };
        assert_eq!(of("server: https://kube.acme.example/", "{}").as_deref(), Ok("https://kube.acme.example"));
        assert_eq!(of("server: 10.0.0.1:8080", "{}").as_deref(), Ok("http://10.0.0.1:8080"));
        assert_eq!(of("{server: localhost:6443, insecure-skip-tls-verify: true}", "{}").as_deref(), Ok("https://localhost:6443"));
        assert_eq!(of("{server: kube, certificate-authority: /ca}", "{}").as_deref(), Ok("https://kube"));
        assert_eq!(of("server: kube", "client-certificate: /c").as_deref(), Ok("https://kube"));
        for none in ["ftp://kube", "https://", "a b", "https://a b", "/var/run/kube"] {
            assert!(of(&format!("server: '{none}'"), "{}").is_err_and(|said| said.contains("no address")), "{none}");
        }
    }
}
