/** The files that the gateway serves to browsers: the chat widget, its demo page, what other pages need. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, sep } from 'node:path';
import type { Plugin, transform } from 'esbuild';

/** One file as it goes over the wire. */
export interface BrowserAsset {
  readonly body: Buffer;
  readonly contentType: string;
}

/** The assets by their path on the gateway. */
export type BrowserAssets = ReadonlyMap<string, BrowserAsset>;

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

const widgetFolder = join(import.meta.dirname, '../widget');
const readerFolder = '../gateway/api/reader';

/** The pages, by their path. */
const pages: Readonly<Record<string, string>> = { '/': 'index.html', '/docs': 'docs.html' };

/** A script or style sheet is bundled from its source; what is not listed in `bundles` is copied. */
const bundles: Readonly<Record<string, string>> = {
  'widget.js': 'widget.ts',
  'demo.js': 'demo/demo.ts',
  'demo.css': 'demo/demo.css',
  'admin.css': '../gateway/admin/admin.css',
  'docs.js': `${readerFolder}/docs.ts`,
  'docs.css': `${readerFolder}/docs.css`,
};
const copies: Readonly<Record<string, string>> = {
  'index.html': 'demo/index.html',
  'favicon.svg': 'demo/favicon.svg',
  'savanna.svg': 'demo/savanna.svg',
  'docs.html': `${readerFolder}/docs.html`,
};
/** Files of a package, which are served as they are. */
const packaged: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'swagger-ui-dist/swagger-ui.css',
  'swagger-ui-bundle.js': 'swagger-ui-dist/swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt': 'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt',
};

/** The names of the files that a built folder holds. */
const browserAssetNames: readonly string[] = [copies, packaged, bundles].flatMap(Object.keys);

/** Gives the name of the file that is served at a path. */
export function toAssetName(path: string): string {
  return pages[path] ?? path.slice(1);
}

function toAssetPath(name: string): string {
  return Object.keys(pages).find((path) => pages[path] === name) ?? `/${name}`;
}

/**
 * Returns what browsers get: read from the built folder when the program runs from one, else bundled
 * now from the sources. Throws when a file is missing or does not compile.
 */
export async function buildBrowserAssets(): Promise<BrowserAssets> {
  const built = builtFolder();
  const files = built === undefined ? await bundleFiles() : await readFiles(built);
  return new Map(
    files.map(({ name, body }) => [
      toAssetPath(name),
      { body, contentType: contentTypes[extname(name)] ?? 'application/octet-stream' },
    ]),
  );
}

interface NamedFile {
  readonly name: string;
  readonly body: Buffer;
}

/** A compiled program lies in dist/src/main, and its browser files in dist/browser. */
function builtFolder(): string | undefined {
  const root = join(import.meta.dirname, '../..');
  const folder = join(root, 'browser');
  return basename(root) === 'dist' && existsSync(folder) ? folder : undefined;
}

function readFiles(folder: string): Promise<NamedFile[]> {
  return Promise.all(
    browserAssetNames.map(async (name) => ({ name, body: await readFile(join(folder, name)) })),
  );
}

async function bundleFiles(): Promise<NamedFile[]> {
  const copied = Object.entries(copies).map(async ([name, source]) => ({
    name,
    body: await readFile(join(widgetFolder, source)),
  }));
  const { resolve } = createRequire(import.meta.url);
  const fromPackages = Object.entries(packaged).map(async ([name, file]) => ({
    name,
    body: await readFile(resolve(file)),
  }));
  const bundled = Object.entries(bundles).map(async ([name, source]) => ({
    name,
    body: await bundle(join(widgetFolder, source)),
  }));
  return Promise.all([...copied, ...fromPackages, ...bundled]);
}

async function bundle(entry: string): Promise<Buffer> {
  // Only a program that runs from its sources needs the bundler; a built one need not have it.
  const esbuild = await import('esbuild');
  const result = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    sourcemap: false,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    plugins: entry.endsWith('.ts') ? [cssAsText(esbuild.transform)] : [],
  });
  const [output] = result.outputFiles;
  if (output === undefined) {
    throw new Error(`Bundling ${entry.split(sep).join('/')} gave no file`);
  }
  return Buffer.from(output.contents);
}

/** Lets a script import a style sheet as its minified text. */
function cssAsText(minify: typeof transform): Plugin {
  return {
    name: 'css-as-text',
    setup: (build) => {
      build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const { code } = await minify(source, { loader: 'css', minify: true });
        return { contents: code.trim(), loader: 'text', resolveDir: dirname(path) };
      });
    },
  };
}
