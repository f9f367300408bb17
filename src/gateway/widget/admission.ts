/**
 * @module Who may ask what of the widget API.
 *
 * Errors come in one order: origin, size of the body, token, thread, body. So a caller is told of
 * what is wrong with a body only after everything about themself was right.
 */
import type { Request, Response } from 'express';
import type { ChannelDefinition } from '../../domain/channel.js';
import { RequestError } from '../../domain/errors.js';
import { type ChannelId, parseChannelId } from '../../domain/ids.js';
import { isWidgetChannel, type Origins, type WidgetChannel } from '../origins.js';
import { pathParam } from '../path-param.js';
import {
  announcedBytes,
  type BodyReader,
  bodyTooLarge,
  parseStrictJson,
  requireJsonType,
} from '../request-body.js';
import type { Session, SessionTokens } from '../session-tokens.js';
import { bearerToken, tokenInvalid } from '../signed-tokens.js';

/** A request that names a channel and is allowed there. */
export interface ChannelCaller {
  readonly channel: WidgetChannel;
  readonly body: Buffer;
}

/** A request of a customer for their own thread. */
export interface ThreadCaller extends Session {
  readonly channel: WidgetChannel;
  readonly body: Buffer;
}

/** Admits requests, each check in its turn. */
export interface Admission {
  /** Finds the widget channel that a path names. */
  channelOf(req: Request): WidgetChannel | undefined;
  admitToChannel(req: Request, res: Response): Promise<ChannelCaller>;
  admitToThread(req: Request, res: Response): Promise<ThreadCaller>;
  /** Admits a body of a size, and leaves it to be read. */
  admitUpload(req: Request, res: Response, limitBytes: number): Promise<Omit<ThreadCaller, 'body'>>;
  /** Admits by the token in the body, where no header could be set. */
  admitLeaving(
    req: Request,
    res: Response,
    tokenOf: (body: unknown) => string | undefined,
  ): Promise<ThreadCaller>;
}

/** Parses the JSON body of an admitted request. */
export function jsonOf(req: Request, body: Buffer): unknown {
  requireJsonType(req);
  return parseStrictJson(body);
}

/** Makes the admission to all channels. */
export function createAdmission(deps: {
  readonly channels: ReadonlyMap<ChannelId, ChannelDefinition>;
  readonly origins: Origins;
  readonly sessionTokens: SessionTokens;
  readonly readBody: BodyReader;
}): Admission {
  const { channels, origins, sessionTokens, readBody } = deps;

  function widgetChannel(channelId: ChannelId | undefined): WidgetChannel | undefined {
    const channel = channelId && channels.get(channelId);
    return channel && isWidgetChannel(channel) ? channel : undefined;
  }

  type Found = { readonly session: Session; readonly channel: WidgetChannel };

  /** Reads a token without judging: its channel is needed before its badness may be told. */
  async function findSession(token: string | undefined): Promise<Found | Error> {
    if (token === undefined) return tokenInvalid('A bearer token is needed.');
    try {
      const session = await sessionTokens.read(token);
      const channel = widgetChannel(session.ref.channelId);
      return channel ? { session, channel } : tokenInvalid('The channel of the token is gone.');
    } catch (error) {
      return error instanceof Error ? error : tokenInvalid('The token is not good.', error);
    }
  }

  function judge(req: Request, found: Found | Error, body: Buffer): ThreadCaller {
    if (found instanceof Error) throw found;
    const { session, channel } = found;
    if (session.ref.threadId !== pathParam(req, 'threadId')) {
      throw new RequestError('THREAD_FORBIDDEN', 'The token is not for this thread.');
    }
    return { ...session, channel, body };
  }

  return {
    channelOf: (req) => widgetChannel(parseChannelId(pathParam(req, 'channelId'))),
    async admitToChannel(req, res) {
      const channel = widgetChannel(parseChannelId(pathParam(req, 'channelId')));
      origins.admit(req, res, channel);
      const body = await readBody(req, res);
      if (!channel) throw new RequestError('CHANNEL_UNKNOWN', 'There is no such widget channel.');
      return { channel, body };
    },
    async admitToThread(req, res) {
      const found = await findSession(bearerToken(req.get('Authorization')));
      origins.admit(req, res, found instanceof Error ? undefined : found.channel);
      return judge(req, found, await readBody(req, res));
    },
    async admitUpload(req, res, limitBytes) {
      const found = await findSession(bearerToken(req.get('Authorization')));
      origins.admit(req, res, found instanceof Error ? undefined : found.channel);
      if ((announcedBytes(req) ?? 0) > limitBytes) throw bodyTooLarge(req, limitBytes);
      return judge(req, found, Buffer.alloc(0));
    },
    async admitLeaving(req, res, tokenOf) {
      origins.admit(req, res, undefined);
      const body = await readBody(req, res);
      let token = bearerToken(req.get('Authorization'));
      if (token === undefined && body.length > 0) token = tokenOf(parseStrictJson(body));
      const found = await findSession(token);
      if (!(found instanceof Error)) origins.admit(req, res, found.channel);
      return judge(req, found, body);
    },
  };
}
