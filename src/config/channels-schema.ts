import { z } from 'zod';
import { allCapabilities } from '../domain/capabilities.js';
import type { ChannelAdapter, Identity } from '../domain/channel.js';
import { parseChannelId } from '../domain/ids.js';
import type { VariableReading } from './environment.js';
import { count, line, list, oneOf, record } from './json-values.js';
import { parsed } from './parsed.js';
import { policySchema } from './policy-schema.js';
import { parseHttpUrl } from './variables.js';

/** Reads a variable of the environment by its name. */
export type ReadSecret = (name: string) => VariableReading;

const webhookSecretPrefix = 'whsec_';
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A key that opens everything is as long as a key; a webhook secret may be given as base64. */
function findFault(name: string, secret: string): string | undefined {
  if (name.endsWith('_KEY') && secret.length < 32) return `${name} to have at least 32 characters`;
  if (!secret.startsWith(webhookSecretPrefix)) return undefined;
  return base64Pattern.test(secret.slice(webhookSecretPrefix.length))
    ? undefined
    : `${name} to be base64 after "${webhookSecretPrefix}"`;
}

/** The name of a variable; its value, as it stands, is what comes out. */
function secretEnv(readSecret: ReadSecret) {
  const expected = 'the name of a variable such as "BUSH_TELEGRAPH_SECRET"';
  return z.string({ error: expected }).transform((name, context) => {
    const fail = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return fail(expected);
    const { text, problem } = readSecret(name);
    if (problem !== undefined) return fail(`${problem.name} to be ${problem.expected}`);
    if (text === undefined) return fail(`${name} to be set in the environment`);
    const fault = findFault(name, text);
    return fault === undefined ? text : fail(fault);
  });
}

const httpUrl = parsed('an address that starts with http:// or https://', (text) =>
  parseHttpUrl(text) === undefined ? undefined : text,
);

const origin = parsed('an origin such as "https://www.example.org"', (text) =>
  parseHttpUrl(text) !== undefined && new URL(text).origin === text ? text : undefined,
);

function identitySchema(readSecret: ReadSecret) {
  const jwt = record({
    kind: z.literal('jwt'),
    jwksUrl: httpUrl.optional(),
    secretEnv: secretEnv(readSecret).optional(),
    issuer: line(1_000).optional(),
    audience: line(1_000).optional(),
  }).transform(({ jwksUrl, secretEnv: secret, issuer, audience }, context): Identity => {
    const claims = {
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    };
    if (jwksUrl !== undefined && secret === undefined) {
      return { kind: 'jwt', key: { kind: 'jwks', url: jwksUrl }, ...claims };
    }
    if (secret !== undefined && jwksUrl === undefined) {
      return { kind: 'jwt', key: { kind: 'secret', secret }, ...claims };
    }
    context.addIssue({ code: 'custom', message: 'either jwksUrl or secretEnv' });
    return z.NEVER;
  });
  return z.discriminatedUnion('kind', [record({ kind: z.literal('anonymous') }), jwt], {
    error: '"anonymous" or "jwt"',
  });
}

const shows = list(oneOf(allCapabilities), 'a list of what the platform can show').refine(
  (words) => new Set(words).size === words.length,
  { error: 'each word once' },
);

function adapterSchema(readSecret: ReadSecret) {
  const widget = record({
    kind: z.literal('widget'),
    allowedOrigins: list(origin, 'a list of origins'),
    identity: identitySchema(readSecret),
  });
  const webhook = record({
    kind: z.literal('webhook'),
    url: httpUrl,
    secretEnv: secretEnv(readSecret),
    shows: shows.optional(),
    recipientsUrl: httpUrl.optional(),
  }).transform(
    ({ secretEnv: secret, shows: shown, recipientsUrl, ...rest }): ChannelAdapter => ({
      ...rest,
      secret,
      ...(shown === undefined ? {} : { shows: shown }),
      ...(recipientsUrl === undefined ? {} : { recipientsUrl }),
    }),
  );
  return z.discriminatedUnion('kind', [widget, webhook], { error: '"widget" or "webhook"' });
}

const customField = record({
  ident: parsed('1 to 100 of A-Za-z0-9_.-', (text) =>
    /^[A-Za-z0-9_.-]{1,100}$/.test(text) ? text : undefined,
  ),
  label: line(200),
  type: oneOf(['text', 'email', 'list']),
  values: list(line(200), 'a list of texts').min(1, 'at least one value').optional(),
})
  .refine(({ type, values }) => (type === 'list') === (values !== undefined), {
    error: 'values for a field of type "list", and for no other',
  })
  .transform(({ values, ...field }) => ({ ...field, ...(values === undefined ? {} : { values }) }));

const customFields = list(customField, 'a list of custom fields').refine(
  (fields) => new Set(fields.map(({ ident }) => ident)).size === fields.length,
  { error: 'each ident once' },
);

/** The channels file, with secrets resolved. */
export function channelsSchema(readSecret: ReadSecret) {
  const channel = record({
    id: parsed('1 to 128 of A-Za-z0-9_.:-', parseChannelId),
    name: line(200),
    adapter: adapterSchema(readSecret),
    policy: policySchema.optional(),
    limits: record({
      sessionsPerMinute: count().optional(),
      messagesPerMinute: count().optional(),
    }).optional(),
    customFields: customFields.optional(),
  });
  return record({
    channels: list(channel, 'a list of channels').min(1, 'at least one channel'),
  });
}

/** A channel as its owner wrote it. */
export type ChannelValues = z.infer<ReturnType<typeof channelsSchema>>['channels'][number];
