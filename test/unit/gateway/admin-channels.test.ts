import { describe, expect, test } from 'vitest';
import type { Capability } from '../../../src/domain/capabilities.js';
import { RemoteError } from '../../../src/domain/errors.js';
import type { ListedChannel } from '../../../src/ports/channel-admin.js';
import { type AdminGateway, integrationId, startAdmin } from './admin-fixture.js';
import { anonymousChannel, identifiedChannel, widgetChannel } from './gateway-fixture.js';
import { platformChannel, telegraph, telegraphSecret } from './platform-fixture.js';

const options = { canAgentsBegin: true, canAgentsSendFiles: true };
const hole = { ...widgetChannel(anonymousChannel), name: 'The Watering Hole' };
const den = { ...widgetChannel(identifiedChannel), name: 'The Den' };
const listed = (id: string, more: Partial<ListedChannel> = {}): ListedChannel => ({
  id,
  name: id,
  integrationId,
  options,
  ...more,
});

/** Starts a gateway with two channels, and lets an admin in. */
async function enter(
  present: readonly ListedChannel[] = [],
  more: Parameters<typeof startAdmin>[0] = {},
): Promise<AdminGateway> {
  const gateway = await startAdmin({ channels: [hole, den], ...more });
  for (const channel of present) gateway.channelAdmin.channels.set(channel.id, channel);
  await gateway.browser.open();
  return gateway;
}

/** Gives the part of a page that is about one channel. */
function itemOf(html: string, id: string): string {
  return html.split('<li class="channel">').find((item) => item.includes(`>${id}</code>`)) ?? '';
}

const create = (gateway: AdminGateway, fields: Record<string, string>) =>
  gateway.browser.post('/integration/action', fields);

describe('the list', () => {
  test('says of each channel where it is, and offers what can be done', async () => {
    const { browser } = await enter([
      listed('watering-hole', { name: 'Old Hole' }),
      listed('stray-one'),
      listed('elsewhere', { integrationId: 'another' }),
    ]);
    const { html, text } = await browser.get('/integration/action');
    expect(itemOf(html, 'watering-hole')).toContain('In the contact centre');
    expect(itemOf(html, 'watering-hole')).toContain('Reconnect');
    expect(itemOf(html, 'watering-hole')).toContain('“Old Hole”');
    expect(itemOf(html, 'den')).toContain('Not created yet');
    expect(itemOf(html, 'den')).toContain('Create');
    expect(itemOf(html, 'den')).not.toContain('Remove');
    expect(itemOf(html, 'stray-one')).toContain('Unknown to this gateway');
    expect(itemOf(html, 'stray-one')).not.toContain('<form');
    expect(itemOf(html, 'stray-one')).toContain('Remove');
    expect(text).not.toContain('elsewhere');
  });

  test("leaves alone what another integration has under a channel's id", async () => {
    const gateway = await enter([listed('den', { integrationId: 'another', name: 'Theirs' })]);
    const item = itemOf((await gateway.browser.get('/integration/action')).html, 'den');
    expect(item).toContain('Another integration’s');
    expect(item).not.toMatch(/<form|Remove…/);
    const form = await gateway.browser.formKey();
    for (const place of ['action', 'reconnect', 'remove']) {
      await gateway.browser.post(`/integration/${place}`, { form, channel: 'den' });
    }
    expect(gateway.channelAdmin.channels.get('den')).toMatchObject({ name: 'Theirs' });
  });

  test('writes names as text, whoever made them up', async () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const { browser } = await enter([listed('s"><script>', { name: evil })], {
      channels: [{ ...hole, name: evil }],
    });
    for (const path of ['/integration/action', '/integration/remove', '/integration/reconnect']) {
      const { html } = await browser.get(path);
      expect(html).not.toContain('<img');
      expect(html).not.toContain('<script');
    }
    const { html } = await browser.get('/integration/action');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
    const link = /href="([^"]*channel=s[^"]*)"/.exec(html)?.[1] ?? '';
    expect((await browser.get(link)).text).toContain('Remove &lt;img');
  });

  test('is about channels that can be meant at the other two places', async () => {
    const { browser } = await enter([listed('watering-hole'), listed('stray-one')]);
    const reconnect = (await browser.get('/integration/reconnect')).html;
    expect(itemOf(reconnect, 'watering-hole')).toContain('Reconnect');
    expect([itemOf(reconnect, 'den'), itemOf(reconnect, 'stray-one')]).toEqual(['', '']);
    const remove = (await browser.get('/integration/remove')).html;
    expect(itemOf(remove, 'watering-hole')).not.toContain('<form');
    expect(itemOf(remove, 'stray-one')).toContain('Remove');
    expect(itemOf(remove, 'den')).toBe('');
  });
});

