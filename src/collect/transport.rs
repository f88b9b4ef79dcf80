//! From a configuration to a client: the way to the server, straight or through a proxy, encryption, time limits, compression, and what every
//! request carries. It is the stack that the client library builds by itself, with a verifier of certificates that it has no place for.

use super::CollectError;
use super::tls;
use super::words::chain;
use data_encoding::BASE64;
use http::{HeaderValue, Uri};
use hyper::rt::{Read, Write};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_timeout::TimeoutConnector;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::rt::TokioExecutor;
use kube::client::{Body, ClientBuilder, ConfigExt};
use percent_encoding::percent_decode_str;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tower::{BoxError, Service, ServiceBuilder};
use tower_http::decompression::DecompressionLayer;

/// A client as a configuration describes it. Nothing is sent yet.
///
/// # Errors
/// Where a certificate, a key, a name or the proxy of the configuration can't be used.
pub(super) fn client(config: &kube::Config) -> Result<kube::Client, CollectError> {
    let tls = tls::settings(config)?;
    let mut straight = HttpConnector::new();
    straight.enforce_http(false);
    // Requests are small, and one that waits for the answer to those before it waits for nothing.
    straight.set_nodelay(true);
    let Some(proxy) = config.proxy_url.clone() else { return stack(straight, tls, config) };
    match proxy.scheme_str() {
        Some("socks5") => stack(SocksV5::new(proxy, straight), tls, config),
        Some("http") => stack(tunnel(&proxy, straight), tls, config),
        // The same authorities are trusted and the same name is expected, as Go's transport does it.
        Some("https") => stack(tunnel(&proxy, encrypted(straight, tls.clone(), config)?), tls, config),
        other => Err(CollectError::Kubeconfig(format!(
            "the proxy is to be spoken to over “{}”, and only http, https and socks5 are known here",
            kassay_core::model::text::clean(other.unwrap_or_default())
        ))),
    }
}

/// A way through a proxy, with the name and password that its address carries.
fn tunnel<C>(proxy: &Uri, connector: C) -> Tunnel<C> {
    let tunnel = Tunnel::new(proxy.clone(), connector);
    let login = proxy.authority().and_then(|authority| authority.as_str().rsplit_once('@')).map(|(login, _)| login);
    let plain = |login: &str| BASE64.encode(&percent_decode_str(login).collect::<Vec<u8>>());
    match login.and_then(|login| HeaderValue::from_str(&format!("Basic {}", plain(login))).ok()) {
        Some(header) => tunnel.with_auth(header),
        None => tunnel,
    }
}

fn encrypted<C>(connector: C, tls: ClientConfig, config: &kube::Config) -> Result<HttpsConnector<C>, CollectError> {
    let mut builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
    if let Some(name) = &config.tls_server_name {
        let name = ServerName::try_from(name.clone())
            .map_err(|_| CollectError::Kubeconfig(format!("the tls-server-name “{}” is no name", kassay_core::model::text::clean(name))))?;
        builder = builder.with_server_name_resolver(FixedServerNameResolver::new(name));
    }
    Ok(builder.enable_http1().wrap_connector(connector))
}

fn stack<C>(connector: C, tls: ClientConfig, config: &kube::Config) -> Result<kube::Client, CollectError>
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
{
    let refused = |error: kube::Error| CollectError::Kubeconfig(chain(&error));
    let mut connector = TimeoutConnector::new(encrypted(connector, tls, config)?);
    connector.set_connect_timeout(config.connect_timeout);
    connector.set_read_timeout(config.read_timeout);
    connector.set_write_timeout(config.write_timeout);
    let client: legacy::Client<_, Body> = legacy::Builder::new(TokioExecutor::new()).build(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .layer(DecompressionLayer::new().gzip(!config.disable_compression))
        .option_layer(config.auth_layer().map_err(refused)?)
        .layer(config.extra_headers_layer().map_err(refused)?)
        .map_err(BoxError::from)
        .service(client);
    Ok(ClientBuilder::new(service, config.default_namespace.clone()).build())
}
