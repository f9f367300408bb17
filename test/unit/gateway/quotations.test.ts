import { expect, test, vi } from 'vitest';
import { toInboundExternalId } from '../../../src/domain/ids.js';
import { readEvents } from './event-reader.js';
import { openBox, openSession, postMessage, refOf, send, startGateway } from './gateway-fixture.js';
import { inboundMessage } from './hub-fixture.js';

test('an answer to one message is shown with the beginning of it, whoever gives it', async () => {
  const { url } = await startGateway();
  const session = await openSession(url);
  const { threadId, token } = session;
  const page = await readEvents(url, session);
  const boxToken = await openBox(url);
  const reply = async (body: object) => {
    const thread = { idOnExternalPlatform: threadId };
    const address = `${url}/integration/box/1.0/posts/anything/messages`;
    const answer = await send(address, { token: boxToken, body: { thread, ...body } });
    expect(answer.status).toBe(200);
    return answer.json['idOnExternalPlatform'];
  };
  await postMessage(url, session, { id: 'm-1', text: 'The water is low.' });
  const first = await reply({
    id: 'dfo-1',
    content: 'Since when?',
    replyToMessage: {
      idOnExternalPlatform: toInboundExternalId(refOf(threadId), inboundMessage('m-1').id),
    },
    isReplyToSpecificMessage: true,
  });
  await postMessage(url, session, { id: 'm-2', text: 'Since Monday.', replyTo: first });
  await postMessage(url, session, { id: 'm-3', text: 'And foul.', replyTo: 'never-was' });
  const second = await reply({
    id: 'dfo-2',
    content: 'The notice of Monday',
    forward: { message: { id: 'dfo-0' } },
  });

  const shown = [
    { id: 'm-1' },
    { id: first, replyTo: { id: 'm-1', from: 'customer', text: 'The water is low.' } },
    { id: 'm-2', replyTo: { id: first, from: 'agent', text: 'Since when?' } },
    { id: 'm-3' },
    { id: second, forwarded: true },
  ];
  const toBesides = ({ id, replyTo, forwarded }: Record<string, unknown>) => ({
    id,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(forwarded === undefined ? {} : { forwarded }),
  });
  await vi.waitFor(() => {
    const messages = page.events.filter(({ event }) => event === 'message');
    expect(messages.map(({ data }) => toBesides(data))).toEqual(shown);
  });
  const snapshot = await send(`${url}/v1/threads/${threadId}`, { token });
  expect((snapshot.json['messages'] as Record<string, unknown>[]).map(toBesides)).toEqual(shown);
});
