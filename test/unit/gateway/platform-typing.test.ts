import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openBox, send } from './gateway-fixture.js';
import {
  messageEvent,
  platformChannel,
  startPlatformGateway,
  telegraph,
  telegraphSecret,
  threadRef,
} from './platform-fixture.js';

describe("an agent's typing", () => {
  async function startPlatform() {
    const bodies: Record<string, unknown>[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
        response.writeHead(204).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('no port');
    const url = `http://127.0.0.1:${address.port}/`;
    const channels = [platformChannel(telegraph, telegraphSecret, { url })];
    const gateway = await startPlatformGateway({ channels });
    const token = await openBox(gateway.url);
    const path = `/integration/box/1.0/channel/${telegraph}/thread`;
    const type = (action: string, threadId = 't-1') =>
      send(`${gateway.url}${path}/${threadId}/sender-action`, {
        token,
        body: { authorUser: { nickname: 'Gina' }, senderAction: { action } },
      });
    return { ...gateway, bodies, type };
  }

  test('goes to the platform, and not once the thread has ended', async () => {
    const { tell, threads, bodies, type } = await startPlatform();
    await tell(messageEvent('m-1'));
    expect((await type('isTypingOn')).status).toBe(204);
    const expected = {
      type: 'typing',
      channelId: telegraph,
      threadId: 't-1',
      customer: { id: 'zebra' },
      typing: true,
      author: { name: 'Gina' },
    };
    await vi.waitFor(() => expect(bodies).toEqual([expected]));
    threads.end(threadRef, 'agent');
    expect((await type('isTypingOff')).status).toBe(204);
    // What is typed in a thread that runs comes after it.
    await tell({ ...messageEvent('m-1'), threadId: 't-2' });
    expect((await type('isTypingOn', 't-2')).status).toBe(204);
    await vi.waitFor(() => expect(bodies).toEqual([expected, { ...expected, threadId: 't-2' }]));
  });
});
