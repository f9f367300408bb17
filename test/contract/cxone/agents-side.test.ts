/** What the adapter does, as an agent of the simulator sees it, and the other way round. */
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ContactNumber, toOutboundExternalId } from '../../../src/domain/ids.js';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import {
  type Dfo,
  openDfo,
  request,
  credentials as simulatorCredentials,
  startTestBox,
  startTestSimulator,
  type TestBox,
} from '../simulator/simulator-harness.js';
import { codeOf, createAdapter, post, threadRef, unending } from './adapter.js';

const thread = threadRef();
const where = { channelId: thread.channelId, threadIdOnExternalPlatform: thread.threadId };
const messageId = toOutboundExternalId(thread, 'key');

let box: TestBox;
let simulator: Simulator;
let dfo: Dfo;
let adapter: ReturnType<typeof createAdapter>;

beforeEach(async () => {
  box = await startTestBox();
  box.answerWith(({ path }) =>
    path.endsWith('/messages')
      ? { status: 200, body: { idOnExternalPlatform: messageId } }
      : undefined,
  );
  simulator = await startTestSimulator({ boxUrl: box.url });
  dfo = await openDfo(simulator);
  adapter = createAdapter({ issuer: simulator.url, credentials: simulatorCredentials });
});

afterEach(async () => {
  await adapter.contactCentre.close();
  await simulator.close();
  await box.close();
});

async function open(id = 'm-1', more: Parameters<typeof post>[1] = {}): Promise<ContactNumber> {
  const { contact } = await adapter.contactCentre.postMessage(post(id, more), unending);
  if (contact === undefined) throw new Error('no contact came back');
  return contact;
}

const read = (contact: ContactNumber) => adapter.contactCentre.readContact(contact, unending);
const agentSets = (contact: string, status: string) =>
  request(`${simulator.url}/simulator/agent/contacts/${contact}/status`, {
    method: 'POST',
    body: { status },
  });

describe('a receipt', () => {
  const atMs = Date.UTC(2026, 2, 1, 10, 0, 5);
  const report = (status: 'delivered' | 'seen' | 'failed', reason?: string) =>
    adapter.contactCentre.reportStatus(
      { thread, messageId, status, atMs, ...(reason === undefined ? {} : { reason }) },
      unending,
    );
  const shown = async () => (await dfo.call('GET', '/messages/dfo-1')).body;

  beforeEach(async () => {
    await open();
    await simulator.desk.reply({ ...where, text: 'Knee-deep.', id: 'dfo-1' });
  });

  it('shows the agent that the message was delivered and seen', async () => {
    await report('delivered');
    await report('seen');
    expect(await shown()).toMatchObject({
      idOnExternalPlatform: messageId,
      delivered: [{ isSuccess: true, deliveredAt: '2026-03-01T10:00:05.000Z', reason: null }],
      customerStatistics: { seenAt: '2026-03-01T10:00:05.000Z' },
    });
  });

  it('shows the agent that the message failed, and why', async () => {
    await report('failed', 'CHANNEL_GONE');
    expect(await shown()).toMatchObject({
      delivered: [{ isSuccess: false, reason: 'CHANNEL_GONE' }],
      customerStatistics: { seenAt: null },
    });
  });

  it('that comes before the id of its message is noted is made again', async () => {
    const match = 'updateMessageStatus';
    simulator.faults.add({ match, kind: 'status', status: 404, times: 2 });
    await report('failed', 'CHANNEL_GONE');
    expect(await shown()).toMatchObject({
      delivered: [{ isSuccess: false, reason: 'CHANNEL_GONE' }],
    });
  });

  it('that is being made again ends with its signal', async () => {
    const leaving = new AbortController();
    simulator.faults.add({ match: 'updateMessageStatus', kind: 'status', status: 404 });
    const call = adapter.contactCentre.reportStatus(
      { thread, messageId, status: 'seen', atMs },
      leaving.signal,
    );
    const outcome = call.catch((error: unknown) => error);
    await vi.waitFor(() => expect(simulator.faults.list()[0]?.hits).toBe(1));
    leaving.abort(new Error('cancelled'));
    expect(await outcome).toBe(leaving.signal.reason);
  });

  it('for a message that nobody knows is a refusal', async () => {
    const other = { thread, messageId: toOutboundExternalId(thread, 'other'), atMs };
    const call = adapter.contactCentre.reportStatus({ ...other, status: 'seen' }, unending);
    expect(await codeOf(call)).toBe('CONTACT_CENTRE_REJECTED');
  });
});

describe('a contact', () => {
  it('is one for the messages of a thread, and another one for another thread', async () => {
    const first = await open('m-1');
    expect(await open('m-2')).toBe(first);
    expect(await open('m-1', { thread: threadRef('t-2') })).not.toBe(first);
    const { customers, threads } = simulator.state();
    expect([customers.length, threads.length]).toEqual([1, 2]);
  });

  it.each(['new', 'open', 'pending', 'escalated', 'resolved', 'closed', 'trashed'])(
    'that an agent sets to %s is read as that',
    async (status) => {
      const contact = await open();
      await agentSets(contact, status);
      expect(await read(contact)).toMatchObject({ contact, status });
    },
  );

  it('that is resolved goes on with the next message, and a closed one does not', async () => {
    const contact = await open('m-1');
    await agentSets(contact, 'resolved');
    expect(await open('m-2')).toBe(contact);
    expect(await read(contact)).toMatchObject({ status: 'open' });
    await agentSets(contact, 'closed');
    expect(await open('m-3')).not.toBe(contact);
  });
});

describe('a file', () => {
  const store = () =>
    adapter.contactCentre.storeAttachment(
      { mimeType: 'text/plain', sizeBytes: 4, content: Readable.from([Buffer.from('roar')]) },
      unending,
    );
  const textOf = async (url: string, of = messageId) => {
    const source = { url, name: 'roar.txt', messageId: of };
    const { mimeType, content } = await adapter.contactCentre.openAttachment(source, unending);
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    return [mimeType, Buffer.concat(pieces).toString('utf8')];
  };

  it('that a customer stores is with their message, and is read again', async () => {
    const { url } = await store();
    await open('m-1', { attachments: [{ name: 'roar.txt', url }] });
    expect(simulator.state().files).toMatchObject([{ mimeType: 'text/plain', size: 4 }]);
    expect(simulator.state().messages).toMatchObject([
      { attachments: [{ friendlyName: 'roar.txt' }] },
    ]);
    expect(await textOf(url)).toEqual(['text/plain', 'roar']);
  });

  it('that an agent sends is read by its address, and when that ran out by its message', async () => {
    await open();
    const { url } = await store();
    const attachments = [{ friendlyName: 'roar.txt', url }];
    await simulator.desk.reply({ ...where, text: '', id: 'dfo-1', attachments });
    expect(await textOf(url)).toEqual(['text/plain', 'roar']);
    await simulator.files.expireAll();
    expect(await textOf(url)).toEqual(['text/plain', 'roar']);
    const other = textOf(url, toOutboundExternalId(thread, 'other'));
    expect(await codeOf(other)).toBe('ATTACHMENT_GONE');
  });
});
