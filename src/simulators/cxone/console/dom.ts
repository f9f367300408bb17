type Child = Node | string | null | undefined | false;
type Properties = Record<string, string | number | boolean | null | ((event: Event) => void)>;

/** Makes an element; `on…` properties listen, `false` and `null` attributes are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  element.append(
    ...children.filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | null,
): void {
  if (value === false || value === null) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** Finds an element that the page always has. */
export function find(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * Makes the children of a list show these items in this order. An element is made anew only when
 * its item has changed, and stays where it is otherwise, so that focus and selection survive.
 */
export function showItems<T>(
  list: Element,
  items: readonly T[],
  keyOf: (item: T) => string,
  render: (item: T) => HTMLElement,
): void {
  const present = new Map<string, HTMLElement>();
  for (const child of list.children) {
    if (child instanceof HTMLElement) present.set(child.dataset['key'] ?? '', child);
  }
  let previous: Element | null = null;
  for (const item of items) {
    const key = keyOf(item);
    const print = JSON.stringify(item);
    const known = present.get(key);
    present.delete(key);
    let element = known;
    if (known?.dataset['print'] !== print || element === undefined) {
      element = render(item);
      element.dataset['key'] = key;
      element.dataset['print'] = print;
      if (known) replaceKeepingFocus(known, element);
    }
    const place: Element | null = previous ? previous.nextElementSibling : list.firstElementChild;
    if (place !== element) list.insertBefore(element, place);
    previous = element;
  }
  for (const gone of present.values()) gone.remove();
}

function replaceKeepingFocus(old: HTMLElement, fresh: HTMLElement): void {
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (hadFocus) fresh.querySelector<HTMLElement>('button, a')?.focus();
}
