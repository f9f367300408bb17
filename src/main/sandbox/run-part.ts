/**
 * What the sandbox starts as a child: one of the project's processes, which asks itself to leave
 * when the sandbox is gone, however it went. The channel to the parent exists from the first moment
 * of a child, so that no moment is left in which nobody watches.
 */
const parts: Readonly<Record<string, () => Promise<unknown>>> = {
  gateway: () => import('../gateway.js'),
  worker: () => import('../worker.js'),
  platform: () => import('../platform.js'),
  simulator: () => import('../simulator.js'),
};

const leave = (): void => void process.kill(process.pid, 'SIGTERM');

process.once('disconnect', leave);
// The channel may have ended before anybody listened.
if (!process.connected) leave();
// Listening may not keep alive what has nothing else to do.
process.channel?.unref();

const [name = ''] = process.argv.slice(2);
await parts[name]?.();
