//! A private key, parsed once.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature as lc;
use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair as _};

use super::algorithm::{Digest, EC, P256, P384, RSA, Scheme};
use super::der::{BIT_STRING, INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, Values, only, tlv};
use crate::{Error, Result};

enum Kind {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

/// A private key that signs; it has no `Debug`, so that it is never printed.
pub struct SigningKey(Kind);

fn rejected(err: &aws_lc_rs::error::KeyRejected) -> Error {
    Error::Key(format!("private key is not usable ({err})"))
}

impl SigningKey {
    /// From unencrypted PKCS#8: RSA of 2,048 bits and more, P-256 or P-384.
    ///
    /// # Errors
    /// `Key` for anything else.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self> {
        let algorithm = |der| -> Result<(Vec<u8>, Option<Vec<u8>>)> {
            let mut values = Values::new(only(der, SEQUENCE, "private key")?, "private key");
            values.take(INTEGER)?;
            let mut algorithm = Values::new(values.take(SEQUENCE)?, "private key");
            values.take(OCTET_STRING)?;
            let oid = algorithm.take(OID)?.to_vec();
            Ok((oid, algorithm.optional(OID)?.map(<[u8]>::to_vec)))
        };
        let (oid, curve) =
            algorithm(der).map_err(|_| Error::Key("private key is not PKCS#8".into()))?;
        match (oid.as_slice(), curve.as_deref()) {
            (RSA, _) => {
                let key = RsaKeyPair::from_pkcs8(der).map_err(|err| rejected(&err))?;
                if key.public_modulus_len() < 256 {
                    return Err(Error::Key("RSA key is under 2048 bits; use 3072".into()));
                }
                Ok(Self(Kind::Rsa(key)))
            }
            (EC, Some(P256)) => EcdsaKeyPair::from_pkcs8(&lc::ECDSA_P256_SHA256_ASN1_SIGNING, der)
                .map(|key| Self(Kind::P256(key)))
                .map_err(|err| rejected(&err)),
            (EC, Some(P384)) => EcdsaKeyPair::from_pkcs8(&lc::ECDSA_P384_SHA384_ASN1_SIGNING, der)
                .map(|key| Self(Kind::P384(key)))
                .map_err(|err| rejected(&err)),
            _ => Err(Error::Key(
                "private key is neither RSA nor P-256 nor P-384".into(),
            )),
        }
    }

    /// Size of the modulus or of the curve's field.
    #[must_use]
    pub fn bits(&self) -> usize {
        match &self.0 {
            Kind::Rsa(key) => key.public_modulus_len() * 8,
            Kind::P256(_) => 256,
            Kind::P384(_) => 384,
        }
    }

    /// Longest signature in bytes, as it stands in a CMS.
    #[must_use]
    pub fn signature_len(&self) -> usize {
        match &self.0 {
            Kind::Rsa(key) => key.public_modulus_len(),
            Kind::P256(_) => 72,
            Kind::P384(_) => 104,
        }
    }

    /// What the key signs with where nothing else is asked: PSS, or ECDSA with the curve's own digest.
    #[must_use]
    pub fn habit(&self) -> (Scheme, Digest) {
        match &self.0 {
            Kind::Rsa(_) => (Scheme::RsaPss, Digest::Sha256),
            Kind::P256(_) => (Scheme::Ecdsa, Digest::Sha256),
            Kind::P384(_) => (Scheme::Ecdsa, Digest::Sha384),
        }
    }

