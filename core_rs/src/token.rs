//! Keys on tokens (PKCS#11 2.40): a certificate is found, a PIN is given once, digests are signed; no key ever leaves.
//!
//! A PIN is a thing that a token destroys itself over. It is never tried a second time by itself, never at all where the
//! token says that one try is left, and where it says that somebody failed before, only if a person has just typed it.

mod pairs;
mod wrapping;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as P11, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use crate::cms::{Digest, Scheme, unfixed};

pub use pairs::{Kind, Pair};

/// What can go wrong with a token; `key` names it for words in other languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A word for the kind of fault.
    pub key: &'static str,
    /// What it was about: a path, names, the module's own word.
    pub detail: String,
}

impl Fault {
    fn new(key: &'static str, detail: impl Into<String>) -> Self {
        Self {
            key,
            detail: detail.into(),
        }
    }

    /// What happened and what to do, in English and in Vietnamese.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        let about = &self.detail;
        let (en, vi) = match self.key {
            "module" => (
                "the token's library cannot be used ({}); check its path in office.toml",
                "không dùng được thư viện của USB token ({}); hãy kiểm tra đường dẫn trong office.toml",
            ),
            "none" => (
                "no token is plugged in; plug it in",
                "chưa cắm USB token nào; hãy cắm vào",
            ),
            "absent" => (
                "that token is not plugged in (wanted; seen: {}); plug it in",
                "chưa cắm đúng USB token (cần; đang thấy: {}); hãy cắm vào",
            ),
            "several" => (
                "several tokens fit ({}); name one in office.toml by its serial number",
                "có nhiều USB token phù hợp ({}); hãy ghi số sê-ri của một token trong office.toml",
            ),
            "gone" => (
                "the token was taken out or answers no more ({}); plug it in again",
                "USB token đã bị rút ra hoặc không còn trả lời ({}); hãy cắm lại",
            ),
            "pin_wrong" => (
                "wrong PIN for {}; it was tried once and is not tried again",
                "sai mã PIN của {}; mã chỉ được thử một lần, không tự thử lại",
            ),
            "pin_refused_before" => (
                "this PIN of {} was refused before and is not tried again; type the right one",
                "mã PIN này của {} đã bị từ chối nên không thử lại; hãy nhập đúng mã",
            ),
            "pin_failed_before" => (
                "a wrong PIN was given to {} before, so a stored one is not tried; type it at the terminal",
                "trước đó đã nhập sai mã PIN của {} nên không dùng mã lưu sẵn; hãy nhập tại máy",
            ),
            "pin_last_try" => (
                "{} has one try left and it is not used here; give the PIN in its own tool first",
                "{} chỉ còn một lần thử nên không dùng ở đây; hãy nhập mã PIN trong công cụ của token trước",
            ),
            "pin_locked" => (
                "the PIN of {} is locked; have it unlocked by who issued the token",
                "mã PIN của {} đã bị khóa; hãy nhờ đơn vị cấp token mở khóa",
            ),
            "pin_expired" => (
                "the PIN of {} has expired; change it in its own tool",
                "mã PIN của {} đã hết hạn; hãy đổi trong công cụ của token",
            ),
            "no_key" => (
                "the token holds no private key for that certificate; use the token that it was issued on",
                "USB token không có khóa bí mật của chứng thư số này; hãy dùng đúng token",
            ),
            "several_keys" => (
                "the token holds several private keys under one name; have it put in order by who issued it",
                "USB token có nhiều khóa bí mật cùng tên; hãy nhờ đơn vị cấp token chỉnh lại",
            ),
            "no_secret" => (
                "the token holds no AES key called {}; correct label under [privacy] in office.toml",
                "USB token không có khóa AES tên {}; hãy sửa label trong [privacy] của office.toml",
            ),
            "several_secrets" => (
                "the token holds several AES keys called {}; have it put in order by who issued it",
                "USB token có nhiều khóa AES tên {}; hãy nhờ đơn vị cấp token chỉnh lại",
            ),
            "mechanism" => (
                "the token cannot sign in this way ({}); correct the scheme in office.toml",
                "USB token không ký được theo kiểu này ({}); hãy sửa scheme trong office.toml",
            ),
            _ => (
                "the token failed ({}); try again, or have it checked",
                "USB token báo lỗi ({}); hãy thử lại hoặc kiểm tra token",
            ),
        };
        (en.replace("{}", about), vi.replace("{}", about))
    }
}

type Result<T> = std::result::Result<T, Fault>;

/// How a token stands to its PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// Nothing is known against a try.
    Well,
    /// Somebody gave a wrong one since the last right one.
    Failed,
    /// One more wrong one locks the token.
    LastTry,
    /// The token is locked.
    Locked,
}

impl Pin {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Failed => "failed",
            Self::LastTry => "last_try",
            Self::Locked => "locked",
        }
    }

    fn of(info: &TokenInfo) -> Self {
        if info.user_pin_locked() {
            Self::Locked
        } else if info.user_pin_final_try() {
            Self::LastTry
        } else if info.user_pin_count_low() {
            Self::Failed
        } else {
            Self::Well
        }
    }
}

