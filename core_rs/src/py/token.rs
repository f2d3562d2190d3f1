//! Border of tokens.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::cms::{Digest, Scheme};
use crate::token;

#[allow(clippy::needless_pass_by_value)] // for map_err
fn fault(fault: token::Fault) -> PyErr {
    super::KeyFault::new_err(fault.words())
}

/// Label, id, and a certificate or a public key in DER.
type Held<'py> = (String, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

fn paired(py: Python<'_>, pair: token::Pair) -> Held<'_> {
    let (id, spki) = (PyBytes::new(py, &pair.id), PyBytes::new(py, &pair.spki));
    (pair.label, id, spki)
}

/// A PKCS#11 token with one session; its `repr` tells its label.
#[pyclass(frozen, module = "pyhncert._core")]
struct Token(token::Token);

#[pymethods]
impl Token {
    #[new]
    #[pyo3(signature = (module, wanted = "", /))]
    #[allow(clippy::needless_pass_by_value)] // as Python gives it
    fn new(py: Python<'_>, module: PathBuf, wanted: &str) -> PyResult<Self> {
        let found = py.detach(|| token::Token::open(&module, wanted));
        found.map(Self).map_err(fault)
    }

    #[getter]
    fn label(&self) -> &str {
        &self.0.label
    }

    #[getter]
    fn serial(&self) -> &str {
        &self.0.serial
    }

    fn pin(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(py.detach(|| self.0.pin()).map_err(fault)?.name())
    }

    fn answers(&self, py: Python<'_>) -> bool {
        py.detach(|| self.0.answers())
    }

    fn certificates<'py>(&self, py: Python<'py>) -> PyResult<Vec<Held<'py>>> {
        let found = py.detach(|| self.0.certificates()).map_err(fault)?;
        Ok(found
            .into_iter()
            .map(|one| {
                let (id, der) = (PyBytes::new(py, &one.id), PyBytes::new(py, &one.der));
                (one.label, id, der)
            })
            .collect())
    }

    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Vec<Held<'py>>> {
        let found = py.detach(|| self.0.pairs()).map_err(fault)?;
        Ok(found.into_iter().map(|one| paired(py, one)).collect())
    }

    #[pyo3(signature = (label, id, kind, /))]
    fn generate<'py>(
        &self,
        py: Python<'py>,
        label: &str,
        id: &[u8],
        kind: &str,
    ) -> PyResult<Held<'py>> {
        let kind = token::Kind::named(kind).ok_or_else(|| {
            crate::Error::Usage(format!(
                "key kind {kind:?} is unknown; use p-256 or rsa-3072"
            ))
        })?;
        let made = py.detach(|| self.0.generate(label, id, kind));
        Ok(paired(py, made.map_err(fault)?))
    }

    #[pyo3(signature = (label, id, subject, der, /))]
    fn put_certificate(
        &self,
        py: Python<'_>,
        label: &str,
        id: &[u8],
        subject: &[u8],
        der: &[u8],
    ) -> PyResult<()> {
        py.detach(|| self.0.put_certificate(label, id, subject, der))
            .map_err(fault)
    }

    #[pyo3(signature = (pin, /, *, typed))]
    fn login(&self, py: Python<'_>, pin: &str, typed: bool) -> PyResult<()> {
        py.detach(|| self.0.login(pin, typed)).map_err(fault)
    }

    #[pyo3(signature = (id, message, /, *, scheme, digest, fixed=false))]
    fn sign<'py>(
        &self,
        py: Python<'py>,
        id: &[u8],
        message: &[u8],
        scheme: &str,
        digest: &str,
        fixed: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (scheme, digest) = (Scheme::named(scheme)?, Digest::named(digest)?);
        let signature = py
            .detach(|| self.0.sign(id, message, scheme, digest, fixed))
            .map_err(fault)?;
        Ok(PyBytes::new(py, &signature))
    }

    #[pyo3(signature = (label, nonce, data, context, /))]
    fn seal<'py>(
        &self,
        py: Python<'py>,
        label: &str,
        nonce: &[u8],
        data: &[u8],
        context: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let sealed = py.detach(|| self.0.seal(label, nonce, data, context));
        Ok(PyBytes::new(py, &sealed.map_err(fault)?))
    }

    #[pyo3(signature = (label, nonce, sealed, context, /))]
    fn unseal<'py>(
        &self,
        py: Python<'py>,
        label: &str,
        nonce: &[u8],
        sealed: &[u8],
        context: &[u8],
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let opened = py.detach(|| self.0.unseal(label, nonce, sealed, context));
        Ok(opened.map_err(fault)?.map(|data| PyBytes::new(py, &data)))
    }

    fn __repr__(&self) -> String {
        format!("<Token {}>", self.0.label)
    }
}

/// The tokens that a PKCS#11 module sees: label, serial number, and how each stands to its PIN.
#[pyfunction]
#[pyo3(signature = (module, /))]
#[allow(clippy::needless_pass_by_value)] // as Python gives it
fn tokens(py: Python<'_>, module: PathBuf) -> PyResult<Vec<(String, String, &'static str)>> {
    let found = py.detach(|| token::tokens(&module)).map_err(fault)?;
    Ok(found
        .into_iter()
        .map(|(label, serial, pin)| (label, serial, pin.name()))
        .collect())
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Token>()?;
    module.add_function(wrap_pyfunction!(tokens, module)?)
}
