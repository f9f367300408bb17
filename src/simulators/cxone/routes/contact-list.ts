import type { Request, Response } from 'express';
import type { SimulatorContext } from '../context.js';
import { DfoError } from '../dfo-error.js';
import type { Fault } from '../faults.js';
import { contactStatuses, type StoredContact } from '../model.js';
import { queryList, queryValue } from '../operations.js';
import { contactView } from '../views.js';
import { throttle } from './messages.js';

const pageSize = 25;

/** Answers a page of contacts, the newest first (cxone.md 2.6), as wrong as the faults want it. */
export function listContacts(
  context: SimulatorContext,
  req: Request,
  res: Response,
  faults: readonly Fault[],
): void {
  throttle(context, { read: true });
  const { store } = context;
  const channels = queryList(req, 'channel');
  const statuses = queryList(req, 'status');
  const customers = queryList(req, 'endUserIdOnExternalPlatform');
  const unknown = statuses.filter((status) => !contactStatuses.some((known) => known === status));
  if (unknown.length > 0) {
    throw new DfoError(400, [
      { field: 'status', message: `Unknown status ${unknown.join(', ')}.` },
    ]);
  }
  const below = readScrollToken(queryValue(req, 'scrollToken'));
  const found = asIndexed([...store.all('contacts')], faults, store.now()).filter(
    (contact) =>
      (channels.length === 0 || channels.includes(contact.channelId)) &&
      (statuses.length === 0 || statuses.includes(contact.status)) &&
      (customers.length === 0 ||
        customers.includes(contact.customerId.slice(contact.channelId.length + 1))),
  );
  const skipped = faults.some(({ kind }) => kind === 'list-skips-page') ? pageSize : 0;
  const page = found
    .filter(({ number }) => Number(number) < below)
    .toSorted((left, right) => Number(right.number) - Number(left.number))
    .slice(skipped, skipped + pageSize);
  const last = page.at(-1);
  res.json({
    hits: found.length,
    data: page.map((contact) => contactView(store, contact)),
    ...(last
      ? { scrollToken: Buffer.from(`before:${last.number}`).toString('base64url') }
      : { scrollToken: null }),
  });
}

/** Gives the contacts as the index knows them, which may be late, or wrong about one of them. */
function asIndexed(
  contacts: readonly StoredContact[],
  faults: readonly Fault[],
  nowMs: number,
): readonly StoredContact[] {
  return faults.reduce((indexed, { kind, contact: mistaken, mistakenFor, lagMs = 0 }) => {
    if (kind === 'list-mistakes-status') {
      return indexed.map((contact) =>
        contact.number === mistaken && mistakenFor !== undefined
          ? { ...contact, status: mistakenFor }
          : contact,
      );
    }
    if (kind !== 'list-lags') return indexed;
    const asOf = new Date(nowMs - lagMs).toISOString();
    return indexed.flatMap((contact) => {
      const known = contact.statusHistory.findLast(({ at }) => at <= asOf);
      return known === undefined ? [] : [{ ...contact, status: known.status }];
    });
  }, contacts);
}

function readScrollToken(token: string | undefined): number {
  if (token === undefined || token === '') return Number.POSITIVE_INFINITY;
  const number = /^before:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  if (number === undefined) {
    throw new DfoError(400, [{ field: 'scrollToken', message: 'The scroll token is not valid.' }]);
  }
  return Number(number);
}
