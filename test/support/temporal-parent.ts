/** A process that starts a Temporal server, says where, and waits to be killed. */
import { startTestTemporal } from './temporal-server.js';

const [dataFile] = process.argv.slice(2);
const { pid, address } = await startTestTemporal({ ...(dataFile !== undefined && { dataFile }) });
process.stdout.write(`${JSON.stringify({ pid, address })}\n`);
