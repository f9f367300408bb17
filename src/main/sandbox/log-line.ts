/** Turns the log lines of the processes into lines that a person reads. */

/** The levels that a person should see, as a number or as a name. */
const shownLevels: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [40, 'WARN'],
  ['warn', 'WARN'],
  [50, 'ERROR'],
  ['error', 'ERROR'],
  [60, 'FATAL'],
  ['fatal', 'FATAL'],
]);
const leftOut = new Set(['level', 'time', 'msg', 'name', 'pid', 'hostname', 'stack', 'v']);

/**
 * Formats a line for the terminal: a warning or worse of the log, or whatever is no log line, such
 * as a crash. Answers undefined for what only belongs in the file.
 */
export function toTerminalLine(name: string, line: string): string | undefined {
  if (line.trim() === '') return undefined;
  const prefix = name.padEnd(9);
  const entry = parseEntry(line);
  if (!entry) return `${prefix} | ${line}`;
  const level = shownLevels.get(entry.level);
  if (level === undefined) return undefined;
  const facts = Object.entries(entry.fields)
    .filter(([key]) => !leftOut.has(key))
    .map(([key, value]) => `${key}=${toFact(value)}`);
  return [`${prefix} | ${level.padEnd(5)} ${entry.message}`, ...facts].join(' ');
}

interface LogEntry {
  readonly level: string | number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function parseEntry(line: string): LogEntry | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const fields = Object.fromEntries(Object.entries(parsed));
    const { level, msg } = fields;
    if (typeof level !== 'number' && typeof level !== 'string') return undefined;
    return { level, message: typeof msg === 'string' ? msg : '', fields };
  } catch {
    return undefined;
  }
}

function toFact(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'message' in value) {
    return JSON.stringify(value.message);
  }
  return JSON.stringify(value);
}
