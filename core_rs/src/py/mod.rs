//! The border: the only files that name `pyo3`. Convert, detach, call, convert.

mod arrays;
mod changes;
mod cms;
mod grain;
mod image;
mod json;
mod light;
mod marks;
mod textlines;
mod token;

use pyo3::prelude::*;

use crate::Error;

pyo3::import_exception!(pyhncert.errors, AlteredCore);
pyo3::import_exception!(pyhncert.errors, CertificateFault);
pyo3::import_exception!(pyhncert.errors, KeyFault);
pyo3::import_exception!(pyhncert.errors, ScanError);
pyo3::import_exception!(pyhncert.errors, UsageFault);

impl From<Error> for PyErr {
    fn from(err: Error) -> Self {
        let text = err.to_string();
        match err {
            Error::Scan(_) => ScanError::new_err(text),
            Error::Key(_) => KeyFault::new_err(text),
            Error::Der(_) => CertificateFault::new_err(text),
            Error::Usage(_) => UsageFault::new_err(text),
            Error::Altered(_) => AlteredCore::new_err(text),
        }
    }
}

/// The compiled core of pyhncert.
#[pymodule(gil_used = true)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    cms::register(module)?;
    grain::register(module)?;
    json::register(module)?;
    image::register(module)?;
    light::register(module)?;
    changes::register(module)?;
    marks::register(module)?;
    textlines::register(module)?;
    token::register(module)
}
