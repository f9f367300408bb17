import { expect, test } from 'vitest';
import { parseExternalMessageId } from '../../../../src/domain/ids.js';
import { createAttachmentLinks } from '../../../../src/gateway/attachments/attachment-links.js';
import { refOf } from '../gateway-fixture.js';

const publicUrl = 'https://chat.example';
const links = createAttachmentLinks({ key: 'k'.repeat(32), publicUrl });
const file = {
  ref: refOf('t-1'),
  url: 'https://files.example/7?s=1',
  name: 'Löwe.png',
  mimeType: 'image/png',
  messageId: parseExternalMessageId('watering-hole~t-1~m-1'),
} as const;
const withMessage = (({ messageId, ...rest }) =>
  messageId === undefined ? rest : { ...rest, messageId })(file);
const bare = { ref: file.ref, url: file.url, name: file.name };

test.each([
  ['all that there is', withMessage],
  ['only what must be', bare],
])('an address gives back what it was made of: %s', (_, made) => {
  const url = links.toUrl(made);
  expect(url).toMatch(/^https:\/\/chat\.example\/v1\/attachments\/[\w-]+\.[\w-]+$/);
  expect(links.fromUrl(url)).toEqual(made);
  expect(links.isOurs(url)).toBe(true);
});

test('an address is the same each time, and at each gateway that has the key', () => {
  const other = createAttachmentLinks({ key: 'k'.repeat(32), publicUrl });
  expect(other.toUrl(bare)).toBe(links.toUrl(bare));
});

test('no address passes that was changed, or signed by another key', () => {
  const url = links.toUrl(bare);
  const [claims = '', signature = ''] = url.slice(`${publicUrl}/v1/attachments/`.length).split('.');
  const forgedClaims = Buffer.from(
    JSON.stringify(['watering-hole', 't-1', '', 'a', '', 'https://elsewhere.example/']),
  ).toString('base64url');
  const stranger = createAttachmentLinks({ key: 's'.repeat(32), publicUrl });
  const tokens = [
    `${forgedClaims}.${signature}`,
    `${claims}.${signature.slice(0, -1)}`,
    `${claims}.${signature}.`,
    `${claims}.`,
    claims,
    '',
    new URL(stranger.toUrl(bare)).pathname.split('/').at(-1) ?? '',
  ];
  for (const token of tokens) expect(links.fromToken(token)).toBeUndefined();
  for (let at = 0; at < signature.length; at += 1) {
    const changed = signature.slice(0, at) + (signature[at] === 'A' ? 'B' : 'A');
    expect(links.fromToken(`${claims}.${changed}${signature.slice(at + 1)}`)).toBeUndefined();
  }
});

test('an address that is too long for the servers on its way stays what it is', () => {
  const url = `https://files.example/${'x'.repeat(4_096)}`;
  expect(links.toUrl({ ...bare, url })).toBe(url);
});

test('an address elsewhere is none of ours', () => {
  const url = links.toUrl(bare).replace('chat.example', 'chat.example.evil');
  expect(links.isOurs(url)).toBe(false);
  expect(links.fromUrl(url)).toBeUndefined();
});
