//! Public keys as `SubjectPublicKeyInfo` (RFC 3279, 2.3; RFC 5480), from the numbers that a token gives.

use super::algorithm::{EC, P256, P384, RSA};
use super::der::{BIT_STRING, NULL, OCTET_STRING, OID, SEQUENCE, tlv, unsigned};

/// A curve of NIST that signatures are made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// P-256.
    P256,
    /// P-384.
    P384,
}

impl Curve {
    fn oid(self) -> &'static [u8] {
        match self {
            Self::P256 => P256,
            Self::P384 => P384,
        }
    }

    /// Bytes of an uncompressed point.
    fn point_len(self) -> usize {
        match self {
            Self::P256 => 65,
            Self::P384 => 97,
        }
    }

    /// `ECParameters`: the curve's name, in DER.
    #[must_use]
    pub fn params(self) -> Vec<u8> {
        tlv(OID, &[self.oid()])
    }

    /// The curve that these `ECParameters` name.
    #[must_use]
    pub fn of_params(params: &[u8]) -> Option<Self> {
        [Self::P256, Self::P384]
            .into_iter()
            .find(|curve| curve.params() == params)
    }
}

/// An RSA key, from its big-endian numbers.
#[must_use]
pub fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = tlv(SEQUENCE, &[&unsigned(modulus), &unsigned(exponent)]);
    wrapped(&tlv(SEQUENCE, &[&tlv(OID, &[RSA]), NULL]), &key)
}

/// A key on `curve`; `point` is uncompressed, as PKCS#11 2.40 wants it in an OCTET STRING, or bare as some tokens give it.
#[must_use]
pub fn ec_spki(curve: Curve, point: &[u8]) -> Option<Vec<u8>> {
    let length = curve.point_len();
    let bare = if point.len() == length {
        point
    } else {
        let bare = &point[point.len().checked_sub(length)?..];
        (tlv(OCTET_STRING, &[bare]) == point).then_some(bare)?
    };
    if bare[0] != 4 {
        return None;
    }
    let algorithm = tlv(SEQUENCE, &[&tlv(OID, &[EC]), &curve.params()]);
    Some(wrapped(&algorithm, bare))
}

fn wrapped(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[algorithm, &tlv(BIT_STRING, &[&[0], key])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_taken_bare_and_wrapped_and_nothing_else_is() {
        for curve in [Curve::P256, Curve::P384] {
            let mut point = vec![7; curve.point_len()];
            point[0] = 4;
            let bare = ec_spki(curve, &point).expect("bare");
            let wrapped = tlv(OCTET_STRING, &[&point]);
            assert_eq!(ec_spki(curve, &wrapped).as_ref(), Some(&bare));
            assert!(ec_spki(curve, &point[1..]).is_none());
            assert!(ec_spki(curve, &[&[1], point.as_slice()].concat()).is_none());
            assert!(ec_spki(curve, &[]).is_none());
            point[0] = 2;
            assert!(ec_spki(curve, &point).is_none());
            assert_eq!(Curve::of_params(&curve.params()), Some(curve));
        }
        assert_eq!(Curve::of_params(&[6, 0]), None);
    }
}
