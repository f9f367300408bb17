"""What the fuzzer cannot know from the API document: how an event is signed."""

import base64
import hashlib
import hmac
import os

import requests.auth
import schemathesis


class EventSignature(requests.auth.AuthBase):
    """Signs a request when its body is ready to be sent."""

    def __call__(self, request):
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else body
        digest = hmac.new(os.environ["FUZZ_EVENTS_SECRET"].encode(), raw, hashlib.sha256).digest()
        request.headers["X-Request-Signature"] = base64.b64encode(digest).decode()
        return request


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path == "/integration/events":
        kwargs["auth"] = EventSignature()
