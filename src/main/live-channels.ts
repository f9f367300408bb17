/** @module The channels of a running process, which follow the channels file when told to. */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { ChannelDefinition } from '../domain/channel.js';
import type { ChannelId } from '../domain/ids.js';

type Channels = ReadonlyMap<ChannelId, ChannelDefinition>;

/** The channels of the moment, for everybody who looks them up. */
export interface LiveChannels {
  /** Changes in place: whoever keeps a part of it keeps what was true before. */
  readonly channels: Channels;
  /** Reads the file again. Where anything is wrong with it, nothing changes; never throws. */
  reload(): void;
}

/** Makes live channels that begin with `initial`; `read` throws a `ConfigError` for a wrong file. */
export function createLiveChannels(deps: {
  readonly initial: Channels;
  readonly read: () => Channels;
  readonly logger: Logger;
}): LiveChannels {
  const { read, logger } = deps;
  const channels = new Map(deps.initial);
  return {
    channels,
    reload() {
      let next: Channels;
      try {
        next = read();
      } catch (error) {
        logger.error({ err: error }, 'channels not reloaded');
        return;
      }
      const changes = compare(channels, next);
      channels.clear();
      for (const [id, channel] of next) channels.set(id, channel);
      logger.info(changes, 'channels reloaded');
    },
  };
}

function compare(before: Channels, after: Channels) {
  return {
    added: [...after.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: [...after.keys()].filter(
      (id) => before.has(id) && !isDeepStrictEqual(before.get(id), after.get(id)),
    ),
  };
}
