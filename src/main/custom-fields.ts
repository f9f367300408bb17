/** @module The custom fields of all channels, defined in the contact centre while a worker runs. */
import type { ChannelDefinition, CustomField } from '../domain/channel.js';
import {
  findMissingFields,
  gatherCustomFields,
  type KnownCustomField,
} from '../domain/custom-fields.js';
import { EngineError } from '../domain/errors.js';
import type { ContactCentre } from '../ports/contact-centre.js';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** Takes structured log lines, as pino does. */
interface FieldsLogger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

interface FieldsDeps {
  readonly contactCentre: Pick<ContactCentre, 'listCustomFields' | 'defineCustomField'>;
  readonly channels: Iterable<ChannelDefinition>;
  readonly logger: FieldsLogger;
  /** Resolves after a time, or earlier when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The keeper of the custom fields. */
export interface CustomFields {
  /** Defines what is lacking by now, because the channels are others than before. */
  look(): void;
  /** Lets go of what is in hand; resolves when that is done. */
  close(): Promise<void>;
}

/** Defines the custom fields of the channels now and at each look; they may change in place. */
export function keepCustomFields(
  deps: Omit<FieldsDeps, 'channels' | 'signal'> & {
    readonly channels: ReadonlyMap<unknown, ChannelDefinition>;
  },
): CustomFields {
  const { channels } = deps;
  let round = new AbortController();
  let done = Promise.resolve();
  const look = (): void => {
    // One after the other, or the description of before could be written last.
    round.abort(new Error('the custom fields are defined anew'));
    round = new AbortController();
    const { signal } = round;
    done = done.then(() => defineCustomFields({ ...deps, channels: channels.values(), signal }));
  };
  look();
  return {
    look,
    async close() {
      round.abort(new Error('the worker stops'));
      await done;
    },
  };
}

/**
 * Defines each custom field that the contact centre lacks, for as long as it takes.
 *
 * A field that will never be taken is reported and passed over. Never rejects: chats work without.
 */
export async function defineCustomFields(deps: FieldsDeps): Promise<void> {
  const { channels, logger, pause, signal } = deps;
  const { fields, disputed } = gatherCustomFields(channels);
  if (disputed.length > 0) {
    logger.warn({ idents: disputed }, 'custom fields are described differently by two channels');
  }
  const open = new Map(fields.map((field) => [field.ident, field]));
  for (let pauseMs = firstPauseMs; open.size > 0 && !signal.aborted; ) {
    try {
      await defineOpen(deps, open);
    } catch (error) {
      if (signal.aborted) return;
      const waitMs = Math.max(pauseMs, (error instanceof EngineError && error.retryAfterMs) || 0);
      logger.warn({ err: error, waitMs }, 'custom fields not defined yet');
      await pause(waitMs, signal);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
  }
}

/** Goes through what is open once, and takes out what is settled; throws what may pass. */
async function defineOpen(deps: FieldsDeps, open: Map<string, CustomField>): Promise<void> {
  const { contactCentre, logger, signal } = deps;
  const wanted = [...open.values()];
  const missing = new Set(findMissingFields(wanted, await readKnown(deps)));
  for (const field of wanted) {
    if (missing.has(field)) {
      try {
        await contactCentre.defineCustomField(field, signal);
        logger.info({ ident: field.ident }, 'custom field defined');
      } catch (error) {
        if (!isFinal(error)) throw error;
        logger.error({ ident: field.ident, err: error }, 'custom field refused');
      }
    }
    open.delete(field.ident);
  }
}

/** The look only saves writes: where it fails, everything is written, and the writes decide. */
async function readKnown({
  contactCentre,
  logger,
  signal,
}: FieldsDeps): Promise<readonly KnownCustomField[]> {
  try {
    return await contactCentre.listCustomFields(signal);
  } catch (error) {
    logger.debug({ err: error }, 'custom fields not listed');
    return [];
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof EngineError && error.policy.retry === 'never';
}
