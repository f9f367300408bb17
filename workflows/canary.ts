/**
 * @module A worker runs this before it says that it is ready: workflow code that throws at start
 * would accept every message and deliver none.
 */

import { parseChannelId, parseCustomerId, parseThreadId } from '../src/domain/ids.js';
import { defaultPolicy } from '../src/domain/policy.js';
import { isQuiet, newThread, transition } from '../src/domain/thread.js';

export async function canary(): Promise<'sings'> {
  const channelId = parseChannelId('canary');
  const threadId = parseThreadId('canary');
  const id = parseCustomerId('canary');
  if (!channelId || !threadId || !id) throw new TypeError('the canary has no id');
  const atMs = Date.now();
  const ref = { channelId, threadId };
  const state = newThread({ ref, customer: { id }, policy: defaultPolicy, atMs });
  const { state: after } = transition(state, { type: 'tick', atMs });
  if (!isQuiet(after)) throw new TypeError('the canary is not quiet');
  return 'sings';
}
