import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadChannels } from '../../../src/config/channels.js';
import { ConfigError } from '../../../src/config/config-error.js';
import type { Environment } from '../../../src/config/environment.js';
import { parseChannelId } from '../../../src/domain/ids.js';
import { defaultPolicy } from '../../../src/domain/policy.js';
import { filesOf } from './environments.js';

const noFiles = filesOf({});

const widget = {
  id: 'watering-hole',
  name: 'The Watering Hole',
  adapter: {
    kind: 'widget',
    allowedOrigins: ['http://localhost:8080'],
    identity: { kind: 'anonymous' },
  },
};
const webhook = {
  id: 'bush-telegraph',
  name: 'Bush Telegraph',
  adapter: {
    kind: 'webhook',
    url: 'https://example.org/agent-messages',
    secretEnv: 'BUSH_TELEGRAPH_SECRET',
  },
};

const withIdentity = (id: string, identity: unknown) => ({
  ...widget,
  id,
  adapter: { ...widget.adapter, identity },
});

function load(channels: readonly unknown[], env: Environment = {}) {
  return [...loadChannels(JSON.stringify({ channels }), env, noFiles).values()];
}

function problemsOf(json: string, env: Environment = {}, readFile = noFiles) {
  try {
    loadChannels(json, env, readFile);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ name, expected }) => `${name}: ${expected}`);
  }
  return [];
}

const problemsIn = (channels: readonly unknown[], env: Environment = {}) =>
  problemsOf(JSON.stringify({ channels }), env);

