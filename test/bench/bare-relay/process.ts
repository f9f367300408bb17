/**
 * The bare relay: HTTP in, a signal, a workflow, one activity that calls HTTP. One process, so that
 * its processor time stands beside the sum of our gateway and worker.
 */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Runtime, Worker } from '@temporalio/worker';
import { connectTemporal } from '../../../src/temporal/connection.js';
import { silentTemporalLogger } from '../../support/silent-logger.js';

const [, , address = '', port = '', sinkUrl = ''] = process.argv;
Runtime.install({ logger: silentTemporalLogger });
const taskQueue = 'bare-relay';
const { client, connection } = await connectTemporal({ address, namespace: 'default', taskQueue });
const received = new Map<string, number>();
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('workflow.ts', import.meta.url)),
    logger: silentTemporalLogger,
  }),
  activities: {
    async deliver(id: string): Promise<void> {
      const answer = await fetch(sinkUrl, { method: 'POST', body: id });
      await answer.arrayBuffer();
      received.set(id, Date.now());
    },
  },
  workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 3 },
  activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
  maxCachedWorkflows: 2_000,
});
const done = worker.run();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://bare');
  if (url.pathname === '/received') {
    response.end(JSON.stringify([...received]));
    return;
  }
  const thread = url.searchParams.get('thread') ?? '';
  const id = url.searchParams.get('id') ?? '';
  client.workflow
    .signalWithStart('bareRelay', {
      taskQueue,
      workflowId: `bare/${thread}`,
      signal: 'relay',
      signalArgs: [id],
    })
    .then(
      () => response.writeHead(202).end(),
      () => response.writeHead(503).end(),
    );
});
server.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => {
  worker.shutdown();
  void done.then(() => process.exit(0));
});
