/** @module What a page asks of its thread besides messages and events. */

import { RequestError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Threads } from '../../ports/threads.js';
import { toIsoMoment } from '../customer-event-json.js';
import type { RateLimit } from '../rate-limits.js';
import { checkBody } from '../request-body.js';
import type { Handler } from '../routes.js';
import type { StreamHub } from '../streams/stream-hub.js';
import { type Admission, jsonOf, type ThreadCaller } from './admission.js';
import type { CustomerTyping } from './customer-typing.js';
import { leaveSchema, receiptSchema, typingSchema } from './schemas.js';

/** How often a thread's pages may ask for anything but messages, all of it together. */
export const sideCallsPerMinute = 600;

/** The handlers of a thread's smaller paths. */
export interface SideCallHandlers {
  readonly stillHere: Handler;
  readonly receipts: Handler;
  readonly typing: Handler;
  readonly leave: Handler;
  readonly end: Handler;
}

/** Makes the handlers of a thread's smaller paths. */
export function createSideCallHandlers(deps: {
  readonly admission: Admission;
  readonly threads: Pick<Threads, 'standing' | 'tellReceipt' | 'tellStillHere' | 'tellCustomerEnd'>;
  readonly hub: Pick<StreamHub, 'leave'>;
  readonly customerTyping: CustomerTyping;
  readonly limit: RateLimit;
  readonly clock: Clock;
}): SideCallHandlers {
  const { admission, threads, hub, customerTyping, limit, clock } = deps;

  function spend({ ref }: ThreadCaller): void {
    limit.spend(`${ref.channelId} ${ref.threadId}`, sideCallsPerMinute);
  }

  return {
    async stillHere(req, res) {
      const caller = await admission.admitToThread(req, res);
      spend(caller);
      const standing = await threads.standing(caller.ref);
      if (standing.kind === 'closed') {
        throw new RequestError('THREAD_CLOSED', 'The thread is closed.', {
          details: { closedBy: standing.by, closedAt: toIsoMoment(standing.atMs) },
        });
      }
      if (standing.kind === 'open') await threads.tellStillHere(caller.ref);
      res.status(204).end();
    },
    async receipts(req, res) {
      const caller = await admission.admitToThread(req, res);
      const { upTo, kind } = checkBody(jsonOf(req, caller.body), receiptSchema);
      spend(caller);
      await threads.tellReceipt(caller.ref, { kind, upToSeq: upTo, atMs: clock() });
      res.status(204).end();
    },
    async typing(req, res) {
      const caller = await admission.admitToThread(req, res);
      const { typing } = checkBody(jsonOf(req, caller.body), typingSchema);
      spend(caller);
      customerTyping.set(caller.ref, typing);
      res.status(204).end();
    },
    async leave(req, res) {
      const caller = await admission.admitLeaving(
        req,
        res,
        (body) => checkBody(body, leaveSchema).token,
      );
      spend(caller);
      hub.leave(caller.ref);
      res.status(204).end();
    },
    async end(req, res) {
      const caller = await admission.admitToThread(req, res);
      spend(caller);
      await threads.tellCustomerEnd(caller.ref);
      res.status(202).end();
    },
  };
}
