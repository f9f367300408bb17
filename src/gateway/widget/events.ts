/** @module The events of a thread, as server-sent events. */
import type { Request, Response } from 'express';
import { RequestError } from '../../domain/errors.js';
import type { GatewayMetrics } from '../metrics.js';
import { bodyInvalid } from '../problem.js';
import type { RateLimit } from '../rate-limits.js';
import type { Handler } from '../routes.js';
import type { StreamHub } from '../streams/stream-hub.js';
import { toStreamSink } from '../streams/stream-sink.js';
import type { Admission } from './admission.js';
import { sideCallsPerMinute } from './side-calls.js';

/**
 * Reads where a page goes on: `Last-Event-ID`, which a browser sends by itself, goes before `after`,
 * which stays in the URL for as long as the page. Nothing means from the beginning.
 */
function readAfterSeq(req: Request): number {
  const header = req.get('Last-Event-ID');
  const raw: unknown = header === undefined || header === '' ? req.query['after'] : header;
  if (raw === undefined) return 0;
  if (typeof raw !== 'string' || !/^\d{1,15}$/.test(raw)) {
    throw bodyInvalid('Last-Event-ID and after must be a sequence number.');
  }
  return Number(raw);
}

function connectionOf(res: Response): AbortSignal {
  const connection = new AbortController();
  res.once('close', () => connection.abort());
  return connection.signal;
}

/** Makes the handler of `GET /v1/threads/{threadId}/events`. */
export function createEventsHandler(deps: {
  readonly admission: Admission;
  readonly hub: StreamHub;
  readonly limit: RateLimit;
  readonly metrics: GatewayMetrics;
}): Handler {
  const { admission, hub, limit, metrics } = deps;
  return async (req, res) => {
    if (req.method !== 'GET') {
      res.set('Allow', 'GET, OPTIONS');
      throw new RequestError('METHOD_NOT_ALLOWED', 'This path takes GET.');
    }
    const { ref } = await admission.admitToThread(req, res);
    const afterSeq = readAfterSeq(req);
    limit.spend(`${ref.channelId} ${ref.threadId}`, sideCallsPerMinute);
    const connection = connectionOf(res);
    const stream = await hub.open(ref, afterSeq, connection);
    if (connection.aborted) return;
    if (!stream) {
      res.status(204).end();
      return;
    }
    metrics.streamOpened();
    connection.addEventListener('abort', () => metrics.streamClosed(), { once: true });
    req.socket.setNoDelay(true);
    req.socket.setTimeout(0);
    res.status(200);
    // Express' own `set` would add a charset, which this type does not have.
    res.setHeader('Content-Type', 'text/event-stream');
    res.setHeader('Cache-Control', 'no-store, no-transform');
    res.setHeader('X-Accel-Buffering', 'no');
    res.flushHeaders();
    stream.start(toStreamSink(res));
  };
}