    /// The `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_spki(&self) -> Vec<u8> {
        let (algorithm, key) = match &self.0 {
            Kind::Rsa(key) => (
                tlv(SEQUENCE, &[&tlv(OID, &[RSA]), NULL]),
                key.public_key().as_ref(),
            ),
            Kind::P256(key) => (
                tlv(SEQUENCE, &[&tlv(OID, &[EC]), &tlv(OID, &[P256])]),
                key.public_key().as_ref(),
            ),
            Kind::P384(key) => (
                tlv(SEQUENCE, &[&tlv(OID, &[EC]), &tlv(OID, &[P384])]),
                key.public_key().as_ref(),
            ),
        };
        tlv(SEQUENCE, &[&algorithm, &tlv(BIT_STRING, &[&[0], key])])
    }

    /// Signs `message`; ECDSA signatures are DER.
    ///
    /// # Errors
    /// `Key` where the key cannot do what is asked.
    pub fn sign(&self, message: &[u8], scheme: Scheme, digest: Digest) -> Result<Vec<u8>> {
        let failed = |_| Error::Key("private key failed to sign".into());
        match (&self.0, scheme, digest) {
            (Kind::Rsa(key), Scheme::RsaPss | Scheme::RsaV15, _) => {
                let encoding: &dyn lc::RsaEncoding = match (scheme, digest) {
                    (Scheme::RsaPss, Digest::Sha256) => &lc::RSA_PSS_SHA256,
                    (Scheme::RsaPss, Digest::Sha384) => &lc::RSA_PSS_SHA384,
                    (Scheme::RsaPss, Digest::Sha512) => &lc::RSA_PSS_SHA512,
                    (_, Digest::Sha256) => &lc::RSA_PKCS1_SHA256,
                    (_, Digest::Sha384) => &lc::RSA_PKCS1_SHA384,
                    (_, Digest::Sha512) => &lc::RSA_PKCS1_SHA512,
                };
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(encoding, &SystemRandom::new(), message, &mut out)
                    .map_err(failed)?;
                Ok(out)
            }
            (Kind::P256(key), Scheme::Ecdsa, Digest::Sha256)
            | (Kind::P384(key), Scheme::Ecdsa, Digest::Sha384) => Ok(key
                .sign(&SystemRandom::new(), message)
                .map_err(failed)?
                .as_ref()
                .to_vec()),
            (Kind::P256(_), ..) => Err(Error::Key("a P-256 key signs by ecdsa with sha256".into())),
            (Kind::P384(_), ..) => Err(Error::Key("a P-384 key signs by ecdsa with sha384".into())),
            (Kind::Rsa(_), Scheme::Ecdsa, _) => {
                Err(Error::Key("an RSA key signs by rsa-pss or rsa-v15".into()))
            }
        }
    }

    /// Signs with an elliptic curve key and gives r and s one after the other, each as wide as the curve.
    ///
    /// # Errors
    /// `Key` for an RSA key.
    pub fn sign_fixed(&self, message: &[u8]) -> Result<Vec<u8>> {
        let (scheme, digest) = self.habit();
        if scheme != Scheme::Ecdsa {
            return Err(Error::Key("an RSA signature has no fixed form".into()));
        }
        fixed(&self.sign(message, scheme, digest)?, self.bits() / 8)
    }
}

/// An ECDSA signature in DER as r and s of `width` bytes each.
///
/// # Errors
/// `Der` if it is not one.
pub fn fixed(der: &[u8], width: usize) -> Result<Vec<u8>> {
    let what = "ECDSA signature";
    let mut values = Values::new(only(der, SEQUENCE, what)?, what);
    let mut out = vec![0; 2 * width];
    for half in out.chunks_exact_mut(width) {
        let number = values.take(INTEGER)?;
        let digits = number.strip_prefix(&[0]).unwrap_or(number);
        let start = width
            .checked_sub(digits.len())
            .ok_or_else(|| Error::Der("ECDSA signature: a number wider than the curve".into()))?;
        half[start..].copy_from_slice(digits);
    }
    values.end()?;
    Ok(out)
}

/// The DER form of an ECDSA signature given as r and s of equal width.
///
/// # Errors
/// `Altered` for an odd or empty string.
pub fn unfixed(signature: &[u8]) -> Result<Vec<u8>> {
    if signature.is_empty() || signature.len() % 2 != 0 {
        return Err(Error::Altered(
            "ECDSA signature: r and s of unequal width".into(),
        ));
    }
    let (r, s) = signature.split_at(signature.len() / 2);
    Ok(tlv(
        SEQUENCE,
        &[&super::der::unsigned(r), &super::der::unsigned(s)],
    ))
}