describe('a channel', () => {
  it('has the defaults of the contract where its owner says nothing', () => {
    expect(load([widget])).toEqual([
      {
        ...widget,
        policy: defaultPolicy,
        limits: { sessionsPerMinute: 300, messagesPerMinute: 1200 },
        customFields: [],
      },
    ]);
  });

  it('keeps what its owner says, and the defaults of the rest', () => {
    const [channel] = load([
      {
        ...widget,
        policy: {
          idleAfter: '3s',
          onIdle: 'abandon',
          reopenAfter: { agent: '24h', idle: 'off' },
          blockAfterAgentEnd: '1h',
          texts: { idleClosed: 'Gone.' },
        },
        limits: { messagesPerMinute: 5 },
        customFields: [
          { ident: 'species', label: 'Species', type: 'text' },
          { ident: 'herd', label: 'Herd', type: 'list', values: ['North', 'South'] },
        ],
      },
    ]);
    expect(channel?.policy).toEqual({
      ...defaultPolicy,
      idleAfterMs: 3_000,
      onIdle: 'abandon',
      reopenAfterMs: { idle: null, customer: null, agent: 86_400_000, operator: null },
      blockAfterAgentEndMs: 3_600_000,
      texts: { ...defaultPolicy.texts, idleClosed: 'Gone.' },
    });
    expect(channel?.limits).toEqual({ sessionsPerMinute: 300, messagesPerMinute: 5 });
    expect(channel?.customFields).toHaveLength(2);
  });

  it('of a platform reopens at once after an idle end or the customer’s, unless told otherwise', () => {
    const env = { BUSH_TELEGRAPH_SECRET: 'a secret' };
    const [plain, told] = load(
      [webhook, { ...webhook, id: 'told', policy: { reopenAfter: { idle: 'never' } } }],
      env,
    );
    expect(plain?.policy.reopenAfterMs).toEqual({
      idle: 0,
      customer: 0,
      agent: null,
      operator: null,
    });
    expect(told?.policy.reopenAfterMs.idle).toBeNull();
    expect(plain?.adapter).toEqual({
      kind: 'webhook',
      url: 'https://example.org/agent-messages',
      secret: 'a secret',
    });
  });

  it('of a platform says what that can show, and where it is asked about recipients', () => {
    const recipientsUrl = 'https://example.org/recipients';
    const shows = ['attachments', 'quick-replies'];
    const env = { BUSH_TELEGRAPH_SECRET: 'a secret' };
    const [told, plain] = load(
      [
        { ...webhook, adapter: { ...webhook.adapter, shows, recipientsUrl } },
        { ...webhook, id: 'plain', adapter: { ...webhook.adapter, shows: [] } },
      ],
      env,
    );
    expect(told?.adapter).toMatchObject({ shows, recipientsUrl });
    expect(plain?.adapter).toMatchObject({ shows: [] });
    expect(plain?.adapter).not.toHaveProperty('recipientsUrl');
  });

  it.each([
    [{ shows: ['attachments', 'smells'] }, 'shows[1]: one of "attachments", "replies", '],
    [{ shows: ['replies', 'replies'] }, 'shows: each word once'],
    [{ shows: 'replies' }, 'shows: a list of what the platform can show'],
    [{ recipientsUrl: 'example.org' }, 'recipientsUrl: an address that starts with http'],
  ])('of a platform is refused for what nobody knows: %j', (more, problem) => {
    const channel = { ...webhook, adapter: { ...webhook.adapter, ...more } };
    const [first, ...others] = problemsIn([channel], { BUSH_TELEGRAPH_SECRET: 'x' });
    expect(first).toContain(`channels[0].adapter.${problem}`);
    expect(others).toEqual([]);
  });

  it('of a widget has no word for what it shows: that is its program', () => {
    const channel = { ...widget, adapter: { ...widget.adapter, shows: [] } };
    expect(problemsIn([channel])).toEqual(['channels[0].adapter.shows: no such key']);
  });

  it('knows its customers by a key set or by a secret', () => {
    const channels = load(
      [
        withIdentity('by-keys', {
          kind: 'jwt',
          jwksUrl: 'https://example.org/keys',
          issuer: 'https://example.org',
        }),
        withIdentity('by-secret', { kind: 'jwt', secretEnv: 'SITE_SECRET', audience: 'chat' }),
      ],
      { SITE_SECRET: 'shh' },
    );
    expect(channels.map(({ adapter }) => adapter.kind === 'widget' && adapter.identity)).toEqual([
      {
        kind: 'jwt',
        key: { kind: 'jwks', url: 'https://example.org/keys' },
        issuer: 'https://example.org',
      },
      { kind: 'jwt', key: { kind: 'secret', secret: 'shh' }, audience: 'chat' },
    ]);
  });

  it('takes its secret from a file as well', () => {
    const channels = loadChannels(
      JSON.stringify({ channels: [webhook] }),
      { BUSH_TELEGRAPH_SECRET_FILE: '/secret' },
      filesOf({ '/secret': 'whsec_c2VjcmV0\n' }),
    );
    expect([...channels.values()][0]?.adapter).toMatchObject({ secret: 'whsec_c2VjcmV0' });
  });

  it('of the sandbox is the watering hole, with the defaults written out', () => {
    const json = readFileSync(new URL('../../../channels.json', import.meta.url), 'utf8');
    const channels = loadChannels(json, {}, noFiles);
    const id = parseChannelId('watering-hole');
    const hole = id && channels.get(id);
    expect(channels.size).toBe(1);
    expect(hole).toMatchObject({
      name: 'The Watering Hole',
      policy: defaultPolicy,
      limits: { sessionsPerMinute: 300, messagesPerMinute: 1200 },
      customFields: [{ ident: 'species', label: 'Species', type: 'text' }],
    });
  });
});

