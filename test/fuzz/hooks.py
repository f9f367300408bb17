"""What the fuzzer cannot know from the API document: how events and customers are signed for."""

import base64
import hashlib
import hmac
import itertools
import json
import os
import time
import uuid

import requests.auth
import schemathesis


def sign(key, signed):
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def body_of(request):
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body


class EventSignature(requests.auth.AuthBase):
    """Signs as the contact centre does, when the body is ready to be sent."""

    def __call__(self, request):
        key = os.environ["FUZZ_EVENTS_SECRET"].encode()
        request.headers["X-Request-Signature"] = sign(key, body_of(request))
        return request


class PlatformSignature(requests.auth.AuthBase):
    """Signs as a platform does, by the Standard Webhooks scheme."""

    def __call__(self, request):
        key = base64.b64decode(os.environ["FUZZ_PLATFORM_SECRET"].removeprefix("whsec_"))
        delivery, moment = f"msg_{uuid.uuid4()}", str(int(time.time()))
        signed = f"{delivery}.{moment}.".encode() + body_of(request)
        request.headers["webhook-id"] = delivery
        request.headers["webhook-timestamp"] = moment
        request.headers["webhook-signature"] = f"v1,{sign(key, signed)}"
        return request


SIGNATURES = {
    "/integration/events": EventSignature(),
    "/v1/channels/{channelId}/events": PlatformSignature(),
}


calls = itertools.count()


def encode(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def vouch(customer):
    """Signs what a customer's own site says of them: a token that the channel knows to be good."""
    head = encode(json.dumps({"alg": "HS256"}).encode())
    claims = {"sub": customer, "name": customer.title(), "exp": int(time.time()) + 60}
    signed = f"{head}.{encode(json.dumps(claims).encode())}"
    key = os.environ["FUZZ_IDENTITY_SECRET"].encode()
    return f"{signed}.{encode(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path in SIGNATURES:
        kwargs["auth"] = SIGNATURES[case.operation.path]
    if case.operation.path == "/v1/channels/{channelId}/sessions" and isinstance(case.body, dict):
        # Every third token stays as it was made up.
        call = next(calls)
        if case.path_parameters.get("channelId") == "den" and call % 3 > 0:
            case.body = {**case.body, "identityToken": vouch(f"animal-{call % 20}")}
