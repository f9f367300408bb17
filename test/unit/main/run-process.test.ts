import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { describeFailure } from '../../../src/main/run-process.js';

test('an address that is taken is told in one line', async () => {
  const [first, second] = [createServer(), createServer()];
  onTestFinished(() => void first.close());
  first.listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port = 0 } = Object(first.address());
  second.listen(port, '127.0.0.1');
  const [error] = await once(second, 'error');
  expect(describeFailure(error)).toMatch(
    /^Cannot start: .*address already in use 127\.0\.0\.1:\d+$/,
  );
});

test('what nobody foresaw is told with its stack', () => {
  expect(describeFailure(new TypeError('seq is undefined'))).toContain('run-process.test.ts');
});
