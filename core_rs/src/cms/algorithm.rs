//! Digests, signature schemes, and how they are named in DER.

use aws_lc_rs::digest;
use aws_lc_rs::signature as lc;

use super::der::{NULL, OCTET_STRING, OID, SEQUENCE, context, tlv, unsigned};
use crate::{Error, Result};

/// A SHA-2 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PSS, salt as long as the digest, MGF1 with the same digest (RFC 4056).
    RsaPss,
    /// RSASSA-PKCS1-v1_5 (RFC 5754, 3.2).
    RsaV15,
    /// ECDSA over P-256 or P-384 (RFC 5754, 3.3).
    Ecdsa,
}

const RSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A];
const MGF1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x08];
/// rsaEncryption, 1.2.840.113549.1.1.1
pub(crate) const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
/// id-ecPublicKey, 1.2.840.10045.2.1
pub(crate) const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
pub(crate) const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
pub(crate) const P384: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x22];
pub(crate) const P521: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x23];

const DIGESTS: [Digest; 3] = [Digest::Sha256, Digest::Sha384, Digest::Sha512];
const SCHEMES: [Scheme; 3] = [Scheme::RsaPss, Scheme::RsaV15, Scheme::Ecdsa];

impl Digest {
    /// By its name: `sha256`, `sha384`, `sha512`.
    ///
    /// # Errors
    /// `Usage` for another name.
    pub fn named(name: &str) -> Result<Self> {
        DIGESTS
            .into_iter()
            .find(|digest| digest.name() == name)
            .ok_or_else(|| {
                Error::Usage(format!(
                    "digest {name:?} is unknown; use sha256, sha384 or sha512"
                ))
            })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Bytes of a digest.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of `data`.
    #[must_use]
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, data).as_ref().to_vec()
    }

    /// `DigestInfo` around a digest, what RSASSA-PKCS1-v1_5 pads (RFC 8017, 9.2).
    #[must_use]
    pub fn info(self, sum: &[u8]) -> Vec<u8> {
        tlv(
            SEQUENCE,
            &[&self.identifier_null(), &tlv(OCTET_STRING, &[sum])],
        )
    }

    fn oid(self) -> [u8; 9] {
        let last = match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
        };
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last]
    }

    /// `AlgorithmIdentifier` without parameters, as RFC 5754, 2 wants it of a writer.
    pub(crate) fn identifier(self) -> Vec<u8> {
        tlv(SEQUENCE, &[&tlv(OID, &[&self.oid()])])
    }

    /// The same with the NULL that RFC 4055, 2.1 prints and older writers leave.
    pub(crate) fn identifier_null(self) -> Vec<u8> {
        tlv(SEQUENCE, &[&tlv(OID, &[&self.oid()]), NULL])
    }

    /// The digest that an `AlgorithmIdentifier` names, in either form.
    pub(crate) fn identified(der: &[u8]) -> Result<Self> {
        DIGESTS
            .into_iter()
            .find(|digest| der == digest.identifier() || der == digest.identifier_null())
            .ok_or_else(|| {
                Error::Der("digest algorithm is none of SHA-256, SHA-384, SHA-512".into())
            })
    }
}

