/** Writes the browser's files to dist/browser, for a program that runs without its sources. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBrowserAssets, toAssetName } from '../src/main/browser-assets.js';

const folder = join(import.meta.dirname, '../dist/browser');

await mkdir(folder, { recursive: true });
for (const [path, { body }] of await buildBrowserAssets()) {
  const name = toAssetName(path);
  await writeFile(join(folder, name), body);
  console.log(`dist/browser/${name} ${body.length}`);
}
