/** Writes the agent's console beside the compiled simulator, for a program without its sources. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildConsole } from '../src/main/console-assets.js';

const folder = join(import.meta.dirname, '../dist/src/simulators/cxone/console');
const { html, css, js } = await buildConsole();
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'index.html'), html);
await writeFile(join(folder, 'console.css'), css);
await writeFile(join(folder, 'console.js'), js);
console.info(`dist/src/simulators/cxone/console: ${js.length} characters`);
