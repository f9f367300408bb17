/** The channel admin against answers as CXone's schemas give them, and against the simulator. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCxoneChannelAdmin } from '../../../src/cxone/channel-admin.js';
import type { CxoneSettings } from '../../../src/cxone/settings.js';
import type { ChannelOrder } from '../../../src/ports/channel-admin.js';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import { codeOf, credentials, remoteErrorOf, startQuietSimulator } from './adapter.js';
import { fixture, inTurn, json, type ScriptedDfo, startScriptedDfo } from './scripted-dfo.js';

const integrationId = '5d3b3e0c-9a57-4a31-8a2e-0c6d1f1f7a10';
const tenantId = '11ec6b1e-6d2c-4f60-9d5b-0242ac110002';
const options = { canAgentsBegin: true, canAgentsSendFiles: true };
const order: ChannelOrder = {
  id: 'den:1',
  name: 'The Den',
  integrationId,
  options,
  showsReplies: true,
};
const holder = { brandId: 1001, userId: 11_002 };

function createAdmin(settings: Pick<CxoneSettings, 'issuer'> & Partial<CxoneSettings>) {
  const log: string[] = [];
  const note = (facts: object, message: string) => void log.push(JSON.stringify([facts, message]));
  const channelAdmin = createCxoneChannelAdmin({
    settings: { tenantId, credentials, timeoutMs: 5_000, ...settings },
    budgets: { readsPerSecond: 1_000, postsPerSecond: 1_000 },
    clock: Date.now,
    logger: { debug: note, warn: note },
  });
  return { channelAdmin, log };
}

describe('towards DFO', () => {
  let dfo: ScriptedDfo;
  let admin: ReturnType<typeof createAdmin>;
  const link = () => ({ ...holder, apiOrigin: dfo.url, token: 'once-42' });
  const access = () => ({ apiOrigin: dfo.url, accessToken: 'as-admin' });
  const list = () => admin.channelAdmin.listChannels(access());

  beforeEach(async () => {
    dfo = await startScriptedDfo();
    admin = createAdmin({ issuer: 'https://nowhere.invalid', apiUrl: `${dfo.url}/dfo/3.0` });
  });
  afterEach(async () => {
    await admin.channelAdmin.close();
    await dfo.close();
  });

  it('a one-time token is verified for its purpose, at the host of the link', async () => {
    dfo.play = json(200, fixture('verified-token.json'));
    expect(await admin.channelAdmin.signIn(link())).toEqual({
      apiOrigin: dfo.url,
      accessToken: 'the-access-token-of-the-admin',
    });
    expect(dfo.arrived).toMatchObject([
      { method: 'POST', path: '/dfo/3.0/one-time-token/verification' },
    ]);
    expect(JSON.parse(dfo.arrived[0]?.body ?? '')).toEqual({
      ...holder,
      token: 'once-42',
      purpose: 'channel-integration',
    });
    expect(dfo.arrived[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['another tenant', '22ec6b1e-6d2c-4f60-9d5b-0242ac110002', 'CONTACT_CENTRE_FORBIDDEN'],
    ['the same tenant in other letters', tenantId.toUpperCase(), undefined],
    ['an id of another form', '4600001', undefined],
  ])('a token of %s opens nothing but what is ours', async (_, own, code) => {
    const other = createAdmin({ issuer: 'https://nowhere.invalid', tenantId: own });
    dfo.play = json(200, fixture('verified-token.json'));
    const failure = await other.channelAdmin.signIn(link()).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
    expect(failure).toBe(code);
    await other.channelAdmin.close();
  });

  it.each([
    [400, 'CONTACT_CENTRE_REJECTED'],
    [401, 'CONTACT_CENTRE_UNAUTHORISED'],
    [403, 'CONTACT_CENTRE_FORBIDDEN'],
    [404, 'CONTACT_CENTRE_REJECTED'],
    [429, 'CONTACT_CENTRE_RATE_LIMITED'],
    [503, 'CONTACT_CENTRE_UNAVAILABLE'],
  ])('%i to the verification is %s, after one call', async (status, code) => {
    dfo.play = json(status, fixture('invalid-field.json'));
    expect(await codeOf(admin.channelAdmin.signIn(link()))).toBe(code);
    expect(dfo.arrived).toHaveLength(1);
  });

  it.each(['{}', '{"accessToken":""}', `{"accessToken":"${'x'.repeat(9_000)}"}`, 'no JSON'])(
    'an answer without a usable token is unintelligible (%#)',
    async (body) => {
      dfo.play = json(200, body);
      expect(await codeOf(admin.channelAdmin.signIn(link()))).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
    },
  );

  it('neither token is in a log line or an error', async () => {
    dfo.play = inTurn(
      json(200, '{"accessToken":5,"was":"the-access-token"}'),
      json(401, '{"errors":[{"field":"token","message":"once-42 as-admin"}]}'),
    );
    const errors = [
      await remoteErrorOf(admin.channelAdmin.signIn(link())),
      await remoteErrorOf(list()),
    ];
    const said = errors.flatMap((error) => [error.message, String(error.cause), error.stack]);
    expect([...said, ...admin.log].join('\n')).not.toMatch(/once-42|as-admin|the-access-token/);
    expect(admin.log.join('')).toContain('verify a one-time token');
  });

  it('channels are listed with what is known of them, and without removed ones', async () => {
    dfo.play = json(200, fixture('channels.json'));
    expect(await list()).toEqual([
      {
        id: 'watering-hole',
        name: 'The Watering Hole',
        integrationId,
        options: { canAgentsBegin: true, canAgentsSendFiles: false },
      },
      {
        id: 'chat_7c2f5d1a',
        name: 'Web chat',
        options: { canAgentsBegin: false, canAgentsSendFiles: false },
      },
    ]);
    expect(dfo.arrived.map(({ path }) => path)).toEqual(['/dfo/3.0/channels?size=100']);
    expect(dfo.arrived[0]?.headers.authorization).toBe('Bearer as-admin');
  });

  it('a list that is none is unintelligible', async () => {
    dfo.play = json(200, '{"hits":0}');
    expect(await codeOf(list())).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
  });

  it.each([0, 1])('all pages are read where they count from %i', async (first) => {
    const ids = Array.from({ length: 230 }, (_none, index) => `c-${index}`);
    dfo.play = (request, ...more) => {
      const page = Number(new URL(request.path, dfo.url).searchParams.get('page') ?? first) - first;
      const shown = ids.slice(page * 100, (page + 1) * 100).map((id) => ({ id }));
      json(200, JSON.stringify(shown))(request, ...more);
    };
    expect((await list()).map(({ id }) => id)).toEqual(ids);
  });

  it('a list that knows no pages ends', async () => {
    const all = Array.from({ length: 150 }, (_none, index) => ({ id: `c-${index}` }));
    dfo.play = json(200, JSON.stringify(all));
    expect(await list()).toHaveLength(150);
    expect(dfo.arrived.length).toBeLessThan(4);
  });

  it('a channel is put with every field that CXone requires', async () => {
    dfo.play = json(201, '{}');
    await admin.channelAdmin.putChannel(access(), order);
    expect(dfo.arrived).toMatchObject([{ method: 'POST', path: '/dfo/3.0/channels' }]);
    expect(JSON.parse(dfo.arrived[0]?.body ?? '')).toEqual({
      id: 'den:1',
      idOnExternalPlatform: 'den:1',
      channelIntegrationId: integrationId,
      realExternalPlatformId: 'custom',
      name: 'The Den',
      isPrivate: true,
      hasTreeStructure: false,
      hasReply: true,
      contentFormat: 'plain',
      hasMultipleThreadsPerEndUser: true,
      hasOutboundFlow: true,
      hasManualOutboundFlow: true,
      hasAbilityToSendFiles: true,
      canReplyToAnyMessage: true,
      hasAbilityToForwardMessage: true,
    });
    await admin.channelAdmin.putChannel(access(), { ...order, showsReplies: false });
    expect(JSON.parse(dfo.arrived[1]?.body ?? '')).toMatchObject({
      canReplyToAnyMessage: false,
      hasAbilityToForwardMessage: false,
    });
  });

  it('a channel that is gone already counts as removed', async () => {
    dfo.play = json(404, '{"errors":[]}');
    await admin.channelAdmin.removeChannel(access(), 'den:1');
    expect(dfo.arrived).toMatchObject([{ method: 'DELETE', path: '/dfo/3.0/channels/den%3A1' }]);
    dfo.play = json(403, '{"errors":[]}');
    expect(await codeOf(admin.channelAdmin.removeChannel(access(), 'den:1'))).toBe(
      'CONTACT_CENTRE_FORBIDDEN',
    );
  });
});

describe('the home of a tenant', () => {
  const homeOf = async (apiUrl: string, issuer: string) => {
    const { channelAdmin } = createAdmin({ apiUrl, issuer });
    const home = await channelAdmin.findHome();
    await channelAdmin.close();
    return home;
  };

  it('is its API, its issuer, and the domain of both', async () => {
    const issuer = 'https://cxone.niceincontact.com';
    expect(await homeOf('https://api-de-na1.niceincontact.com/dfo/3.0', issuer)).toEqual({
      apiOrigin: 'https://api-de-na1.niceincontact.com',
      pageOrigins: [issuer],
      pageDomains: ['niceincontact.com', 'nice-incontact.com'],
    });
    const other = await homeOf('https://app-de-na2.nicecxone-gov.com/dfo/3.0', issuer);
    expect(other.pageDomains).toEqual(['nicecxone-gov.com']);
  });

  it.each([
    'http://api-de-na1.niceincontact.com/dfo/3.0',
    'https://api-de-na1.com/dfo/3.0',
    'https://dfo.proxy.example/dfo/3.0',
    'http://127.0.0.1:9090/dfo/3.0',
  ])('%s says of no domain that it is all CXone’s', async (apiUrl) => {
    const home = await homeOf(apiUrl, 'https://cxone.niceincontact.com');
    expect(home).toMatchObject({ apiOrigin: new URL(apiUrl).origin, pageDomains: [] });
  });
});

describe('with the simulator', () => {
  let simulator: Simulator;
  let admin: ReturnType<typeof createAdmin>;

  beforeEach(async () => {
    simulator = await startQuietSimulator({
      actionUrl: 'http://127.0.0.1:9/integration/action',
      tenantId,
    });
    admin = createAdmin({ issuer: simulator.url });
  });
  afterEach(async () => {
    await admin.channelAdmin.close();
    await simulator.close();
  });

  /** Follows the console's link and gives the address that the browser is sent to. */
  async function openAction(): Promise<URL> {
    const answer = await fetch(`${simulator.url}/simulator/integration/action`, {
      redirect: 'manual',
    });
    return new URL(answer.headers.get('location') ?? '');
  }

  it('a link signs in once, and the admin keeps channels by it', async () => {
    const { channelAdmin } = admin;
    const url = await openAction();
    expect(url.href.split('?')[0]).toBe('http://127.0.0.1:9/integration/action');
    const of = (name: string) => url.searchParams.get(name) ?? '';
    expect(of('apiHost')).toBe((await channelAdmin.findHome()).apiOrigin);
    expect(of('backUrl')).toBe(`${simulator.url}/console/`);
    const link = {
      apiOrigin: of('apiHost'),
      brandId: Number(of('brandId')),
      userId: Number(of('userId')),
      token: of('token'),
    };
    const access = await channelAdmin.signIn(link);
    expect(await codeOf(channelAdmin.signIn(link))).toBe('CONTACT_CENTRE_UNAUTHORISED');

    expect(await channelAdmin.listChannels(access)).toEqual([]);
    await channelAdmin.putChannel(access, order);
    await channelAdmin.putChannel(access, { ...order, name: 'The New Den' });
    const { showsReplies: _showsReplies, ...listed } = order;
    expect(await channelAdmin.listChannels(access)).toEqual([{ ...listed, name: 'The New Den' }]);
    await channelAdmin.removeChannel(access, order.id);
    await channelAdmin.removeChannel(access, order.id);
    expect(await channelAdmin.listChannels(access)).toEqual([]);

    simulator.expireTokens();
    expect(await codeOf(channelAdmin.listChannels(access))).toBe('CONTACT_CENTRE_UNAUTHORISED');
  });
});
