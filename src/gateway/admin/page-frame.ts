/** @module What every admin page has: its frame, its headers, its addresses. */
import type { Response } from 'express';
import { type Html, html } from './html.js';

/** The pages that the contact centre opens (cxone.md 1.1). */
export const adminPlaces = ['action', 'reconnect', 'remove'] as const;
export type AdminPlace = (typeof adminPlaces)[number];

/** The addresses of the admin pages below whatever path the gateway has in public. */
export interface AdminPaths {
  of(place: AdminPlace, query?: Readonly<Record<string, string>>): string;
  file(name: string): string;
}

/** Makes the addresses; browsers find them without knowing the gateway's host. */
export function createAdminPaths(publicUrl: string): AdminPaths {
  const base = new URL(publicUrl).pathname.replace(/\/$/, '');
  return {
    of(place, query = {}) {
      const search = new URLSearchParams(query).toString();
      return `${base}/integration/${place}${search === '' ? '' : `?${search}`}`;
    },
    file: (name) => `${base}/${name}`,
  };
}

/** The pages have forms and no scripts. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';');

/** Sends a page with a status. */
export function sendPage(
  res: Response,
  paths: AdminPaths,
  page: { readonly status: number; readonly title: string; readonly content: Html },
): void {
  res.set('Content-Security-Policy', contentSecurityPolicy);
  const document = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${page.title} · Isthmus</title>
    <link rel="icon" href="${paths.file('favicon.svg')}" type="image/svg+xml" />
    <link rel="stylesheet" href="${paths.file('admin.css')}" />
  </head>
  <body>
    <header class="banner"><p>Isthmus</p></header>
    <main>
      <h1>${page.title}</h1>
      ${page.content}
    </main>
  </body>
</html>
`;
  res.status(page.status).type('html').send(document.text);
}
