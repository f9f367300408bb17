import { setTimeout as delay } from 'node:timers/promises';
import { RemoteError } from '../domain/errors.js';
import { parseContactNumber, type ThreadRef } from '../domain/ids.js';
import { type ContactStatus, contactStatuses } from '../domain/policy.js';
import type { ContactCentre, PostedMessage } from '../ports/contact-centre.js';
import { createAttachments } from './attachments.js';
import { createClient } from './client.js';
import { createEndpoints } from './discovery.js';
import { isDuplicate, readAnswer, unintelligible } from './errors.js';
import { createFileServers } from './file-servers.js';
import { createHttp, type HttpAnswer } from './http.js';
import { createLimiter } from './limiter.js';
import {
  customFieldsRequest,
  toContactEnd,
  toCreateMessage,
  toCustomField,
  toFindMessage,
  toFindThread,
  toListContacts,
  toReadContact,
  toSenderAction,
  toStatusUpdate,
  toThreadUpdate,
} from './requests.js';
import {
  type AnsweredMessage,
  contactsSchema,
  createdSchema,
  customFieldsSchema,
  type FoundThread,
  foundSchema,
  foundThreadsSchema,
  readContactSchema,
} from './schemas.js';
import type { CxoneDeps } from './settings.js';
import { waitWithin } from './time-limit.js';
import { createTokens } from './tokens.js';

/** A search for one id has few matches; a search that ignores it is not read to its end. */
const mostThreadPages = 4;

/**
 * INFERRED (cxone.md 1.4): CXone learns of a message's id by our answer, and may be told what became
 * of the message before it has noted that. Then it knows none of that id, and is told again.
 */
const pausesBeforeAnotherReportMs = [500, 1_500] as const;
const notFound = 404;
const isNotFound = ({ status }: HttpAnswer) => status === notFound;

/** A CXone tenant. */
export interface CxoneContactCentre extends ContactCentre {
  /** Says how many processes share the tenant's budgets, this one included. */
  setShare(workers: number): void;
  /** Lets go of every connection. To be called when no call is under way any more. */
  close(): Promise<void>;
}

