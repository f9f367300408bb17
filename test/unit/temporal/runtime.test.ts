import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { createLogger } from '../../../src/logging/logger.js';
import { toTemporalLogger } from '../../../src/temporal/runtime.js';

function collect() {
  const lines: string[] = [];
  const logger = createLogger(
    { level: 'info', name: 'worker' },
    { write: (line) => lines.push(line) },
  );
  return { temporalLogger: toTemporalLogger(logger), lines };
}

test('an activity that failed is logged with its code and with what was wrong', () => {
  const { temporalLogger, lines } = collect();
  const error = ApplicationFailure.nonRetryable(
    'CXone answered 422 to create message m-7 (thread.id)',
    'CONTACT_CENTRE_REJECTED',
  );
  temporalLogger.warn('Activity failed', {
    activityType: 'postMessage',
    taskToken: 'CiQwMWEy',
    error,
  });
  expect(lines).toHaveLength(1);
  const line: unknown = JSON.parse(lines[0] ?? '');
  expect(line).toMatchObject({
    level: 'warn',
    msg: 'Activity failed',
    activityType: 'postMessage',
    code: 'CONTACT_CENTRE_REJECTED',
    err: { message: 'CXone answered 422 to create message m-7 (thread.id)' },
  });
  expect(line).not.toHaveProperty('error');
  expect(line).not.toHaveProperty('taskToken');
});

test('a workflow task that failed is logged with the message of its error', () => {
  const { temporalLogger, lines } = collect();
  temporalLogger.error('Failing workflow task', { error: new TypeError('seq is undefined') });
  const line: unknown = JSON.parse(lines[0] ?? '');
  expect(line).toMatchObject({ level: 'error', err: { message: 'seq is undefined' } });
  expect(line).not.toHaveProperty('code');
});
