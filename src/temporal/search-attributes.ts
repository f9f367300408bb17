/** @module The search attributes as a namespace must know them, from the keys that workflows use. */
import {
  threadChannelKey,
  threadClosedByKey,
  threadContactKey,
  threadLastActivityAtKey,
  threadStateKey,
} from '../../workflows/search-attributes.js';

/** The type of each attribute, by name, as the command line and the operator service call it. */
export type SearchAttributeType = 'Keyword' | 'Datetime';

const typeNames = { KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;

/** Every search attribute of a thread: name → type. */
export const searchAttributeTypes: Readonly<Record<string, SearchAttributeType>> =
  Object.fromEntries(
    [
      threadStateKey,
      threadChannelKey,
      threadContactKey,
      threadClosedByKey,
      threadLastActivityAtKey,
    ].map((key) => [key.name, typeNames[key.type]]),
  );
