// Some rows of a group, one below the other. Where there are many, the browser neither styles nor lays out nor draws those
// far from sight, a block at a time (content-visibility); of what is laid out but cannot be seen yet, pictures and times
// wait until it nearly can. The words are there all the same, for a search in the page and for whoever has it read aloud.

import {el, elements_of} from './dom.js';

export const ROWS = 5; // in a block
const TALL = 3.4; // rem a row, as a guess, until it has been laid out
const NEAR = '200px 0px';

const rows = new WeakMap(); // of nodes
const blocks = new WeakMap();
const eye = new IntersectionObserver(
  (all) => {
    for (const {target, isIntersecting} of all) blocks.get(target).see(isIntersecting);
  },
  {rootMargin: NEAR},
);

export class Block {
  #guessed = 0;
  seen = false;

  constructor() {
    this.node = el('div', {class: 'block'});
    blocks.set(this.node, this);
    eye.observe(this.node);
  }

  see(seen) {
    this.seen = seen;
    for (const node of elements_of(this.node)) rows.get(node).see(seen);
  }

  drop() {
    eye.unobserve(this.node);
    this.node.remove();
  }

  // Begins anew with so many rows, which then come one by one, in order.
  expect(count) {
    this.next = undefined;
    if (count !== this.#guessed) this.node.style.containIntrinsicHeight = `auto ${count * TALL}rem`;
    this.#guessed = count;
  }

  // Lets go of what has become others', who take it later: what can be seen then changes once.
  part(marked) {
    for (const node of elements_of(this.node)) {
      const row = rows.get(node);
      if (row.block === this || is_held(node, marked)) continue;
      node.remove();
      row.see(false);
    }
  }

  // `marked`: where a text is marked.
  add(row, marked) {
    if (this.next === undefined) this.next = this.node.firstElementChild;
    // What belongs to others is on its way to them.
    while (this.next && rows.get(this.next).block !== this) this.next = this.next.nextElementSibling;
    if (row.node === this.next) this.next = this.next.nextElementSibling;
    else place(row.node, this.node, this.next, marked);
    rows.set(row.node, row);
    row.see(this.seen);
  }
}

// Somebody is in it, with the keyboard or to mark a text.
const is_held = (node, marked) => node.contains(document.activeElement) || node.contains(marked);

// A node that is moved loses the focus and what is marked in it; whoever is in it shall not notice. Only there it is moved
// by moveBefore, which costs several times as much.
function place(node, parent, before, marked) {
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  if (node.isConnected && parent.moveBefore && is_held(node, marked)) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
  if (focused && document.activeElement !== focused) focused.focus({preventScroll: true});
}
