import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReplayResult, Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { loadWorkflowBundle } from '../../src/temporal/workflow-bundle.js';
import { installQuietRuntime, silentTemporalLogger } from '../support/silent-logger.js';
import { scenarios } from './scenarios.js';

const folder = join(import.meta.dirname, 'histories');
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

function* recordedHistories() {
  for (const file of files) {
    const history: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    yield { workflowId: file, history };
  }
}

test('every kind of workflow has a recorded history', () => {
  const recorded = new Set(files.map((file) => file.replace(/\.\d+\.json$/, '')));
  expect(recorded).toEqual(new Set(Object.keys(scenarios)));
  expect(files.filter((file) => file.startsWith('continued.')).length).toBeGreaterThan(1);
});

test('every recorded history replays on the code of today', async () => {
  installQuietRuntime();
  const workflowBundle = await loadWorkflowBundle(silentTemporalLogger);
  const results: ReplayResult[] = [];
  for await (const result of Worker.runReplayHistories({ workflowBundle }, recordedHistories())) {
    results.push(result);
  }
  const failures = results.flatMap(({ workflowId, error }) =>
    error === undefined ? [] : [`${workflowId}: ${error.message}`],
  );
  expect(failures).toEqual([]);
  expect(results.map((result) => result.workflowId).toSorted()).toEqual(files.toSorted());
});

test.each(files)('%s names no machine and no path', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const identities = [...text.matchAll(/"identity": "([^"]*)"/g)].map((match) => match[1]);
  expect(new Set(identities)).toEqual(new Set(['recorded']));
  const decoded = text.replaceAll(/"data": "([^"]*)"/g, (_, data: string) =>
    Buffer.from(data, 'base64').toString('utf8'),
  );
  expect(decoded).not.toMatch(/file:\/\/|node_modules|\/(home|root|tmp|Users|work\/)/);
});
