import { type Chat, createChat } from './chat.js';
import { type ChatState, initialState, runningCountdown, unreadCount } from './store.js';
import contentStyles from './view/content.css';
import { createLauncher, type Launcher } from './view/launcher.js';
import { createPanel, type Panel } from './view/panel.js';
import replyStyles from './view/replies.css';
import styles from './view/widget.css';

const observed = ['channel', 'gateway', 'identity-token', 'name', 'placement'];
const panelId = 'panel';

let sheet: CSSStyleSheet | undefined;

function styleSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles + contentStyles + replyStyles);
  }
  return sheet;
}

/**
 * The chat widget: `<isthmus-chat channel="…">`. Attributes: `channel` (required), `gateway` (default: where
 * the script came from), `name` (the panel's title), `customer-name`, `identity-token`, `placement`
 * (`end`, `start` or `inline`). Properties, to be set before the script runs: `getIdentityToken`,
 * `customerFields`. A page with a Content-Security-Policy lets its images come from `https:`, or the
 * pictures that agents send are shown by their names.
 */
export class IsthmusChat extends HTMLElement {
  static readonly observedAttributes = observed;
  /** Where the widget's script came from; the gateway of every widget that names no other. */
  static defaultGateway = '';

  /** Asked for a token whenever a session is opened; wins over the `identity-token` attribute. */
  declare getIdentityToken: (() => Promise<string | undefined>) | undefined;
  /** The channel's custom fields for this customer. */
  declare customerFields: Readonly<Record<string, string>> | undefined;

  readonly #launcher: Launcher;
  readonly #panel: Panel;
  #chat: Chat | undefined;
  #isRenderDue = false;
  #isOpen = false;
  #starts = 0;

  constructor() {
    super();
    this.#launcher = createLauncher(panelId, () => this.open());
    this.#panel = createPanel(panelId, {
      serverNow: () => this.#chat?.serverNow() ?? Date.now(),
      onClose: () => this.close(),
      onSend: (text) => this.#chat?.send(text),
      onTyped: (hasText) => this.#chat?.typed(hasText),
      onRetry: (id) => this.#chat?.retry(id),
      onFiles: (files) => this.#chat?.uploads.add(files),
      onRetryFile: (id) => this.#chat?.uploads.retry(id),
      onRemoveFile: (id) => this.#chat?.uploads.remove(id),
      onReplyTo: (message) => this.#chat?.replyTo(message),
      onChoose: ({ text, postback }) => this.#chat?.send(text, postback),
      onStillHere: () => this.#chat?.stillHere(),
      onEnd: () => this.#chat?.end(),
      onNewThread: () => {
        this.#chat?.startNewThread();
        this.#panel.focus();
      },
    });
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styleSheet()];
    root.append(this.#panel.root, this.#launcher.root);
    this.#panel.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing && !this.#isFixed) {
        event.stopPropagation();
        this.close();
      }
    });
    this.#render(initialState);
  }

  /** Opens the panel and puts the keyboard into it. */
  open(): void {
    this.#setOpen(true);
    this.#panel.scrollToEnd();
    this.#panel.focus();
  }

  /** Closes the panel; the keyboard goes back to the launcher. */
  close(): void {
    this.#setOpen(false);
    this.#launcher.root.focus();
  }

  connectedCallback(): void {
    this.#isOpen = this.#wasOpen();
    this.#restartChat();
  }

  disconnectedCallback(): void {
    this.#starts += 1;
    this.#chat?.stop();
    this.#chat = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    // The parser sets the attributes before it connects the element.
    if (before === after || !this.isConnected || this.#starts === 0) {
      return;
    }
    if (name === 'name') {
      this.#renderNow();
    } else {
      this.#restartChat();
    }
  }

  get #isFixed(): boolean {
    return this.getAttribute('placement') === 'inline';
  }

  get #openKey(): string {
    return `isthmus-open:${this.getAttribute('channel') ?? ''}`;
  }

  #setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    try {
      sessionStorage.setItem(this.#openKey, String(isOpen));
    } catch {
      // Without storage the panel is closed on the next page, and that is all.
    }
    this.#chat?.setPanelOpen(isOpen);
    this.#renderNow();
  }

  #wasOpen(): boolean {
    try {
      return sessionStorage.getItem(this.#openKey) === 'true';
    } catch {
      return false;
    }
  }

  #restartChat(): void {
    this.#chat?.stop();
    this.#chat = undefined;
    const start = ++this.#starts;
    if (this.getIdentityToken === undefined) {
      this.#startChat(this.getAttribute('identity-token') ?? undefined);
      return;
    }
    // Whose chat it is decides where it is kept, so the site is asked first.
    const begin = (token: string | undefined) => {
      if (start === this.#starts && this.isConnected) {
        this.#startChat(token);
      }
    };
    this.getIdentityToken().then(begin, () => begin(undefined));
  }

  #startChat(token: string | undefined): void {
    const channelId = this.getAttribute('channel') ?? '';
    if (channelId === '') {
      return;
    }
    const gateway = new URL(
      this.getAttribute('gateway') ?? IsthmusChat.defaultGateway,
      location.href,
    );
    const chat = createChat({
      gateway: gateway.href.replace(/\/*$/, '/'),
      channelId,
      customerKey: subjectOf(token),
      customer: () => {
        const name = this.getAttribute('customer-name');
        return {
          ...(name === null || name === '' ? {} : { name }),
          ...(this.customerFields === undefined ? {} : { fields: this.customerFields }),
        };
      },
      identityToken: async () => (await this.getIdentityToken?.()) ?? token,
      onState: () => this.#scheduleRender(),
    });
    this.#chat = chat;
    chat.start();
    if (this.#isOpen || this.#isFixed) {
      chat.setPanelOpen(true);
    }
    this.#renderNow();
  }

  /** Many changes come in one turn, as with a snapshot; they are shown together. */
  #scheduleRender(): void {
    if (!this.#isRenderDue) {
      this.#isRenderDue = true;
      queueMicrotask(() => this.#renderNow());
    }
  }

  #renderNow(): void {
    this.#isRenderDue = false;
    this.#render(this.#chat?.state() ?? initialState);
  }

  #render(state: ChatState): void {
    this.#panel.render(state, this.getAttribute('name') ?? 'Chat', this.#isFixed);
    this.#launcher.render(
      state.isPanelOpen,
      unreadCount(state),
      runningCountdown(state) !== undefined,
    );
  }
}

/** Reads whom a token speaks of, unverified: it only keeps what two customers wrote here apart. */
function subjectOf(token: string | undefined): string {
  try {
    const payload = (token?.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    return typeof claims === 'object' && claims !== null && 'sub' in claims
      ? String(claims.sub)
      : '';
  } catch {
    return token === undefined ? '' : 'identified';
  }
}
