/** @module What a gateway counts. */
import type { RequestHandler } from 'express';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EngineErrorCode } from '../domain/errors.js';
import type { ChannelId } from '../domain/ids.js';

/** The counters of one gateway. */
export interface GatewayMetrics {
  /** A message was accepted: it is durable. */
  accepted(direction: 'inbound' | 'outbound', channelId: ChannelId): void;
  refused(code: EngineErrorCode): void;
  /** A platform was asked about recipients. */
  recipientsAsked(outcome: 'answered' | 'unanswered', channelId: ChannelId): void;
  streamOpened(): void;
  streamClosed(): void;
  /** Measures how long each request takes until it is answered; streams are left out. */
  readonly measure: RequestHandler;
}

/** Registers a gateway's counters. */
export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const accepted = new Counter({
    name: 'isthmus_gateway_messages_accepted_total',
    help: 'Messages that were accepted, by direction and channel.',
    labelNames: ['direction', 'channel'],
    registers,
  });
  const refused = new Counter({
    name: 'isthmus_gateway_refusals_total',
    help: 'Requests that were refused or failed, by code.',
    labelNames: ['code'],
    registers,
  });
  const asked = new Counter({
    name: 'isthmus_gateway_recipient_questions_total',
    help: 'Questions to platforms about recipients, by outcome and channel.',
    labelNames: ['outcome', 'channel'],
    registers,
  });
  const streams = new Gauge({
    name: 'isthmus_gateway_streams_open',
    help: 'Event streams that are open now.',
    registers,
  });
  const durations = new Histogram({
    name: 'isthmus_gateway_request_duration_seconds',
    help: 'How long requests took, by route, method and status; streams are not among them.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    accepted: (direction, channel) => accepted.inc({ direction, channel }),
    refused: (code) => refused.inc({ code }),
    recipientsAsked: (outcome, channel) => asked.inc({ outcome, channel }),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    measure: (req, res, next) => {
      const stop = durations.startTimer();
      res.once('finish', () => {
        if (String(res.getHeader('Content-Type')).startsWith('text/event-stream')) return;
        const route: unknown = req.route?.path;
        stop({
          route: typeof route === 'string' ? route : 'none',
          method: req.method,
          status: res.statusCode,
        });
      });
      next();
    },
  };
}
