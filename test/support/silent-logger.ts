/** Keeps what Temporal's own parts log, so that a test run is quiet and a test can look at it. */
import {
  DefaultLogger,
  type LogEntry,
  makeTelemetryFilterString,
  Runtime,
} from '@temporalio/worker';

/** The warnings and errors that Temporal's parts logged in this process. */
export const temporalLog: LogEntry[] = [];

/** Takes the log lines of Temporal's own parts, and keeps them to itself. */
export const silentTemporalLogger = new DefaultLogger('WARN', (entry) => temporalLog.push(entry));

let isInstalled = false;

/** Makes the process's Temporal runtime quiet. To be called before the first connection or worker. */
export function installQuietRuntime(): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({
    logger: silentTemporalLogger,
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  });
}
