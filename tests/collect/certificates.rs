//! Which server is believed: whom the kubeconfig's authorities vouch for, and a certificate that stands among these authorities itself, as kubectl
//! has it. Each server here shows a certificate that the test has just made.

use super::server::Server;
use data_encoding::BASE64;
use kassay::collect::{Cancel, CollectError, Connect, Options, SourceSpec, collect};
use rcgen::{BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;

/// The certificate of a server at 127.0.0.1, before it is signed.
fn of_server() -> CertificateParams {
    let mut wanted = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    wanted.distinguished_name = named("kube-apiserver");
    wanted
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn authority() -> (CertificateParams, KeyPair) {
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name = named("an authority");
    wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (wanted, KeyPair::generate().unwrap())
}

/// Signs with a key of an authority that nobody trusts.
fn by_another(wanted: &CertificateParams, key: &KeyPair) -> Certificate {
    let (mut own, authority) = authority();
    own.distinguished_name = named("another authority");
    wanted.signed_by(key, &Issuer::from_params(&own, &authority)).unwrap()
}

/// Reads a healthy cluster behind TLS: it shows a certificate with its key, and the kubeconfig gives others as authority.
fn reached(shown: &Certificate, key: &KeyPair, given: &[&Certificate], more: &str) -> Result<(), CollectError> {
    let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let server = Server::start_showing(shown.der().clone(), secret);
    let pem: String =
        given.iter().map(|one| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64.encode(one.der()))).collect();
    let authority = BASE64.encode(pem.as_bytes());
    let path = server.kubeconfig_of(&format!("certificate-authority-data: {authority}{more}"), "{token: t-1}");
    let spec = SourceSpec::Live(Connect { kubeconfig: Some(path), ..Connect::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let read = runtime.block_on(collect(&spec, &Options::default(), &|_| {}, &Cancel::default()));
    let asked = server.asked();
    if read.is_err() {
        assert!(asked.is_empty(), "a server that is not believed hears nothing, and no token: {asked:?}");
    } else {
        assert_eq!(asked[0].header("authorization"), "Bearer t-1");
    }
    read.map(|inventory| {
        let seen = inventory.cluster.connection.unwrap();
        assert!(seen.note.is_empty() && seen.chain.len() == 1, "{seen:?}");
    })
}

fn refused(shown: &Certificate, key: &KeyPair, given: &[&Certificate], more: &str) -> String {
    match reached(shown, key, given, more) {
        Err(CollectError::Connect { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chain_that_ends_at_the_authority_is_believed() {
    let (own, authority_key) = authority();
    let root = own.self_signed(&authority_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let shown = of_server().signed_by(&key, &Issuer::from_params(&own, &authority_key)).unwrap();
    reached(&shown, &key, &[&root], "").unwrap();
    let stranger = by_another(&of_server(), &key);
    assert!(refused(&stranger, &key, &[&root], "").contains("signed by nobody who is trusted"));
    // As where a cluster was set up anew: its authority has the name of the one before.
    let (own, authority_key) = authority();
    let shown = of_server().signed_by(&key, &Issuer::from_params(&own, &authority_key)).unwrap();
    assert!(refused(&shown, &key, &[&root], "").contains("set up anew"));
}

#[test]
fn a_leaf_given_as_authority_is_believed_for_itself() {
    let key = KeyPair::generate().unwrap();
    let shown = by_another(&of_server(), &key);
    reached(&shown, &key, &[&shown], "").unwrap();
    let mut uses = of_server();
    uses.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    let shown = by_another(&uses, &key);
    let (own, authority_key) = authority();
    reached(&shown, &key, &[&own.self_signed(&authority_key).unwrap(), &shown], "").unwrap();
    let mut anything = of_server();
    anything.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any];
    let shown = by_another(&anything, &key);
    reached(&shown, &key, &[&shown], "").unwrap();
}

#[test]
fn an_authority_that_is_the_server_itself_is_believed() {
    let key = KeyPair::generate().unwrap();
    let mut wanted = of_server();
    wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let shown = wanted.self_signed(&key).unwrap();
    reached(&shown, &key, &[&shown], "").unwrap();
    // Another authority does not vouch for it.
    let (own, authority_key) = authority();
    let root = own.self_signed(&authority_key).unwrap();
    assert!(refused(&shown, &key, &[&root], "").contains("can't be verified"));
}

#[test]
fn a_leaf_given_as_authority_must_fit_the_name() {
    let key = KeyPair::generate().unwrap();
    let mut wanted = CertificateParams::new(vec!["kube.acme.example".to_owned()]).unwrap();
    wanted.distinguished_name = named("127.0.0.1");
    let shown = by_another(&wanted, &key);
    let said = refused(&shown, &key, &[&shown], "");
    assert!(said.contains("“127.0.0.1”") && said.contains("kube.acme.example"), "{said}");
    reached(&shown, &key, &[&shown], ", tls-server-name: kube.acme.example").unwrap();
}

#[test]
fn a_leaf_given_as_authority_must_hold_now() {
    let key = KeyPair::generate().unwrap();
    let mut expired = of_server();
    expired.not_after = rcgen::date_time_ymd(2021, 3, 4);
    let shown = by_another(&expired, &key);
    let said = refused(&shown, &key, &[&shown], "");
    assert!(said.contains("expired on 2021-03-04T00:00:00Z"), "{said}");
    let mut later = of_server();
    later.not_before = rcgen::date_time_ymd(3000, 1, 1);
    later.not_after = rcgen::date_time_ymd(3001, 1, 1);
    let shown = by_another(&later, &key);
    let said = refused(&shown, &key, &[&shown], "");
    assert!(said.contains("not valid before 3000-01-01"), "{said}");
}

#[test]
fn a_leaf_of_the_same_key_and_name_is_another() {
    let key = KeyPair::generate().unwrap();
    let given = by_another(&of_server(), &key);
    let shown = by_another(&of_server(), &key);
    assert!(refused(&shown, &key, &[&given], "").contains("trusted"));
}

#[test]
fn a_leaf_given_as_authority_must_be_one_of_a_server() {
    let key = KeyPair::generate().unwrap();
    let mut wanted = of_server();
    wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let shown = by_another(&wanted, &key);
    assert!(refused(&shown, &key, &[&shown], "").contains("not for servers"));
}

#[test]
fn a_copied_certificate_without_its_key_is_refused() {
    let key = KeyPair::generate().unwrap();
    let shown = by_another(&of_server(), &key);
    // The server can't prove that the certificate is its own; rustls takes the pair as it is given.
    let other = KeyPair::generate().unwrap();
    assert!(matches!(reached(&shown, &other, &[&shown], ""), Err(CollectError::Connect { .. })));
}
