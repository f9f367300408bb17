/** @module Which thread a call of the contact centre is about; the one place that guesses. */
import type { ChannelDefinition } from '../../domain/channel.js';
import {
  type ChannelId,
  fromExternalMessageId,
  parseThreadId,
  type ThreadRef,
} from '../../domain/ids.js';
import { firstTextAt, type LenientBody, textAt } from './lenient-body.js';

/** Where a body may give its thread's own id (cxone.md 1.4, 1.5). */
const ownPlaces = ['thread.idOnExternalPlatform', 'post.idOnExternalPlatform'] as const;
/** Where a body may name its thread, best first: by its own id, or by a message in it. */
const threadPlaces = [
  ...ownPlaces,
  'replyToMessageIdOnExternalPlatform',
  'replyToMessage.idOnExternalPlatform',
] as const;
/** Where a body may name its channel (cxone.md 1.4). */
const channelPlaces = ['post.channelId', 'channelId', 'channel.id'] as const;

/** What a call's path says. */
export interface CallPath {
  readonly channelId?: string;
  readonly postId?: string;
  readonly threadId?: string;
}

/** The threads that a call may mean, best first, and where they were looked for. */
export interface ThreadCandidates {
  readonly refs: readonly ThreadRef[];
  /** What the call gives as its thread's own id, whether or not there is one; not as it is read. */
  readonly given?: string;
  readonly lookedAt: readonly string[];
}

/** Gives the threads that a call may mean; which of them exists, the threads themselves know. */
export function findThreadCandidates(
  channels: ReadonlyMap<ChannelId, ChannelDefinition>,
  path: CallPath,
  body: LenientBody,
): ThreadCandidates {
  const named = namedChannel(channels, path, body);
  const inPath = (['threadId', 'postId'] as const).filter((name) => path[name] !== undefined);
  const raws = [
    ...threadPlaces.map((place) => textAt(body, place)),
    ...inPath.map((name) => path[name]),
  ];
  const refs = new Map<string, ThreadRef>();
  for (const raw of raws) {
    if (raw === undefined) continue;
    for (const ref of readings(channels, named, raw)) {
      refs.set(`${ref.channelId}/${ref.threadId}`, ref);
    }
  }
  const given = firstTextAt(body, ownPlaces);
  return {
    refs: [...refs.values()],
    ...(given === undefined ? {} : { given }),
    lookedAt: [...threadPlaces, ...inPath.map((name) => `path {${name}}`)],
  };
}

function namedChannel(
  channels: ReadonlyMap<ChannelId, ChannelDefinition>,
  path: CallPath,
  body: LenientBody,
): ChannelId | undefined {
  const raws = [path.channelId, ...channelPlaces.map((place) => textAt(body, place))];
  return [...channels.keys()].find((id) => raws.includes(id));
}

/** Reads one value as the id of a message of ours, as a thread's id, and as one behind its channel's. */
function* readings(
  channels: ReadonlyMap<ChannelId, ChannelDefinition>,
  named: ChannelId | undefined,
  raw: string,
): Iterable<ThreadRef> {
  const ofMessage = fromExternalMessageId(raw);
  if (ofMessage && channels.has(ofMessage.channelId)) {
    yield ofMessage;
    return;
  }
  const possible = named === undefined ? [...channels.keys()] : [named];
  const asItIs = parseThreadId(raw);
  if (asItIs) for (const channelId of possible) yield { channelId, threadId: asItIs };
  for (const channelId of possible) {
    const rest = raw.startsWith(`${channelId}_`) ? raw.slice(channelId.length + 1) : '';
    const threadId = parseThreadId(rest);
    if (threadId) yield { channelId, threadId };
  }
}
