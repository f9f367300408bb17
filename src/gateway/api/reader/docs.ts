/** The page that shows the API document: Swagger UI, told where it is. */
declare function SwaggerUIBundle(options: {
  readonly url: string;
  readonly dom_id: string;
  readonly deepLinking: boolean;
  readonly filter: boolean;
  /** No address is asked about the document. */
  readonly validatorUrl: null;
}): unknown;

// Beside this page, whatever path the gateway has in public.
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reader',
  deepLinking: true,
  filter: true,
  validatorUrl: null,
});
