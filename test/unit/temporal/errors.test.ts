import {
  QueryRejectedError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import proto from '@temporalio/proto';
import { describe, expect, test } from 'vitest';
import { DefectError, RemoteError, RequestError } from '../../../src/domain/errors.js';
import type { Threads } from '../../../src/ports/threads.js';
import {
  isNotFound,
  toEngineError,
  withEngineErrors,
  withinLimit,
} from '../../../src/temporal/errors.js';
import { newRef } from '../../support/thread-fixtures.js';

describe('a failure of Temporal', () => {
  test.each([
    new ServiceError('Failed to describe workflow'),
    new QueryRejectedError(
      proto.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED,
    ),
    new WorkflowUpdateRPCTimeoutOrCancelledError('it took too long'),
    Object.assign(new Error('14 UNAVAILABLE: no connection'), {
      code: 14,
      details: 'no connection',
      metadata: {},
    }),
  ])('%s means that the threads do not answer', (failure) => {
    const error = toEngineError(failure);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 2_000, cause: failure });
  });

  test('says nothing of Temporal to the caller', () => {
    const error = toEngineError(new ServiceError('temporal is down'));
    expect(error instanceof Error ? error.message : '').not.toMatch(/temporal/i);
  });
});

test.each([
  new RequestError('THREAD_CLOSED', 'closed'),
  new RemoteError('CONTACT_CENTRE_SILENT', 'silent'),
  new DefectError('CONFIG_INVALID', 'wrong'),
  new TypeError('a defect'),
])('%s passes as it is', (error) => {
  expect(toEngineError(error)).toBe(error);
});

test('only a workflow that is not there is not found', () => {
  expect(isNotFound(new WorkflowNotFoundError('gone', 'thread/c/t', undefined))).toBe(true);
  expect(isNotFound(new ServiceError('down'))).toBe(false);
});

test('every method of the port throws errors of the engine only', async () => {
  const fails = () => Promise.reject(new ServiceError('down'));
  const broken: Threads = {
    acceptInbound: fails,
    acceptReply: fails,
    acceptOutbound: fails,
    customerOf: fails,
    recall: fails,
    standing: fails,
    read: fails,
    tellPresence: fails,
    tellWhereabouts: fails,
    tellReceipt: fails,
    tellStillHere: fails,
    tellCustomerEnd: fails,
    tellContact: fails,
    listOpen: fails,
    showTyping: fails,
    repeatKey: fails,
    currentThread: fails,
    placeMessage: fails,
    noteOpened: fails,
    openThreadOf: fails,
    blockCustomer: fails,
    blockedUntil: fails,
  };
  const threads = withEngineErrors(broken);
  expect(Object.keys(threads).toSorted()).toEqual(Object.keys(broken).toSorted());
  for (const method of Object.values(threads)) {
    await expect(Reflect.apply(method, threads, [newRef()])).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  }
});

test('a call that does not answer is given up, and one that does is answered', async () => {
  const never = new Promise<string>(() => undefined);
  await expect(withinLimit(never, 20)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await withinLimit(Promise.resolve('an answer'), 20)).toBe('an answer');
});
