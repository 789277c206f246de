// The probes, grouped by what they are, worst first; in a group as in the configuration. Rows are kept and moved, and
// worked off in slices, what can be seen first, so that five hundred that change at once do not hold up a key press.

import {Block, ROWS} from './block.js';
import {attr, byId, el, put} from './dom.js';
import {Row} from './row.js';

const GROUPS = [
  ['down', 'Down'],
  ['degraded', 'Degraded'],
  ['unknown', 'Unknown'],
  ['up', 'Up'],
];
const SLICE = 8; // ms
const MANY = 60; // rows: from there on blocks out of sight are left alone

const pause = () =>
  globalThis.scheduler?.yield ? scheduler.yield() : new Promise((done) => setTimeout(done, 0));

// Where a text is marked. Asked for only where that has changed: to ask lays the page out.
let marked = null,
  marked_anew = false;
document.addEventListener('selectionchange', () => (marked_anew = true));
function marked_in() {
  if (marked_anew) marked = getSelection().anchorNode;
  marked_anew = false;
  return marked;
}

class Group {
  constructor(state, word) {
    this.word = word;
    this.count = el('span', {class: 'num soft'});
    this.title = el('span');
    this.rows = el('div', {class: 'rows', role: 'list'});
    this.blocks = [];
    this.node = el(
      'section',
      {class: 'group', 'data-state': state, 'aria-labelledby': `group-${state}`},
      el('h3', {id: `group-${state}`}, this.title, ' ', this.count),
      this.rows,
    );
  }

  show(rows, held) {
    put(this.title, held ? `${this.word} when last seen` : this.word);
    put(this.count, String(rows.length));
    attr(this.node, 'hidden', rows.length ? null : '');
    this.rows.classList.toggle('many', rows.length > MANY);
    const count = Math.ceil(rows.length / ROWS);
    while (this.blocks.length < count) this.#more();
    rows.forEach((row, i) => (row.block = this.blocks[Math.floor(i / ROWS)]));
    for (let i = 0; i < count; ++i) this.blocks[i].expect(Math.min(ROWS, rows.length - i * ROWS));
  }

  part(marked) {
    for (const block of this.blocks) if (block.seen) block.part(marked);
  }

  // Once every row is where it belongs.
  tidy() {
    while (this.blocks.length && !this.blocks.at(-1).node.hasChildNodes()) this.blocks.pop().drop();
  }

  #more() {
    const block = new Block();
    this.blocks.push(block);
    this.rows.append(block.node);
  }
}

export class Probes {
  #groups = new Map(GROUPS.map(([state, word]) => [state, new Group(state, word)]));
  #rows = new Map();
  #turn = 0;

  constructor() {
    const section = byId('probes');
    this.none = el('p', {class: 'soft', hidden: ''});
    section.append(this.none, ...[...this.#groups.values()].map((group) => group.node));
  }

  async show(probes, now, held) {
    const turn = ++this.#turn;
    const marked = marked_in();
    if (turn === 1) byId('probes').querySelector('table')?.remove(); // as the server drew it
    const members = new Map(GROUPS.map(([state]) => [state, []]));
    for (const probe of probes) members.get(probe.health)?.push(this.#row(probe));
    for (const [state, group] of this.#groups) group.show(members.get(state), held);
    attr(this.none, 'hidden', probes.length ? '' : null);
    put(
      this.none,
      held
        ? 'None has been seen yet.'
        : 'There are none, so nothing is known. They are listed in the configuration under “probes”.',
    );

    const names = new Set(probes.map((probe) => probe.name));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      row.node.remove();
      row.see(false);
      this.#rows.delete(name);
    }
    for (const group of this.#groups.values()) group.part(marked);
    const rows = [...members.values()].flat();
    let since = performance.now();
    for (const seen of [true, false]) {
      for (const row of rows) {
        if (row.block.seen !== seen) continue;
        if (performance.now() - since > SLICE) {
          await pause();
          if (turn !== this.#turn) return; // something newer is being shown
          since = performance.now();
        }
        row.block.add(row, marked);
        row.update(now, held);
      }
    }
    for (const group of this.#groups.values()) group.tidy();
  }

  #row(probe) {
    let row = this.#rows.get(probe.name);
    if (!row) this.#rows.set(probe.name, (row = new Row(probe.name)));
    row.probe = probe;
    return row;
  }
}
