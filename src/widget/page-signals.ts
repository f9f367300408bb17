/** What the page tells a chat about itself and about its other tabs. */
export interface PageHandlers {
  readonly onOnline: () => void;
  readonly onOffline: () => void;
  readonly onVisible: () => void;
  /** The page is going away; it may come back from the browser's cache. */
  readonly onHide: () => void;
  readonly onReturn: () => void;
  /** Another tab wrote or removed that storage key. */
  readonly onStorage: (key: string) => void;
}

/** Listens to the page; the returned function stops that. */
export function watchPage(handlers: PageHandlers): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  window.addEventListener('online', handlers.onOnline, { signal });
  window.addEventListener('offline', handlers.onOffline, { signal });
  window.addEventListener('pagehide', handlers.onHide, { signal });
  window.addEventListener(
    'pageshow',
    (event) => {
      if (event.persisted) {
        handlers.onReturn();
      }
    },
    { signal },
  );
  window.addEventListener(
    'storage',
    (event) => {
      if (event.key !== null) {
        handlers.onStorage(event.key);
      }
    },
    { signal },
  );
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') {
        handlers.onVisible();
      }
    },
    { signal },
  );
  return () => controller.abort();
}

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault();

/** Lets the browser ask before the page is left, for as long as it is held. */
export function holdPage(isHeld: boolean): void {
  // A page that listens for nothing comes back faster.
  if (isHeld) {
    window.addEventListener('beforeunload', askBeforeLeaving);
  } else {
    window.removeEventListener('beforeunload', askBeforeLeaving);
  }
}

/** Runs a task while no other tab of this origin runs one of that name. */
export function runAlone<T>(name: string, task: () => Promise<T>): Promise<T> {
  // Only secure pages have locks; elsewhere two tabs may both try, and the message id keeps it one.
  const locks: LockManager | undefined = navigator.locks;
  return locks === undefined ? task() : (locks.request(name, task) as Promise<T>);
}

/** Makes an id that nobody else makes: a UUID, also where the page is not a secure one. */
export function createId(): string {
  if (typeof crypto.randomUUID === 'function') {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
