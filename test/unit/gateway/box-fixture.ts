/** A gateway with a thread that is open, and a way in for the contact centre. */
import { toInboundExternalId, toOutboundExternalId } from '../../../src/domain/ids.js';
import {
  type Answer,
  anonymousChannel,
  openBox,
  refOf,
  send,
  startGateway,
  type TestGateway,
  type TestGatewayOptions,
} from './gateway-fixture.js';
import { inboundMessage, startOf } from './hub-fixture.js';

export const ref = refOf('thread-1');
export const inboundId = toInboundExternalId(ref, inboundMessage('m1').id);
export const outboundId = toOutboundExternalId(ref, 'key');
export const placesOfReply = [
  'thread.idOnExternalPlatform',
  'post.idOnExternalPlatform',
  'replyToMessageIdOnExternalPlatform',
  'replyToMessage.idOnExternalPlatform',
  'path {postId}',
];

export interface Box extends TestGateway {
  readonly reply: (body: unknown, postId?: string) => Promise<Answer>;
  readonly outbound: (body: unknown, channel?: string) => Promise<Answer>;
  readonly validate: (body: unknown, channel?: string) => Promise<Answer>;
  readonly type: (body: unknown, threadId?: string) => Promise<Answer>;
}

/** Starts a gateway with a thread that is open, and a way in for the contact centre. */
export async function startBox(options: TestGatewayOptions = {}): Promise<Box> {
  const gateway = await startGateway(options);
  gateway.threads.begin(startOf(ref));
  const token = await openBox(gateway.url);
  const call = (path: string, body: unknown) =>
    send(`${gateway.url}/integration/box${path}`, { token, body });
  return {
    ...gateway,
    reply: (body, postId = 'dfo-post') =>
      call(`/1.0/posts/${encodeURIComponent(postId)}/messages`, body),
    outbound: (body, channel = anonymousChannel) => call(`/2.0/channel/${channel}/outbound`, body),
    validate: (body, channel = anonymousChannel) =>
      call(`/1.0/channel/${channel}/recipients/validation`, body),
    type: (body, threadId = 'thread-1') =>
      call(
        `/1.0/channel/${anonymousChannel}/thread/${encodeURIComponent(threadId)}/sender-action`,
        body,
      ),
  };
}