describe('a channel', () => {
  test('is created under the integration, with the name of the channels file', async () => {
    const gateway = await enter();
    const form = await gateway.browser.formKey();
    const done = await create(gateway, {
      form,
      channel: 'den',
      agentsBegin: 'on',
      name: 'Not this',
    });
    expect(done).toMatchObject({
      status: 303,
      location: '/integration/action?done=created&channel=den',
    });
    expect([...gateway.channelAdmin.channels.values()]).toEqual([
      {
        id: 'den',
        name: 'The Den',
        integrationId,
        options: { canAgentsBegin: true, canAgentsSendFiles: false },
        showsReplies: true,
      },
    ]);
    expect((await gateway.browser.get(done.location ?? '')).text).toContain('The Den was created');
    const changes = gateway.logLines.filter((line) => line.includes('admin changed a channel'));
    expect(changes.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { channelId: 'den', deed: 'created', userId: 11_002 },
    ]);
  });

  test('that is there already is not created again', async () => {
    const kept = listed('den', { name: 'Kept' });
    const gateway = await enter([kept]);
    const form = await gateway.browser.formKey();
    expect((await create(gateway, { form, channel: 'den' })).status).toBe(303);
    expect(gateway.channelAdmin.channels.get('den')).toBe(kept);
  });

  test.each([
    ['the integration has and the gateway does not know', 'stray-one'],
    ['nobody has', 'nowhere'],
  ])('that %s is not created', async (_, channel) => {
    const gateway = await enter([listed('stray-one')]);
    const form = await gateway.browser.formKey();
    await create(gateway, { form, channel });
    expect([...gateway.channelAdmin.channels.keys()]).toEqual(['stray-one']);
  });

  test('is created with what it can show, where the admin leaves the form as it is', async () => {
    const { adapter, ...others } = platformChannel(telegraph, telegraphSecret);
    const showing = (...shows: Capability[]) => ({ ...others, adapter: { ...adapter, shows } });
    const gateway = await enter([], { channels: [hole, showing('quick-replies')] });
    const { browser, channels, channelAdmin } = gateway;
    const isTicked = async (id: string) =>
      itemOf((await browser.get('/integration/action')).html, id).includes(
        'name="agentsSendFiles" checked',
      );
    expect(await isTicked('watering-hole')).toBe(true);
    expect(await isTicked(telegraph)).toBe(false);
    channels.set(telegraph, showing('attachments'));
    expect(await isTicked(telegraph)).toBe(true);

    // What the admin ticks wins; for replies there is no tick.
    channels.set(telegraph, showing('replies'));
    const form = await browser.formKey();
    await create(gateway, { form, channel: telegraph, agentsSendFiles: 'on' });
    expect(channelAdmin.channels.get(telegraph)).toMatchObject({
      options: { canAgentsBegin: false, canAgentsSendFiles: true },
      showsReplies: true,
    });
    channels.set(telegraph, showing());
    await browser.post('/integration/reconnect', { form, channel: telegraph });
    expect(channelAdmin.channels.get(telegraph)).toMatchObject({ showsReplies: false });
  });

  test('is reconnected with its settings as they are, unless they are changed', async () => {
    const shy = { canAgentsBegin: false, canAgentsSendFiles: true };
    const gateway = await enter([listed('den', { name: 'Old Den', options: shy })]);
    const { html } = await gateway.browser.get('/integration/reconnect');
    expect(itemOf(html, 'den')).toMatch(/name="agentsSendFiles" checked/);
    expect(itemOf(html, 'den')).not.toMatch(/name="agentsBegin" checked/);
    const form = await gateway.browser.formKey();
    const fields = { form, channel: 'den', agentsBegin: 'on' };
    const done = await gateway.browser.post('/integration/reconnect', fields);
    expect(gateway.channelAdmin.channels.get('den')).toEqual({
      id: 'den',
      name: 'The Den',
      integrationId,
      options: { canAgentsBegin: true, canAgentsSendFiles: false },
      showsReplies: true,
    });
    expect((await gateway.browser.get(done.location ?? '')).text).toContain('The Den was written');
  });

  test('is removed only after a question', async () => {
    const gateway = await enter([listed('den'), listed('stray-one')]);
    const { browser, channelAdmin } = gateway;
    for (const channel of ['den', 'stray-one']) {
      const question = await browser.get(`/integration/remove?channel=${channel}`);
      expect(question.html).toMatch(/<h1>Remove (The Den|stray-one)\?<\/h1>/);
    }
    expect([...channelAdmin.channels.keys()]).toEqual(['den', 'stray-one']);
    const form = await browser.formKey();
    const done = await browser.post('/integration/remove', { form, channel: 'den' });
    expect((await browser.get(done.location ?? '')).text).toContain('The Den was removed');
    const again = await browser.post('/integration/remove', { form, channel: 'stray-one' });
    expect(again.status).toBe(303);
    expect([...channelAdmin.channels.keys()]).toEqual([]);
    expect((await browser.post('/integration/remove', { form, channel: 'den' })).status).toBe(303);
    const gone = await browser.post('/integration/remove', { form, channel: 'stray-one' });
    expect(gone).toMatchObject({ status: 303, location: '/integration/action' });
  });

  test('that was perhaps created is found to be there, and left as it is', async () => {
    const gateway = await enter();
    const { channelAdmin } = gateway;
    const form = await gateway.browser.formKey();
    channelAdmin.putChannel = async (_access, order) => {
      channelAdmin.channels.set(order.id, order);
      throw new RemoteError('CONTACT_CENTRE_SILENT', 'no answer');
    };
    expect((await create(gateway, { form, channel: 'den' })).status).toBe(502);
    expect((await create(gateway, { form, channel: 'den' })).status).toBe(303);
    expect(channelAdmin.channels.has('den')).toBe(true);
  });

  test.each(['created', 'reconnected', 'removed'])(
    'is not said to be %s by an address alone',
    async (done) => {
      const present = done === 'removed' ? [listed('den')] : [];
      const { browser } = await enter(present);
      const { html } = await browser.get(`/integration/action?done=${done}&channel=den`);
      expect(html).not.toContain('role="status"');
    },
  );
});

