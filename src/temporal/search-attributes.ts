/** The search attributes of a thread, as a namespace must know them. */
import {
  threadChannelKey,
  threadClosedByKey,
  threadContactKey,
  threadCustomerKey,
  threadLastActivityAtKey,
  threadMissingLegKey,
  threadStateKey,
} from '../../workflows/search-attributes.js';

/** The name of each search attribute with its type, in the words of Temporal's CLI. */
export const searchAttributeTypes: Readonly<Record<string, 'Keyword' | 'Datetime'>> = {
  [threadStateKey.name]: 'Keyword',
  [threadChannelKey.name]: 'Keyword',
  [threadContactKey.name]: 'Keyword',
  [threadCustomerKey.name]: 'Keyword',
  [threadClosedByKey.name]: 'Keyword',
  [threadMissingLegKey.name]: 'Keyword',
  [threadLastActivityAtKey.name]: 'Datetime',
};
