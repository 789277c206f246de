// One probe: what it is at a glance, and behind a click what its last run saw.

import {attr, el, list, put, shape} from './dom.js';
import {bars, day_in_words, line, ticks} from './draw.js';
import {age, took} from './words.js';
import {Evidence} from './evidence.js';
import {Figure} from './figure.js';

const WIDTH = 80,
  HEIGHT = 16;

const cell = (name, label, content) =>
  el('p', {class: `cell ${name}`}, el('span', {class: 'label'}, label), content);

export class Row {
  #said = '';
  #struck = null; // the day as it was last shown

  constructor(name) {
    this.name = name;
    this.strip = new Figure(48, HEIGHT);
    this.line = new Figure(WIDTH, HEIGHT);
    this.title = el('b', {class: 'name'}, name);
    this.kind = el('span', {class: 'soft kind'});
    this.what = this.stages = null; // made when there is something to say: five hundred rows of nothing weigh, too
    this.since = el('span');
    this.passed = el('span');
    this.now = el('span', {class: 'num'});
    this.summary = el('summary', {'aria-label': `Evidence of ${name}`}, 'evidence');
    this.details = el('details', {}, this.summary);
    this.evidence = new Evidence(name, this.details);
    this.node = el(
      'div',
      {class: 'row', role: 'listitem'},
      shape(),
      (this.who = el('p', {class: 'who'}, this.title, ' ', this.kind)),
      cell('since', 'since ', this.since),
      cell('passed', 'last pass ', this.passed),
      cell('strip', 'last day ', this.strip.node),
      cell('line', 'last runs ', this.line.node),
      cell('now', 'took ', this.now),
      this.details,
    );
  }

  see(seen) {
    this.strip.see(seen);
    this.line.see(seen);
  }

  // Shows `probe`.
  update(now, held) {
    const {probe} = this;
    attr(this.node, 'data-state', held ? 'held' : probe.health);
    const since = Date.parse(probe.since),
      passed = Date.parse(probe.last_pass);
    put(this.since, Number.isNaN(since) ? '' : age(now - since));
    attr(this.since, 'title', probe.since ?? null);
    put(
      this.passed,
      Number.isNaN(passed) ? 'never' : now - passed < 1000 ? 'now' : `${age(now - passed)} ago`,
    );
    put(this.now, took(probe.observedValue));
    this.evidence.offer(probe);

    // The rest changes with a run, or seldom: compared as one short text, so that a quiet row costs next to nothing.
    const {ms, verdicts} = probe.recent;
    const said = [
      [
        probe.health,
        probe.time,
        verdicts,
        ms.at(-1),
        ms.length,
        probe.evidence?.run,
        probe.type,
        probe.critical,
      ],
      [probe.silenced_by, probe.flapping, probe.starting, probe.stale, probe.causes],
    ].join();
    if (said !== this.#said) this.#tell(probe);
    this.#said = said;
    if (probe.strip !== this.#struck) this.#strike(probe.strip);
    this.#struck = probe.strip;
  }

  #tell(probe) {
    put(this.kind, probe.type);
    const because = probe.causes.filter((cause) => cause !== this.name);
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
        (tag) => el('span', {class: 'tag'}, tag),
      );
    if (probe.reason || this.what) this.#why(probe, because);

    const {ms, verdicts} = probe.recent;
    this.line.show(
      ms.length
        ? `Last ${ms.length} runs: ${took(Math.min(...ms))} to ${took(Math.max(...ms))}`
        : 'No run yet',
      () => ({curve: line(ms, WIDTH, HEIGHT), ticks: ticks(verdicts, WIDTH, HEIGHT)}),
    );

    if (probe.stages || this.stages) this.#chain(probe.stages ?? []);
  }

  #why(probe, because) {
    this.what ??= this.node.insertBefore(el('p', {class: 'what'}, el('code'), ' ', el('span')), this.details);
    const [reason, detail] = this.what.children;
    put(reason, probe.reason ? probe.reason + (probe.phase ? ` at ${probe.phase}` : '') : '');
    put(
      detail,
      [because.length && `because of ${because.join(', ')}`, probe.output].filter(Boolean).join(' · '),
    );
    attr(this.what, 'hidden', probe.reason ? null : '');
  }

  #chain(stages) {
    this.stages ??= this.node.insertBefore(
      el('ol', {class: 'chain', 'aria-label': `Stages of ${this.name}`}),
      this.details,
    );
    attr(this.stages, 'hidden', stages.length ? null : '');
    list(
      this.stages,
      stages.map((each, i) => ({...each, i})),
      ({i}) => i,
      () => el('li', {}, el('span'), ' ', el('b', {class: 'num'})),
      (node, {stage, ms}) => {
        attr(node, 'data-reached', ms === null ? 'no' : 'yes');
        put(node.children[0], stage);
        put(node.children[1], ms === null ? 'not reached' : took(ms));
      },
    );
  }

  #strike(day) {
    this.strip.show(day ? day_in_words(day) : 'Last day: not known yet', () => (day ? bars(day) : {}));
  }
}
