/** Writes the stand-ins' pages beside their compiled code, for programs without their sources. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPage, pages } from '../src/main/page-assets.js';

for (const page of ['console', 'platform'] as const) {
  const { folder, name } = pages[page];
  const path = join(import.meta.dirname, '../dist/src', folder);
  const { html, css, js } = await buildPage(page);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'index.html'), html);
  await writeFile(join(path, `${name}.css`), css);
  await writeFile(join(path, `${name}.js`), js);
  console.info(`dist/src/${folder}: ${js.length} characters`);
}
