import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';

/**
 * Starts a parent that starts one child, does this with it, and then waits to be killed. The child
 * ignores the first request to leave where `isStubborn`.
 */
async function startFamily(options: { afterwards: string; isStubborn?: boolean }) {
  const childProgram = options.isStubborn
    ? 'trap "" TERM; while :; do sleep 0.1; done'
    : 'exec sleep 60';
  const program = `
    import { spawn } from 'node:child_process';
    import { startOrphanGuard } from './src/temporal/embedded/orphan-guard.ts';
    const guard = startOrphanGuard(1);
    const child = spawn('/bin/sh', ['-c', ${JSON.stringify(childProgram)}], { stdio: 'ignore', detached: true });
    guard.watch(child.pid);
    ${options.afterwards}
    console.log(child.pid);
    setInterval(() => undefined, 1_000);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout, 'data');
  return { parent, childPid: Number(String(line)) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['a child leaves', false, 5_000],
  ['a child that does not want to leave is killed', true, 8_000],
])(
  '%s when its parent is killed',
  async (_statement, isStubborn, timeout) => {
    const { parent, childPid } = await startFamily({ afterwards: '', isStubborn });
    expect(isAlive(childPid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(childPid)).toBe(false), { timeout, interval: 50 });
  },
  20_000,
);

test('a child that was released is left alone', async () => {
  const released = await startFamily({ afterwards: 'guard.release(child.pid);' });
  const watched = await startFamily({ afterwards: '' });
  released.parent.kill('SIGKILL');
  await once(released.parent, 'exit');
  watched.parent.kill('SIGKILL');
  // By the time the later family has been cleared away, the earlier would have been as well.
  await vi.waitFor(() => expect(isAlive(watched.childPid)).toBe(false), { timeout: 5_000 });
  expect(isAlive(released.childPid)).toBe(true);
  process.kill(released.childPid, 'SIGKILL');
});
