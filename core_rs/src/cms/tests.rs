use ::der::{Decode, Encode};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
};

use super::der::{BIT_STRING, SEQUENCE, SET, context, set_of, tlv, unsigned};
use super::*;
use crate::Error;

struct Signer {
    key: SigningKey,
    scheme: Scheme,
    digest: Digest,
    certificate: Vec<u8>,
}

fn name(text: &str) -> Vec<u8> {
    let value = tlv(
        SEQUENCE,
        &[&[0x06, 3, 0x55, 4, 3], &tlv(0x0C, &[text.as_bytes()])],
    );
    tlv(SEQUENCE, &[&tlv(SET, &[&value])])
}

fn certificate(key: &SigningKey, subject: &str, serial: u8) -> Vec<u8> {
    let (scheme, digest) = key.habit();
    let algorithm = scheme.identifier(digest);
    let time = tlv(0x17, &[b"260101000000Z"]);
    let body = tlv(
        SEQUENCE,
        &[
            &tlv(context(0), &[&unsigned(&[2])]),
            &unsigned(&[serial]),
            &algorithm,
            &name("issuer"),
            &tlv(SEQUENCE, &[&time, &time]),
            &name(subject),
            &key.public_spki(),
        ],
    );
    let signature = key.sign(&body, scheme, digest).unwrap();
    tlv(
        SEQUENCE,
        &[&body, &algorithm, &tlv(BIT_STRING, &[&[0], &signature])],
    )
}

fn ec(algorithm: &'static aws_lc_rs::signature::EcdsaSigningAlgorithm) -> SigningKey {
    let key = EcdsaKeyPair::generate(algorithm).unwrap();
    SigningKey::from_pkcs8(key.to_pkcs8v1().unwrap().as_ref()).unwrap()
}

fn rsa() -> SigningKey {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
    SigningKey::from_pkcs8(der.as_ref()).unwrap()
}

fn signers() -> Vec<Signer> {
    let mut out = Vec::new();
    for key in [
        ec(&ECDSA_P256_SHA256_ASN1_SIGNING),
        ec(&ECDSA_P384_SHA384_ASN1_SIGNING),
        rsa(),
    ] {
        let (scheme, digest) = key.habit();
        let certificate = certificate(&key, "signer", 7);
        out.push(Signer {
            key,
            scheme,
            digest,
            certificate,
        });
    }
    let key = rsa();
    let certificate = certificate(&key, "signer", 200);
    out.push(Signer {
        key,
        scheme: Scheme::RsaV15,
        digest: Digest::Sha512,
        certificate,
    });
    out
}

impl Signer {
    fn sign(&self, chain: &[&[u8]], timestamp: Option<&[u8]>, content: Option<&[u8]>) -> Vec<u8> {
        let content_type = if content.is_some() { TST_INFO } else { DATA };
        let value = self.digest.of(content.unwrap_or(b"content"));
        let attributes = prepare(
            &value,
            self.digest,
            self.scheme,
            &self.certificate,
            content_type,
        )
        .unwrap();
        let signature = self
            .key
            .sign(&attributes, self.scheme, self.digest)
            .unwrap();
        let frame = Frame {
            digest: self.digest,
            scheme: self.scheme,
            certificate: &self.certificate,
            chain,
            timestamp,
            content,
        };
        finish(&attributes, &signature, &frame).unwrap()
    }

    fn verify(&self, der: &[u8]) -> crate::Result<()> {
        Parts::strict(der)?.verify(Some(&self.digest.of(b"content")))
    }
}

