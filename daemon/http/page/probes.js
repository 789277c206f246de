// The probes, grouped by what they are, worst first; in a group as in the configuration. Rows are kept and moved, and
// worked off in slices, so that five hundred that change at once do not hold up a key press.

import {attr, byId, el, put} from './dom.js';
import {Row} from './row.js';

const GROUPS = [
  ['down', 'Down'],
  ['degraded', 'Degraded'],
  ['unknown', 'Unknown'],
  ['up', 'Up'],
];
const SLICE = 8; // ms
const MANY = 60; // rows: those out of sight are then not laid out

const pause = () =>
  globalThis.scheduler?.yield ? scheduler.yield() : new Promise((done) => setTimeout(done, 0));

class Group {
  constructor(state, word) {
    this.word = word;
    this.count = el('span', {class: 'num soft'});
    this.title = el('span');
    this.rows = el('ul', {class: 'rows'});
    this.node = el(
      'section',
      {class: 'group', 'data-state': state, 'aria-labelledby': `group-${state}`},
      el('h3', {id: `group-${state}`}, this.title, ' ', this.count),
      this.rows,
    );
  }

  show(count, held) {
    put(this.title, held ? `${this.word} when last seen` : this.word);
    put(this.count, String(count));
    attr(this.node, 'hidden', count ? null : '');
    this.rows.classList.toggle('many', count > MANY);
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
    if (turn === 1) byId('probes').querySelector('table')?.remove(); // as the server drew it
    const members = new Map(GROUPS.map(([state]) => [state, []]));
    for (const probe of probes) members.get(probe.health)?.push(probe);
    for (const [state, group] of this.#groups) group.show(members.get(state).length, held);
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
      this.#rows.delete(name);
    }
    let since = performance.now();
    for (const [state, group] of this.#groups) {
      let next = group.rows.firstElementChild;
      for (const probe of members.get(state)) {
        if (performance.now() - since > SLICE) {
          await pause();
          if (turn !== this.#turn) return; // something newer is being shown
          since = performance.now();
        }
        let row = this.#rows.get(probe.name);
        if (!row) this.#rows.set(probe.name, (row = new Row(probe.name)));
        if (row.node !== next) place(row.node, group.rows, next);
        else next = next.nextElementSibling;
        row.update(probe, now, held);
      }
    }
  }
}

// A node that is moved loses the focus; whoever is in it shall not notice.
function place(node, parent, before) {
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  if (node.isConnected && parent.moveBefore) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
  if (focused && document.activeElement !== focused) focused.focus({preventScroll: true});
}
