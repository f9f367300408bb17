/** Sends a file's bytes. Only this kind of request tells how far they have gone. */
import { parseRetryAfter } from './backoff.js';
import { GatewayError } from './gateway-error.js';
import type { Attachment } from './wire.js';
import { parseAttachment, parseProblem } from './wire.js';

/** Posts a file to `url`; throws a GatewayError for an error answer, and a TypeError without one. */
export function sendFile(
  url: string,
  headers: Readonly<Record<string, string>>,
  file: File,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(new TypeError('The file did not reach the gateway'));
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      onProgress(total === 0 ? 0 : loaded / total);
    });
    request.addEventListener('load', () => {
      const attachment = parseAttachment(jsonOf(request.responseText));
      if (request.status === 201 && attachment !== undefined) {
        resolve(attachment);
      } else {
        reject(toError(request));
      }
    });
    request.addEventListener('error', fail);
    request.addEventListener('abort', fail);
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) {
      fail();
    } else {
      request.send(file);
    }
  });
}

function toError(request: XMLHttpRequest): GatewayError {
  if (request.status < 400) {
    return new GatewayError(502, { code: 'ANSWER_UNREADABLE' }, undefined);
  }
  const retryAfterMs = parseRetryAfter(request.getResponseHeader('retry-after'), Date.now());
  return new GatewayError(request.status, parseProblem(jsonOf(request.responseText)), retryAfterMs);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
