import { expect, test } from 'vitest';
import { toTerminalLine } from '../../../../src/main/sandbox/log-line.js';

function entry(fields: object): string {
  return JSON.stringify({ time: 1, pid: 7, hostname: 'den', name: 'worker', ...fields });
}

test.each([
  ['an info line belongs in the file', entry({ level: 30, msg: 'thread started' }), undefined],
  ['levels may be names', entry({ level: 'info', msg: 'ready' }), undefined],
  ['a warning by name is shown', entry({ level: 'warn', msg: 'slow' }), 'worker    | WARN  slow'],
  ['an empty line is nothing', '', undefined],
  [
    'a warning is shown with its facts',
    entry({ level: 40, msg: 'contact centre is slow', threadId: 't-1', waitMs: 250 }),
    'worker    | WARN  contact centre is slow threadId=t-1 waitMs=250',
  ],
  [
    "an error is shown with its cause's message",
    entry({ level: 50, msg: 'call failed', err: { message: 'refused', stack: 'at x' } }),
    'worker    | ERROR call failed err="refused"',
  ],
  ['a crash is shown as it is', 'TypeError: no', 'worker    | TypeError: no'],
  ['JSON that is no log line is shown as it is', '{"a":1}', 'worker    | {"a":1}'],
])('%s', (_statement, line, shown) => {
  expect(toTerminalLine('worker', line)).toBe(shown);
});