#[test]
fn what_is_signed_verifies_and_is_its_own_canonical_form() {
    let other = certificate(&ec(&ECDSA_P256_SHA256_ASN1_SIGNING), "other", 9);
    let token = tlv(SEQUENCE, &[&unsigned(&[5])]);
    for signer in signers() {
        for chain in [&[][..], &[other.as_slice()]] {
            for timestamp in [None, Some(token.as_slice())] {
                let der = signer.sign(chain, timestamp, None);
                signer.verify(&der).unwrap();
                let parts = Parts::parse(&der).unwrap();
                assert_eq!(parts.finish().unwrap(), der);
                assert_eq!(parts.chain, chain);
                assert_eq!(parts.timestamp, timestamp);
                assert_eq!((parts.scheme, parts.digest), (signer.scheme, signer.digest));
                assert!(parts.verify(Some(&signer.digest.of(b"else"))).is_err());
            }
        }
    }
}

#[test]
fn content_travels_inside_under_version_three() {
    let signer = &signers()[0];
    let der = signer.sign(&[], None, Some(b"info"));
    let parts = Parts::strict(&der).unwrap();
    assert_eq!(parts.content, Some(&b"info"[..]));
    parts.verify(None).unwrap();
    assert!(parts.verify(Some(&Digest::Sha256.of(b"else"))).is_err());
}

