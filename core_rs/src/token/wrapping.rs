//! A secret AES key on a token, under which other keys are sealed; it never leaves.

use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::{Fault, Result, Token, fault, held};

const TAG_BITS: u64 = 128;

impl Token {
    /// Seals `data` for `context` under the AES key called `label` (AES-GCM): ciphertext and tag.
    ///
    /// # Errors
    /// `no_secret`, `several_secrets`, `mechanism` where the token cannot do it, `gone`.
    pub fn seal(&self, label: &str, nonce: &[u8], data: &[u8], context: &[u8]) -> Result<Vec<u8>> {
        let session = held(&self.session);
        let key = secret_key(&session, label)?;
        let mut iv = nonce.to_vec();
        let how = GcmParams::new(&mut iv, context, TAG_BITS.into()).map_err(fault)?;
        session
            .encrypt(&Mechanism::AesGcm(how), key, data)
            .map_err(fault)
    }

    /// What was sealed for `context` under the AES key called `label`; None where it was not.
    ///
    /// # Errors
    /// As for `seal`.
    pub fn unseal(
        &self,
        label: &str,
        nonce: &[u8],
        sealed: &[u8],
        context: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        let session = held(&self.session);
        let key = secret_key(&session, label)?;
        let mut iv = nonce.to_vec();
        let how = GcmParams::new(&mut iv, context, TAG_BITS.into()).map_err(fault)?;
        match session.decrypt(&Mechanism::AesGcm(how), key, sealed) {
            Ok(data) => Ok(Some(data)),
            Err(err) => {
                let found = fault(err);
                // modules name a tag that does not fit differently: whatever is not one of our own words is that
                if matches!(found.key, "gone" | "mechanism") {
                    Err(found)
                } else {
                    Ok(None)
                }
            }
        }
    }
}

fn secret_key(session: &Session, label: &str) -> Result<ObjectHandle> {
    let wanted = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    let found = session.find_objects(&wanted).map_err(fault)?;
    match found.as_slice() {
        [key] => Ok(*key),
        [] => Err(Fault::new("no_secret", label)),
        _ => Err(Fault::new("several_secrets", label)),
    }
}
