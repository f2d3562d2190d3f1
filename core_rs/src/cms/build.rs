//! `SignedData` with one signer, in two phases: attributes to be signed, then the whole around their signature.

use const_oid::ObjectIdentifier;

use super::algorithm::{Digest, Scheme};
use super::certificate::{Certificate, PublicKey};
use super::der::{OCTET_STRING, OID, SEQUENCE, SET, Values, context, only, set_of, tlv, unsigned};
use crate::{Error, Result};

/// id-data (RFC 5652, 4)
pub const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// id-ct-TSTInfo (RFC 3161, 2.4.2)
pub const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
pub(crate) const SIGNED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// The older form with SHA-1, which RFC 3161 asks of timestamps; read, never written.
pub(crate) const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
pub(crate) const TIMESTAMP_TOKEN: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

pub(crate) fn oid(id: ObjectIdentifier) -> Vec<u8> {
    tlv(OID, &[id.as_bytes()])
}

fn attribute(id: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[&oid(id), &tlv(SET, &[value])])
}

/// The value of signingCertificateV2 (RFC 5035, 3): the certificate's SHA-256, and whose it is.
pub(crate) fn signing_certificate(der: &[u8]) -> Result<Vec<u8>> {
    let certificate = Certificate::parse(der)?;
    let name = tlv(context(4), &[certificate.issuer]);
    let issuer_serial = tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&name]), certificate.serial]);
    let hash = tlv(OCTET_STRING, &[&Digest::Sha256.of(der)]);
    // hashAlgorithm is SHA-256, its DEFAULT, so DER leaves it out
    let id = tlv(SEQUENCE, &[&hash, &issuer_serial]);
    Ok(tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&id])]))
}

/// The signed attributes: contentType, messageDigest, signingCertificateV2, as the DER of a SET OF, which is what is signed.
///
/// # Errors
/// `Usage` for a digest of the wrong length, `Key` where scheme and certificate do not go together, `Der` for a bad certificate.
pub fn prepare(
    content_digest: &[u8],
    digest: Digest,
    scheme: Scheme,
    certificate: &[u8],
    content_type: ObjectIdentifier,
) -> Result<Vec<u8>> {
    if content_digest.len() != digest.len() {
        return Err(Error::Usage(format!(
            "digest has {} bytes; {} has {}",
            content_digest.len(),
            digest.name(),
            digest.len()
        )));
    }
    fits(certificate, scheme)?;
    let content_type = attribute(CONTENT_TYPE, &oid(content_type));
    let message_digest = attribute(MESSAGE_DIGEST, &tlv(OCTET_STRING, &[content_digest]));
    let signing_certificate = attribute(SIGNING_CERTIFICATE_V2, &signing_certificate(certificate)?);
    Ok(set_of(
        SET,
        vec![&content_type, &message_digest, &signing_certificate],
    ))
}

fn fits(certificate: &[u8], scheme: Scheme) -> Result<()> {
    if PublicKey::parse(Certificate::parse(certificate)?.spki)?.fits(scheme) {
        return Ok(());
    }
    Err(Error::Key(format!(
        "certificate's key does not sign by {}",
        scheme.name()
    )))
}

/// The only value of attribute `id` in signed attributes, whole.
pub(crate) fn attribute_value(attributes: &[u8], id: ObjectIdentifier) -> Result<Option<&[u8]>> {
    let what = "attributes";
    let mut values = Values::new(attributes, what);
    let mut found = None;
    while !values.is_empty() {
        let mut attribute = Values::new(values.take(SEQUENCE)?, what);
        let name = attribute.take(OID)?;
        let mut set = Values::new(attribute.take(SET)?, what);
        attribute.end()?;
        if name == id.as_bytes() {
            let (value, _) = set.next()?;
            set.end()?;
            if found.replace(value).is_some() {
                return Err(Error::Der(format!("attributes: {id} stands twice")));
            }
        }
    }
    Ok(found)
}

/// What goes into a `SignedData` besides the signed attributes and their signature.
pub struct Frame<'a> {
    /// Digest of content and attributes.
    pub digest: Digest,
    /// How the attributes were signed.
    pub scheme: Scheme,
    /// The signer's certificate, DER.
    pub certificate: &'a [u8],
    /// Further certificates, DER, in any order.
    pub chain: &'a [&'a [u8]],
    /// A timestamp token over the signature (RFC 3161, appendix A).
    pub timestamp: Option<&'a [u8]>,
    /// The content, where it travels inside.
    pub content: Option<&'a [u8]>,
}

/// The `ContentInfo` around signed attributes and their signature; the same parts give the same bytes.
///
/// # Errors
/// `Der` for attributes, certificates or a token that are not DER, `Key` where scheme and certificate do not go together.
pub fn finish(signed_attributes: &[u8], signature: &[u8], frame: &Frame<'_>) -> Result<Vec<u8>> {
    let attributes = only(signed_attributes, SET, "signed attributes")?;
    let content_type = attribute_value(attributes, CONTENT_TYPE)?
        .ok_or_else(|| Error::Der("signed attributes: no contentType".into()))?;
    only(content_type, OID, "contentType")?;
    fits(frame.certificate, frame.scheme)?;
    let signer = Certificate::parse(frame.certificate)?;

    let sid = tlv(SEQUENCE, &[signer.issuer, signer.serial]);
    let digest = frame.digest.identifier();
    let algorithm = frame.scheme.identifier(frame.digest);
    let signature = tlv(OCTET_STRING, &[signature]);
    let attributes = tlv(context(0), &[attributes]);
    let timestamp = match frame.timestamp {
        None => Vec::new(),
        Some(token) => {
            only(token, SEQUENCE, "timestamp token")?;
            tlv(context(1), &[&attribute(TIMESTAMP_TOKEN, token)])
        }
    };
    let one = unsigned(&[1]);
    let signer_info = tlv(
        SEQUENCE,
        &[
            &one,
            &sid,
            &digest,
            &attributes,
            &algorithm,
            &signature,
            &timestamp,
        ],
    );

    let mut certificates = vec![frame.certificate];
    for &certificate in frame.chain {
        Certificate::parse(certificate)?;
        if !certificates.contains(&certificate) {
            certificates.push(certificate);
        }
    }
    let content = match frame.content {
        None => Vec::new(),
        Some(content) => tlv(context(0), &[&tlv(OCTET_STRING, &[content])]),
    };
    // RFC 5652, 5.1: version 3 for any content but plain data
    let version = if content_type == oid(DATA) {
        one
    } else {
        unsigned(&[3])
    };
    let signed_data = tlv(
        SEQUENCE,
        &[
            &version,
            &tlv(SET, &[&digest]),
            &tlv(SEQUENCE, &[content_type, &content]),
            &set_of(context(0), certificates),
            &tlv(SET, &[&signer_info]),
        ],
    );
    Ok(tlv(
        SEQUENCE,
        &[&oid(SIGNED_DATA), &tlv(context(0), &[&signed_data])],
    ))
}
