import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A stand-in's finished page, as text. */
export interface PageAssets {
  readonly html: string;
  readonly css: string;
  readonly js: string;
}

/** Where each stand-in keeps its page, and what the page's style and script are called. */
export const pages = {
  console: { folder: 'simulators/cxone/console', name: 'console' },
  platform: { folder: 'simulators/platform/page', name: 'page' },
} as const;

function folderOf(page: keyof typeof pages): string {
  return fileURLToPath(new URL(`../${pages[page].folder}/`, import.meta.url));
}

/** Bundles a page from its sources; needs esbuild, so it is not for production. */
export async function buildPage(page: keyof typeof pages): Promise<PageAssets> {
  const { build } = await import('esbuild');
  const folder = folderOf(page);
  const [bundle, html, css] = await Promise.all([
    build({
      entryPoints: [join(folder, 'main.ts')],
      bundle: true,
      format: 'esm',
      target: 'es2022',
      write: false,
      legalComments: 'none',
    }),
    readFile(join(folder, 'index.html'), 'utf8'),
    readFile(join(folder, `${pages[page].name}.css`), 'utf8'),
  ]);
  return { html, css, js: bundle.outputFiles[0]?.text ?? '' };
}

/**
 * Loads a page: as a production build left it beside the compiled code (`index.html`, its style,
 * its script), else bundled from its sources.
 */
export async function loadPage(page: keyof typeof pages): Promise<PageAssets> {
  const folder = folderOf(page);
  const { name } = pages[page];
  if (!existsSync(join(folder, `${name}.js`))) return buildPage(page);
  const text = (file: string) => readFile(join(folder, file), 'utf8');
  const [html, css, js] = await Promise.all([
    text('index.html'),
    text(`${name}.css`),
    text(`${name}.js`),
  ]);
  return { html, css, js };
}