impl Scheme {
    /// By its name: `rsa-pss`, `rsa-v15`, `ecdsa`.
    ///
    /// # Errors
    /// `Usage` for another name.
    pub fn named(name: &str) -> Result<Self> {
        SCHEMES
            .into_iter()
            .find(|scheme| scheme.name() == name)
            .ok_or_else(|| {
                Error::Usage(format!(
                    "scheme {name:?} is unknown; use rsa-pss, rsa-v15 or ecdsa"
                ))
            })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RsaPss => "rsa-pss",
            Self::RsaV15 => "rsa-v15",
            Self::Ecdsa => "ecdsa",
        }
    }

    /// The one `AlgorithmIdentifier` that we write (RFC 4056, 3; RFC 5754, 3.2 and 3.3).
    pub(crate) fn identifier(self, digest: Digest) -> Vec<u8> {
        match self {
            Self::RsaPss => Self::pss(&digest.identifier_null(), digest),
            Self::RsaV15 => {
                let last = match digest {
                    Digest::Sha256 => 11,
                    Digest::Sha384 => 12,
                    Digest::Sha512 => 13,
                };
                let oid = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, last];
                tlv(SEQUENCE, &[&tlv(OID, &[&oid]), NULL])
            }
            Self::Ecdsa => {
                let last = match digest {
                    Digest::Sha256 => 2,
                    Digest::Sha384 => 3,
                    Digest::Sha512 => 4,
                };
                let oid = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, last];
                tlv(SEQUENCE, &[&tlv(OID, &[&oid])])
            }
        }
    }

    fn pss(digest_identifier: &[u8], digest: Digest) -> Vec<u8> {
        #[allow(clippy::cast_possible_truncation)] // at most 64
        let salt = unsigned(&[digest.len() as u8]);
        let mask = tlv(SEQUENCE, &[&tlv(OID, &[MGF1]), digest_identifier]);
        let parameters = tlv(
            SEQUENCE,
            &[
                &tlv(context(0), &[digest_identifier]),
                &tlv(context(1), &[&mask]),
                &tlv(context(2), &[&salt]),
            ],
        );
        tlv(SEQUENCE, &[&tlv(OID, &[RSA_PSS]), &parameters])
    }

    /// Scheme and digest of a signature's `AlgorithmIdentifier`; `digest` is what stands beside a bare rsaEncryption.
    pub(crate) fn identified(der: &[u8], digest: Option<Digest>) -> Result<(Self, Digest)> {
        for scheme in SCHEMES {
            for known in DIGESTS {
                if der == scheme.identifier(known) {
                    return Ok((scheme, known));
                }
            }
        }
        for known in DIGESTS {
            if der == Self::pss(&known.identifier(), known) {
                return Ok((Self::RsaPss, known));
            }
        }
        let bare = der == tlv(SEQUENCE, &[&tlv(OID, &[RSA]), NULL])
            || der == tlv(SEQUENCE, &[&tlv(OID, &[RSA])]);
        if let (true, Some(digest)) = (bare, digest) {
            return Ok((Self::RsaV15, digest));
        }
        Err(Error::Der(
            "signature algorithm is none of RSASSA-PSS, RSA PKCS#1 v1.5, ECDSA with SHA-256, SHA-384 or SHA-512".into(),
        ))
    }

    /// How aws-lc verifies this over a key of the kind and curve given.
    pub(crate) fn verifier(
        self,
        digest: Digest,
        curve: Option<&[u8]>,
    ) -> Result<&'static dyn lc::VerificationAlgorithm> {
        Ok(match (self, curve, digest) {
            (Self::RsaPss, None, Digest::Sha256) => &lc::RSA_PSS_2048_8192_SHA256,
            (Self::RsaPss, None, Digest::Sha384) => &lc::RSA_PSS_2048_8192_SHA384,
            (Self::RsaPss, None, Digest::Sha512) => &lc::RSA_PSS_2048_8192_SHA512,
            (Self::RsaV15, None, Digest::Sha256) => &lc::RSA_PKCS1_2048_8192_SHA256,
            (Self::RsaV15, None, Digest::Sha384) => &lc::RSA_PKCS1_2048_8192_SHA384,
            (Self::RsaV15, None, Digest::Sha512) => &lc::RSA_PKCS1_2048_8192_SHA512,
            (Self::Ecdsa, Some(P256), Digest::Sha256) => &lc::ECDSA_P256_SHA256_ASN1,
            (Self::Ecdsa, Some(P256), Digest::Sha384) => &lc::ECDSA_P256_SHA384_ASN1,
            (Self::Ecdsa, Some(P256), Digest::Sha512) => &lc::ECDSA_P256_SHA512_ASN1,
            (Self::Ecdsa, Some(P384), Digest::Sha256) => &lc::ECDSA_P384_SHA256_ASN1,
            (Self::Ecdsa, Some(P384), Digest::Sha384) => &lc::ECDSA_P384_SHA384_ASN1,
            (Self::Ecdsa, Some(P384), Digest::Sha512) => &lc::ECDSA_P384_SHA512_ASN1,
            (Self::Ecdsa, Some(P521), Digest::Sha256) => &lc::ECDSA_P521_SHA256_ASN1,
            (Self::Ecdsa, Some(P521), Digest::Sha384) => &lc::ECDSA_P521_SHA384_ASN1,
            (Self::Ecdsa, Some(P521), Digest::Sha512) => &lc::ECDSA_P521_SHA512_ASN1,
            _ => {
                return Err(Error::Altered(format!(
                    "a signature by {} does not go with this key",
                    self.name()
                )));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for digest in DIGESTS {
            assert_eq!(Digest::named(digest.name()), Ok(digest));
            assert_eq!(Digest::identified(&digest.identifier()), Ok(digest));
            assert_eq!(Digest::identified(&digest.identifier_null()), Ok(digest));
            assert_eq!(digest.of(b"").len(), digest.len());
            for scheme in SCHEMES {
                assert_eq!(Scheme::named(scheme.name()), Ok(scheme));
                assert_eq!(
                    Scheme::identified(&scheme.identifier(digest), None),
                    Ok((scheme, digest))
                );
            }
        }
        assert!(Digest::named("md5").is_err());
        assert!(Scheme::named("dsa").is_err());
    }

    #[test]
    fn pss_parameters_are_those_of_rfc_4055() {
        // RFC 4055, 3.1 with explicit SHA-256, MGF1 over SHA-256, salt of 32, as OpenSSL 3 writes them.
        let expected = concat!(
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108",
            "300d06096086480165030402010500a203020120"
        );
        let expected: Vec<u8> = (0..expected.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&expected[at..at + 2], 16).unwrap())
            .collect();
        assert_eq!(Scheme::RsaPss.identifier(Digest::Sha256), expected);
    }

    #[test]
    fn bare_rsa_takes_the_digest_beside_it() {
        let bare = tlv(SEQUENCE, &[&tlv(OID, &[RSA]), NULL]);
        assert_eq!(
            Scheme::identified(&bare, Some(Digest::Sha384)),
            Ok((Scheme::RsaV15, Digest::Sha384))
        );
        assert!(Scheme::identified(&bare, None).is_err());
    }
}
