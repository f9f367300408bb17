import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import {
  type Dfo,
  newMessage,
  request,
  startTestCentre,
  type TestBox,
  type TestCentre,
} from './simulator-harness.js';

let centre: TestCentre;
let box: TestBox;
let simulator: Simulator;
let dfo: Dfo;

beforeEach(async () => {
  centre = await startTestCentre();
  ({ box, simulator, dfo } = centre);
});

afterEach(() => centre.close());

const writeFirst = (overrides: object = {}) =>
  request(`${simulator.url}/simulator/agent/outbound`, {
    method: 'POST',
    body: {
      id: 'm-1',
      channelId: 'c',
      recipient: { id: 'zebra', name: 'Zebra' },
      text: 'The river is back.',
      ...overrides,
    },
  });

const calls = (end: string) =>
  box.requests.filter(({ path, authorization }) => path.endsWith(end) && authorization);

describe('an agent who writes first', () => {
  test('has the recipient validated, then the message is sent without a thread', async () => {
    const answer = await writeFirst();
    expect(answer.body).toMatchObject({
      validation: { status: 200 },
      sent: { status: 200, failure: null },
      contactNumber: simulator.state().contacts[0]?.number,
    });
    const endUserRecipients = [
      { idOnExternalPlatform: 'zebra', name: 'Zebra', isPrimary: true, isPrivate: false },
    ];
    expect(calls('/validation')).toMatchObject([
      { path: '/box/1.0/channel/c/recipients/validation', body: { endUserRecipients } },
    ]);
    expect(calls('/outbound')).toMatchObject([
      { body: { id: 'm-1', thread: { threadName: 'Zebra' }, endUserRecipients } },
    ]);
    expect(calls('/outbound')[0]?.body['thread']).not.toHaveProperty('idOnExternalPlatform');
    expect(simulator.state()).toMatchObject({
      threads: [{ idOnExternalPlatform: 'thread-of-the-agent' }],
      contacts: [{ direction: 'outbound', status: 'open' }],
      messages: [{ idOnExternalPlatform: 'out-m-1', text: 'The river is back.', sending: 'sent' }],
    });
  });

  test('to somebody who cannot be written to, sends nothing', async () => {
    const body = { displayErrorMessage: 'No such id.', errorCode: 'outboundValidationFailed' };
    box.answerWith(({ path }) =>
      path.endsWith('/validation') ? { status: 400, body } : undefined,
    );
    expect((await writeFirst()).body).toEqual({
      validation: { status: 400, body },
      sent: null,
      contactNumber: null,
    });
    expect(calls('/outbound')).toEqual([]);
    expect(simulator.state().messages).toEqual([]);
  });

  test('with a double click, and once more, makes the same call and keeps one message', async () => {
    await Promise.all([writeFirst(), writeFirst()]);
    await writeFirst();
    const [first, ...others] = calls('/outbound').map(({ body }) => body);
    expect(others).toEqual([first, first]);
    expect(simulator.state()).toMatchObject({
      threads: [{}],
      contacts: [{ outboundCount: 1 }],
      messages: [{ id: 'm-1' }],
      violations: [],
    });
    expect(simulator.state().messages).toHaveLength(1);
  });

  test('gives a thread of its own making, where it has one', async () => {
    await writeFirst({ threadIdOnExternalPlatform: 'made-up' });
    expect(calls('/outbound')).toMatchObject([
      { body: { thread: { idOnExternalPlatform: 'made-up' } } },
    ]);
  });

  test('in a thread whose contact has ended, opens another contact', async () => {
    await dfo.post('c', newMessage());
    const [ended] = simulator.state().contacts;
    await request(`${simulator.url}/simulator/agent/contacts/${ended?.number}/status`, {
      method: 'POST',
      body: { status: 'closed' },
    });
    box.answerWith(({ path }) =>
      path.endsWith('/outbound')
        ? {
            status: 200,
            body: {
              message: { idOnExternalPlatform: 'out-1' },
              thread: { idOnExternalPlatform: 'thread-1' },
            },
          }
        : undefined,
    );
    await writeFirst({ threadIdOnExternalPlatform: 'thread-1' });
    const { contacts, messages, violations } = simulator.state();
    expect(contacts).toMatchObject([{ status: 'closed' }, { status: 'open' }]);
    expect(messages.at(-1)).toMatchObject({ contactNumber: contacts[1]?.number });
    expect(violations).toEqual([]);
  });

  test.each([{ recipient: undefined }, { text: '' }])('is refused with %j', async (broken) => {
    expect((await writeFirst(broken)).status).toBe(400);
    expect(box.requests).toEqual([]);
  });
});
