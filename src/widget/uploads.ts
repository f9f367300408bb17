/** Files that the customer has chosen: uploaded one after the other, then sent with a message. */
import { GatewayError } from './gateway-error.js';
import type { Attachment } from './wire.js';

/** A file on its way to the gateway. */
export interface Upload {
  readonly id: string;
  readonly file: File;
  readonly state: 'waiting' | 'uploading' | 'done' | 'failed';
  /** The part that has gone out, 0 to 1. */
  readonly progress: number;
  /** Why it failed: the gateway's code, or one of our own. */
  readonly reason?: string | undefined;
  /** What goes with a message, once it is done. */
  readonly attachment?: Attachment | undefined;
}

/** What the customer does with their files. */
export interface Uploads {
  readonly add: (files: readonly File[]) => void;
  readonly retry: (id: string) => void;
  /** Lets go of a file, whatever its state. */
  readonly remove: (id: string) => void;
  /** Takes out the files that are done, to go with a message. */
  readonly take: () => readonly Attachment[];
  /** Breaks off what is under way. */
  readonly stop: () => void;
}

/** Sends one file; `onProgress` gets the part that has gone out. */
export type SendFile = (
  file: File,
  onProgress: (part: number) => void,
  signal: AbortSignal,
) => Promise<Attachment>;

/** More in one message would not fit into a request, by the length of their addresses. */
export const mostFiles = 10;
/** The gateway's limit, said before a file is on its way. */
export const mostFileBytes = 40_000_000;

/** Tells whether a file is still to come. */
export function isUnderWay({ state }: Upload): boolean {
  return state === 'waiting' || state === 'uploading';
}

/** Creates an empty set of files; `onChange` gets them all whenever one has changed. */
export function createUploads(deps: {
  readonly send: SendFile;
  readonly createId: () => string;
  readonly onChange: (uploads: readonly Upload[]) => void;
}): Uploads {
  const { send, createId, onChange } = deps;
  let uploads: readonly Upload[] = [];
  let underWay: { readonly id: string; readonly controller: AbortController } | undefined;

  function set(next: readonly Upload[]): void {
    uploads = next;
    onChange(uploads);
  }

  function change(id: string, facts: Partial<Upload>): void {
    set(uploads.map((upload) => (upload.id === id ? { ...upload, ...facts } : upload)));
  }

  /** One at a time: each gets the whole line, and the order is the one in which they were chosen. */
  async function run(): Promise<void> {
    for (;;) {
      const next = uploads.find(({ state }) => state === 'waiting');
      if (next === undefined || underWay !== undefined) {
        return;
      }
      const { id, file } = next;
      const controller = new AbortController();
      underWay = { id, controller };
      change(id, { state: 'uploading', progress: 0 });
      const onProgress = (progress: number) => change(id, { progress });
      try {
        const attachment = await send(file, onProgress, controller.signal);
        change(id, { state: 'done', progress: 1, attachment });
      } catch (error) {
        change(id, { state: 'failed', reason: reasonOf(error) });
      }
      underWay = undefined;
    }
  }

  function breakOff(id: string): void {
    if (underWay?.id === id) {
      underWay.controller.abort();
    }
  }

  return {
    add: (files) => {
      const room = mostFiles - uploads.length;
      const added = files.map((file, index) => {
        const reason = faultOf(file) ?? (index < room ? undefined : 'TOO_MANY_FILES');
        return {
          id: createId(),
          file,
          state: reason === undefined ? ('waiting' as const) : ('failed' as const),
          progress: 0,
          reason,
        };
      });
      set([...uploads, ...added]);
      void run();
    },
    retry: (id) => {
      const upload = uploads.find((candidate) => candidate.id === id);
      if (upload?.state === 'failed' && canRetry(upload)) {
        change(id, { state: 'waiting', reason: undefined });
        void run();
      }
    },
    remove: (id) => {
      breakOff(id);
      set(uploads.filter((upload) => upload.id !== id));
    },
    take: () => {
      const taken = uploads.flatMap(({ attachment }) => attachment ?? []);
      set(uploads.filter(({ attachment }) => attachment === undefined));
      return taken;
    },
    stop: () => {
      for (const { id } of uploads) {
        breakOff(id);
      }
      uploads = [];
    },
  };
}

/** Tells whether another try of a failed file can end otherwise. */
export function canRetry({ reason }: Upload): boolean {
  return reason === undefined || retriedReasons.has(reason);
}

/** What may be better next time; everything else is the file's own fault. */
const retriedReasons: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'UNAVAILABLE',
  'RATE_LIMITED',
  'INTERNAL',
  'ANSWER_UNREADABLE',
]);

function faultOf(file: File): string | undefined {
  if (file.size > mostFileBytes) {
    return 'BODY_TOO_LARGE';
  }
  return file.size === 0 ? 'EMPTY' : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof GatewayError ? (error.problem.code ?? 'INTERNAL') : 'UNREACHABLE';
}
