import { describe, expect, test } from 'vitest';
import { createTrustedHosts } from '../../../src/gateway/admin/trusted-hosts.js';
import type { ContactCentreHome } from '../../../src/ports/channel-admin.js';

const home: ContactCentreHome = {
  apiOrigin: 'https://api-de-na1.example.com',
  pageOrigins: ['https://sign-in.example.net'],
  pageDomains: ['example.com'],
};
const standIn: ContactCentreHome = {
  apiOrigin: 'http://127.0.0.1:9090',
  pageOrigins: ['http://127.0.0.1:9090'],
  pageDomains: [],
};
const hosts = createTrustedHosts(home, ['listed.example', 'other.example:8443']);
const standInHosts = createTrustedHosts(standIn, ['localhost:9091']);

describe('an API host', () => {
  test.each([
    ['https://api-de-na1.example.com', 'https://api-de-na1.example.com'],
    ['https://API-DE-NA1.example.com:443/', 'https://api-de-na1.example.com'],
    ['api-de-na1.example.com', 'https://api-de-na1.example.com'],
    ['https://listed.example', 'https://listed.example'],
    ['other.example:8443', 'https://other.example:8443'],
  ])('%s is believed', (raw, origin) => {
    expect(hosts.readApiHost(raw)).toBe(origin);
  });

  test.each([
    'http://api-de-na1.example.com',
    'https://api-de-na1.example.com:8443',
    'https://api-de-na1.example.com@evil.example',
    'https://user:word@api-de-na1.example.com',
    'https://evil.example/api-de-na1.example.com',
    'https://evil.example\\.api-de-na1.example.com',
    'https://api-de-na1.example.com.evil.example',
    'https://api-de-na1.example.com/elsewhere',
    'https://api-de-na1.example.com?x=1',
    'https://app-de-na1.example.com',
    'https://sign-in.example.net',
    'https://other.example',
    'http://listed.example',
    'ftp://listed.example',
    'javascript://listed.example/%0aalert(1)',
    '169.254.169.254',
    '//evil.example',
    '',
    ' ',
  ])('"%s" is not', (raw) => {
    expect(hosts.readApiHost(raw)).toBeUndefined();
  });

  test('of a stand-in on plain HTTP is believed as it is', () => {
    expect(standInHosts.readApiHost('http://127.0.0.1:9090')).toBe('http://127.0.0.1:9090');
    expect(standInHosts.readApiHost('127.0.0.1:9090')).toBe('http://127.0.0.1:9090');
    expect(standInHosts.readApiHost('http://localhost:9091')).toBe('http://localhost:9091');
    expect(standInHosts.readApiHost('http://127.0.0.1:9091')).toBeUndefined();
  });
});

describe('an address to go back to', () => {
  test.each([
    'https://api-de-na1.example.com/',
    'https://app-de-na1.example.com/a/b?c=d#e',
    'https://sign-in.example.net/x',
    'https://listed.example/',
    'https://other.example:8443/x',
  ])('%s is believed as it is', (raw) => {
    expect(hosts.readBackUrl(raw)).toBe(raw);
  });

  test.each([
    'http://app-de-na1.example.com/',
    'https://app-de-na1.example.com:8443/',
    'https://example.com.evil.example/',
    'https://evilexample.com/',
    'https://example.com/',
    'https://app.example.com@evil.example/',
    'https://user@app.example.com/',
    'https://listed.example.evil.example/',
    'https://a.listed.example/',
    'javascript:alert(1)//.example.com',
    'data:text/html,x',
    '//evil.example/',
    '/integration/action',
    'app.example.com',
    '',
  ])('"%s" is not', (raw) => {
    expect(hosts.readBackUrl(raw)).toBeUndefined();
  });

  test('may be on plain HTTP where the contact centre itself is', () => {
    const raw = 'http://127.0.0.1:9090/console/';
    expect(standInHosts.readBackUrl(raw)).toBe(raw);
    expect(standInHosts.readBackUrl('http://127.0.0.1:8080/')).toBeUndefined();
  });
});
