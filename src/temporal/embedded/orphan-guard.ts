/**
 * Ends child processes when their parent is gone, however it went.
 *
 * A small shell reads the parent's pipe: when the pipe ends, nobody is left to stop the children in
 * order, so the shell asks them to leave and then kills them. There is no shell on Windows: there
 * the children outlive a killed parent.
 */
import { type ChildProcess, spawn } from 'node:child_process';

const script = `
pids=
while read -r verb pid; do
  case $verb in
    watch) pids="$pids $pid" ;;
    release) kept=; for p in $pids; do [ "$p" = "$pid" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
for p in $pids; do kill -TERM "$p" 2>/dev/null; done
left=$1
while [ "$left" -gt 0 ]; do
  alive=; for p in $pids; do kill -0 "$p" 2>/dev/null && alive="$alive $p"; done
  pids=$alive; [ -n "$pids" ] || exit 0; sleep 1; left=$((left - 1))
done
for p in $pids; do kill -KILL "$p" 2>/dev/null; done
`;

/** Watches over the children of this process. */
export interface OrphanGuard {
  /** Ends this child when the parent is gone. */
  watch(pid: number): void;
  /** Forgets a child that has left, so that its number may be given to another process. */
  release(pid: number): void;
  /** Ends the guard; children that are still watched are ended with it. */
  close(): void;
}

/**
 * Starts the guard: one shell for any number of children.
 *
 * @param limitSeconds How long orphans may take to leave before they are killed.
 */
export function startOrphanGuard(limitSeconds = 8): OrphanGuard {
  const shell = process.platform === 'win32' ? undefined : startShell(limitSeconds);
  const say = (line: string): void => {
    if (shell?.stdin?.writable) shell.stdin.write(`${line}\n`);
  };
  return {
    watch: (pid) => say(`watch ${pid}`),
    release: (pid) => say(`release ${pid}`),
    close: () => {
      shell?.stdin?.end();
    },
  };
}

function startShell(limitSeconds: number): ChildProcess {
  // Its own process group, so that a Ctrl-C in the terminal does not end the guard first.
  const shell = spawn('/bin/sh', ['-c', script, 'orphan-guard', String(limitSeconds)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  return shell;
}
