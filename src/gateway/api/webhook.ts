/** @module What is said of a request that goes out, to an address of somebody else's. */
import type { z } from 'zod';
import type { ApiAnswer, ApiContents, ApiParameter } from './operation.js';
import type { TagName } from './tags.js';

/** One request, by POST. */
export interface ApiWebhook {
  /** A name that no operation and no other webhook has. */
  readonly id: string;
  readonly tag: TagName;
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly ApiParameter[];
  readonly body: ApiContents;
  /** What each answer means, by its status, by `2XX`, or by `default` for all others and for none. */
  readonly answers: Readonly<Record<string, ApiAnswer>>;
}

/** Webhooks by their name. */
export type ApiWebhooks = Readonly<Record<string, ApiWebhook>>;

/** Gives the schema of the only body that a webhook has. */
export function bodySchemaOf({ body }: ApiWebhook): z.ZodType | undefined {
  return body['application/json']?.schema;
}
