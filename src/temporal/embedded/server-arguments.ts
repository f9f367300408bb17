/** The command line of the embedded server: the settings that were measured to matter. */
import { searchAttributeTypes } from '../search-attributes.js';

/** How much the server writes. */
export type ServerLogLevel = 'debug' | 'info' | 'warn' | 'error' | 'never';

/** What an embedded server is started with. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  /** Where its Web UI listens; absent means no Web UI. */
  readonly uiPort?: number;
  readonly namespace: string;
  /** The SQLite file that keeps its data; absent means that it forgets all when it stops. */
  readonly dataFile?: string;
  readonly logLevel: ServerLogLevel;
}

/** Builds the arguments of `temporal`. */
export function toServerArguments(settings: ServerSettings): string[] {
  const { host, port, uiPort, namespace, dataFile, logLevel } = settings;
  const args = ['server', 'start-dev', '--ip', host, '--port', String(port)];
  args.push('--namespace', namespace, '--log-level', logLevel, '--log-format', 'json');
  // What a developer has set for a cluster of theirs must not bend this one.
  args.push('--disable-config-env', '--disable-config-file');
  if (uiPort === undefined) args.push('--headless');
  else args.push('--ui-port', String(uiPort), '--ui-disable-news-fetch');
  if (dataFile !== undefined) {
    args.push('--db-filename', dataFile);
    // With SQLite's own defaults the server collapses at 20 messages a second.
    args.push('--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal');
  }
  // Timers fire within tens of milliseconds instead of a second.
  args.push('--dynamic-config-value', 'history.timerProcessorMaxTimeShift="10ms"');
  args.push('--dynamic-config-value', 'frontend.WorkflowTimeSkippingEnabled=true');
  for (const [name, type] of Object.entries(searchAttributeTypes)) {
    args.push('--search-attribute', `${name}=${type}`);
  }
  return args;
}

/** Builds the server's environment: none of the client's variables, and a lazy garbage collector. */
export function toServerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { GOGC: '400', ...Object.fromEntries(kept) };
}
