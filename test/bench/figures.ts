/** How long something took for each message, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** Gives median and 99th percentile; NaN for nothing measured. */
export function toLatency(took: readonly number[]): Latency {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Writes a number for a table: whole above ten, one digit below. */
export function show(value: number): string {
  if (Number.isNaN(value)) return '-';
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}

/** Prints rows below a head, in columns. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of [head, ...rows]) {
    console.info(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  }
}
