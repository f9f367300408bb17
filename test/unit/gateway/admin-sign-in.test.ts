import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../../src/domain/errors.js';
import { apiOrigin } from '../../support/fake-channel-admin.js';
import { backUrl, startAdmin } from './admin-fixture.js';

const places = ['action', 'reconnect', 'remove'];
const codeOf = ({ html }: { readonly html: string }) =>
  /<dt>Code<\/dt><dd><code>([^<]*)/.exec(html)?.[1];

describe('an admin page', () => {
  test.each(places)('%s is opened by a link once, and then by a session', async (place) => {
    const { browser, channelAdmin } = await startAdmin();
    const opened = await browser.open(place);
    expect(opened).toMatchObject({ status: 303, location: `/integration/${place}` });
    const page = await browser.get(`/integration/${place}`);
    expect(page.status).toBe(200);
    expect(page.html).toContain(`href="${backUrl.replace('&', '&amp;')}"`);
    expect(new Set(channelAdmin.calledOrigins)).toEqual(new Set([apiOrigin]));
  });

  test.each(places)('%s is shown to nobody else', async (place) => {
    const { browser, channelAdmin } = await startAdmin();
    const page = await browser.get(`/integration/${place}`);
    expect([page.status, codeOf(page)]).toEqual([403, 'ADMIN_SIGN_IN_NEEDED']);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.html).toContain(page.headers.get('x-request-id'));
    expect(channelAdmin.calledOrigins).toEqual([]);
  });

  test.each([
    ['without userId', { userId: undefined }],
    ['without brandId', { brandId: undefined }],
    ['without apiHost', { apiHost: undefined }],
    ['with an empty token', { token: '' }],
    ['with a brandId that is no number', { brandId: '1e3' }],
  ])('is not opened by a link %s', async (_, query) => {
    const { browser, channelAdmin } = await startAdmin();
    const page = await browser.open('action', query);
    expect([page.status, codeOf(page)]).toEqual([403, 'ADMIN_SIGN_IN_NEEDED']);
    expect(browser.cookies.size).toBe(0);
    expect(channelAdmin.calledOrigins).toEqual([]);
  });

  test.each([
    ['that was used', 'one-time-token-1'],
    ['that nobody gave', 'made-up'],
  ])('is not opened by a token %s', async (_, token) => {
    const { browser, newBrowser } = await startAdmin();
    expect((await browser.open()).status).toBe(303);
    const page = await newBrowser().open('action', { token });
    expect([page.status, codeOf(page)]).toEqual([403, 'ADMIN_SIGN_IN_REFUSED']);
    expect(page.headers.getSetCookie()).toEqual([]);
  });

  test('is not opened by a token of another admin', async () => {
    const { browser } = await startAdmin();
    const page = await browser.open('action', { userId: '7' });
    expect([page.status, codeOf(page)]).toEqual([403, 'ADMIN_SIGN_IN_REFUSED']);
  });

  test('is not opened by a link to a foreign API host, which is not called', async () => {
    const { browser, channelAdmin } = await startAdmin();
    const page = await browser.open('action', { apiHost: 'https://evil.example' });
    expect([page.status, codeOf(page)]).toEqual([403, 'API_HOST_FORBIDDEN']);
    expect(channelAdmin.calledOrigins).toEqual([]);
    expect(browser.cookies.size).toBe(0);
  });

  test('calls the listed API host that the link names', async () => {
    const { browser, channelAdmin } = await startAdmin({ adminApiHosts: ['listed.example:8443'] });
    await browser.open('action', { apiHost: 'https://listed.example:8443' });
    expect((await browser.get('/integration/action')).status).toBe(200);
    expect(new Set(channelAdmin.calledOrigins)).toEqual(new Set(['https://listed.example:8443']));
  });

  test('has no way back to an address that is not believed', async () => {
    const { browser } = await startAdmin();
    await browser.open('action', { backUrl: 'https://evil.example/' });
    const page = await browser.get('/integration/action');
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('evil.example');
    expect(page.text).toContain('close this page');
  });

  test('tells a program in JSON why it is not shown', async () => {
    const { browser } = await startAdmin();
    const answer = await browser.get('/integration/action', { accept: '*/*' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.parse(answer.html)).toMatchObject({ code: 'ADMIN_SIGN_IN_NEEDED', status: 403 });
  });

  test('runs no script, is in no frame, and sends its forms nowhere else', async () => {
    const { browser } = await startAdmin();
    const refused = await browser.get('/integration/action');
    await browser.open();
    for (const { headers } of [refused, await browser.get('/integration/action')]) {
      expect(headers.get('content-security-policy')?.split(';').toSorted()).toEqual([
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "style-src 'self'",
      ]);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  test('opens no more often than thirty times a minute for one address', async () => {
    const { browser } = await startAdmin({ clock: () => 1_000_000 });
    for (let count = 0; count < 30; count += 1) {
      expect((await browser.open()).status).toBe(303);
    }
    const page = await browser.open();
    expect([page.status, codeOf(page)]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a session', () => {
  test.each([
    ['https://chat.example', '__Host-isthmus-admin-0', true],
    ['http://localhost:8080', 'isthmus-admin-0', false],
  ])(
    'at %s is a cookie that scripts and other sites cannot use',
    async (publicUrl, name, isSecure) => {
      const { browser } = await startAdmin({ publicUrl });
      const [cookie = ''] = (await browser.open()).headers.getSetCookie();
      const attributes = cookie.split('; ').slice(1);
      expect(cookie.split('=')[0]).toBe(name);
      expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/']));
      expect(attributes).toContain('Max-Age=900');
      expect(attributes.includes('Secure')).toBe(isSecure);
    },
  );

  test('shows the access token to nobody', async () => {
    const { browser, channelAdmin, logLines } = await startAdmin();
    const opened = await browser.open();
    const page = await browser.get('/integration/action');
    const cookies = [...browser.cookies.values()];
    const decoded = cookies.flatMap((value) =>
      value.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1')),
    );
    const seen = [page.html, opened.location, ...logLines, ...cookies, ...decoded].join('\n');
    expect(logLines.join('')).toContain('admin signed in');
    expect(seen).not.toContain(channelAdmin.accessToken);
    expect(seen).not.toContain('one-time-token');
  });

  test('holds an access token that is longer than one cookie', async () => {
    const { browser, newBrowser, channelAdmin } = await startAdmin();
    channelAdmin.accessToken = 'long'.repeat(2_000);
    await browser.open();
    expect(browser.cookies.size).toBeGreaterThan(1);
    expect((await browser.get('/integration/action')).status).toBe(200);
    channelAdmin.accessToken = 'short';
    await browser.open();
    expect(browser.cookies.size).toBe(1);
    expect((await browser.get('/integration/action')).status).toBe(200);

    channelAdmin.accessToken = 'x'.repeat(12_000);
    const other = newBrowser();
    expect((await other.open()).status).toBe(403);
    expect(other.cookies.size).toBe(0);
  });

  test('ends after a quarter of an hour', async () => {
    let nowMs = 1_000_000_000;
    const { browser } = await startAdmin({ clock: () => nowMs });
    await browser.open();
    nowMs += 14 * 60_000;
    expect((await browser.get('/integration/action')).status).toBe(200);
    nowMs += 2 * 60_000;
    expect(codeOf(await browser.get('/integration/action'))).toBe('ADMIN_SIGN_IN_NEEDED');
  });

  test('ends when the contact centre takes its access token no more', async () => {
    const { browser, channelAdmin } = await startAdmin();
    await browser.open();
    channelAdmin.accessTokens.clear();
    const page = await browser.get('/integration/action');
    expect([page.status, codeOf(page)]).toEqual([403, 'ADMIN_SIGN_IN_NEEDED']);
    expect(browser.cookies.size).toBe(0);
  });

  test.each([
    ['changed', (value: string) => `${value.slice(0, -4)}AAAA`],
    ['cut short', (value: string) => value.slice(0, -8)],
    ['made up', () => 'x.y.z'],
  ])('that was %s is none', async (_, change) => {
    const { browser } = await startAdmin();
    await browser.open();
    for (const [name, value] of browser.cookies) browser.cookies.set(name, change(value));
    expect(codeOf(await browser.get('/integration/action'))).toBe('ADMIN_SIGN_IN_NEEDED');
  });

  test('is good at every gateway that has the key, below whatever path', async () => {
    const first = await startAdmin();
    await first.browser.open();
    const second = await startAdmin({ publicUrl: 'http://localhost:8080/chat' });
    second.channelAdmin.accessTokens.add(first.channelAdmin.accessToken);
    for (const [name, value] of first.browser.cookies) second.browser.cookies.set(name, value);
    const page = await second.browser.get('/integration/action');
    expect(page.status).toBe(200);
    expect(page.html).toContain('href="/chat/admin.css"');
    expect(page.html).toContain('action="/chat/integration/action"');
  });
});

describe('a contact centre', () => {
  test.each([
    ['that cannot be reached', 'CONTACT_CENTRE_UNREACHABLE', 'nothing was changed'],
    ['that gives no clear answer', 'CONTACT_CENTRE_SILENT', 'may have been done or not'],
    ['that answers nonsense', 'CONTACT_CENTRE_UNINTELLIGIBLE', 'may have been done or not'],
  ] as const)('%s is told of, without its own words', async (_, code, words) => {
    const { browser, channelAdmin } = await startAdmin();
    const failure = () => channelAdmin.failures.push(new RemoteError(code, 'said of the inside'));
    failure();
    const opened = await browser.open();
    await browser.open();
    failure();
    const listed = await browser.get('/integration/action');
    for (const page of [opened, listed]) {
      expect([page.status, codeOf(page)]).toEqual([502, code]);
      expect(page.text).toContain(words);
      expect(page.html).not.toContain('inside');
    }
    expect((await browser.get('/integration/action')).status).toBe(200);
  });

  test('whose home is not known is a failure, not a refusal', async () => {
    const { browser, channelAdmin } = await startAdmin();
    channelAdmin.findHome = () =>
      Promise.reject(new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'discovery failed'));
    const page = await browser.open();
    expect([page.status, codeOf(page)]).toEqual([502, 'CONTACT_CENTRE_UNREACHABLE']);
  });
});
