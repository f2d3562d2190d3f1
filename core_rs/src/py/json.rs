//! Border of canonical JSON.

use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::json::{self, Value};

fn object(py: Python<'_>, value: Value) -> PyResult<Bound<'_, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(value) => value.into_bound_py_any(py),
        Value::Whole(value) => value.into_bound_py_any(py),
        Value::Real(value) => value.into_bound_py_any(py),
        Value::Text(value) => value.into_bound_py_any(py),
        Value::Array(values) => {
            let values = values
                .into_iter()
                .map(|value| object(py, value))
                .collect::<PyResult<Vec<_>>>()?;
            Ok(PyList::new(py, values)?.into_any())
        }
        Value::Object(entries) => {
            let found = PyDict::new(py);
            for (key, value) in entries {
                found.set_item(PyString::intern(py, &key), object(py, value)?)?;
            }
            Ok(found.into_any())
        }
    }
}

/// The value of JSON in its one form; raises `AlteredCore` for any other bytes.
#[pyfunction]
#[pyo3(signature = (data, /))]
fn canonical_json<'py>(py: Python<'py>, data: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let value = py.detach(|| json::canonical(data))?;
    object(py, value)
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(canonical_json, module)?)
}
