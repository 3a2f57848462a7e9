"""Triton's own HTTP client against a host of the protocol: what it gets must be what was sent.

Usage: tritonclient_exchange.py HOST:PORT. Serves the models of conformance-models.ts. Exits with 0 and prints one JSON
line that counts the exchanges, or fails with what was unlike.
"""

import json
import sys

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

client = http.InferenceServerClient(sys.argv[1])
checked = 0


def check(condition, what):
    global checked
    if not condition:
        raise SystemExit(f"unlike: {what}")
    checked += 1


def infer(model, tensors, outputs, binary_in, binary_out, version="", **options):
    inputs = []
    for name, (datatype, values) in tensors.items():
        tensor = http.InferInput(name, list(values.shape), datatype)
        tensor.set_data_from_numpy(values, binary_data=binary_in)
        inputs.append(tensor)
    wanted = [http.InferRequestedOutput(name, binary_data=binary_out) for name in outputs]
    return client.infer(model, inputs, model_version=version, outputs=wanted, request_id="r 1", **options)


def same(got, sent):
    return got.dtype == sent.dtype and got.shape == sent.shape and np.array_equal(got, sent, equal_nan=got.dtype.kind == "f")


check(client.is_server_live(), "live")
check(client.is_server_ready(), "ready")
check(client.is_model_ready("sizes"), "model ready")
check(client.is_model_ready("sizes", "1"), "version ready")
check(not client.is_model_ready("nothing"), "unknown model is not ready")
check("binary_tensor_data" in client.get_server_metadata()["extensions"], "extensions")
metadata = client.get_model_metadata("sizes")
check(metadata["inputs"][0] == {"name": "measured", "datatype": "FP32", "shape": [-1, 3]}, "metadata")
check("1" in client.get_model_metadata("sizes", "1")["versions"], "metadata of a version")
check("sizes" in [entry["name"] for entry in client.get_model_repository_index()], "repository index")

KINDS = {
    "bool": ("BOOL", np.array([True, False])),
    "uint8": ("UINT8", np.array([0, 255], np.uint8)),
    "uint16": ("UINT16", np.array([0, 65535], np.uint16)),
    "uint32": ("UINT32", np.array([0, 2**32 - 1], np.uint32)),
    "uint64": ("UINT64", np.array([2**53 + 1, 2**64 - 1], np.uint64)),
    "int8": ("INT8", np.array([-128, 127], np.int8)),
    "int16": ("INT16", np.array([-(2**15), 2**15 - 1], np.int16)),
    "int32": ("INT32", np.array([-(2**31), 2**31 - 1], np.int32)),
    "int64": ("INT64", np.array([-(2**63), 2**53 + 1], np.int64)),
    "fp32": ("FP32", np.array([0.1, 3.4028235e38, 1e-45, -0.0, 1 / 3], np.float32)),
    "fp64": ("FP64", np.array([0.1, 1.7976931348623157e308, 5e-324], np.float64)),
    "bytes": ("BYTES", np.array(["", "三 \n\"".encode(), b"x"], np.object_)),
}
for binary_in in (True, False):
    for binary_out in (True, False):
        result = infer("kinds", KINDS, [f"{name}_out" for name in KINDS], binary_in, binary_out)
        answer = result.get_response()
        check((answer["model_name"], answer["model_version"], answer["id"]) == ("kinds", "1", "r 1"), "names")
        for name, (_, sent) in KINDS.items():
            got = result.as_numpy(f"{name}_out")
            if name == "bytes":
                got = np.array([value if isinstance(value, bytes) else value.encode() for value in got], np.object_)
                sent = np.array([value if isinstance(value, bytes) else value.encode() for value in sent], np.object_)
            check(same(got, sent), f"{name}, binary {binary_in} and {binary_out}: {got} for {sent}")

half = np.array([[1.5, 65504.0], [-0.0, np.inf]], np.float16)
check(same(infer("half", {"x": ("FP16", half)}, ["y"], True, True).as_numpy("y"), half), "FP16")
infinite = {**{name: (kind, values[:0]) for name, (kind, values) in KINDS.items()}, "fp32": ("FP32", np.array([np.inf, np.nan], np.float32))}
check(same(infer("kinds", infinite, ["fp32_out"], True, True).as_numpy("fp32_out"), infinite["fp32"][1]), "infinity")

pair = {"a": ("FP32", np.ones((3, 2), np.float32)), "b": ("FP32", np.full((3, 2), 2, np.float32))}
for coding in ("gzip", "deflate"):
    packed = infer(
        "sums", pair, ["sum"], True, True, "1",
        request_compression_algorithm=coding, response_compression_algorithm=coding,
    )
    check(same(packed.as_numpy("sum"), np.full((3, 2), 3, np.float32)), coding)

inputs = http.InferInput("measured", [1, 3], "FP32")
inputs.set_data_from_numpy(np.array([[0, 1, 0]], np.float32))
decided = client.infer("sizes", [inputs], parameters={"decision": True})
check(decided.as_numpy("decision.label")[0] in ("wide", b"wide"), "decision")

for model, wrong, reason in (("nothing", inputs, "nothing"), ("sizes", http.InferInput("other", [1, 3], "FP32"), "other")):
    if wrong is not inputs:
        wrong.set_data_from_numpy(np.zeros((1, 3), np.float32))
    try:
        client.infer(model, [wrong])
        check(False, f"{model} was answered")
    except InferenceServerException as error:
        check(reason in str(error), f"{reason} in {error}")

print(json.dumps({"client": "tritonclient", "checked": checked}))
