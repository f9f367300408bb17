import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { limitedBy } from '../../../src/simulators/time-limit.js';

/** Has the engine collect whatever nothing holds on to. */
function clearMemory(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

test('a call that is not answered ends in time, whatever memory is cleared meanwhile', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
  });
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const signal = limitedBy(300, new AbortController().signal);
  const called = once(silent, 'request');
  const failure = fetch(`http://127.0.0.1:${port}/`, { signal }).catch((error: unknown) => error);
  await called;
  clearMemory();
  expect(await failure).toMatchObject({ name: 'TimeoutError' });
});

test('calls leave nothing behind at whoever makes them', () => {
  const stopping = new AbortController();
  for (let n = 0; n < 20; n += 1) limitedBy(60_000, stopping.signal);
  expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
});

test('a call ends with whoever made it', () => {
  const stopping = new AbortController();
  const signal = limitedBy(60_000, stopping.signal);
  stopping.abort(new Error('the day is over'));
  expect(signal.reason).toMatchObject({ message: 'the day is over' });
  expect(limitedBy(60_000, stopping.signal).aborted).toBe(true);
});