/// A certificate that lies on a token, in DER.
pub struct Held {
    /// `CKA_LABEL`.
    pub label: String,
    /// `CKA_ID`, which the certificate shares with its key.
    pub id: Vec<u8>,
    /// The certificate.
    pub der: Vec<u8>,
}

/// A module is initialised once a process, whoever asks for it.
static MODULES: LazyLock<Mutex<HashMap<PathBuf, Arc<Pkcs11>>>> = LazyLock::new(Mutex::default);
/// Digests of token and PIN that were refused in this process.
static REFUSED: LazyLock<Mutex<HashSet<[u8; 32]>>> = LazyLock::new(Mutex::default);

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn module(path: &Path) -> Result<Arc<Pkcs11>> {
    let mut modules = held(&MODULES);
    if let Some(found) = modules.get(path) {
        return Ok(Arc::clone(found));
    }
    let wrong = |err: P11| Fault::new("module", format!("{}: {err}", path.display()));
    let found = Pkcs11::new(path).map_err(wrong)?;
    match found.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(P11::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(err) => return Err(wrong(err)),
    }
    let found = Arc::new(found);
    modules.insert(path.to_owned(), Arc::clone(&found));
    Ok(found)
}

/// Ends a module that no token is open in, so that it looks for tokens anew: some see only what was there at first.
fn forget(path: &Path) {
    let mut modules = held(&MODULES);
    if let Some(found) = modules.remove(path) {
        match Arc::try_unwrap(found) {
            Ok(alone) => drop(alone.finalize()),
            Err(in_use) => drop(modules.insert(path.to_owned(), in_use)),
        }
    }
}

#[allow(clippy::needless_pass_by_value)] // for map_err
fn fault(err: P11) -> Fault {
    let key = match &err {
        P11::Pkcs11(
            RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::DeviceError
            | RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::SlotIdInvalid
            | RvError::UserNotLoggedIn
            | RvError::KeyHandleInvalid
            | RvError::ObjectHandleInvalid,
            _,
        ) => "gone",
        P11::Pkcs11(RvError::PinIncorrect, _) => "pin_wrong",
        P11::Pkcs11(RvError::PinLocked, _) => "pin_locked",
        P11::Pkcs11(RvError::PinExpired, _) => "pin_expired",
        P11::Pkcs11(RvError::MechanismInvalid | RvError::MechanismParamInvalid, _) => "mechanism",
        _ => "token",
    };
    let detail = match err {
        P11::Pkcs11(value, function) => format!("{function:?}: {value:?}"),
        other => other.to_string(),
    };
    Fault::new(key, detail)
}

/// A token in a reader, or a partition of a security module, with one session.
pub struct Token {
    pkcs11: Arc<Pkcs11>,
    slot: Slot,
    /// Its label.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    session: Mutex<Session>,
}

impl Token {
    /// The token whose label or serial number is `wanted`; where that is empty, the only one.
    ///
    /// # Errors
    /// `module` where the library cannot be loaded, `absent` or `several` where not exactly one token fits.
    pub fn open(path: &Path, wanted: &str) -> Result<Self> {
        match Self::find(path, wanted) {
            Err(fault) if matches!(fault.key, "absent" | "none") => {
                forget(path);
                Self::find(path, wanted)
            }
            other => other,
        }
    }

    fn find(path: &Path, wanted: &str) -> Result<Self> {
        let pkcs11 = module(path)?;
        let mut found = Vec::new();
        let mut seen = Vec::new();
        for slot in pkcs11.get_slots_with_token().map_err(fault)? {
            let Ok(info) = pkcs11.get_token_info(slot) else {
                continue; // taken out between both calls
            };
            if !info.token_initialized() {
                continue;
            }
            let (label, serial) = (info.label().to_owned(), info.serial_number().to_owned());
            seen.push(format!("{label} ({serial})"));
            if wanted.is_empty() || wanted == label || wanted == serial {
                found.push((slot, label, serial));
            }
        }
        let seen = seen.join(", ");
        match found.len() {
            1 => {}
            0 if wanted.is_empty() => return Err(Fault::new("none", seen)),
            0 => return Err(Fault::new("absent", format!("{wanted}; {seen}"))),
            _ => return Err(Fault::new("several", seen)),
        }
        let (slot, label, serial) = found.swap_remove(0);
        let session = Mutex::new(pkcs11.open_ro_session(slot).map_err(fault)?);
        Ok(Self {
            pkcs11,
            slot,
            label,
            serial,
            session,
        })
    }

    /// How it stands to its PIN.
    ///
    /// # Errors
    /// `gone` where it was taken out.
    pub fn pin(&self) -> Result<Pin> {
        Ok(Pin::of(
            &self.pkcs11.get_token_info(self.slot).map_err(fault)?,
        ))
    }

