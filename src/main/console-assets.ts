import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConsoleAssets } from '../simulators/cxone/routes/console.js';

const consoleFolder = fileURLToPath(new URL('../simulators/cxone/console/', import.meta.url));

/** Bundles the console's page from its sources; needs esbuild, so it is not for production. */
export async function buildConsole(folder: string = consoleFolder): Promise<ConsoleAssets> {
  const { build } = await import('esbuild');
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
    readFile(join(folder, 'console.css'), 'utf8'),
  ]);
  return { html, css, js: bundle.outputFiles[0]?.text ?? '' };
}

/**
 * Loads the console's page: as a production build left it beside the compiled code (`index.html`,
 * `console.css`, `console.js`), else bundled from its sources.
 */
export async function loadConsole(folder: string = consoleFolder): Promise<ConsoleAssets> {
  if (!existsSync(join(folder, 'console.js'))) return buildConsole(folder);
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  const [html, css, js] = await Promise.all([
    text('index.html'),
    text('console.css'),
    text('console.js'),
  ]);
  return { html, css, js };
}
