/**
 * Records the histories that test/replay replays: one live run of each kind on a server in memory.
 *
 *     npm run record:histories -- [name…]
 *
 * Run it after a change of the workflows that is meant to break replay, never to make a failing
 * replay pass by itself: threads that are open in production replay on the new code as well.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startTestTemporal } from '../support/temporal-server.js';
import { createTestEngine } from '../support/test-engine.js';
import { readRuns } from '../support/thread-runs.js';
import { scenarios } from './scenarios.js';

const folder = join(import.meta.dirname, './histories');

/** Members that name the machine, the process or its files. */
const anonymous: Readonly<Record<string, string>> = { identity: 'recorded', stackTrace: '' };

function anonymise(key: string, value: unknown): unknown {
  return typeof value === 'string' ? (anonymous[key] ?? value) : value;
}

async function record(name: string, address: string): Promise<void> {
  const engine = await createTestEngine({ temporalAddress: address });
  try {
    const gateway = await engine.startGateway();
    await engine.startWorker();
    const workflowId = await scenarios[name]?.({ engine, gateway });
    if (workflowId === undefined) throw new Error(`there is no scenario ${name}`);
    for (const [index, { history }] of (await readRuns(engine.client, workflowId)).entries()) {
      const file = `${name}.${index + 1}.json`;
      const json: unknown = JSON.parse(historyToJSON(history));
      await writeFile(join(folder, file), `${JSON.stringify(json, anonymise, 1)}\n`);
      console.log(`${file}: ${history.events?.length ?? 0} events`);
    }
  } finally {
    await engine.close();
  }
}

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(scenarios);
await mkdir(folder, { recursive: true });
for (const file of await readdir(folder)) {
  if (names.some((name) => file.startsWith(`${name}.`))) await rm(join(folder, file));
}
const server = await startTestTemporal();
try {
  for (const name of names) await record(name, server.address);
} finally {
  await server.stop();
}
