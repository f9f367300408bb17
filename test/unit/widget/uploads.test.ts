import { expect, test } from 'vitest';
import { GatewayError } from '../../../src/widget/gateway-error.js';
import {
  canRetry,
  createUploads,
  mostFileBytes,
  mostFiles,
  type SendFile,
  type Upload,
} from '../../../src/widget/uploads.js';

interface Sending {
  readonly name: string;
  readonly signal: AbortSignal;
  arrive(): void;
  fail(error: unknown): void;
  progress(part: number): void;
}

function startScene() {
  let made = 0;
  let shown: readonly Upload[] = [];
  const sendings: Sending[] = [];
  const send: SendFile = (file, progress, signal) =>
    new Promise((resolve, fail) => {
      const url = `https://chat.example/${file.name}`;
      const arrive = () => resolve({ name: file.name, url });
      signal.addEventListener('abort', () => fail(new TypeError('broken off')));
      sendings.push({ name: file.name, signal, arrive, fail, progress });
    });
  const uploads = createUploads({
    send,
    createId: () => `id-${++made}`,
    onChange: (all) => {
      shown = all;
    },
  });
  const states = () => shown.map(({ file, state, reason }) => [file.name, state, reason]);
  return { uploads, sendings, states, shown: () => shown };
}

const fileOf = (name: string, size = 4) => {
  const file = new File(['roar'], name);
  Object.defineProperty(file, 'size', { value: size });
  return file;
};
const settle = () => new Promise((resolve) => setTimeout(resolve));

test('files are sent one after the other, and taken in the order in which they were chosen', async () => {
  const { uploads, sendings, states, shown } = startScene();
  uploads.add([fileOf('a'), fileOf('b')]);
  expect(sendings.map(({ name }) => name)).toEqual(['a']);
  sendings[0]?.progress(0.5);
  expect(shown()[0]).toMatchObject({ state: 'uploading', progress: 0.5 });
  expect(uploads.take()).toEqual([]);
  sendings[0]?.arrive();
  await settle();
  expect(sendings.map(({ name }) => name)).toEqual(['a', 'b']);
  sendings[1]?.arrive();
  await settle();
  expect(uploads.take().map(({ name }) => name)).toEqual(['a', 'b']);
  expect(states()).toEqual([]);
});

test('what is too large, empty, or one too many is not sent', () => {
  const { uploads, sendings, states } = startScene();
  uploads.add([fileOf('large', mostFileBytes + 1), fileOf('empty', 0)]);
  expect(states()).toEqual([
    ['large', 'failed', 'BODY_TOO_LARGE'],
    ['empty', 'failed', 'EMPTY'],
  ]);
  expect(sendings).toEqual([]);
  uploads.add(Array.from({ length: mostFiles - 1 }, (_, at) => fileOf(String(at))));
  expect(states().filter(([, , reason]) => reason === 'TOO_MANY_FILES')).toHaveLength(1);
});

test('a file that is taken away is broken off, and the next one goes', async () => {
  const { uploads, sendings, states } = startScene();
  uploads.add([fileOf('a'), fileOf('b')]);
  uploads.remove('id-1');
  expect(sendings[0]?.signal.aborted).toBe(true);
  await settle();
  expect(sendings.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(states()).toEqual([['b', 'uploading', undefined]]);
});

test.each([
  ['the line', new TypeError('no'), 'UNREACHABLE', true],
  ['the gateway, for now', new GatewayError(503, { code: 'UNAVAILABLE' }, 1), 'UNAVAILABLE', true],
  [
    'its kind',
    new GatewayError(415, { code: 'ATTACHMENT_TYPE_REFUSED' }, undefined),
    'ATTACHMENT_TYPE_REFUSED',
    false,
  ],
])(
  'a file that failed by %s is tried again only where that can help',
  async (_, error, reason, isRetried) => {
    const { uploads, sendings, states, shown } = startScene();
    uploads.add([fileOf('a')]);
    sendings[0]?.fail(error);
    await settle();
    expect(states()).toEqual([['a', 'failed', reason]]);
    expect(shown().map(canRetry)).toEqual([isRetried]);
    uploads.retry('id-1');
    expect(sendings).toHaveLength(isRetried ? 2 : 1);
  },
);

test('a chat that stops breaks off what is under way', () => {
  const { uploads, sendings } = startScene();
  uploads.add([fileOf('a'), fileOf('b')]);
  uploads.stop();
  expect(sendings[0]?.signal.aborted).toBe(true);
  expect(sendings).toHaveLength(1);
});
