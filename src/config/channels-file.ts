import type { ChannelDefinition } from '../domain/channel.js';
import type { ChannelId } from '../domain/ids.js';
import { type ChannelsReading, readChannels } from './channels.js';
import { type Environment, failConfig, type ReadFile, readVariable } from './environment.js';
import { text } from './variables.js';

const defaultPath = 'channels.json';

/** Where the channels are described. */
export const channelsFileShape = { CHANNELS_FILE: text.prefault(defaultPath) };

/** Reads the channels file that the environment names, and collects every problem of it. */
export function readChannelsFile(env: Environment, readFile: ReadFile): ChannelsReading {
  const { text: given, problem } = readVariable('CHANNELS_FILE', env, readFile);
  // The form that the variable belongs to reports how it is given.
  if (problem !== undefined) return { problems: [] };
  const path = given ?? defaultPath;
  const json = tryReading(readFile, path);
  if (json === undefined) {
    const expected = `the path of a file that can be read; ${path} cannot`;
    return { problems: [{ name: 'CHANNELS_FILE', expected }] };
  }
  return readChannels(json, env, readFile);
}

/** Reads the channels file by itself; throws one ConfigError that lists every problem. */
export function loadChannelsFile(
  env: Environment,
  readFile: ReadFile,
): ReadonlyMap<ChannelId, ChannelDefinition> {
  const { problem } = readVariable('CHANNELS_FILE', env, readFile);
  const { channels, problems } = readChannelsFile(env, readFile);
  if (channels !== undefined) return channels;
  return failConfig('The channels file', problem === undefined ? problems : [problem]);
}

function tryReading(readFile: ReadFile, path: string): string | undefined {
  try {
    return readFile(path);
  } catch {
    return undefined;
  }
}
