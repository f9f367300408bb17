import { setMaxListeners } from 'node:events';
import { createCxoneContactCentre } from '../../../src/cxone/contact-centre.js';
import type { CxoneDeps, CxoneSettings } from '../../../src/cxone/settings.js';
import { RemoteError } from '../../../src/domain/errors.js';
import {
  type ContactNumber,
  type ExternalMessageId,
  parseChannelId,
  parseClientMessageId,
  parseContactNumber,
  parseCustomerId,
  parseThreadId,
  type ThreadRef,
  toInboundExternalId,
} from '../../../src/domain/ids.js';
import type { PostRequest } from '../../../src/ports/contact-centre.js';
import { type Simulator, startSimulator } from '../../../src/simulators/cxone/simulator.js';

export const credentials = {
  clientId: 'client',
  clientSecret: 'client secret',
  accessKeyId: 'KEY+ID',
  accessKeySecret: 'key secret/&==',
};

/** A log line as the adapter wrote it. */
interface LogLine {
  readonly level: 'debug' | 'warn';
  readonly facts: object;
  readonly message: string;
}

/** Makes the adapter with everything given by discovery, and what it logs. */
export function createAdapter(
  settings: Pick<CxoneSettings, 'issuer'> & Partial<CxoneSettings>,
  more: Partial<Pick<CxoneDeps, 'budgets' | 'clock' | 'resolve'>> = {},
) {
  const log: LogLine[] = [];
  const contactCentre = createCxoneContactCentre({
    settings: { tenantId: 'tenant-1', credentials, timeoutMs: 5_000, ...settings },
    budgets: { readsPerSecond: 1_000, postsPerSecond: 1_000 },
    clock: Date.now,
    logger: {
      debug: (facts, message) => log.push({ level: 'debug', facts, message }),
      warn: (facts, message) => log.push({ level: 'warn', facts, message }),
    },
    ...more,
  });
  return { contactCentre, log };
}

/** Starts a simulator that says nothing, for an adapter to speak to. */
export async function startQuietSimulator(
  more: { readonly tenantId?: string; readonly actionUrl?: string } = {},
): Promise<Simulator> {
  const quiet = () => undefined;
  return await startSimulator({
    host: '127.0.0.1',
    port: 0,
    boxUrl: 'http://127.0.0.1:9/integration/box',
    tenantId: 'tenant-1',
    credentials,
    box: { clientId: 'box', clientSecret: 'box-secret' },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    ...more,
  });
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('The id of a test is malformed');
  return value;
}

const customer = { id: known(parseCustomerId('c-1')), name: 'Zuri Zebra' };

export function threadRef(threadId = 't-1', channelId = 'watering-hole'): ThreadRef {
  return { channelId: known(parseChannelId(channelId)), threadId: known(parseThreadId(threadId)) };
}

export function externalId(id: string, thread = threadRef()): ExternalMessageId {
  return toInboundExternalId(thread, known(parseClientMessageId(id)));
}

export function contactNumber(number: string): ContactNumber {
  return known(parseContactNumber(number));
}

export function post(id = 'm-1', more: Partial<PostRequest> = {}): PostRequest {
  const thread = more.thread ?? threadRef();
  return {
    thread,
    externalId: externalId(id, thread),
    customer,
    text: 'Is there water?',
    createdAtMs: Date.UTC(2026, 2, 1, 10, 0, 0, 123),
    ...more,
  };
}

/** A signal that nobody aborts, for any number of calls at once. */
export const unending = new AbortController().signal;
setMaxListeners(0, unending);

/** Gives the error that a call must end with. */
export async function remoteErrorOf(call: Promise<unknown>): Promise<RemoteError> {
  const failure: unknown = await call.then(
    () => new Error('The call succeeded'),
    (error: unknown) => error,
  );
  if (failure instanceof RemoteError) return failure;
  throw failure;
}

/** Gives the code of the error that a call must end with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await remoteErrorOf(call)).code;
}
