//! Key pairs that have no certificate yet: made on the token, found by their label, and given a certificate later.

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::{Fault, Result, Token, fault, held};
use crate::cms::{Curve, ec_spki, rsa_spki};

/// A key pair on a token.
pub struct Pair {
    /// `CKA_LABEL`.
    pub label: String,
    /// `CKA_ID`, which both keys share.
    pub id: Vec<u8>,
    /// The public key, `SubjectPublicKeyInfo` in DER.
    pub spki: Vec<u8>,
}

/// What can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// RSA with a modulus of so many bits.
    Rsa(u64),
    /// A curve of NIST.
    Ec(Curve),
}

impl Kind {
    /// By its name, as profiles write it: `p-256`, `p-384`, `rsa-3072`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "p-256" => Self::Ec(Curve::P256),
            "p-384" => Self::Ec(Curve::P384),
            "rsa-2048" => Self::Rsa(2048),
            "rsa-3072" => Self::Rsa(3072),
            "rsa-4096" => Self::Rsa(4096),
            _ => return None,
        })
    }
}

impl Token {
    /// The key pairs whose public half is seen, RSA and P-256 or P-384; others are passed over.
    ///
    /// # Errors
    /// `gone` where it was taken out.
    pub fn pairs(&self) -> Result<Vec<Pair>> {
        let session = held(&self.session);
        let wanted = [Attribute::Class(ObjectClass::PUBLIC_KEY)];
        let mut found = Vec::new();
        for object in session.find_objects(&wanted).map_err(fault)? {
            if let Some(pair) = pair_of(&session, object)? {
                found.push(pair);
            }
        }
        Ok(found)
    }

    /// Makes a key pair that can sign and never leaves; the token is logged in.
    ///
    /// # Errors
    /// `mechanism` where the token cannot make such keys, `gone`.
    pub fn generate(&self, label: &str, id: &[u8], kind: Kind) -> Result<Pair> {
        let session = self.pkcs11.open_rw_session(self.slot).map_err(fault)?;
        let named = [
            Attribute::Token(true),
            Attribute::Label(label.as_bytes().to_vec()),
            Attribute::Id(id.to_vec()),
        ];
        let mut public = named.to_vec();
        public.extend([Attribute::Private(false), Attribute::Verify(true)]);
        let mechanism = match kind {
            Kind::Rsa(bits) => {
                public.push(Attribute::ModulusBits(bits.into()));
                public.push(Attribute::PublicExponent(vec![1, 0, 1]));
                Mechanism::RsaPkcsKeyPairGen
            }
            Kind::Ec(curve) => {
                public.push(Attribute::EcParams(curve.params()));
                Mechanism::EccKeyPairGen
            }
        };
        let mut private = named.to_vec();
        private.extend([
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ]);
        let (object, _) = session
            .generate_key_pair(&mechanism, &public, &private)
            .map_err(fault)?;
        pair_of(&session, object)?.ok_or_else(|| Fault::new("token", "the new key cannot be read"))
    }

    /// Puts a certificate beside the key called `id`; `subject` is its name in DER. The token is logged in.
    ///
    /// # Errors
    /// `gone`, or what the token has against it.
    pub fn put_certificate(
        &self,
        label: &str,
        id: &[u8],
        subject: &[u8],
        der: &[u8],
    ) -> Result<()> {
        let session = self.pkcs11.open_rw_session(self.slot).map_err(fault)?;
        let template = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Label(label.as_bytes().to_vec()),
            Attribute::Id(id.to_vec()),
            Attribute::Subject(subject.to_vec()),
            Attribute::Value(der.to_vec()),
        ];
        session.create_object(&template).map_err(fault)?;
        Ok(())
    }
}

fn pair_of(session: &Session, object: ObjectHandle) -> Result<Option<Pair>> {
    let kinds = [
        AttributeType::Label,
        AttributeType::Id,
        AttributeType::Modulus,
        AttributeType::PublicExponent,
        AttributeType::EcParams,
        AttributeType::EcPoint,
    ];
    let (mut label, mut id) = (String::new(), Vec::new());
    let (mut modulus, mut exponent, mut params, mut point) = (None, None, None, None);
    for attribute in session.get_attributes(object, &kinds).map_err(fault)? {
        match attribute {
            Attribute::Label(value) => label = String::from_utf8_lossy(&value).into_owned(),
            Attribute::Id(value) => id = value,
            Attribute::Modulus(value) => modulus = Some(value),
            Attribute::PublicExponent(value) => exponent = Some(value),
            Attribute::EcParams(value) => params = Some(value),
            Attribute::EcPoint(value) => point = Some(value),
            _ => {}
        }
    }
    let spki = match (modulus, exponent, params, point) {
        (Some(modulus), Some(exponent), _, _) => Some(rsa_spki(&modulus, &exponent)),
        (_, _, Some(params), Some(point)) => {
            Curve::of_params(&params).and_then(|curve| ec_spki(curve, &point))
        }
        _ => None,
    };
    Ok(spki.map(|spki| Pair { label, id, spki }))
}
