//! The parts of an X.509 certificate that signing and verifying need, as they stand in its bytes.

use aws_lc_rs::signature::UnparsedPublicKey;

use super::algorithm::{Digest, EC, P256, P384, P521, RSA, Scheme};
use super::der::{BIT_STRING, INTEGER, OID, SEQUENCE, Values, context, only};
use crate::{Error, Result};

/// A certificate or list that somebody signed: the bytes signed, by which algorithm, and the signature.
pub(crate) struct Signed<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// A certificate, revocation list or other value of the form SIGNED (X.509, 9.1).
    pub(crate) fn parse(der: &'a [u8], what: &'static str) -> Result<Self> {
        let mut values = Values::new(only(der, SEQUENCE, what)?, what);
        let body = values.whole(SEQUENCE)?;
        let algorithm = values.whole(SEQUENCE)?;
        let signature = bits(values.take(BIT_STRING)?, what)?;
        values.end()?;
        Ok(Self {
            body,
            algorithm,
            signature,
        })
    }

    /// The signature is `key`'s, by the algorithm that the body names too (RFC 5280, 4.1.1.2).
    pub(crate) fn verify(&self, key: &PublicKey<'_>, named: &[u8]) -> Result<()> {
        if named != self.algorithm {
            return Err(Error::Altered(
                "two different signature algorithms in one certificate or list".into(),
            ));
        }
        let (scheme, digest) = Scheme::identified(self.algorithm, None)?;
        key.verify(scheme, digest, self.body, self.signature)
    }
}

/// What a certificate says, borrowed from its bytes.
pub(crate) struct Certificate<'a> {
    pub(crate) signed: Signed<'a>,
    pub(crate) serial: &'a [u8],
    pub(crate) named: &'a [u8],
    pub(crate) issuer: &'a [u8],
    pub(crate) spki: &'a [u8],
}

impl<'a> Certificate<'a> {
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self> {
        let what = "certificate";
        let signed = Signed::parse(der, what)?;
        let mut body = Values::new(only(signed.body, SEQUENCE, what)?, what);
        body.optional(context(0))?;
        let serial = body.whole(INTEGER)?;
        let named = body.whole(SEQUENCE)?;
        let issuer = body.whole(SEQUENCE)?;
        body.take(SEQUENCE)?; // validity
        body.take(SEQUENCE)?; // subject
        let spki = body.whole(SEQUENCE)?;
        Ok(Self {
            signed,
            serial,
            named,
            issuer,
            spki,
        })
    }
}

fn bits<'a>(content: &'a [u8], what: &'static str) -> Result<&'a [u8]> {
    match content.split_first() {
        Some((0, rest)) => Ok(rest),
        _ => Err(Error::Der(format!(
            "{what}: a bit string that is no whole bytes"
        ))),
    }
}

/// A public key from its `SubjectPublicKeyInfo`.
pub(crate) struct PublicKey<'a> {
    curve: Option<&'a [u8]>,
    key: &'a [u8],
}

impl<'a> PublicKey<'a> {
    pub(crate) fn parse(spki: &'a [u8]) -> Result<Self> {
        let what = "public key";
        let mut values = Values::new(only(spki, SEQUENCE, what)?, what);
        let mut algorithm = Values::new(values.take(SEQUENCE)?, what);
        let key = bits(values.take(BIT_STRING)?, what)?;
        values.end()?;
        let curve = match algorithm.take(OID)? {
            RSA => None,
            EC => match algorithm.take(OID)? {
                curve if [P256, P384, P521].contains(&curve) => Some(curve),
                _ => {
                    return Err(Error::Der(
                        "public key: a curve other than P-256, P-384, P-521".into(),
                    ));
                }
            },
            _ => {
                return Err(Error::Der(
                    "public key: neither RSA nor elliptic curve".into(),
                ));
            }
        };
        Ok(Self { curve, key })
    }

    /// From a certificate or from a `SubjectPublicKeyInfo`, whichever `der` is.
    pub(crate) fn of(der: &'a [u8]) -> Result<Self> {
        Self::parse(spki_of(der)?)
    }

    /// The scheme goes with this kind of key.
    pub(crate) fn fits(&self, scheme: Scheme) -> bool {
        self.curve.is_some() == (scheme == Scheme::Ecdsa)
    }

    pub(crate) fn verify(
        &self,
        scheme: Scheme,
        digest: Digest,
        message: &[u8],
        signature: &[u8],
    ) -> Result<()> {
        UnparsedPublicKey::new(scheme.verifier(digest, self.curve)?, self.key)
            .verify(message, signature)
            .map_err(|_| Error::Altered("signature does not verify under this key".into()))
    }
}

/// The `SubjectPublicKeyInfo` of a certificate; one that is handed in comes back.
///
/// # Errors
/// `Der` if `der` is neither.
pub fn spki_of(der: &[u8]) -> Result<&[u8]> {
    let mut outer = Values::new(only(der, SEQUENCE, "certificate")?, "certificate");
    let mut first = Values::new(outer.take(SEQUENCE)?, "certificate");
    if first.peek() == Some(OID) && outer.peek() == Some(BIT_STRING) {
        first.take(OID)?;
        return Ok(der);
    }
    Ok(Certificate::parse(der)?.spki)
}

/// Checks a signature over `message` under the key of a certificate or `SubjectPublicKeyInfo`.
///
/// # Errors
/// `Altered` if it does not verify or scheme and key do not go together, `Der` for a key that cannot be read.
pub fn verify_signature(
    key: &[u8],
    message: &[u8],
    signature: &[u8],
    scheme: Scheme,
    digest: Digest,
) -> Result<()> {
    PublicKey::of(key)?.verify(scheme, digest, message, signature)
}

/// Checks that `issuer` (certificate or key) signed `der`, a certificate or, with `list`, a revocation list.
///
/// # Errors
/// `Altered` if it did not, `Der` for what cannot be read.
pub fn verify_issued(der: &[u8], issuer: &[u8], list: bool) -> Result<()> {
    let key = PublicKey::of(issuer)?;
    if list {
        let what = "revocation list";
        let signed = Signed::parse(der, what)?;
        let mut body = Values::new(only(signed.body, SEQUENCE, what)?, what);
        if body.peek() == Some(INTEGER) {
            body.take(INTEGER)?;
        }
        signed.verify(&key, body.whole(SEQUENCE)?)
    } else {
        let certificate = Certificate::parse(der)?;
        certificate.signed.verify(&key, certificate.named)
    }
}