describe('without the id of its integration a gateway', () => {
  const enterUnknown = (...present: ListedChannel[]) =>
    enter(present, { isIntegrationKnown: false });

  test('creates nothing, and says why', async () => {
    const gateway = await enterUnknown(listed('den'));
    const { html, text } = await gateway.browser.get('/integration/action');
    expect(text).toContain('This gateway does not know its integration');
    expect(html).not.toContain('<form');
    const question = await gateway.browser.get('/integration/remove?channel=den');
    const form = /name="form" value="([^"]+)"/.exec(question.html)?.[1] ?? '';
    expect((await create(gateway, { form, channel: 'watering-hole' })).status).toBe(404);
    expect([...gateway.channelAdmin.channels.keys()]).toEqual(['den']);
  });

  test('still removes its own channels, and no other', async () => {
    const gateway = await enterUnknown(listed('den'), listed('stray-one'));
    const question = await gateway.browser.get('/integration/remove?channel=den');
    const form = /name="form" value="([^"]+)"/.exec(question.html)?.[1] ?? '';
    for (const channel of ['den', 'stray-one']) {
      await gateway.browser.post('/integration/remove', { form, channel });
    }
    expect([...gateway.channelAdmin.channels.keys()]).toEqual(['stray-one']);
  });
});

describe('a form', () => {
  test.each(['action', 'reconnect', 'remove'])(
    'for %s that no page of the session showed changes nothing',
    async (place) => {
      const gateway = await enter([listed('den')]);
      const other = gateway.newBrowser();
      await other.open();
      for (const form of [undefined, '', 'x', await other.formKey()]) {
        const fields = { channel: place === 'action' ? 'watering-hole' : 'den' };
        const page = await gateway.browser.post(
          `/integration/${place}`,
          form === undefined ? fields : { ...fields, form },
        );
        expect(page.status).toBe(403);
        expect(page.html).toContain('FORM_FORBIDDEN');
      }
      expect([...gateway.channelAdmin.channels.values()]).toEqual([listed('den')]);
    },
  );

  test('without a session changes nothing, whatever it carries', async () => {
    const gateway = await enter([listed('den')]);
    const form = await gateway.browser.formKey();
    const page = await gateway.newBrowser().post('/integration/remove', { form, channel: 'den' });
    expect(page.status).toBe(403);
    expect(gateway.channelAdmin.channels.has('den')).toBe(true);
  });

  test('that is no form, or too large, is refused', async () => {
    const gateway = await enter();
    const { url, browser } = gateway;
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const send = (body: string, type: string) =>
      fetch(`${url}/integration/action`, {
        method: 'POST',
        headers: { cookie, 'content-type': type },
        body,
      });
    expect((await send('{}', 'application/json')).status).toBe(400);
    const large = await send('a'.repeat(17 * 1024), 'application/x-www-form-urlencoded');
    expect(large.status).toBe(413);
  });
});
