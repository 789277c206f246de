// A small picture of numbers, which says in words what it shows. It is drawn only while it can be seen: hundreds that
// nobody looks at would weigh more than all the rest of the page.

import {attr, el, list, svg} from './dom.js';

export class Figure {
  #paths = () => ({});
  #seen = true;

  constructor(width, height) {
    this.box = `0 0 ${width} ${height}`;
    this.node = el('span', {class: 'figure', role: 'img'});
  }

  // `paths()` gives {class: path}; those that are empty are left out.
  show(words, paths) {
    attr(this.node, 'aria-label', words);
    this.#paths = paths;
    if (this.#seen) this.#draw();
  }

  see(seen) {
    if (seen === this.#seen) return;
    this.#seen = seen;
    if (seen) this.#draw();
    else this.node.replaceChildren();
  }

  #draw() {
    const drawn =
      this.node.firstElementChild ??
      this.node.appendChild(svg('svg', {viewBox: this.box, preserveAspectRatio: 'none'}));
    list(
      drawn,
      Object.entries(this.#paths()).filter(([, d]) => d),
      ([name]) => name,
      ([name]) => svg('path', {class: name}),
      (path, [, d]) => attr(path, 'd', d),
    );
  }
}