describe('a channels file', () => {
  it.each([
    ['not JSON', '{', ['channels file: JSON']],
    ['no object', '[]', ['channels file: an object with channels']],
    ['no channels', '{}', ['channels: a list of channels']],
    ['an empty list', '{"channels":[]}', ['channels: at least one channel']],
    [
      'another key',
      '{"channels":[],"more":1}',
      ['channels: at least one channel', 'more: no such key'],
    ],
  ])('with %s is refused', (_what, json, expected) => {
    expect(problemsOf(json).toSorted()).toEqual(expected.toSorted());
  });

  it('is refused with every problem and its place', () => {
    const problems = problemsIn([
      {
        ...widget,
        id: 'a b',
        colour: 'green',
        adapter: {
          kind: 'widget',
          allowedOrigins: ['http://localhost:8080/', '*'],
          identity: { kind: 'jwt' },
        },
        policy: {
          idleAfter: '0s',
          countdown: 20,
          onEnd: 'new',
          endedStatuses: ['closed', 'gone'],
          reopenAfter: { agent: 'always', nobody: '1s' },
          texts: { idleWarning: '' },
        },
        limits: { sessionsPerMinute: 0 },
        customFields: [{ ident: 'herd', label: 'Herd', type: 'list' }],
      },
      webhook,
      { ...webhook, adapter: { kind: 'pigeon' } },
    ]);
    expect(problems.toSorted()).toEqual(
      [
        'channels[0].id: 1 to 128 of A-Za-z0-9_.:-',
        'channels[0].colour: no such key',
        'channels[0].adapter.allowedOrigins[0]: an origin such as "https://www.example.org"',
        'channels[0].adapter.allowedOrigins[1]: an origin such as "https://www.example.org"',
        'channels[0].adapter.identity: either jwksUrl or secretEnv',
        'channels[0].policy.idleAfter: a duration such as "250ms", "20s", "2m" or "1h", longer than nothing',
        'channels[0].policy.countdown: a duration such as "250ms", "20s", "2m" or "1h", longer than nothing',
        'channels[0].policy.onEnd: one of "closed", "resolved", "abandon"',
        'channels[0].policy.endedStatuses[1]: one of "new", "open", "pending", "escalated", "resolved", "closed", "trashed"',
        'channels[0].policy.reopenAfter.agent: a duration such as "250ms", "20s", "2m" or "1h", or "never" or "off"',
        'channels[0].policy.reopenAfter.nobody: no such key',
        'channels[0].policy.texts.idleWarning: a text of 1 to 10000 characters',
        'channels[0].limits.sessionsPerMinute: a whole number above 0',
        'channels[0].customFields[0]: values for a field of type "list", and for no other',
        'channels[1].adapter.secretEnv: BUSH_TELEGRAPH_SECRET to be set in the environment',
        'channels[2].adapter.kind: "widget" or "webhook"',
        'channels[2].id: an id that no other channel has',
      ].toSorted(),
    );
  });

  it.each([
    ['whsec_', 'BUSH_TELEGRAPH_SECRET to be base64 after "whsec_"'],
    ['whsec_not base64', 'BUSH_TELEGRAPH_SECRET to be base64 after "whsec_"'],
    ['whsec_abc', 'BUSH_TELEGRAPH_SECRET to be base64 after "whsec_"'],
  ])('does not take %s for a secret, and does not say it', (secret, expected) => {
    const problems = problemsIn([webhook], { BUSH_TELEGRAPH_SECRET: secret });
    expect(problems).toEqual([`channels[0].adapter.secretEnv: ${expected}`]);
  });

  it('wants a variable that is named a key to be as long as one', () => {
    const channel = { ...webhook, adapter: { ...webhook.adapter, secretEnv: 'BUSH_KEY' } };
    expect(problemsIn([channel], { BUSH_KEY: 'short' })).toEqual([
      'channels[0].adapter.secretEnv: BUSH_KEY to have at least 32 characters',
    ]);
    expect(problemsIn([channel], { BUSH_KEY: 'k'.repeat(32) })).toEqual([]);
  });

  it('wants one key for identities, not two', () => {
    const identity = { kind: 'jwt', jwksUrl: 'https://example.org/keys', secretEnv: 'S' };
    const channel = { ...widget, adapter: { ...widget.adapter, identity } };
    expect(problemsIn([channel], { S: 'shh' })).toEqual([
      'channels[0].adapter.identity: either jwksUrl or secretEnv',
    ]);
  });
});
