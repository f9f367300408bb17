/**
 * @module The workflows' code, bundled once for each state of its sources.
 *
 * Bundling takes seconds, so a worker that starts again takes the bundle of the last start, and a
 * built release carries its own.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';

const isSource = import.meta.url.endsWith('.ts');
const root = fileURLToPath(new URL('../..', import.meta.url));
const prebuiltPath = join(root, 'workflow-bundle.js');
const sourceFolders = ['workflows', 'src/domain'];

/** Gives the bundled code: the release's own, else the cached one, else a new one. */
export async function loadWorkflowBundle(logger: Logger): Promise<{ code: string }> {
  if (!isSource && existsSync(prebuiltPath)) return { code: await readFile(prebuiltPath, 'utf8') };
  const cachePath = join(
    root,
    'node_modules/.cache/isthmus',
    `workflows-${await hashSources()}.js`,
  );
  if (existsSync(cachePath)) return { code: await readFile(cachePath, 'utf8') };
  const { code } = await bundleWorkflows(logger);
  await writeAtomically(cachePath, code);
  return { code };
}

/** Bundles the workflows from where they stand. */
export async function bundleWorkflows(logger: Logger): Promise<{ code: string }> {
  return await bundleWorkflowCode({
    workflowsPath: pathOf('index'),
    workflowInterceptorModules: [pathOf('interceptors')],
    logger,
  });
}

function pathOf(name: string): string {
  return join(root, 'workflows', `${name}.${isSource ? 'ts' : 'js'}`);
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256').update(process.version).update(sdkVersion());
  for (const folder of sourceFolders) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter((one) => /\.[jt]s$/.test(one)).toSorted()) {
      hash.update(name).update(await readFile(join(root, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 20);
}

function sdkVersion(): string {
  const version: unknown = createRequire(import.meta.url)(
    '@temporalio/worker/package.json',
  ).version;
  return String(version);
}

async function writeAtomically(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text);
  await rename(draft, path);
}
