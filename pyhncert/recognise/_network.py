"""An ONNX network, loaded on first use, on one thread, shared by all threads."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from pyhncert.errors import MissingDependency
from pyhncert.recognise._weights import flush_denormals


class Network:
    """One model file and its session."""

    def __init__(self, path: Path, *, wheel: str = "rapidocr") -> None:
        self._path = path
        self._wheel = wheel
        self._lock = threading.Lock()
        self._session: Any = None

    def session(self) -> Any:
        """The session, made on the first call.

        Raises:
            MissingDependency: the file cannot be loaded.
        """
        with self._lock:
            if self._session is None:
                self._session = self._load()
            return self._session

    def _load(self) -> Any:
        import onnxruntime  # noqa: PLC0415  costs 50 ms, needed only to read
        from onnxruntime.capi import onnxruntime_pybind11_state as faults  # type: ignore[import-untyped]  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # it keeps 100 MB for each new size of page, and saves no time (measured)
        options.log_severity_level = 3
        try:
            model = flush_denormals(self._path.read_bytes())
            return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except (
            OSError,
            ValueError,
            faults.Fail,
            faults.InvalidArgument,
            faults.InvalidGraph,
            faults.InvalidProtobuf,
            faults.NotImplemented,
        ) as err:
            raise MissingDependency(
                f"model {self._path.name} cannot be loaded ({err})",
                f"không nạp được mô hình {self._path.name} ({err})",
                hint=f"install {self._wheel} again",
                hint_vi=f"hãy cài lại gói {self._wheel}",
            ) from err
