/** @module A channel as its owner describes it, with every default filled in. */
import { allCapabilities, type Capabilities } from './capabilities.js';
import type { ChannelId } from './ids.js';
import type { ThreadPolicy } from './policy.js';

/** How a widget channel knows its customers. Secrets are resolved, not named. */
export type Identity =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'jwt';
      readonly key:
        | { readonly kind: 'secret'; readonly secret: string }
        | { readonly kind: 'jwks'; readonly url: string };
      readonly issuer?: string;
      readonly audience?: string;
    };

/** What joins a channel to Isthmus. */
export type ChannelAdapter =
  | {
      readonly kind: 'widget';
      readonly allowedOrigins: readonly string[];
      readonly identity: Identity;
    }
  | {
      readonly kind: 'webhook';
      readonly url: string;
      readonly secret: string;
      /** What the platform can show; absent means that it is given everything as it came. */
      readonly shows?: Capabilities;
      /** Where the platform says which customers cannot be written to; absent means nowhere. */
      readonly recipientsUrl?: string;
    };

/** Says what the customers of a channel can be shown. The widget shows all that there is. */
export function capabilitiesOf(adapter: ChannelAdapter): Capabilities {
  return adapter.kind === 'webhook' ? (adapter.shows ?? allCapabilities) : allCapabilities;
}

/** How much one sender may ask for. */
export interface ChannelLimits {
  /** New sessions per client address. */
  readonly sessionsPerMinute: number;
  /** Messages per thread. */
  readonly messagesPerMinute: number;
}

/** A field of the customer's that agents see in the contact centre. */
export interface CustomField {
  readonly ident: string;
  readonly label: string;
  readonly type: 'text' | 'email' | 'list';
  readonly values?: readonly string[];
}

/** One channel. */
export interface ChannelDefinition {
  readonly id: ChannelId;
  readonly name: string;
  readonly adapter: ChannelAdapter;
  readonly policy: ThreadPolicy;
  readonly limits: ChannelLimits;
  readonly customFields: readonly CustomField[];
}