#[test]
fn another_reader_reads_and_writes_the_same_bytes() {
    for signer in signers() {
        // one certificate: der 0.7 orders a set by the fields of its members and not by their bytes (X.690, 11.6)
        let der = signer.sign(&[], None, None);
        let info = ::cms::content_info::ContentInfo::from_der(&der).unwrap();
        assert_eq!(info.to_der().unwrap(), der);
        let data: ::cms::signed_data::SignedData = info.content.decode_as().unwrap();
        assert_eq!(data.to_der().unwrap(), info.content.to_der().unwrap());
        let certificate = x509_cert::Certificate::from_der(&signer.certificate).unwrap();
        let one = data.signer_infos.0.get(0).unwrap();
        match &one.sid {
            ::cms::signed_data::SignerIdentifier::IssuerAndSerialNumber(id) => {
                assert_eq!(id.serial_number, certificate.tbs_certificate.serial_number);
                assert_eq!(id.issuer, certificate.tbs_certificate.issuer);
            }
            ::cms::signed_data::SignerIdentifier::SubjectKeyIdentifier(_) => panic!(),
        }
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let signers = signers();
    for signer in &signers[..3] {
        let other = certificate(&signer.key, "other", 9);
        let der = signer.sign(&[&other], None, None);
        // bytes of a certificate that is not the signer's are for its issuer's signature to guard
        let start = der.windows(other.len()).position(|w| w == other).unwrap();
        for at in 0..der.len() {
            for mask in [0x01, 0x80] {
                let mut wrong = der.clone();
                wrong[at] ^= mask;
                let found = signer.verify(&wrong);
                if (start..start + other.len()).contains(&at) {
                    continue;
                }
                assert!(
                    matches!(found, Err(Error::Altered(_))),
                    "byte {at}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn other_encodings_of_the_same_parts_are_refused() {
    let signer = &signers()[0];
    let other = certificate(&signer.key, "other", 9);
    let der = signer.sign(&[&other], None, None);
    let set = set_of(context(0), vec![&signer.certificate, &other]);
    let at = der.windows(set.len()).position(|w| w == set).unwrap();
    let mut pair = [signer.certificate.as_slice(), other.as_slice()];
    pair.sort_unstable();
    let turned = tlv(context(0), &[pair[1], pair[0]]);
    let wrong = [&der[..at], &turned, &der[at + set.len()..]].concat();
    assert!(
        Parts::parse(&wrong)
            .unwrap()
            .verify(Some(&Digest::Sha256.of(b"content")))
            .is_ok()
    );
    assert!(matches!(Parts::strict(&wrong), Err(Error::Altered(_))));
    for cut in [0, 1, 10, der.len() - 1] {
        assert!(matches!(Parts::strict(&der[..cut]), Err(Error::Altered(_))));
    }
    assert!(Parts::strict(&[der.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn a_second_certificate_of_the_same_name_does_not_stand_in() {
    let (one, two) = (
        ec(&ECDSA_P256_SHA256_ASN1_SIGNING),
        ec(&ECDSA_P256_SHA256_ASN1_SIGNING),
    );
    let signer = Signer {
        certificate: certificate(&one, "signer", 7),
        key: one,
        scheme: Scheme::Ecdsa,
        digest: Digest::Sha256,
    };
    let double = certificate(&two, "signer", 7);
    let value = Digest::Sha256.of(b"content");
    let attributes = prepare(
        &value,
        Digest::Sha256,
        Scheme::Ecdsa,
        &signer.certificate,
        DATA,
    )
    .unwrap();
    let signature = signer
        .key
        .sign(&attributes, Scheme::Ecdsa, Digest::Sha256)
        .unwrap();
    let frame = Frame {
        digest: Digest::Sha256,
        scheme: Scheme::Ecdsa,
        certificate: &double,
        chain: &[],
        timestamp: None,
        content: None,
    };
    let der = finish(&attributes, &signature, &frame).unwrap();
    let found = Parts::strict(&der).unwrap().verify(Some(&value));
    assert_eq!(
        found,
        Err(Error::Altered(
            "certificate is not the one that the signature names".into()
        ))
    );
}

#[test]
fn keys_do_only_what_they_can() {
    let p256 = ec(&ECDSA_P256_SHA256_ASN1_SIGNING);
    assert!(matches!(
        p256.sign(b"", Scheme::RsaPss, Digest::Sha256),
        Err(Error::Key(_))
    ));
    assert!(matches!(
        p256.sign(b"", Scheme::Ecdsa, Digest::Sha384),
        Err(Error::Key(_))
    ));
    assert!(matches!(
        SigningKey::from_pkcs8(b"junk"),
        Err(Error::Key(_))
    ));
    let key = rsa();
    assert!(matches!(
        key.sign(b"", Scheme::Ecdsa, Digest::Sha256),
        Err(Error::Key(_))
    ));
    assert!(matches!(key.sign_fixed(b""), Err(Error::Key(_))));
    let made = certificate(&key, "signer", 7);
    let found = prepare(&[0; 32], Digest::Sha256, Scheme::Ecdsa, &made, DATA);
    assert!(matches!(found, Err(Error::Key(_))));
    let found = prepare(&[0; 31], Digest::Sha256, Scheme::RsaPss, &made, DATA);
    assert!(matches!(found, Err(Error::Usage(_))));
}

#[test]
fn fixed_signatures_go_there_and_back() {
    let key = ec(&ECDSA_P256_SHA256_ASN1_SIGNING);
    let spki = key.public_spki();
    for round in 0..64u8 {
        let plain = key.sign_fixed(&[round]).unwrap();
        assert_eq!(plain.len(), 64);
        let der = unfixed(&plain).unwrap();
        assert_eq!(fixed(&der, 32).unwrap(), plain);
        verify_signature(&spki, &[round], &der, Scheme::Ecdsa, Digest::Sha256).unwrap();
        assert!(verify_signature(&spki, &[99], &der, Scheme::Ecdsa, Digest::Sha256).is_err());
    }
    assert!(unfixed(&[]).is_err());
    assert!(unfixed(&[1, 2, 3]).is_err());
    assert!(fixed(&[0x30, 0], 32).is_err());
}

#[test]
fn certificates_name_one_algorithm_and_one_issuer() {
    let (key, stranger) = (
        ec(&ECDSA_P256_SHA256_ASN1_SIGNING),
        ec(&ECDSA_P256_SHA256_ASN1_SIGNING),
    );
    let made = certificate(&key, "signer", 7);
    verify_issued(&made, &key.public_spki(), false).unwrap();
    verify_issued(&made, &made, false).unwrap();
    assert!(matches!(
        verify_issued(&made, &stranger.public_spki(), false),
        Err(Error::Altered(_))
    ));
    for at in 0..made.len() {
        let mut wrong = made.clone();
        wrong[at] ^= 0x10;
        assert!(
            verify_issued(&wrong, &key.public_spki(), false).is_err(),
            "byte {at}"
        );
    }
}
