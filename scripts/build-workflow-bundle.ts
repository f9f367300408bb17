/** Bundles the workflows for a release: `dist/workflow-bundle.js`, beside the compiled code. */
import { writeFile } from 'node:fs/promises';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../src/temporal/workflow-bundle.js';

const { code } = await bundleWorkflows(new DefaultLogger('WARN'));
await writeFile(new URL('../dist/workflow-bundle.js', import.meta.url), code);
console.info(`dist/workflow-bundle.js: ${Math.round(code.length / 1024)} KiB`);
