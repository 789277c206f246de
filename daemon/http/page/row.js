// One probe: what it is at a glance, and behind a click what its last run saw.

import {attr, el, elements_of, list, put} from './dom.js';
import {bars, day_in_words, line, ticks} from './draw.js';
import {age, took} from './words.js';
import {Evidence} from './evidence.js';
import {Figure, Kind} from './figure.js';

const WIDTH = 320,
  HEIGHT = 64;
const SLOW = 10_000; // ms between two updates of the times of a row that is out of sight

const STRIP = new Kind(48, 16, ['pass', 'warn', 'fail', 'unknown'], bars);
const LINE = new Kind(WIDTH, HEIGHT, ['curve', 'ticks'], ({ms, verdicts}) => ({
  curve: line(ms, WIDTH, HEIGHT),
  ticks: ticks(verdicts, WIDTH, HEIGHT),
}));

// Copied for each row: five hundred then share their attributes. What few have to say is added to these.
const MOULD = el(
  'div',
  {class: 'row', role: 'listitem'},
  el('p', {class: 'who'}, el('b', {class: 'name'}), el('span', {class: 'soft kind'})),
  el('p', {class: 'cell since'}),
  el('p', {class: 'cell passed'}),
  el('span', {class: 'cell strip', role: 'img'}),
  el('span', {class: 'cell line', role: 'img'}),
  el('p', {class: 'cell ran'}),
  el('button', {class: 'open', type: 'button', 'aria-expanded': 'false'}, 'evidence'),
);

// What the words of a row are made of, but for times that pass by themselves.
const WORDS = [
  'health',
  'reason',
  'phase',
  'output',
  'time',
  'type',
  'critical',
  'flapping',
  'starting',
  'stale',
  'silenced_by',
];
const same = (a, b) => WORDS.every((word) => a[word] === b[word]) && a.causes.join() === b.causes.join();

export class Row {
  #told = null; // the probe whose words these are
  #now = 0;
  #fresh = 0; // when the times were last shown
  #seen = false;

  constructor(name) {
    this.name = name;
    this.node = MOULD.cloneNode(true);
    const [who, since, passed, strip, line, ran, more] = elements_of(this.node);
    Object.assign(this, {who, since, passed, ran, more});
    [this.title, this.kind] = elements_of(who);
    put(this.title, name);
    attr(more, 'aria-label', `Evidence of ${name}`);
    this.strip = new Figure(STRIP, strip);
    this.line = new Figure(LINE, line);
    this.evidence = new Evidence(name, this.node, more);
    this.what = this.stages = this.tags = null;
  }

  see(seen) {
    if (seen === this.#seen) return;
    this.#seen = seen;
    if (seen && this.#now) this.#freshen();
    this.strip.see(seen);
    this.line.see(seen);
  }

  // Shows `probe`. Its words are there whether it is in sight or not; times and pictures wait until it is.
  update(now, held) {
    const {probe} = this;
    this.#now = now;
    attr(this.node, 'data-state', held ? 'held' : probe.health);
    if (!this.#told || !same(probe, this.#told)) this.#tell();
    this.#told = probe;
    this.evidence.offer(probe);
    if (this.#seen || Math.abs(now - this.#fresh) >= SLOW) this.#freshen();
  }

  #freshen() {
    const {probe} = this,
      now = this.#now;
    this.#fresh = now;
    const since = Date.parse(probe.since),
      passed = Date.parse(probe.last_pass);
    put(this.since, Number.isNaN(since) ? '' : age(now - since));
    attr(this.since, 'title', probe.since ?? null);
    put(
      this.passed,
      Number.isNaN(passed) ? 'never' : now - passed < 1000 ? 'now' : `${age(now - passed)} ago`,
    );
    put(this.ran, took(probe.observedValue));
    this.strip.show(probe.strip ? day_in_words(probe.strip) : 'Last day: not known yet', probe.strip);
    const {ms} = probe.recent;
    const range = () => `Last ${ms.length} runs: ${took(Math.min(...ms))} to ${took(Math.max(...ms))}`;
    this.line.show(ms.length ? range() : 'No run yet', probe.recent);
  }

  #tell() {
    const {probe} = this;
    put(this.kind, ` ${probe.type}`);
    const tags = [
      !probe.critical && 'not critical',
      probe.flapping && 'flapping',
      probe.starting && 'starting',
      probe.stale && 'stale',
      probe.silenced_by && 'silenced',
    ].filter(Boolean);
    if (tags.length || this.tags)
      list(
        (this.tags ??= this.who.appendChild(el('span'))),
        tags,
        (tag) => tag,
        () => el('span', {class: 'tag'}),
        put,
      );
    if (probe.reason || this.what) this.#why();
    if (probe.stages || this.stages) this.#chain(probe.stages ?? []);
  }

  #why() {
    const {probe} = this;
    this.what ??= this.node.insertBefore(el('p', {class: 'what'}, el('code'), new Text()), this.more);
    const reason = this.what.firstChild,
      detail = this.what.lastChild;
    const because = probe.causes.filter((cause) => cause !== this.name);
    put(reason, probe.reason ? probe.reason + (probe.phase ? ` at ${probe.phase}` : '') : '');
    const parts = [because.length && `because of ${because.join(', ')}`, probe.output].filter(Boolean);
    const text = ` ${parts.join(' · ')}`;
    if (detail.data !== text) detail.data = text;
    attr(this.what, 'hidden', probe.reason ? null : '');
  }

  #chain(stages) {
    this.stages ??= this.node.insertBefore(
      el('ol', {class: 'chain', 'aria-label': `Stages of ${this.name}`}),
      this.more,
    );
    attr(this.stages, 'hidden', stages.length ? null : '');
    list(
      this.stages,
      stages.map((each, i) => ({...each, i})),
      ({i}) => i,
      () => el('li', {}, el('span'), ' ', el('b', {class: 'num'})),
      (node, {stage, ms}) => {
        attr(node, 'data-reached', ms === null ? 'no' : 'yes');
        put(node.firstChild, stage);
        put(node.lastChild, ms === null ? 'not reached' : took(ms));
      },
    );
  }
}
