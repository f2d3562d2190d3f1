//! What a timestamp authority is asked and what it signs (RFC 3161, 2.4).

use const_oid::ObjectIdentifier;

use super::algorithm::Digest;
use super::build::oid;
use super::der::{GENERALIZED_TIME, OCTET_STRING, SEQUENCE, tlv, unsigned};
use crate::{Error, Result};

/// The DER of BOOLEAN TRUE.
const TRUE: &[u8] = &[0x01, 0x01, 0xFF];

fn imprint(digest: Digest, value: &[u8]) -> Result<Vec<u8>> {
    if value.len() != digest.len() {
        return Err(Error::Usage(format!(
            "digest has {} bytes; {} has {}",
            value.len(),
            digest.name(),
            digest.len()
        )));
    }
    Ok(tlv(
        SEQUENCE,
        &[&digest.identifier(), &tlv(OCTET_STRING, &[value])],
    ))
}

/// A `TimeStampReq` that asks for the certificate too; `nonce` is big-endian.
///
/// # Errors
/// `Usage` for a digest of the wrong length.
pub fn request(
    value: &[u8],
    digest: Digest,
    nonce: &[u8],
    policy: Option<ObjectIdentifier>,
) -> Result<Vec<u8>> {
    let policy = policy.map(oid).unwrap_or_default();
    Ok(tlv(
        SEQUENCE,
        &[
            &unsigned(&[1]),
            &imprint(digest, value)?,
            &policy,
            &unsigned(nonce),
            TRUE,
        ],
    ))
}

/// A `TSTInfo` with an accuracy of one second; `time` is `YYYYMMDDHHMMSSZ`, `serial` and `nonce` are big-endian.
///
/// # Errors
/// `Usage` for a digest of the wrong length or a time of another form.
pub fn info(
    value: &[u8],
    digest: Digest,
    policy: ObjectIdentifier,
    serial: &[u8],
    time: &str,
    nonce: Option<&[u8]>,
) -> Result<Vec<u8>> {
    let plain = time
        .strip_suffix('Z')
        .is_some_and(|t| t.len() == 14 && t.bytes().all(|b| b.is_ascii_digit()));
    if !plain {
        return Err(Error::Usage(format!(
            "time {time:?} is not YYYYMMDDHHMMSSZ"
        )));
    }
    let nonce = nonce.map(unsigned).unwrap_or_default();
    Ok(tlv(
        SEQUENCE,
        &[
            &unsigned(&[1]),
            &oid(policy),
            &imprint(digest, value)?,
            &unsigned(serial),
            &tlv(GENERALIZED_TIME, &[time.as_bytes()]),
            &tlv(SEQUENCE, &[&unsigned(&[1])]),
            &nonce,
        ],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lengths_and_times_are_refused() {
        let policy = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.2.1.48.1");
        assert!(request(&[0; 31], Digest::Sha256, &[1], None).is_err());
        assert!(
            info(
                &[0; 32],
                Digest::Sha256,
                policy,
                &[1],
                "20260101000000",
                None
            )
            .is_err()
        );
        assert!(
            info(
                &[0; 32],
                Digest::Sha256,
                policy,
                &[1],
                "2026010100000xZ",
                None
            )
            .is_err()
        );
        assert!(
            info(
                &[0; 32],
                Digest::Sha256,
                policy,
                &[1],
                "20260101000000Z",
                Some(&[1])
            )
            .is_ok()
        );
    }
}
