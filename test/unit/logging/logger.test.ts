import { expect, it } from 'vitest';
import { createLogger, type LogLevel } from '../../../src/logging/logger.js';

function collect(level: LogLevel = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ level, name: 'gateway' }, { write: (line) => lines.push(line) });
  return { logger, lines };
}

it('a line is JSON with a name, a level by name, and the time as ISO 8601', () => {
  const { logger, lines } = collect();
  logger.info({ threadId: 't-1' }, 'message accepted');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    name: 'gateway',
    level: 'info',
    msg: 'message accepted',
    threadId: 't-1',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
});

it('a line below the level is not written', () => {
  const { logger, lines } = collect('warn');
  logger.info('quiet');
  expect(lines).toEqual([]);
});

it.each([
  ['on top', { authorization: 'Bearer s3cret', text: 's3cret', token: 's3cret' }],
  ['one level down', { headers: { authorization: 's3cret', cookie: 's3cret' } }],
  ['two levels down', { message: { messageContent: { text: 's3cret' } } }],
  [
    'in credentials',
    { cxone: { credentials: { clientSecret: 's3cret', accessKeySecret: 's3cret' } } },
  ],
])('a secret or a customer’s text %s is hidden', (_where, facts) => {
  const { logger, lines } = collect();
  logger.info(facts, 'a constant message');
  logger.child(facts).info('a constant message');
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain('s3cret');
  expect(lines[0]).toContain('[hidden]');
});

it('an unknown level is refused', () => {
  // @ts-expect-error -- the type refuses it too
  expect(() => createLogger({ level: 'loud', name: 'gateway' })).toThrow('loud');
});
