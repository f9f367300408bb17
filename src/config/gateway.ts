import { z } from 'zod';
import type { ChannelDefinition } from '../domain/channel.js';
import type { ChannelId } from '../domain/ids.js';
import { channelsFileShape, readChannelsFile } from './channels-file.js';
import { type CxoneConfig, cxoneRules, cxoneShape, toCxoneConfig } from './cxone.js';
import { type Environment, failConfig, type ReadFile, readEnvironment } from './environment.js';
import { type TemporalConfig, temporalRules, temporalShape, toTemporalConfig } from './temporal.js';
import { duration, hosts, httpUrl, key, logLevel, port, text } from './variables.js';

/** What a gateway is told by its environment. */
export interface GatewayConfig {
  readonly listen: { readonly host: string; readonly port: number };
  /** How browsers and CXone reach the gateway. Change it as soon as that is not this machine. */
  readonly publicUrl: string;
  readonly temporal: TemporalConfig;
  readonly cxone: CxoneConfig;
  readonly adminPages: {
    /** The integration that new channels belong to, as CXone's admin shows it. */
    readonly integrationId?: string;
    /** Hosts, besides that of the DFO base, that `apiHost` may name. */
    readonly apiHosts: readonly string[];
  };
  readonly box: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly tokenKey: string;
    readonly tokenTtlMs: number;
  };
  readonly sessions: { readonly tokenKey: string; readonly tokenTtlMs: number };
  /** The HMAC key of DFO's event webhook; without it that endpoint is off. */
  readonly eventsSecret?: string;
  readonly channels: ReadonlyMap<ChannelId, ChannelDefinition>;
  readonly logLevel: z.infer<typeof logLevel>;
}

const rules = [...temporalRules, ...cxoneRules];

function gatewaySchema(readFile: ReadFile) {
  return z.object({
    GATEWAY_HOST: text.prefault('127.0.0.1'),
    GATEWAY_PORT: port.prefault('8080'),
    GATEWAY_PUBLIC_URL: httpUrl.prefault('http://localhost:8080'),
    ...temporalShape(readFile),
    ...cxoneShape,
    CXONE_INTEGRATION_ID: text.optional(),
    CXONE_API_HOSTS: hosts.optional(),
    BOX_CLIENT_ID: text,
    BOX_CLIENT_SECRET: text,
    BOX_TOKEN_KEY: key,
    BOX_TOKEN_TTL: duration.prefault('1h'),
    SESSION_TOKEN_KEY: key,
    SESSION_TOKEN_TTL: duration.prefault('24h'),
    EVENTS_SECRET: text.optional(),
    ...channelsFileShape,
    LOG_LEVEL: logLevel.default('info'),
  });
}

/** Names every variable that a gateway reads; each also accepts `<NAME>_FILE`. */
export const gatewayVariables: readonly string[] = Object.keys(gatewaySchema(() => '').shape);

/** Reads a gateway's configuration; throws one ConfigError that lists every problem. */
export function loadGatewayConfig(env: Environment, readFile: ReadFile): GatewayConfig {
  const { values, problems } = readEnvironment(gatewaySchema(readFile), env, readFile, rules);
  const { channels, problems: channelProblems } = readChannelsFile(env, readFile);
  if (values === undefined || channels === undefined) {
    failConfig("The gateway's configuration", [...problems, ...channelProblems]);
  }
  const { CXONE_INTEGRATION_ID: integrationId, EVENTS_SECRET: eventsSecret } = values;
  return {
    listen: { host: values.GATEWAY_HOST, port: values.GATEWAY_PORT },
    publicUrl: values.GATEWAY_PUBLIC_URL,
    temporal: toTemporalConfig(values),
    cxone: toCxoneConfig(values),
    adminPages: {
      ...(integrationId === undefined ? {} : { integrationId }),
      apiHosts: values.CXONE_API_HOSTS ?? [],
    },
    box: {
      clientId: values.BOX_CLIENT_ID,
      clientSecret: values.BOX_CLIENT_SECRET,
      tokenKey: values.BOX_TOKEN_KEY,
      tokenTtlMs: values.BOX_TOKEN_TTL,
    },
    sessions: { tokenKey: values.SESSION_TOKEN_KEY, tokenTtlMs: values.SESSION_TOKEN_TTL },
    ...(eventsSecret === undefined ? {} : { eventsSecret }),
    channels,
    logLevel: values.LOG_LEVEL,
  };
}
