/** @module Which web pages may talk to which channel. */
import type { Request, Response } from 'express';
import type { ChannelDefinition } from '../domain/channel.js';
import { RequestError } from '../domain/errors.js';
import type { ChannelId } from '../domain/ids.js';

/** A channel of the widget API. */
export type WidgetChannel = ChannelDefinition & {
  readonly adapter: Extract<ChannelDefinition['adapter'], { kind: 'widget' }>;
};

/** Says whether a channel is one of the widget API. */
export function isWidgetChannel(channel: ChannelDefinition): channel is WidgetChannel {
  return channel.adapter.kind === 'widget';
}

/** The origins of all channels. */
export interface Origins {
  /**
   * Checks a request's `Origin` and allows its page to read the answer.
   *
   * Without a channel, which a preflight and a request without a good token cannot name, an origin
   * is taken that any channel lists. No `Origin` is allowed. Throws `ORIGIN_FORBIDDEN`.
   */
  admit(req: Request, res: Response, channel: WidgetChannel | undefined): void;
  /** Answers a preflight. */
  answerPreflight(req: Request, res: Response, channel: WidgetChannel | undefined): void;
}

/** How long a browser may keep a preflight's answer, in seconds. */
const preflightMaxAge = 600;

/** Makes the check of all channels' origins. */
export function createOrigins(channels: ReadonlyMap<ChannelId, ChannelDefinition>): Origins {
  // Looked up anew each time: the channels may change while the gateway runs.
  const isListedAnywhere = (origin: string) =>
    [...channels.values()]
      .filter(isWidgetChannel)
      .some(({ adapter }) => adapter.allowedOrigins.includes(origin));

  function admit(req: Request, res: Response, channel: WidgetChannel | undefined): void {
    res.vary('Origin');
    const origin = req.get('Origin');
    if (origin === undefined) return;
    const isListed = channel
      ? channel.adapter.allowedOrigins.includes(origin)
      : isListedAnywhere(origin);
    if (!isListed) {
      res.removeHeader('Access-Control-Allow-Origin');
      throw new RequestError('ORIGIN_FORBIDDEN', 'This origin is not listed for the channel.');
    }
    res.set('Access-Control-Allow-Origin', origin);
    res.set('Access-Control-Expose-Headers', 'Date, Retry-After, X-Request-Id');
  }

  return {
    admit,
    answerPreflight(req, res, channel) {
      admit(req, res, channel);
      res.set('Access-Control-Allow-Methods', 'GET, POST');
      res.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, Last-Event-ID');
      res.set('Access-Control-Max-Age', String(preflightMaxAge));
      res.status(204).end();
    },
  };
}
