import { expect, test, vi } from 'vitest';
import { readEvents } from './event-reader.js';
import { openBox, openSession, postMessage, refOf, send, startGateway } from './gateway-fixture.js';

test('a message and its reply travel through the gateway', async () => {
  const { url, threads } = await startGateway();
  const session = await openSession(url, {
    customer: { name: 'Ringo', fields: { species: 'tapir' } },
  });
  const page = await readEvents(url, session);
  const posted = await postMessage(url, session, { id: 'm-1', text: ' The water is low. ' });
  expect(posted).toMatchObject({ status: 202, json: { id: 'm-1', status: 'accepted' } });
  await vi.waitFor(() => expect(page.events).toHaveLength(2));

  const boxToken = await openBox(url);
  const replied = await send(`${url}/integration/box/1.0/posts/anything/messages`, {
    token: boxToken,
    body: {
      id: 'dfo-1',
      thread: { idOnExternalPlatform: session.threadId },
      messageContent: { type: 'TEXT', payload: { text: 'We fill it up.' } },
      authorUser: { firstName: 'Ada', nickname: 'Rhino' },
    },
  });
  expect(replied.status).toBe(200);
  const agentMessageId = replied.json['idOnExternalPlatform'];
  await vi.waitFor(() => expect(page.events).toHaveLength(3));
  expect(page.events).toMatchObject([
    {
      id: 1,
      event: 'message',
      data: { seq: 1, id: 'm-1', from: 'customer', text: ' The water is low. ' },
    },
    { id: 2, event: 'message-status', data: { seq: 2, id: 'm-1', status: 'sent' } },
    {
      id: 3,
      event: 'message',
      data: {
        id: agentMessageId,
        from: 'agent',
        author: { name: 'Rhino' },
        text: 'We fill it up.',
      },
    },
  ]);
  const snapshot = await send(`${url}/v1/threads/${session.threadId}`, { token: session.token });
  expect(snapshot.json).toMatchObject({
    threadId: session.threadId,
    channelId: 'watering-hole',
    state: 'open',
    lastSeq: 3,
    messages: [
      { id: 'm-1', status: 'sent' },
      { id: agentMessageId, from: 'agent' },
    ],
  });
  const ref = refOf(session.threadId);
  expect(threads.startOf(ref).customer).toEqual({
    id: session.customer.id,
    name: 'Ringo',
    fields: { species: 'tapir' },
  });
});
