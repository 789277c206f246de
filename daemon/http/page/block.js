// Some rows of a group, one below the other. Where there are many, those out of sight are neither styled nor laid out nor
// drawn, a block at a time: a row that changes then costs little, and five hundred not much more. Their words are there
// all the same, for a search in the page and for whoever has it read aloud.

import {el} from './dom.js';

export const ROWS = 10; // in a block
const TALL = 3.4; // rem a row, as a guess, until it has been laid out

const rows = new WeakMap(); // of nodes

export class Block {
  #skipped = 'oncontentvisibilityautostatechange' in document.documentElement;
  #guessed = 0;

  constructor() {
    this.node = el('div', {class: 'block'});
    this.node.addEventListener('contentvisibilityautostatechange', (event) => {
      this.#skipped = event.skipped;
      for (const node of this.node.children) rows.get(node)?.see(!event.skipped);
    });
  }

  // Begins anew with so many rows, which then come one by one, in order.
  expect(count, many) {
    this.seen = !(many && this.#skipped);
    this.next = undefined;
    if (count !== this.#guessed) this.node.style.containIntrinsicHeight = `auto ${count * TALL}rem`;
    this.#guessed = count;
  }

  // Lets go of what has become others', who take it later: what can be seen then changes once.
  part(marked) {
    for (const node of [...this.node.children])
      if (rows.get(node).block !== this && !is_held(node, marked)) node.remove();
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
