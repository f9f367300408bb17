/** A gateway with admin pages, and a browser of an admin that keeps cookies and runs nothing. */
import { apiOrigin } from '../../support/fake-channel-admin.js';
import {
  expectDescribed,
  startGateway,
  type TestGateway,
  type TestGatewayOptions,
} from './gateway-fixture.js';

export const integrationId = '5d3b3e0c-9a57-4a31-8a2e-0c6d1f1f7a10';
export const admin = { brandId: 1001, userId: 11_002 };
export const backUrl = 'https://app-de-na1.example.com/settings?tab=channels&new=1';

/** What a page shows to people, and what a program finds in it. */
export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Its text, without markup and runs of white space. */
  readonly text: string;
  /** The address that it sends on to. */
  readonly location: string | null;
}

export interface AdminBrowser {
  readonly cookies: Map<string, string>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Page>;
  /** Follows a link of the contact centre with a token that was not used yet. */
  open(place?: string, query?: Readonly<Record<string, string | undefined>>): Promise<Page>;
  /** Gives the key that the forms of the session's pages carry. */
  formKey(): Promise<string>;
}

export interface AdminGateway extends TestGateway {
  readonly browser: AdminBrowser;
  /** A browser without cookies. */
  readonly newBrowser: () => AdminBrowser;
}

const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/** Starts a gateway that knows its integration, unless told otherwise. */
export async function startAdmin(
  options: TestGatewayOptions & { readonly isIntegrationKnown?: boolean } = {},
): Promise<AdminGateway> {
  const { isIntegrationKnown = true, ...others } = options;
  const gateway = await startGateway({
    ...others,
    ...(isIntegrationKnown ? { integrationId } : {}),
  });
  let tokens = 0;

  function newBrowser(): AdminBrowser {
    const cookies = new Map<string, string>();

    async function request(
      path: string,
      init: { readonly method?: string; readonly body?: URLSearchParams },
      ownHeaders: Readonly<Record<string, string>> = {},
    ): Promise<Page> {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { accept, ...(cookie === '' ? {} : { cookie }), ...ownHeaders };
      const answer = await fetch(`${gateway.url}${path}`, { ...init, headers, redirect: 'manual' });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      const html = await answer.text();
      expectDescribed({
        method: init.method ?? 'GET',
        url: `${gateway.url}${path}`,
        status: answer.status,
        contentType: answer.headers.get('content-type') ?? '',
        text: html,
      });
      const text = html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
      const { status } = answer;
      return {
        status,
        headers: answer.headers,
        html,
        text,
        location: answer.headers.get('location'),
      };
    }

    const browser: AdminBrowser = {
      cookies,
      get: (path, headers) => request(path, {}, headers),
      post: (path, fields) => request(path, { method: 'POST', body: new URLSearchParams(fields) }),
      open(place = 'action', query = {}) {
        tokens += 1;
        const token = `one-time-token-${tokens}`;
        gateway.channelAdmin.unusedTokens.set(token, admin);
        const all = {
          userId: String(admin.userId),
          brandId: String(admin.brandId),
          token,
          apiHost: apiOrigin,
          backUrl,
          ...query,
        };
        const given = Object.entries(all).filter(
          (pair): pair is [string, string] => pair[1] !== undefined,
        );
        return browser.get(`/integration/${place}?${new URLSearchParams(given).toString()}`);
      },
      async formKey() {
        const { html } = await browser.get('/integration/action');
        return /name="form" value="([^"]+)"/.exec(html)?.[1] ?? '';
      },
    };
    return browser;
  }

  return { ...gateway, browser: newBrowser(), newBrowser };
}
