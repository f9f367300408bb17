/** Recipients whom the channel's platform is asked about: the example of one, which really runs. */
import { expect, onTestFinished, test } from 'vitest';
import { startPlatform } from '../../../src/simulators/platform/platform.js';
import { startBox } from './box-fixture.js';
import { anonymousChannel, refOf, widgetChannel } from './gateway-fixture.js';
import {
  otherPlatform,
  otherSecret,
  platformChannel,
  telegraph,
  telegraphSecret,
} from './platform-fixture.js';

const recipients = (...ids: readonly string[]) => ({
  endUserRecipients: ids.map((id, index) => ({
    idOnExternalPlatform: id,
    ...(index === 0 ? { name: 'Ringo' } : {}),
  })),
});

async function start() {
  const platform = await startPlatform({
    host: '127.0.0.1',
    port: 0,
    gatewayUrl: 'http://127.0.0.1:1',
    channelId: telegraph,
    secret: telegraphSecret,
    logLevel: 'silent',
  });
  onTestFinished(() => platform.close());
  const recipientsUrl = `${platform.url}/recipients`;
  const box = await startBox({
    channels: [
      widgetChannel(anonymousChannel),
      platformChannel(telegraph, telegraphSecret, { recipientsUrl }),
      platformChannel(otherPlatform, otherSecret),
    ],
  });
  const setReach = async (reach: string) => {
    await fetch(`${platform.url}/api/reach`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reach }),
    });
  };
  const validate = (...ids: readonly string[]) => box.validate(recipients(...ids), telegraph);
  const validateElsewhere = (id: string, channel: string) => box.validate(recipients(id), channel);
  const countAsked = async (outcome: string) =>
    (await box.metrics.metrics()).match(
      new RegExp(
        `recipient_questions_total\\{outcome="${outcome}",channel="${telegraph}"\\} (\\d+)`,
      ),
    )?.[1];
  return { ...box, platform, setReach, validate, validateElsewhere, countAsked };
}

test('a recipient whom the platform can reach is valid', async () => {
  const { validate, setReach, platform, countAsked } = await start();
  expect(await validate('lion')).toMatchObject({ status: 200, json: { status: 'valid' } });
  await setReach('customers');
  const { customer } = platform.chats.begin('Gina Giraffe');
  expect((await validate(customer.id)).status).toBe(200);
  expect(await countAsked('answered')).toBe('2');
});

test('one whom it cannot reach is refused in its words, which the agent reads and no log has', async () => {
  const { validate, setReach, logLines } = await start();
  await setReach('customers');
  const { status, json } = await validate('lion');
  expect(status).toBe(400);
  const message = 'Bush Telegraph knows no animal lion.';
  expect(json).toMatchObject({
    code: 'BODY_INVALID',
    detail: 'The platform cannot reach a recipient.',
    displayErrorMessage: message,
    errorCode: 'outboundValidationFailed',
    errors: [{ path: ['idOnExternalPlatform'], message }],
  });
  expect(logLines.join('\n')).not.toContain('knows no animal');
});

test('of several recipients each one who cannot be reached is named', async () => {
  const { validate, setReach, platform } = await start();
  await setReach('customers');
  const { customer } = platform.chats.begin('Gina Giraffe');
  const { json } = await validate('lion', customer.id, 'gnu');
  const messages = [
    'Ringo: Bush Telegraph knows no animal lion.',
    'gnu: Bush Telegraph knows no animal gnu.',
  ];
  expect(json['displayErrorMessage']).toBe(`${messages[0]} (and 1 more)`);
  expect(json['errors']).toMatchObject(messages.map((message) => ({ message })));
});

test('a platform that does not say stops nobody, and the log and a count tell of it', async () => {
  const { validate, setReach, logLines, countAsked } = await start();
  await setReach('silent');
  expect(await validate('lion')).toMatchObject({ status: 200, json: { status: 'valid' } });
  const line = logLines.find((one) => one.includes('recipients not checked by the platform'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    level: 40,
    channelId: telegraph,
    requestId: expect.any(String),
    err: { code: 'CHANNEL_UNREACHABLE' },
  });
  expect([await countAsked('unanswered'), await countAsked('answered')]).toEqual(['1', undefined]);
});

test('an id that is not well formed is refused before the platform is asked', async () => {
  const { validate, countAsked } = await start();
  expect((await validate('no one')).json['displayErrorMessage']).toContain('128');
  expect(await countAsked('answered')).toBeUndefined();
});

test('a message that an agent sends first is taken without the question: it may fail later', async () => {
  const { outbound, setReach, threads } = await start();
  await setReach('customers');
  const message = { messageContent: { type: 'TEXT', payload: { text: 'x' } } };
  const answer = await outbound({ id: 'dfo-1', ...message, ...recipients('lion') }, telegraph);
  expect(answer.status).toBe(200);
  const { thread } = answer.json as { thread: { idOnExternalPlatform: string } };
  const opened = refOf(thread.idOnExternalPlatform, telegraph);
  expect(threads.replies(opened)).toMatchObject([{ text: 'x' }]);
});

test('nobody is asked where there is no platform, or it has no place for the question', async () => {
  const { validateElsewhere, setReach, metrics } = await start();
  await setReach('customers');
  for (const channel of [anonymousChannel, otherPlatform]) {
    expect((await validateElsewhere('lion', channel)).status).toBe(200);
  }
  expect(await metrics.metrics()).not.toContain('recipient_questions_total{');
});
