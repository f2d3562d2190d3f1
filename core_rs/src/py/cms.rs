//! Border of digests, codes and CMS.

use const_oid::ObjectIdentifier;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods};

use crate::cms::{self, Digest, Frame, Parts, Scheme};
use crate::{Error, code, digest};

fn oid(text: &str) -> PyResult<ObjectIdentifier> {
    ObjectIdentifier::new(text)
        .map_err(|_| Error::Usage(format!("{text:?} is no object identifier")).into())
}

#[allow(clippy::needless_pass_by_value)] // for map_err
fn code_fault(fault: code::Fault) -> PyErr {
    super::UsageFault::new_err((fault.to_string(), fault.vi()))
}

/// SHA-256 of `data`, 32 bytes.
#[pyfunction]
#[pyo3(signature = (data, /))]
fn sha256<'py>(py: Python<'py>, data: &[u8]) -> Bound<'py, PyBytes> {
    let sum = py.detach(|| digest::sha256(data));
    PyBytes::new(py, &sum)
}

/// A code of 15 symbols from 32 random bytes.
#[pyfunction]
#[pyo3(signature = (random, /))]
fn code_from_random(random: &[u8]) -> PyResult<String> {
    code::from_random(random).map_err(code_fault)
}

/// The code that a person typed, without dashes.
#[pyfunction]
#[pyo3(signature = (typed, /))]
fn code_normalise(typed: &str) -> PyResult<String> {
    code::normalise(typed).map_err(code_fault)
}

/// A code in groups of five.
#[pyfunction]
#[pyo3(signature = (code, /))]
fn code_shown(code: &str) -> PyResult<String> {
    Ok(code::shown(&code::normalise(code).map_err(code_fault)?))
}

/// A private key, parsed once; its `repr` tells nothing.
#[pyclass(frozen, module = "pyhncert._core")]
struct SigningKey(cms::SigningKey);

#[pymethods]
impl SigningKey {
    #[new]
    #[pyo3(signature = (pkcs8, /))]
    fn new(py: Python<'_>, pkcs8: &[u8]) -> PyResult<Self> {
        Ok(Self(py.detach(|| cms::SigningKey::from_pkcs8(pkcs8))?))
    }

    #[pyo3(signature = (message, /, *, scheme, digest))]
    fn sign<'py>(
        &self,
        py: Python<'py>,
        message: &[u8],
        scheme: &str,
        digest: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (scheme, digest) = (Scheme::named(scheme)?, Digest::named(digest)?);
        let signature = py.detach(|| self.0.sign(message, scheme, digest))?;
        Ok(PyBytes::new(py, &signature))
    }

    #[pyo3(signature = (message, /))]
    fn sign_fixed<'py>(&self, py: Python<'py>, message: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let signature = py.detach(|| self.0.sign_fixed(message))?;
        Ok(PyBytes::new(py, &signature))
    }

    #[getter]
    fn bits(&self) -> usize {
        self.0.bits()
    }

    #[getter]
    fn signature_len(&self) -> usize {
        self.0.signature_len()
    }

    #[getter]
    fn scheme(&self) -> &'static str {
        self.0.habit().0.name()
    }

    #[getter]
    fn digest(&self) -> &'static str {
        self.0.habit().1.name()
    }

    #[getter]
    fn public_spki<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.public_spki())
    }

    #[allow(clippy::unused_self)]
    fn __repr__(&self) -> &'static str {
        "<SigningKey>"
    }
}

/// Checks a signature under the key of a certificate or `SubjectPublicKeyInfo`; raises where it does not verify.
#[pyfunction]
#[pyo3(signature = (key, message, signature, /, *, scheme, digest, fixed=false))]
fn verify_signature(
    py: Python<'_>,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
    scheme: &str,
    digest: &str,
    fixed: bool,
) -> PyResult<()> {
    let (scheme, digest) = (Scheme::named(scheme)?, Digest::named(digest)?);
    let plain = if fixed {
        Some(cms::unfixed(signature)?)
    } else {
        None
    };
    let signature = plain.as_deref().unwrap_or(signature);
    Ok(py.detach(|| cms::verify_signature(key, message, signature, scheme, digest))?)
}

