// A small picture of numbers, which says in words what it shows. It is drawn only while it can be seen: hundreds that
// nobody looks at would weigh more than all the rest of the page. What was drawn for one is lent to the next.

import {attr, svg} from './dom.js';

// One kind of picture: `paths(data)` gives {name: path}; the names are classes in the style sheet.
export class Kind {
  #spare = [];

  constructor(width, height, names, paths) {
    this.box = `0 0 ${width} ${height}`;
    this.names = names;
    this.paths = paths;
  }

  take() {
    return this.#spare.pop() ?? this.#made();
  }

  give(drawn) {
    drawn.node.remove();
    this.#spare.push(drawn);
  }

  #made() {
    const paths = this.names.map((name) => svg('path', {class: name}));
    return {node: svg('svg', {viewBox: this.box, preserveAspectRatio: 'none'}, ...paths), paths};
  }
}

export class Figure {
  #kind;
  #node;
  #data = null;
  #drawn = null;

  constructor(kind, node) {
    this.#kind = kind;
    this.#node = node;
  }

  show(words, data) {
    attr(this.#node, 'aria-label', words);
    if (data === this.#data) return;
    this.#data = data;
    if (this.#drawn) this.#draw();
  }

  see(seen) {
    if (seen === (this.#drawn !== null)) return;
    if (seen) {
      this.#drawn = this.#kind.take();
      this.#node.append(this.#drawn.node);
      this.#draw();
    } else {
      this.#kind.give(this.#drawn);
      this.#drawn = null;
    }
  }

  #draw() {
    const paths = this.#data ? this.#kind.paths(this.#data) : {};
    this.#kind.names.forEach((name, i) => attr(this.#drawn.paths[i], 'd', paths[name] || null));
  }
}
