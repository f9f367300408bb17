/**
 * @module Whom an agent may write to first, and how a call is told that it may not (cxone.md 1.6).
 *
 * What is shown to the agent is `displayErrorMessage`; the rest of the body is CONFIRMED for the
 * validation of recipients and INFERRED for an outbound call.
 */
import type { ChannelAdapter, ChannelDefinition } from '../../domain/channel.js';
import { RequestError } from '../../domain/errors.js';
import { type CustomerId, parseCustomerId } from '../../domain/ids.js';
import type { InvalidRecipient, Recipient } from '../../ports/platform.js';
import { type LenientBody, listAt, textAt, valueAt } from './lenient-body.js';

/** Reads the id of a recipient; undefined for one who cannot be written to on this channel. */
type RecipientRule = (rawId: string) => CustomerId | undefined;

/**
 * Both go by the form of the id: whoever the customer of a widget is, is known when they come. A
 * platform may be asked more, when recipients are validated.
 */
const recipientRules: Readonly<Record<ChannelAdapter['kind'], RecipientRule>> = {
  widget: parseCustomerId,
  webhook: parseCustomerId,
};

const malformedId =
  'The id of a recipient has 1 to 128 characters, each a letter, a digit or one of _ . : @ + -';

const unreachable = 'This customer cannot be written to.';

/** Makes the error of an outbound call that cannot be carried out as it is; `path` says which part. */
export function outboundInvalid(
  path: readonly string[],
  message: string,
  facts: { readonly lookedAt?: readonly string[]; readonly cause?: unknown } = {},
): RequestError {
  const { lookedAt, cause } = facts;
  const details = {
    ...toEnvelope(message, [{ path, message }]),
    ...(lookedAt === undefined ? {} : { lookedAt }),
  };
  return new RequestError('BODY_INVALID', message, { details, cause });
}

/** Makes the error of recipients whom their platform cannot reach, in its words where it has some. */
export function recipientsInvalid(
  recipients: readonly Recipient[],
  invalid: readonly InvalidRecipient[],
): RequestError {
  const messages = invalid.map(({ id, reason = unreachable }) => {
    if (recipients.length === 1) return reason;
    const name = recipients.find((one) => one.id === id)?.name;
    return `${name ?? id}: ${reason}`;
  });
  const [first = unreachable, ...others] = messages;
  const display = others.length === 0 ? first : `${first} (and ${others.length} more)`;
  const errors = messages.map((message) => ({ path: ['idOnExternalPlatform'], message }));
  // The error itself may be logged: the platform's words are for the agent alone.
  return new RequestError('BODY_INVALID', 'The platform cannot reach a recipient.', {
    details: toEnvelope(display, errors),
  });
}

function toEnvelope(
  displayErrorMessage: string,
  errors: readonly { readonly path: readonly string[]; readonly message: string }[],
) {
  return { displayErrorMessage, errorCode: 'outboundValidationFailed', errors };
}

/** Reads one recipient; throws `BODY_INVALID` for one who cannot be written to. */
function readRecipient({ adapter }: ChannelDefinition, item: unknown): Recipient {
  const rawId = textAt(item, 'idOnExternalPlatform');
  if (rawId === undefined) {
    throw outboundInvalid(['idOnExternalPlatform'], 'A recipient has no idOnExternalPlatform.');
  }
  const id = recipientRules[adapter.kind](rawId);
  if (id === undefined) throw outboundInvalid(['idOnExternalPlatform'], malformedId);
  const name = textAt(item, 'name')?.trim().slice(0, 255);
  return { id, ...(name === undefined || name === '' ? {} : { name }) };
}

/** Reads all recipients; throws `BODY_INVALID` for a bad one, and for none. */
export function readRecipients(
  channel: ChannelDefinition,
  body: LenientBody,
): readonly Recipient[] {
  const recipients = listAt(body, 'endUserRecipients').map((item) => readRecipient(channel, item));
  if (recipients.length > 0) return recipients;
  throw outboundInvalid(
    ['endUserRecipients'],
    'There is no recipient: endUserRecipients is empty.',
  );
}

/** Reads the customer of an outbound call, the first recipient; undefined where there is none. */
export function readFirstRecipient(
  channel: ChannelDefinition,
  body: LenientBody,
): Recipient | undefined {
  const [first] = listAt(body, 'endUserRecipients');
  return first === undefined ? undefined : readRecipient(channel, first);
}

/** Writes recipients as an outbound call is answered (cxone.md 1.5). */
export function toAnsweredRecipients(body: LenientBody) {
  const items = listAt(body, 'endUserRecipients');
  return {
    endUserIdentities: items.map((item) => {
      const name = textAt(item, 'name') ?? '';
      return {
        idOnExternalPlatform: textAt(item, 'idOnExternalPlatform') ?? '',
        firstName: name,
        lastName: '',
        nickname: name,
        image: null,
      };
    }),
    recipients: items.map((item) => ({
      idOnExternalPlatform: textAt(item, 'idOnExternalPlatform') ?? '',
      name: textAt(item, 'name') ?? '',
      isPrimary: valueAt(item, 'isPrimary') === true,
      isPrivate: valueAt(item, 'isPrivate') === true,
      anonymizedAt: null,
      anonymizedReason: null,
    })),
  };
}