    /// Whether it still answers in this session.
    #[must_use]
    pub fn answers(&self) -> bool {
        held(&self.session).get_session_info().is_ok() && self.pin().is_ok()
    }

    /// The certificates that lie on it.
    ///
    /// # Errors
    /// `gone` where it was taken out.
    pub fn certificates(&self) -> Result<Vec<Held>> {
        let session = held(&self.session);
        let wanted = [Attribute::Class(ObjectClass::CERTIFICATE)];
        let mut found = Vec::new();
        for object in session.find_objects(&wanted).map_err(fault)? {
            let mut one = Held {
                label: String::new(),
                id: Vec::new(),
                der: Vec::new(),
            };
            let kinds = [
                AttributeType::Label,
                AttributeType::Id,
                AttributeType::Value,
            ];
            for attribute in session.get_attributes(object, &kinds).map_err(fault)? {
                match attribute {
                    Attribute::Label(label) => {
                        one.label = String::from_utf8_lossy(&label).into_owned();
                    }
                    Attribute::Id(id) => one.id = id,
                    Attribute::Value(der) => one.der = der,
                    _ => {}
                }
            }
            found.push(one);
        }
        Ok(found)
    }

    /// Gives the PIN; one that is logged in already is left as it is. `typed`: a person has just typed it.
    ///
    /// # Errors
    /// `pin_wrong`, `pin_locked`, `pin_expired`; `pin_last_try`, `pin_failed_before` and `pin_refused_before` where it
    /// was not tried at all; `gone`.
    pub fn login(&self, pin: &str, typed: bool) -> Result<()> {
        let mark = crate::digest::sha256(format!("{}\n{pin}", self.serial).as_bytes());
        let mut refused = held(&REFUSED);
        match self.pin()? {
            Pin::Locked => return Err(Fault::new("pin_locked", &self.label)),
            Pin::LastTry => return Err(Fault::new("pin_last_try", &self.label)),
            Pin::Failed if !typed => return Err(Fault::new("pin_failed_before", &self.label)),
            _ if refused.contains(&mark) => {
                return Err(Fault::new("pin_refused_before", &self.label));
            }
            _ => {}
        }
        let answer =
            held(&self.session).login(UserType::User, Some(&AuthPin::from(pin.to_owned())));
        match answer {
            Ok(()) | Err(P11::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(err) => {
                let fault = fault(err);
                if fault.key == "pin_wrong" {
                    refused.insert(mark);
                }
                Err(Fault::new(fault.key, &self.label))
            }
        }
    }

    /// Signs `message` by the private key called `id`; ECDSA in DER, or `fixed`: as r and s of equal width.
    ///
    /// # Errors
    /// `no_key`, `several_keys`, `mechanism` where the token cannot do it, `gone`.
    pub fn sign(
        &self,
        id: &[u8],
        message: &[u8],
        scheme: Scheme,
        digest: Digest,
        fixed: bool,
    ) -> Result<Vec<u8>> {
        let session = held(&self.session);
        let key = private_key(&session, id)?;
        let sum = digest.of(message);
        let signed = match scheme {
            Scheme::RsaV15 => session.sign(&Mechanism::RsaPkcs, key, &digest.info(&sum)),
            Scheme::RsaPss => session.sign(&Mechanism::RsaPkcsPss(pss(digest)), key, &sum),
            Scheme::Ecdsa => session.sign(&Mechanism::Ecdsa, key, &sum),
        }
        .map_err(fault)?;
        match scheme {
            Scheme::Ecdsa if !fixed => {
                unfixed(&signed).map_err(|err| Fault::new("token", err.to_string()))
            }
            _ => Ok(signed),
        }
    }
}

fn private_key(session: &Session, id: &[u8]) -> Result<ObjectHandle> {
    let wanted = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Id(id.to_vec()),
    ];
    let found = session.find_objects(&wanted).map_err(fault)?;
    match found.as_slice() {
        [key] => Ok(*key),
        [] => Err(Fault::new("no_key", "")),
        _ => Err(Fault::new("several_keys", "")),
    }
}

fn pss(digest: Digest) -> PkcsPssParams {
    let (hash_alg, mgf, length) = match digest {
        Digest::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32_u64),
        Digest::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48),
        Digest::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64),
    };
    PkcsPssParams {
        hash_alg,
        mgf,
        s_len: length.into(),
    }
}

/// The tokens that a module sees: label, serial number, and how each stands to its PIN.
///
/// # Errors
/// `module` where the library cannot be loaded.
pub fn tokens(path: &Path) -> Result<Vec<(String, String, Pin)>> {
    let pkcs11 = module(path)?;
    let slots = pkcs11.get_slots_with_token().map_err(fault)?;
    Ok(slots
        .into_iter()
        .filter_map(|slot| pkcs11.get_token_info(slot).ok())
        .filter(TokenInfo::token_initialized)
        .map(|info| {
            let (label, serial) = (info.label().to_owned(), info.serial_number().to_owned());
            (label, serial, Pin::of(&info))
        })
        .collect())
}