/// Checks that `issuer` signed a certificate, or a revocation list where `crl` is set; raises where it did not.
#[pyfunction]
#[pyo3(signature = (der, issuer, /, *, crl=false))]
fn verify_issued(py: Python<'_>, der: &[u8], issuer: &[u8], crl: bool) -> PyResult<()> {
    Ok(py.detach(|| cms::verify_issued(der, issuer, crl))?)
}

/// The `SubjectPublicKeyInfo` of a certificate.
#[pyfunction]
#[pyo3(signature = (certificate, /))]
fn certificate_spki<'py>(py: Python<'py>, certificate: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    Ok(PyBytes::new(py, cms::spki_of(certificate)?))
}

/// First phase: the signed attributes, which are the bytes to be signed.
#[pyfunction]
#[pyo3(signature = (content_digest, /, *, digest, scheme, certificate, content_type="1.2.840.113549.1.7.1"))]
fn cms_prepare<'py>(
    py: Python<'py>,
    content_digest: &[u8],
    digest: &str,
    scheme: &str,
    certificate: &[u8],
    content_type: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let (scheme, digest) = (Scheme::named(scheme)?, Digest::named(digest)?);
    let attributes = cms::prepare(
        content_digest,
        digest,
        scheme,
        certificate,
        oid(content_type)?,
    )?;
    Ok(PyBytes::new(py, &attributes))
}

/// Second phase: the whole around the signed attributes and their signature.
#[pyfunction]
#[pyo3(signature = (signed_attributes, signature, /, *, digest, scheme, certificate, chain, timestamp=None, content=None))]
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)]
fn cms_finish<'py>(
    py: Python<'py>,
    signed_attributes: &[u8],
    signature: &[u8],
    digest: &str,
    scheme: &str,
    certificate: &[u8],
    chain: Vec<Bound<'py, PyBytes>>,
    timestamp: Option<&[u8]>,
    content: Option<&[u8]>,
) -> PyResult<Bound<'py, PyBytes>> {
    let chain: Vec<&[u8]> = chain.iter().map(PyBytesMethods::as_bytes).collect();
    let (scheme, digest) = (Scheme::named(scheme)?, Digest::named(digest)?);
    let frame = Frame {
        digest,
        scheme,
        certificate,
        chain: &chain,
        timestamp,
        content,
    };
    Ok(PyBytes::new(
        py,
        &cms::finish(signed_attributes, signature, &frame)?,
    ))
}

/// A `SignedData` with one signer, taken apart.
#[pyclass(frozen, get_all, module = "pyhncert._core")]
struct CmsParts {
    signed_attributes: Py<PyBytes>,
    signature: Py<PyBytes>,
    digest: &'static str,
    scheme: &'static str,
    certificate: Py<PyBytes>,
    chain: Vec<Py<PyBytes>>,
    timestamp: Option<Py<PyBytes>>,
    content_type: String,
    content: Option<Py<PyBytes>>,
    message_digest: Py<PyBytes>,
}

impl CmsParts {
    fn new(py: Python<'_>, parts: &Parts<'_>) -> Self {
        let bytes = |value: &[u8]| PyBytes::new(py, value).unbind();
        Self {
            signed_attributes: bytes(&parts.signed_attributes),
            signature: bytes(parts.signature),
            digest: parts.digest.name(),
            scheme: parts.scheme.name(),
            certificate: bytes(parts.certificate),
            chain: parts
                .chain
                .iter()
                .map(|certificate| bytes(certificate))
                .collect(),
            timestamp: parts.timestamp.map(bytes),
            content_type: parts.content_type.to_string(),
            content: parts.content.map(bytes),
            message_digest: bytes(&parts.message_digest),
        }
    }
}

