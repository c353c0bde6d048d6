"""What a client asks for arrives at the fork server as it left."""

import json

from autograder.kernels.guard.settings import GuardSettings, Replaced
from autograder.kernels.limits import Limits
from autograder.kernels.protocol import KernelRequest


def test_a_request_arrives_as_it_left() -> None:
    replaced = Replaced(frozenset({"numpy.dot"}), frozenset({"math.isclose"}))
    request = KernelRequest(
        number=7,
        connection={"shell_port": 1, "key": "k"},
        limits=Limits(memory=1),
        guard=GuardSettings({"digest": replaced}, frozenset({"filter"}), is_instructors=True),
        workplace="/home/learner/work",
        program=["python", "{connection_file}"],
    )
    assert KernelRequest.from_json(json.loads(json.dumps(request.to_json()))) == request
