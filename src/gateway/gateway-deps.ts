/** @module What a gateway is built from. */

import type { Application } from 'express';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ChannelDefinition } from '../domain/channel.js';
import type { ChannelId, GatewayQueue } from '../domain/ids.js';
import type { Pages } from '../ports/channel.js';
import type { ChannelAdmin } from '../ports/channel-admin.js';
import type { Clock } from '../ports/clock.js';
import type { ContactCentre } from '../ports/contact-centre.js';
import type { Platforms } from '../ports/platform.js';
import type { Threads } from '../ports/threads.js';
import type { MountedOperation } from './api/operation.js';

/** A gateway's own settings. Keys and secrets are taken as the UTF-8 bytes of their value. */
export interface GatewaySettings {
  /** How browsers and the contact centre reach this gateway; no slash at the end. */
  readonly publicUrl: string;
  /** Signs customers' session tokens; at least 32 characters. */
  readonly sessionTokenKey: string;
  readonly sessionTokenTtlMs: number;
  /** What the contact centre presents at the box's token endpoint. */
  readonly boxClientId: string;
  readonly boxClientSecret: string;
  /** Signs the box's tokens; at least 32 characters. */
  readonly boxTokenKey: string;
  readonly boxTokenTtlMs: number;
  /** Signs the contact centre's events; without it their endpoint does not exist. */
  readonly eventsSecret?: string;
  /** The integration that this gateway's channels belong to; without it none can be created. */
  readonly integrationId?: string;
  /** Hosts, besides the contact centre's own, that a link of the admin pages may name. */
  readonly adminApiHosts?: readonly string[];
  /** Express' `trust proxy`; off by default, so that no header says where a request came from. */
  readonly trustProxy?: boolean | number | string;
}

/** A file that the gateway serves. */
export interface Asset {
  readonly body: Buffer;
  readonly contentType: string;
}

/** Whether the gateway can do its work. */
export type Readiness = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What a gateway needs of the world. */
export interface GatewayDeps {
  readonly threads: Threads;
  readonly contactCentre: Pick<
    ContactCentre,
    'setTyping' | 'readThread' | 'storeAttachment' | 'openAttachment'
  >;
  readonly channelAdmin: ChannelAdmin;
  readonly platforms: Pick<Platforms, 'findInvalidRecipients' | 'readSender' | 'showTyping'>;
  /** Looked up at each request, because its owner may change it in place at any time. */
  readonly channels: ReadonlyMap<ChannelId, ChannelDefinition>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The queue on which this process takes what its pages are to be shown. */
  readonly gatewayQueue: GatewayQueue;
  readonly settings: GatewaySettings;
  /** Files by their path, such as `/widget.js`; `/` is the demo page. */
  readonly assets: ReadonlyMap<string, Asset>;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Registry;
}

/** A gateway that does not listen yet. */
export interface Gateway {
  readonly app: Application;
  /** What it answers, as its API document says. */
  readonly operations: readonly MountedOperation[];
  readonly pages: Pages;
  /** Tells the threads of every open page again; for when the connection to them was lost. */
  reannounce(): void;
  /**
   * Ends the streams, refuses new requests with 503, and resolves when those in hand are answered.
   * The caller stops listening and sets the limit of time.
   */
  close(): Promise<void>;
}