/// Takes a CMS apart, whoever made it.
#[pyfunction]
#[pyo3(signature = (der, /))]
fn cms_parse(py: Python<'_>, der: &[u8]) -> PyResult<CmsParts> {
    Ok(CmsParts::new(py, &Parts::parse(der)?))
}

/// Takes a CMS apart that has the one form in which we write it; raises `AlteredCore` for any other.
#[pyfunction]
#[pyo3(signature = (der, /))]
fn cms_strict(py: Python<'_>, der: &[u8]) -> PyResult<CmsParts> {
    Ok(CmsParts::new(py, &Parts::strict(der)?))
}

/// Checks digest, named certificate and signature, and with `strict` the form; gives the parts.
#[pyfunction]
#[pyo3(signature = (der, content_digest, /, *, strict=true))]
fn cms_verify(
    py: Python<'_>,
    der: &[u8],
    content_digest: Option<&[u8]>,
    strict: bool,
) -> PyResult<CmsParts> {
    let parts = py.detach(|| {
        let parts = if strict {
            Parts::strict(der)?
        } else {
            Parts::parse(der)?
        };
        parts.verify(content_digest)?;
        Ok::<_, Error>(parts)
    })?;
    Ok(CmsParts::new(py, &parts))
}

/// Refuses bytes that are not DER values, whatever they mean; raises `AlteredCore`.
#[pyfunction]
#[pyo3(signature = (data, /))]
fn check_der(py: Python<'_>, data: &[u8]) -> PyResult<()> {
    Ok(py.detach(|| cms::check_der(data))?)
}

/// A request for a timestamp over a digest.
#[pyfunction]
#[pyo3(signature = (value, /, *, digest, nonce, policy=None))]
fn timestamp_request<'py>(
    py: Python<'py>,
    value: &[u8],
    digest: &str,
    nonce: &[u8],
    policy: Option<&str>,
) -> PyResult<Bound<'py, PyBytes>> {
    let policy = policy.map(oid).transpose()?;
    let request = cms::timestamp_request(value, Digest::named(digest)?, nonce, policy)?;
    Ok(PyBytes::new(py, &request))
}

/// What a timestamp authority signs.
#[pyfunction]
#[pyo3(signature = (value, /, *, digest, policy, serial, time, nonce=None))]
fn timestamp_info<'py>(
    py: Python<'py>,
    value: &[u8],
    digest: &str,
    policy: &str,
    serial: &[u8],
    time: &str,
    nonce: Option<&[u8]>,
) -> PyResult<Bound<'py, PyBytes>> {
    let info = cms::timestamp_info(
        value,
        Digest::named(digest)?,
        oid(policy)?,
        serial,
        time,
        nonce,
    )?;
    Ok(PyBytes::new(py, &info))
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SigningKey>()?;
    module.add_class::<CmsParts>()?;
    module.add_function(wrap_pyfunction!(sha256, module)?)?;
    module.add_function(wrap_pyfunction!(code_from_random, module)?)?;
    module.add_function(wrap_pyfunction!(code_normalise, module)?)?;
    module.add_function(wrap_pyfunction!(code_shown, module)?)?;
    module.add_function(wrap_pyfunction!(verify_signature, module)?)?;
    module.add_function(wrap_pyfunction!(verify_issued, module)?)?;
    module.add_function(wrap_pyfunction!(certificate_spki, module)?)?;
    module.add_function(wrap_pyfunction!(cms_prepare, module)?)?;
    module.add_function(wrap_pyfunction!(cms_finish, module)?)?;
    module.add_function(wrap_pyfunction!(cms_parse, module)?)?;
    module.add_function(wrap_pyfunction!(cms_strict, module)?)?;
    module.add_function(wrap_pyfunction!(cms_verify, module)?)?;
    module.add_function(wrap_pyfunction!(check_der, module)?)?;
    module.add_function(wrap_pyfunction!(timestamp_request, module)?)?;
    module.add_function(wrap_pyfunction!(timestamp_info, module)?)
}
