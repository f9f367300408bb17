import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { loadChannelsFile } from '../../../src/config/channels-file.js';
import type { ChannelId } from '../../../src/domain/ids.js';
import { createLiveChannels } from '../../../src/main/live-channels.js';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

const channel = (id: string, more: object = {}) => ({
  id,
  name: id,
  adapter: { kind: 'widget', allowedOrigins: [], identity: { kind: 'anonymous' } },
  ...more,
});
const before = { channels: [channel('watering-hole'), channel('river-bank'), channel('den')] };

/** Live channels of a file that a test rewrites, and what they have logged. */
function build() {
  const files: Record<string, string> = { 'channels.json': JSON.stringify(before) };
  const lines: Line[] = [];
  const read = () =>
    loadChannelsFile({}, (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`no file ${path}`);
      return text;
    });
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const live = createLiveChannels({ initial: read(), read, logger });
  const rewrite = (content: unknown): void => {
    files['channels.json'] = typeof content === 'string' ? content : JSON.stringify(content);
    live.reload();
  };
  return { files, lines, live, rewrite, channels: live.channels };
}

const idleAfterOf = ({ channels }: ReturnType<typeof build>, id: string) =>
  channels.get(id as ChannelId)?.policy.idleAfterMs;

test('everybody who holds the channels sees what the file says now', () => {
  const built = build();
  built.rewrite({
    channels: [channel('den', { policy: { idleAfter: '7s' } }), channel('savannah')],
  });
  expect([...built.channels.keys()]).toEqual(['den', 'savannah']);
  expect(idleAfterOf(built, 'den')).toBe(7_000);
  expect(built.lines).toMatchObject([
    {
      level: 30,
      msg: 'channels reloaded',
      added: ['savannah'],
      removed: ['watering-hole', 'river-bank'],
      changed: ['den'],
    },
  ]);
});

test('a file that says the same changes nothing, and says so', () => {
  const { rewrite, channels, lines } = build();
  rewrite(before);
  expect(channels.size).toBe(3);
  expect(lines).toMatchObject([{ added: [], removed: [], changed: [] }]);
});

describe('a file that is wrong', () => {
  const wrong = {
    channels: [channel('den', { policy: { idleAfter: 'soon', countdown: 7 } }), channel('den')],
  };
  const problems = [
    'channels[0].policy.idleAfter',
    'channels[0].policy.countdown',
    'channels[1].id',
  ];

  test('changes nothing, and one line tells everything that is wrong', () => {
    const built = build();
    built.rewrite(wrong);
    expect([...built.channels.keys()]).toEqual(['watering-hole', 'river-bank', 'den']);
    expect(idleAfterOf(built, 'den')).toBe(120_000);
    expect(built.lines).toMatchObject([{ level: 50, msg: 'channels not reloaded' }]);
    for (const problem of problems) expect(JSON.stringify(built.lines)).toContain(`${problem}: `);
  });

  test.each(['', '{', 'null', '{"channels":[]}', '[]'])(
    'is told, and nothing thrown: %j',
    (text) => {
      const { rewrite, channels, lines } = build();
      rewrite(text);
      expect(channels.size).toBe(3);
      expect(lines).toMatchObject([{ level: 50, err: { code: 'CONFIG_INVALID' } }]);
    },
  );

  test('and one that is gone, is told, and the next good one is taken', () => {
    const { files, live, lines, rewrite, channels } = build();
    delete files['channels.json'];
    live.reload();
    expect(lines).toMatchObject([{ level: 50, err: { code: 'CONFIG_INVALID' } }]);
    rewrite({ channels: [channel('savannah')] });
    expect([...channels.keys()]).toEqual(['savannah']);
  });
});

test('the name of the file may come from a file that is gone by then', () => {
  const env = { CHANNELS_FILE_FILE: 'gone' };
  const readNothing = (): string => {
    throw new Error('no such file');
  };
  expect(() => loadChannelsFile(env, readNothing)).toThrow(/CHANNELS_FILE_FILE: expected the path/);
});
