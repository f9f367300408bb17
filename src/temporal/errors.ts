/** @module The only place where a failure of Temporal becomes an error of the engine. */
import {
  type Client,
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { RemoteError, RequestError } from '../domain/errors.js';
import type { Threads } from '../ports/threads.js';

const retryAfterMs = 2_000;
/** A query or an update needs a worker; without one the caller is told so after this. */
const answerWithinMs = 5_000;

/** Says whether a failure means that there is no such workflow, or none that runs. */
export function isNotFound(failure: unknown): boolean {
  return failure instanceof WorkflowNotFoundError;
}

/** Turns whatever Temporal throws into `UNAVAILABLE`; an error of the engine passes. */
export function toEngineError(failure: unknown): unknown {
  if (failure instanceof RequestError || failure instanceof RemoteError) return failure;
  const isTemporal =
    isGrpcServiceError(failure) ||
    failure instanceof QueryNotRegisteredError ||
    failure instanceof QueryRejectedError ||
    failure instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    (failure instanceof Error && failure.name === 'ServiceError');
  if (!isTemporal) return failure;
  return unavailable(failure);
}

function unavailable(cause?: unknown): RequestError {
  const message = 'The threads do not answer at the moment';
  return new RequestError('UNAVAILABLE', message, { retryAfterMs, cause });
}

/**
 * Gives up on a call after a while. The call's own deadline does not bound it: the client beneath
 * repeats what failed just before, with as much time again.
 */
export async function withinLimit<Answer>(call: Promise<Answer>, limitMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable()), limitMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks what needs a worker to answer it; throws `UNAVAILABLE` after five seconds. */
export function askInTime<Answer>(client: Client, ask: () => Promise<Answer>): Promise<Answer> {
  return withinLimit(client.withDeadline(Date.now() + answerWithinMs, ask), answerWithinMs);
}

async function translated<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (failure) {
    throw toEngineError(failure);
  }
}

/** Makes every method of the port throw errors of the engine only. */
export function withEngineErrors(threads: Threads): Threads {
  return {
    acceptInbound: (start, message) => translated(threads.acceptInbound(start, message)),
    acceptReply: (ref, message) => translated(threads.acceptReply(ref, message)),
    acceptOutbound: (start, message) => translated(threads.acceptOutbound(start, message)),
    customerOf: (ref) => translated(threads.customerOf(ref)),
    recall: (ref, runId) => translated(threads.recall(ref, runId)),
    standing: (ref) => translated(threads.standing(ref)),
    read: (ref, afterSeq) => translated(threads.read(ref, afterSeq)),
    tellPresence: (ref, change) => translated(threads.tellPresence(ref, change)),
    tellWhereabouts: (ref, change) => translated(threads.tellWhereabouts(ref, change)),
    tellReceipt: (ref, receipt) => translated(threads.tellReceipt(ref, receipt)),
    tellStillHere: (ref) => translated(threads.tellStillHere(ref)),
    tellCustomerEnd: (ref) => translated(threads.tellCustomerEnd(ref)),
    tellContact: (ref, sighting, runId) => translated(threads.tellContact(ref, sighting, runId)),
    listOpen: (channelId) => translated(threads.listOpen(channelId)),
    showTyping: (ref, typing) => translated(threads.showTyping(ref, typing)),
    repeatKey: (fingerprint, windowMs) => translated(threads.repeatKey(fingerprint, windowMs)),
    currentThread: (channelId, customerId, candidate) =>
      translated(threads.currentThread(channelId, customerId, candidate)),
    placeMessage: (channelId, customerId, request) =>
      translated(threads.placeMessage(channelId, customerId, request)),
    noteOpened: (ref, customerId) => translated(threads.noteOpened(ref, customerId)),
    openThreadOf: (channelId, customerId) =>
      translated(threads.openThreadOf(channelId, customerId)),
    blockCustomer: (channelId, customerId, untilMs) =>
      translated(threads.blockCustomer(channelId, customerId, untilMs)),
    blockedUntil: (channelId, customerId) =>
      translated(threads.blockedUntil(channelId, customerId)),
  };
}
