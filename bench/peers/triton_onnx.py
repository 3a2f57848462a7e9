"""ONNX Runtime as a model of Triton's Python backend: requests that Triton brought together are one run."""

import json
import os
import sys

# The backend's own Python does not look where the environment has its packages.
sys.path.insert(0, os.environ["TRITON_PACKAGES"])

import numpy
import onnxruntime
import triton_python_backend_utils as backend


class TritonPythonModel:
    def initialize(self, args):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ["ORT_THREADS"])
        options.log_severity_level = 3
        file = json.loads(args["model_config"])["parameters"]["file"]["string_value"]
        self._session = onnxruntime.InferenceSession(file, options)
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name

    def execute(self, requests):
        parts = [backend.get_input_tensor_by_name(each, self._input).as_numpy() for each in requests]
        together = parts[0] if len(parts) == 1 else numpy.concatenate(parts)
        (result,) = self._session.run([self._output], {self._input: together})
        answers, start = [], 0
        for part in parts:
            tensor = backend.Tensor(self._output, result[start : start + len(part)])
            answers.append(backend.InferenceResponse([tensor]))
            start += len(part)
        return answers
