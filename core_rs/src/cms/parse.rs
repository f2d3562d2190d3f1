//! Taking a `SignedData` apart, and saying whether it is exactly what its parts make.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use const_oid::ObjectIdentifier;

use super::algorithm::{Digest, Scheme};
use super::build::{
    CONTENT_TYPE, Frame, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2,
    TIMESTAMP_TOKEN, TST_INFO, attribute_value, finish,
};
use super::certificate::{Certificate, PublicKey};
use super::der::{INTEGER, OCTET_STRING, OID, SEQUENCE, SET, Values, context, only, tlv};
use crate::{Error, Result};

/// A `SignedData` with one signer, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// DER of the SET OF that was signed.
    pub signed_attributes: Vec<u8>,
    /// The signature, as it stands.
    pub signature: &'a [u8],
    /// Digest of content and attributes.
    pub digest: Digest,
    /// How the attributes were signed.
    pub scheme: Scheme,
    /// The signer's certificate, DER.
    pub certificate: &'a [u8],
    /// The other certificates, DER, as they stand.
    pub chain: Vec<&'a [u8]>,
    /// The timestamp token over the signature.
    pub timestamp: Option<&'a [u8]>,
    /// What kind of content was signed.
    pub content_type: ObjectIdentifier,
    /// The content, where it travels inside.
    pub content: Option<&'a [u8]>,
    /// The signed attribute messageDigest.
    pub message_digest: Vec<u8>,
}

fn altered(err: Error) -> Error {
    match err {
        Error::Der(text) | Error::Key(text) => Error::Altered(text),
        other => other,
    }
}

fn identifier(content: &[u8]) -> Result<ObjectIdentifier> {
    ObjectIdentifier::from_bytes(content).map_err(|_| Error::Der("not an object identifier".into()))
}

impl<'a> Parts<'a> {
    /// Takes `der` apart; encodings that others use are let through.
    ///
    /// # Errors
    /// `Altered` for what is not a `SignedData` in DER with exactly one signer, whose certificate is in it.
    pub fn parse(der: &'a [u8]) -> Result<Self> {
        Self::read(der).map_err(altered)
    }

    fn read(der: &'a [u8]) -> Result<Self> {
        let what = "CMS";
        let mut info = Values::new(only(der, SEQUENCE, what)?, what);
        if info.take(OID)? != SIGNED_DATA.as_bytes() {
            return Err(Error::Der("CMS: not signed data".into()));
        }
        let mut data = Values::new(only(info.take(context(0))?, SEQUENCE, what)?, what);
        info.end()?;
        data.take(INTEGER)?;
        data.take(SET)?;
        let mut encapsulated = Values::new(data.take(SEQUENCE)?, what);
        let content_type = identifier(encapsulated.take(OID)?)?;
        let content = match encapsulated.optional(context(0))? {
            Some(content) => Some(only(content, OCTET_STRING, what)?),
            None => None,
        };
        encapsulated.end()?;
        let mut certificates = Values::new(data.take(context(0))?, what);
        data.optional(context(1))?; // revocation lists, which we leave to the DSS dictionary
        let mut signer = Values::new(only(data.take(SET)?, SEQUENCE, what)?, what);
        data.end()?;

        signer.take(INTEGER)?;
        let mut sid = Values::new(signer.take(SEQUENCE)?, what);
        let issuer = sid.whole(SEQUENCE)?;
        let serial = sid.whole(INTEGER)?;
        sid.end()?;
        let digest = Digest::identified(signer.whole(SEQUENCE)?)?;
        let attributes = signer.take(context(0))?;
        let (scheme, signed_digest) = Scheme::identified(signer.whole(SEQUENCE)?, Some(digest))?;
        if signed_digest != digest {
            return Err(Error::Der(
                "CMS: two different digest algorithms in one signature".into(),
            ));
        }
        let signature = signer.take(OCTET_STRING)?;
        let timestamp = match signer.optional(context(1))? {
            Some(attributes) => attribute_value(attributes, TIMESTAMP_TOKEN)?,
            None => None,
        };
        signer.end()?;

        let mut certificate = None;
        let mut chain = Vec::new();
        while !certificates.is_empty() {
            let der = certificates.whole(SEQUENCE)?;
            let parsed = Certificate::parse(der)?;
            if certificate.is_none() && parsed.issuer == issuer && parsed.serial == serial {
                certificate = Some(der);
            } else {
                chain.push(der);
            }
        }
        let certificate = certificate
            .ok_or_else(|| Error::Der("CMS: the signer's certificate is not in it".into()))?;
        let signed_type = attribute_value(attributes, CONTENT_TYPE)?
            .ok_or_else(|| Error::Der("CMS: no contentType among the signed attributes".into()))?;
        if identifier(only(signed_type, OID, what)?)? != content_type {
            return Err(Error::Der(
                "CMS: contentType is not that of the content".into(),
            ));
        }
        let message_digest = attribute_value(attributes, MESSAGE_DIGEST)?.ok_or_else(|| {
            Error::Der("CMS: no messageDigest among the signed attributes".into())
        })?;
        let message_digest = only(message_digest, OCTET_STRING, what)?.to_vec();
        Ok(Self {
            signed_attributes: tlv(SET, &[attributes]),
            signature,
            digest,
            scheme,
            certificate,
            chain,
            timestamp,
            content_type,
            content,
            message_digest,
        })
    }

