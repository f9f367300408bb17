/** The page that shows the API document: Swagger UI, told where it is. */
declare function SwaggerUIBundle(options: {
  readonly url: string;
  readonly dom_id: string;
  readonly deepLinking: boolean;
  readonly filter: boolean;
  /** No address is asked about the document. */
  readonly validatorUrl: null;
}): unknown;

/** What of the browser is used here: the gateway's folder is not compiled for one. */
declare function matchMedia(query: string): {
  readonly matches: boolean;
  addEventListener(type: 'change', listener: () => void): void;
};
declare const document: {
  readonly documentElement: {
    readonly classList: { toggle(name: string, isOn: boolean): void };
  };
};

// Swagger UI has a dark form, and leaves it to the page when to use it.
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
function followScheme(): void {
  document.documentElement.classList.toggle('dark-mode', prefersDark.matches);
}
prefersDark.addEventListener('change', followScheme);
followScheme();

// Beside this page, whatever path the gateway has in public.
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reader',
  deepLinking: true,
  filter: true,
  validatorUrl: null,
});
