"""What the fuzzer cannot know from the API document: how events are signed."""

import base64
import hashlib
import hmac
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


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path in SIGNATURES:
        kwargs["auth"] = SIGNATURES[case.operation.path]