/** Makes the contact centre that a CXone tenant is. Nothing is called before it is asked for. */
export function createCxoneContactCentre(deps: CxoneDeps): CxoneContactCentre {
  const { settings, budgets, clock, logger } = deps;
  const http = createHttp(settings.timeoutMs);
  const endpoints = createEndpoints({ ...deps, http });
  const tokens = createTokens({ ...deps, http, endpoints });
  const limiters = {
    reads: createLimiter(budgets.readsPerSecond, clock),
    posts: createLimiter(budgets.postsPerSecond, clock),
  };
  const client = createClient({ ...deps, http, endpoints, tokens, limiters });
  const files = createFileServers({ ...deps, endpoints });

  const contactCentre: CxoneContactCentre = {
    async postMessage(request, signal) {
      const call = toCreateMessage(request);
      const answer = await client.call(call, signal, isDuplicate);
      if (isDuplicate(answer)) {
        logger.warn({ externalId: request.externalId }, 'message was there already');
        // The refusal names no contact, and without one the contact could not be ended later.
        return (await findAtOnce(request.thread, request.externalId, signal)) ?? {};
      }
      const { consumerContact, message } = readAnswer(createdSchema, answer, call.operation);
      const stored = message?.idOnExternalPlatform ?? request.externalId;
      if (stored !== request.externalId) {
        throw unintelligible(
          answer,
          call.operation,
          'message.idOnExternalPlatform: expected the id that was posted',
        );
      }
      return toPosted(consumerContact?.id ?? message?.contactNumber, consumerContact?.status);
    },

    async findMessage(thread, externalId, signal) {
      const call = toFindMessage(externalId);
      const answer = await client.call(call, signal);
      const { data, hits } = readAnswer(foundSchema, answer, call.operation);
      const isSame = (message: AnsweredMessage) => message.idOnExternalPlatform === externalId;
      const found = data.find((message) => isSame(message) && isOfThread(message, thread));
      if (found !== undefined) return toPosted(found.contactNumber);
      // A search that ignores the id and shows a page of everything says nothing about absence.
      if (!data.every(isSame) && (hits ?? Number.POSITIVE_INFINITY) > data.length) {
        throw unintelligible(answer, call.operation, 'data: expected only messages of this id');
      }
      return undefined;
    },

    async readContact(contact, signal) {
      const call = toReadContact(contact);
      const answer = await client.call(call, signal);
      const { id, status, statusUpdatedAt } = readAnswer(readContactSchema, answer, call.operation);
      if ((id ?? contact) !== contact) {
        throw unintelligible(answer, call.operation, 'id: expected the contact that was asked for');
      }
      const statusUpdatedAtMs = Date.parse(statusUpdatedAt ?? '');
      return {
        contact,
        status,
        ...(Number.isNaN(statusUpdatedAtMs) ? {} : { statusUpdatedAtMs }),
      };
    },

    async readThread(thread, signal) {
      for (let page = 1; page <= mostThreadPages; page += 1) {
        const call = toFindThread(thread, page);
        const answer = await client.call(call, signal);
        const { data, _links } = readAnswer(foundThreadsSchema, answer, call.operation);
        const found = data.find((one) => isSameThread(one, thread));
        if (found !== undefined) {
          const { canAddMoreMessages: isOpen } = found;
          return typeof isOpen === 'boolean' ? { isOpen } : {};
        }
        if (data.length === 0 || !_links?.next) return undefined;
      }
      return undefined;
    },

    async listContacts(query, signal) {
      const call = toListContacts(query);
      const answer = await client.call(call, signal);
      const { data, scrollToken } = readAnswer(contactsSchema, answer, call.operation);
      const contacts = data.flatMap(({ id, status }) => {
        const contact = parseContactNumber(id ?? '');
        return contact === undefined ? [] : [{ contact, ...statusOf(status) }];
      });
      return { contacts, ...(scrollToken ? { next: scrollToken } : {}) };
    },

    hasReadsToSpare: () => limiters.reads.hasToSpare(),

    async reportStatus(report, signal) {
      const call = toStatusUpdate(report);
      for (const pauseMs of pausesBeforeAnotherReportMs) {
        if ((await client.call(call, signal, isNotFound)).status !== notFound) return;
        await waitWithin(() => delay(pauseMs), signal);
      }
      await client.call(call, signal);
    },

    async setTyping(thread, isTyping, signal) {
      await client.call(toSenderAction(thread, isTyping), signal);
    },

    async endContact(contact, status, signal) {
      await client.call(toContactEnd(contact, status), signal);
    },

    async setThreadOpen(thread, isOpen, signal) {
      await client.call(toThreadUpdate(thread, isOpen), signal);
    },

    async listCustomFields(signal) {
      const { operation } = customFieldsRequest;
      const answer = await client.call(customFieldsRequest, signal);
      return readAnswer(customFieldsSchema, answer, operation).map(
        ({ ident, label, type, values }) => ({
          ident,
          label: label ?? '',
          type: type ?? '',
          ...(type === 'list' ? { values: (values ?? []).map(({ name }) => name) } : {}),
        }),
      );
    },

    async defineCustomField(field, signal) {
      await client.call(toCustomField(field), signal);
    },

    ...createAttachments({
      client,
      files,
      hasReadsToSpare: () => limiters.reads.hasToSpare(),
    }),

    setShare(workers) {
      limiters.reads.setShare(workers);
      limiters.posts.setShare(workers);
    },

    async close() {
      await Promise.all([http.close(), files.close()]);
    },
  };

  /** Looks once; what it cannot find out is left open, for the message itself is certain. */
  async function findAtOnce(...look: Parameters<ContactCentre['findMessage']>) {
    try {
      return await contactCentre.findMessage(...look);
    } catch (error) {
      if (error instanceof RemoteError) return undefined;
      throw error;
    }
  }

  return contactCentre;
}

function isSameThread(found: FoundThread, { channelId, threadId }: ThreadRef): boolean {
  return found.idOnExternalPlatform === threadId && (found.channelId ?? channelId) === channelId;
}

/** Holds a message against the thread that it should belong to, where the answer says so. */
function isOfThread(message: AnsweredMessage, { channelId, threadId }: ThreadRef): boolean {
  const { channel, threadIdOnExternalPlatform } = message;
  return (
    (channel?.id ?? channelId) === channelId &&
    (threadIdOnExternalPlatform ?? threadId) === threadId
  );
}

function toPosted(number: string | null | undefined, status?: string | null): PostedMessage {
  const contact = parseContactNumber(number ?? '');
  const { status: contactStatus } = statusOf(status);
  return {
    ...(contact === undefined ? {} : { contact }),
    ...(contactStatus === undefined ? {} : { contactStatus }),
  };
}

/** Reads a status that need not be known: one that is new to us says nothing. */
function statusOf(status: string | null | undefined): { readonly status?: ContactStatus } {
  const found = contactStatuses.find((known) => known === status);
  return found === undefined ? {} : { status: found };
}
