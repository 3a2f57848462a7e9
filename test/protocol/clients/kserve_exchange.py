"""KServe's own REST client against a host of the protocol, in both of its versions.

Usage: kserve_exchange.py http://HOST:PORT. Serves the models of conformance-models.ts. Exits with 0 and prints one JSON
line that counts the exchanges, or fails with what was unlike.
"""

import asyncio
import json
import sys

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

url = sys.argv[1]
checked = 0


def check(condition, what):
    global checked
    if not condition:
        raise SystemExit(f"unlike: {what}")
    checked += 1


async def second_version():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    check(await client.is_server_live(url), "live")
    check(await client.is_server_ready(url), "ready")
    check(await client.is_model_ready(url, "sums"), "model ready")
    values = {"a": np.array([[1, 2], [3, 4]], np.float32), "b": np.array([[0.1, 0.2], [0.3, 0.4]], np.float32)}
    for binary in (True, False):
        inputs = []
        for name, array in values.items():
            tensor = InferInput(name, list(array.shape), "FP32")
            tensor.set_data_from_numpy(array, binary_data=binary)
            inputs.append(tensor)
        request = InferRequest("sums", inputs, "r 1", parameters={"binary_data_output": binary})
        answer = await client.infer(url, request, model_name="sums")
        check((answer.model_name, answer.id) == ("sums", "r 1"), f"names: {answer.model_name}, {answer.id}")
        by_name = {output.name: output.as_numpy() for output in answer.outputs}
        check(np.array_equal(by_name["sum"], values["a"] + values["b"]), f"sum, binary {binary}")
        check(np.array_equal(by_name["difference"], values["a"] - values["b"]), f"difference, binary {binary}")


async def first_version():
    client = InferenceRESTClient(RESTConfig(protocol="v1"))
    check(await client.is_model_ready(url, "sums"), "model ready")
    instances = [{"a": [1, 2], "b": [3, 4]}, {"a": [5, 6], "b": [1, 1]}]
    answer = await client.infer(url, {"instances": instances}, model_name="sums")
    predictions = [{"sum": [4, 6], "difference": [-2, -2]}, {"sum": [6, 7], "difference": [4, 5]}]
    check(answer["predictions"] == predictions, answer)


async def both():
    await second_version()
    await first_version()


asyncio.run(both())
print(json.dumps({"client": "kserve", "checked": checked}))
