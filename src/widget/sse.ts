/** One event of a server-sent event stream. */
export interface SseEvent {
  readonly name: string;
  readonly data: string;
  /** The id that this very event carried; undefined when it had none. */
  readonly id: string | undefined;
}

/** What a parser tells its reader. */
export interface SseHandlers {
  readonly onEvent: (event: SseEvent) => void;
  /** The server's wish for the wait before a reconnect, in milliseconds. */
  readonly onRetry?: (ms: number) => void;
}

/**
 * Parses a server-sent event stream that comes in pieces of any size, as the HTML standard has it:
 * three kinds of line end, also when one is cut in two; comments, a byte order mark and unknown fields
 * are skipped, and an event that the stream's end cut short is dropped.
 */
export function createSseParser(handlers: SseHandlers): (chunk: string) => void {
  let rest = '';
  let isFirst = true;
  let name = '';
  let data: string[] = [];
  let id: string | undefined;

  function takeLine(line: string): void {
    if (line === '') {
      if (data.length > 0) {
        handlers.onEvent({ name: name || 'message', data: data.join('\n'), id });
      }
      name = '';
      data = [];
      id = undefined;
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') {
      name = value;
    } else if (field === 'data') {
      data.push(value);
    } else if (field === 'id' && !value.includes('\0')) {
      id = value;
    } else if (field === 'retry' && /^\d+$/.test(value)) {
      handlers.onRetry?.(Number(value));
    }
  }

  return (chunk) => {
    rest += isFirst ? chunk.replace(/^\uFEFF/, '') : chunk;
    isFirst &&= chunk === '';
    // A carriage return at the very end may be half of a line end: it waits for the next piece.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    lines.forEach(takeLine);
  };
}
