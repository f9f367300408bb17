/** @module Ids that the gateway makes by chance; the alphabet is that of `src/domain/ids.ts`. */
import { randomBytes } from 'node:crypto';
import { DefectError } from '../domain/errors.js';
import { type CustomerId, parseCustomerId, parseThreadId, type ThreadId } from '../domain/ids.js';

/** 128 bits: nobody guesses or meets another's. */
const chanceBytes = 16;

function byChance<Id>(parse: (raw: string) => Id | undefined): Id {
  const id = parse(randomBytes(chanceBytes).toString('base64url'));
  if (id === undefined) throw new DefectError('STATE_IMPOSSIBLE', 'A new id does not parse.');
  return id;
}

/** Makes the id of a new thread. */
export function newThreadId(): ThreadId {
  return byChance(parseThreadId);
}

/** Makes the id of a new anonymous customer. */
export function newCustomerId(): CustomerId {
  return byChance(parseCustomerId);
}
