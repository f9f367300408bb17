/** The script that a page embeds: registers the element and remembers where it came from. */
import { IsthmusChat } from './element.js';

const tagName = 'isthmus-chat';

if (customElements.get(tagName) === undefined) {
  const script = document.currentScript;
  const source = script instanceof HTMLScriptElement ? script.src : '';
  IsthmusChat.defaultGateway = new URL('.', source || location.href).href;
  customElements.define(tagName, IsthmusChat);
}