    /// The bytes that [`finish`] makes of these parts.
    ///
    /// # Errors
    /// As [`finish`].
    pub fn finish(&self) -> Result<Vec<u8>> {
        let frame = Frame {
            digest: self.digest,
            scheme: self.scheme,
            certificate: self.certificate,
            chain: &self.chain,
            timestamp: self.timestamp,
            content: self.content,
        };
        finish(&self.signed_attributes, self.signature, &frame)
    }

    /// Takes `der` apart and refuses it unless its parts make exactly these bytes again.
    ///
    /// # Errors
    /// `Altered` for anything else.
    pub fn strict(der: &'a [u8]) -> Result<Self> {
        let parts = Self::parse(der)?;
        let again = parts.finish().map_err(altered)?;
        if again != der {
            let at = again
                .iter()
                .zip(der)
                .position(|(a, b)| a != b)
                .unwrap_or(again.len().min(der.len()));
            return Err(Error::Altered(format!(
                "CMS is not in the one form that its parts have (byte {at})"
            )));
        }
        Ok(parts)
    }

    /// Checks messageDigest against `content_digest` (or the content inside), the certificate's hash among the signed
    /// attributes, and the signature.
    ///
    /// # Errors
    /// `Altered` for the first that fails.
    pub fn verify(&self, content_digest: Option<&[u8]>) -> Result<()> {
        let expected = match (content_digest, self.content) {
            (Some(digest), None) => digest.to_vec(),
            (None, Some(content)) => self.digest.of(content),
            (Some(digest), Some(content)) => {
                if self.digest.of(content) != digest {
                    return Err(Error::Altered(
                        "content inside the CMS is not the one that was asked about".into(),
                    ));
                }
                digest.to_vec()
            }
            (None, None) => {
                return Err(Error::Usage(
                    "a detached signature needs the digest of its content".into(),
                ));
            }
        };
        if expected != self.message_digest {
            return Err(Error::Altered(
                "content is not what was signed: its digest differs".into(),
            ));
        }
        self.verify_certificate().map_err(altered)?;
        let key = PublicKey::of(self.certificate).map_err(altered)?;
        key.verify(
            self.scheme,
            self.digest,
            &self.signed_attributes,
            self.signature,
        )
        .map_err(altered)
    }

    /// The signed attribute names this certificate: by a SHA-2 (RFC 5035), or by SHA-1 as timestamps may (RFC 3161, 2.4.2).
    fn verify_certificate(&self) -> Result<()> {
        let what = "signingCertificate";
        let attributes = only(&self.signed_attributes, SET, "signed attributes")?;
        let (value, old) = match attribute_value(attributes, SIGNING_CERTIFICATE_V2)? {
            Some(value) => (value, false),
            None => match attribute_value(attributes, SIGNING_CERTIFICATE)? {
                Some(value) if self.content_type == TST_INFO => (value, true),
                _ => {
                    return Err(Error::Altered(
                        "signature does not name its certificate (signingCertificateV2)".into(),
                    ));
                }
            },
        };
        let mut outer = Values::new(only(value, SEQUENCE, what)?, what);
        let mut ids = Values::new(outer.take(SEQUENCE)?, what);
        let mut id = Values::new(ids.take(SEQUENCE)?, what);
        let expected = match id.peek() {
            _ if old => digest(&SHA1_FOR_LEGACY_USE_ONLY, self.certificate)
                .as_ref()
                .to_vec(),
            Some(SEQUENCE) => Digest::identified(id.whole(SEQUENCE)?)?.of(self.certificate),
            _ => Digest::Sha256.of(self.certificate),
        };
        if id.take(OCTET_STRING)? != expected {
            return Err(Error::Altered(
                "certificate is not the one that the signature names".into(),
            ));
        }
        if let Some(issuer_serial) = id.optional(SEQUENCE)? {
            let certificate = Certificate::parse(self.certificate)?;
            let name = tlv(SEQUENCE, &[&tlv(context(4), &[certificate.issuer])]);
            if issuer_serial != [name.as_slice(), certificate.serial].concat() {
                return Err(Error::Altered(
                    "issuer and serial are not those that the signature names".into(),
                ));
            }
        }
        id.end()
    }
}
