/** The endpoint of events against events as DFO writes them, signed as NICE's library signs. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ref } from '../../unit/gateway/box-fixture.js';
import { send, startGateway } from '../../unit/gateway/gateway-fixture.js';
import { inboundMessage, startOf } from '../../unit/gateway/hub-fixture.js';

const eventsSecret = 'thisIsSecretKey';

/** Sends an event to a gateway where the thread `thread-1` has the contact 1001. */
async function tell(name: string, secret = eventsSecret) {
  const gateway = await startGateway({ eventsSecret });
  await gateway.threads.acceptInbound(startOf(ref), inboundMessage('m1'));
  await expect.poll(() => gateway.threads.stateOf(ref).contact).toBe('1001');
  const body = readFileSync(
    new URL(`../../fixtures/cxone/events/${name}.json`, import.meta.url),
    'utf8',
  );
  const answer = await send(`${gateway.url}/integration/events`, {
    body,
    headers: {
      'content-type': 'application/json',
      'x-signature-algorithm': 'sha256',
      'x-request-signature': createHmac('sha256', secret).update(body).digest('base64'),
    },
  });
  return { ...gateway, answer };
}

test.each(['case-closed', 'contact-closed'])('%s ends its thread', async (name) => {
  const { threads, answer } = await tell(name);
  expect(answer.status).toBe(204);
  expect(threads.stateOf(ref).closed).toMatchObject({ by: 'agent' });
});

test.each(['case-assigned', 'message-delivery-status-changed'])(
  '%s is taken, and its thread goes on',
  async (name) => {
    const { threads, answer } = await tell(name);
    expect(answer.status).toBe(204);
    expect(threads.stateOf(ref).closed).toBeNull();
  },
);

test('case-closed by another secret is refused', async () => {
  const { threads, answer } = await tell('case-closed', 'another');
  expect(answer).toMatchObject({ status: 401, json: { code: 'EVENT_SIGNATURE_INVALID' } });
  expect(threads.stateOf(ref).closed).toBeNull();
});
