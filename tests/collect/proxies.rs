//! The way to a server through proxies, and what else a kubeconfig says of the connection: compression, a name to expect, a client certificate.

use super::server::Server;
use data_encoding::BASE64;
use kassay::collect::{Cancel, CollectError, Connect, Options, SourceSpec, collect};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// A certificate of 127.0.0.1, its key, and the authority that signed it.
struct Identity {
    certificate: CertificateDer<'static>,
    key: KeyPair,
    authority: String,
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64.encode(der))
}

impl Identity {
    fn new() -> Self {
        let mut own = CertificateParams::default();
        own.distinguished_name.push(DnType::CommonName, "authority of a test");
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let (authority, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let root = own.self_signed(&authority).unwrap();
        let wanted = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let signed = wanted.signed_by(&key, &Issuer::from_params(&own, &authority)).unwrap();
        Self { certificate: signed.der().clone(), key, authority: BASE64.encode(pem("CERTIFICATE", root.der()).as_bytes()) }
    }

    fn secret(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }

    fn server(&self) -> Server {
        Server::start_showing(self.certificate.clone(), self.secret())
    }

    /// What a kubeconfig says of a cluster behind this identity.
    fn cluster(&self, more: &str) -> String {
        format!("certificate-authority-data: {}{more}", self.authority)
    }
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speech {
    Http,
    Https,
    Socks,
}

/// A proxy that runs, and the heads of what it was asked.
struct Proxy {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

fn proxy(speech: Speech, identity: &Identity) -> Proxy {
    let key = rustls::crypto::ring::default_provider();
    let tls = rustls::ServerConfig::builder_with_provider(Arc::new(key)).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_no_client_auth().with_single_cert(vec![identity.certificate.clone()], identity.secret()).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let (told, at) = std::sync::mpsc::channel();
    let log = heard.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, log) = (acceptor.clone(), log.clone());
                tokio::spawn(async move {
                    match speech {
                        Speech::Http => connect(stream, &log).await,
                        Speech::Https => connect(acceptor.accept(stream).await.ok()?, &log).await,
                        Speech::Socks => socks(stream, &log).await,
                    }
                });
            }
        });
    });
    Proxy { address: at.recv().unwrap(), heard }
}

/// Answers `CONNECT`, then only carries.
async fn connect(mut client: impl AsyncRead + AsyncWrite + Unpin, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    log.lock().unwrap().push(head);
    let mut server = TcpStream::connect(target).await.ok()?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok().map(|_| ())
}

/// Answers SOCKS 5 without a login (RFC 1928), for addresses of IPv4, then only carries.
async fn socks(mut client: TcpStream, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting).await.ok()?;
    client.read_exact(&mut vec![0; usize::from(greeting[1])]).await.ok()?;
    client.write_all(&[5, 0]).await.ok()?;
    let mut request = [0; 10];
    client.read_exact(&mut request).await.ok()?;
    let [5, 1, 0, 1, a, b, c, d, high, low] = request else { return None };
    let target = SocketAddr::from(([a, b, c, d], u16::from_be_bytes([high, low])));
    log.lock().unwrap().push(target.to_string());
    let mut server = TcpStream::connect(target).await.ok()?;
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok().map(|_| ())
}

fn read(server: &Server, cluster: &str, user: &str) -> Result<(), CollectError> {
    let spec = SourceSpec::Live(Connect { kubeconfig: Some(server.kubeconfig_of(cluster, user)), ..Connect::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(collect(&spec, &Options::default(), &|_| {}, &Cancel::default())).map(|_| ())
}

#[test]
fn a_proxy_of_each_kind_carries_what_is_asked() {
    let identity = Identity::new();
    for (speech, scheme) in [(Speech::Http, "http"), (Speech::Https, "https"), (Speech::Socks, "socks5")] {
        let (server, proxy) = (identity.server(), proxy(speech, &identity));
        // A name and a password with signs that an address has to write in another way.
        let login = if speech == Speech::Socks { "" } else { "jane:s%40fe@" };
        let url = format!(", proxy-url: '{scheme}://{login}{}'", proxy.address);
        read(&server, &identity.cluster(&url), "{token: t-1}").unwrap_or_else(|error| panic!("{scheme}: {error}"));
        assert!(server.asked().len() > 20 && server.asked().iter().all(|asked| asked.header("authorization") == "Bearer t-1"));
        let heard = proxy.heard.lock().unwrap();
        assert!(!heard.is_empty() && heard.iter().all(|head| !head.contains("Bearer")), "{scheme}: the token is for the server alone");
        if speech != Speech::Socks {
            let expected = format!("basic {}", BASE64.encode(b"jane:s@fe")).to_lowercase();
            assert!(heard.iter().all(|head| head.to_lowercase().contains(&format!("proxy-authorization: {expected}"))), "{heard:?}");
        }
    }
}

#[test]
fn a_proxy_that_nobody_vouches_for_hears_nothing() {
    let (identity, other) = (Identity::new(), Identity::new());
    let (server, proxy) = (identity.server(), proxy(Speech::Https, &other));
    let url = format!(", proxy-url: 'https://jane:safe@{}'", proxy.address);
    let refused = read(&server, &identity.cluster(&url), "{token: t-1}");
    assert!(matches!(&refused, Err(CollectError::Connect { .. })), "{refused:?}");
    assert!(server.asked().is_empty() && proxy.heard.lock().unwrap().is_empty());
}

#[test]
fn answers_come_compressed_unless_that_is_switched_off() {
    let identity = Identity::new();
    for (more, wanted) in [("", "gzip"), (", disable-compression: true", "")] {
        let server = identity.server();
        read(&server, &identity.cluster(more), "{token: t-1}").unwrap();
        assert!(server.asked().iter().all(|asked| asked.header("accept-encoding") == wanted), "{more}: {:?}", server.asked()[0]);
    }
}

#[test]
fn a_client_certificate_is_shown_to_a_server_that_asks_for_one() {
    let identity = Identity::new();
    let server = Server::start_asking(identity.certificate.clone(), identity.secret());
    let user = format!(
        "{{client-certificate-data: {}, client-key-data: {}}}",
        BASE64.encode(pem("CERTIFICATE", &identity.certificate).as_bytes()),
        BASE64.encode(pem("PRIVATE KEY", &identity.key.serialize_der()).as_bytes())
    );
    read(&server, &identity.cluster(""), &user).unwrap();
    assert!(server.asked().len() > 20 && server.asked().iter().all(|asked| asked.header("authorization").is_empty()));
    let refused = read(&server, &identity.cluster(""), "{}");
    assert!(matches!(&refused, Err(CollectError::Connect { message, .. }) if message.contains("certificate required")), "{refused:?}");
}
