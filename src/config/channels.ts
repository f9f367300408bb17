import { z } from 'zod';
import type { ChannelDefinition } from '../domain/channel.js';
import type { ChannelId } from '../domain/ids.js';
import { type ChannelValues, channelsSchema } from './channels-schema.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { type Environment, type ReadFile, readVariable } from './environment.js';
import { toPolicy } from './policy.js';

/** What reading the channels found: channels only where nothing is wrong. */
export interface ChannelsReading {
  readonly channels?: ReadonlyMap<ChannelId, ChannelDefinition>;
  readonly problems: readonly ConfigProblem[];
}

const defaultLimits = { sessionsPerMinute: 300, messagesPerMinute: 1_200 };

/** Reads the channels file's text; throws one ConfigError that lists every problem. */
export function loadChannels(
  json: string,
  env: Environment,
  readFile: ReadFile,
): ReadonlyMap<ChannelId, ChannelDefinition> {
  const { channels, problems } = readChannels(json, env, readFile);
  if (channels === undefined) throw new ConfigError('The channels file', problems);
  return channels;
}

/** Reads the channels file's text, and collects every problem with its place. */
export function readChannels(json: string, env: Environment, readFile: ReadFile): ChannelsReading {
  const raw = tryParsing(json);
  if (raw === undefined) return { problems: [{ name: 'channels file', expected: 'JSON' }] };
  const schema = channelsSchema((name) => readVariable(name, env, readFile));
  const parsed = schema.safeParse(raw.value);
  const problems = [
    ...(parsed.error?.issues ?? []).flatMap(toProblems),
    ...findDuplicates(raw.value),
  ];
  if (!parsed.success || problems.length > 0) return { problems };
  const channels = parsed.data.channels.map(toDefinition);
  return { channels: new Map(channels.map((channel) => [channel.id, channel])), problems };
}

function tryParsing(json: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(json) };
  } catch {
    return undefined;
  }
}

function toProblems(issue: z.core.$ZodIssue): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      name: toPlace([...issue.path, key]),
      expected: 'no such key',
    }));
  }
  return [{ name: toPlace(issue.path), expected: issue.message }];
}

function toPlace(path: readonly PropertyKey[]): string {
  const [first = 'channels file', ...rest] = path.map((part) =>
    typeof part === 'number' ? `[${part}]` : `.${String(part)}`,
  );
  return [first.replace(/^\./, ''), ...rest].join('');
}

const idsSchema = z.object({
  channels: z.array(z.object({ id: z.string().catch('') }).catch({ id: '' })),
});

/** Looks at the raw ids, so that a duplicate is found beside any other problem. */
function findDuplicates(raw: unknown): ConfigProblem[] {
  const ids = (idsSchema.safeParse(raw).data?.channels ?? []).map(({ id }) => id);
  return ids.flatMap((id, index) =>
    id !== '' && ids.indexOf(id) < index
      ? [{ name: `channels[${index}].id`, expected: 'an id that no other channel has' }]
      : [],
  );
}

function toDefinition(values: ChannelValues): ChannelDefinition {
  const { id, name, adapter, policy, limits, customFields } = values;
  return {
    id,
    name,
    adapter,
    policy: toPolicy(policy ?? {}, adapter.kind),
    limits: {
      sessionsPerMinute: limits?.sessionsPerMinute ?? defaultLimits.sessionsPerMinute,
      messagesPerMinute: limits?.messagesPerMinute ?? defaultLimits.messagesPerMinute,
    },
    customFields: customFields ?? [],
  };
}
